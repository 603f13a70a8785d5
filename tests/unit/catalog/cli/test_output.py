from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from catalog.cli import output

HEBREW, ARABIC, CHINESE, HINDI, THAI = "אדם לדוגמה", "شخص تجريبي", "测试人员甲", "हां", "ที่"
MARK = "\u200e"


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> io.StringIO:
    """What standard output gets, where it is a terminal or a pipe."""
    written = io.StringIO()
    console = Console(file=written, force_terminal=request.param, width=80, color_system=None, highlight=False)
    console.push_render_hook(output._Escaping(console))
    monkeypatch.setattr(output, "out", console)
    return written


terminal = pytest.mark.parametrize("printed", [True], indirect=True, ids=["terminal"])
pipe = pytest.mark.parametrize("printed", [False], indirect=True, ids=["pipe"])


@pipe
def test_names_are_piped_on_as_they_are(printed: io.StringIO) -> None:
    for name in (HEBREW, ARABIC, CHINESE, HINDI, THAI):
        output.print_line(name)
        output.print_table(name, ("name",), [(name,)])
    text = printed.getvalue()
    assert [line.strip() for line in text.split("\n") if line.strip() not in {"", "name"}] == [
        name for name in (HEBREW, ARABIC, CHINESE, HINDI, THAI) for _ in range(3)
    ]


@terminal
def test_columns_stand_beneath_one_another_whatever_the_script(printed: io.StringIO) -> None:
    output.print_table("", ("name", "number"), [(name, "7") for name in (HEBREW, ARABIC, CHINESE, HINDI, THAI, "Ż")])
    lines = printed.getvalue().rstrip().split("\n")
    assert len({cell_len(line[: line.rindex("number" if "number" in line else "7")]) for line in lines}) == 1


@terminal
def test_a_mark_on_a_screen_keeps_what_follows_a_name_from_right_to_left_in_its_place(printed: io.StringIO) -> None:
    output.print_line(f"{HEBREW} 12")
    output.print_table(ARABIC, ("name", "number"), [(HEBREW, 12), ([ARABIC, HEBREW], 12), (CHINESE, 12)])
    text = printed.getvalue()
    assert f"{HEBREW}{MARK} 12" in text
    assert f"{ARABIC}{MARK}, {HEBREW}{MARK}" in text
    assert text.count(MARK) == 5
    assert "\\u{" not in text


@terminal
def test_a_mark_that_somebody_sent_is_shown(printed: io.StringIO) -> None:
    output.print_line(f"{HEBREW}{MARK}{HEBREW}")
    assert "\\u{200E}" in printed.getvalue()
