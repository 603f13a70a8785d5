"""How the schema of a dataset changed, from one run to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from catalog.assets.rules import columns
from catalog.names.loading import Names
from catalog.view import View
from graph_schema.bitemporal import RunFold, history
from graph_schema.facts import Role, Statement


@dataclass(frozen=True, slots=True)
class SchemaStep:
    """The fields of a dataset became others, by a run where one wrote them; `entries` say before and after."""

    at: int
    run: str | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    entries: tuple[int, int]


def schema_changes(view: View, datasets: Sequence[str], until: int) -> dict[str, tuple[SchemaStep, ...]]:
    """Return how the schema of each dataset changed up to a time; a dataset whose schema stayed is absent."""
    statements: dict[str, list[Statement]] = defaultdict(list)
    for each in Names(view, renamed=True).statements(datasets, ("schema",)):
        statements[each.subject].append(each)
    every = (each for several in statements.values() for each in several)
    folds = view.runs({each.run for each in every if each.run and each.role == Role.OUT})
    steps = {id_: tuple(one for one in schema_steps(of, folds) if one.at <= until) for id_, of in statements.items()}
    return {id_: found for id_, found in steps.items() if found}


def schema_steps(statements: Sequence[Statement], folds: Mapping[str, RunFold | None]) -> Iterator[SchemaStep]:
    """Yield the changes of one dataset's schema in force, by time, given its writers as they were at one point."""
    in_force = [pair for pair in history(statements, folds.get) if pair[1].value is not None]
    for (_, before), (order, after) in pairwise(in_force):
        old, new = ({each.name: each.type for each in columns("", "", one.data)} for one in (before, after))
        step = SchemaStep(
            at=order[0],
            run=after.run,
            added=tuple(name for name in new if name not in old),
            removed=tuple(name for name in old if name not in new),
            changed=tuple(
                f"{name}: {old[name] or 'unknown'} to {kind or 'unknown'}"
                for name, kind in new.items()
                if name in old and old[name] != kind
            ),
            entries=(before.entry, after.entry),
        )
        if step.added or step.removed or step.changed:
            yield step
