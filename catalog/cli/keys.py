"""`lineward key`: principals and the keys that they act by."""

from __future__ import annotations

from typing import Any

from rich.panel import Panel
from rich.text import Text

from catalog.cli.ending import Exit
from catalog.cli.gateway import Gateway, ask, checked, succeeded
from catalog.cli.output import err, out, print_json, print_line, print_table, say
from catalog.errors import AskerError, SenderError

_ISSUE = """
mutation Issue($principal: String!) { issueKey(principal: $principal) { __typename
  ... on IssuedKey { keyId secret receipt { index } } ... on Problem { code message } ... on InvalidInput { field } } }
"""


def create(
    way: Gateway,
    principal: str,
    display_name: str | None,
    kind: str,
    roles: list[str],
    approves: list[str],
    *,
    as_json: bool,
) -> Exit:
    """Define a principal where roles are given, and issue a key to it; the key is printed this once."""
    if approves and not roles:
        raise SenderError("--approves defines the principal anew: name its roles too, such as --role approver.")
    if roles:
        definition = {
            "kind": "define_principal",
            "principal": principal,
            "display_name": display_name or principal,
            "principal_kind": kind.upper(),
            "roles": roles,
            "approves": [one.upper() for one in approves],
        }
        checked(way.request("POST", "api/v1/records", json=definition))
    issued = succeeded(ask(way, _ISSUE, {"principal": principal})["issueKey"])
    if as_json:
        print_json({"keyId": issued["keyId"], "principal": principal, "key": issued["secret"]})
        return Exit.FINE
    if out.is_terminal:
        err.print(Panel(Text(issued["secret"]), title=Text(f"key of {principal}, shown this once"), expand=False))
    else:
        print_line(issued["secret"])
    say("Keep it where the emitter reads it (OPENLINEAGE_API_KEY, LINEWARD_KEY); only its hash stays here.")
    say("From now on every request needs a key, on this machine too.")
    return Exit.FINE


def listed(way: Gateway, *, as_json: bool) -> Exit:
    """Print every principal with its keys."""
    found = _principals(way)
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = [
        (
            one["principal"],
            one["displayName"],
            one["kind"],
            one["roles"],
            one["approves"],
            "" if one["active"] else "no",
            key["keyId"] if key else None,
            (key or {}).get("issuedAt"),
            (key or {}).get("revokedAt"),
        )
        for one in found
        for key in one["keys"] or [None]
    ]
    columns = ("principal", "name", "kind", "roles", "approves", "active", "key", "issued", "revoked")
    print_table("", columns, rows, empty="No key exists; whoever uses this machine is the local principal.")
    return Exit.FINE


def revoke(way: Gateway, key_id: str) -> Exit:
    """Let a key not work any more."""
    owner = next((one["principal"] for one in _principals(way) if any(k["keyId"] == key_id for k in one["keys"])), None)
    if owner is None:
        raise AskerError(f"There is no key {key_id}; `lineward key list` shows them.")
    checked(way.request("POST", "api/v1/records", json={"kind": "revoke_key", "key_id": key_id, "principal": owner}))
    say(f"The key {key_id} of {owner} does not work any more.")
    return Exit.FINE


def _principals(way: Gateway) -> list[dict[str, Any]]:
    query = """{ principals { principal displayName kind roles approves active
      keys { keyId issuedAt issuedBy revokedAt revokedBy } } }"""
    found: list[dict[str, Any]] = ask(way, query, {})["principals"]
    return found
