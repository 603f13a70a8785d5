"""`lineward suggestions`: what schemas let one suppose of PHI, narrowed as the page of it is, and as of a time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from catalog.errors import Exit
from tests.support.records import event
from tests.support.typed import typed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sent = json.dumps(event(schema={"fields": [{"name": name, "type": "STRING"} for name in ("mrn", "dob")]}))
    assert typed(tmp_path, "ingest", "--new", stdin=sent.encode()).code == Exit.FINE
    return tmp_path


def listed(folder: Path, *options: str) -> dict[str, str]:
    done = typed(folder, "suggestions", *options, "--json")
    assert done.code == Exit.FINE, done.err
    return {one["column"]: one["judgement"] for one in json.loads(done.out)}


def test_suggestions_are_narrowed_by_what_became_of_them_by_namespace_and_by_time(folder: Path) -> None:
    both = {"mrn": "OPEN", "dob": "OPEN"}
    assert listed(folder) == both
    before = "0"
    judged = typed(folder, "suggestions", "curated visits", "mrn", "--reject", "--reason", "A made-up number")
    assert judged.code == Exit.FINE, judged.err
    assert listed(folder) == {"dob": "OPEN"}
    assert listed(folder, "--judged") == {"mrn": "REJECTED", "dob": "OPEN"}
    assert listed(folder, "--judgement", "rejected") == {"mrn": "REJECTED"}
    assert listed(folder, "--known-at-index", before) == both
    assert listed(folder, "curated visits", "--known-at-index", before) == both
    assert listed(folder, "--valid-at", "2001-01-01T00:00:00Z") == {}
    assert listed(folder, "--namespace", "curated") == {"dob": "OPEN"}
    assert listed(folder, "--namespace", "elsewhere", "--judged") == {}
    assert listed(folder, "curated visits", "--namespace", "elsewhere") == {}


def test_what_narrows_the_list_is_no_part_of_a_judgement(folder: Path) -> None:
    done = typed(folder, "suggestions", "curated visits", "mrn", "--confirm", "--reason", "r", "--namespace", "curated")
    assert done.code == Exit.WRONG_USE
    assert "narrow the list" in done.err
    assert typed(folder, "suggestions", "--judged", "--judgement", "open").code == Exit.WRONG_USE
