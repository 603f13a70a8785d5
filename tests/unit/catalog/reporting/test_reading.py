"""What a reader of a report's context has to pass: its own modules, and those that these ask."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import catalog
from tests.support.clinical_story import Story, story

HOUSE = Path(catalog.__file__).parent
REPORTING = "catalog.reporting."
VALUES = ("model", "canonical", "naming", "words")
"""Modules of values and their text: nothing is read there."""


def module_of(frame: FrameType) -> str | None:
    """Return the module of the catalog that a frame is in; engines and the view are their packages alone."""
    path = Path(frame.f_code.co_filename)
    if HOUSE not in path.parents:
        return None
    parts = path.relative_to(HOUSE.parent).with_suffix("").parts
    return ".".join(parts[:2]) if parts[1] in {"ledger", "store", "view"} else ".".join(parts)


def asked_by(frame: FrameType) -> str | None:
    """Return the nearest module of the catalog that the call came through."""
    caller = frame.f_back
    while caller is not None and module_of(caller) is None:
        caller = caller.f_back
    return None if caller is None else module_of(caller)


def passed_through(read: Any) -> set[str]:
    """Return the modules of reporting that run while a context is read, and those that they call."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        module = module_of(frame) if event == "call" else None
        if module is None or module.rpartition(".")[2] in VALUES:
            return
        if module.startswith(REPORTING) or (asked_by(frame) or "").startswith(REPORTING):
            found.add(module)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        read()
    finally:
        sys.setprofile(before)
    return found


@pytest.fixture(scope="module")
def told() -> Story:
    return story()


def test_the_context_of_a_dossier_is_read_through_at_most_thirty_five_modules(told: Story) -> None:
    passed = passed_through(told.dossier)
    assert {"catalog.reporting.model_dossier", "catalog.lineage.queries", "catalog.ledger"} <= passed
    assert len(passed) <= 35, sorted(passed)


def test_the_context_of_an_approvals_record_is_read_through_half_as_many(told: Story) -> None:
    assert len(passed_through(told.approvals)) <= 13
