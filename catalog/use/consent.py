"""Whether the consent that a statement of permitted use rests on holds."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.use.model import Consent, Reason, UseStatement
from catalog.use.reasons import day, deny
from graph_schema.vocabulary.words import ConsentState, WithdrawalEffect


def of_consent(consent: Consent, date: int) -> Iterator[Reason]:
    """Yield why a consent, or its withdrawal, denies what is done at a date."""
    if consent.state is ConsentState.WITHDRAWN:
        if is_retroactive(consent):
            yield deny("Consent was withdrawn, with effect for what was before too.")
        elif consent.since <= date:
            yield deny(f"Consent was withdrawn on {day(consent.since)}.")
    elif date < consent.since:
        yield deny(f"Consent was given on {day(consent.since)}, later.")
    elif consent.until is not None and consent.until <= date:
        yield deny(f"Consent ended on {day(consent.until)}.")


def why_consent_is_over(statement: UseStatement, date: int) -> str | None:
    """Return in a sentence why the consent that a statement rests on holds no longer; None where it does, or will."""
    for consent in (*statement.withdrawals, statement.consent):
        if consent is not None and (consent.state is ConsentState.WITHDRAWN or consent.since <= date):
            for reason in of_consent(consent, date):
                return reason.text
    return None


def is_retroactive(consent: Consent) -> bool:
    """Tell whether a withdrawal acts on what was before it too."""
    return consent.effect is WithdrawalEffect.RETROACTIVE
