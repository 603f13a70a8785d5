"""A catalog in memory, and a payload of each kind of record, told as one small made-up story."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from catalog.access.keys import Authenticator, KeyFile, local_actor
from catalog.access.model import Actor
from catalog.canonical import canonical_bytes
from catalog.decisions.records import DecideAccess
from catalog.gate.answers import evaluated
from catalog.gate.model import GateQuestion
from catalog.gate.queries import gate
from catalog.intake import Accepted, Intake
from catalog.kinds import KINDS
from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from catalog.ledger.protocol import Draft, Receipt
from catalog.operations.records import RestoreLedger
from catalog.policies.entitlements import Entitlements
from catalog.projection.entry_facts import facts_of
from catalog.projection.follower import Projection
from catalog.reading import EVERYTHING, LATEST, AsOf, Rights
from catalog.reporting.issuing import issued_record, proven
from catalog.signatures.signing import Signer as MadeUpSigner
from catalog.snapshots.rules import manifest_digest
from catalog.store.memory import MemoryStore
from catalog.store.sqlite import SqliteStore
from catalog.use.model import OrganizationKind, Requester
from catalog.view import Anchor, View
from graph_schema.nodes import ModelVersion, Run
from graph_schema.times import format_time
from graph_schema.vocabulary.words import ApprovalKind
from ingest_hooks.openlineage.wire import parse
from reports.context import Context
from reports.drawing import draw
from reports.standalone.outcome import Form

RAW = {"namespace": "landing", "name": "visits"}
CURATED = {"namespace": "curated", "name": "visits"}
JOB = {"namespace": "pipeline", "name": "curate"}
RUN = "0190d2e6-0000-7000-8000-00000000000a"
MODEL = {"namespace": "models", "name": "readmission"}
MANIFEST: list[dict[str, Any]] = [
    {"path": "part-b.csv", "size": 20, "digest": "sha256:" + "b" * 64},
    {"path": "part-a.csv", "size": 10, "digest": "sha256:" + "a" * 64},
]
DIGEST = manifest_digest(MANIFEST)
SIGNATURE = base64.b64encode(bytes(range(128, 192))).decode()
"""As long as one of Ed25519, and no signature of anything."""
SIGNER = {"time_zone": "Europe/Berlin"}


VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
GATE_QUESTION = GateQuestion(
    of=VERSION,
    purpose="HRESCH",
    place="North",
    environment="production",
    requester=Requester(
        user="Testperson Beta",
        organization=OrganizationKind.NONPROFIT,
        commercial=False,
        institute="Example Hospital",
        project="made-up project",
    ),
)


def run_node(run_id: str = RUN, job: dict[str, str] = JOB) -> Run:
    """Return the node of a run of a job."""
    return Run(job["namespace"], job["name"], run_id)


def event(kind: str = "COMPLETE", at: str = "2026-01-01T10:00:00Z", run: str = RUN, **facets: Any) -> dict[str, Any]:
    """The run that curates visits, at one of its events."""
    return {
        "eventTime": at,
        "eventType": kind,
        "producer": "https://tests.example/made-up",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run},
        "job": {**JOB, "facets": {}},
        "inputs": [{**RAW, "facets": {}}],
        "outputs": [{**CURATED, "facets": facets}],
    }


def declaration(**more: Any) -> dict[str, Any]:
    return {
        "kind": "declare_dataset",
        "dataset": RAW,
        "owner": "cardiology",
        "source_system": {"name": "made-up EHR", "kind": "EHR"},
        "schema_version": "1.2.0",
        "clinical_purpose": "Readmission study on made-up visits",
        "phi_category": ["DIRECT_IDENTIFIER", "QUASI_IDENTIFIER"],
        "deidentification_state": "RAW",
        "retention": {"policy_class": "RESEARCH", "period_days": 3650},
        "permitted_use": {
            "purposes": ["MLTRAINING"],
            "duo": ["GRU"],
            "refrains": ["NORELINK"],
            "obligations": ["ENCRYPT"],
            "statement": "Readmission research only",
        },
        "zone": "LANDING",
        "site": "North",
        "region": "EU",
        **more,
    }


FURTHER: dict[str, Any] = {
    "source": "made-up EHR",
    "place": "North",
    "retention": {
        "policy_class": "RESEARCH",
        "period_days": 3650,
        "clock": "STUDY_END",
        "starts_on": "2025-12-31",
        "disposition": "MOVE",
    },
    "storage_pattern": "OBJECT",
    "storage_format": "parquet",
    "encryption_keys": [{"key": "keys.example/training/7", "environment": "TRAINING"}],
    "encryption": {"at_rest": "CUSTOMER_KEY", "in_transit": "MUTUAL_TLS", "in_use": "NONE"},
    "plaintext_window": {"where": "The memory of the training nodes", "seconds": 3600},
    "compute_isolation": {"ephemeral_nodes": True, "hardened_image": "made-up-image-3", "egress": "NONE"},
    "gdpr_state": "PSEUDONYMIZED",
    "persons": 12000,
    "genomic": False,
    "feature_set_version": "4",
}
"""What else a declaration may give."""


def encryption_key(**more: Any) -> dict[str, Any]:
    return {
        "kind": "declare_key",
        "key": "keys.example/training/7",
        "environment": "TRAINING",
        "workload": "readmission",
        "tier": "restricted",
        "created_by": "security office",
        "rotated_by": "security office",
        "used_by": ["training nodes"],
        **more,
    }


SIGNER_KEY = MadeUpSigner(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
"""A key that signs in tests, and nothing else."""


def signing_key(**more: Any) -> dict[str, Any]:
    return {
        "kind": "register_signing_key",
        "public_key": SIGNER_KEY.public_pem.decode(),
        "key_holder": "release engineering",
        "until": "2999-01-01T00:00:00Z",
        **more,
    }


def ending_signing_key(**more: Any) -> dict[str, Any]:
    return {
        "kind": "end_signing_key",
        "fingerprint": SIGNER_KEY.fingerprint,
        "reason": "It was replaced",
        **more,
    }


def source(**more: Any) -> dict[str, Any]:
    return {
        "kind": "declare_source",
        "source": "made-up EHR",
        "source_kind": "EHR",
        "owner": "records office",
        "clinical_purpose": "Care of made-up patients",
        "phi_category": ["DIRECT_IDENTIFIER", "CLINICAL_NOTE"],
        "retention": {"policy_class": "CLINICAL_REGULATORY", "period_days": 3650},
        "permitted_processing": ["BATCH", "QUERY_IN_PLACE"],
        "permitted_consumers": ["cardiology"],
        "permitted_places": ["EU"],
        **more,
    }


def place(name: str = "North", within: str | None = "EU", **more: Any) -> dict[str, Any]:
    named = {"place": name, "place_kind": "SITE", "within": within, **more}
    return {"kind": "declare_place", **{member: value for member, value in named.items() if value is not None}}


def job_place(name: str = "North", **more: Any) -> dict[str, Any]:
    return {"kind": "declare_job", "job": JOB, "place": name, **more}


def ending_place(name: str = "North", **more: Any) -> dict[str, Any]:
    return {"kind": "end_place", "place": name, "reason": "It was closed", **more}


def ending_source(name: str = "made-up EHR", **more: Any) -> dict[str, Any]:
    return {"kind": "end_source", "source": name, "reason": "It was replaced", **more}


def ending_key(name: str = "keys.example/training/7", **more: Any) -> dict[str, Any]:
    return {"kind": "end_key", "key": name, "reason": "It was destroyed", **more}


def tag(**more: Any) -> dict[str, Any]:
    return {
        "kind": "tag",
        "dataset": RAW,
        "column": "mrn",
        "phi_kind": "DIRECT_IDENTIFIER",
        "codes": [{"system": "safe-harbor", "code": "H"}],
        "reason": "The column holds record numbers",
        "confidentiality": "R",
        **more,
    }


def naming_rule(**more: Any) -> dict[str, Any]:
    return {
        "kind": "define_namespace_rule",
        "rule": "letters",
        "namespace": RAW["namespace"],
        "rule_kind": "FOLD_CASE",
        "reason": "The store folds names",
        **more,
    }


def joining(dataset: dict[str, str], same_as: dict[str, str], **more: Any) -> dict[str, Any]:
    return {
        "kind": "stitch_datasets",
        "dataset": dataset,
        "same_as": same_as,
        "reason": "One table under two names",
        **more,
    }


def ending_attestation(entry: int, **more: Any) -> dict[str, Any]:
    return {"kind": "end_attestation", "attestation": entry, "reason": "Another table was looked at", **more}


def code_key(**more: Any) -> dict[str, Any]:
    return {"kind": "declare_code_key", "dataset": RAW, "of": [CURATED], "holder": "the honest broker", **more}


def anonymity(**more: Any) -> dict[str, Any]:
    return {
        "kind": "claim_anonymity",
        "dataset": CURATED,
        "quasi_identifiers": ["ward", "year"],
        "k_anonymity": 11,
        "population": "made-up ward patients",
        "method": "Counted by a made-up tool",
        **more,
    }


def ending_anonymity(**more: Any) -> dict[str, Any]:
    return {"kind": "end_anonymity_claim", "dataset": CURATED, "reason": "It was counted wrongly", **more}


def ending_code_key(**more: Any) -> dict[str, Any]:
    return {"kind": "end_code_key", "dataset": RAW, "reason": "It was destroyed", **more}


def trust(**more: Any) -> dict[str, Any]:
    return {"kind": "trust_column_lineage", "job": JOB, "reason": "Its emitter was looked at", **more}


def ending_trust(**more: Any) -> dict[str, Any]:
    return {"kind": "end_column_lineage_trust", "job": JOB, "reason": "It is another emitter now", **more}


def attestation(**more: Any) -> dict[str, Any]:
    return {
        "kind": "attest_deidentification",
        "job": JOB,
        "run_id": RUN,
        "method": "EXPERT_DETERMINATION",
        "clears": [{"system": "safe-harbor", "code": "H"}],
        "alterations": ["MASKED", "PSEUDED"],
        "expert": "Testperson Beta",
        "scope": "All columns of the output",
        "result": "The risk is very small",
        "until": "2999-01-01T00:00:00Z",
        **more,
    }


def seal(**more: Any) -> dict[str, Any]:
    return {
        "kind": "seal_snapshot",
        "dataset": CURATED,
        "digest": DIGEST,
        "manifest": MANIFEST,
        "foreign": [{"system": "delta", "id": "17"}],
        "run_id": RUN,
        "job": JOB,
        "role": "TRAINING",
        "locked": False,
        "rows": 12,
        "persons": 9,
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
        **more,
    }


def tombstone(**more: Any) -> dict[str, Any]:
    return {
        "kind": "tombstone_snapshot",
        "dataset": CURATED,
        "digest": DIGEST,
        "reason": "Its period of retention is over",
        **more,
    }


EVALUATION_DIGEST = manifest_digest(MANIFEST[:1])


def division(**more: Any) -> dict[str, Any]:
    parts = {"training": DIGEST, "evaluation": EVALUATION_DIGEST}
    return {
        "kind": "declare_split",
        "unit": "PATIENT",
        "parts": [
            {"part": name, "snapshots": [{"dataset": CURATED, "digest": digest}]} for name, digest in parts.items()
        ],
        "assignment_digest": "sha256:" + "5" * 64,
        "method": "By the last digits of a keyed hash, counted in both parts",
        **more,
    }


def facet_mapping(**more: Any) -> dict[str, Any]:
    return {
        "kind": "map_facet",
        "mapping": "privacy",
        "facet": "acme_privacy",
        "on": "DATASET",
        "pointer": "/columns",
        "target": "PHI_TAG",
        "value": "/class",
        "column": "/name",
        "equal_to": ["secret"],
        "phi_kind": "DIRECT_IDENTIFIER",
        "reason": "The register says so",
        **more,
    }


def flow_mapping(**more: Any) -> dict[str, Any]:
    return {
        "kind": "map_facet",
        "mapping": "origin",
        "facet": "acme_origin",
        "on": "DATASET",
        "pointer": "/from",
        "target": "FLOW",
        "column": "/column",
        "reason": "The register says so",
        **more,
    }


def tag_mapping(**more: Any) -> dict[str, Any]:
    return {
        "kind": "map_tag",
        "mapping": "levels",
        "key": "data_level",
        "value": "3",
        "phi_kind": "QUASI_IDENTIFIER",
        "reason": "As the warehouse counts",
        **more,
    }


def safe_use(**more: Any) -> dict[str, Any]:
    return {
        "kind": "define_safe_use",
        "question": "DEVELOPMENT",
        "states": ["DE_IDENTIFIED"],
        "purposes": ["MLTRAINING"],
        "labels_absent": ["DIRECT_IDENTIFIER"],
        "refrains_absent": ["ORCON"],
        "zones": ["TRAINING"],
        "finding_severity": "MEDIUM",
        "reason": "As the board decided",
        **more,
    }


def policies(text: str = "permit (principal, action, resource);\n", **more: Any) -> dict[str, Any]:
    """What a steward publishes."""
    files = [{"path": "made_up.cedar", "text": f'@id("made-up") @reason("As made up")\n{text}'}]
    return {"kind": "publish_policies", "files": files, "reason": "As the made-up board decided", **more}


def access_grant(principal: str = "grace", **more: Any) -> dict[str, Any]:
    """What somebody grants somebody else."""
    return {
        "kind": "grant_access",
        "principal": principal,
        "actions": ["read"],
        "target": {"target_kind": "DATASET", **CURATED},
        "purposes": ["HRESCH"],
        "until": "2026-06-30T00:00:00Z",
        "reason": "For a made-up study",
        **more,
    }


def ending_grant(grant: int, principal: str = "grace") -> dict[str, Any]:
    return {"kind": "end_grant", "principal": principal, "grant": grant, "reason": "The study is over"}


def access_request(principal: str = "grace", **more: Any) -> dict[str, Any]:
    """What somebody asks for, for somebody."""
    return {**access_grant(principal), "kind": "request_access", **more}


def refusal(request: int, principal: str = "grace") -> dict[str, Any]:
    return {"kind": "refuse_access", "principal": principal, "request": request, "reason": "Less would do"}


def recertification(grant: int, principal: str = "grace") -> dict[str, Any]:
    return {"kind": "recertify_grant", "principal": principal, "grant": grant, "reason": "The study goes on"}


def project(**more: Any) -> dict[str, Any]:
    named = {"project": "made-up project", "protocol": "made-up protocol"}
    return {"kind": "declare_project", **named, "until": "2998-12-31T00:00:00Z", **more}


def ending_project(name: str = "made-up project") -> dict[str, Any]:
    return {"kind": "end_project", "project": name, "reason": "The study is over"}


def protocol(**more: Any) -> dict[str, Any]:
    """What an ethics board let a project do."""
    named = {"protocol": "made-up protocol", "projects": ["made-up project"]}
    determined = {"determination": "EXPEDITED", "reference": "Made-up board 12"}
    return {"kind": "declare_protocol", **named, **determined, "until": "2998-12-31T00:00:00Z", **more}


def ending_protocol(name: str = "made-up protocol") -> dict[str, Any]:
    return {"kind": "end_protocol", "protocol": name, "reason": "The board ended it"}


def member(
    principal: str = "grace", kind: str = "PROJECT", group: str = "made-up project", **more: Any
) -> dict[str, Any]:
    """That somebody belongs to a project or a site."""
    belongs = {"principal": principal, "membership_kind": kind, "group": group}
    return {"kind": "add_member", **belongs, "until": "2998-12-31T00:00:00Z", **more}


def ending_membership(membership: int, principal: str = "grace") -> dict[str, Any]:
    return {"kind": "end_membership", "principal": principal, "membership": membership, "reason": "She left"}


def breaking_glass(until: str, principal: str = "grace", **more: Any) -> dict[str, Any]:
    """That somebody has to read something at once."""
    needs = {"target": {"target_kind": "DATASET", **CURATED}, "purpose": "ETREAT"}
    reason = "A made-up emergency"
    return {"kind": "break_glass", "principal": principal, **needs, "until": until, "reason": reason, **more}


def review(emergency: int, principal: str = "grace", *, justified: bool = True) -> dict[str, Any]:
    reviewed = {"principal": principal, "emergency": emergency, "justified": justified}
    return {"kind": "review_emergency", **reviewed, "reason": "Made-up reason"}


def access_decision(**more: Any) -> dict[str, Any]:
    """What the catalog writes of a decision on access, with all that it may hold."""
    return {
        "principal": "grace",
        "action": "read",
        "target": {"target_kind": "COLUMN", **CURATED, "column": "ward"},
        "circumstances": {
            "purpose": "HRESCH",
            "project": "made-up project",
            "protocol": "made-up protocol",
            "site": "North",
            "place": "EU",
            "environment": "TRAINING",
            "network": "made-up network",
            "device": {"managed": True, "encrypted": True},
            "enforces": ["AUDIT"],
            "diseases": ["MONDO:9000001"],
        },
        "allowed": True,
        "at": "2026-01-05T00:00:00Z",
        "known_at": 3,
        "reasons": ["Made-up reason"],
        "policies": ["made-up"],
        "policy_set": DIGEST,
        "obligations": ["AUDIT"],
        "refrains": ["NORELINK"],
        "awaits": ["PLACE"],
        "unknown": [],
        **more,
    }


def finding_record(kind: str, subject: str, rule: str = "FIELDS_DECLARED", **more: Any) -> dict[str, Any]:
    """What a steward decides of a finding."""
    until = {"until": "2029-01-01T00:00:00Z"} if kind == "accept_finding" else {}
    return {"kind": kind, "rule": rule, "subject": subject, "reason": "Made-up reason", **until, **more}


def withdrawal(**more: Any) -> dict[str, Any]:
    return {"kind": "withdraw_mapping", "mapping": "levels", "reason": "A mistake", **more}


def verification(**more: Any) -> dict[str, Any]:
    return {
        "kind": "verify_snapshot",
        "dataset": CURATED,
        "digest": DIGEST,
        "result": "OK",
        "differing": [],
        "method": "Every file hashed again",
        **more,
    }


def registration(**more: Any) -> dict[str, Any]:
    return {
        "kind": "register_model_version",
        "model": MODEL,
        "version": "1",
        "trained_on": [{"dataset": CURATED, "digest": DIGEST}],
        "evaluated_on": [{"dataset": CURATED, "digest": DIGEST}],
        "code": {"repository": "https://git.example/pipeline", "revision": "f" * 40, "clean": True},
        "environment": {"digest": "sha256:" + "e" * 64, "description": "CPython 3.11"},
        "artifact_digest": "sha256:" + "d" * 64,
        "signature": SIGNATURE,
        "metrics": [{"name": "auroc", "value": 0.75, "split": "test"}],
        "intended_use": "Demonstration only",
        "run_id": RUN,
        "job": JOB,
        **more,
    }


def request(**more: Any) -> dict[str, Any]:
    return {
        "kind": "request_approval",
        "subject": {"model_version": {"model": MODEL, "version": "1"}},
        "approval_kind": "CLINICAL",
        "use_case": "Readmission in the north ward",
        "reason": "Ready for review",
        "expires_at": "2999-01-01T00:00:00Z",
        **more,
    }


def decision(index: int, **more: Any) -> dict[str, Any]:
    return {
        "kind": "decide_approval",
        "request": index,
        "decision": "APPROVE",
        "reason": "The figures hold",
        "meaning": "APPROVAL",
        "signer": SIGNER,
        "conditions": ["Watch drift"],
        "expires_at": "2998-01-01T00:00:00Z",
        **more,
    }


def change_assessment(**more: Any) -> dict[str, Any]:
    return {
        "kind": "assess_change",
        "model_version": {"model": MODEL, "version": "1"},
        "status": "INITIAL",
        "plan": "made-up plan 4",
        "plan_digest": "sha256:" + "c" * 64,
        "reason": "There was none before",
        **more,
    }


def environment_assessment(**more: Any) -> dict[str, Any]:
    return {
        "kind": "assess_environment",
        "environment": registration()["environment"]["digest"],
        "sbom_format": "CYCLONEDX",
        "sbom_digest": "sha256:" + "b" * 64,
        "vulnerabilities": {"critical": 0, "high": 0, "medium": 2, "low": 5},
        "source": "made-up advisories of May",
        **more,
    }


def feature_assessment(**more: Any) -> dict[str, Any]:
    return {
        "kind": "assess_features",
        "model_version": {"model": MODEL, "version": "1"},
        "features": [
            {"feature": "age_group", "measures": ["AGE"], "mitigation": "Calibrated and measured by group"},
        ],
        "reason": "Every input was looked at",
        **more,
    }


def monitoring_plan(**more: Any) -> dict[str, Any]:
    return {
        "kind": "plan_monitoring",
        "model_version": {"model": MODEL, "version": "1"},
        "plan": "made-up plan 7",
        "plan_digest": "sha256:" + "a" * 64,
        "review_by": "2999-01-01T00:00:00Z",
        "fallback": "The wards score on paper again",
        **more,
    }


def operator(**more: Any) -> dict[str, Any]:
    return {
        "kind": "declare_operator",
        "place": "North",
        "operator": "made-up hosting company",
        "agreements": [
            {"kind": "BAA", "agreement": "made-up agreement 3", "digest": "sha256:" + "9" * 64},
        ],
        **more,
    }


def ending_operator(**more: Any) -> dict[str, Any]:
    return {"kind": "end_operator", "place": "North", "reason": "The contract was not renewed", **more}


def gate_override(evaluation: int, **more: Any) -> dict[str, Any]:
    return {
        "kind": "override_gate",
        "model_version": {"model": MODEL, "version": "1"},
        "evaluation": evaluation,
        "reason": "A silent trial in a made-up ward",
        "until": "2999-01-01T00:00:00Z",
        **more,
    }


def delegation(to: str = "steward-2", **more: Any) -> dict[str, Any]:
    said = {"to": to, "approval_kinds": ["CLINICAL"], "until": "2999-01-01T00:00:00Z", "reason": "On leave"}
    return {"kind": "delegate_approvals", **said, **more}


def meeting(index: int, text: str = "The monitoring plan is filed", **more: Any) -> dict[str, Any]:
    said = {"request": index, "text": text, "evidence": "Filed under made-up number 4"}
    return {"kind": "meet_condition", **said, **more}


def erasing(*entries: int, **more: Any) -> dict[str, Any]:
    return {
        "kind": "erase_entries",
        "entries": list(entries),
        "reason": "Text that should not have been sent",
        "authority": "Made-up order 7",
        "residue": "FLOWS",
        **more,
    }


def restoring() -> RestoreLedger:
    return RestoreLedger(
        size=2,
        root="sha256:" + "a" * 64,
        signed_size=3,
        signed_checkpoint="tests.example/ledger\n3\nmade up\n\n— made up\n",
        reason="The disk was lost",
    )


def principal(name: str, *roles: str, active: bool = True, approves: Sequence[str] | None = None) -> dict[str, Any]:
    """Return a definition; an approver decides on every kind of approval where none is named."""
    if approves is None:
        approves = list(ApprovalKind) if "approver" in roles else []
    return {
        "kind": "define_principal",
        "principal": name,
        "display_name": f"Testperson {name}",
        "title": "Made-up officer",
        "organisation": "Example Hospital",
        "principal_kind": "PERSON",
        "roles": list(roles),
        "approves": list(approves),
        "active": active,
    }


def acting(*roles: str) -> Actor:
    """Return somebody who acts by these roles, whom no policy binds."""
    return Actor("made-up", frozenset(roles), authenticated=True, display_name="Made up")


def may_act(keys: KeyFile, name: str) -> bool:
    """Whether the key file holds the principal as one that was defined and may act."""
    return any(holder.principal == name and holder.active for holder in keys.holders())


@dataclass
class Clock:
    """A clock that only tests move, in seconds."""

    now: float = 1_780_000_000.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now

    def micros(self) -> int:
        return int(self() * 1_000_000)


@dataclass
class House:
    """Ledger, graph, intake and projection in memory; the projection moves when it is waited for."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    store: MemoryStore | SqliteStore = field(default_factory=MemoryStore)
    site: SiteKeys = field(default_factory=lambda: SiteKeys.generate("tests.example/ledger"))
    key_file: type[KeyFile] = KeyFile
    ancestors: dict[str, frozenset[str]] | None = None
    """The disease ontology, as a site configures it."""

    def __post_init__(self) -> None:
        self.ledger = MemoryLedger(self.site, clock=self.clock.micros)
        self.keys = self.key_file(self.folder / "keys.sqlite")
        self.projection = Projection(self.ledger, self.store)
        # To look at the clock is not to let it go on.
        self.authenticator = Authenticator(
            self.keys, Entitlements(self.ledger, lambda: int(self.clock.now * 1e6)).entitled
        )
        self.intake = Intake(
            self.ledger,
            self.store,
            Following(self.project),
            self.keys,
            token_key=b"t" * 32,
            facts_of=facts_of,
            clock=self.clock,
            anchored=self.anchor,
            named=self.authenticator.named,
        )

    def anchor(self, began: int) -> Anchor:
        """What every view is taken by."""
        return Anchor(self.ledger, "1", began, ancestors=self.ancestors)

    def project(self) -> None:
        while self.projection.step():
            pass

    def view(self, as_of: AsOf = LATEST, rights: Rights = EVERYTHING) -> View:
        """What of the graph may be seen at these times."""
        return View(self.store, as_of, rights, self.anchor(self.clock.micros()))

    def send(self, value: dict[str, Any], actor: Actor | None = None) -> Accepted:
        return self.send_bytes(json.dumps(value).encode(), actor)

    def send_bytes(self, body: bytes, actor: Actor | None = None) -> Accepted:
        wire = parse(body)
        accepted = self.intake.submit_event(wire.value, actor or local_actor(), "tests", wire.flags).result()
        self.project()
        return accepted

    def record(self, payload: dict[str, Any], actor: Actor | None = None) -> Accepted:
        accepted = self.intake.submit_record(payload, actor or local_actor(), "tests").result()
        self.project()
        return accepted

    def ask_gate(self, question: GateQuestion, actor: Actor | None = None) -> Accepted:
        """Ask the gate, and record what it says."""
        view = self.view()
        found = gate(view, question)
        assert found is not None
        accepted = self.intake.record_gate(evaluated(view, found), actor or local_actor(), "tests").result()
        self.project()
        return accepted

    def append(self, payload: dict[str, Any], by: str, *, authenticated: bool = True, **added: Any) -> int:
        """Write a record past every rule of today, as a ledger of an older version holds it; return its index."""
        kind = KINDS[payload["kind"]]
        fields = {name: value for name, value in payload.items() if name != "kind"}
        if payload["kind"] == "decide_approval" and "printed_name" not in (added | fields["signer"]):
            fields["signer"] = {"printed_name": f"Testperson {by}", **fields["signer"]}
        subjects = tuple(node.id for node in kind.subjects(kind.record.replay(fields)))
        body = {"record": fields, "added": added, "authenticated": authenticated, "redactions": [], "subjects": []}
        said = canonical_bytes(body)
        index = self.ledger.append(Draft(kind.in_ledger, by, "tests", subjects, said, said)).result().index
        self.project()
        return index

    def issue_context(
        self, context: Context, form: Form, actor: Actor | None = None, tools: dict[str, str] | None = None
    ) -> bytes:
        """Draw and issue any context: with the genuine ledger and key, whatever it says."""
        drawing = draw(context, form, tools)
        issued = self.intake.issue_report(issued_record(context, drawing), actor or local_actor(), "tests").result()
        self.project()
        return drawing.finish(proven(self.ledger, context, issued.receipt.index))

    def act_as(self, name: str, *roles: str, approves: Sequence[str] | None = None) -> Actor:
        """Define a principal, give it a key, and return who that key makes of a request."""
        self.record(principal(name, *roles, approves=approves))
        return self.key_of(name)

    def key_of(self, name: str) -> Actor:
        """Give a principal a key, and return who that key makes of a request."""
        key, issued = self.intake.issue_key(name, local_actor(), "tests")
        issued.result()
        self.project()
        return self.authenticator.authenticate(key.secret, from_loopback=False)

    def entitled(self, actor: Actor) -> Actor:
        """Return the same principal with what it may do now."""
        return self.authenticator.entitled(actor)

    def tell_story(self, approver: Actor) -> dict[str, Accepted]:
        """Send one record of every kind that can be sent, each where it is due."""
        self.send(event("START", "2026-01-01T09:00:00Z"))
        self.send(event(version={"datasetVersion": DIGEST}))
        story = {"declare_dataset": self.record(declaration())}
        for payload in (source(), encryption_key(), place(), ending_place(), ending_source(), ending_key()):
            story[payload["kind"]] = self.record(payload)
        mapped = facet_mapping(), tag_mapping(), withdrawal()
        decided = safe_use(), policies()
        for payload in (tag(), attestation(), *mapped, *decided, seal(), verification(), registration(), request()):
            story[payload["kind"]] = self.record(payload)
        attested = self.record(attestation(scope="Another table")).receipt.index
        story["end_attestation"] = self.record(ending_attestation(attested))
        for payload in (code_key(), ending_code_key(), anonymity(), ending_anonymity(), trust(), ending_trust()):
            story[payload["kind"]] = self.record(payload)
        story["decide_approval"] = self.record(decision(story["request_approval"].receipt.index), approver)
        until = format_time(self.clock.micros() + 86_400_000_000)
        story["grant_access"] = self.record(access_grant(until=until))
        story["end_grant"] = self.record(ending_grant(story["grant_access"].receipt.index))
        self._tell_of_access(story, approver, until)
        mistaken = self.record(declaration(dataset={"namespace": "landing", "name": "mistaken"}))
        story["erase_entries"] = self.record(erasing(mistaken.receipt.index))
        return story

    def _tell_of_access(self, story: dict[str, Accepted], approver: Actor, until: str) -> None:
        asked = self.record(access_request(until=until, project="made-up project"), approver).receipt.index
        self.record(refusal(asked))
        asked = self.record(access_request(until=until), approver).receipt.index
        granted = self.record(access_grant(until=until, request=asked)).receipt.index
        self.record(recertification(granted))
        since = format_time(self.clock.micros())
        delegated = {
            "to": "grace",
            "actions": ["read"],
            "records": ["tag"],
            "until": until,
            "reason": "While she is away",
        }
        given = self.append({"kind": "delegate_access", **delegated}, "local")
        ended = {"to": "grace", "delegation": given, "reason": "They are back"}
        self.record({"kind": "end_access_delegation", **ended})
        self.record(project(since=since))
        belongs = self.record(member(since=since)).receipt.index
        self.record(ending_membership(belongs))
        self.record(protocol(since=since))
        self.record(ending_protocol())
        self.record(ending_project())
        soon = format_time(self.clock.micros() + 1_800_000_000)
        story["break_glass"] = self.record(breaking_glass(soon, approver.principal), approver)
        self.record(review(story["break_glass"].receipt.index, approver.principal))

    def decide_access(self, **more: Any) -> Receipt:
        """Record a decision on access."""
        record = DecideAccess.read(access_decision(**more))
        receipt = self.intake.record_decision(record, local_actor(), "tests").result()
        self.project()
        return receipt

    def restore(self) -> Accepted:
        """Record that an older ledger was restored."""
        accepted = self.intake.record_restore(restoring(), local_actor(), "tests").result()
        self.project()
        return accepted

    def close(self) -> None:
        self.keys.close()
        self.ledger.close()


@dataclass
class Following:
    """A follower that catches up when it is waited for."""

    catch_up: Callable[[], None]

    def wait_for(self, index: int, timeout: float) -> bool:  # noqa: ARG002  it never takes longer
        self.catch_up()
        return True
