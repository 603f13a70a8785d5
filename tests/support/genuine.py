"""Made-up histories of a lake and a model, and what is not right about the dossier that the catalog makes of one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog.errors import AskerError, SenderError
from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import ModelVersion
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


def not_right(history: Sequence[dict[str, Any]], valid_at: str | None = None, *, local: bool = False) -> dict[str, str]:
    """Return by check that the dossier of a history does not pass what is wrong; nothing where it has no dossier.

    `local` has attestations written by whom nobody authenticated.
    """
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        try:
            tell(house, history, local=local)
            at = AsOf(valid_at=house.clock.micros() if valid_at is None else parse_zoned(valid_at))
            context = model_dossier(house.view(at), house.ledger, VERSION)
            if context is None:
                return {}
            file = house.issue_context(context, "json")
            key = str(house.ledger.verifiers[0])
            every = (one for by in (verify, verify_lineward.verify) for one in by(file, key).checks)
            return {one.name: one.detail for one in every if one.status != "PASS"}
        finally:
            house.close()


def hold_right(history: Sequence[dict[str, Any]], valid_at: str | None, *, local: bool) -> None:
    """Raise AssertionError where a dossier is not right: with what is wrong, and as little as still shows it."""
    found = not_right(history, valid_at, local=local)
    assert not found, _told(json.dumps(history), valid_at, local)


@lru_cache
def _told(history: str, valid_at: str | None, local: bool) -> str:  # noqa: FBT001 - a key of the memo
    """Return what is wrong, and the history reduced: a failing example is run again before it is reported."""
    entries = json.loads(history)
    wrong = not_right(entries, valid_at, local=local)

    def fails(smaller: Sequence[dict[str, Any]]) -> bool:
        try:
            return not wrong.keys().isdisjoint(not_right(smaller, valid_at, local=local))
        except Exception:  # noqa: BLE001 - what is cut too far is no event or record any more
            return False

    small = reduced(entries, fails)
    told = [f"{name}: {detail}" for name, detail in not_right(small, valid_at, local=local).items()]
    point = f"as of {valid_at or 'its end'}{', attested by a local actor' if local else ''}"
    return "\n".join([*told, f"of the history, {point}:", *map(json.dumps, small)])


def tell(house: House, happened: Sequence[dict[str, Any]], *, local: bool) -> None:
    """Send and record what the catalog takes, by two people of whom one decides."""
    ada = house.act_as("ada", "engineer", "steward")
    as_local = {"attest_deidentification"} if local else set()
    grace = house.act_as("grace", "approver")
    requests: list[int] = []
    attested: list[int] = []
    for payload in happened:
        try:
            if "kind" not in payload:
                house.send(payload, ada)
            elif payload["kind"] == "decide_approval":
                house.record(payload | {"request": requests[-1] if requests else 0}, grace)
            elif payload["kind"] == "end_attestation":
                house.record(payload | {"attestation": attested[-1] if attested else 0}, ada)
            elif payload["kind"] in as_local:
                # As a ledger of an older version holds it: by whom nobody authenticated.
                house.append({**payload, "clears": [], "alterations": []}, "local", authenticated=False)
            else:
                index = house.record(payload, ada).receipt.index
                requests += [index] if payload["kind"] == "request_approval" else []
                attested += [index] if payload["kind"] == "attest_deidentification" else []
        except (AskerError, SenderError):
            continue
