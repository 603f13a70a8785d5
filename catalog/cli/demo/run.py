"""`lineward demo`: a server of its own, a small clinical pipeline, nine questions, a dossier of each model version."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.status import Status
from rich.text import Text

from catalog.cli.client import Client, ask, checked, connect, served_at, succeeded
from catalog.cli.demo import access, consent, gate, labels, origins, use
from catalog.cli.ending import fail
from catalog.cli.options import settings_for
from catalog.cli.output import err, note, out, print_line, print_table
from catalog.cli.report import FORMS, write_report
from catalog.cli.sending import send
from catalog.cli.target import Target
from catalog.errors import Exit, OperatorError
from graph_schema.characters import escape_hidden
from reports.kinds import APPROVALS_OF_PERIOD, DATASET_DOSSIER, MODEL_DOSSIER, Report
from reports.verify import verify

_START_SECONDS = 60
_STOP_SECONDS = 30
_ADMIN_RECORD = {
    "kind": "define_principal",
    "principal": "demo-admin",
    "display_name": "Testadmin Omega",
    "title": "Administrator of the catalog",
    "organisation": "Sampletown General",
    "principal_kind": "PERSON",
    "roles": ["admin", "auditor", "enforcer"],
}

_ISSUE = """
mutation Issue($of: String!) { issueKey(principal: $of) { __typename ... on IssuedKey { secret }
  ... on Problem { code message } } }
"""


def demo(data_dir: Path | None, output: Path, port: int, *, once: bool) -> Exit:
    """Run everything; the server goes on until Ctrl-C unless `once`."""
    began = time.monotonic()
    run_pipeline, principals = _example()
    place = data_dir or Path(tempfile.mkdtemp(prefix="lineward-demo-"))
    data = place / "catalog"
    settings = settings_for(data)
    keys: dict[str, str | None] = {}
    with connect(Target(settings), None, owner=True, new=True) as owner:
        people = [_Person.of(owner, _ADMIN_RECORD)]
        for one in principals:
            people.append(_Person.of(owner, _defined(one)))
            keys[one.key] = people[-1].key
        admin = people[0].key
    steward = next(keys[one.key] for one in principals if "steward" in one.roles)
    with _server(data, port) as url:
        note(f"Lineward serves {url}, data in {data}")
        with connect(Target(settings, url), steward) as client:
            checked(send(client, "api/v1/records", _published()))
        with _status("running the pipeline") as status:
            outcome = run_pipeline(url, place / "pipeline", keys, lambda line: _show(status, line))
        with connect(Target(settings, url), admin) as client:
            size = checked(client.request("GET", "health/ready")).json()["ledger"]["size"]
            failed = origins.answer(client, outcome, size - 1)
            failed |= labels.answer(client, outcome)
            failed |= use.answer(client, outcome)
            failed |= use.answer_on_findings(client, outcome)
            engineer = next(one.id for one in principals if "engineer" in one.roles)
            with ExitStack() as stack:
                target = Target(settings, url)
                offices = {name: stack.enter_context(connect(target, key)) for name, key in keys.items()}
                failed |= gate.answer(client, offices["engineer"], outcome)
                failed |= access.answer(client, offices["steward"], outcome, engineer)
                failed |= consent.answer(client, offices, outcome, engineer)
            out.print()
            out.print("Dossiers of the model versions and of the training data, and what was approved", style="bold")
            vkey = checked(client.request("GET", "api/v1/ledger/keys")).text.splitlines()[0]
            issued: list[tuple[Report[Any], str]]
            issued = [(MODEL_DOSSIER, f"{outcome.model.name}@{one.version}") for one in outcome.versions]
            issued.append((DATASET_DOSSIER, f"{outcome.training.namespace} {outcome.training.name}"))
            today, day = datetime.now(UTC).date(), timedelta(days=1)
            issued.append((APPROVALS_OF_PERIOD, f"{today - day}..{today + day}"))
            for report, of in issued:
                written = write_report(client, report, of, output, list(FORMS), {})
                failed |= sum(_verified(path, vkey) for path in written) < len(written)
        explorer = None if once else f"{url}/"
        _farewell(explorer, data, place, output, time.monotonic() - began)
        folder = shlex.quote(str(data.absolute()))
        _invite(people, f"LINEWARD_DATA_DIR={folder}" if once else f"LINEWARD_URL={url}")
        if not once:
            note("The server goes on until Ctrl-C.")
            _wait()
    return Exit.FINDING if failed else Exit.FINE


def _published() -> dict[str, Any]:
    """Return the record by which a site says what its release gate requires, and who may read what."""
    texts = {**access.FILES, "gate.yaml": gate.REQUIREMENTS}
    files = [{"path": path, "text": text} for path, text in texts.items()]
    return {"kind": "publish_policies", "files": files, "reason": "What a silent trial in the house needs"}


def _example() -> tuple[Any, Any]:
    try:
        from examples.clinical_pipeline import PRINCIPALS, run_pipeline  # noqa: PLC0415  not part of the installed service
    except ImportError:
        fail("The demo runs the example pipeline: start it in a checkout of Lineward.", Exit.OUTSIDE)
    return run_pipeline, PRINCIPALS


def _defined(one: Any) -> dict[str, Any]:  # noqa: ANN401  the example's own principal
    """Return the record that defines a principal of the example."""
    return {
        "kind": "define_principal",
        "principal": one.id,
        "display_name": one.display_name,
        **({} if one.title is None else {"title": one.title}),
        "organisation": one.organisation,
        "principal_kind": one.kind,
        "roles": list(one.roles),
        "approves": list(one.approves),
    }


@dataclass(frozen=True, slots=True)
class _Person:
    """A principal of the demo, what it may do, and the key that it acts by."""

    name: str
    may: str
    key: str

    @classmethod
    def of(cls, client: Client, definition: dict[str, Any]) -> _Person:
        """Define a principal and issue a key to it."""
        checked(send(client, "api/v1/records", definition))
        issued = ask(client, _ISSUE, {"of": definition["principal"]})["issueKey"]
        roles = [str(role) for role in definition["roles"]]
        kinds = ", ".join(str(kind).lower() for kind in definition.get("approves", ()))
        may = " and ".join(roles) + (f" ({kinds})" if kinds else "")
        return cls(definition["display_name"], may, str(succeeded(issued)["secret"]))


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Let a termination end the demo as Ctrl-C does: its server must not outlive it."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _server(data: Path, port: int) -> Iterator[str]:
    """Serve the data directory by a process of its own, and end it afterwards by its own handle."""
    log = data / "server.log"
    environment = {
        **os.environ,
        "LINEWARD_DATA_DIR": str(data),
        "LINEWARD_PORT": str(port),
        "LINEWARD_HOST": "127.0.0.1",
    }
    with _ended_as_by_ctrl_c(), log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "catalog.cli", "serve"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
        try:
            yield _address(process, data, log)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[bytes], data: Path, log: Path) -> str:
    with _status("starting the server"):
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if process.poll() is not None:
                break
            if (url := served_at(data)) is not None:
                return url
            time.sleep(0.1)
    raise OperatorError("The demo's server did not start.", action=f"Its log says why: {log}")


def _verified(path: Path, vkey: str) -> bool:
    result = verify(path.read_bytes(), vkey)
    found = [f"{path}: {result.verdict}"]
    for status, words in (("PASS", "pass"), ("FAIL", "fail"), ("NOT VERIFIED", "not verified")):
        names = [check.name for check in result.checks if check.status == status]
        if names:
            found.append(f"{len(names)} {words}" + ("" if status == "PASS" else f" ({', '.join(names)})"))
    print_line("  " + ", ".join(found))
    return result.ok


_WORTH_A_LOOK = (("explorer", ""), ("its findings", "explorer/findings"), ("its ledger", "explorer/ledger"))


def _farewell(explorer: str | None, data: Path, place: Path, output: Path, seconds: float) -> None:
    out.print()
    rows = [
        *([] if explorer is None else [(what, f"{explorer}{page}") for what, page in _WORTH_A_LOOK]),
        ("reports", str(output.resolve())),
        ("ledger and graph", str(data)),
        ("the pipeline's data", str(place / "pipeline")),
        ("took", f"{seconds:.0f} s"),
    ]
    print_table("Where everything is", ("what", "where"), rows)


def _invite(people: list[_Person], catalog: str) -> None:
    """Print the line by which a shell acts as each of them; it is pasted as it is."""
    out.print()
    out.print("Act as one of them: paste a line, then try `lineward lineage readmission@2.0.0`", style="bold")
    for one in people:
        print_line(f"  # {one.name}: {one.may}")
        print_line(f"  export {catalog} LINEWARD_KEY={one.key}")


@contextmanager
def _status(label: str) -> Iterator[Status | None]:
    if not err.is_terminal:
        yield None
        return
    with err.status(label) as status:
        yield status


def _show(status: Status | None, line: str) -> None:
    if status is not None:
        status.update(Text(escape_hidden(line)))
    note(f"  {line}")


def _wait() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        note("Ending.")
