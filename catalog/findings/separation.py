"""Whether evaluation data is apart from training data: by whole snapshots, and by the files of their manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from catalog.releases.model import Registration, SnapshotUse
from catalog.snapshots.model import Seal, SnapshotRecord
from reports.naming import counted, gathered

_MOST_NAMED = 100


class Compared(Protocol):
    """What is known of a model version whose training and evaluation data are compared."""

    @property
    def registration(self) -> Registration:
        """The registration that names the data."""

    @property
    def snapshots(self) -> Mapping[str, SnapshotRecord]:
        """The snapshots that it names, by id."""

    def dataset_name(self, identifier: str) -> str:
        """Return what a dataset is called."""


class Apartness(StrEnum):
    """What the manifests say of training and evaluation."""

    APART = "APART"
    OVERLAP = "OVERLAP"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Separation:
    """Whether training and evaluation data share a file, how many files each has, and the entries that say so.

    Files that hold nothing are not counted: all of them are alike. Of an overlap `shared` names whole datasets, or the
    evaluation's files (`dataset: path`), at most a hundred of `overlap`; `unlisted` names the datasets of snapshots of
    which no manifest lists a file.
    """

    result: Apartness
    training_files: int
    evaluation_files: int
    overlap: int
    shared: tuple[str, ...]
    unlisted: tuple[str, ...]
    text: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """The training or the evaluation data: its uses, and by the seals of their snapshots the files that hold something.

    `files` are digests, each with the names of its files.
    """

    uses: Sequence[SnapshotUse]
    seals: Mapping[str, Seal]
    files: Mapping[str, set[str]]

    @classmethod
    def of(cls, basis: Compared, uses: Sequence[SnapshotUse]) -> _Side:
        """Read the manifests of the newest seals."""
        records = {use.snapshot: basis.snapshots.get(use.snapshot) for use in uses}
        seals = {id_: record.seal for id_, record in records.items() if record is not None and record.seal is not None}
        files: dict[str, set[str]] = {}
        for use in uses:
            for file in seals[use.snapshot].manifest if use.snapshot in seals else ():
                if file.size:
                    files.setdefault(file.digest, set()).add(f"{basis.dataset_name(use.dataset)}: {file.path}")
        return cls(sorted(uses), seals, files)

    def unlisted(self) -> Iterator[str]:
        """Yield the datasets of the snapshots of which no manifest lists a file that holds something."""
        for use in self.uses:
            if use.snapshot not in self.seals or not any(file.size for file in self.seals[use.snapshot].manifest):
                yield use.dataset


def separation(basis: Compared) -> Separation | None:
    """Return how evaluation stands to training, None where the version names no data of one of the two."""
    registration = basis.registration
    training, evaluation = (_Side.of(basis, uses) for uses in (registration.trained_on, registration.evaluated_on))
    if not training.uses or not evaluation.uses:
        return None
    same = {use.digest for use in training.uses}
    whole = tuple(dict.fromkeys(basis.dataset_name(use.dataset) for use in evaluation.uses if use.digest in same))
    shared = training.files.keys() & evaluation.files.keys()
    named = whole or tuple(sorted({name for digest in shared for name in evaluation.files[digest]}))
    unlisted = dict.fromkeys(basis.dataset_name(id_) for id_ in (*training.unlisted(), *evaluation.unlisted()))
    result = Apartness.OVERLAP if named else Apartness.UNKNOWN if unlisted else Apartness.APART
    entries = {seal.entry for side in (training, evaluation) for seal in side.seals.values()}
    found = Separation(
        result=result,
        training_files=len(training.files),
        evaluation_files=len(evaluation.files),
        overlap=len(shared),
        shared=named[:_MOST_NAMED],
        unlisted=tuple(unlisted),
        text="",
        entries=tuple(sorted({registration.entry, *entries})),
    )
    return replace(found, text=_sentence(found, is_whole=bool(whole)))


def _sentence(found: Separation, *, is_whole: bool) -> str:
    if is_whole:
        return f"The evaluation snapshot of {', '.join(found.shared)} is also a training snapshot (same digest)."
    if found.result is Apartness.OVERLAP:
        verb = "stands" if found.overlap == 1 else "stand"
        files = f"{counted(found.overlap, 'file')} {verb} in a training and in an evaluation snapshot"
        return f"{files}, by digest: {gathered(found.shared)}."
    if found.result is Apartness.UNKNOWN:
        return (
            "Whether a training file is among the evaluation files is unknown: "
            f"no manifest lists the files of {gathered(found.unlisted)}."
        )
    training, evaluation = counted(found.training_files, "file"), counted(found.evaluation_files, "file")
    return (
        f"No file of the training data ({training}) is among those of the evaluation data ({evaluation}), by digest; "
        f"whether a subject is in both, files do not show."
    )
