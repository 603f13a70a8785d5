"""How what was read is written in the report."""

from __future__ import annotations

from catalog.assets.model import AspectInForce, DatasetRecord
from graph_schema.times import format_time


def full_name(record: DatasetRecord) -> str:
    return f"{record.namespace}/{record.name}"


def said_value(said: AspectInForce[str] | None) -> str | None:
    return None if said is None else said.value


def time_of(at: int | None) -> str | None:
    return None if at is None else format_time(at)
