"""Where a report is read, how whole it is, and the ledger entries it rests on.

The same read point gives the same context: times come from the ledger, never from a clock, and the checkpoint is the
oldest one that covers the read point. That reports were issued since, this one among them, changes no read point.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.canonical import canonical_bytes
from catalog.evidence.model import EntryEvidence
from catalog.evidence.queries import entries
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.note import Note
from catalog.ledger.protocol import Ledger
from catalog.reporting.records import LEDGER_KIND
from catalog.view import View
from graph_schema.facts import NOW
from graph_schema.times import format_time
from reports.context import Answer, Completeness, Count, Evidence, EvidenceEntry, ReadPoint

DISCLOSED = 4 * 1024 * 1024
"""Bytes up to which a cited entry's redacted body stands in the evidence: a seal of some thirty thousand files."""

_LOOKED_BACK = 64


@dataclass(frozen=True, slots=True)
class Point:
    """The point a report is read at: its view, the ledger's size there, and how many entries the graph lags behind."""

    view: View
    ledger: Ledger
    size: int
    behind: int

    def read_point(self, answer: Answer) -> ReadPoint:
        """Return the point as a report shows it; signs a checkpoint where none covers it."""
        checkpoint = covering(self.ledger, self.size)
        point = self.view.read_point()
        return ReadPoint(
            valid_at=format_time(point.valid_at),
            known_at=format_time(point.known_at),
            ledger_index=self.size - 1,
            ledger_size=self.size,
            root=f"sha256:{point.ledger_root}",
            projection_version=point.projection,
            checkpoint=checkpoint.text,
            vkey=signer(self.ledger, checkpoint),
            completeness=answer,
        )

    def answer(self, quarantined: int, counts: Iterable[tuple[str, int]] = (), truncated: str | None = None) -> Answer:
        """Return how whole the report is; `truncated` says where a walk ended."""
        counts = (*counts, ("entries not projected yet", self.behind), ("quarantined entries", quarantined))
        state: Completeness = "COMPLETE"
        reasons = []
        if quarantined or self.behind:
            state = "LAGGING"
            reasons.append("The graph does not hold every entry of the ledger.")
        if self.view.hidden:
            state = "REDACTED"
            reasons.append(f"Rights hide {len(self.view.hidden):,} nodes of it.")
        if truncated is not None:
            state = "TRUNCATED"
            reasons.append(truncated)
        return Answer(
            state=state,
            counts=tuple(Count(what=what, number=number) for what, number in counts),
            reasons=tuple(reasons),
        )

    def evidence(self) -> Evidence:
        """Return what the view noted as cited, and the last entry that was read, all of it still without a proof.

        That last one gives the time of the read point; where no line rests on it, its body is nobody's business here.
        """
        lines = self.view.cited
        return Evidence(
            cited=tuple(
                entry_evidence(one, cited=one.index in lines, proven=False)
                for one in entries(self.ledger, lines | {self.size - 1}, self.size)
            )
        )


def settled(view: View, ledger: Ledger) -> Point | None:
    """Return the point at which a report of a view is read, None where the ledger held nothing by then.

    Times are the ledger's. Raises EvidenceError where it does not verify.
    """
    as_of, size = view.as_of, view.known_at + 1
    if as_of.known_at == NOW:
        size = _without_issued(ledger, size)
    if size < 1:
        return None
    wanted = _without_issued(ledger, ledger.size(), size) if as_of.known_at == NOW else as_of.known_at + 1
    valid_at = ledger.entry(size - 1).entry.recorded_at if as_of.valid_at == NOW else as_of.valid_at
    return Point(view.at(valid_at, size - 1), ledger, size, max(wanted - size, 0))


def covering(ledger: Ledger, size: int) -> SignedCheckpoint:
    """Return the oldest checkpoint over at least so many entries, signed now where there is none."""
    held = [one.checkpoint for one in ledger.checkpoints() if one.checkpoint.size >= size]
    return held[0] if held else ledger.checkpoint()


def signer(ledger: Ledger, checkpoint: SignedCheckpoint) -> str:
    """Return the newest of the log's keys that signed the checkpoint: it may have been rotated since."""
    signed = {(line.name, line.key_id) for line in Note.parse(checkpoint.text).signatures}
    return str(next(key for key in ledger.verifiers if (key.name, key.key_id) in signed))


def entry_evidence(one: EntryEvidence, *, cited: bool = True, proven: bool = True) -> EvidenceEntry:
    """Return an entry as a report carries it: with its body where that may be disclosed."""
    body = None if one.erased or one.salt is None or not cited else canonical_bytes(one.body)
    disclosed = body is not None and len(body) <= DISCLOSED
    return EvidenceEntry(
        index=one.index,
        kind=one.kind,
        recorded_at=format_time(one.recorded_at),
        actor=one.actor,
        leaf=one.leaf,
        entry=one.entry,
        proof=one.proof if proven else (),
        salt=one.salt if disclosed else None,
        body=body.decode() if body is not None and disclosed else None,
        withheld=None if disclosed else "NOT_CITED" if not cited else "ERASED" if body is None else "TOO_LARGE",
    )


def _without_issued(ledger: Ledger, size: int, least: int = 0) -> int:
    """Return the size without the entries at its end that only say that a report was issued, `least` at the least."""
    while size > least:
        start = max(size - _LOOKED_BACK, least)
        for stored in reversed(ledger.entries(start, size - start)):
            if stored.entry.kind != LEDGER_KIND:
                return stored.index + 1
        size = start
    return size
