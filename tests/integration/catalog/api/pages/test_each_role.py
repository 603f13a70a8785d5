"""The explorer as each role has it: what it leads to, what it offers, and how much of a list is hidden."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from catalog.access.keys import local_actor
from catalog.access.permissions import Permission
from catalog.access.rules import may
from catalog.api.pages import registry
from graph_schema.nodes import Dataset
from graph_schema.vocabulary.words import PrincipalRole
from tests.integration.catalog.api.conftest import Catalog, serving
from tests.integration.catalog.api.test_access import key_of
from tests.support.pages import BASE, BROWSER, addresses, shown, walk
from tests.support.records import CURATED, DIGEST, RAW, RUN, declaration, event, member, place, request, seal

NORTH, SOUTH = Dataset(**CURATED).id, Dataset(**RAW).id
ROLES = {
    "engineer": ("engineer",),
    "steward": ("steward",),
    "steward of North": ("steward",),
    "approver of North": ("approver",),
    "privacy officer": ("approver", "steward"),
    "auditor": ("auditor",),
    "admin": ("admin",),
}
MOST = 25
"""So many pages are looked at by each role: of each kind of page some."""


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """One dataset held at North and two at South, each with suggestions and a request, to which nothing is written."""
    with serving(tmp_path_factory.mktemp("roles")) as serve:
        catalog = serve()
        made = event(schema={"fields": [{"name": "mrn", "type": "STRING"}]}, version={"datasetVersion": DIGEST})
        made["inputs"][0]["facets"] = {"schema": {"fields": [{"name": "birth_date"}]}}
        catalog.event(made)
        # A state that nobody sealed.
        catalog.event(event(run=f"{RUN[:-1]}9", at="2026-01-02T10:00:00Z", version={"datasetVersion": "unsealed"}))
        catalog.caught_up()
        of_south = {"dataset": RAW}
        for payload in (
            place("North", within=None),
            place("South", within=None),
            declaration(dataset=CURATED, site="North"),
            declaration(dataset=RAW, site="South"),
            declaration(dataset={**RAW, "name": "notes"}, site="South"),
            seal(),
            request(subject={"dataset": CURATED}),
            request(subject=of_south),
            request(subject=of_south, use_case="Another"),
        ):
            assert catalog.record(payload).status_code == 201, catalog.record(payload).text
            catalog.caught_up()
        yield catalog


@pytest.fixture(scope="module")
def keys(sites: Catalog) -> dict[str, dict[str, str]]:
    """The header by which each role asks."""
    found = {}
    for role, roles in ROLES.items():
        name = role.replace(" ", "-")
        found[role] = key_of(sites, name, *roles)
        if role.endswith("of North"):
            sites.service.intake.submit_record(member(name, "SITE", "North"), local_actor(), "tests").result()
            sites.caught_up()
    return found


def page(catalog: Catalog, headers: dict[str, str], address: str) -> Any:
    return catalog.client.get(address, headers={**BROWSER, **headers})


def programs(text: str) -> list[str]:
    """Return the query and the command that a page names."""
    return [html.unescape(one) for one in re.findall(r"<pre><code>(.*?)</code></pre>", text, re.DOTALL)]


def hidden(words: str) -> int:
    """Return how many things a page says are hidden."""
    found = re.findall(r"Not whole: ([\d,]+) things? (?:is|are) hidden from you", words)
    return int(found[0].replace(",", "")) if found else 0


@pytest.mark.parametrize("role", ROLES)
def test_no_page_leads_to_what_refuses_or_offers_what_is_refused(
    sites: Catalog, keys: dict[str, dict[str, str]], role: str
) -> None:
    client = sites.remote("127.0.0.1", **keys[role])
    roles = frozenset(map(PrincipalRole, ROLES[role]))
    found = {**walk(client, most=MOST), **walk(client, f"/explorer/dataset?id={NORTH}", most=MOST)}
    assert len(found) > MOST
    # Of each form one is opened, wherever it is led to.
    forms = {_form(there): there for at, one in found.items() for there in addresses(one, at) if "kind=" in there}
    found |= {there: client.get(there, headers=BROWSER) for there in forms.values() if there not in found}
    assert {at: one.status_code for at, one in found.items() if one.status_code != 200} == {}
    offered = set()
    for at, one in found.items():
        for form, fields in shown(one).forms:
            if form.get("method") == "post":
                name = urlsplit(urljoin(BASE + at, form["address"])).path.rpartition("/")[2]
                kind = parse_qs(urlsplit(at).query).get("kind", [""])[-1] if name == "record" else ""
                asked = Permission(kind) if kind else registry.ACTIONS[name].permission
                assert may(roles, asked), (at, name, kind)
                offered.add(name)
                assert fields["form_token"]
    assert "judge-labels" in offered or not may(roles, Permission.JUDGE_TAGS)


def _form(address: str) -> str:
    return parse_qs(urlsplit(address).query)["kind"][-1]


LISTS = {
    "/": ("search(first: 50) {{ totalCount {} }}", r"(\d+) finds?\b"),
    "/explorer/approvals": ("approvals(first: 50) {{ totalCount {} }}", r"(\d+) requests? for approval"),
    "/explorer/labels": (
        "suggestions(filter: {{judgements: [OPEN]}}, first: 50) {{ totalCount {} }}",
        r"(\d+) suggestions? (?:is|are) shown",
    ),
    "/explorer/safe?question=sharing": ("safeFor(question: SHARING) {{ examined {} }}", r"of (\d+) that w"),
}
_WHOLE = "completeness { __typename ... on Redacted { hidden } }"


@pytest.mark.parametrize("at", LISTS)
def test_a_list_counts_what_is_hidden_of_it_as_graphql_does(
    sites: Catalog, keys: dict[str, dict[str, str]], at: str
) -> None:
    query, count = LISTS[at]
    told = {}
    for role in ("auditor", "steward of North"):
        words = shown(page(sites, keys[role], at)).words
        (answer,) = sites.ask("{ " + query.format(_WHOLE) + " }", keys[role])["data"].values()
        counted = answer["totalCount"] if "totalCount" in answer else answer["examined"]
        assert int(re.findall(count, words)[0]) == counted, (role, words)
        told[role] = hidden(words)
        assert told[role] == answer["completeness"].get("hidden", 0)
    assert told == {"auditor": 0, "steward of North": 2}


@pytest.mark.parametrize("text", ["visits", "notes", "nothing is called so", "landing"])
def test_how_much_is_hidden_tells_of_no_name_whether_it_is_there(
    sites: Catalog, keys: dict[str, dict[str, str]], text: str
) -> None:
    words = shown(page(sites, keys["steward of North"], f"/?q={text}")).words
    assert hidden(words) == 2
    assert SOUTH not in words


def test_the_work_list_leads_to_the_labels_of_one_dataset_and_what_is_judged_there_leads_back(
    catalog: Catalog,
) -> None:
    made = event(schema={"fields": [{"name": "mrn", "type": "STRING"}]})
    made["inputs"][0]["facets"] = {"schema": {"fields": [{"name": "birth_date"}]}}
    catalog.event(made)
    catalog.caught_up()
    work = shown(page(catalog, {}, "/explorer/work"))
    links = [one["href"] for one in work.of("a") if one.get("href", "").startswith("labels?")]
    assert sorted(parse_qs(one.partition("?")[2])["id"][0] for one in links) == sorted((NORTH, SOUTH))
    narrowed = page(catalog, {}, f"/explorer/labels?id={SOUTH}")
    assert "1 suggestion is shown here" in shown(narrowed).words
    assert "birth_date" in narrowed.text
    assert "mrn" not in narrowed.text
    query, line = programs(narrowed.text)
    answer = catalog.ask(query)["data"]["suggestions"]
    assert (answer["totalCount"], answer["nodes"][0]["column"]) == (1, "birth_date")
    assert line.startswith(f"lineward suggestions {SOUTH} ")
    token = next(held["form_token"] for _, held in shown(narrowed).forms if "form_token" in held)
    given = {"form_token": token, "stance": "confirm", "reason": "Looked at", "id": SOUTH, "all_of": SOUTH}
    given["shown"] = next(one["value"] for one in shown(narrowed).of("input") if one.get("name") == "shown")
    done = catalog.client.post(
        "/explorer/judge-labels", data=given, headers={**BROWSER, "Origin": BASE}, follow_redirects=False
    )
    assert done.status_code == 303
    assert parse_qs(done.headers["location"].partition("?")[2])["id"] == [SOUTH]
    assert page(catalog, {}, f"/explorer/labels?id={Dataset('landing', 'never met').id}").status_code == 404


def test_a_dataset_leads_to_why_it_is_not_safe(sites: Catalog, keys: dict[str, dict[str, str]]) -> None:
    of = shown(page(sites, keys["auditor"], f"/explorer/dataset?id={NORTH}"))
    links = [one["href"] for one in of.of("a") if one.get("href", "").startswith("safe?")]
    assert len(links) == 3
    for link in links:
        found = page(sites, keys["auditor"], f"/explorer/{html.unescape(link)}")
        query, line = (
            html.unescape(one) for one in re.findall(r"<pre><code>(.*?)</code></pre>", found.text, re.DOTALL)
        )
        answer = sites.ask(query, keys["auditor"])["data"]["whyNotSafe"]
        words = {"PASS": "It is safe for it", "FAIL": "It is not safe for it", "UNKNOWN": "Not known to be safe for it"}
        assert words[answer["outcome"]] in shown(found).words
        assert all(one["text"] in shown(found).words for one in answer["reasons"])
        assert line.startswith("lineward why-not-safe ")
    other, absent = (
        page(sites, keys["steward of North"], f"/explorer/safe?question=sharing&id={one}")
        for one in (SOUTH, Dataset("landing", "never met").id)
    )
    assert (other.status_code, other.text) == (404, absent.text)


def test_how_far_identifiers_are_gone_for_a_recipient_goes_on_and_is_asked_by_programs(
    sites: Catalog, keys: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.api.pages.use._MOST", 1)
    address = f"/explorer/use?id={NORTH}&recipient=made-up+university"
    first = page(sites, keys["auditor"], address)
    query, line = programs(first.text)
    assert line == f"lineward labels {NORTH} --recipient 'made-up university'"
    answer = sites.ask(query, keys["auditor"])["data"]["node"]
    for law, name in (("hipaa", "HIPAA"), ("gdpr", "the GDPR")):
        assert f"For made-up university by {name}: {answer[law]['state'].lower()}" in shown(first).words
        texts = [one["text"] for one in answer[law]["reasons"]]
        at, seen = address, []
        while at:
            held = shown(page(sites, keys["auditor"], at))
            seen += [one for one in texts if one in held.words and one not in seen]
            following = [
                one["href"] for one in held.of("a") if one.get("rel") == "next" and f"#states-{law}" in one["href"]
            ]
            at = f"/explorer/{following[0].partition('#')[0]}" if following else ""
        assert seen == texts


def test_whoever_may_not_see_all_reads_before_asking_that_a_report_is_issued_whole(
    sites: Catalog, keys: dict[str, dict[str, str]]
) -> None:
    warned = "It is issued whole or not at all"
    for role, warns in (("auditor", False), ("steward of North", True)):
        for at in ("/explorer/approvals", f"/explorer/dataset?id={NORTH}"):
            assert (warned in shown(page(sites, keys[role], at)).words) is warns, (role, at)


def test_a_finding_is_accepted_until_a_date_alone_and_shows_until_when(catalog: Catalog) -> None:
    catalog.event(event())
    catalog.caught_up()
    at = f"/explorer/findings?id={NORTH}"
    form, fields = next(
        (form, fields) for form, fields in shown(page(catalog, {}, at)).forms if form.get("action") == "decide-finding"
    )
    given = {**fields, "decision": "accept", "reason": "Known to the made-up unit", "until": ""}
    there = urljoin(BASE + at, form["address"])
    refused = catalog.client.post(there, data=given, headers={**BROWSER, "Origin": BASE})
    assert refused.status_code == 422
    assert "Say until when: a finding is accepted until a date." in shown(refused).words
    done = catalog.client.post(there, data={**given, "until": "2031-03-01"}, headers={**BROWSER, "Origin": BASE})
    assert done.status_code == 200
    assert "accepted until 2031-03-01 00:00:00 UTC by" in shown(page(catalog, {}, at)).words
