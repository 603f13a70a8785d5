"""From a View to what the rules about keys, training caches and consents are held to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from catalog.assets import queries as assets
from catalog.assets.folds import DROPPED, aspects_in_force, last_writes
from catalog.assets.model import AspectInForce, AssetState
from catalog.assets.naming import full_name, names_of
from catalog.assets.sources import inherited
from catalog.assets.storage import encrypted_under
from catalog.encryption.queries import encryption_keys
from catalog.findings.estate.datasets import own_records, under_every_name, under_own_name
from catalog.findings.estate.model import ConsentCase, Holder, KeyCase, KeyEndCase, PromotionCase, Start
from catalog.graph_memo import remembered
from catalog.labels.code_keys import code_keys
from catalog.names.loading import Names
from catalog.reading import Complete
from catalog.use.consent import why_consent_is_over
from catalog.use.impact import consent_impact
from catalog.use.model import UseStatement
from catalog.use.queries import use_statements
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import EncryptionKey
from graph_schema.vocabulary.words import RetentionClass, StoragePattern, Zone

_FOR_MANY: Final = frozenset({Zone.CURATED, Zone.FEATURE_STORE})
"""The zones of what is kept to be used by others."""
_GONE: Final = frozenset({AssetState.TOMBSTONED, AssetState.BYTES_GONE, AssetState.GHOST})


def key_cases(view: View, ids: Sequence[str]) -> dict[str, KeyCase]:
    """Return the encryption keys, each with the environment that it is declared for and what it encrypts."""
    known = view.nodes([id_ for id_ in ids if label_of(id_) == EncryptionKey.__name__])
    keys = {id_: each.node.title for id_, each in known.items()}
    if not keys:
        return {}
    declared = {one.id: one for one in encryption_keys(view)}
    uses = encrypted_under(view, sorted(keys.values()))
    names = names_of(view, {use.dataset for some in uses.values() for use in some})
    return {
        id_: KeyCase(
            key,
            (one.scope.environment, Start(one.since, one.entry)) if (one := declared.get(id_)) else None,
            [
                Holder(use.environment, names.get(use.dataset, use.dataset), Start(use.since, use.entry))
                for use in uses.get(key, ())
            ],
        )
        for id_, key in keys.items()
    }


def key_end_cases(view: View, ids: Sequence[str]) -> dict[str, KeyEndCase]:
    """Return the encryption keys that ended or have an end, each with the data that is encrypted under it."""
    known = view.nodes([id_ for id_ in ids if label_of(id_) == EncryptionKey.__name__])
    keys = {id_: each.node.title for id_, each in known.items()}
    if not keys:
        return {}
    ends: dict[str, Start] = {}
    for one in encryption_keys(view):
        if one.id in keys and one.scope.until is not None:
            ends[one.id] = Start(one.scope.until, one.entry)
    declared = {one.id for one in encryption_keys(view)}
    undeclared = sorted(keys.keys() - declared)
    for each in view.statements(undeclared, ("encryption_key",)) if undeclared else ():
        if each.value is None:
            ends[each.subject] = max(Start(each.valid_from, each.entry), ends.get(each.subject, Start(0, -1)))
    uses = encrypted_under(view, sorted(keys[id_] for id_ in ends)) if ends else {}
    there = own_records(view, sorted({use.dataset for some in uses.values() for use in some}))
    return {
        id_: KeyEndCase(
            keys[id_],
            end,
            [
                (full_name(there[use.dataset]), Start(use.since, use.entry))
                for use in uses.get(keys[id_], ())
                if use.dataset in there and there[use.dataset].state not in _GONE
            ],
            view.terms.near_days,
        )
        for id_, end in ends.items()
    }


def code_key_cases(view: View, ids: Sequence[str]) -> dict[str, KeyEndCase]:
    """Return the keys of codes that have an end, each with the data that is coded by it."""
    asked = set(ids)
    keys = {id_: one for id_, one in code_keys(view).items() if id_ in asked and one.until is not None}
    if not keys:
        return {}
    there = own_records(view, sorted({one for key in keys.values() for one in key.of}))
    named = names_of(view, keys)
    return {
        id_: KeyEndCase(
            named.get(id_, id_),
            Start(key.until or 0, key.entry),
            [
                (full_name(there[one]), Start(key.since, key.entry))
                for one in key.of
                if one in there and there[one].state is not AssetState.TOMBSTONED
            ],
            view.terms.near_days,
        )
        for id_, key in keys.items()
    }


def promotion_cases(view: View, ids: Sequence[str]) -> dict[str, PromotionCase]:
    """Return the datasets for many that training caches flow into, or that were one themselves."""
    # Whether one is there yet is read of what runs say; all else is remembered while none says anything new.
    cases, ever_dropped = remembered(_promoted, view, lambda beside: _promoted(beside, ids), tuple(ids))
    last, _ = last_writes(view, ever_dropped, Names(view, renamed=True)) if ever_dropped else ({}, {})
    return {id_: case for id_, case in cases.items() if last.get(id_) != DROPPED}


def _promoted(view: View, ids: Sequence[str]) -> tuple[dict[str, PromotionCase], list[str]]:
    """Return the cases, whether or not the datasets are there, and which of these were ever dropped."""
    every = under_every_name(view, ids)
    names = Names(view, renamed=True)
    names.load(every)
    kept = _kept(view, every)
    caches = {id_ for id_, of in kept.items() if _is_cache(of)}
    into: dict[str, dict[str, Start]] = defaultdict(dict)
    flows = view.flows([name for name in every if names.dataset(name) in caches], "out") if caches else []
    names.load(flow.target for flow in flows)
    for flow in flows:
        source, target = names.dataset(flow.source), names.dataset(flow.target)
        start = Start(flow.valid_from, flow.entry)
        if source != target:
            into[target][source] = min(start, into[target].get(source, start))
    found = kept | _kept(view, sorted(into.keys() - kept.keys()))
    was = _once(names, [id_ for id_, of in kept.items() if _is_for_many(of)])
    promoted = {id_: of["zone"] for id_, of in found.items() if _is_for_many(of) and (id_ in into or id_ in was)}
    titles = names_of(view, {one for id_ in promoted for one in into.get(id_, ())})
    cases = {
        id_: PromotionCase(
            str(zone.value),
            Start(zone.since, zone.entry),
            [(titles.get(each, each), start) for each, start in sorted(into.get(id_, {}).items())],
            was.get(id_),
        )
        for id_, zone in promoted.items()
    }
    dropped = {one.subject for one in names.statements(list(cases), ("was_dropped",))} if cases else set()
    return cases, sorted(dropped)


def _kept(view: View, ids: Sequence[str]) -> dict[str, Mapping[str, AspectInForce[Any]]]:
    """Return in which zone the datasets among the ids are under their own names, and how they are kept."""
    own = under_own_name(view, ids)
    held = aspects_in_force(view, own, aspects=("zone", "retention", "storage_pattern", "source", "source_system"))
    given = inherited(view, held)
    return {id_: {**held.get(id_, {}), **given.get(id_, {})} for id_ in own}


def cached_before(view: View, ids: Sequence[str]) -> list[str]:
    """Return the datasets among the ids, and what flows into them, under every name."""
    datasets = under_every_name(view, ids)
    flows = view.flows(datasets, "in") if datasets else ()
    return under_every_name(view, {*datasets, *(flow.source for flow in flows)})


def _is_cache(of: Mapping[str, AspectInForce[Any]]) -> bool:
    return "zone" in of and of["zone"].value == Zone.TRAINING and _is_local(of)


def _is_for_many(of: Mapping[str, AspectInForce[Any]]) -> bool:
    return "zone" in of and of["zone"].value in _FOR_MANY and not _is_local(of)


def _is_local(of: Mapping[str, AspectInForce[Any]]) -> bool:
    """Tell whether it is kept as scratch, or on the machines of one site alone."""
    scratch = "retention" in of and of["retention"].value.get("policy_class") == RetentionClass.SCRATCH
    return scratch or ("storage_pattern" in of and of["storage_pattern"].value == StoragePattern.FEDERATED_LOCAL)


def _once(names: Names, ids: Sequence[str]) -> dict[str, Start]:
    """Return since when each of the datasets was declared as of training and local, where it ever was both."""
    training: dict[str, Start] = {}
    local: dict[str, Start] = {}
    for one in names.statements(ids, ("zone", "retention", "storage_pattern")) if ids else ():
        value = one.data
        start = Start(one.valid_from, one.entry)
        if one.aspect == "zone" and value == Zone.TRAINING:
            training[one.subject] = min(start, training.get(one.subject, start))
        elif value == StoragePattern.FEDERATED_LOCAL or (
            isinstance(value, dict) and value.get("policy_class") == RetentionClass.SCRATCH
        ):
            local[one.subject] = min(start, local.get(one.subject, start))
    return {id_: max(start, local[id_]) for id_, start in training.items() if id_ in local}


def consent_cases(view: View, ids: Sequence[str]) -> dict[str, ConsentCase]:
    """Return the consents that are over, each with what rests on it and is still there."""
    cases = {}
    for id_, stated in use_statements(view, ids).items():
        over = [one.statement for one in stated if _is_over(one.statement, view.moment)]
        if over:
            case = _resting(view, id_, max(over, key=lambda one: (one.since, one.entry)))
            if case.resting:
                cases[id_] = case
    return cases


def _is_over(statement: UseStatement, moment: int) -> bool:
    ended = statement.until is not None and statement.until <= moment
    return not ended and why_consent_is_over(statement, moment) is not None


def _resting(view: View, id_: str, statement: UseStatement) -> ConsentCase:
    """Return what was made of what a consent is about, and is still there: datasets and model versions."""
    impact = consent_impact(view, id_)
    made = [one for one in impact.touched if one.path and statement.id in one.bound_by]
    datasets = [one.id for one in made if label_of(one.id) == "Dataset"]
    records = assets.datasets(view, datasets) if datasets else {}
    there = {one.id: ("dataset", full_name(one)) for one in records.values() if one.state not in _GONE}
    versions = [one.id for one in made if label_of(one.id) == "ModelVersion"]
    there |= {each: ("model version", name) for each, name in names_of(view, versions).items()}
    entries = {entry for one in made if one.id in there for entry in one.entries}
    ended = statement.withdrawal or statement.consent
    since = statement.since
    if ended is not None:
        since = ended.since if statement.withdrawal or ended.until is None else ended.until
    return ConsentCase(
        statement.id,
        why_consent_is_over(statement, view.moment) or "",
        Start(since, max(statement.cites, default=statement.entry)),
        sorted(there.values()),
        frozenset({*entries, *statement.cites}),
        isinstance(impact.completeness, Complete),
    )
