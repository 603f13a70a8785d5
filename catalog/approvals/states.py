"""Where a request for approval can stand."""

from __future__ import annotations

from enum import StrEnum


class ApprovalState(StrEnum):
    """Where a request stands at a time."""

    REQUESTED = "REQUESTED"
    """Nobody decided yet, or fewer persons than are needed."""
    APPROVED = "APPROVED"
    """It is granted, and the grant holds."""
    DENIED = "DENIED"
    """It is refused, until whoever refused it decides anew."""
    ABSTAINED = "ABSTAINED"
    """Whoever was asked does not decide, and nobody else did yet."""
    EXPIRED = "EXPIRED"
    """The request or its approval ended by its time."""
    CONDITIONAL = "CONDITIONAL"
    """It is granted as soon as every condition is met that has to be."""
    LAPSED = "LAPSED"
    """One person granted it in an emergency, and nobody ratified it within 72 hours."""
    INVALIDATED = "INVALIDATED"
    """What it binds is something else by now, so that it holds no more."""
