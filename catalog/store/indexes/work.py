"""One batch of new facts on its way into the indexes: what several of them look at is looked up once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from catalog.store.indexes.effects import Transition, transitions
from catalog.store.indexes.run_states import Runs
from catalog.store.indexes.table import Changes, Past
from graph_schema.facts import Facts


@dataclass
class Work:
    """The new facts, all of them later in the ledger than the past; of the nodes those that no earlier entry named."""

    new: Facts
    past: Past
    derived: dict[str, Changes] = field(default_factory=dict)
    """What indexes made of the facts, by their names: an index finds those there that it uses."""

    @cached_property
    def runs(self) -> Runs:
        """Return the runs that the new facts touch."""
        return Runs(self.new, self.past)

    @cached_property
    def transitions(self) -> list[Transition]:
        """Return what the new facts change of what is in force."""
        return transitions(self.new, self.runs, self.past)
