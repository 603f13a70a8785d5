"""By which entry anything was said last but that known jobs ran again: most events say nothing else.

Of a run that goes on, a job that ran before over data that was there, in columns that were there, by flows that were
stated, nothing follows but what is said of runs, when something was written or read last, and what describes jobs and
datasets as of that run. Whoever asks for none of these (`edges_of_runs`, `aspects_of_runs`) gets the answer of before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from catalog.store.indexes.column_flows import COLUMN_STATEMENT
from catalog.store.indexes.contributions import CONTRIBUTIONS
from catalog.store.indexes.effects import IN_FORCE
from catalog.store.indexes.facet_keys import FACET_KEYS
from catalog.store.indexes.grounds import GROUND, Ground
from catalog.store.indexes.index import Index
from catalog.store.indexes.keys import KEY_FIELD
from catalog.store.indexes.producers import PRODUCERS
from catalog.store.indexes.record_states import RECORD_STATES
from catalog.store.indexes.runs import RUNS
from catalog.store.indexes.schemas import SCHEMA_TEXT
from catalog.store.indexes.search import SEARCH
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.aspects import KEPT_FACET
from graph_schema.facts import Facts
from graph_schema.identity import label_of
from graph_schema.nodes import Run
from graph_schema.registry import STRUCTURAL

NOVELTY: Final = Table("novelty", (("of", Kind.TEXT), ("entry", Kind.INTEGER)), key=1, prefix=1, merge=(Merge.MOST,))

_OF_NODES: Final = frozenset({"HAS_COLUMN", "IS_VERSION_OF", "CAPTURES"})
"""Edges that come with a node: between two that are known none is new."""
_RUNNING: Final = frozenset({"READ", "WROTE", "EXECUTED", "IS_PART_OF", *STRUCTURAL})
_DESCRIBING: Final = frozenset(
    {
        *("schema", "column_lineage", "producer", "io", "documentation", "ownership", "data_source", "dataset_type"),
        *("storage", "catalog", "hierarchy", "version", "job_type", "sql", "source_code", "source_code_location"),
    }
)
"""What an emitter says of a job or dataset with each run."""
_RUNNING_INDEXES: Final = frozenset(one.name for one in (RUNS, CONTRIBUTIONS, FACET_KEYS, PRODUCERS, RECORD_STATES))
_RUN: Final = Run.__name__
_DESCRIBED: Final = frozenset({_RUN, "Job", "Dataset"})


def last_novelty(reader: IndexReader) -> int:
    """Return by which entry, at the latest, anything was said last but that known jobs ran again; -1 for none."""
    rows = reader.rows(NOVELTY, [("",)])
    return rows[0][1] if rows else -1


def edges_of_runs(kinds: Iterable[str]) -> bool:
    """Tell whether any of these kinds of edges may come by runs of known jobs."""
    return any(kind in _RUNNING and kind not in _OF_NODES for kind in kinds)


def aspects_of_runs(ids: Iterable[str], aspects: Iterable[str] | None) -> bool:
    """Tell whether any of these aspects of the nodes, or any at all, may be said anew by runs of known jobs."""
    if aspects is None:
        return any(label_of(one) in _DESCRIBED for one in ids)
    return any(map(_is_describing, aspects)) or any(label_of(one) == _RUN for one in ids)


def _is_describing(aspect: str) -> bool:
    return aspect in _DESCRIBING or aspect.startswith(KEPT_FACET)


def _derive(work: Work) -> Changes:
    changes = Changes()
    if _is_novel(work.new) or any(_changes(name, of) for name, of in work.derived.items()):
        changes.add(NOVELTY, [("", _newest(work.new))])
    return changes


def _newest(facts: Facts) -> int:
    return max(
        (
            *(entry for _, entry in facts.nodes),
            *(one.entry for one in facts.edges),
            *(one.entry for one in facts.statements),
        ),
        default=-1,
    )


def _is_novel(new: Facts) -> bool:
    """Tell whether the facts say by themselves anything but what each run says."""
    return (
        any(not isinstance(node, Run) for node, _ in new.nodes)
        or any(one.kind not in _RUNNING or (one.run is None and one.kind not in STRUCTURAL) for one in new.edges)
        or any(
            one.run is None or not (label_of(one.subject) == _RUN or _is_describing(one.aspect))
            for one in new.statements
        )
    )


def _changes(index: str, of: Changes) -> bool:
    """Tell whether rows are written or taken away that follow from anything but what each run says."""
    if index in _RUNNING_INDEXES:
        return False
    return any(rows and not _are_of_runs(name, rows) for name, rows in (*of.put.items(), *of.drop.items()))


def _are_of_runs(table: str, rows: Sequence[Row]) -> bool:
    if table == IN_FORCE.name:
        return all(label_of(row[0]) == _RUN or _is_describing(row[1]) for row in rows)
    if table == GROUND.name:
        # That a dataset has a schema is news together with the first one alone.
        return all(row[0] == Ground.SCHEMA.value for row in rows)
    if table == KEY_FIELD.name:
        return all(row[0] == _RUN for row in rows)
    if table in _SEARCHED:
        return all(label_of(row[place]) == _RUN for place in _SEARCHED[table] for row in rows)
    return table in {COLUMN_STATEMENT.name, SCHEMA_TEXT.name}


_SEARCHED: Final = {
    table.name: [place for place, (_, kind) in enumerate(table.columns) if kind is Kind.ID] for table in SEARCH.tables
}


def _specification(facts: Facts) -> Changes:
    """Return that the last of all facts was one: which of them say anything new depends on those before each."""
    changes = Changes()
    newest = _newest(facts)
    changes.add(NOVELTY, [("", newest)] if newest >= 0 else [])
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:  # noqa: ARG001  it is of no node
    """Yield nothing: it may be any entry that is not before what was new."""
    yield from ()


NOVELTIES: Final = Index(
    "novelties",
    1,
    (NOVELTY,),
    _derive,
    _specification,
    _answers,
    uses=(
        *("runs", "flows", "contributions", "in_force", "search", "column_flows", "column_coverage", "keys"),
        *("facet_keys", "uses", "producers", "pointers", "named_in_facets", "grounds", "record_states", "schemas"),
        *("label_work", "boundaries"),
    ),
)
