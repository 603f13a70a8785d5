"""`lineward names`: the names of a dataset, the rules that join names, and what a rule or a stitch would do."""

from __future__ import annotations

from typing import Any

from catalog.cli import files
from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import count, full_name
from catalog.errors import Exit, SenderError

_OF = """
query Names($id: ID!) { node(id: $id) { ... on Dataset { id ref { namespace name }
  names { ref { namespace name } kind since entry }
  lives { endedAt end entry renamedTo { ref { namespace name } } } } } }
"""
_RULES = """
query Rules { namespaceRules {
  rule namespace ruleKind sameAs port letters keys pattern since entry by } }
"""
_CHECKED = f"""
  groups {{ names {{ namespace name }} statements edges
    conflicts {{ one {{ namespace name }} other {{ namespace name }} note }} }}
  datasets statements edges conflicts lookedAt more {FIELDS}
"""
_CHECK_RULE = f"""
query CheckRule($rule: RuleToCheck!) {{ checkNamespaceRule(rule: $rule) {{ __typename
  ... on NameCheck {{ {_CHECKED} }}
  ... on Problem {{ code message }} }} }}
"""
_CHECK_STITCH = f"""
query CheckStitch($dataset: QualifiedNameInput!, $sameAs: QualifiedNameInput!) {{
  checkStitch(dataset: $dataset, sameAs: $sameAs) {{ __typename
    ... on NameCheck {{ {_CHECKED} }}
    ... on Problem {{ code message }} }} }}
"""
_RULE = {
    "rule": "rule",
    "namespace": "namespace",
    "rule_kind": "ruleKind",
    "same_as": "sameAs",
    "port": "port",
    "letters": "letters",
    "keys": "keys",
    "pattern": "pattern",
}


def of(client: Client, asset: str, *, as_json: bool) -> Exit:
    """Show the names of a dataset, why they are its names, and the lives that ended of datasets of this name."""
    found = ask(client, _OF, {"id": identify(client, asset, ("Dataset",))})["node"]
    if as_json:
        print_json(found)
        return Exit.FINE
    print_table(
        "",
        ("namespace", "name", "why", "since", "entry"),
        [
            (found["ref"]["namespace"], found["ref"]["name"], "stands for all", "", ""),
            *(
                (one["ref"]["namespace"], one["ref"]["name"], one["kind"].lower(), one["since"] or "", _of(one))
                for one in found["names"]
            ),
        ],
    )
    for life in found["lives"]:
        after = life["renamedTo"]
        went = f" to {full_name(after['ref'])}" if after else ""
        note(f"One of this name was {life['end'].lower()}{went} at {life['endedAt']}, as entry {life['entry']} says.")
    return Exit.FINE


def _of(one: dict[str, Any]) -> str:
    return "" if one["entry"] is None else str(one["entry"])


def rules(client: Client, *, as_json: bool) -> Exit:
    """Show the rules of names in force."""
    found = ask(client, _RULES, {})["namespaceRules"]
    if as_json:
        print_json(found)
        return Exit.FINE
    print_table(
        "",
        ("rule", "namespace", "kind", "what of it", "since", "entry", "by"),
        [
            (one["rule"], one["namespace"], one["ruleKind"].lower(), _what(one), one["since"], one["entry"], one["by"])
            for one in found
        ],
        empty="No rule joins any names: names are taken byte for byte.",
    )
    return Exit.FINE


def _what(rule: dict[str, Any]) -> str:
    members = (rule["sameAs"], rule["port"], rule["letters"], ", ".join(rule["keys"]), rule["pattern"])
    return ", ".join(str(one) for one in members if one)


def check(client: Client, name: str, *, as_json: bool) -> Exit:
    """Show which datasets the rule or stitch in this file would join; 1 where some are described differently."""
    content = files.from_standard_input("a rule") if name == files.STANDARD_INPUT else files.read(name)
    found: list[dict[str, Any]] = []
    for item in files.items(name, content):
        answer = _checked(client, item.value, item.place)
        found.append(answer)
        if not as_json:
            _show(answer)
    if as_json:
        print_json(found)
    return Exit.FINDING if any(one["conflicts"] for one in found) else Exit.FINE


def _checked(client: Client, record: Any, place: str) -> dict[str, Any]:  # noqa: ANN401  whatever the file holds
    kind = record.get("kind") if isinstance(record, dict) else None
    if kind == "define_namespace_rule":
        fields = {_RULE[member]: value for member, value in record.items() if member in _RULE}
        return succeeded(ask(client, _CHECK_RULE, {"rule": fields})["checkNamespaceRule"])
    if kind == "stitch_datasets":
        asked = {"dataset": record.get("dataset"), "sameAs": record.get("same_as")}
        return succeeded(ask(client, _CHECK_STITCH, asked)["checkStitch"])
    raise SenderError(
        f"{place}: this is no define_namespace_rule and no stitch_datasets; write the record that is to be tried."
    )


def _rows(group: dict[str, Any]) -> list[tuple[object, ...]]:
    """Return a line for each name of a group, and what is to be said of all of them in the first."""
    notes = " ".join(one["note"] for one in group["conflicts"])
    first, *others = map(full_name, group["names"])
    return [(first, group["statements"], group["edges"], notes), *((f"= {name}", "", "", "") for name in others)]


def _show(found: dict[str, Any]) -> None:
    print_table(
        "",
        ("would be one", "statements", "edges", "what differs"),
        [row for group in found["groups"] for row in _rows(group)],
        empty="It would join nothing.",
    )
    more = ", the first hundred are shown" if found["more"] else ""
    note(
        f"{count(found['datasets'], 'dataset')} of {found['lookedAt']} would be joined{more}; nothing was changed. "
        "`lineward record FILE` writes it."
    )
    warn(found["completeness"])
