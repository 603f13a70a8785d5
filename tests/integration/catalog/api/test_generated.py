"""Requests that Schemathesis makes up from the published interfaces: every answer is one that they describe.

The seed is fixed and the number of examples bounded: what is found here is found by everyone, every time.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.engine import events, from_schema
from schemathesis.graphql import nodes
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog.api.application import create
from graph_schema.nodes import Dataset, Job, ModelVersion, Snapshot
from tests.support.records import CURATED, DIGEST, JOB, RAW, RUN, run_node

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

EXAMPLES = 10
KNOWN = (
    Dataset(**RAW).id,
    Dataset(**CURATED).id,
    Job(**JOB).id,
    run_node(RUN).id,
    Snapshot(RAW["namespace"], RAW["name"], DIGEST).id,
    ModelVersion("models", "readmission", "1").id,
)
AN_ID = re.compile(r'\b(id|ids|of|from|to|for|subjects): (\[)?"[^"]*"')
DOCUMENTED = {"INVALID_INPUT", "BUDGET_EXCEEDED", "NOT_FOUND", "FORBIDDEN"}

BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

for name, values in (
    ("DateTime", st.datetimes().map(lambda at: at.isoformat() + "Z") | st.text()),
    ("Digest", st.just(DIGEST) | st.text()),
    ("Long", st.integers(-(2**64), 2**64).map(str)),
):
    schemathesis.graphql.scalar(name, values.map(nodes.String))


class Here:
    """The application as a client on this machine meets it, whatever the client calls itself and the server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = [*(pair for pair in scope["headers"] if pair[0] != b"host"), (b"host", b"127.0.0.1")]
            scope = {**scope, "client": ("127.0.0.1", 4711), "headers": headers}
        await self._app(scope, receive, send)


def config(*excluded: str) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": 7,
            "generation": {"max-examples": EXAMPLES, "deterministic": True},
            "checks": {name: {"enabled": False} for name in excluded},
        }
    )


@pytest.mark.timeout(300)  # a minute of work: half a dozen requests for each member of each kind of record
def test_every_answer_over_http_is_a_documented_one(stored: Catalog) -> None:
    # What has the form of a record may still name nothing that is known, and a batch is taken whatever is in it.
    schema = schemathesis.openapi.from_asgi(
        "/openapi.json",
        Here(create(stored.service)),
        config=config("positive_data_acceptance", "negative_data_rejection"),
    )
    checked: Counter[str] = Counter()
    wrong: list[str] = []
    for happened in from_schema(schema).execute():
        if isinstance(happened, events.NonFatalError | events.FatalError):
            wrong.append(str(happened))
        if isinstance(happened, events.ScenarioFinished):
            for case, checks in happened.recorder.checks.items():
                for check in checks:
                    checked[check.name] += 1
                    if check.failure_info is not None:
                        wrong.append(f"{happened.recorder.label} {case}: {check.failure_info.failure}")
    assert wrong == []
    asked = {"not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"}
    assert asked <= checked.keys()
    assert min(checked[name] for name in asked) > 100


def test_every_answer_of_graphql_is_no_defect(stored: Catalog) -> None:
    schema = schemathesis.graphql.from_asgi("/graphql", Here(create(stored.service)), config=config())
    known = cycle(KNOWN)
    answered: Counter[str] = Counter()

    def ask(case: schemathesis.Case[Any]) -> None:
        # Text made up names nothing; every other id is one that is there.
        case.body = AN_ID.sub(lambda found: f'{found[1]}: {found[2] or ""}"{next(known)}"', str(case.body))
        answer = case.call()
        assert answer.status_code == 200, (case.body, answer.text)
        found = answer.json()
        codes = [(error.get("extensions") or {}).get("code") for error in found.get("errors", [])]
        assert set(codes) - {None} <= DOCUMENTED, (case.body, found["errors"])
        answered["refused" if codes else "answered"] += 1

    for operation in schema.get_all_operations():
        assert isinstance(operation, Ok)
        BOUNDED(given(operation.ok().as_strategy())(ask))()
    assert answered["answered"] > 100
    assert answered["refused"] > 10
