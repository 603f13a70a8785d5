"""A genuine dossier, issued by a catalog in memory that was told one small story, and what an insider could do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.access.model import Actor
from catalog.gate.model import GateQuestion
from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from graph_schema.nodes import ModelVersion
from reports.context import Context
from reports.kinds import ModelDossier
from reports.standalone.container import take
from reports.standalone.outcome import Form
from tests.support.records import (
    MODEL,
    RUN,
    House,
    decision,
    event,
    registration,
    request,
    seal,
    tag,
    verification,
)

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
FAILED = "0190d2e6-0000-7000-8000-0000000000ff"


@dataclass
class Issuer:
    """A catalog that issues the dossier of one model version, and signs whatever an insider has it issue."""

    folder: Path
    house: House = field(init=False)

    def __post_init__(self) -> None:
        house = self.house = House(self.folder)
        house.send(event("START", "2025-12-31T09:00:00Z", FAILED))
        failed = event("FAIL", "2025-12-31T10:00:00Z", FAILED)
        failed["run"]["facets"] = {"errorMessage": {"message": "MadeUpError", "programmingLanguage": "python"}}
        house.send(failed)
        grace = house.act_as("grace", "approver")
        ada = house.act_as("ada", "engineer", "steward")
        house.tell_story(grace)
        house.record(seal(run_id=RUN, role="EVALUATION", locked=True), ada)
        house.record(verification(result="MISMATCH", differing=["part-a.csv"]), ada)
        house.record(registration(run_id=RUN), ada)
        house.record(tag(stance="CONFIRM", codes=[], reason="Read and confirmed"), ada)
        # Another run changes the schema on the way, and is written over.
        for at, schema in (("2025-12-20", ["a", "b"]), ("2025-12-21", ["a", "c", "birth_date"])):
            fields = {"fields": [{"name": name, "type": "int"} for name in schema]}
            run = f"0190d2e6-0000-7000-8000-{at.replace('-', ''):0>12}"
            house.send(event("COMPLETE", f"{at}T10:00:00Z", run, schema=fields))
        for kind, decided in (("GOVERNANCE", ("ABSTAIN",)), ("SAFETY", ("APPROVE", "DENY")), ("LEGAL", ())):
            index = house.record(request(approval_kind=kind), ada).receipt.index
            for number, one in enumerate(decided):
                house.record(decision(index, decision=one, reason=f"Reason {number}"), grace)
        self._release(ada, grace)

    def _release(self, ada: Actor, grace: Actor) -> None:
        """Ask the gate, let the version pass by two persons, release and deploy it, and end one of its deployments."""
        house, version = self.house, {"model_version": {"model": MODEL, "version": "1"}}
        question = GateQuestion(of=VERSION, purpose="TREAT", place="North", environment="production")
        evaluation = house.ask_gate(question, ada).receipt.index
        for who, reason in ((grace, "As the board decided"), (house.act_as("joan", "approver"), "As well")):
            until = "2027-01-01T00:00:00Z"
            house.record(
                {"kind": "override_gate", **version, "evaluation": evaluation, "reason": reason, "until": until}, who
            )
        put = {**version, "environment": "production"}
        house.record({"kind": "release_model_version", **put, "gate": evaluation, "reason": "As decided"}, ada)
        first = house.record({"kind": "deploy_model_version", **put, "place": "North", "gate": evaluation}, ada)
        replacing = {"kind": "deploy_model_version", **put, "place": "South", "replaces": first.receipt.index}
        house.record(replacing, ada)

    @property
    def key(self) -> str:
        return str(self.house.ledger.verifiers[0])

    def context(self) -> ModelDossier:
        at = AsOf(valid_at=self.house.clock.micros())
        found = model_dossier(self.house.view(at), self.house.ledger, VERSION)
        assert found is not None
        return found

    def issue(self, form: Form, context: Context | None = None, tools: dict[str, str] | None = None) -> bytes:
        return self.house.issue_context(context or self.context(), form, tools=tools)

    def close(self) -> None:
        self.house.close()


def values_in(file: bytes) -> dict[str, Any]:
    """Return a file's evidence as JSON values."""
    found: dict[str, Any] = json.loads(take(file)[1])
    return found


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value that is no container, and of every list itself."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, list):
        yield path
        for number, item in enumerate(value):
            yield from leaves(item, (*path, number))
    else:
        yield path


def changed(value: Any, path: tuple[str | int, ...]) -> Any:
    """Return a copy in which the value at the path is another of its type; a list loses its last item, or gets one."""
    copy = json.loads(json.dumps(value))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = _other(place[path[-1]])
    return copy


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "made up"
    if isinstance(value, list):
        return value[:-1] or ["made up"]
    if _TIME.fullmatch(value) or _DIGEST.fullmatch(value):
        # Another time, another digest: what is none is refused before it is looked at.
        at = value.index("T") - 1 if "T" in value else len(value) - 1
        return f"{value[:at]}{'1' if value[at] != '1' else '2'}{value[at + 1 :]}"
    return _OTHERS.get(value, f"{value}x")


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*")
_DIGEST = re.compile(r"(sha256:)?[0-9a-f]{64}")


_OTHERS = {
    "DENY": "APPROVE",
    "ABSTAIN": "APPROVE",
    "APPROVE": "DENY",
    "DENIED": "APPROVED",
    "ABSTAINED": "APPROVED",
    "APPROVED": "DENIED",
    "PENDING": "APPROVED",
    "BY_EXCEPTION": "PASS",
    "UNKNOWN": "PASS",
    "ABSENT": "VERIFIED",
    "INVALID": "VERIFIED",
    "UNKNOWN_KEY": "VERIFIED",
    "INVALIDATED": "APPROVED",
    "MISMATCH": "OK",
    "FAIL": "COMPLETE",
    "COMPLETE": "FAIL",
    "BYTES_GONE": "LIVE",
    "INFERRED": "STATED",
    "STATED": "INFERRED",
    "TRAINING": "EVALUATION",
    "EVALUATION": "TRAINING",
}
"""What an insider would make of it."""
