"""What new facts change of what is in force: a statement meets the one that holds, a run moves what waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from catalog.store.indexes.run_states import Runs
from catalog.store.indexes.table import Kind, Merge, Past, Row, Span, Table
from graph_schema.aspects import is_momentary
from graph_schema.bitemporal import TERMINAL, event_of
from graph_schema.facts import ALWAYS, NOW, Facts, Order, Role, Statement

IN_FORCE: Final = Table(
    "in_force",
    (
        ("subject", Kind.ID),
        ("aspect", Kind.TEXT),
        ("leading", Kind.INTEGER),
        ("since", Kind.INTEGER),
        ("value", Kind.VALUE),
        ("role", Kind.TEXT),
        ("run", Kind.ID),
        ("job", Kind.ID),
        ("valid_from", Kind.INTEGER),
        ("rank", Kind.INTEGER),
        ("tie", Kind.TEXT),
        ("entry", Kind.INTEGER),
        ("by", Kind.VALUE),
        ("authenticated", Kind.INTEGER),
    ),
    key=2,
    prefix=2,
    merge=(Merge.NEWEST,) * 12,
)
"""Endings are in it too, with a value of None; `leading` where a writer or owner spoke and not only a reader."""

Pair = tuple[str, str]
"""(subject, aspect)."""


class Candidate(NamedTuple):
    """A statement that takes effect, in which order, and whether a writer or owner made it or only a reader."""

    leading: bool
    order: Order
    statement: Statement

    @property
    def row(self) -> Row:
        """Return the row that keeps it."""
        statement = self.statement
        return (
            statement.subject,
            statement.aspect,
            int(self.leading),
            self.order[0],
            *statement[2:-1],
            int(statement.authenticated),
        )

    @classmethod
    def of(cls, row: Row) -> Candidate:
        """Return what a row keeps."""
        subject, aspect, leading, since, *rest, authenticated = row
        statement = Statement._make((subject, aspect, *rest, bool(authenticated)))
        return cls(bool(leading), (since, statement.rank, statement.tie), statement)


class Transition(NamedTuple):
    """What was in force for a pair before new facts, and what is now."""

    before: Candidate | None
    now: Candidate | None


def transitions(new: Facts, runs: Runs, past: Past) -> list[Transition]:
    """Return what the new facts change of what is in force."""
    moved = past.outputs(spans) if (spans := _spans(runs)) else []
    by_pair: dict[Pair, list[Statement]] = {}
    for statement in new.statements:
        if not is_momentary(statement.aspect):
            by_pair.setdefault(statement[:2], []).append(statement)
    for statement in moved:
        by_pair.setdefault(statement[:2], []).append(statement)
    if not by_pair:
        return []
    effects = _Effects(runs)
    effects.prepare(statement for some in by_pair.values() for statement in some)
    holders = {pair: Candidate.of(rows[0]) if rows else None for pair, rows in past.under(IN_FORCE, by_pair).items()}
    found: list[Transition] = []
    fallen: dict[Pair, list[Statement]] = {}
    again = frozenset(moved)
    for pair, some in by_pair.items():
        before = holders[pair]
        rivals = [one for one in map(effects.candidate, some) if one is not None]
        if before is not None and again and before.statement in again:
            now = next((one for one in rivals if one.statement == before.statement), None)
            if now is None or now.order < before.order:
                fallen[pair] = some
                continue
        elif before is not None:
            rivals.append(before)
        best = _best(rivals)
        if best != before:
            found.append(Transition(before, best))
    found += _replaced(fallen, holders, effects, past)
    return found


def _replaced(
    fallen: Mapping[Pair, list[Statement]],
    holders: Mapping[Pair, Candidate | None],
    effects: _Effects,
    past: Past,
) -> Iterator[Transition]:
    """Yield what takes the place of what lost its effect: the whole history of the pair is looked at."""
    if not fallen:
        return
    every = {pair: dict.fromkeys(some) for pair, some in fallen.items()}
    history = past.history(fallen.keys())
    for statement in history:
        every[statement[:2]][statement] = None
    effects.prepare(history)
    for pair, some in every.items():
        best = _best(one for one in map(effects.candidate, some) if one is not None)
        if best != holders[pair]:
            yield Transition(holders[pair], best)


def _spans(runs: Runs) -> list[Span]:
    """Return where earlier statements about outputs may have got another effect: the run's attempts changed."""
    spans: list[Span] = []
    for run, events in runs.events.items():
        before, after = runs.before.get(run), runs.after(run)
        if after is None:
            continue
        if after.streams:
            moved = before is not None and not before.streams
        elif after.started_again:
            moved = any(event_of(event.value or "{}").type in _DIVIDING for event in events)
        else:
            moved = after.completed_at != (before.completed_at if before else None)
        if moved:
            spans.append((run, ALWAYS - 1, NOW))
    return spans


_DIVIDING: Final = TERMINAL | {"START"}


@dataclass(slots=True)
class _Effects:
    """When a statement about an output takes effect, with its run as it is after the new facts."""

    runs: Runs

    def prepare(self, statements: Iterable[Statement]) -> None:
        """Look up in bulk what `candidate` needs."""
        outputs = {one.run for one in statements if one.role == Role.OUT and one.run is not None}
        self.runs.load(outputs)
        self.runs.judge(outputs)

    def candidate(self, statement: Statement) -> Candidate | None:
        """Return how the statement stands, None where it takes no effect."""
        if statement.role != Role.OUT:
            return Candidate(statement.role == Role.OWN, statement.order, statement)
        effect = None if statement.run is None else self._effect(statement.run, statement.order)
        return None if effect is None else Candidate(True, (effect, statement.rank, statement.tie), statement)

    def _effect(self, run: str, stated: Order) -> int | None:
        state = self.runs.after(run)
        if state is None:
            return None
        if state.streams:
            return stated[0]
        if state.started_again:
            fold = self.runs.folds[run]
            return fold.takes_effect(stated) if fold else None
        return None if state.completed_at is None else max(stated[0], state.completed_at)


def _best(rivals: Iterable[Candidate]) -> Candidate | None:
    """Return who is in force: a writer or owner before a reader, then the newest, then the one that sorts first."""
    best: Candidate | None = None
    for one in rivals:
        if (
            best is None
            or one[:2] > best[:2]
            or (one[:2] == best[:2] and total_order(one.statement) < total_order(best.statement))
        ):
            best = one
    return best


def total_order(statement: Statement) -> tuple[object, ...]:
    """Return by what statements of the same effective order are sorted, the first being in force."""
    return statement.valid_from, statement.rank, statement.tie, statement.entry, statement.role, statement.value or ""
