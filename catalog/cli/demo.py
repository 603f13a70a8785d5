"""`lineward demo`: a server of its own, a small clinical pipeline, three questions, a dossier of each model version."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.status import Status
from rich.text import Text

from catalog.cli.client import Client, ask, checked, connect, served_at, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.ending import fail
from catalog.cli.options import settings_for
from catalog.cli.output import err, note, out, print_line, print_table, short
from catalog.cli.report import FORMS, write_report
from catalog.cli.target import Target
from catalog.errors import Exit, OperatorError
from graph_schema.characters import escape_hidden
from reports.kinds import MODEL_DOSSIER
from reports.verify import verify

_WIDE = 100
"""Columns of the tables: what is read along with the answers is not as wide as a log."""
_START_SECONDS = 60
_STOP_SECONDS = 30
_ADMIN_RECORD = {
    "kind": "define_principal",
    "principal": "demo-admin",
    "display_name": "Testadmin Omega",
    "title": "Administrator of the catalog",
    "organisation": "Sampletown General",
    "principal_kind": "PERSON",
    "roles": ["admin", "auditor"],
}

_FEEDS = f"""
query Feeds($of: [ID!]!, $atLeast: Int!) {{
  lineage(input: {{ of: $of, direction: UPSTREAM, depth: 50, atLeast: $atLeast }}) {{ __typename
    ... on Problem {{ code message }}
    ... on LineageGraph {{
      nodes(first: 500) {{ nodes {{ id depth asset {{ name ref {{ namespace }} ...Described
        ... on DatasetState {{ of {{ ...Described }} }} ... on Snapshot {{ of {{ ...Described }} }} }} }} }}
      edges(first: 500) {{ nodes {{ from to kind job {{ id name }} run {{ runId runState endedAt }}
        attestations {{ method attestedBy inForce }} }} }}
      {FIELDS} }} }}
}}
fragment Described on Dataset {{
  zone sourceSystem {{ name kind }} deidentificationState labels {{ phiKind column }}
}}
"""
_SNAPSHOT = """
query Snapshot($digest: Digest!) { snapshot(digest: $digest) { __typename ... on Problem { code message }
  ... on Snapshot { id name digest sealed
    trainedModelVersions { id name version registration { metrics { name value split } }
      approvals { approvalKind approvalState decisions { printedName decision reason } } } } } }
"""
_ISSUE = """
mutation Issue($of: String!) { issueKey(principal: $of) { __typename ... on IssuedKey { secret }
  ... on Problem { code message } } }
"""
_ATTEMPTS = """
query Attempts($of: [ID!]!) { lineage(input: { of: $of, direction: UPSTREAM, depth: 50, includeAttempts: true }) {
  ... on LineageGraph { edges(first: 500) { nodes { attempt job { name } run { runId runState endedAt } } } } } }
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
    with _server(data, port) as url:
        note(f"Lineward serves {url}, data in {data}")
        with _status("running the pipeline") as status:
            outcome = run_pipeline(url, place / "pipeline", keys, lambda line: _show(status, line))
        with connect(Target(settings, url), admin) as client:
            size = checked(client.request("GET", "health/ready")).json()["ledger"]["size"]
            failed = _answers(client, outcome, size - 1)
            out.print()
            out.print("Model provenance dossiers", style="bold")
            vkey = checked(client.request("GET", "api/v1/ledger/keys")).text.splitlines()[0]
            for one in outcome.versions:
                written = write_report(
                    client, MODEL_DOSSIER, f"{outcome.model.name}@{one.version}", output, list(FORMS), {}
                )
                failed |= sum(_verified(path, vkey) for path in written) < len(written)
        explorer = None if once else f"{url}/graphql"
        _farewell(explorer, data, place, output, time.monotonic() - began)
        folder = shlex.quote(str(data.absolute()))
        _invite(people, f"LINEWARD_DATA_DIR={folder}" if once else f"LINEWARD_URL={url}")
        if not once:
            note("The server goes on until Ctrl-C.")
            _wait()
    return Exit.FINDING if failed else Exit.FINE


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
        checked(client.request("POST", "api/v1/records", json=definition))
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


def _answers(client: Client, outcome: Any, at_least: int) -> bool:  # noqa: ANN401  the example's own outcome
    """Ask the three questions of the newest training snapshot, and print what comes back."""
    newest = outcome.versions[-1]
    snapshot = succeeded(ask(client, _SNAPSHOT, {"digest": newest.training_digest})["snapshot"])
    graph = succeeded(ask(client, _FEEDS, {"of": [snapshot["id"]], "atLeast": at_least})["lineage"])
    nodes = {node["id"]: node for node in graph["nodes"]["nodes"]}
    edges = graph["edges"]["nodes"]
    fed = {edge["to"] for edge in edges}
    feeds = [node for node in nodes.values() if node["id"] not in fed]
    out.print()
    print_table(
        f"1. Which raw feeds produced the training snapshot {short(newest.training_digest)} of {snapshot['name']}?",
        ("feed", "source system", "kind", "zone", "state", "PHI"),
        [_feed(node) for node in sorted(feeds, key=lambda node: str(node["asset"]["name"]))],
        most=_WIDE,
    )
    warn(graph["completeness"])
    attempts = ask(client, _ATTEMPTS, {"of": [snapshot["id"]]})["lineage"]["edges"]["nodes"]
    out.print()
    jobs = _jobs([*edges, *(edge for edge in attempts if edge["attempt"])])
    columns = ("job", "its run ended", "how", "attested by")
    print_table("2. Which jobs produced it?", columns, jobs, yielding=("job",), most=_WIDE)
    attested = any(row[-1] for row in jobs)
    note(
        "  Attested means that an authorised person vouched for the step that removes identifiers"
        + ("." if attested else ": of these runs nobody did.")
    )
    out.print()
    trained = [(each, one.training_digest) for one in outcome.versions for each in _trained(client, one)]
    print_table(
        "3. Which model versions were trained on it, and on the one before?",
        ("model version", "training snapshot", "metrics"),
        [(each["name"], short(digest), _metrics(each)) for each, digest in reversed(trained)],
        most=_WIDE,
    )
    _explain_metrics([each for each, _ in trained])
    out.print()
    rows = [row for each, _ in reversed(trained) for row in _approvals(each)]
    print_table("   Who approved them?", ("model version", "approval", "status", "by", "why"), rows, most=_WIDE)
    if any(status == "ABSTAINED" for _, _, status, *_ in rows):
        note("  An abstention decides nothing: the request stays open until somebody else approves or denies.")
    return not (feeds and snapshot["trainedModelVersions"])


def _feed(node: dict[str, Any]) -> tuple[object, ...]:
    asset = node["asset"]
    about = asset.get("of") or asset
    system = about.get("sourceSystem") or {}
    kinds = sorted({label["phiKind"] for label in about.get("labels") or ()})
    return (
        asset["name"],
        system.get("name"),
        system.get("kind"),
        about.get("zone"),
        about.get("deidentificationState"),
        kinds,
    )


def _trained(client: Client, version: Any) -> list[dict[str, Any]]:  # noqa: ANN401  the example's own version
    """Return the model versions that were trained on the snapshot of this one."""
    snapshot = succeeded(ask(client, _SNAPSHOT, {"digest": version.training_digest})["snapshot"])
    found: list[dict[str, Any]] = snapshot["trainedModelVersions"]
    return found


def _jobs(edges: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    rows: dict[tuple[str, str], tuple[object, ...]] = {}
    for edge in edges:
        job, run = (edge["job"] or {}).get("name"), edge["run"] or {}
        if job is not None:
            attested = sorted({step["attestedBy"] for step in edge.get("attestations") or () if step["inForce"]})
            row = (job, run.get("endedAt"), str(run.get("runState") or "").lower(), attested)
            rows.setdefault((job, run.get("runId", "")), row)
    return [rows[key] for key in sorted(rows)]


def _metrics(version: dict[str, Any]) -> list[str]:
    return [f"{one['name']} {one['value']}" for one in (version["registration"] or {}).get("metrics", ())]


def _explain_metrics(versions: list[dict[str, Any]]) -> None:
    """Say why a Brier score is the same for two versions, where it is."""
    scores = [one for version in versions for one in _metrics(version) if one.startswith("brier ")]
    if len(scores) > len(set(scores)):
        note(
            "  The Brier score is the same by chance: each version was measured on other people. brier_skill holds it "
            "against how often those are readmitted; higher is better."
        )


def _approvals(version: dict[str, Any]) -> list[tuple[str, str, str, str | None, str | None]]:
    """Return a row for each approval that was asked for: of which version, which, how it stands, by whom, why."""
    rows = []
    for one in version["approvals"]:
        newest = one["decisions"][-1] if one["decisions"] else {}
        kind = str(one["approvalKind"]).lower()
        rows.append((version["name"], kind, one["approvalState"], newest.get("printedName"), newest.get("reason")))
    return rows


def _verified(path: Path, vkey: str) -> bool:
    result = verify(path.read_bytes(), vkey)
    found = [f"{path}: {result.verdict}"]
    for status, words in (("PASS", "pass"), ("FAIL", "fail"), ("NOT VERIFIED", "not verified")):
        names = [check.name for check in result.checks if check.status == status]
        if names:
            found.append(f"{len(names)} {words}" + ("" if status == "PASS" else f" ({', '.join(names)})"))
    print_line("  " + ", ".join(found))
    return result.ok


def _farewell(explorer: str | None, data: Path, place: Path, output: Path, seconds: float) -> None:
    out.print()
    rows = [
        *([] if explorer is None else [("explorer", explorer)]),
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
