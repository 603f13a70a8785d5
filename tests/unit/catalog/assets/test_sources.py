from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.assets.model import AspectInForce, DatasetRecord, StatementSource
from catalog.assets.queries import datasets
from catalog.assets.rules import inherited
from catalog.assets.sources import sources
from catalog.errors import SenderError
from catalog.reading import AsOf
from graph_schema.aspects import DECLARED_OF_SOURCE
from graph_schema.nodes import Dataset
from tests.support.records import RAW, House, declaration, ending_source, event, place, source

RAW_ID = Dataset(**RAW).id
NAMED = {"kind": "declare_dataset", "dataset": RAW, "source": "made-up EHR"}


def raw(house: House, as_of: AsOf | None = None) -> DatasetRecord:
    view = house.view() if as_of is None else house.view(as_of)
    return datasets(view, [RAW_ID])[RAW_ID]


def test_a_dataset_has_what_its_source_says_and_says_so(house: House) -> None:
    house.record(source())
    house.record(NAMED)
    record = raw(house)
    assert record.owner is not None
    assert (record.owner.value, record.owner.by_source, record.owner.entry) == ("records office", "made-up EHR", 0)
    assert record.source_system is not None
    assert (record.source_system.value.name, record.source_system.value.kind) == ("made-up EHR", "EHR")
    assert record.permitted_places is not None
    assert record.permitted_places.value == ("EU",)
    assert record.supplier is not None
    assert record.supplier.by_source is None


def test_what_is_said_of_the_dataset_stands_before_what_its_source_says(house: House) -> None:
    house.record(source())
    house.record({**NAMED, "owner": "cardiology", "phi_category": []})
    record = raw(house)
    assert record.owner is not None
    assert (record.owner.value, record.owner.by_source, record.owner.entry) == ("cardiology", None, 1)
    assert record.phi_category is not None
    assert record.phi_category.value == ()


def test_a_source_fills_the_mandatory_fields_that_it_says(house: House) -> None:
    house.record(NAMED)
    assert [gap.field for gap in raw(house).gaps] == [
        "owner",
        "source_system",
        "schema_version",
        "clinical_purpose",
        "phi_category",
        "retention",
        "permitted_use",
        "lineage",
    ]
    house.record(source())
    assert [gap.field for gap in raw(house).gaps] == ["schema_version", "permitted_use", "lineage"]


def test_a_system_that_is_named_is_the_source_of_that_name(house: House) -> None:
    house.record({"kind": "declare_dataset", "dataset": RAW, "source_system": {"name": "made-up EHR", "kind": "LAB"}})
    house.record(source())
    record = raw(house)
    assert record.owner is not None
    assert record.owner.by_source == "made-up EHR"
    assert record.source_system is not None
    assert (record.source_system.value.kind, record.source_system.by_source) == ("LAB", None)


def test_what_a_source_says_holds_when_it_was_known(house: House) -> None:
    house.record(NAMED)
    house.record(source())
    house.record(source(owner="archive"))
    found = [raw(house, AsOf(known_at=known)).owner for known in (0, 1, 2)]
    assert [None if owner is None else owner.value for owner in found] == [None, "records office", "archive"]


def test_what_a_later_declaration_of_a_source_leaves_out_stays_as_it_was(house: House) -> None:
    house.record(source())
    house.record({"kind": "declare_source", "source": "made-up EHR", "owner": "archive"})
    (found,) = sources(house.view())
    assert (found.name, found.aspects["owner"].value, found.aspects["source_kind"].value) == (
        "made-up EHR",
        "archive",
        "EHR",
    )


def test_a_source_that_is_only_named_is_not_declared(house: House) -> None:
    house.record(declaration())
    assert sources(house.view()) == ()


def test_whoever_names_what_is_not_declared_is_told_what_is_near(house: House) -> None:
    house.record(place("North", None))
    house.record(source(permitted_places=["North"]))
    accepted = house.record({**NAMED, "source": "made-up EHT", "place": "Nort"})
    assert [warning.rpartition("Did you mean ")[2] for warning in accepted.warnings] == ["made-up EHR?", "North?"]
    assert house.record({**NAMED, "place": "North"}).warnings == ()


def test_a_former_kind_of_a_source_is_taken_under_its_present_spelling(house: House) -> None:
    accepted = house.record({"kind": "declare_source", "source": "made-up archive", "source_kind": "DICOM"})
    assert accepted.warnings == ("The kind of source DICOM is called PACS_DICOM: taken as that.",)
    assert sources(house.view())[0].aspects["source_kind"].value == "PACS_DICOM"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "Declare at least one thing about the source"),
        ({"permitted_places": []}, "permitted_places has at least 1 item"),
        ({"source_kind": "TOASTER"}, "source_kind is one of EHR, HL7V2"),
        ({"permitted_processing": ["BY_HAND"]}, "is one of BATCH"),
        ({"ownr": "x"}, "declare_source has no such field"),
    ],
)
def test_a_source_that_says_nothing_that_can_be_is_refused(house: House, content: dict[str, Any], message: str) -> None:
    with pytest.raises(SenderError, match=message):
        house.record({"kind": "declare_source", "source": "made-up EHR", **content})


def test_from_its_end_a_source_holds_of_nothing(house: House) -> None:
    house.record(source())
    house.record(NAMED)
    house.record(ending_source())
    assert raw(house).owner is None
    assert sources(house.view()) == ()
    assert raw(house, AsOf(known_at=1)).owner is not None
    house.record({"kind": "declare_source", "source": "made-up EHR", "source_kind": "LAB"})
    again = raw(house)
    assert again.owner is None
    assert again.source_system is not None
    assert again.source_system.value.kind == "LAB"


def test_whoever_ends_a_source_is_told_what_it_supplies(house: House) -> None:
    house.record(source())
    assert house.record(ending_source(valid_from="2020-01-01T00:00:00Z")).warnings == ()
    house.record(NAMED)
    [warning] = house.record(ending_source()).warnings
    assert "Datasets are still supplied by it" in warning
    assert warning.endswith("There is one.")
    with pytest.raises(SenderError, match="unknown source"):
        house.record(ending_source("made-up EHT"))


def test_a_source_describes_no_dataset(house: House) -> None:
    house.send(event())
    house.record(source())
    assert raw(house).state == "GHOST"


_ASPECTS = st.dictionaries(st.sampled_from([*DECLARED_OF_SOURCE, "source_system", "zone"]), st.integers(0, 3))


@given(_ASPECTS, _ASPECTS)
def test_inheriting_adds_and_never_replaces(own: dict[str, int], declared: dict[str, int]) -> None:
    made = [
        {name: AspectInForce(value, StatementSource.RECORD, value, 0) for name, value in of.items()}
        for of in (own, declared)
    ]
    found = inherited(made[0], "S", made[1])
    assert not found.keys() & own.keys()
    expected = {("source_system" if name == "source_kind" else name) for name in declared} - own.keys()
    assert found.keys() == expected
    assert {one.by_source for one in found.values()} <= {"S"}
