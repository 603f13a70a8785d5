"""The runs of jobs that took part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.context import Strict
from reports.document import (
    Block,
    Column,
    Item,
    Line,
    Text,
    cell,
    cites,
    code,
    faint,
    mark,
    missing,
    plain,
    stamp,
    table,
    timed,
    words,
)
from reports.moment import lasted, moments
from reports.parts.findings import Findings, found
from reports.phrases import tone, unrecorded
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Strict):
    """One run of a job that took part in how the version and its evaluation came about.

    An attempt failed or was aborted and contributed nothing; `retried_by` is the run of the same job that completed
    after it.
    """

    job: str
    run: str
    """The id that its sender gave it."""
    state: str
    started_at: str | None = None
    ended_at: str | None = None
    attempt: bool = False
    retried_by: str | None = None
    error: str | None = None
    """The message of its error, as its events have it."""
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Runs(Findings):
    """The runs behind a subject."""

    runs: tuple[Run, ...] = ()
    """By when they started, those that failed on the way among them."""


def blocks(context: Runs, _: Frame) -> Iterator[Block]:
    """Show every run under its number."""
    if not context.runs:
        yield Text(words(plain("Runs:"), missing()))
        return
    known = numbers(context)
    yield table(
        "Runs that took part, and those that failed on the way",
        (Column("No.", 2), Column("Job and run", 13), Column("State", 5), Column("Started, took", 8)),
        [
            (
                cell(plain(known[each.job, each.run])),
                cell(plain(each.job), code(each.run)),
                cell(
                    words(mark(each.state, tone(each.state)), cites(each.entries)),
                    *_remarks(each, known),
                ),
                cell(timed(started) if started else unrecorded("run events"), _took(each)),
            )
            for each, started in zip(context.runs, moments([run.started_at for run in context.runs]), strict=True)
        ],
    )


def _took(run: Run) -> Line:
    if run.ended_at is None:
        return faint("had not ended at the read point") if run.started_at else ()
    took = lasted(run.started_at, run.ended_at) if run.started_at else None
    return plain(took) if took else words(faint("ended"), stamp(run.ended_at))


def _remarks(run: Run, known: dict[tuple[str, str], str]) -> Iterator[Line]:
    if run.attempt:
        yield faint("attempt: contributed nothing")
    if run.retried_by:
        yield faint(f"retried: {known.get((run.job, run.retried_by), run.retried_by)} completed after it")
    if run.error:
        yield plain(run.error)


def items(context: Runs, _: Frame) -> Iterator[Item]:
    """Yield which runs did not complete."""
    yield from found(context, "runs")


def numbers(context: Runs) -> dict[tuple[str, str], str]:
    """Return the number under which each run (its job and id) stands in the table of runs: R1, R2, …"""
    return {(each.job, each.run): f"R{number}" for number, each in enumerate(context.runs, 1)}


PART = Part(blocks, items)
