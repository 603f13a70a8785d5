"""`lineward use`: whether something may be used so, and all that was said of that."""

from __future__ import annotations

from typing import Any, Final

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_line, print_table
from catalog.cli.words import count, words_of
from catalog.errors import Exit

_ASKED_OF: Final = ("Dataset", "Snapshot", "ModelVersion")
_STATED: Final = """name authority entry entries since until basis permit words unknown places
  terms { code { code meaning } values date months } purposes { code meaning }
  obligations { code meaning } refrains { code meaning }
  consent { state since until effect scope } withdrawal { state since until effect scope }
  agreement { name since until purposes { code } limitedDataSet }"""
_APPLIED: Final = f"""subject {{ id __typename ... on Asset {{ name }} ... on Source {{ name }} }} replacedBy
  statement {{ {_STATED} }} path {{ from to kind knownFrom job {{ name }} }}"""
_PERMITTED: Final = f"""unstated entries contradictions {{ text statements entries }}
  statements {{ {_APPLIED} }} {FIELDS}"""
_JUDGED: Final = f"""decision obligations refrains reasons {{ decision text awaits entries }}
  statement {{ name authority entries }} applied {{ {_APPLIED} }}"""
_MAY: Final = f"""
query May($input: UseQuestionInput!, $asOf: AsOfInput) {{
  mayUse(input: $input, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on MayUse {{ decision obligations refrains entries deciding {{ {_JUDGED} }} judgements {{ {_JUDGED} }}
      permitted {{ {_PERMITTED} }} }} }}
}}
"""
_SHOW: Final = f"""
query Show($of: ID!, $date: DateTime, $asOf: AsOfInput) {{
  permittedUse(of: $of, date: $date, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on PermittedUses {{ {_PERMITTED} }} }}
}}
"""
_ENDS: Final = {"PERMIT": Exit.FINE, "DENY": Exit.FINDING, "ABSTAIN": Exit.UNDECIDED}
_WORDS: Final = {
    "PERMIT": "It may be used so.",
    "DENY": "It may not be used so.",
    "ABSTAIN": "Whether it may be used so is left open.",
}


def may(client: Client, asset: str, asked: dict[str, Any], at: dict[str, Any], *, as_json: bool) -> Exit:
    """Print whether it may, by which statements, and what comes with it."""
    of = identify(client, asset, _ASKED_OF)
    found = succeeded(ask(client, _MAY, {"input": {**asked, "of": of}, "asOf": at})["mayUse"])
    if as_json:
        print_json({name: value for name, value in found.items() if name != "__typename"})
        return _ENDS[found["decision"]]
    print_line(_WORDS[found["decision"]])
    rows = [
        (_whose(one["statement"]), reason["text"], words_of(reason["awaits"] or ""), _path(one["applied"]))
        for one in found["deciding"]
        for reason in one["reasons"]
    ]
    print_table(
        "",
        ("statement", "why", "would decide", "by way of"),
        rows,
        optional=("would decide", "by way of"),
        yielding=("why", "by way of"),
    )
    if found["decision"] != "DENY":
        for title, name in (("Obligations", "obligations"), ("Refrains", "refrains")):
            if found[name]:
                print_line(f"{title}: {', '.join(found[name])}")
    for source in found["permitted"]["unstated"]:
        note(f"Nothing was said of {source}.")
    note(f"It rests on {count(len(found['entries']), 'entry', 'entries')}: {_numbers(found['entries'])}.")
    warn(found["permitted"]["completeness"])
    return _ENDS[found["decision"]]


def show(client: Client, asset: str, asked: dict[str, Any], *, as_json: bool) -> Exit:
    """Print every statement that reaches it."""
    of = identify(client, asset, _ASKED_OF)
    found = succeeded(ask(client, _SHOW, {**asked, "of": of})["permittedUse"])
    if as_json:
        print_json({name: value for name, value in found.items() if name != "__typename"})
        return Exit.FINE
    rows = [
        (
            _whose(one["statement"]),
            _permits(one["statement"]),
            _name(one["subject"]),
            ", ".join(one["replacedBy"]),
            one["statement"]["until"],
            one["statement"]["entry"],
        )
        for one in found["statements"]
    ]
    print_table(
        count(len(rows), "statement"),
        ("statement", "says", "of", "replaced by", "until", "entry"),
        rows,
        empty="Nothing was said of it.",
        optional=("replaced by", "until"),
        yielding=("says", "of"),
    )
    for one in found["contradictions"]:
        note(f"{' and '.join(one['statements'])}: {one['text']}")
    for source in found["unstated"]:
        note(f"Nothing was said of {source}.")
    warn(found["completeness"])
    return Exit.FINE


def _whose(statement: dict[str, Any] | None) -> str:
    return "none" if statement is None else f"{statement['name']} ({statement['authority']})"


def _permits(stated: dict[str, Any]) -> str:
    parts = [_term(one) for one in stated["terms"]]
    if stated["purposes"] is not None:
        parts.append("purposes " + (", ".join(one["code"] for one in stated["purposes"]) or "none"))
    if stated["places"] is not None:
        parts.append("places " + (", ".join(stated["places"]) or "none"))
    if stated["withdrawal"] is not None:
        parts.append(f"consent withdrawn {stated['withdrawal']['since']}")
    parts += [one["code"] for one in (*stated["obligations"], *stated["refrains"])]
    return "; ".join(parts) or stated["words"] or "nothing"


def _term(term: dict[str, Any]) -> str:
    code = term["code"]
    about = ", ".join(term["values"]) or term["date"] or (term["months"] and f"{term['months']} months")
    return f"{code['meaning'] or code['code']}" + (f" ({about})" if about else "")


def _path(applied: list[dict[str, Any]]) -> str:
    paths = [one["path"] for one in applied if one["path"]]
    return (
        " → ".join(edge["job"]["name"] if edge["job"] else words_of(edge["kind"]) for edge in min(paths, key=len))
        if paths
        else ""
    )


def _name(node: dict[str, Any] | None) -> str:
    return "" if node is None else str(node.get("name") or node["id"])


def _numbers(entries: list[int]) -> str:
    return ", ".join(map(str, entries[:20])) + (" …" if len(entries) > 20 else "")  # noqa: PLR2004  what a line holds
