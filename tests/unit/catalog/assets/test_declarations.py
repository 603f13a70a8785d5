from __future__ import annotations

import re
from typing import Any

import pytest

from catalog.assets.model import AssetState, StatementSource
from catalog.assets.queries import datasets, jobs, runs
from catalog.errors import SenderError
from catalog.reading import AsOf
from catalog.search.model import Search
from catalog.search.queries import search
from catalog.view import View
from graph_schema.aspects import as_json
from graph_schema.nodes import Dataset, Job, Site, Source
from graph_schema.vocabulary.policy_labels import parse
from tests.support.records import CURATED, FURTHER, JOB, RAW, RUN, House, declaration, event, run_node

RAW_ID = Dataset(**RAW).id
CURATED_ID = Dataset(**CURATED).id


def test_a_declaration_says_each_thing_that_it_gives(house: House) -> None:
    house.record(declaration())
    record = datasets(View(house.store), [RAW_ID])[RAW_ID]
    assert record.state is AssetState.DECLARED
    assert record.owner is not None
    assert (record.owner.value, record.owner.source, record.owner.entry) == ("cardiology", StatementSource.RECORD, 0)
    assert record.retention is not None
    assert record.retention.value.period_days == 3650
    assert record.permitted_use is not None
    assert record.permitted_use.value.duo == ("DUO:0000042",)
    assert [gap.field for gap in record.gaps] == ["lineage"]


def test_a_declaration_names_where_data_comes_from_and_where_it_is_held(house: House) -> None:
    house.record(declaration())
    supplies = house.store.edges([RAW_ID], ("SUPPLIES",), "in")
    held = house.store.edges([RAW_ID], ("IS_HELD_AT",), "out")
    assert [edge.source for edge in supplies] == [Source("made-up EHR").id]
    assert [edge.target for edge in held] == [Site("North").id]


def test_what_a_later_declaration_leaves_out_stays_as_it_was(house: House) -> None:
    house.record(declaration())
    house.record({"kind": "declare_dataset", "dataset": RAW, "owner": "oncology"})
    record = datasets(View(house.store), [RAW_ID])[RAW_ID]
    assert record.owner is not None
    assert record.zone is not None
    assert (record.owner.value, record.zone.value) == ("oncology", "LANDING")


LABELLED = {"kind": "declare_dataset", "dataset": RAW}


@pytest.mark.parametrize(
    ("label", "state", "purposes", "refrains"),
    [
        ("De-identified,  research only, no export", "DE_IDENTIFIED", {"HRESCH"}, {"NOREUSE", "ORCON", "NORDSCLW"}),
        ("research use, treatment use", None, {"HRESCH", "TREAT"}, set()),
        ("aggregated", "AGGREGATED", set(), set()),
    ],
)
def test_a_label_in_words_is_taken_as_what_it_says(
    house: House, label: str, state: str | None, purposes: set[str], refrains: set[str]
) -> None:
    accepted = house.record({**LABELLED, "policy_label": label})
    assert accepted.warnings == ()
    record = datasets(house.view(), [RAW_ID])[RAW_ID]
    permitted = None if record.permitted_use is None else record.permitted_use.value
    assert (None if record.deidentification_state is None else record.deidentification_state.value) == state
    assert set(() if permitted is None else permitted.purposes) == purposes
    assert set(() if permitted is None else permitted.refrains) == refrains
    if permitted is not None:
        assert permitted.statement is not None
        assert parse(permitted.statement) == parse(label)


def test_a_limited_data_set_is_no_state_stays_in_words_and_warns_of_what_it_may_not_be_used_for(house: House) -> None:
    [warning] = house.record({**LABELLED, "policy_label": "limited data set, treatment use"}).warnings
    assert "164.514(e)(3)(i)" in warning
    record = datasets(house.view(), [RAW_ID])[RAW_ID]
    assert record.deidentification_state is None
    assert record.permitted_use is not None
    assert record.permitted_use.value.statement == "limited data set, treatment use"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"policy_label": "reserch only"}, "Did you mean research only"),
        ({"policy_label": "raw, de-identified"}, "two states"),
        ({"policy_label": "research only, treatment use"}, "leave one out"),
        ({"policy_label": "raw", "deidentification_state": "UNKNOWN"}, "deidentification_state say different"),
        ({"policy_label": "research only", "permitted_use": {"duo": ["GRU"]}}, "permitted_use say different"),
        ({"policy_label": 7}, "policy_label is text"),
    ],
)
def test_a_label_that_cannot_be_meant_is_refused(house: House, content: dict[str, Any], message: str) -> None:
    with pytest.raises(SenderError, match=re.escape(message)) as refused:
        house.record({**LABELLED, **content})
    assert refused.value.pointer == "/policy_label"


def test_an_owner_may_return_after_another_one(house: House) -> None:
    for owner in ("cardiology", "oncology", "cardiology"):
        house.record({"kind": "declare_dataset", "dataset": RAW, "owner": owner})
    record = datasets(View(house.store), [RAW_ID])[RAW_ID]
    assert record.owner is not None
    assert (record.owner.value, record.owner.entry) == ("cardiology", 2)


def test_a_backdated_declaration_holds_from_then_on_but_was_not_known_then(house: House) -> None:
    house.send(event())
    house.record(declaration(valid_from="2026-01-02T00:00:00Z"))
    then = house.clock.micros() - 86_400_000_000
    assert datasets(View(house.store, AsOf(valid_at=then)), [RAW_ID])[RAW_ID].owner is not None
    assert datasets(View(house.store, AsOf(valid_at=then, known_at=0)), [RAW_ID])[RAW_ID].owner is None


def test_a_dataset_that_is_only_the_end_of_an_edge_is_a_ghost(house: House) -> None:
    house.send(event())
    record = datasets(View(house.store), [RAW_ID])[RAW_ID]
    assert record.state is AssetState.GHOST
    assert len(record.gaps) == 7


def test_a_dataset_that_a_run_wrote_is_live(house: House) -> None:
    house.send(event())
    assert datasets(View(house.store), [CURATED_ID])[CURATED_ID].state is AssetState.LIVE


def test_a_failed_run_makes_nothing_live(house: House) -> None:
    house.send(event("FAIL"))
    assert datasets(View(house.store), [CURATED_ID])[CURATED_ID].state is AssetState.GHOST


def test_a_dropped_dataset_is_a_tombstone_until_it_is_written_again(house: House) -> None:
    house.send(event())
    drop = {"lifecycleStateChange": "DROP"}
    run = "0190d2e6-0000-7000-8000-00000000000b"
    house.send(event(at="2026-01-02T10:00:00Z", run=run, lifecycleStateChange=drop))
    assert datasets(View(house.store), [CURATED_ID])[CURATED_ID].state is AssetState.TOMBSTONED
    house.send(event(at="2026-01-03T10:00:00Z", run="0190d2e6-0000-7000-8000-00000000000c"))
    assert datasets(View(house.store), [CURATED_ID])[CURATED_ID].state is AssetState.LIVE


def test_the_schema_in_force_is_that_of_the_last_run_that_completed(house: House) -> None:
    schema = {"fields": [{"name": "id", "type": "int", "fields": [{"name": "part", "type": "string"}]}]}
    house.send(event(schema=schema))
    failed = {"fields": [{"name": "other"}]}
    house.send(event("FAIL", "2026-01-02T10:00:00Z", "0190d2e6-0000-7000-8000-00000000000b", schema=failed))
    record = datasets(View(house.store), [CURATED_ID])[CURATED_ID]
    assert [(column.name, column.type, column.ordinal) for column in record.columns] == [
        ("id", "int", 1),
        ("id.part", "string", 2),
    ]
    assert record.aspects["schema"].source is StatementSource.WRITING_RUN


def test_what_is_unknown_is_absent_and_nobody_is_named_twice(house: House) -> None:
    house.send(event())
    found = datasets(View(house.store), [RAW_ID, RAW_ID, Dataset("no", "where").id, Job(**JOB).id])
    assert list(found) == [RAW_ID]


def test_a_run_is_told_with_its_job_state_and_events(house: House) -> None:
    house.send(event("START", "2026-01-01T09:00:00Z"))
    house.send(event())
    run = runs(View(house.store), [run_node(RUN).id])[run_node(RUN).id]
    assert (run.state, run.job, run.start_known, run.entries) == ("COMPLETE", Job(**JOB).id, True, (0, 1))
    assert (run.inputs, run.outputs) == ((RAW_ID,), (CURATED_ID,))
    assert run.ended_at is not None
    assert run.started_at is not None
    assert run.ended_at - run.started_at == 3_600_000_000
    before = runs(View(house.store, AsOf(known_at=0)), [run_node(RUN).id])[run_node(RUN).id]
    assert before.state == "RUNNING"


def test_a_job_that_ran_is_no_ghost(house: House) -> None:
    house.send(event())
    assert not jobs(View(house.store), [Job(**JOB).id])[Job(**JOB).id].ghost


@pytest.mark.parametrize(
    ("wrong", "pointer", "sentence"),
    [
        ({"dataset": {"namespace": "n"}}, "/dataset/name", "missing"),
        ({"dataset": RAW}, "", "at least one thing"),
        ({"dataset": RAW, "zone": "ATTIC"}, "/zone", "LANDING"),
        ({"dataset": RAW, "colour": "red"}, "/colour", r"a field is one of those that docs/records\.md lists"),
        ({"dataset": RAW, "owner": " "}, "/owner", "blank"),
        ({"dataset": RAW, "owner": "a\x00b"}, "/owner", "control characters"),
        ({"dataset": RAW, "owner": "x" * 5000}, "/owner", "2048"),
        ({"dataset": RAW, "permitted_use": {"purposes": ["HRESCH", "nope"]}}, "/permitted_use/purposes/1", "no code"),
        ({"dataset": RAW, "permitted_use": {}}, "/permitted_use", "says nothing"),
        (
            {"dataset": RAW, "retention": {"policy_class": "RESEARCH", "period_days": "7"}},
            "/retention/period_days",
            "whole number",
        ),
        ({"dataset": RAW, "owner": "a", "valid_from": "yesterday"}, "/valid_from", "RFC 3339"),
        ({"dataset": RAW, "owner": "a", "valid_from": "2026-01-01T00:00:00"}, "/valid_from", "zone"),
        ({"dataset": RAW, "owner": "a", "valid_from": "2999-01-01T00:00:00Z"}, "/valid_from", "future"),
    ],
)
def test_what_is_wrong_is_answered_with_its_pointer(
    house: House, wrong: dict[str, Any], pointer: str, sentence: str
) -> None:
    with pytest.raises(SenderError, match=sentence) as caught:
        house.record({"kind": "declare_dataset", **wrong})
    assert (caught.value.status, caught.value.pointer) == (422, pointer)
    assert house.ledger.size() == 0


def test_a_declaration_that_lies_ahead_in_an_older_ledger_holds_from_its_entry_on(house: House) -> None:
    index = house.append(declaration(valid_from="2999-01-01T00:00:00Z"), "ada")
    recorded_at = house.ledger.entry(index).entry.recorded_at
    (owner,) = View(house.store).statements([Dataset(**RAW).id], ["owner"])
    assert (owner.valid_from, owner.entry) == (recorded_at, index)


@pytest.mark.parametrize(("former", "now"), [("DICOM", "PACS_DICOM"), ("PATHOLOGY", "PATHOLOGY_SLIDES")])
def test_a_kind_of_source_has_one_spelling_whatever_older_ledgers_say(house: House, former: str, now: str) -> None:
    said = {"kind": "declare_dataset", "dataset": RAW, "source_system": {"name": "made-up archive", "kind": former}}
    house.append(said, "grace")
    record = datasets(View(house.store), [RAW_ID])[RAW_ID]
    assert record.source_system is not None
    assert record.source_system.value.kind == now
    assert house.store.edges([RAW_ID], ("SUPPLIES",), "in")[0].data == {"kind": now}
    accepted = house.record(said)
    assert accepted.warnings == (f"The kind of source {former} is called {now}: taken as that.",)


def test_a_former_kind_of_source_is_counted_under_its_present_spelling(house: House) -> None:
    said = {"kind": "declare_dataset", "dataset": RAW, "source_system": {"name": "made-up archive", "kind": "DICOM"}}
    house.append(said, "grace")
    asked = Search("", filters={"source_system": ("pacs_dicom",)})
    assert [hit.id for hit in search(house.view(), asked).hits] == [RAW_ID]


def test_what_else_is_declared_is_kept_as_it_was_given(house: House) -> None:
    house.record(declaration(**FURTHER))
    record = datasets(View(house.store), [RAW_ID])[RAW_ID]
    held = {name: as_json(name, record.aspects[name].value) for name in FURTHER}
    assert held == FURTHER
    assert record.retention is not None
    assert (record.retention.value.clock, record.retention.value.starts_on) == ("STUDY_END", "2025-12-31")


@pytest.mark.parametrize(
    ("content", "message", "pointer"),
    [
        ({"encryption": {}}, "encryption says nothing; give at_rest", "/encryption"),
        ({"compute_isolation": {}}, "compute_isolation says nothing", "/compute_isolation"),
        ({"encryption": {"at_rest": "ROT13"}}, "at_rest is one of NONE, PROVIDER_KEY", "/encryption/at_rest"),
        ({"storage_pattern": "DRAWER"}, "is one of OBJECT, HYBRID", "/storage_pattern"),
        ({"plaintext_window": {"where": "memory", "seconds": -1}}, "is at least 0", "/plaintext_window/seconds"),
        ({"persons": "many"}, "is a whole number", "/persons"),
        ({"genomic": "no"}, "is true or false", "/genomic"),
        (
            {"retention": {"policy_class": "RESEARCH", "period_days": 1, "starts_on": "2026-01-01"}},
            "Name the clock",
            "/retention",
        ),
        (
            {"retention": {"policy_class": "RESEARCH", "period_days": 1, "clock": "CREATION", "starts_on": "1.1.26"}},
            "is a day of the calendar",
            "/retention/starts_on",
        ),
        ({"encryption_keys": [{"key": "k"}]}, "environment is missing", "/encryption_keys/0/environment"),
    ],
)
def test_what_cannot_be_declared_is_refused_with_what_would_be_right(
    house: House, content: dict[str, Any], message: str, pointer: str
) -> None:
    with pytest.raises(SenderError, match=message) as refused:
        house.record({"kind": "declare_dataset", "dataset": RAW, **content})
    assert refused.value.pointer == pointer
