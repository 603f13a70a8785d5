"""A task for Airflow 3: holds a model version to the release gate before the tasks after it deploy the version.

The connection `lineward` has the catalog's address as host and, as password, a key of a principal that may read. The
task gives the ledger entry of the evaluation on; where the version may not go on it fails, with every reason, and is
not tried again: what is recorded is the same a minute later. Where the catalog does not answer, or asks to wait, it is.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import requests
from airflow.sdk import BaseHook, dag, task
from airflow.sdk.exceptions import AirflowFailException

PASSING = frozenset({"PASS", "BY_EXCEPTION"})
SECONDS = 60
LATER = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


@task(retries=3, retry_delay=timedelta(minutes=1))
def release_gate(
    namespace: str, model: str, version: str, purpose: str, place: str, diseases: Sequence[str] = ()
) -> int:
    """Return the entry that says that the version may go on; raises AirflowFailException where it may not.

    Research on a disease names it, by MONDO id. Where waiting may help RequestException is raised, and the task
    is tried again.
    """
    catalog = BaseHook.get_connection("lineward")
    answer = requests.post(
        f"{catalog.host}/api/v1/gate",
        json={
            "model": {"namespace": namespace, "name": model},
            "version": version,
            "purpose": purpose,
            "place": place,
            "environment": "production",
            "diseases": list(diseases),
        },
        headers={"Authorization": f"Bearer {catalog.password}"} if catalog.password else {},
        timeout=SECONDS,
    )
    found = content(answer)
    if answer.status_code in LATER:
        raise requests.HTTPError(f"The gate cannot be asked now: {why(answer, found)}")
    if not answer.ok or "verdict" not in found:
        raise AirflowFailException(f"The gate cannot be asked: {why(answer, found)}")
    if found["verdict"] not in PASSING:
        against = [
            f"{one['check']} {one['outcome']}: {reason['text']}"
            for one in found["checks"]
            if one["required"] and one["outcome"] != "PASS"
            for reason in one["reasons"]
        ]
        raise AirflowFailException("\n".join([f"{found['verdict']}, entry {found['index']}", *against]))
    return int(found["index"])


def content(answer: requests.Response) -> dict[str, Any]:
    """Return the JSON object of an answer, an empty one where it holds none: a proxy answers in HTML."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def why(answer: requests.Response, found: dict[str, Any]) -> str:
    """Return why the gate did not answer: by the catalog's own sentence, else by the status."""
    return str(found.get("detail") or f"status {answer.status_code}, and no answer of a catalog; look at the address")


@task
def deploy(evaluation: int) -> None:
    """Deploy the version, and name the evaluation that let it pass."""
    logging.getLogger(__name__).info("Deploying by entry %d", evaluation)


@dag(schedule=None, catchup=False)
def release_readmission() -> None:
    """Deploy a version of the readmission model once the gate lets it pass."""
    deploy(release_gate("models.example.org/cardiology", "readmission", "1.1.0", "HOPERAT", "Sampletown General"))


release_readmission()
