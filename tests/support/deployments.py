"""Payloads of records of releases and deployments."""

from __future__ import annotations

from typing import Any

from tests.support.records import MODEL


def version_ref(version: str = "1") -> dict[str, Any]:
    return {"model": MODEL, "version": version}


def release(version: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "kind": "release_model_version",
        "model_version": version_ref(version),
        "environment": "production",
        "reason": "The trial met its criteria",
        **more,
    }


def deployment(version: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "kind": "deploy_model_version",
        "model_version": version_ref(version),
        "place": "North",
        "environment": "production",
        **more,
    }


def rollback(deployment: int, version: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "kind": "roll_back_deployment",
        "deployment": deployment,
        "model_version": version_ref(version),
        "reason": "Alarms doubled",
        **more,
    }


def ending_deployment(deployment: int, **more: Any) -> dict[str, Any]:
    return {"kind": "end_deployment", "deployment": deployment, "reason": "The ward moved", **more}


def retirement(version: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "kind": "retire_model_version",
        "model_version": version_ref(version),
        "reason": "It was replaced",
        **more,
    }
