"""What principals record of an approval: that one is asked for, and each decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True, order=True)
class BoundDigest(Part):
    """A digest that a request binds."""

    of: Annotated[str, "What it is of: artifact, snapshot, code, environment, declaration, labels, use."]
    digest: Annotated[str, "The digest, with its algorithm."]


@dataclass(frozen=True, slots=True)
class Request(Part):
    """What is asked for: kind, use case, reason, bound digests, expiry."""

    subject: Annotated[str, "The model version, snapshot or dataset, by id."]
    approval_kind: Annotated[str, "Which kind of approval."]
    use_case: Annotated[str, "What the subject is to be used for."]
    reason: Annotated[str, "Why."]
    digests: Annotated[tuple[BoundDigest, ...], "What exactly the subject was then."]
    expires_at: Annotated[int | None, "When the request ends, in microseconds UTC."] = None
    bound_at: Annotated[int | None, "As of when the digests were taken, in microseconds UTC."] = None
    bound_by: Annotated[int | None, "The last ledger entry that was known then."] = None
    depends_on: Annotated[tuple[int, ...], "The requests whose approvals it rests on, by ledger index."] = ()
    needed: Annotated[int, "How many distinct persons have to approve."] = 1
    emergency: Annotated[bool, "Whether one person's approval holds for 72 hours, until others ratify it."] = False
    dossier: Annotated[int | None, "The entry by which the report was issued that it was asked with."] = None
    dossier_digest: Annotated[str | None, "The digest of that report's content."] = None


@dataclass(frozen=True, slots=True)
class Signer(Part):
    """Whose signature a decision is."""

    printed_name: Annotated[str, "The name as it is printed."]
    time_zone: Annotated[str, "The zone that the signer's local time is shown in."]


@dataclass(frozen=True, slots=True)
class SignIn(Part):
    """How a signer had signed in, as they claim: 21 CFR 11.200(a)(1)."""

    at: Annotated[int, "When, in microseconds UTC."]
    components: Annotated[tuple[str, ...], "By what: the components of the electronic signature."]


@dataclass(frozen=True, slots=True)
class Waiver(Part):
    """What 45 CFR 164.512(i)(2) wants of a waiver of authorization."""

    board: Annotated[str, "Which board approved it."]
    acted_on: Annotated[str, "On which day."]
    criteria: Annotated[str, "That its criteria are satisfied."]
    information: Annotated[str, "The health information for which access is needed."]
    procedure: Annotated[str, "NORMAL or EXPEDITED."]


@dataclass(frozen=True, slots=True)
class IrbDetermination(Part):
    """What an institutional review board determined."""

    determination: Annotated[str, "FULL, EXPEDITED, EXEMPT, NOT_HUMAN_SUBJECTS or WAIVER."]
    protocol: Annotated[str, "The protocol, as the board calls it."]
    continuing_review: Annotated[int | None, "When it is to be reviewed again, in microseconds UTC."] = None
    waiver: Annotated[Waiver | None, "The contents of a waiver of authorization."] = None


@dataclass(frozen=True, slots=True)
class Decision(Part):
    """Approve, deny or abstain, with reason, meaning of signature and signer."""

    decision: Annotated[str, "APPROVE, DENY, ABSTAIN or WITHDRAW."]
    meaning: Annotated[str, "What the signature means, 21 CFR 11.50(a)(3)."]
    reason: Annotated[str, "Why."]
    signer: Annotated[Signer, "Whose signature it is."]
    conditions: Annotated[tuple[str, ...], "What the approval is bound to."]
    signed: Annotated[str, "The digest over all that was signed, 21 CFR 11.70."]
    expires_at: Annotated[int | None, "When the approval ends, in microseconds UTC."] = None
    key_id: Annotated[str | None, "The key that the decider acted under."] = None
    requires: Annotated[tuple[str, ...], "What has to be met on record before the approval holds."] = ()
    interest: Annotated[str | None, "An interest of the decider's own in it, because of which it does not count."] = (
        None
    )
    conflicts: Annotated[tuple[str, ...], "Why it does not count, as the catalog found."] = ()
    sign_in: Annotated[SignIn | None, "How the signer had signed in."] = None
    irb: Annotated[IrbDetermination | None, "What the institutional review board determined."] = None


@dataclass(frozen=True, slots=True)
class ApprovalDelegation(Part):
    """That whoever records it lets the principal decide on kinds of approval in their place, until a time."""

    approval_kinds: Annotated[tuple[str, ...], "On which kinds; none ends what was delegated before."]
    until: Annotated[int, "When it ends, in microseconds UTC."]
    reason: Annotated[str, "Why."]


@dataclass(frozen=True, slots=True)
class ConditionMet(Part):
    """That a condition of an approval is met."""

    text: Annotated[str, "The condition, as the decision has it."]
    evidence: Annotated[str, "What shows that it is met."]
