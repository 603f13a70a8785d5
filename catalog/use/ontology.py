"""A disease ontology from a file: OBO, OBO Graphs JSON as MONDO publishes it, or JSON of ids and parents."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from catalog.errors import OperatorError
from graph_schema.vocabulary.mondo import disease_of

_MOST_BYTES: Final = 512 * 1024 * 1024
_SUBCLASS: Final = frozenset({"is_a", "subClassOf", "http://www.w3.org/2000/01/rdf-schema#subClassOf"})
_ACTION: Final = (
    "Name an OBO file, an OBO Graphs JSON file, or a JSON object of ids with their parents, or leave it out."
)


class Ontology(Mapping[str, frozenset[str]]):
    """By disease id, everything that it is a kind of, itself left out; a circle is followed once.

    The file is read once, when something is first looked up. An alternative id stands for the term that names it; an
    obsolete term is none. Raises OperatorError where the file cannot be read, or holds no term.
    """

    def __init__(self, path: Path) -> None:
        """Take the file; raises OperatorError where there is none."""
        if not path.is_file():
            raise OperatorError(f"The disease ontology {path} is no file.", action=_ACTION)
        self._path = path
        self._found: dict[str, frozenset[str]] = {}

    def __getitem__(self, disease: str) -> frozenset[str]:
        parents, same = self._terms
        term = same.get(disease, disease)
        if term not in parents:
            raise KeyError(disease)
        if disease not in self._found:
            above, front = {term}, [term]
            while front:
                new = parents.get(front.pop(), frozenset()) - above
                above |= new
                front += new
            self._found[disease] = frozenset(above | {one for one, of in same.items() if of in above}) - {disease}
        return self._found[disease]

    def __iter__(self) -> Iterator[str]:
        parents, same = self._terms
        return iter(dict.fromkeys((*parents, *(one for one, of in same.items() if of in parents))))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @cached_property
    def _terms(self) -> tuple[Mapping[str, frozenset[str]], Mapping[str, str]]:
        """Return the parents of each term, and which term each alternative id stands for."""
        try:
            if self._path.stat().st_size > _MOST_BYTES:
                raise OperatorError(f"The disease ontology {self._path} is larger than 512 MiB.", action=_ACTION)
            text = self._path.read_text("utf-8")
            rows = list(_of_json(json.loads(text)) if text.lstrip()[:1] in {"{", "["} else _of_obo(text))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise OperatorError(f"The disease ontology {self._path} cannot be read.", action=_ACTION) from error
        parents: dict[str, set[str]] = defaultdict(set)
        same: dict[str, str] = {}
        for disease, above, others in rows:
            parents[disease].update(above)
            same.update((one, disease) for one in others if one != disease)
        if not parents:
            raise OperatorError(f"The disease ontology {self._path} holds no disease.", action=_ACTION)
        return {one: frozenset(above) for one, above in parents.items()}, same


@lru_cache(maxsize=8)
def ontology_at(path: Path | None) -> Ontology | None:
    """Return the ontology of a site, which is read once; None where it has none. Raises as `Ontology`."""
    return None if path is None else Ontology(path)


_Row = tuple[str, Iterable[str], Iterable[str]]
"""A term, what it is a kind of, and its alternative ids."""


def _of_obo(text: str) -> Iterator[_Row]:
    """Yield the terms of an OBO file that are not obsolete."""
    for stanza in text.split("\n["):
        lines = stanza.splitlines()
        if not lines or lines[0].removeprefix("[").strip() != "Term]":
            continue
        tags: dict[str, list[str]] = defaultdict(list)
        for line in lines[1:]:
            name, _, value = line.partition(":")
            tags[name].append(value.partition("!")[0].partition("{")[0].strip())
        if "true" in tags["is_obsolete"]:
            continue
        for one in _ids(tags["id"]):
            yield one, _ids(tags["is_a"]), _ids(tags["alt_id"])


def _of_json(value: Any) -> Iterator[_Row]:  # noqa: ANN401  whatever the file holds
    """Yield the terms of OBO Graphs JSON, or of ids with their parents."""
    if isinstance(value, dict) and isinstance(value.get("graphs"), list):
        for graph in value["graphs"]:
            yield from _of_graph(graph)
    elif isinstance(value, dict):
        for disease, above in value.items():
            for one in _ids([disease]):
                yield one, _ids(_listed(above)), ()
    else:
        for term in _listed(value):
            for one in _ids([term["id"]] if isinstance(term, dict) and "id" in term else [None]):
                yield one, _ids(_listed(term.get("parents", []))), ()


def _of_graph(graph: Mapping[str, Any]) -> Iterator[_Row]:
    above: dict[str, list[str]] = defaultdict(list)
    for edge in graph.get("edges", ()):
        if edge["pred"] in _SUBCLASS:
            above[edge["sub"]].append(edge["obj"])
    for node in graph.get("nodes", ()):
        meta = node.get("meta") or {}
        if meta.get("deprecated"):
            continue
        others = [one["val"] for one in meta.get("basicPropertyValues", ()) if one["pred"].endswith("hasAlternativeId")]
        for one in _ids([node["id"]]):
            yield one, _ids(above[node["id"]]), _ids(others)


def _ids(given: Iterable[Any]) -> list[str]:
    """Return the disease ids among these; what is of another ontology is none."""
    return [found for one in given if isinstance(one, str) and (found := disease_of(one)) is not None]


def _listed(value: Any) -> list[Any]:  # noqa: ANN401  whatever the file holds
    if not isinstance(value, list):
        raise ValueError("parents are a list")  # noqa: TRY004  a wrong file, no wrong type of ours
    return value
