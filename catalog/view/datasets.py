"""Reads of what indexes keep of datasets and of what sends events: schemas, names, the state of their record."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from catalog.store import touches
from catalog.store.indexes.named_in_facets import NAMED_IN_FACET, NamedInFacet
from catalog.store.indexes.pointers import LISTING, POINTER, Listing, Pointer
from catalog.store.indexes.producers import PRODUCER, Produced
from catalog.store.indexes.record_states import RECORD_STATE, RecordState, Suggested
from catalog.store.indexes.schemas import SCHEMA, SchemaStated
from catalog.view.scope import Scope


class DatasetReader(Scope):
    """What is kept of datasets and of producers, as far as it may be seen."""

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

    def named_in_facets(self, ids: Sequence[str]) -> list[NamedInFacet]:
        """Return where the datasets are named in facets without a meaning; see `StoreReader.named_in_facets`."""
        asked = self._seen(ids)
        self.note(touches.rows, NAMED_IN_FACET, asked)
        found = self._reader.named_in_facets(asked, self.known_at)
        if self.rights.unbounded:
            return found
        seen = self.visible(one.carrier for one in found)
        return [one for one in found if one.carrier in seen]

    def producers(self) -> list[Produced]:
        """Return what producers sent, as it is now, of jobs and of datasets told of alone that may be seen."""
        self.note_now(touches.of_all, PRODUCER)
        namespaces, sites = self.rights.namespaces, self.rights.sites
        return [
            one
            for one in self._reader.producers()
            if (namespaces is None or one.namespace in namespaces) and (sites is None or one.label == "Job")
        ]

    def record_states(self, ids: Sequence[str] | None = None) -> list[RecordState]:
        """Return the datasets that may be seen and on whose record a rule may find something, of a view of now; of
        these alone where some are given.
        """
        if ids is None:
            self.note_now(touches.of_all, RECORD_STATE)
        else:
            self.note_now(touches.rows, RECORD_STATE, ids)
        found = self._reader.record_states(ids)
        if self.rights.unbounded:
            return found
        seen = self._judged(one.dataset for one in found)
        return [one for one in found if one.dataset in seen]

    def datasets_suggested(self, states: Collection[Suggested]) -> tuple[str, ...]:
        """Return the datasets that may be seen and whose suggested labels stand in one of these ways, of a view of now;
        see `StoreReader.datasets_suggested`.
        """
        self.note_now(touches.of_all, RECORD_STATE)
        return tuple(self._seen(self._reader.datasets_suggested(states)))
