"""What flows into a subject changed: held against its definition, every moment as known by every entry since."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.access.model import Actor
from catalog.approvals.binding import Change, Instant, moments
from catalog.approvals.effective import Bound, Effective, changes, effective
from catalog.labels.taint.queries import effective_labels
from catalog.reading import AsOf
from catalog.safe_use import loading as safe_use
from catalog.store.memory import MemoryStore
from catalog.store.sqlite import SqliteStore
from catalog.use.asking import question
from catalog.use.queries import UseJudge, permitted_use
from catalog.view import Anchor, View
from graph_schema.nodes import Dataset, ModelVersion
from graph_schema.times import format_time, parse_zoned
from tests.support.records import (
    CURATED,
    MODEL,
    RAW,
    House,
    attestation,
    ending_attestation,
    event,
    joining,
    registration,
    seal,
    tag,
    trust,
)
from tests.support.uses import ending, permission, transfer, withdrawal_of_consent

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
OTHER = {"namespace": "landing", "name": "other"}
DAY = 86_400_000_000
BEGAN = "2026-01-01T00:00:00Z"

INSTANTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12), st.lists(st.integers(0, 12), max_size=2)))


@given(INSTANTS, st.integers(0, 9), st.integers(0, 6), st.integers(6, 12))
def test_between_two_moments_nothing_begins_or_ends(
    drawn: list[tuple[int, int, list[int]]], bound_by: int, bound_at: int, until: int
) -> None:
    found = [Instant(entry, since, tuple(ends)) for entry, since, ends in drawn]

    def shown(at: int, known: int) -> list[tuple[int, int, int]]:
        return sorted(
            (place, since, end)
            for place, (entry, since, ends) in enumerate(drawn)
            if entry <= known and since <= at
            for end in (-1, *(one for one in ends if one <= at))
        )

    met = {(one.at, one.known) for one in moments(found, bound_by, bound_at, until)}
    seen = [shown(bound_at, bound_by)] + [shown(*one) for one in sorted(met)]
    for at in range(bound_at, until + 1):
        for known in range(bound_by, 10):
            assert shown(at, known) in seen


def in_memory(_: Path) -> MemoryStore:
    return MemoryStore()


def in_a_file(folder: Path) -> SqliteStore:
    return SqliteStore(folder / "graph.db")


STORES = pytest.mark.parametrize("store", [in_memory, in_a_file])


class Story:
    """A version trained on labelled data, and steps that change what flows into it, a day each."""

    def __init__(self, folder: Path, store: Callable[[Path], MemoryStore | SqliteStore] = in_memory) -> None:
        self.house = House(folder, store=store(folder))
        self.steward: Actor = self.house.act_as("stu", "steward")
        self.attested: list[int] = []
        self.joined = False
        self.count = 0
        self.times: set[int] = set()
        self.house.record({"kind": "declare_dataset", "dataset": OTHER, "owner": "surgery"}, self.steward)
        self.house.send(event())
        self.record(tag())
        self.record(permission("board-1", valid_from=BEGAN))
        self.house.record(seal())
        self.house.record(registration())

    def record(self, payload: dict[str, Any]) -> int:
        return self.house.record(payload, self.steward).receipt.index

    def day(self, count: int) -> str:
        text = format_time(self.house.clock.micros() + count * DAY)
        self.times.add(parse_zoned(text))
        return text

    def take(self, step: Callable[[Story, int], object], days: int) -> None:
        """Take a step so many days ago, None at the time of its record."""
        self.house.clock.now += 86_400
        self.count += 1
        step(self, days)

    def since(self, days: int) -> dict[str, str]:
        return {} if days == 0 else {"valid_from": self.day(-days)}

    def label(self, days: int) -> None:
        self.record(tag(column="note", phi_kind="CLINICAL_NOTE", codes=[], **self.since(days)))

    def reject(self, days: int) -> None:
        self.record(tag(column="note", phi_kind="CLINICAL_NOTE", codes=[], stance="REJECT", **self.since(days)))

    def label_other(self, days: int) -> None:
        self.record(tag(dataset=OTHER, phi_kind="QUASI_IDENTIFIER", codes=[], **self.since(days)))

    def permit(self, days: int) -> None:
        self.record(permission(f"board-{self.count}a", terms=[{"code": "HMB"}], **self.since(days)))

    def permit_for_a_day(self, days: int) -> None:
        self.record(permission(f"board-{self.count}b", valid_from=BEGAN, until=self.day(1 + days)))

    def withdraw(self, days: int) -> None:
        given = {"consent": {"state": "GIVEN", "since": BEGAN}}
        self.record(permission(f"board-{self.count}c", valid_from=BEGAN, **given))
        effect = "RETROACTIVE" if days == 3 else "FROM_ITS_DATE"
        self.record(withdrawal_of_consent(f"board-{self.count}c", effect=effect, **self.since(days)))

    def permit_after_an_embargo(self, days: int) -> None:
        embargo = {"code": "MOR", "date": self.day(1)}
        self.record(permission(f"board-{self.count}e", terms=[{"code": "GRU"}, embargo], **self.since(days)))

    def permit_under_an_agreement(self, days: int) -> None:
        agreed = {"agreement": "dua-1", "kind": "DUA", "since": self.day(1), "until": self.day(2 + days)}
        self.record(permission(f"board-{self.count}f", valid_from=BEGAN, agreement=agreed))

    def permit_other(self, days: int) -> None:
        self.record(permission(f"board-{self.count}d", of={"dataset": OTHER}, **self.since(days)))

    def end_use(self, days: int) -> None:
        self.record(ending("board-1", **self.since(days)))

    def transfer(self, days: int) -> None:
        self.record(transfer(until=self.day(2), **self.since(days)))

    def attest(self, days: int) -> None:
        more = {"indirect": True, "valid_from": "2025-12-01T00:00:00Z", "until": self.day(1 + days)}
        self.attested.append(self.record(attestation(**more)))

    def end_attestation(self, days: int) -> None:
        if self.attested:
            effect = "VOID" if days == 3 else "ENDED"
            self.record(ending_attestation(self.attested.pop(), effect=effect, **self.since(days)))

    def trust_columns(self, days: int) -> None:
        self.record(trust(until=self.day(2), **self.since(days)))

    def run(self, days: int, *more: dict[str, Any], kind: str = "COMPLETE") -> None:
        made = event(kind, at=self.day(-days), run=f"0190d2e6-0000-7000-8000-0000000001{self.count:02x}")
        made["inputs"] += more
        made["outputs"][0]["facets"]["schema"] = {"fields": [{"name": "mrn"}]}
        self.house.send(made)

    def start(self, days: int) -> None:
        self.run(days, kind="START")

    def run_with_columns(self, days: int) -> None:
        made = event(at=self.day(-days), run=f"0190d2e6-0000-7000-8000-0000000001{self.count:02x}")
        fields = {"id": {"inputFields": [{**RAW, "field": "id"}]}}
        made["outputs"][0]["facets"]["columnLineage"] = {"fields": fields}
        self.house.send(made)

    def run_with_other(self, days: int) -> None:
        self.run(days, {**OTHER, "facets": {}})

    def join(self, _: int) -> None:
        if not self.joined:
            self.record(joining(RAW, OTHER))
            self.joined = True

    def part(self, _: int) -> None:
        if self.joined:
            self.record({**joining(RAW, OTHER), "kind": "unstitch_datasets"})
            self.joined = False


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                Story.label,
                Story.reject,
                Story.label_other,
                Story.permit,
                Story.permit_for_a_day,
                Story.permit_after_an_embargo,
                Story.permit_under_an_agreement,
                Story.permit_other,
                Story.withdraw,
                Story.end_use,
                Story.transfer,
                Story.attest,
                Story.end_attestation,
                Story.trust_columns,
                Story.run_with_columns,
                Story.run,
                Story.start,
                Story.run_with_other,
                Story.join,
                Story.part,
            ]
        ),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=5,
)


def plainly(story: Story, bound: Bound, was: Effective, at: int, known: int) -> int | None:
    """Return the first moment at which anything was otherwise, by looking at each as known by each entry."""
    house = story.house
    recorded = {house.ledger.entry(index).entry.recorded_at for index in range(house.ledger.size())}
    times = {bound.bound_at, *(one for one in recorded | story.times if bound.bound_at < one <= at)}
    for moment in sorted(times):
        for entry in range(bound.bound_by, known + 1):
            if effective(house.view(AsOf(moment, entry)), VERSION) != was:
                return moment
    return None


@settings(max_examples=15)
@given(STEPS, STEPS)
def test_a4_a_change_is_whatever_was_otherwise_at_a_moment_since(
    before: list[tuple[Callable[[Story, int], object], int]], after: list[tuple[Callable[[Story, int], object], int]]
) -> None:
    with TemporaryDirectory() as folder:
        story = Story(Path(folder))
        for one in before[:2]:
            story.take(*one)
        house = story.house
        bound_at, bound_by = house.clock.micros(), house.ledger.size() - 1
        was = effective(house.view(AsOf(bound_at, bound_by)), VERSION)
        bound = Bound(bound_by, bound_at, VERSION, was.digests, bound_at, bound_by)
        for one in after:
            story.take(*one)
        newest = house.ledger.size() - 1
        for at in (house.clock.micros(), house.clock.micros() + 4 * DAY):
            found: Change | None = changes(house.view(AsOf(at, newest)), [bound]).get(bound_by)
            assert (None if found is None else found.at) == plainly(story, bound, was, at, newest)
            if found is None:
                continue
            # Sticky: whatever comes later, in time or in the ledger, it stays; the entry that it names is in the log.
            later = changes(house.view(AsOf(at + DAY, newest)), [bound]).get(bound_by)
            assert later is not None
            assert later.at == found.at
            assert 0 <= found.entry <= newest


@STORES
@settings(max_examples=10)
@given(steps=STEPS)
def test_what_is_remembered_until_the_graph_goes_on_changes_no_answer(
    store: Callable[[Path], MemoryStore | SqliteStore], steps: list[tuple[Callable[[Story, int], object], int]]
) -> None:
    with TemporaryDirectory() as folder:
        story = Story(Path(folder), store)
        house = story.house
        bound = []
        for one in steps:
            at, by = house.clock.micros(), house.ledger.size() - 1
            digests = effective(house.view(AsOf(at, by)), VERSION).digests
            bound.append(Bound(by, at, VERSION, digests, at, by))
            story.take(*one)
            # The later of two times finds what the earlier one left; a request more is looked at beside it.
            for now in (house.clock.micros(), house.clock.micros() + 4 * DAY):
                whole = View(house.store, anchor=Anchor(house.ledger, "1", now))
                assert whole.stamp is not None
                apart = house.view(AsOf(now, house.ledger.size() - 1))
                assert changes(whole, bound[:1]) == changes(apart, bound[:1])
                assert changes(whole, bound) == changes(apart, bound)


@STORES
@settings(max_examples=10)
@given(steps=STEPS)
def test_what_is_remembered_as_it_stands_changes_no_answer(
    store: Callable[[Path], MemoryStore | SqliteStore], steps: list[tuple[Callable[[Story, int], object], int]]
) -> None:
    with TemporaryDirectory() as folder:
        story = Story(Path(folder), store)
        house = story.house
        for one in steps:
            story.take(*one)
            newest, now = house.ledger.size() - 1, house.clock.micros()
            ends = sorted(each for end in story.times if end > now for each in (end - 1, end))
            # Whoever asks again finds what was left, a later time what an earlier one left, and after an end nobody.
            for at in (now, now, *ends, now, now + 9 * DAY):
                whole = View(house.store, anchor=Anchor(house.ledger, "1", at))
                apart = house.view(AsOf(at, newest))
                assert whole.stamp is not None
                assert apart.stamp is None
                assert standing(whole) == standing(apart)
                assert standing(View(house.store, anchor=Anchor(house.ledger, "1", at))) == standing(apart)


def test_what_is_remembered_as_it_stands_follows_what_a_run_says_again(tmp_path: Path) -> None:
    story = Story(tmp_path, in_a_file)
    for _ in range(3):
        for one in (Story.start, Story.run):
            story.take(one, 0)
            now, newest = story.house.clock.micros(), story.house.ledger.size() - 1
            whole = View(story.house.store, anchor=Anchor(story.house.ledger, "1", now))
            assert standing(whole) == standing(story.house.view(AsOf(now, newest)))


def standing(view: View) -> tuple[object, ...]:
    labels, told = flowing(view)
    asked = sorted({Dataset(**RAW).id, Dataset(**CURATED).id, Dataset(**OTHER).id})
    alone = {one: permitted_use(view, one, begun=True) for one in (*asked, VERSION)}
    by_labels = safe_use.known(view, asked, effective=effective_labels(view, asked))
    return labels, told, alone, safe_use.known(view, asked), by_labels


@settings(max_examples=15)
@given(STEPS)
def test_labels_and_use_are_what_they_were_until_anything_begins_or_ends(
    steps: list[tuple[Callable[[Story, int], object], int]],
) -> None:
    with TemporaryDirectory() as folder:
        story = Story(Path(folder))
        for one in steps:
            story.take(*one)
        house, newest = story.house, story.house.ledger.size() - 1
        recorded, ends = house.ledger.entry(newest).entry.recorded_at, house.clock.micros() + 9 * DAY
        told = {recorded, ends, *(one for one in story.times if one > recorded)}
        times = sorted(
            {recorded + 1, *(each for time in told for each in (time - 1, time, time + 1) if each > recorded)}
        )
        same = 0
        for before, after in pairwise(times):
            view = house.view(AsOf(after, newest))
            if view.is_as_at(before):
                same += 1
                assert flowing(view) == flowing(house.view(AsOf(before, newest)))
        # At most at the times themselves anything may be otherwise.
        assert same >= len(times) - len(told)


def flowing(view: View) -> tuple[object, ...]:
    ids = [Dataset(**RAW).id, Dataset(**CURATED).id, Dataset(**OTHER).id, VERSION]
    judge = UseJudge(view, ids)
    asked = question("HRESCH", view.moment, place="north")
    uses = {one: judge.may(one, asked) for one in ids}
    # The sentences of a judgement name the day for which it was asked.
    told = {
        one: (
            use.verdict.decision,
            [(each.statement, each.decision, [why.awaits for why in each.reasons]) for each in use.verdict.deciding],
            use.verdict.obligations,
            use.verdict.refrains,
            use.permitted,
        )
        for one, use in uses.items()
    }
    return effective_labels(view, ids), told
