"""Our tables against the published ones, where a copy lies beside the project: same codes, every difference named."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from graph_schema.vocabulary import dicom, duo, hipaa, hl7, systems
from graph_schema.vocabulary.codes import CodeTable
from graph_schema.vocabulary.suggestions.dicom import DICOM
from graph_schema.vocabulary.suggestions.fhir import FHIR
from graph_schema.vocabulary.suggestions.hl7v2 import HL7V2
from graph_schema.vocabulary.suggestions.omop import OMOP
from graph_schema.vocabulary.suggestions.rows import Row
from tests.support.vocab import published

TABLES = {
    "purpose_of_use.csv": hl7.PURPOSE_OF_USE,
    "sensitivity.csv": hl7.SENSITIVITY,
    "obligations.csv": hl7.OBLIGATIONS,
    "refrains.csv": hl7.REFRAINS,
    "alteration.csv": hl7.ALTERATION,
    "confidentiality.csv": systems.CONFIDENTIALITY,
    "dicom_deid.csv": dicom.DEIDENTIFICATION,
}


@pytest.mark.parametrize("name", TABLES)
def test_codes_parents_and_displays_are_the_published_ones(name: str) -> None:
    table: CodeTable = TABLES[name]
    theirs = {row["code"]: (row.get("parent") or None, row["display"]) for row in published(name)}
    assert {code.code: (code.parent, code.display) for code in table} == theirs


@pytest.mark.parametrize("name", [name for name in TABLES if name not in {"confidentiality.csv", "dicom_deid.csv"}])
def test_what_is_published_as_retired_is_recognised_as_such(name: str) -> None:
    retired = {row["code"] for row in published(name) if row["status"] not in {"active", ""}}
    assert {code.code for code in TABLES[name] if code.retired} == retired


def test_data_use_terms_are_the_published_ones() -> None:
    theirs = {
        row["id"]: (row["shorthand"], row["parent"], row["label"], row["kind"], row["argument"])
        for row in published("duo.csv")
    }
    ours = {
        term.code: (term.shorthand or "", term.parent or "", term.display, term.kind, term.argument or "")
        for term in duo.DUO
        if isinstance(term, duo.DuoTerm)
    }
    assert ours == theirs


def test_safe_harbor_letters_are_the_published_ones() -> None:
    assert {code.code: code.display for code in hipaa.SAFE_HARBOR} == {
        row["letter"]: row["name"] for row in published("safe_harbor.csv")
    }


DIFFERING: Mapping[str, tuple[str, str]] = {
    "0088,0200/IconImageSequence": ("*", "an icon is an image: text may be burnt in as in any other"),
}
"""By pattern: our letters where they are others, and why."""


@pytest.mark.parametrize(
    ("name", "columns", "between", "table"),
    [
        ("fhir_paths.csv", ("path",), "", FHIR),
        ("hl7v2_fields.csv", ("field",), "", HL7V2),
        ("omop_columns.csv", ("table", "column"), ".", OMOP),
        ("dicom_tags.csv", ("group", "element"), ",", DICOM),
    ],
)
def test_suggestions_are_the_published_ones(
    name: str, columns: tuple[str, ...], between: str, table: tuple[Row, ...]
) -> None:
    theirs = {}
    for row in published(name):
        pattern = between.join(row[each] for each in columns)
        pattern += f"/{row['keyword']}" if "keyword" in row else ""
        letters, _ = DIFFERING.get(pattern, (row["letter"], ""))
        theirs[pattern] = (row["kind"].upper(), letters, row["subject"])
    assert {row.pattern: (row.kind.value, row.letters, row.subject) for row in table} == theirs
