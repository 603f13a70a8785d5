"""How a suggestion was judged: apart from what reads it, since a command that names it needs nothing else."""

from __future__ import annotations

from enum import StrEnum


class Judgement(StrEnum):
    """What became of a suggestion."""

    OPEN = "OPEN"
    """Nobody judged it, or the column became another since: it counts as present."""
    CONFIRMED = "CONFIRMED"
    """A person says that the column holds it."""
    REJECTED = "REJECTED"
    """A person says that the column does not hold it; it comes again when the column becomes another."""
