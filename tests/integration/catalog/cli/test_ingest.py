"""Events out of files, folders and standard input, however compressed, each accounted for."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from catalog import app
from catalog.cli import ingest as command
from catalog.errors import Exit
from catalog.ledger.protocol import StoredEntry
from catalog.settings import load
from tests.support.records import declaration, event
from tests.support.typed import Typed, typed

RUNS = [f"0190d2e6-0000-7000-8000-{number:012}" for number in range(20)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "catalog"


def said(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Return so many different events, of some runs again and again."""
    return [
        event("RUNNING", f"2026-01-01T09:00:{number % 60:02}.{number:06}Z", run=RUNS[number % len(RUNS)])
        for number in range(first, first + count)
    ]


def lines(events: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in events)


def ingested(folder: Path, *arguments: str, stdin: bytes = b"") -> dict[str, Any]:
    answer = typed(folder, "ingest", "--new", "--json", *arguments, stdin=stdin)
    assert answer.code in {Exit.FINE, Exit.FINDING}, answer.printed
    found: dict[str, Any] = json.loads(answer.out)
    return found


def entries(folder: Path) -> list[StoredEntry]:
    ledger = app.read_ledger(load(data_dir=folder))
    try:
        return ledger.entries(0, 100_000)
    finally:
        ledger.close()


def bodies(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(stored.body or b"")["event"] for stored in entries(folder)]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress], ids=["plain", "gzip", "zstd"])
@pytest.mark.parametrize("form", [lines, lambda events: json.dumps(events).encode()], ids=["lines", "array"])
def test_what_is_compressed_is_told_by_its_bytes_in_files_and_in_standard_input(
    folder: Path, tmp_path: Path, pack: Callable[[bytes], bytes], form: Callable[[list[dict[str, Any]]], bytes]
) -> None:
    content = pack(form(said(30)))
    (tmp_path / "events").write_bytes(content)
    assert ingested(folder, str(tmp_path / "events"))["taken"] == 30
    assert bodies(folder) == said(30)
    assert ingested(folder, stdin=content) == {"received": 30, "taken": 0, "alreadyThere": 30, "refused": []}
    assert ingested(folder, "-", stdin=content)["alreadyThere"] == 30


def test_what_a_folder_holds_besides_event_files_is_passed_over_and_counted(folder: Path, tmp_path: Path) -> None:
    events = tmp_path / "events"
    (events / "below").mkdir(parents=True)
    (events / ".hidden").mkdir()
    (events / "a.ndjson").write_bytes(lines(said(3)))
    (events / "below" / "b.json.gz").write_bytes(gzip.compress(lines(said(2, 3))))
    for name in ("below/picture.png", "notes.txt", ".hidden/c.ndjson", ".d.ndjson"):
        (events / name).write_bytes(b"x")
    answer = typed(folder, "ingest", "--new", "--json", str(events))
    assert json.loads(answer.out)["taken"] == 5
    assert "2 files passed over" in answer.printed


def test_a_folder_that_cannot_be_looked_into_is_named_and_nothing_is_taken(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = tmp_path / "events"
    (events / "closed").mkdir(parents=True)
    (events / "a.ndjson").write_bytes(lines(said(3)))
    listed = os.scandir

    def refused(path: Any) -> Any:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refused)
    answer = typed(folder, "ingest", "--new", str(events))
    assert answer.code == Exit.OUTSIDE
    assert str(events / "closed") in answer.printed
    monkeypatch.undo()
    assert not folder.exists()


def test_compressed_parts_may_follow_one_another(folder: Path) -> None:
    for pack in (gzip.compress, zstd.compress):
        assert ingested(folder, stdin=pack(lines(said(3))) + pack(lines(said(4, 3))))["received"] == 7


def test_folders_are_read_with_all_below_them_in_order_and_patterns_too(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "archive"
    (place / "b").mkdir(parents=True)
    (place / ".hidden").mkdir()
    (place / "a.ndjson").write_bytes(lines(said(2)))
    (place / "b" / "c.json.gz").write_bytes(gzip.compress(json.dumps(said(2, 2)).encode()))
    (place / "b" / "d.JSONL.zst").write_bytes(zstd.compress(lines(said(2, 4))))
    (place / "notes.txt").write_text("no events")
    (place / ".hidden" / "e.ndjson").write_bytes(lines(said(2, 6)))
    assert ingested(folder, str(place))["received"] == 6
    assert bodies(folder) == said(6)
    assert ingested(folder, str(place / "**" / "*.gz"), str(place / "a.ndjson"))["alreadyThere"] == 4


def test_several_processes_keep_the_order_of_every_run(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "events.ndjson").write_bytes(lines(said(400)))
    found = ingested(folder, str(tmp_path / "events.ndjson"), "--processes", "2", "--batch", "10")
    assert found["taken"] == 400
    assert bodies(folder) == said(400)
    assert typed(folder, "ledger", "verify").code == Exit.FINE
    assert all(stored.entry.actor == "local" for stored in entries(folder))


def test_the_graph_follows_what_went_into_the_ledger_alone(folder: Path) -> None:
    ingested(folder, stdin=lines([event()]))
    assert "patients" in typed(folder, "search", "--json").out or typed(folder, "search").code == Exit.FINE
    assert typed(folder, "graph", "counts").out.count("\n") > 3


WRONG = {
    "utf-16": ('[{"job": 1}]'.encode("utf-16"), "is text in UTF-16; write it in UTF-8, as by `iconv"),
    "utf-16 without its mark": ('{"job": 1}'.encode("utf-16-le"), "is text in UTF-16"),
    "utf-32": ('{"job": 1}'.encode("utf-32"), "is text in UTF-32"),
    "zip": (b"PK\x03\x04rest", "is a zip archive: unpack it first"),
    "parquet": (b"PAR1rest", "is a Parquet file"),
    "bzip2": (b"BZh91AYrest", "is compressed by bzip2"),
    "xz": (b"\xfd7zXZ\x00rest", "is compressed by xz"),
    "binary": (bytes(range(256)), "is no text: it holds control characters"),
    "gzip of binary": (gzip.compress(bytes(range(256))), "is no text"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_holds_no_text_is_one_error_before_anything_is_taken(
    folder: Path, tmp_path: Path, name: str
) -> None:
    content, says = WRONG[name]
    (tmp_path / "right.ndjson").write_bytes(lines(said(2)))
    (tmp_path / "wrong").write_bytes(content)
    answer = typed(folder, "ingest", "--new", str(tmp_path / "right.ndjson"), str(tmp_path / "wrong"))
    assert answer.code == Exit.WRONG_USE
    assert says in answer.err
    assert answer.err.count("\n") == 1
    assert not folder.exists()


def test_a_mark_of_utf_8_is_no_part_of_the_first_event(folder: Path) -> None:
    assert ingested(folder, stdin=b"\xef\xbb\xbf" + lines(said(2)))["taken"] == 2
    assert ingested(folder, stdin=b"\xef\xbb\xbf" + json.dumps(said(2)).encode())["alreadyThere"] == 2


def test_a_line_that_is_not_in_utf_8_is_refused_alone(folder: Path) -> None:
    latin = json.dumps(event(), ensure_ascii=False).replace("COMPLETE", "Zürich").encode("latin-1")
    found = ingested(folder, stdin=lines(said(1)) + latin + b"\n" + lines(said(1, 1)))
    assert found["taken"] == 2
    assert [(one["line"], one["reason"]) for one in found["refused"]] == [(2, "This is no text in UTF-8.")]


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress], ids=["gzip", "zstd"])
def test_of_what_was_cut_off_all_before_is_taken_and_the_rest_is_one_refusal(
    folder: Path, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    made = random.Random(1)  # noqa: S311  nothing secret
    events = [event(run=f"{made.getrandbits(128):032x}") for _ in range(5_000)]
    packed = pack(lines(events))
    (tmp_path / "cut.ndjson.gz").write_bytes(packed[: len(packed) * 9 // 10])
    (tmp_path / "whole.ndjson").write_bytes(lines(said(1)))
    found = ingested(folder, str(tmp_path / "cut.ndjson.gz"), str(tmp_path / "whole.ndjson"))
    assert 1 < found["taken"] < 5_000
    *_, last = found["refused"]
    assert last["reason"] == "It ends in the middle of what was compressed; copy it again."
    assert last["line"] == found["taken"]
    assert bodies(folder)[-1] == said(1)[0]


def test_a_folder_or_a_pattern_without_events_is_wrong_use(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("none")
    answer = typed(folder, "ingest", "--new", str(tmp_path / "empty"))
    assert (answer.code, "holds no files of events: .json, .ndjson" in answer.err) == (Exit.WRONG_USE, True)
    answer = typed(folder, "ingest", "--new", str(tmp_path / "*.ndjson"))
    assert (answer.code, "No file is called" in answer.err) == (Exit.WRONG_USE, True)


MIXED = [json.dumps(said(1)[0]), "{no json", json.dumps(declaration()), json.dumps({"run": {"runId": 7}}), "17"]


def test_every_refused_line_is_written_down_with_place_and_reason_and_no_payload(folder: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.ndjson"
    (tmp_path / "events.ndjson").write_text("\n".join(MIXED))
    found = ingested(folder, str(tmp_path / "events.ndjson"), "--rejects", str(rejects))
    assert found["taken"] == 1
    rows = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [(Path(row["file"]).name, row["line"], row["pointer"]) for row in rows] == [
        ("events.ndjson", 2, ""),
        ("events.ndjson", 3, ""),
        ("events.ndjson", 4, "/run/runId"),
        ("events.ndjson", 5, ""),
    ]
    assert all(row.keys() == {"file", "line", "pointer", "reason"} for row in rows)
    assert [row["reason"] for row in found["refused"]] == [row["reason"] for row in rows]
    assert rejects.stat().st_mode & 0o077 == 0


def test_the_payload_of_what_was_refused_is_written_where_that_is_asked_for(folder: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.ndjson"
    ingested(folder, "--rejects", str(rejects), "--with-payload", stdin="\n".join(MIXED).encode())
    assert [json.loads(line)["payload"] for line in rejects.read_text().splitlines()] == MIXED[1:]
    assert typed(folder, "ingest", "--with-payload").code == Exit.WRONG_USE


def test_a_dry_run_says_what_would_become_of_events_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    odd = {**said(1)[0], "eventType": "complete", "run": {"runId": "no uuid, Social Security 078-05-1120"}}
    content = "\n".join([*MIXED, json.dumps(odd)]).encode()
    answer = typed(folder, "ingest", "--dry-run", "--json", stdin=content)
    assert answer.code == Exit.FINDING
    found = json.loads(answer.out)
    assert (found["received"], found["wouldBeTaken"], len(found["refused"])) == (6, 2, 4)
    assert found["kinds"] == {"openlineage.run_event": 2}
    assert sum(found["producers"].values()) == 2
    assert found["flags"]["event-type-case"] == found["flags"]["run-id-no-uuid"] == 1
    assert sum(found["redactions"].values()) >= 1
    assert "078-05-1120" not in answer.printed
    assert not folder.exists()
    assert "would be taken" in typed(folder, "ingest", "--dry-run", stdin=content).out
    assert list(tmp_path.iterdir()) == []


def test_what_was_taken_before_is_passed_over(folder: Path, tmp_path: Path) -> None:
    state, first, second = tmp_path / "state", tmp_path / "first.ndjson", tmp_path / "second.json"
    first.write_bytes(lines(said(5)))
    second.write_text(json.dumps(said(3, 5), indent=2))
    files = (str(first), str(second), "--resume", str(state))
    assert ingested(folder, *files)["received"] == 8
    assert ingested(folder, *files)["received"] == 0
    with first.open("ab") as file:
        file.write(lines(said(2, 8)))
    assert ingested(folder, *files) == {"received": 2, "taken": 2, "alreadyThere": 0, "refused": []}
    first.write_bytes(lines(said(1, 10)) + first.read_bytes())
    answer = typed(folder, "ingest", *files)
    assert "is not the file that it was; it is read from its beginning." in answer.err
    assert len(bodies(folder)) == 11


def test_a_state_of_another_catalog_or_of_something_else_is_refused(folder: Path, tmp_path: Path) -> None:
    state, file = tmp_path / "state", tmp_path / "first.ndjson"
    file.write_bytes(lines(said(1)))
    ingested(folder, str(file), "--resume", str(state))
    answer = typed(tmp_path / "other", "ingest", "--new", str(file), "--resume", str(state))
    assert (answer.code, "says how far files were taken into" in answer.err) == (Exit.WRONG_USE, True)
    state.write_text("{}")
    answer = typed(folder, "ingest", str(file), "--resume", str(state))
    assert (answer.code, "name another file" in answer.err) == (Exit.WRONG_USE, True)


def test_ctrl_c_ends_with_what_was_taken_and_the_same_command_goes_on(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, file = tmp_path / "state", tmp_path / "first.ndjson"
    file.write_bytes(lines(said(9_000)))
    arguments = (str(file), "--batch", "200", "--resume", str(state), "--processes", "0")
    with monkeypatch.context() as patched:
        account = command._account

        def interrupted(*given: Any) -> None:
            account(*given)
            if given[2].received == 200:
                signal.raise_signal(signal.SIGINT)

        patched.setattr(command, "_account", interrupted)
        answer = typed(folder, "ingest", "--new", "--json", *arguments)
    assert answer.code == command.INTERRUPTED
    assert "Interrupted after" in answer.err
    taken = json.loads(answer.out)["taken"]
    assert 200 <= taken < 9_000
    assert taken == len(bodies(folder))
    assert ingested(folder, *arguments) == {"received": 9_000 - taken, "taken": 9_000 - taken, **NOTHING_ELSE}
    assert bodies(folder) == said(9_000)


NOTHING_ELSE = {"alreadyThere": 0, "refused": []}


def test_ctrl_c_while_standard_input_is_waited_for_keeps_what_came(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Waiting(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            if found := super().read1(size):
                return found
            signal.raise_signal(signal.SIGINT)
            raise AssertionError("the command goes on waiting")

    stdin = Waiting(lines(said(7)))
    plain = io.TextIOWrapper

    def wrapped(buffer: Any, *more: Any, **named: Any) -> Any:
        is_input = isinstance(buffer, io.BytesIO) and not more and not buffer.getvalue()
        return plain(stdin if is_input else buffer, *more, **named)

    monkeypatch.setattr("tests.support.typed.io.TextIOWrapper", wrapped)
    answer = typed(folder, "ingest", "--new", "--json")
    assert answer.code == command.INTERRUPTED
    assert json.loads(answer.out)["taken"] == len(bodies(folder)) == 7


def test_an_event_over_the_size_limit_is_taken_without_its_largest_facet(folder: Path) -> None:
    large = event(documentation={"description": "words " * 1_000})
    settings = {"LINEWARD_MAX_BODY_BYTES": "2000", "LINEWARD_MAX_OVERSIZE_BYTES": "8000"}
    sent = lines([large, event("START"), event(documentation={"description": "words " * 2_000})])
    answer: Typed = typed(folder, "ingest", "--new", "--json", stdin=sent, **settings)
    found = json.loads(answer.out)
    assert found["taken"] == 2
    assert [one["reason"] for one in found["refused"]] == ["This is longer than 8000 bytes."]
    stored = json.loads(entries(folder)[0].body or b"")
    assert ["facet-left-out", "/outputs/0/facets/documentation"] in [row[:2] for row in stored["flags"]]


def test_nothing_is_drawn_where_nobody_looks(folder: Path) -> None:
    answer = typed(folder, "ingest", "--new", stdin=lines(said(3)))
    assert answer.err.splitlines() == [f"A catalog is begun in {folder}.", f"catalog: {folder}"]
    assert sys.getsizeof(answer.out) > 0


def test_the_sites_own_rules_hold_in_every_process(folder: Path, tmp_path: Path) -> None:
    rules, file = tmp_path / "rules.toml", tmp_path / "events.ndjson"
    rules.write_text('[[rule]]\nname = "trial-subject"\nform = {prefix = "TS-", digits = 6}\n')
    named = [event(run=run, documentation={"description": f"of TS-12345{at % 10}"}) for at, run in enumerate(RUNS)]
    file.write_bytes(lines(named))
    arguments = ("ingest", "--new", str(file), "--batch", "2", "--processes", "1")
    assert typed(folder, *arguments, LINEWARD_REDACTION_RULES=str(rules)).code == Exit.FINE
    assert len(entries(folder)) == len(RUNS)
    assert not any(b"TS-12345" in (stored.body or b"") for stored in entries(folder))
