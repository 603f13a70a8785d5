from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from catalog.store.neo4j.showing import note, properties, shown

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def test_an_object_is_shown_by_its_members_and_a_list_as_a_list() -> None:
    assert shown("permitted_use", {"purposes": ["TREAT"], "duo": [], "statement": None}) == {
        "permitted_use_purposes": ["TREAT"],
        "permitted_use_duo": [],
    }
    assert shown("source_system", {"name": "Test EHR", "kind": "EHR"}) == {
        "source_system_name": "Test EHR",
        "source_system_kind": "EHR",
    }
    assert shown("seal", {"locked": True, "size_bytes": 7}) == {"seal_locked": True, "seal_size_bytes": 7}


def test_an_aspect_that_is_one_value_keeps_its_name() -> None:
    assert shown("owner", "Testperson Alpha") == {"owner": "Testperson Alpha"}
    assert shown("phi_category", ["CLINICAL_NOTE"]) == {"phi_category": ["CLINICAL_NOTE"]}
    assert shown("documentation", {"description": "a table", "contentType": "text/plain"}) == {
        "documentation": "a table",
        "documentation_content_type": "text/plain",
    }
    assert shown("decision", {"decision": "APPROVE"}) == {"decision": "APPROVE"}


def test_a_schema_is_a_line_for_each_field_and_members_of_a_facet_never_take_the_name_of_another_aspect() -> None:
    fields = [{"name": f"c{number}", "type": "int"} for number in range(150)]
    found = shown("schema", {"fields": fields, "version": "9"})
    lines = found["schema"]
    assert isinstance(lines, list)
    assert (lines[0], lines[-1], len(lines)) == ("c0: int", "and 50 more", 101)
    assert found["schema_version_member"] == "9"


def test_what_lies_deeper_is_a_line_each_and_what_is_ours_is_shown_by_name() -> None:
    assert shown("ownership", {"owners": [{"name": "team", "type": "STEWARD"}]}) == {
        "ownership_owners": ["name: team, type: STEWARD"]
    }
    assert shown("column_lineage", {"fields": {"age": {"inputFields": [{"name": "born"}]}}}) == {
        "column_lineage_fields": ["age: inputFields: ((name: born))"]
    }
    assert shown("registration", {"code": {"repository": "r", "clean": False}}) == {
        "registration_code_repository": "r",
        "registration_code_clean": False,
    }


def test_a_time_of_ours_is_a_time() -> None:
    until = 1_961_712_000_000_000
    assert shown("attestation", {"until": until}) == {"attestation_until": datetime(2032, 3, 1, tzinfo=UTC)}


def test_a_member_that_is_no_more_is_taken_off_the_node() -> None:
    rows: dict[str, dict[str, object]] = {}
    old, new = ({"name": "a", "kind": "EHR"}, {"name": "b"})
    note(rows, "Dataset:a", "source_system", json.dumps(old), json.dumps(new))
    assert rows["Dataset:a"]["properties"] == {
        "source_system_name": None,
        "source_system_kind": None,
        "source_system": "b",
    }


@given(st.sampled_from(["schema", "ownership", "registration", "tags", "storage", "owner", "error"]), JSON)
def test_every_property_is_a_scalar_or_a_list_of_one_kind_of_scalar_whatever_an_emitter_sends(
    aspect: str, value: object
) -> None:
    for name, one in properties("Dataset", aspect, value).items():
        assert name.replace("_", "").isalnum()
        several = one if isinstance(one, list) else [one]
        assert len({type(each) for each in several}) <= 1
        assert all(isinstance(each, str | int | float | bool | None) for each in several)
        assert all(-(2**63) <= each < 2**63 for each in several if isinstance(each, int))
