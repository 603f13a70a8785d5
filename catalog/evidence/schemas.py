"""How the schema of a dataset changed, from one run to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from catalog.assets.rules import columns
from graph_schema.facts import Order, Role, Statement
from graph_schema.folding import RunFold


@dataclass(frozen=True, slots=True)
class SchemaStep:
    """The fields of a dataset became others, by a run where one wrote them; `entries` say before and after."""

    at: int
    run: str | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    entries: tuple[int, int]


def schema_steps(statements: Sequence[Statement], folds: Mapping[str, RunFold | None]) -> Iterator[SchemaStep]:
    """Yield the changes among what was said of one dataset's schema, by time.

    What a writer says counts when its run completes; what readers say, only where no writer and no owner spoke.
    """
    for (_, before), (order, after) in pairwise(_in_order(statements, folds)):
        old, new = ({each.name: each.type for each in columns("", "", said.data)} for said in (before, after))
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


def _in_order(statements: Sequence[Statement], folds: Mapping[str, RunFold | None]) -> list[tuple[Order, Statement]]:
    spoken: list[tuple[Order, Statement]] = []
    for said in statements:
        if said.value is None:
            continue
        if said.role == Role.OWN:
            spoken.append((said.order, said))
        elif said.role == Role.OUT and said.run is not None:
            fold = folds.get(said.run)
            effect = fold.takes_effect(said.valid_from) if fold else None
            if effect is not None:
                spoken.append(((effect, said.rank, said.tie), said))
    if not spoken:
        spoken = [(said.order, said) for said in statements if said.value is not None and said.role == Role.IN]
    return sorted(spoken, key=lambda pair: pair[0])
