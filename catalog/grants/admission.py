"""What must hold before access is asked for, granted, refused or certified again, and before a grant is ended."""

from __future__ import annotations

from catalog.access.persons import are_one_person, require_another
from catalog.access.queries import principals
from catalog.errors import AskerError, SenderError
from catalog.grants.model import AccessRequest, Grant, GrantState, RequestState
from catalog.grants.queries import access_requests_of, delegations_of, grants_of
from catalog.grants.records import (
    DelegateAccess,
    EndAccessDelegation,
    EndGrant,
    GrantAccess,
    RecertifyGrant,
    RefuseAccess,
    RequestAccess,
)
from catalog.grants.rules import DAY, LONGEST, grants_no_more
from catalog.record import DECLARE_FIRST, Admission, Admitted
from graph_schema.aspects import access as aspects
from graph_schema.nodes import Column, Dataset
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import PrincipalRole


def admit(record: GrantAccess, admission: Admission) -> Admitted:
    """Hold the grant to be somebody else's, to have an end, and to be of what is known, and what was asked for."""
    require_another(admission, record.principal, "Nobody grants access to themselves")
    _require_known(record, admission)
    since = admission.now if record.since is None else parse_zoned(record.since)
    until = parse_zoned(record.until)
    if record.since is not None and until <= since:
        raise SenderError("A grant ends after it starts: until is not later than since.", pointer="/until", status=422)
    if until <= admission.now:
        raise SenderError("This grant would be over already: until has passed.", pointer="/until", status=422)
    if until - since > LONGEST:
        raise SenderError(f"Access is granted for {LONGEST // DAY} days at most.", pointer="/until", status=422)
    if record.request is not None:
        asked = _asked(record, record.request, admission)
        if not grants_no_more(aspects.AccessGrant.from_json(record.fields()), asked.content):
            raise SenderError(
                f"This grants more than entry {asked.entry} asks for: stay within its actions, target, purposes, "
                "project and end, or grant it without naming the request.",
                pointer="/request",
                status=422,
            )
    return Admitted()


def admit_request(record: RequestAccess, admission: Admission) -> Admitted:
    """Hold the request to have an end that can be granted, and to be of what is known."""
    _require_known(record, admission)
    until = parse_zoned(record.until)
    if until <= admission.now:
        raise SenderError("This would be over already: until has passed.", pointer="/until", status=422)
    if until - admission.now > LONGEST:
        raise SenderError(f"Access is granted for {LONGEST // DAY} days at most.", pointer="/until", status=422)
    return Admitted()


def admit_refusal(record: RefuseAccess, admission: Admission) -> Admitted:
    """Hold the request to be open, and whoever refuses it to be another person than who asked."""
    require_another(admission, record.principal, "Nobody decides on access of their own")
    _asked(record, record.request, admission)
    return Admitted()


def admit_recertification(record: RecertifyGrant, admission: Admission) -> Admitted:
    """Hold the grant to be in force, and whoever certifies it to be another person than who has it."""
    require_another(admission, record.principal, "Nobody certifies a grant of their own")
    if _granted(record, admission).state not in {GrantState.IN_FORCE, GrantState.NOT_YET}:
        raise SenderError("This grant is over: ask for another.", pointer="/grant", status=422)
    return Admitted()


def admit_end(record: EndGrant, admission: Admission) -> Admitted:
    """Hold the grant to be one of the principal's that was not ended yet."""
    if _granted(record, admission).ended_by is not None:
        raise SenderError("This grant was ended already.", pointer="/grant", status=422)
    return Admitted()


def admit_delegation(record: DelegateAccess, admission: Admission) -> Admitted:
    """Hold the delegation to be proved, to be to another person who may act, and to have an end that can be granted."""
    if not admission.authenticated:
        raise AskerError("Nobody delegates without a key: sign in with one.", status=403)
    require_another(admission, record.to, "Nobody delegates to themselves")
    found = principals(admission.view, [record.node.id]).get(record.node.id)
    if found is None or not found.active:
        raise SenderError("This names no principal that may act: define it first.", pointer="/to", status=422)
    until = parse_zoned(record.until)
    if until <= admission.now:
        raise SenderError("This would be over already: until has passed.", pointer="/until", status=422)
    if until - admission.now > LONGEST:
        raise SenderError(f"Access is delegated for {LONGEST // DAY} days at most.", pointer="/until", status=422)
    return Admitted()


def admit_delegation_end(record: EndAccessDelegation, admission: Admission) -> Admitted:
    """Hold the delegation not to be ended yet, and to be ended by whoever gave it, has it, or is a steward."""
    every = delegations_of(admission.view.at(admission.now), [record.node.id]).get(record.node.id, ())
    found = next((one for one in every if one.entry == record.delegation), None)
    if found is None:
        raise SenderError("This entry delegates nothing to the principal.", pointer="/delegation", status=422)
    if found.ended_by is not None:
        raise SenderError("This delegation was ended already.", pointer="/delegation", status=422)
    own = any(are_one_person(admission.view, admission.actor, one) for one in (found.of, found.to))
    if not own and PrincipalRole.STEWARD.value not in admission.roles:
        raise AskerError("Whoever gave it, has it, or is a steward ends a delegation.", status=403)
    return Admitted()


def _require_known(record: GrantAccess | RequestAccess, admission: Admission) -> None:
    found = principals(admission.view, [record.node.id]).get(record.node.id)
    if found is None or not found.active:
        raise SenderError("This names no principal that may act: define it first.", pointer="/principal", status=422)
    node = record.target.node
    if isinstance(node, Column) and not admission.view.rights.unbounded:
        node = Dataset(node.namespace, node.dataset)
    if node is not None and not isinstance(node, Column):
        admission.require([(node, "/target", DECLARE_FIRST)])
    elif node is None and not admission.view.rights.unbounded:
        raise SenderError(
            "You do not see everything that this would be of: name one dataset that you may see.",
            pointer="/target",
            status=422,
        )


def _asked(record: GrantAccess | RefuseAccess, request: int, admission: Admission) -> AccessRequest:
    """Return the open request, by another person than who decides; raises SenderError and AskerError else."""
    every = access_requests_of(admission.view.at(admission.now), [record.node.id]).get(record.node.id, ())
    asked = next((one for one in every if one.entry == request), None)
    if asked is None:
        raise SenderError(
            "By this entry no access is asked for, for this principal: name the entry of the request.",
            pointer="/request",
            status=422,
        )
    if asked.state is not RequestState.PENDING:
        raise SenderError(f"This request is {asked.state.lower()} already: ask again.", pointer="/request", status=422)
    if are_one_person(admission.view, admission.actor, asked.by):
        raise AskerError("Whoever asked for access does not decide on it; another person has to.", status=403)
    return asked


def _granted(record: EndGrant | RecertifyGrant, admission: Admission) -> Grant:
    every = grants_of(admission.view.at(admission.now), [record.node.id]).get(record.node.id, ())
    found = next((one for one in every if one.entry == record.grant), None)
    if found is None:
        raise SenderError(
            "This entry grants nothing to the principal: name the entry of the grant.", pointer="/grant", status=422
        )
    return found
