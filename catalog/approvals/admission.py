"""What must hold before an approval is asked for or decided, and what the catalog binds and signs then."""

from __future__ import annotations

import orjson

from catalog.approvals import queries, rules
from catalog.approvals.records import DecideApproval, RequestApproval
from catalog.errors import SenderError
from catalog.ledger.protocol import StoredEntry
from catalog.record import DECLARE_FIRST, Admission, Admitted, UnknownSubjectError
from graph_schema.aspects.approvals import BoundDigest
from graph_schema.nodes import Approval
from graph_schema.times import parse_zoned

REQUEST_KIND = "record.request_approval"
_HINTS = {"model_version": "register it first", "snapshot": "seal it first", "dataset": DECLARE_FIRST}
_OTHER_BYTES = "its newest verification found the bytes missing or different; seal what is there and ask for that"


def admit_request(record: RequestApproval, admission: Admission) -> Admitted:
    """Hold the subject to be known and bind the request to its exact digests."""
    subject, field = record.subject.node, record.subject.field
    pointer = f"/subject/{field}"
    admission.require([(subject, pointer, _HINTS[field])])
    rules.check_expiry(None if record.expires_at is None else parse_zoned(record.expires_at), admission.now)
    digests = queries.bindings(admission.view, [subject.id])[subject.id].digests
    if not digests:
        hint = _OTHER_BYTES if field == "snapshot" else _HINTS[field]
        raise UnknownSubjectError(f"This {field.replace('_', ' ')} has no digest to bind: {hint}.", pointer)
    return Admitted({"digests": [each.to_json() for each in digests]})


def admit_decision(record: DecideApproval, admission: Admission) -> Admitted:
    """Hold the request to exist, to be open, another principal's and of a kind granted; sign it with their own name."""
    stored = _request(record.request, admission)
    body = orjson.loads(stored.body or b"{}")
    rules.check_decider(stored.entry.actor, admission.actor)
    kind = str(body["record"]["approval_kind"])
    rules.check_granted(kind, admission.roles, admission.approves, authenticated=admission.authenticated)
    rules.check_name(record.signer.printed_name, admission.display_name)
    rules.check_expiry(None if record.expires_at is None else parse_zoned(record.expires_at), admission.now)
    approval = Approval(str(record.request)).id
    known = queries.approvals(admission.view.at(admission.now), [approval]).get(approval)
    if known is None:
        raise UnknownSubjectError("The request is not in the graph yet, or could not be taken into it.", "/request")
    rules.check_open(known.state)
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
        }
    )


def _request(index: int, admission: Admission) -> StoredEntry:
    if index >= admission.ledger.size():
        raise _no_request("there is no such entry")
    stored = admission.ledger.entry(index)
    if stored.entry.kind != REQUEST_KIND:
        raise _no_request("that entry is none")
    if stored.body is None:
        raise _no_request("that one was erased")
    return stored


def _no_request(why: str) -> SenderError:
    return SenderError(f"request is the ledger index of a request; {why}.", pointer="/request", status=422)
