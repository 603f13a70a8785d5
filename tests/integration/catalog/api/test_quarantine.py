"""What is kept out of the graph, over GraphQL and on the operation page, as one query gives it to both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.pages import BROWSER, shown
from tests.support.records import event, policies
from tests.unit.catalog.policies.test_ingest import by_spark, ruled

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

QUERY = """
query Kept($causes: [QuarantineCause!], $first: Int!, $after: String) {
  quarantined(causes: $causes, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { entry kind kindName recordedAt actor cause reason policies policySet } } }
"""


def fill(catalog: Catalog) -> list[int]:
    assert catalog.record(ruled()).status_code == 201
    runs = [f"0190d2e6-0000-7000-8000-0000000000{number:02}" for number in range(3)]
    kept_out = [catalog.event(by_spark(run=run)).json()["index"] for run in runs]
    assert catalog.event(event()).status_code == 201
    catalog.caught_up()
    return kept_out


def test_it_is_listed_the_newest_first_page_by_page(catalog: Catalog) -> None:
    kept_out = fill(catalog)
    first = catalog.data(QUERY, first=2)["quarantined"]
    rest = catalog.data(QUERY, first=2, after=first["pageInfo"]["endCursor"])["quarantined"]
    found: list[dict[str, Any]] = [*first["nodes"], *rest["nodes"]]
    assert [one["entry"] for one in found] == kept_out[::-1]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (3, True, False)
    assert {(one["kind"], one["kindName"], one["actor"], one["cause"], *one["policies"]) for one in found} == {
        ("RUN_EVENT", "openlineage.run_event", "local", "POLICY", "spark-is-not-known")
    }
    assert all(one["policySet"] in one["reason"] for one in found)
    assert catalog.data(QUERY, first=2, causes=["UNREADABLE"])["quarantined"]["totalCount"] == 0


def test_a_cursor_of_another_question_and_a_page_of_nothing_are_refused(catalog: Catalog) -> None:
    fill(catalog)
    after = catalog.data(QUERY, first=1)["quarantined"]["pageInfo"]["endCursor"]
    for wrong in ({"first": 1, "after": after, "causes": ["POLICY"]}, {"first": 0}, {"first": 501}):
        (error,) = catalog.ask(QUERY, **wrong)["errors"]
        assert error["extensions"]["code"] == "INVALID_INPUT"


def test_the_page_shows_who_sent_it_and_why(catalog: Catalog) -> None:
    kept_out = fill(catalog)
    page = catalog.client.get("/explorer/operation").text
    assert "3 entries in quarantine" in page
    assert page.count("kept out by <code>spark-is-not-known</code>") == 3
    assert "3 in quarantine" in page
    assert all(f">#{index}</a> openlineage.run_event" in page for index in kept_out)
    assert "by local: Nobody mapped what this producer sends." in page


def test_what_policies_keep_out_is_let_in_from_the_page_once_they_permit_it(catalog: Catalog) -> None:
    kept_out = fill(catalog)
    page = shown(catalog.client.get("/explorer/operation", headers=BROWSER))
    links = [one["href"] for one in page.of("a") if "release_quarantined" in one.get("href", "")]
    assert len(links) == len(kept_out) + 1
    (_, form) = next(
        each
        for each in shown(catalog.client.get(f"/explorer/{links[-1]}", headers=BROWSER)).forms
        if each[0].get("action") == "record"
    )
    form |= {"/entries": "\n".join(map(str, kept_out)), "/reason": "Mapped since"}
    refused = catalog.client.post("/explorer/record", data=form, headers=BROWSER)
    assert refused.status_code == 422
    assert catalog.record(policies("permit (principal, action, resource);\n")).status_code == 201
    catalog.caught_up()
    assert catalog.client.post("/explorer/record", data=form, headers=BROWSER).status_code in {200, 303}
    catalog.caught_up()
    assert "0 entries in quarantine" in catalog.client.get("/explorer/operation").text
