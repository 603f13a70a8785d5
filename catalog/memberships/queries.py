"""The projects and protocols there are, and who belongs to what, as functions of a View."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from catalog.memberships.model import Membership, ProjectRecord, ProtocolRecord
from catalog.recorded import recorded
from catalog.view import View
from graph_schema.aspects import access as aspects
from graph_schema.facts import Statement
from graph_schema.nodes import Project, Protocol
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import MembershipKind


def projects(view: View) -> tuple[ProjectRecord, ...]:
    """Return every project that was ever declared, ended or not, by name."""
    known = view.nodes(view.all_of(Project.__name__))
    found = projects_called(view, [one.node.title for one in known.values()])
    return tuple(found[name] for name in sorted(found))


def projects_called(view: View, names: Iterable[str]) -> dict[str, ProjectRecord]:
    """Return those of the projects that were ever declared, ended or not, by name."""
    ids = {Project(name).id: name for name in dict.fromkeys(names)}
    known = list(view.nodes(list(ids)))
    if not known:
        return {}
    held = recorded(view, known, ("project",))
    stated: dict[str, list[Statement]] = defaultdict(list)
    for one in view.statements(known, ("project",)):
        stated[one.subject].append(one)
    return {ids[id_]: _project(ids[id_], every, "project" in held.get(id_, {})) for id_, every in stated.items()}


def _project(name: str, stated: Sequence[Statement], declared: bool) -> ProjectRecord:  # noqa: FBT001  what is in force
    newest = max((one for one in stated if one.value is not None), key=lambda one: one.order)
    value = aspects.Project.from_json(newest.data)
    return ProjectRecord(
        name,
        value.protocol,
        newest.valid_from if value.since is None else parse_zoned(value.since),
        parse_zoned(value.until),
        newest.entry,
        declared,
        tuple(sorted(one.entry for one in stated if one.value is None)),
        value.diseases,
    )


def protocols(view: View) -> tuple[ProtocolRecord, ...]:
    """Return every protocol that was ever declared, ended or not, by name."""
    known = view.nodes(view.lookup(Protocol.__name__, "every", ("",)))
    found = protocols_called(view, [one.node.title for one in known.values()])
    return tuple(found[name] for name in sorted(found))


def protocols_called(view: View, names: Iterable[str]) -> dict[str, ProtocolRecord]:
    """Return those of the protocols that were ever declared, ended or not, by name."""
    ids = {Protocol(name).id: name for name in dict.fromkeys(names)}
    known = list(view.nodes(list(ids)))
    if not known:
        return {}
    held = recorded(view, known, ("protocol",))
    newest: dict[str, Statement] = {}
    for one in view.statements(known, ("protocol",)):
        if one.value is not None and (one.subject not in newest or one.order > newest[one.subject].order):
            newest[one.subject] = one
    return {
        ids[id_]: _protocol(ids[id_], one, "protocol" in held.get(id_, {}), view.moment) for id_, one in newest.items()
    }


def _protocol(name: str, newest: Statement, declared: bool, at: int) -> ProtocolRecord:  # noqa: FBT001  what is in force
    value = aspects.Protocol.from_json(newest.data)
    since = newest.valid_from if value.since is None else parse_zoned(value.since)
    until = parse_zoned(value.until)
    return ProtocolRecord(
        name,
        value.projects,
        value.determination,
        value.reference,
        since,
        until,
        newest.entry,
        declared,
        declared and since <= at < until,
        value.diseases,
    )


def studied(view: View, project: str | None, protocol: str | None = None) -> frozenset[str]:
    """Return the diseases that a project and a protocol of these names, declared and in their time, say they study.

    What is registered so beats what whoever asks claims.
    """
    found: set[str] = set()
    if project is not None:
        for one in projects_called(view, [project]).values():
            if one.diseases and not one.is_over(one.entry, view.moment):
                found.update(one.diseases)
                view.cite(one.entry)
    if protocol is not None:
        for each in protocols_called(view, [protocol]).values():
            if each.diseases and each.in_force:
                found.update(each.diseases)
                view.cite(each.entry)
    return frozenset(found)


def protocols_of(view: View, belongs: Iterable[Membership]) -> tuple[str, ...]:
    """Return the protocols that memberships in force let somebody work under, by name.

    One that is declared is in force, and names the project; of one that no record declares its projects decide.
    """
    within = [one for one in belongs if one.in_force and one.membership_kind == MembershipKind.PROJECT]
    if not within:
        return ()
    declared = {one.name: one for one in protocols(view)}
    claimed = {one.protocol for one in within if one.protocol is not None and one.protocol not in declared}
    groups = {one.group for one in within}
    holding = [one for one in declared.values() if one.in_force and not groups.isdisjoint(one.projects)]
    view.cite(*(one.entry for one in holding))
    return tuple(sorted({*claimed, *(one.name for one in holding)}))


def memberships_of(view: View, principals: Sequence[str]) -> dict[str, tuple[Membership, ...]]:
    """Return to what each principal belongs or belonged, the first first; one that never did is absent."""
    known = view.nodes(principals)
    stated: dict[str, list[Statement]] = defaultdict(list)
    ended: dict[tuple[str, int], int] = {}
    for one in view.statements(list(known), ("membership", "membership_end")):
        if one.value is None:
            continue
        if one.aspect == "membership":
            stated[one.subject].append(one)
        else:
            place = one.subject, aspects.MembershipEnd.from_json(one.data).membership
            ended[place] = min(one.entry, ended.get(place, one.entry))
    values = {one.entry: aspects.Membership.from_json(one.data) for every in stated.values() for one in every}
    in_projects = {one.group for one in values.values() if one.membership_kind == MembershipKind.PROJECT}
    every = projects_called(view, in_projects)
    return {
        id_: tuple(
            _membership(
                known[id_].node.title,
                one,
                values[one.entry],
                every.get(values[one.entry].group),
                ended.get((id_, one.entry)),
                view.moment,
            )
            for one in sorted(stated[id_], key=lambda each: each.entry)
        )
        for id_ in dict.fromkeys(principals)
        if id_ in stated
    }


def _membership(
    principal: str,
    stated: Statement,
    value: aspects.Membership,
    project: ProjectRecord | None,
    ended_by: int | None,
    at: int,
) -> Membership:
    since = stated.valid_from if value.since is None else parse_zoned(value.since)
    until = parse_zoned(value.until)
    of_project = value.membership_kind == MembershipKind.PROJECT
    over = of_project and (project is None or project.is_over(stated.entry, at))
    return Membership(
        principal=principal,
        membership_kind=value.membership_kind,
        group=value.group,
        entry=stated.entry,
        by=stated.by,
        since=since,
        until=until,
        ended_by=ended_by,
        in_force=ended_by is None and since <= at < until and not over,
        protocol=project.protocol if of_project and project is not None else None,
    )
