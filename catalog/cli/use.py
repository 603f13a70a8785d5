"""`lineward use`: whether something may be used so, and all that was said of that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_line, print_table
from catalog.cli.unknown import note_place
from catalog.cli.words import count, in_words, words_of
from catalog.errors import Exit

_ASKED_OF: Final = ("Dataset", "Snapshot", "ModelVersion")
STATED: Final = """name authority entry entries since until basis permit words unknown places
  terms { code { code meaning } values date months } purposes { code meaning }
  obligations { code meaning } refrains { code meaning }
  consent { state since until effect scope } withdrawal { state since until effect scope }
  agreement { name since until purposes { code } limitedDataSet }"""
_APPLIED: Final = f"""subject {{ id ... on Asset {{ name ref {{ namespace }} }} ... on Source {{ name }} }}
  replacedBy statement {{ {STATED} }} path {{ from to kind knownFrom job {{ name }} }}"""
_PERMITTED: Final = f"""unstated entries contradictions {{ text statements entries }}
  statements {{ {_APPLIED} }} {FIELDS}"""
_JUDGED: Final = f"""decision obligations refrains reasons {{ decision text awaits entries }}
  statement {{ name authority entries }} applied {{ {_APPLIED} }}"""
_MAY: Final = f"""
query May($input: UseQuestionInput!, $asOf: AsOfInput) {{
  mayUse(input: $input, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on MayUse {{ decision obligations refrains entries deciding {{ {_JUDGED} }} judgements {{ {_JUDGED} }}
      recipientStates {{ regime state reasons {{ text entries }} }}
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
_IMPACT: Final = f"""
query Impact($of: ID!, $date: DateTime, $budget: Int!, $asOf: AsOfInput) {{
  consentImpact(of: $of, date: $date, budget: $budget, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on ConsentImpact {{ counts {{ kind count }} entries statements {{ {STATED} }}
      touched {{ id pathEnd boundBy replacedBy entries path {{ from to kind knownFrom job {{ name }} }}
        node {{ id __typename ... on Asset {{ name ref {{ namespace }} }} ... on Snapshot {{ digest }}
          ... on Approval {{ approvalState }} ... on Deployment {{ placeName endsAt isLive }} }} }}
      {FIELDS} }} }}
}}
"""
_RESIDENCY: Final = f"""
query Residency($of: ID!, $date: DateTime, $asOf: AsOfInput) {{
  residency(of: $of, date: $date, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on Residency {{ decision permitted unstated entries bulk {{ applies persons genomic entries }}
      transfers {{ entry place basis since until entries }} limits {{ {_APPLIED} }}
      located {{ presence place decision count first last entries job {{ name }}
        reasons {{ statement reason {{ decision text awaits entries }} }} }}
      {FIELDS} }} }}
}}
"""
_NAMES: Final = (
    "query Names($ids: [ID!]!) { nodes(ids: $ids) { id ... on Asset { name ref { namespace } } ... on Job { name } } }"
)
_AT_ONCE: Final = 100
_BULK: Final = {
    True: "It is bulk data of 28 CFR 202.205, identifiers removed or not.",
    False: "It is no bulk data of 28 CFR 202.205.",
    None: "Whether it is bulk data of 28 CFR 202.205 is open: declare persons, and whether it is genomic.",
}
_MAY_BE: Final = {"PERMIT": "may be", "DENY": "may not be", "ABSTAIN": "is open"}
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
    for one in found["deciding"]:
        way = _path(one["applied"])
        print_line(f"  {whose(one['statement'])}" + (f", by way of {way}" if way else ""))
        for reason in one["reasons"]:
            awaited = f" Would decide: {words_of(reason['awaits'])}." if reason["awaits"] else ""
            print_line(f"    {reason['text']}{awaited}")
    if found["decision"] != "DENY":
        for title, name in (("Obligations", "obligations"), ("Refrains", "refrains")):
            if found[name]:
                print_line(f"{title}: {', '.join(found[name])}")
    for one in found["recipientStates"]:
        law = "HIPAA" if one["regime"] == "HIPAA" else "the GDPR"
        print_line(f"For {asked['requester']['recipient']} it is {in_words(one['state'])} by {law}:")
        for reason in one["reasons"]:
            print_line(f"  {reason['text']}")
    _note_unstated(client, found["permitted"]["unstated"])
    note_place(client, asked.get("place"))
    _rests_on(found["entries"])
    warn(found["permitted"]["completeness"])
    return _ENDS[found["decision"]]


def show(client: Client, asset: str, asked: dict[str, Any], *, as_json: bool) -> Exit:
    """Print every statement that reaches it."""
    of = identify(client, asset, _ASKED_OF)
    found = succeeded(ask(client, _SHOW, {**asked, "of": of})["permittedUse"])
    if as_json:
        print_json({name: value for name, value in found.items() if name != "__typename"})
        return Exit.FINE
    statements = found["statements"]
    print_line(count(len(statements), "statement") if statements else "Nothing was said of it.")
    for one in statements:
        stated = one["statement"]
        print_line(f"  {whose(stated)}, of {whole_name(one['subject'])}, entry {stated['entry']}")
        print_line(f"    {permits(stated)}")
        if stated["until"]:
            print_line(f"    until {stated['until']}")
        if one["replacedBy"]:
            print_line(f"    replaced by {', '.join(one['replacedBy'])}")
    for one in found["contradictions"]:
        note(f"{' and '.join(one['statements'])}: {one['text']}")
    _note_unstated(client, found["unstated"])
    warn(found["completeness"])
    return Exit.FINE


def impact(client: Client, asset: str, asked: dict[str, Any], *, as_json: bool) -> Exit:
    """Print everything that the consent behind it touches, each with one path."""
    of = identify(client, asset, ("Dataset", "Snapshot"))
    found = succeeded(ask(client, _IMPACT, {**asked, "of": of})["consentImpact"])
    if as_json:
        print_json({name: value for name, value in found.items() if name != "__typename"})
        return Exit.FINE
    for one in found["statements"]:
        print_line(f"{whose(one)}: {permits(one)}")
    names = {one["id"]: whole_name(one["node"]) for one in found["touched"]}
    rows = [
        (
            words_of(one["id"].partition(":")[0]),
            _called(one, names),
            _way(one["path"]),
            ", ".join(one["boundBy"]),
            ", ".join(one["replacedBy"]),
        )
        for one in found["touched"]
    ]
    print_table(
        ", ".join(count(one["count"], words_of(one["kind"])) for one in found["counts"]),
        ("kind", "of", "by way of", "bound by", "replaced by"),
        rows,
        empty="It touches nothing.",
        optional=("by way of", "bound by", "replaced by"),
        yielding=("by way of", "of"),
    )
    _rests_on(found["entries"])
    warn(found["completeness"])
    return Exit.FINE


def residency(client: Client, asset: str, asked: dict[str, Any], *, as_json: bool) -> Exit:
    """Print where it is and was, and what that comes to."""
    of = identify(client, asset, _ASKED_OF)
    found = succeeded(ask(client, _RESIDENCY, {**asked, "of": of})["residency"])
    if as_json:
        print_json({name: value for name, value in found.items() if name != "__typename"})
        return _ENDS[found["decision"]]
    permitted = found["permitted"]
    print_line(
        "Nothing limits where it may be."
        if permitted is None
        else f"It may be at: {', '.join(permitted) or 'no place'}."
    )
    for one in found["located"]:
        by = f" by {one['job']['name']}, {count(one['count'], 'time')}, last {one['last']}" if one["job"] else ""
        where = one["place"] or "an unknown place"
        print_line(f"  {words_of(one['presence'])} at {where}{by}: {_MAY_BE[one['decision']]}")
        for reason in one["reasons"]:
            by = f"{reason['statement']}: " if reason["statement"] else ""
            print_line(f"    {by}{reason['reason']['text']}")
    for one in found["transfers"]:
        until = f" until {one['until']}" if one["until"] else ""
        print_line(f"Transfer to {one['place']} since {one['since']}{until}: {one['basis']}")
    if found["bulk"] is not None:
        note(_BULK[found["bulk"]["applies"]])
    _rests_on(found["entries"])
    warn(found["completeness"])
    return _ENDS[found["decision"]]


def whose(statement: dict[str, Any] | None) -> str:
    """Return what a statement is called, and by whom it is."""
    return "no statement" if statement is None else f"{statement['name']} ({statement['authority']})"


def permits(stated: dict[str, Any]) -> str:
    """Return what a statement says, in few words."""
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
    return _way(min((one["path"] for one in applied if one["path"]), key=len, default=[]))


def _way(path: list[dict[str, Any]]) -> str:
    return " → ".join(edge["job"]["name"] if edge["job"] else words_of(edge["kind"]) for edge in path)


def _name(node: dict[str, Any] | None) -> str:
    return "" if node is None else str(node.get("name") or node["id"])


def _called(touched: dict[str, Any], names: dict[str, str]) -> str:
    """Return what is shown of what is touched: what it is of, a digest, how an approval stands, or where it runs."""
    node = touched["node"] or {}
    more = f"{node['digest'][:15]}…" if node.get("digest") else words_of(node.get("approvalState") or "")
    if node.get("placeName"):
        more = f"at {node['placeName']}" if node["isLive"] else f"at {node['placeName']}, ended"
    return f"{names[touched['pathEnd']]} {more}".rstrip()


def whole_name(node: dict[str, Any] | None) -> str:
    """Return what a node is called, with its namespace where it has one."""
    space = (node or {}).get("ref")
    return f"{space['namespace']}/{_name(node)}" if space else _name(node)


def called(client: Client, ids: Iterable[str]) -> dict[str, str]:
    """Return what things are called, with their namespaces, by id; one without a name is absent."""
    wanted = sorted(set(ids))
    names: dict[str, str] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        for one in ask(client, _NAMES, {"ids": wanted[at : at + _AT_ONCE]})["nodes"]:
            if one and one.get("name"):
                names[one["id"]] = whole_name(one)
    return names


def _note_unstated(client: Client, sources: list[str]) -> None:
    names = called(client, sources)
    for source in sources:
        note(f"Nothing was said of what may be done with {names.get(source, source)}.")


def _rests_on(entries: list[int]) -> None:
    if entries:
        note(f"It rests on {count(len(entries), 'entry', 'entries')}: {_numbers(entries)}.")


def _numbers(entries: list[int]) -> str:
    return ", ".join(map(str, entries[:20])) + (" …" if len(entries) > 20 else "")  # noqa: PLR2004  what a line holds
