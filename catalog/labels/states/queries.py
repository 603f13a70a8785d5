"""How far identifiers are gone from datasets, at one point and by one law."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from catalog.assets.folds import aspects_in_force
from catalog.labels.code_keys import code_keys
from catalog.labels.queries import attestations_by_id
from catalog.labels.states.model import CodedBy, Declared, EffectiveState, HeldLabel, Regime
from catalog.labels.states.rules import effective
from catalog.labels.taint.answers import EffectiveLabels, EffectiveOrigin
from catalog.labels.taint.queries import effective_labels
from catalog.names.loading import Names
from catalog.reading import Complete
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.vocabulary.words import DeidentificationState, Technique

ASPECT: Final[Mapping[Regime, str]] = {Regime.HIPAA: "deidentification_state", Regime.GDPR: "gdpr_state"}
"""Under which aspect the state is declared by each law."""
_CODES: Final = frozenset({Technique.RANDOM_CODE, Technique.DERIVED_CODE, Technique.ENCRYPTED})
"""What puts a code in the place of an identifier, which a key leads back to."""


class Asked(NamedTuple):
    """A dataset, by which law its state is asked for, and who is to have it, where that is said."""

    dataset: str
    regime: Regime
    recipient: str | None = None


def effective_states(view: View, asked: Sequence[Asked]) -> dict[Asked, EffectiveState]:
    """Return what is asked for of each; what is no dataset, or not known, is absent."""
    view = view.remembering
    together: dict[tuple[Regime, str | None], list[str]] = defaultdict(list)
    for one in dict.fromkeys(asked):
        if label_of(one.dataset) == "Dataset":
            together[one.regime, one.recipient].append(one.dataset)
    return {
        Asked(dataset, regime, recipient): found
        for (regime, recipient), datasets in together.items()
        for dataset, found in _states(view, datasets, regime, recipient).items()
    }


def _states(view: View, datasets: Sequence[str], regime: Regime, recipient: str | None) -> dict[str, EffectiveState]:
    labels = effective_labels(view, datasets, recipient=recipient)
    held = aspects_in_force(view, list(labels), aspects=(ASPECT[regime],)) if labels else {}
    coded = _coded(view, labels) if regime is Regime.GDPR else {}
    found = {}
    for one, of in labels.items():
        stated = held.get(one, {}).get(ASPECT[regime])
        declared = None if stated is None else Declared(DeidentificationState(str(stated.value)), stated.entry)
        unseen = None if isinstance(of.completeness, Complete) else "Not all that it was made of could be looked at."
        state, because = effective(regime, declared, _held(of), coded.get(one, ()), recipient=recipient, unseen=unseen)
        entries = view.cite(*{entry for reason in because for entry in reason.entries})
        found[one] = EffectiveState(
            regime, None if declared is None else declared.state, state, because, entries, of.completeness
        )
    return found


def _held(found: EffectiveLabels) -> list[HeldLabel]:
    return [
        HeldLabel(
            one.kind,
            tuple(code.code for code in one.codes),
            one.origin is EffectiveOrigin.SUGGESTED,
            one.entries,
            one.unstated,
        )
        for one in found.labels
    ]


def _coded(view: View, labels: Mapping[str, EffectiveLabels]) -> dict[str, list[CodedBy]]:
    """Return by dataset who holds the keys of codes that stand in it, as is declared of it, and as attestations of
    steps into it say.
    """
    named = {one: of.attested for one, of in labels.items()}
    known = attestations_by_id(view, sorted({each for some in named.values() for each in some}))
    names = Names(view, renamed=True)
    names.load(list(labels))
    keys = [
        (frozenset(key.of), CodedBy(key.holder, key.place, key.entry)) for key in code_keys(view.unredacted).values()
    ]
    declared = {one: [key for of, key in keys if not of.isdisjoint(names.names(one))] for one in labels}
    return {
        one: declared[one]
        + [
            CodedBy(done.key_holder, done.key_place, known[each].entry)
            for each in sorted(some)
            if each in known
            for done in known[each].treatments
            if done.technique in _CODES
        ]
        for one, some in named.items()
    }
