"""A made-up model version of which all is recorded that the release gate asks for, told to a catalog in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, ClassVar

from catalog.access.model import Actor
from catalog.errors import AskerError, SenderError
from catalog.gate.model import Gate, GateQuestion
from catalog.gate.queries import gate
from catalog.reading import EVERYTHING, LATEST, AsOf, Rights
from catalog.safe_use.model import Outcome
from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import ModelVersion
from graph_schema.times import format_time
from graph_schema.vocabulary.words import GateCheckName
from tests.support.records import (
    SIGNER_KEY,
    House,
    change_assessment,
    decision,
    declaration,
    environment_assessment,
    event,
    feature_assessment,
    monitoring_plan,
    operator,
    registration,
    request,
    seal,
    signing_key,
    verification,
)

LANDED, TRAINING, EVALUATION, EXTRA = (
    {"namespace": "lake", "name": name}
    for name in ("landing-wards", "training-wards", "evaluation-wards", "extra-wards")
)
MODEL = {"namespace": "models", "name": "ward-load"}
VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
CURATE, TRAIN = "0190d2e6-0000-7000-8000-0000000000e1", "0190d2e6-0000-7000-8000-0000000000e2"
TRAIN_JOB = {"namespace": "pipeline", "name": "train-ward-load"}
QUESTION = GateQuestion(of=VERSION, purpose="TREAT", place="North", environment="production")
Payload = dict[str, Any]
OPEN = {GateCheckName.EVALUATION_SPLIT: Outcome.UNKNOWN}
"""The checks that nothing recorded answers yet."""
ANSWERED = f"require: [{', '.join(name for name in GateCheckName if name not in OPEN)}]\n"
"""Requirements without them."""


def manifest(name: str) -> list[Payload]:
    """The one file of a dataset's state."""
    return [{"path": "part-0.csv", "size": 10, "digest": "sha256:" + hashlib.sha256(name.encode()).hexdigest()}]


def snapshot(dataset: dict[str, str], files: list[Payload] | None = None) -> Payload:
    """Refer to the state of a dataset, by its files."""
    return {"dataset": dataset, "digest": manifest_digest(files or manifest(dataset["name"]))}


def published(text: str) -> Payload:
    """Publish what the gate asks for."""
    files = [{"path": "gate.yaml", "text": f"gate: 1\n{text}"}]
    return {"kind": "publish_policies", "files": files, "reason": "As the board decided"}


def ran(run: str, job: dict[str, str], reads: list[dict[str, str]], writes: list[dict[str, str]], at: str) -> Payload:
    """A run at its end, or at its start."""
    return {
        **event("COMPLETE", at, run),
        "job": job,
        "inputs": reads,
        "outputs": writes,
    }


def cleared(dataset: dict[str, str], zone: str, **more: Any) -> Payload:
    """Declare a dataset that holds nothing of anybody."""
    return declaration(
        **{
            "dataset": dataset,
            "zone": zone,
            "phi_category": [],
            "deidentification_state": "AGGREGATED",
            "permitted_use": {"purposes": ["MLTRAINING", "TREAT"], "duo": ["NRES"]},
            "site": "North",
            **more,
        }
    )


_OF_VERSION: Payload = {"model_version": {"model": MODEL, "version": "1"}}
_DECLARED = ((LANDED, "LANDING"), (TRAINING, "TRAINING"), (EVALUATION, "EVALUATION"))


@dataclass
class GateStory:
    """The story: `payloads` by what they are, in order; one may be left out or be told otherwise."""

    NAMES: ClassVar[frozenset[str]] = frozenset(
        {
            *(f"declares {dataset['name']}" for dataset, _ in _DECLARED),
            "seals evaluation",
            "seals training",
            "begins to train",
            "trains",
            "registers the key",
            "registers",
            "verifies training",
            "verifies evaluation",
            *(f"{step} {kind}" for step in ("asks for", "approves") for kind in ("CLINICAL", "GOVERNANCE")),
            "assesses the change",
            "assesses the environment",
            "lists the features",
            "declares the operator",
            "plans monitoring",
        }
    )
    """All that is said, but how the training data was made: a version may be trained on what came from outside."""

    house: House
    leave_out: frozenset[str] = frozenset()
    instead: dict[str, Payload] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    said: dict[str, Payload] = field(default_factory=dict)
    before: tuple[Payload, ...] = ()
    """What a steward says before all else."""

    def tell(self) -> GateStory:
        """Tell all of it."""
        for name, roles in (
            ("engineer", ("engineer", "steward")),
            ("steward", ("steward", "engineer")),
            ("clinician", ("approver",)),
            ("officer", ("approver",)),
            ("keeper", ("admin",)),
        ):
            self.actors[name] = self.house.act_as(name, *roles)
        for dataset, zone in _DECLARED:
            self.say(f"declares {dataset['name']}", cleared(dataset, zone), "steward")
        for number, payload in enumerate(self.before):
            self.say(f"says {number}", payload)
        self.say("seals evaluation", self.sealed(EVALUATION, "EVALUATION", locked=True), "steward")
        self.say("curates", ran(CURATE, {"namespace": "pipeline", "name": "curate"}, [LANDED], [TRAINING], self.at(-5)))
        self.say("seals training", self.sealed(TRAINING, "TRAINING", locked=True), "steward")
        self.say("begins to train", {**ran(TRAIN, TRAIN_JOB, [TRAINING], [], self.at(1)), "eventType": "START"})
        self.say("trains", ran(TRAIN, TRAIN_JOB, [TRAINING], [], self.at(2)))
        self.say("registers the key", signing_key(), "keeper")
        self.say("registers", self.registered(), "engineer")
        self.say("verifies training", verification(**snapshot(TRAINING)), "steward")
        self.say("verifies evaluation", verification(**snapshot(EVALUATION)), "steward")
        for kind, who in (("CLINICAL", "clinician"), ("GOVERNANCE", "officer")):
            asked = request(subject={"model_version": {"model": MODEL, "version": "1"}}, approval_kind=kind)
            self.say(f"asks for {kind}", asked, "engineer")
            if f"asks for {kind}" in self.entries:
                self.say(f"approves {kind}", decision(self.entries[f"asks for {kind}"], conditions=[]), who)
        self.say("assesses the change", self.assessed(), "clinician")
        self.say("assesses the environment", environment_assessment(), "engineer")
        self.say("lists the features", feature_assessment(**_OF_VERSION), "engineer")
        self.say("declares the operator", operator(), "steward")
        self.say("plans monitoring", monitoring_plan(**_OF_VERSION), "clinician")
        return self

    def say(self, name: str, payload: Payload, actor: str | None = None) -> None:
        """Send one event or record, unless it is left out."""
        if name in self.leave_out:
            return
        said = {**payload, **self.instead.get(name, {})}
        said = self.said[name] = {key: value for key, value in said.items() if value is not None}
        if "eventType" in said:
            self.entries[name] = self.house.send(said).receipt.index
            return
        try:
            self.entries[name] = self.house.record(said, self.actors[actor or "steward"]).receipt.index
        except (SenderError, AskerError):
            # Where something is left out, a ledger of an older version may hold what is about it all the same.
            if not self.leave_out:
                raise
            if said["kind"] in {"seal_snapshot", "verify_snapshot", "register_model_version"}:
                self.entries[name] = self.house.append(said, actor or "steward")

    def at(self, seconds: float) -> str:
        """A time so many seconds from now, of the house's clock, which is left there."""
        self.house.clock.now += max(seconds, 0)
        return format_time(int((self.house.clock.now + min(seconds, 0)) * 1_000_000))

    def sealed(self, dataset: dict[str, str], role: str, **more: Any) -> Payload:
        """Seal the state of a dataset."""
        payload = seal(**snapshot(dataset), manifest=manifest(dataset["name"]), role=role, **more)
        return {key: value for key, value in payload.items() if key not in {"run_id", "job"}}

    def registered(self, **more: Any) -> Payload:
        """Register the version."""
        return registration(
            signature=SIGNER_KEY.sign("sha256:" + "d" * 64, "model"),
            model=MODEL,
            trained_on=[snapshot(TRAINING)],
            evaluated_on=[snapshot(EVALUATION)],
            run_id=TRAIN,
            job=TRAIN_JOB,
            **more,
        )

    def assessed(self, **more: Any) -> Payload:
        """Hold the version against the plan of changes."""
        return change_assessment(model_version={"model": MODEL, "version": "1"}, **more)

    def gate(self, as_of: AsOf = LATEST, rights: Rights = EVERYTHING) -> Gate:
        """Ask the gate."""
        found = gate(self.house.view(as_of, rights), QUESTION)
        assert found is not None
        return found

    def outcomes(self, as_of: AsOf = LATEST) -> dict[GateCheckName, Outcome]:
        """What does not pass."""
        return {one.check: one.outcome for one in self.gate(as_of).checks if one.outcome is not Outcome.PASS}
