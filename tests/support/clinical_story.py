"""A made-up clinical pipeline and the people around it, told once to a catalog whose clock, keys and salts are fixed.

What the catalog makes of it is the same bytes each time: the golden reports are drawn from this ledger.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from catalog.access.keys import KeyFile, NewKey
from catalog.access.model import Actor
from catalog.gate.model import GateQuestion
from catalog.ledger import sealing
from catalog.ledger.keys import MacKey, SiteKeys
from catalog.ledger.note import Signer
from catalog.reading import AsOf
from catalog.reporting.approvals_period import approvals_of_period
from catalog.reporting.approvals_record import approvals_record
from catalog.reporting.dataset_dossier import dataset_dossier
from catalog.reporting.model_dossier import model_dossier
from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import Dataset, ModelVersion
from graph_schema.times import parse_zoned
from reports.context import Context
from reports.kinds import (
    APPROVALS_OF_PERIOD,
    DATASET_DOSSIER,
    MODEL_DOSSIER,
    REPORTS,
    ApprovalsOfPeriod,
    ApprovalsRecord,
    DatasetDossier,
    ModelDossier,
)
from reports.making import made_with
from reports.standalone.outcome import Form
from tests.support.records import House, principal

ORIGIN = "ledger.example.org/lineward-demo"
ORGANISATION = "St. Example Hospital, Clinical Data Office (made up)"
NAMES = {
    "testperson-alpha": ("engineer",),
    "testperson-beta": ("steward", "engineer"),
    "testperson-gamma": ("approver",),
    "testperson-epsilon": ("approver",),
    "curation-scheduler": ("emitter",),
}
DISPLAYED = {name: name.replace("-", " ").title() for name in NAMES}
TITLES = {
    "testperson-alpha": "Machine learning engineer",
    "testperson-beta": "Data steward",
    "testperson-gamma": "Cardiologist",
    "testperson-epsilon": "Privacy officer",
    "curation-scheduler": "Runs the curation jobs",
}
PATIENTS, OBSERVATIONS, CLAIMS = "landing/fhir_patient.ndjson", "landing/fhir_observation.ndjson", "landing/claims.csv"
JOINED, CLEARED = "curated/admissions", "curated/admissions_deidentified"
TRAINING, EVALUATION = "training/readmission_train", "evaluation/readmission_eval"
MODEL = {"namespace": "models.example.org/cardiology", "name": "readmission"}
VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1.1.0").id
CLAIMS_ID = Dataset("lake", CLAIMS).id
_SAFE_HARBOR = "urn:lineward:hipaa:164.514(b)(2)(i)"
_END = "2031-03-07T09:30:00Z"


def lake(name: str) -> dict[str, str]:
    return {"namespace": "lake", "name": name}


def run_id(number: int) -> str:
    return f"0198f1c2-{number:04d}-7000-8000-00000000c1a1"


def manifest(name: str, *parts: int) -> list[dict[str, Any]]:
    return [
        {
            "path": f"part-{part:03d}.parquet",
            "size": 1_048_576 + part,
            "digest": "sha256:" + hashlib.sha256(f"{name} {part}".encode()).hexdigest(),
        }
        for part in parts
    ]


ROWS = {TRAINING: 14_203, EVALUATION: 4_711}
STUDIED = {"start": "2028-01-01", "end": "2030-12-31"}
MANIFESTS = {TRAINING: manifest(TRAINING, 1, 2, 3), EVALUATION: manifest(EVALUATION, 1)}


_MEMBER = {"kind": "DIRECT_IDENTIFIER", "field": "member_no", "codes": [{"system": _SAFE_HARBOR, "code": "I"}]}
_OF_PATIENTS = {"identifier": "string", "birthDate": "date", "gender": "string"}
_READ = {
    CLAIMS: {"lineward_phiTags": {"tags": [_MEMBER]}},
    # Of the sex nobody says anything: that a column of this name holds it is a suggestion.
    PATIENTS: {"schema": {"fields": [{"name": name, "type": kind} for name, kind in _OF_PATIENTS.items()]}},
}
"""The facets of what is read."""


_KEPT: dict[str, Any] = {
    "place": "example-cellar",
    "retention": {"policy_class": "RESEARCH", "period_days": 1825, "clock": "LAST_USE"},
    "storage_pattern": "OBJECT",
    "encryption_keys": [{"key": "keys.example.org/training/7", "environment": "TRAINING"}],
    "encryption": {"at_rest": "CUSTOMER_KEY", "in_transit": "MUTUAL_TLS"},
    "plaintext_window": {"where": "The memory of the training nodes", "seconds": 3600},
    "compute_isolation": {"ephemeral_nodes": True, "egress": "NONE"},
    "persons": 11_874,
    "genomic": False,
}
"""How the training data is kept."""


class _Salts:
    """Salts that are the same each time."""

    def __init__(self) -> None:
        self._drawn = 0

    def next(self) -> bytes:
        self._drawn += 1
        return hashlib.sha256(f"salt {self._drawn}".encode()).digest()[: sealing.SALT_SIZE]


class _Keys(KeyFile):
    """A key file whose keys are named by whose they are."""

    def make(self, principal: str) -> NewKey:
        name = "".join("abcdefghij234567"[byte % 16] for byte in hashlib.sha256(principal.encode()).digest()[:10])
        return NewKey(name, principal, f"lw_{name}_{'x' * 43}")


@contextmanager
def fixed() -> Iterator[None]:
    """Draw no random salt while it lasts."""
    with patch.object(sealing, "_SALTS", _Salts()):
        yield


def site() -> SiteKeys:
    signer = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a key for tests alone").digest()))
    received, duplicates = (MacKey(hashlib.sha256(name).digest()) for name in (b"received", b"duplicates"))
    return SiteKeys(ORIGIN, (signer,), (signer.verifier,), received, duplicates)


@dataclass
class Story:
    """The catalog that was told the story."""

    folder: Path
    house: House = field(init=False)
    people: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.house = House(self.folder, site=site(), key_file=_Keys)
        self._introduce()
        self._describe()
        self._run()
        self._attest()
        self._permit()
        self._register()
        self._ask()

    def at(self, time: str) -> None:
        self.house.clock.now = datetime.fromisoformat(time).timestamp()

    def record(self, who: str, kind: str, **fields: Any) -> int:
        return self.house.record({"kind": kind, **fields}, self.people[who]).receipt.index

    def _introduce(self) -> None:
        self.at("2031-03-01T08:00:00Z")
        for name, roles in NAMES.items():
            shown = {"display_name": DISPLAYED[name], "approves": ["CLINICAL", "GOVERNANCE", "SAFETY"]}
            defined = {**principal(name, *roles), **(shown if "approver" in roles else {**shown, "approves": []})}
            defined |= {"title": TITLES[name], "organisation": ORGANISATION.partition(",")[0]}
            if "emitter" in roles:
                defined["principal_kind"] = "EMITTER"
            self.house.record(defined)
            self.people[name] = self.house.key_of(name)

    def _describe(self) -> None:
        self.at("2031-03-01T09:00:00Z")
        whole: dict[str, Any] = {
            "owner": "Cardiology data stewardship",
            "schema_version": "FHIR R4",
            "source_system": {"name": "Example EHR bulk export", "kind": "FHIR"},
            "clinical_purpose": "Routine inpatient care",
            "phi_category": ["DIRECT_IDENTIFIER", "QUASI_IDENTIFIER"],
            "deidentification_state": "RAW",
            "retention": {"policy_class": "CLINICAL_REGULATORY", "period_days": 3650},
            "permitted_use": {
                "purposes": ["MLTRAINING", "HRESCH"],
                "duo": ["HMB", "IRB"],
                "refrains": ["NORDSCLCD"],
                "obligations": ["DEID"],
                "statement": "De-identified, research and model training only; no redisclosure without consent.",
            },
            "zone": "LANDING",
            "region": "EU",
        }
        for name in (PATIENTS, OBSERVATIONS):
            self.record("testperson-beta", "declare_dataset", dataset=lake(name), **whole)
        self.record(
            "testperson-beta",
            "declare_dataset",
            dataset=lake(CLAIMS),
            owner="Cardiology data stewardship",
            source_system={"name": "Example claims clearing house", "kind": "CLAIMS"},
            zone="LANDING",
        )
        zones = {JOINED: "CURATED", CLEARED: "CURATED", TRAINING: "TRAINING", EVALUATION: "EVALUATION"}
        for name, zone in zones.items():
            state = "RAW" if name == JOINED else "DE_IDENTIFIED"
            shown = {**whole, "deidentification_state": state, "zone": zone, "schema_version": "1"}
            shown |= _KEPT if zone == "TRAINING" else {}
            shown |= {"phi_category": ["DERIVED_FEATURE"]} if state == "DE_IDENTIFIED" else {}
            self.record("testperson-beta", "declare_dataset", dataset=lake(name), **shown)
        for column, kind, code in (("identifier", "DIRECT_IDENTIFIER", "H"), ("birthDate", "QUASI_IDENTIFIER", "C")):
            self.record(
                "testperson-beta",
                "tag",
                dataset=lake(PATIENTS),
                column=column,
                phi_kind=kind,
                codes=[{"system": "safe-harbor", "code": code}],
                reason="The column holds what its name says",
                confidentiality="R",
            )

    def _run(self) -> None:
        feeds = (PATIENTS, OBSERVATIONS, CLAIMS)
        old = {"fields": [{"name": "amount", "type": "integer"}]}
        new = {"fields": [{"name": "amount", "type": "decimal"}, {"name": "payer_class", "type": "string"}]}
        self._event(1, "join_admissions", "START", "2031-03-02T01:00:00Z", feeds, ())
        failure = {"errorMessage": {"message": "MadeUpError", "programmingLanguage": "python"}}
        self._event(1, "join_admissions", "FAIL", "2031-03-02T01:12:40Z", feeds, (), run=failure)
        for number, schema in ((7, old), (2, new)):
            day = "2031-03-01" if number == 7 else "2031-03-02"
            outputs = {JOINED: {"schema": schema}}
            self._event(number, "join_admissions", "START", f"{day}T02:00:00Z", feeds, ())
            self._event(number, "join_admissions", "COMPLETE", f"{day}T02:12:40Z", feeds, outputs)
        removed = {"lineward_deidentification": {"method": "EXPERT_DETERMINATION"}}
        self._whole(3, "deidentify", "2031-03-02T03", (JOINED,), {CLEARED: {}}, run=removed)
        made = {
            name: {"version": {"datasetVersion": manifest_digest(MANIFESTS[name])}} for name in (TRAINING, EVALUATION)
        }
        counted = {name: {"outputStatistics": {"rowCount": rows}} for name, rows in ROWS.items()}
        self._whole(4, "build_training_set", "2031-03-02T04", (CLEARED,), made, counts=counted)
        self._whole(5, "fit", "2031-03-02T05", (TRAINING,), {})
        self._whole(6, "evaluate", "2031-03-02T06", (EVALUATION,), {})

    def _whole(
        self,
        number: int,
        job: str,
        hour: str,
        reads: tuple[str, ...],
        writes: dict[str, Any],
        run: Any = None,
        counts: Any = None,
    ) -> None:
        self._event(number, job, "START", f"{hour}:00:00Z", reads, ())
        self._event(number, job, "COMPLETE", f"{hour}:12:40Z", reads, writes, run=run, counts=counts)

    def _event(
        self,
        number: int,
        job: str,
        kind: str,
        at: str,
        reads: Any,
        writes: Any,
        run: dict[str, Any] | None = None,
        counts: dict[str, Any] | None = None,
    ) -> None:
        if at > "2031-03-02":
            self.at(at)
        self.house.send(
            {
                "eventTime": at,
                "eventType": kind,
                "producer": "https://tests.example/made-up",
                "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
                "run": {"runId": run_id(number), "facets": run or {}},
                "job": {"namespace": "curation", "name": job, "facets": {}},
                "inputs": [{**lake(one), "facets": _READ.get(one, {})} for one in reads],
                "outputs": [
                    {**lake(one), "facets": facets, "outputFacets": (counts or {}).get(one, {})}
                    for one, facets in dict(writes).items()
                ],
            },
            self.people["curation-scheduler"],
        )

    def _attest(self) -> None:
        self.at("2031-03-02T08:00:00Z")
        self.record(
            "testperson-beta",
            "attest_deidentification",
            job={"namespace": "curation", "name": "deidentify"},
            run_id=run_id(3),
            method="EXPERT_DETERMINATION",
            clears=[{"system": "safe-harbor", "code": code} for code in "ABCDH"],
            alterations=["REDACTED", "PSEUDED", "AGGRED"],
            expert="Testperson Delta",
            scope="All columns of curated/admissions, release 2031-03",
            result="Risk of re-identification is very small for the stated recipients",
            until="2032-03-01T00:00:00Z",
        )
        for name, role in ((TRAINING, "TRAINING"), (EVALUATION, "EVALUATION")):
            digest = manifest_digest(MANIFESTS[name])
            # Of the evaluation snapshot nobody says how many people are in it, or of which days it is.
            contents = {"rows": ROWS[name], "persons": 11_874, "period": STUDIED} if name == TRAINING else {}
            self.record(
                "testperson-alpha",
                "seal_snapshot",
                dataset=lake(name),
                digest=digest,
                manifest=MANIFESTS[name],
                foreign=[{"system": "lakeFS", "id": "commit 5f3c"}],
                run_id=run_id(4),
                role=role,
                locked=role == "EVALUATION",
                **contents,
            )
            self.record(
                "testperson-beta",
                "verify_snapshot",
                dataset=lake(name),
                digest=digest,
                result="OK",
                differing=[],
                method="Every file hashed again",
            )

    def _permit(self) -> None:
        """Say what the observations and the claims may be used for, and replace one of these for what was cleared."""
        board = "Example data use board"
        for name, more in (
            (OBSERVATIONS, {"terms": [{"code": "DUO:0000006"}, {"code": "DUO:0000021"}], "places": ["EU"]}),
            (CLAIMS, {"purposes": ["HOPERAT"], "refrains": ["NORDSCLCD"], "words": "For the hospital's own accounts"}),
        ):
            of, permit = {"dataset": lake(name)}, f"example-{name.partition('/')[2].partition('.')[0]}"
            self.record("testperson-beta", "permit_use", use_statement=permit, of=of, authority=board, **more)
        self.record(
            "testperson-beta",
            "license_use",
            use_statement="example-claims-amended",
            of={"dataset": lake(CLEARED)},
            authority=board,
            purposes=["HRESCH", "MLTRAINING", "TREAT"],
            obligations=["DEID"],
            replaces=["example-claims"],
            basis="Amendment 1: what is cleared may be used for research",
            until="2032-03-01T00:00:00Z",
        )

    def _register(self) -> None:
        self.at("2031-03-05T04:10:00Z")
        metrics = (("AUROC", 0.8134), ("AUPRC", 0.4127), ("Brier score", 0.0911), ("Calibration slope", 0.97))
        uses = {
            part: [{"dataset": lake(name), "digest": manifest_digest(MANIFESTS[name])}]
            for part, name in (("trained_on", TRAINING), ("evaluated_on", EVALUATION))
        }
        self.record(
            "testperson-alpha",
            "register_model_version",
            model=MODEL,
            version="1.1.0",
            **uses,
            code={
                "repository": "https://git.example.org/cardiology/readmission",
                "revision": "6f1c2d3e4b5a69788796a5b4c3d2e1f001122334",
                "clean": True,
            },
            environment={
                "digest": "sha256:" + hashlib.sha256(b"environment").hexdigest(),
                "description": "Python 3.11 on Linux x86-64, 43 locked packages",
            },
            artifact_digest="sha256:" + hashlib.sha256(b"artifact").hexdigest(),
            metrics=[{"name": name, "value": value, "split": "locked evaluation"} for name, value in metrics],
            intended_use="Ranks adult inpatients by their 30-day readmission risk, for review by the discharge team.",
            run_id=run_id(5),
            job={"namespace": "curation", "name": "fit"},
        )

    def _ask(self) -> None:
        version = {"model_version": {"model": MODEL, "version": "1.1.0"}}
        for kind, expires in (
            ("CLINICAL", "2031-09-01T00:00:00Z"),
            ("GOVERNANCE", "2031-09-01T00:00:00Z"),
            ("SAFETY", None),
        ):
            self.at("2031-03-05T10:00:00Z" if kind == "CLINICAL" else "2031-03-06T08:00:00Z")
            wanted = self._request(version, kind, "Readmission ranking on two wards", expires)
            if kind == "CLINICAL":
                self.at("2031-03-06T07:45:10Z")
                self.record(
                    "testperson-gamma", "decide_approval", **self._decision(wanted, DISPLAYED["testperson-gamma"])
                )
            elif kind == "GOVERNANCE":
                # As an older catalog took it: from somebody whom nobody authenticated.
                said = {
                    **self._decision(wanted, DISPLAYED["testperson-epsilon"]),
                    "meaning": "REVIEW",
                    "conditions": [],
                }
                self.house.append({"kind": "decide_approval", **said}, "local", authenticated=False)
        self.at("2031-03-06T12:00:00Z")
        wanted = self._request({"dataset": lake(CLAIMS)}, "GOVERNANCE", "Claims as a feature", None)
        said = {**self._decision(wanted, DISPLAYED["testperson-epsilon"]), "decision": "ABSTAIN", "conditions": []}
        self.record("testperson-epsilon", "decide_approval", **said)
        self.record(
            "testperson-beta",
            "accept_finding",
            rule="FIELDS_DECLARED",
            subject=CLAIMS_ID,
            until="2031-06-30T00:00:00Z",
            reason="The clearing house answers in June",
        )
        self._release(version)
        self.at(_END)
        self.record(
            "testperson-alpha",
            "verify_snapshot",
            dataset=lake(TRAINING),
            digest=manifest_digest(MANIFESTS[TRAINING]),
            result="OK",
            differing=[],
            method="Every file hashed again",
        )

    def _release(self, version: dict[str, Any]) -> None:
        """Ask the gate, which has a lot against it, and run the version beside what is in use."""
        question = GateQuestion(of=VERSION, purpose="TREAT", place="example-ward", environment="production")
        self.at("2031-03-06T13:00:00Z")
        evaluation = self.house.ask_gate(question, self.people["testperson-alpha"]).receipt.index
        put = {**version, "environment": "shadow"}
        reason = "Runs beside the present score; nobody sees what it says"
        self.record("testperson-alpha", "release_model_version", **put, reason=reason)
        self.record("testperson-alpha", "deploy_model_version", **put, place="example-ward", gate=evaluation)

    def _request(self, subject: dict[str, Any], kind: str, use_case: str, expires: str | None) -> int:
        asked = {"subject": subject, "approval_kind": kind, "use_case": use_case}
        until = {} if expires is None else {"expires_at": expires}
        return self.record(
            "testperson-alpha", "request_approval", **asked, reason="Evaluation finished; evidence attached", **until
        )

    @staticmethod
    def _decision(wanted: int, name: str) -> dict[str, Any]:
        return {
            "request": wanted,
            "decision": "APPROVE",
            "reason": "Evidence reviewed; evaluation set locked and disjoint.",
            "meaning": "APPROVAL",
            "signer": {"printed_name": name, "time_zone": "Europe/Vienna"},
            "conditions": ["Monitor calibration monthly"],
        }

    @property
    def as_of(self) -> AsOf:
        return AsOf(valid_at=parse_zoned(_END) + 1_000_000)

    def dossier(self) -> ModelDossier:
        found = model_dossier(self.house.view(self.as_of), self.house.ledger, VERSION, ORGANISATION)
        assert found is not None
        return found

    def approvals(self, subject: str = VERSION) -> ApprovalsRecord:
        found = approvals_record(self.house.view(self.as_of), self.house.ledger, subject, ORGANISATION)
        assert found is not None
        return found

    def dataset(self, name: str = TRAINING) -> DatasetDossier:
        found = dataset_dossier(self.house.view(self.as_of), self.house.ledger, Dataset("lake", name).id, ORGANISATION)
        assert found is not None
        return found

    def period(self, period: str = "Period:2031-03-01..2031-04-01") -> ApprovalsOfPeriod:
        found = approvals_of_period(self.house.view(self.as_of), self.house.ledger, period, ORGANISATION)
        assert found is not None
        return found

    def issue(self, context: Context, form: Form, tools: dict[str, str] | None = None) -> bytes:
        """Return a report of the story as the catalog issues it."""
        with fixed():
            return self.house.issue_context(context, form, self.people["testperson-beta"], tools)


def story() -> Story:
    """Tell the story to a catalog of its own."""
    with fixed(), tempfile.TemporaryDirectory() as folder:
        told = Story(Path(folder))
        told.house.keys.close()
    return told


def golden(name: str, form: Form) -> bytes:
    """Return a report as the golden files hold it: the first that its catalog issued, made with what never changes."""
    told, template = story(), REPORTS[name].template
    contexts: dict[str, Callable[[], Context]] = {
        MODEL_DOSSIER.name: told.dossier,
        DATASET_DOSSIER.name: told.dataset,
        APPROVALS_OF_PERIOD.name: told.period,
    }
    context = contexts.get(name, told.approvals)()
    tools = {each: template if each == "template" else "as in the golden file" for each in made_with(template)}
    return told.issue(context, form, tools)
