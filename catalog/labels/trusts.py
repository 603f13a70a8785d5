"""Whose column lineage is taken for complete, by whom and since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from catalog.access.model import Powers
from catalog.access.queries import definitions
from catalog.labels.facts import COLUMN_LINEAGE_TRUST
from catalog.labels.model import ColumnLineageTrust
from catalog.labels.rules import holds
from catalog.view import View
from graph_schema.aspects import labels as aspects
from graph_schema.bitemporal import RunFold, in_force
from graph_schema.facts import Statement
from graph_schema.nodes import Principal


def column_lineage_trusts(view: View, jobs: Sequence[str]) -> dict[str, ColumnLineageTrust]:
    """Return what is in force of the trust in each job's column lineage; a job without any is absent."""
    about: dict[str, list[Statement]] = defaultdict(list)
    for one in view.statements(jobs, (COLUMN_LINEAGE_TRUST,)) if jobs else ():
        about[one.subject].append(one)
    held = {job: found for job, some in about.items() if (found := _in_force(view, some)) is not None}
    named = {Principal(one.by).id: one.by for _, one in held.values()}
    powers = Powers({named[id_]: some for id_, some in definitions(view, sorted(named)).items()}, {}) if named else None
    return {
        job: ColumnLineageTrust(
            **aspects.ColumnLineageTrust.from_json(one.data).members(),
            job=job,
            entry=one.entry,
            trusted_by=one.by,
            since=since,
            holds=powers is not None and holds(one, powers, view.moment),
        )
        for job, (since, one) in held.items()
    }


def _in_force(view: View, stated: Sequence[Statement]) -> tuple[int, Statement] | None:
    held = in_force(stated, _no_run, view.as_of.valid_at, view.known_at)
    return None if held is None or held[1].value is None else (held[0][0], held[1])


def _no_run(_: str) -> RunFold | None:
    return None
