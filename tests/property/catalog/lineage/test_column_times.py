"""Columns hop by the times of their datasets: held to a plain slow walk over the reference of the rules of time."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.lineage.model import Dependency, Direction, Grain, Walk
from catalog.lineage.queries import lineage
from catalog.reading import AsOf
from catalog.store.memory import MemoryStore
from catalog.view import View
from graph_schema.facts import Facts
from graph_schema.nodes import Column
from tests.support.histories import JOB_OF, NAMESPACE, Happening, dataset, ledger, told
from tests.support.time_reference import FOREVER, Put, Reference, Told, order

NAMES, FIELDS = "ABC", "xy"
STATED = tuple(one for one in Dependency if one is not Dependency.UNSTATED)
Pair = tuple[str, str]

_names = st.sampled_from(NAMES)
_ins = st.lists(_names, max_size=2, unique=True).map(lambda some: tuple((name, None) for name in some))
_mode = st.sampled_from([None, None, None, "OVERWRITE", "DROP"])
_outs = st.dictionaries(_names, _mode, max_size=2).map(
    lambda some: tuple((name, None, mode, None) for name, mode in some.items())
)
_origin = st.tuples(_names, st.sampled_from(FIELDS))
_said = st.tuples(
    st.dictionaries(st.sampled_from(FIELDS), st.lists(_origin, max_size=2), max_size=2), st.lists(_origin, max_size=1)
)


def value_of(said: Any) -> str:
    def item(origin: tuple[str, str], kind: str) -> dict[str, Any]:
        name, field = origin
        return {"namespace": NAMESPACE, "name": name, "field": field, "transformations": [{"type": kind}]}

    fields, wide = said
    by_field = {name: {"inputFields": [item(one, "DIRECT") for one in some]} for name, some in fields.items()}
    return json.dumps({"fields": by_field, "dataset": [item(one, "INDIRECT") for one in wide]})


_events = st.builds(
    lambda at, kind, run, ins, outs, said: Happening(
        at,
        "run",
        kind,
        run,
        JOB_OF[run],
        ins,
        outs,
        tuple((name, "column_lineage", value_of(one)) for (name, *_), one in zip(outs, said, strict=False) if one),
    ),
    st.integers(0, 5),
    st.sampled_from(["START", "FAIL", "COMPLETE", "COMPLETE", "COMPLETE"]),
    st.sampled_from(["r1", "r2", "r3", "r4"]),
    _ins,
    _outs,
    st.lists(st.one_of(st.none(), _said, _said), min_size=2, max_size=2),
)


class ColumnReference(Reference):
    """Which column was made of which, at one point in time."""

    def __init__(self, happenings: list[Happening], valid_at: int, known_at: int) -> None:
        self.events: dict[tuple[str, int], list[Happening]] = {}
        super().__init__(happenings, valid_at, known_at)

    def _attempt(self, run: str, number: int, events: list[Happening], every: list[Happening]) -> Told:
        self.events[run, number] = sorted(events, key=order)
        return super()._attempt(run, number, events, every)

    def said(self, put: Put) -> dict[str, Any] | None:
        """Return what the newest event of its attempt says of the columns; saying nothing of any is saying nothing."""
        found = None
        for event in self.events[put.run or "", put.attempt]:
            for name, _, value in event.facets:
                if name == put.name and value is not None:
                    found = json.loads(value)
        return found if found and (found["fields"] or found["dataset"]) else None

    def behind(self, put: Put, name: str) -> list[Put]:
        """Return what was in force on a dataset as an attempt found it when it started."""
        for read in put.reads:
            if read.name == name:
                where, at, before = self.hop(put, read)
                return self.in_force(where, at, put, before)
        start = next(one.start for one in self.runs[put.run or ""] if one.number == put.attempt)
        return self.in_force(name, start, put)

    def upstream(self, name: str, field: str) -> set[Pair]:  # type: ignore[override]  # a column's
        """Return every pair on the way up from a column."""
        found: set[Pair] = set()
        front = [(field, put, False) for put in self.in_force(name, self.valid_at)]
        seen: set[tuple[str, Put, bool]] = set()
        while front:
            column, put, read = step = front.pop()
            said = None if step in seen else self.said(put)
            seen.add(step)
            if said is None:
                continue
            here = f"{put.dataset}.{column}"
            origins = [(one, here) for one in said["fields"].get(column, {"inputFields": []})["inputFields"]]
            if said["dataset"] and (read or column in said["fields"]):
                found.add((put.dataset, here))
                origins += [(one, put.dataset) for one in said["dataset"]]
            for one, target in origins:
                found.add((f"{one['name']}.{one['field']}", target))
                front += [(one["field"], other, True) for other in self.behind(put, one["name"])]
        return found


def _as_said(facts: Facts) -> Facts:
    """Return the facts with the facets that happenings hold as text."""
    said = tuple(
        one._replace(value=json.loads(one.value)) if one.aspect == "column_lineage" and one.value else one
        for one in facts.statements
    )
    return Facts(facts.nodes, facts.edges, said)


NAME_OF = {Column(NAMESPACE, name, field).id: f"{name}.{field}" for name in NAMES for field in FIELDS} | {
    dataset(name).id: name for name in NAMES
}


@given(
    st.lists(_events, min_size=1, max_size=7),
    st.sampled_from([1, 3, 5, FOREVER]),
    st.sampled_from([0, 2, 4, FOREVER]),
)
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=150)
def test_columns_hop_by_the_times_of_their_datasets(events: list[Happening], valid_at: int, known_at: int) -> None:
    store, reference = MemoryStore(), ColumnReference(events, valid_at, known_at)
    store.apply(_as_said(told(events)), ledger(events)[-1][0])
    view = View(store, AsOf(valid_at, known_at))
    for name in NAMES:
        for field in FIELDS:
            walk = Walk(
                (dataset(name).id,), Direction.UPSTREAM, Grain.COLUMN, 20, columns=(field,), dependencies=STATED
            )
            found = {(NAME_OF[edge.source], NAME_OF[edge.target]) for edge in lineage(view, walk).edges}
            assert found == reference.upstream(name, field)
