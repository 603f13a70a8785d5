"""What was let in although policies of ingest object to it: the newest of one job, dataset or principal."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.findings.estate.model import Breach
from catalog.recorded import Recorded, recorded
from catalog.view import View
from graph_schema.aspects.policies import PolicyObjection

_OBJECTION = "policy_objection"


def objection_cases(view: View, ids: Sequence[str]) -> dict[str, Recorded]:
    """Return what policies last objected to of each; one that they let in without a word is absent."""
    return {id_: held[_OBJECTION] for id_, held in recorded(view, ids, (_OBJECTION,)).items()}


def ingest_permitted(case: Recorded, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find what policies object to; it is over once somebody accepts it."""
    value = PolicyObjection.from_json(case.value)
    text = f"{' '.join(value.reasons)} This is what {', '.join(value.policies)} says."
    return Breach(text, (case.entry,), case.since, case.entry)
