from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.access.model import Actor
from catalog.reporting.approvals_period import approvals_of_period
from catalog.reporting.approvals_record import approvals_record
from catalog.reporting.model_dossier import model_dossier
from graph_schema.nodes import Dataset, ModelVersion, Snapshot
from tests.support.deployments import deployment, ending_deployment, release, retirement, rollback
from tests.support.records import (
    CURATED,
    DIGEST,
    EVALUATION_DIGEST,
    FURTHER,
    GATE_QUESTION,
    MANIFEST,
    MODEL,
    RAW,
    House,
    access_grant,
    anonymity,
    attestation,
    change_assessment,
    code_key,
    decision,
    declaration,
    delegation,
    division,
    encryption_key,
    ending_anonymity,
    ending_attestation,
    ending_code_key,
    ending_key,
    ending_operator,
    ending_place,
    ending_signing_key,
    ending_source,
    ending_trust,
    environment_assessment,
    event,
    facet_mapping,
    feature_assessment,
    finding_record,
    gate_override,
    job_place,
    joining,
    meeting,
    monitoring_plan,
    naming_rule,
    operator,
    place,
    policies,
    principal,
    registration,
    request,
    safe_use,
    seal,
    signing_key,
    source,
    tag,
    tag_mapping,
    tombstone,
    trust,
)
from tests.support.sigstore import IDENTITY, ISSUER, MadeUpSigstore
from tests.support.uses import (
    ending,
    ending_exception,
    licence,
    permission,
    transfer,
    undertaking,
    withdrawal_of_consent,
)

EVENTS = Path(__file__).parents[1] / "openlineage" / "made_up.jsonl"
EARLY, LATE = "2026-01-05T00:00:00Z", "2998-01-01T00:00:00Z"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A catalog that took every kind of record, each of their fields, and events with all that events can say."""
    house = House(tmp_path_factory.mktemp("story"))
    tell(house)
    yield house
    house.close()


def tell(house: House) -> None:
    """Let a catalog take all of that."""
    approver = house.act_as("grace", "approver")
    house.tell_story(approver)
    dated_records = (
        source,
        place,
        encryption_key,
        job_place,
        ending_place,
        ending_source,
        ending_key,
        signing_key,
        ending_signing_key,
        declaration,
        tag,
        attestation,
        facet_mapping,
        tag_mapping,
        safe_use,
        code_key,
        ending_code_key,
        anonymity,
        ending_anonymity,
        trust,
        ending_trust,
    )
    for dated in dated_records:
        house.record(dated(valid_from=EARLY))
    certified = {"identity": IDENTITY, "issuer": ISSUER, "trusted_root": MadeUpSigstore().trusted_root}
    house.record({"kind": "register_signing_key", "certified": certified, "key_holder": "a workflow"})
    house.record(trust(until=LATE))
    _measured(house)
    house.record(declaration(**FURTHER))
    since, until = "2026-05-29T00:00:00Z", "2026-06-29T00:00:00Z"
    narrow = {"target_kind": "COLUMN", **CURATED, "column": "ward"}
    version = {"target_kind": "MODEL_VERSION", "namespace": MODEL["namespace"], "name": MODEL["name"], "version": "1"}
    prefix = {"target_kind": "PREFIX", **CURATED}
    for target in (narrow, version, prefix):
        house.record(access_grant(target=target, project="made-up project", since=since, until=until))
    house.decide_access()
    house.decide_access(
        target=version, refused={"kind": "release_model_version", "valid_from": EARLY, "roles": ["engineer"]}
    )
    house.decide_access(target={"target_kind": "DATASET", **CURATED})
    house.record({"kind": "declare_dataset", "dataset": CURATED, "policy_label": "de-identified, research only"})
    house.record(tag_mapping(mapping="in dbt", value="4", source="DBT_META"))
    attested = house.record(attestation(schema_version="1.2.0", job_version="v1", places=["North"])).receipt.index
    of_version = {"model": MODEL, "version": registration()["version"]}
    house.record(attestation(job=None, run_id=None, model_version=of_version))
    house.record(change_assessment(), approver)
    house.record(environment_assessment(valid_from=EARLY))
    house.record(feature_assessment())
    house.record(monitoring_plan())
    _operators(house)
    evaluation = house.ask_gate(GATE_QUESTION).receipt.index
    house.record(gate_override(evaluation), approver)
    house.record(ending_attestation(attested, effect="VOID", valid_from=EARLY))
    house.restore()
    _approvals(house, approver)
    house.record({"kind": "revoke_key", "key_id": approver.key_id, "principal": "grace", "force": True})
    house.record({**principal("grace", "approver"), "person": "p-7", "force": True})
    _reports(house)
    keep_out(house)
    for line in EVENTS.read_text().splitlines():
        house.send_bytes(line.encode())
    for number, (name, change) in enumerate(LIVES.items()):
        house.send(written(number, name, change))
    for record in (*names(), *uses()):
        index = house.record(record).receipt.index
        for kind, ended in (("record_transfer", "transfer"), ("undertake_use", "undertaking")):
            if record["kind"] == kind:
                house.record(ending_exception(ended, index, effect="RETROACTIVE", valid_from=EARLY))
    house.record(seal(digest=EVALUATION_DIGEST, manifest=MANIFEST[:1]))
    house.record(
        {"kind": "withdraw_split", "split": house.record(division(shared=1)).receipt.index, "reason": "A test"}
    )
    house.record(tombstone(digest=EVALUATION_DIGEST, valid_from=EARLY))
    deploy(house)
    for kind in ("acknowledge_finding", "accept_finding", "reopen_finding"):
        house.record(finding_record(kind, Dataset(**CURATED).id, valid_from=EARLY))


def _operators(house: House) -> None:
    """Declare who runs models at a place, with all that may be said of an agreement, and end that."""
    agreement = {"kind": "BAA", "agreement": "made-up agreement 3", "until": LATE, "digest": "sha256:" + "9" * 64}
    house.record(operator(internal=True, agreements=[agreement], valid_from=EARLY))
    house.record(ending_operator(valid_from=EARLY))


def _reports(house: House) -> None:
    """Issue a report of each kind and subject, and ask for an approval with one."""
    context = model_dossier(house.view(), house.ledger, ModelVersion(MODEL["namespace"], MODEL["name"], "1").id)
    assert context is not None
    issued = house.ledger.size()
    house.issue_context(context, "json")
    house.record(request(approval_kind="SAFETY", dossier=issued))
    for node in (Snapshot(CURATED["namespace"], CURATED["name"], DIGEST), Dataset(RAW["namespace"], RAW["name"])):
        asked = approvals_record(house.view(), house.ledger, node.id)
        assert asked is not None
        house.issue_context(asked, "json")
    quarter = approvals_of_period(house.view(), house.ledger, "Period:2025-01-01..2025-04-01")
    assert quarter is not None
    house.issue_context(quarter, "json")


def keep_out(house: House) -> None:
    """Let in what policies object to; keep an event out of the graph, and let it in once others are published."""
    tested = "tests:\n  - {name: A, action: ingest, resource: {type: Entry, producer: of-whom}, expect: DENY}\n"
    taken = []
    for number, effect in enumerate(("finding", "quarantine")):
        text = f"""@id("of-whom") @reason("Nobody knows them.") @effect("{effect}")
forbid (principal, action, resource) when {{ ["run_event", "tag", "map_tag"].contains(resource.kind) }}
unless {{ resource has producer && resource.producer != "of-whom" }};
"""
        files = [{"path": "ingest/made_up.cedar", "text": text}, {"path": "tests/ingest.yaml", "text": tested}]
        house.record({"kind": "publish_policies", "files": files, "reason": "A test"})
        sent = event(run=f"0190d2e6-0000-7000-8000-0000000002f{number}")
        taken.append(house.send({**sent, "producer": "of-whom"}).receipt.index)
        if effect == "finding":
            house.record(tag(reason="Objected to"))
            house.record(tag_mapping(mapping="objected to", value="7"))
    house.record(policies(reason="Others"))
    house.record({"kind": "release_quarantined", "entries": taken[1:], "reason": "They are known"})


def deploy(house: House) -> None:
    """Release and deploy versions, go back from one to the other, end that, and retire one; each quotes some entry."""
    bound: dict[str, Any] = {"artifact_digest": "sha256:" + "d" * 64}
    house.record(registration(version="2"))
    house.append(release(gate=0, valid_from=EARLY), "local", **bound)
    first = house.append(deployment(gate=0, valid_from=EARLY, until=LATE), "local", **bound)
    second = house.append(deployment("2", replaces=first), "local", **bound)
    gone_back = rollback(second, gate=0, valid_from=EARLY)
    back = house.append(gone_back, "local", place="North", environment="production", **bound)
    house.record(ending_deployment(back, valid_from=EARLY))
    house.record(retirement("2", valid_from=EARLY))


def _measured(house: House) -> None:
    house.record(code_key(place="North", until=LATE))
    house.record(encryption_key(until=LATE))
    house.record(declaration(dataset=RAW))
    claim = house.record(anonymity(l_diversity=2, sensitive=["diagnosis"], beside=[RAW])).receipt.index
    house.record(attestation(evidence=[{"dataset": CURATED, "claim": claim}]))


def _approvals(house: House, approver: Actor) -> None:
    """Ask for approvals and decide on them with all that both may hold."""
    house.act_as("hedy", "approver", approves=[])
    house.record(delegation("hedy"), approver)
    first = house.record(request(reason="In haste", emergency=True)).receipt.index
    house.record(decision(first, requires=["The monitoring plan is filed"]), approver)
    house.record(meeting(first))
    asked = request(approval_kind="IRB", depends_on=[first], needed=2)
    waiver = {
        "board": "Made-up board",
        "acted_on": "2025-12-31",
        "criteria": "The risk is minimal",
        "information": "Made-up visits",
        "procedure": "NORMAL",
    }
    irb = {"determination": "WAIVER", "protocol": "MADE-UP-1", "continuing_review": LATE, "waiver": waiver}
    signed_in = {"at": EARLY, "components": ["password", "one-time code"]}
    index = house.record(asked).receipt.index
    house.record(decision(index, irb=irb, sign_in=signed_in, interest="Made-up shares"), approver)


OLD, NEW = ({"namespace": "names", "name": name} for name in ("wards_old", "wards"))
LIVES: dict[str, dict[str, Any]] = {
    "wards_old": {"lifecycleStateChange": "CREATE"},
    "wards": {"lifecycleStateChange": "RENAME", "previousIdentifier": OLD},
    "beds": {"lifecycleStateChange": "DROP"},
}
"""What is done to datasets of these names, one after the other."""


def written(number: int, name: str, change: dict[str, Any]) -> dict[str, Any]:
    """Return an event of a run that did so to the dataset."""
    facet = {"_producer": "https://emitter.example", "_schemaURL": "https://emitter.example/life.json", **change}
    return {
        "eventType": "COMPLETE",
        "eventTime": f"2026-01-06T0{number}:00:00Z",
        "producer": "https://emitter.example",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": f"0190d2e6-0000-7000-8000-0000000001{number:02}"},
        "job": {"namespace": "names", "name": "keep_house"},
        "outputs": [{"namespace": "names", "name": name, "facets": {"lifecycleStateChange": facet}}],
    }


def uses() -> Iterator[dict[str, Any]]:
    """Yield records of permitted use, with all that they may hold."""
    said = permission(
        terms=[
            {"code": "DS", "diseases": ["MONDO:9000001"]},
            {"code": "MOR", "date": EARLY},
            {"code": "TS", "months": 3},
        ],
        purposes=["HRESCH"],
        obligations=["ENCRYPT"],
        refrains=["NORELINK"],
        places=["North"],
        basis="Made-up law",
        permit="permit-1",
        words="Made-up disease alone",
        consent={"state": "GIVEN", "since": EARLY, "until": LATE, "scope": "Made-up study", "effect": "RETROACTIVE"},
        agreement={
            "agreement": "made-up agreement",
            "kind": "DUA",
            "since": EARLY,
            "until": LATE,
            "purposes": ["HRESCH"],
            "limited_data_set": True,
        },
        valid_from=EARLY,
        until=LATE,
    )
    yield said
    listed = {"US": "users", "PS": "projects", "IS": "institutes", "RS": "topics", "COL": "contacts", "GS": "places"}
    terms = [{"code": code, member: ["made up"]} for code, member in listed.items()]
    yield permission("board-2", of={"source": "made-up EHR"}, terms=terms)
    yield permission("board-3", of={"snapshot": {"dataset": CURATED, "digest": DIGEST}})
    replacing = {name: value for name, value in said.items() if name not in {"kind", "use_statement"}}
    yield {**licence(), **replacing, "basis": "Made-up amendment"}
    yield transfer(valid_from=EARLY, until=LATE)
    yield undertaking("RETURN", project="made-up project", due=LATE, until=LATE, valid_from=EARLY)
    yield withdrawal_of_consent(effect="RETROACTIVE", valid_from=EARLY)
    yield ending(valid_from=EARLY)


def names() -> Iterator[dict[str, Any]]:
    """Yield records of names: a rule of each kind with all that it may hold, its end, names joined and parted."""
    yield naming_rule(letters="LOWER", valid_from=EARLY)
    yield naming_rule(rule="brokers", rule_kind="SAME_NAMESPACE", same_as="kafka://other:9092")
    yield naming_rule(rule="port", rule_kind="DEFAULT_PORT", port=9092)
    yield naming_rule(rule="slash", rule_kind="TRAILING_SLASH")
    yield naming_rule(rule="days", rule_kind="DATE_PARTITIONS", keys=["day"])
    yield naming_rule(rule="paths", rule_kind="DATE_PARTITIONS", pattern="/{yyyy}/{MM}/{dd}")
    ended = {"kind": "end_namespace_rule", "reason": "The store was moved"}
    yield {**ended, "rule": "letters", "valid_from": EARLY}
    yield {**ended, "rule": "port", "never_held": True}
    yield joining(NEW, OLD)
    yield {**joining(NEW, OLD), "kind": "unstitch_datasets"}
