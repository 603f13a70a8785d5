"""Which access was asked for and granted to whom, as functions of a View."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from catalog.access.model import Definition
from catalog.access.queries import definitions
from catalog.grants.model import AccessDelegation, AccessRequest, Grant, GrantState, RequestState
from catalog.grants.rules import DAY, due, judged_as, lost_role
from catalog.memberships.model import ProjectRecord
from catalog.memberships.queries import projects_called
from catalog.view import View
from graph_schema.aspects import access as aspects
from graph_schema.bitemporal import has_begun
from graph_schema.facts import Statement
from graph_schema.nodes import Principal
from graph_schema.times import parse_zoned

_GRANTED = ("access_grant", "access_grant_end", "recertification")


def grants_of(view: View, principals: Sequence[str]) -> dict[str, tuple[Grant, ...]]:
    """Return what was granted to each principal by then, over or not, the first first; one without any is absent."""
    known = view.nodes(principals)
    stated: dict[str, list[tuple[Statement, aspects.AccessGrant]]] = defaultdict(list)
    ended: dict[tuple[str, int], int] = {}
    certified: dict[tuple[str, int], list[int]] = defaultdict(list)
    recorded = [one for one in view.statements(list(known), _GRANTED) if one.value is not None]
    for one in on_what_is_seen(view, (one for one in recorded if one.aspect == "access_grant")):
        stated[one.subject].append((one, aspects.AccessGrant.from_json(one.data)))
    for one in recorded:
        if one.aspect == "access_grant":
            continue
        if one.aspect == "access_grant_end":
            place = one.subject, aspects.GrantEnd.from_json(one.data).grant
            ended[place] = min(one.entry, ended.get(place, one.entry))
        else:
            certified[one.subject, aspects.Recertification.from_json(one.data).grant].append(one.valid_from)
    defined = definitions(view, list(stated))
    named = {content.project for every in stated.values() for _, content in every if content.project is not None}
    projects = projects_called(view, sorted(named))
    found: dict[str, tuple[Grant, ...]] = {}
    for id_ in dict.fromkeys(principals):
        every = [
            _grant(view, one, content, ended.get((id_, one.entry)), defined.get(id_, ()), projects, certified)
            for one, content in sorted(stated.get(id_, ()), key=lambda each: each[0].entry)
        ]
        if every:
            found[id_] = tuple(every)
    return found


def grants(view: View) -> tuple[Grant, ...]:
    """Return everything that was granted to anybody by then, over or not, the newest first."""
    found = grants_of(view, view.all_of(Principal.__name__))
    return tuple(sorted((one for every in found.values() for one in every), key=lambda one: one.entry, reverse=True))


def on_what_is_seen(view: View, stated: Iterable[Statement]) -> list[Statement]:
    """Return those that have a target which may be seen; where rights hide it, it is as if nobody had said so."""
    every = list(stated)
    if view.rights.unbounded:
        return every
    targets = [aspects.Target.from_json(one.data["target"]) for one in every]
    judged = [judged_as(target) for target in targets]
    seen = view.visible([node.id for node in judged if node is not None])
    return [
        one
        for one, target, node in zip(every, targets, judged, strict=True)
        if (view.rights.holds(target.namespace) if node is None else node.id in seen)
    ]


def recertifications_due(view: View, days: int = 0) -> tuple[Grant, ...]:
    """Return the grants of which somebody has to say within so many days that they are needed, by when."""
    latest = view.moment + days * DAY
    due_ = [(one.due_at, one) for one in grants(view) if one.state is GrantState.IN_FORCE and one.due_at is not None]
    return tuple(one for at, one in sorted(due_, key=lambda each: (each[0], each[1].entry)) if at <= latest)


def access_requests_of(view: View, principals: Sequence[str]) -> dict[str, tuple[AccessRequest, ...]]:
    """Return what access was asked for, for each principal, the first first; one without any is absent."""
    known = view.nodes(principals)
    stated: dict[str, list[Statement]] = defaultdict(list)
    decided: dict[tuple[str, int], tuple[int, RequestState]] = {}
    aspects_read = ("access_grant", "access_refusal", "access_request")
    recorded = [one for one in view.statements(list(known), aspects_read) if one.value is not None]
    for one in on_what_is_seen(view, (one for one in recorded if one.aspect == "access_request")):
        stated[one.subject].append(one)
    for one in recorded:
        if one.aspect == "access_request":
            continue
        state = RequestState.GRANTED if one.aspect == "access_grant" else RequestState.REFUSED
        request = one.data.get("request")
        if request is not None:
            place = one.subject, int(request)
            decided[place] = min((one.entry, state), decided.get(place, (one.entry, state)))
    return {
        id_: tuple(
            _request(view, known[id_].node.title, one, decided.get((id_, one.entry)))
            for one in sorted(stated[id_], key=lambda each: each.entry)
        )
        for id_ in dict.fromkeys(principals)
        if id_ in stated
    }


def access_requests(view: View) -> tuple[AccessRequest, ...]:
    """Return everything that was asked for by then, the newest first."""
    found = access_requests_of(view, view.all_of(Principal.__name__))
    return tuple(sorted((one for every in found.values() for one in every), key=lambda one: one.entry, reverse=True))


def _request(view: View, principal: str, stated: Statement, decided: tuple[int, RequestState] | None) -> AccessRequest:
    content = aspects.AccessRequest.from_json(stated.data)
    until = parse_zoned(content.until)
    open_ = RequestState.PENDING if view.moment < until else RequestState.LAPSED
    entry, state = decided or (None, open_)
    return AccessRequest(principal, content, stated.entry, stated.by, until, state, entry)


def _grant(
    view: View,
    stated: Statement,
    content: aspects.AccessGrant,
    ended_by: int | None,
    defined: Sequence[Definition],
    projects: Mapping[str, ProjectRecord],
    certified: Mapping[tuple[str, int], Sequence[int]],
) -> Grant:
    since = stated.valid_from if content.since is None else parse_zoned(content.since)
    until = parse_zoned(content.until)
    project = None if content.project is None else projects.get(content.project)
    if ended_by is not None:
        state = GrantState.ENDED
    elif view.moment >= until:
        state = GrantState.EXPIRED
    elif _role_lost(stated.entry, [one for one in defined if one.entry <= view.known_at]):
        state = GrantState.ROLE_LOST
    elif project is not None and project.is_over(stated.entry, view.moment):
        state = GrantState.PROJECT_OVER
    else:
        state = GrantState.IN_FORCE if since <= view.moment else GrantState.NOT_YET
    due_at = due(since, until, certified.get((stated.subject, stated.entry), ()))
    principal = view.nodes([stated.subject])[stated.subject].node.title
    return Grant(principal, content, stated.entry, stated.by, since, until, ended_by, state, due_at)


def _role_lost(entry: int, defined: Sequence[Definition]) -> bool:
    """Tell whether a role was lost since; to have it again revives nothing."""
    before = [one.roles for one in defined if one.entry < entry][-1:]
    return not before or lost_role([*before, *(one.roles for one in defined if one.entry > entry)])


def delegations_of(view: View, principals: Sequence[str]) -> dict[str, tuple[AccessDelegation, ...]]:
    """Return in whose place each principal may or might have access, the first first; one that may not is absent."""
    known = view.nodes(principals)
    stated: dict[str, list[Statement]] = defaultdict(list)
    ended: dict[tuple[str, int], int] = {}
    for one in view.statements(list(known), ("access_delegation", "access_delegation_end")):
        if one.value is None:
            continue
        if one.aspect == "access_delegation":
            stated[one.subject].append(one)
        else:
            place = one.subject, aspects.AccessDelegationEnd.from_json(one.data).delegation
            ended[place] = min(one.entry, ended.get(place, one.entry))
    return {
        id_: tuple(
            _delegation(view, known[id_].node.title, one, ended.get((id_, one.entry)))
            for one in sorted(stated[id_], key=lambda each: each.entry)
        )
        for id_ in dict.fromkeys(principals)
        if id_ in stated
    }


def access_delegations(view: View, principal: str | None = None) -> tuple[AccessDelegation, ...]:
    """Return all delegations of access by then, over or not, the newest first; of one principal what it gave or has."""
    every = delegations_of(view, view.all_of(Principal.__name__)).values()
    found = (one for several in every for one in several if principal is None or principal in {one.of, one.to})
    return tuple(sorted(found, key=lambda one: one.entry, reverse=True))


def _delegation(view: View, to: str, stated: Statement, ended_by: int | None) -> AccessDelegation:
    value = aspects.AccessDelegation.from_json(stated.data)
    until = parse_zoned(value.until)
    holds = (
        ended_by is None and stated.authenticated and has_begun(stated.valid_from, view.moment) and view.moment < until
    )
    return AccessDelegation(
        stated.by,
        to,
        value.actions,
        stated.valid_from,
        until,
        stated.entry,
        ended_by,
        holds,
        value.reason,
        value.records,
    )
