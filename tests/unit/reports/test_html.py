from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from reports.drawing import render
from reports.html import EVIDENCE_ID
from reports.kinds import REPORTS
from tests.support.clinical_story import golden
from tests.support.dossier import clinical_dossier, dossier_saying, empty_dossier, large_dossier
from tests.support.golden import check_golden

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "<!--",
    "]]>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "' style='position:fixed",
    "&lt;b&gt;",
    "\u202egnp.exe",
    "a\x00b",
    "😀 患者",
    "x" * 10_000,
)
VOID = {"meta", "col", "link", "br", "img", "input", "hr", "wbr"}


class Reader(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.evidence = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.evidence += data


def read(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode())
    assert not reader.open
    return reader


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_is_the_golden_one(name: str) -> None:
    check_golden(Path(f"reports/{name}.html"), golden(name, "html"))


def test_the_page_needs_nothing_beside_itself() -> None:
    page = render(clinical_dossier(), "html")
    for tag, attributes in read(page).elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "form", "base"}
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
        assert not any(name.startswith("on") for name in attributes)
    assert b"@import" not in page
    assert not re.search(rb"url\(", page)


def test_a_page_can_be_read_without_seeing_it() -> None:
    elements = read(render(clinical_dossier(), "html")).elements
    assert ("html", {"lang": "en-GB"}) in elements
    assert sum(tag == "h1" for tag, _ in elements) == 1
    assert sum(tag == "main" for tag, _ in elements) == 1
    drawings = [attributes for tag, attributes in elements if tag == "svg" and attributes.get("role") == "img"]
    assert len(drawings) == 2
    assert all(attributes["aria-label"] for attributes in drawings)
    assert all(attributes.get("scope") == "col" for tag, attributes in elements if tag == "th")
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {(attributes["href"] or "").removeprefix("#") for tag, attributes in elements if tag == "a"}
    assert targets <= set(ids)


@pytest.mark.parametrize("name", REPORTS)
def test_contents_lead_to_every_section_and_no_heading_leaves_out_a_level(name: str) -> None:
    elements = read(golden(name, "html")).elements
    sections = {f"#{section.anchor}" for section in REPORTS[name].sections}
    assert sections <= {attributes["href"] for tag, attributes in elements if tag == "a"}
    levels = [int(tag[1]) for tag, _ in elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_what_the_ledger_does_not_prove_stands_once_on_the_page() -> None:
    page = render(clinical_dossier(), "html").decode()
    body = page.partition("<body>")[2].partition("<script")[0]
    assert body.count("not that they were true or complete") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    shape = [(tag, sorted(attributes)) for tag, attributes in read(render(dossier_saying("plain"), "html")).elements]
    reader = read(render(dossier_saying(text), "html"))
    assert {tag for tag, _ in reader.elements} == {tag for tag, _ in shape}
    assert sum(tag == "script" for tag, _ in reader.elements) == 1
    assert {name for _, attributes in reader.elements for name in attributes} == {
        n for _, names in shape for n in names
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_the_evidence_in_the_page_holds_every_string_as_it_was_recorded(text: str) -> None:
    evidence = json.loads(read(render(dossier_saying(text), "html")).evidence)
    assert evidence["context"]["model"]["intended_use"] == text


@pytest.mark.parametrize("context", [empty_dossier(), large_dossier(6_000)])
def test_nothing_recorded_and_very_much_recorded_are_pages_too(context: object) -> None:
    reader = read(render(context, "html"))  # type: ignore[arg-type]
    assert any(attributes.get("id") == EVIDENCE_ID for _, attributes in reader.elements)


def test_a_long_name_breaks_where_a_reader_sees_it_and_is_copied_whole() -> None:
    page = render(dossier_saying("lake://place.example/a_long_name"), "html").decode()
    assert "lake://<wbr>place.example/<wbr>a_long_name" in page
