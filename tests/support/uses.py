"""Payloads of records of permitted use, and an estate of made-up flows to hold them against."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.support.records import RAW, House, event


def permission(statement: str = "board-1", **more: Any) -> dict[str, Any]:
    """Return a statement that allows general research on the raw visits."""
    return {
        "kind": "permit_use",
        "use_statement": statement,
        "of": {"dataset": RAW},
        "authority": "made-up data access committee",
        "terms": [{"code": "GRU"}],
        **more,
    }


def licence(*replaces: str, statement: str = "licence-1", **more: Any) -> dict[str, Any]:
    return {
        **permission(statement),
        "kind": "license_use",
        "replaces": list(replaces) or ["board-1"],
        "basis": "Made-up amendment 3",
        **more,
    }


def withdrawal_of_consent(statement: str = "board-1", **more: Any) -> dict[str, Any]:
    return {"kind": "withdraw_consent", "use_statement": statement, "reason": "By letter to the board", **more}


def ending(statement: str = "board-1", **more: Any) -> dict[str, Any]:
    return {"kind": "end_use_statement", "use_statement": statement, "reason": "The study closed", **more}


def transfer(**more: Any) -> dict[str, Any]:
    return {
        "kind": "record_transfer",
        "of": {"dataset": RAW},
        "place": "elsewhere",
        "basis": "Made-up contract 9",
        **more,
    }


def undertaking(condition: str, statement: str = "board-1", **more: Any) -> dict[str, Any]:
    return {
        "kind": "undertake_use",
        "use_statement": statement,
        "condition": condition,
        "reason": "Agreed in made-up minutes",
        **more,
    }


def ending_exception(kind: str, index: int, **more: Any) -> dict[str, Any]:
    """Return that a transfer or an undertaking, by its index, ends."""
    return {"kind": f"end_{kind}", kind: index, "reason": "A made-up contract ended", **more}


def named(name: str) -> dict[str, str]:
    """Return a dataset of the made-up estate."""
    return {"namespace": "estate", "name": name}


def flow(house: House, number: int, source: str, target: str, at: str = "2026-01-01T10:00:00Z", **more: Any) -> None:
    """Let a job of its own write one dataset of the estate from another."""
    made = event("COMPLETE", at, str(UUID(int=0x190D2E600007000800000000000000 + number)))
    made["job"] = {"namespace": "pipeline", "name": f"{source} to {target}", "facets": {}}
    made["inputs"] = [{**named(source), "facets": {}}]
    made["outputs"] = [{**named(target), "facets": more}]
    house.send(made)
