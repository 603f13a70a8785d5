"""Which states a dataset was put into while it held a version of its feature set."""

from __future__ import annotations

from catalog.reading import AsOf
from catalog.releases.replay import replay_plan
from catalog.snapshots.feature_sets import feature_set_versions
from graph_schema.nodes import Dataset, Snapshot
from graph_schema.times import parse_zoned
from tests.support.records import CURATED, DIGEST, EVALUATION_DIGEST, House, event

CURATED_ID = Dataset(**CURATED).id
FIRST, SECOND = (Snapshot(CURATED["namespace"], CURATED["name"], one).id for one in (DIGEST, EVALUATION_DIGEST))
OTHER_RUN = "0190d2e6-0000-7000-8000-00000000000b"


def holding(version: str, since: str) -> dict[str, object]:
    return {"kind": "declare_dataset", "dataset": CURATED, "feature_set_version": version, "valid_from": since}


def write(house: House, digest: str, at: str, run: str) -> None:
    house.send(event(at=at, run=run, lineward_snapshot={"digest": digest}))


def test_each_version_has_the_states_that_were_made_meanwhile_and_they_replay(house: House) -> None:
    house.record(holding("1", "2026-01-01T00:00:00Z"))
    house.record(holding("2", "2026-02-01T00:00:00Z"))
    write(house, DIGEST, "2026-01-15T00:00:00Z", "0190d2e6-0000-7000-8000-00000000000a")
    write(house, EVALUATION_DIGEST, "2026-02-15T00:00:00Z", OTHER_RUN)
    one, two = feature_set_versions(house.view(), [CURATED_ID])[CURATED_ID]
    assert [(each.version, each.snapshots) for each in (one, two)] == [("1", (FIRST,)), ("2", (SECOND,))]
    assert (one.since, one.until, one.entry) == (
        parse_zoned("2026-01-01T00:00:00Z"),
        parse_zoned("2026-02-01T00:00:00Z"),
        0,
    )
    assert (two.until, two.entry) == (None, 1)
    assert [step.run is not None for step in replay_plan(house.view(), FIRST).steps] == [True]


def test_a_version_that_was_declared_later_was_not_known_before(house: House) -> None:
    write(house, DIGEST, "2026-01-15T00:00:00Z", OTHER_RUN)
    assert feature_set_versions(house.view(), [CURATED_ID]) == {}
    house.record(holding("1", "2026-01-01T00:00:00Z"))
    assert feature_set_versions(house.view(AsOf(known_at=0)), [CURATED_ID]) == {}
    (one,) = feature_set_versions(house.view(), [CURATED_ID])[CURATED_ID]
    assert one.snapshots == (FIRST,)
