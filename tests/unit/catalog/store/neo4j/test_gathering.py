"""Reads that are asked together: as few statements as the one that takes most, and nothing is asked twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from catalog.store.neo4j.gathering import Forms, Gathering
from graph_schema.cypher import reading

NEXT = {one: f"UNWIND $ids AS id MATCH (n:{one} {{id: id}}) RETURN collect(n.next) AS found" for one in ("A", "B", "C")}


class Server:
    """One that leads from each id to `id+`, and notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def run(self, query: str, **given: Any) -> Any:
        self.asked.append(query)
        if "RETURN [found_0" not in query:
            return [{"found": [f"{one}+" for one in given["ids"]]}]
        count = len(re.findall(r"AS found_\d+", query))
        return [{"found": [[[f"{one}+" for one in given[f"of_{place}"]["ids"]]] for place in range(count)]}]


def chain(gathering: Gathering, kinds: str, found: dict[str, list[str]]) -> Callable[[], None]:
    """Return a read that goes on from what it found, a kind after the other."""

    def read() -> None:
        ids = ["0"]
        for kind in kinds:
            ids = gathering.run(NEXT[kind], ids=ids)[0]["found"]
        found[kinds] = ids

    return read


def test_reads_take_as_many_trips_as_the_longest_of_them_and_find_what_each_finds_alone() -> None:
    server, found = Server(), dict[str, list[str]]()
    gathering = Gathering(server.run)
    assert not gathering.read([chain(gathering, kinds, found) for kinds in ("A", "BC", "CAB", "AB")])
    assert found == {"A": ["0+"], "BC": ["0++"], "CAB": ["0+++"], "AB": ["0++"]}
    assert len(server.asked) == 3
    assert all(server.asked[0].count(f"(n:{kind} ") == 1 for kind in NEXT)


def test_what_answers_in_several_lines_is_asked_for_at_once() -> None:
    server, lines = Server(), "MATCH (q:Quarantined) RETURN q.entry, q.reason"
    assert reading.columns(lines) is None
    gathering = Gathering(server.run)
    gathering.run(lines, ids=[])
    assert server.asked == [lines]


def test_a_read_that_goes_on_and_on_is_left_to_whoever_asks() -> None:
    gathering, count = Gathering(Server().run), iter(range(1_000))

    def endless() -> None:
        gathering.run(NEXT["A"], ids=[str(next(count))])

    assert gathering.read([endless]) == [endless]


def test_some_of_what_was_asked_together_before_is_asked_by_the_same_statement() -> None:
    forms, given = Forms(), {"ids": ["0"], "known_at": 7, "more": {"ids": ["1"]}}
    empty = {"ids": [], "known_at": 7, "more": {"ids": []}}
    every = forms.of([given] * 3, ["A", "C", "B"])
    assert every == (("A", empty), ("B", empty), ("C", empty))
    assert forms.of([given], ["B"]) is every
    assert [one for one, _ in forms.of([given] * 2, ["B", "B"])] == ["B", "B"]


def test_no_form_asks_for_far_more_than_is_wanted() -> None:
    forms = Forms()
    forms.of([{}] * 20, [f"{number}" for number in range(20)])
    assert forms.of([{}], ["3"]) == (("3", {}),)
