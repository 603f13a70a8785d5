"""How a command reaches the catalog: a running server over HTTP, or the data directory opened in this process.

Both are the same application behind the same routes, so that a command cannot behave differently with the one and the
other. A server that runs on the data directory is found by the file it leaves there.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import httpx2

from catalog.cli.options import SERVER_FILE
from catalog.cli.output import progress, say
from catalog.errors import AskerError, OperatorError, SenderError
from catalog.settings import Settings

_TIMEOUT = httpx2.Timeout(60, connect=5)
_LONG = httpx2.Timeout(3600)
_PROBE = httpx2.Timeout(2)


class Gateway(Protocol):
    """The catalog, as a command needs it."""

    where: str

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:  # noqa: ANN401  httpx2's own arguments
        """Send a request and return the answer, whatever its status."""


@contextmanager
def gateway(settings: Settings, url: str | None, key: str | None, *, owner: bool = False) -> Iterator[Gateway]:
    """Open the way to the catalog: the server at `url`, else one that runs on the data directory, else the directory.

    `owner` lets a command without a key act as whoever owns the directory's files, also once keys exist.
    """
    found = url or running(settings.data_dir)
    if found is not None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        with httpx2.Client(base_url=found.rstrip("/") + "/", headers=headers, timeout=_TIMEOUT) as client:
            yield _Remote(client, found)
        return
    with _Local.open(settings, key, owner=owner) as local:
        yield local


def running(data_dir: Path) -> str | None:
    """Return the address of a server that runs on this data directory, None where none answers."""
    try:
        url = json.loads((data_dir / SERVER_FILE).read_text("utf-8"))["url"]
        answer = httpx2.get(f"{url}/health/live", timeout=_PROBE, trust_env=False)
    except (OSError, ValueError, KeyError, TypeError, httpx2.HTTPError):
        return None
    return str(url) if answer.is_success else None


class _Remote:
    def __init__(self, client: httpx2.Client, url: str) -> None:
        self._client = client
        self.where = url

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:  # noqa: ANN401
        try:
            return self._client.request(method, path.lstrip("/"), **more)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise OperatorError(
                f"No catalog answers at {self.where} ({type(error).__name__}).",
                action="Start it with `lineward serve`, or correct --url (or LINEWARD_URL).",
            ) from error


class _Local:
    def __init__(self, client: httpx2.AsyncClient, runner: asyncio.Runner, where: str) -> None:
        self._client = client
        self._runner = runner
        self.where = where

    @classmethod
    @contextmanager
    def open(cls, settings: Settings, key: str | None, *, owner: bool) -> Iterator[_Local]:
        """Open the data directory and bring its graph up to its ledger first."""
        from catalog import app  # noqa: PLC0415  a command that asks a server needs none of it

        if settings.log_level != "DEBUG":
            # A command speaks for itself: what went wrong is its own last line.
            logging.getLogger("lineward").setLevel(logging.CRITICAL)
        with app.opened(settings, owner=owner) as service, asyncio.Runner() as runner:
            size = service.ledger.size()
            if service.store.checkpoint() + 1 < size:
                with progress("bringing the graph up to the ledger", size) as show:
                    while not service.projection.wait_for(size - 1, 0.2):
                        show(service.projection.checkpoint + 1)
                        service.raise_stopped()
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            transport = httpx2.ASGITransport(app=service.asgi)
            client = httpx2.AsyncClient(
                transport=transport, base_url="http://localhost/", headers=headers, timeout=_LONG
            )
            try:
                yield cls(client, runner, str(settings.data_dir))
            finally:
                runner.run(client.aclose())

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:  # noqa: ANN401
        return self._runner.run(self._client.request(method, path.lstrip("/"), **more))


def checked(answer: httpx2.Response) -> httpx2.Response:
    """Return the answer where it is a success; raises the error that its problem document stands for."""
    if answer.is_success:
        return answer
    try:
        document = answer.json()
        detail = str(document["detail"])
    except (ValueError, KeyError, TypeError):
        raise OperatorError(
            f"The answer at {answer.url.copy_with(query=None)} is {answer.status_code} and not Lineward's.",
            action="Check --url: it is the address of the catalog itself.",
        ) from None
    pointer = str((document.get("errors") or [{}])[0].get("pointer", "")).removeprefix("#")
    match answer.status_code:
        case 400 | 413 | 422 as status:
            raise SenderError(detail, pointer=pointer, status=status)
        case 401:
            raise AskerError(f"{detail} For this command, put it into LINEWARD_KEY.", status=401)
        case 403:
            raise AskerError(detail, status=403)
        case 404:
            raise AskerError(detail)
    raise OperatorError(detail, action="", retry_after=None)


def ask(way: Gateway, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a GraphQL answer; raises the error that its errors stand for."""
    answer = checked(way.request("POST", "graphql", json={"query": query, "variables": dict(variables)})).json()
    if answer.get("errors"):
        first = answer["errors"][0]
        code = (first.get("extensions") or {}).get("code")
        if code in {"FORBIDDEN", "UNAUTHENTICATED"}:
            raise AskerError(first["message"], status=403)
        if code in {"UNAVAILABLE", "INTERNAL", "EVIDENCE"}:
            raise OperatorError(first["message"], action="")
        raise SenderError(first["message"])
    data: dict[str, Any] = answer["data"]
    return data


def succeeded(result: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a union where it is no problem; raises the error that a problem stands for."""
    code = result.get("code")
    if code is None:
        return result
    message = str(result["message"])
    if code == "NOT_FOUND":
        raise AskerError(message)
    if code in {"FORBIDDEN", "UNAUTHENTICATED"}:
        raise AskerError(message, status=403)
    if code in {"UNAVAILABLE", "EVIDENCE"}:
        raise OperatorError(message, action="")
    raise SenderError(message, pointer=str(result.get("field", "")))


def key_from_environment() -> str | None:
    """Return the API key that commands act under."""
    return os.environ.get("LINEWARD_KEY") or None


def announce(way: Gateway) -> None:
    """Say on standard error which catalog answers."""
    say(f"catalog: {way.where}")
