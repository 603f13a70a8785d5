"""The law of time, for every query at once: an answer as of an entry is the answer of the ledger up to that entry."""

from __future__ import annotations

import importlib
import inspect
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import catalog
from catalog.errors import AskerError, SenderError
from catalog.projection.batches import gather
from catalog.projection.entry_facts import LedgerFacts
from catalog.reading import AsOf
from catalog.store.memory import MemoryStore
from catalog.store.neo4j import Neo4jStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore
from catalog.view import Anchor, View
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset
from graph_schema.times import parse_zoned
from tests.support.deployments import deployment, ending_deployment, release, retirement, rollback
from tests.support.neo4j_server import Neo4jEndpoint
from tests.support.queries import NOW_ONLY, QUERIES, answers
from tests.support.records import (
    CURATED,
    DIGEST,
    EVALUATION_DIGEST,
    FURTHER,
    GATE_QUESTION,
    MANIFEST,
    RAW,
    SIGNER_KEY,
    VERSION,
    House,
    access_grant,
    anonymity,
    attestation,
    change_assessment,
    code_key,
    decision,
    declaration,
    division,
    encryption_key,
    ending_anonymity,
    ending_attestation,
    ending_code_key,
    ending_grant,
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
    flow_mapping,
    job_place,
    joining,
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
    trust,
    verification,
    withdrawal,
)
from tests.support.uses import (
    ending,
    ending_exception,
    licence,
    permission,
    transfer,
    undertaking,
    withdrawal_of_consent,
)

EARLY, LATE = "2026-01-01T09:30:00Z", "2026-02-01T00:00:00Z"
OTHER, THIRD, FOURTH = (f"0190d2e6-0000-7000-8000-00000000000{digit}" for digit in "bcd")
LINKED = {"namespace": "landing", "name": "VISITS"}
FED = [{**RAW, "field": "mrn", "transformations": [{"type": "DIRECT", "masking": True}]}]
COLUMNS = {"fields": {"key": {"inputFields": FED}}, "dataset": [{**RAW, "field": "ward"}]}
ORIGIN = {"namespace": "landing", "name": "referrals", "field": "mrn", "column": "key"}
OTHER_COLUMNS = {"fields": {"key": {"inputFields": [{**RAW, "field": "ward"}]}, "ward": {"inputFields": FED}}}
PAYLOADS: dict[str, dict[str, Any]] = {
    "start": event("START", "2026-01-01T09:00:00Z"),
    "complete": event(version={"datasetVersion": "v1"}),
    "counts": event(
        at="2026-01-01T10:25:00Z",
        dataQualityMetrics={
            "rowCount": 9,
            "columnMetrics": {"mrn": {"count": 9, "nullCount": 1}, "ward": {"count": 8}},
        },
    ),
    "counts of another state": event(
        "COMPLETE",
        "2026-01-02T10:30:00Z",
        OTHER,
        version={"datasetVersion": "v2"},
        dataQualityMetrics={"bytes": 70, "columnMetrics": {"MRN": {"count": 7, "distinctCount": 3}}},
    ),
    "fails": event("FAIL", "2026-01-01T09:45:00Z"),
    "again": event("COMPLETE", "2026-01-02T10:00:00Z", OTHER),
    "overwrites": event(
        "COMPLETE", "2026-01-03T10:00:00Z", OTHER, lifecycleStateChange={"lifecycleStateChange": "OVERWRITE"}
    ),
    "says of columns": event(columnLineage=COLUMNS),
    "says other columns": event("COMPLETE", "2026-01-02T10:00:00Z", OTHER, columnLineage=OTHER_COLUMNS),
    "is linked": event("OTHER", "2026-01-01T09:20:00Z", symlinks={"identifiers": [{**LINKED, "type": "TABLE"}]}),
    "is linked no longer": event("OTHER", "2026-01-02T09:20:00Z", symlinks={"identifiers": []}),
    "drops": event("COMPLETE", "2026-01-02T11:00:00Z", THIRD, lifecycleStateChange={"lifecycleStateChange": "DROP"}),
    "renames": event(
        "COMPLETE",
        "2026-01-02T11:30:00Z",
        FOURTH,
        lifecycleStateChange={"lifecycleStateChange": "RENAME", "previousIdentifier": RAW},
    ),
    "declares the link": declaration(dataset=LINKED, owner="nephrology", valid_from=EARLY),
    "joins": joining(RAW, LINKED),
    "parts": joining(LINKED, RAW, kind="unstitch_datasets"),
    "rules": naming_rule(),
    "rules from then on": naming_rule(valid_from=LATE, letters="LOWER"),
    "ends the rule": {"kind": "end_namespace_rule", "rule": "letters", "reason": "No longer", "valid_from": LATE},
    "takes the rule back": {"kind": "end_namespace_rule", "rule": "letters", "reason": "Wrong", "never_held": True},
    "declares": declaration(valid_from=EARLY),
    "declares anew": declaration(owner="oncology", valid_from=LATE),
    "declares the source": source(valid_from=EARLY),
    "declares the source anew": source(owner="archive", valid_from=LATE),
    "declares the key": encryption_key(valid_from=EARLY),
    "ends the source": ending_source(valid_from="2026-01-02T12:00:00Z"),
    "ends the key": ending_key(valid_from="2026-01-02T12:00:00Z"),
    "declares what else there is": declaration(**FURTHER),
    "declares no key": {"kind": "declare_dataset", "dataset": RAW, "encryption_keys": [], "valid_from": LATE},
    "declares by its source": {"kind": "declare_dataset", "dataset": RAW, "source": "made-up EHR"},
    "declares a place": place(valid_from=EARLY),
    "declares the place anew": place(within="US", valid_from=LATE),
    "declares where the job runs": job_place(valid_from=EARLY),
    "declares where it runs anew": job_place("elsewhere", valid_from="2026-01-02T12:00:00Z"),
    "ends the place": ending_place(valid_from="2026-01-02T12:00:00Z"),
    "carries a schema": event(
        at="2026-01-01T10:20:00Z",
        schema={"fields": [{"name": "mrn", "type": "string"}, {"name": "ward", "type": "string"}]},
    ),
    "declares scratch": declaration(
        dataset=CURATED,
        retention={"policy_class": "SCRATCH", "period_days": 1},
        storage_pattern="IMMUTABLE_ARCHIVE",
        deidentification_state="DE_IDENTIFIED",
        valid_from=EARLY,
    ),
    "reads what it made with its source": {
        **event(at="2026-01-04T10:00:00Z", run=FOURTH),
        "job": {"namespace": "pipeline", "name": "links"},
        "inputs": [RAW, CURATED],
        "outputs": [LINKED],
    },
    "declares codes": declaration(dataset=CURATED, deidentification_state="PSEUDONYMIZED", valid_from=EARLY),
    "declares no identifiers": declaration(deidentification_state="DE_IDENTIFIED", valid_from=EARLY),
    "keeps the copy for many": declaration(dataset=LINKED, zone="CURATED"),
    "keeps a cache": declaration(storage_pattern="FEDERATED_LOCAL", zone="TRAINING", valid_from=EARLY),
    "uses the key in a sandbox": declaration(
        dataset=CURATED, encryption_keys=[{"key": "keys.example/training/7", "environment": "SANDBOX"}]
    ),
    "permits in a place": permission("board-5", places=["EU"], valid_from=EARLY),
    "permits until it was used": permission("board-6", obligations=["DELAU"], valid_from=EARLY),
    "declares to delete": {
        "kind": "declare_dataset",
        "dataset": RAW,
        "permitted_use": {"purposes": ["TREAT"], "obligations": ["DELAU"]},
        "valid_from": EARLY,
    },
    "keeps by law": {
        "kind": "declare_dataset",
        "dataset": CURATED,
        "retention": {"policy_class": "CLINICAL_REGULATORY", "period_days": 3650},
        "valid_from": EARLY,
    },
    "lies elsewhere": declaration(dataset=CURATED, place="elsewhere", site="nowhere-land", valid_from=EARLY),
    "permits by consent": permission("board-4", consent={"state": "GIVEN"}, valid_from=EARLY),
    "withdraws that consent": withdrawal_of_consent("board-4"),
    "tags the other": tag(dataset=CURATED, stance="CONFIRM"),
    "rejects of the other": tag(dataset=CURATED, stance="REJECT", reason="Not so"),
    "tags": tag(valid_from=EARLY),
    "carries facets": event(
        at="2026-01-01T10:30:00Z",
        acme_privacy={"columns": [{"name": "mrn", "class": "Secret"}]},
        tags={"tags": [{"key": "Data-Level", "value": "3", "field": "born"}]},
    ),
    "maps the facet": facet_mapping(valid_from=EARLY),
    "maps the tag": tag_mapping(),
    "withdraws the mapping": withdrawal(),
    "defines safe use": safe_use(states=["RAW", "DE_IDENTIFIED"], valid_from=EARLY),
    "defines safe use anew": safe_use(reason="As decided later", valid_from=LATE),
    "publishes policies": policies(),
    "publishes other policies": policies("permit (principal, action, resource) when { context.granted };\n"),
    "carries an origin": event(at="2026-01-01T10:40:00Z", acme_origin={"from": [ORIGIN, {"of": "nobody"}]}),
    "carries another origin": event("FAIL", "2026-01-02T12:00:00Z", THIRD, acme_origin={"from": [LINKED]}),
    "maps the origin": flow_mapping(),
    "maps the origin anew": flow_mapping(column=None, valid_from=LATE),
    "withdraws the origin": withdrawal(mapping="origin"),
    "rejects": tag(stance="REJECT", reason="Not so"),
    "attests": attestation(valid_from=EARLY, until=LATE),
    "ends the first": ending_attestation(0, valid_from="2026-01-02T12:00:00Z"),
    "has a key": code_key(valid_from=EARLY),
    "is measured": anonymity(valid_from=EARLY),
    "is not measured": ending_anonymity(valid_from="2026-01-02T12:00:00Z"),
    "has no key": ending_code_key(valid_from="2026-01-02T12:00:00Z"),
    "trusts": trust(valid_from=EARLY),
    "trusts no more": ending_trust(valid_from="2026-01-02T12:00:00Z"),
    "voids the second": ending_attestation(1, effect="VOID"),
    "permits": permission(valid_from=EARLY, terms=[{"code": "GRU"}, {"code": "COL"}], places=["nowhere-land"]),
    "permits less": permission("board-2", of={"dataset": CURATED}, terms=[{"code": "POA"}]),
    "permits of a snapshot": permission("board-3", of={"snapshot": {"dataset": CURATED, "digest": DIGEST}}),
    "licenses": licence("board-1", "board-2", of={"dataset": CURATED}),
    "withdraws consent": withdrawal_of_consent(effect="RETROACTIVE"),
    "ends the use": ending("board-2"),
    "transfers": transfer(of={"dataset": CURATED}),
    "undertakes": undertaking("COLLABORATION", valid_from=EARLY),
    "seals": seal(),
    "seals the other run's": seal(run_id=OTHER),
    "seals what it is evaluated on": seal(digest=EVALUATION_DIGEST, manifest=MANIFEST[:1], role="EVALUATION"),
    "divides": division(),
    "divides badly": division(unit="SITE", shared=2),
    "verifies": verification(result="MISSING", differing=["part-a.csv"]),
    "registers": registration(),
    "registers signed": registration(signature=SIGNER_KEY.sign("sha256:" + "d" * 64, "model")),
    "registers another": registration(version="2"),
    "releases": release(valid_from=EARLY),
    "releases the other": release("2"),
    "deploys": deployment(valid_from=EARLY, until=LATE),
    "deploys the other": deployment("2"),
    "retires": retirement(),
    "registers the signing key": signing_key(valid_from=EARLY),
    "registers it for a while": signing_key(until=LATE),
    "ends the signing key": ending_signing_key(),
    "ends it before": ending_signing_key(valid_from=EARLY),
    "registers anew": registration(artifact_digest="sha256:" + "c" * 64),
    "asks": request(),
    "asks for the data": request(subject={"dataset": RAW}),
    "another job's": {**event("COMPLETE", "2026-01-03T12:00:00Z"), "job": {"namespace": "pipeline", "name": "other"}},
    "acknowledges": finding_record("acknowledge_finding", Dataset(**RAW).id),
    "accepts": finding_record("accept_finding", Dataset(**RAW).id, until="2099-01-01T00:00:00Z"),
    "accepts another": finding_record("accept_finding", Dataset(**LINKED).id, "DATASET_DESCRIBED", valid_from=EARLY),
    "reopens": finding_record("reopen_finding", Dataset(**RAW).id),
    "assesses": change_assessment(),
    "assesses otherwise": change_assessment(status="OUTSIDE"),
    "assesses the environment": environment_assessment(valid_from=EARLY),
    "assesses it anew": environment_assessment(sbom_format="SPDX", valid_from=LATE),
    "lists the features": feature_assessment(),
    "lists none": feature_assessment(features=[]),
    "plans monitoring": monitoring_plan(fallback=None),
    "declares the operator": operator(place="nowhere-land", valid_from=EARLY),
    "ends the operator": ending_operator(place="nowhere-land", valid_from="2026-01-02T12:00:00Z"),
    "grants": access_grant(),
    "grants for a project": access_grant(project="made-up project"),
    "names": principal("grace", "approver"),
    "names anew": principal("grace", "auditor"),
}
"""What may happen: in any order, any of it left out, any of it said twice."""

DECIDES, ASKS_THE_GATE = "decides", "asks the gate"
ENDS: dict[str, tuple[str, Callable[[int], dict[str, Any]]]] = {
    "ends the transfer": ("record_transfer", partial(ending_exception, "transfer")),
    "ends the undertaking": ("undertake_use", partial(ending_exception, "undertaking")),
    "ends the deployment": ("deploy_model_version", ending_deployment),
    "ends what was gone back to": ("roll_back_deployment", ending_deployment),
    "goes back": ("deploy_model_version", rollback),
    "takes its place": ("deploy_model_version", lambda index: deployment("2", replaces=index)),
    "ends the grant": ("grant_access", ending_grant),
}
DECIDES_ACCESS = "decides on access"
BY_ANOTHER: dict[str, dict[str, Any]] = {
    "another declares": declaration(owner="oncology", valid_from=EARLY),
    "another declares the link": declaration(dataset=LINKED, owner="urology", valid_from=EARLY),
}
REQUESTED = "record.request_approval"
HISTORIES = st.lists(
    st.sampled_from([*PAYLOADS, DECIDES, ASKS_THE_GATE, DECIDES_ACCESS, *ENDS, *BY_ANOTHER]), min_size=1, max_size=14
)
VALID_ATS = st.sampled_from([parse_zoned(EARLY), parse_zoned("2026-01-02T12:00:00Z"), parse_zoned(LATE), NOW])
quick = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=40)


def write(house: House, happened: list[str]) -> None:
    """Send what happened; what the catalog refuses did not happen."""
    approver = house.act_as("dee", "approver")
    for name in happened:
        with suppress(SenderError, AskerError):
            if name == DECIDES:
                asked = [
                    each.index for each in house.ledger.entries(0, 99) if each.entry.kind.endswith("request_approval")
                ]
                if asked:
                    house.record(decision(asked[-1]), approver)
            elif name == ASKS_THE_GATE:
                if house.view().nodes([VERSION]):
                    house.ask_gate(GATE_QUESTION, approver)
            elif name == DECIDES_ACCESS:
                house.decide_access()
            elif name in ENDS:
                kind, end = ENDS[name]
                lasting = [one.index for one in house.ledger.entries(0, 99) if one.entry.kind.endswith(kind)]
                if lasting:
                    house.record(end(lasting[-1]))
            else:
                send(house, name)


def send(house: House, name: str) -> None:
    if name in BY_ANOTHER:
        house.record(BY_ANOTHER[name], house.act_as("sue", "steward"))
    elif "eventType" in PAYLOADS[name]:
        house.send(PAYLOADS[name])
    else:
        house.record(PAYLOADS[name])


def fill(store: Store, house: House, upto: int) -> None:
    for batch in gather(house.ledger.entries(0, upto + 1), facts_of=LedgerFacts(house.ledger).of):
        store.apply(batch.facts, upto, batch.quarantined)


def hold_to_the_law(house: House, stores: Sequence[Store], valid_at: int, known_at: int) -> None:
    """The stores are two empty ones, or one, which is emptied in between."""
    whole, prefix = stores[0], stores[-1]
    ids = sorted(row[1] for row in house.store.scan() if row[0] == "node")
    anchor = Anchor(house.ledger, "1", house.clock.micros())
    fill(whole, house, house.ledger.size() - 1)
    with whole.reading() as reader:
        then = answers(View(reader, AsOf(valid_at, known_at), anchor=anchor), ids, house.ledger)
    if prefix is whole:
        whole.clear()
    fill(prefix, house, known_at)
    with prefix.reading() as reader:
        now = answers(View(reader, AsOf(valid_at, NOW), anchor=anchor), ids, house.ledger)
    for name, answer in now.items():
        assert then[name] == answer, name


def story(happened: list[str]) -> Iterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        try:
            write(house, happened)
            yield house
        finally:
            house.close()


@quick
@given(HISTORIES, VALID_ATS, st.data())
def test_as_of_an_entry_every_query_answers_as_if_no_later_one_were_there(
    happened: list[str], valid_at: int, data: st.DataObject
) -> None:
    for house in story(happened):
        known_at = data.draw(st.integers(0, house.ledger.size() - 1))
        hold_to_the_law(house, [MemoryStore(), MemoryStore()], valid_at, known_at)


@settings(quick, max_examples=12)
@given(HISTORIES, VALID_ATS, st.data())
def test_so_it_does_in_a_file(happened: list[str], valid_at: int, data: st.DataObject) -> None:
    for house in story(happened):
        known_at = data.draw(st.integers(0, house.ledger.size() - 1))
        stores = [SqliteStore(house.folder / f"{name}.db") for name in ("whole", "prefix")]
        try:
            hold_to_the_law(house, stores, valid_at, known_at)
        finally:
            for store in stores:
                store.close()


@pytest.mark.neo4j
def test_so_it_does_in_neo4j(neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint, tmp_path: Path) -> None:
    house, store = House(tmp_path), Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    try:
        write(house, [*PAYLOADS, DECIDES, ASKS_THE_GATE])
        for known_at in (4, 9, 15):
            store.clear()
            hold_to_the_law(house, [store], parse_zoned("2026-01-02T12:00:00Z"), known_at)
    finally:
        store.close()
        house.close()


def test_every_query_there_is_stands_in_the_table() -> None:
    found = set()
    for path in Path(catalog.__file__).parent.glob("*/queries.py"):
        module = importlib.import_module(f"catalog.{path.parent.name}.queries")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters.values()), None)
            if (
                function.__module__ == module.__name__
                and not name.startswith("_")
                and first
                and first.annotation == "View"
            ):
                found.add(name)
    # `judged` is what `decide` and `unknown_parts` return; what may be `relied_on` is asked by `quoted`. Of a gate that
    # was read `unsettled` gives what it comes to, and asks nothing.
    beside = {"entry", "evidence", "judged", "on_what_is_seen", "relied_on", "unsettled"}
    assert found - NOW_ONLY <= {*QUERIES, *beside}
