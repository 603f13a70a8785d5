"""Who acted and what something is called, as a report names it, each with the ledger entry that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from catalog.access import queries as access
from catalog.access.model import LOCAL, LOCAL_DISPLAY_NAME, PrincipalRecord, is_proven
from catalog.ledger.entry import Entry
from catalog.ledger.protocol import Ledger
from catalog.view import View
from graph_schema.identity import label_of, node_id
from graph_schema.times import format_time
from reports.context import Actor, EntrySubject


@dataclass(frozen=True, slots=True)
class Citations:
    """Names what a report shows, and has the view note every entry that the report rests on."""

    view: View
    ledger: Ledger
    principals: dict[str, PrincipalRecord]
    """Everyone who acted and is defined, by principal."""
    _headers: dict[int, Entry] = field(default_factory=dict)

    @classmethod
    def of(cls, view: View, ledger: Ledger, principals: Iterable[str]) -> Citations:
        """Return the citations of a report in which these principals acted."""
        made = cls(view, ledger, {})
        made.introduce(principals)
        return made

    def introduce(self, principals: Iterable[str]) -> None:
        """Read who these principals are, of those that are not known yet."""
        names = sorted(set(principals) - self.principals.keys())
        found = access.principals(self.view, [node_id("Principal", (name,)) for name in names])
        self.principals.update({one.principal: one for one in found.values()})

    def header(self, index: int) -> Entry:
        """Return an entry without its body; each is read once."""
        if index not in self._headers:
            self._headers[index] = self.ledger.entry(index).entry
        return self._headers[index]

    def place(self, index: int) -> tuple[str, int]:
        """Return in whose place an entry was written, and by which delegation: none and -1 for its writer's own."""
        body = self.ledger.entry(index).body
        if body is None or b'"on_behalf_of"' not in body:
            return "", -1
        found = orjson.loads(body).get("on_behalf_of")
        return ("", -1) if found is None else (found["principal"], found["delegation"])

    def cite(self, entry: int) -> int:
        """Return the entry, noted as one that the report rests on."""
        self.view.cite(entry)
        return entry

    def actor(self, principal: str, *, authenticated: bool) -> Actor:
        """Return who acted, with the name that the ledger gives them."""
        known = self.principals.get(principal)
        if known is not None:
            entry = self.cite(known.entry)
            return Actor(id=principal, name=known.display_name, authenticated=authenticated, entry=entry)
        name = LOCAL_DISPLAY_NAME if principal == LOCAL else None
        return Actor(id=principal, name=name, authenticated=authenticated)

    def by(self, principal: str) -> Actor:
        """Return who wrote something: a key proved who it was, but for whoever works on the machine itself."""
        return self.actor(principal, authenticated=is_proven(principal))

    def writer(self, entry: int) -> Actor:
        """Return who wrote an entry."""
        name = self.header(entry).actor
        self.introduce([name])
        return self.by(name)

    def key_of(self, identifier: str) -> str:
        """Return what an approval or a finding is about: the parts of its key."""
        known = self.view.nodes([identifier]).get(identifier)
        return identifier if known is None else " ".join(known.node.key)

    def title(self, identifier: str) -> str:
        """Return what a thing is called in a report: namespace and name, of a model or snapshot its version too."""
        known = self.view.nodes([identifier]).get(identifier)
        if known is None:
            return identifier
        *place, last = known.node.key
        if label_of(identifier) in {"Dataset", "Job", "Source"}:
            return "/".join(known.node.key)
        return f"{place[-1]} {last}" if label_of(identifier) == "ModelVersion" else f"{'/'.join(place)} {last}"

    def leaf(self, entry: int) -> str:
        """Return the leaf hash of an entry in hex."""
        return self.ledger.entry(entry).leaf.hex()

    def entry_subjects(self) -> tuple[EntrySubject, ...]:
        """Return what every entry that was noted by now is about."""
        ids = sorted({subject for index in self.view.cited for subject in self.header(index).subjects})
        known = self.view.nodes(ids)
        return tuple(EntrySubject(id=one, key=known[one].node.key if one in known else ()) for one in ids)


def time_of(at: int | None) -> str | None:
    """Return a time as a report carries it, None where there is none."""
    return None if at is None else format_time(at)
