"""Made-up column lineage for the outputs of made-up runs."""

from __future__ import annotations

import random
from typing import Final

from bench.estates import NAMESPACE, PRODUCER, Event

_SECOND_SOURCE: Final = 0.1
"""The share of columns that are made of two: answers stay of a size that people read."""
_JOINED: Final = 0.1
"""The share of datasets in which a key decides on every row."""
_FACET: Final = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json"


def column_lineage(chance: random.Random, inputs: list[str], columns: int) -> Event:
    """Return a columnLineage facet (1-2-0) by which each of so many columns is made of one or two of the inputs'."""

    def field(number: int, kind: str, subtype: str) -> Event:
        how = {"type": kind, "subtype": subtype, "masking": False}
        source = {"namespace": NAMESPACE, "name": chance.choice(inputs), "field": f"column_{number}"}
        return {**source, "transformations": [how]}

    fields = {}
    for number in range(columns):
        sources = [field(number, "DIRECT", "IDENTITY")]
        if chance.random() < _SECOND_SOURCE:
            sources.append(field(chance.randrange(columns), "DIRECT", "TRANSFORMATION"))
        fields[f"column_{number}"] = {"inputFields": sources}
    facet: Event = {"_producer": PRODUCER, "_schemaURL": _FACET, "fields": fields}
    return {**facet, "dataset": [field(0, "INDIRECT", "JOIN")]} if chance.random() < _JOINED else facet
