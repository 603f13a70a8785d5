"""What became of a model version: whether its signature can hold, its releases, deployments and retirement."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from reports.standalone.bodies import Record, Values, optional_micros, stamp
from reports.standalone.comparison import Comparison, Shown, citations, object_in, registrations_of, subject_of
from reports.standalone.disclosed import Disclosed

_STATES = frozenset({"VERIFIED", "INVALID", "UNKNOWN_KEY", "ABSENT"})


def derive_signature(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold the state of the signature to what the registration and the records of its key allow.

    The signature itself is not computed anew: only the holder of the artifact can do all of that.
    """
    signed = shown.context.get("signed")
    registrations = registrations_of(shown, log)
    if shown.is_before_fourth or not registrations or compare.rests_on_withheld([shown.model, signed]):
        return
    found, newest = object_in(signed, "signed"), registrations[-1]
    state, cited = found.get("state"), set(citations({"entries": found.get("entries")}))
    compare.holds(state in _STATES, "signature: there is no such state")
    compare.holds(
        (state == "ABSENT") == (newest.content.get("signature") is None),
        "signature: whether there is one is not what the registration says",
    )
    compare.holds(newest.index in cited, "signature: the registration is not cited")
    fingerprint = found.get("fingerprint")
    if fingerprint is None:
        certified = _is_certified(newest.content.get("signature"))
        compare.holds(state != "VERIFIED" or certified, "signature: it is verified by no key and no certificate")
        compare.same("signature", found, {"key_holder": None, "entries": [newest.index]} if not certified else {})
        return
    keys = [one for one in log.of("register_signing_key") if _fingerprint(one) == fingerprint]
    compare.holds(bool(keys), "signature: no entry registers its key")
    by_entry = [one for one in keys if one.index in cited]
    compare.holds(len(by_entry) == 1, "signature: it does not cite one registration of its key")
    for key in by_entry[:1]:
        compare.same("signature", found, {"key_holder": key.content["key_holder"]}, by=(key.index,))
        ends = [one.since for one in log.of("end_signing_key", lambda content: content["fingerprint"] == fingerprint)]
        ends += [until] if (until := optional_micros(key.content.get("until"))) is not None else []
        cites = {newest.index, key.index, *(one.index for one in log.of("end_signing_key") if one.index in cited)}
        compare.holds(cited == cites, "signature: it cites other entries than it rests on")
        in_force = key.since <= newest.since and all(newest.since < end for end in ends)
        compare.holds(state != "VERIFIED" or in_force, "signature: its key was not in force at the registration")


def _is_certified(signature: object) -> bool:
    """Return whether a certificate comes with a signature, as in a Sigstore bundle."""
    try:
        written = str(signature).translate(str.maketrans("-_", "+/"))
        bundle = json.loads(base64.b64decode(written + "=" * (-len(written) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(bundle, dict) and "verificationMaterial" in bundle


def _fingerprint(key: Record) -> str | None:
    try:
        der = base64.b64decode(key.content["public_key"], validate=True)
    except ValueError:
        return None
    return f"sha256:{hashlib.sha256(der).hexdigest()}"


def derive_releases(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare releases, deployments and the retirement with the records that make and end them."""
    if shown.is_before_fourth:
        return
    parts = {name: shown.each(name) for name in ("releases", "deployments")}
    if compare.rests_on_withheld([parts, shown.context.get("retirement")]):
        return
    own = log.of("release_model_version", lambda content: subject_of(content) == shown.version)
    _compare_deployed("releases", parts["releases"], [_release(one, log) for one in own], compare)
    begun = [
        one
        for kind in ("deploy_model_version", "roll_back_deployment")
        for one in log.of(kind)
        if subject_of(one.content) == shown.version
    ]
    begun.sort(key=lambda one: one.index)
    _compare_deployed("deployments", parts["deployments"], [deployment_of(one, log) for one in begun], compare)
    retired = log.of("retire_model_version", lambda content: subject_of(content) == shown.version)
    first = min(retired, key=lambda one: (one.since, one.index), default=None)
    compare.same("retirement", shown.context, {"retirement": None if first is None else _retirement(first, log)})


def _compare_deployed(
    part: str, shown: list[dict[str, Any]], derived: list[dict[str, Any]], compare: Comparison
) -> None:
    compare.alike(part, (one.get("entry") for one in shown), (one["entry"] for one in derived))
    by_entry = {one["entry"]: one for one in derived}
    for each in shown:
        entry = each.get("entry")
        if isinstance(entry, int) and entry in by_entry:
            compare.same(f"{part} #{entry}", each, by_entry[entry], by=(entry,))
    listed = [one.get("entry") for one in shown if one.get("entry") in by_entry]
    compare.holds(listed == [one["entry"] for one in derived], f"{part}: not in their order")


def _release(one: Record, log: Disclosed) -> dict[str, Any]:
    return {
        "environment": one.content["environment"],
        "reason": one.content["reason"],
        **_of_release(one, log),
    }


def _of_release(one: Record, log: Disclosed) -> dict[str, Any]:
    return {
        "artifact_digest": one.added.get("artifact_digest"),
        "gate": one.content.get("gate"),
        "by": log.actor(one),
        "at": stamp(one.since),
        "entry": one.index,
    }


def deployment_of(one: Record, log: Disclosed) -> dict[str, Any]:
    """Return what a report shows of a deployment, with what ended it first."""
    rolls_back = one.kind == "roll_back_deployment"
    places: Values = one.added if rolls_back else one.content
    until = None if rolls_back else optional_micros(one.content.get("until"))
    ends: list[tuple[int, int | None]] = [] if until is None else [(until, None)]
    ends += sorted(_deployment_ends(one.index, log))[:1]
    end = min(ends, key=lambda each: each[0], default=(None, None))
    return {
        "place": places["place"],
        "environment": places["environment"],
        "replaces": one.content.get("deployment" if rolls_back else "replaces"),
        "rolls_back": rolls_back,
        "until": None if end[0] is None else stamp(end[0]),
        "live": end[0] is None or log.valid_at < end[0],
        "ended": None if end[1] is None else {"entry": end[1]},
        **_of_release(one, log),
    }


def _deployment_ends(deployment: int, log: Disclosed) -> Iterator[tuple[int, int]]:
    """Yield when something ended a deployment, and by which entry."""
    for kind, member in (
        ("end_deployment", "deployment"),
        ("roll_back_deployment", "deployment"),
        ("deploy_model_version", "replaces"),
    ):
        for one in log.of(kind):
            if one.content.get(member) == deployment:
                yield one.since, one.index


def _retirement(one: Record, log: Disclosed) -> dict[str, Any]:
    return {"reason": one.content["reason"], "by": log.actor(one), "at": stamp(one.since), "entry": one.index}
