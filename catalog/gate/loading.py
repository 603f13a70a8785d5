"""From a View to all that the checks of the gate are held to: what others decide is asked of them, for all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from catalog.access.model import Powers, PrincipalRecord
from catalog.access.queries import definitions, principals
from catalog.approvals.ethics import ethics_approvals
from catalog.approvals.queries import approvals_of, people_of
from catalog.assets import queries as assets
from catalog.assets.model import RunRecord
from catalog.assets.naming import names_of
from catalog.assets.storage import keys_of
from catalog.errors import SenderError
from catalog.findings.approvals import NOUNS
from catalog.findings.estate.versions import cases_of
from catalog.findings.independence import shared
from catalog.findings.judgement import approval_findings
from catalog.findings.queries import findings_on
from catalog.findings.rules import ESTATE, Rule, Severity
from catalog.findings.separation import separation
from catalog.gate import requirements
from catalog.gate.assessments import assessed
from catalog.gate.fetching import ask_together
from catalog.gate.model import (
    AskedApproval,
    Case,
    ChangeAssessment,
    Criterion,
    GateQuestion,
    MonitoringPlan,
    OpenFinding,
    Policies,
    Read,
    Reason,
    Requirements,
    Split,
    Training,
    Used,
)
from catalog.gate.open_findings import at_least
from catalog.gate.operation import no_way_back
from catalog.gate.requirements import GateFile
from catalog.labels.queries import attestations_of
from catalog.labels.taint.answers import EffectiveLabels
from catalog.labels.taint.queries import effective_labels
from catalog.memberships.queries import studied
from catalog.names.loading import Names
from catalog.places.queries import operator_at
from catalog.policies.queries import in_force
from catalog.reading import Complete, Completeness, Redacted
from catalog.releases.deployments import Quoting, retirements, rollback_target
from catalog.releases.model import Registration, SnapshotUse
from catalog.releases.queries import registrations
from catalog.safe_use.loading import COUNTED, known, permitted
from catalog.safe_use.model import Outcome
from catalog.signatures.queries import signature_state
from catalog.snapshots.queries import snapshots
from catalog.snapshots.splits import split_of
from catalog.use.closure import Closure
from catalog.use.model import Decision, UseQuestion, Verdict
from catalog.use.queries import UseJudge
from catalog.use.residency import Presence, Residency, residency, would_be
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import EncryptionKey, Job, ModelVersion, Principal, UseStatement
from graph_schema.vocabulary import section1557
from graph_schema.vocabulary.words import DecisionKind, PrincipalKind, SignatureState
from reports.naming import worded

_LEVELS: Final = 2
"""So many levels of parts of a training run are looked at."""
_OF_STATE: Final = frozenset({Rule.APPROVAL_REQUESTED, Rule.APPROVAL_IN_FORCE, Rule.APPROVAL_DECIDED})
"""The rules that say how an approval stands, what its state does."""

_ASKED: Final = frozenset(ESTATE) - {Rule.GATE_HOLDS}
"""The rules that the gate asks: the one that asks the gate itself decides nothing of what it says."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read for one question: the case, what is asked for, and what else goes into the answer."""

    case: Case
    asked: Requirements
    use: Verdict
    chain: tuple[str, ...]


def policies_in_force(view: View) -> tuple[GateFile, Policies]:
    """Return what the gate asks for at the view's point, and where that comes from."""
    shipped, digest = requirements.shipped()
    held = in_force(view)
    if held is None:
        return shipped, Policies(digest, None)
    policies = Policies(held.digest, held.entry)
    if not held.files:
        return shipped, replace(policies, problem="they were erased.")
    text = held.files.get(requirements.FILE)
    if text is None:
        return shipped, policies
    try:
        return requirements.read(text), policies
    except SenderError as error:
        return shipped, replace(policies, problem=error.detail)


def load(view: View, question: GateQuestion, quoting: Quoting | None = None) -> Loaded | None:
    """Return all that is needed, None where no such model version is known or may be seen.

    `quoting` tells whether a release may be gone back to; without it that is not asked.
    """
    node = view.nodes([question.of]).get(question.of)
    if node is None or not isinstance(node.node, ModelVersion):
        return None
    view = view.remembering
    ask_together(view, question.of)
    moment = view.moment
    file, policies = policies_in_force(view)
    asked = requirements.required(file, question.purpose, question.environment)
    # What it was trained and measured on is walked to in the same reading, since it is looked at as well.
    registered = registrations(view, [question.of]).get(question.of, ())
    uses = (*registered[-1].trained_on, *registered[-1].evaluated_on) if registered else ()
    judge = UseJudge(view, [question.of], beside=sorted({use.dataset for use in uses}))
    met = judge.closure(question.of)
    parents = [one for one in met.nodes if label_of(one) == ModelVersion.__name__ and one != question.of]
    trained = _trainings(view, [question.of, *parents])
    training = trained[question.of]
    registration = training.registration
    uses = () if registration is None else (*registration.trained_on, *registration.evaluated_on)
    data = sorted({*(use.dataset for use in uses), *(one.dataset for one in training.reads if _is_data(one.dataset))})
    lies = residency(view, question.of, moment, judge=judge)
    diseases = studied(view, question.requester.project) or question.diseases
    trained_at = _trained_at(training, moment)
    use_training = judge.may(
        question.of,
        UseQuestion(
            purpose=asked.training_purpose,
            date=trained_at,
            place=_trained_in(lies),
            requester=question.requester,
            diseases=diseases,
        ),
        ethics=ethics_approvals,
    )
    use_deployment = judge.may(
        question.of,
        UseQuestion(
            purpose=question.purpose,
            date=moment,
            place=question.place,
            requester=question.requester,
            diseases=diseases,
        ),
        ethics=ethics_approvals,
    )
    chain = _chain(met, trained.values(), data)
    statements = {UseStatement(one.statement.id).id for one in use_deployment.permitted.applied}
    compared = (
        None if registration is None else cases_of(view, {question.of: registration}, training.snapshots)[question.of]
    )
    evaluated = () if registration is None else tuple(use.snapshot for use in registration.evaluated_on)
    environment = None if registration is None else registration.environment.digest
    recorded = assessed(view, question.of, environment)
    states, recipient = _states(uses), question.requester.recipient
    # What its data and the version itself hold is read together; only the version is judged for a recipient.
    together = sorted(
        {one for some in states.values() for one in some} | ({question.of} if recipient is None else set())
    )
    effective = effective_labels(view, together)
    if recipient is not None:
        effective |= effective_labels(view, [question.of], recipient=recipient)
    labels = _labels(view, effective.get(question.of))
    case = Case(
        training=training,
        parents=[trained[one] for one in parents],
        moment=moment,
        known=known(view, data, states, effective, judge.behind),
        labels=None if labels is None else labels.kinds,
        use_training=permitted(use_training),
        use_deployment=permitted(use_deployment),
        placed=tuple(_placed(view, lies, question.place, moment)),
        approvals=_approvals(view, question.of, registration, moment),
        signed=None if registration is None else _signed(view, registration),
        separation=None if compared is None else separation(compared),
        shared=[] if compared is None else shared(compared),
        split=None if registration is None else _split(view, registration),
        evaluations=len({edge.source for edge in view.edges(evaluated, ("EVALUATED_ON",), "in")} if evaluated else ()),
        criteria_then=_criteria(view, question, training, asked),
        change=recorded.change,
        change_by_maker=_is_of_maker(view, recorded.change, registration),
        retired=retirements(view, [question.of]).get(question.of),
        environment=recorded.environment,
        features=recorded.features,
        characteristics=None if labels is None else labels.characteristics,
        operator=operator_at(view, question.place),
        way_back=_way_back(view, question, recorded.monitoring, quoting),
        monitoring=recorded.monitoring,
        completeness=_completeness(view, met, chain),
        policies=policies,
        findings=_findings(view, [*chain, *_beside(view, chain), *sorted(statements)], asked.finding_severity),
    )
    return Loaded(case, asked, use_deployment.verdict, chain)


def _states(uses: Iterable[SnapshotUse]) -> dict[str, list[str]]:
    """Return the snapshots that are meant, by the dataset of each."""
    found: dict[str, list[str]] = defaultdict(list)
    for use in uses:
        found[use.dataset].append(use.snapshot)
    return found


def _is_data(identifier: str) -> bool:
    return label_of(identifier) == "Dataset"


def _trained_at(training: Training, moment: int) -> int:
    """Return when data was used to train: when the runs began, else when the version was registered."""
    if training.began_at is not None:
        return training.began_at
    return moment if training.registration is None else training.registration.registered_at


def _trained_in(found: Residency) -> str | None:
    """Return where it was trained, None where that is not recorded, or was in several places."""
    places = {one.place for one in found.located if one.presence is Presence.TRAINED}
    return places.pop() if len(places) == 1 else None


def _is_of_maker(view: View, found: ChangeAssessment | None, registration: Registration | None) -> bool:
    """Tell whether a change was assessed by who registered the version, or by one person with them (rule A1)."""
    if found is None or registration is None:
        return False
    return people_of(view).signed_as_one(registration.signed, (found.by, found.at))


def _split(view: View, registration: Registration) -> Split:
    uses = (registration.trained_on, registration.evaluated_on)
    found = split_of(view, *([use.snapshot for use in one] for one in uses))
    return Split(found.apart, found.reason, found.entries)


def _signed(view: View, registration: Registration) -> Reason:
    found = signature_state(view, registration)
    return Reason(_SIGNED[found.state], found.reason, found.entries)


_SIGNED: Final = {
    SignatureState.VERIFIED: Outcome.PASS,
    SignatureState.INVALID: Outcome.FAIL,
    SignatureState.UNKNOWN_KEY: Outcome.UNKNOWN,
    SignatureState.ABSENT: Outcome.UNKNOWN,
}


def _trainings(view: View, versions: Sequence[str]) -> dict[str, Training]:
    """Return how each of the versions was trained."""
    registered = registrations(view, versions)
    newest = {id_: several[-1] if several else None for id_, several in registered.items()}
    runs_of: dict[str, set[str]] = {
        id_: {one.run} if one is not None and one.run is not None else set() for id_, one in newest.items()
    }
    for edge in view.edges(versions, ("PRODUCED", "WROTE"), "in"):
        runs_of[edge.target].add(edge.source)
    below, cut = _below(view, sorted({run for some in runs_of.values() for run in some}))
    roots = {id_: frozenset(some) for id_, some in runs_of.items()}
    for some in runs_of.values():
        some |= {one for run in tuple(some) for one in below.get(run, ())}
    every = sorted({run for some in runs_of.values() for run in some})
    runs = assets.runs(view, every) if every else {}
    read: dict[tuple[str, str], set[int]] = defaultdict(set)
    for edge in view.edges(every, ("READ",), "out") if every else ():
        read[edge.source, edge.target].add(edge.entry)
    used = view.edges(every, ("USED",), "out") if every else []
    uses = [use for one in newest.values() if one is not None for use in (*one.trained_on, *one.evaluated_on)]
    held = snapshots(view, sorted({*(use.snapshot for use in uses), *(edge.target for edge in used)}))
    names = Names(view, renamed=True)
    met = {*(use.dataset for use in uses), *(one for run in runs.values() for one in run.inputs if _is_data(one))}
    names.load(met)
    shown = names.shown(met)
    called = names_of(view, {*shown.values(), *(one.dataset for one in held.values())})
    titles = {id_: known.node for id_, known in view.nodes(versions).items()}
    found = {}
    for id_ in versions:
        mine, node = runs_of[id_], titles.get(id_)
        registration = newest[id_]
        found[id_] = Training(
            title=f"{node.model} {node.version}" if isinstance(node, ModelVersion) else id_,
            registration=None if registration is None else _called(registration, shown),
            runs=_records(runs, mine),
            roots=roots[id_],
            cut=not cut.isdisjoint(mine),
            reads=tuple(
                Read(run, shown[dataset], tuple(sorted(read[run, dataset])))
                for run in sorted(mine)
                for dataset in (runs[run].inputs if run in runs else ())
                if _is_data(dataset)
            ),
            used=tuple(
                Used(edge.source, held[edge.target].dataset, edge.target, edge.entry)
                for edge in used
                if edge.source in mine and edge.target in held
            ),
            snapshots=held,
            names=called,
        )
    return found


def _records(runs: Mapping[str, RunRecord], ids: Iterable[str]) -> tuple[RunRecord, ...]:
    return tuple(runs[one] for one in sorted(ids) if one in runs)


def _below(view: View, runs: Sequence[str]) -> tuple[dict[str, set[str]], set[str]]:
    """Return the runs that are a part of each, over a few levels, and those of which there are more below."""
    below: dict[str, set[str]] = {run: set() for run in runs}
    above = {run: {run} for run in runs}
    front = list(runs)
    for _ in range(_LEVELS):
        children = assets.children_of(view, front) if front else {}
        front = []
        for run, several in children.items():
            for one in several:
                if one.id not in above:
                    front.append(one.id)
                above.setdefault(one.id, set()).update(above[run])
                for root in above[run]:
                    below[root].add(one.id)
    more = assets.children_of(view, front) if front else {}
    return below, {root for run in more for root in above[run]}


def _called(registration: Registration, shown: Mapping[str, str]) -> Registration:
    """Return the registration with each dataset by the name that stands for it."""

    def by_name(uses: Iterable[SnapshotUse]) -> tuple[SnapshotUse, ...]:
        return tuple(replace(use, dataset=shown[use.dataset]) for use in uses)

    return replace(
        registration, trained_on=by_name(registration.trained_on), evaluated_on=by_name(registration.evaluated_on)
    )


def _chain(met: Closure, trained: Iterable[Training], data: Iterable[str]) -> tuple[str, ...]:
    """Return all that the version was made of: data, models, snapshots, runs and jobs."""
    found = {*met.nodes, *data}
    for one in trained:
        found |= {run.id for run in one.runs} | {run.job for run in one.runs if run.job is not None}
        if one.registration is not None:
            found |= {use.snapshot for use in (*one.registration.trained_on, *one.registration.evaluated_on)}
        found |= {use.snapshot for use in one.used}
    found |= {edge.job for edge in met.edges if edge.job is not None}
    return tuple(sorted(found))


class _Labels(NamedTuple):
    """The kinds of PHI in a version, and what it was made of that one may not discriminate by: each with where it comes
    from, in words, and the entries.
    """

    kinds: dict[str, tuple[str, tuple[int, ...]]]
    characteristics: dict[str, tuple[str, tuple[int, ...]]]


def _labels(view: View, found: EffectiveLabels | None) -> _Labels | None:
    """Return what effective labels say of a version, None where not all was seen."""
    if found is None:
        return _Labels({}, {})
    if not isinstance(found.completeness, Complete):
        return None
    origins = names_of(view, {one.way.origin for one in found.labels if one.way is not None})
    labels = _Labels({}, {})
    for one in found.labels:
        origin = None if one.way is None else origins.get(one.way.origin)
        where = ("" if origin is None else f", by what came from {origin}", one.entries)
        labels.kinds[one.kind] = where
        for coding in one.codes:
            if coding.system == section1557.SYSTEM:
                labels.characteristics.setdefault(coding.code, where)
    return labels


def _placed(view: View, found: Residency, place: str, moment: int) -> Iterator[Reason]:
    """Yield whether a version may be at a place, and what is against where it is and was."""
    would = would_be(view, found, place, moment)
    if not would.reasons:
        yield Reason(Outcome.PASS, f"Nothing limits that it may be at {place}.")
    # Where else it runs is found of it, and no matter of whether it may be here.
    is_or_was = [one for one in found.located if one.presence is not Presence.DEPLOYED]
    for one, is_asked in ((would, True), *((one, False) for one in is_or_was)):
        if is_asked or one.decision is not Decision.PERMIT:
            where = "a place that nobody recorded" if one.place is None else one.place
            how = "" if is_asked else f"{worded(one.presence).capitalize()} at {where}: "
            for why in one.reasons:
                cites = () if why.statement is None else why.statement.cites
                entries = tuple(sorted({*one.entries, *why.reason.entries, *cites}))
                yield Reason(_OUTCOMES[one.decision], f"{how}{why.reason.text}", entries)
    if not isinstance(found.completeness, Complete):
        yield Reason(Outcome.UNKNOWN, "Not all that it was made of was looked at for where it may be.")


_OUTCOMES: Final = {
    Decision.PERMIT: Outcome.PASS,
    Decision.ABSTAIN: Outcome.UNKNOWN,
    Decision.DENY: Outcome.FAIL,
}


def _approvals(view: View, version: str, registration: Registration | None, moment: int) -> tuple[AskedApproval, ...]:
    asked = approvals_of(view, [version]).get(version, ())
    deciders = {one.decided_by for each in asked for one in each.decisions}
    if not deciders:
        return tuple(AskedApproval(one, frozenset(), frozenset(), ()) for one in asked)
    powers, records = _powers(view, deciders)
    workers = frozenset() if registration is None else frozenset({registration.registered_by})
    noun = NOUNS[ModelVersion.__name__]
    found = []
    for one in asked:
        wrong = [
            each
            for each in approval_findings(version, noun, [one], powers, workers)
            if each.rule.severity is Severity.HIGH and each.rule not in _OF_STATE
        ]
        approving = [
            each
            for each in one.decisions
            if each.decision == DecisionKind.APPROVE and (each.expires_at is None or moment < each.expires_at)
        ]
        doubted = {entry for each in wrong for entry in each.entries}
        counting = [each.decided_by for each in approving if each.authenticated and each.entry not in doubted]
        against = tuple(
            Reason(Outcome.FAIL, each.text, each.entries)
            for each in wrong
            if not {one.entry for one in approving}.isdisjoint(each.entries)
        )
        persons = frozenset(
            name for name in counting if name in records and records[name].principal_kind == PrincipalKind.PERSON
        )
        found.append(AskedApproval(one, frozenset(counting), persons, against))
    return tuple(found)


def _powers(view: View, names: Iterable[str]) -> tuple[Powers, dict[str, PrincipalRecord]]:
    """Return what these principals might do over time, and who they are; that counts whoever asks."""
    whole, by_id = view.unredacted, {Principal(name).id: name for name in names}
    records = {by_id[id_]: one for id_, one in principals(whole, sorted(by_id)).items()}
    defined = {by_id[id_]: each for id_, each in definitions(whole, sorted(by_id)).items()}
    return Powers(defined, {name: one.keys for name, one in records.items()}), records


def _criteria(view: View, question: GateQuestion, training: Training, asked: Requirements) -> tuple[Criterion, ...]:
    """Return the criteria that were in force before training began, or before the version was registered."""
    registration = training.registration
    if registration is None or not asked.metrics:
        return ()
    before = view.at(_trained_at(training, registration.registered_at), max(registration.entry - 1, 0))
    file, _ = policies_in_force(before)
    return requirements.required(file, question.purpose, question.environment).metrics


def _way_back(
    view: View, question: GateQuestion, plan: MonitoringPlan | None, quoting: Quoting | None
) -> Reason | None:
    """Return whether there is a release to go back to; where it is planned what else is done, no release is judged."""
    if quoting is None:
        return Reason(Outcome.PASS, "What one goes back to is not itself asked for what one would go back to.")
    if plan is not None and plan.author.authenticated and plan.value.fallback is not None:
        return None
    found = rollback_target(view, question.of, question.environment, quoting)
    if found.target is None:
        names = names_of(view, {one.version for one in found.judged})
        judged = [(f"{names.get(one.version, one.version)}: {one.reason}", one.entries) for one in found.judged]
        return no_way_back(judged)
    name = names_of(view, {found.target.version}).get(found.target.version, found.target.version)
    last = found.judged[-1]
    return Reason(Outcome.PASS, f"One can go back to {name}.", tuple(sorted({found.target.entry, *last.entries})))


def _completeness(view: View, met: Closure, chain: Sequence[str]) -> Completeness:
    if met.truncated is not None:
        return met.truncated
    found = view.completeness(None, chain)
    return Redacted(max(1, len(view.hidden))) if isinstance(found, Complete) and met.hidden else found


def _beside(view: View, chain: Sequence[str]) -> list[str]:
    """Return the attestations of the jobs in a chain, and the keys that its data is encrypted under."""
    jobs = [one for one in chain if label_of(one) == Job.__name__]
    attested = attestations_of(view, jobs) if jobs else {}
    keys = keys_of(view, [one for one in chain if _is_data(one)])
    found = {one.id for several in attested.values() for one in several}
    return sorted(found | {EncryptionKey(one.key).id for several in keys.values() for one in several})


def _findings(view: View, chain: Sequence[str], severity: Severity) -> tuple[OpenFinding, ...]:
    every = {
        one.id: one
        for several in findings_on(view, chain, frozenset(at_least(severity)), _ASKED).values()
        for one in several
    }
    return tuple(
        OpenFinding(one.rule.name, one.rule.label, one.rule.severity.value, one.name, one.text, one.entries)
        for one in every.values()
        if one.state in COUNTED
    )
