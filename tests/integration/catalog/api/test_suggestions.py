"""The steward's list over GraphQL: what is suggested, by dataset and column, and what was judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.records import CURATED, event, tag

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

FIELDS = "column phiKind judgement rule fieldType entry judgedBy reason judgedEntry codes { code } dataset { name }"
LIST = f"""
query List($filter: SuggestionFilter, $first: Int!, $after: String) {{
  suggestions(filter: $filter, first: $first, after: $after) {{
    totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {FIELDS} }} }}
  suggestionCounts(filter: $filter) {{ judgement phiKind count }} }}
"""
DATASET = """
query Of($ref: QualifiedNameInput!) { dataset(ref: $ref) { ... on Dataset {
  suggestions { column } labels { column origin }
  columns { nodes { name suggestions { phiKind } } } } } }
"""
NAMES = ("mrn", "dob", "status", "note_text")


def fill(catalog: Catalog) -> None:
    fields = [{"name": name, "type": "STRING"} for name in NAMES]
    catalog.event(event(schema={"fields": fields}))
    catalog.caught_up()


def listed(catalog: Catalog, **wanted: Any) -> dict[str, Any]:
    found: dict[str, Any] = catalog.data(LIST, filter=wanted or None, first=50)
    return found


def test_what_schemas_suggest_is_listed_and_counted(catalog: Catalog) -> None:
    fill(catalog)
    found = listed(catalog)
    nodes = {one["column"]: one for one in found["suggestions"]["nodes"]}
    assert sorted(nodes) == ["dob", "mrn", "note_text"]
    assert nodes["mrn"] == {
        "column": "mrn",
        "phiKind": "DIRECT_IDENTIFIER",
        "judgement": "OPEN",
        "rule": "name in use: mrn",
        "fieldType": "STRING",
        "entry": 0,
        "judgedBy": None,
        "reason": None,
        "judgedEntry": None,
        "codes": [{"code": "H"}],
        "dataset": {"name": CURATED["name"]},
    }
    assert len(nodes["note_text"]["codes"]) == 18
    assert sum(one["count"] for one in found["suggestionCounts"]) == found["suggestions"]["totalCount"] == 3


def test_what_is_judged_is_filtered_and_says_by_whom(catalog: Catalog) -> None:
    fill(catalog)
    stated = tag(dataset=CURATED, column="mrn", stance="REJECT", reason="A made-up column", codes=[])
    assert catalog.record(stated).status_code == 201
    catalog.caught_up()
    (one,) = listed(catalog, judgements=["REJECTED"])["suggestions"]["nodes"]
    assert (one["column"], one["judgedBy"], one["reason"], one["judgedEntry"]) == (
        "mrn",
        "local",
        "A made-up column",
        1,
    )
    assert {each["column"] for each in listed(catalog, judgements=["OPEN"])["suggestions"]["nodes"]} == {
        "dob",
        "note_text",
    }
    assert not listed(catalog, namespaces=["elsewhere"])["suggestions"]["nodes"]
    assert [each["column"] for each in listed(catalog, phiKinds=["CLINICAL_NOTE"])["suggestions"]["nodes"]] == [
        "note_text"
    ]


def test_the_list_goes_on_page_by_page(catalog: Catalog) -> None:
    fill(catalog)
    columns: list[str] = []
    after, more = None, True
    while more:
        page = catalog.data(LIST, first=1, after=after)["suggestions"]
        columns += [one["column"] for one in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert columns == ["dob", "mrn", "note_text"]


def test_a_dataset_and_its_columns_show_their_own(catalog: Catalog) -> None:
    fill(catalog)
    found = catalog.data(DATASET, ref=CURATED)["dataset"]
    assert [one["column"] for one in found["suggestions"]] == ["dob", "mrn", "note_text"]
    assert {one["origin"] for one in found["labels"]} == {"SUGGESTED"}
    by_name = {one["name"]: one["suggestions"] for one in found["columns"]["nodes"]}
    assert by_name["status"] == []
    assert by_name["dob"] == [{"phiKind": "QUASI_IDENTIFIER"}]
