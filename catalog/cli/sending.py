"""How what a command writes is sent: again, as long as the catalog asks for that, and a refusal never."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from catalog.cli.client import Client, document
from catalog.cli.output import err, note

if TYPE_CHECKING:
    import httpx2

PATIENCE: Final = 120.0
"""Seconds for which a catalog that asks to come back later is asked again, as long as it takes nothing."""


def retry_after(answer: httpx2.Response) -> float | None:
    """Return after how many seconds a catalog asks for the same again (RFC 9110 §10.2.3); None where it answers.

    Raises OperatorError where what asks for it is no catalog.
    """
    if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE or "retry-after" not in answer.headers:
        return None
    # Evidence that does not verify is nothing that time mends.
    is_operator = str(document(answer, "type", success=False)["type"]).endswith(":operator")
    return seconds_of(answer) if is_operator else None


def seconds_of(answer: httpx2.Response) -> float:
    """Return after how many seconds to ask again: what the answer says, or one."""
    given = answer.headers.get("retry-after", "")
    return float(given) if given.isdecimal() else 1.0


def send(
    client: Client,
    path: str,
    value: object,
    *,
    wait: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> httpx2.Response:
    """Send a JSON value and return the answer, whatever its status; again while the catalog asks for that.

    The same sent twice is one entry. A person is told once what is waited for; after `PATIENCE` the last answer counts.
    """
    until: float | None = None
    while True:
        answer = client.request("POST", path, json=value)
        seconds = retry_after(answer)
        if seconds is None:
            return answer
        if until is None:
            until = clock() + PATIENCE
            if err.is_terminal:
                problem: dict[str, Any] = document(answer, success=False)
                note(f"Not taken yet: {problem.get('detail')} It is sent again for up to {PATIENCE:g} s.")
        if clock() + seconds > until:
            return answer
        wait(seconds)
