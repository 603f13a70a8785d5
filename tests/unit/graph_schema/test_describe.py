from __future__ import annotations

from pathlib import Path

import pytest

from graph_schema.describe import BEGIN, END, description, main, rewritten


def test_what_lies_between_the_marks_is_rewritten_and_nothing_else() -> None:
    assert rewritten(f"before\n{BEGIN}\nold\n{END}\nafter") == f"before\n{BEGIN}\n\n{description()}\n\n{END}\nafter"


def test_a_second_writing_changes_nothing() -> None:
    once = rewritten(f"{BEGIN}{END}")
    assert rewritten(once) == once


@pytest.mark.parametrize("text", ["no marks", BEGIN, f"{END} {BEGIN}"])
def test_a_text_without_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="has no"):
        rewritten(text)


def test_a_check_finds_a_stale_file_and_leaves_it_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"{BEGIN}\nold\n{END}\n")
    assert main([str(readme), "--check"]) == 1
    assert "python -m graph_schema.describe" in capsys.readouterr().err
    assert readme.read_text() == f"{BEGIN}\nold\n{END}\n"
    assert main([str(readme)]) == 0
    assert main([str(readme), "--check"]) == 0


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    assert main([str(tmp_path / "absent.md")]) == 2
