"""`lineward model live`, `running`, `rollback-target`: which models run where, on which data, what to go back to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_table
from catalog.cli.unknown import note_place
from catalog.cli.words import count
from catalog.errors import Exit
from graph_schema.nodes import Source

_DEPLOYMENT: Final = """
entry placeName environmentName isLive deployedAt endsAt gateEntry rollsBack
  modelVersion { id name model { namespace name } version }
"""
_RUNNING: Final = f"""
query Running($place: String!, $asOf: AsOfInput) {{ runningAt(place: $place, asOf: $asOf) {{ {_DEPLOYMENT} }} }}
"""
_LIVE: Final = f"""
query Live($of: ID!, $asOf: AsOfInput) {{ liveModels(of: $of, asOf: $asOf) {{ __typename
  ... on Problem {{ code message }}
  ... on LiveModels {{ entries {FIELDS}
    models {{ entries path {{ from to kind }} deployments {{ {_DEPLOYMENT} }} }} }} }} }}
"""
_ROLLBACK: Final = """
query Rollback($of: ID!, $environment: String!, $asOf: AsOfInput) {
  rollbackTarget(of: $of, environment: $environment, asOf: $asOf) { __typename
    ... on Problem { code message }
    ... on RollbackTarget { target { ...Candidate } judged { ...Candidate } } } }
fragment Candidate on RollbackCandidate { passes reason entries modelVersion { id name } }
"""
_HEAD: Final = ("version", "place", "environment", "since", "until", "gate", "entry")


def live(client: Client, asset: str | None, source: str | None, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print which model versions are live on some data."""
    of = (
        Source(source).id
        if source is not None
        else identify(client, asset or "", ("Dataset", "Snapshot", "ModelVersion"))
    )
    found = succeeded(ask(client, _LIVE, {"of": of, "asOf": as_of or None})["liveModels"])
    if as_json:
        print_json({name: value for name, value in found.items() if name != "__typename"})
        return Exit.FINE
    rows = [(*row, count(len(one["path"]), "step")) for one in found["models"] for row in _rows(one["deployments"])]
    head = (*_HEAD, "away")
    print_table("", head, rows, empty="No model is live on it.", optional=("until", "gate"), yielding=("version",))
    if rows:
        note(f"{count(len(found['models']), 'model version')} live on it.")
    warn(found["completeness"])
    return Exit.FINE


def running(client: Client, place: str, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print what runs at a place."""
    found = ask(client, _RUNNING, {"place": place, "asOf": as_of or None})["runningAt"]
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = list(_rows(found))
    print_table("", _HEAD, rows, empty="Nothing runs there.", optional=("until", "gate"), yielding=("version",))
    if rows:
        note(f"{count(len(rows), 'deployment')} running.")
    else:
        note_place(client, place)
    return Exit.FINE


def rollback_target(client: Client, version: str, environment: str, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print what a version may be rolled back to, and why: `Exit.FINDING` where there is nothing."""
    of = identify(client, version, ("ModelVersion",))
    variables = {"of": of, "environment": environment, "asOf": as_of or None}
    found = succeeded(ask(client, _ROLLBACK, variables)["rollbackTarget"])
    target = found["target"]
    if as_json:
        print_json({name: value for name, value in found.items() if name != "__typename"})
        return Exit.FINE if target else Exit.FINDING
    words = {True: "yes", False: "no", None: "unknown"}
    rows = [(_name(one), words[one["passes"]], one["reason"]) for one in found["judged"]]
    print_table("", ("version", "may", "because"), rows, empty="No other version was released there.")
    note(f"Go back to {_name(target)}." if target else "There is nothing to go back to.")
    return Exit.FINE if target else Exit.FINDING


def _name(candidate: dict[str, Any]) -> str:
    return candidate["modelVersion"]["name"] if candidate["modelVersion"] else "hidden"


def _rows(deployments: Iterable[dict[str, Any]]) -> Iterable[tuple[Any, ...]]:
    for one in deployments:
        version = one["modelVersion"]
        name = f"{version['model']['namespace']} {version['name']}" if version else "hidden"
        since, until = one["deployedAt"], one["endsAt"]
        yield name, one["placeName"], one["environmentName"], since, until, one["gateEntry"], one["entry"]
