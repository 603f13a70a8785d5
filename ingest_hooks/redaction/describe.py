"""The classes as the tables of a document."""

from __future__ import annotations

from graph_schema.marked import replaced
from ingest_hooks.redaction.classes import FACETS, Class
from ingest_hooks.redaction.keys import vocabulary

BEGIN, END = "<!-- redaction:begin -->", "<!-- redaction:end -->"


def markdown() -> str:
    """Return the tables: what becomes of each class, which stands where, and what keys decide."""
    rows = ["| class | what becomes of it |", "| --- | --- |"]
    rows += [f"| {_shown(each)} | {each.becomes} |" for each in Class]
    rows += ["", "| facet | class by place |", "| --- | --- |"]
    places: dict[str, dict[Class, list[str]]] = {}
    for pattern, each in FACETS.items():
        facet, _, rest = pattern.partition("/")
        places.setdefault(facet, {}).setdefault(each, []).append(rest)
    for facet in sorted(places, key=str.lower):
        listed = "; ".join(f"{_shown(each)}: {_listed(rest)}" for each, rest in places[facet].items())
        rows.append(f"| `{facet}` | {listed} |")
    rows += ["", "| class | by these words in a key, where no row decides; a measure or name at its end goes first |"]
    rows.append("| --- | --- |")
    rows += [f"| {_shown(kind)} | {', '.join(words)} |" for kind, words in vocabulary().items()]
    return "\n".join(rows)


def rewritten(readme: str) -> str:
    """Return the document with the table between its markers; raises ValueError where they are missing."""
    return replaced(readme, BEGIN, END, f"\n{markdown()}\n")


def _shown(each: Class) -> str:
    return each.name.lower().replace("_", " ")


def _listed(patterns: list[str]) -> str:
    return ", ".join("what no key decides" if pattern == "**" else f"`{pattern}`" for pattern in patterns)
