"""What a report shows, and how what is derived is held against it: every value, and both ways."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reports.standalone.bodies import Record, RunKey, Values, full_name, identity_of
from reports.standalone.disclosed import Disclosed
from reports.standalone.outcome import MalformedError


@dataclass(frozen=True)
class DerivedPart:
    """One part of a report: how many values of it were derived and compared, and where it differs."""

    name: str
    compared: int
    differing: tuple[str, ...]
    understood: bool = True
    why: str = "This version of the verifier does not understand this part."


def state_of(run: Values) -> object:
    """Return the state of a run as what refers to it shows it: none where it sent no event."""
    return None if run.get("state") == "UNKNOWN" else run.get("state")


def citations(value: object) -> Iterator[int]:
    """Yield every ledger index that a part of a context cites."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "entries" and isinstance(item, list):
                yield from (index for index in item if type(index) is int)
            elif name == "entry" and type(item) is int:
                yield item
            else:
                yield from citations(item)
    elif isinstance(value, list):
        for item in value:
            yield from citations(item)


KINDS_OF_SUBJECT = {
    "model_version": ("namespace", "name", "version"),
    "snapshot": ("namespace", "name", "digest"),
    "dataset": ("namespace", "name"),
    "period": ("since", "until"),
}
"""What a report can be of, as records name it, and the members of its key."""


@dataclass(frozen=True)
class Subject:
    """What a report is of: which kind of thing, as records name it, and its key."""

    kind: str
    key: tuple[str, ...]
    values: Values
    """What the report shows of it."""

    @property
    def reference(self) -> dict[str, Any]:
        """Return how a record names it."""
        if self.kind == "period":
            return {"period": {"since": self.key[0], "until": self.key[1]}}
        namespace, name, *rest = self.key
        one = {"namespace": namespace, "name": name}
        if self.kind == "model_version":
            return {"model_version": {"model": one, "version": rest[0]}}
        return {"snapshot": {"dataset": one, "digest": rest[0]}} if self.kind == "snapshot" else {"dataset": one}


def subject_in(context: Values) -> Subject:
    """Return what a context is of: its model version, or whatever else its subject says."""
    if "model" in context:
        return _subject("model_version", "model", context)
    kind = object_in(context.get("subject"), "subject").get("kind")
    if kind not in KINDS_OF_SUBJECT:
        raise MalformedError("/context/subject/kind is no kind of subject")
    return _subject(str(kind), "subject", context)


def _subject(kind: str, part: str, context: Values) -> Subject:
    values = object_in(context.get(part), part)
    for name in KINDS_OF_SUBJECT[kind]:
        if not isinstance(values.get(name), str):
            raise MalformedError(f"/context/{part}/{name} is no text")
    return Subject(kind, tuple(values[name] for name in KINDS_OF_SUBJECT[kind]), values)


_BEFORE_PEOPLE = frozenset({"model_dossier/2", "model_dossier/3", "approvals/1"})
_NOTHING: tuple[object, ...] = (None, [])
"""What a member says that says nothing."""


class Shown:
    """What a report's context shows, by part; raises MalformedError for a part that has not its form."""

    def __init__(self, context: Values, template: object = None) -> None:
        self.context = context
        self.is_second = template == "model_dossier/2"
        """Whether it is of the dossier's second version: fewer findings, and no time at which an approval ended."""
        self.before_people = template in _BEFORE_PEOPLE
        """Whether it is of a version that did not list yet who acted and what the entries are about."""
        self.is_before_fourth = template in {"model_dossier/2", "model_dossier/3"}
        """Whether it is of a version of the dossier that showed less of what is missing, of snapshots and of edges."""
        self.read_point = object_in(context.get("read_point"), "read_point")
        self.subject = subject_in(context)

    def each(self, part: str) -> list[dict[str, Any]]:
        """Return the items of a part."""
        found = self.context.get(part)
        if not isinstance(found, list):
            raise MalformedError(f"/context/{part} is no list")
        return [object_in(item, f"{part}/{number}") for number, item in enumerate(found)]

    @property
    def model(self) -> Values:
        """Return what is shown of the model version that the report is of."""
        return self.subject.values

    @property
    def title(self) -> str:
        """Return what the report calls the model version or dataset that it is of, in its own parts."""
        if self.subject.kind == "model_version":
            return f"{self.model['name']} {self.model['version']}"
        return "/".join(self.subject.key)

    @property
    def version(self) -> tuple[str, ...]:
        """Return what names the model version that the report is of; nothing where it is of something else."""
        return self.subject.key if self.subject.kind == "model_version" else ()

    @cached_property
    def runs(self) -> dict[RunKey, dict[str, Any]]:
        """Return the runs by their jobs and ids."""
        return {(str(run.get("job")), run["run"]): run for run in self.each("runs") if isinstance(run.get("run"), str)}

    def run_of(self, job: object, run_id: object) -> RunKey | None:
        """Return which run is meant by an id and the full name of its job; without a job, the one that has the id."""
        if not isinstance(run_id, str):
            return None
        if isinstance(job, str):
            return job, run_id
        return next(iter(found), None) if len(found := [run for run in self.runs if run[1] == run_id]) == 1 else None

    def run_named(self, record: Record) -> RunKey | None:
        """Return the run that a record names, of the job that it names or that its admission added."""
        job = record.content.get("job") or record.added.get("job")
        return self.run_of(None if job is None else full_name(job), record.content.get("run_id"))


class Comparison:
    """Collects what differs between what is derived and what is shown, and counts what was compared."""

    def __init__(self, log: Disclosed) -> None:
        self.log = log
        self.compared = 0
        self.differing: list[str] = []

    def rests_on_withheld(self, shown: object) -> bool:
        """Return whether something shown rests on a body that is not disclosed, so that nothing can be derived."""
        return not self.log.withheld.isdisjoint(citations(shown))

    def same(self, where: str, shown: Values, derived: Values, *, by: Iterable[int] = ()) -> None:
        """Compare every value that is derived with the one that is shown.

        One that says nothing may be left out: files of before there was such a member lack it.
        """
        entries = ", ".join(f"#{index}" for index in by) or "the entries"
        for name, value in derived.items():
            self.compared += 1
            if isinstance(value, dict) and isinstance(shown.get(name), dict):
                self.same(f"{where} {name}", shown[name], value, by=by)
            elif (name in shown or value not in _NOTHING) and _json(shown.get(name)) != _json(value):
                seen = brief(shown.get(name))
                self.differing.append(f"{where}: {name} is shown as {seen}, by {entries} it is {brief(value)}")

    def alike(self, where: str, shown: Iterable[object], derived: Iterable[object]) -> None:
        """Compare two collections: what is shown that nothing says, and what is said and not shown."""
        left, right = Counter(map(_json, shown)), Counter(map(_json, derived))
        self.compared += max(left.total(), right.total())
        self.differing += [f"{where}: {brief(one)} is shown, and no entry says it" for one in left - right]
        self.differing += [f"{where}: {brief(one)} is left out, though the entries say it" for one in right - left]

    def holds(self, held: bool, sentence: str) -> None:  # noqa: FBT001 - the verdict itself
        """Note the sentence where something does not hold."""
        self.compared += 1
        if not held:
            self.differing.append(sentence)


def registrations_of(shown: Shown, log: Disclosed) -> list[Record]:
    """Return the registrations of the model version that a report is of, the oldest first; none of anything else."""
    return registrations_by(shown.version, log)


def registrations_by(version: tuple[str, ...], log: Disclosed) -> list[Record]:
    """Return the registrations of a model version by its key, the oldest first."""

    def fits(content: Values) -> bool:
        return (content["model"]["namespace"], content["model"]["name"], content["version"]) == version

    return log.of("register_model_version", fits)


def subject_of(content: Values) -> tuple[str, ...]:
    """Return the key of what a request for approval is about: a model version, a snapshot or a dataset."""
    if content.get("model_version"):
        version = content["model_version"]
        return version["model"]["namespace"], version["model"]["name"], version["version"]
    if content.get("snapshot"):
        return snapshot_key(content["snapshot"])
    return identity_of(content["dataset"])


def snapshot_key(content: Values) -> tuple[str, str, str]:
    """Return namespace, name and digest of a snapshot."""
    return *identity_of(content["dataset"]), content["digest"]


def object_in(value: object, where: str) -> dict[str, Any]:
    """Return an object of the context; raises MalformedError with its place where it is none."""
    if not isinstance(value, dict):
        raise MalformedError(f"/context/{where} is no object")
    return value


def index_in(value: object) -> int:
    """Return a ledger index, -1 for anything that cannot be one."""
    return value if type(value) is int else -1


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def brief(value: object) -> str:
    """Return a value on one line, shortened: enough to find it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."  # noqa: PLR2004 - enough to find it
