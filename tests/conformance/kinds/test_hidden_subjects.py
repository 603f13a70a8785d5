"""Of every kind of record: to name what is hidden from whoever writes it is answered as to name what there is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from catalog.access.model import Actor
from catalog.errors import AskerError, SenderError
from catalog.kinds import KINDS
from catalog.reading import NO_SITE, Rights
from graph_schema.vocabulary.words import ApprovalKind, PrincipalRole
from tests.conformance.kinds.conftest import NEW, OLD
from tests.support.records import CURATED, RAW, House, declaration

ABSENT: Final = "-absent"
OPEN = sorted(name for name, kind in KINDS.items() if kind.open)


ENTRIES: Final = frozenset(
    {
        "attestation",
        "claim",
        "depends_on",
        "delegation",
        "deployment",
        "dossier",
        "emergency",
        "entries",
        "evaluation",
        "gate",
        "grant",
        "membership",
        "replaces",
        "request",
        "transfer",
        "undertaking",
    }
)
"""The members by which a record names an entry."""


def elsewhere(value: Any, held: frozenset[str], entry: int | None = None, name: str = "") -> Any:
    """Return a record that names other datasets, jobs and models outside these namespaces, such as there are not.

    Where an entry is given, what it names by the ledger's index is that one.
    """
    if isinstance(value, dict):
        named = "namespace" in value and value["namespace"] not in held
        return {
            key: one + ABSENT
            if named and key in {"name", "dataset", "model"} and isinstance(one, str)
            else elsewhere(one, held, entry, key)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [elsewhere(one, held, entry, name) for one in value]
    return entry if entry is not None and type(value) is int and name in ENTRIES else value


def answer(house: House, name: str, payload: dict[str, Any], rights: Rights) -> tuple[Any, ...]:
    """Return what whoever has these rights is answered, without what they named."""
    roles = frozenset(PrincipalRole) - {PrincipalRole.EMITTER}
    kinds = frozenset(ApprovalKind)
    actor = Actor("made-up-1", roles, True, "Made-up", "made-up", kinds, reads=rights, writes=rights)
    kind = KINDS[name]
    try:
        house.intake.admissions.admit(kind, kind.record.replay(payload), actor, house.clock.micros())
    except SenderError as error:
        return type(error), error.status, error.pointer, _without(error.detail)
    except AskerError as error:
        return type(error), error.status, _without(error.detail)
    return ("taken",)


def _without(text: str) -> str:
    return re.sub(r"\d+", "N", text.replace(ABSENT, ""))


def recorded(house: House) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every record that somebody may write, of those the house took."""
    for index in range(house.ledger.size()):
        stored = house.ledger.entry(index)
        name = stored.entry.kind.removeprefix("record.")
        if name in OPEN and stored.body is not None:
            yield name, json.loads(stored.body)["record"]


def told_apart(
    house: House,
    records: Iterable[tuple[str, dict[str, Any]]],
    rights: Rights,
    held: Iterable[str],
    entry: int | None = None,
) -> set[str]:
    """Return the kinds of record by which somebody with these rights tells what is hidden from what there is not."""
    seen, found = frozenset(held), set[str]()
    for name, payload in records:
        other = elsewhere(payload, seen, entry)
        if other != payload and answer(house, name, payload, rights) != answer(house, name, other, rights):
            found.add(name)
    return found


def test_what_is_in_a_namespace_that_is_hidden_is_answered_as_what_is_not_there(story: House) -> None:
    records = list(recorded(story))
    of = (KINDS[name].subjects(KINDS[name].record.replay(payload)) for name, payload in records)
    spaces = {node.namespace for nodes in of for node in nodes if hasattr(node, "namespace")}
    assert len(spaces) > 3
    for hidden in sorted(spaces):
        held = frozenset(spaces - {hidden})
        assert told_apart(story, records, Rights(namespaces=held), held) == set(), hidden


def test_an_entry_about_what_is_hidden_is_answered_as_one_of_another_kind(story: House) -> None:
    nothing = Rights(namespaces=frozenset({"elsewhere"}))
    found = told_apart(story, recorded(story), nothing, (), entry=0)
    # Of persons, whom everybody sees; and the ledger's own answers leave bodies out where anything in them is hidden.
    assert found == {"end_access_delegation", "end_membership", "erase_entries"}


def test_a_dataset_that_another_site_holds_is_answered_as_one_that_is_not_there(story: House, house: House) -> None:
    house.tell_story(house.act_as("grace", "approver"))
    for dataset in (CURATED, RAW, OLD, NEW):
        house.record(declaration(dataset=dataset, site="North"))
    records, seen = list(recorded(story)), ("models", "pipeline")
    assert told_apart(house, records, Rights(sites=frozenset({"South"})), seen) == set()
    # Whoever may declare what no site holds meets a name that is taken: docs/policies.md says so.
    assert told_apart(house, records, Rights(sites=frozenset({"South", NO_SITE})), seen) == {"declare_dataset"}
