"""What a page lets one take along: the dossier of a dataset, and the approvals record of a period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reports.verify import verify
from tests.support import made_up_lineage as made
from tests.support.pages import BASE, BROWSER, shown

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

POSTED = {**BROWSER, "Origin": BASE}


@pytest.mark.parametrize(
    ("page", "fields", "title"),
    [
        (f"dataset?id={made.dataset(made.CLEARED)}", {}, "Dataset dossier"),
        ("approvals", {"since": "2020-01-01", "until": "2099-01-01"}, "Approvals record"),
    ],
)
def test_a_report_is_issued_from_its_page(pipeline: Catalog, page: str, fields: dict[str, str], title: str) -> None:
    forms = shown(pipeline.client.get(f"/explorer/{page}", headers=BROWSER)).forms
    held = next(held for form, held in forms if form.get("action", "").endswith("dossier"))
    answer = pipeline.client.post("/explorer/dossier", data={**held, **fields, "form": "json"}, headers=POSTED)
    assert answer.status_code == 200
    assert answer.json()["document"]["title"] == title
    assert verify(answer.content, pipeline.client.get("/api/v1/ledger/keys").text.splitlines()[0]).ok


def test_a_period_that_ends_before_it_begins_is_refused(pipeline: Catalog) -> None:
    forms = shown(pipeline.client.get("/explorer/approvals", headers=BROWSER)).forms
    held = next(held for form, held in forms if form.get("action", "").endswith("dossier"))
    days = {"since": "2031-02-01", "until": "2031-01-01", "form": "pdf"}
    answer = pipeline.client.post("/explorer/dossier", data={**held, **days}, headers=POSTED)
    assert answer.status_code == 422
    assert "SINCE..UNTIL" in answer.text


@pytest.mark.parametrize("through", ["page", "address"])
def test_a_dossier_counts_decisions_of_the_days_that_are_asked_for(pipeline: Catalog, through: str) -> None:
    identifier = made.dataset(made.CLEARED)
    if through == "page":
        forms = shown(pipeline.client.get(f"/explorer/dataset?id={identifier}", headers=BROWSER)).forms
        held = next(held for form, held in forms if form.get("action", "").endswith("dossier"))
        sent = {**held, "days": "7", "form": "json"}
        answer = pipeline.client.post("/explorer/dossier", data=sent, headers=POSTED)
    else:
        answer = pipeline.client.get(f"/api/v1/reports/dataset-dossier/{identifier}.json?accessDays=7")
    assert answer.status_code == 200, answer.text
    assert answer.json()["context"]["access_days"] == 7
    wrong = pipeline.client.get(f"/api/v1/reports/approvals/{identifier}.json?accessDays=7")
    assert (wrong.status_code, "for the dossier of a dataset" in wrong.json()["detail"]) == (422, True)


@pytest.mark.parametrize(("form", "how"), [("pdf", "inline"), ("html", "attachment"), ("json", "attachment")])
def test_a_report_that_a_browser_would_show_as_a_page_is_handed_over_to_keep(
    pipeline: Catalog, form: str, how: str
) -> None:
    forms = shown(pipeline.client.get("/explorer/approvals", headers=BROWSER)).forms
    held = next(held for form, held in forms if form.get("action", "").endswith("dossier"))
    days = {"since": "2031-01-01", "until": "2031-02-01", "form": form}
    answer = pipeline.client.post("/explorer/dossier", data={**held, **days}, headers=POSTED)
    assert answer.headers["content-disposition"] == f'{how}; filename="approvals-period.{form}"'


@pytest.mark.parametrize("page", ["approvals", f"dataset?id={made.dataset(made.CLEARED)}"])
def test_what_a_form_was_refused_for_leads_back_to_its_page(pipeline: Catalog, page: str) -> None:
    forms = shown(pipeline.client.get(f"/explorer/{page}", headers=BROWSER)).forms
    form, held = next((form, held) for form, held in forms if form.get("action", "").endswith("dossier"))
    wrong = {"since": "2031-02-01", "until": "2031-01-01", "days": "0", "form": "pdf"}
    answer = pipeline.client.post(f"/explorer/{form['address']}", data={**held, **wrong}, headers=POSTED)
    assert answer.status_code == 422
    assert page in [one["href"].replace("%3A", ":") for one in shown(answer).of("a")]
    again = pipeline.client.get(f"/explorer/{form['address']}", headers=BROWSER, follow_redirects=False)
    assert again.headers["location"].replace("%3A", ":") == page
