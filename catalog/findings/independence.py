"""Whether training and evaluation snapshots were made of each other, or of one snapshot, over any steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from catalog.findings.separation import Compared
from catalog.releases.model import SnapshotUse


class Traced(Compared, Protocol):
    """What is known besides of what the snapshots were made of."""

    @property
    def made_of(self) -> Mapping[str, Mapping[str, frozenset[int]]]:
        """By snapshot, those that its runs used, with the entries that say so, over any steps."""

    @property
    def datasets(self) -> Mapping[str, str]:
        """The dataset of each of these."""


class Shared(NamedTuple):
    """What a training and an evaluation snapshot have in common, in a sentence, and the entries that say so.

    `of_each_other`: one of the two was made of the other; else both were made of a third.
    """

    text: str
    entries: frozenset[int]
    of_each_other: bool


def shared(case: Traced) -> list[Shared]:
    """Return what each training and evaluation snapshot of a version have in common, where they are two."""
    registration = case.registration
    return [
        one
        for trained in registration.trained_on
        for evaluated in registration.evaluated_on
        if trained.snapshot != evaluated.snapshot
        for one in _shared(case, trained, evaluated)
    ]


def _shared(case: Traced, trained: SnapshotUse, evaluated: SnapshotUse) -> Iterator[Shared]:
    """Yield what the two have in common: what is nearest to both alone."""
    left, right = _behind(case.made_of, trained.snapshot), _behind(case.made_of, evaluated.snapshot)
    names = case.dataset_name(trained.dataset), case.dataset_name(evaluated.dataset)
    if evaluated.snapshot in left:
        text = f"The training snapshot of {names[0]} was made of the evaluation snapshot of {names[1]}."
        yield Shared(text, left[evaluated.snapshot], of_each_other=True)
    elif trained.snapshot in right:
        text = f"The evaluation snapshot of {names[1]} was made of the training snapshot of {names[0]}."
        yield Shared(text, right[trained.snapshot], of_each_other=True)
    else:
        both = left.keys() & right.keys()
        farther = {each for one in both for each in _behind(case.made_of, one)}
        for one in sorted(both - farther):
            name = case.dataset_name(case.datasets.get(one, one))
            text = (
                f"The training snapshot of {names[0]} and the evaluation snapshot of {names[1]} were both made of one "
                f"snapshot of {name}: whether a person is in both is not recorded."
            )
            yield Shared(text, left[one] | right[one], of_each_other=False)


def _behind(made_of: Mapping[str, Mapping[str, frozenset[int]]], begin: str) -> dict[str, frozenset[int]]:
    """Return what a snapshot was made of over any steps, each with the entries of one of the shortest ways."""
    found: dict[str, frozenset[int]] = {}
    front = deque([(begin, frozenset[int]())])
    while front:
        one, entries = front.popleft()
        for each, stated_by in sorted(made_of.get(one, {}).items()):
            if each not in found and each != begin:
                found[each] = entries | stated_by
                front.append((each, found[each]))
    return found
