"""A store keeps in which datasets a suggestion waits: looking there alone finds all that looking everywhere does."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import event as noted
from hypothesis import strategies as st

from catalog.labels.judgement import Judgement
from catalog.labels.queries import Place, list_suggestions, suggestible, suggestions, suggestions_behind
from catalog.labels.suggestions import Suggestion, Wanted
from catalog.view import View
from tests.support.records import CURATED, RAW, House, declaration, event, joining, naming_rule, tag

NAMES = (RAW, CURATED, {**RAW, "name": "third"})
KINDS = ("STRING", "BIGINT")
quick = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=25)

STEPS = st.one_of(
    st.tuples(
        st.just("schema"),
        st.sampled_from(NAMES),
        st.lists(st.tuples(st.sampled_from(["mrn", "birth_date", "status"]), st.sampled_from(KINDS)), max_size=2),
    ),
    st.tuples(
        st.just("tag"),
        st.sampled_from(NAMES),
        st.tuples(st.sampled_from(["mrn", "birth_date"]), st.sampled_from(["CONFIRM", "REJECT"])),
    ),
    st.tuples(st.just("join"), st.sampled_from(NAMES[1:]), st.none()),
    st.tuples(st.just("rule"), st.just(RAW), st.none()),
)


def happens(house: House, at: int, step: tuple[str, dict[str, str], Any]) -> None:
    what, dataset, more = step
    if what == "schema":
        fields = [{"name": name, "type": kind} for name, kind in dict(more).items()]
        run = event(at=f"2026-01-01T10:{at:02}:00Z", run=f"0190d2e6-0000-7000-8000-{at:012}", schema={"fields": fields})
        run["outputs"][0] |= dataset
        house.send(run)
    elif what == "tag":
        column, stance = more
        house.record(tag(dataset=dataset, column=column, stance=stance, codes=[], reason=f"Look {at}"))
    elif what == "join":
        house.record(joining(RAW, dataset, reason=f"One {at}"))
    else:
        house.record(naming_rule(reason=f"Folds {at}"))


def everywhere(view: View, wanted: Wanted) -> set[tuple[str, str | None, str]]:
    """Return what is suggested of any dataset that ever had a schema, each once."""
    found = suggestions(view, suggestible(view))
    return {key(one) for of in found.values() for one in of if wanted.holds(one)}


def key(one: Suggestion) -> tuple[str, str | None, str]:
    return one.label.dataset, one.label.column, one.label.kind


def by_pages(view: View, wanted: Wanted) -> list[tuple[str, str | None, str]]:
    found: list[tuple[str, str | None, str]] = []
    place: Place | None = None
    while True:
        page = suggestions_behind(view, wanted, place, 1, 2)
        found += map(key, page.shown)
        if page.behind is None:
            return found
        place = page.behind


@given(st.lists(STEPS, min_size=1, max_size=8))
@quick
def test_where_suggestions_are_kept_all_of_them_are_found_each_once(
    steps: list[tuple[str, dict[str, str], Any]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        for dataset in NAMES:
            house.record(declaration(dataset=dataset))
        for at, step in enumerate(steps):
            happens(house, at, step)
        view = house.view()
        for wanted in (Wanted(), *(Wanted(frozenset({one.value})) for one in Judgement)):
            expected = everywhere(view, wanted)
            noted(f"{'/'.join(wanted.judgements) or 'any'}: {min(len(expected), 2)}")
            assert {key(one) for one in list_suggestions(view, wanted)} == expected
            assert sorted(by_pages(view, wanted), key=str) == sorted(expected, key=str)
        house.close()
