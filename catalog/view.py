"""What one principal may see of the graph at one (validAt, knownAt): the one way in which answers are read.

Time and rights are filtered here, runs are folded here by the one judge of them, and every query, admission, report
and rule is a function of a View; none takes a store and a time. What is hidden gives the answer of what is not there:
it is counted where something visible leads to it, and the answer then says that it is Redacted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from catalog.ledger.protocol import Ledger
from catalog.reading import (
    EVERYTHING,
    LATEST,
    TERMS,
    AsOf,
    Complete,
    Completeness,
    Lagging,
    ReadPoint,
    Redacted,
    Rights,
    Terms,
    Truncated,
)
from catalog.run_ids import ASPECTS, KINDS, RunIds
from catalog.store import touches
from catalog.store.indexes.column_flows import COLUMN_FLOW, COLUMN_STATEMENT
from catalog.store.indexes.grounds import Ground
from catalog.store.indexes.keys import EVERY, FIELDS
from catalog.store.indexes.label_work import EQUATION, HELD, STATE, HeldLabel, LabelEquation, LabelState
from catalog.store.indexes.named_in_facets import NAMED_IN_FACET, NamedInFacet
from catalog.store.indexes.pointers import LISTING, POINTER, Listing, Pointer
from catalog.store.indexes.producers import PRODUCER, Produced
from catalog.store.indexes.record_states import RECORD_STATE, RecordState, Suggested
from catalog.store.indexes.schemas import SCHEMA, SchemaStated
from catalog.store.indexes.table import Table
from catalog.store.indexes.uses import USE
from catalog.store.protocol import (
    ColumnFlow,
    ColumnReach,
    ColumnStatement,
    Covered,
    Direction,
    Either,
    Found,
    How,
    InForce,
    KnownNode,
    Page,
    Quarantined,
    Query,
    StoreReader,
    Use,
    counted,
)
from catalog.store.remembering import Remembering
from catalog.store.touches import Stamp, Touched
from catalog.visibility import Visibility, known_nodes
from graph_schema.bitemporal import Contribution, Flow, RunFold
from graph_schema.column_lineage import Mentioned
from graph_schema.facts import NOW, Edge, Role, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Run

_PAGE: Final = 500
Fact = TypeVar("Fact", Edge, Statement)
Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Anchor:
    """The ledger that the graph is projected from, so that a view can say where it was taken and whether it is whole.

    `began` is the reader's one clock reading, in microseconds UTC; `at_least` the index it was promised to see;
    `terms` how long the site waits; `ancestors` of each disease what it is a kind of, None without an ontology.
    """

    ledger: Ledger
    projection: str
    began: int
    at_least: int = -1
    terms: Terms = TERMS
    ancestors: Mapping[str, frozenset[str]] | None = field(default=None, compare=False)
    points: dict[AsOf, ReadPoint] = field(default_factory=dict, compare=False)
    """The read points that were asked for: the tree's root is worked out once for each."""


@dataclass(slots=True, eq=False)
class Noted:
    """What was looked at in a while, by which one tells whether what was found stands; see `catalog.store.touches`."""

    keys: set[int] = field(default_factory=set)
    by_labels: bool = False
    """Whether labels that a follower keeps, which it may not have brought up to what is known."""
    by_lag: bool = False
    """Whether the graph holds all of the ledger."""
    lasts: bool = True
    """Whether it stands any longer than for this view."""

    def add(self, other: Noted) -> None:
        """Note what somebody else looked at as well."""
        self.keys |= other.keys
        self.by_labels |= other.by_labels
        self.by_lag |= other.by_lag
        self.lasts &= other.lasts


class View:
    """What may be seen by these rights at one (validAt, knownAt) in one state of the store."""

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
        self._reader = reader
        self._anchor = anchor
        self._visibility = Visibility(reader, rights, self.known_at)
        self._run_ids = RunIds(reader, self.known_at)
        self._known: dict[Callable[[View], Any], tuple[Any, Noted]] = {}
        """What was found once, and what was looked at for it."""
        self._noting: list[Noted] = []
        """Who notes at the moment what is looked at, by any view that is derived from the same."""
        self._nodes: dict[str, KnownNode | None] = {}
        self._asked: dict[tuple[Any, ...], list[Any]] = {}
        """The edges, statements and ids that were asked for: several capabilities ask the same of the same nodes."""
        self._remembered: dict[int, Remembering] = {}
        """What remembers for all views that are derived from one another, by as far as it knows."""
        self._held: dict[tuple[str, bool], list[InForce]] = {}
        """What is in force about nodes that were asked for, with and without endings."""

    def at(self, valid_at: int, known_at: int | None = None) -> View:
        """Return the view of another point, known by then or earlier; what it cites and hides is noted here too."""
        known = self.as_of.known_at if known_at is None else min(known_at, self.as_of.known_at)
        return self._derived(AsOf(valid_at, known), self.rights)

    @property
    def unredacted(self) -> View:
        """Return the view without rights, for what is judged alike for everybody, and then shown by rights.

        The walk of lineage has to go on behind what is hidden; an approval holds or not, whoever looks.
        """
        return self._derived(self.as_of, EVERYTHING)

    def beside(self, as_of: AsOf) -> View:
        """Return the view of any point for another answer by the same rights, which cites and hides for itself."""
        return self._sharing(as_of, self.rights)

    @property
    def uncited(self) -> View:
        """Return the view for what only decides what is shown: it cites for itself, and hides as this one does."""
        view = self._sharing(self.as_of, self.rights)
        view.hidden = self.hidden
        return view

    @property
    def remembering(self) -> View:
        """Return this view, which from now on asks the store for each thing once, whatever points are derived of it."""
        if isinstance(self._reader, Remembering):
            return self
        newest = self.known_at
        reader = self._remembered.get(newest)
        if reader is None:
            reader = self._remembered[newest] = Remembering(self._reader, newest)
        return self._derived(self.as_of, self.rights, reader)

    def _derived(self, as_of: AsOf, rights: Rights, reader: StoreReader | None = None) -> View:
        view = self._sharing(as_of, rights, reader)
        view.cited, view.hidden = self.cited, self.hidden
        return view

    def _sharing(self, as_of: AsOf, rights: Rights, reader: StoreReader | None = None) -> View:
        view = View(reader or self._reader, as_of, rights, self._anchor, reached=self.reached)
        view._remembered, view._noting = self._remembered, self._noting
        if view.known_at == self.known_at:
            view._run_ids, view._known, view._nodes = self._run_ids, self._known, self._nodes
            view._asked, view._held = self._asked, self._held
            if rights == self.rights:
                view._visibility = self._visibility
        return view

    def once(self, find: Callable[[View], Known]) -> Known:
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

    def nodes(self, ids: Sequence[str]) -> dict[str, KnownNode]:
        """Return those of the nodes that were known, in the order asked; each is fetched once."""
        asked, held = self._seen(ids), self._nodes
        new = [one for one in dict.fromkeys(asked) if one not in held]
        if new:
            held |= dict.fromkeys(new) | known_nodes(self._reader, new, self.known_at)
        if self._noting:
            # Of a node that is known nothing changes; a dataset may be one that facets alone tell of.
            self.note(touches.nodes, [one for one in asked if held[one] is None or label_of(one) == "Dataset"])
        return {one: known for one in asked if (known := held[one]) is not None}

    def named_in_facets(self, ids: Sequence[str]) -> list[NamedInFacet]:
        """Return where the datasets are named in facets without a meaning; see `StoreReader.named_in_facets`."""
        asked = self._seen(ids)
        self.note(touches.rows, NAMED_IN_FACET, asked)
        found = self._reader.named_in_facets(asked, self.known_at)
        if self.rights.unbounded:
            return found
        seen = self.visible(one.carrier for one in found)
        return [one for one in found if one.carrier in seen]

    def edges(
        self,
        ids: Sequence[str],
        kinds: Sequence[str],
        direction: Direction | Either,
        *,
        known_by: int = NOW,
        attested: Collection[str] | None = None,
    ) -> list[Edge]:
        """Return the edge facts of these kinds that leave ("out") or reach ("in") the nodes, or either ("both").

        Of those known by an entry alone where one is given, which nothing later adds to; or by runs of these jobs
        alone. See `StoreReader.edges`.
        """
        asked = self._seen(ids)
        if not asked or not kinds:
            return []
        asked = self._run_ids.with_bare(asked, kinds)
        if not KINDS.isdisjoint(kinds):
            self.note(self._run_ids.looked_at_for_meant)
        if attested is not None:
            self.note(touches.accesses, attested)
        elif known_by == NOW:
            self.note(touches.edges, asked, kinds, direction)
        found = self._edges(asked, kinds, direction)
        if known_by == NOW and attested is None:
            return found
        return [one for one in found if one.entry <= known_by and (attested is None or one.job in attested)]

    def _edges(self, asked: Sequence[str], kinds: Sequence[str], direction: Direction | Either) -> list[Edge]:
        place = "edges", tuple(asked), tuple(kinds), direction, self.as_of.valid_at
        found = self._asked.get(place)
        if found is None:
            found = self._run_ids.edges(self._reader.edges(asked, kinds, direction, self.as_of.valid_at, self.known_at))
            self._asked[place] = found
        if self.rights.unbounded:
            return list(found)
        ends = self.visible(end for edge in found for end in (edge.source, edge.target))
        return [self._attributed(edge) for edge in found if edge.source in ends and edge.target in ends]

    def statements(self, ids: Sequence[str], aspects: Sequence[str] | None = None) -> list[Statement]:
        """Return what was stated about the nodes, all aspects where None; see `StoreReader.statements`."""
        asked = self._seen(ids)
        self.note(touches.statements, asked, aspects)
        if aspects is None or not ASPECTS.isdisjoint(aspects):
            self.note(self._run_ids.looked_at_for_meant)
        place = "statements", tuple(asked), None if aspects is None else tuple(aspects), self.as_of.valid_at
        found = self._asked.get(place)
        if found is None:
            found = self._reader.statements(asked, aspects, self.as_of.valid_at, self.known_at) if asked else []
            found = self._asked[place] = self._run_ids.statements(found)
        if self.rights.unbounded:
            return list(found)
        return self.attributed(found)

    def lookup(self, label: str, field: str, values: Sequence[str]) -> tuple[str, ...]:
        """Return the ids of the nodes that have one of these values in the field, ascending."""
        self.note(touches.lookup, label, field, values)
        place = "lookup", label, field, tuple(values)
        found = self._asked.get(place)
        if found is None:
            found = self._asked[place] = self._reader.lookup(label, field, values, self.known_at)
        return tuple(self._seen(found))

    def runs_of_ids(self, run_ids: Collection[str]) -> dict[str, tuple[Run, ...]]:
        """Return the runs of each run id, by their jobs; one without any is absent. See `catalog.run_ids`."""
        found = self._run_ids.runs(run_ids)
        self.note(self._run_ids.looked_at, run_ids)
        if self.rights.unbounded:
            return found
        seen = self._judged(run.id for runs in found.values() for run in runs)
        shown = {run_id: tuple(run for run in runs if run.id in seen) for run_id, runs in found.items()}
        return {run_id: runs for run_id, runs in shown.items() if runs}

    def in_force(
        self, ids: Sequence[str], *, endings: bool = False, aspects: Sequence[str] | None = None
    ) -> list[InForce]:
        """Return what is in force about the nodes, of a view of now alone: a store keeps that.

        With `endings` what ended an aspect is there too: what was said under another name may be older than that.
        Of the aspects alone where some are given.
        """
        asked = sorted(set(self._seen(ids)))
        self.note(touches.in_force, asked, aspects)
        new = [one for one in asked if (one, endings) not in self._held]
        if new:
            self._held.update(((one, endings), []) for one in new)
            for each in self._reader.in_force(new, endings=endings):
                self._held[each.statement.subject, endings].append(each)
        wanted = None if aspects is None else frozenset(aspects)
        found = [
            each
            for one in asked
            for each in self._held[one, endings]
            if wanted is None or each.statement.aspect in wanted
        ]
        return (
            found
            if self.rights.unbounded
            else [one._replace(statement=self._attributed(one.statement)) for one in found]
        )

    def attributed(self, facts: Iterable[Fact]) -> list[Fact]:
        """Return facts that were judged for everybody, without the runs and jobs that may not be seen.

        A statement about an output keeps its run, by which its effect is judged: whoever shows that asks `visible`.
        """
        if self.rights.unbounded:
            return list(facts)
        return [one if getattr(one, "role", None) == Role.OUT else self._attributed(one) for one in facts]

    def runs(self, ids: Collection[str]) -> dict[str, RunFold | None]:
        """Return the runs as they were, None for one of which nothing was known or that may not be seen.

        What a fold names is not filtered: whoever shows it asks `visible`.
        """
        wanted = sorted(set(ids))
        asked = self._seen(wanted)
        self.note(touches.runs, asked)
        facts = self._reader.runs(asked) if asked else {}
        return {run: facts[run].at(self.as_of.valid_at, self.known_at) if run in facts else None for run in wanted}

    def flows(self, ids: Sequence[str], direction: Direction, limit: int | None = None) -> list[Flow]:
        """Return the flows ever stated out of or into the nodes; see `StoreReader.flows`."""
        asked = self._seen(ids)
        self.note(touches.flows, asked)
        found = self._reader.flows(asked, direction, self.as_of.valid_at, self.known_at, limit)
        if self.rights.unbounded:
            return found
        ends = self.visible(end for flow in found for end in (flow.source, flow.target))
        return [flow for flow in found if flow.source in ends and flow.target in ends]

    def neighbours(self, ids: Sequence[str], direction: Direction) -> frozenset[str]:
        """Return the other ends of these flows."""
        asked = self._seen(ids)
        self.note(touches.flows, asked)
        found = self._reader.neighbours(asked, direction, self.as_of.valid_at, self.known_at)
        return self.visible(found)

    def reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> frozenset[str] | None:
        """Return at least what lies within so many flows, None where that is too much; see `StoreReader.reach`."""
        asked = self._seen(ids)
        found = self._reader.reach(asked, direction, depth, limit)
        self.note(touches.flows, asked if found is None else found.union(asked))
        return None if found is None else self.visible(found)

    def contributions(
        self, asks: Sequence[tuple[str, int]], newest: int = 1, *, by_job: bool = True
    ) -> list[Contribution]:
        """Return the newest candidates for what put the nodes into their states; see `StoreReader.contributions`."""
        seen = frozenset(self._seen([target for target, _ in asks]))
        self.note(touches.contributions, seen)
        self.note(self._run_ids.looked_at_for_meant)
        asked = [(target, min(at, self.as_of.valid_at)) for target, at in asks if target in seen]
        return self._run_ids.contributions(self._reader.contributions(asked, self.known_at, newest, by_job=by_job))

    def uses(self, ids: Sequence[str]) -> list[Use]:
        """Return what the jobs use, and by which jobs the others are used; see `StoreReader.uses`."""
        asked = self._seen(ids)
        self.note(touches.rows, USE, asked)
        found = self._reader.uses(asked, self.as_of.valid_at, self.known_at)
        if self.rights.unbounded:
            return found
        ends = self.visible(end for use in found for end in (use.job, use.dataset) if end)
        return [use for use in found if use.dataset in ends and (use.job is None or use.job in ends)]

    def schemas(self, ids: Sequence[str]) -> list[SchemaStated]:
        """Return every schema ever said of the datasets; see `StoreReader.schemas`."""
        asked = self._seen(ids)
        self.note(touches.rows, SCHEMA, asked)
        return self._reader.schemas(asked, self.as_of.valid_at, self.known_at) if asked else []

    def pointers(self, ids: Sequence[str]) -> list[Pointer]:
        """Return the pointers from and to these names, of each job the first; see `StoreReader.pointers`."""
        asked = self._seen(ids)
        self.note(touches.rows, POINTER, asked)
        found = self._reader.pointers(asked, self.as_of.valid_at, self.known_at)
        if self.rights.unbounded:
            return found
        ends = self.visible(end for pointer in found for end in (pointer.source, pointer.target))
        jobs = self._judged(pointer.job for pointer in found if pointer.job)
        return [
            pointer._replace(job=pointer.job if pointer.job in jobs else None)
            for pointer in found
            if pointer.source in ends and pointer.target in ends
        ]

    def listings(self, ids: Sequence[str]) -> list[Listing]:
        """Return every list of other names of these datasets; see `StoreReader.listings`.

        What a list names is not filtered: whoever shows it asks `visible`.
        """
        asked = self._seen(ids)
        self.note(touches.rows, LISTING, asked)
        found = self._reader.listings(asked, self.as_of.valid_at, self.known_at)
        if self.rights.unbounded:
            return found
        jobs = self._judged(one.job for one in found if one.job)
        return [one._replace(job=one.job if one.job in jobs else None) for one in found]

    def producers(self) -> list[Produced]:
        """Return what producers sent, as it is now, of jobs and of datasets told of alone that may be seen."""
        self.note(touches.of_all, PRODUCER)
        namespaces, sites = self.rights.namespaces, self.rights.sites
        return [
            one
            for one in self._reader.producers()
            if (namespaces is None or one.namespace in namespaces) and (sites is None or one.label == "Job")
        ]

    def grounds(self, wanted: Sequence[Ground], ids: Sequence[str] | None = None) -> dict[Ground, tuple[str, ...]]:
        """Return the nodes that may be seen and have each of the grounds; see `StoreReader.grounds`."""
        asked = None if ids is None else self._seen(ids)
        self.note(touches.grounds, wanted, asked)
        found = self._reader.grounds(wanted, asked, self.known_at)
        if self.rights.unbounded:
            return found
        seen = self._judged(node for nodes in found.values() for node in nodes)
        return {ground: tuple(node for node in nodes if node in seen) for ground, nodes in found.items()}

    def record_states(self) -> list[RecordState]:
        """Return the datasets that may be seen and on whose record a rule may find something, of a view of now."""
        self.note(touches.of_all, RECORD_STATE)
        found = self._reader.record_states()
        if self.rights.unbounded:
            return found
        seen = self._judged(one.dataset for one in found)
        return [one for one in found if one.dataset in seen]

    def datasets_suggested(self, states: Collection[Suggested]) -> tuple[str, ...]:
        """Return the datasets that may be seen and whose suggested labels stand in one of these ways, of a view of now;
        see `StoreReader.datasets_suggested`.
        """
        self.note(touches.of_all, RECORD_STATE)
        return tuple(self._seen(self._reader.datasets_suggested(states)))

    def held_labels(self, ids: Sequence[str]) -> list[HeldLabel]:
        """Return the effective labels kept of the datasets and model versions, of a view of now alone."""
        return self._reader.held_labels(self._with_labels(HELD, ids))

    def label_counts(self, kinds: Sequence[str]) -> dict[str, int]:
        """Return of how many assets that may be seen each of the kinds is kept, of a view of now alone."""
        self._note_labels()
        self.note(touches.of_some, HELD, kinds)
        if self.rights.unbounded:
            return self._reader.label_counts(kinds)
        return {kind: len(self.assets_labelled([kind])) for kind in kinds}

    def assets_labelled(self, kinds: Sequence[str]) -> frozenset[str]:
        """Return the assets that may be seen and of which any of the kinds is kept, of a view of now alone."""
        self._note_labels()
        self.note(touches.of_some, HELD, kinds)
        return self.visible(self._reader.assets_labelled(kinds), counted=False)

    def label_states(self, ids: Sequence[str]) -> dict[str, LabelState]:
        """Return all labels kept of each and of its columns, of a view of now alone; see `StoreReader.label_states`."""
        return self._reader.label_states(self._with_labels(STATE, ids))

    def label_equations(self, ids: Sequence[str]) -> dict[str, LabelEquation]:
        """Return what is kept of what flows into each, of a view of now alone; see `StoreReader.label_equations`."""
        return self._reader.label_equations(self._with_labels(EQUATION, ids))

    def labels_lagging(self) -> Lagging | None:
        """Return how far the labels kept are behind what is read here, None where they are those of now."""
        self._note_labels()
        if self.labels_follow:
            return None
        # What is found while they do not is found otherwise than once they do.
        self.add(Noted(lasts=False))
        followed = min(self._reader.labels_followed().entry, self.reached - 1)
        return Lagging(self.reached - followed, (), followed)

    def _with_labels(self, table: Table, ids: Sequence[str]) -> Sequence[str]:
        """Return those of the ids that may be seen, noting that labels are looked at that are kept of them."""
        asked = self._seen(ids)
        self._note_labels()
        self.note(touches.rows, table, asked)
        return asked

    def _note_labels(self) -> None:
        self.add(Noted(by_labels=True))

    @property
    def labels_follow(self) -> bool:
        """Tell whether the labels that a follower keeps are those of what is read here."""
        place = "labels follow", self.moment
        if place not in self._asked:
            follow = not self._reader.labels_due(self.moment, 1) and not self._reader.labels_pending(1)
            self._asked[place] = [follow]
        return bool(self._asked[place][0])

    def is_as_at(self, before: int) -> bool:
        """Tell whether nothing that is known begins or ends after a time in microseconds UTC, by which all of it was
        recorded, until the view's own: what follows from it, and from no span of time, is what it was then.
        """
        last = self._reader.last_boundary(self.moment)
        return before <= self.moment and (last is None or last <= before)

    def used(self, hows: Sequence[str]) -> frozenset[str]:
        """Return every dataset and model version that may be seen and that anything uses in one of these ways."""
        self.note(touches.of_some, USE, hows)
        return self.visible(self._reader.used(hows, self.as_of.valid_at, self.known_at), counted=False)

    def column_flows(self, ids: Sequence[str], direction: Direction) -> list[ColumnFlow]:
        """Return the flows between columns ever stated out of or into these; see `StoreReader.column_flows`."""
        asked = self._seen(ids)
        self.note(touches.rows, COLUMN_FLOW, asked)
        found = self._reader.column_flows(asked, direction, self.as_of.valid_at, self.known_at)
        if self.rights.unbounded:
            return found
        ends = self.visible(end for flow in found for end in (flow.source, flow.target))
        return [flow for flow in found if flow.source in ends and flow.target in ends]

    def column_reach(self, ids: Sequence[str], direction: Direction, depth: int, limit: int) -> ColumnReach | None:
        """Return at least the columns and wholes that are near, with their flows; see `StoreReader.column_reach`."""
        asked = self._seen(ids)
        found = self._reader.column_reach(asked, direction, depth, limit, self.as_of.valid_at, self.known_at)
        self.note(touches.rows, COLUMN_FLOW, asked if found is None else found.ids.union(asked))
        if found is None or self.rights.unbounded:
            return found
        ends = self.visible(end for flow in found.flows for end in (flow.source, flow.target))
        flows = [flow for flow in found.flows if flow.source in ends and flow.target in ends]
        return ColumnReach(self.visible(found.ids, counted=False), flows)

    def transformations(self, hows: Collection[str]) -> dict[str, How]:
        """Return what the `how` of such flows stand for."""
        return self._reader.transformations(hows) if hows else {}

    def column_lineage(self, asks: Sequence[tuple[str, str | None]]) -> list[ColumnStatement]:
        """Return all that was said of the columns of datasets; see `StoreReader.column_lineage`.

        What a value names is not filtered: whoever shows it asks `visible`.
        """
        seen = frozenset(self._seen([dataset for dataset, _ in asks]))
        self.note(touches.rows, COLUMN_STATEMENT, seen)
        asked = [ask for ask in asks if ask[0] in seen]
        return self._reader.column_lineage(asked, self.as_of.valid_at, self.known_at) if asked else []

    def columns_stated_by(self, asks: Sequence[tuple[str, str | None]]) -> set[tuple[str, str | None]]:
        """Return those of the (dataset, job) of which anything of columns was ever stated."""
        self.note(touches.rows, COLUMN_STATEMENT, [dataset for dataset, _ in asks])
        return self._reader.columns_stated_by(asks, self.as_of.valid_at, self.known_at) if asks else set()

    def column_coverage(self, ids: Sequence[str]) -> list[Covered]:
        """Return what writes into the datasets said of their columns; see `StoreReader.column_coverage`."""
        asked = self._seen(ids)
        self.note(touches.coverage, asked)
        found = self._reader.column_coverage(asked, self.as_of.valid_at, self.known_at)
        if self.rights.unbounded:
            return found
        ends = self.visible(end for one in found for end in (one.source, one.target))
        return [one for one in found if one.source in ends and one.target in ends]

    def mentioned(self, stated: Collection[str]) -> dict[str, Mentioned]:
        """Return what the `stated` of such rows mention."""
        return self._reader.mentioned(stated) if any(stated) else {}

    def find(self, query: Query) -> Page:
        """Return a page of what is current; what is hidden is neither found nor counted."""
        self.note(touches.anything)
        if self.rights.unbounded:
            return self._reader.find(query)
        hits = self._every(replace(query, facets=()))
        rest = [hit for hit in hits if query.after is None or hit.place > query.after]
        return Page(tuple(rest[: query.first]), len(hits), counted(hits, query.facets), len(rest) > query.first)

    def all_of(self, label: str) -> tuple[str, ...]:
        """Return the ids of all nodes of a label, ascending: of one of few, such as requests, and of datasets, by one
        call.
        """
        if label == "Dataset":
            return self.grounds([Ground.DATASET])[Ground.DATASET]
        if EVERY in FIELDS.get(label, {}):
            return self.lookup(label, EVERY, ("",))
        return tuple(sorted(hit.id for hit in self._every(Query(labels=(label,)))))

    def _every(self, query: Query) -> Sequence[Found]:
        """Return all hits that may be seen, page by page."""
        hits: Sequence[Found] = ()
        self.note(touches.anything)
        every = replace(query, after=None, first=_PAGE)
        while True:
            page = self._reader.find(every)
            seen = frozenset(self._seen([hit.id for hit in page.hits]))
            hits = (*hits, *(hit for hit in page.hits if hit.id in seen))
            if not page.more:
                return hits
            every = replace(every, after=page.hits[-1].place)

    def quarantined(self, subjects: Collection[str] | None = None) -> list[Quarantined]:
        """Return what could not be projected, or was kept out; with `subjects`, what could bear on one of these."""
        self.note(touches.quarantined)
        found = [one for one in self._reader.quarantined() if one.entry <= self.as_of.known_at]
        if found:
            let_in = self.once(_let_in)
            found = [one for one in found if one.entry not in let_in]
        if subjects is not None:
            found = [one for one in found if not one.subjects or not frozenset(one.subjects).isdisjoint(subjects)]
        return [one for one in found if not one.subjects or self._judged(one.subjects)]

    def cite(self, *entries: int) -> tuple[int, ...]:
        """Return the entries ascending, each once, noted as some that the answer rests on."""
        self.cited.update(entries)
        return tuple(sorted(set(entries)))

    @property
    def stamp(self) -> Stamp | None:
        """Return which state of which graph it shows; None where it does not show one as it stands now, or of a graph
        that is being emptied or holds nothing.
        """
        if self._anchor is None or not self.is_now:
            return None
        place = ("stamp",)
        if place not in self._asked:
            self._asked[place] = [self._reader.stamp()]
        found: Stamp = self._asked[place][0]
        return found if found.graph else None

    def touched(self, since: int) -> list[Touched]:
        """Return what was touched since an earlier state of the graph, as far as it is kept."""
        return self._reader.touched(since)

    @property
    def recorded_until(self) -> int:
        """Return when the last entry that it shows was recorded, in microseconds UTC, 0 for none."""
        return self._anchored().ledger.entry(self.known_at).entry.recorded_at if self.known_at >= 0 else 0

    def read_point(self) -> ReadPoint:
        """Return where it was taken; raises RuntimeError where it was opened without the ledger."""
        anchor = self._anchored()
        self.note(touches.anything)
        point = anchor.points.get(self.as_of)
        if point is None:
            size = self.known_at + 1
            point = anchor.points[self.as_of] = ReadPoint(
                valid_at=anchor.began if self.as_of.valid_at == NOW else self.as_of.valid_at,
                known_at=self.recorded_until,
                ledger_size=size,
                ledger_root=anchor.ledger.root(size).hex(),
                projection=anchor.projection,
            )
        return point

    def completeness(self, found: Completeness | None = None, subjects: Collection[str] = ()) -> Completeness:
        """Return how whole an answer about the subjects is: what ended it, what rights hide, how far the graph is.

        `found` is what a capability says of its part, None where it left nothing out.
        """
        lagging = self._lagging(subjects)
        if isinstance(found, Lagging):
            # What is kept beside the graph may be further behind than the graph itself.
            lagging = found if lagging is None else replace(found, quarantined=lagging.quarantined)
        if isinstance(found, Truncated):
            return replace(found, hidden=max(found.hidden, len(self.hidden)), lagging=lagging)
        if self.hidden:
            return Redacted(len(self.hidden), lagging)
        return lagging or Complete()

    def _lagging(self, subjects: Collection[str]) -> Lagging | None:
        behind = self._behind()
        self.add(Noted(by_lag=True, lasts=not behind))
        quarantined = tuple(sorted({one.entry for one in self.quarantined(subjects)}))
        return Lagging(behind, quarantined, self.reached) if behind or quarantined else None

    def _behind(self) -> int:
        """Return how many entries the graph lacks."""
        anchor = self._anchored()
        newest = max(anchor.ledger.size() - 1, anchor.at_least)
        return max(min(newest, self.as_of.known_at) - self.reached, 0)

    def holds(self, noted: Noted) -> bool:
        """Tell whether what was found of an earlier state of the graph, of which nothing was touched since, holds."""
        return not (noted.by_labels and not self.labels_follow) and not (noted.by_lag and self._behind())

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


def _let_in(view: View) -> frozenset[int]:
    """Return the entries that policies had kept out of the graph, and that were let in since."""
    sets = view.lookup("PolicySet", "every", ("",))
    released = view.statements(sets, ("quarantine_release",)) if sets else ()
    return frozenset(entry for one in released if one.value is not None for entry in one.data["entries"])
