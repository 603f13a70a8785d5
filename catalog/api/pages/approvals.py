"""Requests for approval: a list of them, and the form that asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalog.access.permissions import Permission
from catalog.access.rules import is_permitted
from catalog.api.http import reports
from catalog.api.http.ledger import LARGEST
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to, reference
from catalog.api.pages.page import Action, Context, Page
from catalog.api.pages.questions import Word, command, query
from catalog.api.pages.recording import midnight, submit
from catalog.approvals.model import Approval, ApprovalFilter
from catalog.approvals.queries import list_approvals
from catalog.approvals.states import ApprovalState
from catalog.errors import AskerError
from catalog.hidden import count_hidden
from catalog.reading import AsOf
from graph_schema.identity import label_of
from graph_schema.nodes import Approval as ApprovalNode
from graph_schema.vocabulary.words import ApprovalKind
from reports.kinds import DATASET_DOSSIER, MODEL_DOSSIER, REPORTS

_FIRST: Final = 25
_NAMED: Final = {"ModelVersion": "model_version", "Snapshot": "snapshot", "Dataset": "dataset"}
_SUBJECTS: Final = tuple(_NAMED)
_DOSSIERS: Final = {"ModelVersion": MODEL_DOSSIER.name, "Dataset": DATASET_DOSSIER.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalsPage(Context):
    """What the list of requests shows; with a subject, those of it, and the form that asks for one more."""

    approvals: tuple[Approval, ...]
    total: int
    after: int | None
    names: Mapping[str, Link]
    state: str
    of: Link | None
    may_request: bool
    has_dossier: bool
    """Whether a request of it can be made with its dossier."""
    states: tuple[ApprovalState, ...] = tuple(ApprovalState)
    kinds: tuple[ApprovalKind, ...] = tuple(ApprovalKind)


def read(asking: Asking) -> ApprovalsPage:
    """Read a page of requests; raises SenderError 422 for a state that there is none of."""
    view = asking.view
    state = asking.member("state", ApprovalState, ApprovalState.REQUESTED) if asking.text("state") else None
    of = asking.identifier(_SUBJECTS) if asking.text("id") else None
    after = asking.number("after", LARGEST, 0, LARGEST)
    wanted = ApprovalFilter(subjects=(of,) if of else (), states=(state,) if state else ())
    if of is None:
        count_hidden(view, ApprovalNode.__name__)
    page = list_approvals(view, wanted, first=_FIRST, after=None if after == LARGEST else after)
    names = links_to(view, {one.subject for one in page.approvals} | ({of} if of else set()))
    if of is not None and of not in names:
        raise AskerError(NOT_THERE)
    return ApprovalsPage(
        title="Approvals",
        graphql=query(
            "approvals",
            {
                "filter": {"states": [Word(state.value)] if state else None, "subjects": [of] if of else None}
                if state or of
                else None,
                "first": _FIRST,
            },
            "{ totalCount nodes { request state useCase } }",
            view.as_of,
        ),
        command=command(
            "approvals",
            "list",
            *(["--of", of] if of else []),
            *(["--state", state.value.lower()] if state else []),
            as_of=view.as_of,
        ),
        approvals=page.approvals,
        total=page.total,
        after=page.approvals[-1].request if page.more else None,
        names=names,
        state=state.value if state else "",
        of=names[of] if of else None,
        may_request=is_permitted(asking.actor, Permission.REQUEST_APPROVAL),
        has_dossier=of is not None and label_of(of) in _DOSSIERS,
    )


def request(asking: Asking) -> str:
    """Ask for an approval of a model version, snapshot or dataset, where that is wished with its dossier of now."""
    identifier = asking.identifier(_SUBJECTS)
    known = asking.view.nodes([identifier]).get(identifier)
    if known is None:
        raise AskerError(NOT_THERE)
    expires = asking.text("expires_at")
    report = _DOSSIERS.get(label_of(identifier)) if asking.text("with_dossier") else None
    shown = {} if report is None else {"dossier": _issued(asking, report, identifier)}
    entry = submit(
        asking,
        {
            "kind": "request_approval",
            "subject": {_NAMED[label_of(identifier)]: reference(known.node)},
            "approval_kind": asking.text("approval_kind"),
            "use_case": asking.text("use_case"),
            "reason": asking.text("reason"),
            **({"expires_at": midnight(expires)} if expires else {}),
            **shown,
        },
    )
    return f"approval?request={entry}"


def _issued(asking: Asking, report: str, identifier: str) -> int:
    """Issue a report to whoever asks, and return the entry that says so."""
    _, _, entry = reports.issue(asking.services, asking.actor, REPORTS[report], identifier, "json", AsOf())
    return entry


PAGE = Page("approvals", "Approvals", ApprovalsPage, read, ("id", "state", "after"))
REQUEST = Action("request-approval", request, Permission.REQUEST_APPROVAL, PAGE)
