"""What a read of asserted labels and attestations gives. Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass

from graph_schema.aspects import labels as aspects
from graph_schema.aspects.labels import Coding


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(aspects.Tag):
    """A tag that says that a dataset or column holds, or does not hold, a kind of PHI.

    `by` is the principal's id, or the run's or job's for a claim.
    """

    subject: str
    dataset: str
    column: str | None
    kind: str
    by: str | None
    entry: int
    since: int


@dataclass(frozen=True, slots=True)
class Label:
    """A kind of PHI on a dataset or column as it stands, with every tag that it had, the newest last.

    `present` is False only where a principal's REJECT is the newest that principals recorded; claims and suggestions
    never take a label away.
    """

    subject: str
    dataset: str
    column: str | None
    kind: str
    present: bool
    origin: str
    codes: tuple[Coding, ...]
    confidentiality: str | None
    tag: Tag
    """The one that decides."""
    history: tuple[Tag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation(aspects.Attestation):
    """An authorised person's statement that a job (or one run of it) removes identifiers.

    `in_force` at the valid time read: begun and not past `until`.
    """

    id: str
    entry: int
    attested_by: str
    authenticated: bool
    valid_from: int
    in_force: bool
