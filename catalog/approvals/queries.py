"""Approvals as they stood at a point: with their whole history, state and bound digests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from catalog.approvals import rules
from catalog.approvals.model import Approval, ApprovalFilter, ApprovalPage, Decision
from catalog.names.loading import Names
from catalog.releases.queries import registrations
from catalog.snapshots.queries import verifications
from catalog.view import View
from graph_schema.aspects import DECLARED
from graph_schema.aspects import approvals as aspects
from graph_schema.facts import Statement
from graph_schema.identity import label_of

_ASPECTS = ("request", "decision")
_EVERYTHING = ApprovalFilter()


def approvals(view: View, ids: Sequence[str]) -> dict[str, Approval]:
    """Return those of the approvals that were requested by then, with every decision known and valid by then."""
    requests: dict[str, Statement] = {}
    decisions: dict[str, list[Decision]] = defaultdict(list)
    for statement in view.statements(ids, _ASPECTS):
        if statement.aspect == "request":
            requests.setdefault(statement.subject, statement)
        else:
            decisions[statement.subject].append(_decision(statement))
    subjects = {aspects.Request.from_json(each.data).subject for each in requests.values()}
    binding = bindings(view, sorted(subjects))
    return {
        id_: _approval(requests[id_], decisions[id_], binding, view.moment)
        for id_ in dict.fromkeys(ids)
        if id_ in requests
    }


def approvals_of(view: View, subjects: Sequence[str]) -> dict[str, tuple[Approval, ...]]:
    """Return the approvals that concern each subject, the oldest request first; a subject without any is absent.

    What was requested of a dataset under one name concerns it under all its names.
    """
    edges = Names(view, renamed=True).edges(subjects, ("CONCERNS",), "in")
    found = approvals(view, sorted({edge.source for edge in edges}))
    concerned: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.source in found:
            concerned[edge.target].add(edge.source)
    return {
        subject: tuple(sorted((found[one] for one in concerned[subject]), key=lambda each: each.request))
        for subject in dict.fromkeys(subjects)
        if subject in concerned
    }


def list_approvals(
    view: View,
    wanted: ApprovalFilter = _EVERYTHING,
    *,
    first: int = 50,
    after: int | None = None,
) -> ApprovalPage:
    """Return the approvals that match, the newest request first, those before the request `after`."""
    if wanted.subjects:
        of = approvals_of(view, wanted.subjects)
        found = [approval for each in of.values() for approval in each]
    else:
        found = list(approvals(view, view.all_of("Approval")).values())
    matching = sorted((each for each in found if _matches(each, wanted)), key=lambda each: -each.request)
    rest = [each for each in matching if after is None or each.request < after]
    return ApprovalPage(tuple(rest[:first]), len(matching), len(rest) > first)


def bindings(view: View, subjects: Sequence[str]) -> dict[str, rules.Binding]:
    """Return what requests about each of the model versions, snapshots and datasets bind, of those that may be seen.

    Whether an approval holds is the same for everybody: what rights hide of its subject counts too.
    """
    whole = view.unredacted
    of: dict[str, list[str]] = defaultdict(list)
    for subject in sorted(view.visible(subjects, counted=False)):
        of[label_of(subject)].append(subject)
    declared: dict[str, list[Statement]] = {id_: [] for id_ in of["Dataset"]}
    for statement in Names(whole, renamed=True).statements(of["Dataset"], DECLARED):
        declared[statement.subject].append(statement)
    return {
        **{id_: rules.of_model_version(each) for id_, each in registrations(whole, of["ModelVersion"]).items()},
        **{id_: rules.of_snapshot(*each) for id_, each in verifications(whole, of["Snapshot"]).items()},
        **{id_: rules.of_dataset(each) for id_, each in declared.items()},
    }


def _matches(approval: Approval, wanted: ApprovalFilter) -> bool:
    return (
        (not wanted.states or approval.state in wanted.states)
        and (not wanted.kinds or approval.approval_kind in wanted.kinds)
        and (wanted.use_case is None or approval.use_case == wanted.use_case)
        and (wanted.requested_by is None or approval.requested_by == wanted.requested_by)
    )


def _approval(
    statement: Statement, decisions: Sequence[Decision], binding: Mapping[str, rules.Binding], moment: int
) -> Approval:
    value = aspects.Request.from_json(statement.data)
    bound = binding[value.subject]
    change = bound.change(statement.entry, statement.valid_from, value.digests)
    now = rules.status(statement.valid_from, value.expires_at, decisions, moment, change)
    return Approval(
        **value.members(),
        id=statement.subject,
        request=statement.entry,
        requested_by=statement.by,
        authenticated=statement.authenticated,
        requested_at=statement.valid_from,
        state=now.state,
        since=now.since,
        because=now.because,
        explanation=now.explanation,
        rests_on=bound.entries,
        decisions=tuple(sorted(decisions, key=lambda each: (each.decided_at, each.entry))),
    )


def _decision(statement: Statement) -> Decision:
    return Decision(
        **aspects.Decision.from_json(statement.data).members(),
        entry=statement.entry,
        decided_by=statement.by,
        authenticated=statement.authenticated,
        decided_at=statement.valid_from,
    )
