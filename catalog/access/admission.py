"""What must hold before a key is issued or revoked."""

from __future__ import annotations

from catalog.access.records import IssueKey, RevokeKey
from catalog.record import Admission, Admitted


def admit(record: IssueKey | RevokeKey, admission: Admission) -> Admitted:
    """Hold the principal to be known."""
    admission.require([(record.node, "/principal", "define it first")])
    return Admitted()
