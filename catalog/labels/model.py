"""What a read of asserted labels and attestations gives. Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Code:
    """A code with the system that gives it its meaning; never one without the other."""

    system: str
    code: str


@dataclass(frozen=True, slots=True)
class Tag:
    """One saying that a dataset or column holds, or does not hold, a kind of PHI.

    `stance` is ASSERT, CONFIRM or REJECT. `origin` is ASSERTED where a principal's record says so, CLAIMED where an
    emitter does, SUGGESTED where a rule does. `by` is the principal's id, or the run's or job's for a claim.
    """

    subject: str
    dataset: str
    column: str | None
    kind: str
    stance: str
    codes: tuple[Code, ...]
    confidentiality: str | None
    origin: str
    by: str | None
    reason: str | None
    entry: int
    since: int


@dataclass(frozen=True, slots=True)
class Label:
    """A kind of PHI on a dataset or column as it stands, with everything said of it, the newest last.

    `present` is False only where a principal's REJECT is the newest that principals said; claims and suggestions never
    take a label away.
    """

    subject: str
    dataset: str
    column: str | None
    kind: str
    present: bool
    origin: str
    codes: tuple[Code, ...]
    confidentiality: str | None
    tag: Tag
    """The saying that decides."""
    history: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Attestation:
    """An authorised person's statement that a job (or one run of it) removes identifiers.

    `method` is SAFE_HARBOR, EXPERT_DETERMINATION, LIMITED_DATA_SET or NONE; `in_force` at the valid time read:
    begun and not past `until`.
    """

    id: str
    entry: int
    job: str
    run: str | None
    method: str
    clears: tuple[Code, ...]
    alterations: tuple[str, ...]
    expert: str | None
    scope: str | None
    result: str | None
    attested_by: str
    authenticated: bool
    valid_from: int
    until: int | None
    in_force: bool
