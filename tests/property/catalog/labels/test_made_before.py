"""What was made holds what is kept of its data now where nothing came behind it since: that is the walk's answer."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.labels.taint import queries
from catalog.labels.taint.loading import Behind, load
from catalog.labels.taint.made import made_at, stands
from catalog.labels.taint.queries import effective_labels, effective_labels_of_columns, why_label
from catalog.labels.taint.sources import Sources
from catalog.projection.entry_facts import facts_of
from catalog.store.memory import MemoryStore
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from graph_schema.facts import Facts
from graph_schema.nodes import ModelVersion, Snapshot
from tests.property.catalog.labels.test_effective import COLUMNS, DATASETS
from tests.property.catalog.labels.test_following import AGAIN, RECORDS, SENT, follow, written
from tests.support.facts import joined
from tests.support.records import CURATED, DIGEST, MODEL, RAW, RUN, House, principal, registration, seal

LATER = timedelta(days=1_000)
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], registration()["version"]).id
MADE = {
    "sealed": seal(),
    "raw sealed": seal(dataset=RAW),
    "registered before": registration(run_id=RUN),
}
PASSES = {"days pass": timedelta(days=2), "a year passes": timedelta(days=365)}
BEGINS = datetime(2026, 1, 2, 12, tzinfo=UTC)
"""Some of what is said is of before, some of after; what was made, of when it is recorded."""
ASSETS = [
    *DATASETS,
    VERSION,
    *(Snapshot(one["namespace"], one["name"], DIGEST).id for one in (CURATED, RAW)),
]
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted({*SENT, *RECORDS, *MADE, *PASSES})), st.booleans()), min_size=2, max_size=12
)


def later(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same, said of a time after all that was made: by another run of the job, where it is an event."""
    moved = copy.deepcopy(dict(value))
    for name in ("eventTime", "valid_from"):
        if name in moved:
            moved[name] = (datetime.fromisoformat(moved[name]) + LATER).strftime(MOMENT)
    if "run" in moved:
        moved["run"]["runId"] = AGAIN[:-1] + "f"
    return moved


def told(house: House, steps: Sequence[tuple[str, bool]]) -> list[Facts]:
    """Return what each of these says, each an entry."""
    house.clock.now = BEGINS.timestamp()
    house.record(principal("ada", "steward"))
    for name, is_later in steps:
        if name in PASSES:
            house.clock.now += PASSES[name].total_seconds()
            continue
        value = SENT.get(name) or RECORDS.get(name) or MADE[name]
        value = later(value) if is_later and name not in MADE else value
        if "kind" in value:
            house.append(value, "ada")
        else:
            house.send(value)
    return [facts_of(house.ledger.entry(one)) for one in range(house.ledger.size())]


def hold_to_the_walk(store: MemoryStore | SqliteStore, facts: list[Facts]) -> None:
    """Hold what is answered of what is kept to what a store answers of the same facts that nobody followed."""
    plain = MemoryStore()
    plain.apply(joined(facts), len(facts) - 1)
    kept, walked = View(store), View(plain)
    columns = [(one, name) for one in ASSETS for name in COLUMNS]
    labels = effective_labels(walked, ASSETS)
    assert kept.labels_follow
    assert effective_labels(kept, ASSETS) == labels
    assert effective_labels_of_columns(kept, columns) == effective_labels_of_columns(walked, columns)
    for one, held in labels.items():
        for label in held.labels[:1]:
            assert why_label(kept, one, None, label.kind) == why_label(walked, one, None, label.kind)
    for one, at in made_at(walked, ASSETS).items():
        data = next(iter(queries._assets(walked, [one]).values()))
        if stands(kept, [(data, at)]):
            now, then = load(walked, [data]), load(walked, [data], made_at=at)
            assert (then.seeds, then.flows, then.later) == (now.seeds, now.flows, frozenset())
            assert then.clearances == now.clearances


@pytest.mark.parametrize("make", [lambda _: MemoryStore(), SqliteStore], ids=["memory", "sqlite"])
@given(STEPS, st.lists(st.integers(1, 3), min_size=1, max_size=4), st.lists(st.booleans(), min_size=1, max_size=4))
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=20)
def test_what_stands_since_it_was_made_is_what_the_walk_finds(
    make: Callable[[Path], MemoryStore | SqliteStore],
    steps: list[tuple[str, bool]],
    batches: list[int],
    follows: list[bool],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        store = make(Path(folder) / "graph.db")
        facts = told(house, steps)
        written(store, facts, batches, follows)
        hold_to_the_walk(store, facts)
        store.close()
        house.close()


@pytest.mark.parametrize(
    ("more", "is_walked"),
    [
        ((), False),
        ((("completes", True),), False),
        ((("fails", True),), True),
        ((("has another schema", True),), True),
        ((("of another column", True),), True),
        ((("masks", True),), True),
        ((("attested of every run", False),), False),
        ((("attested", False), ("completes", True)), True),
        ((("attested of every run", False), ("completes", True)), False),
    ],
    ids=[
        *("nothing", "a run again", "another column", "a schema", "a label", "another masking"),
        *("an attestation", "another run than was attested", "another run of an attested job"),
    ],
)
def test_all_that_lies_behind_is_walked_only_where_anything_came_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[tuple[str, bool], ...], *, is_walked: bool
) -> None:
    house, store = House(tmp_path), MemoryStore()
    before = ["starts", "completes", "of a column", "a year passes", "sealed"]
    facts = told(house, [*((one, False) for one in before), *more])
    store.apply(joined(facts), len(facts) - 1)
    follow(store)
    walks: list[int] = []
    walk = Behind.sources

    def walked(behind: Behind, assets: Sequence[str], columns: Sequence[tuple[str, str]], made_at: int) -> Sources:
        walks.append(made_at)
        return walk(behind, assets, columns, made_at)

    monkeypatch.setattr(Behind, "sources", walked)
    sealed = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id
    assert effective_labels(View(store), [sealed])[sealed].labels
    assert bool(walks) is is_walked
    house.close()
