"""The laws of labels from events to answers: whatever happens, and in whichever order it becomes known."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.labels.taint.queries import effective_labels, effective_labels_of_columns, why_label
from catalog.projection.entry_facts import facts_of
from catalog.store.memory import MemoryStore
from catalog.view import View
from graph_schema.nodes import Dataset, ModelVersion, Snapshot
from tests.support.facts import joined
from tests.support.records import (
    CURATED,
    DIGEST,
    MODEL,
    RAW,
    House,
    declaration,
    event,
    principal,
    registration,
    seal,
    tag,
    trust,
)

OTHER, THIRD, FOURTH = (f"0190d2e6-0000-7000-8000-00000000000{digit}" for digit in "bcd")
SCORES, KEYS = {"namespace": "out", "name": "scores"}, {"namespace": "landing", "name": "keys"}
SCORING = {"namespace": "pipeline", "name": "score"}
EARLY = "2025-01-01T00:00:00Z"


def lineage(column: str, source: dict[str, str], origin: str, kind: str) -> dict[str, Any]:
    fed = [{**source, "field": origin, "transformations": [{"type": kind, "masking": False}]}]
    return {"columnLineage": {"fields": {column: {"inputFields": fed}}}}


def scoring(**facets: Any) -> dict[str, Any]:
    sent = event(at="2026-01-02T10:00:00Z", run=OTHER, **facets)
    return {**sent, "job": SCORING, "inputs": [CURATED], "outputs": [{**SCORES, "facets": facets}]}


KEYED = lineage("key", RAW, "mrn", "DIRECT")
RENAMED = {"lifecycleStateChange": "RENAME", "previousIdentifier": RAW}
EVENTS: dict[str, dict[str, Any]] = {
    "starts": event("START", "2026-01-01T09:00:00Z", **KEYED),
    "is silent": event("RUNNING", "2026-01-01T09:30:00Z"),
    "names an input only": {**event("OTHER", "2026-01-01T09:40:00Z"), "inputs": [KEYS], "outputs": []},
    "completes": event(**KEYED),
    "fails": event("FAIL", "2026-01-01T11:00:00Z", **lineage("ward", RAW, "ward", "INDIRECT")),
    "overwrites": event(
        at="2026-01-03T10:00:00Z", run=THIRD, lifecycleStateChange={"lifecycleStateChange": "OVERWRITE"}, **KEYED
    ),
    "renames": event(at="2026-01-03T11:00:00Z", run=THIRD, lifecycleStateChange=RENAMED),
    "renames another to the old name": {
        **event("COMPLETE", "2026-01-04T11:00:00Z", OTHER),
        "inputs": [],
        "outputs": [{**RAW, "facets": {"lifecycleStateChange": {**RENAMED, "previousIdentifier": KEYS}}}],
    },
    "is linked": event(
        "OTHER", "2026-01-01T09:20:00Z", symlinks={"identifiers": [{"namespace": "x", "name": "y", "type": "TABLE"}]}
    ),
    "has a schema": event(at="2026-01-01T09:10:00Z", schema={"fields": [{"name": "mrn", "type": "STRING"}]}),
    "has another schema": event(
        at="2026-01-03T12:00:00Z",
        run=THIRD,
        lifecycleStateChange={"lifecycleStateChange": "OVERWRITE"},
        schema={"fields": [{"name": "mrn", "type": "BIGINT"}, {"name": "ward", "type": "STRING"}]},
    ),
    "drops a column": event(
        at="2026-01-03T13:00:00Z",
        run=THIRD,
        lifecycleStateChange={"lifecycleStateChange": "OVERWRITE"},
        schema={"fields": [{"name": "ward", "type": "STRING"}]},
    ),
    "scores": scoring(),
    "scores by columns": scoring(**lineage("score", CURATED, "key", "INDIRECT")),
}
TAGS = {
    "of a column": tag(valid_from=EARLY),
    "of another column": tag(column="ward", phi_kind="QUASI_IDENTIFIER", codes=[], valid_from=EARLY),
    "of the new name": tag(dataset=CURATED, phi_kind="CLINICAL_NOTE", valid_from="2026-01-05T00:00:00Z"),
    "of the whole": tag(dataset=KEYS, column=None, valid_from=EARLY),
}
HISTORIES = st.lists(st.sampled_from(sorted(EVENTS)), min_size=1, max_size=6)
TAGGED = st.lists(st.sampled_from(sorted(TAGS)), min_size=1, max_size=2, unique=True)
DATASETS = [Dataset(one["namespace"], one["name"]).id for one in (RAW, CURATED, SCORES, KEYS)]
COLUMNS = ("mrn", "ward", "key", "score", "other")
quick = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=15)


def store_of(house: House, entries: list[int]) -> MemoryStore:
    """Return a graph of some entries alone."""
    store = MemoryStore()
    store.apply(joined([facts_of(house.ledger.entry(one)) for one in entries]), max(entries))
    return store


def labelled(store: MemoryStore) -> set[tuple[str, str | None, str]]:
    """Return every kind of PHI of every dataset and column there may be."""
    view = View(store)
    wholes = effective_labels(view, DATASETS)
    columns = effective_labels_of_columns(view, [(one, name) for one in DATASETS for name in COLUMNS])
    every = {(one, None): held for one, held in wholes.items()} | columns
    return {(one, column, label.kind) for (one, column), held in every.items() for label in held.labels}


def written(folder: str, happened: list[str], tagged: list[str]) -> House:
    house = House(Path(folder))
    for name in happened:
        house.send(EVENTS[name])
    for name in tagged:
        house.append(TAGS[name], "ada")
    return house


@given(HISTORIES, TAGGED, st.data())
@quick
def test_an_event_or_an_assertion_more_takes_no_label_away(
    happened: list[str], tagged: list[str], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = written(folder, happened, tagged)
        every = list(range(house.ledger.size()))
        left_out = data.draw(st.sampled_from(every))
        rest = [one for one in every if one != left_out]
        if rest:
            assert labelled(store_of(house, rest)) <= labelled(store_of(house, every))
        house.close()


@given(HISTORIES, TAGGED, st.data())
@quick
def test_so_it_is_where_column_lineage_is_trusted_from_a_day_on(
    happened: list[str], tagged: list[str], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = written(folder, happened, tagged)
        every = list(range(house.ledger.size()))
        left_out = data.draw(st.sampled_from(every))
        house.record(principal("ada", "steward"))
        since = data.draw(st.sampled_from([EARLY, "2026-01-01T09:30:00Z", "2026-01-03T00:00:00Z"]))
        house.append(trust(valid_from=since), "ada")
        entries = list(range(house.ledger.size()))
        narrowed, whole = (labelled(store_of(house, some)) for some in (entries, every))
        assert narrowed <= whole
        assert labelled(store_of(house, [one for one in entries if one != left_out])) <= narrowed
        house.close()


@given(HISTORIES, TAGGED, st.randoms())
@quick
def test_order_and_repetition_change_nothing(happened: list[str], tagged: list[str], random: Any) -> None:
    shuffled = [*happened, *happened[:2]]
    random.shuffle(shuffled)
    found = []
    for some in (happened, shuffled):
        with tempfile.TemporaryDirectory() as folder:
            house = written(folder, some, tagged)
            found.append(labelled(store_of(house, list(range(house.ledger.size())))))
            house.close()
    assert found[0] == found[1]


@given(HISTORIES, TAGGED)
@quick
def test_the_entries_that_a_label_cites_give_it_alone(happened: list[str], tagged: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = written(folder, happened, tagged)
        store = store_of(house, list(range(house.ledger.size())))
        for one, column, kind in sorted(labelled(store), key=repr):
            ways = why_label(View(store), one, column, kind).ways
            assert 1 <= len(ways) <= 3
            for way in ways:
                assert (one, column, kind) in labelled(store_of(house, list(way.every_entry)))
        house.close()


VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
SNAPSHOT = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id
# Whatever joins names holds at any time, since nothing tells which rows came from which; and the first schema that
# becomes known of a dataset may be the one that it always had.
LATER = [
    "starts",
    "is silent",
    "names an input only",
    "completes",
    "fails",
    "overwrites",
    "scores",
    "scores by columns",
]


def begun_later(name: str) -> list[dict[str, Any]]:
    """Return the START of a run after a seal, and the event as one of it."""
    sent = EVENTS[name]
    later = {**sent, "eventTime": sent["eventTime"].replace("2026-", "2027-"), "run": {"runId": FOURTH}}
    return [{**later, "eventType": "START", "eventTime": "2027-01-01T00:00:00Z", "outputs": []}, later]


def made(house: House) -> tuple[set[str], set[str]]:
    """Return the kinds of PHI of the snapshot, and of the model version that was trained on it."""
    held = effective_labels(house.view(), [SNAPSHOT, VERSION])
    of_snapshot, of_version = ({label.kind for label in held[one].labels} for one in (SNAPSHOT, VERSION))
    return of_snapshot, of_version


@given(HISTORIES, TAGGED, st.lists(st.sampled_from(LATER), max_size=3))
@example(["completes"], ["of the whole"], ["starts", "names an input only"])  # read after all that it wrote
@quick
def test_a_model_version_never_has_fewer_labels_than_what_it_was_trained_on_whatever_runs_later(
    happened: list[str], tagged: list[str], then: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = written(folder, happened, tagged)
        house.record(declaration(dataset=CURATED))
        house.record(seal())
        house.record(registration(run_id=None, job=None))
        of_snapshot, of_version = made(house)
        assert of_snapshot <= of_version
        for sent in (sent for name in then for sent in begun_later(name)):
            house.send(sent)
        assert made(house) == (of_snapshot, of_version)
        house.close()


def _tells_what_came_later(sent: dict[str, Any]) -> bool:
    """Tell whether an event may say that something came after the seal: a START, or a schema of before."""
    return sent.get("eventType") == "START" or any("schema" in one.get("facets", {}) for one in sent["outputs"])


@given(HISTORIES, TAGGED, st.lists(st.sampled_from(LATER), max_size=3), st.data())
@example(["completes"], ["of the whole"], ["overwrites"], None)
@quick
def test_an_entry_more_takes_nothing_from_a_snapshot_or_version_but_what_came_after_it(
    happened: list[str], tagged: list[str], then: list[str], data: st.DataObject | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        sent = [EVENTS[name] for name in happened]
        sent += [one for name in then for one in begun_later(name)]
        entries = [house.send(one).receipt.index for one in sent]
        entries += [house.append(TAGS[name], "ada") for name in tagged]
        for one in (declaration(dataset=CURATED), seal(), registration(run_id=None, job=None)):
            house.record(one)
        every = list(range(house.ledger.size()))
        possible = [one for one, each in zip(entries, sent, strict=False) if not _tells_what_came_later(each)]
        possible += entries[len(sent) :]
        for left_out in possible if data is None else [data.draw(st.sampled_from(possible))] if possible else []:
            of_rest, of_all = (
                effective_labels(View(store_of(house, some)), [SNAPSHOT, VERSION])
                for some in ([one for one in every if one != left_out], every)
            )
            for id_, held in of_rest.items():
                assert {each.kind for each in held.labels} <= {each.kind for each in of_all[id_].labels}
        house.close()
