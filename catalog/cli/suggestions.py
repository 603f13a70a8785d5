"""`lineward suggestions`: what schemas let one suppose of PHI, and a steward's judgement of it."""

from __future__ import annotations

from typing import Any

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, document, pages
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import count, words_of
from catalog.errors import AskerError, Exit

_PAGE = 500
_SHOWN = """
  column phiKind judgement rule fieldType entry since judgedBy reason codes { code }
  dataset { ref { namespace name } }
"""
_LIST = (
    "query Suggestions($filter: SuggestionFilter, $first: Int!, $after: String) "
    f"{{ suggestions(filter: $filter, first: $first, after: $after) {{ pageInfo {{ hasNextPage endCursor }} "
    f"nodes {{ {_SHOWN} }} }} }}"
)
_OF_DATASET = f"query Of($id: ID!) {{ node(id: $id) {{ ... on Dataset {{ suggestions {{ {_SHOWN} }} }} }} }}"


def suggestions(client: Client, dataset: str | None, kinds: list[str], *, judged: bool, as_json: bool) -> Exit:
    """Print what is still to be judged, with `judged` all, of one dataset or of every one."""
    found = _of_dataset(client, dataset) if dataset is not None else _every(client, judged=judged)
    found = [one for one in found if (judged or one["judgement"] == "OPEN") and (not kinds or one["phiKind"] in kinds)]
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
    return Exit.FINE


def judge(client: Client, dataset: str, column: str, kinds: list[str], stance: str, reason: str) -> Exit:
    """Confirm or reject what is suggested of a column, by one tag record for each kind.

    Raises AskerError where nothing of these kinds is suggested of it.
    """
    of_column = [one for one in _of_dataset(client, dataset) if one["column"] == column]
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
        receipt = document(client.request("POST", "api/v1/records", json=tag), "index")
        note(f"entry {receipt['index']}: {words_of(one['phiKind'])} of {column} {stance.lower()}ed.")
    return Exit.FINE


def _every(client: Client, *, judged: bool) -> list[dict[str, Any]]:
    wanted = {"filter": None if judged else {"judgements": ["OPEN"]}, "first": _PAGE}
    return [one for page in pages(client, _LIST, wanted, lambda data: data["suggestions"]) for one in page["nodes"]]


def _of_dataset(client: Client, named: str) -> list[dict[str, Any]]:
    found = ask(client, _OF_DATASET, {"id": identify(client, named, ("Dataset",))})["node"]
    return list(found["suggestions"])


def _name(one: dict[str, Any]) -> str:
    ref = None if one["dataset"] is None else one["dataset"]["ref"]
    return "" if ref is None else f"{ref['namespace']} {ref['name']}"


def _letters(one: dict[str, Any]) -> str | None:
    letters = [each["code"] for each in one["codes"]]
    return "A to R" if len(letters) > 4 else " ".join(letters) or None  # noqa: PLR2004  no row but any names so many
