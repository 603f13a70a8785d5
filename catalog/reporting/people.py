"""Who wrote the entries that a report rests on, as a report shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from catalog.access.model import KeyRecord, PrincipalRecord, is_proven
from catalog.reporting.citations import Citations, time_of
from graph_schema.times import format_time
from reports.parts.people import KINDS, Act, Key, Person

_Kind = tuple[str, str, int]
"""A kind of entry, in whose place it was written (empty: in their own), and by which delegation (-1: by none)."""
_Acts = Mapping[_Kind, Sequence[int]]
"""The entries that somebody wrote, by kind."""


def people(citations: Citations) -> tuple[Person, ...]:
    """Return everyone who wrote an entry that was noted by now, and whoever defined them and issued their keys.

    What says who somebody is and by which keys they acted is noted too.
    """
    acts = _acts(citations)
    found = [_person(citations, name, written) for name, written in acts.items()]
    return tuple(sorted(found, key=lambda each: (_place(each), each.actor.id)))


def _acts(citations: Citations) -> Mapping[str, _Acts]:
    """Return who wrote which entries, among them those that define the principals and their keys."""
    acts: dict[str, dict[_Kind, list[int]]] = defaultdict(lambda: defaultdict(list))
    read: set[int] = set()
    while unread := citations.view.cited - read:
        for index in sorted(unread):
            header = citations.header(index)
            of, delegation = citations.place(index)
            acts[header.actor][header.kind, of, delegation].append(index)
            if of:
                citations.cite(delegation)
        read |= unread
        others = {of for several in acts.values() for _, of, _ in several if of}
        citations.introduce({*acts, *others})
        for name in sorted({*acts, *others}):
            _cite(citations, citations.principals.get(name))
    return acts


def _cite(citations: Citations, known: PrincipalRecord | None) -> None:
    if known is not None:
        citations.cite(known.entry)
        for key in known.keys:
            citations.view.cite(*_entries(key))


def _entries(key: KeyRecord) -> tuple[int, ...]:
    return (key.issued_entry,) if key.revoked_entry is None else (key.issued_entry, key.revoked_entry)


def _person(citations: Citations, name: str, written: _Acts) -> Person:
    actor = citations.actor(name, authenticated=is_proven(name))
    acts = tuple(_act(citations, each, written[each]) for each in sorted(written))
    known = citations.principals.get(name)
    if known is None:
        return Person(actor=actor, acts=acts)
    return Person(
        actor=actor,
        principal_kind=known.principal_kind,  # type: ignore[arg-type]  # the record's own closed list
        title=known.title,
        organisation=known.organisation,
        roles=known.roles,
        approves=known.approves,
        active=known.active,
        defined_at=format_time(known.since),
        defined_by=citations.by(known.defined_by),
        keys=tuple(_key(citations, key) for key in known.keys),
        acts=acts,
    )


def _act(citations: Citations, each: _Kind, indexes: Sequence[int]) -> Act:
    kind, of, delegation = each
    if not of:
        return Act(kind=kind, indexes=tuple(sorted(indexes)))
    return Act(kind=kind, indexes=tuple(sorted(indexes)), on_behalf_of=citations.by(of), entries=(delegation,))


def _key(citations: Citations, key: KeyRecord) -> Key:
    return Key(
        key_id=key.key_id,
        issued_at=format_time(key.issued_at),
        issued_by=citations.by(key.issued_by),
        revoked_at=time_of(key.revoked_at),
        revoked_by=None if key.revoked_by is None else citations.by(key.revoked_by),
        entries=citations.view.cite(*_entries(key)),
    )


def _place(person: Person) -> int:
    return len(KINDS) if person.principal_kind is None else KINDS.index(person.principal_kind)
