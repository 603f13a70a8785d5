"""Keeps the effective labels of what is current: what facts may have changed is judged again, in slices.

An asset is judged as every query judges it, with all that lies behind it, so that what is kept is the fixed point. Only
where its labels, or those of its columns, became other ones is what was made of it judged again as well: whatever is
neither touched by a fact nor made of something that changed is the same as before, cycles included, since the least
fixed point of the rest is then that of the same equations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from catalog.labels.taint.fixpoint import taint
from catalog.labels.taint.loading import Sources, load
from catalog.labels.taint.model import Mark, Part, Place
from catalog.labels.taint.rules import LETTERS
from catalog.lineage.loader import LineageLoader
from catalog.store.indexes.grounds import Ground
from catalog.store.indexes.label_work import (
    DUE,
    FOLLOWED,
    HELD,
    OF_EVERYTHING,
    PENDING,
    STATE,
    HeldLabel,
    LabelsDue,
    LabelsFollowed,
    LabelState,
    pending_row,
)
from catalog.store.indexes.table import Changes
from catalog.store.indexes.uses import WRITES
from catalog.store.protocol import Store, StoreReader
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset

SLICE: Final = 10_000
"""How many assets are judged together: what lies behind them is fetched with them."""
_DUE_AT_ONCE: Final = 2_000
_BUDGET: Final = 200_000
_DEPTH: Final = 10_000
_ASSETS: Final = frozenset({"Dataset", "ModelVersion"})


class LabelFollower:
    """Brings the labels that a store keeps up to the facts that it holds, a piece at a time.

    Whatever it does is one transaction with what it has thereby done: it may be killed at any moment, and two of them
    change nothing but the work.
    """

    def __init__(
        self,
        store: Store,
        view_of: Callable[[StoreReader], View] = View,
        *,
        slice_: int = SLICE,
        ended: Callable[[], bool] = lambda: False,
    ) -> None:
        """Follow this store; `view_of` gives the view of now, by whose clock attestations end, and `ended` tells that a
        step is to be given up.
        """
        self._store = store
        self._view_of = view_of
        self._slice = slice_
        self._deadline = _Until(ended)

    def step(self) -> bool:
        """Do one piece of work; return whether there was any.

        Raises:
            OperatorError: the store cannot be reached; nothing was changed.
            ReadEndedError: it was given up.
        """
        with self._store.reading(self._deadline) as reader:
            followed = reader.labels_followed()
            view = self._view_of(reader)
            due = reader.labels_due(view.moment, _DUE_AT_ONCE)
            if due:
                changes, is_last = _note_due(view, due), False
            elif pending := dict(reader.labels_pending(self._slice)):
                changes, is_last = _Judging(view, reader, pending, self._slice).changes()
            else:
                return False
        now = LabelsFollowed(followed.steps + 1, view.reached if is_last else followed.entry)
        self._store.keep(changes, FOLLOWED, now.row, followed.row if followed.steps else None)
        return True


class _Until:
    """A deadline that nothing but its end brings about."""

    remaining: float = 3_600.0

    def __init__(self, ended: Callable[[], bool]) -> None:
        self._ended = ended

    def lasts(self) -> bool:
        """Tell whether the step goes on."""
        return not self._ended()


def _note_due(view: View, due: Sequence[LabelsDue]) -> Changes:
    """Return what makes the assets pending that lie where something may have changed."""
    changes = Changes()
    assets = _resolved(view, due)
    changes.add(PENDING, [pending_row(one, entry) for one, entry in assets.items()])
    changes.remove(DUE, [one.row for one in due])
    return changes


def _resolved(view: View, due: Iterable[LabelsDue]) -> dict[str, int]:
    """Return the datasets and model versions that are meant, each with the first entry that may have changed it."""
    at: dict[str, dict[str, int]] = defaultdict(dict)
    readers: dict[str, int] = {}
    for one in due:
        of = readers if one.readers else at[label_of(one.node)]
        of[one.node] = min(one.entry, of.get(one.node, one.entry))
    found: dict[str, int] = {}
    for asset, entry in _meant(view, at, readers):
        if label_of(asset) in _ASSETS:
            found[asset] = min(entry, found.get(asset, entry))
    return found


def _meant(view: View, at: Mapping[str, Mapping[str, int]], readers: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield what is meant by nodes, which are given by label, and by what was made of others."""
    for label in _ASSETS:
        yield from at.get(label, {}).items()
    for flow in view.flows(sorted(readers), "out") if readers else ():
        yield flow.target, readers[flow.source]
    columns = at.get("Column", {})
    for one, known in view.nodes(sorted(columns)).items() if columns else ():
        if isinstance(known.node, Column):
            yield Dataset(known.node.namespace, known.node.dataset).id, columns[one]
    jobs = _jobs(view, at)
    for use in view.uses(sorted(jobs)) if jobs else ():
        if use.how in WRITES and use.job is not None:
            yield use.dataset, jobs[use.job]
    runs = at.get("Run", {})
    for edge in view.edges(sorted(runs), ("WROTE", "PRODUCED"), "out") if runs else ():
        yield edge.target, runs[edge.source]
    if rest := [entry for label in OF_EVERYTHING for entry in at.get(label, {}).values()]:
        every = (*view.grounds([Ground.DATASET])[Ground.DATASET], *view.all_of("ModelVersion"))
        yield from dict.fromkeys(every, min(rest)).items()


def _jobs(view: View, at: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return the jobs that are meant, and those that attestations are about."""
    jobs = dict(at.get("Job", {}))
    attested = at.get("Attestation", {})
    for statement in view.statements(sorted(attested), ("attestation",)) if attested else ():
        if statement.value is not None:
            jobs.setdefault(statement.data["job"], attested[statement.subject])
    return jobs


@dataclass
class _Judging:
    """One slice of pending assets, judged with all that lies behind them."""

    view: View
    reader: StoreReader
    pending: Mapping[str, int]
    slice_: int
    _loader: LineageLoader = field(init=False)

    def __post_init__(self) -> None:
        self._loader = LineageLoader(self.view)

    def changes(self) -> tuple[Changes, bool]:
        """Return what is kept now of the pending assets, of those behind them that were pending too, and what was made
        of those that changed as pending; and whether nothing is pending then.
        """
        known = self.view.nodes(sorted(self.pending))
        sources = load(self.view, sorted(known), budget=_BUDGET)
        members = sources.groups.members
        every = {name for some in members.values() for name in some} | self.pending.keys()
        done = self._pending_among(every)
        found = taint(sources.seeds, sources.flows, sources.covering, judged=sources.judged)
        by_node: dict[str, list[tuple[Place, frozenset[Mark]]]] = defaultdict(list)
        wanted = {sources.groups.of(one) for one in done}
        for place, marks in found.marks.items():
            if place.node in wanted:
                by_node[place.node].append((place, marks))
        return self._written(sources, by_node, done)

    def _pending_among(self, ids: Collection[str]) -> dict[str, int]:
        rest = sorted(set(ids) - self.pending.keys())
        return {**self.pending, **self.reader.labels_pending_among(rest)}

    def _written(
        self,
        sources: Sources,
        by_node: Mapping[str, Sequence[tuple[Place, frozenset[Mark]]]],
        done: Mapping[str, int],
    ) -> tuple[Changes, bool]:
        groups = sources.groups
        judged = {name: node for one in done for node in (groups.of(one),) for name in groups.members.get(node, (one,))}
        names = sorted(judged)
        known = self.view.nodes(names)
        before = self.reader.label_states(names)
        held = self.reader.held_labels(names)
        digests = _Digests()
        states = {node: digests.of(by_node.get(node, ())) for node in set(judged.values())}
        whole = sources.completeness is None
        changes = Changes()
        now: set[tuple[str, str]] = set()
        changed: dict[str, int] = {}
        for name in names:
            node = judged[name]
            if name in known:
                labels = _labels(name, by_node.get(node, ()))
                now |= {(one.asset, one.kind) for one in labels}
                changes.add(HELD, [one.row for one in labels])
            state = LabelState(name, states[node], whole, self.view.reached)
            was = before.get(name)
            if state.digest or not whole:
                changes.add(STATE, [state.row])
            elif was is not None:
                changes.remove(STATE, [(name,)])
            if (was.digest if was else "", was.whole if was else True) != (state.digest, whole):
                changed[name] = min(done[one] for one in (name, *groups.members.get(node, ())) if one in done)
        changes.remove(HELD, [(one.asset, one.kind) for one in held if (one.asset, one.kind) not in now])
        following = self._made_of(changed) if changed else {}
        new = {one: entry for one, entry in following.items() if one not in judged}
        changes.add(PENDING, [pending_row(one, entry) for one, entry in new.items()])
        changes.remove(PENDING, [pending_row(one, 0)[:-1] for one in done])
        is_last = not new and done.keys() >= dict(self.reader.labels_pending(len(done) + 1)).keys()
        return changes, is_last

    def _made_of(self, changed: Mapping[str, int]) -> dict[str, int]:
        """Return what was made of assets, as far down as few slices can take at once, else what comes next."""
        oldest = min(changed.values())
        self._loader.load_names(changed)
        names = sorted({name for one in changed for name in self._loader.every_name(one)})
        reached = self._loader.reach(names, "out", _DEPTH, 4 * self.slice_)
        if reached is None:
            reached = self._loader.neighbours(names, "out")
        assets = {one for one in reached if label_of(one) in _ASSETS}
        return dict.fromkeys(sorted(assets - set(names)), oldest)


def _labels(asset: str, places: Iterable[tuple[Place, frozenset[Mark]]]) -> list[HeldLabel]:
    by_kind: dict[str, set[Mark]] = defaultdict(set)
    for place, marks in places:
        if place.part is Part.ANY:
            for mark in marks:
                if mark.kind:
                    by_kind[mark.kind].add(mark)
    found = []
    for kind, of in sorted(by_kind.items()):
        codes = {mark.coding for mark in of}
        shown = () if codes.issuperset(LETTERS) else tuple(sorted((one.system, one.code) for one in codes))
        found.append(HeldLabel(asset, kind, all(mark.suggested for mark in of), shown))
    return found


class _Digests:
    """What stands for the marks of all places of an asset: equal for equal ones, in every process."""

    def __init__(self) -> None:
        self._texts: dict[frozenset[Mark], str] = {}

    def of(self, places: Iterable[tuple[Place, frozenset[Mark]]]) -> str:
        """Return the digest, empty where no place has a mark."""
        some = sorted(f"{place.part}:{place.detail}:{self._text(marks)}" for place, marks in places if marks)
        return blake2b("\n".join(some).encode(), digest_size=16).hexdigest() if some else ""

    def _text(self, marks: frozenset[Mark]) -> str:
        found = self._texts.get(marks)
        if found is None:
            text = "\n".join(sorted(f"{one.kind}:{one.coding}:{one.suggested}" for one in marks))
            found = self._texts[marks] = blake2b(text.encode(), digest_size=16).hexdigest()
        return found
