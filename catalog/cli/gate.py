"""`lineward gate`: whether a model version may be released, by every check, and that recorded where it is asked for."""

from __future__ import annotations

import textwrap
from typing import Any, Final

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, checked, document, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_line
from catalog.cli.sending import send
from catalog.cli.words import count, in_words
from catalog.errors import AskerError, Exit

_GATE: Final = f"""
query Gate($input: GateInput!, $asOf: AsOfInput) {{
  gate(input: $input, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on Gate {{ verdict artifactDigest policies {{ digest entry }}
      checks {{ check required outcome reasons {{ outcome text entries }} }}
      obligations refrains exception exceptionUntil entries {FIELDS} }} }}
}}
"""
_VERSION: Final = """
query Version($id: ID!) { node(id: $id) { ... on ModelVersion { version model { namespace name } } } }
"""
_VERDICTS: Final = {
    "PASS": "passes the gate",
    "FAIL": "does not pass the gate",
    "UNKNOWN": "does not pass the gate: not all that decides is known",
    "BY_EXCEPTION": "passes the gate by exception",
}
_PASSING: Final = frozenset({"PASS", "BY_EXCEPTION"})
_MARKS: Final = {"PASS": "pass   ", "FAIL": "FAIL   ", "UNKNOWN": "UNKNOWN"}
_WIDE: Final = 79
_VIEW: Final = "VIEW_COMPLETE"
_LISTING: Final = "INPUT_FEATURES"
"""The check whose reasons are read when it passes as well: each is a feature, and what is done about it."""


def gate(
    client: Client, called: str, asked: dict[str, Any], at: dict[str, Any], *, record: bool, as_json: bool
) -> Exit:
    """Print what the gate says; with `record` make that an entry, which a release can quote."""
    of = identify(client, called, ("ModelVersion",))
    found = _recorded(client, of, asked, at) if record else _asked(client, of, asked, at)
    if as_json:
        print_json(found)
    else:
        _show(called, asked, found)
    return _end(found)


def _asked(client: Client, of: str, asked: dict[str, Any], at: dict[str, Any]) -> dict[str, Any]:
    size = document(client.request("GET", "health/ready"), "ledger", success=False)["ledger"].get("size", 0)
    sent = {**asked, "of": of, "atLeast": size - 1 if size else None}
    found = succeeded(ask(client, _GATE, {"input": sent, "asOf": at or None})["gate"])
    return {name: value for name, value in found.items() if name != "__typename"}


def _recorded(client: Client, of: str, asked: dict[str, Any], at: dict[str, Any]) -> dict[str, Any]:
    node = ask(client, _VERSION, {"id": of})["node"]
    if not node:
        raise AskerError(f"No model version has the id {of}; `lineward search` finds ids.")
    who = {name: value for name, value in (asked.get("requester") or {}).items() if value is not None}
    body = {
        **node,
        "purpose": asked["purpose"],
        "place": asked["place"],
        "environment": asked["environment"],
        "requester": who,
        "diseases": asked.get("diseases") or [],
        **({"valid_at": at["validAt"]} if "validAt" in at else {}),
    }
    found: dict[str, Any] = checked(send(client, "api/v1/gate", body)).json()
    return found


def _end(found: dict[str, Any]) -> Exit:
    """Return how the command ends: 3 where nothing fails, and it is the gate that did not see everything."""
    if found["verdict"] in _PASSING:
        return Exit.FINE
    view = next(one for one in found["checks"] if one["check"] == _VIEW)
    return Exit.OUTSIDE if found["verdict"] == "UNKNOWN" and view["outcome"] == "UNKNOWN" else Exit.FINDING


def _show(called: str, asked: dict[str, Any], found: dict[str, Any]) -> None:
    print_line(f"{called} {_VERDICTS[found['verdict']]}")
    studied = f", of {', '.join(asked['diseases'])}" if asked.get("diseases") else ""
    print_line(f"for {asked['purpose']}{studied} at {asked['place']}, in {asked['environment']}")
    for one in found["checks"]:
        if one["outcome"] == "PASS":
            print_line(f"  pass     {in_words(one['check'])}")
            for reason in one["reasons"] if one["check"] == _LISTING else ():
                _print_reason(reason)
    for one in found["checks"]:
        if one["outcome"] != "PASS":
            print_line(
                f"  {_MARKS[one['outcome']]}  {in_words(one['check'])}{'' if one['required'] else ', not required'}"
            )
            for reason in one["reasons"]:
                _print_reason(reason, mixed=len({each["outcome"] for each in one["reasons"]}) > 1)
    _print_more(found)


def _print_more(found: dict[str, Any]) -> None:
    if found["exception"]:
        entries = ", ".join(f"#{one}" for one in found["exception"])
        print_line(f"Two persons let it pass until {found['exceptionUntil']}: {entries}.")
    for title, name in (("Obligations", "obligations"), ("Refrains", "refrains")):
        if found[name] and found["verdict"] in _PASSING:
            print_line(f"{title}: {', '.join(found[name])}")
    policies = found["policies"]
    by = "as shipped" if policies["entry"] is None else f"published in entry {policies['entry']}"
    note(f"By requirements {policies['digest'][:19]}, {by}.")
    note(f"It rests on {count(len(found['entries']), 'entry', 'entries')}.")
    if "index" in found:
        note(f"Recorded in entry {found['index']}; it may be quoted until {found['holdsUntil']}.")
    if "completeness" in found:
        warn(found["completeness"])


def _print_reason(reason: dict[str, Any], *, mixed: bool = False) -> None:
    entries = f" (entries {', '.join(map(str, reason['entries'][:_MOST]))}{_more(reason['entries'])})"
    mark = f"{_MARKS[reason['outcome']].strip()}: " if mixed else ""
    text = mark + reason["text"] + (entries if reason["entries"] else "")
    for line in _wrapped(text):
        print_line(f"           {line}")


_MOST: Final = 6


def _more(entries: list[int]) -> str:
    return f" and {len(entries) - _MOST} more" if len(entries) > _MOST else ""


def _wrapped(text: str) -> list[str]:
    """Return a text in lines that fit eighty columns; a word that is longer stands alone."""
    return textwrap.wrap(text, _WIDE - 11, break_long_words=False, break_on_hyphens=False)
