"""Keeps the effective labels of what is current: what facts may have changed is read and followed again, in slices.

Two things are kept of each dataset and model version: what flows into it, from where, which follows from facts around
it alone, and the marks that it therefore has, which follow from that and from the marks of what flows in. Facts mark
where the first is read anew; only what becomes different by that is followed on, to whatever it flows into, as far as
marks become different. What flows into each other is one piece: its marks are found from nothing, so that no mark keeps
itself there after the last that said so is gone. Given the marks of what flows in this is the least fixed point of the
piece, so when nothing is left what is kept is that of all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final

from catalog.labels.taint.equations import Apart, Equation, State, Values, equations
from catalog.labels.taint.fetching import Wanted
from catalog.labels.taint.groups import Groups
from catalog.labels.taint.loading import load_dated
from catalog.labels.taint.model import Mark
from catalog.labels.taint.pieces import pieces
from catalog.labels.taint.rules import LETTERS
from catalog.labels.taint.solving import solve
from catalog.store.indexes.grounds import Ground
from catalog.store.indexes.label_work import (
    DUE,
    EQUATION,
    FOLLOWED,
    HELD,
    OF_EVERYTHING,
    PENDING,
    READER,
    STATE,
    HeldLabel,
    LabelEquation,
    LabelsDue,
    LabelsFollowed,
    LabelsPending,
    LabelState,
)
from catalog.store.indexes.table import Changes
from catalog.store.indexes.uses import WRITES
from catalog.store.protocol import Store, StoreReader
from catalog.view import View
from graph_schema.aspects.labels import Attestation
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset

SLICE: Final = 20_000
"""How many assets are followed in one step; what flows into so many is read anew in ten."""
_PARTS: Final = 10
_DUE_AT_ONCE: Final = 2_000
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
            is_last = False
            if due := reader.labels_due(view.moment, _DUE_AT_ONCE):
                changes = _note_due(view, due)
            elif pending := reader.labels_pending(self._slice):
                if pending[0].anew:
                    some = [one.asset for one in pending[: max(1, self._slice // _PARTS)]]
                    changes = _read_anew(view, reader, some)
                else:
                    changes, is_last = _Following(reader, [one.asset for one in pending], self._slice).changes()
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


def _pend(changes: Changes, assets: Iterable[str], *, anew: bool) -> None:
    changes.add(PENDING, [LabelsPending(one, anew).row for one in sorted(set(assets))])


def _note_due(view: View, due: Sequence[LabelsDue]) -> Changes:
    """Return what makes the assets pending that lie where something may have changed."""
    changes = Changes()
    _pend(changes, (one for one in _meant(view, due) if label_of(one) in _ASSETS), anew=True)
    changes.remove(DUE, [one.row for one in due])
    return changes


def _meant(view: View, due: Iterable[LabelsDue]) -> Iterator[str]:
    """Yield what is meant by nodes, and by what was made of others."""
    at: dict[str, set[str]] = defaultdict(set)
    readers: set[str] = set()
    for one in due:
        (readers if one.readers else at[label_of(one.node)]).add(one.node)
    for label in _ASSETS:
        yield from at[label]
    for flow in view.flows(sorted(readers), "out") if readers else ():
        yield flow.target
    for known in view.nodes(sorted(at["Column"])).values() if at["Column"] else ():
        if isinstance(known.node, Column):
            yield Dataset(known.node.namespace, known.node.dataset).id
    attested = set(_attested(view, at["Attestation"]))
    yield from (one for one in attested if label_of(one) == "ModelVersion")
    jobs = {*at["Job"], *(one for one in attested if label_of(one) == "Job")}
    for use in view.uses(sorted(jobs)) if jobs else ():
        if use.how in WRITES and use.job is not None:
            yield use.dataset
    for edge in view.edges(sorted(at["Run"]), ("WROTE", "PRODUCED"), "out") if at["Run"] else ():
        yield edge.target
    if any(at[label] for label in OF_EVERYTHING):
        yield from (*view.grounds([Ground.DATASET])[Ground.DATASET], *view.all_of("ModelVersion"))


def _attested(view: View, attestations: Collection[str]) -> Iterator[str]:
    """Yield the jobs and model versions that attestations are about."""
    for statement in view.statements(sorted(attestations), ("attestation",)) if attestations else ():
        if statement.value is not None:
            yield Attestation.from_json(statement.data).subject


def _read_anew(view: View, reader: StoreReader, assets: Sequence[str]) -> Changes:
    """Return what flows now into assets and all that they are called: what became different is pending, and where its
    names or columns did, what others read of it is to be read anew.
    """
    sources, since = load_dated(view, Wanted(list(view.nodes(sorted(assets)))))
    groups = sources.groups
    wholes = sorted({groups.of(one) for one in assets if one in groups.names})
    names = sorted({*assets, *(name for whole in wholes for name in groups.members[whole])})
    known = view.nodes(names)
    before = reader.label_equations(names)
    now: dict[str, LabelEquation] = {}
    reads: set[tuple[str, str]] = set()
    for whole, equation in equations(sources, since, known.__contains__, wholes):
        shape = _shape(groups, whole)
        reads |= {(source, whole) for source in equation.sources}
        for name in groups.members[whole]:
            now[name] = LabelEquation(name, whole, shape, equation.text if name == whole else "")
    read = {(one, name) for name, kept in before.items() if kept.text for one in Equation.of(kept.text).sources}
    changed = [name for name in names if before.get(name) != now.get(name)]
    reshaped = [name for name in changed if _shape_of(before.get(name)) != _shape_of(now.get(name))]
    changes = Changes()
    changes.add(EQUATION, [now[name].row for name in changed if name in now])
    changes.remove(EQUATION, [(name,) for name in changed if name not in now])
    changes.add(READER, sorted(reads - read))
    changes.remove(READER, sorted(read - reads))
    changes.remove(PENDING, [LabelsPending(one, anew=True).row for one in assets])
    _pend(changes, changed, anew=False)
    _pend(changes, {target for _, target in reader.label_readers(reshaped)} - set(names), anew=True)
    return changes


def _shape(groups: Groups, whole: str) -> str:
    """Return what of an asset's names and columns decides on how others read it: empty for one of a single name whose
    columns are called what they are.
    """
    members, spelled = groups.members[whole], groups.spelled(whole)
    if len(members) == 1 and spelled is None:
        return ""
    return json.dumps([members, spelled and [spelled[0], sorted(spelled[1])]])


def _shape_of(kept: LabelEquation | None) -> tuple[str, bool]:
    return ("", True) if kept is None else (kept.shape, kept.asset == kept.whole)


_Labelled = tuple[str, bool, tuple[tuple[str, str], ...]]
"""A kind of PHI, whether nothing but suggestions says so, and its codes."""


class _Following:
    """Assets of which something flows differently, and what it flows on into."""

    def __init__(self, reader: StoreReader, pending: Sequence[str], most: int) -> None:
        self._reader = reader
        self._pending = pending
        self._most = most
        self._asked: frozenset[str] = frozenset()
        """What stands for the pending assets."""
        self._values = Values()
        self._before: dict[str, LabelState] = {}
        """What was kept of what stands for assets, where anything was."""
        self._texts: dict[str, str] = {}
        """The states that were looked up or found, as texts."""
        self._states: dict[str, State] = {}
        self._labels: dict[int, list[_Labelled]] = {}
        self._names: dict[str, str] = {}
        """Every name of what was judged, by it what stands for all of them."""
        self._known: set[str] = set()
        """The names of these of which anything is known."""
        self._judged: dict[str, State] = {}

    def changes(self) -> tuple[Changes, bool]:
        """Return what is kept now of the pending assets and of what changes by that, as far as one step goes; and
        whether nothing is pending then.
        """
        reader, changes = self._reader, Changes()
        of = {name: kept.whole for name, kept in reader.label_equations(self._pending).items()}
        self._forget([one for one in self._pending if one not in of], changes)
        dirty = set(of.values())
        self._asked = frozenset(dirty)
        readers = self._readers(dirty)
        solved: set[str] = set()
        for level in pieces(dirty, readers):
            wanted = [piece for piece in level if not dirty.isdisjoint(piece)]
            if wanted:
                solved.update(one for piece in wanted for one in piece)
                changed = self._solve(wanted)
                dirty.update(target for one in changed for target in readers.get(one, ()))
            if len(solved) >= self._most:
                break
        self._keep(changes)
        left = dirty - solved
        _pend(changes, left, anew=False)
        changes.remove(PENDING, [LabelsPending(one, anew=False).row for one in self._pending if one not in left])
        return changes, not left and len(self._pending) < self._most

    def _readers(self, wholes: Iterable[str]) -> dict[str, list[str]]:
        """Return all that something flows into from assets, and from these, and so on: of each what comes next."""
        readers: dict[str, list[str]] = defaultdict(list)
        seen, front = set(wholes), sorted(wholes)
        while front:
            for source, target in self._reader.label_readers(front):
                readers[source].append(target)
            front = sorted({target for one in front for target in readers[one]} - seen)
            seen.update(front)
        return readers

    def _solve(self, level: Sequence[Sequence[str]]) -> list[str]:
        """Find the marks of pieces of which none flows into another; return each asset that has other ones now."""
        kept = self._reader.label_equations([one for piece in level for one in piece])
        every = {one: Equation.of(each.text) for one, each in kept.items() if each.text}
        self._load_states({*every, *(source for each in every.values() for source in each.sources)})
        others: list[str] = []
        for piece in level:
            component = {one: every[one] for one in piece if one in every}
            for whole, state in solve(self._values, component, self._state, self._apart).items():
                text = self._values.state_text(state)
                is_other = text != self._texts[whole]
                if is_other or whole in self._asked:
                    self._judged[whole] = state
                    self._names.update((name, whole) for name, _ in component[whole].names)
                    self._known.update(name for name, is_known in component[whole].names if is_known)
                if is_other:
                    self._texts[whole] = text
                    self._states[whole] = state
                    others.append(whole)
        return others

    def _load_states(self, wholes: Iterable[str]) -> None:
        new = sorted(set(wholes) - self._texts.keys())
        found = self._reader.label_states(new)
        self._before |= found
        self._texts.update((one, found[one].text if one in found else "") for one in new)

    def _state(self, whole: str) -> State:
        found = self._states.get(whole)
        if found is None:
            found = self._states[whole] = self._values.state(self._texts[whole])
        return found

    def _apart(self, whole: str) -> Apart:
        kept = self._reader.label_equations([whole]).get(whole)
        return Apart.of(None if kept is None else Equation.of(kept.text))

    def _keep(self, changes: Changes) -> None:
        """Note what is kept of all that was judged under each of its names, where it is not what is kept."""
        names = self._names
        before = self._reader.label_states(sorted(names.keys() - self._texts.keys()))
        before |= {name: self._before[name] for name in names if name in self._before}
        labels = {whole: self._labels_of(state) for whole, state in self._judged.items()}
        now = {}
        for name, whole in names.items():
            if text := self._texts[whole]:
                now[name] = LabelState(name, whole, text if name == whole else "")
        held = {one.row for one in self._reader.held_labels(sorted(names))}
        held_now = {HeldLabel(name, *one).row for name in names.keys() & self._known for one in labels[names[name]]}
        changes.add(STATE, [one.row for name, one in sorted(now.items()) if before.get(name) != one])
        changes.remove(STATE, [(name,) for name in sorted(before.keys() - now.keys())])
        changes.add(HELD, sorted(held_now - held))
        changes.remove(HELD, sorted({row[:2] for row in held} - {row[:2] for row in held_now}))

    def _labels_of(self, state: State) -> Sequence[_Labelled]:
        number = state.places.get("A", 0)
        if number not in self._labels:
            self._labels[number] = _labels(self._values, number)
        return self._labels[number]

    def _forget(self, names: Sequence[str], changes: Changes) -> None:
        """Take away what is kept of names of which nothing is known."""
        changes.remove(STATE, [(name,) for name in self._reader.label_states(names)])
        changes.remove(HELD, [one.row[:2] for one in self._reader.held_labels(names)])


def _labels(values: Values, number: int) -> list[_Labelled]:
    """Return each kind of PHI in a set of marks."""
    by_kind: dict[str, set[Mark]] = defaultdict(set)
    for mark, _ in values.marks(number):
        if mark.kind:
            by_kind[mark.kind].add(mark)
    found = []
    for kind, of in sorted(by_kind.items()):
        codes = {mark.coding for mark in of}
        shown = () if codes.issuperset(LETTERS) else tuple(sorted((one.system, one.code) for one in codes))
        found.append((kind, all(mark.suggested for mark in of), shown))
    return found
