"""What was assessed and planned of a model version, derived of the records that say it: what came last is in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reports.standalone.bodies import Values, micros, stamp
from reports.standalone.comparison import Comparison, Shown, object_in, registrations_of, subject_of
from reports.standalone.disclosed import Disclosed


def derive_assessments(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare each with the newest record of its kind about the version, or about the environment it was built in."""
    registered = registrations_of(shown, log)[-1:]
    environment = registered[0].content["environment"]["digest"] if registered else None
    for part, (kind, derive) in _ASSESSMENTS.items():
        held = shown.context.get(part)
        if compare.rests_on_withheld([held]):
            continue
        about = _about_environment(environment) if kind == "assess_environment" else _about_version(shown)
        newest = max(log.of(kind, about), key=lambda one: (one.order, one.index), default=None)
        if newest is None or held is None:
            compare.holds(newest is None and held is None, f"{part}: no entry says it, or it is left out")
            continue
        derived = {**derive(newest.content), "by": log.actor(newest), "at": stamp(newest.since), "entry": newest.index}
        compare.same(part, object_in(held, part), derived, by=(newest.index,))


def _about_version(shown: Shown) -> Callable[[Values], bool]:
    return lambda content: subject_of(content) == shown.version


def _about_environment(digest: object) -> Callable[[Values], bool]:
    return lambda content: content["environment"] == digest


def _change_assessment(content: Values) -> dict[str, Any]:
    return {name: content.get(name) for name in ("status", "plan", "plan_digest", "reason")}


def _environment_assessment(content: Values) -> dict[str, Any]:
    return {**{name: content[name] for name in ("sbom_format", "sbom_digest", "source")}, **content["vulnerabilities"]}


def _feature_assessment(content: Values) -> dict[str, Any]:
    listed = [{name: one[name] for name in ("feature", "measures", "mitigation")} for one in content["features"]]
    return {"features": listed, "reason": content["reason"]}


def _monitoring_plan(content: Values) -> dict[str, Any]:
    return {
        "plan": content["plan"],
        "plan_digest": content.get("plan_digest"),
        "review_by": stamp(micros(content["review_by"])),
        "fallback": content.get("fallback"),
    }


_ASSESSMENTS: dict[str, tuple[str, Callable[[Values], dict[str, Any]]]] = {
    "change_assessment": ("assess_change", _change_assessment),
    "environment_assessment": ("assess_environment", _environment_assessment),
    "feature_assessment": ("assess_features", _feature_assessment),
    "monitoring_plan": ("plan_monitoring", _monitoring_plan),
}
