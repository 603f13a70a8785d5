"""Reads of the labels that a follower keeps, which may be behind the graph."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.reading import Lagging
from catalog.store import touches
from catalog.store.indexes.label_work import EQUATION, HELD, STATE, HeldLabel, LabelEquation, LabelState
from catalog.store.indexes.table import Table
from catalog.view.noting import Noted
from catalog.view.scope import Scope


class LabelReader(Scope):
    """The labels that are kept, as far as they may be seen; that they were looked at is noted."""

    def held_labels(self, ids: Sequence[str]) -> list[HeldLabel]:
        """Return the effective labels kept of the datasets and model versions, of a view of now alone."""
        return self._reader.held_labels(self._with_labels(HELD, ids))

    def assets_labelled(self, kinds: Sequence[str]) -> frozenset[str]:
        """Return the assets that may be seen and of which any of the kinds is kept, of a view of now alone."""
        self._note_labels()
        self.note_now(touches.of_some, HELD, kinds)
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

    @property
    def labels_follow(self) -> bool:
        """Tell whether the labels that a follower keeps are those of what is read here."""
        place = "labels follow", self.moment
        if place not in self._asked:
            follow = not self._reader.labels_due(self.moment, 1) and not self._reader.labels_pending(1)
            self._asked[place] = [follow]
        return bool(self._asked[place][0])

    def _with_labels(self, table: Table, ids: Sequence[str]) -> Sequence[str]:
        """Return those of the ids that may be seen, noting that labels are looked at that are kept of them."""
        asked = self._seen(ids)
        self._note_labels()
        self.note_now(touches.rows, table, asked)
        return asked

    def _note_labels(self) -> None:
        self.add(Noted(by_labels=True))
