from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.api.graphql.connections import page_of
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.problems import InvalidInputError

QUERY = Cursor.of("search", "text")


@given(st.lists(st.one_of(st.text(), st.integers(-(2**53), 2**53), st.booleans()), min_size=1, max_size=5))
def test_a_position_survives_its_cursor(position: list[object]) -> None:
    assert QUERY.read(QUERY.write(position), [type(part) for part in position]) == position


@given(st.text())
def test_any_text_is_a_cursor_or_invalid_input(text: str) -> None:
    with suppress(InvalidInputError):
        position = QUERY.read(text, (str, str))
        assert position is not None
        assert len(position) == 2


def test_a_cursor_is_bound_to_everything_that_is_asked() -> None:
    cursor = QUERY.write(["a", "b"])
    with pytest.raises(InvalidInputError, match="another query"):
        Cursor.of("search", "other").read(cursor, (str, str))


@pytest.mark.parametrize(
    "position",
    ["", '"a"', '"a", "b", "c"', '1, "b"', 'null, "b"', '[], "b"', '{"a": 1}, "b"', 'true, "b"', '"\\ud800", "b"'],
)
def test_a_cursor_that_was_made_up_is_invalid_input(position: str) -> None:
    made_up = base64.urlsafe_b64encode(f'["{QUERY.binding}", {position}]'.encode()).decode()
    with pytest.raises(InvalidInputError):
        QUERY.read(made_up, (str, str))


@pytest.mark.parametrize("number", ["true", "1.0", "1e999", str(2**63), str(-(2**63) - 1), str(2**64), "9" * 5000])
def test_a_number_that_no_store_holds_is_no_position(number: str) -> None:
    made_up = base64.urlsafe_b64encode(f'["{QUERY.binding}",{number}]'.encode()).decode()
    with pytest.raises(InvalidInputError):
        QUERY.read(made_up, (int,))


def test_a_cursor_of_deep_nesting_is_invalid_input() -> None:
    with pytest.raises(InvalidInputError):
        QUERY.read(base64.urlsafe_b64encode(b"[" * 100_000).decode(), (str,))


@given(st.sets(st.tuples(st.integers(0, 5), st.text(max_size=3)), max_size=30), st.integers(1, 7))
def test_pages_together_are_the_whole_in_order(items: set[tuple[int, str]], first: int) -> None:
    ordered = sorted(items)
    seen: list[tuple[int, str]] = []
    after = None
    while True:
        page = page_of(ordered, list, lambda item: item, QUERY, first, after)
        seen += page.nodes
        assert page.total_count == len(ordered)
        if not page.page_info.has_next_page:
            break
        after = page.page_info.end_cursor
    assert seen == ordered


@pytest.mark.parametrize("first", [0, -1, 501])
def test_a_page_has_bounds(first: int) -> None:
    with pytest.raises(InvalidInputError):
        page_of([1], lambda item: [item], lambda item: item, QUERY, first, None)
