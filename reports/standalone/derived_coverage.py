"""Which steps on the way the disclosed attestations cover, and why others do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reports.standalone.bodies import (
    Record,
    RunKey,
    attempts_of,
    facet_in,
    full_name,
    optional_micros,
    streams,
    text_in,
)
from reports.standalone.comparison import Shown, registrations_of
from reports.standalone.disclosed import Disclosed

_CLEARING = frozenset({"SAFE_HARBOR", "EXPERT_DETERMINATION"})
"""45 CFR 164.514(b): a limited data set is still protected health information."""
_CLEARED = frozenset({"DE_IDENTIFIED", "PSEUDONYMIZED", "AGGREGATED"})
_CLAIM = "lineward_deidentification"


@dataclass(frozen=True)
class Step:
    """What one run of a job did on the way, by name and id; all of the job where no run is named."""

    job: str
    run: str | None
    at: int | None = None
    versions: frozenset[str] = frozenset()
    declared: frozenset[int] = frozenset()
    """By which entries."""
    code: frozenset[str] = frozenset()
    """The versions of the job's code that the run's own events say."""


class Attested:
    """The steps that a report shows, held against the attestations that the entries disclose."""

    def __init__(self, shown: Shown, log: Disclosed) -> None:
        self._shown = shown
        self._log = log
        registrations = registrations_of(shown, log)
        self.registered = registrations[-1].index if registrations else -1
        self.records = [one for one in log.of("attest_deidentification") if one.content.get("job")]
        # That one is void is said once, and holds before that too.
        self._ends = [one for one in (*log.records, *log.later_records) if one.kind == "end_attestation"]

    def registered_state(self, dataset: str) -> str | None:
        """Return the de-identification state that a dataset was declared in when the version was registered."""
        named = self._log.shown_as(dataset)
        found = self._log.declarations(named, self.registered).get("deidentification_state")
        return None if found is None else str(found[1])

    def is_cleared(self, dataset: str) -> bool:
        """Return whether it was declared then to be without identifiers."""
        return self.registered_state(dataset) in _CLEARED

    def is_covered(self, step: Step) -> bool:
        """Return whether an attestation covers the step."""
        return any(self._reason(record, step) is None for record in self.records)

    def is_attested(self, node: object) -> bool:
        """Return whether every step that put a node into its state is covered; not where none is shown."""
        steps = self.steps.get(node, set())
        return bool(steps) and all(self.is_covered(step) for step in steps)

    def of_dataset(self, dataset: str) -> dict[str, Any]:
        """Return what a report has to say of whether every state of a dataset that it shows is attested."""
        nodes = {node for node, name in self._names.items() if name == dataset and self.is_cleared(name)}
        rest = {node for node in nodes if not self.is_attested(node)}
        return {"attested": not rest if nodes else None, "from_attested": bool(rest) and rest <= self.derived}

    @cached_property
    def derived(self) -> set[object]:
        """Return the nodes declared cleared and not attested that were made of such nodes alone, over any steps."""
        cleared = {node for node, name in self._names.items() if self.is_cleared(name)}
        inputs: dict[object, set[object]] = {}
        for edge in self._edges:
            inputs.setdefault(edge.get("target"), set()).add(edge.get("source"))
        attested = {node for node in cleared if self.is_attested(node)}
        found = set(attested)
        while more := {node for node in cleared - found if inputs.get(node) and inputs[node] <= found}:
            found |= more
        return found - attested

    def coverage(self, record: Record) -> dict[str, Any]:
        """Return what a report has to say of what an attestation covers."""
        step = self._step(record)
        reason = self._reason(record, step)
        is_bound = record.content.get("schema_version") is not None
        declared = [index for one in self._about(record) for index in one.declared] if is_bound else []
        definition = self._log.defined(record.actor, record.index)
        return {
            "covers": reason is None,
            "reason": reason,
            "not_covered": None if reason is None else step.run,
            "written_versions": sorted(step.versions - {""}) if reason == "OTHER_VERSION" else [],
            "entries": sorted(
                {
                    record.index,
                    *([definition.index] if definition else ()),
                    *([end.index] if (end := self.end(record)) else ()),
                    *declared,
                }
            ),
        }

    def end(self, record: Record) -> Record | None:
        """Return what ended an attestation by then: that it never held, whenever said, else what came first."""
        acting = [
            one
            for one in self._ends
            if one.content["attestation"] == record.index and (_is_void(one) or one.since <= self._log.valid_at)
        ]
        return min(acting, key=lambda one: (not _is_void(one), one.since, one.index), default=None)

    def is_void(self, record: Record) -> bool:
        """Return whether an attestation was said never to have held."""
        end = self.end(record)
        return end is not None and _is_void(end)

    def until(self, record: Record) -> int | None:
        """Return when an attestation ends: by its own word, or by what ended it before."""
        own, end = optional_micros(record.content.get("until")), self.end(record)
        ends = [own, None if end is None or _is_void(end) else end.since]
        return min((one for one in ends if one is not None), default=None)

    def idle(self) -> list[int]:
        """Return the entries of the attestations that do not cover a step which nothing else covers."""
        found: list[int] = []
        for record in self.records:
            coverage = self.coverage(record)
            if coverage["reason"] not in {None, "OTHER_RUN"} and not self.is_covered(self._step(record)):
                found += coverage["entries"]
        return found

    def removals(self) -> dict[tuple[str, str | None], str]:
        """Return job and run of each step that removes identifiers and no attestation names, and how that is known."""
        named = {self._named(record) for record in self.records}
        others = {
            full_name(record.content["job"])
            for record in self.records
            if self.coverage(record)["reason"] == "OTHER_RUN"
        }
        found = {(step.job, step.run): "ANOTHER_RUN" for step in self._every if step.job in others}
        found |= dict.fromkeys(self._declared(), "DECLARATION")
        found |= {
            run: "RUN" for run in self._shown.runs if any(_CLAIM in event.run_facets for event in self._log.run(run))
        }
        return {step: known_by for step, known_by in found.items() if named.isdisjoint({step, (step[0], None)})}

    @staticmethod
    def _named(record: Record) -> tuple[str, str | None]:
        """Return the job that an attestation is of, and the run that alone it covers."""
        return full_name(record.content["job"]), record.content.get("run_id")

    @cached_property
    def steps(self) -> dict[object, set[Step]]:
        """Return by node what put it into its state, as the edges show it."""
        edges = [edge for edge in self._edges if edge.get("job") is not None]
        bound = {full_name(one.content["job"]) for one in self.records if one.content.get("schema_version")}
        written: dict[tuple[Any, Any], set[tuple[str, int]]] = {}
        for edge in edges:
            name = self._names.get(edge.get("target"))
            if edge["job"] in bound and name is not None:
                record = self._log.declared_version(self._log.shown_as(name), self._ended(edge["job"], edge.get("run")))
                version = ("", -1) if record is None else (str(record.content["schema_version"]), record.index)
                written.setdefault((edge["job"], edge.get("run")), set()).add(version)
        code = {full_name(one.content["job"]) for one in self.records if one.content.get("job_version")}
        found: dict[object, set[Step]] = {}
        for edge in edges:
            key = edge["job"], edge.get("run")
            versions = written.get(key, set())
            declared = frozenset(index for _, index in versions if index >= 0)
            ran = self._code(*key) if edge["job"] in code else frozenset()
            step = Step(*key, self._ended(*key), frozenset(version for version, _ in versions), declared, ran)
            found.setdefault(edge.get("target"), set()).add(step)
        return found

    @cached_property
    def _every(self) -> list[Step]:
        every = {step for steps in self.steps.values() for step in steps}
        return sorted(every, key=lambda step: (step.at or 0, step.job, step.run or ""))

    @cached_property
    def _edges(self) -> list[dict[str, Any]]:
        tried = attempted(self._shown, self._log)
        edges, run_of = self._shown.each("edges"), self._shown.run_of
        return [edge for edge in edges if run_of(edge.get("job"), edge.get("run")) not in tried]

    @cached_property
    def _names(self) -> dict[object, str]:
        nodes = self._shown.each("nodes")
        return {node.get("id"): str(node.get("name")) for node in nodes if node.get("kind") != "ModelVersion"}

    def _ended(self, job: str, run_id: str | None) -> int | None:
        run = {} if run_id is None else self._shown.runs.get((job, run_id), {})
        return optional_micros(text_in(run.get("ended_at")) or text_in(run.get("started_at")))

    def _code(self, job: str, run_id: str | None) -> frozenset[str]:
        """Return the versions of the job's code that the disclosed events of a run say."""
        events = () if run_id is None else self._log.run((job, run_id))
        found = (text_in(facet_in(event.job_facets.get("sourceCodeLocation")).get("version")) for event in events)
        return frozenset(version for version in found if version is not None)

    def _declared(self) -> Iterator[tuple[str, str | None]]:
        for edge in self._edges:
            source, target = (self._names.get(edge.get(end), "") for end in ("source", "target"))
            if edge.get("job") is not None and self.is_cleared(target) and not self.is_cleared(source):
                yield edge["job"], edge.get("run")

    def _about(self, record: Record) -> list[Step]:
        job, run = self._named(record)
        of_job = [step for step in self._every if step.job == job]
        named = of_job if run is None else [step for step in of_job if step.run == run]
        if not named and (run is None or (job, run) not in self._shown.runs):
            named = of_job
        return named or [Step(job, run)]

    def _step(self, record: Record) -> Step:
        """Return the step by which an attestation is judged: first of all one that neither it nor another covers."""
        about = self._about(record)
        others = [step for step in about if self._reason(record, step) is not None]
        return next((step for step in others if not self.is_covered(step)), (*others, about[0])[0])

    def _reason(self, record: Record, step: Step) -> str | None:
        content, valid_at = record.content, self._log.valid_at
        run, until = content.get("run_id"), self.until(record)
        definition = self._log.defined(record.actor, record.index)
        is_steward = definition is not None and "steward" in definition.content.get("roles", ())
        began = valid_at if run is not None or step.at is None else min(valid_at, step.at)
        bound = content.get("schema_version")
        holds = {
            "OTHER_JOB": full_name(content["job"]) == step.job,
            "OTHER_RUN": run is None or run == step.run,
            "NOT_AUTHORISED": record.authenticated and is_steward,
            "CLEARS_NOTHING": content["method"] in _CLEARING,
            "VOID": not self.is_void(record),
            "EXPIRED": until is None or until > valid_at,
            "BEGINS_LATER": record.since <= began,
            "OTHER_VERSION": bound is None or step.versions == {bound},
            "OTHER_CODE": content.get("job_version") is None or step.code == {content["job_version"]},
        }
        return next((reason for reason, held in holds.items() if not held), None)


def _is_void(end: Record) -> bool:
    return end.content.get("effect") == "VOID"


def attempted(shown: Shown, log: Disclosed) -> set[RunKey | None]:
    """Return the runs that did not put anything into its state: none of their outputs took effect."""
    found: set[RunKey | None] = set()
    for key, run in shown.runs.items():
        events = log.run(key)
        streamed = any(streams(event) for event in events) and any(event.reads or event.writes for event in events)
        completed = any(one.state == "COMPLETE" for one in attempts_of(events)) if events else False
        if run.get("state") != "COMPLETE" and not completed and not streamed:
            found.add(key)
    return found
