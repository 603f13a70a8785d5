"""`lineward access grants`, `delegations`, `who` and `due`: who may have access until when, and what waits."""

from __future__ import annotations

from typing import Any, Final

from catalog.cli.access import target
from catalog.cli.assets import identify
from catalog.cli.client import Client, ask
from catalog.cli.output import print_json, print_table
from catalog.cli.unknown import note_principal
from catalog.cli.words import count, in_words
from catalog.errors import Exit

_TARGET: Final = "target { targetKind ref { namespace name } column version }"
_GRANT: Final = f"""entry principal by since until grantState recertifyBy requestEntry endedBy actions purposes project
  reason {_TARGET}"""
_GRANTS: Final = f"""
query Grants($principal: String!, $asOf: AsOfInput) {{
  accessGrants(principal: $principal, asOf: $asOf) {{ {_GRANT} }}
  memberships(principal: $principal, asOf: $asOf) {{ entry membershipKind group protocol since until inForce endedBy by
  }}
}}
"""
_WHO: Final = f"""
query Who($of: ID!, $asOf: AsOfInput) {{ accessHolders(of: $of, asOf: $asOf) {{ principal hasGrant permitted
  lastPermittedAt lastPermittedEntry grants {{ {_GRANT} }} }} }}
"""
_DUE: Final = f"""
query Due($within: Int!, $asOf: AsOfInput) {{
  accessRequests(pending: true, asOf: $asOf) {{ entry principal by until actions purposes project reason {_TARGET} }}
  emergencies(open: true, asOf: $asOf) {{ entry principal since until reason {_TARGET} }}
  grantsToRecertify(withinDays: $within, asOf: $asOf) {{ {_GRANT} }} }}
"""


_DELEGATIONS: Final = """
query Delegations($principal: String, $asOf: AsOfInput) {
  accessDelegations(principal: $principal, asOf: $asOf) { entry of to actions records since until
    inForce endedBy reason } }
"""


def delegations(client: Client, principal: str | None, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print who may have access in the place of another, over or not; of one principal what it gave or has."""
    found = ask(client, _DELEGATIONS, {"principal": principal, "asOf": as_of or None})["accessDelegations"]
    if as_json:
        print_json(found)
        return Exit.FINE
    print_table(
        count(len(found), "delegation"),
        ("entry", "who", "for", "what", "until", "in force", "because"),
        [
            (
                f"#{one['entry']}",
                one["to"],
                one["of"],
                ", ".join((*map(in_words, one["actions"]), *one["records"])),
                one["until"],
                "yes" if one["inForce"] else "no" if one["endedBy"] is None else f"no, ended by #{one['endedBy']}",
                one["reason"],
            )
            for one in found
        ],
        empty="Nothing was delegated.",
        yielding=("because",),
    )
    if not found and principal is not None:
        note_principal(client, principal)
    return Exit.FINE


def grants(client: Client, principal: str, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print what was granted to a principal, and to what it belongs."""
    found = ask(client, _GRANTS, {"principal": principal, "asOf": as_of or None})
    if as_json:
        print_json({"grants": found["accessGrants"], "memberships": found["memberships"]})
        return Exit.FINE
    print_table(
        count(len(found["accessGrants"]), "grant"),
        ("entry", "what", "with", "for", "until", "state", "because"),
        [
            (
                f"#{one['entry']}",
                _actions(one),
                target(one),
                ", ".join(one["purposes"]),
                one["until"],
                in_words(one["grantState"]),
                one["reason"],
            )
            for one in found["accessGrants"]
        ],
        empty="Nothing was granted.",
        yielding=("because", "with"),
    )
    print_table(
        count(len(found["memberships"]), "membership"),
        ("entry", "to", "called", "until", "in force"),
        [
            (
                f"#{one['entry']}",
                in_words(one["membershipKind"]),
                one["group"],
                one["until"],
                "yes" if one["inForce"] else "no",
            )
            for one in found["memberships"]
        ],
        empty="It belongs to no project and no site.",
    )
    if not found["accessGrants"] and not found["memberships"]:
        note_principal(client, principal)
    return Exit.FINE


def who(client: Client, name: str, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print who has, or had, access to a thing."""
    of = identify(client, name, ("Dataset", "ModelVersion"))
    found = ask(client, _WHO, {"of": of, "asOf": as_of or None})["accessHolders"]
    if as_json:
        print_json(found)
        return Exit.FINE
    print_table(
        count(len(found), "principal"),
        ("who", "grant", "of", "permitted", "last"),
        [
            (one["principal"], _grant_state(one), _of(one), count(one["permitted"], "time"), one["lastPermittedAt"])
            for one in found
        ],
        empty="Nobody was granted or permitted access.",
        optional=("of", "last"),
        yielding=("of",),
    )
    return Exit.FINE


def due(client: Client, within: int, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print what waits for somebody; 1 where anything does."""
    found = ask(client, _DUE, {"within": within, "asOf": as_of or None})
    asked, opened, granted = found["accessRequests"], found["emergencies"], found["grantsToRecertify"]
    ended = Exit.FINDING if asked or opened or granted else Exit.FINE
    if as_json:
        print_json({"requests": asked, "emergencies": opened, "grants": granted})
        return ended
    rows = [("decide", one, one["until"]) for one in asked]
    rows += [("review the emergency", one, None) for one in opened]
    rows += [("certify again", one, one["recertifyBy"]) for one in granted]
    print_table(
        count(len(rows), "item"),
        ("task", "entry", "who", "with", "by", "because"),
        [(task, f"#{one['entry']}", one["principal"], target(one), at, one["reason"]) for task, one, at in rows],
        empty="Nothing waits.",
        yielding=("because", "with"),
    )
    return ended


def _actions(one: dict[str, Any]) -> str:
    return ", ".join(map(in_words, one["actions"]))


def _of(one: dict[str, Any]) -> str | None:
    """Return of what the grants that say where one stands are: of columns alone, say, or of a whole namespace."""
    held = [each for each in one["grants"] if each["grantState"] == "IN_FORCE"] or one["grants"][:1]
    return ", ".join(dict.fromkeys(map(target, held))) or None


def _grant_state(one: dict[str, Any]) -> str:
    if one["hasGrant"]:
        return "in force"
    return in_words(one["grants"][0]["grantState"]) if one["grants"] else "none"
