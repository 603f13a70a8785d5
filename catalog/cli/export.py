"""`lineward export`: what is declared, as files that `lineward record --file` reads."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from catalog.assets.records import DeclareDataset
from catalog.cli.client import Client, ask, pages
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.declared import DATASETS, KEYS, PLACES, SOURCES
from catalog.cli.output import note, print_json
from catalog.cli.words import count
from catalog.documents import Written, plain
from catalog.errors import Exit
from graph_schema.aspects import DECLARED
from graph_schema.characters import escape_json

_EXPORTED = tuple(name for name in DeclareDataset.model_fields if name in DECLARED)
_PAGE = 100
_DATASETS = f"""
query Declared($first: Int!, $after: String, $names: [String!]) {{
  search(filter: {{kinds: [DATASET]}}, first: $first, after: $after) {{ pageInfo {{ hasNextPage endCursor }}
    nodes {{ ... on Dataset {{ ref {{ namespace name }} aspects(names: $names) {{ aspect value bySource byPlace }} }} }}
    {FIELDS}
  }}
}}
"""
_SOURCES = "{ sources { source: name aspects { aspect value } } }"
_PLACES = "{ places { place: name place_kind: placeKind within } }"
_KEYS = """{ encryptionKeys { key environment workload tier
  created_by: createdBy rotated_by: rotatedBy used_by: usedBy until } }"""
_TEXT = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_./()-]|(?<! ) (?! )|,(?= )|:(?! |$))*(?<! )", re.ASCII)
_PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")


def export_datasets(client: Client, form: Written) -> Exit:
    """Print what is declared of every dataset that may be seen, by namespace and name."""
    found, completeness = _declared(client)
    _write(DATASETS, found, form)
    warn(completeness)
    note(f"{count(len(found), 'dataset')} written.")
    return Exit.FINE


def export_sources(client: Client, form: Written) -> Exit:
    """Print what is declared of every source, by name."""
    found = [
        {"source": one["source"], **{each["aspect"]: each["value"] for each in one["aspects"]}}
        for one in ask(client, _SOURCES, {})["sources"]
    ]
    return _every(SOURCES, "source", found, form)


def export_places(client: Client, form: Written) -> Exit:
    """Print every declared place, by name."""
    return _every(PLACES, "place", ask(client, _PLACES, {})["places"], form)


def export_keys(client: Client, form: Written) -> Exit:
    """Print every declared encryption key, by its id."""
    found = ask(client, _KEYS, {})["encryptionKeys"]
    return _every(KEYS, "key", [{name: value for name, value in one.items() if value != []} for one in found], form)


def _every(section: str, noun: str, found: list[dict[str, Any]], form: Written) -> Exit:
    _write(section, [_without_null(one) for one in found], form)
    note(f"{count(len(found), noun)} written.")
    return Exit.FINE


def _write(section: str, found: list[dict[str, Any]], form: Written) -> None:
    content = {section: found}
    if form is Written.JSON:
        print_json(content)
    else:
        sys.stdout.write(to_yaml(content))


def _declared(client: Client) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    page: dict[str, Any] = {}
    for page in pages(client, _DATASETS, {"first": _PAGE, "names": _EXPORTED}, lambda data: data["search"]):
        for node in page["nodes"]:
            own = (one for one in node["aspects"] if one["bySource"] is None and one["byPlace"] is None)
            stated = {one["aspect"]: one["value"] for one in own}
            if stated:
                ref = node["ref"]
                fields = {name: _without_null(stated[name]) for name in _EXPORTED if name in stated}
                found[ref["namespace"], ref["name"]] = {
                    "dataset": {"namespace": ref["namespace"], "name": ref["name"]},
                    **fields,
                }
    return [found[name] for name in sorted(found)], page["completeness"]


def _without_null(value: Any) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, dict):
        return {name: _without_null(part) for name, part in value.items() if part is not None}
    return value


def to_yaml(value: Any) -> str:  # noqa: ANN401  any JSON
    """Return JSON as YAML that reads the same by any reader of it: what could be more than text stands in quotes."""
    return "\n".join(_block(value, "")) + "\n"


def _block(value: Any, indent: str) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _under(f"{indent}{_flow(name)}:", part, f"{indent}  ")
    elif isinstance(value, list) and value:
        for part in value:
            first, *more = _block(part, f"{indent}  ")
            yield f"{indent}- {first.lstrip(' ')}"
            yield from more
    else:
        yield f"{indent}{_flow(value)}"


def _under(head: str, part: Any, indent: str) -> Iterator[str]:  # noqa: ANN401
    if isinstance(part, (dict, list)) and part:
        yield head
        yield from _block(part, indent)
    else:
        yield f"{head} {_flow(part)}"


def _flow(value: Any) -> str:  # noqa: ANN401
    """Return a scalar, or an empty list or object, on one line."""
    if isinstance(value, str) and _TEXT.fullmatch(value) and _is_text_to_all(value):
        return value
    text = escape_json(json.dumps(value, ensure_ascii=False))
    return _PAIR.sub(lambda found: f"\\U{_character(found):08x}", text)


_WORDS_OF_OLD = frozenset({"y", "n", "yes", "no", "on", "off"})
"""What YAML 1.1 takes for true or false."""


def _is_text_to_all(text: str) -> bool:
    return plain(text) is text and text.lower() not in _WORDS_OF_OLD


def _character(found: re.Match[str]) -> int:
    high, low = int(found[1], 16), int(found[2], 16)
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
