"""What a read of asserted labels and attestations gives. Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from catalog.names.rules import UnderName
from graph_schema.aspects import labels as aspects
from graph_schema.aspects.labels import Coding
from graph_schema.vocabulary.words import EndEffect, Stance


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
    mapping: str | None = None
    """Of a claim that a mapping reads in a facet or tag: the mapping."""
    mapped_by: int | None = None
    """The entry by which that mapping holds."""
    named: str | None = None
    """Of a suggestion: the name under which the schema was said, where that is another."""

    @property
    def under_name(self) -> UnderName:
        """Return under which name it was said, when and by which entry."""
        return UnderName(self.named or self.dataset, self.since, self.entry)


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
    rejected: tuple[Tag, ...] = ()
    """Of a label that is present: what was said under one of the dataset's names and is rejected there."""

    @property
    def holding(self) -> tuple[Tag, ...]:
        """Return what says that it is there, whatever was rejected under another name."""
        return tuple(one for one in self.history if one.stance != Stance.REJECT and one not in self.rejected)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationEnd(aspects.AttestationEnd):
    """That an attestation ended at a time, or never held: by whom, and by which entry."""

    ended_by: str
    ended_at: int
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation(aspects.Attestation):
    """An authorised person's statement that a job (or one run of it) removes identifiers, or a model version gives none
    away.

    `in_force` at the valid time read: begun and not past `until`, which is when it was ended where that comes first.
    """

    id: str
    entry: int
    attested_by: str
    authenticated: bool
    valid_from: int
    in_force: bool
    end: AttestationEnd | None = None
    """By what it ended, or was void, apart from its own `until`."""

    @property
    def is_void(self) -> bool:
        """Tell whether it never held."""
        return self.end is not None and self.end.effect == EndEffect.VOID


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLineageTrust(aspects.ColumnLineageTrust):
    """An authorised person's statement that what a job says of columns is complete for what it writes from then on.

    `holds` at the valid time read: by somebody who might say so, and not past `until`.
    """

    job: str
    entry: int
    trusted_by: str
    since: int
    holds: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What a job did on a way: one run of it, or all of it where no run is named.

    `at` is when the run ended or, while that is not known, started; `versions` are the schema versions that were
    declared then of what it wrote, empty where none was, by the entries in `declared`; `code` are the versions of its
    code that the run's own events say. Of what a model version learnt `job` is that version.
    """

    job: str
    run: str | None = None
    at: int | None = None
    versions: frozenset[str] = frozenset()
    declared: frozenset[int] = frozenset()
    code: frozenset[str] = frozenset()


class Uncovered(StrEnum):
    """Why an attestation does not cover a step."""

    OTHER_JOB = "OTHER_JOB"
    """It is about another job."""
    OTHER_RUN = "OTHER_RUN"
    """It is about one run, which is another one."""
    NOT_AUTHORISED = "NOT_AUTHORISED"
    """Who attested it was no steward then, or no key proved who they were."""
    CLEARS_NOTHING = "CLEARS_NOTHING"
    """Its method leaves protected health information: a limited data set, or none at all."""
    VOID = "VOID"
    """A steward said that it never held."""
    EXPIRED = "EXPIRED"
    """It has ended."""
    BEGINS_LATER = "BEGINS_LATER"
    """It has not begun, or began after the run."""
    OTHER_VERSION = "OTHER_VERSION"
    """It is about another schema version than the run wrote, or none is declared of that."""
    OTHER_CODE = "OTHER_CODE"
    """It is about another version of the job's code than ran, or the run does not say which did."""
