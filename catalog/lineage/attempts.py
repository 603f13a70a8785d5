"""The attempts of runs: each execution under one run id, and what was odd about the order of its events (rule 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.view import View


@dataclass(frozen=True, slots=True)
class RunAttempt:
    """One execution of a run; times are microseconds UTC."""

    number: int
    """From 1, in order."""
    state: str
    started_at: int
    start_known: bool
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class RunAttempts:
    """All attempts of a run, and what no emitter should send: start_after_terminal, event_after_terminal."""

    attempts: tuple[RunAttempt, ...]
    oddities: tuple[str, ...]


def attempts_of(view: View, runs: Sequence[str]) -> dict[str, RunAttempts]:
    """Return the attempts of each of the runs; one of which no event was known by then is absent."""
    return {
        run: RunAttempts(
            tuple(
                RunAttempt(one.number + 1, one.state, one.started_at, one.start_known, one.ended_at)
                for one in fold.attempts
            ),
            tuple(sorted(fold.oddities)),
        )
        for run, fold in view.runs(runs).items()
        if fold
    }
