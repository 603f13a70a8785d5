"""Random catalogs and questions for search, by which two stores are compared."""

from __future__ import annotations

import random
from dataclasses import replace

from catalog.store.protocol import Query, StoreReader
from graph_schema.bitemporal import RECORD_RANK
from graph_schema.builder import FactBuilder
from graph_schema.facts import Facts
from graph_schema.nodes import Dataset, Job, Source

LABELS = ("Dataset", "Job", "Column")
WORDS = ("bed", "ward", "Bedside", "ct", "0017", "000147", "steward", "b", "12ab34cd", "Zürich", "病床", "Ἰατρός")
ASKED = ("be", "ard", '"ward team"', "wardbed", "source", "EHR", "0", "00", "001", "ZURICH", "床", "ιατρ", "*", "ward*")
SAID = {
    "owner": ("ward team", "bed team", None),
    "zone": ("LANDING", "CURATED", None),
    "clinical_purpose": ("beds of a ward", "a ward", None),
    "source": ("one", "other", None),
    "source_system": ({"name": "one", "kind": "LAB"}, {"name": "other", "kind": "FHIR"}, None),
    "permitted_use": (
        {"purposes": ["HRESCH"], "duo": [], "refrains": [], "obligations": []},
        {"purposes": ["HRESCH", "TREAT"], "duo": [], "refrains": [], "obligations": []},
        None,
    ),
}
SAID_OF_SOURCES = {
    "source_kind": ("LAB", "EHR", None),
    "owner": ("ward team", "source team", None),
    "clinical_purpose": ("steward beds", None),
    "phi_category": (["CLINICAL_NOTE"], None),
}
FACETS = ("gap", "source_system", "label", "zone", "owner", "purpose", "phi", "lies_in")
_UNITED = (("zone", "LANDING"), ("zone", "CURATED"), ("owner", "ward team"), ("purpose", "TREAT"), ("zone", "NOWHERE"))


def record(chance: random.Random, entry: int) -> Facts:
    name = chance.choice("._/").join(chance.sample(WORDS, chance.randint(1, 3)))
    if chance.random() < 0.25:
        builder = FactBuilder(entry, chance.randrange(9), f"{entry:016x}", RECORD_RANK)
        aspect = chance.choice(sorted(SAID_OF_SOURCES))
        builder.add_statement(Source(chance.choice(("one", "other"))), aspect, chance.choice(SAID_OF_SOURCES[aspect]))
        return builder.build()
    node = (Dataset if chance.random() < 0.8 else Job)("made-up", name)
    builder = FactBuilder(entry, chance.randrange(9), f"{entry:016x}", RECORD_RANK)
    builder.add_node(node)
    if isinstance(node, Dataset):
        for aspect in chance.sample(sorted(SAID), 2):
            builder.add_statement(node, aspect, chance.choice(SAID[aspect]))
    return builder.build()


def asked(chance: random.Random, ids: list[str]) -> Query:
    text = " ".join(chance.choice((*WORDS, *ASKED)) for _ in range(chance.choice((0, 1, 1, 2))))
    filters = {} if chance.random() < 0.6 else {"zone": (chance.choice(("LANDING", "CURATED")),)}
    if chance.random() < 0.2:
        filters["label"] = ("Dataset",)
    beside = {("phi", letter): frozenset(chance.sample(ids, min(2, len(ids)))) for letter in "AB"}
    united = {("lies_in", letter): frozenset(chance.sample(_UNITED, 2)) for letter in "AB"}
    if chance.random() < 0.2:
        filters["lies_in"] = (chance.choice("ABC"),)
    return Query(
        labels=LABELS[: chance.randint(1, 2)],
        text=text,
        filters=filters,
        missing=("owner",) if chance.random() < 0.2 else (),
        every=(("gap", chance.choice(("owner", "clinical_purpose"))),) if chance.random() < 0.2 else (),
        has=("phi",) if chance.random() < 0.1 else (),
        facets=tuple(chance.sample(FACETS, 2)),
        first=chance.choice((1, 3, 50)),
        beside=beside if chance.random() < 0.3 else {},
        united=united if chance.random() < 0.3 else {},
    )


def pages(read: StoreReader, query: Query) -> list[object]:
    found: list[object] = []
    while True:
        page = read.find(query)
        found.append(([(hit.id, hit.rank, hit.entry) for hit in page.hits], page.total, page.facets, page.more))
        if not page.more:
            return found
        query = replace(query, after=page.hits[-1].place)
