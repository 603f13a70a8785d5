"""`lineward snapshot replay`: the runs that made a state, in the order in which they are to be repeated."""

from __future__ import annotations

from typing import Any, Final

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_table, short
from catalog.cli.snapshots import snapshot_named
from catalog.cli.words import count, full_name
from catalog.errors import AskerError, Exit

_NODE: Final = "id ... on Asset { name } ... on Snapshot { digest ref { namespace name } }"
_REPLAY: Final = f"""
query Replay($of: ID!, $asOf: AsOfInput) {{ replayPlan(of: $of, asOf: $asOf) {{ __typename
  ... on Problem {{ code message }}
  ... on ReplayPlan {{ isPossible lacking entries {FIELDS} beginsWith {{ {_NODE} }}
    steps {{ repository revision clean environmentDigest environmentDescription lacking entries
      run {{ id runId job {{ name }} }} makes {{ {_NODE} }}
      reads {{ entry asset {{ {_NODE} }} exactState {{ {_NODE} }} }} }} }} }} }}
"""


_FEATURE_SETS: Final = """
query FeatureSets($of: ID!, $asOf: AsOfInput) { node(id: $of, asOf: $asOf) {
  ... on Dataset { featureSetVersions { version snapshots { id } } } } }
"""


def replay(
    client: Client, of: str, as_of: dict[str, Any], feature_set_version: str | None = None, *, as_json: bool
) -> Exit:
    """Print the plan: `Exit.FINDING` where something is lacking. With a version of a feature set, of the newest state
    of the dataset that holds it.
    """
    if feature_set_version is None:
        id_ = snapshot_named(client, of, ("ModelVersion",))
    else:
        id_ = _state_of(client, of, feature_set_version, as_of)
    found = succeeded(ask(client, _REPLAY, {"of": id_, "asOf": as_of or None})["replayPlan"])
    code = Exit.FINE if found["isPossible"] else Exit.FINDING
    if as_json:
        print_json({name: value for name, value in found.items() if name != "__typename"})
        return code
    rows = [
        (
            number,
            one["run"]["job"]["name"] if one["run"] and one["run"]["job"] else "not recorded",
            (one["revision"] or "not recorded")[:12],
            short(one["environmentDigest"]) if one["environmentDigest"] else "not recorded",
            ", ".join(_named(each["exactState"] or each["asset"]) for each in one["reads"]) or "not recorded",
            ", ".join(map(_named, one["makes"])),
        )
        for number, one in enumerate(found["steps"], 1)
    ]
    head = ("step", "job", "revision", "environment", "reads", "makes")
    print_table("", head, rows, empty="No run is recorded that made it.", yielding=("reads", "makes"))
    for one in found["beginsWith"]:
        note(f"Begins with {_named(one)}.")
    lacking = [
        *found["lacking"],
        *(f"Step {at}: {text}" for at, one in enumerate(found["steps"], 1) for text in one["lacking"]),
    ]
    for text in lacking:
        note(text)
    note("Nothing is lacking." if found["isPossible"] else f"{count(len(lacking), 'thing')} lacking.")
    warn(found["completeness"])
    return code


def _state_of(client: Client, of: str, version: str, as_of: dict[str, Any]) -> str:
    asked = {"of": identify(client, of, ("Dataset",)), "asOf": as_of or None}
    held = (ask(client, _FEATURE_SETS, asked)["node"] or {}).get("featureSetVersions", [])
    states = [each["id"] for one in held if one["version"] == version for each in one["snapshots"]]
    if states:
        return str(states[-1])
    known = sorted({one["version"] for one in held})
    if version in known:
        raise AskerError(f"No state of {of} is known of when it held version {version} of its feature set.")
    there = f"it held {', '.join(known)}." if known else "declare_dataset says which one it holds."
    raise AskerError(f"{of} never held version {version} of a feature set; {there}")


def _named(one: dict[str, Any] | None) -> str:
    if one is None:
        return "what may not be seen"
    if "digest" in one:
        return f"{full_name(one['ref'])} {short(one['digest'])}"
    return str(one.get("name", one["id"]))
