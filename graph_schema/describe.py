"""Kinds as the tables and the diagram of a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from graph_schema.aspects import ASPECTS, FAMILIES, Aspect, Facet
from graph_schema.aspects.shape import Member, described
from graph_schema.edges import EdgeKind
from graph_schema.marked import replaced
from graph_schema.nodes import Node
from graph_schema.registry import EDGES, NODES, sentence

BEGIN: Final = "<!-- graph-schema:begin -->"
END: Final = "<!-- graph-schema:end -->"

_GROUPS: Final = {
    "Data": ("Source", "Dataset", "Column", "Snapshot", "PhiTag", "Site", "Place", "EncryptionKey"),
    "Work": ("Job", "Run", "CodeRevision", "Environment"),
    "Models": ("Model", "ModelVersion", "Evaluation", "SigningKey", "Deployment", "Division"),
    "People": ("Principal", "Approval", "Attestation", "Mapping", "NamespaceRule", "SafeUse", "Finding"),
    "Use": ("UseStatement", "Transfer", "Undertaking", "PolicySet", "Project", "Protocol"),
}


def description() -> str:
    """Return the tables of nodes, edges and aspects and the diagram, as Markdown."""
    return "\n\n".join(
        (
            diagram(),
            _table(("Node", "Key", "What it is"), ((f"`{n.__name__}`", _key(n), sentence(n)) for n in NODES)),
            _table(("Edge", "From", "To", "What it says"), map(_edge_row, EDGES)),
            _table(
                ("Aspect", "Said of", "OpenLineage facet", "What it says"),
                map(_aspect_row, (*ASPECTS, *FAMILIES.values())),
            ),
            "<details><summary>The members of the aspects that the catalog itself gives their shape</summary>",
            _table(("Member", "What it is"), map(_member_row, shaped())),
            "</details>",
        )
    )


def diagram() -> str:
    """Return the kinds and the edges between them as a Mermaid flow chart, grouped, one arrow for a pair of kinds."""
    lines = ["```mermaid", "flowchart LR"]
    for group, labels in _GROUPS.items():
        lines.append(f"  subgraph {group}")
        lines += [f"    {label}" for label in labels]
        lines.append("  end")
    between: dict[tuple[str, str], list[str]] = {}
    for kind in EDGES:
        sources, targets = kind.ends()
        for source in sources:
            for target in targets:
                phrase = kind.edge_type().lower().replace("_", " ")
                between.setdefault((source.__name__, target.__name__), []).append(phrase)
    lines += [f'  {source} -->|"{", ".join(phrases)}"| {target}' for (source, target), phrases in between.items()]
    return "\n".join([*lines, "```"])


def shaped() -> Iterator[tuple[str, Member]]:
    """Yield each member of an aspect's value with the aspect's name; a facet's are those of OpenLineage."""
    for one in (*ASPECTS, *FAMILIES.values()):
        yield from ((one.name, member) for member in described(one.shape))


def rewritten(text: str) -> str:
    """Return the text with what lies between the marks replaced.

    Raises:
        ValueError: the marks are missing or stand in the wrong order.
    """
    return replaced(text, BEGIN, END, f"\n\n{description()}\n\n")


def _key(kind: type[Node]) -> str:
    return ", ".join(kind.key_fields())


def _edge_row(kind: type[EdgeKind]) -> tuple[str, str, str, str]:
    sources, targets = (" or ".join(f"`{end.__name__}`" for end in ends) for ends in kind.ends())
    return f"`{kind.edge_type()}`", sources, targets, sentence(kind)


def _aspect_row(aspect: Aspect) -> tuple[str, str, str, str]:
    facet = f"`{aspect.shape.name}`" if isinstance(aspect.shape, Facet) else ""
    return f"`{aspect.name}`", ", ".join(aspect.of), facet, aspect.description


def _member_row(row: tuple[str, Member]) -> tuple[str, str]:
    aspect, (name, sentence) = row
    return f"`{aspect}{'' if name.startswith('[') else '.'}{name}`", sentence


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
