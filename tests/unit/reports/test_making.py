from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

import reports.making
from reports.kinds import MODEL_DOSSIER
from reports.making import made_with

REPORTS = Path(str(files("reports")))
DRAWING = sorted(
    path.relative_to(REPORTS).as_posix() for path in REPORTS.rglob("*.py") if "standalone" not in path.parts
)


@pytest.mark.parametrize("name", ["html.py", "parts/glossary.py", "parts/regulated/answer.py"])
def test_code_that_draws_is_told_apart_by_its_digest_wherever_it_lies(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert name in DRAWING
    for each in DRAWING:
        copy = tmp_path / each
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((REPORTS / each).read_bytes())
    monkeypatch.setattr(reports.making, "files", lambda _: tmp_path)
    before = reports.making._code()
    assert before == made_with(MODEL_DOSSIER.template)["code"]
    (tmp_path / name).write_text("# changed", "utf-8")
    assert reports.making._code() != before


def test_what_a_report_is_made_with_names_the_product_and_the_typesetter_by_their_own_versions() -> None:
    made = made_with(MODEL_DOSSIER.template)
    assert made["lineward"]
    assert made["template"] == MODEL_DOSSIER.template
    assert made["typst"].count(".") == 2
