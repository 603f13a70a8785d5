"""What new facts change of what is in force: a statement meets the one that holds, a run moves what waits for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from catalog.store.indexes.run_states import MOMENT, Runs
from catalog.store.indexes.table import Kind, Merge, Past, Row, Span, Table
from graph_schema.aspects import is_momentary
from graph_schema.bitemporal import event_of
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
    moved = past.outputs(spans) if (spans := _spans(runs, past)) else []
    by_pair: dict[Pair, list[Statement]] = {}
    for statement in new.statements:
        if not is_momentary(statement.aspect):
            by_pair.setdefault(statement[:2], []).append(statement)
    for statement in moved:
        by_pair.setdefault(statement[:2], []).append(statement)
    if not by_pair:
        return []
    effects = _Effects(runs, past)
    effects.prepare(statement for some in by_pair.values() for statement in some)
    holders = {pair: Candidate.of(rows[0]) if rows else None for pair, rows in past.under(IN_FORCE, by_pair).items()}
    found: list[Transition] = []
    fallen: dict[Pair, list[Statement]] = {}
    again = frozenset(moved)
    for pair, some in by_pair.items():
        before = holders[pair]
        rivals = [one for one in map(effects.candidate, some) if one is not None]
        if before is not None and before.statement in again:
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


def _spans(runs: Runs, past: Past) -> list[Span]:
    """Return where earlier statements about outputs may have got another effect: the run's moments changed."""
    spans: list[Span] = []
    points: set[tuple[tuple[str, str], int]] = set()
    for run, events in runs.events.items():
        before, after = runs.before.get(run), runs.after(run)
        ended = before.completed_at if before else None
        if after is None:
            continue
        if before is not None and before.streams:
            points |= {
                ((run, "RUNNING"), event.valid_from)
                for event in events
                if event_of(event.value or "{}").type == "RUNNING"
            }
            if ended != after.completed_at:
                points |= {((run, "RUNNING"), at) for at in (ended, after.completed_at) if at is not None}
        elif after.streams or ended != after.completed_at:
            spans.append((run, ALWAYS - 1, NOW))
    for ((run, _), at), (earlier, later) in _around(past, points).items():
        if earlier is None and later is None:
            spans.append((run, ALWAYS - 1, NOW))
        else:
            spans.append((run, ALWAYS - 1 if earlier is None else earlier, at))
    return spans


def _around(
    past: Past, points: Collection[tuple[tuple[str, str], int]]
) -> dict[tuple[tuple[str, str], int], tuple[int | None, int | None]]:
    """Return for each (run, RUNNING) and time the newest such event before it and the oldest at it or after."""
    found = {}
    for (key, at), rows in (past.around(MOMENT, points) if points else {}).items():
        times = [row[2] for row in rows]
        found[key, at] = (
            next((time for time in times if time < at), None),
            next((time for time in times if time >= at), None),
        )
    return found


@dataclass(slots=True)
class _Effects:
    """When a statement about an output takes effect, with the moments of its run as they are after the new facts."""

    runs: Runs
    past: Past
    _near: dict[tuple[tuple[str, str], int], tuple[int | None, int | None]] = field(default_factory=dict)

    def prepare(self, statements: Iterable[Statement]) -> None:
        """Look up in bulk what `candidate` needs."""
        outputs = {
            (statement.run, statement.valid_from)
            for statement in statements
            if statement.role == Role.OUT and statement.run is not None
        }
        self.runs.load({run for run, _ in outputs})
        self._near |= _around(
            self.past,
            {
                ((run, "RUNNING"), at)
                for run, at in outputs
                if (state := self.runs.after(run)) is not None and state.streams
            }
            - self._near.keys(),
        )

    def candidate(self, statement: Statement) -> Candidate | None:
        """Return how the statement stands, None where it takes no effect."""
        if statement.role != Role.OUT:
            return Candidate(statement.role == Role.OWN, statement.order, statement)
        effect = None if statement.run is None else self._effect(statement.run, statement.valid_from)
        return None if effect is None else Candidate(True, (effect, statement.rank, statement.tie), statement)

    def _effect(self, run: str, at: int) -> int | None:
        state = self.runs.after(run)
        if state is None:
            return None
        if not state.streams:
            return None if state.completed_at is None else max(at, state.completed_at)
        recent = [moment.at for moment in self.runs.new_moments(run) if moment.type == "RUNNING"]
        earlier, later = self._near.get(((run, "RUNNING"), at), (None, None))
        moments = [time for time in (*recent, earlier, later, state.completed_at) if time is not None]
        return min((time for time in moments if time >= at), default=at) if moments else None


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
