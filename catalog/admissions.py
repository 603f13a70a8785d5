"""Holding a record to the graph, which may lag: before something is called unknown, the projection is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from catalog.access.model import Actor
from catalog.errors import AskerError, OperatorError, SenderError
from catalog.kinds import Kind
from catalog.ledger.protocol import Ledger, StoredEntry
from catalog.reading import Rights
from catalog.record import DECLARE_FIRST, Admission, Admitted, Record, UnknownSubjectError
from catalog.store.protocol import Store, StoreReader
from catalog.view import Anchor, View
from graph_schema.facts import Facts
from graph_schema.nodes import Column, Dataset, Node, Site, Snapshot
from reports.naming import counted

PATIENCE = 2.0
"""Seconds that a record waits for a graph that lags."""

_NO_NAME = "Under this name you can declare nothing: take another, or ask whoever administers the catalog."
"""A name is one dataset's: who may declare what nobody knows meets one that is taken, seen by them or not."""


class Follower(Protocol):
    """What admissions need of the projection."""

    def wait_for(self, index: int, timeout: float) -> bool:
        """Wait up to so many seconds for an entry to be in the graph."""


class Admissions:
    """What records are held to before they are written: what is known, and what their writer may see and write about.

    `anchored` gives by a moment what the site's views are taken by; without it by no site's.
    """

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        follower: Follower,
        *,
        facts_of: Callable[[StoredEntry], Facts],
        patience: float,
        rights_of: Callable[[Actor], Rights],
        anchored: Callable[[int], Anchor] | None,
    ) -> None:
        """Read nothing yet."""
        self._ledger = ledger
        self._store = store
        self._follower = follower
        self._facts_of = facts_of
        self._patience = patience
        self._rights_of = rights_of
        self._anchored = anchored

    def await_graph(self, upto: int | None = None) -> None:
        """Wait a moment for the graph to hold the ledger, or this entry; raises OperatorError where it does not."""
        newest = self._ledger.size() - 1 if upto is None else upto
        if not self._follower.wait_for(newest, self._patience):
            raise OperatorError(
                "The graph is behind the ledger, so that nobody can say what is in force.",
                action="Send it again in a moment; where that does not help, see the projection's health.",
                retry_after=2,
            )

    def admission(self, view: View, actor: Actor, now: int, promised: frozenset[str] = frozenset()) -> Admission:
        """Return what a record is held to, where nodes of these ids are about to be known as well."""
        return Admission(
            actor.principal,
            actor.display_name,
            actor.authenticated,
            view,
            self._ledger,
            now,
            actor.roles,
            actor.approves,
            actor.key_id,
            self._facts_of,
            promised,
        )

    def view(self, reader: StoreReader, actor: Actor, now: int, rights: Rights | None = None) -> View:
        """Return what the actor may see, or what these rights show, by the days of the site."""
        anchor = self._anchored(now) if self._anchored else None
        return View(reader, rights=self._rights_of(actor) if rights is None else rights, anchor=anchor)

    def admit(self, kind: Kind[Any], record: Record, actor: Actor, now: int) -> Admitted:
        """Return what the graph lets a record say, once it holds what the record may rest on.

        Raises:
            SenderError: 422, what it names is not known, or not as it says.
            AskerError: 403, it may not be written by this actor.
            OperatorError: the graph is behind the ledger, so that nobody can say.
        """
        newest = self._ledger.size() - 1
        deadline = time.monotonic() + self._patience
        while True:
            with self._store.reading() as reader:
                admission = self.admission(self.view(reader, actor, now), actor, now)
                seen = reader.checkpoint()
                admitted: Admitted | None = None
                try:
                    admitted = kind.admit(record, admission)
                    written = self.view(reader, actor, now, actor.writes)
                    _require_within(kind, kind.subjects(record), admission.view, written)
                # What it lacks, and what would permit it, may be in entries that the graph does not hold yet.
                except (SenderError, AskerError):
                    if seen >= newest:
                        raise
                # What is warned of may be known by entries that the graph does not hold yet, and what permits it over.
                if admitted is not None and (seen >= newest or not (admitted.warnings or admitted.awaits)):
                    return admitted
            if not self._follower.wait_for(newest, deadline - time.monotonic()):
                if admitted is not None:
                    return admitted
                behind = counted(newest - seen, "entry", "entries")
                raise OperatorError(
                    f"The graph is {behind} behind, so that nobody can say whether all that this names is known, or"
                    " what permits it.",
                    action="Send it again in a moment; where that does not help, see the projection's health.",
                    retry_after=2,
                )


def _require_within(kind: Kind[Any], subjects: Sequence[Node], seen: View, written: View) -> None:
    """Hold a record to be about what its writer may see and write about.

    Raises UnknownSubjectError for what may not be seen, there or not, and AskerError 403 for what may be seen alone.
    """
    for node in subjects:
        if not _within(node, seen):
            if kind.names:
                raise UnknownSubjectError(_NO_NAME, "")
            raise UnknownSubjectError.of(node, DECLARE_FIRST, "")
        if not _within(node, written):
            raise AskerError(
                "You may see this and not write about it: the policies of the catalog bind you to other namespaces or "
                "sites.",
                status=403,
            )


def _within(node: Node, view: View) -> bool:
    """Tell whether rights cover a node: a namespace by its name, there or not, a dataset by the sites that hold it.

    A dataset that there is not yet is held at none.
    """
    rights = view.rights
    if rights.unbounded:
        return True
    if isinstance(node, Site):
        return rights.holds_at((node.name,))
    namespace = getattr(node, "namespace", None)
    if namespace is not None and not rights.holds(namespace):
        return False
    if rights.sites is None or not isinstance(node, Dataset | Column | Snapshot):
        return True
    held = node if isinstance(node, Dataset) else Dataset(node.namespace, node.dataset)
    if view.visible([held.id], counted=False):
        return True
    return rights.holds_at(()) and not view.unredacted.nodes([held.id])
