"""What each report may see, and nothing else.

A context is taken at one read point, holds only values, and says `None` or an empty tuple where nothing was
recorded: the document prints that by name. Times are RFC 3339 strings in UTC, digests name their algorithm, numbers
that are not counts are decimal strings. `entries` are ledger indexes: what a record rests on. The order of every tuple
is part of the context, so whoever builds it must sort by something stated.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, TypeAdapter, ValidationError

from reports.errors import ContextError

Completeness = Literal["COMPLETE", "TRUNCATED", "REDACTED", "LAGGING"]
SnapshotRole = Literal["TRAINING", "EVALUATION", "OTHER"]
ApprovalStatus = Literal["PENDING", "APPROVED", "DENIED", "ABSTAINED", "EXPIRED", "INVALIDATED"]
Severity = Literal["HIGH", "MEDIUM", "LOW"]


class _Strict:
    """Refuses a field that the context does not have: what is not shown must not travel in the evidence either."""

    __slots__ = ()
    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(_Strict):
    what: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(_Strict):
    """How whole the answer is that the report was made from, with counts and reasons."""

    state: Completeness
    counts: tuple[Count, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPoint(_Strict):
    """The point every line was read at: two times, the ledger's size and root, and the projection's version.

    `checkpoint` is the oldest C2SP signed note over that much of the ledger, which the pages print, and `vkey` its
    verifier key (name+id+key): whoever holds a report holds a checkpoint.
    """

    valid_at: str
    known_at: str
    ledger_index: int
    ledger_size: int
    root: str
    projection_version: str
    checkpoint: str
    vkey: str
    completeness: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor(_Strict):
    """Who acted: the principal's opaque id, the display name with its entry, and whether a key proved who they are."""

    id: str
    name: str | None = None
    authenticated: bool = True
    entry: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRevision(_Strict):
    repository: str
    revision: str
    clean: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(_Strict):
    digest: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(_Strict):
    name: str
    value: str
    split: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion(_Strict):
    namespace: str
    name: str
    version: str
    registered_at: str
    registered_by: Actor
    intended_use: str | None = None
    artifact_digest: str | None = None
    signature: str | None = None
    code: CodeRevision | None = None
    environment: Environment | None = None
    metrics: tuple[Metric, ...] = ()
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignReference(_Strict):
    """The same state as another system names it: a Delta version, a lakeFS commit, an OCI digest."""

    system: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification(_Strict):
    """The newest re-verification of a snapshot's bytes against its sealed manifest."""

    at: str
    by: Actor
    result: Literal["OK", "MISMATCH", "MISSING"]
    method: str | None = None
    differing: tuple[str, ...] = ()
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer(_Strict):
    job: str
    run: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(_Strict):
    """One sealed state of a dataset that the model version was trained or evaluated on."""

    role: SnapshotRole
    dataset: str
    digest: str
    foreign: tuple[ForeignReference, ...] = ()
    state: str | None = None
    files: int | None = None
    size_bytes: int | None = None
    sealed_at: str | None = None
    sealed_by: Actor | None = None
    locked: bool | None = None
    produced_by: Producer | None = None
    verification: Verification | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageNode(_Strict):
    """A node of the lineage from the raw feeds to the model version; `kind` is the graph's own word for it."""

    id: str
    name: str
    kind: str
    zone: str | None = None
    deid_state: str | None = None
    labels: tuple[str, ...] = ()
    root: bool = False
    raw_feed: bool = False
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageEdge(_Strict):
    """Data went from `source` to `target` (node ids): by which job and run, and how sure that is."""

    source: str
    target: str
    kind: str
    job: str | None = None
    run: str | None = None
    run_state: str | None = None
    confidence: str | None = None
    deidentifies: bool = False
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared(_Strict):
    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(_Strict):
    """A source or raw feed with the mandatory fields that were declared, and those that were not, by name."""

    dataset: str
    system: str | None = None
    system_kind: str | None = None
    raw_feed: bool = False
    declared: tuple[Declared, ...] = ()
    missing: tuple[str, ...] = ()
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(_Strict):
    """One run of a job that touched the model version's lineage.

    An attempt failed or was aborted and contributed nothing; `retried_by` is the run of the same job that completed
    after it.
    """

    job: str
    run: str
    state: str
    started_at: str | None = None
    ended_at: str | None = None
    attempt: bool = False
    retried_by: str | None = None
    error: str | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(_Strict):
    system: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeidentificationStep(_Strict):
    """A step that removes identifiers, and its attestation if an authorised person made one."""

    job: str
    run: str | None = None
    method: str | None = None
    clears: tuple[Code, ...] = ()
    alterations: tuple[str, ...] = ()
    expert: str | None = None
    scope: str | None = None
    result: str | None = None
    attested_by: Actor | None = None
    attested_at: str | None = None
    valid_from: str | None = None
    until: str | None = None
    in_force: bool = False
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(_Strict):
    """A PHI label in effect on a dataset or column, and why."""

    dataset: str
    column: str | None = None
    kind: str
    codes: tuple[Code, ...] = ()
    confidentiality: str | None = None
    origin: str
    because: str | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UseStatement(_Strict):
    """What an owner permits a dataset to be used for, in codes and in words."""

    dataset: str
    purposes: tuple[str, ...] = ()
    duo: tuple[str, ...] = ()
    refrains: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    statement: str | None = None
    region: str | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(_Strict):
    """A signed decision with what 21 CFR 11.50(a) asks for: printed name, date and time, meaning.

    `local_at` is the decision's time in the signer's `time_zone`, worked out once by `local_time` when the context is
    made: a time zone database must not be able to change a report.
    """

    decision: Literal["APPROVE", "DENY", "ABSTAIN"]
    decided_by: Actor
    decided_at: str
    reason: str | None = None
    meaning: str | None = None
    printed_name: str | None = None
    time_zone: str | None = None
    local_at: str | None = None
    expires_at: str | None = None
    conditions: tuple[str, ...] = ()
    entry: int
    leaf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(_Strict):
    """A request for approval, the exact digests it binds, and every decision on it."""

    subject: str
    kind: str
    use_case: str | None = None
    reason: str | None = None
    requested_by: Actor
    requested_at: str
    expires_at: str | None = None
    status: ApprovalStatus
    because: str | None = None
    digests: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    entry: int
    leaf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange(_Strict):
    dataset: str
    at: str
    run: str | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(_Strict):
    """Something that should be recorded and is not."""

    subject: str
    field: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined(_Strict):
    """A ledger entry that could not be projected and may bear on this report."""

    entry: int
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(_Strict):
    rule: str
    severity: Severity
    subject: str
    text: str
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceEntry(_Strict):
    """A cited ledger entry: its canonical bytes as text, its leaf hash and inclusion proof in hex.

    `salt` (hex) and `body` (the redacted body's canonical JSON) are given where they may be disclosed: then the entry's
    body digest can be checked, SHA-256(salt ‖ body). `withheld` says why they are not: erased, too large, or not cited
    by any line and there for its header alone.
    """

    index: int
    kind: str
    recorded_at: str
    actor: str
    leaf: str
    entry: str
    proof: tuple[str, ...] = ()
    salt: str | None = None
    body: str | None = None
    withheld: Literal["ERASED", "TOO_LARGE", "NOT_CITED"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(_Strict):
    """The cited entries, the entry that says that the report was issued, and one signed checkpoint that binds them all.

    `checkpoint` is a C2SP signed note over the ledger up to at least `issued`, `vkey` its verifier key. `consistency`
    leads from the read point's tree to it, `printed_consistency` from that of the read point's checkpoint, in hex.
    Proofs prove themselves: the context's digest does not cover them.
    """

    checkpoint: str = ""
    vkey: str = ""
    consistency: tuple[str, ...] = ()
    printed_consistency: tuple[str, ...] = ()
    cited: tuple[EvidenceEntry, ...] = ()
    issued: EvidenceEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDossier(_Strict):
    """All that the model provenance dossier shows."""

    read_point: ReadPoint
    model: ModelVersion
    snapshots: tuple[Snapshot, ...] = ()
    nodes: tuple[LineageNode, ...] = ()
    edges: tuple[LineageEdge, ...] = ()
    sources: tuple[Source, ...] = ()
    runs: tuple[Run, ...] = ()
    deidentification: tuple[DeidentificationStep, ...] = ()
    labels: tuple[Label, ...] = ()
    use: tuple[UseStatement, ...] = ()
    approvals: tuple[Approval, ...] = ()
    schema_changes: tuple[SchemaChange, ...] = ()
    gaps: tuple[Gap, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    findings: tuple[Finding, ...] = ()
    organisation: str | None = None
    evidence: Evidence = field(default_factory=Evidence)

    def to_json(self) -> dict[str, Any]:
        """Return the context as JSON values; lone surrogates, which no JSON text can carry, become U+FFFD."""
        values: dict[str, Any] = _adapter().dump_python(self, mode="json", warnings="error")
        return {key: _whole(value) for key, value in values.items()}

    @staticmethod
    def from_json(values: object) -> ModelDossier:
        """Return the context that `to_json` gave; raise `ContextError` for anything else."""
        try:
            return _adapter().validate_json(json.dumps(values))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            pointer = "".join(f"/{part}" for part in first["loc"])
            raise ContextError(f"The context is not a model dossier's: {first['msg']} at {pointer or '/'}.") from error

    @staticmethod
    def json_schema() -> dict[str, Any]:
        """Return the JSON schema (2020-12) of what `to_json` gives."""
        schema = _adapter().json_schema(mode="serialization")
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "urn:lineward:report:model_dossier:2",
            **schema,
        }


def local_time(at: str, zone: str) -> str | None:
    """Return `at` (RFC 3339, UTC) as the signer's clock showed it, with its offset; None where the zone is unknown."""
    try:
        return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    except (ZoneInfoNotFoundError, ValueError):
        return None


@cache
def _adapter() -> TypeAdapter[ModelDossier]:
    return TypeAdapter(ModelDossier)


def _whole(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return value
