from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdf
import pytest

from reports.context import Context, Evidence
from reports.drawing import document_of, render
from reports.kinds import MODEL_DOSSIER, ModelDossier
from reports.making import made_with
from reports.parts.lineage import LineageEdge, LineageNode
from reports.standalone.container import take
from tests.support.clinical_story import CLAIMS_ID, story
from tests.support.dossier import clinical_dossier, dossier_saying, empty_dossier, large_dossier, long_dossier
from tests.support.verapdf import PROFILES, VeraPdfUnobtainableError, Verdict, validate

ON_CI = os.environ.get("CI") == "true"
NOT_TESTED = "NOT TESTED: PDF/A-3b and PDF/UA-1 of the reports. "
REPOSITORY = Path(__file__).resolve().parents[3]

HOSTILE = {
    "markup": "#panic() $x^2$ @label <label> = Heading *bold* _it_ `raw` // /* \\u{41} [x] ~ ---",
    "injection": '"); #read("/etc/hosts"); #import "@preview/x:1.0.0"; #eval("1")',
    "html": "</script><script>alert(1)</script>&amp;<!--",
    "right-to-left": "report\u202efdp.exe \u2066abc\u2069 שלום مرحبا",
    "emoji": "😀👩‍⚕️🏥 e\u0301 患者記録 தமிழ் \ufffd \ue000",
    "unbreakable": " ".join(letter * 90 for letter in ("ก", "ー", "」", "م", "क्", "한", "甲", "เ")),
    "marks astray": "a\u093e 甲\u064b ก\u093e\u0902 \u0e34 שׁ\u0e34",
    "long-token": "x" * 10_000,
    "long-urn": "urn:example:" + "0123456789abcdef/" * 600,
    "control": "a\x00b\x1b[31m\x07\x85\u2028\u2029c",
    "surrogate": "\\ud800 \\x00",
    "spaces": " \t\n ",
    "empty": "",
    "ligatures": "office affluent ffi fi st",
}


SCRIPTS = {
    "Chinese": "测试人员甲",
    "Taiwanese": "測試人員甲",
    "Japanese": "試験担当者アルファ",
    "Korean": "시험자 알파",
    "Arabic": "شخص تجريبي ألف",
    "Hebrew": "אדם לדוגמה אלף",
    "Thai": "ผู้ทดสอบที่หนึ่ง",
    "Hindi": "परीक्षण व्यक्ति अल्फ़ा",
}
"""A person for tests, alpha."""


def cosigned(witnesses: int) -> ModelDossier:
    """A dossier whose checkpoint carries so many signatures that a QR code gets dense, or cannot hold them."""
    dossier = empty_dossier()
    text, signature = dossier.read_point.checkpoint.split("\n\n")
    point = replace(dossier.read_point, checkpoint=text + "\n\n" + signature * witnesses)
    return replace(dossier, read_point=point)


def many_decisions() -> ModelDossier:
    """A dossier whose every repeatable part is long: nothing of it may be lost where a page ends."""
    dossier = clinical_dossier()
    approval = dossier.approvals[0]
    conditions = tuple(f"Condition number {number} of many" for number in range(150))
    decision = replace(approval.decisions[0], conditions=conditions)
    missing = tuple(f"field {number}" for number in range(200))
    return replace(
        dossier,
        approvals=(replace(approval, decisions=(decision,) * 4),),
        sources=(replace(dossier.sources[2], missing=missing),),
    )


def long_names() -> ModelDossier:
    """A dossier of a model whose names are single words, longer than any line."""
    dossier = clinical_dossier()
    model = replace(dossier.model, name="Modell" + "name" * 40, version="1.0.0-" + "z" * 70)
    gap = replace(dossier.gaps[0], subject="lake" + "house" * 40)
    return replace(dossier, model=model, organisation="Klinikum" + "gesellschaft" * 12, gaps=(*dossier.gaps, gap))


def wide_lineage() -> ModelDossier:
    """A dossier of a lineage with more steps than an upright page has columns for."""
    dossier = clinical_dossier()
    nodes = tuple(
        LineageNode(id=f"Dataset:STEP{number}", name=f"lake/step-{number}", kind="Dataset", zone="CURATED")
        for number in range(7)
    )
    edges = tuple(LineageEdge(source=one.id, target=two.id, kind="RAN") for one, two in pairwise(nodes))
    return replace(dossier, nodes=nodes, edges=edges)


CASES: dict[str, Callable[[], Context]] = {
    "clinical": clinical_dossier,
    "approvals": lambda: story().approvals(),
    "approvals of a dataset": lambda: story().approvals(CLAIMS_ID),
    "empty": empty_dossier,
    "no-evidence": lambda: replace(empty_dossier(), evidence=Evidence()),
    "many-witnesses": lambda: cosigned(15),
    "too-many-witnesses": lambda: cosigned(60),
    "rows-300": lambda: large_dossier(300),
    "rows-6000": lambda: long_dossier(6_000),
    "wide": wide_lineage,
    "long-parts": many_decisions,
    "long-names": long_names,
    "scripts": lambda: dossier_saying(" · ".join(SCRIPTS.values())),
    "right-to-left": lambda: dossier_saying("raw/אבג.12.דהו_v2, ألف 34"),
    **{f"hostile-{name}": lambda text=text: dossier_saying(text) for name, text in HOSTILE.items()},  # type: ignore[misc]
}


@pytest.fixture(scope="module")
def pdfs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pdfs")
    made = {}
    for name, context in CASES.items():
        made[name] = folder / f"{name}.pdf"
        made[name].write_bytes(render(context(), "pdf"))
    return made


@pytest.fixture(scope="module")
def verdicts(pdfs: dict[str, Path]) -> dict[tuple[str, str], Verdict]:
    try:
        return {(verdict.file.stem, verdict.profile): verdict for verdict in validate(pdfs.values())}
    except VeraPdfUnobtainableError as error:
        if ON_CI:
            pytest.fail(f"{NOT_TESTED}{error}", pytrace=False)
        pytest.skip(f"{NOT_TESTED}{error}")


pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("pdf")]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", CASES)
def test_every_pdf_conforms(verdicts: dict[tuple[str, str], Verdict], name: str, profile: str) -> None:
    verdict = verdicts[name, profile]
    assert verdict.conforms, verdict.said


def text_of(path: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def unbroken(path: Path) -> str:
    return re.sub(r"\s+", "", text_of(path))


def test_what_is_copied_from_the_pdf_is_whole(pdfs: dict[str, Path]) -> None:
    text, dossier = unbroken(pdfs["clinical"]), clinical_dossier()
    for snapshot in dossier.snapshots:
        assert snapshot.digest in text
    assert dossier.read_point.root in text
    assert all(entry.leaf in text for entry in dossier.evidence.cited)
    assert re.sub(r"\s+", "", dossier.read_point.checkpoint) in text


def test_typst_markup_in_the_text_is_shown_and_not_obeyed(pdfs: dict[str, Path]) -> None:
    assert re.sub(r"\s+", "", HOSTILE["injection"]) in unbroken(pdfs["hostile-injection"])
    assert re.sub(r"\s+", "", "#panic() $x^2$ @label <label>") in unbroken(pdfs["hostile-markup"])


def test_what_no_font_covers_is_shown_as_an_escape(pdfs: dict[str, Path]) -> None:
    text = unbroken(pdfs["hostile-emoji"])
    assert "\\u{1F600}" in text
    assert "患者記録" in text
    assert "\\u{BA4}\\u{BAE}" in text


def words_of(path: Path) -> set[str]:
    return set(re.split(r"[\s·]+", text_of(path)))


# What joins or stacks is copied by what the standard calls ActualText, which the library of this test does not read.
@pytest.mark.parametrize("script", ["Chinese", "Taiwanese", "Japanese", "Korean", "Arabic", "Hebrew"])
def test_a_name_is_copied_in_its_own_script(pdfs: dict[str, Path], script: str) -> None:
    assert set(SCRIPTS[script].split()) <= words_of(pdfs["scripts"])


def test_what_runs_from_right_to_left_turns_the_order_of_nothing_beside_it(pdfs: dict[str, Path]) -> None:
    # The library reads the pieces of a line from left to right.
    found = re.findall(r"raw/אבג\.12\.דהו_v2, *ألف *34", text_of(pdfs["right-to-left"]))
    assert len(found) > 50


def test_nothing_in_any_script_is_an_escape(pdfs: dict[str, Path]) -> None:
    assert "\\u{" not in text_of(pdfs["scripts"])


def test_nothing_is_lost_where_a_page_ends(pdfs: dict[str, Path]) -> None:
    text = text_of(pdfs["long-parts"])
    for number in range(150):
        assert len(re.findall(rf"Condition number {number} of many", text)) == 4
    assert all(re.search(rf"\bfield {number}\b", text) for number in range(200))


def test_a_long_word_breaks_on_the_cover_and_wherever_else_it_stands(pdfs: dict[str, Path]) -> None:
    pages = [page.extract_text() for page in pypdf.PdfReader(pdfs["long-names"]).pages]
    assert all(len(word) < 120 for page in pages for word in page.split())
    whole = "".join("".join(pages).split())
    for word in ("Modell" + "name" * 40, "Klinikum" + "gesellschaft" * 12, "lake" + "house" * 40):
        assert word in whole


def test_a_typical_dossier_has_ten_to_twenty_pages(pdfs: dict[str, Path]) -> None:
    assert 10 <= len(pypdf.PdfReader(pdfs["clinical"]).pages) <= 20


def test_every_page_but_the_cover_says_what_it_is_of_and_every_page_its_number(pdfs: dict[str, Path]) -> None:
    pages = [page.extract_text() for page in pypdf.PdfReader(pdfs["clinical"]).pages]
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "not that they were true or complete" in page
        assert number == 1 or "known at 2031-03-07 09:30:00 UTC" in page


def filled(page: pypdf.PageObject) -> float:
    """Return how much of a page's text area is above its last line, from 0 to 1."""
    top, bottom = page.mediabox.height - 27 * 72 / 25.4, 22 * 72 / 25.4
    heights = []

    def visit(text: str, current: Any, matrix: Any, *_: Any) -> None:
        height = matrix[4] * current[1] + matrix[5] * current[3] + current[5]
        if text.strip() and height > bottom:
            heights.append(height)

    page.extract_text(visitor_text=visit)
    return float((top - min(heights, default=top)) / (top - bottom))


@pytest.mark.parametrize("name", ["clinical", "approvals", "empty"])
def test_no_page_stands_half_empty(pdfs: dict[str, Path], name: str) -> None:
    *pages, last = [filled(page) for page in pypdf.PdfReader(pdfs[name]).pages]
    assert min(pages) > 0.6
    assert last > 0.3


def test_what_goes_on_says_so_on_the_next_page(pdfs: dict[str, Path]) -> None:
    pages = [page.extract_text() for page in pypdf.PdfReader(pdfs["rows-6000"]).pages]
    rows = [number for number, page in enumerate(pages) if re.search(r"no job \d+", page)]
    caption = "Records that could not be projected and may bear on this report"
    # The section shows the first rows, and the annex at the end all of them.
    going_on = [f"{caption} (continued)" in pages[number] for number in rows]
    assert going_on == [False, False] + [True] * (len(rows) - 2)
    assert not any(f"{caption} (continued)" in page for page in pages[rows[0] : rows[1]])


def test_no_line_ends_with_the_hyphen_of_a_name(pdfs: dict[str, Path]) -> None:
    lines = [line.strip() for line in text_of(pdfs["clinical"]).split("\n")]
    assert [line for line in lines if re.search(r"\w-$", line)] == []


def test_the_report_number_stands_in_the_files_own_data_and_on_every_page(pdfs: dict[str, Path]) -> None:
    number = document_of(clinical_dossier())[1].number
    reader = pypdf.PdfReader(pdfs["clinical"])
    assert reader.metadata is not None
    assert str(reader.metadata["/Keywords"]) == number
    assert reader.metadata.creator == f"Typst {made_with(MODEL_DOSSIER.template)['typst']}"
    assert all(number in page.extract_text() for page in reader.pages)


def test_only_a_drawing_too_wide_for_an_upright_page_is_turned(pdfs: dict[str, Path]) -> None:
    def turned(name: str) -> int:
        return sum(page.mediabox.width > page.mediabox.height for page in pypdf.PdfReader(pdfs[name]).pages)

    assert (turned("clinical"), turned("wide")) == (0, 1)


def attached_to(file: bytes) -> tuple[dict[str, str], bytes]:
    """Return what a PDF says of its one attachment, and its content."""
    root: Any = pypdf.PdfReader(BytesIO(file)).trailer["/Root"]
    (reference,) = root["/AF"]
    attached = reference.get_object()
    stream = attached["/EF"]["/F"].get_object()
    return {"type": stream["/Subtype"], **{name: str(attached[name]) for name in attached}}, stream.get_data()


def test_the_evidence_is_attached_as_the_source_and_holds_the_whole_context(pdfs: dict[str, Path]) -> None:
    said, content = attached_to(pdfs["rows-6000"].read_bytes())
    assert said["/AFRelationship"] == "/Source"
    assert said["/UF"] == "lineward-evidence.json"
    assert said["type"] == "/application/json"
    assert ModelDossier.from_json(json.loads(content)["context"]) == long_dossier(6_000)


def test_five_thousand_of_six_thousand_rows_are_shown_and_the_rest_is_said_to_be_attached(
    pdfs: dict[str, Path],
) -> None:
    text = text_of(pdfs["rows-6000"])
    numbers = [int(number) for number in re.findall(r"no job (\d+)", text)]
    shown = len(numbers) - 5_000
    assert numbers[shown:] == list(range(5_000))
    assert numbers[:shown] == list(range(shown))
    assert f"{shown} of 6,000 rows stand here" in text
    assert "first 5,000 of 6,000 rows are shown" in text


def test_the_attachment_is_found_without_a_pdf_library(pdfs: dict[str, Path]) -> None:
    for path in pdfs.values():
        pages, evidence = take(path.read_bytes())
        assert pages.form == "pdf"
        assert evidence == attached_to(path.read_bytes())[1]


def test_the_dates_in_the_file_are_the_read_points(pdfs: dict[str, Path]) -> None:
    information = pypdf.PdfReader(pdfs["clinical"]).metadata
    assert information is not None
    assert str(information["/CreationDate"]).startswith("D:20310307093000")
    assert information.title == "Model provenance dossier: readmission 1.1.0"


ELSEWHERE = """
import hashlib, locale, sys, time
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    pass
from reports.drawing import document_of, render
from tests.support.dossier import clinical_dossier
for form in ("pdf", "html", "json"):
    print(hashlib.sha256(render(clinical_dossier(), form)).hexdigest())
"""


@pytest.mark.parametrize(
    "surroundings",
    [
        {"TZ": "Pacific/Kiritimati", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "2", "SOURCE_DATE_EPOCH": "1"},
    ],
)
def test_the_same_bytes_come_out_in_another_process_time_zone_and_language(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    environment = {**os.environ, **surroundings, "PYTHONPATH": str(REPOSITORY), "HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    again = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert ran.stdout == again.stdout
    assert ran.stdout.split()[0] == hashlib.sha256(render(clinical_dossier(), "pdf")).hexdigest()


# The high-water mark of this very program: ru_maxrss would be that of the process it was forked from.
MANY = """
from dataclasses import replace
from pathlib import Path
from reports.drawing import document_of, render
from tests.support.dossier import clinical_dossier
for number in range(12):
    render(replace(clinical_dossier(), organisation=f"organisation {number}"), "pdf")
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(int(status["VmHWM"].split()[0]) >> 10)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc elsewhere")
def test_a_dozen_reports_take_no_more_memory_than_one() -> None:
    ran = subprocess.run([sys.executable, "-c", MANY], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 250, "MiB; without forgetting it is 350 after a dozen, and grows"
