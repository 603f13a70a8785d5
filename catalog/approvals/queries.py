"""Approvals as they stood at a point: with their whole history, state and bound digests."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.access.model import PrincipalRecord
from catalog.access.queries import principals
from catalog.access.rules import person_of
from catalog.approvals import rules
from catalog.approvals.binding import (
    BESIDE,
    Binding,
    Change,
    first_of,
    lost,
    of_dataset,
    of_model_version,
    of_policies,
    of_snapshot,
)
from catalog.approvals.effective import Bound, changes
from catalog.approvals.model import Approval, ApprovalFilter, ApprovalPage, ConditionMet, Decision, InboxItem
from catalog.approvals.persons import Delegation, approved_by, delegations_at, one_with, order, signed_as_one
from catalog.approvals.persons import persons as persons_of
from catalog.approvals.policies import asked_of
from catalog.graph_memo import remembered
from catalog.names.loading import Names
from catalog.policies.model import Published
from catalog.policies.queries import published
from catalog.releases.deployments import retirements
from catalog.releases.queries import registrations
from catalog.snapshots.queries import snapshots, verifications
from catalog.view import View
from graph_schema.aspects import DECLARED
from graph_schema.aspects import approvals as aspects
from graph_schema.aspects.principals import PrincipalDefinition
from graph_schema.facts import Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Approval as ApprovalNode
from graph_schema.nodes import Principal, Snapshot
from graph_schema.vocabulary.words import ApprovalKind

_ASPECTS = ("request", "decision", "condition_met")
_EVERYTHING = ApprovalFilter()
_KINDS = tuple(kind.value for kind in ApprovalKind)
_DAY = 86_400_000_000
WITHIN_DAYS = 30
"""How many days before its end an approval is to be renewed, unless somebody says otherwise."""


def approvals(view: View, ids: Sequence[str]) -> dict[str, Approval]:
    """Return those of the approvals that were requested by then, with every decision known and valid by then."""
    view = view.remembering
    requests: dict[str, Statement] = {}
    decisions: dict[str, list[Decision]] = defaultdict(list)
    met: dict[str, list[ConditionMet]] = defaultdict(list)
    for statement in view.statements(ids, _ASPECTS):
        if statement.aspect == "request":
            requests.setdefault(statement.subject, statement)
        elif statement.aspect == "decision":
            decisions[statement.subject].append(_decision(statement))
        else:
            met[statement.subject].append(_met(statement))
    subjects = {aspects.Request.from_json(each.data).subject for each in requests.values()}
    binding = bindings(view, sorted(subjects))
    people = people_of(view)
    depended = _depended(view, requests.values())
    flowing = changes(view, _bound(requests.values()))
    policies = published(view) if requests else ()
    return {
        id_: _approval(
            view,
            requests[id_],
            decisions[id_],
            met[id_],
            people,
            _change(requests[id_], binding, depended, flowing.get(requests[id_].entry), policies),
            binding[aspects.Request.from_json(requests[id_].data).subject].entries,
        )
        for id_ in dict.fromkeys(ids)
        if id_ in requests
    }


def _depended(view: View, requests: Iterable[Statement]) -> Mapping[int, Approval]:
    """Return the approvals that the requests depend on, by their ledger index: they hold or not, whoever looks."""
    wanted = {index for each in requests for index in aspects.Request.from_json(each.data).depends_on}
    found = approvals(view.unredacted, [ApprovalNode(str(index)).id for index in sorted(wanted)]) if wanted else {}
    return {one.request: one for one in found.values()}


def approvals_of(view: View, subjects: Sequence[str]) -> dict[str, tuple[Approval, ...]]:
    """Return the approvals that concern each subject, the oldest request first; a subject without any is absent.

    What was requested of a dataset under one name concerns it under all its names.
    """
    view = view.remembering
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
    view = view.remembering
    if wanted.subjects:
        of = approvals_of(view, wanted.subjects)
        found = [approval for each in of.values() for approval in each]
    else:
        found = list(approvals(view, view.all_of("Approval")).values())
    matching = sorted((each for each in found if _matches(each, wanted)), key=lambda each: -each.request)
    rest = [each for each in matching if after is None or each.request < after]
    return ApprovalPage(tuple(rest[:first]), len(matching), len(rest) > first)


def bindings(view: View, subjects: Sequence[str]) -> dict[str, Binding]:
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
        **{id_: of_model_version(each) for id_, each in registrations(whole, of["ModelVersion"]).items()},
        **{id_: of_snapshot(*each) for id_, each in verifications(whole, of["Snapshot"]).items()},
        **{id_: of_dataset(each) for id_, each in declared.items()},
    }


def _matches(approval: Approval, wanted: ApprovalFilter) -> bool:
    return (
        (not wanted.states or approval.state in wanted.states)
        and (not wanted.kinds or approval.approval_kind in wanted.kinds)
        and (wanted.use_case is None or approval.use_case == wanted.use_case)
        and (wanted.requested_by is None or approval.requested_by == wanted.requested_by)
    )


@dataclass(frozen=True, slots=True)
class People:
    """Which principals are one person, and who decides in whose place."""

    same: Mapping[str, str]
    delegations: tuple[Delegation, ...]

    def signed_as_one(self, first: tuple[str, int], second: tuple[str, int]) -> bool:
        """Tell whether two who signed, each with when, are one person; see `persons.signed_as_one`."""
        return signed_as_one(first, second, self.same, self.delegations)


def people_of(view: View) -> People:
    """Return which principals are recorded as one person, and every delegation, known by then, whoever looks."""
    return remembered(people_of, view.unredacted, _people)


def _people(whole: View) -> People:
    ids = whole.all_of(Principal.__name__)
    known = whole.nodes(ids)
    same: dict[str, tuple[int, str | None]] = {}
    delegations = []
    for one in whole.statements(ids, ("principal", "approval_delegation")) if ids else ():
        name = known[one.subject].node.title
        if one.aspect == "principal":
            person = PrincipalDefinition.from_json(one.data).person
            same[name] = max(same.get(name, (-1, None)), (one.entry, person), key=lambda each: each[0])
        else:
            value = aspects.ApprovalDelegation.from_json(one.data)
            kinds = frozenset(value.approval_kinds)
            delegations.append(Delegation(one.by, name, kinds, one.valid_from, value.until, one.entry, value.reason))
    recorded = {name: person for name, (_, person) in same.items()}
    persons = {name: person_of(name, recorded) for name in recorded}
    of_several = {person for person, count in Counter(persons.values()).items() if count > 1}
    return People({name: one for name, one in persons.items() if one in of_several}, tuple(delegations))


def inbox(view: View, principal: str, within: int = WITHIN_DAYS) -> tuple[InboxItem, ...]:
    """Return what a principal has to do about requests at the view's point, by what is due first.

    An approval that ends within so many days is to be renewed. What it may decide on, its own record and delegations
    to it say. Of a version that is retired and a snapshot that was deleted nothing is to be done: nobody may ask or
    decide about them.
    """
    view = view.remembering
    people = people_of(view)
    whole = view.unredacted
    defined = {one.principal: one for one in principals(whole, whole.all_of(Principal.__name__)).values()}
    holding = {kind: delegations_at(people.delegations, kind, view.moment) for kind in _KINDS}
    own = _granted(defined.get(principal))
    lent = {
        kind
        for kind, some in holding.items()
        for one in some
        if one.to == principal and kind in _granted(defined.get(one.of))
    }
    kinds = own | lent
    concerning, newest = [], dict[rules.Matter, int]()
    for one in view.statements(view.all_of("Approval"), _ASPECTS):
        if one.aspect == "request":
            value = aspects.Request.from_json(one.data)
            matter = rules.Matter(value.subject, value.approval_kind, value.use_case)
            newest[matter] = max(one.entry, newest.get(matter, one.entry))
            # How others' stand is not to be known for it: each is judged by all that flows into its subject.
            if one.by == principal or value.approval_kind in kinds:
                concerning.append(one.subject)
    found = _of_what_is_in_use(approvals(view, concerning).values(), whole)
    every = [one for some in holding.values() for one in some]

    def is_one(first: str, second: str) -> bool:
        return second in one_with(first, people.same, every)

    return rules.inbox_of(found, newest, is_one, principal, kinds, view.moment + within * _DAY)


def _of_what_is_in_use(found: Iterable[Approval], whole: View) -> list[Approval]:
    """Return those of which the subject is neither retired nor deleted."""
    every = list(found)
    subjects = sorted({one.subject for one in every})
    gone = set(retirements(whole, subjects)) if subjects else set()
    if states := [one for one in subjects if label_of(one) == Snapshot.__name__]:
        gone |= {id_ for id_, one in snapshots(whole, states).items() if one.tombstone is not None}
    return [one for one in every if one.subject not in gone]


def _granted(known: PrincipalRecord | None) -> frozenset[str]:
    return frozenset(known.approves) if known is not None and known.active else frozenset()


def sign_ins(view: View, principal: str) -> frozenset[int]:
    """Return the times of the sign-ins under which the principal signed decisions."""
    whole = view.unredacted
    decided = sorted({edge.target for edge in whole.edges([Principal(principal).id], ("DECIDED",), "out")})
    stated = whole.statements(decided, ("decision",)) if decided else []
    signed = (aspects.Decision.from_json(one.data).sign_in for one in stated if one.by == principal)
    return frozenset(one.at for one in signed if one is not None)


def _change(
    statement: Statement,
    binding: Mapping[str, Binding],
    depended: Mapping[int, Approval],
    flowing: Change | None,
    policies: Sequence[Published],
) -> Change | None:
    """Return the first change of anything that a request binds."""
    value = aspects.Request.from_json(statement.data)
    own = [one for one in value.digests if one.of not in BESIDE]
    return first_of(
        (
            binding[value.subject].change(statement.entry, statement.valid_from, own),
            flowing,
            _of_policies(statement, value, policies),
            *(_lost(statement, index, depended.get(index)) for index in value.depends_on),
        )
    )


def _of_policies(statement: Statement, value: aspects.Request, policies: Sequence[Published]) -> Change | None:
    """Return the first change of what policies ask of the kind; an older version bound nothing of them."""
    if value.bound_by is None:
        return None
    asked = policies_on(policies, value.approval_kind)
    # Read anew, since an erasure may have taken the text that the digest which was bound is over.
    return asked.change(value.bound_by, statement.valid_from, asked.held(value.bound_by))


def policies_on(policies: Iterable[Published], kind: str) -> Binding:
    """Return what requests of a kind bind of the sets of policies that were published."""
    return of_policies((one.order, one.entry, asked_of(one.files, kind)) for one in policies)


def _approval(
    view: View,
    statement: Statement,
    decisions: Sequence[Decision],
    met: Sequence[ConditionMet],
    people: People,
    changed: Change | None,
    rests_on: tuple[int, ...],
) -> Approval:
    value = aspects.Request.from_json(statement.data)
    asked = statement.by
    counting = persons_of(
        asked,
        value.approval_kind,
        decisions,
        people.same,
        people.delegations,
        requested_at=statement.valid_from,
        needed=value.needed,
    )
    counted = tuple(replace(one, person=counting[one.entry]) for one in sorted(decisions, key=order))
    terms = rules.Terms(
        requested_at=statement.valid_from,
        expires_at=value.expires_at,
        needed=value.needed,
        emergency=value.emergency,
    )
    now = rules.status(
        terms,
        counted,
        view.moment,
        changed,
        met=[rules.Met(one.text, one.met_at, one.entry) for one in met],
    )
    return Approval(
        **value.members(),
        id=statement.subject,
        request=statement.entry,
        requested_by=asked,
        authenticated=statement.authenticated,
        requested_at=statement.valid_from,
        state=now.state,
        since=now.since,
        because=now.because,
        explanation=now.explanation,
        ends_at=now.ends_at,
        rests_on=rests_on,
        decisions=counted,
        approved_by=approved_by(counted, asked, view.moment),
        met=tuple(sorted(met, key=lambda each: (each.met_at, each.entry))),
    )


def _met(statement: Statement) -> ConditionMet:
    return ConditionMet(
        **aspects.ConditionMet.from_json(statement.data).members(),
        entry=statement.entry,
        met_by=statement.by,
        met_at=statement.valid_from,
    )


def _lost(statement: Statement, index: int, one: Approval | None) -> Change | None:
    if one is None:
        return Change(statement.valid_from, index, f"the request #{index}, which it depends on, was erased")
    return lost(index, one.since, one.state, one.because)


def _bound(requests: Iterable[Statement]) -> Iterator[Bound]:
    """Yield what requests bind of what flows into their subjects; of an older version they bound nothing of it."""
    for one in requests:
        value = aspects.Request.from_json(one.data)
        if value.bound_at is not None and value.bound_by is not None:
            digests = frozenset(value.digests)
            yield Bound(one.entry, one.valid_from, value.subject, digests, value.bound_at, value.bound_by)


def _decision(statement: Statement) -> Decision:
    return Decision(
        **aspects.Decision.from_json(statement.data).members(),
        entry=statement.entry,
        decided_by=statement.by,
        authenticated=statement.authenticated,
        decided_at=statement.valid_from,
    )
