"""Where a period of retention may be over: looking there alone finds all that is due."""

from __future__ import annotations

from catalog.findings.estate.record_states import retention_may_end
from catalog.reading import AsOf, Rights
from catalog.snapshots.retention import retention_due
from graph_schema.nodes import Dataset
from tests.support.records import CURATED, RAW, House, declaration, joining

_DAY = 86_400_000_000
SHORT, LONG = ({"policy_class": policy, "period_days": days} for policy, days in (("SCRATCH", 1), ("RESEARCH", 36_500)))
NEVER = {**RAW, "name": "kept for ever"}


def due(house: House, until: int) -> set[str]:
    return {one.dataset for one in retention_due(house.view(), until).due}


def test_what_is_due_is_among_it_and_what_is_kept_for_long_is_not(house: House) -> None:
    house.record(declaration(dataset=RAW, retention=SHORT))
    entry = house.record(declaration(dataset=NEVER, retention=LONG)).receipt.index
    raw, never, curated = (Dataset(**one).id for one in (RAW, NEVER, CURATED))
    until = house.view().moment + 30 * _DAY
    assert due(house, until) == {raw}
    assert list(retention_may_end(house.view(), until)) == [raw]
    # Of what has another name its own does not tell all.
    house.record(declaration(dataset=CURATED, retention=LONG))
    house.record(joining(RAW, CURATED))
    until = house.view().moment + 30 * _DAY
    assert due(house, until) <= set(retention_may_end(house.view(), until)) == {raw, curated}
    # Of before, all that was known is looked through; what may not be seen is not there.
    assert list(retention_may_end(house.view(AsOf(known_at=entry)), until)) == sorted((raw, never))
    assert list(retention_may_end(house.view(rights=Rights(frozenset({CURATED["namespace"]}))), until)) == [curated]
