"""What a check looks at, and what it answers.

A check decides nothing anew: what is missing it takes from the gaps, what is wrong from the findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from reports.context import Actor
from reports.fields import lacking
from reports.parts.approvals import Approvals
from reports.parts.assessments import Assessments
from reports.parts.deidentification import Deidentification
from reports.parts.gaps import Unrecorded
from reports.parts.gate import Gate, GateReason
from reports.parts.labels import Labels
from reports.parts.lineage import Lineage
from reports.parts.model_version import Model
from reports.parts.snapshots import Snapshots
from reports.parts.sources import Sources
from reports.parts.use import Use

Result = Literal["recorded", "partly", "not recorded", "elsewhere", "not kept here"]


@dataclass(frozen=True, kw_only=True)
class Regulated(
    Model, Snapshots, Lineage, Deidentification, Approvals, Sources, Labels, Use, Gate, Assessments, Unrecorded
):
    """What the paragraphs are looked for in."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a question is answered by records: what they show, what they lack by name, and the entries."""

    result: Result
    shown: str = ""
    lacks: tuple[str, ...] = ()
    entries: tuple[int, ...] = ()


Check = Callable[[Regulated], Answer]


@dataclass(frozen=True, slots=True)
class Ask:
    """A paragraph, what it asks for, the section that its check looks at, and the check."""

    paragraph: str
    subject: str
    section: str
    check: Check


def answered(shown: str, needs: str, lacks: Iterable[str] = (), entries: Iterable[int] = ()) -> Answer:
    """Return what follows from what is shown and lacking; without `needs` nothing can be shown."""
    if not shown:
        return Answer("not recorded", lacks=(needs,))
    missing = tuple(dict.fromkeys(lacks))
    return Answer("partly" if missing else "recorded", shown, missing, tuple(sorted(set(entries))))


def nothing(*would_be: str) -> Check:
    """Return the check of what no record of this catalog can say yet: what would have to be recorded."""
    return lambda _: Answer("not recorded", lacks=would_be)


def elsewhere(where: str) -> Check:
    """Return the check of what the catalog records and a dossier of a model version does not show: where it stands."""
    return lambda _: Answer("elsewhere", where)


def gaps_of(context: Regulated, *fields: str) -> list[str]:
    """Return the gaps in these fields in words: each field with what lacks it."""
    found = ((field, [gap.subject for gap in context.gaps if gap.field == field]) for field in fields)
    return [lacking(field, subjects) for field, subjects in found if subjects]


def found_by(context: Regulated, *rules: str) -> list[str]:
    """Return what these rules found, in words."""
    return [finding.text.rstrip(".") for finding in context.findings if finding.rule in rules]


def reasons_of(context: Regulated, check: str) -> list[GateReason]:
    """Return why a check of the gate comes to what it does, over all questions that were recorded."""
    return [reason for answer in context.gate for one in answer.checks if one.check == check for reason in one.reasons]


def against(context: Regulated, check: str) -> list[str]:
    """Return what the gate has against the version in a check, in words."""
    return [reason.text.rstrip(".") for reason in reasons_of(context, check) if reason.outcome == "FAIL"]


def unproven(by: Actor, what: str) -> list[str]:
    """Return that a key has to prove who recorded something, nothing where one does."""
    return [] if by.authenticated else [f"that a key proves who {what}"]
