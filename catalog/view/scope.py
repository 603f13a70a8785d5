"""What a view shows, and what it notes: its point in both times, its rights, and what follows from both.

Views of other points and of other rights are derived of one another here, and share what was asked of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from catalog.reading import EVERYTHING, LATEST, TERMS, AsOf, Rights, Terms
from catalog.run_ids import RunIds
from catalog.store.protocol import InForce, KnownNode, StoreReader
from catalog.store.remembering import Remembering
from catalog.store.row_cache import NOTHING_CACHED, ROW_CACHE
from catalog.view.anchor import Anchor
from catalog.view.noting import Noted
from catalog.visibility import Visibility
from graph_schema.facts import NOW, Edge, Role, Statement

Fact = TypeVar("Fact", Edge, Statement)
Known = TypeVar("Known")


class Scope:
    """The point, the rights and the reader of a view, with what is judged by them."""

    def __init__(
        self,
        reader: StoreReader,
        as_of: AsOf = LATEST,
        rights: Rights = EVERYTHING,
        anchor: Anchor | None = None,
        *,
        reached: int | None = None,
    ) -> None:
        """Read through this reader, which is one consistent state."""
        self.as_of = as_of
        self.rights = rights
        self.reached = reader.checkpoint() if reached is None else reached
        """The last entry that the graph holds, -1 for none."""
        self.known_at = min(as_of.known_at, self.reached)
        self.cited: set[int] = set()
        """The entries on which the answer rests, as far as its reader noted them."""
        self.hidden: set[str] = set()
        """What visible things led to and rights hide."""
        self._remembered: dict[int, Remembering] = {}
        """What remembers for all views that are derived from one another, by as far as it knows."""
        # A store in another process is asked for nothing twice, whoever forgets to say so.
        self._reader = self._remembering(reader) if reader.remote and self.known_at == self.reached else reader
        self._anchor = anchor
        self._visibility = Visibility(self._reader, rights, self.known_at)
        self._run_ids = RunIds(self._reader, self.known_at)
        self._known: dict[Callable[[Any], Any], tuple[Any, Noted]] = {}
        """What was found once, and what was looked at for it."""
        self._noting: list[Noted] = []
        """Who notes at the moment what is looked at, by any view that is derived from the same."""
        self._nodes: dict[str, KnownNode | None] = {}
        self._asked: dict[tuple[Any, ...], list[Any]] = {}
        """The edges, statements and ids that were asked for: several capabilities ask the same of the same nodes."""
        self._held: dict[tuple[str, bool], list[InForce]] = {}
        """What is in force about nodes that were asked for, with and without endings."""

    def at(self, valid_at: int, known_at: int | None = None) -> Self:
        """Return the view of another point, known by then or earlier; what it cites and hides is noted here too."""
        known = self.as_of.known_at if known_at is None else min(known_at, self.as_of.known_at)
        return self._derived(AsOf(valid_at, known), self.rights)

    @property
    def unredacted(self) -> Self:
        """Return the view without rights, for what is judged alike for everybody, and then shown by rights.

        The walk of lineage has to go on behind what is hidden; an approval holds or not, whoever looks.
        """
        return self._derived(self.as_of, EVERYTHING)

    def beside(self, as_of: AsOf) -> Self:
        """Return the view of any point for another answer by the same rights, which cites and hides for itself."""
        return self._sharing(as_of, self.rights)

    @property
    def uncited(self) -> Self:
        """Return the view for what only decides what is shown: it cites for itself, and hides as this one does."""
        view = self._sharing(self.as_of, self.rights)
        view.hidden = self.hidden
        return view

    @property
    def remembering(self) -> Self:
        """Return this view, which from now on asks the store for each thing once, whatever points are derived of it."""
        reader = self._remembering(self._reader)
        return self if reader is self._reader else self._derived(self.as_of, self.rights, reader)

    def ahead(self, asks: Callable[[StoreReader, int], Iterable[Callable[[], object]]]) -> None:
        """Let what will be asked of a store in another process be asked for at once, of a view that remembers: `asks`
        returns the reads, by the reader and up to which entry. Nothing of it is shown, and nothing is noted.
        """
        if self._reader.remote:
            self._reader.together(list(asks(self._reader, self.known_at)))

    def _remembering(self, reader: StoreReader) -> Remembering:
        """Return what remembers what this reader answers, as of now what it answered before and stands, too: that
        pays where the store is another process.
        """
        if isinstance(reader, Remembering):
            return reader
        newest = self.known_at
        found = self._remembered.get(newest)
        if found is None:
            held = ROW_CACHE.of(reader) if reader.remote and newest == self.reached else NOTHING_CACHED
            found = self._remembered[newest] = Remembering(reader, newest, held)
        return found

    def _derived(self, as_of: AsOf, rights: Rights, reader: StoreReader | None = None) -> Self:
        view = self._sharing(as_of, rights, reader)
        view.cited, view.hidden = self.cited, self.hidden
        return view

    def _sharing(self, as_of: AsOf, rights: Rights, reader: StoreReader | None = None) -> Self:
        view: Self = type(self)(reader or self._reader, as_of, rights, self._anchor, reached=self.reached)
        view._remembered, view._noting = self._remembered, self._noting
        if view.known_at == self.known_at:
            view._run_ids, view._known, view._nodes = self._run_ids, self._known, self._nodes
            view._asked, view._held = self._asked, self._held
            if rights == self.rights:
                view._visibility = self._visibility
        return view

    def once(self, find: Callable[[Self], Known]) -> Known:
        """Return what this finds in all that is known, whatever the valid time and the rights.

        It is looked for once for all views that are derived from one another and know as much.
        """
        if find not in self._known:
            with self.noting() as noted:
                made = find(self.unredacted.at(NOW))
            self._known[find] = made, noted
        found: Known
        found, noted = self._known[find]
        self.add(noted)
        return found

    @contextmanager
    def noting(self) -> Iterator[Noted]:
        """Note what is looked at meanwhile, by this view and by all that are derived from it; whoever notes already
        notes it as well.
        """
        noted = Noted()
        self._noting.append(noted)
        try:
            yield noted
        finally:
            self._noting.remove(noted)
            self.add(noted)

    def note(self, looked_at: Callable[..., Iterable[int]], *asked: object) -> None:
        """Note what was looked at, where somebody notes it; see `catalog.store.touches`."""
        if self._noting:
            self._noting[-1].keys.update(looked_at(*asked))

    def note_now(self, looked_at: Callable[..., Iterable[int]], *asked: object) -> None:
        """Note the same of what has no history, so that no entry tells what of it is later than this view."""
        if self._noting:
            keys = list(looked_at(*asked))
            self._noting[-1].keys.update(keys)
            self._noting[-1].of_now.update(keys)

    def add(self, noted: Noted) -> None:
        """Note what was looked at for what is remembered."""
        if self._noting:
            self._noting[-1].add(noted)

    @property
    def is_now(self) -> bool:
        """Tell whether it shows everything that is known, as it stands now."""
        return self.as_of.valid_at == NOW and self.as_of.known_at >= self.reached

    @property
    def terms(self) -> Terms:
        """Return how long the site waits."""
        return TERMS if self._anchor is None else self._anchor.terms

    @property
    def ancestors(self) -> Mapping[str, frozenset[str]] | None:
        """Return of each disease what it is a kind of, None where the site has no ontology."""
        return None if self._anchor is None else self._anchor.ancestors

    @property
    def moment(self) -> int:
        """Return the valid time as a moment that an expiry can be compared with."""
        began = None if self._anchor is None else self._anchor.began
        return began if began is not None and self.as_of.valid_at == NOW else self.as_of.moment

    def visible(self, ids: Iterable[str], *, counted: bool = True) -> frozenset[str]:
        """Return those of the ids that may be seen.

        The others are counted, unless whoever asks named them: that they are there is not to be told.
        """
        wanted = frozenset(ids)
        if self.rights.unbounded:
            return wanted
        seen = self._judged(wanted)
        if counted:
            self.hidden |= wanted - seen
        return seen

    def cite(self, *entries: int) -> tuple[int, ...]:
        """Return the entries ascending, each once, noted as some that the answer rests on."""
        self.cited.update(entries)
        return tuple(sorted(set(entries)))

    def attributed(self, facts: Iterable[Fact]) -> list[Fact]:
        """Return facts that were judged for everybody, without the runs and jobs that may not be seen.

        A statement about an output keeps its run, by which its effect is judged: whoever shows that asks `visible`.
        """
        if self.rights.unbounded:
            return list(facts)
        return [one if getattr(one, "role", None) == Role.OUT else self._attributed(one) for one in facts]

    def _anchored(self) -> Anchor:
        if self._anchor is None:
            raise RuntimeError("a view that was opened without its ledger cannot say where it was taken")
        return self._anchor

    def _attributed(self, fact: Fact) -> Fact:
        """Return the fact, without a run or job in which it was said that may not be seen."""
        seen = self._judged(one for one in (fact.run, fact.job) if one)
        return fact._replace(run=fact.run if fact.run in seen else None, job=fact.job if fact.job in seen else None)

    def _seen(self, ids: Sequence[str]) -> Sequence[str]:
        """Return those of the ids asked for that may be seen; that the others are there is not even counted."""
        if self.rights.unbounded:
            return ids
        seen = self._judged(ids)
        return [one for one in ids if one in seen]

    def _judged(self, ids: Iterable[str]) -> frozenset[str]:
        """Return those of the ids that rights let be seen, noting what was looked at to tell."""
        wanted = frozenset(ids)
        seen = self._visibility.of(wanted)
        if not self.rights.unbounded:
            self.note(self._visibility.looked_at, wanted)
        return seen
