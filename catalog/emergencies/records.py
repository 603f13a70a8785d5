"""What may be written about emergencies: that somebody breaks the glass, and that somebody else reviewed it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import StrictBool

from catalog.access.records import PrincipalName, PrincipalRecord
from catalog.grants.records import AccessTarget
from catalog.record import Index, Text, Time
from graph_schema.vocabulary.words import EmergencyPurpose


class BreakGlass(PrincipalRecord):
    """That whoever writes it has to read data for emergency treatment, for an hour at most.

    It opens what policies open to an emergency, for reading alone, and somebody else has to review it.
    """

    name: ClassVar[str] = "break_glass"

    principal: PrincipalName
    """Who breaks it: whoever writes this."""
    target: AccessTarget
    """What has to be read."""
    purpose: EmergencyPurpose
    """What for."""
    until: Time
    """Until when, an hour from now at most."""
    reason: Text
    """Why it cannot wait."""


class ReviewEmergency(PrincipalRecord):
    """That somebody else looked at what was read in an emergency, and whether it was justified."""

    name: ClassVar[str] = "review_emergency"

    principal: PrincipalName
    """Who broke the glass."""
    emergency: Index
    """The ledger entry by which it was broken."""
    justified: StrictBool
    """Whether it was justified."""
    reason: Text
    """Why."""
