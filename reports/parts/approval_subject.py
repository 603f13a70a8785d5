"""What approvals are asked for: a model version, a snapshot or a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from reports.context import Context, Strict
from reports.document import Block, Cell, Facts, cell, cites, code, missing, strong
from reports.section import Frame, Part, Subject

_NOUNS = {"model_version": "model version", "snapshot": "snapshot", "dataset": "dataset"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSubject(Strict):
    """One thing that approvals are asked for, by its key."""

    kind: Literal["model_version", "snapshot", "dataset"]
    namespace: str
    name: str
    version: str | None = None
    """Of a model version."""
    digest: str | None = None
    """Of a snapshot."""
    binds: tuple[str, ...] = ()
    """What a request made at the read point would bind: each digest, and what it is of before it."""
    entries: tuple[int, ...] = ()
    """What was recorded of it that a request binds: registrations, verifications or declarations."""


@dataclass(frozen=True, kw_only=True)
class OfSubject(Context):
    """A report of whatever approvals are asked for."""

    subject: ApprovalSubject
    """What the report is of."""


def blocks(context: OfSubject, frame: Frame) -> Iterator[Block]:
    """Show the subject, and what a request would bind."""
    digests = (each.partition(": ") for each in context.subject.binds)
    bound = [(f"Would bind {of}", cell(code(digest))) for of, _, digest in digests]
    yield Facts(
        (
            *cover(context),
            *(bound or [("Would bind", cell(missing(f"nothing is recorded of this {frame.subject.noun}")))]),
            ("Ledger entries", cell(cites(context.subject.entries) or missing("no entry cited"))),
        )
    )


def subject(context: OfSubject) -> Subject:
    """Return the subject as what a report is of."""
    of = context.subject
    one = {"namespace": of.namespace, "name": of.name}
    references: dict[str, dict[str, Any]] = {
        "model_version": {"model": one, "version": of.version},
        "snapshot": {"dataset": one, "digest": of.digest},
        "dataset": one,
    }
    last = of.version or of.digest
    return Subject(
        title=of.name if last is None else f"{of.name} {last}",
        key=" ".join(part for part in (of.namespace, of.name, last) if part is not None),
        noun=_NOUNS[of.kind],
        reference={of.kind: references[of.kind]},
    )


def cover(context: OfSubject) -> Iterator[tuple[str, Cell]]:
    """Yield the rows of a cover that name the subject."""
    of = context.subject
    yield "Model" if of.kind == "model_version" else "Dataset", cell(strong(of.name), code(of.namespace))
    if of.version is not None:
        yield "Version", cell(strong(of.version))
    if of.digest is not None:
        yield "Snapshot", cell(code(of.digest))


PART = Part(blocks)
