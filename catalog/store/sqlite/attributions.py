"""Attributions as they stand in their table."""

from __future__ import annotations

import re
from typing import Any, Final

from graph_schema.assertions import Attribution

_PACKED: Final = re.compile(r"[0-9a-f]{16}")

ATTRIBUTED: Final = (
    "run.id, job.id, a.valid_from, a.rank, a.tie, a.entry, who.text, a.authenticated",
    " CROSS JOIN value who ON who.v = a.by LEFT JOIN node run ON run.n = a.run LEFT JOIN node job ON job.n = a.job",
)
"""The columns of an attribution `a` in their order, and the joins that they need."""


def packed(tie: str) -> str | bytes:
    """Return a tie as it is stored: sixteen hex digits as eight bytes."""
    return bytes.fromhex(tie) if _PACKED.fullmatch(tie) else tie


def attribution_of(row: tuple[Any, ...]) -> Attribution:
    """Return the attribution that the columns of `ATTRIBUTED` hold."""
    run, job, valid_from, rank, tie, entry, by, authenticated = row
    text = tie.hex() if isinstance(tie, bytes) else tie
    return Attribution(run, job, valid_from, rank, text, entry, by, bool(authenticated))
