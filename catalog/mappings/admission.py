"""What must hold before a mapping is withdrawn."""

from __future__ import annotations

from catalog.mappings.records import WithdrawMapping
from catalog.record import Admission, Admitted


def admit_withdrawal(record: WithdrawMapping, admission: Admission) -> Admitted:
    """Hold the mapping to be known."""
    admission.require([(record.node, "/mapping", "`lineward mappings` lists those that there are")])
    return Admitted()
