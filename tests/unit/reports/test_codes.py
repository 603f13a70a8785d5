"""Every code that a report prints is told in words; one that this catalog does not know is said to be unknown."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import pytest

from graph_schema.vocabulary import duo, hl7, systems, words
from graph_schema.vocabulary.codes import CodeTable
from reports.codes import coded, coded_in
from reports.context import Code
from reports.document import Line, Table
from reports.drawing import document_of
from reports.naming import worded
from tests.support.dossier import clinical_dossier

LISTS = [each for each in vars(words).values() if isinstance(each, type) and issubclass(each, StrEnum)]
CODES = {StrEnum, words.Confidentiality, words.PrincipalRole}


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def printed(anchor: str) -> str:
    tables = [each for each in document_of(clinical_dossier())[1].blocks if isinstance(each, Table)]
    table = next(each for each in tables if anchor in each.caption)
    return "\n".join(text(line) for row in table.rows for cell in row for line in cell)


@pytest.mark.parametrize(
    ("system", "table"),
    [
        (hl7.ACT_REASON, hl7.PURPOSE_OF_USE),
        (hl7.ACT_CODE, hl7.REFRAINS),
        (hl7.ACT_CODE, hl7.OBLIGATIONS),
        (hl7.OBSERVATION_VALUE, hl7.ALTERATION),
        (duo.SYSTEM, duo.DUO),
    ],
)
def test_a_code_stands_with_its_meaning(system: str, table: CodeTable) -> None:
    for code in table:
        ((line),) = coded_in("codes", system, [code.code])
        assert text(line) == f"codes: {code.code} {systems.meaning(system, code.code)}"
        assert "unknown" not in text(line)


def test_a_code_that_is_not_kept_here_is_said_to_be_unknown() -> None:
    known, foreign = Code(system="urn:lineward:hipaa:164.514(b)(2)(i)", code="H"), Code(system="made-up", code="X1")
    assert [text(line) for line in coded([foreign, known, replace(foreign, code="X2")])] == [
        "made-up:",
        "X1 unknown to this catalog",
        "X2 unknown to this catalog",
        "45 CFR 164.514(b)(2)(i): H Medical record numbers",
    ]


def test_no_code_is_said_in_words_too() -> None:
    assert [text(line) for line in coded([])] == ["codes: not recorded"]
    assert list(coded_in("purposes", hl7.ACT_REASON, [])) == []


def test_the_dossier_prints_what_its_codes_mean() -> None:
    for part, meaning in (
        ("owners permit", "MLTRAINING training of machine-learning models"),
        ("owners permit", "DUO:0000006 health, medical or biomedical research only"),
        ("owners permit", "NORDSCLCD no redisclosure without a consent"),
        ("owners permit", "DEID must be de-identified before use"),
        ("remove identifiers", "PSEUDED pseudonymized: identifiers replaced by codes"),
        ("remove identifiers", "H Medical record numbers"),
        ("PHI labels", "confidentiality R restricted: more harmful than usual if disclosed"),
    ):
        assert meaning in printed(part)


@pytest.mark.parametrize("words_", [each for each in LISTS if each not in CODES])
def test_a_value_of_a_closed_list_is_printed_without_underscores(words_: type[StrEnum]) -> None:
    for value in words_:
        assert "_" not in worded(value.value)
        assert worded(worded(value.value)) == worded(value.value)


def test_a_name_is_no_value_of_a_closed_list() -> None:
    assert [worded(name) for name in ("lake/PART_A", "De_Identified", "DE_IDENTIFIED", "IRB")] == [
        "lake/PART_A",
        "De_Identified",
        "de-identified",
        "IRB",
    ]
