"""What a verdict of the policies comes to for whoever asked through a caller: values in, decision out."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from catalog.decisions.model import Decided, DecisionRecord, Wanted
from graph_schema.aspects.access import AccessDecision

ERRED = "The policies could not be evaluated: the operator finds why in the log."
NOTHING_PERMITS = "No policy permits this."
NO_POLICIES = "No set of policies is in force."
NOT_THERE = "There is no such thing, or it is not to be seen."
UNKNOWN_PRINCIPAL = "Nobody of this name may act."
NOT_DELEGATED = "No delegation is in force by which this may be done in their place."
LEFT_TO_ROLES = "No policy decides on this: it is left to roles and the gate."
NO_PURPOSE = "Say in context.purpose what for: a code of HL7 PurposeOfUse."


def denied(*reasons: str, policy_set: str | None = None) -> Decided:
    """Return a denial that no policy made."""
    return Decided(allowed=False, reasons=reasons, policy_set=policy_set)


def enforced(found: Decided, enforces: tuple[str, ...]) -> Decided:
    """Return the decision for a caller that keeps whoever is permitted to these obligations alone (AuthZEN X4)."""
    missing = sorted(set(found.obligations) - set(enforces))
    if not found.allowed or not missing:
        return found
    why = f"The caller does not say in context.enforces that it enforces {', '.join(missing)}."
    return replace(found, allowed=False, reasons=(why,))


_CLAIMS: Final = ("purpose", "project", "protocol", "site", "place", "environment", "network")


def is_wanted(one: DecisionRecord, wanted: Wanted) -> bool:
    """Tell whether a decision has what is asked for, its subject, correlation id and time of recording aside."""
    content = one.content
    held = {
        "principal": content.principal,
        "action": content.action,
        "namespace": content.target.namespace,
        "allowed": content.allowed,
        "policy_set": content.policy_set,
        "asked_by": one.asked_by,
        **{name: getattr(content.circumstances, name) for name in _CLAIMS},
    }
    return (
        all(getattr(wanted, name) in {None, value} for name, value in held.items())
        and (wanted.policy is None or wanted.policy in content.policies)
        and (wanted.reason is None or wanted.reason in content.reasons)
        and (wanted.obligation is None or wanted.obligation in content.obligations)
    )


def is_same(recorded: AccessDecision, again: Decided, *, by_other_policies: bool = False) -> bool:
    """Tell whether a decision comes to the same again: by the same policies, for the same reasons.

    By another set of policies it is the same where as much is permitted and asked of the caller, by policies of the
    same names.
    """
    if (recorded.allowed, recorded.policies, recorded.obligations, recorded.refrains) != (
        again.allowed,
        again.policies,
        again.obligations,
        again.refrains,
    ):
        return False
    explained = (recorded.policy_set, recorded.reasons, recorded.awaits) == (
        again.policy_set,
        again.reasons,
        again.awaits,
    )
    return by_other_policies or explained
