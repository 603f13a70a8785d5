"""What each check of the gate comes to, and what they come to together: values in, decision out.

Who decides what is decided elsewhere is asked there: here it is only put together. What would decide a check and is not
recorded leaves it UNKNOWN, and UNKNOWN blocks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, combinations
from typing import Final

from catalog.approvals.states import ApprovalState
from catalog.assets.model import RunState
from catalog.findings.rules import Rule, Severity
from catalog.findings.separation import Apartness
from catalog.gate import operation
from catalog.gate.model import (
    ApprovalNeeded,
    AskedApproval,
    Case,
    Checked,
    Criterion,
    GateOverride,
    OpenFinding,
    Reason,
    Requirements,
    Training,
)
from catalog.reading import Complete, Lagging, Redacted, Truncated
from catalog.releases.model import Registration, SnapshotUse
from catalog.safe_use.model import Outcome
from catalog.safe_use.rules import holds_none_of
from catalog.snapshots.model import SnapshotRecord
from catalog.snapshots.rules import verify_by
from graph_schema.aspects.models import Metric
from graph_schema.times import SECOND, format_time
from graph_schema.vocabulary.words import ChangeStatus, GateCheckName, GateVerdict, PhiKind, VerificationResult, Zone
from reports.naming import alike, counted, gathered, worded

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
_DAY: Final = 86_400 * SECOND
_Judge = Callable[[Case, Requirements], Iterator[Reason]]

DECIDED_BY: Final[Mapping[str, GateCheckName]] = {
    Rule.EVALUATION_APART.name: GateCheckName.EVALUATION_APART,
    Rule.LOCK_KEPT.name: GateCheckName.EVALUATION_LOCKED,
    Rule.PLACE_ALLOWED.name: GateCheckName.RESIDENCY,
    Rule.CONSENT_HOLDS.name: GateCheckName.USE_DEPLOYMENT,
    Rule.APPROVAL_LASTS.name: GateCheckName.APPROVALS,
}
"""The rules whose findings stand in the check that asks the same; those of all others stand in FINDINGS."""


LISTING: Final = frozenset({GateCheckName.INPUT_FEATURES})
"""The checks of which every reason is shown, whatever they come to: each is a feature, and what is done about it."""


def judge(case: Case, asked: Requirements) -> tuple[Checked, ...]:
    """Return what every check comes to, in their order, those that are not required among them."""
    return tuple(_checked(check, asked, list(_JUDGES[check](case, asked))) for check in GateCheckName)


def verdict(checks: Sequence[Checked], excepted: Sequence[GateOverride]) -> GateVerdict:
    """Return what the required checks come to: FAIL before UNKNOWN before PASS, and whether two persons let it pass.

    Nobody lets a version pass that is retired: nothing puts it back in use.
    """
    found = {one.outcome for one in checks if one.required}
    if found <= {PASS} and found:
        return GateVerdict.PASS
    retired = any(one.check is GateCheckName.NOT_RETIRED and one.outcome is FAIL for one in checks)
    if not retired and excepted:
        return GateVerdict.BY_EXCEPTION
    return GateVerdict.FAIL if FAIL in found else GateVerdict.UNKNOWN


def exception(
    overrides: Sequence[GateOverride], moment: int, are_one: Callable[[GateOverride, GateOverride], bool]
) -> tuple[tuple[GateOverride, ...], int | None]:
    """Return the overrides of the two persons who let it pass at a time, and until when two of them do (rule G7).

    Only those count that a key proved to be a person who did not register the version, beside one of another person;
    of each principal what ends last. Nothing and None where they are fewer than two.
    """
    held = [one for one in overrides if one.counts and one.at <= moment < one.until]
    apart = [pair for pair in combinations(held, 2) if pair[0].by != pair[1].by and not are_one(*pair)]
    newest: dict[str, GateOverride] = {}
    for one in sorted(chain.from_iterable(apart), key=lambda each: (each.until, each.entry)):
        newest[one.by] = one
    until = max((min(first.until, second.until) for first, second in apart), default=None)
    return tuple(sorted(newest.values(), key=lambda each: each.entry)), until


def outcome(reasons: Iterable[Reason]) -> Outcome:
    """Return what reasons come to together: FAIL where one fails, else UNKNOWN where one is, PASS where all pass."""
    found = {reason.outcome for reason in reasons}
    if FAIL in found:
        return FAIL
    return PASS if found == {PASS} else UNKNOWN


def _checked(check: GateCheckName, asked: Requirements, reasons: Sequence[Reason]) -> Checked:
    came_to = outcome(reasons)
    # What passes beside something that does not only takes room, but where each reason is a thing that was listed.
    shown = tuple(one for one in reasons if one.outcome is not PASS or came_to is PASS or check in LISTING)
    return Checked(check, check in asked.require, came_to, shown)


def _inputs_sealed(case: Case, _: Requirements) -> Iterator[Reason]:
    yield from sealed(case.training)


def sealed(one: Training) -> Iterator[Reason]:
    """Yield whether every input that the training runs read is a sealed snapshot."""
    registration = one.registration
    if registration is None:
        yield Reason(UNKNOWN, f"{one.title} is not registered: nobody recorded what it was trained on.")
        return
    if not registration.trained_on:
        yield Reason(UNKNOWN, "Its registration names no training data that may be seen.", (registration.entry,))
    for use in registration.trained_on:
        if _seal(one, use) is None:
            yield Reason(
                FAIL, f"The training snapshot of {one.name(use.dataset)} is not sealed.", (registration.entry,)
            )
    yield from _runs(one)
    yield from _reads(one, registration)
    seals = {seal for use in registration.trained_on if (seal := _seal(one, use)) is not None}
    entries = {registration.entry, *seals, *(entry for each in one.reads for entry in each.entries)}
    text = f"{_count(len({each.dataset for each in one.reads}), 'input')} read, each a sealed snapshot."
    yield Reason(PASS, text, tuple(sorted(entries)))


def _reads(one: Training, registration: Registration) -> Iterator[Reason]:
    """Yield what a run read that is no sealed snapshot: by the state that it names, else by what is registered."""
    uses = (*registration.trained_on, *registration.evaluated_on)
    named = {use.dataset for use in uses}
    held = {use.dataset for use in uses if _seal(one, use) is not None}
    used = {(each.run, each.dataset) for each in one.used}
    for each in one.used:
        state = one.snapshots.get(each.snapshot)
        if state is None or not state.sealed:
            yield Reason(FAIL, f"Its run read a state of {one.name(each.dataset)} that nobody sealed.", (each.entry,))
    for read in one.reads:
        if (read.run, read.dataset) in used:
            continue
        if read.dataset not in named:
            text = f"Its run read {one.name(read.dataset)}, of which its registration names no snapshot."
            yield Reason(FAIL, text, (registration.entry, *read.entries))
        elif read.dataset not in held:
            yield Reason(FAIL, f"Its run read {one.name(read.dataset)}, which nobody sealed.", read.entries)


def _runs(one: Training) -> Iterator[Reason]:
    registration = one.registration
    entries = () if registration is None else (registration.entry,)
    if not one.runs:
        yield Reason(UNKNOWN, f"No run is recorded that trained {one.title}: what it read is not known.", entries)
        return
    ended = {run.state for run in one.runs if run.id in one.roots}
    if RunState.COMPLETE not in ended:
        failed = not ended.isdisjoint({RunState.FAIL, RunState.ABORT})
        ends = tuple(sorted({entry for run in one.runs if run.id in one.roots for entry in run.entries}))
        yield Reason(FAIL if failed else UNKNOWN, f"The run that trained {one.title} did not complete.", ends)
    if one.cut:
        yield Reason(UNKNOWN, "Its training run has more parts than were looked at.", entries)
    elif not one.reads:
        yield Reason(UNKNOWN, f"The run that trained {one.title} reports no input.", entries)


def _seal(one: Training, use: SnapshotUse) -> int | None:
    """Return the entry that seals a snapshot."""
    found = one.snapshots.get(use.snapshot)
    return None if found is None or found.seal is None else found.seal.entry


def _inputs_verified(case: Case, asked: Requirements) -> Iterator[Reason]:
    yield from verified(case.training, case.moment, asked.verified_within_days)


def verified(one: Training, moment: int, days: int) -> Iterator[Reason]:
    """Yield whether the bytes of what it was trained on were read again within so many days, and were as sealed."""
    inputs = one.snapshots_of_training
    if not inputs:
        yield Reason(UNKNOWN, f"Nothing is sealed of what {one.title} was trained on.")
    for each in inputs:
        yield _verified(each, one.name(each.dataset), moment, days)


def _verified(one: SnapshotRecord, name: str, moment: int, days: int) -> Reason:
    newest = one.verification
    if newest is None or one.seal is None:
        entries = () if one.seal is None else (one.seal.entry,)
        return Reason(UNKNOWN, f"The bytes of the snapshot of {name} were not read again since it was sealed.", entries)
    if newest.result != VerificationResult.OK:
        text = f"The newest verification of the snapshot of {name} found {worded(newest.result)}."
        return Reason(FAIL, text, (newest.entry,))
    if one.judged.unread:
        return Reason(UNKNOWN, f"The bytes of the snapshot of {name} went after they were last read.", _gone(one))
    if verify_by(one.seal.sealed_at, newest.verified_at, days * _DAY) <= moment:
        text = (
            f"The bytes of the snapshot of {name} were last read on {_day(newest.verified_at)}, over {days} days ago."
        )
        return Reason(UNKNOWN, text, (newest.entry,))
    return Reason(PASS, f"The snapshot of {name} was verified on {_day(newest.verified_at)}.", (newest.entry,))


def _gone(one: SnapshotRecord) -> tuple[int, ...]:
    """Return the entries that say that a snapshot's bytes went, and that they were there before."""
    newest = () if one.verification is None else (one.verification.entry,)
    return (*newest, *(() if one.judged.entry is None else (one.judged.entry,)))


def _labels(case: Case, asked: Requirements) -> Iterator[Reason]:
    training = case.training
    if not case.known:
        yield Reason(UNKNOWN, "No data is recorded that it was trained on.")
    for dataset, known in case.known.items():
        name = training.name(dataset)
        if known.zone is None:
            yield Reason(UNKNOWN, f"Nobody recorded the zone that {name} lies in.")
            continue
        allowed = asked.labels.get(known.zone.value)
        if allowed is None:
            text = f"{name} lies in {known.zone.value}: a model may not be made or measured from there."
            yield Reason(FAIL, text, (known.zone.entry,))
            continue
        yield from _labels_of(name, known.zone.entry, allowed, case, dataset)
    if case.labels is None:
        yield Reason(UNKNOWN, "The version was made of more than was looked through for labels.")
        return
    allowed = asked.labels.get(Zone.ARTIFACT.value, frozenset())
    against = sorted((kind, *found) for kind, found in case.labels.items() if kind not in allowed)
    for some in alike(against, lambda one: one[1]):
        kinds = ", ".join(worded(kind) for kind, _, _ in some)
        entries = tuple(sorted({entry for _, _, each in some for entry in each}))
        yield Reason(FAIL, f"The model itself holds {kinds}{some[0][1]}.", entries)
    if not against:
        yield Reason(PASS, "The model itself holds nothing that is not allowed in an artifact.")


def _labels_of(name: str, zone: int, allowed: frozenset[str], case: Case, dataset: str) -> Iterator[Reason]:
    absent = tuple(kind.value for kind in PhiKind if kind.value not in allowed)
    found = list(holds_none_of(absent, case.known[dataset]))
    if not found:
        yield Reason(PASS, f"{name} may hold what it does, by its zone.", (zone,))
    for one in found:
        text = one.text if one.outcome is FAIL else f"{name}: {one.text}"
        yield Reason(one.outcome, text, tuple(sorted({zone, *one.entries})))


def _use_training(case: Case, asked: Requirements) -> Iterator[Reason]:
    found = case.use_training
    yield Reason(found.outcome, f"{asked.training_purpose}: {found.text}", found.entries)


def _use_deployment(case: Case, asked: Requirements) -> Iterator[Reason]:
    yield Reason(case.use_deployment.outcome, case.use_deployment.text, case.use_deployment.entries)
    yield from _found(case, asked, GateCheckName.USE_DEPLOYMENT)


def _residency(case: Case, asked: Requirements) -> Iterator[Reason]:
    yield from case.placed
    yield from _found(case, asked, GateCheckName.RESIDENCY)


def _approvals(case: Case, asked: Requirements) -> Iterator[Reason]:
    for needed in asked.approvals:
        yield approved(needed, [one for one in case.approvals if one.approval.approval_kind == needed.kind])
    if not asked.approvals:
        yield Reason(PASS, "No approval is asked for.")
    yield from _found(case, asked, GateCheckName.APPROVALS)


def approved(needed: ApprovalNeeded, asked: Sequence[AskedApproval]) -> Reason:
    """Return whether a kind of approval holds, from all of that kind that were asked for, in the order of requests.

    One that was denied later than another was asked for blocks its kind.
    """
    kind = worded(needed.kind)
    entries = tuple(sorted({entry for one in asked for entry in _entries_of(one)}))
    denied = [place for place, one in enumerate(asked) if one.approval.state is ApprovalState.DENIED]
    since = asked[denied[-1] + 1 :] if denied else asked
    holding = [one for one in since if one.approval.state is ApprovalState.APPROVED]
    for one in reversed(holding):
        if len(_counting(one, needed)) >= needed.persons:
            return Reason(PASS, f"The {kind} approval holds, by {gathered(sorted(one.approvers))}.", _entries_of(one))
    if not asked:
        return Reason(UNKNOWN, f"No {kind} approval was asked for.")
    if denied:
        return Reason(FAIL, f"The {kind} approval was denied.", entries)
    return _short_of(holding[-1], needed) if holding else _not_held(asked[-1], kind, entries)


def _short_of(one: AskedApproval, needed: ApprovalNeeded) -> Reason:
    """Return why an approval that holds is not enough."""
    if one.against:
        return Reason(FAIL, one.against[0].text, tuple(sorted({*_entries_of(one), *one.against[0].entries})))
    have = len(_counting(one, needed))
    text = f"The {worded(needed.kind)} approval was given by {have} of {needed.persons} persons."
    return Reason(UNKNOWN, text, _entries_of(one))


def _not_held(newest: AskedApproval, kind: str, entries: tuple[int, ...]) -> Reason:
    state = newest.approval.state
    if state in {ApprovalState.REQUESTED, ApprovalState.ABSTAINED}:
        return Reason(UNKNOWN, f"The {kind} approval is not decided.", entries)
    because = f": {newest.approval.explanation}" if newest.approval.explanation else ""
    return Reason(FAIL, f"The {kind} approval is {worded(state)}{because}.", entries)


def _counting(one: AskedApproval, needed: ApprovalNeeded) -> frozenset[str]:
    return one.approvers if needed.persons == 1 else one.persons


def _entries_of(one: AskedApproval) -> tuple[int, ...]:
    approval = one.approval
    because = () if approval.because is None else (approval.because,)
    return tuple(sorted({approval.request, *(each.entry for each in approval.decisions), *because}))


def _code(case: Case, _: Requirements) -> Iterator[Reason]:
    registration = case.training.registration
    if registration is None:
        yield _UNREGISTERED
        return
    entries = (registration.entry,)
    match registration.code.clean:
        case True:
            yield Reason(PASS, f"Built from {registration.code.revision[:12]}, which the tree was exactly.", entries)
        case False:
            yield Reason(FAIL, "The code's working tree held changes that are in no revision.", entries)
        case None:
            yield Reason(UNKNOWN, "Nobody looked whether the working tree was exactly the revision.", entries)


def _environment(case: Case, _: Requirements) -> Iterator[Reason]:
    registration = case.training.registration
    if registration is None:
        yield _UNREGISTERED
    elif registration.environment.description is None:
        text = "The environment is named by a digest alone: nobody says what was installed."
        yield Reason(UNKNOWN, text, (registration.entry,))
    else:
        yield Reason(PASS, f"Built in {registration.environment.digest[:19]}.", (registration.entry,))


def _signature(case: Case, _: Requirements) -> Iterator[Reason]:
    yield _UNREGISTERED if case.signed is None else case.signed


def _evaluation_locked(case: Case, asked: Requirements) -> Iterator[Reason]:
    training = case.training
    registration = training.registration
    if registration is None:
        yield _UNREGISTERED
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
            text = f"The evaluation snapshot of {name} was locked on {_day(locks[0].sealed_at)}, after training began."
            yield Reason(FAIL, text, (locks[0].entry,))
        else:
            yield _verified(found, name, case.moment, asked.verified_within_days)
            times = counted(case.evaluations, "model version")
            text = f"The evaluation snapshot of {name} was locked before training; {times} measured on it."
            yield Reason(PASS, text, (locks[0].entry,))
    yield from _found(case, asked, GateCheckName.EVALUATION_LOCKED)


def _evaluation_apart(case: Case, asked: Requirements) -> Iterator[Reason]:
    found = case.separation
    if found is None:
        yield Reason(UNKNOWN, "Training or evaluation data is not named, so that they cannot be compared.")
    else:
        yield Reason(_APART[found.result], found.text, found.entries)
    for one in case.shared:
        if one.of_each_other:
            yield Reason(FAIL, one.text, tuple(sorted(one.entries)))
    yield from _found(case, asked, GateCheckName.EVALUATION_APART)


_APART: Final = {Apartness.APART: PASS, Apartness.OVERLAP: FAIL, Apartness.UNKNOWN: UNKNOWN}


def _evaluation_split(case: Case, _: Requirements) -> Iterator[Reason]:
    if case.split is None or case.split.apart is None:
        for one in case.shared:
            if not one.of_each_other:
                yield Reason(UNKNOWN, one.text, tuple(sorted(one.entries)))
    if case.split is None:
        yield Reason(UNKNOWN, "No split by subject is recorded: whether a person is in both is not known.")
    else:
        apart = case.split.apart
        yield Reason(UNKNOWN if apart is None else PASS if apart else FAIL, case.split.text, case.split.entries)


def _parent_models(case: Case, asked: Requirements) -> Iterator[Reason]:
    for parent in case.parents:
        reasons = [*sealed(parent), *verified(parent, case.moment, asked.verified_within_days)]
        for one in reasons:
            if one.outcome is not PASS:
                yield one._replace(text=f"Parent {parent.title}: {one.text}")
        if outcome(reasons) is PASS:
            entries = tuple(sorted({entry for one in reasons for entry in one.entries}))
            yield Reason(PASS, f"Parent {parent.title} was trained on sealed and verified snapshots.", entries)
    if not case.parents:
        yield Reason(PASS, "It was made of no other model.")


def _metrics(case: Case, asked: Requirements) -> Iterator[Reason]:
    registration = case.training.registration
    if registration is None:
        yield _UNREGISTERED
        return
    entries = (registration.entry,)
    measured = [one for one in registration.metrics if not is_of_training(one)]
    if not measured or not registration.evaluated_on:
        yield Reason(UNKNOWN, "Nothing was measured on evaluation data.", entries)
        return
    for criterion in asked.metrics:
        yield from _criterion(criterion, measured, case, entries)
    yield Reason(PASS, f"{_count(len(measured), 'figure')} measured on the evaluation data.", entries)


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


def is_of_training(metric: Metric) -> bool:
    """Tell whether a figure was measured on the training data."""
    return metric.split is not None and metric.split.casefold() in {"train", "training"}


def _change_plan(case: Case, _: Requirements) -> Iterator[Reason]:
    found = case.change
    if found is None:
        yield Reason(UNKNOWN, "Nobody held the version against the plan of changes.")
    elif not found.authenticated:
        yield Reason(UNKNOWN, "Nobody authenticated held the version against the plan of changes.", (found.entry,))
    elif case.change_by_maker:
        text = "Who registered the version held it against the plan of changes; another person has to."
        yield Reason(UNKNOWN, text, (found.entry,))
    elif found.status is ChangeStatus.OUTSIDE:
        yield Reason(FAIL, f"It is outside {found.plan}: {found.reason}", (found.entry,))
    else:
        how = "the first version" if found.status is ChangeStatus.INITIAL else "inside"
        yield Reason(PASS, f"By {found.plan} it is {how}, says {found.by}.", (found.entry,))


def _not_retired(case: Case, _: Requirements) -> Iterator[Reason]:
    found = case.retired
    if found is None:
        yield Reason(PASS, "Nobody retired it.")
    else:
        yield Reason(FAIL, f"It is retired since {_day(found.since)}, by {found.by}: {found.reason}", (found.entry,))


def _view_complete(case: Case, _: Requirements) -> Iterator[Reason]:
    match case.completeness:
        case Complete():
            yield Reason(PASS, "All that it was made of was looked at.")
        case Redacted():
            yield Reason(UNKNOWN, "Rights hide some of what it was made of: somebody who may see it has to ask.")
        case Truncated():
            yield Reason(UNKNOWN, "It was made of more than was looked at.")
        case Lagging(behind, quarantined):
            if behind:
                yield Reason(
                    UNKNOWN, f"The graph is {counted(behind, 'entry', 'entries')} behind the ledger: ask again."
                )
            if quarantined:
                text = f"{counted(len(quarantined), 'entry', 'entries')} that may bear on it could not be read."
                yield Reason(UNKNOWN, text, quarantined)


def _policies(case: Case, _: Requirements) -> Iterator[Reason]:
    found = case.policies
    entries = () if found.entry is None else (found.entry,)
    if found.problem is not None:
        yield Reason(UNKNOWN, f"The published requirements cannot be read: {found.problem}", entries)
    elif found.entry is None:
        yield Reason(PASS, f"By the requirements as shipped, {found.digest[:19]}.")
    else:
        yield Reason(PASS, f"By the published policies {found.digest[:19]}.", entries)


def _findings(case: Case, asked: Requirements) -> Iterator[Reason]:
    against = list(_found(case, asked, GateCheckName.FINDINGS))
    yield from against
    if not against:
        severe = at_least(asked.finding_severity)
        other = "other " if any(one.severity in severe for one in case.findings) else ""
        yield Reason(PASS, f"No {other}finding of {' or '.join(severe)} severity is open.")


def _found(case: Case, asked: Requirements, check: GateCheckName) -> Iterator[Reason]:
    """Yield the severe findings that stand in a check, those of one rule and text once."""
    severe = at_least(asked.finding_severity)
    together: dict[tuple[str, str], list[OpenFinding]] = defaultdict(list)
    for one in case.findings:
        if one.severity in severe and DECIDED_BY.get(one.rule, GateCheckName.FINDINGS) is check:
            together[one.label, one.text].append(one)
    for (label, text), some in together.items():
        names = gathered(sorted({one.name for one in some}))
        entries = tuple(sorted({entry for one in some for entry in one.entries}))
        yield Reason(FAIL, f"{label}, on {names}: {text}", entries)


def at_least(severity: Severity) -> tuple[Severity, ...]:
    """Return this severity and those above it, the most severe first."""
    every = list(Severity)
    return tuple(every[: every.index(severity) + 1])


def _count(number: int, noun: str) -> str:
    return f"{counted(number, noun)} {'was' if number == 1 else 'were'}"


def _day(at: int) -> str:
    return format_time(at)[:10]


_UNREGISTERED: Final = Reason(UNKNOWN, "The version is not registered: nobody recorded what it was made from.")

_JUDGES: Final[Mapping[GateCheckName, _Judge]] = {
    GateCheckName.INPUTS_SEALED: _inputs_sealed,
    GateCheckName.INPUTS_VERIFIED: _inputs_verified,
    GateCheckName.LABELS: _labels,
    GateCheckName.USE_TRAINING: _use_training,
    GateCheckName.USE_DEPLOYMENT: _use_deployment,
    GateCheckName.RESIDENCY: _residency,
    GateCheckName.APPROVALS: _approvals,
    GateCheckName.CODE: _code,
    GateCheckName.ENVIRONMENT: _environment,
    GateCheckName.SIGNATURE: _signature,
    GateCheckName.EVALUATION_LOCKED: _evaluation_locked,
    GateCheckName.EVALUATION_APART: _evaluation_apart,
    GateCheckName.EVALUATION_SPLIT: _evaluation_split,
    GateCheckName.PARENT_MODELS: _parent_models,
    GateCheckName.METRICS: _metrics,
    GateCheckName.CHANGE_PLAN: _change_plan,
    GateCheckName.NOT_RETIRED: _not_retired,
    GateCheckName.COMPONENTS: operation.components,
    GateCheckName.INPUT_FEATURES: operation.input_features,
    GateCheckName.AGREEMENTS: operation.agreements,
    GateCheckName.ROLLBACK: operation.rollback,
    GateCheckName.MONITORING: operation.monitoring,
    GateCheckName.VIEW_COMPLETE: _view_complete,
    GateCheckName.POLICIES: _policies,
    GateCheckName.FINDINGS: _findings,
}
