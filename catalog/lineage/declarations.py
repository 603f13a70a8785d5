"""What feeds a dataset by design: as a job declares it, or an event about the dataset itself. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from catalog.mappings.model import MappedFlow
from graph_schema.aspects.events import Io
from graph_schema.facts import Statement

OF_DATASETS: Final = ("lineage_sources", "column_lineage_sources")
"""The aspects in which an event about a dataset says what feeds it, the one that counts more first (rule 10)."""


@dataclass(frozen=True, slots=True)
class Declared:
    """That by design these feed a dataset, by a job, or, without one, as an event about the dataset says."""

    job: str | None
    sources: frozenset[str]
    valid_from: int
    entry: int
    mapped: tuple[MappedFlow, ...] = ()
    """Where a mapping of the site reads it in a facet: what it reads there, of columns or of none."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declaration in force, of a job or of a dataset itself."""

    job: str | None
    outputs: tuple[str, ...]
    io: Io
    valid_from: int
    entry: int

    @property
    def names(self) -> tuple[str, ...]:
        """Return every dataset that it names, by id."""
        fed = (source for output in self.outputs for source in self.sources_of(output))
        return (*self.outputs, *fed)

    def sources_of(self, output: str) -> tuple[str, ...]:
        """Return what feeds one of its outputs, by id."""
        return self.io.sources_of(output)


def declared_by(newest: Iterable[Statement]) -> list[Declaration]:
    """Return the declarations that the newest statements make, of each job and of each aspect of a dataset one."""
    found: list[Declaration] = []
    of_datasets: dict[str, dict[str, Statement]] = {}
    for one in newest:
        if one.aspect == "io":
            io = Io.from_json(one.data or {})
            found.append(Declaration(one.subject, io.outputs or (), io, one.valid_from, one.entry))
        elif one.value is not None:
            of_datasets.setdefault(one.subject, {})[one.aspect] = one
    for subject, stated in of_datasets.items():
        one = next(stated[aspect] for aspect in OF_DATASETS if aspect in stated)
        io = Io(tuple(one.data), (subject,))
        found.append(Declaration(None, (subject,), io, one.valid_from, one.entry))
    return found
