"""Principals as the ledger defines them, with the keys that were issued and revoked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from catalog.access.model import Definition, KeyRecord, PrincipalRecord
from catalog.view import View
from graph_schema.aspects.principals import ISSUED, ApiKey, PrincipalDefinition
from graph_schema.facts import NOW, Statement
from graph_schema.nodes import Principal


def principals(view: View, ids: Sequence[str]) -> dict[str, PrincipalRecord]:
    """Return those of the principals that a record defined by then."""
    nodes = view.nodes(ids)
    defined: dict[str, Statement] = {}
    keys: dict[str, list[Statement]] = defaultdict(list)
    for statement in view.statements(ids, ("principal", "api_key")):
        if statement.aspect == "api_key":
            keys[statement.subject].append(statement)
        elif statement.subject not in defined or statement.order > defined[statement.subject].order:
            defined[statement.subject] = statement
    return {
        id_: _principal(known.node.title, known.entry, defined[id_], keys[id_])
        for id_ in dict.fromkeys(ids)
        if (known := nodes.get(id_)) is not None and id_ in defined
    }


def list_principals(view: View) -> tuple[PrincipalRecord, ...]:
    """Return every principal that a record defined by then, by name."""
    return tuple(sorted(principals(view, view.all_of(Principal.__name__)).values(), key=lambda each: each.principal))


def definitions(view: View, ids: Sequence[str]) -> dict[str, tuple[Definition, ...]]:
    """Return every definition of each principal that was known, valid by then or not, by ledger entry.

    One that nobody defined is absent.
    """
    found: dict[str, list[Definition]] = defaultdict(list)
    for statement in view.at(NOW).statements(ids, ("principal",)):
        value = PrincipalDefinition.from_json(statement.data)
        found[statement.subject].append(
            Definition(
                statement.entry,
                statement.by,
                value.display_name,
                value.title,
                value.organisation,
                value.principal_kind,
                frozenset(value.roles),
                frozenset(value.approves),
            )
        )
    return {id_: tuple(sorted(found[id_], key=lambda each: each.entry)) for id_ in dict.fromkeys(ids) if id_ in found}


def _principal(name: str, first_entry: int, statement: Statement, keys: Sequence[Statement]) -> PrincipalRecord:
    return PrincipalRecord(
        **PrincipalDefinition.from_json(statement.data).members(),
        id=statement.subject,
        principal=name,
        first_entry=first_entry,
        entry=statement.entry,
        defined_by=statement.by,
        since=statement.valid_from,
        keys=_keys(name, keys),
    )


def _keys(principal: str, statements: Sequence[Statement]) -> tuple[KeyRecord, ...]:
    issued: dict[str, KeyRecord] = {}
    for statement in sorted(statements, key=lambda each: each.order):
        key = ApiKey.from_json(statement.data)
        if key.event == ISSUED:
            at, by, entry = statement.valid_from, statement.by, statement.entry
            made = KeyRecord(key.key_id, principal, at, by, entry, None, None, None)
            issued.setdefault(key.key_id, made)
        elif key.key_id in issued and issued[key.key_id].revoked_at is None:
            issued[key.key_id] = replace(
                issued[key.key_id],
                revoked_at=statement.valid_from,
                revoked_by=statement.by,
                revoked_entry=statement.entry,
            )
    return tuple(sorted(issued.values(), key=lambda each: (each.issued_at, each.key_id)))
