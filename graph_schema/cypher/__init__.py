"""Kinds to Cypher: all that is sent to Neo4j comes from here, identifiers from the registry, values as parameters.

What stands in the graph, for a person in Neo4j Browser: nodes with their label, key and aspects now in force as plain
properties (every one also carries `Entity`, under which an id is found whatever the label); an arrow of its own type
for each sentence, once however often it was said: READ, WROTE, EXECUTED, DERIVES_FROM and so on; `FEEDS` from each
dataset or model version to what its data reached, by way of a `(:Hub)` where one run or declaration names so many that
the pairs would outgrow it; `CONTRIBUTED_TO` from a run to what it may have put into its state, newest first by index.
History lies beside them: a `(:Record)` for each record of the ledger, which `STATES` a `(:Content)` that it shares with
all that say the same; both are `IS_ABOUT` what they name, or `IS_MOMENT_OF` it where they state nothing of it but what
one event was like: what is in force about a dataset that thousands of runs or decisions name is read past none of
them. What is in force stands as `(:InForce)`, and so does every
other row of an index as a node under its table's name. Properties that begin with `search_` serve the catalog's search,
those that begin with `lookup_` its look-ups.
"""

from __future__ import annotations

import re
from typing import Final

from graph_schema.registry import LABELS, TYPES, UnregisteredError

_TAKEN: Final = frozenset({*LABELS, "Entity", "Record", "Content", "Value", "Quarantined", "Lineward"})
"""The labels of kinds, and those that are no kind: what all kinds share, history, what is restated, long texts once,
refused entries, state."""

TITLED: Final = ("Dataset", "Job", "Snapshot", "Model", "ModelVersion")
"""The labels whose nodes are read in the order of their titles, however many there are: what is searched for."""

FACET_SOURCE: Final = "\\u001f"
"""Stands in `search_facets` between a facet and the column that it is said of; as Cypher writes it."""

ABOUT: Final = "IS_ABOUT"
"""Leads from a record, or from what records restate, to what it states anything of that lasts."""

MOMENT_OF: Final = "IS_MOMENT_OF"
"""Leads from there to what it states momentary aspects of alone."""

_NAME: Final = re.compile(r"[a-z][a-z_]*")


def label(name: str) -> str:
    """Return a label as it is written in Cypher.

    Raises:
        UnregisteredError: the registry does not know it.
    """
    if name not in LABELS:
        raise UnregisteredError(f"{name} is no registered kind of node")
    return name


def edge_type(name: str) -> str:
    """Return an edge's type as it is written in Cypher.

    Raises:
        UnregisteredError: the registry does not know it.
    """
    if name not in TYPES:
        raise UnregisteredError(f"{name} is no registered kind of edge")
    return name


def column(name: str) -> str:
    """Return the name of an index's table or column as it is written in Cypher.

    Raises:
        UnregisteredError: it is none that code declares.
    """
    if not _NAME.fullmatch(name):
        raise UnregisteredError(f"{name} is no name of a table or column")
    return name


def lookup(field: str) -> str:
    """Return under which property a node has what it is looked up by."""
    return f"lookup_{column(field)}"


def table_label(name: str) -> str:
    """Return the label of the rows of an index's table: its name in camel case.

    Raises:
        UnregisteredError: it is no such name, or its label has another meaning.
    """
    found = "".join(part.capitalize() for part in column(name).split("_"))
    if found in _TAKEN:
        raise UnregisteredError(f"{found} means another thing than rows of a table")
    return found
