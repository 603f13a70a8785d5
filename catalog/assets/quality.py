"""What jobs found of a dataset: each check and what was measured, none replaced by another job's. Values in and out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.assets.model import AspectInForce, RunRecord
from catalog.assets.uses import uses
from graph_schema.aspects import CHECK, MEASURED, quality
from graph_schema.facet_reading import objects, text
from graph_schema.facts import Role
from graph_schema.quality_facets import checks
from graph_schema.vocabulary.words import CheckOutcome


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one assertion last came out: `job` and `run` by id, `since` in UTC microseconds."""

    assertion: str
    outcome: CheckOutcome
    name: str | None
    column: str | None
    severity: str | None
    job: str | None
    run: str | None
    entry: int
    since: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """Which metrics a job last measured of a column, or of the whole; never their values."""

    metrics: tuple[str, ...]
    column: str | None
    job: str | None
    run: str | None
    entry: int
    since: int


@dataclass(frozen=True, slots=True)
class RunTest:
    """A test that a run executed, and how it came out."""

    name: str
    outcome: CheckOutcome
    type: str | None
    severity: str | None
    description: str | None


def measured_columns(aspects: Mapping[str, AspectInForce[Any]]) -> frozenset[str]:
    """Return the columns, as their checks and measurements spell them."""
    values = (held.value for name, held in aspects.items() if name.startswith((CHECK, MEASURED)))
    return frozenset(column for one in values if (column := text(one, "column")) is not None)


def check_results(
    aspects: Mapping[str, AspectInForce[Any]], called: Mapping[str, str] | None = None
) -> tuple[CheckResult, ...]:
    """Return the checks in force of a dataset, by column, assertion, name and job.

    `called` gives how columns are called that are spelled otherwise: of the checks that then are one the newest.
    """
    newest: dict[tuple[str | None, ...], CheckResult] = {}
    for held in _in_time(aspects, CHECK):
        one = quality.Check.from_json(held.value)
        column = _called(one.column, called)
        what = one.assertion, CheckOutcome(one.outcome), one.name, column, one.severity, one.job
        newest[column, one.assertion, one.name, one.job] = CheckResult(*what, held.run, held.entry, held.since)
    return tuple(
        sorted(
            newest.values(),
            key=lambda one: (one.column or "", one.assertion, one.name or "", one.job or "", one.entry),
        )
    )


def measurements(
    aspects: Mapping[str, AspectInForce[Any]], called: Mapping[str, str] | None = None
) -> tuple[Measurement, ...]:
    """Return what is measured of a dataset, by column and job; `called` as of `check_results`."""
    newest: dict[tuple[str | None, ...], Measurement] = {}
    for held in _in_time(aspects, MEASURED):
        one = quality.Measurement.from_json(held.value)
        column = _called(one.column, called)
        newest[column, one.job] = Measurement(one.metrics, column, one.job, held.run, held.entry, held.since)
    return tuple(sorted(newest.values(), key=lambda one: (one.column or "", one.job or "", one.entry)))


def _in_time(aspects: Mapping[str, AspectInForce[Any]], beginning: str) -> list[AspectInForce[Any]]:
    """Return the aspects whose names begin so, the oldest first, by name where two are of one time."""
    found = [(held.since, name) for name, held in aspects.items() if name.startswith(beginning)]
    return [aspects[name] for _, name in sorted(found)]


def _called(column: str | None, called: Mapping[str, str] | None) -> str | None:
    return column if column is None or called is None else called.get(column, column)


@dataclass(frozen=True, slots=True)
class RunCheck:
    """How an assertion about a dataset, by id, came out in one run, whatever became of it since."""

    dataset: str
    assertion: str
    outcome: CheckOutcome
    name: str | None
    column: str | None
    severity: str | None
    entry: int


def checks_of_run(run: RunRecord) -> Iterator[RunCheck]:
    """Yield what the run's events say of assertions about its inputs and outputs, in that order."""
    for role in (Role.IN, Role.OUT):
        for use in uses(run, role):
            held = use.aspects.get("data_quality_assertions")
            if held is not None:
                for one in checks(held.value, None):
                    outcome = CheckOutcome(one.outcome)
                    yield RunCheck(use.dataset, one.assertion, outcome, one.name, one.column, one.severity, held.entry)


_STATUS = {"pass": CheckOutcome.PASSED, "fail": CheckOutcome.FAILED, "skip": CheckOutcome.SKIPPED}


def tests_of(aspects: Mapping[str, AspectInForce[Any]]) -> Iterator[RunTest]:
    """Yield the tests that a run says it executed, as it lists them (TestRunFacet 1-0-1)."""
    held = aspects.get("tests")
    for item in objects(None if held is None else held.value, "tests"):
        name = text(item, "name")
        if name is not None:
            status = _STATUS.get((text(item, "status") or "").casefold(), CheckOutcome.UNKNOWN)
            yield RunTest(name, status, text(item, "type"), text(item, "severity"), text(item, "description"))
