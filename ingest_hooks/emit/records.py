from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Any, Literal, Self

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util import Retry

from .datasets import Code, Dataset, Job
from .errors import RecordError
from .manifests import Manifest, compare_manifests
from .models import ModelVersion, SnapshotRef
from .revision import CodeRevision
from .sessions import session_to


@dataclass(frozen=True, slots=True)
class RecordReceipt:
    """The catalog's word that a record is durable: its place in the ledger and its leaf hash.

    `duplicate` says that the same record was there before, and that `index` is the earlier one's.
    """

    index: int
    kind: str
    subjects: tuple[str, ...]
    leaf: str
    recorded_at: str
    duplicate: bool


class RecordsClient:
    """Sends records to a Lineward catalog, as the principal that the key belongs to.

    The catalog takes a record once, also when it is sent again within minutes; so whatever was not answered is sent
    again, `retries` times: connection errors, 500, 502, 503 (after its Retry-After) and 504. Raises RecordError for
    everything else. `timeout` is in seconds, for each attempt. Connections are closed with the context or by `close`.
    """

    def __init__(self, url: str, api_key: str | None = None, *, timeout: float = 30.0, retries: int = 5) -> None:
        self._address = url.rstrip("/") + "/api/v1/records"
        self._timeout = timeout
        self._session = session_to(url)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=_patience(retries)))
        # Set even without a key: requests would take one from a .netrc beside the pipeline otherwise.
        self._session.auth = _Bearer(api_key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(self, kind: str, fields: Mapping[str, Any]) -> RecordReceipt:
        """Send a record of any kind; fields that are None are left out. Raises RecordError."""
        body = {"kind": kind, **{name: value for name, value in fields.items() if value is not None}}
        try:
            answer = self._session.post(self._address, json=body, timeout=self._timeout, allow_redirects=False)
        except requests.RequestException as problem:
            detail = f"the catalog cannot be reached ({type(problem).__name__})"
            raise RecordError(kind, None, detail) from problem
        content = _object(answer)
        if answer.status_code != requests.codes.created:
            raise RecordError(kind, answer.status_code, *_problem(content))
        try:
            return RecordReceipt(
                index=content["index"],
                kind=content["kind"],
                subjects=tuple(content["subjects"]),
                leaf=content["leaf"],
                recorded_at=content["recordedAt"],
                duplicate=content["duplicate"],
            )
        except (KeyError, TypeError) as problem:
            raise RecordError(kind, answer.status_code, "the answer is no receipt; is this a catalog?") from problem

    def declare_dataset(
        self,
        dataset: Dataset,
        *,
        owner: str,
        source_system: str,
        source_kind: str,
        schema_version: str,
        clinical_purpose: str,
        phi_category: Sequence[str],
        deidentification_state: str,
        retention: tuple[str, int],
        purposes: Sequence[str],
        use_statement: str,
        zone: str,
        duo: Sequence[str] = (),
        refrains: Sequence[str] = (),
        obligations: Sequence[str] = (),
        site: str | None = None,
        region: str | None = None,
        valid_from: str | None = None,
    ) -> RecordReceipt:
        """Declare what a dataset is; `retention` is its policy class and its period in days."""
        policy_class, days = retention
        return self.send(
            "declare_dataset",
            {
                "dataset": _name(dataset),
                "owner": owner,
                "source_system": {"name": source_system, "kind": source_kind},
                "schema_version": schema_version,
                "clinical_purpose": clinical_purpose,
                "phi_category": list(phi_category),
                "deidentification_state": deidentification_state,
                "retention": {"policy_class": policy_class, "period_days": days},
                "permitted_use": {
                    "purposes": list(purposes),
                    "duo": list(duo),
                    "refrains": list(refrains),
                    "obligations": list(obligations),
                    "statement": use_statement,
                },
                "zone": zone,
                "site": site,
                "region": region,
                "valid_from": valid_from,
            },
        )

    def tag(
        self,
        dataset: Dataset,
        *,
        phi_kind: str,
        reason: str,
        column: str | None = None,
        codes: Sequence[Code] = (),
        stance: Literal["ASSERT", "CONFIRM", "REJECT"] = "ASSERT",
        confidentiality: str | None = None,
    ) -> RecordReceipt:
        """Assert, confirm or reject that a dataset or one of its columns holds a kind of PHI."""
        return self.send(
            "tag",
            {
                "dataset": _name(dataset),
                "column": column,
                "phi_kind": phi_kind,
                "codes": _codes(codes),
                "stance": stance,
                "reason": reason,
                "confidentiality": confidentiality,
            },
        )

    def attest_deidentification(
        self,
        job: Job,
        *,
        method: str,
        clears: Sequence[Code],
        alterations: Sequence[str],
        scope: str,
        result: str,
        run_id: str | None = None,
        expert: str | None = None,
        schema_version: str | None = None,
        valid_from: str | None = None,
        until: str | None = None,
    ) -> RecordReceipt:
        """Attest what a job's de-identification clears, by which method, and until when.

        With `schema_version` it covers only what the job writes while that version is declared of its outputs.
        """
        return self.send(
            "attest_deidentification",
            {
                "job": {"namespace": job.namespace, "name": job.name},
                "run_id": run_id,
                "method": method,
                "clears": _codes(clears),
                "alterations": list(alterations),
                "expert": expert,
                "schema_version": schema_version,
                "scope": scope,
                "result": result,
                "valid_from": valid_from,
                "until": until,
            },
        )

    def seal_snapshot(
        self,
        dataset: Dataset,
        manifest: Manifest,
        *,
        role: Literal["TRAINING", "EVALUATION", "OTHER"],
        locked: bool,
        run_id: str | None = None,
        job: Job | None = None,
        foreign: Sequence[tuple[str, str]] = (),
        rows: int | None = None,
        persons: int | None = None,
        period: tuple[date, date] | None = None,
    ) -> RecordReceipt:
        """Seal an exact state of a dataset; `foreign` are its names elsewhere, as (system, id).

        `run_id` is the run that made it; `job` says of which job, where several run under one id.

        `rows` and `persons` are how many it holds, `period` the first and the last day that its data is of.
        """
        return self.send(
            "seal_snapshot",
            {
                "dataset": _name(dataset),
                "digest": manifest.digest,
                "manifest": manifest.as_json(),
                "foreign": [{"system": system, "id": name} for system, name in foreign],
                "run_id": run_id,
                "job": None if job is None else {"namespace": job.namespace, "name": job.name},
                "role": role,
                "locked": locked,
                "rows": rows,
                "persons": persons,
                "period": None if period is None else _period(*period),
            },
        )

    def verify_snapshot(self, dataset: Dataset, sealed: Manifest, found: Manifest | None) -> RecordReceipt:
        """Record that a sealed snapshot was read again: what was found there, or None where nothing was."""
        difference = compare_manifests(sealed, found)
        return self.send(
            "verify_snapshot",
            {
                "dataset": _name(dataset),
                "digest": sealed.digest,
                "result": difference.result,
                "differing": difference.paths,
                "method": "every file hashed again with SHA-256",
            },
        )

    def register_model_version(self, version: ModelVersion, *, run_id: str, job: Job) -> RecordReceipt:
        """Register a model version with everything it was made from."""
        return self.send(
            "register_model_version",
            {
                "model": _name(version.model),
                "version": version.version,
                "trained_on": [_snapshot(snapshot) for snapshot in version.trained_on],
                "evaluated_on": [_snapshot(snapshot) for snapshot in version.evaluated_on],
                "code": _code(version.code),
                "environment": {
                    "digest": version.environment.digest,
                    "description": version.environment.description,
                },
                "artifact_digest": version.artifact_digest,
                "metrics": [
                    {"name": metric.name, "value": metric.value, "split": metric.split} for metric in version.metrics
                ],
                "intended_use": version.intended_use,
                "run_id": run_id,
                "job": {"namespace": job.namespace, "name": job.name},
            },
        )

    def request_approval(
        self,
        version: ModelVersion,
        *,
        approval_kind: str,
        use_case: str,
        reason: str,
        expires_at: str | None = None,
    ) -> RecordReceipt:
        """Ask for an approval of a model version; the receipt's index is what a decision names."""
        return self.send(
            "request_approval",
            {
                "subject": {"model_version": {"model": _name(version.model), "version": version.version}},
                "approval_kind": approval_kind,
                "use_case": use_case,
                "reason": reason,
                "expires_at": expires_at,
            },
        )

    def decide_approval(
        self,
        request: int,
        *,
        decision: Literal["APPROVE", "DENY", "ABSTAIN"],
        reason: str,
        meaning: Literal["AUTHORSHIP", "REVIEW", "APPROVAL", "RESPONSIBILITY"],
        time_zone: str,
        printed_name: str | None = None,
        expires_at: str | None = None,
        conditions: Sequence[str] = (),
    ) -> RecordReceipt:
        """Decide on a request, with the meaning of the signature and the signer's time zone (21 CFR 11.50).

        The catalog prints the name that it has of the key's principal; any other `printed_name` is refused.
        """
        return self.send(
            "decide_approval",
            {
                "request": request,
                "decision": decision,
                "reason": reason,
                "meaning": meaning,
                "signer": {
                    "time_zone": time_zone,
                    **({} if printed_name is None else {"printed_name": printed_name}),
                },
                "expires_at": expires_at,
                "conditions": list(conditions),
            },
        )


def _patience(retries: int) -> Retry:
    """As the standard's own client has it; an answer that stays bad is returned, for what it says."""
    return Retry(
        total=retries,
        backoff_factor=0.3,
        status_forcelist=[500, 502, 503, 504],
        allowed_methods=["POST"],
        raise_on_status=False,
    )


class _Bearer(AuthBase):
    def __init__(self, api_key: str | None) -> None:
        self._api_key = api_key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._api_key is not None:
            request.headers["Authorization"] = f"Bearer {self._api_key}"
        return request


def _name(dataset: Dataset) -> dict[str, str]:
    return {"namespace": dataset.namespace, "name": dataset.name}


def _snapshot(snapshot: SnapshotRef) -> dict[str, object]:
    return {"dataset": _name(snapshot.dataset), "digest": snapshot.digest}


def _period(start: date, end: date) -> dict[str, str]:
    # A datetime is a date too, and would be written with its time.
    return {name: day.isoformat()[:10] for name, day in (("start", start), ("end", end))}


def _codes(codes: Sequence[Code]) -> list[dict[str, str]]:
    return [{"system": code.system, "code": code.code} for code in codes]


def _code(code: CodeRevision) -> dict[str, object]:
    known: dict[str, object] = {"repository": code.repository, "revision": code.revision}
    return known if code.clean is None else {**known, "clean": code.clean}


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _problem(content: Mapping[str, Any]) -> tuple[str, str | None]:
    """The detail and the pointer of a problem document (RFC 9457, also its own example's `errors`)."""
    errors = content.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    detail = content.get("detail") or first.get("detail") or content.get("title") or "no reason was given"
    pointer = content.get("pointer") or first.get("pointer")
    return str(detail), None if pointer is None else str(pointer).removeprefix("#")
