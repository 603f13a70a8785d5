"""What may be written about a finding: that it is known, that it is accepted until a date, or neither any more."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo

from catalog.findings.rules import ESTATE
from catalog.record import Record, Text, Time, is_replayed
from graph_schema.nearest import did_you_mean
from graph_schema.nodes import Finding, Node

_ID = re.compile(r"[A-Z][A-Za-z]{1,40}:[a-z2-7]{26}")


def _is_rule(name: str, info: ValidationInfo) -> str:
    names = [rule.name for rule in ESTATE]
    if name in names or is_replayed(info):
        return name
    meant = did_you_mean(name, names)
    ending = f"; {meant}" if meant else ""
    raise ValueError(f"is the name of a rule over the estate, as docs/findings.md lists them{ending}")


def _is_id(text: str) -> str:
    if not _ID.fullmatch(text) or text.partition(":")[0] not in Node.registered:
        raise ValueError("is the id of what the rule finds something on, as `lineward findings --json` gives it")
    return text


RuleName = Annotated[str, Field(max_length=64), AfterValidator(_is_rule)]
SubjectId = Annotated[str, Field(max_length=128), AfterValidator(_is_id)]


class _OfFinding(Record):
    """A record about one finding."""

    rule: RuleName
    """The name of the rule, such as DATASET_DESCRIBED."""
    subject: SubjectId
    """What the rule finds something on, by its id."""

    @property
    def node(self) -> Finding:
        """Return the finding."""
        return Finding(self.rule, self.subject)


class AcknowledgeFinding(_OfFinding):
    """That a finding is known and being seen to."""

    name: ClassVar[str] = "acknowledge_finding"

    reason: Text
    """What is being done about it, and by whom."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""


class AcceptFinding(_OfFinding):
    """That what a rule finds may stand until a date: it is open again from then on."""

    name: ClassVar[str] = "accept_finding"

    until: Time
    """Until when it is accepted: nothing is accepted for ever."""
    reason: Text
    """Why it may stand, and on whose authority."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""


class ReopenFinding(_OfFinding):
    """That an acknowledgement or an acceptance no longer holds: what the rule finds is open."""

    name: ClassVar[str] = "reopen_finding"

    reason: Text
    """Why it is open again."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""
