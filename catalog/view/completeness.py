"""Where an answer was taken, and how whole it is: what is behind, kept out, hidden or touched since."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from catalog.reading import Complete, Completeness, Lagging, ReadPoint, Redacted, Truncated
from catalog.store import touches
from catalog.store.graph_state import is_touched
from catalog.store.protocol import Quarantined
from catalog.store.touches import Stamp, Touched
from catalog.view.facts import FactReader
from catalog.view.labels import LabelReader
from catalog.view.noting import Noted
from graph_schema.facts import NOW


class CompletenessReader(FactReader, LabelReader):
    """What an answer says of itself."""

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
    def may_mix(self) -> bool:
        """Tell whether what it shows may be of several points in time: of a store that is read as it is committed, what
        has no history, which only a view up to the newest entry looks at.
        """
        return self._reader.remote and self.known_at >= self.reached

    def stands(self, noted: Noted) -> bool:
        """Tell whether all that was looked at and has no history is as it was when the reading began: nothing committed
        since touched it, nor brought labels up that were found to be behind. What has one is read up to an entry.
        """
        if not self.may_mix or not (meanwhile := self._reader.touched_meanwhile()):
            return True
        return not is_touched(noted.of_now, meanwhile) and (noted.lasts or not noted.by_labels)

    def is_overtaken(self, noted: Noted) -> bool:
        """Tell whether anything that was looked at was touched since the reading began, with a history or without."""
        return self.may_mix and is_touched(noted.keys, self._reader.touched_meanwhile())

    @property
    def recorded_until(self) -> int:
        """Return when the last entry that it shows was recorded, in microseconds UTC, 0 for none."""
        place = ("recorded until",)
        if place not in self._asked:
            ledger = self._anchored().ledger
            self._asked[place] = [ledger.entry(self.known_at).entry.recorded_at if self.known_at >= 0 else 0]
        found: int = self._asked[place][0]
        return found

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


def _let_in(view: FactReader) -> frozenset[int]:
    """Return the entries that policies had kept out of the graph, and that were let in since."""
    sets = view.lookup("PolicySet", "every", ("",))
    released = view.statements(sets, ("quarantine_release",)) if sets else ()
    return frozenset(entry for one in released if one.value is not None for entry in one.data["entries"])
