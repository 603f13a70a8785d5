from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from ingest_hooks.emit import Column

Row = dict[str, str]


def read_table(folder: Path) -> list[Row]:
    """All rows of all CSV files of a folder."""
    rows: list[Row] = []
    for file in sorted(folder.glob("*.csv")):
        with file.open(newline="") as lines:
            rows.extend(csv.DictReader(lines))
    return rows


def write_table(folder: Path, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    """Write rows as one CSV file, the columns in order; the same rows give the same bytes."""
    folder.mkdir(parents=True)
    with (folder / "part-00000.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, [column.name for column in columns], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
