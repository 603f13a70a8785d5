from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from catalog.evidence.dossier.phrases import time_of
from catalog.evidence.dossier.teller import Teller
from reports.parts import runs as part


def runs(teller: Teller) -> Iterable[part.Run]:
    for run in sorted(teller.scene.runs.values(), key=lambda one: (one.started_at or 0, one.run_id)):
        yield part.Run(
            job=teller.job_name(run.job),
            run=run.run_id,
            state=run.state or "UNKNOWN",
            started_at=time_of(run.started_at),
            ended_at=time_of(run.ended_at),
            attempt=run.id in teller.scene.attempts,
            retried_by=teller.run_id(teller.scene.retries.get(run.id)),
            error=None if run.error is None else _error(run.error.value),
            entries=teller.cites(run.entries or [run.first_entry]),
        )


def _error(value: Any) -> str | None:  # noqa: ANN401  a facet is any JSON
    found = value.get("message") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
