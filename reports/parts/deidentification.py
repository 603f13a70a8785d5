"""The steps that remove identifiers, and their attestations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph_schema.vocabulary import hl7
from reports.codes import coded, coded_in
from reports.context import Actor, Code, Strict
from reports.document import (
    Block,
    Column,
    Heading,
    Item,
    Text,
    cell,
    cites,
    code,
    faint,
    item,
    mark,
    maybe,
    missing,
    plain,
    stamp,
    table,
    words,
)
from reports.naming import counted, worded
from reports.parts.findings import Findings, found
from reports.phrases import who
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class DeidentificationStep(Strict):
    """A step that removes identifiers, and its attestation if an authorised person made one."""

    job: str
    run: str | None = None
    """None: every run of the job."""
    method: str | None = None
    clears: tuple[Code, ...] = ()
    """The identifiers that it removes."""
    alterations: tuple[str, ...] = ()
    expert: str | None = None
    scope: str | None = None
    result: str | None = None
    attested_by: Actor | None = None
    attested_at: str | None = None
    valid_from: str | None = None
    until: str | None = None
    in_force: bool = False
    """Whether it is attested and the attestation has not ended."""
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Deidentification(Findings):
    """The de-identification behind a subject."""

    deidentification: tuple[DeidentificationStep, ...] = ()
    """What was attested, in order, then the steps that nobody attested."""


def blocks(context: Deidentification, _: Frame) -> Iterator[Block]:
    """Show each step and whether its attestation is in force."""
    yield Heading("De-identification steps and attestations", "deidentification", "", 2)
    if not context.deidentification:
        yield Text(words(plain("De-identification steps:"), missing()))
        return
    yield table(
        "Steps that remove identifiers; a step counts only while its attestation is in force",
        (Column("Step", 5), Column("Method and scope", 5), Column("Clears", 3), Column("Attested", 5)),
        [
            (
                cell(
                    plain(step.job),
                    *([code(step.run)] if step.run else []),
                    words(
                        mark("in force", "good") if step.in_force else mark("not in force", "bad"),
                        cites(step.entries),
                    ),
                ),
                cell(
                    maybe(step.method and worded(step.method)),
                    *([plain(step.scope)] if step.scope else []),
                    *([faint(f"result: {step.result}")] if step.result else []),
                    *coded_in("alterations", hl7.OBSERVATION_VALUE, step.alterations),
                ),
                cell(*coded(step.clears)),
                cell(
                    words(plain("by"), who(step.attested_by)) if step.attested_by else missing("not attested"),
                    stamp(step.attested_at) if step.attested_at else (),
                    faint(f"expert: {step.expert}") if step.expert else (),
                    words(faint("until"), stamp(step.until)) if step.until else (),
                ),
            )
            for step in context.deidentification
        ],
    )


def items(context: Deidentification, _: Frame) -> Iterator[Item]:
    """Yield the steps without an attestation in force, and how many have one."""
    yield from found(context, "de-identification")
    attested = [step for step in context.deidentification if step.in_force]
    if attested:
        text = f"{counted(len(attested), 'de-identification step')} with an attestation in force."
        yield item("good", "DE-IDENTIFICATION", text, (i for step in attested for i in step.entries))


PART = Part(blocks, items)
