"""`lineward demo`: a server of its own, a small clinical pipeline, seven questions, a dossier of each model version."""

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
from graph_schema.nodes import Dataset, ModelVersion
from reports.kinds import MODEL_DOSSIER
from reports.verify import verify

_WIDE = 80
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
_LABELS = """
query Labels($asset: ID!, $column: String, $asOf: AsOfInput) {
  effectiveLabels(asset: $asset, column: $column, asOf: $asOf) { __typename ... on Problem { code message }
    ... on EffectiveLabels {
      labels { phiKind codes { code } way { originColumn originAsset { name } hops { targetColumn } } }
      cleared { phiKind column sourceColumn codes { code } entry } } } }
"""
_MAY_USE = """
query MayUse($input: UseQuestionInput!, $asOf: AsOfInput) { mayUse(input: $input, asOf: $asOf) { __typename
  ... on Problem { code message }
  ... on MayUse { decision deciding { reasons { text } } } } }
"""
_FINDINGS = """
query Findings($filter: FindingFilter!) { findings(filter: $filter) { __typename ... on Problem { code message }
  ... on Findings { page { nodes { rule name text findingState trueSince trueUntil } } } } }
"""
_ENVIRONMENT = "silent-trial"
_REQUIREMENTS = f"""gate: 1
cases:
  # A trial on the wards of the house whose data it is: what only a release needs is shown, and does not block.
  - environments: [{_ENVIRONMENT}]
    require:
      [INPUTS_SEALED, INPUTS_VERIFIED, USE_TRAINING, USE_DEPLOYMENT, RESIDENCY, APPROVALS, ENVIRONMENT,
       EVALUATION_LOCKED, EVALUATION_APART, PARENT_MODELS, METRICS, VIEW_COMPLETE, POLICIES, FINDINGS]
"""
_GATE = """
query Gate($input: GateInput!, $asOf: AsOfInput) { gate(input: $input, asOf: $asOf) { __typename
  ... on Problem { code message }
  ... on Gate { verdict checks { check required outcome reasons { text } } } } }
"""
_DECIDED = """
query Decided($id: ID!) { node(id: $id) { ... on ModelVersion { approvals { decisions { entry } } } } }
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
    steward = next(keys[one.key] for one in principals if "steward" in one.roles)
    with _server(data, port) as url:
        note(f"Lineward serves {url}, data in {data}")
        with connect(Target(settings, url), steward) as client:
            checked(client.request("POST", "api/v1/records", json=_published(_REQUIREMENTS)))
        with _status("running the pipeline") as status:
            outcome = run_pipeline(url, place / "pipeline", keys, lambda line: _show(status, line))
        with connect(Target(settings, url), admin) as client:
            size = checked(client.request("GET", "health/ready")).json()["ledger"]["size"]
            failed = _answers(client, outcome, size - 1)
            failed |= _labels(client, outcome)
            failed |= _use(client, outcome)
            failed |= _findings(client, outcome)
            failed |= _gate(client, outcome)
            out.print()
            out.print("Model provenance dossiers", style="bold")
            vkey = checked(client.request("GET", "api/v1/ledger/keys")).text.splitlines()[0]
            for one in outcome.versions:
                written = write_report(
                    client, MODEL_DOSSIER, f"{outcome.model.name}@{one.version}", output, list(FORMS), {}
                )
                failed |= sum(_verified(path, vkey) for path in written) < len(written)
        explorer = None if once else f"{url}/"
        _farewell(explorer, data, place, output, time.monotonic() - began)
        folder = shlex.quote(str(data.absolute()))
        _invite(people, f"LINEWARD_DATA_DIR={folder}" if once else f"LINEWARD_URL={url}")
        if not once:
            note("The server goes on until Ctrl-C.")
            _wait()
    return Exit.FINDING if failed else Exit.FINE


def _published(requirements: str) -> dict[str, Any]:
    """Return the record by which a site says what its release gate requires."""
    files = [{"path": "gate.yaml", "text": requirements}]
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


_SHOWN = ("person_key", "age", "zip3")
"""The training columns of which the demo tells what is in them: made of a record number, a birth date and a ZIP."""


def _labels(client: Client, outcome: Any) -> bool:  # noqa: ANN401  the example's own outcome
    """Ask what of the feeds' identifiers is in training columns as of each version, and print it."""
    training, deidentified = (_id_of(one) for one in (outcome.training, outcome.deidentified))
    points = [{"knownAtIndex": one.approval_requests[-1]} for one in outcome.versions]
    rows = []
    for column in _SHOWN:
        cells = []
        for point in points:
            held = _labels_of(client, training, column, point)["labels"]
            cleared = _labels_of(client, deidentified, None, point)["cleared"]
            cells.append(_held(column, held, cleared))
        rows.append((column, *cells))
    out.print()
    names = [f"as of {one.version}" for one in outcome.versions]
    print_table("4. Which identifiers of the feeds are in training columns?", ("column", *names), rows, most=_WIDE)
    note("  Letters are elements of 45 CFR 164.514(b)(2)(i). What was cleared for 1.0.0 is back for")
    note("  2.0.0: the attestation is of the first run and schema 1, not of the new column.")
    return not any("cleared" in row[1] for row in rows)


def _labels_of(client: Client, asset: str, column: str | None, point: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = succeeded(
        ask(client, _LABELS, {"asset": asset, "column": column, "asOf": point})["effectiveLabels"]
    )
    return found


def _held(column: str, labels: list[dict[str, Any]], cleared: list[dict[str, Any]]) -> str:
    """Return what flowed into a column and from where, and what was cleared on the way."""
    flowed = [
        f"{_letters(one)} of {one['way']['originAsset']['name']}.{one['way']['originColumn']}"
        for one in labels
        if one["phiKind"] != "DERIVED_FEATURE" and one["way"] is not None and one["way"]["hops"]
    ]
    gone = [
        f"{_letters(one)} of {one['sourceColumn']} cleared by #{one['entry']}"
        for one in cleared
        if one["phiKind"] != "DERIVED_FEATURE" and one["column"] == column and one["sourceColumn"]
    ]
    return "; ".join([*flowed, *gone]) or "nothing"


def _letters(one: dict[str, Any]) -> str:
    return "".join(code["code"] for code in one["codes"]) or "any"


def _use(client: Client, outcome: Any) -> bool:  # noqa: ANN401  the example's own outcome
    """Ask what the first version may be used for before and after the use of the claims was narrowed, and print it."""
    first = outcome.versions[0]
    of = ModelVersion(outcome.model.namespace, outcome.model.name, first.version).id
    rows = []
    for purpose in ("HOPERAT", "MLTRAINING"):
        asked = {
            "of": of,
            "purpose": purpose,
            "requester": {"organization": "NONPROFIT", "commercial": False},
        }
        before, now = (
            succeeded(ask(client, _MAY_USE, {"input": asked, "asOf": point})["mayUse"])
            for point in ({"knownAtIndex": outcome.narrowed_by - 1}, None)
        )
        text = next((reason["text"] for each in now["deciding"] for reason in each["reasons"]), None)
        rows.append((purpose, before["decision"], now["decision"], text))
    out.print()
    print_table(
        f"5. What may {first.version} be used for, before entry #{outcome.narrowed_by} narrowed it and now?",
        ("purpose", "before", "now", "why"),
        rows,
        most=_WIDE,
    )
    return not any(before != now for _, before, now, _ in rows)


def _findings(client: Client, outcome: Any) -> bool:  # noqa: ANN401  the example's own outcome
    """Ask which findings are open, and which on the training data have closed, and print them."""
    wanted = ({"states": ["OPEN"]}, {"states": ["CLOSED"], "subjects": [_id_of(outcome.training)]})
    found = [
        one
        for filter_ in wanted
        for one in succeeded(ask(client, _FINDINGS, {"filter": filter_})["findings"])["page"]["nodes"]
    ]
    out.print()
    print_table(
        "6. What is wrong, and what was?",
        ("rule", "on", "since (UTC)", "until"),
        [
            (
                one["rule"],
                one["name"].partition("://")[2] or one["name"],
                _hour(one["trueSince"]),
                _hour(one["trueUntil"]),
            )
            for one in found
        ],
        yielding=("on",),
        most=_WIDE,
    )
    return len({one["findingState"] for one in found}) < len(wanted)


def _gate(client: Client, outcome: Any) -> bool:  # noqa: ANN401  the example's own outcome
    """Ask the release gate of each version, of the first as it was approved and now, and print what blocks it."""
    first, second = (
        ModelVersion(outcome.model.namespace, outcome.model.name, one.version).id for one in outcome.versions
    )
    approvals = ask(client, _DECIDED, {"id": first})["node"]["approvals"]
    approved = max(one["entry"] for each in approvals for one in each["decisions"])
    names = [one.version for one in outcome.versions]
    asked = (
        (names[0], "when approved", first, approved),
        (names[0], "now", first, None),
        (names[1], "now", second, None),
    )
    rows, verdicts = [], []
    for name, when, of, known in asked:
        sent = {
            "of": of,
            "purpose": "HOPERAT",
            "place": "Sampletown General",
            "environment": _ENVIRONMENT,
            "requester": {"organization": "NONPROFIT", "commercial": False},
        }
        point = None if known is None else {"knownAtIndex": known}
        found = succeeded(ask(client, _GATE, {"input": sent, "asOf": point})["gate"])
        blocking = [one for one in found["checks"] if one["required"] and one["outcome"] != "PASS"]
        why = [f"{one['check'].lower().replace('_', ' ')}: {one['reasons'][0]['text']}" for one in blocking] or [
            "nothing"
        ]
        verdicts.append(found["verdict"])
        rows += [
            (name if place == 0 else "", when if place == 0 else "", found["verdict"] if place == 0 else "", text)
            for place, text in enumerate(why)
        ]
    out.print()
    print_table(
        "7. May they go on to a silent trial?", ("version", "asked", "gate", "what blocks it"), rows, most=_WIDE
    )
    note("  `lineward gate readmission 2.0.0 --purpose HOPERAT --place 'Sampletown General'` has every check.")
    return verdicts != ["PASS", "FAIL", "FAIL"]


def _hour(at: str | None) -> str:
    """Return the time of day, to the second, of a time in UTC; what has none is open."""
    return "open" if at is None else at[11:19]


def _id_of(dataset: Any) -> str:  # noqa: ANN401  the example's own dataset
    return Dataset(dataset.namespace, dataset.name).id


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
