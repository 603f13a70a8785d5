"""The tables of the graph: ids as integers, texts once, facts clustered by what is asked of them.

`node` holds every id ever mentioned, named or not. `attribution` is what all facts of one record have in common.
`edge.saying` is AGAIN where an earlier entry said the same for that valid time or an earlier one. `statement.run` is
set only where the statement waits for that run to complete. From `run` on, everything follows from the facts; see
`catalog.store.deriving`.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = 6
"""Raised with every change of the tables; a file of an earlier version is emptied, and filled again from the ledger."""

DERIVED_FROM_FACTS: Final = (
    "run",
    "flow",
    "hub",
    "inlet",
    "outlet",
    "hub_shape",
    "output",
    "moment",
    "contribution",
    "producer",
    "current",
    "facet",
    "key_word",
    "value_word",
)
TABLES: Final = (
    *DERIVED_FROM_FACTS,
    "edge",
    "statement",
    "attribution",
    "value",
    "node",
    "quarantined",
    "tally",
    "state",
    "made",
)

FIRST: Final = 0
AGAIN: Final = 1
FIRST_REPLACING: Final = 2
"""How an edge is said: for the first time, as before, or for the first time that it replaces the whole."""

SCHEMA: Final = """
CREATE TABLE node (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  label TEXT, title TEXT, key TEXT, entry INTEGER
) STRICT;
CREATE INDEX node_listed ON node (label, title, id) WHERE entry IS NOT NULL;
CREATE TABLE value (
  v INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, text TEXT NOT NULL, worded INTEGER NOT NULL
) STRICT;
CREATE TABLE attribution (
  t INTEGER PRIMARY KEY, entry INTEGER NOT NULL, valid_from INTEGER NOT NULL, rank INTEGER NOT NULL, tie TEXT NOT NULL,
  run INTEGER, job INTEGER, by INTEGER NOT NULL, authenticated INTEGER NOT NULL
) STRICT;
CREATE TABLE edge (
  source INTEGER, kind TEXT, saying INTEGER, target INTEGER, attribution INTEGER, value INTEGER,
  PRIMARY KEY (source, kind, saying, target, attribution, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX edge_reaching ON edge (target, kind);
CREATE TABLE statement (
  subject INTEGER, aspect TEXT, valid_from INTEGER, attribution INTEGER, role TEXT, value INTEGER, run INTEGER,
  PRIMARY KEY (subject, aspect, valid_from, attribution, role, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX statement_waiting ON statement (run, valid_from) WHERE run IS NOT NULL;
CREATE TABLE quarantined (entry INTEGER PRIMARY KEY, kind TEXT NOT NULL, subjects TEXT NOT NULL, reason TEXT NOT NULL)
  STRICT;
CREATE TABLE tally (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE state (name TEXT PRIMARY KEY, entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE made (by TEXT NOT NULL) STRICT;
CREATE TABLE run (
  n INTEGER PRIMARY KEY, first_at INTEGER NOT NULL, started_at INTEGER,
  ended_at INTEGER, ended_rank INTEGER, ended_tie TEXT, ended_by TEXT, streams INTEGER NOT NULL, entry INTEGER NOT NULL,
  moments INTEGER NOT NULL, joined INTEGER NOT NULL
) STRICT;
CREATE TABLE flow (
  source INTEGER, target INTEGER, job INTEGER, how TEXT, entry INTEGER, valid_from INTEGER NOT NULL,
  PRIMARY KEY (source, target, job, how, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX flow_reaching ON flow (target);
CREATE TABLE hub (h INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, inlets INTEGER NOT NULL, outlets INTEGER NOT NULL)
  STRICT;
CREATE TABLE inlet (
  source INTEGER, hub INTEGER, valid_from INTEGER, entry INTEGER, PRIMARY KEY (source, hub, valid_from, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX inlet_of ON inlet (hub);
CREATE TABLE outlet (
  target INTEGER, hub INTEGER, job INTEGER, how TEXT, valid_from INTEGER, entry INTEGER,
  PRIMARY KEY (target, hub, job, how, valid_from, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX outlet_of ON outlet (hub);
CREATE TABLE hub_shape (
  digest TEXT, last_entry INTEGER, last_at INTEGER, PRIMARY KEY (digest, last_entry, last_at)
) STRICT, WITHOUT ROWID;
CREATE TABLE contribution (
  target INTEGER, job INTEGER, at INTEGER, run INTEGER, how TEXT, tie TEXT, entry INTEGER NOT NULL,
  replaces INTEGER NOT NULL,
  PRIMARY KEY (target, job, at, run, how, tie)
) STRICT, WITHOUT ROWID;
CREATE INDEX contribution_replacing ON contribution (target, at) WHERE replaces = 1;
CREATE TABLE output (
  target INTEGER, job INTEGER, run INTEGER, entry INTEGER NOT NULL, replaces INTEGER NOT NULL,
  PRIMARY KEY (target, job, run)
) STRICT, WITHOUT ROWID;
CREATE TABLE moment (run INTEGER, at INTEGER, entry INTEGER NOT NULL, PRIMARY KEY (run, at)) STRICT, WITHOUT ROWID;
CREATE TABLE producer (target INTEGER, job INTEGER, PRIMARY KEY (target, job)) STRICT, WITHOUT ROWID;
CREATE TABLE current (
  subject INTEGER, aspect TEXT, value INTEGER NOT NULL, spoken INTEGER NOT NULL, at INTEGER NOT NULL,
  attribution INTEGER NOT NULL, role TEXT NOT NULL, searched INTEGER NOT NULL,
  PRIMARY KEY (subject, aspect)
) STRICT, WITHOUT ROWID;
CREATE INDEX current_searched ON current (value) WHERE searched = 1;
CREATE TABLE facet (n INTEGER, name TEXT, value TEXT, PRIMARY KEY (n, name, value)) STRICT, WITHOUT ROWID;
CREATE INDEX facet_counted ON facet (name, value);
CREATE TABLE key_word (term TEXT, n INTEGER, PRIMARY KEY (term, n)) STRICT, WITHOUT ROWID;
CREATE TABLE value_word (term TEXT, v INTEGER, PRIMARY KEY (term, v)) STRICT, WITHOUT ROWID;
"""
"""An absent job or run in a key is 0, and so is the value of an ending: NULL would never equal itself."""
