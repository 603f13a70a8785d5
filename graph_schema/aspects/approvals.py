"""What principals record of an approval: that one is asked for, and each decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True, order=True)
class BoundDigest(Part):
    """A digest that a request binds."""

    of: Annotated[str, "What it is of: artifact, snapshot, code, environment, declaration."]
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


@dataclass(frozen=True, slots=True)
class Signer(Part):
    """Whose signature a decision is."""

    printed_name: Annotated[str, "The name as it is printed."]
    time_zone: Annotated[str, "The zone that the signer's local time is shown in."]


@dataclass(frozen=True, slots=True)
class Decision(Part):
    """Approve, deny or abstain, with reason, meaning of signature and signer."""

    decision: Annotated[str, "APPROVE, DENY or ABSTAIN."]
    meaning: Annotated[str, "What the signature means, 21 CFR 11.50(a)(3)."]
    reason: Annotated[str, "Why."]
    signer: Annotated[Signer, "Whose signature it is."]
    conditions: Annotated[tuple[str, ...], "What the approval is bound to."]
    signed: Annotated[str, "The digest over all that was signed, 21 CFR 11.70."]
    expires_at: Annotated[int | None, "When the approval ends, in microseconds UTC."] = None
    key_id: Annotated[str | None, "The key that the decider acted under."] = None
