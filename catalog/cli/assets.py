"""From what a person types to one thing in the catalog."""

from __future__ import annotations

from typing import Any

from catalog.cli.client import Client, ask
from catalog.cli.output import note
from catalog.errors import AskerError, SenderError

_FIND = """
query Find($text: String!) {
  search(text: $text, first: 50) { text totalCount nodes { __typename id
    ... on Asset { name ref { namespace name } }
    ... on Job { ref { namespace name } }
  } }
}
"""
_NODE = "query Node($id: ID!) { node(id: $id) { __typename id } }"
_BY_DIGEST = """
query Snapshot($digest: Digest!) { snapshot(digest: $digest) { __typename
  ... on Snapshot { id }
  ... on AmbiguousSnapshot { message candidates { id name digest } }
} }
"""
_SHOWN = 8


def identify(client: Client, text: str, kinds: tuple[str, ...] = ()) -> str:
    """Return the id of what is meant: an id, a `sha256:` digest, a name, or `namespace name`.

    A model version is called `model@version`. Raises AskerError where nothing is called so, SenderError where several
    things are.
    """
    label, colon, rest = text.partition(":")
    if colon and label[:1].isupper() and label.isalpha() and " " not in rest:
        if label == "State" or ask(client, _NODE, {"id": text})["node"] is not None:
            return text
        raise AskerError(f"Nothing has the id {text}; `lineward search` finds ids.")
    if text.startswith("sha256:"):
        found = ask(client, _BY_DIGEST, {"digest": text})["snapshot"]
        if found["__typename"] == "Snapshot":
            return str(found["id"])
        if found["__typename"] == "AmbiguousSnapshot":
            for one in found["candidates"][:_SHOWN]:
                note(f"  {one['id']}  {one['name']} {one['digest']}")
            raise SenderError(f"'{text}' may mean several snapshots: these; say which by its id.")
        raise AskerError(f"No snapshot has the digest {text}.")
    return _named(client, text, kinds)


def _named(client: Client, text: str, kinds: tuple[str, ...]) -> str:
    answer = ask(client, _FIND, {"text": text})["search"]
    nodes = [one for one in answer["nodes"] if one.get("ref") and (not kinds or one["__typename"] in kinds)]
    exact = [one for one in nodes if answer["text"] in _names(one)]
    # A snapshot goes by its dataset's name: who types that means the dataset.
    datasets = [one for one in exact if one["__typename"] == "Dataset"]
    # A version that is named is that version or none: of another one a report would be taken for the one asked for.
    near = [] if "@" in text else nodes
    found = exact if len(exact) == 1 else datasets or exact or near
    if len(found) == 1:
        return str(found[0]["id"])
    if not found:
        raise AskerError(f"Nothing is called '{text}'; `lineward search` shows what there is.")
    for one in found[:_SHOWN]:
        note(f"  {one['id']}  {one['ref']['namespace']} {one['ref']['name']}")
    more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise SenderError(f"'{text}' may mean several things: these{more}; say which by its id.")


def _names(node: dict[str, Any]) -> set[str]:
    ref = node["ref"]
    return {ref["name"], f"{ref['namespace']} {ref['name']}", f"{ref['namespace']}/{ref['name']}"}
