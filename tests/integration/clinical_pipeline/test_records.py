from __future__ import annotations

from catalog.approvals.records import DecideApproval, RequestApproval
from catalog.assets.records import DeclareDataset
from catalog.labels.records import AttestDeidentification, Tag
from catalog.record import Record
from catalog.releases.records import RegisterModelVersion
from catalog.snapshots.records import SealSnapshot, VerifySnapshot
from catalog.use.records import PermitUse
from tests.integration.clinical_pipeline.conftest import Told

KINDS: dict[str, type[Record]] = {
    kind.name: kind
    for kind in (
        AttestDeidentification,
        DecideApproval,
        DeclareDataset,
        PermitUse,
        RegisterModelVersion,
        RequestApproval,
        SealSnapshot,
        Tag,
        VerifySnapshot,
    )
}


def test_the_catalog_takes_every_record_of_the_example_and_warns_of_none(told: Told) -> None:
    warnings: list[str] = []
    for record in told.server.records:
        kind = record.pop("kind")
        KINDS[kind].read(record, warnings)
    assert warnings == []


def test_the_example_sends_every_kind_of_record_that_says_something_of_data_or_models(told: Told) -> None:
    assert {record["kind"] for record in told.server.records} == KINDS.keys()
