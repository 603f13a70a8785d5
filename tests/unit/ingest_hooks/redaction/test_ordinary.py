"""What is no identifier stays readable: not one of the project's ordinary names and sentences is changed."""

from __future__ import annotations

import pytest

from ingest_hooks.redaction.identifiers import Scanner
from tests.support.ordinary import NAMES, SENTENCES

SCANNER = Scanner(b"a key")


def test_there_are_five_hundred_ordinary_texts_and_more() -> None:
    assert len(NAMES) >= 400
    assert len(SENTENCES) >= 200
    assert len({*NAMES, *SENTENCES}) >= 500


@pytest.mark.parametrize("scan", [SCANNER.name, SCANNER.text, SCANNER.secret], ids=["name", "text", "secret"])
def test_no_ordinary_name_is_changed_whatever_it_is_taken_for(scan: object) -> None:
    assert callable(scan)
    assert [(name, scan(name)) for name in NAMES if scan(name) != name] == []


def test_no_ordinary_sentence_is_changed() -> None:
    assert [(text, SCANNER.text(text)) for text in SENTENCES if SCANNER.text(text) != text] == []
