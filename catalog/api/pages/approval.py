"""One request for approval: what it binds, what was decided, and the form that decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.access.permissions import Permission
from catalog.access.rules import is_permitted
from catalog.api.http.ledger import LARGEST
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Action, Context, Page
from catalog.api.pages.questions import command, query
from catalog.api.pages.recording import midnight, submit
from catalog.approvals.model import Approval
from catalog.approvals.queries import approvals
from catalog.errors import AskerError
from graph_schema.nodes import Approval as ApprovalNode
from graph_schema.vocabulary.words import DecisionKind, SignatureMeaning

_ZONE: Final = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPage(Context):
    """What the page of a request shows."""

    approval: Approval
    subject: Link | None
    may_decide: bool
    is_own: bool
    """Whether whoever looks asked for it: who asks does not decide."""
    printed_name: str
    """The name that a decision would be signed with."""
    decisions: tuple[DecisionKind, ...] = tuple(DecisionKind)
    meanings: tuple[SignatureMeaning, ...] = tuple(SignatureMeaning)
    zone: str = _ZONE


def read(asking: Asking) -> ApprovalPage:
    """Read a request by the index of its entry; raises AskerError 404 where there is none."""
    view = asking.view
    identifier = ApprovalNode(str(asking.number("request", 0, 0, LARGEST))).id
    found = approvals(view, [identifier]).get(identifier)
    if found is None:
        raise AskerError(NOT_THERE)
    return ApprovalPage(
        title=f"Request #{found.request}",
        graphql=query(
            "node",
            {"id": identifier},
            "{\n    ... on Approval { state useCase decisions { decision reason } }\n  }",
            view.as_of,
        ),
        command=command("approvals", "show", str(found.request), as_of=view.as_of),
        subjects=(identifier, found.subject),
        approval=found,
        subject=links_to(view, [found.subject]).get(found.subject),
        may_decide=is_permitted(asking.actor, Permission.DECIDE_APPROVAL) and asking.actor.authenticated,
        is_own=found.requested_by == asking.actor.principal,
        printed_name=asking.actor.display_name,
    )


def decide(asking: Asking) -> str:
    """Sign a decision on a request."""
    number = asking.number("request", 0, 0, LARGEST)
    expires = asking.text("expires_at")
    conditions = [line.strip() for line in asking.text("conditions").splitlines() if line.strip()]
    submit(
        asking,
        {
            "kind": "decide_approval",
            "request": number,
            "decision": asking.text("decision"),
            "meaning": asking.text("meaning"),
            "reason": asking.text("reason"),
            "signer": {"time_zone": asking.text("time_zone") or _ZONE},
            **({"conditions": conditions} if conditions else {}),
            **({"expires_at": midnight(expires)} if expires else {}),
        },
    )
    return f"approval?request={number}"


PAGE = Page("approval", "Approval", ApprovalPage, read, ("request",))
DECIDE = Action("decide-approval", decide, Permission.DECIDE_APPROVAL)
