"""Circles of lineage and of names end, lose nothing, and are answered alike on every store."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from catalog.findings.queries import findings
from catalog.labels.taint.queries import effective_labels, effective_labels_of_columns, why_label
from catalog.lineage.model import Direction, FlowScope, Grain, Walk
from catalog.lineage.queries import lineage
from catalog.projection.batches import gather
from catalog.projection.entry_facts import LedgerFacts
from catalog.reading import Complete
from catalog.search.model import Search
from catalog.search.queries import search
from catalog.store.protocol import Store
from catalog.use.queries import permitted_use
from catalog.view import View
from graph_schema.nodes import Dataset
from tests.support.events import Json, dataset, run_event
from tests.support.records import House, joining, tag
from tests.support.uses import permission

LONG = 20
EARLY = "2020-01-01T00:00:00Z"
DIRECT = "DIRECT_IDENTIFIER"


def flows_from(source: Json) -> Json:
    """Return the facets of an output whose column `c` is that of the source, as it was."""
    flow = {**source, "field": "c", "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}]}
    return {
        "schema": {"fields": [{"name": "c", "type": "string"}]},
        "columnLineage": {"fields": {"c": {"inputFields": [flow]}}},
    }


def named(namespace: str, size: int) -> list[Json]:
    return [dataset(f"d{index}", namespace) for index in range(size)]


def copying(source: Json, target: Json, minute: int, job: str) -> Json:
    run_id = f"018f4a3e-0000-7000-8000-{minute:012d}"
    return run_event(
        minute=minute,
        run_id=run_id,
        job_name=job,
        inputs=[source],
        outputs=[{**target, "facets": flows_from(source)}],
    )


def pointing(source: Json, target: Json, minute: int) -> Json:
    symlinks = {"symlinks": {"identifiers": [{**target, "type": "TABLE"}]}}
    return run_event(minute=minute, job_name="name", outputs=[{**source, "facets": symlinks}])


def tell_lineage(house: House, namespace: str, size: int) -> None:
    """Tell that each dataset was made of the one before it, and the first of the last; of one, of itself."""
    ring = named(namespace, size)
    for index, source in enumerate(ring):
        house.send(copying(source, ring[(index + 1) % size], index, f"{namespace} {index}"))


def tell_pointers(house: House, namespace: str, size: int) -> None:
    """Tell that each name points to the next, and the last to the first."""
    ring = named(namespace, size)
    house.send(copying(dataset("behind", namespace), ring[0], 0, namespace))
    for index, one in enumerate(ring):
        house.send(pointing(one, ring[(index + 1) % size], index + 1))


def tell_joins(house: House, namespace: str, size: int) -> None:
    """Tell that a steward joined each name with the next, and the last with the first."""
    ring = named(namespace, size)
    house.send(copying(dataset("behind", namespace), ring[0], 0, namespace))
    house.send(run_event(minute=1, job_name="name", outputs=ring))
    for index, one in enumerate(ring):
        house.record(joining(one, ring[(index + 1) % size]))


STORIES = {
    "itself": (tell_lineage, 1),
    "lineage": (tell_lineage, LONG),
    "pointers": (tell_pointers, LONG),
    "joins": (tell_joins, LONG),
}


def answers(view: View, namespace: str, size: int) -> Iterator[tuple[str, Any]]:
    """Yield what is answered of what lies farthest from the label, by what is asked."""
    far, column = Dataset(namespace, f"d{size // 2}").id, (Dataset(namespace, f"d{size - 1}").id, "c")
    yield "labels", effective_labels(view, [far])[far]
    yield "labels of a column", effective_labels_of_columns(view, [column])[column]
    yield "why", why_label(view, *column, DIRECT)
    yield "use", permitted_use(view, far)
    yield "search", [hit.id for hit in search(view, Search(text=f'"{namespace}"')).hits]
    for direction, grain, flows in product(
        (Direction.UPSTREAM, Direction.DOWNSTREAM), (Grain.DATASET, Grain.COLUMN), FlowScope
    ):
        yield f"{direction} {grain} {flows}", lineage(view, Walk((far,), direction, grain, 100, flows))


def test_a_circle_ends_loses_nothing_and_is_answered_alike_on_every_store(store: Store, tmp_path: Path) -> None:
    house = House(tmp_path / "house")
    for namespace, (tell, size) in STORIES.items():
        tell(house, namespace, size)
        house.record(tag(dataset=dataset("d0", namespace), column="c", valid_from=EARLY))
        house.record(permission(f"of {namespace}", of={"dataset": dataset("d0", namespace)}))
    for batch in gather(house.ledger.entries(0, house.ledger.size()), facts_of=LedgerFacts(house.ledger).of):
        store.apply(batch.facts, house.ledger.size() - 1, batch.quarantined)
    view, memory = View(store), house.view()
    for namespace, (tell, size) in STORIES.items():
        found = dict(answers(view, namespace, size))
        assert found == dict(answers(memory, namespace, size)), namespace
        assert [label.kind for label in found["labels"].labels] == [DIRECT], namespace
        assert [label.kind for label in found["labels of a column"].labels] == [DIRECT], namespace
        assert found["why"].ways, namespace
        assert [one.statement.id for one in found["use"].applied] == [f"of {namespace}"], namespace
        behind = () if tell is tell_lineage else (Dataset(namespace, "behind").id,)
        assert (found["use"].unstated, found["use"].completeness) == (behind, Complete()), namespace
        assert found["search"], namespace
    assert findings(view) == findings(memory)
    house.close()
