"""What a verdict of the policies comes to for whoever asked through a caller: values in, decision out."""

from __future__ import annotations

from dataclasses import replace

from catalog.decisions.model import Decided

ERRED = "The policies could not be evaluated: the operator finds why in the log."
NOTHING_PERMITS = "No policy permits this."
NO_POLICIES = "No set of policies is in force."
NOT_THERE = "There is no such thing, or it is not to be seen."
UNKNOWN_PRINCIPAL = "Nobody of this name may act."
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
