"""The work list of labels: many judged by one form, each by a record of its own, and what was refused said by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graph_schema.nodes import Job
from tests.support.pages import BASE, BROWSER, Shown, shown
from tests.support.records import CURATED, JOB, RAW, event, tag

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

NAMES = ("mrn", "dob", "status", "note_text")


@pytest.fixture
def suggested(catalog: Catalog) -> Catalog:
    """A catalog with three suggestions of one dataset and one of another."""
    made = event(schema={"fields": [{"name": name, "type": "STRING"} for name in NAMES]})
    made["inputs"][0]["facets"] = {"schema": {"fields": [{"name": "birth_date"}]}}
    catalog.event(made)
    catalog.caught_up()
    return catalog


def page(catalog: Catalog, address: str = "labels") -> Shown:
    answer = catalog.client.get(f"/explorer/{address}", headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return shown(answer)


def ticks(found: Shown) -> list[str]:
    return [one["value"] for one in found.of("input") if one.get("name") == "of"]


def judged(catalog: Catalog, status: int = 200, **fields: Any) -> Shown:
    token = next(held["form_token"] for _, held in page(catalog).forms if "form_token" in held)
    given = {"form_token": token, "stance": "confirm", "reason": "Looked at", **fields}
    answer = catalog.client.post("/explorer/judge-labels", data=given, headers={**BROWSER, "Origin": BASE})
    assert answer.status_code == status, answer.text
    return shown(answer)


def judgements(catalog: Catalog) -> dict[str, str]:
    found = catalog.data("{ suggestions(first: 50) { nodes { column judgement } } }")["suggestions"]["nodes"]
    return {one["column"]: one["judgement"] for one in found}


def test_what_is_ticked_is_judged_by_a_record_each_and_again_by_none(suggested: Catalog) -> None:
    every = ticks(page(suggested))
    assert len(every) == 4
    size = suggested.service.ledger.size()
    first = judged(suggested, of=every[:2])
    assert "2 suggestions were confirmed." in first.words
    assert suggested.service.ledger.size() == size + 2
    suggested.caught_up()
    assert sorted(judgements(suggested).values()) == ["CONFIRMED", "CONFIRMED", "OPEN", "OPEN"]
    again = judged(suggested, of=every[:3])
    assert "1 suggestion was confirmed, 2 were judged so before." in again.words
    assert suggested.service.ledger.size() == size + 3
    suggested.caught_up()
    assert ticks(page(suggested)) == every[3:]
    assert "confirmed by local: Looked at" in page(suggested, "labels?judgement=confirmed").words


def test_what_was_judged_has_an_address_that_says_it_again(suggested: Catalog) -> None:
    every = ticks(page(suggested))
    judged(suggested, of=every[:1])
    suggested.caught_up()
    token = next(held["form_token"] for _, held in page(suggested).forms if "form_token" in held)
    given = {"form_token": token, "stance": "confirm", "reason": "Looked at", "of": every[:3], "namespace": "curated"}
    headers = {**BROWSER, "Origin": BASE}
    answer = suggested.client.post("/explorer/judge-labels", data=given, headers=headers, follow_redirects=False)
    newest = suggested.service.ledger.size() - 1
    address = f"labels?namespace=curated&recorded={newest - 1}-{newest}&before={newest - 2}"
    assert (answer.status_code, answer.headers["location"].replace("%2C", ",")) == (303, address)
    suggested.caught_up()
    for _ in range(2):
        found = page(suggested, address)
        assert "2 suggestions were confirmed, 1 was judged so before." in found.words
        assert {f"entry?index={newest - back}" for back in range(3)} <= {one["href"] for one in found.of("a")}
    # Entries that judge nothing are passed over, and what is no range is one clear error.
    assert "were confirmed" not in page(suggested, "labels?recorded=0").words
    for wrong in ("x", "3-", "9-3", "0-200", "1,,2"):
        refused = suggested.client.get(f"/explorer/labels?recorded={wrong}", headers=BROWSER)
        assert refused.status_code == 422
        assert "recorded names up to 200 entries, such as 3-7,9." in shown(refused).words


def test_all_that_was_shown_of_a_dataset_is_judged_at_once(suggested: Catalog) -> None:
    every = ticks(page(suggested))
    (whole,) = [one["value"] for one in page(suggested).of("input") if one.get("name") == "all_of"]
    found = judged(suggested, shown=every, all_of=whole, stance="reject")
    assert "3 suggestions were rejected." in found.words
    suggested.caught_up()
    assert judgements(suggested) == {
        "birth_date": "OPEN",
        "mrn": "REJECTED",
        "dob": "REJECTED",
        "note_text": "REJECTED",
    }


def test_one_that_is_refused_stops_none_of_the_others(suggested: Catalog) -> None:
    every = ticks(page(suggested))
    gone = every[0].replace(every[0].split()[1], "CLINICAL_NOTE_OF_NOBODY")
    found = judged(suggested, of=[gone, "Dataset:none X Y", *every[1:2]])
    assert "1 suggestion was confirmed, 2 were refused." in found.words
    assert found.words.count("Nothing of this kind is suggested of it any more") == 2


def test_nothing_ticked_or_no_reason_or_stance_is_one_clear_error(suggested: Catalog) -> None:
    every = ticks(page(suggested))
    for fields, sentence in (
        ({}, "Tick what is to be judged"),
        ({"of": every, "reason": " "}, "Say why"),
        ({"of": every, "stance": "assert"}, "stance is confirm or reject"),
        ({"of": [f"Dataset:{number} X Y" for number in range(201)]}, "1 to 200"),
    ):
        assert sentence in judged(suggested, 422, **fields).words
    assert set(judgements(suggested).values()) == {"OPEN"}


def test_the_list_is_narrowed_and_goes_on_behind_its_last(suggested: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ticks(page(suggested))
    monkeypatch.setattr("catalog.api.pages.labels._FIRST", 1)
    at, found = "labels", list[str]()
    while at:
        one = page(suggested, at)
        assert len(ticks(one)) <= 1
        found += ticks(one)
        at = next((link["href"] for link in one.of("a") if link.get("rel") == "next"), "")
    assert found == whole
    monkeypatch.undo()
    assert len(ticks(page(suggested, f"labels?namespace={CURATED['namespace']}"))) == 3
    assert len(ticks(page(suggested, f"labels?namespace={RAW['namespace']}&kind=quasi_identifier"))) == 1
    assert ticks(page(suggested, "labels?judgement=rejected")) == []


ATTESTATIONS = """
query Of($ref: QualifiedNameInput!) { job(ref: $ref) { ... on Job { attestations { expert validFrom } } } }
"""
MASKED = [{"type": "DIRECT", "subtype": "TRANSFORMATION", "masking": True}]
ATTESTED = {
    "id": Job(**JOB).id,
    "method": "EXPERT_DETERMINATION",
    "codes": "H",
    "expert": "An expert",
    "scope": "All columns",
    "result": "None left",
    "since": "2025-01-01",
}


def supposed(catalog: Catalog, **more: str) -> Shown:
    answer = catalog.client.get("/explorer/attestation", params={**ATTESTED, **more}, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return shown(answer)


def test_a_label_that_stays_by_another_way_is_not_counted_as_taken_away(catalog: Catalog) -> None:
    fed = {"namespace": "landing", "name": "visits", "field": "mrn", "transformations": MASKED}
    catalog.event(event(columnLineage={"fields": {"key": {"inputFields": [fed]}}}))
    for of in ({}, {"dataset": CURATED, "column": "key"}):
        catalog.record(tag(confidentiality=None, valid_from="2025-01-01T00:00:00Z", **of))
    catalog.caught_up()
    found = supposed(catalog)
    assert "It would take away nothing; 1 label it takes away on one way stays by another" in found.words
    assert "It would clear nothing wholly." in found.words


def test_an_attestation_is_signed_after_one_saw_what_it_would_clear(catalog: Catalog) -> None:
    fed = {"namespace": "landing", "name": "visits", "field": "mrn", "transformations": MASKED}
    catalog.event(event(columnLineage={"fields": {"key": {"inputFields": [fed]}}}))
    catalog.record(tag(confidentiality=None, valid_from="2025-01-01T00:00:00Z"))
    catalog.caught_up()
    size = catalog.service.ledger.size()
    found = supposed(catalog)
    assert "It would take away 1 label" in found.words
    assert "direct identifier H into key from mrn" in found.words
    assert "it would still hold none" in found.words
    assert catalog.service.ledger.size() == size
    (fields,) = [held for form, held in found.forms if form.get("action") == "attest"]
    answer = catalog.client.post(
        "/explorer/attest", data=fields, headers={**BROWSER, "Origin": BASE}, follow_redirects=False
    )
    assert answer.headers["location"] == f"entry?index={size}"
    catalog.caught_up()
    (recorded,) = catalog.data(ATTESTATIONS, ref=JOB)["job"]["attestations"]
    assert (recorded["expert"], recorded["validFrom"]) == ("An expert", "2025-01-01T00:00:00Z")


def test_what_would_clear_nothing_or_cannot_be_attested_is_said_before_signing(catalog: Catalog) -> None:
    catalog.event(event())
    catalog.record(tag(confidentiality=None, valid_from="2025-01-01T00:00:00Z"))
    catalog.caught_up()
    found = supposed(catalog, codes="D", technique="DERIVED_CODE")
    assert "It would take away nothing" in found.words
    assert "It would clear nothing." in found.words
    for more, sentence in (
        ({"expert": ""}, "An expert determination names its expert"),
        ({"codes": "Z"}, "Z"),
        ({"technique": "AGGREGATED"}, "smallest cell"),
    ):
        refused = supposed(catalog, **more)
        assert sentence in refused.words
        assert not [form for form, _ in refused.forms if form.get("action") == "attest"]


def test_a_mapping_is_tried_on_what_was_received_before_it_is_recorded(catalog: Catalog) -> None:
    facet = {"_producer": "https://tests.example", "_schemaURL": "https://tests.example/s.json", "team": "Made-up team"}
    catalog.event(event(ours=facet))
    catalog.caught_up()
    size = catalog.service.ledger.size()
    tried = {"mapping": "team", "facet": "ours", "on": "dataset", "pointer": "/team", "target": "owner"}
    answer = catalog.client.get("/explorer/mappings", params={**tried, "reason": "Ours"}, headers=BROWSER)
    found = shown(answer)
    assert "It would say something of 1 thing" in found.words
    assert "Made-up team" in found.words
    assert "0 mappings in force" in found.words
    assert catalog.service.ledger.size() == size
    refused = catalog.client.get(
        "/explorer/mappings", params={**tried, "on": "job", "target": "region", "reason": "Ours"}, headers=BROWSER
    )
    assert "mapped to one of" in shown(refused).words
    (fields,) = [held for form, held in found.forms if form.get("action") == "map-facet"]
    catalog.client.post("/explorer/map-facet", data=fields, headers={**BROWSER, "Origin": BASE})
    catalog.caught_up()
    assert catalog.service.ledger.size() == size + 1
    assert "1 mapping in force" in page(catalog, "mappings").words
