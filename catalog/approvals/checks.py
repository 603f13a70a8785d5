"""What is refused of requests, decisions and delegations, each with what would be right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from catalog.approvals.persons import Delegation, one_with
from catalog.approvals.states import ApprovalState
from catalog.errors import AskerError, SenderError
from graph_schema.aspects.approvals import IrbDetermination, SignIn
from graph_schema.times import format_time
from graph_schema.vocabulary.words import PrincipalRole


def check_decider(requested_by: str, decides: str) -> None:
    """Raise AskerError 403 where the requester would decide: not by another key of the same principal either."""
    if requested_by == decides:
        raise AskerError("Whoever asks for an approval cannot decide on it; another principal has to.", status=403)


def check_granted(approval_kind: str, roles: frozenset[str], granted: frozenset[str], *, authenticated: bool) -> None:
    """Raise AskerError 403 unless the decider is authenticated, no emitter, and was granted this kind of approval."""
    if not authenticated:
        raise AskerError(
            "The local principal decides on nothing: nobody proved who it is. An approver with a key decides, made by"
            f" `lineward key create NAME --role approver --approves {approval_kind.lower()}`.",
            status=403,
        )
    if PrincipalRole.EMITTER in roles:
        raise AskerError("An emitter decides on no approval; a principal without that role has to.", status=403)
    if approval_kind not in granted:
        raise AskerError(
            f"{approval_kind} approvals were not granted to this principal to decide on: another principal with the"
            " role admin grants them by a define_principal record that names them in approves.",
            status=403,
        )


def check_name(sent: str | None, defined: str) -> None:
    """Raise SenderError 422 where a decision would be signed with another name than the one defined of its signer."""
    if sent is not None and sent != defined:
        raise SenderError(
            f"A decision is signed with the name that the catalog has of whoever decides, and that is {defined}: leave"
            " printed_name out, or have an admin correct display_name by a define_principal record first.",
            pointer="/signer/printed_name",
            status=422,
        )


def check_open(state: ApprovalState, *, denied_oneself: bool = False) -> None:
    """Raise SenderError 422 where nothing can be decided any more; whoever denied may decide anew."""
    if state is ApprovalState.DENIED and not denied_oneself:
        raise SenderError(
            "The request was denied: whoever denied it can decide anew. Once something changed, ask by a new request.",
            pointer="/request",
            status=422,
        )
    if state is ApprovalState.LAPSED:
        raise SenderError(
            "Nobody ratified the emergency approval within 72 hours; ask again by a new request.",
            pointer="/request",
            status=422,
        )
    if state is ApprovalState.EXPIRED:
        raise SenderError("The request has expired; ask again by a new request.", pointer="/request", status=422)
    if state is ApprovalState.INVALIDATED:
        raise SenderError(
            "What the request binds has changed since; ask again by a new request.", pointer="/request", status=422
        )


def check_depends_on(states: Mapping[int, ApprovalState | None]) -> None:
    """Raise SenderError 422 where an approval that a request would rest on is not in force; None is no request."""
    for place, (index, state) in enumerate(states.items()):
        if state is not ApprovalState.APPROVED:
            is_ = "no request for approval" if state is None else f"{state.value.lower()}, not approved"
            raise SenderError(
                f"depends_on names requests whose approvals are in force; #{index} is {is_}.",
                pointer=f"/depends_on/{place}",
                status=422,
            )


def check_one_person(requested_by: str, decides: str, same: Mapping[str, str], holding: Sequence[Delegation]) -> None:
    """Raise AskerError 403 where whoever decides is one person with whoever asked: by a record, or by a delegation."""
    if requested_by in one_with(decides, same, holding):
        raise AskerError(
            "Whoever decides is one person with whoever asked, by a record or by a delegation between them; another"
            " person has to.",
            status=403,
        )


def check_delegation(actor: str, to: str, kinds: frozenset[str], own: frozenset[str], *, authenticated: bool) -> None:
    """Raise 403 or 422 where somebody would hand on what is not their own, or hand it to themselves."""
    if not authenticated:
        raise AskerError("The local principal delegates nothing: nobody proved who it is.", status=403)
    if actor == to:
        raise SenderError("to is another principal.", pointer="/to", status=422)
    foreign = sorted(kinds - own)
    if foreign:
        raise AskerError(
            f"Only whom a kind of approval was granted to delegates it, and {', '.join(foreign)} was not granted to"
            " this principal: what was delegated is not passed on.",
            status=403,
        )


def check_no_loop(actor: str, to: str, kind: str, holding: Iterable[Delegation]) -> None:
    """Raise SenderError 422 where who is to decide lets the actor decide on the kind, directly or through others."""
    lets: dict[str, set[str]] = defaultdict(set)
    for one in holding:
        lets[one.of].add(one.to)
    found, front = {to}, [to]
    while front:
        new = lets[front.pop()] - found
        found |= new
        front += new
    if actor in found:
        raise SenderError(
            f"{to} lets whoever records this decide on {kind} approvals already, directly or through others. In a"
            " circle all are one person: end that delegation first.",
            pointer="/to",
            status=422,
        )


def check_not_retired(retired: tuple[int, int] | None, pointer: str) -> None:
    """Raise SenderError 422 where a version is out of use: since when, by which entry."""
    if retired is not None:
        since, entry = retired
        raise SenderError(
            f"This version is retired since {format_time(since)}, by entry {entry}: nothing is to be decided on it. Ask"
            " for another version.",
            pointer=pointer,
            status=422,
        )


def check_not_deleted(deleted: tuple[int, int] | None, pointer: str) -> None:
    """Raise SenderError 422 where a snapshot's bytes were deleted: when, by which entry."""
    if deleted is not None:
        at, entry = deleted
        raise SenderError(
            f"The bytes of this snapshot were deleted on {format_time(at)}, by entry {entry}: nothing is to be decided"
            " on it. Seal what is there and ask for that.",
            pointer=pointer,
            status=422,
        )


def check_condition(condition: str, required: Iterable[str]) -> None:
    """Raise SenderError 422 where no decision requires the condition."""
    if condition not in required:
        raise SenderError(
            "No decision on this request requires such a condition: give it word for word.",
            pointer="/text",
            status=422,
        )


def check_emergency(needed: int, *, emergency: bool) -> None:
    """Raise SenderError 422 where an emergency asks for several persons at once: the others ratify."""
    if emergency and needed > 1:
        raise SenderError(
            "An emergency needs one person; a second one ratifies within 72 hours: leave needed out.",
            pointer="/needed",
            status=422,
        )


def check_not_denied(denied: Mapping[int, int]) -> None:
    """Raise SenderError 422 where a denial of the same kind, of the same digests, stands: by request, its decision."""
    for request, decision in sorted(denied.items()):
        raise SenderError(
            f"Request #{request} of this kind for the very same was denied by decision #{decision}, and that stands"
            " until whoever denied it decides anew; ask again once something has changed.",
            pointer="/approval_kind",
            status=422,
        )


def check_irb(kind: str, decision: str, irb: IrbDetermination | None) -> None:
    """Raise SenderError 422 where an approval of an ethics board does not say what it determined, or another does."""
    if irb is not None and kind != "IRB":
        raise SenderError("irb belongs to a decision on an IRB approval; leave it out.", pointer="/irb", status=422)
    if kind != "IRB" or decision != "APPROVE":
        return
    if irb is None:
        raise SenderError(
            "An IRB approval says in irb its determination and protocol (45 CFR 46, 21 CFR 56).",
            pointer="/irb",
            status=422,
        )
    if irb.determination in {"FULL", "EXPEDITED"} and irb.continuing_review is None:
        raise SenderError(
            "A FULL or EXPEDITED review says when it is to be reviewed again.",
            pointer="/irb/continuing_review",
            status=422,
        )
    if (irb.determination == "WAIVER") != (irb.waiver is not None):
        raise SenderError(
            "A WAIVER says in waiver what 45 CFR 164.512(i)(2) wants; no other determination does.",
            pointer="/irb/waiver",
            status=422,
        )


def check_sign_in(sign_in: SignIn | None, now: int, *, first: bool) -> None:
    """Raise SenderError 422 where the first signature under a sign-in lacks a component: 21 CFR 11.200(a)(1)(i)."""
    if sign_in is None:
        return
    if sign_in.at > now:
        raise SenderError("sign_in.at has passed; this one lies ahead.", pointer="/sign_in/at", status=422)
    if first and len(sign_in.components) < 2:  # noqa: PLR2004  as the regulation counts
        raise SenderError(
            "The first signature under a sign-in has two components, such as a name and a password.",
            pointer="/sign_in/components",
            status=422,
        )


def check_expiry(expires_at: int | None, now: int) -> None:
    """Raise SenderError 422 where an expiry does not lie ahead."""
    if expires_at is not None and expires_at <= now:
        raise SenderError("expires_at lies ahead; this one has passed.", pointer="/expires_at", status=422)
