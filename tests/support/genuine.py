"""Made-up histories of a lake and a model, and what is not right about the dossier that the catalog makes of one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog.access.model import Actor
from catalog.errors import AskerError, SenderError
from catalog.gate.model import GateQuestion
from catalog.reading import AsOf
from catalog.reporting.contexts import CONTEXTS
from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import Dataset, ModelVersion
from graph_schema.times import parse_zoned
from reports.standalone import verify_lineward
from reports.verify import verify
from tests.support.records import House, declaration, registration, request, seal
from tests.support.reduction import reduced

MANIFESTS = {
    letter: [{"path": f"{letter}.csv", "size": 7, "digest": "sha256:" + letter * 64}, common]
    for letter, common in (
        ("a", {"path": "x.csv", "size": 1, "digest": "sha256:" + "e" * 64}),
        ("b", {"path": "x.csv", "size": 1, "digest": "sha256:" + "f" * 64}),
    )
}
DIGESTS = {letter: manifest_digest(manifest) for letter, manifest in MANIFESTS.items()}
LAKE = {"namespace": "lake", "name": "x"}
USED = {"dataset": LAKE, "digest": DIGESTS["a"]}
REGISTERED = [
    {name: value for name, value in payload.items() if name not in {"run_id", "job"}}
    for payload in (
        declaration(dataset=LAKE),
        seal(**USED, manifest=MANIFESTS["a"]),
        registration(trained_on=[USED], evaluated_on=[]),
        request(),
    )
]
"""What a history needs to have a dossier: a version that was trained on lake/x, and an approval that is asked for."""
VERSION = ModelVersion("models", "readmission", "1").id
OF = {
    "model_dossier": VERSION,
    "dataset_dossier": Dataset("lake", "x").id,
    "approvals_period": "Period:2020-01-01..2099-01-01",
}
"""What the reports are of."""
QUESTION = GateQuestion(of=VERSION, purpose="TREAT", place="North", environment="production")
"""What is asked of the gate."""


def not_right(
    history: Sequence[dict[str, Any]],
    valid_at: str | None = None,
    *,
    local: bool = False,
    report: str = "model_dossier",
) -> dict[str, str]:
    """Return by check that the dossier of a history does not pass what is wrong; nothing where it has no dossier.

    `report` says whether it is the version's dossier, that of lake/x or the record of all approvals; `local` has
    attestations written by whom nobody authenticated.
    """
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        try:
            tell(house, history, local=local)
            at = AsOf(valid_at=house.clock.micros() if valid_at is None else parse_zoned(valid_at))
            context = CONTEXTS[report](house.view(at), house.ledger, OF[report], None)
            if context is None:
                return {}
            file = house.issue_context(context, "json")
            key = str(house.ledger.verifiers[0])
            every = (one for by in (verify, verify_lineward.verify) for one in by(file, key).checks)
            return {one.name: one.detail for one in every if one.status != "PASS"}
        finally:
            house.close()


def hold_right(
    history: Sequence[dict[str, Any]], valid_at: str | None, *, local: bool, report: str = "model_dossier"
) -> None:
    """Raise AssertionError where a dossier is not right: with what is wrong, and as little as still shows it."""
    found = not_right(history, valid_at, local=local, report=report)
    assert not found, _told(json.dumps(history), valid_at, local, report)


@lru_cache
def _told(history: str, valid_at: str | None, local: bool, report: str) -> str:  # noqa: FBT001 - a key of the memo
    """Return what is wrong, and the history reduced: a failing example is run again before it is reported."""
    entries = json.loads(history)
    wrong = not_right(entries, valid_at, local=local, report=report)

    def fails(smaller: Sequence[dict[str, Any]]) -> bool:
        try:
            return not wrong.keys().isdisjoint(not_right(smaller, valid_at, local=local, report=report))
        except Exception:  # noqa: BLE001 - what is cut too far is no event or record any more
            return False

    small = reduced(entries, fails)
    told = [f"{name}: {detail}" for name, detail in not_right(small, valid_at, local=local, report=report).items()]
    point = f"as of {valid_at or 'its end'}{', attested by a local actor' if local else ''}"
    return "\n".join([*told, f"of the history, {point}:", *map(json.dumps, small)])


def tell(house: House, happened: Sequence[dict[str, Any]], *, local: bool) -> None:
    """Send and record what the catalog takes, each by whom it is due to."""
    teller = _Teller(house, local=local)
    for payload in happened:
        try:
            teller.say(payload)
        except (AskerError, SenderError):
            continue


class _Teller:
    """Three people, of whom two decide, and what they refer to: the newest of its kind."""

    def __init__(self, house: House, *, local: bool) -> None:
        self._house = house
        self._as_local = {"attest_deidentification"} if local else set()
        self._ada = house.act_as("ada", "engineer", "steward")
        self._grace, self._joan = (house.act_as(name, "approver") for name in ("grace", "joan"))
        self._newest: dict[str, int] = {}

    def say(self, payload: dict[str, Any]) -> None:
        kind = payload.get("kind")
        if kind is None:
            self._house.send(payload, self._ada)
        elif kind in self._as_local:
            # As a ledger of an older version holds it: by whom nobody authenticated.
            self._house.append({**payload, "clears": [], "alterations": []}, "local", authenticated=False)
        elif kind == "ask_gate":
            if self._house.view().nodes([VERSION]):
                self._newest[kind] = self._house.ask_gate(QUESTION, self._ada).receipt.index
        else:
            said = payload | self._referring(kind)
            self._newest[kind] = self._house.record(said, self._by(payload)).receipt.index

    def _referring(self, kind: str) -> dict[str, int]:
        """Return what it is about by its ledger index; a deployment may be the first and replace none."""
        member, of = _REFERS.get(kind, ("", ""))
        if of == "deploy_model_version" and of not in self._newest and kind == of:
            return {}
        return {member: self._newest.get(of, 0)} if member else {}

    def _by(self, payload: dict[str, Any]) -> Actor:
        if payload["kind"] == "assess_change" or payload.get("reason") in {"As well", "Second"}:
            return self._joan
        return self._grace if payload["kind"] in _OF_APPROVERS else self._ada


_OF_APPROVERS = frozenset({"decide_approval", "delegate_approvals", "override_gate"})
_REFERS = {
    "decide_approval": ("request", "request_approval"),
    "meet_condition": ("request", "request_approval"),
    "end_attestation": ("attestation", "attest_deidentification"),
    "override_gate": ("evaluation", "ask_gate"),
    "deploy_model_version": ("replaces", "deploy_model_version"),
    "end_deployment": ("deployment", "deploy_model_version"),
}
