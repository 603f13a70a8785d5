"""What each check of the gate comes to, and what they come to together: values in, decision out.

Who decides what is decided elsewhere is asked there: here it is only put together. What would decide a check and is not
recorded leaves it UNKNOWN, and UNKNOWN blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations
from typing import Final

from catalog.gate import operation
from catalog.gate.evaluation import evaluation_apart, evaluation_locked, evaluation_split, metrics
from catalog.gate.inputs import sealed, verified
from catalog.gate.model import Case, Checked, GateOverride, Reason, Requirements
from catalog.gate.open_findings import at_least, found_in
from catalog.gate.reasons import FAIL, PASS, UNKNOWN, UNREGISTERED, day
from catalog.gate.required_approvals import approved
from catalog.reading import Complete, Lagging, Redacted, Truncated
from catalog.safe_use.model import Outcome
from catalog.safe_use.rules import holds_none_of
from graph_schema.vocabulary.words import ChangeStatus, GateCheckName, GateVerdict, PhiKind, Zone
from reports.naming import alike, counted, worded

_Judge = Callable[[Case, Requirements], Iterator[Reason]]

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


def unsettled(checks: Sequence[Checked]) -> tuple[Checked, ...]:
    """Return checks of what changed while it was read: that all of it was looked at is UNKNOWN, whatever else."""
    reason = Reason(UNKNOWN, "What it rests on changed each time while it was read: ask again.")
    return tuple(
        replace(one, outcome=UNKNOWN, reasons=(*(each for each in one.reasons if each.outcome is not PASS), reason))
        if one.check is GateCheckName.VIEW_COMPLETE
        else one
        for one in checks
    )


def _checked(check: GateCheckName, asked: Requirements, reasons: Sequence[Reason]) -> Checked:
    came_to = outcome(reasons)
    # What passes beside something that does not only takes room, but where each reason is a thing that was listed.
    shown = tuple(one for one in reasons if one.outcome is not PASS or came_to is PASS or check in LISTING)
    return Checked(check, check in asked.require, came_to, shown)


def _inputs_sealed(case: Case, _: Requirements) -> Iterator[Reason]:
    yield from sealed(case.training)


def _inputs_verified(case: Case, asked: Requirements) -> Iterator[Reason]:
    yield from verified(case.training, case.moment, asked.verified_within_days)


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
    yield from found_in(case, asked, GateCheckName.USE_DEPLOYMENT)


def _residency(case: Case, asked: Requirements) -> Iterator[Reason]:
    yield from case.placed
    yield from found_in(case, asked, GateCheckName.RESIDENCY)


def _approvals(case: Case, asked: Requirements) -> Iterator[Reason]:
    for needed in asked.approvals:
        yield approved(needed, [one for one in case.approvals if one.approval.approval_kind == needed.kind])
    if not asked.approvals:
        yield Reason(PASS, "No approval is asked for.")
    yield from found_in(case, asked, GateCheckName.APPROVALS)


def _code(case: Case, _: Requirements) -> Iterator[Reason]:
    registration = case.training.registration
    if registration is None:
        yield UNREGISTERED
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
        yield UNREGISTERED
    elif registration.environment.description is None:
        text = "The environment is named by a digest alone: nobody says what was installed."
        yield Reason(UNKNOWN, text, (registration.entry,))
    else:
        yield Reason(PASS, f"Built in {registration.environment.digest[:19]}.", (registration.entry,))


def _signature(case: Case, _: Requirements) -> Iterator[Reason]:
    yield UNREGISTERED if case.signed is None else case.signed


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
        yield Reason(FAIL, f"It is retired since {day(found.since)}, by {found.by}: {found.reason}", (found.entry,))


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
    against = list(found_in(case, asked, GateCheckName.FINDINGS))
    yield from against
    if not against:
        severe = at_least(asked.finding_severity)
        other = "other " if any(one.severity in severe for one in case.findings) else ""
        yield Reason(PASS, f"No {other}finding of {' or '.join(severe)} severity is open.")


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
    GateCheckName.EVALUATION_LOCKED: evaluation_locked,
    GateCheckName.EVALUATION_APART: evaluation_apart,
    GateCheckName.EVALUATION_SPLIT: evaluation_split,
    GateCheckName.PARENT_MODELS: _parent_models,
    GateCheckName.METRICS: metrics,
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
