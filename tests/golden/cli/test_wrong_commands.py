"""What people type wrongly, and what they are told: each answer is one file's paragraph, seen in review."""

from __future__ import annotations

import json
import re
import shlex
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import command
from tests.support.golden import check_golden
from tests.support.records import (
    DIGEST,
    MANIFEST,
    SIGNER_KEY,
    declaration,
    event,
    principal,
    registration,
    request,
    seal,
)
from tests.support.typed import Typed, typed

NOBODY = "http://127.0.0.1:9"
GRAPHQL, PYTHON = ("enum", "$filter", "$input", "graphql", "Variable"), ("Error", "Errno", "Traceback", "None", "nput ")
ROLES = ("engineer", "steward", "auditor", "emitter", "admin")

WRONG = r"""
# Options
lineward serach
lineward graph schemas
lineward search --knd dataset
lineward search --kind datasets
lineward search --zone landng
lineward search --phi direct
lineward search --deidentification anonymous
lineward search --purpose fun
lineward search --filter zone
lineward search --filter zne=LANDING
lineward search --filter zone=nowhere
lineward search --filter finding=RETENTION
lineward search --lies-in nowhere
lineward search --gap ownr
lineward search --count zne
lineward search --first 0
lineward search --first many
lineward search --first 501
lineward search --after nonsense
lineward search one two
lineward lineage
lineward lineage visits --direction sideways
lineward lineage visits --grain atom
lineward lineage visits --depth -1
lineward lineage visits --depth 101
lineward lineage visits --budget 0
lineward ingest --batch 0 events.ndjson
lineward report readmission@1 --format docx
lineward diff 'landing visits' --from-valid-at yesterday
lineward history 'landing visits' ownr
lineward due --lies-in nowhere
lineward due --retention scrtch
lineward due --then burn
lineward findings --rule retention
lineward findings --rule everything
lineward graph rebuild --url http://127.0.0.1:8080
lineward quarantine list --cause polcy
lineward quarantine release 0
lineward ledger erase 1
lineward ledger proof
lineward ledger proof first
lineward ledger entries
lineward ledger proof -- -1
lineward key create
lineward serve --port 99999

# Times
lineward lineage 'landing visits' --valid-at yesterday
lineward lineage 'landing visits' --valid-at 2026-13-01T00:00:00Z
lineward lineage 'landing visits' --valid-at 2026-01-31
lineward lineage 'landing visits' --known-at 2026-01-31T12:00:00
lineward lineage 'landing visits' --known-at-index 9999
lineward lineage 'landing visits' --known-at-index -1
lineward lineage 'landing visits' --known-at-index 1 --known-at 2026-01-31T12:00:00Z
lineward report readmission@1 --valid-at tomorrow
lineward report readmission@1 --known-at-index 9999
lineward report readmission@1 --known-at-index 0
lineward ledger proof 9999
lineward ledger entries --about nowhere
lineward ledger entries --about Dataset:nothing

# Names
lineward lineage ''
lineward lineage '*'
lineward lineage 'nobody knows'
lineward lineage vists
lineward lineage landing/vists
lineward lineage visits
lineward lineage readmission@3
lineward lineage 'models readmission@3'
lineward lineage readmissoin@1
lineward lineage Dataset:nope
lineward lineage sha256:00
lineward lineage sha256:0000000000000000
lineward lineage sha256:DIGITS
lineward lineage DIGITS…
lineward report readmission
lineward report nothing@1
lineward report 'landing visits'
lineward access decisions --from 2031-02-01T00:00:00Z --to 2031-01-01T00:00:00Z
lineward access export --from 2031-02-01T00:00:00Z --to 2031-01-01T00:00:00Z
lineward report model-dossier
lineward report readmission@1 --access-days 30
lineward report dataset-dossier 'landing visits' --access-days 0
lineward report approvals-period
lineward report approvals-period 2031-04-01..2031-01-01
lineward report approvals-period yesterday
lineward report dataset-dossier
lineward report dataset-dossier readmission@1
lineward report approvals
lineward report audit readmission@1
lineward report one two three

# Catalogs
lineward search --data-dir nowhere
lineward search --data-dir empty
lineward search --data-dir text.txt
lineward search --data-dir catalog --url http://127.0.0.1:9
lineward search --url http://127.0.0.1:9
lineward search --url http://127.0.0.1:OTHER
lineward search --url 127.0.0.1:8080
lineward search --url ftp://127.0.0.1
lineward search --url http://127.0.0.1:99999
lineward search --url http://user:word@127.0.0.1
LINEWARD_URL='"http://127.0.0.1:8080"' lineward search
LINEWARD_URL=localhost:8080 lineward search
LINEWARD_URL=http://127.0.0.1:8080 lineward graph rebuild
LINEWARD_ALLOWED_HOSTS=https://catalog.example lineward search
LINEWARD_PORT=many lineward search
LINEWARD_PROT=1 lineward search
LINEWARD_STORE=postgres lineward search
LINEWARD_PREFIX=lineward lineward search
LINEWARD_CONFIG=nowhere.toml lineward search
LINEWARD_NEO4J_URI=http://127.0.0.1 lineward search

# Keys
lineward record declaration.json
LINEWARD_KEY=lw_aaaaaaaaaa_unknown lineward record declaration.json
LINEWARD_KEY='lw_aaaaaaaaaa_unknown\n' lineward record declaration.json
LINEWARD_KEY='"lw_aaaaaaaaaa_unknown"' lineward record declaration.json
LINEWARD_KEY='Bearer lw_aaaaaaaaaa_unknown' lineward record declaration.json
LINEWARD_KEY=Schlüssel lineward record declaration.json
LINEWARD_KEY=EMITTER lineward record declaration.json
LINEWARD_KEY=AUDITOR lineward ingest events.ndjson
LINEWARD_KEY=ENGINEER lineward ledger erase 1 --reason r --authority a --yes
LINEWARD_KEY=ENGINEER lineward key create new-1 --role auditor
lineward key create new-1 --role king
lineward key create new-1 --role approver --approves ethics
lineward key create new-1 --role auditor --kind robot
lineward key create new-1
lineward key create steward-1 --role auditor
lineward key revoke aaaaaaaaaa
lineward ledger erase 1 --reason r --authority a

# Events
lineward ingest nowhere.ndjson
lineward ingest folder
LINEWARD_KEY=EMITTER lineward ingest text.txt
lineward ingest binary.bin
LINEWARD_KEY=EMITTER lineward ingest broken.json
LINEWARD_KEY=EMITTER lineward ingest broken.ndjson
LINEWARD_KEY=EMITTER lineward ingest declaration.json
lineward ingest nameless.ndjson

# Redaction
lineward redact nowhere.ndjson
lineward redact broken.ndjson
lineward redact events.ndjson --show-values
lineward redact events.ndjson --rules nowhere.toml
lineward redact events.ndjson --rules text.txt
lineward redact events.ndjson --rules lax.toml
lineward redact events.ndjson --token-key text.txt
lineward redact events.ndjson --output text.txt

# Records
lineward record nowhere.json
lineward record folder
lineward record empty.ndjson
lineward record list.json
lineward record text.txt
lineward record number.json
lineward record binary.bin
lineward record broken.json
lineward record broken.ndjson
lineward mappings --try nowhere.json
lineward mappings --try list.json
lineward mappings --try events.ndjson
lineward record events.ndjson
LINEWARD_KEY=STEWARD lineward record unknown-kind.json
LINEWARD_KEY=STEWARD lineward record unknown-field.json
LINEWARD_KEY=STEWARD lineward record unknown-zone.json
LINEWARD_KEY=STEWARD lineward record missing-name.json
LINEWARD_KEY=STEWARD lineward record wrong-time.json
LINEWARD_KEY=STEWARD lineward record wrong-size.json
LINEWARD_KEY=STEWARD lineward record second-is-wrong.ndjson
lineward record --dry-run declaration.json
lineward record --file declaration.json declaration.json
lineward record --file nowhere.yaml
lineward record --file empty.ndjson
LINEWARD_KEY=STEWARD lineward record --file unknown-zone.json
LINEWARD_KEY=STEWARD lineward record --file second-is-wrong.ndjson
lineward record --file events.ndjson
lineward record --file broken.json
lineward record --file binary.bin
lineward export datasets --format xml

# Snapshots
LINEWARD_KEY=STEWARD lineward snapshot seal
LINEWARD_KEY=STEWARD lineward snapshot seal 'landing visits'
LINEWARD_KEY=STEWARD lineward snapshot seal 'landing visit' .
LINEWARD_KEY=STEWARD lineward snapshot seal 'landing visits' nowhere
LINEWARD_KEY=STEWARD lineward snapshot seal 'landing visits' one two
LINEWARD_KEY=STEWARD lineward snapshot seal 'landing visits' no-such://bucket/path
LINEWARD_KEY=STEWARD lineward snapshot seal 'landing visits' . --role trainig
LINEWARD_KEY=STEWARD lineward snapshot seal 'landing visits' . --foreign delta
LINEWARD_KEY=STEWARD lineward snapshot seal 'landing visits' . --first-day 2026-01-01
LINEWARD_KEY=STEWARD lineward snapshot seal 'landing visits' . --rows many
LINEWARD_KEY=STEWARD lineward snapshot verify 'landing visits' .
LINEWARD_KEY=STEWARD lineward snapshot verify sha256:abc .
lineward snapshot verify
lineward snapshot verify 'landing visits'
lineward snapshot verify 'landing visits' . --within 30
lineward snapshot verify 'landing visits' . --due
lineward snapshot verify --due --within 0
lineward snapshot replay
lineward snapshot replay 'landing visits'
lineward snapshot replay 'landing visits' --feature-set-version 4
lineward snapshot list
lineward snapshot list 'landing visit'
lineward snapshot compare 'landing visits'
lineward snapshot compare 'landing visits' 'curated visits'
lineward snapshot due --within 0
lineward snapshot due --before soon

# Models
lineward import mlflow
lineward import mlflow nowhere --dry-run
lineward import mlflow sqlite:///nowhere.db --dry-run
lineward import mlflow sqlite:///text.txt --dry-run
lineward import mlflow https://mlflow.example.org
lineward model sign nowhere --key text.txt
lineward model sign text.txt --key nowhere.pem
lineward model sign text.txt --key text.txt
lineward model sign text.txt --key text.txt --new-key
lineward model sign text.txt
LINEWARD_KEY=STEWARD lineward model register-key nowhere.pem --key-holder releases
LINEWARD_KEY=ADMIN lineward model register-key text.txt --key-holder releases
LINEWARD_KEY=ADMIN lineward model register-key binary.bin --key-holder releases
LINEWARD_KEY=ADMIN lineward model register-key private.pem --key-holder releases
LINEWARD_KEY=STEWARD lineward model register-key public.pem --key-holder releases
LINEWARD_KEY=ADMIN lineward model register-key text.txt --key-holder releases --identity https://example.org/w
LINEWARD_KEY=ADMIN lineward model register-key text.txt --key-holder releases --identity https://example.org/w --issuer https://example.org
LINEWARD_KEY=ADMIN lineward model register-key public.pem --key-holder releases --until 2020-01-01T00:00:00Z
LINEWARD_KEY=ADMIN lineward model register-key public.pem --key-holder releases --from soon
LINEWARD_KEY=ADMIN lineward model verify nothing@1
LINEWARD_KEY=ADMIN lineward model verify 'landing visits'
LINEWARD_KEY=ADMIN lineward model verify readmission@1 --known-at-index 1
LINEWARD_KEY=ADMIN lineward model versions
LINEWARD_KEY=ADMIN lineward model versions nothing
LINEWARD_KEY=ADMIN lineward model versions readmission --known-at-index 0
LINEWARD_KEY=ADMIN lineward model live
LINEWARD_KEY=ADMIN lineward model live readmission@1
LINEWARD_KEY=ADMIN lineward model live --source nothing
LINEWARD_KEY=ADMIN lineward model running
LINEWARD_KEY=ADMIN lineward model rollback-target
LINEWARD_KEY=ADMIN lineward approvals list --state decided
LINEWARD_KEY=ADMIN lineward approvals list --kind nobody
LINEWARD_KEY=ADMIN lineward approvals show 0
LINEWARD_KEY=ADMIN lineward approvals show readmission

# Reports
lineward verify nowhere.pdf
lineward verify folder
lineward verify text.txt
lineward verify empty.ndjson
lineward verify declaration.json
lineward verify garbled.pdf
lineward verify text.txt --key nonsense
lineward verify text.txt --key text.txt
lineward report readmission@1 --output text.txt
lineward report readmission@1 --output text.txt/below
lineward ledger verify --checkpoint nowhere.txt
lineward ledger verify --checkpoint text.txt

# Backups
lineward backup folder
lineward backup text.txt
lineward restore nowhere
lineward restore text.txt
lineward restore folder --data-dir new
lineward restore folder --accept-loss
lineward restore folder
"""
SERVING = """
lineward serve --port TAKEN
lineward serve --host nowhere.invalid
lineward serve --host 192.0.2.1
lineward serve --host 0.0.0.0 --data-dir new
lineward serve --data-dir text.txt
"""


class _Foreign(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(404)
        self.end_headers()
        self.wfile.write(b"<h1>Not found</h1>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def other() -> Iterator[int]:
    """The port of a server that is no catalog."""
    server = HTTPServer(("127.0.0.1", 0), _Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def _files(place: Path) -> None:
    declared = {"kind": "declare_dataset", "dataset": {"namespace": "landing", "name": "visits"}, "owner": "cardiology"}
    texts = {
        "events.ndjson": json.dumps(event()) + "\n",
        "nameless.ndjson": "{}\n",
        "declaration.json": json.dumps(declared, indent=2),
        "empty.ndjson": "\n \n",
        "list.json": "[]",
        "number.json": "[1]",
        "text.txt": "hello\n",
        "broken.json": '{\n  "kind": "tag",\n  "dataset": {,\n}\n',
        "broken.ndjson": '{"kind": "tag"}\n{"kind": "tag"\n',
        "lax.toml": '[[rule]]\nname = "ours"\nplace = "errorMessage/message"\naction = "keep"\n',
        "unknown-kind.json": json.dumps({**declared, "kind": "declare_datset"}),
        "unknown-field.json": json.dumps({**declared, "ownr": "cardiology"}),
        "unknown-zone.json": json.dumps({**declared, "zone": "LANDNG"}),
        "missing-name.json": json.dumps({**declared, "dataset": {"namespace": "landing"}}),
        "wrong-time.json": json.dumps({**declared, "valid_from": "yesterday"}),
        "wrong-size.json": json.dumps({**seal(), "manifest": [MANIFEST[0], {**MANIFEST[1], "size": "big"}]}),
        "second-is-wrong.ndjson": json.dumps(declared) + "\n" + json.dumps({**declared, "zone": 7}) + "\n",
    }
    for name, text in texts.items():
        (place / name).write_text(text)
    (place / "binary.bin").write_bytes(bytes(range(256)))
    (place / "private.pem").write_bytes(SIGNER_KEY.private_pem)
    (place / "public.pem").write_bytes(SIGNER_KEY.public_pem)
    (place / "garbled.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 8)
    (place / "folder").mkdir()
    (place / "folder" / "file").write_text("there already")
    (place / "empty").mkdir()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files of all kinds and a catalog, whose people have keys."""
    place = tmp_path_factory.mktemp("wrong")
    _files(place)
    folder = place / "catalog"
    said = [event("START", "2026-01-01T09:00:00Z"), event(version={"datasetVersion": DIGEST})]
    sent = typed(folder, "ingest", "--new", stdin="\n".join(map(json.dumps, said)).encode())
    assert sent.code == 0, sent.err
    copied = {**seal(), "dataset": {"namespace": "copied", "name": "stays"}}
    records = [declaration(), declaration(dataset=copied["dataset"]), seal(), copied, registration()]
    records += [registration(version="2"), request()]
    written = typed(folder, "record", stdin="\n".join(map(json.dumps, records)).encode())
    assert written.code == 0, written.err
    for role in ROLES:
        made = typed(folder, "record", stdin=json.dumps(principal(f"{role}-1", role)).encode())
        assert made.code == 0, made.err
    return place


@pytest.fixture(scope="module")
def keys(place: Path) -> dict[str, str]:
    """The keys, by what stands for them above; from now on every request needs one."""
    made = {
        role.upper(): json.loads(typed(place / "catalog", "key", "create", f"{role}-1", "--json").out)["key"]
        for role in ROLES
    }
    assert all(made.values())
    return made


def _typed(place: Path, line: str, words: dict[str, str]) -> Typed:
    environment: dict[str, Any] = {}
    arguments = shlex.split(line)
    while "=" in arguments[0]:
        name, _, value = arguments.pop(0).partition("=")
        environment[name] = words.get(value, value.replace("\\n", "\n"))
    return typed(place / "catalog", *(words.get(word, word) for word in _filled(arguments[1:], words)), **environment)


def _filled(arguments: list[str], words: dict[str, str]) -> list[str]:
    for name in ("OTHER", "DIGITS"):
        arguments = [word.replace(name, words[name]) for word in arguments]
    return arguments


def _shown(answer: Typed, place: Path, words: dict[str, str]) -> str:
    lines = [line.rstrip() for line in answer.printed.splitlines() if not line.startswith("catalog: ")]
    text = "\n".join(lines).replace(str(place), "~")
    for name in ("OTHER", "DIGITS", "TAKEN"):
        text = text.replace(words.get(name, name), name)
    return re.sub(r"[A-Z]\w+:[a-z2-7]{26}", "ID", text)


def _wrong(answer: Typed, shown: str) -> str | None:
    """Return what is wrong with an answer, None where nothing is."""
    if answer.code not in {1, 2, 3} or "inside Lineward" in shown or not shown:
        return "it does not end as a command that says what is wrong"
    if words := [word for word in (*GRAPHQL, *PYTHON) if word in shown]:
        return f"it speaks of {', '.join(words)}"
    said = [each for each in answer.err.splitlines() if each.startswith("lineward: ")]
    if answer.code != 1 and not (len(said) == 1 and said[0].endswith((".", "?", ")"))):
        return "it is not one sentence"
    return None


def _sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for block in WRONG.strip().split("\n# "):
        title, *lines = block.removeprefix("# ").strip().splitlines()
        found[title] = lines
    return found


def _paragraph(line: str, shown: str, code: int) -> str:
    return f"$ {line}\n{shown}\n[exit {code}]\n"


SECTIONS = _sections()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("section", SECTIONS)
def test_every_wrong_command_is_told_in_a_sentence_what_to_do(
    place: Path, keys: dict[str, str], other: int, monkeypatch: pytest.MonkeyPatch, section: str
) -> None:
    monkeypatch.chdir(place)
    words = {**keys, "OTHER": str(other), "DIGITS": DIGEST.removeprefix("sha256:")[:16]}
    typed_in = [(line, _typed(place, line, words)) for line in SECTIONS[section]]
    answers = [(line, answer, _shown(answer, place, words)) for line, answer in typed_in]
    problems = [f"{line}: {wrong}: {shown}" for line, answer, shown in answers if (wrong := _wrong(answer, shown))]
    assert problems == []
    text = "\n".join(_paragraph(line, shown, answer.code) for line, answer, shown in answers)
    check_golden(Path("cli") / f"{section.lower().replace(' ', '_')}.txt", text)


def test_a_server_that_cannot_begin_is_told_why_in_a_sentence(place: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        words = {"TAKEN": str(taken.getsockname()[1]), "new": str(place / "new"), "text.txt": str(place / "text.txt")}
        answers = []
        for line in SERVING.split("\n")[1:-1]:
            done = command(place / "catalog", *(words.get(word, word) for word in shlex.split(line)[1:]))
            answer = Typed(done.returncode, done.stdout.decode(), done.stderr.decode())
            answers.append((line, answer, _shown(answer, place, words)))
    assert [wrong for _, answer, shown in answers if (wrong := _wrong(answer, shown))] == []
    text = "\n".join(_paragraph(line, shown, answer.code) for line, answer, shown in answers)
    check_golden(Path("cli/serving.txt"), text)


def test_at_least_a_hundred_mistakes_are_held() -> None:
    lines = [line for section in SECTIONS.values() for line in section]
    assert len(lines) >= 100
    assert len(set(lines)) == len(lines)
