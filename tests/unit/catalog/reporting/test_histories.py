"""Short histories whose dossiers once did not verify, each with what was odd about it."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.support.genuine import DIGESTS, LAKE, MANIFESTS, REGISTERED, not_right
from tests.support.records import declaration, place, registration, request, seal, tombstone, verification

JOB: Final = {"namespace": "pipeline", "name": "curate"}
RUN: Final = {"runId": "0190d2e6-0000-7000-8000-0000000000aa"}
OTHER_RUN: Final = {"runId": "0190d2e6-0000-7000-8000-0000000000bb"}
BETWEEN: Final = "2026-05-28T20:26:40.020000Z"
"""When the version is registered, and nothing that is recorded afterwards is valid."""


def lake(name: str, **facets: Any) -> dict[str, Any]:
    return {"namespace": "lake", "name": name, "facets": facets}


def renamed(before: str) -> dict[str, Any]:
    change = {"lifecycleStateChange": "RENAME", "previousIdentifier": {"namespace": "lake", "name": before}}
    return {"lifecycleStateChange": change}


TAGGED: Final = {"lineward_phiTags": {"tags": [{"kind": "QUASI_IDENTIFIER"}]}}

USED: Final = {"dataset": LAKE, "digest": DIGESTS["a"]}
LOCKED: Final = {"dataset": LAKE, "digest": DIGESTS["b"]}
MEASURED: Final = [
    *REGISTERED[:2],
    seal(**LOCKED, manifest=MANIFESTS["b"], locked=True, role="EVALUATION", run_id=None, job=None),
    registration(trained_on=[USED], evaluated_on=[LOCKED], run_id=None, job=None),
    request(),
]
"""A version that was measured on data that is locked."""
OF_ANOTHER: Final = registration(
    model={"namespace": "models", "name": "another"}, trained_on=[LOCKED], evaluated_on=[], run_id=None, job=None
)

HISTORIES: Final[dict[str, tuple[list[dict[str, Any]], str | None]]] = {
    "the bytes that it was trained on were deleted, and then missing": (
        [*REGISTERED, tombstone(**USED), verification(**USED, result="MISSING", differing=["a.csv"])],
        None,
    ),
    "another version was trained on what it was measured on, which was locked": ([*MEASURED, OF_ANOTHER], None),
    "what it was measured on was locked and deleted": ([*MEASURED, tombstone(**LOCKED)], None),
    "a label came over a name that no completed run gave": (
        [
            {"dataset": lake("z", **TAGGED)},
            *REGISTERED,
            {"eventType": "OTHER", "run": RUN, "job": JOB, "outputs": [lake("z", **renamed("x"))]},
        ],
        None,
    ),
    "a label came over the name that the data was renamed to": (
        [
            *REGISTERED,
            {"eventType": "COMPLETE", "run": RUN, "job": JOB, "outputs": [lake("y", **renamed("x"), **TAGGED)]},
        ],
        None,
    ),
    "a label came over a rename and a symlink": (
        [
            *REGISTERED,
            {
                "eventType": "COMPLETE",
                "run": RUN,
                "job": JOB,
                "outputs": [lake("y", **TAGGED), lake("y", **renamed("z"))],
            },
            {"job": JOB, "inputs": [lake("x", symlinks={"identifiers": [{"namespace": "lake", "name": "z"}]})]},
        ],
        None,
    ),
    "a stream was told in two events at one time, the first of which names what it writes only as a source": (
        [
            {
                "eventTime": "2026-01-03T03:00:00Z",
                "eventType": "RUNNING",
                "run": RUN,
                "job": {
                    **JOB,
                    "facets": {
                        "jobType": {"processingType": "STREAMING"},
                        "lineage": {"entries": [{**LAKE, "name": "z", "type": "DATASET", "inputs": [LAKE]}]},
                    },
                },
                "inputs": [lake("y")],
            },
            {
                "eventTime": "2026-01-03T03:00:00Z",
                "eventType": "RUNNING",
                "run": RUN,
                "job": JOB,
                "inputs": [lake("z")],
                "outputs": [lake("x")],
            },
            *REGISTERED,
        ],
        None,
    ),
    "a place is looked at, and nothing is wrong with it": (
        [
            {
                "eventType": "START",
                "run": RUN,
                "job": JOB,
                "inputs": [lake("x", version={"datasetVersion": DIGESTS["a"]})],
            },
            place("North", None),
            {
                "eventType": "COMPLETE",
                "run": OTHER_RUN,
                "job": JOB,
                "outputs": [
                    lake("z", columnLineage={"fields": {"k": {"inputFields": [{**LAKE, "field": "k"}]}}}),
                ],
            },
            {"kind": "declare_dataset", "dataset": LAKE, "site": "North"},
            *REGISTERED[1:],
            {"kind": "declare_source", "source": "made-up EHR", "permitted_places": ["EU"]},
        ],
        None,
    ),
    "the name that stands for the data now stood for another when the version was registered": (
        [
            {"job": JOB, "outputs": [lake("y")]},
            {"dataset": lake("x", symlinks={"identifiers": [{"namespace": "lake", "name": "y"}]})},
            *REGISTERED[1:],
            {"job": JOB, "outputs": [lake("y", symlinks={"identifiers": [LAKE]})]},
        ],
        None,
    ),
    "a seal alone tells that a run made a state which it read as well": (
        [
            *REGISTERED,
            {
                "eventType": "COMPLETE",
                "run": RUN,
                "job": JOB,
                "inputs": [lake("z")],
                "outputs": [lake("x", version={"datasetVersion": DIGESTS["a"]})],
            },
            {
                "eventType": "RUNNING",
                "run": RUN,
                "job": JOB,
                "inputs": [lake("y", version={"datasetVersion": DIGESTS["b"]})],
                "outputs": [lake("y")],
            },
            seal(dataset={**LAKE, "name": "y"}, digest=DIGESTS["b"], manifest=MANIFESTS["b"], run_id=RUN["runId"])
            | {"job": JOB},
        ],
        None,
    ),
    "a statement of use holds only after the read point": (
        [
            *REGISTERED,
            {
                key: value
                for key, value in declaration(dataset={**LAKE, "name": "z"}).items()
                if key in {"kind", "dataset", "permitted_use"}
            },
            {
                "eventTime": "2026-01-06T02:00:00Z",
                "job": JOB,
                "outputs": [
                    lake("x", columnLineage={"fields": {"k": {"inputFields": [{"namespace": "lake", "name": "z"}]}}})
                ],
            },
        ],
        BETWEEN,
    ),
}


@pytest.mark.parametrize("odd", HISTORIES)
def test_the_dossier_of_a_history_verifies(odd: str) -> None:
    history, valid_at = HISTORIES[odd]
    assert not_right(history, valid_at) == {}
