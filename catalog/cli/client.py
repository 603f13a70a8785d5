"""How a command reaches the catalog: a running server over HTTP, or the data directory opened in this process.

Both are the same application behind the same routes, so that a command cannot behave differently with the one and the
other. A server that runs on the data directory is found by the file it leaves there, and proves that it is that server
before it is sent a key.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import httpx2

from catalog.access.presence import Announcement, nonce
from catalog.cli.output import note, progress
from catalog.cli.target import Target
from catalog.errors import AskerError, OperatorError, SenderError, error_of, error_of_code
from catalog.settings import is_loopback

if TYPE_CHECKING:
    from catalog.api.services import Services

_TIMEOUT = httpx2.Timeout(60, connect=5)
_LONG = httpx2.Timeout(3600)
_PROBE = httpx2.Timeout(2)
_LOOK_SECONDS, _START_SECONDS = 0.2, 0.005
_LATER = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""What a proxy answers by itself while the catalog behind it is away or asked too much."""
_KEY = "LINEWARD_KEY"
_KEY_BEGINS = "lw_"
_NO_KEY = f"This catalog needs a key: put yours into {_KEY}; an administrator makes one with `lineward key create`."
_NOT_VALID = f"The key in {_KEY} is not valid here: it is unknown, revoked, or its principal may not act."


class Client(Protocol):
    """The catalog, as a command needs it; `where` is what it is called in a command's output."""

    where: str

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:  # noqa: ANN401  httpx2's own arguments
        """Send a request and return the answer, whatever its status."""

    def look_through(self) -> None:
        """Look through the graph's bytes, so that health knows what became of them; a server does so by itself."""


@contextmanager
def connect(
    target: Target, key: str | None, *, owner: bool = False, new: bool = False, graph: bool = True
) -> Iterator[Client]:
    """Connect to the catalog: the server at its address, else one that runs on its folder, else the folder.

    `owner` lets a command without a key act as whoever owns the folder's files, also once keys exist. A folder without
    a catalog is OperatorError, unless the command may begin one (`new`). A command that asks the ledger alone (not
    `graph`) does its work while Neo4j is away.
    """
    with connect_to_server(target, key) as server:
        if server is not None:
            yield server
            return
    begun = not target.settings.holds_catalog()
    if begun and not new:
        target.settings.require_catalog()
    with _FolderClient.open(target, key, owner=owner, graph=graph) as client:
        if begun:
            note(f"A catalog is begun in {target.name}.")
        yield client


@contextmanager
def connect_to_server(target: Target, key: str | None) -> Iterator[Client | None]:
    """Connect to the server at the target's address, or else to one that runs on its folder; None where none does."""
    if target.url is not None:
        with _http_client(target.url, key) as http:
            yield _ServerClient(http, target.url)
        return
    announced = Announcement.read(target.settings.data_dir) if target.settings.holds_catalog() else None
    if announced is None:
        yield None
        return
    # On the connection that the server was proved on, the key follows.
    with _http_client(announced.url, None) as http:
        proven = _proves(http, announced)
        if proven and key:
            http.headers["Authorization"] = f"Bearer {key}"
        yield _ServerClient(http, f"{target.name}, served at {announced.url}") if proven else None


def served_at(data_dir: Path) -> str | None:
    """Return the address of the server that runs on this data directory, None where none does."""
    announced = Announcement.read(data_dir)
    if announced is None:
        return None
    with _http_client(announced.url, None) as http:
        return announced.url if _proves(http, announced) else None


def _http_client(url: str, key: str | None) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    # What is on this machine is not asked through a proxy, whatever the environment says.
    local = is_loopback(httpx2.URL(url).host)
    return httpx2.Client(base_url=f"{url}/", headers=headers, timeout=_TIMEOUT, trust_env=not local)


def _proves(http: httpx2.Client, announced: Announcement) -> bool:
    """Tell whether the server that is announced is the one that answers there."""
    once = nonce()
    question = {"nonce": once.hex(), "proof": announced.presence.question(once).hex()}
    try:
        answer = http.post("api/v1/presence", json=question, timeout=_PROBE)
        proof = bytes.fromhex(answer.json()["proof"])
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError):
        return False
    return hmac.compare_digest(proof, announced.presence.expected(once))


class _ServerClient:
    def __init__(self, http: httpx2.Client, url: str) -> None:
        self._http = http
        self.where = url

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:  # noqa: ANN401
        try:
            return self._http.request(method, path.lstrip("/"), **more)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise OperatorError(
                f"No catalog answers at {self.where}: {_why(error)}.",
                action="Start it with `lineward serve`, or correct the address (--url, LINEWARD_URL).",
            ) from error

    def look_through(self) -> None:
        """Leave it to the server."""


def _why(error: Exception) -> str:
    match error:
        case httpx2.TimeoutException():
            return "no answer came in time"
        case httpx2.ConnectError():
            return "nobody listens there"
    return "the connection broke off"


class _FolderClient:
    def __init__(self, services: Services, http: httpx2.AsyncClient, runner: asyncio.Runner, where: str) -> None:
        self._services = services
        self._http = http
        self._runner = runner
        self.where = where

    @classmethod
    @contextmanager
    def open(cls, target: Target, key: str | None, *, owner: bool, graph: bool) -> Iterator[_FolderClient]:
        """Open the data directory and bring its graph up to its ledger first."""
        # A command that asks a server needs none of it.
        from catalog import app  # noqa: PLC0415
        from catalog.api.application import create  # noqa: PLC0415

        settings = target.settings
        with (
            nullcontext() if settings.log_level == "DEBUG" else _silent_log(),
            app.opened(settings, owner=owner, patient=not graph) as services,
            asyncio.Runner() as runner,
        ):
            _catch_up(services, needed=graph)
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            transport = httpx2.ASGITransport(app=create(services))
            http = httpx2.AsyncClient(transport=transport, base_url="http://localhost/", headers=headers, timeout=_LONG)
            try:
                yield cls(services, http, runner, target.name)
            finally:
                runner.run(http.aclose())

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:  # noqa: ANN401
        return self._runner.run(self._http.request(method, path.lstrip("/"), **more))

    def look_through(self) -> None:
        with suppress(OperatorError):
            self._services.store.check()


@contextmanager
def _silent_log() -> Iterator[None]:
    """Log nothing meanwhile: a command reports by itself, and what went wrong is its own last line."""
    logger = logging.getLogger("lineward")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _catch_up(services: Services, *, needed: bool) -> None:
    """Wait for the graph to hold the ledger; raises what keeps it from that where it is needed."""
    from catalog.projection.position import ENDED, Status  # noqa: PLC0415  a command that asks a server needs none of it

    last, projection = services.ledger.size() - 1, services.projection
    with progress("bringing the graph up to the ledger", last + 1) as show:
        while projection.state.status is Status.STOPPED or not projection.wait_for(last, _LOOK_SECONDS):
            if projection.state.status is Status.STOPPED:
                time.sleep(_START_SECONDS)
                continue
            show(projection.checkpoint + 1)
            if projection.state.status in {Status.WAITING, *ENDED}:
                if needed:
                    services.raise_stopped()
                return


def checked(answer: httpx2.Response) -> httpx2.Response:
    """Return the answer where it is a success; raises the error that its problem document stands for."""
    if answer.is_success:
        return answer
    problem = document(answer, "detail", success=False)
    detail = str(problem["detail"])
    pointer = str((problem.get("errors") or [{}])[0].get("pointer", "")).removeprefix("#")
    found = error_of(answer.status_code, str(problem.get("type", "")), detail, pointer)
    if isinstance(found, AskerError) and answer.status_code == HTTPStatus.UNAUTHORIZED:
        raise unauthenticated(has_key="authorization" in answer.request.headers)
    raise found


def unauthenticated(*, has_key: bool) -> AskerError:
    """Return that whoever asks is nobody the catalog knows, and what to do about it."""
    return AskerError(_NOT_VALID if has_key else _NO_KEY, status=401)


def document(answer: httpx2.Response, *names: str, success: bool = True) -> dict[str, Any]:
    """Return the JSON object of an answer with at least these names.

    Raises as `checked`, unless it need be no `success`; OperatorError where the answer is somebody else's.
    """
    if success:
        checked(answer)
    try:
        found: Any = answer.json()
        if isinstance(found, dict) and all(name in found for name in names):
            return found
    except ValueError:
        pass
    raise foreign(answer)


def foreign(answer: httpx2.Response) -> OperatorError:
    """Return what an answer means that no catalog gives, such as a proxy's while the catalog behind it is away."""
    origin = str(answer.url.copy_with(path="/", query=None)).rstrip("/")
    if answer.status_code in _LATER:
        return OperatorError(
            f"What answers at {origin} passes nothing on to the catalog now (status {answer.status_code}).",
            action="Try again later; if that does not help, see whether the catalog runs behind it.",
        )
    return OperatorError(
        f"What answers at {origin} is no Lineward catalog (status {answer.status_code}).",
        action="Check --url: it is the address of the catalog itself.",
    )


def ask(client: Client, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a GraphQL answer; raises the error that its errors stand for."""
    sent = client.request("POST", "graphql", json={"query": query, "variables": dict(variables)})
    answer = document(sent)
    if not {"data", "errors"} & answer.keys():
        raise foreign(sent)
    if answer.get("errors"):
        first = answer["errors"][0]
        code = (first.get("extensions") or {}).get("code")
        raise error_of_code(code, first["message"])
    data: dict[str, Any] = answer["data"]
    return data


def pages(
    client: Client,
    query: str,
    variables: Mapping[str, Any],
    connection: Callable[[dict[str, Any]], dict[str, Any]],
) -> Iterator[dict[str, Any]]:
    """Yield every page of the connection that is taken out of each answer; the query goes on behind `$after`.

    Raises as `ask`.
    """
    after, more = None, True
    while more:
        page = connection(ask(client, query, {**variables, "after": after}))
        yield page
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]


def succeeded(result: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a union where it is no problem; raises the error that a problem stands for.

    The field that a problem names is one of the command's own query, which nobody typed.
    """
    code = result.get("code")
    if code is None:
        return result
    raise error_of_code(code, str(result["message"]))


def key_from_environment() -> str | None:
    """Return the API key that commands act under; raises SenderError where what is set cannot be one."""
    key = os.environ.get(_KEY) or None
    if key is None:
        return None
    if key != key.strip():
        raise SenderError(f"{_KEY} has a blank or a line break before or after the key: set it without.")
    if key[0] in "\"'`":
        raise SenderError(f"{_KEY} has quotes around the key: set it without.")
    if not key.startswith(_KEY_BEGINS) or not key.isascii() or " " in key:
        raise SenderError(f"{_KEY} holds no key of Lineward: one begins with {_KEY_BEGINS}; set it to the key alone.")
    return key


def known(node: dict[str, Any] | None, named: str) -> dict[str, Any]:
    """Return what GraphQL answers of a node; raises AskerError where there is none at the time asked for."""
    if node is None:
        raise AskerError(f"Nothing of {named} is known at the time asked for.")
    return node


def announce(where: str) -> None:
    """Say on standard error which catalog the command works on."""
    note(f"catalog: {where}")
