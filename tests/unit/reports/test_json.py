from __future__ import annotations

import json
from pathlib import Path

import pytest
import rfc8785

from reports.drawing import document_of, render
from reports.kinds import REPORTS, ModelDossier
from tests.support.clinical_story import golden
from tests.support.dossier import clinical_dossier, dossier_saying
from tests.support.golden import check_golden


@pytest.mark.parametrize("name", REPORTS)
def test_the_json_report_is_the_golden_one(name: str) -> None:
    check_golden(Path(f"reports/{name}.json"), golden(name, "json"))


def test_the_json_report_is_canonical() -> None:
    report = render(clinical_dossier(), "json")
    assert rfc8785.dumps(json.loads(report)) + b"\n" == report


def test_the_json_report_holds_the_context_and_the_document_that_page_and_pdf_show() -> None:
    report = json.loads(render(clinical_dossier(), "json"))
    assert ModelDossier.from_json(report["context"]) == clinical_dossier()
    assert report["document"] == json.loads(json.dumps(document_of(clinical_dossier())[1].to_json()))


def test_the_document_shows_escapes_where_the_evidence_keeps_the_text() -> None:
    report = json.loads(render(dossier_saying("\u202e😀"), "json"))
    assert report["context"]["model"]["name"] == "\u202e😀"
    assert report["document"]["subject"] == "\\u{202E}\\u{1F600} \\u{202E}\\u{1F600}"
