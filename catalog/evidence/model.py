"""What a read of evidence gives. Times are UTC microseconds, hashes lower-case hex."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog.assets.model import EventNotes, Noted
from ingest_hooks.openlineage.event import read_event
from ingest_hooks.openlineage.facts import flags_of
from ingest_hooks.openlineage.wire import Flag


@dataclass(frozen=True, slots=True)
class EntryEvidence:
    """One ledger entry behind an answer, with its inclusion proof in the tree of `Evidence.ledger_size`.

    `entry` is the canonical entry as text, `body` the redacted body parsed (None once erased, and `erased` says so),
    `statements` what it says of the node: aspects and edge types, sorted.
    """

    index: int
    kind: str
    recorded_at: int
    actor: str
    correlation_id: str
    subjects: tuple[str, ...]
    leaf: str
    entry: str
    body: Any
    salt: str | None
    erased: bool
    proof: tuple[str, ...]
    statements: tuple[str, ...]

    @property
    def on_behalf_of(self) -> str | None:
        """Return in whose place it was written, None where that is nobody, or the body is not shown."""
        place = self.body.get("on_behalf_of") if isinstance(self.body, dict) else None
        return place["principal"] if isinstance(place, dict) else None

    @property
    def notes(self) -> EventNotes:
        """Return what was noted of an event or record while it was taken, as far as its body is shown."""
        body = self.body if isinstance(self.body, dict) else {}
        flags: tuple[Flag, ...] = ()
        if "event" in body:
            before = [Flag(*row) for row in body["flags"]]
            flags = flags_of(read_event(body["event"]), self.recorded_at, before)
        return EventNotes(
            tuple(sorted(Noted(self.index, flag.pointer, flag.code, flag.size) for flag in flags)),
            tuple(sorted(Noted(self.index, pointer, rule) for pointer, rule in body.get("redactions", ()))),
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """The ledger entries that speak of a node, by index, up to `limit` of `total` behind those `before`, and the tree
    they are proven in.
    """

    id: str
    ledger_size: int
    ledger_root: str
    entries: tuple[EntryEvidence, ...]
    total: int
    before: int = 0
    """How many entries speak of it that lie before these."""
    quarantined: tuple[int, ...] = ()
    """Entries that name the node and could not be projected."""

    @property
    def more(self) -> bool:
        """Tell whether entries behind these speak of it too."""
        return self.before + len(self.entries) < self.total
