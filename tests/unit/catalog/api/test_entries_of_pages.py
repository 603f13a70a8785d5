"""Entries that a page names on one line: each of them leads on, were they many."""

from __future__ import annotations

import pytest

from catalog.api.pages.links import Links
from catalog.api.pages.rendering import environment

_LINE = environment().from_string('{% from "explorer/parts.html.j2" import entries %}{{ entries(to, numbers) }}')


@pytest.mark.parametrize(
    ("count", "links", "more"),
    [(0, 0, ()), (100, 100, ()), (101, 101, ("and 1 more",)), (3_000, 1_001, ("and 2,900 more", "and 2,000 more"))],
)
def test_entries_beyond_a_hundred_are_unfolded_where_they_stand(count: int, links: int, more: tuple[str, ...]) -> None:
    line = _LINE.render(to=Links(), numbers=range(count))
    assert line.count('<a class="entry"') == links
    assert ("<details>" in line) is bool(more)
    assert [text for text in more if text in line] == list(more)
