"""What `docs/gate.md` lists is what there is: checks, members of the file, and rules, each with its test."""

from __future__ import annotations

import re
from pathlib import Path

from catalog.gate.requirements import GateFile
from graph_schema.vocabulary.words import GateCheckName
from tests.support.documents import document

DOCUMENT = document("docs/gate.md")
TESTS = "\n".join(path.read_text() for path in sorted(Path(__file__).parent.glob("test_*.py")))


def test_every_check_stands_in_the_document_in_its_order() -> None:
    assert re.findall(r"^\| ([A-Z_]+) \|", DOCUMENT, re.MULTILINE) == [name.value for name in GateCheckName]


def test_every_member_of_the_file_stands_in_the_document() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)` \|", DOCUMENT, re.MULTILINE)) == set(GateFile.model_fields)


def test_every_rule_by_number_has_a_test_of_its_name() -> None:
    rules = re.findall(r"^\| (G\d) \|", DOCUMENT, re.MULTILINE)
    assert rules == [f"G{number}" for number in range(1, 9)]
    for rule in rules:
        assert re.search(rf'def test_{rule.lower()}_|"{rule}: ', TESTS), rule
