from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from catalog.store import touches
from catalog.store.indexes.column_flows import ColumnFlow, How, column_flows, column_lineage, transformations
from catalog.store.indexes.in_force import by_aspect
from catalog.store.indexes.label_work import FOLLOWED, HELD
from catalog.store.indexes.table import Changes, IndexReader
from catalog.store.protocol import Direction, Quarantined, Query, Store
from catalog.store.touches import NO_GRAPH
from catalog.store.words import key_terms, question
from graph_schema.aspects.declarations import PermittedUse
from graph_schema.aspects.labels import Tag
from graph_schema.bitemporal import RANK, RECORD_RANK
from graph_schema.builder import FactBuilder
from graph_schema.column_lineage import Transformation
from graph_schema.edges import Executed, HasColumn, IsAliasOf, IsTagged, Produced, Read, TrainedOn, Wrote
from graph_schema.facts import NOW, Facts, Role
from graph_schema.nodes import Column, Dataset, Job, Model, ModelVersion, PhiTag, Run, Snapshot, Source
from graph_schema.registry import TYPES, UnregisteredError
from tests.support.facts import REGISTRATION, run_node

FEED, CURATED, TRAINING = (Dataset("made-up", name) for name in ("feed", "curated", "training"))
CURATE, TRAIN = Job("made-up", "curate"), Job("made-up", "train")
RUN, OTHER = run_node("run-1"), run_node("run-2")


def event(
    entry: int,
    type_: str,
    at: int,
    *,
    run: Run = RUN,
    job: Job = CURATE,
    reads: tuple[Dataset, ...] = (),
    writes: tuple[Dataset, ...] = (),
    says: dict[str, object] | None = None,
    mode: str | None = None,
    streaming: bool = False,
) -> Facts:
    """One run event; `says` are facets of the outputs."""
    builder = FactBuilder(entry, at, f"{entry:016x}", RANK[type_], run.id, job.id)
    builder.add_statement(run, "event", {"type": type_, "processing": "STREAMING"} if streaming else {"type": type_})
    builder.add_edge(Executed(run, job))
    for dataset in reads:
        builder.add_edge(Read(run, dataset))
    for dataset in writes:
        builder.add_edge(Wrote(run, dataset), {"mode": mode} if mode else None)
        for aspect, value in (says or {}).items():
            builder.add_statement(dataset, aspect, value, Role.OUT)
    return builder.build()


def declared(entry: int, at: int, subject: Dataset | Source, aspect: str, value: object) -> Facts:
    builder = FactBuilder(entry, at, f"{entry:016x}", RECORD_RANK)
    builder.add_statement(subject, aspect, value)
    return builder.build()


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.checkpoint() == -1
    assert list(store.scan()) == []
    assert store.counts() == {}
    assert store.find(Query(("Dataset",), facets=("zone",))).facets == {"zone": {}}
    assert store.reach([FEED.id], "out", 3, 10) == frozenset({FEED.id})


def test_an_empty_batch_moves_the_checkpoint_and_an_older_one_never_back(store: Store) -> None:
    store.apply(Facts(), 7)
    assert store.checkpoint() == 7
    store.apply(Facts(), 3)
    assert store.checkpoint() == 7


def test_facts_beyond_the_batch_are_refused_and_nothing_is_applied(store: Store) -> None:
    with pytest.raises(ValueError, match="entry 5"):
        store.apply(event(5, "START", 10), 4)
    assert store.checkpoint() == -1
    assert list(store.scan()) == []


def test_an_unregistered_kind_is_refused_and_nothing_is_applied(store: Store) -> None:
    facts = event(0, "START", 10, reads=(FEED,))
    broken = Facts(facts.nodes, tuple(edge._replace(kind="READ`") for edge in facts.edges), facts.statements)
    with pytest.raises(UnregisteredError):
        store.apply(broken, 0)
    assert list(store.scan()) == []


def test_a_node_keeps_the_first_entry_that_named_it(store: Store) -> None:
    store.apply(event(0, "START", 10, reads=(FEED,)), 0)
    store.apply(event(1, "COMPLETE", 20, reads=(FEED,), writes=(CURATED,)), 1)
    assert store.nodes([FEED.id, CURATED.id, TRAINING.id, "State:x.y", "nonsense"]).keys() == {FEED.id, CURATED.id}
    assert store.nodes([FEED.id])[FEED.id].entry == 0
    assert store.nodes([CURATED.id], known_at=0) == {}


def test_an_edge_is_one_fact_for_each_record_that_said_it_and_a_structural_one_is_stored_once(store: Store) -> None:
    store.apply(event(0, "START", 10, reads=(FEED,)), 0)
    store.apply(event(1, "COMPLETE", 20, reads=(FEED,)), 1)
    found = store.edges([RUN.id], ("READ", "EXECUTED"), "out")
    assert [(edge.kind, edge.entry) for edge in found] == [("EXECUTED", 0), ("READ", 0), ("READ", 1)]
    assert store.edges([FEED.id], ("READ",), "in") == found[1:]
    assert store.edges([FEED.id], ("READ",), "in", known_at=0) == found[1:2]
    assert store.edges([FEED.id], ("READ",), "out") == []
    assert store.edges([FEED.id], (), "in") == []


def test_every_fact_keeps_who_said_it_and_whether_a_key_proved_that_and_a_structural_edge_is_nobodys(
    store: Store,
) -> None:
    for entry, (by, authenticated) in enumerate((("emitter", True), ("local", False))):
        builder = FactBuilder(entry, 10, f"{entry:016x}", RECORD_RANK, by=by, authenticated=authenticated)
        builder.add_edge(Read(RUN, FEED))
        builder.add_edge(Executed(RUN, CURATE))
        builder.add_statement(FEED, "zone", "LANDING")
        store.apply(builder.build(), entry)
    found = store.edges([RUN.id], ("READ", "EXECUTED"), "out")
    assert [fact[-2:] for fact in found] == [("", False), ("emitter", True), ("local", False)]
    assert [fact[-2:] for fact in store.statements([FEED.id])] == [("emitter", True), ("local", False)]
    ((_, held),) = store.in_force([FEED.id])
    assert (held.by, held.authenticated) == ("local", False)


def test_what_an_output_says_is_in_force_when_its_run_completes(store: Store) -> None:
    store.apply(event(0, "START", 10, writes=(CURATED,), says={"schema": {"fields": []}}), 0)
    assert by_aspect(store.in_force([CURATED.id])) == {}
    store.apply(event(1, "COMPLETE", 20), 1)
    assert by_aspect(store.in_force([CURATED.id, FEED.id])) == {CURATED.id: {"schema": {"fields": []}}}


def test_a_failure_known_late_takes_back_what_its_run_had_put_in_force(store: Store) -> None:
    store.apply(event(0, "COMPLETE", 10, run=OTHER, writes=(CURATED,), says={"zone": "LANDING"}), 0)
    store.apply(event(1, "COMPLETE", 30, writes=(CURATED,), says={"zone": "CURATED"}), 1)
    assert by_aspect(store.in_force([CURATED.id])) == {CURATED.id: {"zone": "CURATED"}}
    store.apply(event(2, "FAIL", 20), 2)
    assert by_aspect(store.in_force([CURATED.id])) == {CURATED.id: {"zone": "LANDING"}}
    assert store.find(Query(("Dataset",), filters={"zone": ("CURATED",)})).total == 0
    assert store.find(Query(("Dataset",), filters={"zone": ("LANDING",)})).total == 1


def test_an_ended_aspect_is_no_longer_current_nor_found(store: Store) -> None:
    store.apply(declared(0, 10, FEED, "owner", "Testperson Alpha"), 0)
    assert store.find(Query(("Dataset",), text="testp alpha")).total == 1
    store.apply(declared(1, 20, FEED, "owner", None), 1)
    assert by_aspect(store.in_force([FEED.id])) == {}
    assert store.find(Query(("Dataset",), text="testp alpha")).total == 0
    assert store.find(Query(("Dataset",), missing=("owner",))).total == 1
    assert [said.value for said in store.statements([FEED.id])] == ['"Testperson Alpha"', None]


def test_every_value_of_json_comes_back_as_it_was(store: Store) -> None:
    values = [0, -1.5, 2**60, True, "", "ü\U0001f600", [], {}, {"a": [None, {"b": False}]}, "x" * 2_000_000]
    for entry, value in enumerate(values):
        store.apply(declared(entry, entry, FEED, "facet:any.thing-else", value), entry)
        assert by_aspect(store.in_force([FEED.id]))[FEED.id]["facet:any.thing-else"] == value
    assert [said.data for said in store.statements([FEED.id], ("facet:any.thing-else",))] == values


def test_flows_join_what_a_run_read_with_what_it_wrote_whatever_its_state(store: Store) -> None:
    store.apply(event(0, "START", 10, reads=(FEED,)), 0)
    store.apply(event(1, "FAIL", 20, writes=(CURATED,)), 1)
    (flow,) = store.flows([FEED.id], "out")
    assert (flow.target, flow.job, flow.how, flow.valid_from, flow.entry) == (CURATED.id, CURATE.id, "ran", 20, 1)
    assert store.flows([CURATED.id], "in") == [flow]
    assert store.flows([CURATED.id], "in", valid_at=19) == store.flows([CURATED.id], "in", known_at=0) == []


def test_reach_follows_flows_up_to_a_depth_and_aliases_for_free(store: Store) -> None:
    other = Dataset("made-up", "also-curated")
    builder = FactBuilder(0, 5, "0" * 16, RECORD_RANK)
    builder.add_edge(IsAliasOf(CURATED, other))
    store.apply(builder.build(), 0)
    store.apply(event(1, "COMPLETE", 10, reads=(FEED,), writes=(CURATED,)), 1)
    store.apply(event(2, "COMPLETE", 20, run=OTHER, job=TRAIN, reads=(other,), writes=(TRAINING,)), 2)
    assert store.reach([FEED.id], "out", 2, 10) == frozenset({FEED.id, CURATED.id, other.id, TRAINING.id})
    assert store.reach([TRAINING.id], "in", 2, 10) == frozenset({FEED.id, CURATED.id, other.id, TRAINING.id})
    one = store.reach([FEED.id], "out", 1, 10)
    assert one is not None
    assert one >= {FEED.id, CURATED.id, other.id}
    assert store.reach([FEED.id], "out", 2, 3) is None
    assert [edge.target for edge in store.edges([other.id], ("IS_ALIAS_OF",), "both")] == [other.id]


INPUTS = tuple(Dataset("made-up", f"in-{number:03}") for number in range(40))
OUTPUTS = tuple(Dataset("made-up", f"out-{number:03}") for number in range(40))


def test_a_run_of_many_inputs_and_outputs_flows_from_each_to_each(store: Store) -> None:
    store.apply(event(0, "START", 10, reads=INPUTS), 0)
    store.apply(event(1, "COMPLETE", 20, reads=INPUTS, writes=OUTPUTS), 1)
    found = store.flows([OUTPUTS[7].id], "in")
    assert {flow.source for flow in found} == {dataset.id for dataset in INPUTS}
    assert {flow[1:] for flow in found} == {(OUTPUTS[7].id, CURATE.id, "ran", 20, 1)}
    assert {flow.target for flow in store.flows([INPUTS[3].id], "out")} == {dataset.id for dataset in OUTPUTS}
    assert store.neighbours([one.id for one in INPUTS], "out") == {dataset.id for dataset in OUTPUTS}
    assert (
        store.neighbours([OUTPUTS[0].id], "in", valid_at=19) == store.neighbours([OUTPUTS[0].id], "in", 20, 0) == set()
    )
    reached = store.reach([INPUTS[0].id], "out", 1, 41)
    assert reached is not None
    assert reached >= {INPUTS[0].id, *(dataset.id for dataset in OUTPUTS)}


def test_a_run_that_grows_beyond_what_is_stored_pair_by_pair_keeps_every_flow(store: Store) -> None:
    store.apply(event(0, "START", 10, reads=INPUTS[:5], writes=OUTPUTS[:5]), 0)
    store.apply(event(1, "RUNNING", 11, reads=INPUTS, writes=OUTPUTS), 1)
    store.apply(event(2, "COMPLETE", 12, reads=(FEED,), writes=(CURATED,)), 2)
    found = store.flows([one.id for one in (*INPUTS, FEED)], "out")
    assert len(found) == 41 * 41
    assert {(flow.valid_from, flow.entry) for flow in found if FEED.id == flow.source} == {(12, 2)}
    assert sum((flow.valid_from, flow.entry) == (10, 0) for flow in found) == 25


def test_what_another_run_of_many_inputs_and_outputs_did_before_is_said_by_its_flows(store: Store) -> None:
    store.apply(event(0, "COMPLETE", 10, reads=INPUTS, writes=OUTPUTS), 0)
    store.apply(event(1, "COMPLETE", 20, run=OTHER, reads=INPUTS, writes=OUTPUTS), 1)
    store.apply(event(2, "COMPLETE", 5, run=run_node("run-3"), reads=INPUTS, writes=OUTPUTS), 2)
    assert {flow[4:] for flow in store.flows([INPUTS[0].id], "out")} == {(5, 2)}
    assert {flow[4:] for flow in store.flows([INPUTS[0].id], "out", known_at=1)} == {(10, 0)}
    assert {flow[4:] for flow in store.flows([INPUTS[0].id], "out", valid_at=9)} == {(5, 2)}


def test_a_declaration_of_many_inputs_and_outputs_flows_from_each_to_each(store: Store) -> None:
    builder = FactBuilder(0, 10, "0" * 16, RECORD_RANK, job=CURATE.id)
    io = {"inputs": [builder.add_node(one) for one in INPUTS], "outputs": [builder.add_node(one) for one in OUTPUTS]}
    builder.add_statement(CURATE, "io", io)
    store.apply(builder.build(), 0)
    found = store.flows([OUTPUTS[7].id], "in")
    assert {flow.source for flow in found} == {dataset.id for dataset in INPUTS}
    assert {flow[1:] for flow in found} == {(OUTPUTS[7].id, CURATE.id, "declared", 10, 0)}


def test_flows_within_a_limit_are_those_of_the_first_ids_that_pass_it(store: Store) -> None:
    store.apply(event(0, "COMPLETE", 10, reads=INPUTS, writes=OUTPUTS), 0)
    ids = [dataset.id for dataset in INPUTS]
    every = store.flows(ids, "out")
    assert len(every) == 1600
    assert store.flows(ids, "out", limit=1600) == every
    first = sorted(ids)[:3]
    assert store.flows(ids, "out", limit=80) == [flow for flow in every if flow.source in first]


def test_contributions_are_the_newest_of_each_job_and_the_newest_that_replaces(store: Store) -> None:
    store.apply(event(0, "COMPLETE", 10, run=run_node("a"), writes=(CURATED,), mode="OVERWRITE"), 0)
    store.apply(event(1, "COMPLETE", 20, run=run_node("b"), writes=(CURATED,)), 1)
    store.apply(event(2, "COMPLETE", 30, run=run_node("c"), writes=(CURATED,)), 2)
    store.apply(event(3, "COMPLETE", 40, run=run_node("d"), job=TRAIN, writes=(CURATED,)), 3)
    runs = {run_node(name).id: name for name in "abcd"}

    def found(at: int, known_at: int = NOW, newest: int = 1, *, by_job: bool = True) -> set[tuple[str, bool]]:
        rows = store.contributions([(CURATED.id, at)], known_at, newest, by_job=by_job)
        return {(runs[row.run or ""], row.replaces) for row in rows}

    assert found(NOW) == {("a", True), ("c", False), ("d", False)}
    assert found(35) == {("a", True), ("c", False)}
    assert found(NOW, known_at=1) == {("a", True), ("b", False)}
    assert found(NOW, newest=2, by_job=False) == {("c", False), ("d", False)}
    assert found(9) == set()
    assert store.contributions([]) == store.contributions([("State:x.y", 5)]) == []


def test_of_contributions_at_one_moment_the_runs_ids_decide_which_are_newest(store: Store) -> None:
    runs = sorted((run_node(name) for name in "abcde"), key=lambda run: run.id, reverse=True)
    for entry, run in enumerate(runs):
        store.apply(event(entry, "COMPLETE", 10 if run is runs[-1] else 20, run=run, writes=(CURATED,)), entry)

    def found(*asks: int, newest: int, known_at: int = NOW) -> list[str | None]:
        return [row.run for row in store.contributions([(CURATED.id, at) for at in asks], known_at, newest)]

    ids = [run.id for run in runs]
    assert found(NOW, newest=1) == ids[:1]
    assert found(NOW, newest=3) == ids[:3]
    assert found(NOW, newest=9) == ids
    assert found(NOW, 15, newest=2) == [*ids[:2], ids[-1]]
    assert found(19, newest=2) == ids[-1:]
    assert found(NOW, newest=2, known_at=0) == ids[:1]


def test_a_registration_contributes_whatever_becomes_of_its_run(store: Store) -> None:
    version = ModelVersion("made-up", "sepsis", "1")
    builder = FactBuilder(0, 10, "f" * 16, RECORD_RANK, run=RUN.id, job=TRAIN.id)
    builder.add_node(RUN)
    builder.add_statement(version, "registration", REGISTRATION)
    builder.add_edge(TrainedOn(version, Snapshot("made-up", "training", "v1")), {"dataset": builder.add_node(TRAINING)})
    builder.add_edge(Produced(RUN, version))
    store.apply(builder.build(), 0)
    store.apply(event(1, "FAIL", 20, job=TRAIN, reads=(FEED,)), 1)
    (row,) = store.contributions([(version.id, NOW)])
    assert (row.how, row.run, row.job, row.at, row.tie) == ("registered", RUN.id, TRAIN.id, 10, "f" * 16)
    assert {flow.source for flow in store.flows([version.id], "in")} == {TRAINING.id, FEED.id}


def test_a_streaming_run_contributes_with_each_event_that_names_datasets(store: Store) -> None:
    store.apply(event(0, "START", 10, writes=(CURATED,), streaming=True), 0)
    for entry in range(1, 6):
        store.apply(event(entry, "RUNNING", 10 + entry, writes=(CURATED,), says={"zone": f"{entry}"}), entry)
    assert [row.at for row in store.contributions([(CURATED.id, NOW)], newest=9)] == [15, 14, 13, 12, 11, 10]
    assert by_aspect(store.in_force([CURATED.id])) == {CURATED.id: {"zone": "5"}}


def test_find_pages_by_title_and_id_and_counts_facets_over_the_whole(store: Store) -> None:
    names = ["b", "a", "\uff5e", "\U0001f600", "Z", "é"]
    for entry, name in enumerate(names):
        store.apply(declared(entry, entry, Dataset(f"ns{entry % 2}", name), "zone", "ab"[entry % 2]), entry)
    seen: list[str] = []
    after = None
    for _ in names:
        page = store.find(Query(("Dataset",), facets=("zone", "label"), first=2, after=after))
        assert page.total == 6
        assert page.facets == {"zone": {"a": 3, "b": 3}, "label": {"Dataset": 6}}
        seen += [hit.node.title for hit in page.hits]
        if not page.more:
            break
        after = page.hits[-1].place
    assert seen == sorted(names)
    whole, bare = (store.find(Query(("Dataset",), text="b", with_aspects=each)) for each in (True, False))
    assert [(hit.place, hit.entry, hit.node) for hit in bare.hits] == [(h.place, h.entry, h.node) for h in whole.hits]
    assert [(hit.current, hit.facets) for hit in bare.hits] == [({}, frozenset())]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pat", 1),
        ("PATIENT visit", 1),
        ("patientVisits", 1),
        ("visits2024", 0),
        ("isits", 1),
        ("is", 0),
        ("2024 tient", 1),
        ("tient nobody", 0),
        ('+* OR "', 0),
        ("or", 0),
        ("/.*/", 1),
        ("", 1),
    ],
)
def test_text_is_found_by_the_beginnings_of_words_and_inside_them(store: Store, text: str, found: int) -> None:
    store.apply(declared(0, 0, Dataset("made-up", "patientVisits_2024"), "documentation", "A made-up table"), 0)
    assert store.find(Query(("Dataset",), text=text)).total == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("muller", ["Müller"]),
        ("MÜLLER", ["Müller"]),
        ("在院", ["患者在院记录"]),
        ("记", ["患者在院记录"]),
        ("ผู้ป่วย", ["ข้อมูลผู้ป่วยใน"]),
        ("রোগী", ["হাসপাতাল_রোগীতালিকা"]),
        ("مريض", ["بيانات_المريض"]),
        ("ασθενησ", ["Ασθενής"]),
        ("strasse", ["Straße"]),
    ],
)
def test_names_of_any_script_are_found_without_case_and_accents(store: Store, text: str, found: list[str]) -> None:
    names = ("Müller", "患者在院记录", "ข้อมูลผู้ป่วยใน", "হাসপাতাল_রোগীতালিকা", "بيانات_المريض", "Ασθενής", "Straße")
    for entry, name in enumerate(names):
        store.apply(declared(entry, entry, Dataset("made-up", name), "zone", "LANDING"), entry)
    assert [hit.node.title for hit in store.find(Query(("Dataset",), text=text)).hits] == found


def test_what_is_called_so_comes_before_what_begins_so_and_that_before_what_holds_it(store: Store) -> None:
    names = ("train", "a_training", "pretraining", "Train", "entrained", "training", "strain train")
    for entry, name in enumerate(names):
        store.apply(declared(entry, entry, Dataset("made-up", name), "zone", "LANDING"), entry)
    wanted = [
        (0, "Train"),
        (0, "train"),
        (1, "training"),
        (2, "a_training"),
        (2, "strain train"),
        (3, "entrained"),
        (3, "pretraining"),
    ]
    query, seen = Query(("Dataset",), text="train", first=2), []
    while True:
        page = store.find(query)
        assert page.total == len(names)
        seen += [(hit.rank, hit.node.title) for hit in page.hits]
        if not page.more:
            break
        query = replace(query, after=page.hits[-1].place)
    assert seen == wanted


def test_what_is_in_a_name_comes_before_what_is_said_and_a_phrase_is_of_one_text(store: Store) -> None:
    said = {
        "wards": "beds of a unit",
        "ward_bed": "none",
        "nobed": "none",
        "visits": "a bed in a ward",
        "labs": "seabed",
    }
    for entry, (name, purpose) in enumerate(said.items()):
        store.apply(declared(entry, entry, Dataset("made-up", name), "clinical_purpose", purpose), entry)

    def found(text: str) -> list[tuple[int, str]]:
        return [(hit.rank, hit.node.title) for hit in store.find(Query(("Dataset",), text=text)).hits]

    assert found("bed") == [(2, "ward_bed"), (3, "nobed"), (4, "visits"), (4, "wards"), (5, "labs")]
    assert found("ward bed") == [(0, "ward_bed"), (4, "visits"), (4, "wards")]
    assert found('"ward bed"') == [(0, "ward_bed")]
    assert found('"bed in a"') == [(4, "visits")]
    assert found('"bed a"') == []
    for text in ('"', '"~ward.bed."', "~ward.bed.", "=ward", "#", "+~*", '"=" "#"', "search_key:ward", "\u202eward"):
        assert store.find(Query(("Dataset",), text=text)).total >= 0, text


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2_000,
        "a " * 64,
        "\x00",
        "ward\x00bed",
        "%",
        "_",
        "w*rd",
        "ward?",
        "ward~2",
        "ward^9",
        "NOT ward",
        "ward AND (bed",
        "ward OR",
        "NEAR(ward bed)",
        "term:ward",
        "/wa.*/",
        "[ward TO bed]",
        '"ward',
        "\\ward",
        "ward'; DROP TABLE word; --",
        "\u202eward\u2066",
        "\u200fward",
        "\U0001f600",
        "\ufeff",
        "w\u0301ard",
        "\ud800",
    ],
    ids=ascii,
)
def test_no_text_is_an_operator_a_wildcard_or_an_error(store: Store, text: str) -> None:
    for entry, name in enumerate(("ward_bed", "a drop table word", "steward 2")):
        store.apply(declared(entry, entry, Dataset("made-up", name), "zone", "LANDING"), entry)
    found = store.find(Query(("Dataset",), text=text, facets=("zone", "label")))
    asked = question(text)
    known = [Dataset("made-up", name) for name in ("ward_bed", "a drop table word", "steward 2")]
    expected = [one for one in known if asked.rank(key_terms(one), frozenset()) is not None]
    assert {hit.id for hit in found.hits} == {one.id for one in expected}
    assert found.facets["label"] == ({"Dataset": len(expected)} if expected else {})


def test_pages_go_on_behind_the_last_find_whatever_is_written_meanwhile(store: Store) -> None:
    def write(entry: int, name: str) -> None:
        store.apply(declared(entry, entry, Dataset("made-up", name), "zone", "LANDING"), entry)

    names = [f"ward {letter}" for letter in "bdfhj"]
    for entry, name in enumerate(names):
        write(entry, name)
    query, seen = Query(("Dataset",), text="ward", first=2), []
    for entry, name in enumerate(("ward g", "ward a", "ward", "wardrobe"), len(names)):
        page = store.find(query)
        seen += [hit.node.title for hit in page.hits]
        if not page.more:
            break
        query = replace(query, after=page.hits[-1].place)
        write(entry, name)
    assert [name for name in seen if name in names] == names
    assert len(seen) == len(set(seen))
    assert "ward a" not in seen
    assert "ward g" in seen


def test_runs_and_snapshots_are_found_by_the_first_digits_and_models_by_their_names(store: Store) -> None:
    run, digest = run_node("0191b7a0-001b-7000-8000-00000000abcd"), "sha256:" + "0123456789abcdef" * 4
    builder = FactBuilder(0, 5, "0" * 16, RECORD_RANK)
    model, version = Model("made-up", "readmission"), ModelVersion("made-up", "readmission", "3")
    for node in (run, Snapshot("made-up", "labs", digest), model, version):
        builder.add_node(node)
    store.apply(builder.build(), 0)
    every = ("Run", "Snapshot", "Model", "ModelVersion", "Dataset")
    for text, labels in (
        ("0191b7a0-001b", ["Run"]),
        (run.run_id, ["Run"]),
        ("b7a0001b7", []),
        ("sha256:01234567", ["Snapshot"]),
        ("01234567", ["Snapshot"]),
        ("0123456", []),
        ("readmiss", ["ModelVersion", "Model"]),
        ("admission 3", ["ModelVersion"]),
    ):
        assert [hit.node.label for hit in store.find(Query(every, text=text)).hits] == labels, text


def test_a_dataset_is_found_by_a_column_of_the_schema_in_force_and_no_more_by_an_earlier_one(store: Store) -> None:
    for entry, column in enumerate(("blood_pressure", "heart_rate")):
        store.apply(declared(entry, entry, FEED, "schema", {"fields": [{"name": column, "type": "float"}]}), entry)
        assert store.find(Query(("Dataset",), text=column)).total == 1
    assert store.find(Query(("Dataset",), text="pressure")).total == 0
    assert store.find(Query(("Dataset",), text="float")).total == 0


def test_a_dataset_is_found_by_what_it_may_be_used_for(store: Store) -> None:
    use = PermittedUse(purposes=("TREAT", "HRESCH"), duo=("DUO:0000042",), refrains=(), obligations=())
    store.apply(declared(0, 0, FEED, "permitted_use", use), 0)
    assert store.find(Query(("Dataset",), filters={"purpose": ("HRESCH",)})).total == 1
    assert store.find(Query(("Dataset",), filters={"purpose": ("DUO:0000042", "X")})).total == 1
    assert store.find(Query(("Dataset",), filters={"purpose": ("HPAYMT",)})).total == 0
    page = store.find(Query(("Dataset",), facets=("purpose",)))
    assert page.facets == {"purpose": {"DUO:0000042": 1, "HRESCH": 1, "TREAT": 1}}


def test_a_dataset_is_found_by_the_tags_of_its_columns_as_long_as_one_of_them_holds(store: Store) -> None:
    notes, more = (Column(FEED.namespace, FEED.name, name) for name in ("notes", "remarks"))

    def tagged(entry: int, subject: Dataset | Column, stance: str) -> int:
        builder = FactBuilder(entry, entry, f"{entry:016x}", RECORD_RANK)
        if isinstance(subject, Column):
            builder.add_edge(HasColumn(FEED, subject))
        builder.add_statement(subject, "phi.CLINICAL_NOTE", Tag(stance, "ASSERTED"))
        store.apply(builder.build(), entry)
        page = store.find(Query(("Dataset",), filters={"phi": ("CLINICAL_NOTE",)}, facets=("phi",)))
        assert page.facets == {"phi": {"CLINICAL_NOTE": 1} if page.total else {}}
        assert page.total == store.find(Query(("Dataset",), has=("phi",))).total
        return page.total

    assert tagged(0, notes, "ASSERT") == 1
    assert tagged(1, more, "CONFIRM") == 1
    assert tagged(2, FEED, "REJECT") == 1
    assert tagged(3, notes, "REJECT") == 1
    assert tagged(4, more, "REJECT") == 0
    assert tagged(5, FEED, "CONFIRM") == 1


def test_what_an_emitter_claims_of_phi_counts_until_a_person_rejects_it(store: Store) -> None:
    def claimed(entry: int) -> None:
        builder = FactBuilder(entry, entry, f"{entry:016x}", RECORD_RANK)
        builder.add_edge(IsTagged(FEED, PhiTag("CLINICAL_NOTE")), {"stance": "ASSERT", "origin": "CLAIMED"})
        store.apply(builder.build(), entry)

    def total() -> int:
        return store.find(Query(("Dataset",), filters={"phi": ("CLINICAL_NOTE",)})).total

    claimed(0)
    assert total() == 1
    store.apply(declared(1, 1, FEED, "phi.CLINICAL_NOTE", Tag("REJECT", "ASSERTED")), 1)
    assert total() == 0
    claimed(2)
    assert total() == 0
    store.apply(declared(3, 3, FEED, "phi.CLINICAL_NOTE", None), 3)
    assert total() == 1


@pytest.mark.parametrize("text", ["", "a"])
def test_facets_that_are_given_beside_those_that_are_kept_are_found_and_counted_once(store: Store, text: str) -> None:
    one, other, third = (Dataset("ns", name) for name in ("a one", "a two", "a three"))
    for entry, subject in enumerate((one, other, third)):
        store.apply(declared(entry, entry, subject, "phi.CLINICAL_NOTE", Tag("ASSERT", "ASSERTED")), entry)
    store.apply(declared(3, 3, other, "phi.CLINICAL_NOTE", Tag("REJECT", "ASSERTED")), 3)
    given = {("phi", "CLINICAL_NOTE"): frozenset({one.id, other.id}), ("phi", "X"): frozenset({other.id})}
    asked = Query(("Dataset",), text, facets=("phi",), beside=given)
    assert store.find(asked).facets == {"phi": {"CLINICAL_NOTE": 3, "X": 1}}
    filtered = store.find(replace(asked, filters={"phi": ("X",)}))
    assert [(hit.id, {pair for pair in hit.facets if pair[0] == "phi"}) for hit in filtered.hits] == [
        (other.id, {("phi", "CLINICAL_NOTE"), ("phi", "X")})
    ]
    assert filtered.facets == {"phi": {"CLINICAL_NOTE": 1, "X": 1}}
    assert store.find(replace(asked, filters={"phi": ("CLINICAL_NOTE",)}, first=2)).more
    assert (store.find(replace(asked, has=("phi",))).total, store.find(replace(asked, missing=("phi",))).total) == (
        3,
        0,
    )
    assert store.find(replace(asked, beside={})).facets == {"phi": {"CLINICAL_NOTE": 2}}


def test_a_value_that_unites_others_is_had_by_whatever_has_one_of_them(store: Store) -> None:
    one, other, third = (Dataset("ns", name) for name in ("a one", "a two", "a three"))
    store.apply(declared(0, 0, one, "place", "north"), 0)
    store.apply(declared(1, 1, other, "site", "south"), 1)
    store.apply(declared(2, 2, third, "region", "elsewhere"), 2)
    places = {"north": ("north",), "DE": ("DE", "north", "south"), "FR": ("FR",)}
    united = {
        ("lies_in", area): frozenset((aspect, name) for aspect in ("place", "site") for name in names)
        for area, names in places.items()
    }
    asked = Query(("Dataset",), facets=("lies_in",), united=united)
    assert store.find(asked).facets == {"lies_in": {"DE": 2, "north": 1}}
    found = store.find(replace(asked, filters={"lies_in": ("north", "FR")}))
    assert [(hit.id, {pair for pair in hit.facets if pair[0] == "lies_in"}) for hit in found.hits] == [
        (one.id, {("lies_in", "north"), ("lies_in", "DE")})
    ]
    assert (store.find(replace(asked, has=("lies_in",))).total, store.find(replace(asked, united={})).facets) == (
        2,
        {"lies_in": {}},
    )


def test_what_a_dataset_has_by_its_source_is_found_until_it_says_something_itself(store: Store) -> None:
    made, source = Dataset("ns", "made"), Source("laboratory")

    def found(**more: Any) -> int:
        return store.find(Query(("Dataset",), **more)).total

    def lacking() -> dict[str, int]:
        return dict(store.find(Query(("Dataset",), facets=("gap",))).facets["gap"])

    store.apply(declared(0, 0, made, "source", "laboratory"), 0)
    assert (found(text="laboratory"), found(text="haematology"), lacking()["owner"]) == (1, 0, 1)
    store.apply(declared(1, 1, source, "owner", "haematology"), 1)
    store.apply(declared(2, 2, source, "source_kind", "LAB"), 2)
    assert (found(text="haema"), found(filters={"owner": ("haematology",)}), found(every=(("gap", "owner"),))) == (
        1,
        1,
        0,
    )
    assert found(filters={"source_system": ("LAB",)}, every=(("gap", "retention"), ("gap", "phi_category"))) == 1
    assert {"owner", "source_system"}.isdisjoint(lacking())
    store.apply(declared(3, 3, made, "owner", "cardiology"), 3)
    assert (found(text="haematology"), found(text="cardiology"), found(filters={"owner": ("haematology",)})) == (
        0,
        1,
        0,
    )
    store.apply(declared(4, 4, made, "source", None), 4)
    assert (found(text="laboratory"), found(filters={"source_system": ("LAB",)}), lacking()["source_system"]) == (
        0,
        0,
        1,
    )


def test_a_rejected_tag_is_no_facet(store: Store) -> None:
    for entry, stance in enumerate(("ASSERT", "REJECT")):
        builder = FactBuilder(entry, entry, f"{entry:016x}", RECORD_RANK)
        builder.add_edge(IsTagged(FEED, PhiTag("CLINICAL_NOTE")), {"stance": stance})
        builder.add_statement(FEED, "phi.CLINICAL_NOTE", Tag(stance, "ASSERTED"))
        store.apply(builder.build(), entry)
        assert store.find(Query(("Dataset",), filters={"phi": ("CLINICAL_NOTE",)})).total == 1 - entry
        assert store.find(Query(("Dataset",), missing=("phi",))).total == entry


def test_what_could_not_be_projected_is_kept_once_by_entry(store: Store) -> None:
    refused = Quarantined(3, "openlineage.run_event", (RUN.id,), "no job")
    store.apply(Facts(), 3, [refused])
    store.apply(Facts(), 3, [refused])
    store.apply(Facts(), 4, [Quarantined(4, "x", (), "y")])
    assert store.quarantined() == [refused, Quarantined(4, "x", (), "y")]


def test_one_reading_never_sees_facts_applied_after_it_began(store: Store) -> None:
    store.apply(event(0, "START", 10, reads=(FEED,)), 0)
    with store.reading() as read:
        assert read.checkpoint() == 0
        store.apply(event(1, "COMPLETE", 20, reads=(FEED,), writes=(CURATED,)), 1)
        assert read.checkpoint() == 0
        assert read.nodes([CURATED.id]) == {}
        assert len(read.edges([RUN.id], ("READ", "WROTE"), "out")) == 1
        assert read.flows([FEED.id], "out") == []
        assert read.contributions([(CURATED.id, NOW)]) == []
        assert len(read.statements([RUN.id])) == 1
    assert store.checkpoint() == 1


def test_counts_are_of_named_nodes_and_of_facts(store: Store) -> None:
    store.apply(event(0, "START", 10, reads=(FEED,)), 0)
    store.apply(event(1, "COMPLETE", 20, reads=(FEED,), writes=(CURATED,)), 1)
    assert store.counts() == {"Dataset": 2, "EXECUTED": 1, "Job": 1, "READ": 2, "Run": 1, "WROTE": 1}


def test_a_store_keeps_which_version_made_it_until_it_is_cleared(store: Store) -> None:
    assert store.version() is None
    store.mark("7")
    store.apply(event(0, "START", 10), 0)
    assert store.version() == "7"
    store.mark("8")
    assert store.version() == "8"
    assert store.checkpoint() == 0
    store.clear()
    assert store.version() is None
    assert store.checkpoint() == -1


def test_clearing_removes_everything_and_the_store_goes_on(store: Store) -> None:
    store.apply(event(0, "COMPLETE", 10, reads=(FEED,), writes=(CURATED,), says={"zone": "CURATED"}), 0)
    live = list(store.scan())
    store.clear()
    assert list(store.scan()) == []
    assert store.checkpoint() == -1
    store.apply(event(0, "COMPLETE", 10, reads=(FEED,), writes=(CURATED,), says={"zone": "CURATED"}), 0)
    assert list(store.scan()) == live
    assert json.loads(json.dumps(live)) == [list(row) for row in live]


def test_a_node_is_looked_up_by_a_field_of_its_key_whole(store: Store) -> None:
    one, other, longer = (
        Snapshot("made-up", name, version) for name, version in (("a", "v1"), ("b", "v1"), ("a", "v12"))
    )
    for entry, snapshot in enumerate((one, longer, other)):
        builder = FactBuilder(entry, entry, f"{entry:016x}", RECORD_RANK)
        builder.add_node(snapshot)
        store.apply(builder.build(), entry)
    assert store.lookup("Snapshot", "version", ["v1"]) == sorted([one.id, other.id])
    assert store.lookup("Snapshot", "version", ["v1", "v12"], known_at=1) == sorted([one.id, longer.id])
    assert store.lookup("Snapshot", "version", ["v"]) == store.lookup("Snapshot", "version", []) == []
    with pytest.raises(LookupError, match="Dataset is not looked up by name"):
        store.lookup("Dataset", "name", ["a"])


def test_a_column_derives_from_another_once_since_the_earliest_that_says_so(store: Store) -> None:
    column = {"namespace": "made-up", "name": "feed", "field": "x", "transformations": [{"type": "DIRECT"}]}
    value = {"fields": {"a": {"inputFields": [column]}}, "dataset": [{**column, "field": "k"}]}
    for entry, at in enumerate((30, 40, 20)):
        builder = FactBuilder(entry, at, f"{entry:016x}", RANK["COMPLETE"], run_node(f"{entry}").id, CURATE.id)
        builder.add_statement(CURATED, "column_lineage", value, Role.OUT)
        store.apply(builder.build(), entry)
    target, source = Column("made-up", "curated", "a"), Column("made-up", "feed", "x")
    with store.reading() as read:
        assert isinstance(read, IndexReader)
        (flow,) = column_flows(read, [target.id], "in")
        feed = Dataset("made-up", "feed").id
        assert flow == ColumnFlow(target.id, source.id, CURATE.id, flow.how, 20, 2, CURATED.id, feed)
        said = Transformation("DIRECT", None, None, None)
        assert transformations(read, {flow.how}) == {
            flow.how: How("columnLineage", indirect=False, transformations=(said,))
        }
        assert column_flows(read, [source.id], "out") == [flow]
        assert column_flows(read, [source.id], "out", known_at=1) == [flow._replace(valid_from=30, entry=0)]
        assert column_flows(read, [source.id], "out", valid_at=19) == []
        assert [one.source for one in column_flows(read, [CURATED.id], "in")] == [Column("made-up", "feed", "k").id]
        said_by = [
            (one.by, one.valid_from, one.parsed) for one in column_lineage(read, [(CURATED.id, run_node("1").id)])
        ]
        assert said_by == [(run_node("1").id, 40, value)]
        assert column_lineage(read, [(CURATED.id, run_node("1").id)], valid_at=39) == []
        assert column_lineage(read, [(CURATED.id, run_node("1").id)], known_at=0) == []
    assert [edge.kind for edge in store.edges([target.id, source.id, CURATED.id], TYPES, "both")] == []


def test_column_reach_has_all_flows_within_a_depth_with_wholes_and_their_columns(store: Store) -> None:
    column = {
        name: Column("made-up", dataset.name, name)
        for dataset, names in ((FEED, "xyk"), (CURATED, "ab"), (TRAINING, "cd"))
        for name in names
    }

    def derived(dataset: Dataset, names: dict[str, str], wide: str | None = None) -> None:
        entry = store.checkpoint() + 1
        builder = FactBuilder(entry, 10 * entry, f"{entry:016x}", RANK["COMPLETE"], run_node(f"{entry}").id, CURATE.id)
        origin = {
            name: {"namespace": "made-up", "name": one.dataset, "field": one.name} for name, one in column.items()
        }
        value: dict[str, object] = {"fields": {to: {"inputFields": [origin[one]]} for to, one in names.items()}}
        builder.add_statement(
            dataset, "column_lineage", value | ({"dataset": [origin[wide]]} if wide else {}), Role.OUT
        )
        for one in column.values():
            builder.add_edge(HasColumn(Dataset("made-up", one.dataset), one))
        store.apply(builder.build(), entry)

    derived(CURATED, {"a": "x", "b": "y"}, wide="k")
    derived(TRAINING, {"c": "a", "d": "b"})
    derived(FEED, {"x": "c"})

    def reached(start: str, direction: Direction, depth: int) -> set[str]:
        found = store.column_reach([column[start].id], direction, depth, 99)
        assert found is not None
        assert found.flows == store.column_flows(sorted(found.ids), direction)
        return {name for name, one in column.items() if one.id in found.ids}

    assert reached("c", "in", 1) >= {"c"}
    assert reached("c", "in", 2) >= {"c", "a"}
    assert reached("c", "in", 3) >= {"c", "a", "x", "k"}
    assert reached("c", "in", 20) == {"c", "a", "x", "k"}
    assert reached("k", "out", 2) >= {"k", "a", "b"}
    assert reached("k", "out", 20) == {"k", "a", "b", "c", "d", "x"}
    assert store.column_reach([column["k"].id], "out", 20, 3) is None
    early = store.column_reach([column["c"].id], "in", 20, 99, valid_at=9, known_at=0)
    assert early is not None
    assert early.flows == store.column_flows(sorted(early.ids), "in", 9, 0)
    assert {flow.entry for flow in early.flows} == {0}
    other = Column("made-up", "other", "z").id
    assert store.column_reach([other], "in", 20, 99) == (frozenset({other}), [])


def test_what_a_run_restates_comes_back_as_a_fact_of_each_record(store: Store) -> None:
    for entry in range(4):
        run = run_node(f"run-{entry // 2}")
        facts = event(entry, ("START", "COMPLETE")[entry % 2], 10 + entry, run=run, reads=(FEED,), writes=(CURATED,))
        store.apply(facts, entry)
    found = store.edges([FEED.id], ("READ",), "in")
    assert sorted((edge.source, edge.entry) for edge in found) == sorted(
        (run_node(f"run-{entry // 2}").id, entry) for entry in range(4)
    )
    assert [edge.entry for edge in store.edges([run_node("run-1").id], ("WROTE",), "out")] == [2, 3]
    assert [edge.entry for edge in store.edges([run_node("run-1").id], ("WROTE",), "out", valid_at=12)] == [2]


def test_what_batches_and_steps_touched_is_kept_in_order_and_another_graph_is_told_from_the_one_before(
    store: Store,
) -> None:
    assert store.stamp() == NO_GRAPH
    store.apply(declared(0, 1, FEED, "zone", "RAW"), 0)
    graph, first = store.stamp()
    store.apply(declared(1, 1, CURATED, "zone", "CURATED"), 1)
    changes = Changes()
    changes.add(HELD, [(TRAINING.id, "CLINICAL_NOTE", 0, "[]")])
    assert store.keep(changes, FOLLOWED, ("labels", 1, 1), None)
    assert store.stamp() == (graph, first + 2)
    by_entry, by_step = store.touched(first)
    assert (by_entry.number, by_step.number) == (first + 1, first + 2)
    if by_entry.keys is not None:
        assert by_step.keys is not None
        assert by_entry.keys.isdisjoint(touches.in_force([FEED.id], ["zone"]))
        assert not by_entry.keys.isdisjoint(touches.in_force([CURATED.id], ["zone"]))
        assert by_entry.keys.isdisjoint(touches.rows(HELD, [TRAINING.id]))
        assert not by_step.keys.isdisjoint(touches.rows(HELD, [TRAINING.id]))
    store.clear()
    assert store.stamp() == NO_GRAPH
    store.apply(declared(0, 1, FEED, "zone", "RAW"), 0)
    assert store.stamp().graph != graph
