"""The rows of indexes: as nodes under their table's name, as properties of the node that they are about, as arrows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph_schema.cypher import column, edge_type, table_label

_ARROWS: Final = frozenset({"CONTRIBUTED_TO", "DERIVES_FROM", "FEEDS"})
"""The types of arrows that are no kind of edge: they are drawn from an index."""


class Form(StrEnum):
    """In which form the rows of a table stand in the graph."""

    NODE = "node"
    """A row is a node under the table's name."""
    PROPERTIES = "properties"
    """The key is the id of a node, and the row is a part of its properties."""
    ARROW = "arrow"
    """A row is an arrow between two nodes that it names."""


@dataclass(frozen=True)
class Rows:
    """The columns of a table, of which the first `key` name a row, and the form in which its rows stand.

    Of arrows, `source` and `target` are the columns that name their ends, `types` what they are called, `kind` the
    column that says which of several types; `hubs` are those ends that are rows of another table. A table that is
    `ordered` is read by the order of its key. `texts` are those columns of the key that hold texts, `orders` further
    orders of columns of the key in which rows that are nodes are found, `inside` the column that they are found by what
    is inside it too.
    """

    table: str
    columns: tuple[str, ...]
    key: int
    texts: frozenset[str]
    form: Form = Form.NODE
    types: tuple[str, ...] = ()
    source: str = ""
    target: str = ""
    kind: str = ""
    hubs: frozenset[str] = frozenset()
    ordered: bool = False
    orders: tuple[tuple[str, ...], ...] = ()
    inside: str = ""

    @property
    def label(self) -> str:
        """Return the label of nodes that are rows."""
        return table_label(self.table)

    @property
    def type(self) -> str:
        """Return the types of arrows, joined for a pattern."""
        return "|".join(_arrow(name) for name in self.types)

    @property
    def keyed(self) -> tuple[str, ...]:
        """Return the columns that name a row."""
        return self.columns[: self.key]

    @property
    def kept(self) -> tuple[str, ...]:
        """Return the columns that are kept with a row itself: the ends of an arrow are not, unless they order it."""
        if self.form is Form.ARROW and not self.ordered:
            return tuple(name for name in self.columns if name not in {self.source, self.target, self.kind})
        return self.columns

    def name(self, field: str) -> str:
        """Return under which property a column is kept."""
        return f"{column(self.table)}_{column(field)}" if self.form is Form.PROPERTIES else column(field)

    def value(self, field: str) -> str:
        """Return the expression for a column of the row `r`, whose ends are `a` and `b`."""
        if self.form is Form.PROPERTIES and field == self.columns[0]:
            return "r.id"
        if self.form is Form.ARROW and field not in self.kept:
            ends = {self.source: self._id("a", self.source), self.target: self._id("b", self.target)}
            return ends.get(field, "type(r)")
        return f"r.{self.name(field)}"

    @property
    def record(self) -> str:
        """Return the expression for all columns."""
        return f"[{', '.join(self.value(field) for field in self.columns)}]"

    def end(self, variable: str, field: str, wanted: str) -> str:
        """Return the pattern of an end of arrows that has the wanted id."""
        if field in self.hubs:
            return f"({variable}:Hub {{hub: {wanted}}})"
        return f"({variable}:Entity {{id: {wanted}}})"

    def _id(self, variable: str, field: str) -> str:
        return f"{variable}.hub" if field in self.hubs else f"{variable}.id"


def _arrow(name: str) -> str:
    return name if name in _ARROWS else edge_type(name)


def indexes(rows: Rows) -> tuple[str, ...]:
    """Return the indexes by which the rows are found, each of which may be there already."""
    if rows.form is Form.PROPERTIES:
        return ()
    if rows.form is Form.ARROW:
        return (_index(rows, "key", f"()-[r:{rows.type}]-()", rows.keyed),) if rows.ordered else ()
    pattern = f"(r:{rows.label})"
    further = (_index(rows, f"order_{place}", pattern, order) for place, order in enumerate(rows.orders))
    return (_index(rows, "key", pattern, rows.keyed), *further, *_of_parts(rows))


def _of_parts(rows: Rows) -> tuple[str, ...]:
    if not rows.inside:
        return ()
    place = column(rows.inside)
    return (f"CREATE TEXT INDEX row_{column(rows.table)}_inside IF NOT EXISTS FOR (r:{rows.label}) ON (r.{place})",)


def _index(rows: Rows, which: str, pattern: str, fields: Iterable[str]) -> str:
    named = ", ".join(f"r.{column(field)}" for field in fields)
    return f"CREATE INDEX row_{column(rows.table)}_{which} IF NOT EXISTS FOR {pattern} ON ({named})"


def create(rows: Rows, *, kind: str = "") -> str:
    """Add rows that are not there: maps of what is kept, under `row`, and of arrows the ends beside it."""
    if rows.form is Form.PROPERTIES:
        return "UNWIND $rows AS row MATCH (r:Entity {id: row.key[0]}) SET r += row.row RETURN count(r) AS written"
    if rows.form is Form.NODE:
        return f"UNWIND $rows AS row CREATE (r:{rows.label}) SET r = row.row RETURN count(r) AS written"
    return (
        f"UNWIND $rows AS row MATCH {rows.end('a', rows.source, 'row.a')} MATCH {rows.end('b', rows.target, 'row.b')} "
        f"CREATE (a)-[r:{_arrow(kind or rows.types[0])}]->(b) SET r = row.row RETURN count(r) AS written"
    )


def update(rows: Rows) -> str:
    """Change rows: `key` names them, `row` is what changes."""
    if rows.form is Form.PROPERTIES:
        return "UNWIND $rows AS row MATCH (r:Entity {id: row.key[0]}) SET r += row.row RETURN count(r) AS written"
    return f"UNWIND $rows AS row {_matched(rows, 'row.key', rows.keyed)} SET r += row.row RETURN count(r) AS written"


def delete(rows: Rows) -> str:
    """Take rows away that `key` names."""
    gone = "DETACH DELETE r" if rows.form is Form.NODE else "DELETE r"
    return f"UNWIND $rows AS row {_matched(rows, 'row.key', rows.keyed)} {gone} RETURN count(*) AS written"


def clear(rows: Rows) -> str:
    """Take up to so many rows away."""
    if rows.form is Form.PROPERTIES:
        gone = ", ".join(f"r.{name}" for name in (column(rows.table), *map(rows.name, rows.columns[1:])))
        return f"MATCH (r:Entity) WHERE r.{column(rows.table)} WITH r LIMIT $limit REMOVE {gone} {_REMOVED}"
    if rows.form is Form.NODE:
        return f"MATCH (r:{rows.label}) WITH r LIMIT $limit DETACH DELETE r {_REMOVED}"
    where = f" WHERE r.row = '{column(rows.table)}'" if _is_shared(rows) else ""
    return f"MATCH ()-[r:{rows.type}]->(){where} WITH r LIMIT $limit DELETE r {_REMOVED}"


_REMOVED: Final = "RETURN count(*) AS removed"


def under(rows: Rows, fields: Sequence[str], *, wanted: Sequence[str] = (), valid: str = "", known: str = "") -> str:
    """Return the rows whose `fields` have the values of any of the `prefixes`, valid and known by then.

    Of the wanted columns, or of all.
    """
    values = ", ".join(rows.value(field) for field in wanted or rows.columns)
    matched = _matched(rows, "p", fields, _times(rows, valid, known))
    return f"UNWIND $prefixes AS p {matched} RETURN collect([{values}]) AS found"


def ends(rows: Rows, fields: Sequence[str], wanted: str, *, valid: str = "", known: str = "") -> str:
    """Return the values of one column in such rows."""
    matched = _matched(rows, "p", fields, _times(rows, valid, known))
    return f"UNWIND $prefixes AS p {matched} RETURN collect(DISTINCT {rows.value(wanted)}) AS found"


def counts(rows: Rows, fields: Sequence[str]) -> str:
    """Return how many such rows there are for each of the prefixes that have some."""
    return (
        f"UNWIND $prefixes AS p {_matched(rows, 'p', fields)} WITH p, count(r) AS counted "
        "RETURN collect([p, counted]) AS found"
    )


def newest(rows: Rows, leading: int, *, known: str = "") -> str:
    """Return the greatest rows, no greater than a bound in the column after the leading ones."""
    fields = rows.keyed
    bounded = [f"r.{column(fields[leading])} <= ask[{leading}]"]
    return _nearest(rows, leading, [*bounded, *_times(rows, "", known)], "DESC", "$count")


def before(rows: Rows, leading: int) -> str:
    """Return the greatest row less than a number in the column after the leading ones."""
    return _nearest(rows, leading, [f"r.{column(rows.keyed[leading])} < ask[{leading}]"], "DESC", "1")


def _nearest(rows: Rows, leading: int, bounds: Sequence[str], way: str, count: str) -> str:
    """Return rows in the order of an index: it is used only if every column of it is compared and ordered by."""
    fields = rows.keyed
    equal = [f"r.{column(field)} = ask[{place}]" for place, field in enumerate(fields[:leading])]
    rest = [_anything(rows, field) for field in fields[leading + 1 :]]
    order = ", ".join(f"r.{column(field)} {way}" for field in fields)
    return (
        f"UNWIND $asks AS ask CALL (ask) {{ MATCH {_pattern(rows)}{_ordered(rows, fields)} "
        f"WHERE {' AND '.join([*equal, *bounds, *rest])} "
        f"RETURN r ORDER BY {order} LIMIT {count} }} RETURN collect(DISTINCT {rows.record}) AS found"
    )


def _pattern(rows: Rows) -> str:
    return f"(r:{rows.label})" if rows.form is Form.NODE else f"()-[r:{rows.type}]->()"


def _anything(rows: Rows, field: str) -> str:
    return f"r.{column(field)} >= {_LEAST_TEXT if field in rows.texts else _LEAST_NUMBER}"


_LEAST_TEXT: Final = "''"
_LEAST_NUMBER: Final = str(1 - 2**63)


def _times(rows: Rows, valid: str, known: str) -> list[str]:
    bounds = ((valid, "$valid_at"), (known, "$known_at"))
    return [f"r.{rows.name(field)} <= {bound}" for field, bound in bounds if field]


def _matched(rows: Rows, given: str, fields: Sequence[str], more: Sequence[str] = ()) -> str:
    """Return what matches the rows `r` whose fields have the given values."""
    values = {field: f"{given}[{place}]" for place, field in enumerate(fields)}
    if rows.form is Form.PROPERTIES:
        there = [f"r.{column(rows.table)}", *more]
        return f"MATCH (r:Entity {{id: {given}[0]}}) WHERE {' AND '.join(there)}"
    if rows.form is Form.NODE or rows.ordered:
        return _found(rows, values, fields, more)
    left = rows.end("a", rows.source, values[rows.source]) if rows.source in values else "(a)"
    right = rows.end("b", rows.target, values[rows.target]) if rows.target in values else "(b)"
    known = [f"MATCH {end}{_sought(name, end)}" for name, end in (("a", left), ("b", right)) if "{" in end]
    compared = [
        f"{rows.value(field)} = {value}" for field, value in values.items() if field not in {rows.source, rows.target}
    ]
    shared = [f"r.row = '{column(rows.table)}'"] if _is_shared(rows) else []
    where = " AND ".join((*shared, *compared, *more))
    return f"{' '.join(known)} MATCH (a)-[r:{rows.type}]->(b){f' WHERE {where}' if where else ''}"


def _sought(variable: str, end: str) -> str:
    """Return the hint to find an end by its id: planned on an empty graph, all arrows would be scanned for long."""
    return f" USING INDEX SEEK {variable}:Entity(id)" if ":Entity" in end else ""


def _ordered(rows: Rows, order: Sequence[str]) -> str:
    """Return the hint by which rows are found by the index of their key, or of another order; see `_sought`."""
    name = rows.label if rows.form is Form.NODE else rows.type
    return f" USING INDEX SEEK r:{name}({', '.join(map(column, order))})"


def _found(rows: Rows, values: dict[str, str], fields: Sequence[str], more: Sequence[str]) -> str:
    """Match by an index, of which every column is compared."""
    order = next(each for each in (rows.keyed, *rows.orders) if tuple(fields) == tuple(each[: len(fields)]))
    rest = [_anything(rows, field) for field in order[len(fields) :]]
    compared = [f"r.{column(field)} = {value}" for field, value in values.items()]
    return f"MATCH {_pattern(rows)}{_ordered(rows, order)} WHERE {' AND '.join([*compared, *rest, *more])}"


def _is_shared(rows: Rows) -> bool:
    return "FEEDS" in rows.types


def shared(rows: Rows) -> dict[str, str]:
    """Return what is kept with an arrow whose type several tables share."""
    return {"row": rows.table} if _is_shared(rows) else {}
