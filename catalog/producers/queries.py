"""What each producer sent, out of the graph; when, out of the ledger's newest entries of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import orjson

from catalog.kinds import EVENT
from catalog.ledger.protocol import Ledger
from catalog.producers.model import Collected, Deviation, ProducerRecord
from catalog.producers.rules import parts, skew
from catalog.view import View
from graph_schema.times import parse_instant

COMPARED: Final = 32
"""Of so many of a producer's newest events the time is compared with when they were recorded."""
_MOST_QUARANTINED: Final = 1_000


def producers(view: View, ledger: Ledger, others: Iterable[str] = ()) -> tuple[ProducerRecord, ...]:
    """Return every producer of events that may be seen, by its URI, as it is now: of an earlier entry nothing is kept.

    A quarantined event counts for its producer; of very many, the newest are looked at. `others` are producers of which
    nothing may be in the ledger.
    """
    found: dict[str, Collected] = defaultdict(Collected, {uri: Collected() for uri in others})
    for one in view.producers():
        found[one.producer].add(one.events, one.newest, one.flags, one.recent)
    for uri in _quarantined(view, ledger):
        found[uri].quarantined += 1
    return tuple(_record(uri, collected, ledger) for uri, collected in sorted(found.items()))


def _record(uri: str, collected: Collected, ledger: Ledger) -> ProducerRecord:
    name, version = parts(uri)
    recent = sorted(collected.recent)[-COMPARED:]
    return ProducerRecord(
        uri=uri,
        name=name,
        version=version,
        events=collected.events,
        newest_entry=collected.newest,
        last_seen=None if collected.newest < 0 else ledger.entry(collected.newest).entry.recorded_at,
        deviations=tuple(Deviation(code, count) for code, count in sorted(collected.flags.items())),
        quarantined=collected.quarantined,
        skew=skew(_apart(ledger, recent)),
    )


def _apart(ledger: Ledger, entries: Sequence[int]) -> Iterator[int]:
    """Yield by how much each was recorded after its own time; one that names none, or was erased, is left out."""
    for index in entries:
        stored = ledger.entry(index)
        event = _event(stored.body)
        time = event.get("eventTime")
        at = parse_instant(time) if isinstance(time, str) else None
        if at is not None:
            yield stored.entry.recorded_at - at.micros


def _quarantined(view: View, ledger: Ledger) -> Iterator[str]:
    stuck = [one for one in view.quarantined() if one.kind.startswith(EVENT)]
    for one in stuck[-_MOST_QUARANTINED:]:
        producer = _event(ledger.entry(one.entry).body).get("producer")
        yield producer if isinstance(producer, str) else ""


def _event(body: bytes | None) -> dict[str, Any]:
    found = {} if body is None else orjson.loads(body).get("event")
    return found if isinstance(found, dict) else {}
