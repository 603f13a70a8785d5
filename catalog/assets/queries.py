"""Datasets, jobs and runs as they were at one point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from catalog.assets import hierarchy, rules
from catalog.assets.folds import DROPPED, aspects_in_force, last_writes
from catalog.assets.locations import located
from catalog.assets.model import (
    AspectInForce,
    DatasetRecord,
    EventNotes,
    JobRecord,
    NamedOwner,
    NamedRun,
    NodeRecord,
    Noted,
    RunRecord,
    RunState,
)
from catalog.assets.sources import inherited
from catalog.names.loading import Names
from catalog.store.protocol import KnownNode
from catalog.view import View
from graph_schema.aspects.declarations import PermittedUse, Retention, SourceSystem
from graph_schema.aspects.events import Flags, Redactions
from graph_schema.facts import NOW, Edge
from graph_schema.nodes import Dataset, Job, Node, Run
from graph_schema.registry import STRUCTURAL, TYPES

T = TypeVar("T")
R = TypeVar("R", DatasetRecord, JobRecord, RunRecord)
_STATED = tuple(kind for kind in TYPES if kind not in STRUCTURAL)
_TOUCHES = ("READ", "WROTE", "CONSUMES", "PRODUCES", "FEEDS")


@dataclass(frozen=True, slots=True, eq=False)
class Named(Generic[R]):
    """A thing by its name.

    Its record, and those of all that were asked for beside it, are read in one go once one is looked at.
    """

    node: Node
    first_entry: int
    _id: str
    _records: _Records[R]

    @property
    def record(self) -> R:
        """Return it with everything in force about it, by the view that it was named in."""
        return self._records.found[self._id]


@dataclass(eq=False)
class _Records(Generic[R]):
    read: Callable[[], Mapping[str, R]]

    @cached_property
    def found(self) -> Mapping[str, R]:
        return self.read()


def _named(shown: Mapping[str, KnownNode], read: Callable[[], Mapping[str, R]]) -> dict[str, Named[R]]:
    records = _Records(read)
    return {id_: Named(each.node, each.entry, id_, records) for id_, each in shown.items()}


def named_datasets(view: View, ids: Sequence[str]) -> dict[str, Named[DatasetRecord]]:
    """Return those of the datasets that were known by then; each node is a Dataset.

    A name that stands for a dataset of another name gives that one, with its id.
    """
    known = _known(view, ids, Dataset)
    if not known:
        return {}
    names = Names(view, renamed=True)
    names.load(known)
    names_shown = names.shown(list(known))
    names.count_hidden(known)
    others = sorted(set(names_shown.values()) - known.keys())
    every = {**known, **(_known(view, others, Dataset) if others else {})}
    shown = {id_: every[name] for id_, name in names_shown.items() if name in every}
    return _named(shown, lambda: _dataset_records(view, shown, names))


def datasets(view: View, ids: Sequence[str]) -> dict[str, DatasetRecord]:
    """Return those of the datasets that were known by then, with everything in force about them under any name.

    A name that stands for a dataset of another name gives that one, with its id.
    """
    return {id_: one.record for id_, one in named_datasets(view, ids).items()}


def _dataset_records(view: View, shown: Mapping[str, KnownNode], names: Names) -> dict[str, DatasetRecord]:
    wanted = list(shown)
    touched = _touched(view, wanted, names)
    last, folds = last_writes(view, wanted, names)
    held = aspects_in_force(view, wanted, folds, names=names)
    by_source, by_place = inherited(view, held), located(view, held)
    return {
        id_: _dataset(
            each.node,
            each.entry,
            held.get(id_, {}),
            {**by_source.get(id_, {}), **by_place.get(id_, {})},
            touched=id_ in touched,
            last=last.get(id_, _NEVER),
        )
        for id_, each in shown.items()
        if isinstance(each.node, Dataset)
    }


def _touched(view: View, ids: Sequence[str], names: Names) -> frozenset[str]:
    """Return those of the datasets that a run, a job or a declaration reads or writes.

    Whether a job uses one is kept, however often it ran. Only where no job is seen to, every edge is looked at.
    """
    used = view.uses([id_ for id_ in ids if names.is_alone(id_)])
    by_jobs = {use.dataset for use in used if use.job is not None and use.how in _TOUCHES}
    rest = [id_ for id_ in ids if id_ not in by_jobs]
    return frozenset(by_jobs | {edge.target for edge in (names.edges(rest, _TOUCHES, "in") if rest else ())})


def named_jobs(view: View, ids: Sequence[str]) -> dict[str, Named[JobRecord]]:
    """Return those of the jobs that were known by then; each node is a Job."""
    known = _known(view, ids, Job)
    return _named(known, lambda: _job_records(view, known))


def jobs(view: View, ids: Sequence[str]) -> dict[str, JobRecord]:
    """Return those of the jobs that were known by then, with everything in force about them."""
    return {id_: one.record for id_, one in named_jobs(view, ids).items()}


def _job_records(view: View, known: Mapping[str, KnownNode]) -> dict[str, JobRecord]:
    held = aspects_in_force(view, list(known))
    plain = [id_ for id_ in known if not held.get(id_)]
    executed = {edge.target for edge in view.edges(plain, ("EXECUTED",), "in")} if plain else frozenset()
    found = {}
    for id_, each in known.items():
        if isinstance(each.node, Job):
            aspects = held.get(id_, {})
            found[id_] = JobRecord(
                id=id_,
                namespace=each.node.namespace,
                name=each.node.name,
                first_entry=each.entry,
                documentation=_as(aspects, "documentation", _member("description")),
                job_type=aspects.get("job_type"),
                sql=aspects.get("sql"),
                source_code_location=aspects.get("source_code_location"),
                ghost=not aspects and id_ not in executed,
                aspects=aspects,
            )
    return found


def named_runs(view: View, ids: Sequence[str]) -> dict[str, Named[RunRecord]]:
    """Return those of the runs that were known by then; each node is a Run."""
    known = _known(view, ids, Run)
    return _named(known, lambda: _run_records(view, known))


def runs(view: View, ids: Sequence[str]) -> dict[str, RunRecord]:
    """Return those of the runs that were known by then, folded at that point."""
    return {id_: one.record for id_, one in named_runs(view, ids).items()}


def _known(view: View, ids: Sequence[str], kind: type[Node]) -> dict[str, KnownNode]:
    return {id_: each for id_, each in view.nodes(ids).items() if isinstance(each.node, kind)}


def _run_records(view: View, known: Mapping[str, KnownNode]) -> dict[str, RunRecord]:
    wanted = list(known)
    folds = view.runs(wanted)
    held = aspects_in_force(view, wanted)
    above = hierarchy.parents(view, wanted)
    named = {name for fold in folds.values() if fold for name in (*fold.inputs, *(name for name, _ in fold.outputs))}
    seen = view.visible(named)
    found = {}
    for id_ in wanted:
        fold, executed = folds[id_], _executed(known[id_].node)
        found[id_] = RunRecord(
            id=id_,
            run_id=known[id_].node.title,
            first_entry=known[id_].entry,
            job=None if executed is None else executed.id,
            state=RunState(fold.state) if fold else None,
            started_at=fold.started_at if fold else None,
            start_known=bool(fold and fold.start_known),
            ended_at=fold.ended_at if fold else None,
            inputs=tuple(sorted(seen & fold.inputs.keys())) if fold else (),
            outputs=tuple(sorted(seen & {name for name, _ in fold.outputs})) if fold else (),
            error=held.get(id_, {}).get("error"),
            parents=above.get(id_, ()),
            entries=fold.entries if fold else (),
            aspects=held.get(id_, {}),
            executed=executed,
        )
    return found


def runs_with_id(view: View, run_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the ids of the runs of each run id, by their jobs' names; a run id that nothing names is absent."""
    return {run_id: tuple(run.id for run in runs) for run_id, runs in view.runs_of_ids(run_ids).items()}


def node_records(view: View, ids: Sequence[str]) -> dict[str, NodeRecord]:
    """Return those of the nodes that were known, of whatever kind, with everything in force about them."""
    known = view.nodes(ids)
    held = aspects_in_force(view, list(known)) if known else {}
    return {id_: NodeRecord(each.node, each.entry, held.get(id_, {})) for id_, each in known.items()}


def runs_of(view: View, jobs: Sequence[str]) -> dict[str, tuple[NamedRun, ...]]:
    """Return the runs of each job that had begun by then, the one last named first; a job without any is absent."""
    return _named_runs(view, view.edges(jobs, ("EXECUTED",), "in"))


def children_of(view: View, runs: Sequence[str]) -> dict[str, tuple[NamedRun, ...]]:
    """Return the runs that each run started and that had begun by then, likewise."""
    return _named_runs(view, hierarchy.child_edges(view, runs))


def _named_runs(view: View, edges: Sequence[Edge]) -> dict[str, tuple[NamedRun, ...]]:
    first = {run: known.entry for run, known in view.nodes(sorted({edge.source for edge in edges})).items()}
    # Whose run a run is holds at every time: of another time than now, only its events say whether it had begun.
    begun = first.keys() if view.as_of.valid_at == NOW else {run for run, fold in view.runs(first).items() if fold}
    found: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.source in begun:
            found[edge.target].add(edge.source)
    return {
        of: tuple(NamedRun(run, first[run]) for run in sorted(named, key=lambda run: (-first[run], run)))
        for of, named in found.items()
    }


def event_notes(view: View, ids: Sequence[str]) -> dict[str, EventNotes]:
    """Return what was noted of the events of each run, job or dataset; one without any is absent."""
    noted: dict[str, dict[str, list[Noted]]] = defaultdict(lambda: {"flags": [], "redactions": []})
    for one in view.statements(ids, ("flags", "redactions")):
        if one.aspect == "flags" and one.value is not None:
            noted[one.subject]["flags"] += [
                Noted(one.entry, flag.pointer, flag.code, flag.size) for flag in Flags.from_json(one.data).flags
            ]
        elif one.value is not None:
            noted[one.subject]["redactions"] += [
                Noted(one.entry, redaction.pointer, redaction.rule)
                for redaction in Redactions.from_json(one.data).redactions
            ]
    return {
        id_: EventNotes(tuple(sorted(found["flags"])), tuple(sorted(found["redactions"])))
        for id_, found in noted.items()
    }


def existing(view: View, ids: Sequence[str]) -> dict[str, bool]:
    """Return of each known node whether anything of it holds by the valid time.

    What nothing but its own identity is ever stated of, such as a job's column, exists at every time.
    """
    known = list(view.nodes(ids))
    if view.as_of.valid_at == NOW:
        return dict.fromkeys(known, True)
    names = Names(view)
    names.load(known)
    together = {one: (one, *(() if names.is_alone(one) else _together(names, one))) for one in known}
    every = sorted({name for several in together.values() for name in several})
    then = _stated(view.unredacted, every)
    ever = _stated(view.unredacted.at(NOW), [name for name in every if name not in then])
    return {one: not then.isdisjoint(several) or ever.isdisjoint(several) for one, several in together.items()}


def _together(names: Names, one: str) -> tuple[str, ...]:
    return names.naming(one).together(one, names.view.as_of.valid_at)


def _stated(view: View, ids: Sequence[str]) -> frozenset[str]:
    """Return those of the nodes that a statement, or an edge that does not follow from identity, is about."""
    if not ids:
        return frozenset()
    ends = (end for edge in view.edges(ids, _STATED, "both") for end in (edge.source, edge.target))
    return frozenset({*ends, *(one.subject for one in view.statements(ids))} & set(ids))


def _executed(node: Node) -> Job | None:
    return node.executed if isinstance(node, Run) else None


_NEVER = object()


def _dataset(
    node: Dataset,
    entry: int,
    own: Mapping[str, AspectInForce[Any]],
    given: Mapping[str, AspectInForce[Any]],
    *,
    touched: bool,
    last: object,
) -> DatasetRecord:
    held = {**own, **given}
    return DatasetRecord(
        id=node.id,
        namespace=node.namespace,
        name=node.name,
        state=rules.state(described=bool(own), touched=touched, written=last is not _NEVER, dropped=last == DROPPED),
        first_entry=entry,
        owner=held.get("owner"),
        source_system=_as(held, "source_system", SourceSystem.from_json),
        schema_version=held.get("schema_version"),
        clinical_purpose=held.get("clinical_purpose"),
        phi_category=_as(held, "phi_category", tuple),
        deidentification_state=held.get("deidentification_state"),
        retention=_as(held, "retention", Retention.from_json),
        permitted_use=_as(held, "permitted_use", PermittedUse.from_json),
        zone=held.get("zone"),
        site=held.get("site"),
        region=held.get("region"),
        supplier=held.get("source"),
        place=held.get("place"),
        permitted_processing=_as(held, "permitted_processing", tuple),
        permitted_consumers=_as(held, "permitted_consumers", tuple),
        permitted_places=_as(held, "permitted_places", tuple),
        documentation=_as(held, "documentation", _member("description")),
        ownership=_as(held, "ownership", _owners),
        dataset_type=_as(held, "dataset_type", _member("datasetType")),
        data_source=held.get("data_source"),
        storage=held.get("storage"),
        columns=rules.columns(node.namespace, node.name, held["schema"].value) if "schema" in held else (),
        gaps=rules.gaps(held.keys(), has_lineage=touched),
        aspects=held,
    )


def _as(
    held: Mapping[str, AspectInForce[Any]], aspect: str, change: Callable[[Any], T | None]
) -> AspectInForce[T] | None:
    """Return the aspect with its value made into what it stands for; None where the value is not of that shape."""
    stated = held.get(aspect)
    value = None if stated is None else change(stated.value)
    return None if stated is None or value is None else replace(stated, value=value)


def _member(key: str) -> Callable[[Any], str | None]:
    def text(value: Any) -> str | None:  # noqa: ANN401  a facet is any JSON
        found = value.get(key) if isinstance(value, dict) else None
        return found if isinstance(found, str) and found else None

    return text


def _owners(value: Any) -> tuple[NamedOwner, ...] | None:  # noqa: ANN401  a facet is any JSON
    owners = value.get("owners") if isinstance(value, dict) else None
    if not isinstance(owners, list):
        return None
    named = _member("name")
    typed = _member("type")
    return tuple(NamedOwner(name, typed(owner)) for owner in owners if (name := named(owner)) is not None)
