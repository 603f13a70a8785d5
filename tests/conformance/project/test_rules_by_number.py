"""Every rule of labels and of use stands on its page by its number, with the files of the tests named by it."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.support.documents import document
from tests.support.project import REPOSITORY

PAGES = {
    "docs/labels.md": [f"L{number}" for number in range(1, 19)],
    "docs/use.md": [f"{letter}{number}" for letter, most in (("U", 16), ("R", 5)) for number in range(1, most + 1)],
}
_ROW = re.compile(r"^\| ([LUR]\d+) \|(.*)\|([^|]*)\|$", re.MULTILINE)
_NAMED = re.compile(r"^ *(?:def test_|class Test)([lurLUR])(\d+)(?=[_A-Z])", re.MULTILINE)
_FOLDERS = ("tests/unit/catalog", "tests/property/catalog")


def by_rule() -> dict[str, set[str]]:
    """Return the files in which tests are named by each rule."""
    found: dict[str, set[str]] = defaultdict(set)
    for folder in _FOLDERS:
        for path in sorted((REPOSITORY / folder).rglob("test_*.py")):
            for letter, number in _NAMED.findall(path.read_text("utf-8")):
                found[f"{letter.upper()}{number}"].add(str(Path(path).relative_to(REPOSITORY)))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_each_rule_stands_on_its_page_in_its_order(page: str) -> None:
    assert [number for number, _, _ in _ROW.findall(document(page))] == PAGES[page]


@pytest.mark.parametrize("page", PAGES)
def test_each_names_the_files_of_its_tests(page: str) -> None:
    tests = by_rule()
    shown = {number: set(re.findall(r"`([^`]+)`", files)) for number, _, files in _ROW.findall(document(page))}
    assert shown == {number: tests[number] for number in PAGES[page]}
