"""How far identifiers are gone: values in, decision out. 45 CFR 164.514; GDPR Article 4(5), EDPS v SRB (C-413/23 P)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from catalog.labels.states.model import CodedBy, Declared, HeldLabel, Regime, StateReason
from graph_schema.vocabulary.words import DeidentificationState, PhiKind

WORST_FIRST: Final = (
    DeidentificationState.RAW,
    DeidentificationState.UNKNOWN,
    DeidentificationState.PSEUDONYMIZED,
    DeidentificationState.DE_IDENTIFIED,
    DeidentificationState.AGGREGATED,
)
_HOLDING: Final = {
    PhiKind.DIRECT_IDENTIFIER: (DeidentificationState.RAW, "direct identifiers"),
    PhiKind.CLINICAL_NOTE: (DeidentificationState.RAW, "identifiers in clinical notes"),
    PhiKind.IMAGING_PIXELS: (DeidentificationState.RAW, "identifiers in pixels"),
    PhiKind.QUASI_IDENTIFIER: (DeidentificationState.PSEUDONYMIZED, "quasi-identifiers"),
    PhiKind.OPERATIONAL_LOG: (DeidentificationState.UNKNOWN, "identifiers in logs"),
    PhiKind.DERIVED_FEATURE: (DeidentificationState.UNKNOWN, "what was derived through identifiers"),
}
"""What a kind of PHI that is held makes of the state at best: what is derived may follow from an identifier."""


def effective(
    regime: Regime,
    declared: Declared | None,
    labels: Iterable[HeldLabel],
    coded: Iterable[CodedBy] = (),
    *,
    recipient: str | None = None,
    unseen: str | None = None,
) -> tuple[DeidentificationState, tuple[StateReason, ...]]:
    """Return the worse of what was said and what is held, and each reason that is as bad.

    A state is never inherited: until somebody says it of this very dataset, by this law, it is UNKNOWN. `unseen` says
    what of the labels could not be looked at. Under the GDPR codes are those of a person for whoever can get the key;
    for a `recipient` who is not its holder they count as the holder's alone.
    """
    reasons = [_declared(regime, declared), *_labels(labels)]
    if regime is Regime.GDPR:
        reasons += _keys(coded, recipient)
    if unseen is not None:
        reasons.append(StateReason(DeidentificationState.UNKNOWN, unseen))
    worst = min((one.state for one in reasons), key=WORST_FIRST.index)
    return worst, tuple(one for one in reasons if one.state is worst)


def _declared(regime: Regime, declared: Declared | None) -> StateReason:
    if declared is None:
        text = f"Nobody said of it how far identifiers are gone under {_LAW[regime]}; no state is inherited."
        return StateReason(DeidentificationState.UNKNOWN, text)
    words = declared.state.value.lower().replace("_", "-")
    return StateReason(declared.state, f"It is declared {words} under {_LAW[regime]}.", (declared.entry,))


_LAW: Final = {Regime.HIPAA: "HIPAA", Regime.GDPR: "the GDPR"}


def _labels(labels: Iterable[HeldLabel]) -> Iterator[StateReason]:
    for one in labels:
        state, words = _HOLDING[PhiKind(one.kind)]
        which = f" ({', '.join(one.codes)})" if one.codes else ""
        if one.suggested:
            text = f"It may hold {words}{which}: its schema suggests so, and nobody judged it."
            yield StateReason(DeidentificationState.UNKNOWN, text, one.entries)
        elif not one.codes and state is DeidentificationState.PSEUDONYMIZED:
            text = f"It holds {words}, and nobody said which."
            yield StateReason(DeidentificationState.UNKNOWN, text, one.entries)
        else:
            may = ": no column lineage says that it does not" if one.unstated else ""
            yield StateReason(state, f"It holds {words}{which}{may}.", one.entries)


def _keys(coded: Iterable[CodedBy], recipient: str | None) -> Iterator[StateReason]:
    for one in coded:
        if recipient is None or one.holder is None or one.holder == recipient:
            who = "somebody whom nobody named" if one.holder is None else one.holder
            where = "" if one.place is None else f" at {one.place}"
            text = f"Codes in it stand for persons, and {who} has the key{where}."
            yield StateReason(DeidentificationState.PSEUDONYMIZED, text, (one.entry,))
