"""What must hold before a principal is defined, a key issued or revoked."""

from __future__ import annotations

from catalog.access import rules
from catalog.access.records import DefinePrincipal, IssueKey, RevokeKey
from catalog.record import Admission, Admitted


def admit(record: IssueKey | RevokeKey, admission: Admission) -> Admitted:
    """Hold the principal to be known."""
    admission.require([(record.node, "/principal", "define it first")])
    return Admitted()


def admit_definition(record: DefinePrincipal, admission: Admission) -> Admitted:
    """Hold whoever defines themselves to take nothing that they do not hold."""
    if record.principal == admission.actor:
        rules.check_own_definition(
            admission.roles | admission.approves, frozenset((*map(str, record.roles), *map(str, record.approves)))
        )
    return Admitted()
