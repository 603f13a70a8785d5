"""Every rule of access stands in its document by its number, and a test is named after it."""

from __future__ import annotations

import re

from tests.support.documents import document
from tests.support.project import REPOSITORY

_ROW = re.compile(r"^\| (X\d+) \|", re.MULTILINE)
_NAMED = re.compile(r"^ *(?:async )?def test_(x\d+)_", re.MULTILINE)
_FOLDERS = ("tests/unit/catalog", "tests/integration/catalog")


def test_every_rule_of_access_by_number_has_a_test_of_its_name() -> None:
    rules = _ROW.findall(document("docs/access.md"))
    assert rules == [f"X{number}" for number in range(1, 9)]
    texts = (path.read_text("utf-8") for folder in _FOLDERS for path in (REPOSITORY / folder).rglob("test_*.py"))
    named = {name.upper() for text in texts for name in _NAMED.findall(text)}
    assert named >= set(rules)
