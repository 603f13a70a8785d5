"""Tables fit the terminal, and are whole where nobody looks."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from catalog.cli import output
from catalog.cli.output import short, table_lines

ID = "Dataset:2k6nmvf36akjzkwb2d4xzz7rjy"
COLUMNS = ("kind", "namespace", "name", "id")
ROWS = [
    ("Dataset", "fhir://ehr.sampletown.example/a/long/way", "Condition", ID),
    ("Job", "lake", "測試資料集測試資料集測試資料集", ID),
]


def lines(width: int | None, *yielding: str) -> list[str]:
    found = table_lines(COLUMNS, ROWS, "nothing", width=width, yielding=yielding)
    return ["".join(segment.text for segment in line) for line in found]


@pytest.mark.parametrize("width", [None, 200, 120, 100, 80])
def test_no_line_is_wider_than_the_terminal_nor_ends_in_blanks(width: int | None) -> None:
    for line in lines(width, "namespace", "name"):
        assert width is None or cell_len(line) <= width
        assert line == line.rstrip()


def test_where_nobody_looks_everything_is_whole() -> None:
    text = lines(None, "namespace", "name")
    assert len(text) == 1 + len(ROWS)
    for row, line in zip(ROWS, text[1:], strict=True):
        assert line.split() == list(row)


def test_the_least_important_column_gives_way_first_and_an_id_never() -> None:
    text = lines(100, "namespace", "name")
    assert [line.count(ID) for line in text] == [0, 1, 1]
    assert "fhir://" in text[1]
    assert "…" in text[1]
    assert "Condition" in text[1]
    assert "測試資料集測試資料集測試資料集" in text[2]


def test_what_does_not_give_way_is_wrapped() -> None:
    prose = "A sentence that goes on for longer than the line has cells, and then some."
    found = table_lines(("check", "found"), [("file", prose)], "nothing", width=40)
    text = ["".join(segment.text for segment in line) for line in found]
    assert max(map(len, text)) <= 40
    assert " ".join(" ".join(line.split()) for line in text[1:]) == f"file {prose}"


def test_columns_stand_beneath_one_another() -> None:
    text = lines(None)
    starts = {cell_len(line[: line.index("id" if at == 0 else ID)]) for at, line in enumerate(text)}
    assert len(starts) == 1


def test_an_empty_table_says_so() -> None:
    (line,) = table_lines(COLUMNS, [], "Nothing leads on from here.", width=80)
    assert "".join(segment.text for segment in line) == "  Nothing leads on from here."
    assert table_lines(COLUMNS, [], "", width=80) == []


def printed(monkeypatch: pytest.MonkeyPatch, width: int | None) -> tuple[str, list[str]]:
    """Return the head of the table on a terminal of so many cells, or in a pipe, and what is said beside it."""
    written = io.StringIO()
    said: list[str] = []
    terminal = width is not None
    console = Console(file=written, force_terminal=terminal, width=width, color_system=None, soft_wrap=True)
    monkeypatch.setattr(output, "out", console)
    monkeypatch.setattr(output, "note", said.append)
    output.print_table("", COLUMNS, ROWS, optional=("kind", "namespace"), yielding=("name",))
    return written.getvalue().partition("\n")[0], said


def test_columns_for_which_there_is_no_room_are_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [printed(monkeypatch, width)[0].split() for width in (None, 200, 100, 80)] == [
        ["kind", "namespace", "name", "id"],
        ["kind", "namespace", "name", "id"],
        ["namespace", "name", "id"],
        ["name", "id"],
    ]
    assert printed(monkeypatch, 200)[1] == []
    assert printed(monkeypatch, 80)[1] == [
        "  Not shown here: kind, namespace. A wider terminal shows them, and --json."
    ]


@pytest.mark.parametrize(
    ("digest", "shown"),
    [("sha256:" + "ab" * 32, "sha256:abababababab…"), ("sha256:abababababab", "sha256:abababababab"), ("17", "17")],
)
def test_a_digest_is_shown_as_much_of_it_as_tells_it_apart(digest: str, shown: str) -> None:
    assert short(digest) == shown
