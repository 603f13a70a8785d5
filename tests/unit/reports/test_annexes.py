"""What is long stands whole in an annex, and its section keeps the beginning."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.annexes import LONG, SHOWN, set_apart
from reports.document import (
    Block,
    Cell,
    Column,
    Facts,
    Gaps,
    Heading,
    SignOff,
    Span,
    Table,
    Text,
    cell,
    mark,
    missing,
    plain,
    table,
)
from reports.drawing import document_of
from tests.support.dossier import clinical_dossier, large_dossier

SECTIONS = (Heading("Sources", "sources", "1"), Heading("Runs", "runs", "2"), Heading("Proof", "proof", "3"))
COLUMNS = (Column("Name", 2), Column("How", 1))
MARKS = (mark("not attested", "bad"), mark("inferred", "warn"), mark("raw feed", "none"), plain("declared"))


def rows_of(number: int, marked: tuple[int, ...] = ()) -> list[tuple[Cell, ...]]:
    return [
        (cell(plain(f"row {one}")), cell(MARKS[0] if one in marked else plain("declared"))) for one in range(number)
    ]


def drawn(*blocks: Block) -> list[tuple[Heading, list[Block]]]:
    """Set the blocks apart that stand in the first of three sections."""
    sections: list[tuple[Heading, Sequence[Block]]] = [
        (SECTIONS[0], blocks),
        (SECTIONS[1], [Text(plain("Nothing."))]),
        (SECTIONS[2], []),
    ]
    return [(heading, list(kept)) for heading, kept in set_apart(sections)]


def test_what_is_short_stays_as_it_is() -> None:
    block = table("Names", COLUMNS, rows_of(LONG // 2))
    assert [heading for heading, _ in drawn(block)] == list(SECTIONS)
    assert drawn(block)[0][1] == [block]


def test_a_long_table_leaves_its_first_rows_and_how_many_there_are() -> None:
    block = table("Names", COLUMNS, rows_of(2_000), "As declared.")
    sections = drawn(block)
    ((kept,), (leads, whole)) = sections[0][1], sections[-1][1]
    assert isinstance(kept, Table)
    assert sections[-1][0] == Heading("Sources", "annex-sources", "A")
    assert leads == Text(plain("Annex A holds in full what section 1 shows in part."))
    assert whole == block
    assert kept.rows == block.rows[:SHOWN]
    assert (kept.total, kept.annex) == (2_000, "annex-sources")
    assert kept.note == "30 of 2,000 rows stand here. As declared."


def test_rows_with_an_exception_stay_before_others_in_their_order() -> None:
    ((kept,), *_) = [blocks for _, blocks in drawn(table("Names", COLUMNS, rows_of(2_000, marked=(7, 1_999))))]
    assert isinstance(kept, Table)
    assert [row[0][0][0].text for row in kept.rows] == [f"row {number}" for number in (*range(SHOWN - 1), 1_999)]
    assert kept.note == ("30 of 2,000 rows stand here, those with an exception first. In all of them: 2 not attested.")


def test_a_table_of_a_fixed_number_of_rows_stays() -> None:
    block = table("Words", COLUMNS, rows_of(2_000), fixed=True)
    assert drawn(block)[0][1] == [block]


def test_one_row_that_is_long_is_shortened() -> None:
    names = tuple(plain(f"feeds/{number}") for number in range(2_000))
    block = table("Names", COLUMNS, [(names, cell(plain("declared alike")))])
    (kept,) = drawn(block)[0][1]
    assert isinstance(kept, Table)
    ((shown, how),) = kept.rows
    assert how == block.rows[0][1]
    assert shown[:8] == names[:8]
    assert shown[8][0].text == "and 1,992 more lines, in annex A"
    assert kept.note is None


LINES = tuple(plain(f"reason {number}") for number in range(200))


@pytest.mark.parametrize(
    "block",
    [
        Facts((("Because", LINES),)),
        Gaps((("feeds/1", LINES), ("feeds/2", (missing("owner: not recorded"),)))),
        Text(tuple(Span(f"feeds/{number}; ") for number in range(500))),
    ],
    ids=lambda block: type(block).__name__,
)
def test_whatever_else_is_long_is_shortened_too_and_stands_whole_behind(block: Block) -> None:
    sections = drawn(block)
    ((kept,), (_, whole)) = sections[0][1], sections[-1][1]
    assert whole == block
    assert len(str(kept)) < len(str(block)) / 2
    assert "annex A" in str(kept)


def test_what_somebody_signed_is_never_shortened() -> None:
    block = SignOff("Clinical approval", Span("APPROVED", "mark"), (("Because", LINES),), ((("Reason", LINES),),))
    assert drawn(block)[0][1] == [block]


def test_what_is_long_in_the_last_section_alone_ends_the_report_as_it_is() -> None:
    entries = table("Entries", COLUMNS, rows_of(2_000))
    sections: list[tuple[Heading, Sequence[Block]]] = [
        (SECTIONS[0], [Text(plain("All."))]),
        (SECTIONS[2], [entries]),
    ]
    assert set_apart(sections) == sections


def test_an_ordinary_dossier_has_no_annex_and_one_of_many_runs_names_it() -> None:
    def anchors(dossier_blocks: tuple[Block, ...]) -> list[str]:
        return [block.anchor for block in dossier_blocks if isinstance(block, Heading) and block.level == 1]

    assert not [one for one in anchors(document_of(clinical_dossier())[1].blocks) if one.startswith("annex")]
    assert anchors(document_of(large_dossier(300))[1].blocks)[-3:] == [
        "annex-lineage",
        "annex-runs",
        "annex-proof",
    ]


LETTERS = st.text(ascii_lowercase + " ", min_size=1, max_size=60)
CELLS = st.lists(LETTERS.map(plain) | st.sampled_from(MARKS), max_size=14).map(tuple)
TABLES = st.lists(st.tuples(CELLS, CELLS), max_size=80).map(lambda rows: table("Names", COLUMNS, rows))


@given(st.lists(st.lists(TABLES, max_size=3), min_size=3, max_size=3))
def test_nothing_is_lost_whatever_is_set_apart(drawn_of: list[list[Table]]) -> None:
    """Every block stands whole once, in its order, and no section keeps more than the bound."""
    sections = list(zip(SECTIONS, drawn_of, strict=True))
    apart = [(heading, list(blocks)) for heading, blocks in set_apart(sections)]
    every = list(chain.from_iterable(blocks for _, blocks in apart))
    assert all(block in every for blocks in drawn_of for block in blocks)
    for (heading, blocks), (kept_heading, kept) in zip(sections, apart, strict=False):
        assert kept_heading == heading
        for block, beginning in zip(blocks, kept, strict=True):
            assert isinstance(beginning, Table)
            assert beginning.annex is not None or beginning == block
            assert beginning.total == block.total
    leading = {block.annex for _, kept in apart for block in kept if isinstance(block, Table)} - {None}
    assert leading == {heading.anchor for heading, _ in apart[len(SECTIONS) :]}
