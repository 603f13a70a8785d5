"""Names that would be markup, script or formulas, turn the order of a line, or have no end: on every page and in every
field that takes a text, they are letters and nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

from catalog.api.pages import registry
from graph_schema.characters import escape_hidden
from graph_schema.nodes import Dataset
from tests.integration.catalog.api.conftest import Catalog, serving
from tests.support.pages import BASE, BROWSER, shown, walk
from tests.support.records import attestation, declaration, event, registration, request, seal, source, tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response

MARKUP = "</title></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`{{7*7}}<!--"
BIDI = "\u202etxt.exe\u2066\u200b\u00ad"
EVERY_SCRIPT = "שלום مرحبا नमस्ते こんにちは 😀 Ωμέγα"
LONG = "x" * 2_000
HOSTILE = f"{MARKUP}{BIDI}{EVERY_SCRIPT}"
TEXT = f"=HYPERLINK(1){HOSTILE}"
SCHEME = "javascript:alert(1)"
DATASET = {"namespace": f"made-up {HOSTILE}", "name": f"{HOSTILE}{LONG[:1_000]}"}
OTHER = {"namespace": SCHEME, "name": TEXT}
JOB = {"namespace": HOSTILE, "name": f"job {HOSTILE}"}
RUN = "0198f1c2-aaaa-7000-8000-00000000c1a1"
FORBIDDEN = {"Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of characters that are hidden, or move what is seen; line breaks of the markup apart."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """A catalog in which every name that anybody can give is hostile; nothing is written to it."""
    with serving(tmp_path_factory.mktemp("hostile")) as serve:
        catalog = serve()
        _fill(catalog)
        yield catalog


@pytest.fixture(scope="module")
def pages(hostile: Catalog) -> dict[str, Response]:
    return walk(hostile.client, most=200)


def _fill(catalog: Catalog) -> None:
    columns = [{"name": f"{HOSTILE}{number}", "type": HOSTILE, "description": HOSTILE} for number in range(60)]
    facet: dict[str, Any] = {"_producer": "https://tests.example", "_schemaURL": "https://tests.example/s.json"}
    made = event("START", "2026-01-01T09:00:00Z", run=RUN, schema={**facet, "fields": columns})
    for one in (made, event("FAIL", run=RUN), event("COMPLETE", "2026-01-02T10:00:00Z", run=RUN[:-1] + "2")):
        one["producer"] = f"https://tests.example/{HOSTILE}"
        one["job"] = {**JOB, "facets": {"documentation": {**facet, "description": HOSTILE}}}
        one["inputs"] = [{**OTHER, "facets": {}}]
        one["outputs"] = [{**DATASET, "facets": made["outputs"][0]["facets"]}]
        one["run"]["facets"] = {"errorMessage": {**facet, "message": HOSTILE, "programmingLanguage": HOSTILE}}
        assert catalog.event(one).status_code == 201
    model = {"namespace": HOSTILE, "name": TEXT}
    sealed = seal(dataset=DATASET, job=JOB, run_id=RUN)
    trained = [{"dataset": DATASET, "digest": sealed["digest"]}]
    version = {"model": model, "version": HOSTILE}
    for record in (
        source(source=HOSTILE),
        declaration(
            dataset=DATASET, owner=HOSTILE, clinical_purpose=TEXT, site=HOSTILE, region=HOSTILE, source=HOSTILE
        ),
        declaration(dataset=OTHER, owner=TEXT, schema_version=HOSTILE),
        tag(dataset=OTHER),
        attestation(job=JOB, run_id=RUN, scope=HOSTILE, result=HOSTILE),
        sealed,
        registration(**version, trained_on=trained, evaluated_on=trained, intended_use=HOSTILE, job=JOB, run_id=RUN),
        request(subject={"model_version": version}, use_case=HOSTILE, reason=HOSTILE),
    ):
        answer = catalog.record(record)
        assert answer.status_code == 201, (record["kind"], answer.text[:300])
        catalog.caught_up()
    catalog.labels_kept()


def check(at: str, page: Response) -> None:
    """Hold a page to being nothing but what its templates are."""
    held = shown(page)
    scripts = [given.get("src") for given in held.of("script")]
    assert {one.rpartition("/")[2] for one in scripts if one} <= {
        "htmx.min.js",
        "lineage.mjs",
        "moments.mjs",
        "proof.mjs",
        "sending.mjs",
        "verify.mjs",
    }, at
    assert None not in scripts, at
    assert [name for name, given in held.elements if any(one.startswith("on") for one in given)] == [], at
    assert held.of("img") == held.of("iframe") == held.of("base") == [], at
    for element, given in held.elements:
        for name in ("href", "src", "action", "hx-get"):
            assert not re.match(r"\s*(javascript|data:text|vbscript)", given.get(name, ""), re.IGNORECASE), (
                at,
                element,
            )
    text = "".join(held.text).replace("\n", "")
    assert [one for one in text if unicodedata.category(one) in FORBIDDEN] == [], at
    assert len(page.content) <= 100 * 1024, (at, len(page.content))


def test_every_page_of_a_catalog_of_hostile_names_is_nothing_but_its_template(
    hostile: Catalog, pages: dict[str, Response]
) -> None:
    reached = {at.partition("?")[0].removeprefix("/explorer/").replace("/", "home") for at in pages}
    assert reached == registry.PAGES.keys()
    for at, page in pages.items():
        check(at, page)
    record = hostile.client.get(f"/explorer/dataset?id={Dataset(**DATASET).id}", headers=BROWSER)
    assert escape_hidden(MARKUP) in shown(record).words
    assert "<bdi>" in record.text


@pytest.mark.parametrize("page", registry.PAGES.values(), ids=list(registry.PAGES))
def test_what_an_address_says_is_given_back_as_letters(hostile: Catalog, pages: dict[str, Response], page: Any) -> None:
    known = next((at for at in pages if f"/{page.name}?" in at), f"/explorer/{page.name}?")
    at = "/?" if page.name == "home" else known
    for name in (*page.parameters, "valid", "known", "as", "made-up"):
        for value in (MARKUP, BIDI, SCHEME, LONG, "\x00", "'", "%00", "9" * 400):
            answer = hostile.client.get(at.partition("#")[0], params={name: value}, headers=BROWSER)
            assert answer.status_code in {200, 404, 422}, (page.name, name, value[:30])
            if answer.headers["content-type"].startswith("text/html"):
                check(f"{page.name} {name}", answer)


@pytest.mark.parametrize("action", registry.ACTIONS)
def test_what_a_form_says_is_given_back_as_letters(hostile: Catalog, pages: dict[str, Response], action: str) -> None:
    token = next(
        fields["form_token"] for page in pages.values() for _, fields in shown(page).forms if "form_token" in fields
    )
    names = (
        "id",
        "rule",
        "subject",
        "reason",
        "until",
        "decision",
        "request",
        "meaning",
        "use_case",
        "time_zone",
        "form",
        "stance",
        "of",
        "all_of",
    )
    for value in (MARKUP, BIDI, LONG):
        data = {"form_token": token, **dict.fromkeys(names, value)}
        answer = hostile.client.post(f"/explorer/{action}", data=data, headers={**BROWSER, "Origin": BASE})
        assert answer.status_code in {404, 422}, answer.text[:200]
        check(action, answer)


def test_a_form_that_is_given_back_is_letters_and_sends_what_was_typed(catalog: Catalog) -> None:
    data = {"form_token": "of another session", "kind": "tag", "/reason": f"{HOSTILE}\n{LONG}", MARKUP: BIDI}
    answer = catalog.client.post("/explorer/record", data=data, headers=BROWSER)
    assert answer.status_code == 403
    check("given back", answer)
    (fields,) = [held for form, held in shown(answer).forms if form["action"] == "record"]
    assert fields.pop("form_token") != data["form_token"]
    assert fields == {name: text for name, text in data.items() if name != "form_token"}


def test_no_cell_that_is_taken_along_is_a_formula(hostile: Catalog) -> None:
    address = f"/explorer/lineage?id={Dataset(**DATASET).id}&as=csv"
    found = hostile.client.get(address, headers=BROWSER).text
    assert "'=HYPERLINK(1)" in found
    assert not re.search(r'(^|,)"?[=+@-][A-Z]', found, re.MULTILINE)
    picture = hostile.client.get(address.replace("csv", "svg"), headers=BROWSER)
    assert "<script" not in picture.text
    assert "script-src" not in picture.headers["content-security-policy"]
    assert "default-src 'none'" in picture.headers["content-security-policy"]
