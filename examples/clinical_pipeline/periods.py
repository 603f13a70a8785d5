from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Period:
    """One round of the pipeline: the span it is about, how many people the export covers, and the schema it has."""

    name: str
    start: datetime
    end: datetime
    people: int
    schema_version: int
    model_version: str

    @property
    def is_first(self) -> bool:
        """Whether datasets are created in this round; later rounds replace them."""
        return self.schema_version == 1


FIRST = Period("2026-q1", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), 480, 1, "1.0.0")
SECOND = Period("2026-q2", datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC), 600, 2, "2.0.0")
