"""Small random histories of made-up pipelines: what happened, and the facts that its records would say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from hypothesis import strategies as st

from graph_schema.bitemporal import RANK, RECORD_RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import (
    Captures,
    Executed,
    Generated,
    IsAliasOf,
    IsPartOf,
    IsVersionOf,
    Produced,
    Produces,
    Read,
    TrainedOn,
    Used,
    Wrote,
)
from graph_schema.facts import Facts, Role
from graph_schema.nodes import Dataset, Job, Model, ModelVersion, Run, Snapshot
from tests.support.facts import REGISTRATION, run_node

NAMESPACE = "made-up"
DATASETS = "ABC"
MODEL = "M"
WHOLE = {"w1": "j1", "w2": "j2", "w3": "j3", "w4": "j1"}
STREAMS = {"p1": "pipe", "s1": "pipe.task", "s2": "pipe.task", "s3": "pipe.other"}
JOB_OF = {"r1": "j1", "r2": "j1", "r3": "j2", "r4": "j2", "r5": "train", **WHOLE, **STREAMS}
TIMES = st.integers(0, 5)


@dataclass(frozen=True)
class Happening:
    """One record: a run event, a job event, a dataset event, a registration or an alias.

    `ins` and `outs` None say nothing, () say "none". `ins` holds (dataset, version), `outs` (dataset, version, mode,
    renamed from), `trained` (dataset, version), `facets` (dataset, aspect, value), `alias` (name, target or None).
    """

    at: int
    kind: str = "run"
    type: str = "COMPLETE"
    run: str | None = None
    job: str | None = None
    ins: tuple[tuple[str, str | None], ...] | None = None
    outs: tuple[tuple[str, str | None, str | None, str | None], ...] | None = None
    facets: tuple[tuple[str, str, str | None], ...] = ()
    window: bool = False
    streaming: bool = False
    trained: tuple[tuple[str, str], ...] = ()
    alias: tuple[str, str | None] | None = None
    parent: str | None = None

    @property
    def tie(self) -> str:
        return sha256(repr(self).encode()).hexdigest()[:16]

    def written(self) -> list[tuple[str, tuple[str | None, str | None, str | None]]]:
        """Return what it says of outputs: (name, (version, mode, renamed from)); a renaming drops the old name too."""
        found: list[tuple[str, tuple[str | None, str | None, str | None]]] = []
        for name, version, mode, renamed_from in self.outs or ():
            found.append((name, (version, mode, renamed_from)))
            if renamed_from:
                found.append((renamed_from, (None, "DROP", None)))
        return sorted(found, key=lambda said: sorted(_write_value(*said[1]).items()))


def dataset(name: str) -> Dataset:
    return Dataset(NAMESPACE, name)


def model() -> ModelVersion:
    return ModelVersion(NAMESPACE, "model", MODEL)


def run_id(run: str) -> str:
    return run_node(run).id


def job_id(job: str) -> str:
    return Job(NAMESPACE, job).id


def target(name: str) -> Dataset | ModelVersion:
    return model() if name == MODEL else dataset(name)


def facts_of(happening: Happening, entry: int) -> Facts:
    """Return what the record at this entry says: a pure function of it alone."""
    run = run_node(happening.run) if happening.run else None
    job = Job(NAMESPACE, happening.job) if happening.job else None
    rank = RANK[happening.type] if happening.kind == "run" else RECORD_RANK
    builder = FactBuilder(entry, happening.at, happening.tie, rank, run.id if run else None, job.id if job else None)
    if happening.kind == "run" and run and job:
        said: dict[str, object] = {"type": happening.type}
        if happening.window:
            said["window"] = True
        if happening.streaming:
            said["processing"] = "STREAMING"
        builder.add_statement(run, "event", said)
        builder.add_edge(Executed(run, job))
        if happening.parent:
            builder.add_edge(IsPartOf(run, run_node(happening.parent)))
        _accesses(builder, run, happening)
    if happening.kind == "job" and job and (happening.ins, happening.outs) != (None, None):
        inputs = None if happening.ins is None else [dataset(name).id for name, _ in happening.ins]
        outputs = None if happening.outs is None else [dataset(name).id for name, *_ in happening.outs]
        builder.add_statement(job, "io", {"inputs": inputs, "outputs": outputs})
        for name, *_ in happening.outs or ():
            builder.add_edge(Produces(job, dataset(name)))
    if happening.kind == "register":
        _registration(builder, run, happening)
    if happening.alias:
        name, pointed = happening.alias
        builder.add_edge(IsAliasOf(dataset(name), dataset(pointed or name)), {"ended": True} if pointed is None else {})
    written = {name for name, *_ in happening.outs or ()}
    for name, aspect, stated in happening.facets:
        role = Role.OWN if happening.kind != "run" else Role.OUT if name in written else Role.IN
        builder.add_statement(dataset(name), aspect, stated, role)
    return builder.build()


def _registration(builder: FactBuilder, run: Run | None, happening: Happening) -> None:
    builder.add_statement(model(), "registration", REGISTRATION)
    builder.add_edge(IsVersionOf(model(), Model(NAMESPACE, "model")))
    if run:
        builder.add_edge(Produced(run, model()))
    for name, version in happening.trained:
        snapshot = Snapshot(NAMESPACE, name, version)
        builder.add_edge(TrainedOn(model(), snapshot), {"dataset": dataset(name).id})
        builder.add_edge(Captures(snapshot, dataset(name)))


def _accesses(builder: FactBuilder, run: Run, happening: Happening) -> None:
    for name, version in happening.ins or ():
        builder.add_edge(Read(run, dataset(name)), {"version": version} if version else {})
        if version:
            builder.add_edge(Used(run, Snapshot(NAMESPACE, name, version)))
            builder.add_edge(Captures(Snapshot(NAMESPACE, name, version), dataset(name)))
    for name, (version, mode, renamed_from) in happening.written():
        builder.add_edge(Wrote(run, dataset(name)), _write_value(version, mode, renamed_from))
        if version:
            builder.add_edge(Generated(run, Snapshot(NAMESPACE, name, version)))
            builder.add_edge(Captures(Snapshot(NAMESPACE, name, version), dataset(name)))


def _write_value(version: str | None, mode: str | None, renamed_from: str | None) -> dict[str, str]:
    value = {"mode": mode, "renamed_from": renamed_from and dataset(renamed_from).id, "version": version}
    return {key: said for key, said in value.items() if said}


def ledger(happenings: Iterable[Happening]) -> list[tuple[int, Happening]]:
    """Return the entries: each happening once, at the position of its first arrival."""
    seen: dict[Happening, int] = {}
    for position, happening in enumerate(happenings):
        seen.setdefault(happening, position)
    return sorted(((entry, happening) for happening, entry in seen.items()), key=lambda pair: pair[0])


def told(happenings: Iterable[Happening]) -> Facts:
    """Return all facts of the history, in ledger order."""
    facts = Facts()
    for entry, happening in ledger(happenings):
        facts += facts_of(happening, entry)
    return facts


_name = st.sampled_from(DATASETS)
_version = st.sampled_from([None, None, "v1", "v2"])
_ins = st.one_of(st.none(), st.lists(st.tuples(_name, _version), max_size=2, unique_by=lambda pair: pair[0]).map(tuple))
_mode = st.sampled_from(
    [
        (None, None),
        (None, None),
        (None, None),
        ("OVERWRITE", None),
        ("OVERWRITE", None),
        ("CREATE", None),
        ("TRUNCATE", None),
        ("DROP", None),
        ("RENAME", "A"),
    ]
)
_out = st.tuples(_name, _version, _mode).map(lambda said: (said[0], said[1], *said[2]))
_outs = st.one_of(st.none(), st.lists(_out, max_size=2, unique_by=lambda said: said[0]).map(tuple))
_facets = st.lists(st.tuples(_name, st.just("schema"), st.sampled_from(["s1", "s2", None])), max_size=1).map(tuple)
_types = st.sampled_from(["START", "RUNNING", "OTHER", "ABORT", "FAIL", "COMPLETE", "COMPLETE"])
_seldom = st.sampled_from([False, False, False, True])

runs = st.builds(
    lambda at, kind, run, ins, outs, facets, window, streaming: Happening(
        at, "run", kind, run, JOB_OF[run], ins, outs if run != "r5" else None, facets, window, streaming
    ),
    TIMES,
    _types,
    st.sampled_from(["r1", "r2", "r3", "r4", "r5", "w1"]),
    _ins,
    _outs,
    _facets,
    _seldom,
    _seldom,
)
dense = st.builds(
    lambda at, kind, run, source, mode: Happening(
        at, "run", kind, run, JOB_OF[run], ((source, None),), (("B", None, mode, None),)
    ),
    TIMES,
    st.sampled_from(["START", "FAIL", "COMPLETE", "COMPLETE", "COMPLETE"]),
    st.sampled_from(["r1", "r2", "r3"]),
    st.sampled_from("AC"),
    st.sampled_from([None, None, "OVERWRITE", "DROP"]),
)
whole = st.builds(
    lambda at, lasts, run, source, to, mode: [
        Happening(at, "run", "START", run[0], run[1], ((source, None),)),
        Happening(at + lasts, "run", "COMPLETE", run[0], run[1], None, ((to, None, *mode),)),
    ],
    TIMES,
    st.integers(0, 2),
    st.sampled_from(sorted(WHOLE.items())),
    _name,
    _name,
    _mode,
)
"""A run that reads at its START and writes at its COMPLETE, as most do: hops of its own time."""
streams = st.builds(
    lambda at, kind, parent, told, steps: [
        Happening(at, "run", kind, "p1", JOB_OF["p1"], streaming=parent),
        *(
            Happening(
                when,
                "run",
                "RUNNING",
                run,
                JOB_OF[run],
                ((name, None),) if side != "out" else None,
                ((name if side == "out" else "B", None, None, None),) if side != "in" else None,
                streaming=streaming,
                parent=below,
            )
            for run, side, name, when, streaming, below in steps[:told]
        ),
    ],
    TIMES,
    st.sampled_from(["START", "RUNNING", "COMPLETE"]),
    st.sampled_from([True, True, True, False]),
    st.integers(1, 4),
    st.lists(
        st.tuples(
            st.sampled_from(["s1", "s2", "s3"]),
            st.sampled_from(["in", "in", "out", "out", "both"]),
            _name,
            TIMES,
            st.sampled_from([True, True, True, False]),
            st.sampled_from(["p1", "p1", "p1", None]),
        ),
        min_size=2,
        max_size=4,
    ),
)
"""A run that streams, mostly, and the halves of its stream below it."""
jobs = st.builds(
    lambda at, job, ins, outs: Happening(at, "job", job=job, ins=ins, outs=outs),
    TIMES,
    st.sampled_from(["j1", "j2"]),
    _ins,
    _outs,
)
registrations = st.builds(
    lambda at, named, trained: Happening(
        at, "register", run="r5" if named else None, job="train" if named else None, trained=trained
    ),
    TIMES,
    st.booleans(),
    st.lists(st.tuples(_name, st.sampled_from(["v1", "v2"])), max_size=2, unique=True).map(tuple),
)
owners = st.builds(lambda at, facets: Happening(at, "dataset", facets=facets), TIMES, _facets)
aliases = st.builds(
    lambda at, name, pointed: Happening(at, "alias", alias=(name, pointed)),
    TIMES,
    _name,
    st.sampled_from(["A", "B", None]),
)


def _told(*kinds: st.SearchStrategy[Happening]) -> st.SearchStrategy[list[Happening]]:
    each = st.one_of(*kinds).map(lambda one: [one])
    return st.lists(st.one_of(whole, whole, each, each, each, streams), max_size=7).map(
        lambda several: [one for some in several for one in some]
    )


plain_histories = _told(dense, dense, runs, runs, jobs, registrations, owners)
histories = _told(dense, dense, runs, runs, jobs, registrations, owners, aliases)
run_histories = _told(dense, registrations)
anything = st.one_of(runs, dense, jobs, registrations, owners, aliases)
