"""Every page there is: what it says of itself, what it asks, what it costs, and what it never shows."""

from __future__ import annotations

import dataclasses
import html
import inspect
import re
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from catalog.access.model import Actor
from catalog.api.pages import registry, work
from catalog.api.pages.page import Context, Page
from catalog.api.pages.words import worded
from catalog.reading import EVERYTHING, Rights
from graph_schema.nodes import Dataset, Job, Model, Run
from tests.integration.catalog.api.conftest import Catalog, serving
from tests.integration.catalog.api.test_graphql import CountingStore
from tests.support import records
from tests.support.clinical_story import CLAIMS_ID, CLEARED, VERSION, Story
from tests.support.commands import command_of, every_command
from tests.support.deployments import deployment
from tests.support.pages import BROWSER, shown, walk
from tests.support.records import CURATED, JOB, RAW, declaration, event, request

if TYPE_CHECKING:
    from httpx2 import Response

MOST_BYTES = 100 * 1024
DATASET = Dataset("lake", CLEARED).id


@pytest.fixture(scope="module")
def clinical(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """The clinical story, to which nothing is written."""
    folder = tmp_path_factory.mktemp("clinical")
    house = Story(folder / "story").house
    with serving(folder) as serve:
        yield serve(house.ledger, house.store, owner=True)


@pytest.fixture(scope="module")
def pages(clinical: Catalog) -> dict[str, Response]:
    return walk(clinical.client)


def get(catalog: Catalog, address: str) -> Response:
    found: Response = catalog.client.get(address, headers=BROWSER)
    return found


@pytest.mark.parametrize("page", registry.PAGES.values(), ids=list(registry.PAGES))
def test_a_page_says_what_it_is_and_has_its_template(page: Page) -> None:
    module = sys.modules[page.read.__module__]
    assert page.name == module.__name__.rpartition(".")[2].replace("_", "-")
    for thing in (module, page.context, page.read):
        assert (inspect.getdoc(thing) or "").endswith("."), thing
    assert issubclass(page.context, Context)
    assert dataclasses.fields(page.context)
    assert (files("catalog.api.pages") / "templates" / page.template).is_file()
    source = inspect.getsource(module)
    for name in page.parameters:
        assert f'"{name}"' in source


def test_every_page_and_every_form_is_reached_from_the_home_page(pages: dict[str, Response]) -> None:
    names = {re.sub(r"^/explorer/", "", at.partition("?")[0]) or "home" for at in pages}
    assert {name.replace("/", "home") for name in names} == registry.PAGES.keys()
    forms = {
        form["action"].partition("#")[0]
        for page in pages.values()
        for form, _ in shown(page).forms
        if form.get("method") == "post"
    }
    assert forms <= registry.ACTIONS.keys()


def test_each_page_is_whole_and_nothing_in_it_comes_from_elsewhere(pages: dict[str, Response]) -> None:
    for at, page in pages.items():
        if page.status_code == 404 and "valid=" in at:
            continue  # it is of a time before its thing began
        assert page.status_code == 200, at
        assert len(page.content) <= MOST_BYTES, (at, len(page.content))
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers.get_list("referrer-policy") == ["same-origin"]
        held = shown(page)
        assert len(held.of("h1")) == len(held.of("main")) == len(held.of("title")) == 1, at
        assert [script for script in held.of("script") if not script.get("src")] == [], at
        assert [
            tag for tag, given in held.elements if any(name.startswith("on") or name == "style" for name in given)
        ] == []
        # What asks for a part of a page is there where a part is asked for, and nowhere else.
        scripts = [one["src"].rpartition("/")[2] for one in held.of("script")]
        assert ("htmx.min.js" in scripts) == any("hx-get" in given for _, given in held.elements), at
        identifiers = [given["id"] for _, given in held.elements if "id" in given]
        assert [one for one, count in Counter(identifiers).items() if count > 1] == [], at
        assert "local principal" in held.words


def test_each_cell_says_of_which_column_it_is_for_where_there_is_no_room_for_columns(
    pages: dict[str, Response],
) -> None:
    met = 0
    for at, page in pages.items():
        for table in re.findall("<table.*?</table>", page.text, re.DOTALL):
            head, _, body = table.partition("</thead>")
            titles = [
                html.unescape(re.sub("<[^>]*>", "", one)) for one in re.findall("<th scope=.col.>(.*?)</th>", head)
            ]
            for row in re.findall("<tr.*?</tr>", body, re.DOTALL):
                cells = re.findall("<(t[dh])\\b([^>]*)>", row)
                assert len(cells) == len(titles) or "colspan" in row, (at, row)
                labels = [re.findall('data-label="([^"]*)"', attributes) for _, attributes in cells]
                for (tag, attributes), label, title in zip(cells, labels, titles, strict=False):
                    assert tag == "th" or "colspan" in attributes or label == [title], (at, row)
                    met += tag == "td"
    assert met > 100


_FORMS_ALONE = re.compile(r"/explorer/(?:record|attestation|use|history)\b")
"""Pages that lead to a question: without one their query says how it is asked."""
_WITH_QUESTION = (
    f"/explorer/use?id={DATASET}&purpose=HRESCH",
    f"/explorer/history?id={DATASET}&aspect=owner",
    f"/explorer/lineage?id={DATASET}&since=20",
    f"/explorer/lineage?id={DATASET}&depth=9&between={CLAIMS_ID}",
    f"/explorer/attestation?id={Job('curation', 'deidentify').id}&method=SAFE_HARBOR&codes=H&scope=All&result=None",
)


def test_each_page_says_how_a_program_asks_for_the_same(clinical: Catalog, pages: dict[str, Response]) -> None:
    known = every_command()
    asked: set[tuple[str, str]] = set()
    then = f"/explorer/dataset?id={DATASET}&known=30&valid=2031-03-02"
    earlier = {at: get(clinical, f"{at}&known=30") for at in _WITH_QUESTION}
    assert {page.status_code for page in earlier.values()} == {200}
    for at, page in {**pages, **walk(clinical.client, then, most=60), **earlier}.items():
        found = re.findall(r"<pre><code>(.*?)</code></pre>", page.text, re.DOTALL)
        if page.status_code == 200 and len(found) >= 2:
            asked.add((html.unescape(found[-2]), html.unescape(found[-1])))
            assert at
    assert len(asked) > len(registry.PAGES)
    for query, line in asked:
        answer = clinical.ask(query)
        assert "errors" not in answer, (query, answer)
        words = tuple(shlex.split(line))
        assert words[0] == "lineward"
        name = command_of(words[1:])
        assert name in known
        options = {option for parameter in known[name].params for option in parameter.opts}
        given = {word for word in words[1:] if word.startswith("--") and word != "--"}
        assert given <= options, line


def test_what_graphql_answers_stands_on_the_page_that_shows_the_query(
    clinical: Catalog, pages: dict[str, Response]
) -> None:
    asked = {at: page for at, page in pages.items() if not _FORMS_ALONE.match(at)}
    missing = {}
    for at, page in {**asked, **{at: get(clinical, at) for at in _WITH_QUESTION}}.items():
        found = re.findall(r"<pre><code>(.*?)</code></pre>", page.text, re.DOTALL)
        if page.status_code != 200 or len(found) < 2:
            continue
        words = f"{shown(page).words} {unquote(page.text)}".casefold()
        left = {one for one in _leaves(clinical.ask(html.unescape(found[-2]))["data"]) if not _stands(one, words)}
        if left:
            missing[at] = left
    assert missing == {}


def _leaves(value: Any, name: str = "") -> Iterator[str]:
    """Yield the texts of an answer, but for ids by which things are asked for."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, name)
    elif isinstance(value, str) and name not in {"id", "__typename"}:
        yield value


def _stands(text: str, words: str) -> bool:
    """Tell whether a page has a text, a word of a list or a time in the way of pages."""
    forms = (text, worded(text), text.replace("_", " "), text.replace("@", " "), text[:19].replace("T", " "))
    return any(form.casefold() in words for form in forms)


def test_a_time_in_the_address_is_kept_by_every_link_and_said(clinical: Catalog) -> None:
    page = get(clinical, f"/explorer/dataset?id={DATASET}&known=30")
    held = shown(page)
    assert "as far as it was known by entry #30" in held.words
    links = [
        one["href"] for one in held.of("a") if "dataset?" in one.get("href", "") or "lineage?" in one.get("href", "")
    ]
    assert links
    others = [one for one in links if "known=30" not in one]
    # Back to now, and to the moments before and after.
    assert others.pop(0) == f"dataset?id={DATASET.replace(':', '%3A')}"
    assert [re.sub(r"\d+", "N", one.partition("&")[2]) for one in others] == ["moments=N&known=N#moments"] * 2
    assert ("input", {"type": "hidden", "name": "known", "value": "30"}) in held.elements


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/explorer/dataset?id=Dataset:none", 404),
        ("/explorer/dataset", 404),
        ("/explorer/nothing", 404),
        ("/explorer/licences", 404),
        (f"/explorer/dataset?id={DATASET}&valid=soon", 422),
        (f"/explorer/dataset?id={DATASET}&known=-1", 422),
        (f"/explorer/lineage?id={DATASET}&depth=0", 422),
        (f"/explorer/lineage?id={DATASET}&direction=sideways", 422),
        (f"/explorer/lineage?id={DATASET}&as=pdf", 422),
        ("/?after=made-up", 422),
        ("/?q=" + "x" * 2001, 422),
        ("/explorer/findings?rule=NONE", 422),
        ("/explorer/entry?index=99999999", 404),
        ("/explorer/consistency?old=9&new=3", 422),
        ("/explorer/consistency?old=1&new=99999999", 422),
        ("/explorer/use?id=" + DATASET + "&purpose=MADE-UP", 422),
    ],
)
def test_what_cannot_be_shown_is_a_page_that_says_why(clinical: Catalog, address: str, status: int) -> None:
    page = get(clinical, address)
    assert page.status_code == status
    (alert,) = [given for _, given in shown(page).elements if given.get("role") == "alert"]
    assert alert
    assert "local principal" in shown(page).words
    assert len(page.content) < MOST_BYTES


def test_a_program_at_the_first_address_gets_what_it_got_before(catalog: Catalog) -> None:
    assert "Where to go" in catalog.client.get("/").text
    assert 'role="search"' in get(catalog, "/").text


def test_what_is_taken_along_is_what_is_shown(clinical: Catalog) -> None:
    address = f"/explorer/lineage?id={DATASET}&depth=9"
    rows = shown(get(clinical, address)).of("tr")[1:]
    found = clinical.client.get(f"{address}&as=json", headers=BROWSER)
    assert found.headers["content-disposition"] == 'attachment; filename="lineage.json"'
    assert len(found.json()["flows"]) == len(rows) == 7
    lines = clinical.client.get(f"{address}&as=csv", headers=BROWSER).text.splitlines()
    assert len(lines) == len(rows) + 1
    picture = clinical.client.get(f"{address}&as=svg", headers=BROWSER)
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.text.strip().startswith("<svg xmlns=")


def test_what_rights_hide_stands_on_no_page_and_is_counted(serve: Callable[..., Catalog]) -> None:
    filled: list[bool] = []

    def rights(_: Actor) -> Rights:
        return Rights(namespaces=frozenset({"curated", "models"})) if filled else EVERYTHING

    catalog = serve(rights=rights)
    catalog.fill()
    filled.append(True)
    hidden, absent = Dataset(**RAW).id, Dataset("curated", "never met").id
    pages = {"dataset": hidden, "job": Job(**JOB).id, "lineage": hidden, "evidence": hidden, "use": hidden}
    for name, identifier in pages.items():
        of_hidden, of_absent = (
            get(catalog, f"/explorer/{name}?id={one}")
            for one in (identifier, identifier.partition(":")[0] + absent[7:])
        )
        assert (of_hidden.status_code, of_hidden.text) == (404, of_absent.text), name
    found = walk(catalog.client)
    assert len(found) > 10
    for at, page in found.items():
        # An entry's bytes are what is hashed, opaque ids included; what these stand for is not in them.
        assert hidden.partition(":")[2] not in page.text or at.startswith("/explorer/entry?"), at
        assert "cardiology" not in page.text, at  # who owns it
    assert "hidden from you" in shown(get(catalog, f"/explorer/lineage?id={Dataset(**CURATED).id}")).words


def test_what_a_consent_reaches_is_told_with_a_way_to_each(catalog: Catalog) -> None:
    catalog.fill()
    assert catalog.record(deployment()).status_code == 201
    catalog.caught_up()
    words = shown(get(catalog, f"/explorer/consent?id={Dataset(**RAW).id}")).words
    assert "2 datasets, 1 snapshot, 1 model version, 1 approval, 1 deployment" in words
    assert "visits → readmission 1" in words


def wide(columns: int) -> dict[str, Any]:
    schema = {"fields": [{"name": f"field_{number}", "type": "string"} for number in range(columns)]}
    made = event(schema=schema)
    made["inputs"] = [{"namespace": "feeds", "name": f"feed-{number}"} for number in range(columns)]
    return made


MOST_CALLS = {
    "home": ("/", 9),
    "work": ("/explorer/work", 30),
    "record": (f"/explorer/record?kind=declare_dataset&id={Dataset(**CURATED).id}", 5),
    "labels": ("/explorer/labels", 9),
    "mappings": (
        "/explorer/mappings?mapping=m&facet=ownership&on=dataset&pointer=/owners&value=/name&target=owner&reason=Ours",
        10,
    ),
    "attestation": (
        f"/explorer/attestation?id={Job(**JOB).id}&method=SAFE_HARBOR&codes=H&scope=All&result=None&since=2025-01-01",
        60,
    ),
    "safe": ("/explorer/safe?question=DEVELOPMENT", 7),
    "dataset": (f"/explorer/dataset?id={Dataset(**CURATED).id}", 95),
    "lineage": (f"/explorer/lineage?id={Dataset(**CURATED).id}", 40),
    "history": (f"/explorer/history?id={Dataset(**CURATED).id}&aspect=schema", 20),
    "drift": (f"/explorer/drift?id={Dataset(**CURATED).id}", 60),
    "use": (f"/explorer/use?id={Dataset(**CURATED).id}&purpose=HRESCH", 25),
    "consent": (f"/explorer/consent?id={Dataset(**CURATED).id}", 40),
    "evidence": (f"/explorer/evidence?id={Dataset(**CURATED).id}", 15),
    "model": (f"/explorer/model?id={Model(**records.MODEL).id}", 14),
    "model-version": (f"/explorer/model-version?id={records.VERSION}", 26),
    "access": (f"/explorer/access?id={Dataset(**CURATED).id}", 15),
    "versions": (f"/explorer/versions?id={records.VERSION}", 130),
    "job": (f"/explorer/job?id={Job(**JOB).id}", 39),
    "run": (f"/explorer/run?id={Run.of(Job(**JOB), records.RUN).id}", 28),
    "findings": ("/explorer/findings", 12),
    "approvals": ("/explorer/approvals", 20),
    "approval": ("/explorer/approval?request=", 20),
    "ledger": ("/explorer/ledger", 5),
    "entry": ("/explorer/entry?index=1", 5),
    "consistency": ("/explorer/consistency", 5),
    "verify": ("/explorer/verify", 5),
    "operation": ("/explorer/operation", 10),
    "principals": ("/explorer/principals", 9),
    "policies": ("/explorer/policies", 6),
}
"""Every page, where it is asked for, and how often it asks the store at the most: a fourth more than it does now."""


def estate(serve: Callable[..., Catalog], width: int) -> tuple[Catalog, Counter[str], int]:
    """Return a catalog with so many of each thing that a page lists, the calls of its store, and a request's index."""
    store = CountingStore()
    catalog = serve(store=store)
    catalog.fill()
    catalog.event(wide(width))
    index = catalog.record(request(use_case="The first")).json()["index"]
    for number in range(width):
        another = {"namespace": "landing", "name": f"visits-{number}"}
        assert catalog.record(declaration(dataset=another)).status_code == 201
        assert catalog.record(request(use_case=f"Another {number}")).status_code == 201
    catalog.caught_up()
    catalog.labels_kept()
    return catalog, store.calls, index


def test_no_page_asks_the_store_more_often_for_much_than_for_little(serve: Callable[..., Catalog]) -> None:
    assert MOST_CALLS.keys() == registry.PAGES.keys()
    counted: dict[str, list[Counter[str]]] = {}
    for width in (2, 40):
        catalog, calls, index = estate(serve, width)
        for name, (address, _) in MOST_CALLS.items():
            asked = f"{address}{index}" if name == "approval" else address
            assert get(catalog, asked).status_code == 200, asked
            calls.clear()
            assert get(catalog, asked).status_code == 200
            counted.setdefault(name, []).append(Counter(calls))
    # A page of a list shows what comes first, of which there may be fewer kinds where there is more.
    assert {name: (few, many) for name, (few, many) in counted.items() if few.total() < many.total()} == {}
    assert {name: many.total() for name, (_, many) in counted.items() if many.total() > MOST_CALLS[name][1]} == {}


def test_what_ends_first_is_looked_at_first_and_what_is_not_is_said(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "_KEPT_LOOKED_THROUGH", 2)
    today = datetime.now(UTC)
    # By the order of their names, and by that of their entries, what is overdue the longest comes last.
    for number in range(6):
        begun = f"{today - timedelta(days=100 + number):%Y-%m-%d}"
        kept = {
            "policy_class": "SCRATCH",
            "period_days": 100 if number else 36_000,
            "clock": "CREATION",
            "starts_on": begun,
        }
        dataset = {"namespace": "landing", "name": f"visits-{number}"}
        assert catalog.record(declaration(dataset=dataset, retention=kept)).status_code == 201
    catalog.caught_up()
    words = shown(get(catalog, "/explorer/work")).words
    assert re.findall(r"retention of (visits-\d)", words) == ["visits-5", "visits-4"]
    assert "Retention was looked for in 2 of 5 datasets whose period may be over, what ends first" in words


def test_the_gate_is_asked_on_the_page_of_a_version(clinical: Catalog) -> None:
    page = shown(get(clinical, f"/explorer/model-version?id={VERSION}&purpose=HOPERAT&place=Example-Hospital"))
    assert (
        len([one for one in page.of("span") if one.get("class", "").split()[-1:] in (["pass"], ["fail"], ["unknown"])])
        >= 19
    )


def test_what_is_kept_too_long_and_what_waits_to_be_judged_needs_somebody(catalog: Catalog) -> None:
    with_schema = event()
    with_schema["inputs"][0]["facets"] = {"schema": {"fields": [{"name": "mrn"}, {"name": "birth_date"}]}}
    catalog.event(with_schema)
    kept = {"policy_class": "SCRATCH", "period_days": 1, "clock": "CREATION", "starts_on": "2020-01-01"}
    catalog.record({"kind": "declare_dataset", "dataset": CURATED, "retention": kept})
    catalog.caught_up()
    page = shown(get(catalog, "/explorer/work"))
    assert "retention kept: 1 open finding" in page.words
    assert "2 suggested labels to judge of visits" in page.words
    assert re.search(r"SCRATCH retention of visits ?: overdue since 2020-01-02.*?, entry #1 ", page.words), page.words
    [link] = [one["href"] for one in page.of("a") if "RETENTION_KEPT" in one.get("href", "")]
    assert "1 finding" in shown(get(catalog, f"/explorer/{link}")).words


def test_what_is_due_soon_needs_somebody_and_what_is_cut_of_it_is_said(catalog: Catalog) -> None:
    def after(days: int) -> str:
        return f"{datetime.now(UTC) + timedelta(days):%Y-%m-%dT00:00:00Z}"

    assert catalog.record(records.signing_key(until=after(20))).status_code == 201
    catalog.caught_up()
    assert "The signing key of release engineering ends: due by" in shown(get(catalog, "/explorer/work")).words
    for number in range(12):
        days = 1 if number else 36_000
        kept = {"policy_class": "SCRATCH", "period_days": days, "clock": "CREATION", "starts_on": "2020-01-01"}
        dataset = {"namespace": "landing", "name": f"visits-{number}"}
        assert catalog.record(declaration(dataset=dataset, retention=kept)).status_code == 201
    catalog.caught_up()
    page = shown(get(catalog, "/explorer/work"))
    assert page.words.count("SCRATCH retention of visits-") == 10
    assert "Next due 1 to 10 of 12" in page.words
    assert "visits-0 " not in page.words


def test_a_dataset_shows_the_versions_of_its_feature_set_with_the_states_made_under_each(catalog: Catalog) -> None:
    for number, version in enumerate(("2026-01", "2026-02"), 1):
        declared = declaration(dataset=CURATED, feature_set_version=version, valid_from=f"2026-01-0{number}T09:00:00Z")
        assert catalog.record(declared).status_code == 201
        made = event(at=f"2026-01-0{number}T10:00:00Z", version={"datasetVersion": f"state-{number}"})
        catalog.event({**made, "run": {"runId": f"0190d2e6-0000-7000-8000-00000000000{number}"}})
    catalog.caught_up()
    found = shown(get(catalog, f"/explorer/dataset?id={Dataset(**CURATED).id}")).words
    assert "2 versions of its feature set" in found
    assert found.index("2026-02") < found.index("state-2", found.index("2 versions"))
    assert "--feature-set-version 2026-02" in found
    assert "of its feature set" not in shown(get(catalog, f"/explorer/dataset?id={Dataset(**RAW).id}")).words
