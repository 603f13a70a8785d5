"""Every schema that was ever said of a dataset, once with its earliest points in time, however often it is restated.

What is in force leaves with the next schema; what may still be in the data, and flows from it, does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.bitemporal import earliest
from graph_schema.facts import NOW, Facts, Statement
from graph_schema.identity import label_of

SCHEMA: Final = Table(
    "schema",
    (
        ("dataset", Kind.ID),
        ("digest", Kind.TEXT),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
    ),
    key=3,
    prefix=2,
    merge=(Merge.LEAST,),
    valid="valid_from",
    known="entry",
)
SCHEMA_TEXT: Final = Table("schema_text", (("digest", Kind.TEXT), ("text", Kind.VALUE)), 1, 1, (Merge.LEAST,))


class SchemaStated(NamedTuple):
    """A schema of a dataset as JSON text, from when it was said, and by which entry."""

    dataset: str
    text: str
    valid_from: int
    entry: int


def schemas(reader: IndexReader, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[SchemaStated]:
    """Return every schema of the datasets that was valid and known by then, each where it was first said, in order."""
    asked = [(one,) for one in dict.fromkeys(ids)]
    rows = reader.rows(SCHEMA, asked, valid_at=valid_at, known_at=known_at) if asked else []
    digests = sorted({(row[1],) for row in rows})
    texts: dict[str, str] = dict(reader.rows(SCHEMA_TEXT, digests)) if digests else {}
    return sorted(SchemaStated(row[0], texts[row[1]], row[3], row[2]) for row in rows)


def _stated(statements: Iterable[Statement], changes: Changes) -> dict[Row, list[tuple[int, int]]]:
    """Return when, and by which entry, each (dataset, digest) was said; the texts become changes."""
    digests: dict[str, str] = {}
    points: dict[Row, list[tuple[int, int]]] = defaultdict(list)
    for one in statements:
        if one.aspect == "schema" and one.value is not None and label_of(one.subject) == "Dataset":
            digest = digests.get(one.value)
            if digest is None:
                digest = digests[one.value] = blake2b(one.value.encode(), digest_size=12).hexdigest()
            points[one.subject, digest].append((one.valid_from, one.entry))
    changes.add(SCHEMA_TEXT, [(digest, text) for text, digest in digests.items()])
    return points


def _derive(work: Work) -> Changes:
    changes = Changes()
    points = _stated(work.new.statements, changes)
    known = work.past.under(SCHEMA, points) if points else {}
    for key, some in points.items():
        least = min((row[3] for row in known[key]), default=None)
        more = [(at, entry) for at, entry in earliest(some) if least is None or at < least]
        changes.add(SCHEMA, [(*key, entry, at) for at, entry in more])
    return changes


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    points = _stated(facts.statements, changes)
    changes.add(SCHEMA, [(*key, entry, at) for key, some in points.items() for at, entry in earliest(some)])
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    yield from schemas(reader, ids)


SCHEMAS: Final = Index("schemas", 1, (SCHEMA, SCHEMA_TEXT), _derive, _specification, _answers)
