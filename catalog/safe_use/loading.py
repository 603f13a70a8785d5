"""From a view to what is known of datasets, as far as it depends on that whether they are safe for a use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple, Self

from catalog.approvals.ethics import ethics_approvals
from catalog.assets import queries as assets
from catalog.assets.folds import aspects_in_force
from catalog.assets.model import AspectInForce
from catalog.assets.naming import full_name, name_of
from catalog.assets.sources import inherited
from catalog.findings.queries import findings_on
from catalog.findings.rules import FindingState
from catalog.graph_memo import as_it_stands, each_as_it_stands
from catalog.labels.queries import labels
from catalog.labels.taint.answers import EffectiveLabel, EffectiveLabels
from catalog.labels.taint.queries import effective_labels
from catalog.lineage.model import Direction
from catalog.reading import Complete, Truncated
from catalog.safe_use.model import Known, Outcome, Permitted, Present, Stated, Wrong
from catalog.use.answers import MayUse
from catalog.use.closure import BUDGET, Closure, closure
from catalog.use.model import Decision, UseQuestion
from catalog.use.queries import UseJudge
from catalog.view import View
from graph_schema.aspects.safe_use import SafeUse
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, Node

AT_ONCE: Final = 50
"""So many datasets are looked at together."""
_FEW: Final = 16
"""About so many of what others were made of are looked at again where one of them changed."""
_SUPPLY: Final = ("source", "source_system")
"""What tells which source supplies a dataset."""
_MOST_BEFORE: Final = BUDGET
"""How many datasets those judged together may have been made of before it is given up to look through them."""
Walked = Callable[[Collection[str]], Closure | None]
"""Gives all that some datasets were made of, taken together, None where nobody walked there."""


class _Described(NamedTuple):
    """What is recorded of a dataset of what its safety depends on."""

    id: str
    namespace: str
    name: str
    state: AspectInForce[Any] | None
    zone: AspectInForce[Any] | None
    phi: AspectInForce[Any] | None

    @classmethod
    def of(cls, node: Node, held: Mapping[str, AspectInForce[Any]]) -> Self:
        """Return what aspects in force come to."""
        namespace, name = node.key
        state, zone, phi = (held.get(aspect) for aspect in ("deidentification_state", "zone", "phi_category"))
        return cls(node.id, namespace, name, state, zone, phi)


class Case(NamedTuple):
    """A dataset that was asked for, the id it has itself, and what is known of it."""

    asked: str
    dataset: str
    known: Known


def known(
    view: View,
    datasets: Sequence[str],
    states: Mapping[str, Sequence[str]] | None = None,
    effective: Mapping[str, EffectiveLabels] | None = None,
    walked: Walked = lambda _: None,
) -> dict[str, Known]:
    """Return what is known of each dataset, as far as its safety depends on it, but what use is permitted and what is
    wrong with it; one that is not known is absent.

    `states` are the snapshots of datasets that are meant of these: a column that came after all of them is in none.
    `effective` are labels that whoever asks has read already, `walked` gives what he walked to.
    """
    found = described(view, datasets, states or {}, effective, walked)
    return {identifier: one.known for identifier, one in found.items()}


def cases(view: View, datasets: Sequence[str]) -> dict[str, Case]:
    """Return what is known of each dataset, in bulk, but what use is permitted."""
    found = described(view, datasets, {})
    return {one.asked: one for one in with_findings(view, found.values())}


def with_findings(view: View, some: Collection[Case]) -> Iterator[Case]:
    """Return them with what is wrong with each and accepted by nobody."""
    found = _findings(view, {one.dataset for one in some}) if some else {}
    return (one._replace(known=replace(one.known, findings=found[one.dataset])) for one in some)


def described(
    view: View,
    datasets: Sequence[str],
    states: Mapping[str, Sequence[str]],
    effective: Mapping[str, EffectiveLabels] | None = None,
    walked: Walked = lambda _: None,
) -> Mapping[str, Case]:
    """Return the same of each, by the id that it was asked by, with the id that it has itself; see `known`."""
    given = effective or {}
    if len(datasets) > AT_ONCE:
        return _read(view, datasets, states, given, walked)
    meant = {one: tuple(some) for one, some in states.items()}
    return as_it_stands(
        described,
        view,
        lambda view: _read(view, datasets, meant, given, walked),
        (tuple(datasets), frozenset(meant.items()), frozenset(given.items())),
        lasts=lambda found: all(one.known.unseen is None for one in found.values()),
    )


def _read(
    view: View,
    datasets: Sequence[str],
    states: Mapping[str, Sequence[str]],
    effective: Mapping[str, EffectiveLabels],
    walked: Walked,
) -> dict[str, Case]:
    records = _recorded_of(view, [one for one in dict.fromkeys(datasets) if label_of(one) == Dataset.__name__])
    held, unseen = _labels(view, records, states, effective, walked)
    return {
        identifier: Case(
            identifier,
            record.id,
            Known(
                state=_stated(record.state),
                zone=_stated(record.zone),
                classified=None if record.phi is None else record.phi.entry,
                labels=held[identifier],
                unseen=unseen.get(identifier),
            ),
        )
        for identifier, record in records.items()
    }


def _recorded_of(view: View, datasets: Sequence[str]) -> dict[str, _Described]:
    """Return what is recorded of each dataset under any name, by itself or by its source, as far as it is asked for."""
    named = assets.named_datasets(view, datasets)
    held = aspects_in_force(view, list(named), aspects=("deidentification_state", "zone", "phi_category", *_SUPPLY))
    by_source = inherited(view, held)
    return {
        one: _Described.of(each.node, {**held.get(one, {}), **by_source.get(one, {})}) for one, each in named.items()
    }


def _stated(held: AspectInForce[Any] | None) -> Stated | None:
    return None if held is None else Stated(held.value, held.entry)


def _labels(
    view: View,
    records: Mapping[str, _Described],
    states: Mapping[str, Sequence[str]],
    given: Mapping[str, EffectiveLabels],
    walked: Walked,
) -> tuple[dict[str, tuple[Present, ...]], dict[str, str]]:
    """Return the kinds of PHI in each dataset, or in these states of it, and where not all behind it was seen.

    They are its effective labels and what its owner declares. What an owner declares of something that it was made of
    counts where nothing there is labelled so: of that no flow can tell whether it came along.
    """
    whole = view.unredacted
    before, cut = _before(whole, {identifier: record.id for identifier, record in records.items()}, walked)
    unseen = dict(cut)
    own_ids = [record.id for record in records.values()]
    every = sorted({*own_ids, *frozenset[str]().union(*before.values())})
    meant = {identifier: states.get(identifier) or (record.id,) for identifier, record in records.items()}
    seen = view.visible(every)
    wanted = {one for some in meant.values() for one in some}
    effective = {one: given[one] for one in wanted & given.keys()}
    effective |= effective_labels(view, sorted(wanted - given.keys()))
    # Of what it was made of only what an owner declares of PHI is looked at, and of origins what they are called.
    declared = each_as_it_stands(_classified, whole, _classified, every, _FEW)
    labelled = each_as_it_stands(labels, whole, labels, own_ids, _FEW)
    ways = (one.way for found in effective.values() for one in found.labels if one.way is not None)
    called = assets.named_datasets(whole, sorted({way.origin for way in ways} & set(every)))
    origins = {id_: name_of(one.node) for id_, one in called.items() if id_ in seen}
    found: dict[str, tuple[Present, ...]] = {}
    for identifier, record in records.items():
        held = [effective[one] for one in meant[identifier] if one in effective]
        later = frozenset.intersection(*(one.later for one in held)) if held else frozenset()
        own = [
            Present(one.kind, full_name(record), (one.tag.entry,), one.column)
            for one in labelled.get(record.id, ())
            if one.present and one.column not in later
        ]
        own += _declared(record, {one.kind for one in own})
        for flowed in held:
            if isinstance(flowed.completeness, Truncated):
                unseen[identifier] = "It was made of more than was looked through for labels."
            known = {one.kind for one in own}
            own += [_flowed(record, one, origins) for one in flowed.labels if one.kind not in known]
        found[identifier] = tuple(own)
    for identifier, of_others in _declared_behind(whole, declared, before, found, seen).items():
        found[identifier] += of_others
    return found, unseen


def _declared_behind(
    view: View,
    declared: Mapping[str, _Described],
    before: Mapping[str, Collection[str]],
    known: Mapping[str, Sequence[Present]],
    seen: Collection[str],
) -> dict[str, tuple[Present, ...]]:
    """Return the kinds of PHI that owners declare of what each dataset was made of, but those that are known to be in
    it, and those by which anything there is labelled; of what may not be `seen`, that they are.

    How something is labelled is asked of what is declared to hold what is not known: else every run that says again
    what columns it has would be looked at.
    """
    holding = {one: frozenset(of.phi.value) for one, of in declared.items() if of.phi is not None and of.phi.value}
    new: dict[str, dict[str, frozenset[str]]] = {}
    for identifier, present in known.items():
        kinds = {one.kind for one in present}
        new[identifier] = {
            one: kinds_of for one in before[identifier] if (kinds_of := holding.get(one)) and not kinds_of <= kinds
        }
    asked = sorted(frozenset[str]().union(*new.values()))
    labelled = each_as_it_stands(_kinds, view, _kinds, asked, _FEW)
    found = {}
    for identifier, of in new.items():
        kinds = {one.kind for one in known[identifier]}
        upstream: dict[str, Present] = {}
        for above in sorted(of):
            for one in _declared(declared[above], kinds.union(labelled.get(above, ()))):
                shown = one if above in seen else Present(one.kind, _HIDDEN, ())
                upstream.setdefault(one.kind, replace(shown, upstream=True))
        found[identifier] = tuple(upstream[kind] for kind in sorted(upstream))
    return found


def _classified(view: View, datasets: Sequence[str]) -> dict[str, _Described]:
    """Return those of the datasets of which an owner declares which PHI they hold: of themselves or of their source."""
    held = aspects_in_force(view, datasets, aspects=("phi_category", *_SUPPLY))
    by_source = inherited(view, held)
    stated = {one: {**of, **by_source.get(one, {})} for one, of in held.items()}
    named = assets.named_datasets(view, [one for one in datasets if "phi_category" in stated.get(one, {})])
    return {one: _Described.of(each.node, stated[one]) for one, each in named.items()}


def _kinds(view: View, datasets: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return by which kinds of PHI each dataset is labelled, whether or not they are in it."""
    return {dataset: frozenset(one.kind for one in some) for dataset, some in labels(view, datasets).items()}


_Before = tuple[dict[str, frozenset[str]], dict[str, str]]


def _before(view: View, datasets: Mapping[str, str], walked: Walked) -> _Before:
    """Return by the ids asked for every dataset that each was ever made of, and where these are too many why not."""
    roots = sorted(set(datasets.values()))
    if (met := walked(roots)) is not None:
        return _met(met, datasets)

    def read(view: View) -> _Before:
        return _met(closure(view, roots, Direction.UPSTREAM, _MOST_BEFORE), datasets)

    return as_it_stands(_before, view, read, tuple(datasets.items()))


def _met(met: Closure, datasets: Mapping[str, str]) -> _Before:
    unseen: dict[str, str] = {}
    into: dict[str, set[str]] = defaultdict(set)
    for edge in met.edges:
        into[edge.target].add(edge.source)
    found: dict[str, frozenset[str]] = {}
    for asked, dataset in datasets.items():
        before, front = {dataset}, [dataset]
        while front:
            new = into[front.pop()] - before
            before |= new
            front += new
        if not met.open.isdisjoint(before):
            unseen[asked] = f"It was made of more than the {len(before)} that were looked through."
        found[asked] = frozenset(one for one in before if label_of(one) == Dataset.__name__) - {dataset, asked}
    return found, unseen


def _declared(record: _Described, but: Collection[str]) -> list[Present]:
    """Return the kinds of PHI that the owner declares, without these."""
    held = record.phi
    if held is None:
        return []
    return [Present(kind, full_name(record), (held.entry,)) for kind in held.value if kind not in but]


def _flowed(record: _Described, label: EffectiveLabel, origins: Mapping[str, str]) -> Present:
    """Return a label that flowed in, with where it came from and every entry on its way."""
    way = label.way
    if way is None:
        return Present(label.kind, full_name(record), label.entries)
    column = way.origin_column if way.origin in origins else None
    return Present(label.kind, full_name(record), way.every_entry, column, origins.get(way.origin, _HIDDEN))


_HIDDEN: Final = "something that is not shown"


def with_uses(view: View, one: Case, asked: SafeUse, use: UseJudge) -> Case:
    """Return it with what each purpose comes to, at the time of the view, with nothing said of who asks."""
    uses = {
        purpose: permitted(
            use.may(one.dataset, UseQuestion(purpose=purpose, date=view.moment), ethics=ethics_approvals)
        )
        for purpose in asked.purposes
    }
    return one._replace(known=replace(one.known, uses=uses))


def permitted(found: MayUse) -> Permitted:
    """Return what a question of permitted use comes to as a condition, in words."""
    verdict = found.verdict
    texts = dict.fromkeys(reason.text for one in verdict.deciding for reason in one.reasons)
    refrains: dict[str, set[int]] = {}
    for one in verdict.judgements:
        for code in one.refrains:
            refrains.setdefault(code, set()).update(() if one.statement is None else one.statement.cites)
    is_whole = isinstance(found.permitted.completeness, Complete)
    return Permitted(
        _OUTCOMES[verdict.decision],
        " ".join(texts) or "It is permitted.",
        found.entries,
        {code: tuple(sorted(entries)) for code, entries in refrains.items()} if is_whole else None,
    )


_OUTCOMES: Final = {
    Decision.PERMIT: Outcome.PASS,
    Decision.ABSTAIN: Outcome.UNKNOWN,
    Decision.DENY: Outcome.FAIL,
}


def _findings(view: View, datasets: Collection[str]) -> dict[str, tuple[Wrong, ...]]:
    """Return what is wrong with each dataset and accepted by nobody, in the order of findings."""
    found = findings_on(view.unredacted, sorted(datasets))
    return {
        identifier: tuple(
            Wrong(one.rule.label, one.rule.severity.value, one.entries)
            for one in found.get(identifier, ())
            if one.state in COUNTED
        )
        for identifier in datasets
    }


COUNTED: Final = frozenset({FindingState.OPEN, FindingState.ACKNOWLEDGED})
