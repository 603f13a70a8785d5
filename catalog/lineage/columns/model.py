"""What is answered of columns, as values."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.lineage.model import Derivation


@dataclass(frozen=True, slots=True)
class ColumnOrigin:
    """One source of a column, by one write in force."""

    source: str
    """The id of a column, or of a dataset of which no column is named."""
    dataset: str
    """The id of the dataset that the source is, or is a column of."""
    name: str | None
    """The address of the column in it."""
    derivation: Derivation
    job: str | None
    run: str | None
    since: int
    entry: int


@dataclass(frozen=True, slots=True)
class ListedColumn:
    """A column of a dataset: a field of the schema in force, or a ghost, which only column lineage names."""

    id: str
    name: str
    type: str | None
    description: str | None
    ordinal: int
    ghost: bool
    dataset: str
    """By id, under the name that was asked for."""
    origins: tuple[ColumnOrigin, ...] = ()
