"""What the gate asks for by use case and environment: the file `gate.yaml`, read strictly; values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, StrictFloat, StrictInt, model_validator

from catalog.assets.records import PurposeCode
from catalog.documents import read as read_documents
from catalog.errors import SenderError
from catalog.findings.rules import Severity
from catalog.gate.model import ApprovalNeeded, Criterion, Requirements
from catalog.policies.rules import GATE_FILE
from catalog.record import MAX_LIST, Name, Part, Record, distinct, refusal
from catalog.releases.records import EnvironmentName
from graph_schema.vocabulary.words import (
    AgreementKind,
    ApprovalKind,
    GateCheckName,
    PhiKind,
    VulnerabilitySeverity,
    Zone,
)

FILE: Final = GATE_FILE
"""What the file is called in a set of policies."""

_KEY: Final = "/[key]"
"""What a pointer ends with where the name of a member is wrong."""
_Bound = Annotated[StrictInt, Field(ge=0, le=1_000_000)]
_Days = Annotated[StrictInt, Field(ge=1, le=36_500)]


class ApprovalNeededOf(Part):
    """A kind of approval that has to hold, by so many principals; more than one are persons."""

    kind: ApprovalKind
    persons: Annotated[StrictInt, Field(ge=1, le=9)] = 1


class CriterionOf(Part):
    """Between which values a metric has to lie, on the evaluation data."""

    name: Name
    split: Name | None = None
    least: StrictFloat | StrictInt | None = None
    most: StrictFloat | StrictInt | None = None

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("says `least`, `most` or both")
        return self

    @property
    def criterion(self) -> Criterion:
        """Return it as a value: figures are compared as decimals."""
        bounds = [None if bound is None else Decimal(str(bound)) for bound in (self.least, self.most)]
        return Criterion(self.name, self.split, *bounds)


class _Members(Part):
    """What both the file and a case of it may say; None is not given."""

    holds_days: _Days | None = None
    verified_within_days: _Days | None = None
    assessed_within_days: _Days | None = None
    training_purpose: PurposeCode | None = None
    finding_severity: Severity | None = None
    require: Annotated[tuple[GateCheckName, ...] | None, Field(min_length=1)] = None
    labels: Mapping[Zone, tuple[PhiKind, ...]] | None = None
    approvals: Annotated[tuple[ApprovalNeededOf, ...] | None, Field(max_length=MAX_LIST)] = None
    metrics: Annotated[tuple[CriterionOf, ...] | None, Field(max_length=MAX_LIST)] = None
    vulnerabilities: Mapping[VulnerabilitySeverity, _Bound] | None = None
    agreements: Annotated[tuple[AgreementKind, ...] | None, distinct()] = None


class CaseOf(_Members):
    """What is otherwise for these purposes and environments; a list left out is every one."""

    purposes: Annotated[tuple[PurposeCode, ...], Field(max_length=MAX_LIST), distinct()] = ()
    environments: Annotated[tuple[EnvironmentName, ...], Field(max_length=MAX_LIST), distinct()] = ()

    def covers(self, purpose: str, environment: str) -> bool:
        """Tell whether it is about this purpose and environment."""
        named = {one.casefold() for one in self.environments}
        return (not self.purposes or purpose in self.purposes) and (not named or environment.casefold() in named)


class GateFile(_Members, Record):
    """The whole file: what holds everywhere, and cases of which the first that covers a question replaces members."""

    name: ClassVar[str] = FILE

    gate: Literal[1]
    cases: Annotated[tuple[CaseOf, ...], Field(max_length=MAX_LIST)] = ()

    @model_validator(mode="after")
    def _never_waives_the_view(self) -> Self:
        parts: tuple[_Members, ...] = (self, *self.cases)
        for place, one in enumerate(parts):
            if one.require is not None and GateCheckName.VIEW_COMPLETE not in one.require:
                pointer = "/require" if place == 0 else f"/cases/{place - 1}/require"
                raise refusal("VIEW_COMPLETE is always required: what the gate did not see is no pass.", pointer)
        return self


@lru_cache(maxsize=8)
def read(content: str, called: str = FILE) -> GateFile:
    """Return what the file says.

    Raises:
        SenderError: 422, with the file, the line, what is wrong there and what would be right.
    """
    found = read_documents(FILE, content.encode(), called)
    if len(found) != 1 or not isinstance(found[0].value, dict):
        raise SenderError(f"{called}, line 1: one document with members such as `gate: 1` is asked for.", status=422)
    document = found[0]
    try:
        return GateFile.read(document.value)
    except SenderError as error:
        pointer = error.pointer.removesuffix(_KEY)
        member = pointer.removeprefix("/").replace("/", ".")
        where = f"{called}, line {document.line(pointer)}{f', {member}' if member else ''}"
        keyed = "severity" if "vulnerabilities" in pointer else "zone"
        detail = error.detail.replace("[key]", f"the name of a {keyed}")
        raise SenderError(f"{where}: {detail}", pointer=pointer, status=422) from None


@cache
def shipped() -> tuple[GateFile, str]:
    """Return the file that comes with the package, and its digest."""
    content = (files("catalog.gate") / FILE).read_text("utf-8")
    return read(content, FILE), digest_of(content)


def digest_of(content: str) -> str:
    """Return the digest of a file's text."""
    return f"sha256:{sha256(content.encode()).hexdigest()}"


def required(file: GateFile, purpose: str, environment: str) -> Requirements:
    """Return what the file asks for: what it leaves out is as shipped, so that leaving out asks for no less.

    That nobody retired the version is required whatever it lists.
    """
    case = next((one for one in file.cases if one.covers(purpose, environment)), None)
    given: dict[str, Any] = {}
    for one in (shipped()[0], file, case):
        if one is not None:
            given |= {name: value for name in _Members.model_fields if (value := getattr(one, name)) is not None}
    return Requirements(
        holds_days=given["holds_days"],
        verified_within_days=given["verified_within_days"],
        assessed_within_days=given["assessed_within_days"],
        training_purpose=given["training_purpose"],
        finding_severity=given["finding_severity"],
        require=frozenset(given["require"]) | {GateCheckName.NOT_RETIRED},
        labels={zone.value: frozenset(kind.value for kind in kinds) for zone, kinds in given["labels"].items()},
        approvals=tuple(ApprovalNeeded(one.kind, one.persons) for one in given["approvals"]),
        metrics=tuple(one.criterion for one in given.get("metrics", ())),
        vulnerabilities=dict(given["vulnerabilities"]),
        agreements=frozenset(given["agreements"]),
    )
