"""The law of a list that is cut: behind what was shown comes all else, each once, whatever came before it."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.access.keys import local_actor
from catalog.api.pages.asking import Asking
from catalog.api.pages.page import BEHIND, Several
from catalog.errors import SenderError

NAMES = st.lists(st.text(max_size=5), max_size=12, unique=True)


def asking(*behind: str) -> Asking:
    """Return what an address asks that says this, of no catalog: a list is cut by what it is handed alone."""
    return Asking(cast("object", None), local_actor(), cast("object", None), {BEHIND: behind})  # type: ignore[arg-type]


@given(NAMES, NAMES, st.integers(1, 5))
def test_one_walks_all_of_a_list_whatever_comes_before_it_meanwhile(
    names: list[str], new: list[str], most: int
) -> None:
    met: list[str] = []
    there, added = names, [one for one in new if one not in names]
    page = Several.of(asking(), "names", there, str, most)
    while True:
        assert len(page.shown) <= most
        assert page.total == len(there)
        assert page.begin + len(page.shown) <= page.total
        met += page.shown
        if page.after is None:
            break
        there = [*added[:1], *there]
        added = added[1:]
        page = Several.of(asking(f"others:{page.after}", f"names:{page.after}"), "names", there, str, most)
    assert met == names


def test_what_is_not_there_is_no_beginning() -> None:
    with pytest.raises(SenderError, match="What behind names of snapshots is not there"):
        Several.of(asking("snapshots:gone"), "snapshots", ("a", "b"), str)
