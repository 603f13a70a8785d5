"""What tests put into a ledger."""

from __future__ import annotations

from dataclasses import replace

from catalog.ledger import erasure
from catalog.ledger.protocol import Draft, Ledger, Receipt

ORIGIN = "site.example/ledger"
ACTOR = "principal:alpha"
START = 1_700_000_000_000_000


class SetClock:
    """A clock that the test sets, in UTC microseconds."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


def make_draft(
    number: int, *, actor: str = ACTOR, kind: str = "record.tag", subjects: tuple[str, ...] = (), body: bytes = b""
) -> Draft:
    return Draft(
        kind=kind,
        actor=actor,
        correlation_id=f"request-{number}",
        subjects=subjects or (f"Dataset:{number}",),
        body=body or b'{"number":%d}' % number,
        received=b'{"number":%d,"secret":"Testperson Alpha"}' % number,
    )


def make_erasure(number: int, *entries: int) -> Draft:
    """What erases these entries, as the catalog writes it."""
    body = b'{"record":{"entries":[%s]}}' % b",".join(b"%d" % entry for entry in entries)
    return replace(make_draft(number, kind=erasure.KIND, body=body), erases=entries)


def fill(ledger: Ledger, count: int) -> list[Receipt]:
    """Append so many entries behind those that are there."""
    start = ledger.size()
    futures = [ledger.append(make_draft(start + number)) for number in range(count)]
    return [future.result(timeout=10) for future in futures]
