"""What was assessed and planned of a model version: its changes, environment, input features, and monitoring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reports.context import Actor, Context, Strict
from reports.document import Block, Cell, Facts, Heading, Line, cell, cites, code, faint, plain, stamp, strong, words
from reports.naming import counted, gathered, worded
from reports.phrases import who
from reports.section import Frame, Part

ChangeStatus = Literal["INITIAL", "INSIDE", "OUTSIDE"]
_STATUS: dict[str, str] = {
    "INITIAL": "the first version, nothing is changed",
    "INSIDE": "inside the plan",
    "OUTSIDE": "outside the plan",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAssessment(Strict):
    """How somebody found the version to stand to the plan of changes: FD&C Act 515C."""

    status: ChangeStatus
    plan: str
    plan_digest: str | None = None
    """Of the plan's document; None where there is none."""
    reason: str
    by: Actor
    at: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentAssessment(Strict):
    """What the environment of the registration is made of, and what was known against that: FD&C Act 524B."""

    sbom_format: str
    sbom_digest: str
    source: str
    """What it was held against: a vulnerability database, and of which day."""
    critical: int
    high: int
    medium: int
    low: int
    by: Actor
    at: str
    entry: int

    @property
    def known(self) -> dict[str, int]:
        """Return how many vulnerabilities were known by severity, the most severe first, those without any left out."""
        every = {"critical": self.critical, "high": self.high, "medium": self.medium, "low": self.low}
        return {severity: number for severity, number in every.items() if number}


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFeature(Strict):
    """An input feature that measures what one may not discriminate by, and what is done about it."""

    feature: str
    measures: tuple[str, ...]
    """RACE, COLOR, NATIONAL_ORIGIN, SEX, AGE or DISABILITY, as listed."""
    mitigation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureAssessment(Strict):
    """All input features that measure race, color, national origin, sex, age or disability: 45 CFR 92.210."""

    features: tuple[InputFeature, ...]
    """As listed; nothing where none measures such."""
    reason: str
    """How that was looked for."""
    by: Actor
    at: str
    entry: int

    @property
    def measured(self) -> str:
        """Return in words what they measure."""
        return gathered(sorted({named(code) for one in self.features for code in one.measures}))


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringPlan(Strict):
    """How the version is watched in use, and what is done without it."""

    plan: str
    plan_digest: str | None = None
    """Of the plan's document; None where there is none."""
    review_by: str
    fallback: str | None = None
    """What is done without the version where there is no other to go back to."""
    by: Actor
    at: str
    entry: int


@dataclass(frozen=True, kw_only=True)
class Assessments(Context):
    """What was recorded last of each by the read point; None where nobody recorded it."""

    change_assessment: ChangeAssessment | None = None
    """How the version stands to the plan of changes."""
    environment_assessment: EnvironmentAssessment | None = None
    """Of the environment that the newest registration names."""
    feature_assessment: FeatureAssessment | None = None
    """All that were listed last."""
    monitoring_plan: MonitoringPlan | None = None
    """The plan that was recorded last."""


def named(code: str) -> str:
    """Return a code of what one may not discriminate by in words."""
    return code.replace("_", " ").lower()


def blocks(context: Assessments, _: Frame) -> Iterator[Block]:
    """Show each with who recorded it, or that nobody did."""
    yield Heading("What was assessed and planned", "assessed", "", 2)
    yield Facts(
        (
            ("Plan of changes", cell(*_change(context.change_assessment))),
            ("Components and vulnerabilities", cell(*_environment(context.environment_assessment))),
            ("Features that measure race, color, national origin, sex, age or disability", _features(context)),
            ("Monitoring in use", cell(*_monitoring(context.monitoring_plan))),
        )
    )


_NOBODY = "Nobody recorded that by the read point."


def _change(one: ChangeAssessment | None) -> Iterator[Line]:
    if one is None:
        yield faint(_NOBODY)
        return
    yield words(strong(one.plan), plain(_STATUS[one.status]))
    yield code(one.plan_digest) if one.plan_digest else ()
    yield plain(one.reason)
    yield _by(one)


def _environment(one: EnvironmentAssessment | None) -> Iterator[Line]:
    if one is None:
        yield faint(_NOBODY)
        return
    yield words(strong(one.sbom_format), code(one.sbom_digest))
    known = gathered([f"{number} {worded(severity)}" for severity, number in one.known.items()], len(one.known))
    yield plain(f"known against it by {one.source}: {known or 'nothing'}")
    yield _by(one)


def _features(context: Assessments) -> Cell:
    one = context.feature_assessment
    if one is None:
        return cell(faint(_NOBODY))
    lines = [
        line
        for each in one.features
        for line in (
            words(strong(each.feature), faint("measures"), plain(gathered(map(named, each.measures)))),
            plain(each.mitigation),
        )
    ]
    return cell(*(lines or [plain("none")]), words(faint("looked for:"), plain(one.reason)), _by(one))


def _monitoring(one: MonitoringPlan | None) -> Iterator[Line]:
    if one is None:
        yield faint(_NOBODY)
        return
    yield words(strong(one.plan), faint("to be reviewed by"), stamp(one.review_by))
    yield code(one.plan_digest) if one.plan_digest else ()
    if one.fallback is not None:
        yield words(faint("without it:"), plain(one.fallback))
    yield _by(one)


def _by(one: ChangeAssessment | EnvironmentAssessment | FeatureAssessment | MonitoringPlan) -> Line:
    return words(stamp(one.at), faint("by"), who(one.by), cites((one.entry,)))


def shown_features(one: FeatureAssessment) -> str:
    """Return in a phrase which input features are listed."""
    if not one.features:
        return "that no input feature measures these"
    features = counted(len(one.features), "input feature")
    verb = "measures" if len(one.features) == 1 else "measure"
    each = "with" if len(one.features) == 1 else "each with"
    return f"{features} that {verb} {one.measured}, {each} what is done about it"


PART = Part(blocks)
