"""The page that asks whether something may be used: all that a question says, and how programs ask the same."""

from __future__ import annotations

import html
import re
import shlex
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from catalog.api.pages import registry
from graph_schema.nodes import Dataset
from tests.integration.catalog.api.pages.test_pages import get
from tests.support.pages import shown
from tests.support.records import RAW, declaration

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

OF = Dataset(**RAW).id
EVERY = {
    "purpose": "HRESCH",
    "place": "North",
    "recipient": "made-up university",
    "on": "2026-02-01",
    "user": "testperson-beta",
    "organization": "nonprofit",
    "commercial": "no",
    "institute": "made-up institute",
    "project": "made-up project",
    "disease": "MONDO:0005148, MONDO:0005015",
    "investigation": "DUO:0000031",
    "genetic": "yes",
    "topic": "readmission, frailty",
    "sensitive": "children",
    "limited": "1",
}
ORDERS = (
    *(["--place", "North"], ["--recipient", "made-up university"], ["--user", "testperson-beta"]),
    *(["--organization", "nonprofit"], ["--institute", "made-up institute"], ["--project", "made-up project"]),
    *(["--disease", "MONDO:0005148"], ["--disease", "MONDO:0005015"], ["--investigation", "DUO:0000031"]),
    *(["--topic", "readmission"], ["--topic", "frailty"], ["--sensitive", "children"]),
    *(["--not-commercial"], ["--genetic"], ["--limited-data-set"]),
)


def programs(page: str) -> tuple[str, list[str]]:
    """Return the query and the command that a page names."""
    found = re.findall(r"<pre><code>(.*?)</code></pre>", page, re.DOTALL)
    return html.unescape(found[-2]), shlex.split(html.unescape(found[-1]))


def test_all_that_a_question_may_say_is_asked_kept_and_told_to_programs(catalog: Catalog) -> None:
    assert EVERY.keys() == set(registry.PAGES["use"].parameters) - {"id", "behind"}
    catalog.record(declaration())
    catalog.caught_up()
    page = get(catalog, f"/explorer/use?{urlencode({'id': OF, **EVERY})}")
    assert page.status_code == 200
    held = shown(page)
    fields = {one["name"]: one for one in (*held.of("input"), *held.of("select")) if "name" in one}
    assert EVERY.keys() <= fields.keys()
    assert all(fields[name]["value"] == EVERY[name] for name in ("project", "disease", "topic", "on"))
    assert [one["value"] for one in held.of("input") if one.get("type") == "checkbox" and "checked" in one] == [
        "children",
        "1",
    ]
    query, command = programs(page.text)
    line = " ".join(command)
    assert all(" ".join(order) in line for order in ORDERS), line
    answer = catalog.ask(query)
    assert "errors" not in answer, answer
    words = {"PERMIT": "It may be used so", "DENY": "It may not be used so", "ABSTAIN": "has to decide"}
    assert words[answer["data"]["mayUse"]["decision"]] in held.words
    alone = get(catalog, f"/explorer/use?id={OF}&purpose=HRESCH")
    assert '<details class="whole">' in alone.text
    assert not any(name in programs(alone.text)[0] for name in ("requester", "diseases", "limitedDataSet"))


@pytest.mark.parametrize(
    ("name", "value"), [("organization", "none"), ("commercial", "maybe"), ("sensitive", "none"), ("disease", "none")]
)
def test_a_word_that_there_is_none_of_is_told(catalog: Catalog, name: str, value: str) -> None:
    catalog.record(declaration())
    catalog.caught_up()
    page = get(catalog, f"/explorer/use?{urlencode({'id': OF, 'purpose': 'HRESCH', name: value})}")
    assert page.status_code == 422
