"""`lineward graph`: the projection of the ledger, made anew, counted, described."""

from __future__ import annotations

from catalog import app
from catalog.cli.output import note, out, print_json, print_table, progress
from catalog.cli.words import count
from catalog.errors import DamagedGraphError, Exit, OperatorError
from catalog.ledger.protocol import Ledger
from catalog.operations import provenance
from catalog.operations.provenance import ForeignGraphError
from catalog.projection.rebuilding import rebuild
from catalog.settings import Settings
from catalog.store.protocol import Store
from graph_schema.edges import EdgeKind
from graph_schema.nodes import Node


def rebuilt(settings: Settings, *, replace: bool, as_json: bool) -> Exit:
    """Empty the graph and project the whole ledger into it; nothing is lost, the ledger is the truth.

    Another ledger's graph is not emptied, unless it is to be given up for this one's (`replace`).
    """
    ledger = app.open_ledger(settings)
    try:
        store = _sound(settings, app.open_store(settings))
        try:
            _hold_to_be_ours(ledger, store, replace=replace)
            with progress("projecting the ledger", ledger.size()) as show:
                entries = rebuild(ledger, store, show)
            quarantined = store.quarantined()
        finally:
            store.close()
    finally:
        ledger.close()
    if as_json:
        print_json(
            {
                "catalog": str(settings.data_dir.absolute()),
                "entries": entries,
                "quarantined": [one.entry for one in quarantined],
            }
        )
    else:
        out.print(f"{count(entries, 'entry', 'entries')} projected, {len(quarantined)} quarantined.")
        print_table("", ("entry", "kind", "why"), [(q.entry, q.kind, q.reason) for q in quarantined], empty="")
    return Exit.FINDING if quarantined else Exit.FINE


def _sound(settings: Settings, store: Store) -> Store:
    """Return the graph, or an empty one in its place where it is damaged."""
    try:
        store.check()
    except DamagedGraphError as error:
        store.close()
        note(f"{error.detail} It is kept as {app.set_graph_aside(settings)}.")
        return app.open_store(settings)
    except BaseException:
        store.close()
        raise
    return store


def _hold_to_be_ours(ledger: Ledger, store: Store, *, replace: bool) -> None:
    try:
        provenance.check(ledger, store)
    except ForeignGraphError:
        if not replace:
            raise
    except OperatorError as error:
        # That the graph is of another state of this ledger is why it is made anew.
        if error.retry_after is not None:
            raise


def counted(settings: Settings, *, as_json: bool) -> Exit:
    """Print how many nodes and edges of each kind there are."""
    ledger = app.read_ledger(settings)
    try:
        store = app.open_store(settings, ledger)
        try:
            counts = store.counts()
        finally:
            store.close()
    finally:
        ledger.close()
    if as_json:
        print_json(counts)
    else:
        print_table("", ("kind", "number"), sorted(counts.items()), empty="The graph is empty.")
    return Exit.FINE


def described(*, as_json: bool) -> Exit:
    """Print every kind of node and edge with its description."""
    nodes = {name: (kind.key_fields(), _sentence(kind)) for name, kind in Node.registered.items()}
    edges = {
        name: (
            [end.__name__ for end in kind.ends()[0]],
            [end.__name__ for end in kind.ends()[1]],
            _sentence(kind),
        )
        for name, kind in EdgeKind.registered.items()
    }
    if as_json:
        print_json(
            {
                "nodes": {name: {"key": list(key), "description": text} for name, (key, text) in nodes.items()},
                "edges": {
                    name: {"from": sources, "to": targets, "description": text}
                    for name, (sources, targets, text) in edges.items()
                },
            }
        )
        return Exit.FINE
    print_table("Nodes", ("label", "key", "what it is"), [(name, key, text) for name, (key, text) in nodes.items()])
    rows = [(" | ".join(sources), name, " | ".join(targets), text) for name, (sources, targets, text) in edges.items()]
    print_table("Edges", ("from", "type", "to", "what it says"), rows)
    return Exit.FINE


def _sentence(kind: type) -> str:
    return (kind.__doc__ or "").strip().split("\n")[0]
