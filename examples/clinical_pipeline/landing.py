"""Landing: what a source delivers is checked to be readable and kept as it came."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest_hooks import emit
from ingest_hooks.emit import Dataset, Flow

from . import estate
from .workspace import Workspace


class MalformedChunkError(ValueError):
    """A chunk that a source delivered cannot be read; it says where, and quotes nothing."""


def land(workspace: Workspace, source: Dataset) -> None:
    """Copy what a source delivered into its landing dataset, or fail before anything is landed."""
    landed = estate.landing(source)
    columns = workspace.columns(source)
    with workspace.run(estate.land_job(source)) as run:
        delivered = _chunks(workspace.delivered(source), source)
        run.read(source, snapshot=emit.manifest(delivered, root=workspace.delivered(source)), columns=columns)
        rows = sum(_count(chunk) for chunk in delivered)
        target = workspace.folder(landed)
        target.mkdir(parents=True)
        for chunk in delivered:
            shutil.copyfile(chunk, target / chunk.name)
        run.write(
            landed,
            files=target,
            columns=columns,
            column_lineage=_unchanged(source, [column.name for column in columns]),
            mode=workspace.mode,
            rows=rows,
        )


def _chunks(folder: Path, source: Dataset) -> list[Path]:
    return sorted(folder.glob(f"{source.name}.*"))


def _count(chunk: Path) -> int:
    if chunk.suffix == ".csv":
        with chunk.open(newline="") as lines:
            return sum(1 for _ in csv.DictReader(lines))
    number = 0
    with chunk.open() as lines:
        for number, line in enumerate(lines, start=1):
            try:
                json.loads(line)
            except json.JSONDecodeError:
                # The parser's own error holds the line, and the line is a patient's.
                raise MalformedChunkError(f"{chunk.name}, line {number}, is no JSON") from None
    return number


def _unchanged(source: Dataset, columns: Sequence[str]) -> Mapping[str, Sequence[Flow]]:
    return {column: [Flow(source, column, subtype="IDENTITY", masking=False)] for column in columns}
