"""The steps that remove identifiers, and their attestations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from graph_schema.vocabulary import hl7
from reports.codes import coded, coded_in
from reports.context import Actor, Code, Strict
from reports.document import (
    Block,
    Column,
    Heading,
    Item,
    Line,
    Text,
    cell,
    cites,
    code,
    faint,
    item,
    mark,
    missing,
    plain,
    stamp,
    table,
    words,
)
from reports.moment import moment
from reports.naming import counted, worded
from reports.parts.findings import Findings, found
from reports.phrases import unrecorded, who
from reports.section import Frame, Part

Reason = Literal[
    "OTHER_JOB",
    "OTHER_RUN",
    "NOT_AUTHORISED",
    "CLEARS_NOTHING",
    "VOID",
    "EXPIRED",
    "BEGINS_LATER",
    "OTHER_VERSION",
    "OTHER_CODE",
]


_KNOWN_BY = {
    "RUN": "its run claims that it removes identifiers",
    "DECLARATION": "its output is declared to be without identifiers, its input is not",
    "ANOTHER_RUN": "another run of the job was attested",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeidentificationStep(Strict):
    """An attestation that a job, or one run of it, removes identifiers; or a step that does, which nobody attested."""

    job: str
    run: str | None = None
    """None: every run of the job."""
    method: str | None = None
    clears: tuple[Code, ...] = ()
    """The identifiers that it removes."""
    alterations: tuple[str, ...] = ()
    expert: str | None = None
    schema_version: str | None = None
    """The schema version of what the job writes that alone is covered; None: whichever."""
    scope: str | None = None
    result: str | None = None
    attested_by: Actor | None = None
    """None: nobody attested the step."""
    attested_at: str | None = None
    later: bool = False
    """Whether it was attested after the model version was registered."""
    valid_from: str | None = None
    until: str | None = None
    in_force: bool = False
    """Whether it is attested and the attestation has not ended."""
    covers: bool = False
    """Whether the attestation covers everything that it is held against: the steps that it names, on the way."""
    reason: Reason | None = None
    """Why the attestation does not cover a step."""
    not_covered: str | None = None
    """The run that it does not cover, the first where there are several."""
    written_versions: tuple[str, ...] = ()
    """The schema versions that were declared of what that run wrote, where the attestation is bound to one."""
    known_by: Literal["RUN", "DECLARATION", "ANOTHER_RUN"] | None = None
    """Of a step that nobody attested: by what it is known to remove identifiers."""
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Deidentification(Findings):
    """The de-identification behind a subject."""

    deidentification: tuple[DeidentificationStep, ...] = ()
    """What was attested, in order, then the steps that nobody attested."""


def blocks(context: Deidentification, _: Frame) -> Iterator[Block]:
    """Show each attestation with what it covers, and the steps without one."""
    yield Heading("De-identification steps and attestations", "deidentification", "", 2)
    if not context.deidentification:
        yield Text(words(plain("De-identification steps:"), missing()))
        return
    yield table(
        "Steps that remove identifiers; a step counts only where an attestation in force covers it",
        (Column("Step", 5), Column("Method and scope", 5), Column("Clears", 4), Column("Attested", 5)),
        [
            (
                cell(
                    plain(step.job),
                    code(step.run) if step.run else faint("every run of the job") if step.attested_by else (),
                    words(_verdict(step), cites(step.entries)),
                    *_because(step),
                ),
                cell(
                    _method(step),
                    *([plain(step.scope)] if step.scope else []),
                    *([faint(f"schema version {step.schema_version} alone")] if step.schema_version else []),
                    *([faint(f"result: {step.result}")] if step.result else []),
                    *coded_in("alterations", hl7.OBSERVATION_VALUE, step.alterations),
                ),
                cell(*(coded(step.clears) if step.attested_by else ())),
                cell(
                    words(plain("by"), who(step.attested_by)) if step.attested_by else unrecorded("attestation"),
                    stamp(step.attested_at) if step.attested_at else (),
                    mark("after the registration", "warn") if step.later else (),
                    faint(f"expert: {step.expert}") if step.expert else (),
                    words(faint("until"), stamp(step.until)) if step.until else (),
                ),
            )
            for step in context.deidentification
        ],
        note="An attestation of a job covers its runs that ended while it lasts; one of a run, that run alone.",
    )


def _method(step: DeidentificationStep) -> Line:
    if step.known_by:
        return plain(_KNOWN_BY[step.known_by])
    return plain(worded(step.method)) if step.method else ()


def _verdict(step: DeidentificationStep) -> Line:
    if step.covers:
        return mark("covers the step", "good")
    return mark("does not cover the step" if step.attested_by else "not attested", "bad")


def _because(step: DeidentificationStep) -> Iterator[Line]:
    """Yield why an attestation does not cover a step, and which."""
    if step.reason:
        yield plain(_words(step))
    if step.not_covered and step.not_covered != step.run:
        yield words(faint("not covered: run"), code(step.not_covered))


def _words(step: DeidentificationStep) -> str:
    proven = step.attested_by is None or step.attested_by.authenticated
    written = ", ".join(step.written_versions) or "what no version is declared of"
    reasons: dict[Reason, str] = {
        "OTHER_JOB": "it is about another job than the run executed",
        "OTHER_RUN": "it is about another run of the job",
        "NOT_AUTHORISED": "who attested it was no steward then" if proven else "no key proved who attested it",
        "CLEARS_NOTHING": f"the method ({worded(step.method or 'NONE')}) leaves protected health information",
        "VOID": "a steward said that it never held",
        "EXPIRED": f"it expired on {moment(step.until or '')}",
        "BEGINS_LATER": f"it begins later, on {moment(step.valid_from or '')}",
        "OTHER_CODE": "it covers another version of the job's code than the step's run says that it ran",
        "OTHER_VERSION": f"it covers schema version {step.schema_version}; the step wrote {written}",
    }
    return reasons[step.reason] if step.reason else ""


def items(context: Deidentification, _: Frame) -> Iterator[Item]:
    """Yield the steps that no attestation covers, and how many attestations cover theirs."""
    yield from found(context, "de-identification")
    covering = [step for step in context.deidentification if step.covers]
    if covering:
        later = sum(step.later for step in covering)
        text = f"{counted(len(covering), 'attestation')} of de-identification "
        text += "is in force and covers its step" if len(covering) == 1 else "are in force and cover their steps"
        text += f"; {later:,} recorded after the registration." if later else "."
        yield item("good", "DE-IDENTIFICATION", text, (i for step in covering for i in step.entries))


PART = Part(blocks, items)
