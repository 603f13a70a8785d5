"""What is kept of an entry whose body is erased, so that lineage does not break, no label is lost, and no use becomes
wider.

The residue is made of the facts of the entry while its body can still be read, lies in the body of the record that
erases it, and is projected in the entry's place, by the live graph and by a rebuild alike. It holds identities, flows,
states and labels: of what was said, codes, numbers, times and names stay, and every text goes. Ties of time, which a
digest of the body breaks, are broken by the salted one in the entry from then on: an unsalted digest of erased text
would tell it to whoever guesses.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from catalog.access.model import is_proven
from catalog.ledger.protocol import Ledger, StoredEntry
from catalog.record_redaction import CLOSED, NAMES
from graph_schema.aspects import PHI
from graph_schema.canonical import canonical_text
from graph_schema.facts import Edge, Facts, Statement
from graph_schema.nodes import Node
from graph_schema.registry import STRUCTURAL

RESIDUES: Final = "residues"
"""The key of a record's additions: residues by the index of their entry, as text."""

ERASED: Final = "[erased]"
"""What stands where a text was."""

_WHOLE: Final = frozenset(
    {
        "api_key",
        "code",
        "code_key",
        "column_lineage_sources",
        "deidentification_state",
        "event",
        "gdpr_state",
        "io",
        "lifecycle",
        "lineage_sources",
        "permitted_places",
        "phi_category",
        "region",
        "retention",
        "schema_version",
        "site",
        "source",
        "source_system",
        "symlinks",
        "version",
        "zone",
    }
)
"""Aspects whose values are identities, codes and times through and through."""

_KEPT: Final = CLOSED | NAMES | frozenset({"model", "origin", "type"})
"""Keys whose strings are codes, digests, times or names, wherever they stand."""

_WITHOUT_TEXT: Final[dict[str, frozenset[str]]] = {
    "access_delegation_end": frozenset(),
    "access_grant_end": frozenset(),
    "approval_delegation": frozenset({"approval_kinds"}),
    "attestation": frozenset({"job", "method", "run"}),
    "attestation_end": frozenset(),
    "change_assessment": frozenset(),
    "column_lineage": frozenset({"field", "subtype"}),
    "column_lineage_trust": frozenset(),
    "consent_withdrawal": frozenset(),
    "decision": frozenset(),
    "deployment": frozenset(),
    "deployment_end": frozenset(),
    "division_withdrawal": frozenset(),
    "exception_end": frozenset(),
    "membership_end": frozenset(),
    "metrics": frozenset({"value"}),
    "permitted_use": frozenset(),
    "principal": frozenset({"person"}),
    "project": frozenset(),
    "protocol": frozenset({"projects"}),
    "publication": frozenset(),
    "registration": frozenset({"value"}),
    "release": frozenset(),
    "request": frozenset({"of", "subject"}),
    "retirement": frozenset(),
    "schema": frozenset(),
    "seal": frozenset(),
    "signing_key": frozenset(),
    "signing_key_end": frozenset(),
    "use_end": frozenset(),
    "use_statement": frozenset(),
    "verification": frozenset({"result"}),
}
"""Aspects that are kept without the texts in them, each with the keys whose strings are codes in this one alone.

What was signed by a decision is no code: it is a digest of its texts. Aspects that stand nowhere here are not kept.
"""

_TIE: Final = slice(7, 23)
"""Sixteen hex digits of `sha256:…`, as many as other ties have."""


def residue_of(facts: Facts) -> dict[str, Any]:
    """Return what is kept of the facts of one entry, as JSON: entry and tie are left out."""
    statements = [(statement, _kept(statement)) for statement in facts.statements]
    return {
        "nodes": [[node.label, list(node.key)] for node, _ in facts.nodes],
        "edges": [
            [edge.kind, edge.source, edge.target, edge.value, edge.run, edge.job, edge.valid_from, edge.rank]
            for edge in facts.edges
        ],
        "statements": [
            [
                statement.subject,
                statement.aspect,
                value,
                statement.role,
                statement.run,
                statement.job,
                statement.valid_from,
                statement.rank,
            ]
            for statement, (keep, value) in statements
            if keep
        ],
    }


def _kept(statement: Statement) -> tuple[bool, str | None]:
    """Tell whether a statement is kept, and with which value."""
    if statement.value is None or statement.aspect in _WHOLE:
        return True, statement.value
    kept = frozenset[str]() if statement.aspect.startswith(PHI) else _WITHOUT_TEXT.get(statement.aspect)
    if kept is None:
        return False, None
    return True, canonical_text(_without_text(statement.data, "", _KEPT | kept))


def _without_text(value: Any, key: str, kept: frozenset[str]) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, dict):
        return {name: _without_text(part, name, kept) for name, part in value.items()}
    if isinstance(value, list):
        return [_without_text(part, key, kept) for part in value]
    return ERASED if isinstance(value, str) and key not in kept else value


def facts_of(residue: dict[str, Any], stored: StoredEntry) -> Facts:
    """Return the facts that a residue stands for, said by the entry that it was made of."""
    tie, index, by = stored.entry.body[_TIE], stored.index, stored.entry.actor
    source = by, is_proven(by)
    return Facts(
        tuple((Node.registered[label].from_key(key), index) for label, key in residue["nodes"]),
        tuple(
            Edge._make((*row, "", index, "", False) if row[0] in STRUCTURAL else (*row, tie, index, *source))
            for row in residue["edges"]
        ),
        tuple(Statement._make((*row, tie, index, *source)) for row in residue["statements"]),
    )


class Residues:
    """Finds what stands in the place of erased entries of a ledger; the last record read is remembered."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._by = -1
        self._residues: dict[str, Any] = {}

    def facts_of(self, stored: StoredEntry) -> Facts:
        """Return the facts that stand for an erased entry: none where the record says that nothing is kept."""
        if stored.erased_by is None:
            return Facts()
        if stored.erased_by != self._by:
            body = self._ledger.entry(stored.erased_by).body
            self._residues = {} if body is None else orjson.loads(body).get("added", {}).get(RESIDUES, {})
            self._by = stored.erased_by
        residue = self._residues.get(str(stored.index))
        return Facts() if residue is None else facts_of(residue, stored)
