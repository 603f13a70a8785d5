from __future__ import annotations

import pytest

from graph_schema.describe import BEGIN, END, description, rewritten


def test_what_lies_between_the_marks_is_rewritten_and_nothing_else() -> None:
    assert rewritten(f"before\n{BEGIN}\nold\n{END}\nafter") == f"before\n{BEGIN}\n\n{description()}\n\n{END}\nafter"


def test_a_second_writing_changes_nothing() -> None:
    once = rewritten(f"{BEGIN}{END}")
    assert rewritten(once) == once


@pytest.mark.parametrize("text", ["no marks", BEGIN, f"{END} {BEGIN}"])
def test_a_text_without_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="has no"):
        rewritten(text)
