"""What the release gate says of a model version, and what it said, as functions of a View."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from catalog.access.model import Powers
from catalog.access.queries import definitions
from catalog.approvals.queries import people_of
from catalog.findings.estate.in_use import gate_cases
from catalog.findings.estate.model import Gated, Start
from catalog.gate import rules
from catalog.gate.assessments import assessed
from catalog.gate.fetching import fetch_ahead
from catalog.gate.loading import load
from catalog.gate.model import Assessments, Gate, GateEvaluation, GateOverride, GateQuestion, Reason
from catalog.reading import Lagging, Truncated
from catalog.releases.deployments import Quoting, deployments_of
from catalog.releases.model import Deployment
from catalog.safe_use.model import Outcome
from catalog.use.model import OrganizationKind, Requester
from catalog.view import View
from graph_schema.aspects import gate as aspects
from graph_schema.nodes import Principal
from graph_schema.times import SECOND, format_time
from graph_schema.vocabulary.words import GateCheckName, GateVerdict, PrincipalKind
from reports.naming import worded

_PASSED: Final = frozenset({GateVerdict.PASS, GateVerdict.BY_EXCEPTION})


def gate(view: View, question: GateQuestion) -> Gate | None:
    """Return what the gate says at the view's time, with every check; None where no such version is known or shown."""
    return _gate(view, question, gone_back_to)


def assessments(view: View, version: str, environment: str | None) -> Assessments:
    """Return what was assessed and planned last of a version, and of an environment by its digest."""
    return assessed(view, version, environment)


def gone_back_to(view: View, version: str, entry: int) -> tuple[bool | None, str, tuple[int, ...]]:
    """Return whether a release that quotes an evaluation (by entry) may be gone back to, with why and by which entries;
    None where that cannot be told. Every check counts but whether there is something to go back to from there.
    """
    found = quoted(view, version, entry, partial(_gate, quoting=None))
    passed = None if found.outcome is Outcome.UNKNOWN else found.outcome is Outcome.PASS
    return passed, found.text, found.entries


def _gate(view: View, question: GateQuestion, quoting: Quoting | None) -> Gate | None:
    loaded = load(view, question, quoting)
    if loaded is None:
        return None
    checks = rules.judge(loaded.case, loaded.asked)
    registration = loaded.case.training.registration
    artifact = None if registration is None else registration.artifact_digest
    digest = loaded.case.policies.digest
    moment = loaded.case.moment
    made = None if registration is None else registration.signed
    overrides, are_one = _overrides(view, question, artifact, digest, made)
    excepted, until = rules.exception(overrides, moment, are_one)
    found = rules.verdict(checks, excepted)
    if found is not GateVerdict.BY_EXCEPTION:
        excepted, until = (), None
    cited = {entry for one in checks for reason in one.reasons for entry in reason.entries}
    cited |= {entry for one in excepted for entry in (one.entry, one.evaluation)}
    return Gate(
        question=question,
        verdict=found,
        checks=checks,
        artifact_digest=artifact,
        policies=loaded.case.policies,
        requirements=loaded.asked,
        obligations=tuple(sorted(loaded.use.obligations)),
        refrains=tuple(sorted(loaded.use.refrains)),
        overrides=overrides,
        exception=tuple(one.entry for one in excepted),
        exception_until=until,
        entries=view.cite(*cited),
        completeness=loaded.case.completeness,
        chain=loaded.chain,
    )


def unsettled(view: View, found: Gate | None) -> Gate | None:
    """Return what the gate says where what it looked at changed each time meanwhile: nothing passes."""
    if found is None:
        return None
    checks = rules.unsettled(found.checks)
    seen = found.completeness
    return replace(
        found,
        verdict=rules.verdict(checks, ()),
        checks=checks,
        exception=(),
        exception_until=None,
        completeness=seen if isinstance(seen, Truncated) else Lagging(1, at_index=view.reached),
    )


def holds_until(found: Gate, moment: int) -> int:
    """Return until when an evaluation may be quoted that is recorded at a time."""
    until = moment + found.requirements.holds_days * 86_400 * SECOND
    return until if found.exception_until is None else min(until, found.exception_until)


def gate_evaluations(view: View, versions: Sequence[str]) -> dict[str, tuple[GateEvaluation, ...]]:
    """Return what the gate said of each version and was recorded, from the first entry on; one without is absent."""
    found: dict[str, list[GateEvaluation]] = defaultdict(list)
    for one in view.statements(versions, ("gate_evaluation",)):
        value = aspects.GateEvaluation.from_json(one.data)
        found[one.subject].append(
            GateEvaluation(
                entry=one.entry,
                version=one.subject,
                by=one.by,
                at=one.valid_from,
                verdict=GateVerdict(value.verdict),
                purpose=value.purpose,
                place=value.place,
                environment=value.environment,
                requester=_requester(value.requester),
                diseases=frozenset(value.diseases),
                artifact_digest=value.artifact_digest,
                policies=value.policies_digest,
                valid_at=value.valid_at,
                known_at=value.known_at,
                holds_until=value.holds_until,
                checks={GateCheckName(each.check): Outcome(each.outcome) for each in value.checks},
            )
        )
    return {
        id_: tuple(sorted(found[id_], key=lambda one: one.entry)) for id_ in dict.fromkeys(versions) if id_ in found
    }


def quoted(
    view: View,
    version: str,
    entry: int,
    ask: Callable[[View, GateQuestion], Gate | None] = gate,
) -> Reason:
    """Return whether a recorded evaluation may be relied on at the view's time: it passed, lasts, is of the artifact
    that is registered now, and the gate, or what else is asked, says so again now.
    """
    of = gate_evaluations(view, [version]).get(version, ())
    found = next((one for one in of if one.entry == entry), None)
    if found is None:
        return Reason(Outcome.UNKNOWN, f"Entry {entry} is no evaluation of this version that may be seen.")
    return relied_on(view, found, ask)


def relied_on(view: View, found: GateEvaluation, ask: Callable[[View, GateQuestion], Gate | None] = gate) -> Reason:
    """Return whether an evaluation may be relied on at the view's time, as `quoted`, whenever it was recorded."""
    entry = found.entry
    if found.verdict not in _PASSED:
        return Reason(Outcome.FAIL, f"The gate said {found.verdict} then.", (entry,))
    if found.holds_until <= view.moment:
        return Reason(Outcome.FAIL, f"It held until {format_time(found.holds_until)}.", (entry,))
    now = ask(view, asked_again(found))
    if now is None or now.artifact_digest is None:
        return Reason(Outcome.UNKNOWN, "No artifact of the version was registered by then.", (entry,))
    if now.artifact_digest != found.artifact_digest:
        return Reason(Outcome.FAIL, "The version is registered with another artifact since.", (entry,))
    if not now.passes:
        against = ", ".join(one.check for one in now.checks if one.required and one.outcome is not Outcome.PASS)
        came_to = Outcome.FAIL if now.verdict is GateVerdict.FAIL else Outcome.UNKNOWN
        return Reason(came_to, f"Asked again, it does not pass: {against}.", tuple(sorted({entry, *now.entries})))
    return Reason(Outcome.PASS, "It passed, and passes now.", tuple(sorted({entry, *now.entries})))


def deployed_cases(view: View, ids: Sequence[str]) -> dict[str, tuple[Gated, ...]]:
    """Return by model version of these that runs somewhere what the gate says of each place where it does, at the
    view's time; a deployment is asked about for the purpose and the requester of the evaluation that it quotes.

    It holds or not, whoever looks: of what only some may see, a reason names no more than the check.
    """
    view = view.remembering
    running = {
        id_: live
        for id_, several in deployments_of(view, ids).items()
        if (live := [one for one in several if one.is_live])
    }
    if not running:
        return {}
    whole = view.unredacted
    recorded = gate_evaluations(whole, sorted(running))
    if len(running) > 1:
        fetch_ahead(whole, running)
    return {
        id_: tuple(_deployed(view, whole, one, recorded.get(id_, ())) for one in several)
        for id_, several in running.items()
    }


def _deployed(view: View, whole: View, one: Deployment, recorded: Sequence[GateEvaluation]) -> Gated:
    where, start = f"{one.place} in {one.environment}", Start(one.deployed_at, one.entry)
    then = next((each for each in recorded if each.entry == one.gate), None)
    if then is None:
        return Gated(where, start, "nothing shows that the gate let it pass", ())
    if then.verdict not in _PASSED:
        return Gated(where, start, f"the gate said {then.verdict} of it then", (then.entry,))
    now = gate(whole, replace(asked_again(then), place=one.place, environment=one.environment))
    if now is None or now.artifact_digest != then.artifact_digest:
        return Gated(where, start, "is registered with another artifact than the gate let pass", (then.entry,))
    against = [] if now.passes else [each for each in now.checks if each.required and each.outcome is not Outcome.PASS]
    if isinstance(now.completeness, Lagging) and not now.completeness.quarantined:
        # What the graph does not hold yet is no reason against what runs: it is asked again once the graph does.
        against = [each for each in against if each.check is not GateCheckName.VIEW_COMPLETE]
    # What runs of a retired version is found of the retirement: one cause, one finding.
    against = [each for each in against if each.check is not GateCheckName.NOT_RETIRED]
    if not against:
        return Gated(where, start, None, ())
    entries = {entry for each in against for reason in each.reasons for entry in reason.entries}
    checks = ", ".join(f"{worded(each.check)} {each.outcome}" for each in against)
    shown = tuple(sorted({then.entry, *(entries if view.rights.unbounded else ())}))
    return Gated(where, start, f"the gate does not let it pass today: {checks}", shown)


def asked_again(one: GateEvaluation) -> GateQuestion:
    """Return the question that a recorded evaluation answered."""
    return GateQuestion(
        of=one.version,
        purpose=one.purpose,
        place=one.place,
        environment=one.environment,
        requester=one.requester,
        diseases=one.diseases,
    )


def _requester(value: aspects.GateRequester) -> Requester:
    kind = None if value.organization is None else OrganizationKind(value.organization)
    return Requester(
        user=value.user,
        organization=kind,
        commercial=value.commercial,
        institute=value.institute,
        project=value.project,
        recipient=value.recipient,
    )


def _overrides(
    view: View, question: GateQuestion, artifact: str | None, policies: str, made: tuple[str, int] | None
) -> tuple[tuple[GateOverride, ...], Callable[[GateOverride, GateOverride], bool]]:
    """Return who lets exactly this pass: of this artifact, for this question, by these requirements; and what tells
    whether two of them are one person, as known at the view's point. Whoever made the version counts for nothing, nor
    does who is one person with them, by a record or as their delegate since.
    """
    found = overrides_of(view, question.of)
    if not found:
        return (), lambda *_: False
    bound = {
        one.entry
        for one in gate_evaluations(view, [question.of]).get(question.of, ())
        if asked_again(one) == question and (one.artifact_digest, one.policies) == (artifact, policies)
    }
    people = people_of(view)

    def are_one(one: GateOverride, other: GateOverride) -> bool:
        return people.signed_as_one((one.by, one.at), (other.by, other.at))

    counted = (
        replace(one, counts=one.counts and (made is None or not people.signed_as_one(made, (one.by, one.at))))
        for one in found
        if one.evaluation in bound
    )

    return tuple(counted), are_one


def overrides_of(view: View, version: str) -> tuple[GateOverride, ...]:
    """Return who let a version pass, whatever of it and whoever registered it, by entry."""
    stated = view.statements([version], ("gate_override",))
    by_id = {Principal(one.by).id: one.by for one in stated}
    defined = definitions(view.unredacted, sorted(by_id)) if by_id else {}
    powers = Powers({by_id[id_]: each for id_, each in defined.items()}, {})
    found = []
    for one in sorted(stated, key=lambda each: each.entry):
        value, was = aspects.GateOverride.from_json(one.data), powers.at(one.by, one.entry)
        person = was is not None and was.principal_kind == PrincipalKind.PERSON
        found.append(
            GateOverride(
                evaluation=value.evaluation,
                reason=value.reason,
                by=one.by,
                counts=one.authenticated and person,
                entry=one.entry,
                at=one.valid_from,
                until=value.until,
            )
        )
    return tuple(found)


gate_cases.contribute(deployed_cases)
