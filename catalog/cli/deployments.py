"""`lineward model versions`, `live`, `running`, `rollback-target`: a model's versions, which run where and on which
data, and what to go back to.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, pages, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_table
from catalog.cli.unknown import note_place
from catalog.cli.words import count, words_of
from catalog.errors import AskerError, Exit
from graph_schema.nodes import Source

_DEPLOYMENT: Final = """
entry placeName environmentName isLive deployedAt endsAt gateEntry rollsBack
  modelVersion { id name model { namespace name } version }
"""
_PAGE: Final = 100
_VERSIONS: Final = """
query Versions($id: ID!, $first: Int!, $after: String, $asOf: AsOfInput) {
  node(id: $id, asOf: $asOf) { ... on Model {
    versions(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes {
      id name version state registration { registeredAt registeredBy artifactDigest entry metrics { name value split } }
      releases { environmentName releasedAt entry } deployments { isLive placeName environmentName entry }
      retirement { reason since entry } } } } } }
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


def versions(client: Client, model: str, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print the versions of a model, the newest first; raises AskerError where the model is not there then."""
    asked = {"id": identify(client, model, ("Model",)), "first": _PAGE, "asOf": as_of or None}
    found = [one for page in pages(client, _VERSIONS, asked, _of_model) for one in page["nodes"]]
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = []
    for one in found:
        registered, retired = one["registration"], one["retirement"]
        rows.append(
            (
                one["version"],
                words_of(one["state"]) if retired is None else f"retired: {retired['reason']}",
                registered and registered["registeredAt"],
                registered and registered["registeredBy"],
                ", ".join(dict.fromkeys(each["environmentName"] for each in one["releases"])),
                ", ".join(
                    f"{each['placeName']} ({each['environmentName']})" for each in one["deployments"] if each["isLive"]
                ),
            )
        )
    head = ("version", "state", "registered", "by", "released into", "runs at")
    print_table("", head, rows, empty="It has no version.", yielding=("state", "runs at"))
    if rows:
        note(f"{count(len(rows), 'version')}.")
    return Exit.FINE


def _of_model(data: dict[str, Any]) -> dict[str, Any]:
    node: dict[str, Any] | None = data["node"]
    if node is None:
        raise AskerError("The model is not there at the time asked for.")
    return dict(node["versions"])


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
        name = f"{version['model']['namespace']}/{version['name']}" if version else "hidden"
        since, until = one["deployedAt"], one["endsAt"]
        yield name, one["placeName"], one["environmentName"], since, until, one["gateEntry"], one["entry"]
