"""What contributions read and were made of, and at which times: the judge of rules 5, 8 and 10."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import Confidence
from catalog.lineage.rules import Contributed, Source, sources_of
from graph_schema.facts import Edge
from graph_schema.identity import label_of
from graph_schema.nodes import Snapshot


class Sources:
    """What contributions read, judged through a loader; always for a whole frontier."""

    def __init__(self, loader: LineageLoader) -> None:
        """Judge what this loader fetches."""
        self.loader = loader
        self._within: frozenset[str] | None = None
        self._found: dict[Contributed, list[Source]] = {}
        self._dated: set[Contributed] = set()

    def keep_to(self, names: frozenset[str]) -> None:
        """Name from now on only sources under these names."""
        self._within = names

    def of(self, found: Collection[Contributed], *, dated: bool = True) -> Mapping[Contributed, Sequence[Source]]:
        """Return what each contribution read and was made of (rules 5, 8 and 10): the dataset that the name stood for
        then, and the time at which what was in force on it is to be looked at: the reader's START, or, where `dated`,
        when the version that it names was completed.
        """
        new = [one for one in found if one not in self._found]
        self.loader.load_runs(one.run for one in new if one.run)
        self.loader.load_trained(one.name for one in new if one.how == "registered")
        self.loader.halves.load(one.run for one in new if one.run and one.how != "registered")
        for one in new:
            self._found[one] = list(self._read_by(one))
        if dated:
            undated = [one for one in found if one not in self._dated]
            self._date_versions([one for one in undated if any(source.version for source in self._found[one])])
            self._dated.update(undated)
        return {one: self._found[one] for one in found}

    def makers(self, dataset: str, version: str, reader: Contributed | None = None) -> Iterator[int]:
        """Yield when attempts, but for the reader's own, put a dataset into the state of a version.

        A seal may name the run of a state that its emitter left without a version.
        """
        loader = self.loader
        for name in loader.names(dataset):
            snapshot = loader.snapshot(name, version)
            for run in loader.generated_by(snapshot) if snapshot else ():
                fold = loader.fold(run)
                attempts = [
                    attempt
                    for attempt in (fold.attempts if fold else ())
                    if reader is None or (reader.run, reader.attempt) != (run, attempt.number)
                ]
                left = {
                    access.version
                    for attempt in attempts
                    for (output, _), access in attempt.outputs.items()
                    if output == name
                }
                meant = version if version in left else None
                for attempt in attempts:
                    for place, access in attempt.outputs.items():
                        if place[0] == name and access.version == meant:
                            for at in attempt.effects.get(place, ()):
                                if loader.resolve(name, at) == dataset:
                                    yield at

    def _read_by(self, one: Contributed) -> Iterator[Source]:
        loader = self.loader
        if one.declared is not None:
            for name in sorted(one.declared.sources):
                dataset = loader.resolve(name, one.read_at)
                confidence = Confidence.MAPPED if one.declared.mapped else Confidence.STATED
                yield Source(name, dataset, one.read_at, one.how, confidence, one.entry)
            return
        trained = loader.trained_on(one.name, one.tie) if one.how == "registered" else ()
        if trained:
            yield from map(self._trained, trained, [one] * len(trained))
            return
        fold = loader.fold(one.run) if one.run else None
        if fold is None or one.run is None:
            return
        attempt, place = fold.attempts[one.attempt], (one.name, one.job)
        renamed = one.access.renamed_from
        how = "registered" if one.how == "registered" else "ran"
        for name, access, confidence in sources_of(attempt, place, loader.resolve, self._within):
            if name != renamed:
                known = max(one.entry if one.how != "attempted" else 0, loader.known_from(one.run, name, one.name))
                dataset = loader.resolve(name, one.read_at, access.version)
                yield Source(name, dataset, one.read_at, how, confidence, known, access.version)
        if one.access.sources is None and how == "ran":
            yield from self._fed(one, one.run)
        if renamed is not None:
            known = max(one.entry, loader.known_from(one.run, renamed, one.name))
            at = one.at if one.how == "ran" else one.read_at
            yield Source(renamed, loader.resolve(renamed, at), at, "renamed", Confidence.STATED, known, before=True)

    def _fed(self, one: Contributed, run: str) -> Iterator[Source]:
        """Yield what the other halves of a stream read, where its run is the one that writes (rule 4)."""
        fold = self.loader.fold(run)
        half = fold.half if fold else None
        if half is None or (one.name and one.name not in half.writes):
            return
        for name, known in self.loader.halves.fed(run):
            if self._within is None or name in self._within:
                entry = max(known, 0 if one.how == "attempted" else one.entry, self.loader.known_from(run, one.name))
                dataset = self.loader.resolve(name, one.read_at)
                yield Source(name, dataset, one.read_at, "ran", Confidence.INFERRED, entry)

    def _trained(self, edge: Edge, one: Contributed) -> Source:
        name = edge.data["dataset"]
        snapshot = self.loader.node(edge.target)
        version = snapshot.version if isinstance(snapshot, Snapshot) else None
        dataset = self.loader.resolve(name, one.at)
        return Source(name, dataset, one.at, "registered", Confidence.STATED, edge.entry, version)

    def _date_versions(self, readers: Sequence[Contributed]) -> None:
        """Let what is read in a version that is named be looked at when that was completed (rule 5)."""
        if not readers:
            return
        loader = self.loader
        named = {(source.dataset, source.version) for one in readers for source in self._found[one] if source.version}
        loader.load_nodes(name for dataset, _ in named for name in loader.names(dataset))
        loader.load_generated(
            snapshot
            for dataset, version in named
            for name in loader.names(dataset)
            if version and (snapshot := loader.snapshot(name, version))
        )
        for one in readers:
            self._found[one] = [
                source._replace(at=self._completed(source, source.version, one)) if source.version else source
                for source in self._found[one]
            ]

    def _completed(self, source: Source, version: str, reader: Contributed) -> int:
        """Return when the version was made: the last time before it was read, else the first, else when it was read."""
        if label_of(source.dataset) == "ModelVersion":
            made = self.loader.made(source.dataset)
        else:
            made = sorted(self.makers(source.dataset, version, None if source.is_registered else reader))
        return next((at for at in reversed(made) if at <= source.at), made[0] if made else source.at)
