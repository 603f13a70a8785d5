from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import get_args

import pytest

from catalog.assets.model import AssetState, RunState
from graph_schema.vocabulary.words import TagOrigin, VerificationResult
from reports.context import Answer, Completeness, Context
from reports.document import Document, Item, Span, Table
from reports.drawing import document_of
from reports.naming import worded
from reports.parts.access import GrantStatus, RequestStatus
from reports.parts.approvals import ApprovalStatus
from reports.parts.findings import Severity
from reports.parts.glossary import TERMS, used
from reports.parts.signatures import Decision
from tests.support.clinical_story import CLAIMS_ID, story
from tests.support.dossier import clinical_dossier, empty_dossier

KNOWN = {term.word for term in TERMS}


CONTEXTS: dict[str, Callable[[], Context]] = {
    "dossier": clinical_dossier,
    "empty dossier": empty_dossier,
    "dossier of a dataset": lambda: story().dataset(),
    "approvals": lambda: story().approvals(),
    "approvals of a dataset": lambda: story().approvals(CLAIMS_ID),
}


def marks_in(value: object) -> Iterator[str]:
    """Yield every marked word but the topics of a summary's lines, which its sections explain."""
    if isinstance(value, Span) and value.style == "mark":
        yield value.text
    elif isinstance(value, Item):
        yield from marks_in(value.line)
    elif isinstance(value, tuple):
        yield from (mark for each in value for mark in marks_in(each))
    elif is_dataclass(value):
        yield from (mark for field in fields(value) for mark in marks_in(getattr(value, field.name)))


def glossary_of(document: Document) -> Table:
    return next(b for b in document.blocks if isinstance(b, Table) and b.caption == "Words that stand in this report")


def words_of(document: Document) -> list[str]:
    return [row[0][0][0].text for row in glossary_of(document).rows]


@pytest.mark.parametrize("name", CONTEXTS)
def test_every_marked_word_that_a_report_prints_is_in_its_glossary(name: str) -> None:
    document = document_of(CONTEXTS[name]())[1]
    marked = set(marks_in((document.cover, *document.blocks)))
    words = set(words_of(document))
    terms = [term for term in TERMS if term.word in words]
    assert marked
    unexplained = {mark for mark in marked if not any(term.explains(mark) for term in terms)}
    assert unexplained == set(), "add them to reports/parts/glossary.py"


def test_every_word_of_a_closed_list_that_is_marked_has_its_sentence() -> None:
    closed = {*get_args(Completeness), *get_args(ApprovalStatus), *get_args(Severity), *map(str, RunState)}
    closed |= {*get_args(Decision.__annotations__["decision"]), *map(str, VerificationResult), *map(str, AssetState)}
    closed |= {worded(str(origin)) for origin in TagOrigin}
    closed |= {worded(status) for status in (*get_args(RequestStatus), *get_args(GrantStatus))}
    assert {word for word in closed if "Literal" not in word} - KNOWN == set()


def test_the_glossary_has_only_words_that_the_report_uses() -> None:
    empty, full = set(words_of(document_of(empty_dossier())[1])), set(words_of(document_of(clinical_dossier())[1]))
    assert {"checkpoint", "read point", "#12", "COMPLETE"} <= empty
    assert {"R1, R2 …", "locked", "attestation", "APPROVED", "LIVE"} <= full
    assert not empty & {"R1, R2 …", "locked", "APPROVED", "LIVE", "LAGGING"}
    point = replace(empty_dossier().read_point, completeness=Answer(state="LAGGING"))
    assert "LAGGING" in words_of(document_of(replace(empty_dossier(), read_point=point))[1])


def test_a_word_that_only_looks_like_one_in_a_code_is_not_explained() -> None:
    document = document_of(replace(empty_dossier(), model=replace(empty_dossier().model, artifact_digest="GHOST")))[1]
    assert "GHOST" not in words_of(document)


def test_each_word_is_explained_once_in_one_or_two_sentences() -> None:
    assert len(KNOWN) == len(TERMS)
    assert all(term.meaning.endswith(".") and term.meaning.count(". ") <= 1 for term in TERMS)
    assert used(()) == ()
