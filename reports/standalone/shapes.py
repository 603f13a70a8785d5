"""What a body must have for anything to be derived of it; each body is held to this once, when it is read."""

from __future__ import annotations

from typing import Any

from reports.standalone.outcome import MalformedError

Shape = Any
"""A type; a list of one shape; or an object's members by name, with `?` behind those that may be absent."""

_CALLED = {str: "text", int: "whole number", float: "number", bool: "truth value"}
_NAMED = {"namespace": str, "name": str}
_SNAPSHOT = {"dataset": _NAMED, "digest": str}
_CODES = [{"system": str, "code": str}]
_VERSION = {"model": _NAMED, "version": str}
_EVENT = {"run?": {"runId": str}, "job?": _NAMED}

_ACCESS = {"target_kind": str, "namespace": str, "name?": str, "column?": str}
_ASKED = {"principal": str, "actions": [str], "target": _ACCESS, "purposes": [str], "until": str, "reason": str}

_RECORDS: dict[str, Shape] = {
    "define_principal": {
        "principal": str,
        "display_name": str,
        "principal_kind?": str,
        "title?": str,
        "organisation?": str,
        "roles?": [str],
        "approves?": [str],
        "active?": bool,
    },
    "issue_key": {"principal": str, "key_id": str},
    "revoke_key": {"principal": str, "key_id": str},
    "declare_dataset": {
        "dataset": _NAMED,
        "source_system?": {"name": str, "kind": str},
        "retention?": {"policy_class": str, "period_days": int},
        "permitted_use?": {},
        "source?": str,
        "valid_from?": str,
    },
    "declare_source": {
        "source": str,
        "source_kind?": str,
        "retention?": {"policy_class": str, "period_days": int},
        "valid_from?": str,
    },
    "declare_key": {"key": str, "environment": str, "used_by?": [str], "valid_from?": str, "until?": str},
    "end_key": {"key": str, "valid_from?": str},
    "tag": {"dataset": _NAMED, "column?": str, "phi_kind": str, "codes?": _CODES, "valid_from?": str},
    "attest_deidentification": {
        "job?": _NAMED,
        "model_version?": _VERSION,
        "job_version?": str,
        "run_id?": str,
        "method": str,
        "clears?": _CODES,
        "alterations?": [str],
        "schema_version?": str,
        "valid_from?": str,
        "until?": str,
    },
    "end_attestation": {"attestation": int, "effect?": str, "valid_from?": str},
    "seal_snapshot": {
        **_SNAPSHOT,
        "manifest?": [{"digest": str, "size": int}],
        "foreign?": [{"system": str, "id": str}],
        "run_id?": str,
        "job?": _NAMED,
    },
    "verify_snapshot": {**_SNAPSHOT, "result": str, "differing?": [str]},
    "register_model_version": {
        **_VERSION,
        "trained_on?": [_SNAPSHOT],
        "evaluated_on?": [_SNAPSHOT],
        "code": {"repository": str, "revision": str, "clean?": bool},
        "environment": {"digest": str},
        "artifact_digest": str,
        "metrics?": [{"name": str, "value": float}],
        "run_id?": str,
        "job?": _NAMED,
    },
    "register_signing_key": {"public_key": str, "key_holder": str, "valid_from?": str, "until?": str},
    "end_signing_key": {"fingerprint": str, "valid_from?": str},
    "release_model_version": {
        "model_version": _VERSION,
        "environment": str,
        "reason": str,
        "gate?": int,
        "valid_from?": str,
    },
    "deploy_model_version": {
        "model_version": _VERSION,
        "place": str,
        "environment": str,
        "gate?": int,
        "replaces?": int,
        "valid_from?": str,
        "until?": str,
    },
    "roll_back_deployment": {"model_version": _VERSION, "deployment": int, "gate?": int, "valid_from?": str},
    "end_deployment": {"deployment": int, "valid_from?": str},
    "retire_model_version": {"model_version": _VERSION, "reason": str, "valid_from?": str},
    "assess_change": {"model_version": _VERSION, "status": str, "plan": str, "plan_digest?": str, "reason": str},
    "assess_environment": {
        "environment": str,
        "sbom_format": str,
        "sbom_digest": str,
        "source": str,
        "vulnerabilities": {"critical": int, "high": int, "medium": int, "low": int},
        "valid_from?": str,
    },
    "assess_features": {
        "model_version": _VERSION,
        "features": [{"feature": str, "measures": [str], "mitigation": str}],
        "reason": str,
    },
    "plan_monitoring": {
        "model_version": _VERSION,
        "plan": str,
        "plan_digest?": str,
        "review_by": str,
        "fallback?": str,
    },
    "declare_operator": {
        "place": str,
        "internal?": bool,
        "agreements?": [{"kind": str, "until?": str}],
        "valid_from?": str,
    },
    "override_gate": {"model_version": _VERSION, "evaluation": int, "reason": str, "until": str},
    "gate_evaluated": {
        "model_version": _VERSION,
        "verdict": str,
        "purpose": str,
        "place": str,
        "environment": str,
        "requester": {},
        "diseases?": [str],
        "policies_digest": str,
        "holds_until": str,
        "checks": [{"check": str, "outcome": str, "required?": bool}],
    },
    "request_approval": {
        "subject": {"model_version?": _VERSION, "snapshot?": _SNAPSHOT, "dataset?": _NAMED},
        "approval_kind": str,
        "expires_at?": str,
    },
    "decide_approval": {
        "request": int,
        "decision": str,
        "signer": {"printed_name?": str, "time_zone": str},
        "expires_at?": str,
        "conditions?": [str],
        "requires?": [str],
        "sign_in?": {"at": str, "components": [str]},
        "irb?": {"determination": str, "protocol": str, "continuing_review?": str},
    },
    "meet_condition": {"request": int, "text": str, "evidence": str},
    "request_access": _ASKED,
    "grant_access": {**_ASKED, "since?": str, "request?": int},
    "refuse_access": {"principal": str, "request": int, "reason": str},
    "end_grant": {"principal": str, "grant": int, "reason": str},
    "decide_access": {
        "principal": str,
        "action": str,
        "target": _ACCESS,
        "allowed": bool,
        "at": str,
        "circumstances?": {"purpose?": str, "diseases?": [str]},
        "refused?": {"kind": str, "valid_from?": str, "roles?": [str]},
    },
    "delegate_approvals": {"to": str, "approval_kinds": [str], "until": str, "reason": str},
}
_ADDED: dict[str, Shape] = {
    "seal_snapshot": {"job?": _NAMED},
    "register_model_version": {"job?": _NAMED},
    "release_model_version": {"artifact_digest?": str},
    "deploy_model_version": {"artifact_digest?": str},
    "roll_back_deployment": {"artifact_digest?": str, "place": str, "environment": str},
    "request_approval": {"digests": [{"of": str, "digest": str}], "dossier_digest?": str},
    "decide_approval": {"printed_name?": str, "key_id?": str},
}


def hold_body(kind: str, body: object) -> None:
    """Raise MalformedError, naming the place, where a body lacks what its kind of entry must have."""
    if kind.startswith("record."):
        name = kind.removeprefix("record.")
        record, added = _RECORDS.get(name, {}), _ADDED.get(name, {})
        _hold(body, {"record": record, "added": added, "authenticated": bool}, "")
    elif kind.startswith("openlineage."):
        _hold(body, {"event": _EVENT}, "")


def _hold(value: object, shape: Shape, at: str) -> None:
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise MalformedError(f"{at or 'it'} is no object")
        for name, inner in shape.items():
            member = name.removesuffix("?")
            if value.get(member) is not None:
                _hold(value[member], inner, f"{at}/{member}")
            elif member == name:
                raise MalformedError(f"{at}/{member} is missing")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise MalformedError(f"{at} is no list")
        for number, item in enumerate(value):
            _hold(item, shape[0], f"{at}/{number}")
    elif not isinstance(value, (int, float) if shape is float else shape) or isinstance(value, bool) != (shape is bool):
        raise MalformedError(f"{at} is no {_CALLED[shape]}")
