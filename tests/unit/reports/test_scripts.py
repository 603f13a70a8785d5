"""A dossier of people and data with names in Chinese, Arabic, Hebrew and Hindi: issued, drawn, verified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from graph_schema.nodes import ModelVersion
from reports.drawing import FORMS, draw
from reports.kinds import MODEL_DOSSIER
from reports.making import made_with
from reports.standalone import verify_lineward
from reports.standalone.outcome import Form
from reports.verify import verify
from tests.support import clinical_story
from tests.support.clinical_story import Story, site, story
from tests.support.golden import check_golden

MODEL = {"namespace": "models.example.org/心脏科", "name": "再入院"}
CHANGED = {
    "MODEL": MODEL,
    "VERSION": ModelVersion(MODEL["namespace"], MODEL["name"], "1.1.0").id,
    "ORGANISATION": "测试医院临床数据办公室, made up",
    "PATIENTS": "landing/بيانات تجريبية.12.ndjson",
    "OBSERVATIONS": "landing/תצפיות_2031.v2",
    "DISPLAYED": {
        **clinical_story.DISPLAYED,
        "testperson-gamma": "شخص تجريبي جيم",
        "testperson-epsilon": "परीक्षण व्यक्ति पाँच",
    },
}
"""What a person for tests and made-up data are called elsewhere."""

OTHER_SCRIPTS = re.compile("[\u0590-\u0dff\u0e00-\u0e7f\u3000-\u9fff\uac00-\ud7a3]")


KEY = str(site().verifiers[0])


@pytest.fixture(scope="module")
def told() -> Iterator[Story]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CHANGED.items():
            patch.setattr(clinical_story, name, value)
        yield story()


@pytest.fixture(scope="module")
def files(told: Story) -> dict[Form, bytes]:
    context = told.dossier()
    return {form: told.issue(context, form) for form in FORMS}


def lines_of(page: bytes) -> list[str]:
    """Return what each element of the page says, a stretch that is isolated between ⟦ and ⟧."""
    body = page.decode().partition("<body>")[2].partition("<script")[0]
    shown = re.sub(r'<bdi dir="rtl">|<tspan direction="rtl" unicode-bidi="isolate">', "⟦", body)
    shown = re.sub("</(?:bdi|tspan)>", "⟧", shown)
    lines = re.sub(r"</?(?:p|div|dl|dt|dd|h\d|li|td|text|caption|figcaption|strong)\b[^>]*>", "\n", shown).split("\n")
    return [unescape(re.sub("<[^>]*>", "", line)).strip() for line in lines]


def test_what_a_page_says_in_other_scripts_is_golden(told: Story) -> None:
    # Made with what never changes, and drawn without its entry in the ledger: all that is held here are the words.
    tools = dict.fromkeys(made_with(MODEL_DOSSIER.template), "as in the golden file") | {
        "template": MODEL_DOSSIER.template
    }
    said = lines_of(draw(told.dossier(), "html", tools).finish(told.dossier()))
    numbered = (re.sub(r"\bMPD-\S+|#\d+|Section \d+|ledger size \d+", "…", line) for line in said)
    check_golden(Path("reports/scripts.txt"), "".join(f"{line}\n" for line in numbered if OTHER_SCRIPTS.search(line)))


def test_every_stretch_from_right_to_left_is_isolated_on_the_page(files: dict[Form, bytes]) -> None:
    left = re.compile("[\u0590-\u08ff]")
    said = [line for line in lines_of(files["html"]) if left.search(line)]
    assert len(said) > 10
    for line in said:
        assert not left.search(re.sub("⟦[^⟧]*⟧", "", line)), line
        assert not re.search("⟦[^⟧]*[A-Za-z0-9./_][^⟧]*⟧", line), line


@pytest.mark.parametrize("form", FORMS)
def test_such_a_report_is_verified_and_drawn_anew_byte_for_byte(files: dict[Form, bytes], form: Form) -> None:
    ours = verify(files[form], KEY)
    assert {check.status for check in ours.checks} == {"PASS"}
    assert ours.checks[-1].name == "drawn anew"
    assert verify_lineward.verify(files[form], KEY).ok


def test_no_name_in_it_is_an_escape_in_any_form(files: dict[Form, bytes]) -> None:
    pdf = "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(files["pdf"])).pages)
    for shown in ("\n".join(lines_of(files["html"])), pdf):
        assert "\\u{" not in shown
        for word in ("再入院", "心脏科", "测试医院临床数据办公室", "تجريبي", "بيانات", "תצפיות"):
            assert word in shown, word
