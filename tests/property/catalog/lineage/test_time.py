from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.lineage import datasets
from catalog.lineage.model import Direction, FlowScope, Grain, LineageGraph, Walk
from catalog.lineage.queries import lineage
from catalog.reading import AsOf, Truncated
from catalog.store.memory import MemoryStore
from catalog.view import View
from graph_schema.bitemporal import RunFacts, fold_run, in_force
from graph_schema.identity import state_id
from graph_schema.nodes import Job, Node, Snapshot
from tests.support.facts import run_node
from tests.support.histories import (
    DATASETS,
    JOB_OF,
    MODEL,
    NAMESPACE,
    Happening,
    anything,
    dataset,
    histories,
    ledger,
    plain_histories,
    run_histories,
    runs,
    target,
    told,
)
from tests.support.time_reference import FOREVER, Put, Reference, State

quick = settings(deadline=None, suppress_health_check=list(HealthCheck))
names = (*DATASETS, MODEL)
valid_ats = st.sampled_from([0, 1, 2, 3, 4, 5, FOREVER])
known_ats = st.sampled_from([-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, FOREVER])

NAME_OF: dict[str, str] = {
    **{target(name).id: name for name in names},
    **{run_node(run).id: run for run in JOB_OF},
    **{Job(NAMESPACE, job).id: job for job in JOB_OF.values()},
}
STATE_OF: dict[str, State] = {
    **{target(name).id: (name,) for name in names},
    **{Snapshot(NAMESPACE, name, v).id: (name, v) for name in DATASETS for v in ("v1", "v2")},
    **{state_id(dataset(name).id, run_node(run).id): (name, f"@{run}") for name in DATASETS for run in JOB_OF},
}
ID_OF = {state: identifier for identifier, state in STATE_OF.items()}


def store(happenings: Iterable[Happening]) -> MemoryStore:
    told_to = MemoryStore()
    entries = ledger(happenings)
    told_to.apply(told(happenings), entries[-1][0] if entries else -1)
    return told_to


def ask(
    graph: MemoryStore, root: str, direction: Direction, valid_at: int, known_at: int, **more: object
) -> LineageGraph:
    walk = Walk((root,), direction, depth=1, **more)  # type: ignore[arg-type]
    return lineage(View(graph, AsOf(valid_at, known_at)), walk)


def upstream(
    graph: MemoryStore, name: str, valid_at: int, known_at: int, *, past: bool = False
) -> set[tuple[str, ...]]:
    root = target(name).id
    answer = ask(graph, root, Direction.UPSTREAM, valid_at, known_at, grain=Grain.DATASET, include_past=past)
    return {
        (NAME_OF[edge.source], NAME_OF.get(edge.job or "", ""), edge.how, NAME_OF.get(edge.run or "", ""))
        for edge in answer.edges
        if edge.target in answer.roots
    }


@quick
@given(histories, valid_ats, known_ats, st.booleans())
@example(
    [
        Happening(0, "run", "COMPLETE", "r1", "j1", (("B", None),)),
        Happening(0, "run", "START", "r1", "j1", (("A", None),), (("B", None, None, None),)),
        Happening(0, "run", "COMPLETE", "r2", "j1", (("A", None),), (("B", None, None, None),)),
    ],
    0,
    FOREVER,
    True,
)
def test_upstream_of_every_dataset_is_what_the_rules_say(
    happenings: list[Happening],
    valid_at: int,
    known_at: int,
    past: bool,  # noqa: FBT001
) -> None:
    graph, reference = store(happenings), Reference(happenings, valid_at, known_at)
    for name in names:
        resolved = name if name == MODEL else reference.resolve(name, valid_at)
        found, expected = upstream(graph, name, valid_at, known_at, past=past), reference.upstream(resolved, past=past)
        # Where it is made of itself, what it was made of before is on the walk as well; of what is in force anywhere on
        # it, one job's edge between the same two is drawn once, with the newest run.
        edges, seen = reference.walk(resolved, past=past)
        again = {edge for edge in sources_in_force(reference, seen, resolved) if edge not in found} if past else set()
        assert expected - again <= found
        assert {edge[:3] for edge in expected} <= {edge[:3] for edge in found}
        further = {(source, job, how) for source, to, job, how in edges if to == resolved}
        assert {edge[:3] for edge in found - expected} <= further


def sources_in_force(reference: Reference, seen: Iterable[Put], name: str) -> set[tuple[str, str, str, str]]:
    """Return what was read by all that was in force on a dataset for whatever was met on a walk."""
    met: set[Put] = set()
    for put in seen:
        for read in put.reads:
            source, at, before = reference.hop(put, read)
            met.update(reference.in_force(source, at, put, before) if source == name else ())
    return {
        (reference.hop(put, read)[0], put.job or "", read.how, put.run or "" if put.how != "declared" else "")
        for put in met
        for read in put.reads
    }


def walked(graph: MemoryStore, name: str, direction: Direction, at: AsOf, **more: object) -> LineageGraph:
    walk = Walk((target(name).id,), direction, Grain.DATASET, depth=60, **more)  # type: ignore[arg-type]
    return lineage(View(graph, at), walk)


def edges_of(answer: LineageGraph) -> set[tuple[str, str, str, str]]:
    return {(NAME_OF[e.source], NAME_OF[e.target], NAME_OF.get(e.job or "", ""), e.how) for e in answer.edges}


def askable(reference: Reference, valid_at: int) -> list[str]:
    return [name for name in names if name == MODEL or reference.resolve(name, valid_at) == name]


@quick
@given(histories, valid_ats, known_ats, st.booleans(), st.booleans())
def test_every_hop_of_a_walk_is_judged_at_its_readers_time(
    happenings: list[Happening],
    valid_at: int,
    known_at: int,
    past: bool,  # noqa: FBT001
    attempts: bool,  # noqa: FBT001
) -> None:
    graph, reference = store(happenings), Reference(happenings, valid_at, known_at)
    for name in askable(reference, valid_at):
        answer = walked(
            graph,
            name,
            Direction.UPSTREAM,
            AsOf(valid_at, known_at),
            include_past=past,
            include_attempts=attempts,
        )
        assert edges_of(answer) == reference.walk(name, past=past, attempts=attempts)[0]


@quick
@given(histories, valid_ats, known_ats)
def test_what_is_downstream_is_what_it_is_upstream_of(
    happenings: list[Happening], valid_at: int, known_at: int
) -> None:
    graph, reference = store(happenings), Reference(happenings, valid_at, known_at)
    roots = askable(reference, valid_at)
    walks = {other: reference.walk(other) for other in roots}
    for name in roots:
        answer = walked(graph, name, Direction.DOWNSTREAM, AsOf(valid_at, known_at))
        found = edges_of(answer)
        assert found == {edge for edges, seen in walks.values() for edge in _towards(name, edges, seen)}
        below = {other for other in roots if name in {source for source, *_ in walks[other][0]}}
        assert below <= {target for _, target, *_ in found}


def _towards(
    name: str, edges: set[tuple[str, str, str, str]], seen: dict[Put, list[tuple[str, list[Put]]]]
) -> set[tuple[str, str, str, str]]:
    """Return the edges on ways from a dataset to the root of a walk."""
    made_of: set[Put] = set()
    while True:
        more = {
            put
            for put, reads in seen.items()
            if any(source == name or made_of.intersection(behind) for source, behind in reads)
        }
        if more == made_of:
            break
        made_of = more
    return {
        (source, put.dataset, put.job or "", read.how)
        for put in made_of
        for read, (source, behind) in zip(put.reads, seen[put], strict=True)
        if source == name or made_of.intersection(behind)
    }


@quick
@given(histories, valid_ats, known_ats)
def test_every_state_was_made_from_what_its_run_read(happenings: list[Happening], valid_at: int, known_at: int) -> None:
    graph, reference = store(happenings), Reference(happenings, valid_at, known_at)
    expected = {state: reference.upstream_of_state(state) for state in reference.states()}
    for state, sources in expected.items():
        if len(state) == 1 and state != (MODEL,):
            continue
        answer = ask(graph, ID_OF[state], Direction.UPSTREAM, valid_at, known_at)
        found = {(STATE_OF[e.source], NAME_OF.get(e.run or "", "")) for e in answer.edges if e.target == ID_OF[state]}
        assert found == sources, state


@quick
@given(histories, valid_ats, known_ats)
def test_what_was_made_from_a_state_is_the_same_read_from_the_other_end(
    happenings: list[Happening], valid_at: int, known_at: int
) -> None:
    graph, reference = store(happenings), Reference(happenings, valid_at, known_at)
    states = reference.states()
    for state in states:
        if len(state) == 1:
            continue
        answer = ask(graph, ID_OF[state], Direction.DOWNSTREAM, valid_at, known_at)
        found = {(STATE_OF[e.target], NAME_OF.get(e.run or "", "")) for e in answer.edges if e.source == ID_OF[state]}
        assert found == {
            (other, run) for other in states for source, run in reference.upstream_of_state(other) if source == state
        }


@quick
@given(histories, valid_ats, known_ats)
def test_runs_are_linked_by_what_one_left_and_the_other_read(
    happenings: list[Happening], valid_at: int, known_at: int
) -> None:
    graph, reference = store(happenings), Reference(happenings, valid_at, known_at)
    linked = {run: reference.upstream_of_run(run) for run in JOB_OF}
    for run in JOB_OF:
        up = ask(graph, run_node(run).id, Direction.UPSTREAM, valid_at, known_at)
        assert {NAME_OF[e.source] for e in up.edges if e.target == run_node(run).id} == linked[run]
        down = ask(graph, run_node(run).id, Direction.DOWNSTREAM, valid_at, known_at)
        found = {NAME_OF[e.target] for e in down.edges if e.source == run_node(run).id}
        assert found == {other for other, sources in linked.items() if run in sources}


@quick
@given(histories, valid_ats, known_ats)
def test_attempts_are_the_runs_without_completion_since_the_newest_write(
    happenings: list[Happening], valid_at: int, known_at: int
) -> None:
    graph, reference = store(happenings), Reference(happenings, valid_at, known_at)
    for name in DATASETS:
        resolved = reference.resolve(name, valid_at)
        answer = ask(graph, dataset(name).id, Direction.UPSTREAM, valid_at, known_at, include_attempts=True)
        found = {
            (NAME_OF[e.run or ""], NAME_OF[e.source]) for e in answer.edges if e.attempt and e.target in answer.roots
        }
        tried = reference.attempts(resolved)
        assert found == {(put.run, reference.hop(put, read)[0]) for put in tried for read in put.reads}


@quick
@given(histories, valid_ats, known_ats)
def test_a_read_at_an_entry_equals_the_ledgers_prefix_alone(
    happenings: list[Happening], valid_at: int, known_at: int
) -> None:
    prefix = happenings[: known_at + 1]
    whole, alone = store(happenings), store(prefix)
    for name in names:
        assert upstream(whole, name, valid_at, known_at) == upstream(alone, name, valid_at, FOREVER)


@quick
@given(histories, st.data(), valid_ats)
def test_any_order_and_repetition_gives_the_same_lineage(
    happenings: list[Happening], data: st.DataObject, valid_at: int
) -> None:
    repeated = happenings + (data.draw(st.lists(st.sampled_from(happenings), max_size=3)) if happenings else [])
    one, other = store(happenings), store(data.draw(st.permutations(repeated)))
    for name in names:
        assert upstream(one, name, valid_at, FOREVER) == upstream(other, name, valid_at, FOREVER)


def reached(graph: MemoryStore, name: str, valid_at: int, known_at: int, flows: FlowScope) -> set[str]:
    walk = Walk((target(name).id,), Direction.DOWNSTREAM, Grain.DATASET, 20, flows, budget=100)
    return {NAME_OF[node.id] for node in lineage(View(graph, AsOf(valid_at, known_at)), walk).nodes}


@quick
@given(histories, valid_ats, known_ats)
def test_lineage_ever_stated_is_every_flow_ever_stated(
    happenings: list[Happening], valid_at: int, known_at: int
) -> None:
    graph, flows = store(happenings), Reference(happenings, valid_at, known_at).flows()
    for name in DATASETS:
        seen = {Reference(happenings, valid_at, known_at).resolve(name, valid_at)}
        front = seen
        while front:
            front = {target for source, target in flows if source in front} - seen
            seen |= front
        assert reached(graph, name, valid_at, known_at, FlowScope.EVER_STATED) == seen


@quick
@given(histories, anything, valid_ats)
def test_more_records_never_take_anything_out_of_lineage_ever_stated(
    happenings: list[Happening], more: Happening, valid_at: int
) -> None:
    before, after = store(happenings), store([*happenings, more])
    for name in DATASETS:
        assert reached(before, name, valid_at, FOREVER, FlowScope.EVER_STATED) <= reached(
            after, name, valid_at, FOREVER, FlowScope.EVER_STATED
        )


@quick
@given(histories, valid_ats, known_ats)
def test_current_lineage_lies_within_lineage_ever_stated(
    happenings: list[Happening], valid_at: int, known_at: int
) -> None:
    graph = store(happenings)
    for name in DATASETS:
        current = reached(graph, name, valid_at, known_at, FlowScope.CURRENT)
        assert current <= reached(graph, name, valid_at, known_at, FlowScope.EVER_STATED)


@quick
@given(histories, valid_ats, known_ats)
def test_the_aspect_in_force_is_what_the_rules_say(happenings: list[Happening], valid_at: int, known_at: int) -> None:
    facts, reference = told(happenings), Reference(happenings, valid_at, known_at)
    events = [statement for statement in facts.statements if statement.aspect == "event"]
    for name in DATASETS:
        said = [s for s in facts.statements if s.aspect == "schema" and s.subject == dataset(name).id]

        def fold(run: str) -> object:
            mine = tuple(event for event in events if event.subject == run)
            return fold_run(RunFacts(mine), valid_at, known_at)

        held = in_force(said, fold, valid_at, known_at)  # type: ignore[arg-type]
        assert (held[1].data if held else None) == reference.schema(name)


@quick
@given(plain_histories, valid_ats)
def test_a_prefetched_walk_equals_a_walk_level_by_level(happenings: list[Happening], valid_at: int) -> None:
    class NeverAhead(MemoryStore):
        def reach(self, *_: object, **__: object) -> None:
            return None

    ahead, level_by_level = store(happenings), NeverAhead()
    level_by_level.apply(told(happenings), FOREVER)
    for name in names:
        for direction in (Direction.UPSTREAM, Direction.DOWNSTREAM, Direction.BOTH):
            walk = Walk((target(name).id,), direction, Grain.DATASET, 5)
            at = AsOf(valid_at)
            assert lineage(View(ahead, at), walk) == lineage(View(level_by_level, at), walk)


@pytest.mark.parametrize("node", [Job(NAMESPACE, "j1"), run_node("r1")])
def test_a_root_of_another_grain_is_refused_with_what_would_be_right(node: Node) -> None:
    from catalog.errors import SenderError  # noqa: PLC0415

    with pytest.raises(SenderError, match="starts at"):
        lineage(View(MemoryStore()), Walk((node.id,), Direction.UPSTREAM, Grain.DATASET))


def edges_above(happenings: list[Happening], name: str) -> set[tuple[str, str, str, str]]:
    return edges_of(walked(store(happenings), name, Direction.UPSTREAM, AsOf()))


@quick
@given(run_histories, st.sampled_from(DATASETS), st.sampled_from(["DROP", "TRUNCATE"]))
def test_ending_what_was_read_after_every_start_changes_nothing_above_its_reader(
    happenings: list[Happening], root: str, mode: str
) -> None:
    reference = Reference(happenings)
    last = max((h.at for h in happenings), default=0)
    before = edges_above(happenings, root)
    for name in sorted({source for source, *_ in before} - {root, MODEL}):
        ended = Happening(last + 1, "run", "COMPLETE", "gone", "gone", None, ((name, None, mode, None),))
        assert edges_above([*happenings, ended], root) == before
    assert before == reference.walk(root)[0]


@quick
@given(run_histories, st.sampled_from(DATASETS), runs)
def test_a_run_of_another_job_after_every_start_changes_nothing_above_what_it_does_not_write(
    happenings: list[Happening], root: str, later: Happening
) -> None:
    last = max((h.at for h in happenings), default=0)
    written = {name for name, _ in later.written()}
    if root in written:
        return
    after = Happening(last + 1 + later.at, "run", later.type, "later", "later", later.ins, later.outs)
    assert edges_above([*happenings, after], root) == edges_above(happenings, root)


@quick
@given(run_histories, st.sampled_from(DATASETS), st.integers(1, 3), st.integers(1, 6))
def test_a_walk_is_bounded_and_says_so(happenings: list[Happening], root: str, older: int, followed: int) -> None:
    whole = edges_above(happenings, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "OLDER_RUNS", older)
        patch.setattr(datasets, "FOLLOWED", followed)
        cut = walked(store(happenings), root, Direction.UPSTREAM, AsOf())
    assert edges_of(cut) <= whole
    assert isinstance(cut.completeness, Truncated) or edges_of(cut) == whole
