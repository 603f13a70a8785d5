"""What must hold before a project or a protocol is declared or ended, and before a member is added or leaves."""

from __future__ import annotations

from catalog.access.persons import require_another
from catalog.access.queries import principals
from catalog.errors import SenderError
from catalog.memberships.queries import memberships_of, projects_called, protocols_called
from catalog.memberships.records import (
    AddMember,
    DeclareProject,
    DeclareProtocol,
    EndMembership,
    EndProject,
    EndProtocol,
)
from catalog.places.admission import not_declared
from catalog.record import Admission, Admitted
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import MembershipKind


def admit_project(record: DeclareProject, admission: Admission) -> Admitted:
    """Hold the project to end after it begins."""
    _require_order(record.since, record.until, admission)
    return Admitted()


def admit_project_end(record: EndProject, admission: Admission) -> Admitted:
    """Hold the project to be declared."""
    found = projects_called(admission.view, [record.project]).get(record.project)
    if found is None or not found.declared:
        raise SenderError("No project of this name is declared, or it was ended.", pointer="/project", status=422)
    return Admitted()


def admit_protocol(record: DeclareProtocol, admission: Admission) -> Admitted:
    """Hold the protocol to end after it begins, and its projects to be declared."""
    _require_order(record.since, record.until, admission)
    known = projects_called(admission.view, record.projects)
    for place, name in enumerate(record.projects):
        if name not in known or not known[name].declared:
            raise SenderError(
                "No project of this name is declared: declare it first.", pointer=f"/projects/{place}", status=422
            )
    return Admitted()


def admit_protocol_end(record: EndProtocol, admission: Admission) -> Admitted:
    """Hold the protocol to be declared."""
    found = protocols_called(admission.view, [record.protocol]).get(record.protocol)
    if found is None or not found.declared:
        raise SenderError("No protocol of this name is declared, or it was ended.", pointer="/protocol", status=422)
    return Admitted()


def admit_member(record: AddMember, admission: Admission) -> Admitted:
    """Hold the member to be somebody else who may act, and the project to be declared; warn of an unknown site."""
    require_another(admission, record.principal, "Nobody adds themselves")
    found = principals(admission.view, [record.node.id]).get(record.node.id)
    if found is None or not found.active:
        raise SenderError("This names no principal that may act: define it first.", pointer="/principal", status=422)
    _require_order(record.since, record.until, admission)
    if record.membership_kind is MembershipKind.SITE:
        return Admitted(warnings=tuple(not_declared(admission, (record.group,), None)))
    project = projects_called(admission.view, [record.group]).get(record.group)
    if project is None or not project.declared:
        raise SenderError("No project of this name is declared: declare it first.", pointer="/group", status=422)
    return Admitted()


def admit_membership_end(record: EndMembership, admission: Admission) -> Admitted:
    """Hold the membership to be one of the principal's that was not ended yet."""
    held = {one.entry: one for one in memberships_of(admission.view, [record.node.id]).get(record.node.id, ())}
    if record.membership not in held:
        raise SenderError("This entry adds the principal to nothing.", pointer="/membership", status=422)
    if held[record.membership].ended_by is not None:
        raise SenderError("This membership was ended already.", pointer="/membership", status=422)
    return Admitted()


def _require_order(since: str | None, until: str, admission: Admission) -> None:
    begins = admission.now if since is None else parse_zoned(since)
    if parse_zoned(until) <= begins:
        raise SenderError("It would end before it begins: until is not later than since.", pointer="/until", status=422)
