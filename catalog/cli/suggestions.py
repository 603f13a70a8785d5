"""`lineward suggestions`: what schemas let one suppose of PHI, and a steward's judgement of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, document, pages
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_table
from catalog.cli.sending import send
from catalog.cli.words import count, full_name, words_of
from catalog.errors import AskerError, Exit

_PAGE = 500
_SHOWN = """
  column phiKind judgement rule fieldType entry since judgedBy reason codes { code }
  dataset { ref { namespace name } }
"""
_LIST = (
    "query Suggestions($filter: SuggestionFilter, $first: Int!, $after: String, $asOf: AsOfInput) "
    f"{{ suggestions(filter: $filter, first: $first, after: $after, asOf: $asOf) {{ "
    f"pageInfo {{ hasNextPage endCursor }} nodes {{ {_SHOWN} }} {FIELDS} }} }}"
)
_OF_DATASET = (
    "query Of($id: ID!, $asOf: AsOfInput) "
    f"{{ node(id: $id, asOf: $asOf) {{ ... on Dataset {{ suggestions {{ {_SHOWN} }} }} }} }}"
)


class Listed(NamedTuple):
    """Which are listed: what became of them, of which kinds, in which namespaces; all where none is named."""

    judgements: list[str]
    kinds: list[str]
    namespaces: list[str]


def suggestions(client: Client, dataset: str | None, narrowed: Listed, at: Mapping[str, Any], *, as_json: bool) -> Exit:
    """Print what is suggested, of one dataset or of every one, as of a time.

    Raises AskerError where the dataset is not there then.
    """
    whole = None
    if dataset is None:
        found, whole = _every(client, narrowed, at)
    else:
        found = [one for one in _of_dataset(client, dataset, at) if _is_wanted(one, narrowed)]
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = [
        (
            _name(one),
            one["column"],
            words_of(one["phiKind"]),
            _letters(one),
            one["rule"],
            one["entry"],
            words_of(one["judgement"]),
            one["judgedBy"],
        )
        for one in found
    ]
    print_table(
        "",
        ("dataset", "column", "may hold", "letters", "by", "entry", "judged", "who"),
        rows,
        empty="There is nothing to judge.",
        optional=("who", "letters"),
        yielding=("dataset", "by"),
    )
    if rows:
        note(f"{count(len(rows), 'suggestion')}; each counts as present until a steward rejects it.")
    if whole is not None:
        warn(whole)
    return Exit.FINE


def judge(client: Client, dataset: str, column: str, kinds: list[str], stance: str, reason: str) -> Exit:
    """Confirm or reject what is suggested of a column, by one tag record for each kind.

    Raises AskerError where nothing of these kinds is suggested of it.
    """
    of_column = [one for one in _of_dataset(client, dataset, {}) if one["column"] == column]
    found = [one for one in of_column if not kinds or one["phiKind"] in kinds]
    if not found:
        raise AskerError(
            f"Nothing is suggested of the column {column}; `lineward suggestions {dataset} --judged` lists what is."
        )
    for one in found:
        tag = {
            "kind": "tag",
            "dataset": one["dataset"]["ref"],
            "column": column,
            "phi_kind": one["phiKind"],
            "stance": stance,
            "reason": reason,
        }
        receipt = document(send(client, "api/v1/records", tag), "index")
        note(f"entry {receipt['index']}: {words_of(one['phiKind'])} of {column} {stance.lower()}ed.")
    return Exit.FINE


def _is_wanted(one: Mapping[str, Any], narrowed: Listed) -> bool:
    namespace = None if one["dataset"] is None else one["dataset"]["ref"]["namespace"]
    given = (one["judgement"], one["phiKind"], namespace)
    return all(not wanted or value in wanted for value, wanted in zip(given, narrowed, strict=True))


def _every(client: Client, narrowed: Listed, at: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return all that are listed, and how whole that is."""
    named = {"judgements": narrowed.judgements, "phiKinds": narrowed.kinds, "namespaces": narrowed.namespaces}
    wanted = {"filter": named, "first": _PAGE, "asOf": at or None}
    every = list(pages(client, _LIST, wanted, lambda data: data["suggestions"]))
    return [one for page in every for one in page["nodes"]], every[-1]["completeness"]


def _of_dataset(client: Client, named: str, at: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = ask(client, _OF_DATASET, {"id": identify(client, named, ("Dataset",)), "asOf": at or None})["node"]
    if found is None:
        raise AskerError(f"{named} is not there at the time asked for.")
    return list(found["suggestions"])


def _name(one: dict[str, Any]) -> str:
    ref = None if one["dataset"] is None else one["dataset"]["ref"]
    return "" if ref is None else full_name(ref)


def _letters(one: dict[str, Any]) -> str | None:
    letters = [each["code"] for each in one["codes"]]
    return "A to R" if len(letters) > 4 else " ".join(letters) or None  # noqa: PLR2004  no row but any names so many
