"""Who sends what, over GraphQL and in the metrics, as events come and as they are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from catalog.reading import Rights
from tests.support.records import JOB, event

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

SPARK = "https://example.org/tree/1.2.0/spark"
OTHER = "https://example.org/other"
QUERY = """
query Producers($first: Int!, $after: String) { producers(first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor }
  nodes { uri name version events newestEntry lastSeen quarantined rejected
          deviations { code count } skew { events median late early } } } }
"""


def said(number: int, producer: str | None, at: str = "2026-01-01T09:00:00Z", **more: Any) -> dict[str, Any]:
    found = {**event(at=at, run=f"0190d2e6-0000-7000-8000-{number:012}"), "producer": producer, **more}
    return {key: value for key, value in found.items() if value is not None}


def asked(catalog: Catalog) -> dict[str, dict[str, Any]]:
    catalog.caught_up()
    found = catalog.data(QUERY, first=50)["producers"]["nodes"]
    return {one["uri"]: one for one in found}


def fill(catalog: Catalog) -> None:
    for number in range(40):
        catalog.event(said(number, SPARK))
    catalog.event(said(50, SPARK, at="2999-01-01T00:00:00Z", eventType="complete"))
    catalog.event(said(51, OTHER))
    catalog.event(said(51, OTHER))
    catalog.event(said(52, None))
    assert catalog.event({"producer": OTHER, "run": {"runId": 7}}).status_code == 422
    assert catalog.client.post("/api/v1/lineage", content=b"{").status_code == 400


def test_each_producer_is_shown_with_what_it_sent(catalog: Catalog) -> None:
    fill(catalog)
    found = asked(catalog)
    assert list(found) == ["", OTHER, SPARK]
    spark, other, nobody = found[SPARK], found[OTHER], found[""]
    assert (spark["name"], spark["version"]) == ("https://example.org/tree/spark", "1.2.0")
    assert [one["events"] for one in (spark, other, nobody)] == [41, 1, 1]
    assert (spark["newestEntry"], other["newestEntry"]) == (40, 41)
    deviations = {one["code"]: one["count"] for one in spark["deviations"]}
    assert deviations["event-type-case"] == deviations["event-from-the-future"] == 1
    assert {one["code"] for one in nobody["deviations"]} >= {"producer-missing"}
    assert [one["rejected"] for one in (spark, other, nobody)] == [0, 1, 1]
    assert int(spark["skew"]["early"]) > 10**15
    assert 0 < int(spark["skew"]["median"]) <= int(spark["skew"]["late"])
    assert spark["skew"]["events"] == 32


def test_a_page_goes_on_where_one_ended(catalog: Catalog) -> None:
    fill(catalog)
    catalog.caught_up()
    first = catalog.data(QUERY, first=2)["producers"]
    rest = catalog.data(QUERY, first=2, after=first["pageInfo"]["endCursor"])["producers"]
    assert [one["uri"] for one in (*first["nodes"], *rest["nodes"])] == ["", OTHER, SPARK]


def test_rights_hide_what_was_sent_of_other_namespaces_and_what_was_refused(serve: Callable[..., Catalog]) -> None:
    hidden = serve(rights=lambda _: Rights(namespaces=frozenset({"elsewhere"})))
    fill(hidden)
    assert asked(hidden) == {}


def test_the_metrics_count_by_producer_as_it_is_stored(catalog: Catalog) -> None:
    catalog.event(said(1, f"{OTHER}/Social Security 078-05-1120"))
    catalog.event({"producer": f"{OTHER}/Social Security 078-05-1120", "run": {"runId": 7}})
    fill(catalog)
    shown = catalog.client.get("/metrics").text
    assert f'lineward_producer_events_total{{outcome="taken",producer="{SPARK}"}} 41.0' in shown
    assert f'lineward_producer_events_total{{outcome="refused",producer="{OTHER}"}} 1.0' in shown
    assert f'lineward_producer_deviations_total{{code="event-type-case",producer="{SPARK}"}} 1.0' in shown
    assert "078-05-1120" not in shown


def test_who_may_not_see_everything_learns_nothing_of_what_was_refused(serve: Callable[..., Catalog]) -> None:
    bounded = serve(rights=lambda _: Rights(namespaces=frozenset({JOB["namespace"]})))
    fill(bounded)
    assert {one["rejected"] for one in asked(bounded).values()} == {None}
