"""The executions of a run under one run id, and what was odd about their order."""

from __future__ import annotations

import strawberry

from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.runs import Run, RunState
from catalog.api.graphql.scalars import Micros
from catalog.lineage.attempts import attempts_of


@strawberry.type(description="One execution of a run: a START after an end under the same run id begins another.")
class RunAttempt:
    number: int = strawberry.field(description="Which of its run, from 1.")
    state: RunState = strawberry.field(description="How it stands, or how it ended first.")
    started_at: Micros = strawberry.field(description="When it started, or the time of its earliest event.")
    start_known: bool = strawberry.field(description="False where no START came before its end.")
    ended_at: Micros | None = strawberry.field(description="When it ended; null while it runs.")


@field_of(
    Run, description="Its executions in order; its state is the last one's, and what earlier ones completed stands."
)
async def attempts(run: strawberry.Parent[Run], info: ContextInfo) -> list[RunAttempt]:
    found = await info.context.load(attempts_of, run.at, run.record.id)
    return [
        RunAttempt(
            number=one.number,
            state=RunState(one.state),
            started_at=Micros(one.started_at),
            start_known=one.start_known,
            ended_at=None if one.ended_at is None else Micros(one.ended_at),
        )
        for one in (found.attempts if found else ())
    ]


@field_of(
    Run,
    description="What no emitter should send: start_after_terminal or event_after_terminal; such events count.",
)
async def oddities(run: strawberry.Parent[Run], info: ContextInfo) -> list[str]:
    found = await info.context.load(attempts_of, run.at, run.record.id)
    return list(found.oddities) if found else []
