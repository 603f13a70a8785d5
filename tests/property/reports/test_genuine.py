"""Whatever was sent and recorded, in whatever order: the dossier that the catalog makes of it verifies."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.genuine import DIGESTS, MANIFESTS, REGISTERED, hold_right
from tests.support.records import (
    decision,
    declaration,
    ending_attestation,
    ending_source,
    place,
    registration,
    request,
    seal,
    source,
    tag,
    verification,
)

RUNS = {letter: f"0190d2e6-0000-7000-8000-0000000000{letter * 2}" for letter in "abcd"}
JOBS = {"a": "curate", "b": "curate", "c": "split", "d": "split"}
names = st.sampled_from(["x", "y", "z"])
days = st.integers(1, 9).map(lambda day: f"2026-01-{day:02d}T0{day % 4}:00:00Z")
seldom = st.sampled_from([False, False, False, True])


def dataset(name: str) -> dict[str, str]:
    return {"namespace": "lake", "name": name}


@st.composite
def described(draw: st.DrawFn) -> dict[str, Any]:
    facets: dict[str, Any] = {}
    if draw(st.booleans()):
        facets["version"] = {"datasetVersion": draw(st.sampled_from([*DIGESTS.values(), "17"]))}
    if draw(seldom):
        fields = draw(st.lists(st.sampled_from(["k", "l", "m"]), unique=True))
        kinds = draw(st.sampled_from(["int", "text"]))
        facets["schema"] = {"fields": [{"name": name, "type": kinds} for name in fields]}
    if draw(seldom):
        mode = draw(st.sampled_from(["OVERWRITE", "DROP", "CREATE", "RENAME"]))
        facets["lifecycleStateChange"] = {"lifecycleStateChange": mode, "previousIdentifier": dataset(draw(names))}
    if draw(seldom):
        tags = [{"kind": "QUASI_IDENTIFIER", "field": draw(st.sampled_from([None, "k"])), "confidentiality": "R"}]
        facets["lineward_phiTags"] = {"tags": tags}
    if draw(seldom):
        facets["symlinks"] = {
            "identifiers": [{**dataset(draw(names)), "type": draw(st.sampled_from(["TABLE", "LOCATION"]))}]
        }
    if draw(seldom):
        inputs = [{**dataset(draw(names)), "field": "k"}]
        facets["columnLineage"] = {"fields": {"k": {"inputFields": inputs}}}
    if draw(seldom):
        facets["lineage"] = draw(explicit())
    return {**dataset(draw(names)), "facets": facets}


@st.composite
def explicit(draw: st.DrawFn) -> dict[str, Any]:
    """Return what an explicit lineage facet says feeds a dataset: datasets, columns of one, or nothing."""
    named = [{**dataset(name), "type": "DATASET"} for name in draw(st.lists(names, max_size=2))]
    fields = {"k": {"inputs": [{**one, "field": "k"} for one in named]}}
    return draw(st.sampled_from([{"inputs": named}, {"inputs": [], "fields": fields}, {"_deleted": True}]))


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    letter = draw(st.sampled_from(sorted(RUNS)))
    job: dict[str, Any] = {"namespace": "pipeline", "name": JOBS[letter], "facets": {}}
    if draw(seldom):
        job["facets"]["jobType"] = {"processingType": draw(st.sampled_from(["BATCH", "STREAMING"])), "integration": "X"}
    if draw(seldom):
        entry = {**dataset(draw(names)), "type": "DATASET", **draw(explicit())}
        job["facets"]["lineage"] = {"entries": [entry]}
    run: dict[str, Any] = {"runId": RUNS[letter], "facets": {}}
    if draw(seldom):
        run["facets"]["errorMessage"] = {"message": "MadeUpError", "programmingLanguage": "python"}
    if draw(seldom):
        exception = {"className": "java.lang.MadeUpError", "message": draw(st.sampled_from(["made up", ""]))}
        run["facets"]["spark.exception"] = draw(st.sampled_from([exception, {"exception": exception}]))
    if draw(seldom):
        run["facets"]["lineward_deidentification"] = {"method": "SAFE_HARBOR"}
    made: dict[str, Any] = {
        "eventTime": draw(days),
        "producer": "https://tests.example",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }
    kind = draw(st.sampled_from(["run", "run", "run", "run", "job", "dataset"]))
    if kind == "dataset":
        return {**made, "dataset": draw(described())}
    ends = {"inputs": draw(st.lists(described(), max_size=2)), "outputs": draw(st.lists(described(), max_size=2))}
    if kind == "job":
        return {**made, "job": job, **ends}
    types = st.sampled_from(["START", "RUNNING", "OTHER", "ABORT", "FAIL", "COMPLETE", "COMPLETE", "COMPLETE"])
    return {**made, "eventType": draw(types), "run": run, "job": job, **ends}


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    name, letter = draw(names), draw(st.sampled_from(sorted(DIGESTS)))
    snapshot = {"dataset": dataset(name), "digest": DIGESTS[letter]}
    subject = draw(
        st.sampled_from(
            [
                {"model_version": {"model": {"namespace": "models", "name": "readmission"}, "version": "1"}},
                {"snapshot": snapshot},
                {"dataset": dataset(name)},
            ]
        )
    )
    run = draw(st.sampled_from([None, *RUNS.values()]))
    runs = {} if run is None else {"run_id": run}
    sealed = seal(**snapshot, manifest=MANIFESTS[letter], role="EVALUATION", locked=draw(st.booleans()))
    sealed.pop("run_id")
    made = registration(
        trained_on=[snapshot],
        evaluated_on=draw(st.sampled_from([[], [snapshot]])),
        signature=draw(st.sampled_from(["bWFkZS11cA==", None])),
        metrics=draw(st.sampled_from([[], [{"name": "auroc", "value": 0.1}, {"name": "n", "value": 1e21}]])),
        code={"repository": "https://git.example/p", "revision": "f" * 40, "clean": draw(st.booleans())},
    )
    made.pop("run_id")
    made.pop("job")
    attested = {
        "kind": "attest_deidentification",
        "job": {"namespace": "pipeline", "name": draw(st.sampled_from(sorted(JOBS.values())))},
        "method": draw(st.sampled_from(["SAFE_HARBOR", "SAFE_HARBOR", "SAFE_HARBOR", "LIMITED_DATA_SET", "NONE"])),
        "scope": "All columns",
        "result": "None left",
        **draw(st.sampled_from([{}, {"valid_from": "2026-01-04T01:00:00Z"}, {"valid_from": "2025-01-01T00:00:00Z"}])),
        **draw(st.sampled_from([{}, {}, {"until": "2026-05-28T20:26:40.020000Z"}, {"until": "2027-01-01T00:00:00Z"}])),
        **draw(st.sampled_from([{}, {}, {}, {"schema_version": "1.2.0"}, {"schema_version": "2"}])),
        **runs,
    }
    given_ = draw(
        st.sampled_from(
            [
                "owner",
                "zone",
                "permitted_use",
                "region",
                "phi_category",
                "retention",
                "deidentification_state",
                "deidentification_state",
                "schema_version",
            ]
        )
    )
    whole = declaration(
        dataset=dataset(name),
        owner=draw(st.sampled_from(["cardiology", "oncology"])),
        schema_version=draw(st.sampled_from(["1.2.0", "2"])),
        deidentification_state=draw(st.sampled_from(["RAW", "DE_IDENTIFIED", "PSEUDONYMIZED", "UNKNOWN"])),
    )
    declared = {key: whole[key] for key in ("kind", "dataset", given_)} | draw(
        st.sampled_from([{}, {"valid_from": "2026-01-03T00:00:00Z"}])
    )
    of_source = source(owner=draw(st.sampled_from(["records office", "archive"])))
    part = draw(st.sampled_from(["owner", "phi_category", "retention", "source_kind", "permitted_places"]))
    supplying = {key: of_source[key] for key in ("kind", "source", part)} | draw(
        st.sampled_from([{}, {}, {"valid_from": "2026-01-04T00:00:00Z"}])
    )
    supplied = {"kind": "declare_dataset", "dataset": dataset(name), "source": "made-up EHR"}
    ended = ending_source() | draw(st.sampled_from([{}, {"valid_from": "2026-01-05T00:00:00Z"}]))
    lying = draw(st.sampled_from([place("North", None), {**supplied, "place": "North"}]))
    stance = draw(st.sampled_from(["ASSERT", "CONFIRM", "REJECT"]))
    checked = verification(**snapshot)
    if draw(st.booleans()):
        checked |= {"result": "MISMATCH", "differing": ["x.csv"]}
    return draw(
        st.sampled_from(
            [
                sealed | runs,
                sealed | runs,
                checked,
                made | runs,
                made,
                attested,
                attested,
                ending_attestation(0, effect=draw(st.sampled_from(["ENDED", "VOID"])))
                | draw(st.sampled_from([{}, {}, {"valid_from": "2026-01-03T00:00:00Z"}])),
                declared,
                declared,
                whole,
                of_source,
                supplying,
                supplied,
                ended,
                lying,
                tag(dataset=dataset(name), stance=stance),
                request(subject=subject, approval_kind=draw(st.sampled_from(["CLINICAL", "SITE"]))),
                decision(0, decision=draw(st.sampled_from(["APPROVE", "DENY", "ABSTAIN", "WITHDRAW"]))),
            ]
        )
    )


@st.composite
def governed(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what is said of the version besides: of its approvals, the gate, its releases and deployments."""
    version = {"model_version": {"model": {"namespace": "models", "name": "readmission"}, "version": "1"}}
    until = draw(st.sampled_from(["2026-05-28T20:26:41Z", "2027-01-01T00:00:00Z"]))
    many: dict[str, Any] = draw(st.sampled_from([{}, {"needed": 2}, {"emergency": True}]))
    required: dict[str, Any] = draw(
        st.sampled_from([{}, {}, {"requires": ["Train the staff"]}, {"interest": "Owns shares"}])
    )
    decided = draw(st.sampled_from(["APPROVE", "APPROVE", "APPROVE", "DENY", "ABSTAIN", "WITHDRAW"]))
    put = {**version, "environment": "production"}
    return draw(
        st.sampled_from(
            [
                request(subject=version, approval_kind="CLINICAL", **many),
                decision(0, decision=decided, conditions=[], **required),
                decision(0, decision=decided, conditions=[], reason="Second"),
                {"kind": "meet_condition", "text": "Train the staff", "evidence": "Their signatures"},
                {
                    "kind": "delegate_approvals",
                    "to": "joan",
                    "approval_kinds": draw(st.sampled_from([["CLINICAL"], []])),
                    "until": until,
                    "reason": "On leave",
                },
                {"kind": "ask_gate"},
                {"kind": "ask_gate"},
                {
                    "kind": "override_gate",
                    **version,
                    "reason": draw(st.sampled_from(["As", "As well"])),
                    "until": until,
                },
                {"kind": "release_model_version", **put, "reason": "Ready"},
                {"kind": "deploy_model_version", **put, "place": draw(st.sampled_from(["North", "South"]))},
                {"kind": "end_deployment", "reason": "Over"},
                {"kind": "retire_model_version", **version, "reason": "Over"},
                {
                    "kind": "assess_change",
                    **version,
                    "status": draw(st.sampled_from(["INITIAL", "OUTSIDE"])),
                    "plan": "The plan",
                    "reason": "As it says",
                },
            ]
        )
    )


_SETTINGS: dict[str, Any] = {
    "deadline": None,
    # What fails is reduced here: shrinking would last longer than a test may.
    "phases": [Phase.explicit, Phase.reuse, Phase.generate],
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
_HISTORIES = (
    st.lists(events() | events() | records() | governed(), min_size=4, max_size=18),
    st.integers(0, 6),
    st.sampled_from([None, None, None, "2026-05-28T20:26:40.030000Z"]),
    st.sampled_from([False, False, False, False, True]),
)


@settings(max_examples=40, **_SETTINGS)
@given(*_HISTORIES)
def test_the_dossier_of_any_history_verifies(
    happened: list[dict[str, Any]],
    early: int,
    valid_at: str | None,
    local: bool,  # noqa: FBT001 - drawn
) -> None:
    hold_right([*happened[:early], *REGISTERED, *happened[early:]], valid_at, local=local)


@settings(max_examples=20, **_SETTINGS)
@given(*_HISTORIES)
def test_the_dossier_of_a_dataset_of_any_history_verifies(
    happened: list[dict[str, Any]],
    early: int,
    valid_at: str | None,
    local: bool,  # noqa: FBT001 - drawn
) -> None:
    history = [*happened[:early], *REGISTERED, *happened[early:]]
    hold_right(history, valid_at, local=local, report="dataset_dossier")


@settings(max_examples=15, **_SETTINGS)
@given(st.lists(records() | governed() | governed(), min_size=4, max_size=18), *_HISTORIES[1:])
def test_the_approvals_record_of_a_period_of_any_history_verifies(
    happened: list[dict[str, Any]],
    early: int,
    valid_at: str | None,
    local: bool,  # noqa: FBT001 - drawn
) -> None:
    history = [*happened[:early], *REGISTERED, *happened[early:]]
    hold_right(history, valid_at, local=local, report="approvals_period")
