"""What is written beside a drawing: what each thing in it means, what is collapsed, and the same in words."""

from __future__ import annotations

from collections import Counter
from typing import Final

from reports.document import Box, Key
from reports.text import clean
from reports.vertices import (
    ATTESTED,
    COLLAPSED,
    FEED,
    NOT_ATTESTED,
    Arrow,
    Picture,
    Vertex,
    in_words,
    noun,
    state,
    zone_of,
)

_KINDS: Final = {
    "Snapshot": "one exact state of a dataset, named by its digest",
    "State": "what a run took or left of a dataset, without an exact version",
    "Dataset": "a dataset of which no state is recorded",
    "ModelVersion": "a model version, named by its registration",
}
_STATES: Final = {
    "RAW": "as it came, with identifiers",
    "DE_IDENTIFIED": "without identifiers",
    "PSEUDONYMIZED": "identifiers were replaced by pseudonyms: who keeps the key can undo it",
    "AGGREGATED": "figures on groups of people",
    "UNKNOWN": "nobody has said how far identifiers are gone",
}


def legend(picture: Picture, edges: tuple[Arrow, ...], boxes: tuple[Box, ...]) -> tuple[Key, ...]:
    """Return what each thing that this drawing shows means, and nothing that it does not show."""
    drawn = [edges[number - 1] for _, _, numbers in picture.edges for number in numbers]
    kinds = {node.kind for node in picture.nodes}
    states = {node.deid_state for node in picture.nodes}
    attested = {node.attested for node in picture.nodes}
    texts = [label.text for box in boxes for label in box.labels]
    keys = [
        Key("root", "", "what this report is of") if any(node.root for node in picture.nodes) else None,
        *(Key("word", noun(kind), meaning) if kind in kinds else None for kind, meaning in _KINDS.items()),
        Key("word", FEED, "nothing recorded flows into it: the recorded history begins there")
        if any(node.raw_feed for node in picture.nodes)
        else None,
        *(
            Key("word", state(declared), f"{meaning}, as its owner declared") if declared in states else None
            for declared, meaning in _STATES.items()
        ),
        Key("word", ATTESTED, "attestations in force cover every step that wrote it") if True in attested else None,
        Key("word", NOT_ATTESTED, "declared alone: no attestation in force covers every step that wrote it")
        if False in attested
        else None,
        Key("edge", "", "data went from one to the other, by the table's line of that number") if drawn else None,
        Key("dashed", "", "inferred: no record states the exact version") if any(e.inferred for e in drawn) else None,
        Key("strong", "", "an attestation of de-identification in force covers it")
        if any(edge.deidentifies for edge in drawn)
        else None,
        Key("collapsed", "", "several that are not drawn one by one") if COLLAPSED in kinds else None,
        Key("word", "…", "a digest's first digits, or a name too long for its box; the table has the whole")
        if any("…" in text for text in texts)
        else None,
    ]
    return tuple(key for key in keys if key is not None)


def note(nodes: tuple[Vertex, ...], picture: Picture) -> str | None:
    """Return what is collapsed, None where nothing is."""
    if not picture.collapsed:
        return None
    rest = ", ".join(f"{number:,} in {in_words(zone)}" for zone, number in picture.collapsed)
    drawn = sum(node.kind != COLLAPSED for node in picture.nodes)
    return f"The lineage has {len(nodes):,} nodes. {drawn} that matter most are drawn; collapsed by zone: {rest}."


def alternative(nodes: tuple[Vertex, ...], edges: tuple[Arrow, ...], picture: Picture) -> str:
    """Return what is drawn in words, for whoever does not see it."""
    names = {node.id: clean(node.name) for node in nodes}
    zones = Counter(in_words(zone_of(node)) for node in nodes)
    by_zone = ", ".join(f"{number:,} in {zone}" for zone, number in sorted(zones.items()))
    if not nodes:
        return "No lineage is recorded."
    flows = [
        f"{names[edge.source]} to {names[edge.target]}" for edge in edges if {edge.source, edge.target} <= names.keys()
    ]
    most = 12
    listed = "; ".join(flows[:most]) + (f"; and {len(flows) - most:,} more" if len(flows) > most else "")
    collapsed = " Part of it is collapsed by zone." if picture.collapsed else ""
    return f"Lineage of {len(nodes):,} nodes ({by_zone}) and {len(edges):,} edges: {listed or 'no edges'}.{collapsed}"
