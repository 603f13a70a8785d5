"""Every code that a report prints is told in words; one that this catalog does not know is said to be unknown."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import pytest

from graph_schema.vocabulary import duo, hipaa, hl7, systems, words
from graph_schema.vocabulary.codes import CodeTable
from reports.codes import coded, coded_briefly, coded_in, explained
from reports.context import Code
from reports.document import Line, Table
from reports.drawing import document_of
from reports.naming import worded
from reports.parts import sources
from reports.parts.suggestions import because
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


def test_very_many_codes_stand_behind_the_name_of_their_system() -> None:
    (line,) = coded_briefly([Code(system=hipaa.SYSTEM, code=letter) for letter in "ABG"])
    assert text(line) == "45 CFR 164.514(b)(2)(i): A, B, G"


def test_in_a_sentence_a_code_stands_behind_what_it_means() -> None:
    assert explained(hl7.ACT_REASON, "TREAT") == "treatment (TREAT)"
    assert explained(hl7.ACT_REASON, "MADE-UP") == "MADE-UP"


def test_the_kind_of_a_source_system_is_in_words_and_its_name_is_left() -> None:
    assert sources.in_words("source_system", "LAKE (East) (OTHER)") == "LAKE (East) (other)"
    assert sources.in_words("source_system", "EHR bulk export (FHIR)") == "EHR bulk export (FHIR)"


def test_a_name_in_use_says_in_words_how_it_is_taken() -> None:
    found = [because(f"name in use: {name}") for name in ("^age", "@key", "birth date")]
    assert found == ["name in use: age alone", "name in use: key, of persons", "name in use: birth date"]
