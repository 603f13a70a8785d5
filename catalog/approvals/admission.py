"""What must hold before an approval is asked for or decided, and what the catalog binds and signs then."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import orjson

from catalog.access.queries import principals
from catalog.approvals import checks, queries, rules
from catalog.approvals.binding import registered
from catalog.approvals.effective import attestors, effective
from catalog.approvals.model import ApprovalFilter
from catalog.approvals.persons import Delegation, delegations_at, delegations_within, one_with
from catalog.approvals.records import DecideApproval, DelegateApprovals, MeetCondition, RequestApproval
from catalog.approvals.states import ApprovalState
from catalog.errors import SenderError
from catalog.ledger.protocol import StoredEntry
from catalog.policies.queries import published
from catalog.record import DECLARE_FIRST, Admission, Admitted, UnknownSubjectError
from catalog.releases import admission as releases
from catalog.releases.deployments import retirements
from catalog.releases.model import Registration
from catalog.releases.queries import registrations
from catalog.releases.records import RegisterModelVersion
from catalog.snapshots.queries import snapshots
from catalog.view import View
from graph_schema.aspects.approvals import BoundDigest, Decision
from graph_schema.identity import label_of
from graph_schema.nodes import Approval, Principal, Snapshot
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import DecisionKind
from reports.naming import counted, gathered

REQUEST_KIND = "record.request_approval"
_ISSUED = "report.issued"
_MOST = 500
_HINTS = {"model_version": "register it first", "snapshot": "seal it first", "dataset": DECLARE_FIRST}
_OTHER_BYTES = "its newest verification found the bytes missing or different; seal what is there and ask for that"


def admit_request(record: RequestApproval, admission: Admission) -> Admitted:
    """Hold the subject to be known and bind the request to its exact digests, and to what flows into it."""
    subject, field = record.subject.node, record.subject.field
    pointer = f"/subject/{field}"
    admission.require([(subject, pointer, _HINTS[field])])
    _check_in_use(subject.id, admission, pointer)
    checks.check_expiry(None if record.expires_at is None else parse_zoned(record.expires_at), admission.now)
    checks.check_emergency(record.needed, emergency=record.emergency)
    digests = queries.bindings(admission.view, [subject.id])[subject.id].digests
    if not digests:
        hint = _OTHER_BYTES if field == "snapshot" else _HINTS[field]
        raise UnknownSubjectError(f"This {field.replace('_', ' ')} has no digest to bind: {hint}.", pointer)
    view = admission.view.unredacted.at(admission.now)
    nodes = {Approval(str(index)).id: index for index in record.depends_on}
    known = queries.approvals(view, sorted(admission.view.visible(nodes, counted=False)))
    checks.check_depends_on({index: known[id_].state if id_ in known else None for id_, index in nodes.items()})
    policies = queries.policies_on(published(view), record.approval_kind)
    bound = sorted((*digests, *effective(view, subject.id).digests, *policies.digests))
    checks.check_not_denied(_denied(record, view, bound))
    shown = {} if record.dossier is None else {"dossier_digest": _dossier(record, admission, digests)}
    return Admitted(
        {"digests": [each.to_json() for each in bound], **shown},
        read_at={"bound_at": admission.now, "bound_by": view.known_at},
        awaits=True,
    )


def _dossier(record: RequestApproval, admission: Admission, digests: Sequence[BoundDigest]) -> str:
    """Return the digest of the content of the report that a request is made with.

    Raises:
        SenderError: that entry issued no report of the subject, or what the request binds is otherwise since.
    """
    subject, index = record.subject.node.id, record.dossier or 0
    stored = admission.ledger.entry(index) if index < admission.ledger.size() else None
    if stored is None or stored.entry.kind != _ISSUED or stored.body is None or subject not in stored.entry.subjects:
        raise SenderError(
            "dossier is the ledger index of the entry by which a report of the subject was issued; that entry is none.",
            pointer="/dossier",
            status=422,
        )
    issued = orjson.loads(stored.body)["record"]
    point = issued["read_point"]
    view = admission.view.unredacted
    then = view.at(parse_zoned(point["valid_at"]), point["ledger_index"])
    flowing = [effective(one, subject).digests for one in (then, view.at(admission.now))]
    if queries.bindings(then, [subject])[subject].digests != tuple(digests) or flowing[0] != flowing[1]:
        raise SenderError(
            "What this report shows has changed since it was issued: issue it again, and ask with that one.",
            pointer="/dossier",
            status=422,
        )
    return str(issued["context_digest"])


def _check_in_use(subject: str, admission: Admission, pointer: str) -> None:
    """Raise SenderError where the subject is a version that is retired, or a snapshot whose bytes were deleted."""
    view = admission.view.unredacted.at(admission.now)
    if label_of(subject) == Snapshot.__name__:
        known = snapshots(view, [subject]).get(subject)
        gone = None if known is None else known.tombstone
        checks.check_not_deleted(None if gone is None else (gone.deleted_at, gone.entry), pointer)
        return
    found = retirements(view, [subject]).get(subject)
    checks.check_not_retired(None if found is None else (found.since, found.entry), pointer)


def _denied(record: RequestApproval, view: View, bound: Sequence[BoundDigest]) -> dict[int, int]:
    """Return by which decisions requests of the kind for the very same are denied, by request."""
    wanted = ApprovalFilter(
        (record.subject.node.id,), (ApprovalState.DENIED,), (record.approval_kind,), record.use_case
    )
    found = queries.list_approvals(view, wanted, first=_MOST).approvals
    return {one.request: one.because for one in found if one.because is not None and set(one.digests) == set(bound)}


def admit_registration(record: RegisterModelVersion, admission: Admission) -> Admitted:
    """Hold a version to be one that may be registered; whoever registers it anew is told which approvals that ends."""
    admitted = releases.admit(record, admission)
    version = record.node.id
    held = queries.approvals_of(admission.view.at(admission.now), [version]).get(version, ())
    digests = registered(
        artifact=record.artifact_digest,
        code=(record.code.repository, record.code.revision),
        environment=record.environment.digest,
        trained_on=(one.digest for one in record.trained_on),
        evaluated_on=(one.digest for one in record.evaluated_on),
    )
    ended = rules.ended_by(held, digests)
    if not ended:
        return admitted
    requests = gathered([f"#{one.request}" for one in ended])
    ends = (
        f"Its digests are others than were registered before: {counted(len(ended), 'approval')} of this version "
        f"{'ends' if len(ended) == 1 else 'end'} by it, of {'request' if len(ended) == 1 else 'requests'} {requests}; "
        "ask for what it needs again."
    )
    return replace(admitted, warnings=(*admitted.warnings, ends))


def admit_decision(record: DecideApproval, admission: Admission) -> Admitted:
    """Hold the request to exist, to be open, another principal's and of a kind granted; sign it with their own name.

    Whoever decided may always take that back, whatever became of them since.
    """
    stored = _request(record.request, admission)
    body = orjson.loads(stored.body or b"{}")
    checks.check_decider(stored.entry.actor, admission.actor)
    kind = str(body["record"]["approval_kind"])
    people = queries.people_of(admission.view)
    holding = delegations_at(people.delegations, kind, admission.now)
    approval = Approval(str(record.request)).id
    known = queries.approvals(admission.view.at(admission.now), [approval]).get(approval)
    takes_back = record.decision == DecisionKind.WITHDRAW and known is not None and known.has_counted(admission.actor)
    granted = frozenset((kind,)) if takes_back else admission.approves | _delegated(admission, holding, kind)
    checks.check_granted(kind, admission.roles, granted, authenticated=admission.authenticated)
    if not takes_back:
        asked_at = int(body["added"].get("bound_at", admission.now))
        since = delegations_within(people.delegations, kind, asked_at, admission.now)
        checks.check_one_person(stored.entry.actor, admission.actor, people.same, since)
    checks.check_name(record.signer.printed_name, admission.display_name)
    checks.check_expiry(None if record.expires_at is None else parse_zoned(record.expires_at), admission.now)
    if known is None:
        raise UnknownSubjectError("The request is not in the graph yet, or could not be taken into it.", "/request")
    if record.decision != DecisionKind.WITHDRAW:
        _check_in_use(known.subject, admission, "/request")
    person = one_with(admission.actor, people.same, holding)
    denials = {one.decided_by for one in known.decisions if one.decision == "DENY" and one.person is not None}
    checks.check_open(known.state, denied_oneself=not person.isdisjoint(denials))
    stated = Decision.from_json(record.stated_fields(admission.display_name) | {"signed": ""})
    checks.check_irb(kind, record.decision, stated.irb)
    if stated.sign_in is not None:
        signed_under = queries.sign_ins(admission.view, admission.actor)
        checks.check_sign_in(stated.sign_in, admission.now, first=stated.sign_in.at not in signed_under)
    conflicts = [] if takes_back else _conflicts(known.subject, kind, admission, people, person)
    signed = rules.signed_digest(
        request=record.request,
        leaf=stored.leaf.hex(),
        digests=[BoundDigest.from_json(each) for each in body["added"]["digests"]],
        decision=record.signed_fields(admission.display_name),
        decided_by=admission.actor,
        authenticated=admission.authenticated,
    )
    return Admitted(
        {
            "signed": signed,
            "request_leaf": stored.leaf.hex(),
            "key_id": admission.key_id,
            "printed_name": admission.display_name,
            **({"conflicts": conflicts} if conflicts else {}),
        },
        warnings=[f"This decision is kept and does not count: {one}." for one in conflicts],
        awaits=True,
    )


def _delegated(admission: Admission, holding: Sequence[Delegation], kind: str) -> frozenset[str]:
    """Return the kind where somebody lets the actor decide on it who may do so themselves: nobody hands it on."""
    of = {Principal(one.of).id for one in holding if one.to == admission.actor}
    found = principals(admission.view.unredacted.at(admission.now), sorted(of)).values() if of else ()
    able = any(one.active and kind in one.approves for one in found)
    return frozenset((kind,)) if able else frozenset()


def _conflicts(
    subject: str, kind: str, admission: Admission, people: queries.People, person: Collection[str]
) -> list[str]:
    """Return why the actor does not decide on it as somebody who had no part in it: neither do who is one with them.

    `person` are all that are one with the actor now. Whoever let the actor decide in their place since they registered
    the version counts as well.
    """
    view = admission.view.unredacted.at(admission.now)

    def is_own(one: Registration) -> bool:
        lent = delegations_within(people.delegations, kind, one.registered_at, admission.now)
        return one.registered_by in one_with(admission.actor, people.same, lent)

    registered = registrations(view, [subject]).get(subject, ())
    found = ["whoever signs registered the version"] if any(map(is_own, registered)) else []
    if any(name in person for name in attestors(view, subject)):
        found.append("whoever signs attested a step that its data came by")
    return found


def admit_delegation(record: DelegateApprovals, admission: Admission) -> Admitted:
    """Hold the other to be known and another, and every kind to be the actor's own to decide on."""
    admission.require([(record.node, "/to", "define it first")])
    checks.check_delegation(
        admission.actor,
        record.to,
        frozenset(record.approval_kinds),
        admission.approves,
        authenticated=admission.authenticated,
    )
    held = queries.people_of(admission.view).delegations
    for kind in record.approval_kinds:
        checks.check_no_loop(admission.actor, record.to, kind, delegations_at(held, kind, admission.now))
    if record.approval_kinds and parse_zoned(record.until) <= admission.now:
        raise SenderError("until lies ahead; this one has passed.", pointer="/until", status=422)
    return Admitted(awaits=True)


def admit_condition(record: MeetCondition, admission: Admission) -> Admitted:
    """Hold the request to exist and a decision on it to require the condition."""
    _request(record.request, admission)
    approval = Approval(str(record.request)).id
    known = queries.approvals(admission.view.at(admission.now), [approval]).get(approval)
    if known is None:
        raise UnknownSubjectError("The request is not in the graph yet, or could not be taken into it.", "/request")
    checks.check_condition(record.text, [one for each in known.decisions for one in each.requires])
    return Admitted()


def _request(index: int, admission: Admission) -> StoredEntry:
    if index >= admission.ledger.size():
        raise _no_request("there is no such entry")
    stored = admission.ledger.entry(index)
    if stored.entry.kind != REQUEST_KIND or not admission.view.visible([Approval(str(index)).id], counted=False):
        raise _no_request("that entry is none")
    if stored.body is None:
        raise _no_request("that one was erased")
    return stored


def _no_request(why: str) -> SenderError:
    return SenderError(f"request is the ledger index of a request; {why}.", pointer="/request", status=422)
