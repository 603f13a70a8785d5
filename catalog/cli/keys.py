"""`lineward key`: principals and the keys that they act by."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rich.panel import Panel
from rich.text import Text

from catalog.cli.client import Client, ask, checked, document, succeeded
from catalog.cli.output import err, note, out, print_json, print_line, print_table
from catalog.cli.sending import send
from catalog.cli.words import count
from catalog.errors import AskerError, Exit, OperatorError, SenderError

_CATCH_UP_SECONDS = 10.0
_LOOK_SECONDS = 0.1
_ISSUE = """
mutation Issue($principal: String!) { issueKey(principal: $principal) { __typename
  ... on IssuedKey { keyId secret receipt { index } } ... on Problem { code message } ... on InvalidInput { field } } }
"""


@dataclass(frozen=True, slots=True)
class PrincipalChange:
    """What a command says of a principal; None for what it leaves as it is."""

    principal: str
    display_name: str | None
    kind: str | None
    roles: tuple[str, ...] | None
    approves: tuple[str, ...] | None
    title: str | None
    organisation: str | None

    def differences(self, known: dict[str, Any]) -> list[str]:
        """Return, in words, what would change of a principal that is defined."""
        rows = (
            ("the name", known["displayName"], self.display_name),
            ("the kind", known["principalKind"].lower(), None if self.kind is None else self.kind.lower()),
            ("the roles", _listed(known["roles"]), None if self.roles is None else _listed(self.roles)),
            (
                "what it decides on",
                _listed(map(str.lower, known["approves"])),
                None if self.approves is None else _listed(map(str.lower, self.approves)),
            ),
            ("the title", known["title"] or "none", self.title),
            ("the organisation", known["organisation"] or "none", self.organisation),
        )
        return [f"{what} from {old} to {new}" for what, old, new in rows if new is not None and new != old]

    def record(self, known: dict[str, Any] | None, *, force: bool) -> dict[str, Any]:
        """Return the record that defines the principal, the rest as it was or as it is by default."""
        before = known or {
            "displayName": self.principal,
            "principalKind": "SERVICE",
            "roles": [],
            "approves": [],
            "title": None,
            "organisation": None,
        }
        function = {name: getattr(self, name) or before[name] for name in ("title", "organisation")}
        roles = list(before["roles"] if self.roles is None else self.roles)
        # Who decides no more decides on nothing.
        decided = before["approves"] if "approver" in roles else ()
        return {
            "kind": "define_principal",
            "principal": self.principal,
            "display_name": self.display_name or before["displayName"],
            "principal_kind": (self.kind or before["principalKind"]).upper(),
            "roles": roles,
            "approves": [one.upper() for one in (decided if self.approves is None else self.approves)],
            **{name: value for name, value in function.items() if value},
            **({"force": True} if force else {}),
        }


def create(client: Client, definition: PrincipalChange, *, redefine: bool, force: bool, as_json: bool) -> Exit:
    """Issue a key, printed this once, to a principal: a new one where roles are given, else one that is defined.

    What is known of a principal is changed by `redefine` alone.
    """
    principal = definition.principal
    _caught_up(client)
    everybody = _everybody(client)
    known = next((one for one in everybody if one["principal"] == principal), None)
    if known is None and not definition.roles:
        raise SenderError(f"{principal} is not defined yet: say what it may do, such as --role steward.")
    changes = [] if known is None else definition.differences(known)
    if known is not None and not known["active"]:
        changes.append("that it may not act")
    if changes and not redefine:
        raise SenderError(
            f"{principal} is defined already, and this would change {', '.join(changes)}: leave that out to add a key, "
            "or say --redefine."
        )
    if changes or (known is None and definition.roles):
        receipt = document(send(client, "api/v1/records", definition.record(known, force=force)), "warnings")
        for warning in receipt["warnings"]:
            note(warning)
    issued = succeeded(ask(client, _ISSUE, {"principal": principal})["issueKey"])
    if as_json:
        print_json({"catalog": client.where, "keyId": issued["keyId"], "principal": principal, "key": issued["secret"]})
        return Exit.FINE
    if out.is_terminal:
        err.print(Panel(Text(issued["secret"]), title=Text(f"key of {principal}, shown this once"), expand=False))
    else:
        print_line(issued["secret"])
    note("Keep it where the emitter reads it (OPENLINEAGE_API_KEY, LINEWARD_KEY); only its hash stays here.")
    if not any(one["keys"] for one in everybody):
        note("From now on every request needs a key, on this machine too.")
    return Exit.FINE


def listed(client: Client, *, as_json: bool) -> Exit:
    """Print every principal with its keys."""
    found = _principals(client)
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = [
        (
            one["principal"],
            one["displayName"],
            ", ".join(part for part in (one["title"], one["organisation"]) if part),
            one["principalKind"],
            one["roles"],
            one["approves"],
            "yes" if one["active"] else "no",
            key["keyId"] if key else None,
            (key or {}).get("issuedAt"),
            (key or {}).get("revokedAt"),
        )
        for one in found
        for key in one["keys"] or [None]
    ]
    columns = (
        "principal",
        "name",
        "title, organisation",
        "kind",
        "roles",
        "approves",
        "active",
        "key",
        "issued",
        "revoked",
    )
    print_table(
        "",
        columns,
        rows,
        empty="No key exists; whoever uses this machine is the local principal.",
        optional=("title, organisation", "issued", "kind", "approves"),
        yielding=("name", "principal"),
    )
    return Exit.FINE


def revoke(client: Client, key_id: str, *, force: bool) -> Exit:
    """Let a key not work any more; the last one of the last administrator by `force` alone."""
    owner = next(
        (one["principal"] for one in _principals(client) if any(k["keyId"] == key_id for k in one["keys"])), None
    )
    if owner is None:
        raise AskerError(f"There is no key {key_id}; `lineward key list` shows them.")
    record = {"kind": "revoke_key", "key_id": key_id, "principal": owner, **({"force": True} if force else {})}
    checked(send(client, "api/v1/records", record))
    note(f"The key {key_id} of {owner} does not work any more.")
    return Exit.FINE


def _caught_up(client: Client) -> None:
    """Wait until the graph knows who was defined last; raises OperatorError where it does not get there soon."""
    end = time.monotonic() + _CATCH_UP_SECONDS
    while behind := _behind(client):
        if time.monotonic() > end:
            raise OperatorError(
                f"The graph is {count(behind, 'entry', 'entries')} behind.",
                action="Try again in a moment.",
                retry_after=2,
            )
        time.sleep(_LOOK_SECONDS)


def _behind(client: Client) -> int:
    health = document(client.request("GET", "health/ready"), "state", success=False)
    behind: int = health.get("projection", {}).get("behind", 0)
    return behind


def _listed(roles: Iterable[str]) -> str:
    return ", ".join(sorted(set(roles))) or "none"


def _everybody(client: Client) -> list[dict[str, Any]]:
    """Return every principal, or say what remains to be done where no key is left to ask with."""
    try:
        return _principals(client)
    except AskerError as error:
        if error.status != 401:  # noqa: PLR2004  no key
            raise
        lost = "Where every key is lost, end the server, and make one on its folder."
        raise AskerError(f"{error.detail} {lost}", status=401) from error


def _principals(client: Client) -> list[dict[str, Any]]:
    query = """{ principals { principal displayName title organisation principalKind roles approves active
      keys { keyId issuedAt issuedBy revokedAt revokedBy } } }"""
    found: list[dict[str, Any]] = ask(client, query, {})["principals"]
    # As a record and the options of this command spell them.
    return [{**one, "roles": [role.lower() for role in one["roles"]]} for one in found]
