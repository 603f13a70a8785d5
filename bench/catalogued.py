"""A made-up catalog of very many datasets of which everything is declared, as facts: what searching is measured on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from graph_schema.bitemporal import RECORD_RANK
from graph_schema.builder import FactBuilder
from graph_schema.facts import Facts
from graph_schema.nodes import Dataset, Source
from graph_schema.vocabulary.words import DeidentificationState, SourceKind, StoragePattern, Zone

_AT_ONCE: Final = 500
_SYSTEMS: Final = ("ehr", "lab", "pacs", "claims", "genomics", "pathology", "hl7feed", "fhir")
_THINGS: Final = (
    "Visits",
    "BedOccupancy",
    "Observations",
    "Encounter",
    "DrugOrders",
    "SlideTiles",
    "CtStudies",
    "VariantCalls",
    "Charges",
    "Notes",
)
_OWNERS, _SITES, _SOURCES, _PURPOSES = 200, 20, 50, 1_000


@dataclass(frozen=True, slots=True)
class Catalogued:
    """`datasets` datasets of five columns, a tenth of which have owner and kind by one of fifty sources."""

    datasets: int
    seed: int = 7

    def dataset(self, number: int) -> Dataset:
        """Return a dataset by its number: half are named by camelCase and slashes, half by underscores."""
        chance = random.Random(self.seed * 1_000_003 + number)
        system, thing = chance.choice(_SYSTEMS), chance.choice(_THINGS)
        name = f"warehouse.{thing}_{system}_{number:06}" if number % 2 else f"{system}.{thing}/set{number:06}"
        return Dataset(f"made-up-{chance.choice(_SYSTEMS)}", name)

    def facts(self) -> Iterator[tuple[Facts, int]]:
        """Yield all facts in batches, each with the entry of its last."""
        yield self._sources(), _SOURCES - 1
        for first in range(0, self.datasets, _AT_ONCE):
            numbers = range(first, min(self.datasets, first + _AT_ONCE))
            parts = [self._facts(number, _SOURCES + number) for number in numbers]
            yield _joined(parts), _SOURCES + numbers[-1]

    def _sources(self) -> Facts:
        kinds = [one.value for one in SourceKind]
        parts = []
        for number in range(_SOURCES):
            builder, source = _builder(number), Source(f"source {number}")
            builder.add_statement(source, "source_kind", kinds[number % len(kinds)])
            builder.add_statement(source, "owner", f"office {number}")
            parts.append(builder.build())
        return _joined(parts)

    def _facts(self, number: int, entry: int) -> Facts:
        chance = random.Random(self.seed * 2_000_003 + number)
        builder, dataset = _builder(entry), self.dataset(number)
        fields = [{"name": f"{chance.choice(_THINGS)}_{place}", "type": "string"} for place in range(5)]
        aspects = {
            "schema": {"fields": fields},
            "clinical_purpose": f"study of {chance.choice(_THINGS)} number {chance.randrange(_PURPOSES)}",
            "zone": chance.choice(list(Zone)).value,
            "deidentification_state": chance.choice(list(DeidentificationState)).value,
            "storage_pattern": chance.choice(list(StoragePattern)).value,
            "site": f"site {chance.randrange(_SITES)}",
        }
        if chance.random() < 0.1:
            aspects["source"] = f"source {chance.randrange(_SOURCES)}"
        else:
            aspects["owner"] = f"team {chance.randrange(_OWNERS)}"
        for aspect, value in aspects.items():
            builder.add_statement(dataset, aspect, value)
        return builder.build()


def _builder(entry: int) -> FactBuilder:
    return FactBuilder(entry, entry, f"{entry:016x}", RECORD_RANK)


def _joined(parts: list[Facts]) -> Facts:
    return Facts(
        tuple(node for part in parts for node in part.nodes),
        tuple(edge for part in parts for edge in part.edges),
        tuple(one for part in parts for one in part.statements),
    )
