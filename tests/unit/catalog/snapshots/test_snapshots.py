from __future__ import annotations

from typing import Any

import pytest

from catalog.assets.model import AssetState
from catalog.errors import SenderError
from catalog.reading import AsOf
from catalog.snapshots.model import Written
from catalog.snapshots.queries import rows_written, snapshots, snapshots_of, with_digest
from catalog.snapshots.rules import manifest_digest
from catalog.view import View
from graph_schema.aspects.snapshots import Period
from graph_schema.nodes import Dataset, Snapshot
from ingest_hooks.emit.manifests import Manifest, ManifestFile
from tests.support.records import (
    CURATED,
    DIGEST,
    MANIFEST,
    RAW,
    RUN,
    House,
    decision,
    event,
    registration,
    request,
    run_node,
    seal,
    tombstone,
    verification,
)

SNAPSHOT = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id
OTHER = [{"path": "part-a.csv", "size": 11, "digest": "sha256:" + "c" * 64}]


@pytest.fixture
def house(house: House) -> House:
    house.send(event())
    return house


def test_a_seal_fixes_an_exact_state(house: House) -> None:
    house.record(seal())
    record = snapshots(View(house.store), [SNAPSHOT])[SNAPSHOT]
    assert record.sealed
    assert record.seal is not None
    assert (record.seal.role, record.seal.files, record.seal.size_bytes) == ("TRAINING", 2, 30)
    assert (record.seal.sealed_by, record.seal.authenticated) == ("local", False)
    assert record.produced_by == (run_node(RUN).id,)
    assert record.state is AssetState.LIVE


def test_the_digest_is_that_of_the_emitting_library() -> None:
    ordered = sorted(MANIFEST, key=lambda file: str(file["path"]))
    files = tuple(ManifestFile(**file) for file in ordered)
    assert Manifest(files).digest == manifest_digest(MANIFEST) == manifest_digest(reversed(MANIFEST))


def test_paths_are_sorted_by_their_bytes() -> None:
    odd = [
        {"path": path, "size": 0, "digest": "sha256:" + "0" * 64} for path in ("\uffff", "\U00010000", "é", "z", "Z")
    ]
    ordered = sorted(odd, key=lambda file: str(file["path"]).encode())
    files = tuple(ManifestFile(str(f["path"]), 0, str(f["digest"])) for f in ordered)
    assert Manifest(files).digest == manifest_digest(odd)


def test_a_digest_of_another_manifest_is_refused(house: House) -> None:
    with pytest.raises(SenderError) as caught:
        house.record(seal(manifest=OTHER))
    assert caught.value.pointer == "/digest"


def test_a_path_stands_in_a_manifest_once(house: House) -> None:
    twice = [*MANIFEST, MANIFEST[0]]
    with pytest.raises(SenderError, match="twice") as caught:
        house.record(seal(manifest=twice, digest=manifest_digest(twice)))
    assert caught.value.pointer == "/manifest"


def test_a_seal_of_an_unknown_dataset_is_refused(house: House) -> None:
    with pytest.raises(SenderError, match="unknown dataset") as caught:
        house.record(seal(dataset={"namespace": "no", "name": "where"}))
    assert caught.value.pointer == "/dataset"


def test_only_a_known_snapshot_can_be_verified(house: House) -> None:
    with pytest.raises(SenderError, match="seal it first") as caught:
        house.record(verification())
    assert caught.value.pointer == "/digest"


def test_a_result_without_difference_is_the_only_fine_one(house: House) -> None:
    house.record(seal())
    with pytest.raises(SenderError, match="MISMATCH"):
        house.record(verification(differing=["part-a.csv"]))


def test_bytes_that_differ_are_gone_until_they_are_found_again(house: House) -> None:
    house.record(seal())
    house.record(verification(result="MISMATCH", differing=["part-a.csv"]))
    assert snapshots(View(house.store), [SNAPSHOT])[SNAPSHOT].state is AssetState.BYTES_GONE
    house.record(verification())
    found = snapshots(View(house.store), [SNAPSHOT])[SNAPSHOT]
    assert found.state is AssetState.LIVE
    assert [each.result for each in found.verifications] == ["MISMATCH", "OK"]


def test_a_newer_seal_supersedes_and_is_found_beside_the_old_one(house: House) -> None:
    house.record(seal())
    newer = manifest_digest(OTHER)
    house.record(seal(manifest=OTHER, digest=newer, run_id=None))
    found = snapshots_of(View(house.store), [Dataset(**CURATED).id, Dataset(**RAW).id])
    assert list(found) == [Dataset(**CURATED).id]
    # The run put the first one there long before the second was sealed.
    assert [(each.digest, each.state) for each in found[Dataset(**CURATED).id]] == [
        (DIGEST, AssetState.SUPERSEDED),
        (newer, AssetState.LIVE),
    ]


def test_a_snapshot_is_found_by_its_digest(house: House) -> None:
    house.record(seal())
    assert with_digest(View(house.store), DIGEST) == (SNAPSHOT,)
    assert with_digest(View(house.store), DIGEST[:-1]) == ()


def test_a_seal_says_how_much_of_which_days_there_is(house: House) -> None:
    house.record(seal(rows=120, persons=97, period={"start": "2025-01-01", "end": "2025-01-01"}))
    found = snapshots(View(house.store), [SNAPSHOT])[SNAPSHOT].seal
    assert found is not None
    assert (found.rows, found.persons, found.period) == (120, 97, Period("2025-01-01", "2025-01-01"))


def test_a_seal_of_an_older_catalog_says_nothing_of_its_contents(house: House) -> None:
    bare = {name: value for name, value in seal().items() if name not in {"rows", "persons", "period"}}
    house.record(bare)
    found = snapshots(View(house.store), [SNAPSHOT])[SNAPSHOT].seal
    assert found is not None
    assert (found.rows, found.persons, found.period) == (None, None, None)


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"rows": -1}, "/rows", "at least 0"),
        ({"persons": "many"}, "/persons", "whole number"),
        ({"period": {"start": "2025-02-30", "end": "2025-03-01"}}, "/period/start", "a day of the calendar"),
        ({"period": {"start": "2025-1-1", "end": "2025-03-01"}}, "/period/start", "a day of the calendar"),
        ({"period": {"start": "2025-01-01T00:00:00Z", "end": "2025-03-01"}}, "/period/start", "at most 10"),
        ({"period": {"start": "2025-03-02", "end": "2025-03-01"}}, "/period", "ends before it starts"),
        ({"period": {"start": "2025-03-02"}}, "/period/end", "missing"),
    ],
)
def test_contents_that_cannot_be_are_refused(house: House, fields: dict[str, Any], pointer: str, words: str) -> None:
    with pytest.raises(SenderError, match=words) as caught:
        house.record(seal(**fields))
    assert caught.value.pointer == pointer


def counted(number: object, kind: str = "COMPLETE", at: str = "2026-01-01T10:00:00Z", run: str = RUN) -> dict[str, Any]:
    sent = event(kind, at, run)
    sent["outputs"][0]["outputFacets"] = {"outputStatistics": {"rowCount": number}}
    return sent


def test_rows_written_are_what_the_newest_event_of_each_run_counts(house: House) -> None:
    other = "0190d2e6-0000-7000-8000-0000000000ee"
    house.send(counted(3, "RUNNING", "2026-01-01T09:30:00Z"))
    last = house.send(counted(5)).receipt.index
    house.send(counted(9, run=other))
    found = rows_written(View(house.store), [Dataset(**CURATED).id, Dataset(**RAW).id])
    assert found[Dataset(**CURATED).id][run_node(RUN).id] == Written(5, last)
    assert {run: one.rows for run, one in found[Dataset(**CURATED).id].items()} == {
        run_node(RUN).id: 5,
        run_node(other).id: 9,
    }
    assert Dataset(**RAW).id not in found


@pytest.mark.parametrize("number", [-1, "5", 2.5, True, None, [5]])
def test_what_is_no_count_of_rows_counts_nothing(house: House, number: object) -> None:
    house.send(counted(number))
    assert rows_written(View(house.store), [Dataset(**CURATED).id]) == {}


def test_what_a_record_deletes_is_tombstoned_until_it_is_sealed_anew(house: House) -> None:
    house.record(seal())
    house.record(tombstone())
    entry = house.ledger.size() - 1
    found = snapshots(house.view(), [SNAPSHOT])[SNAPSHOT]
    assert found.tombstone is not None
    assert (found.state, found.tombstone.entry, found.tombstone.reason) == (
        AssetState.TOMBSTONED,
        entry,
        "Its period of retention is over",
    )
    assert snapshots(house.view(as_of=AsOf(known_at=entry - 1)), [SNAPSHOT])[SNAPSHOT].state is AssetState.LIVE
    with pytest.raises(SenderError, match=f"deleted already, by entry {entry}") as caught:
        house.record(tombstone(reason="Twice"))
    assert caught.value.pointer == "/digest"
    warned = house.record(verification())
    assert [one for one in warned.warnings if "they are there: seal them anew" in one]
    house.record(seal(rows=13))
    assert snapshots(house.view(), [SNAPSHOT])[SNAPSHOT].state is AssetState.LIVE


def test_only_a_known_snapshot_can_be_deleted(house: House) -> None:
    with pytest.raises(SenderError, match="seal it first") as caught:
        house.record(tombstone())
    assert caught.value.pointer == "/digest"


def test_whoever_deletes_what_a_model_was_trained_on_is_told(house: House) -> None:
    house.record(seal())
    house.record(registration(evaluated_on=[]))
    assert house.record(tombstone()).warnings == (
        "1 model version was trained or evaluated on it: no gate will pass on what cannot be read again.",
    )


def test_nothing_is_asked_or_decided_of_a_snapshot_that_was_deleted(house: House) -> None:
    house.record(seal())
    asked = request(subject={"snapshot": {"dataset": CURATED, "digest": DIGEST}})
    approver = house.act_as("grace", "approver")
    open_ = house.record(asked).receipt.index
    deleted = house.record(tombstone()).receipt.index
    for payload, by, pointer in (
        ({**asked, "reason": "Asked again"}, None, "/subject/snapshot"),
        (decision(open_), approver, "/request"),
    ):
        with pytest.raises(SenderError, match=f"by entry {deleted}") as caught:
            house.record(payload, by)
        assert (caught.value.status, caught.value.pointer) == (422, pointer)


@pytest.mark.parametrize("path", ["../x", "/etc/made-up", "a/../../x"])
def test_a_manifest_with_a_path_outside_its_root_is_refused(house: House, path: str) -> None:
    files = [{**MANIFEST[0], "path": path}]
    with pytest.raises(SenderError, match="leads out of the snapshot's root") as caught:
        house.record(seal(manifest=files, digest=manifest_digest(files)))
    assert caught.value.pointer == "/manifest/0/path"
