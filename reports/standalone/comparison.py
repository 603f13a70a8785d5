"""What a report shows, and how what is derived is held against it: every value, and both ways."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reports.standalone.bodies import Record, Told, Values, identity_of
from reports.standalone.outcome import MalformedError


@dataclass(frozen=True)
class Part:
    """One part of a report: how many values of it were derived and compared, and where it differs."""

    name: str
    compared: int
    differing: tuple[str, ...]
    understood: bool = True


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


class Shown:
    """What a report's context shows, by part; raises MalformedError for a part that has not its form."""

    def __init__(self, context: Values) -> None:
        self.context = context
        self.model = object_in(context.get("model"), "model")
        self.read_point = object_in(context.get("read_point"), "read_point")
        for name in ("namespace", "name", "version"):
            if not isinstance(self.model.get(name), str):
                raise MalformedError(f"/context/model/{name} is no text")

    def each(self, part: str) -> list[dict[str, Any]]:
        """Return the items of a part."""
        found = self.context.get(part)
        if not isinstance(found, list):
            raise MalformedError(f"/context/{part} is no list")
        return [object_in(item, f"{part}/{number}") for number, item in enumerate(found)]

    @property
    def version(self) -> tuple[str, str, str]:
        """Return what names the model version."""
        return self.model["namespace"], self.model["name"], self.model["version"]

    @cached_property
    def runs(self) -> dict[Any, dict[str, Any]]:
        """Return the runs by their ids."""
        return {run["run"]: run for run in self.each("runs") if isinstance(run.get("run"), str)}


class Comparison:
    """Collects what differs between what is derived and what is shown, and counts what was compared."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.compared = 0
        self.differing: list[str] = []

    def rests_on_withheld(self, shown: object) -> bool:
        """Return whether something shown rests on a body that is not disclosed, so that nothing can be derived."""
        return not self.told.withheld.isdisjoint(citations(shown))

    def same(self, where: str, shown: Values, derived: Values, *, by: Iterable[int] = ()) -> None:
        """Compare every value that is derived with the one that is shown."""
        entries = ", ".join(f"#{index}" for index in by) or "the entries"
        for name, value in derived.items():
            self.compared += 1
            if isinstance(value, dict) and isinstance(shown.get(name), dict):
                self.same(f"{where} {name}", shown[name], value, by=by)
            elif name not in shown or _json(shown[name]) != _json(value):
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


def registrations_of(shown: Shown, told: Told) -> list[Record]:
    namespace, name, version = shown.version

    def fits(said: Values) -> bool:
        return (said["model"]["namespace"], said["model"]["name"], said["version"]) == (namespace, name, version)

    return told.of("register_model_version", fits)


def subject_of(said: Values) -> tuple[str, ...]:
    if said.get("model_version"):
        version = said["model_version"]
        return version["model"]["namespace"], version["model"]["name"], version["version"]
    if said.get("snapshot"):
        return snapshot_key(said["snapshot"])
    return identity_of(said["dataset"])


def snapshot_key(said: Values) -> tuple[str, str, str]:
    return *identity_of(said["dataset"]), said["digest"]


def object_in(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedError(f"/context/{where} is no object")
    return value


def index_in(value: object) -> int:
    return value if type(value) is int else -1


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def brief(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."  # noqa: PLR2004 - enough to find it
