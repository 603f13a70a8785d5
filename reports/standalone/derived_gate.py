"""What the release gate said and says of a model version: no milder than what the file discloses.

What was recorded is derived whole. Of what the gate says at the read point, verdict and outcomes follow from the checks
and reasons that are shown; a check passes only where the registration, the seals, the approvals and the use that the
same file shows allow it. Whether it could pass follows from more of the graph than a file discloses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain, combinations
from typing import Any

from reports.standalone.bodies import Record, Values, identity_of, micros, objects_in, stamp
from reports.standalone.comparison import (
    Comparison,
    Shown,
    citations,
    index_in,
    object_in,
    registrations_of,
    subject_of,
)
from reports.standalone.derived_answers import is_permitted_of_some_disease
from reports.standalone.derived_decisions import signed_as_one
from reports.standalone.derived_gaps import is_verified
from reports.standalone.disclosed import Disclosed

_CHECKS = (
    "INPUTS_SEALED",
    "INPUTS_VERIFIED",
    "LABELS",
    "USE_TRAINING",
    "USE_DEPLOYMENT",
    "RESIDENCY",
    "APPROVALS",
    "CODE",
    "ENVIRONMENT",
    "SIGNATURE",
    "EVALUATION_LOCKED",
    "EVALUATION_APART",
    "EVALUATION_SPLIT",
    "PARENT_MODELS",
    "METRICS",
    "CHANGE_PLAN",
    "NOT_RETIRED",
    "COMPONENTS",
    "INPUT_FEATURES",
    "AGREEMENTS",
    "ROLLBACK",
    "MONITORING",
    "VIEW_COMPLETE",
    "POLICIES",
    "FINDINGS",
)
_CAME_LATER: tuple[frozenset[str], ...] = (
    frozenset({"NOT_RETIRED"}),
    frozenset({"COMPONENTS", "INPUT_FEATURES", "AGREEMENTS", "ROLLBACK", "MONITORING"}),
)
"""The checks that the first gates did not have, as they came, the newest first."""
_DECIDED_ELSEWHERE = frozenset({"EVALUATION_APART", "PLACE_ALLOWED", "CONSENT_HOLDS", "APPROVAL_LASTS", "GATE_HOLDS"})
"""The rules whose findings another check counts, or none."""
_OUTCOMES = frozenset({"PASS", "UNKNOWN", "FAIL"})
_LISTING = "INPUT_FEATURES"
"""The check of which every reason is shown: each is a feature, and what is done about it."""
_REQUESTER = ("user", "organization", "commercial", "institute", "project", "recipient")
_MOST_ASKED = 3


def derive_gate(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold what is shown of the gate to the recorded evaluations and overrides, and to what else the file shows."""
    if shown.is_before_fourth:
        return
    evaluations, overrides, answers = (shown.each(part) for part in ("evaluations", "overrides", "gate"))
    evaluations, answers = ([_as_asked_now(one) for one in some] for some in (evaluations, answers))
    recorded = log.of("gate_evaluated", lambda content: subject_of(content) == shown.version)
    recorded.sort(key=lambda one: one.index)
    let_pass = log.of("override_gate", lambda content: subject_of(content) == shown.version)
    let_pass.sort(key=lambda one: one.index)
    if compare.rests_on_withheld([evaluations, overrides, answers]):
        return
    _as_recorded("evaluation", evaluations, [_gate_evaluation(one, log) for one in recorded], compare)
    _as_recorded("override", overrides, [_gate_override(one, log) for one in let_pass], compare)
    asked = list(
        {_key_of_question(one["question"]): one["question"] for one in map(_asked_by, reversed(recorded))}.values()
    )
    compare.holds([each.get("question") for each in answers] == asked[:_MOST_ASKED], "gate: its questions are others")
    compare.same("gate", shown.context, {"questions_left_out": max(len(asked) - _MOST_ASKED, 0)})
    for number, answer in enumerate(answers, 1):
        _gate_answer(answer, f"gate {number}", let_pass, shown, log, compare)


def _as_asked_now(one: Values) -> dict[str, Any]:
    """Return what a question came to without recipient and diseases where it was issued before these were asked for."""
    question = one.get("question")
    requester = question.get("requester") if isinstance(question, dict) else None
    if not isinstance(question, dict) or not isinstance(requester, dict):
        return dict(one)
    return {**one, "question": {"diseases": [], **question, "requester": {"recipient": None, **requester}}}


def _as_recorded(what: str, shown: list[dict[str, Any]], derived: list[dict[str, Any]], compare: Comparison) -> None:
    listed = [each.get("entry") for each in shown]
    compare.holds(listed == [one["entry"] for one in derived], f"{what}s: not those of the entries, in their order")
    for each, one in zip(shown, derived, strict=False):
        compare.same(f"{what} #{one['entry']}", each, one, by=(one["entry"],))


def _key_of_question(question: Values) -> str:
    return repr(question)


def _asked_by(one: Record) -> dict[str, Any]:
    content = one.content
    requester = content.get("requester") or {}
    return {
        "question": {
            "purpose": content["purpose"],
            "place": content["place"],
            "environment": content["environment"],
            "requester": {name: requester.get(name) for name in _REQUESTER},
            "diseases": content.get("diseases") or [],
        }
    }


def _gate_evaluation(one: Record, log: Disclosed) -> dict[str, Any]:
    content = one.content
    return {
        **_asked_by(one),
        "verdict": content["verdict"],
        "checks": [{"check": each["check"], "outcome": each["outcome"]} for each in content["checks"]],
        "artifact_digest": content.get("artifact_digest"),
        "policies_digest": content["policies_digest"],
        "by": log.actor(one),
        "at": stamp(one.since),
        "holds_until": stamp(micros(content["holds_until"])),
        "entry": one.index,
    }


def _gate_override(one: Record, log: Disclosed) -> dict[str, Any]:
    return {
        "evaluation": one.content["evaluation"],
        "reason": one.content["reason"],
        "by": log.actor(one),
        "at": stamp(one.since),
        "until": stamp(micros(one.content["until"])),
        "entry": one.index,
    }


def _gate_answer(
    answer: Values, where: str, let_pass: list[Record], shown: Shown, log: Disclosed, compare: Comparison
) -> None:
    checks = objects_in(answer.get("checks"))
    has_every = [each.get("check") for each in checks] == _every_check(checks, shown, log)
    compare.holds(has_every, f"{where}: it has not every check, in order")
    for each in checks:
        _gate_check(each, f"{where} {each.get('check')}", compare)
    newest = registrations_of(shown, log)[-1:]
    artifact = newest[0].content["artifact_digest"] if newest else None
    compare.same(where, answer, {"artifact_digest": artifact}, by=(one.index for one in newest))
    _requirements(answer, checks, where, log, compare)
    _gate_verdict(answer, checks, where, _exception(answer, artifact, newest, let_pass, log), compare)
    effective = [each for each in shown.each("statements") if not each.get("replaced_by")]
    for part in ("obligations", "refrains"):
        left_out = {one for each in effective for one in each.get(part) or ()} - set(answer.get(part) or ())
        compare.holds(not left_out, f"{where}: of its {part} {', '.join(sorted(left_out))} is left out")
    for each in checks:
        allows = ALLOWS.get(str(each.get("check")))
        if each.get("outcome") == "PASS" and allows is not None and newest:
            held = allows(each, newest[0], answer, shown, log)
            compare.holds(held, f"{where}: {each.get('check')} is shown as passed, by what else is shown it does not")


def _every_check(checks: list[dict[str, Any]], shown: Shown, log: Disclosed) -> list[str]:
    """Return the checks that there were when a file was issued: all but those that came later, as no recorded
    evaluation of the version has any of these.
    """
    recorded = log.of("gate_evaluated", lambda content: subject_of(content) == shown.version)
    asked = {each["check"] for one in recorded for each in one.content["checks"]}
    asked |= {str(each.get("check")) for each in checks}
    later: frozenset[str] = frozenset()
    for some in _CAME_LATER:
        if not asked.isdisjoint(some):
            break
        later |= some
    return [one for one in _CHECKS if one not in later]


def _gate_check(each: Values, where: str, compare: Comparison) -> None:
    """Hold what a check comes to, to its reasons; of one that does not pass no reason that does is shown, but what it
    lists.
    """
    found = [one.get("outcome") for one in objects_in(each.get("reasons"))]
    came_to = "FAIL" if "FAIL" in found else "PASS" if set(found) == {"PASS"} else "UNKNOWN"
    compare.same(where, each, {"outcome": came_to})
    hidden = {"PASS"} if came_to != "PASS" and each.get("check") != _LISTING else set()
    compare.holds(set(found) <= _OUTCOMES - hidden, f"{where}: its reasons")


def _requirements(
    answer: Values, checks: list[dict[str, Any]], where: str, log: Disclosed, compare: Comparison
) -> None:
    """Hold which checks are required to an evaluation by the same requirements, and the requirements to an entry."""
    policies = object_in(answer.get("policies"), "gate/policies")
    if policies.get("entry") is not None:
        published = [one.index for one in log.of("publish_policies")]
        compare.holds(policies["entry"] in published, f"{where}: no entry publishes its requirements")
    for one in _same_question(answer, log)[-1:]:
        # An evaluation of before there was a check knows nothing of whether it is required.
        judged = {each["check"] for each in one.content["checks"]}
        required = {each["check"] for each in one.content["checks"] if each.get("required") is True}
        listed = judged & {each.get("check") for each in checks if each.get("required") is True}
        compare.holds(required == listed, f"{where}: by #{one.index} other checks are required")


def _same_question(answer: Values, log: Disclosed) -> list[Record]:
    """Return the recorded evaluations of the same question by the same requirements."""
    policies = object_in(answer.get("policies"), "gate/policies").get("digest")
    return [
        one
        for one in log.of("gate_evaluated")
        if _asked_by(one)["question"] == answer.get("question") and one.content["policies_digest"] == policies
    ]


def _gate_verdict(
    answer: Values,
    checks: list[dict[str, Any]],
    where: str,
    excepted: list[Record],
    compare: Comparison,
) -> None:
    required = {each.get("outcome") for each in checks if each.get("required") is True}
    retired = any((each.get("check"), each.get("outcome")) == ("NOT_RETIRED", "FAIL") for each in checks)
    if required == {"PASS"}:
        verdict = "PASS"
    elif excepted and not retired and answer.get("verdict") not in {"FAIL", "UNKNOWN"}:
        # That two principals are one person nothing in a file needs to say: what grants less is believed.
        verdict = "BY_EXCEPTION"
    else:
        verdict = "FAIL" if "FAIL" in required else "UNKNOWN"
    counted = excepted if verdict == "BY_EXCEPTION" else []
    reasons = (one for each in checks for one in objects_in(each.get("reasons")))
    rests_on = {index for one in reasons for index in citations(one)}
    rests_on |= {index for one in counted for index in (one.index, one.content["evaluation"])}
    derived = {"verdict": verdict, "exception": [one.index for one in counted], "entries": sorted(rests_on)}
    compare.same(where, answer, derived)


def _exception(
    answer: Values, artifact: object, newest: list[Record], let_pass: list[Record], log: Disclosed
) -> list[Record]:
    """Return the overrides of two persons that let exactly this pass at the read point, none where they are fewer."""
    bound = {one.index for one in _same_question(answer, log) if one.content.get("artifact_digest") == artifact}
    held = []
    for one in let_pass:
        was = log.defined(one.actor, one.index)
        is_person = was is not None and was.content.get("principal_kind", "PERSON") == "PERSON"
        is_maker = any(signed_as_one(one, each, log) for each in newest)
        lasts = one.since <= log.valid_at < micros(one.content["until"])
        if one.authenticated and is_person and not is_maker and lasts and one.content["evaluation"] in bound:
            held.append(one)
    apart = [pair for pair in combinations(held, 2) if not signed_as_one(*pair, log)]
    last: dict[str, Record] = {}
    for one in sorted(chain.from_iterable(apart), key=lambda each: (micros(each.content["until"]), each.index)):
        last[one.actor] = one
    return sorted(last.values(), key=lambda one: one.index)


_Allows = Callable[[Values, Record, Values, Shown, Disclosed], bool]


def _of_role(shown: Shown, role: str) -> list[dict[str, Any]]:
    return [each for each in shown.each("snapshots") if each.get("role") == role]


def _inputs_sealed(_: Values, __: Record, ___: Values, shown: Shown, ____: Disclosed) -> bool:
    used = _of_role(shown, "TRAINING")
    return bool(used) and all(each.get("sealed_at") is not None for each in used)


def _inputs_verified(_: Values, __: Record, ___: Values, shown: Shown, ____: Disclosed) -> bool:
    return all(_is_sound(shown, each) for each in _of_role(shown, "TRAINING"))


def _is_sound(shown: Shown, each: Values) -> bool:
    found = each.get("verification")
    return is_verified(shown, each) and isinstance(found, dict) and found.get("result") == "OK"


def _evaluation_locked(_: Values, newest: Record, __: Values, ___: Shown, log: Disclosed) -> bool:
    uses = newest.content.get("evaluated_on", ())
    return bool(uses) and all(
        any(
            seal.content.get("locked") is True
            for seal in log.of_snapshot("seal_snapshot", identity_of(one["dataset"]), one["digest"])
        )
        for one in uses
    )


def _evaluation_apart(_: Values, __: Record, ___: Values, shown: Shown, ____: Disclosed) -> bool:
    separation = shown.context.get("separation")
    return isinstance(separation, dict) and separation.get("result") == "APART"


def _use_permitted(_: Values, __: Record, answer: Values, shown: Shown, log: Disclosed) -> bool:
    question = object_in(answer.get("question"), "gate/question")
    purpose = question.get("purpose")
    if question.get("diseases"):
        # The answers that are shown are of no disease: of one more may be permitted.
        return is_permitted_of_some_disease(shown, str(purpose), log)
    return all(each.get("decision") != "DENY" for each in shown.each("answers") if each.get("purpose") == purpose)


def _approvals_hold(each: Values, _: Record, __: Values, shown: Shown, ___: Disclosed) -> bool:
    """Return whether each approval that a reason rests on is shown as in force."""
    status = {index_in(one.get("entry")): one.get("status") for one in shown.each("approvals")}
    for reason in objects_in(each.get("reasons")):
        cited = set(citations(reason))
        if cited and all(status.get(index) != "APPROVED" for index in cited):
            return False
    return True


def _has_figures(_: Values, newest: Record, __: Values, ___: Shown, ____: Disclosed) -> bool:
    return bool(newest.content.get("evaluated_on")) and bool(newest.content.get("metrics"))


def _within_plan(each: Values, newest: Record, _: Values, shown: Shown, log: Disclosed) -> bool:
    cited = set(citations(each))
    every = log.of("assess_change", lambda content: subject_of(content) == shown.version)
    return all(
        one.index in cited
        and one.authenticated
        and not signed_as_one(one, newest, log)
        and one.content["status"] in {"INITIAL", "INSIDE"}
        for one in every[-1:]
    ) and bool(every)


def _in_service(_: Values, __: Record, ___: Values, shown: Shown, ____: Disclosed) -> bool:
    return shown.context.get("retirement") is None


def _newest_of(kind: str, each: Values, log: Disclosed, about: Callable[[Values], bool]) -> Record | None:
    """Return the newest disclosed record of a kind about something where the check cites it and a key proves it."""
    every = log.of(kind, about)
    newest = max(every, key=lambda one: (one.order, one.index), default=None)
    return newest if newest is not None and newest.authenticated and newest.index in citations(each) else None


def _assessed(each: Values, newest: Record, _: Values, ___: Shown, log: Disclosed) -> bool:
    digest = newest.content["environment"]["digest"]
    found = _newest_of("assess_environment", each, log, lambda content: content.get("environment") == digest)
    return found is not None


def _features_listed(each: Values, _: Record, __: Values, shown: Shown, log: Disclosed) -> bool:
    found = _newest_of("assess_features", each, log, lambda content: subject_of(content) == shown.version)
    return found is not None


def _bound_by_agreement(each: Values, _: Record, __: Values, ___: Shown, log: Disclosed) -> bool:
    """Return whether who runs it there is the house itself, or an agreement with them lasts."""
    for one in log.of("declare_operator"):
        lasting = [
            agreement
            for agreement in one.content.get("agreements", ())
            if agreement.get("until") is None or micros(agreement["until"]) > log.valid_at
        ]
        if one.index in citations(each) and one.authenticated:
            return one.content.get("internal") is True or bool(lasting)
    return False


def _is_watched(each: Values, _: Record, __: Values, shown: Shown, log: Disclosed) -> bool:
    found = _newest_of("plan_monitoring", each, log, lambda content: subject_of(content) == shown.version)
    return found is not None and micros(found.content["review_by"]) > log.valid_at


def _signed_by_key(_: Values, __: Record, ___: Values, shown: Shown, ____: Disclosed) -> bool:
    return object_in(shown.context.get("signed"), "signed").get("state") == "VERIFIED"


def _without_findings(_: Values, __: Record, ___: Values, shown: Shown, ____: Disclosed) -> bool:
    version = [each.get("id") for each in shown.each("nodes") if each.get("root") is True]
    return not any(
        each.get("node") in version
        and (each.get("severity"), each.get("stands")) == ("HIGH", "OPEN")
        and each.get("code") not in _DECIDED_ELSEWHERE
        for each in shown.each("estate")
    )


ALLOWS: Mapping[str, _Allows] = {
    "INPUTS_SEALED": _inputs_sealed,
    "INPUTS_VERIFIED": _inputs_verified,
    "USE_DEPLOYMENT": _use_permitted,
    "APPROVALS": _approvals_hold,
    "CODE": lambda _, newest, *__: newest.content["code"].get("clean") is True,
    "ENVIRONMENT": lambda _, newest, *__: newest.content["environment"].get("description") is not None,
    "SIGNATURE": _signed_by_key,
    "EVALUATION_LOCKED": _evaluation_locked,
    "EVALUATION_APART": _evaluation_apart,
    "METRICS": _has_figures,
    "CHANGE_PLAN": _within_plan,
    "NOT_RETIRED": _in_service,
    "COMPONENTS": _assessed,
    "INPUT_FEATURES": _features_listed,
    "AGREEMENTS": _bound_by_agreement,
    "MONITORING": _is_watched,
    "FINDINGS": _without_findings,
}
"""Of a check whether what the file shows allows it to pass; of the others the catalog's word stands."""
