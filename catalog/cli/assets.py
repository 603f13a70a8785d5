"""From what a person types to one thing in the catalog: never to one that is only like it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from catalog.cli.client import Client, ask, succeeded
from catalog.cli.output import note
from catalog.cli.words import count
from catalog.errors import AskerError, SenderError
from graph_schema import nearest
from graph_schema.registry import NODES

_FIND = """
query Find($text: String!, $after: String) {
  search(text: $text, first: 200, after: $after) { text pageInfo { hasNextPage endCursor }
    edges { foundAs { namespace name } } nodes { __typename id
    ... on Asset { name ref { namespace name } }
    ... on Job { ref { namespace name } }
    ... on Model { ref { namespace name } }
    ... on Snapshot { digest }
    ... on Run { runId job { ref { namespace name } } }
  } }
}
"""
_NODE = "query Node($id: ID!) { node(id: $id) { __typename id } }"
_BY_DIGEST = """
query Snapshot($digest: Digest!) { snapshot(digest: $digest) { __typename
  ... on Snapshot { ...Meant }
  ... on AmbiguousSnapshot { candidates { ...Meant } }
  ... on Problem { code message }
} }
fragment Meant on Snapshot { __typename id digest ref { namespace name } }
"""
_DIGEST = re.compile(r"(?P<algorithm>sha256:)?(?P<digits>[0-9a-fA-F]*)(?:…|\.\.\.)?")
_LEAST_DIGITS = 8
_PAGES = 10
_SHOWN = 8
_MOST_NEAR = 3
_BEGINNING = 3
"""So many letters of a name that was mistyped are taken to be right."""
_NOUNS = {
    "Dataset": "a dataset",
    "Job": "a job",
    "Snapshot": "a snapshot",
    "Model": "a model",
    "ModelVersion": "a model version",
    "Run": "a run",
}
_MEANT = ("Dataset", "Job", "Snapshot", "ModelVersion", "Run")
"""What a name means where nothing else is said: of a model a version has to be named."""


def identify(client: Client, text: str, kinds: tuple[str, ...] = _MEANT) -> str:
    """Return the id of what is meant: an id, a `sha256:` digest or its beginning, a name, or `namespace name`.

    A model version is called `model@version`. Raises AskerError where nothing is called so, with what is called nearly
    so; SenderError where several things are, or one of another kind than these.
    """
    if not text.strip():
        raise SenderError("What is meant has no name: write one, a digest or an id; `lineward search` finds them.")
    label, colon, rest = text.partition(":")
    if colon and label[:1].isupper() and label.isalpha() and " " not in rest:
        if label.endswith("State") or ask(client, _NODE, {"id": text})["node"] is not None:
            return text
        raise AskerError(f"Nothing has the id {text}; `lineward search` finds ids.")
    digest = _DIGEST.fullmatch(text.strip())
    if digest is not None and digest["algorithm"]:
        return _of_digest(client, text, digest["digits"].lower())
    node = _named(client, text, kinds, digest["digits"].lower() if digest else "")
    return str(node["id"])


def identify_anything(client: Client, text: str) -> str:
    """Return the id of what is meant, an asset as `identify` takes it or whatever else goes by one name: a principal,
    place, source, use statement or project, a set of policies by its digest, an approval by the index of its request.

    Raises as `identify`, and SenderError where it is the name of an asset and of something else.
    """
    others = _of_one_name(client, text)
    try:
        every = list(dict.fromkeys([identify(client, text, (*_MEANT, "Model")), *others]))
    except AskerError:
        if not others:
            raise
        every = others
    if len(every) == 1:
        return every[0]
    for one in every:
        note(f"  {one}")
    raise SenderError(f"'{text}' is the name of several things: these; write the id of the one that is meant.")


def _of_one_name(client: Client, text: str) -> list[str]:
    """Return the ids of the nodes of which this is the whole key."""
    ids = [kind.from_key((text,)).id for kind in NODES if len(kind.key_fields()) == 1]
    asked = " ".join(f"n{at}: node(id: $n{at}) {{ id }}" for at in range(len(ids)))
    given = ", ".join(f"$n{at}: ID!" for at in range(len(ids)))
    data = ask(client, f"query Named({given}) {{ {asked} }}", {f"n{at}": one for at, one in enumerate(ids)})
    return [str(one["id"]) for one in data.values() if one is not None]


def _of_digest(client: Client, text: str, digits: str) -> str:
    if len(digits) < _LEAST_DIGITS:
        raise SenderError(f"{text} is too short: write at least {_LEAST_DIGITS} digits of a digest.")
    found = _snapshots(client, digits)
    if not found:
        raise AskerError(f"No snapshot has the digest {text}; `lineward search --kind snapshot` shows which there are.")
    return str(_single(found, lambda more: _several_snapshots(text, found, more))["id"])


def _snapshots(client: Client, digits: str) -> list[dict[str, Any]]:
    """Return the snapshots whose digest begins so, of every dataset that has the same bytes."""
    found: dict[str, Any] = ask(client, _BY_DIGEST, {"digest": f"sha256:{digits}"})["snapshot"]
    match found["__typename"]:
        case "Snapshot":
            return [found]
        case "AmbiguousSnapshot":
            return list(found["candidates"])
        case "NotFound":
            return []
    return [succeeded(found)]


def _several_snapshots(text: str, found: Sequence[dict[str, Any]], more: str) -> str:
    if len({one["digest"] for one in found}) > 1:
        return f"Several digests begin with {text}: these{more}; write more of it."
    return f"{count(len(found), 'dataset')} hold the bytes with the digest {text}: these{more}; say which by its id."


def _several_names(text: str, more: str) -> str:
    return f"'{text}' is the name of several things: these{more}; write its namespace before it, or its id."


def _several_runs(text: str, more: str) -> str:
    return f"Several jobs ran under {text}: these{more}; write the job before it, or its id."


def _named(client: Client, text: str, kinds: tuple[str, ...], digits: str) -> dict[str, Any]:
    searched, nodes = _search(client, text)
    called = [one for one in nodes if searched in _names(one)]
    exact = list({one["id"]: one for one in called if one["__typename"] in kinds}.values())
    # A snapshot goes by its dataset's name: who types that means the dataset.
    found = exact if len(exact) == 1 else [one for one in exact if one["__typename"] == "Dataset"] or exact
    if not found and "Run" in kinds and " " in text:
        # A run is found by its id alone: what stands before that says of which job.
        found = [one for one in _search(client, text.rpartition(" ")[2])[1] if text in _names(one)]
    if found and all(one["__typename"] == "Run" for one in found):
        return _single(found, lambda more: _several_runs(text, more))
    if found:
        return _single(found, lambda more: _several_names(text, more))
    if len(digits) >= _LEAST_DIGITS and (snapshots := _snapshots(client, digits)):
        return _single(snapshots, lambda more: _several_snapshots(text, snapshots, more))
    raise _unknown(client, text, kinds, called, nodes)


def _single(found: Sequence[dict[str, Any]], sentence: Callable[[str], str]) -> dict[str, Any]:
    """Return the only one; raises SenderError, after all have been named, where there are several."""
    if len(found) == 1:
        return found[0]
    for one in found[:_SHOWN]:
        digest = f"  {one['digest']}" if one.get("digest") else ""
        note(f"  {one['id']}  {_names(one)[0]}{digest}")
    more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise SenderError(sentence(more))


def _unknown(
    client: Client, text: str, kinds: tuple[str, ...], called: list[dict[str, Any]], near: list[dict[str, Any]]
) -> AskerError | SenderError:
    """Return what is said where nothing is called exactly so."""
    name, at, version = text.rpartition("@")
    if versions := _versions(client, name if at else text):
        shown = _enumerated(versions)
        if at:
            return AskerError(f"{name} has no version {version}; it has {shown}.")
        if "ModelVersion" in kinds:
            such = f"{text}@{versions[-1]}"
            return SenderError(f"{text} is a model: write which version, such as {such}; it has {shown}.")
    if called:
        wanted = _enumerated([_NOUNS[kind] for kind in kinds], "or")
        return SenderError(f"'{text}' is {_NOUNS[called[0]['__typename']]}, and {wanted} is needed here.")
    meant = _suggestions(client, text, kinds, [one for one in near if one["__typename"] in kinds])
    return AskerError(f"Nothing is called '{text}'; {meant}")


def _versions(client: Client, model: str) -> list[str]:
    """Return the versions of a model that is called so, by name or `namespace name`."""
    if not model:
        return []
    searched, nodes = _search(client, model)
    found = []
    for one in nodes:
        if one["__typename"] == "ModelVersion":
            name, _, version = one["ref"]["name"].rpartition("@")
            if searched in _names({**one, "ref": {**one["ref"], "name": name}}):
                found.append(version)
    return list(dict.fromkeys(found))


def _suggestions(client: Client, text: str, kinds: tuple[str, ...], near: Iterable[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(_name(one) for one in near))
    names = [name for name in names if text.lower() in name.lower()] or names
    if not names:
        begins = text.rpartition("/")[2][:_BEGINNING]
        known = [one for one in _search(client, begins)[1] if one["__typename"] in kinds] if begins else []
        # Whoever wrote the namespace as well gets it back.
        of = {form: _name(one) for one in known for form in _names(one)}
        close = nearest.near(text, sorted(of), _SHOWN)
        names = list({of[form]: form for form in reversed(close)}.values())[::-1][:_MOST_NEAR]
    if not names:
        return "`lineward search` shows what there is."
    return f"did you mean {_enumerated(names, 'or')}?"


def _enumerated(words: Sequence[str], last: str = "and") -> str:
    shown = list(words[:_SHOWN])
    if len(words) > _SHOWN:
        return f"{', '.join(shown)} {last} {len(words) - _SHOWN} more"
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}" if len(shown) > 1 else shown[0]


def _search(client: Client, text: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the words as the catalog searched them, and what it found."""
    page = _page(client, text, None)
    nodes = page["nodes"]
    for _ in range(_PAGES - 1):
        if not page["pageInfo"]["hasNextPage"]:
            break
        page = _page(client, text, page["pageInfo"]["endCursor"])
        nodes += page["nodes"]
    return str(page["text"]), [one for one in nodes if one.get("ref") or one.get("runId")]


def _page(client: Client, text: str, after: str | None) -> dict[str, Any]:
    found: dict[str, Any] = ask(client, _FIND, {"text": text, "after": after})["search"]
    for node, edge in zip(found["nodes"], found["edges"], strict=True):
        node["foundAs"] = edge["foundAs"]
    return found


def _name(node: dict[str, Any]) -> str:
    return str(node["runId"] if node["__typename"] == "Run" else node["ref"]["name"])


def _names(node: dict[str, Any]) -> list[str]:
    """Return what a thing may be called, the whole name first."""
    if node["__typename"] == "Run":
        return _names_of_run(node)
    refs = [node["ref"], *([node["foundAs"]] if node.get("foundAs") else ())]
    return [name for ref in refs for name in _forms(ref["namespace"], ref["name"])]


def _forms(namespace: str, name: str) -> tuple[str, ...]:
    return f"{namespace} {name}", f"{namespace}/{name}", name


def _names_of_run(node: dict[str, Any]) -> list[str]:
    """Return what a run may be called: by its id, and where several jobs ran under that, with its job before it."""
    if node["job"] is None:
        return [str(node["runId"])]
    ref = node["job"]["ref"]
    return [f"{ref['name']} {node['runId']}", f"{ref['namespace']} {ref['name']} {node['runId']}", str(node["runId"])]
