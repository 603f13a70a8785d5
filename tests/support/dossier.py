"""A made-up clinical pipeline as a dossier's context, over a small ledger of its own.

The Merkle tree here is written from RFC 6962's definitions, recursively and apart from the product's, so that a report
checked against it is checked against something.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reports.context import Actor, Answer, Code, Count, Evidence, EvidenceEntry, ReadPoint
from reports.drawing import draw
from reports.kinds import MODEL_DOSSIER, ModelDossier
from reports.making import made_with
from reports.parts.approvals import Approval, Decision
from reports.parts.deidentification import DeidentificationStep
from reports.parts.findings import Finding
from reports.parts.gaps import Gap
from reports.parts.labels import Label
from reports.parts.lineage import LineageEdge, LineageNode
from reports.parts.model_version import CodeRevision, Environment, Metric, ModelVersion
from reports.parts.quarantine import Quarantined
from reports.parts.runs import Run
from reports.parts.schema_changes import SchemaChange
from reports.parts.snapshots import ForeignReference, Producer, Snapshot, Verification
from reports.parts.sources import Declared, Source
from reports.parts.use import UseStatement
from reports.standalone.outcome import Form

ORIGIN = "ledger.example.org/lineward-demo"
_KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a key for tests alone").digest())
_KINDS = (
    "record.define_principal",
    "record.declare_dataset",
    "record.declare_dataset",
    "openlineage.run_event",
    "openlineage.run_event",
    "record.attest_deidentification",
    "openlineage.run_event",
    "record.tag",
    "record.tag",
    "openlineage.run_event",
    "openlineage.run_event",
    "record.seal_snapshot",
    "record.seal_snapshot",
    "record.verify_snapshot",
    "record.verify_snapshot",
    "openlineage.run_event",
    "record.register_model_version",
    "record.request_approval",
    "record.decide_approval",
    "record.request_approval",
    "record.decide_approval",
    "record.request_approval",
)

ENGINEER = Actor(id="person:testperson-alpha", name="Testperson Alpha")
STEWARD = Actor(id="person:testperson-beta", name="Testperson Beta")
CLINICIAN = Actor(id="person:testperson-gamma", name="Testperson Gamma")
EMITTER = Actor(id="emitter:curation-scheduler", name="Curation scheduler")
TRAINING = "sha256:" + hashlib.sha256(b"training").hexdigest()
EVALUATION = "sha256:" + hashlib.sha256(b"evaluation").hexdigest()
ARTIFACT = "sha256:" + hashlib.sha256(b"artifact").hexdigest()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def tree_hash(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_hash(leaves[:split]) + tree_hash(leaves[split:])).digest()


def audit_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1, over leaf hashes."""
    if len(leaves) <= 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*audit_path(index, leaves[:split]), tree_hash(leaves[split:])]
    return [*audit_path(index - split, leaves[split:]), tree_hash(leaves[:split])]


def signed_checkpoint(size: int, root: bytes, origin: str = ORIGIN, key: Ed25519PrivateKey = _KEY) -> tuple[str, str]:
    """Return a C2SP signed note over a tree head, and the vkey that verifies it."""
    public = b"\x01" + key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(origin.encode() + b"\n" + public).digest()[:4]
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    signature = base64.b64encode(key_id + key.sign(text.encode())).decode()
    return f"{text}\n— {origin} {signature}\n", f"{origin}+{key_id.hex()}+{base64.b64encode(public).decode()}"


def small_evidence(kinds: tuple[str, ...] = _KINDS) -> tuple[Evidence, bytes]:
    """Return evidence that cites every entry of a ledger with one entry for each kind, and its root."""
    texts, salts, bodies = [], [], []
    for index, kind in enumerate(kinds):
        salt = hashlib.sha256(f"salt {index}".encode()).digest()
        body = json.dumps({"kind": kind, "note": f"made-up record {index}"}, separators=(",", ":"), sort_keys=True)
        entry = {
            "actor": STEWARD.id if kind.startswith("record") else EMITTER.id,
            "body": "sha256:" + hashlib.sha256(salt + body.encode()).hexdigest(),
            "correlation_id": f"made-up-{index}",
            "kind": kind,
            "received": "hmac-sha256:00000000:" + hashlib.sha256(body.encode()).hexdigest(),
            "recorded_at": f"2031-03-{1 + index // 4:02d}T0{index % 9}:15:{index:02d}.000000Z",
            "subject": [f"Dataset:MADEUP{index:04d}"],
            "v": 1,
        }
        texts.append(json.dumps(entry, separators=(",", ":"), sort_keys=True))
        salts.append(salt.hex())
        bodies.append(body)
    leaves = [leaf_hash(text.encode()) for text in texts]
    root = tree_hash(leaves)
    checkpoint, vkey = signed_checkpoint(len(leaves), root)
    cited = tuple(
        EvidenceEntry(
            index=index,
            kind=kinds[index],
            recorded_at=json.loads(text)["recorded_at"],
            actor=json.loads(text)["actor"],
            leaf=leaves[index].hex(),
            entry=text,
            proof=tuple(part.hex() for part in audit_path(index, leaves)),
            salt=salts[index],
            body=bodies[index],
        )
        for index, text in enumerate(texts)
    )
    return Evidence(checkpoint=checkpoint, vkey=vkey, cited=cited), root


def read_point(evidence: Evidence, root: bytes, answer: Answer | None = None) -> ReadPoint:
    size = int(evidence.checkpoint.split("\n")[1])
    return ReadPoint(
        valid_at="2031-03-07T09:30:00Z",
        known_at="2031-03-07T09:30:00Z",
        ledger_index=size - 1,
        ledger_size=size,
        root=f"sha256:{root.hex()}",
        projection_version="1",
        checkpoint=evidence.checkpoint,
        vkey=evidence.vkey,
        completeness=answer or Answer(state="COMPLETE", counts=(Count(what="nodes", number=10),)),
    )


def empty_dossier() -> ModelDossier:
    """Return the dossier of a model version of which nothing but the registration is recorded."""
    evidence, root = small_evidence(("record.register_model_version",))
    model = ModelVersion(
        namespace="models",
        name="empty",
        version="0",
        registered_at="2031-03-07T09:30:00Z",
        registered_by=Actor(id="local", authenticated=False),
        entries=(0,),
    )
    return ModelDossier(read_point=read_point(evidence, root), model=model, evidence=evidence)


def clinical_dossier() -> ModelDossier:
    """Return the dossier of a small clinical model: two feeds, one failed run, approvals decided and pending."""
    evidence, root = small_evidence()
    leaves = [entry.leaf for entry in evidence.cited]
    return ModelDossier(
        organisation="St. Example Hospital, Clinical Data Office (made up)",
        read_point=read_point(evidence, root),
        model=_model(),
        snapshots=_snapshots(),
        nodes=_nodes(),
        edges=_edges(),
        sources=_sources(),
        runs=_runs(),
        deidentification=_deidentification(),
        labels=_labels(),
        use=_use(),
        approvals=_approvals(leaves),
        schema_changes=(
            SchemaChange(
                dataset="lake/landing/claims.csv",
                at="2031-03-02T02:00:00Z",
                run="0198f1c2-0002-7000-8000-00000000c1a1",
                added=("payer_class",),
                changed=("amount: integer to decimal",),
                entries=(4,),
            ),
        ),
        gaps=(
            Gap(subject="lake/landing/claims.csv", field="retention policy"),
            Gap(subject="lake/landing/claims.csv", field="clinical purpose"),
            Gap(subject="readmission 1.1.0", field="signature", note="no signed bundle was registered"),
            Gap(subject="readmission 1.1.0", field="deployments"),
        ),
        findings=(
            Finding(
                rule="catalogued before first transformation",
                severity="MEDIUM",
                subject="lake/landing/claims.csv",
                text="A run read the dataset before it was declared.",
                entries=(2, 3),
            ),
        ),
        evidence=evidence,
    )


def large_dossier(rows: int) -> ModelDossier:
    """Return the clinical dossier with `rows` runs, and as many lineage nodes in a chain as there are rows, to 400."""
    dossier = clinical_dossier()
    runs = tuple(replace(dossier.runs[0], run=f"00000000-0000-7000-8000-{number:012d}") for number in range(rows))
    zones = ("LANDING", "CURATED", "FEATURE_STORE")
    many = tuple(
        LineageNode(
            id=f"Dataset:CHAIN{number:06d}", name=f"lake/part-{number:05d}", kind="Dataset", zone=zones[number % 3]
        )
        for number in range(min(rows, 400))
    )
    edges = tuple(LineageEdge(source=one.id, target=dossier.nodes[2].id, kind="WAS_DERIVED_FROM") for one in many)
    return replace(dossier, runs=runs, nodes=dossier.nodes + many, edges=dossier.edges + edges)


def long_dossier(rows: int) -> ModelDossier:
    """Return a dossier with one table of `rows` short rows, which a validator can read in reasonable time."""
    dossier = empty_dossier()
    row = Quarantined(entry=0, kind="openlineage.run_event", reason="no job")
    return replace(dossier, quarantined=tuple(replace(row, reason=f"no job {number}") for number in range(rows)))


def dossier_saying(text: str) -> ModelDossier:
    """Return the clinical dossier with `text` wherever a stranger's text may stand, times and names included."""
    closed = {"evidence", "read_point", "role", "decision", "severity", "status", "result", "leaf", "source", "target"}

    def said(value: Any) -> Any:  # any JSON value
        if isinstance(value, dict):
            kept = closed | ({"id"} if "kind" in value else set())
            return {name: item if name in kept else said(item) for name, item in value.items()}
        if isinstance(value, list):
            return [said(item) for item in value]
        return text if isinstance(value, str) else value

    return ModelDossier.from_json(said(clinical_dossier().to_json()))


def _model() -> ModelVersion:
    return ModelVersion(
        namespace="models.example.org/cardiology",
        name="readmission",
        version="1.1.0",
        registered_at="2031-03-05T04:10:00Z",
        registered_by=ENGINEER,
        intended_use="Ranks adult inpatients by their 30-day readmission risk, for review by the discharge team.",
        artifact_digest=ARTIFACT,
        code=CodeRevision(
            repository="https://git.example.org/cardiology/readmission",
            revision="6f1c2d3e4b5a69788796a5b4c3d2e1f001122334",
            clean=True,
        ),
        environment=Environment(
            digest="sha256:" + hashlib.sha256(b"environment").hexdigest(),
            description="Python 3.11 on Linux x86-64, 43 locked packages",
        ),
        metrics=(
            Metric(name="AUROC", value="0.8134", split="locked evaluation"),
            Metric(name="AUPRC", value="0.4127", split="locked evaluation"),
            Metric(name="Brier score", value="0.0911", split="locked evaluation"),
            Metric(name="Calibration slope", value="0.97", split="locked evaluation"),
        ),
        entries=(16,),
    )


def _snapshots() -> tuple[Snapshot, ...]:
    producer = Producer(job="curation/build_training_set", run="0198f1c2-0004-7000-8000-00000000c1a1", state="COMPLETE")
    return (
        Snapshot(
            role="TRAINING",
            dataset="lake/training/readmission_train",
            digest=TRAINING,
            foreign=(ForeignReference(system="delta", id="readmission_train@v12"),),
            state="LIVE",
            files=8,
            size_bytes=41_238_112,
            sealed_at="2031-03-03T03:15:00Z",
            sealed_by=EMITTER,
            produced_by=producer,
            verification=Verification(
                at="2031-03-06T05:00:00Z", by=STEWARD, result="OK", method="full re-hash", entries=(13,)
            ),
            entries=(11,),
        ),
        Snapshot(
            role="EVALUATION",
            dataset="lake/evaluation/readmission_eval",
            digest=EVALUATION,
            state="LIVE",
            files=2,
            size_bytes=9_114_020,
            sealed_at="2031-03-03T03:20:00Z",
            sealed_by=EMITTER,
            locked=True,
            produced_by=producer,
            verification=Verification(
                at="2031-03-06T05:01:00Z", by=STEWARD, result="OK", method="full re-hash", entries=(14,)
            ),
            entries=(12,),
        ),
    )


def _nodes() -> tuple[LineageNode, ...]:
    return (
        LineageNode(
            id="Dataset:FHIR",
            name="lake/landing/fhir_patient.ndjson",
            kind="Dataset",
            zone="LANDING",
            deid_state="RAW",
            labels=("DIRECT_IDENTIFIER",),
            raw_feed=True,
            entries=(1,),
        ),
        LineageNode(
            id="Dataset:OBS",
            name="lake/landing/fhir_observation.ndjson",
            kind="Dataset",
            zone="LANDING",
            deid_state="RAW",
            labels=("QUASI_IDENTIFIER",),
            raw_feed=True,
            entries=(1,),
        ),
        LineageNode(
            id="Dataset:JOINED",
            name="lake/curated/admissions",
            kind="Dataset",
            zone="CURATED",
            deid_state="RAW",
            labels=("DIRECT_IDENTIFIER", "QUASI_IDENTIFIER"),
            entries=(3,),
        ),
        LineageNode(
            id="Dataset:CLAIMS",
            name="lake/landing/claims.csv",
            kind="Dataset",
            zone="LANDING",
            deid_state="RAW",
            raw_feed=True,
            entries=(2,),
        ),
        LineageNode(
            id="Dataset:DEID",
            name="lake/curated/admissions_deidentified",
            kind="Dataset",
            zone="CURATED",
            deid_state="DE_IDENTIFIED",
            labels=("DERIVED_FEATURE",),
            entries=(6,),
        ),
        LineageNode(
            id="Dataset:TRAIN",
            name="lake/training/readmission_train",
            kind="Dataset",
            zone="TRAINING",
            deid_state="DE_IDENTIFIED",
            labels=("DERIVED_FEATURE",),
            entries=(9,),
        ),
        LineageNode(
            id="Dataset:EVAL",
            name="lake/evaluation/readmission_eval",
            kind="Dataset",
            zone="EVALUATION",
            deid_state="DE_IDENTIFIED",
            labels=("DERIVED_FEATURE",),
            entries=(10,),
        ),
        LineageNode(id="Snapshot:TRAIN", name=TRAINING, kind="Snapshot", zone="TRAINING", entries=(11,)),
        LineageNode(id="Snapshot:EVAL", name=EVALUATION, kind="Snapshot", zone="EVALUATION", entries=(12,)),
        LineageNode(
            id="ModelVersion:READMISSION",
            name="readmission 1.1.0",
            kind="ModelVersion",
            zone="ARTIFACT",
            root=True,
            entries=(16,),
        ),
    )


def _edges() -> tuple[LineageEdge, ...]:
    def edge(source: str, target: str, job: str, run: int, entry: int, **more: object) -> LineageEdge:
        made = LineageEdge(
            source=source,
            target=target,
            kind="WAS_DERIVED_FROM",
            job=job,
            run=f"0198f1c2-{run:04d}-7000-8000-00000000c1a1",
            run_state="COMPLETE",
            confidence="STATED",
            entries=(entry,),
        )
        return replace(made, **more)  # type: ignore[arg-type]

    return (
        edge("Dataset:FHIR", "Dataset:JOINED", "curation/join_admissions", 2, 3),
        edge("Dataset:OBS", "Dataset:JOINED", "curation/join_admissions", 2, 3),
        edge("Dataset:CLAIMS", "Dataset:JOINED", "curation/join_admissions", 2, 4, confidence="INFERRED"),
        edge("Dataset:JOINED", "Dataset:DEID", "curation/deidentify", 3, 6, deidentifies=True),
        edge("Dataset:DEID", "Dataset:TRAIN", "curation/build_training_set", 4, 9),
        edge("Dataset:DEID", "Dataset:EVAL", "curation/build_training_set", 4, 10),
        edge("Dataset:TRAIN", "Snapshot:TRAIN", "curation/build_training_set", 4, 11),
        edge("Dataset:EVAL", "Snapshot:EVAL", "curation/build_training_set", 4, 12),
        edge("Snapshot:TRAIN", "ModelVersion:READMISSION", "training/fit", 5, 15, kind="WAS_TRAINED_ON"),
        edge("Snapshot:EVAL", "ModelVersion:READMISSION", "training/fit", 5, 15, kind="WAS_EVALUATED_ON"),
    )


def _sources() -> tuple[Source, ...]:
    complete = (
        Declared(field="owner", value="Cardiology data stewardship"),
        Declared(field="schema version", value="FHIR R4"),
        Declared(field="clinical purpose", value="routine inpatient care"),
        Declared(field="PHI category", value="DIRECT_IDENTIFIER, QUASI_IDENTIFIER"),
        Declared(field="retention policy", value="CLINICAL_REGULATORY, 3,650 days"),
        Declared(field="permitted use", value="MLTRAINING, HRESCH"),
    )
    return (
        Source(
            dataset="lake/landing/fhir_patient.ndjson",
            system="Example EHR bulk export",
            system_kind="FHIR",
            raw_feed=True,
            declared=complete,
            entries=(1,),
        ),
        Source(
            dataset="lake/landing/fhir_observation.ndjson",
            system="Example EHR bulk export",
            system_kind="FHIR",
            raw_feed=True,
            declared=complete,
            entries=(1,),
        ),
        Source(
            dataset="lake/landing/claims.csv",
            system="Example claims clearing house",
            system_kind="CLAIMS",
            raw_feed=True,
            declared=complete[:2],
            missing=("clinical purpose", "retention policy"),
            entries=(2,),
        ),
    )


def _runs() -> tuple[Run, ...]:
    def run(job: str, number: int, state: str, entry: int, **more: object) -> Run:
        made = Run(
            job=job,
            run=f"0198f1c2-{number:04d}-7000-8000-00000000c1a1",
            state=state,
            started_at=f"2031-03-02T0{number}:00:00Z",
            ended_at=f"2031-03-02T0{number}:12:40Z",
            entries=(entry,),
        )
        return replace(made, **more)  # type: ignore[arg-type]

    return (
        run("curation/join_admissions", 1, "FAIL", 3, attempt=True, error="ValueError: column [redacted] is missing"),
        run("curation/join_admissions", 2, "COMPLETE", 4),
        run("curation/deidentify", 3, "COMPLETE", 6),
        run("curation/build_training_set", 4, "COMPLETE", 9),
        run("training/fit", 5, "COMPLETE", 15),
        run("training/evaluate", 6, "COMPLETE", 15),
    )


def _deidentification() -> tuple[DeidentificationStep, ...]:
    return (
        DeidentificationStep(
            job="curation/deidentify",
            run="0198f1c2-0003-7000-8000-00000000c1a1",
            method="EXPERT_DETERMINATION",
            clears=tuple(Code(system="SafeHarbor", code=letter) for letter in "ABCDH"),
            alterations=("REDACTED", "PSEUDED", "AGGRED"),
            expert="Testperson Delta",
            scope="All columns of lake/curated/admissions, release 2031-03",
            result="Risk of re-identification is very small for the stated recipients",
            attested_by=STEWARD,
            attested_at="2031-03-02T05:00:00Z",
            valid_from="2031-03-01T00:00:00Z",
            until="2032-03-01T00:00:00Z",
            in_force=True,
            entries=(5,),
        ),
    )


def _labels() -> tuple[Label, ...]:
    return (
        Label(
            dataset="lake/landing/fhir_patient.ndjson",
            column="identifier",
            kind="DIRECT_IDENTIFIER",
            codes=(Code(system="SafeHarbor", code="H"),),
            confidentiality="R",
            origin="ASSERTED",
            because="tagged by Testperson Beta",
            entries=(7,),
        ),
        Label(
            dataset="lake/landing/fhir_patient.ndjson",
            column="birthDate",
            kind="QUASI_IDENTIFIER",
            codes=(Code(system="SafeHarbor", code="C"),),
            confidentiality="R",
            origin="ASSERTED",
            because="tagged by Testperson Beta",
            entries=(8,),
        ),
        Label(
            dataset="lake/curated/admissions_deidentified",
            column="age_band",
            kind="DERIVED_FEATURE",
            codes=(Code(system="SafeHarbor", code="C"),),
            confidentiality="N",
            origin="CLEARED",
            because="by the attested step curation/deidentify",
            entries=(5, 8),
        ),
        Label(
            dataset="lake/landing/claims.csv",
            column="member_no",
            kind="DIRECT_IDENTIFIER",
            codes=(Code(system="SafeHarbor", code="I"),),
            origin="SUGGESTED",
            because="by its column name; neither confirmed nor rejected",
            entries=(4,),
        ),
    )


def _use() -> tuple[UseStatement, ...]:
    return (
        UseStatement(
            dataset="lake/landing/fhir_patient.ndjson",
            purposes=("MLTRAINING", "HRESCH"),
            duo=("HMB", "IRB"),
            refrains=("NORDSCLW",),
            obligations=("DEID",),
            region="EU",
            statement="De-identified, research and model training only; no redisclosure without consent.",
            entries=(1,),
        ),
        UseStatement(dataset="lake/landing/claims.csv", purposes=("HOPERAT", "MLTRAINING"), entries=(2,)),
    )


def _approvals(leaves: list[str]) -> tuple[Approval, ...]:
    def approval(kind: str, entry: int, **more: object) -> Approval:
        made = Approval(
            subject="readmission 1.1.0",
            kind=kind,
            use_case="30-day readmission ranking on two wards",
            reason="First release to a supervised pilot",
            requested_by=ENGINEER,
            requested_at="2031-03-05T08:00:00Z",
            expires_at="2032-03-05T00:00:00Z",
            status="APPROVED",
            digests=(ARTIFACT, TRAINING, EVALUATION),
            entry=entry,
            leaf=leaves[entry],
        )
        return replace(made, **more)  # type: ignore[arg-type]

    def decision(by: Actor, entry: int, **more: object) -> Decision:
        made = Decision(
            decision="APPROVE",
            decided_by=by,
            decided_at="2031-03-06T13:45:10Z",
            reason="Evidence reviewed; evaluation set locked and disjoint.",
            meaning="APPROVAL",
            printed_name=by.name,
            time_zone="Europe/Vienna",
            local_at="2031-03-06T14:45:10+01:00",
            conditions=("Monitor calibration monthly",),
            entry=entry,
            leaf=leaves[entry],
        )
        return replace(made, **more)  # type: ignore[arg-type]

    return (
        approval("CLINICAL", 17, decisions=(decision(CLINICIAN, 18),)),
        approval(
            "GOVERNANCE",
            19,
            decisions=(
                decision(
                    Actor(id="local", name="local principal", authenticated=False),
                    20,
                    meaning="REVIEW",
                    printed_name="Testperson Epsilon",
                    conditions=(),
                    local_at=None,
                    time_zone=None,
                ),
            ),
        ),
        approval("SAFETY", 21, status="PENDING", expires_at=None),
    )


def golden(form: Form) -> bytes:
    """Return the clinical dossier as the golden files hold it: made with code that never changes."""
    tools = {
        name: version if name == "template" else "as in the golden file"
        for name, version in made_with(MODEL_DOSSIER.template).items()
    }
    return draw(clinical_dossier(), form, tools).finish(clinical_dossier())
