"""What a version was measured on: locked before training, apart from it, split by subject, and with which figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from catalog.findings.separation import Apartness
from catalog.gate.inputs import verified_snapshot
from catalog.gate.model import Case, Criterion, Reason, Requirements
from catalog.gate.open_findings import found_in
from catalog.gate.reasons import FAIL, PASS, UNKNOWN, UNREGISTERED, count, day
from graph_schema.aspects.models import Metric
from graph_schema.vocabulary.words import GateCheckName
from reports.naming import counted


def evaluation_locked(case: Case, asked: Requirements) -> Iterator[Reason]:
    """Yield whether the evaluation data was sealed and locked before training began, and is as it was."""
    training = case.training
    registration = training.registration
    if registration is None:
        yield UNREGISTERED
        return
    if not registration.evaluated_on:
        yield Reason(UNKNOWN, "No evaluation data is recorded.", (registration.entry,))
    began = training.began_at
    if began is None:
        yield Reason(UNKNOWN, "When training began is not recorded.", (registration.entry,))
    for use in registration.evaluated_on:
        found, name = training.snapshots.get(use.snapshot), training.name(use.dataset)
        if found is None or not found.seals:
            yield Reason(UNKNOWN, f"The evaluation snapshot of {name} is not sealed.", (registration.entry,))
            continue
        locks = [seal for seal in found.seals if seal.locked]
        if not locks:
            yield Reason(FAIL, f"The evaluation snapshot of {name} is not locked.", (found.seals[-1].entry,))
        elif began is not None and locks[0].sealed_at > began:
            text = f"The evaluation snapshot of {name} was locked on {day(locks[0].sealed_at)}, after training began."
            yield Reason(FAIL, text, (locks[0].entry,))
        else:
            yield verified_snapshot(found, name, case.moment, asked.verified_within_days)
            times = counted(case.evaluations, "model version")
            text = f"The evaluation snapshot of {name} was locked before training; {times} measured on it."
            yield Reason(PASS, text, (locks[0].entry,))
    yield from found_in(case, asked, GateCheckName.EVALUATION_LOCKED)


def evaluation_apart(case: Case, asked: Requirements) -> Iterator[Reason]:
    """Yield whether training and evaluation are of different data."""
    found = case.separation
    if found is None:
        yield Reason(UNKNOWN, "Training or evaluation data is not named, so that they cannot be compared.")
    else:
        yield Reason(_APART[found.result], found.text, found.entries)
    for one in case.shared:
        if one.of_each_other:
            yield Reason(FAIL, one.text, tuple(sorted(one.entries)))
    yield from found_in(case, asked, GateCheckName.EVALUATION_APART)


_APART: Final = {Apartness.APART: PASS, Apartness.OVERLAP: FAIL, Apartness.UNKNOWN: UNKNOWN}


def evaluation_split(case: Case, _: Requirements) -> Iterator[Reason]:
    """Yield whether training and evaluation are of different subjects."""
    if case.split is None or case.split.apart is None:
        for one in case.shared:
            if not one.of_each_other:
                yield Reason(UNKNOWN, one.text, tuple(sorted(one.entries)))
    if case.split is None:
        yield Reason(UNKNOWN, "No split by subject is recorded: whether a person is in both is not known.")
    else:
        apart = case.split.apart
        yield Reason(UNKNOWN if apart is None else PASS if apart else FAIL, case.split.text, case.split.entries)


def metrics(case: Case, asked: Requirements) -> Iterator[Reason]:
    """Yield whether figures were measured on evaluation data, and are as was asked before."""
    registration = case.training.registration
    if registration is None:
        yield UNREGISTERED
        return
    entries = (registration.entry,)
    measured = [one for one in registration.metrics if not _is_of_training(one)]
    if not measured or not registration.evaluated_on:
        yield Reason(UNKNOWN, "Nothing was measured on evaluation data.", entries)
        return
    for criterion in asked.metrics:
        yield from _criterion(criterion, measured, case, entries)
    yield Reason(PASS, f"{count(len(measured), 'figure')} measured on the evaluation data.", entries)


def _criterion(
    criterion: Criterion, measured: Sequence[Metric], case: Case, entries: tuple[int, ...]
) -> Iterator[Reason]:
    name = criterion.name if criterion.split is None else f"{criterion.name} on {criterion.split}"
    figures = [one for one in measured if one.name == criterion.name and criterion.split in {None, one.split}]
    if not figures:
        yield Reason(UNKNOWN, f"{name} was not measured.", entries)
    for one in figures:
        value = Decimal(one.value)
        if criterion.least is not None and value < criterion.least:
            yield Reason(FAIL, f"{name} is {one.value}, and has to be at least {criterion.least}.", entries)
        if criterion.most is not None and value > criterion.most:
            yield Reason(FAIL, f"{name} is {one.value}, and may be at most {criterion.most}.", entries)
    if criterion not in case.criteria_then:
        text = f"What is asked of {name} was not recorded before it was measured."
        since = () if case.policies.entry is None else (case.policies.entry,)
        yield Reason(UNKNOWN, text, since)


def _is_of_training(metric: Metric) -> bool:
    """Tell whether a figure was measured on the training data."""
    return metric.split is not None and metric.split.casefold() in {"train", "training"}
