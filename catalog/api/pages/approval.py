"""One request for approval: all that whoever decides puts their name to, what was decided, and the form that signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from catalog.access.permissions import Permission
from catalog.access.rules import is_permitted
from catalog.api.http.ledger import LARGEST
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Action, Context, Page
from catalog.api.pages.questions import command, query
from catalog.api.pages.record_form.fields import fields_of
from catalog.api.pages.record_form.form import Filled, Given, beside, dense, filled, payload
from catalog.api.pages.recording import submit
from catalog.api.signing_in import COMPONENTS, SECRET
from catalog.approvals.checks import check_open
from catalog.approvals.model import Approval
from catalog.approvals.queries import approvals
from catalog.approvals.records import DecideApproval
from catalog.errors import AskerError, OperatorError, SenderError
from catalog.ledger.sealing import utc_microseconds
from graph_schema.aspects.approvals import BoundDigest
from graph_schema.nodes import Approval as ApprovalNode
from graph_schema.times import format_time
from graph_schema.vocabulary.words import DecisionKind

_ZONE: Final = "UTC"
_TIME_ZONE: Final = "time_zone"
_OPENED: Final = "opened"
_FIELDS: Final = tuple(
    field for field in fields_of(DecideApproval) if field.name not in {"request", "signer", "sign_in"}
)
"""What is typed of a decision: which request, who signs and how they signed in, the page knows."""
_MOST_BOUND: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedWith:
    """The report that a request was made with."""

    entry: int
    report: str
    digest: str
    """Of its content, which holds for every form of it."""
    valid_at: str
    known_at: int
    """As of when, and by which entry, its content was read; `report` and `valid_at` are empty once that is erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPage(Context):
    """What the page of a request shows."""

    approval: Approval
    bound: tuple[BoundDigest, ...]
    """What it binds; more than a page takes is left out, and counted."""
    subject: Link | None
    dossier: IssuedWith | None
    """None where it was asked for without one."""
    may_decide: bool
    is_own: bool
    """Whether whoever looks asked for it: who asks does not decide."""
    closed: str
    """Why nothing can be decided any more, in a sentence; empty where it can."""
    printed_name: str
    """The name that a decision would be signed with."""
    opened: int
    """When the form was opened, in microseconds UTC: sent twice, it signs once."""
    fields: tuple[Filled, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    """What is wrong in a decision that came back: the pointer of the field, "" for the whole, and a sentence."""
    zone: str = _ZONE
    secret: str = SECRET
    """What the field of the key is called."""


def read(asking: Asking) -> ApprovalPage:
    """Read a request by the index of its entry; raises AskerError 404 where there is none."""
    return _page(asking, {})


def _page(asking: Asking, given: Given, errors: tuple[tuple[str, str], ...] = (), status: int = 200) -> ApprovalPage:
    """Read it with what was typed of a decision, and what is wrong with that."""
    view = asking.view
    found = _request(asking)
    fields = filled(_FIELDS, given, {})
    placed = tuple(beside(fields, errors))
    return ApprovalPage(
        title=f"Request #{found.request}",
        graphql=query(
            "node",
            {"id": found.id},
            "{\n    ... on Approval { state useCase dossierDigest digests { of digest } decisions { decision } }\n  }",
            view.as_of,
        ),
        command=command("approvals", "show", str(found.request), as_of=view.as_of),
        subjects=(found.id, found.subject),
        status=status,
        approval=found,
        bound=found.digests[:_MOST_BOUND],
        subject=links_to(view, [found.subject]).get(found.subject),
        dossier=_issued_with(asking, found),
        may_decide=is_permitted(asking.actor, Permission.DECIDE_APPROVAL) and asking.actor.authenticated,
        is_own=found.requested_by == asking.actor.principal,
        closed=_closed(found, asking.actor.principal),
        printed_name=asking.actor.display_name,
        opened=asking.number(_OPENED, utc_microseconds(), 0, LARGEST),
        fields=filled(_FIELDS, given, dict(reversed(placed))),
        errors=placed,
        zone=asking.text(_TIME_ZONE) or _ZONE,
    )


def _request(asking: Asking) -> Approval:
    identifier = ApprovalNode(str(asking.number("request", 0, 0, LARGEST))).id
    found = approvals(asking.view, [identifier]).get(identifier)
    if found is None:
        raise AskerError(NOT_THERE)
    return found


def _closed(found: Approval, principal: str) -> str:
    denied = any(one.decided_by == principal and one.decision == DecisionKind.DENY for one in found.decisions)
    try:
        check_open(found.state, denied_oneself=denied)
    except SenderError as error:
        return error.detail
    return ""


def _issued_with(asking: Asking, found: Approval) -> IssuedWith | None:
    """Return the report that it was asked with; its point is read from the entry that issued it."""
    if found.dossier is None or found.dossier_digest is None:
        return None
    body = asking.services.ledger.entry(found.dossier).body
    issued = {} if body is None else orjson.loads(body)["record"]
    point = issued.get("read_point", {})
    return IssuedWith(
        entry=found.dossier,
        report=issued.get("report", ""),
        digest=found.dossier_digest,
        valid_at=point.get("valid_at", ""),
        known_at=point.get("ledger_index", found.bound_by),
    )


def decide(asking: Asking) -> str | ApprovalPage:
    """Sign a decision with the key that is typed once more, or give the form back with what is wrong in it.

    The key has to be the principal's who is signed in; the decision says when it was typed (21 CFR 11.200(a)(1)(i)).
    """
    given = dense(_FIELDS, asking.parameters)
    sent = payload(_FIELDS, given)
    try:
        signer = asking.prove(asking.text(SECRET))
        if signer.principal != asking.actor.principal:
            return _page(asking, given, (("", "This key is another principal's: sign with your own."),), 403)
        if not _is_signed(asking, sent):
            submit(replace(asking, actor=signer), {"kind": DecideApproval.name, **_fields(asking, sent)})
    except SenderError as error:
        every = DecideApproval.problems(_fields(asking, sent)) or (error,)
        return _page(asking, given, tuple((one.pointer, one.detail) for one in every), 422)
    except AskerError as error:
        return _page(asking, given, (("", error.detail),), error.status)
    except OperatorError as error:
        return _page(asking, given, (("", str(error)),), 503)
    return f"approval?request={_request(asking).request}"


def _fields(asking: Asking, sent: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **sent,
        "request": asking.number("request", 0, 0, LARGEST),
        "signer": {"time_zone": asking.text(_TIME_ZONE) or _ZONE},
        "sign_in": {"at": format_time(utc_microseconds()), "components": list(COMPONENTS)},
    }


def _is_signed(asking: Asking, sent: Mapping[str, Any]) -> bool:
    """Tell whether this very form was sent before: since it was opened, the same was decided by the same principal."""
    opened = asking.number(_OPENED, LARGEST, 0, LARGEST)
    return any(
        one.decided_by == asking.actor.principal
        and one.decided_at >= opened
        and (one.decision, one.meaning, one.reason) == tuple(map(sent.get, ("decision", "meaning", "reason")))
        for one in _request(asking).decisions
    )


PAGE = Page("approval", "Approval", ApprovalPage, read, ("request",))
DECIDE = Action("decide-approval", decide, Permission.DECIDE_APPROVAL, PAGE)
