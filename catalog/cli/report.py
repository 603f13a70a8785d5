"""`lineward report`: a report written to files; `lineward verify`: one of them checked offline."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.text import Text

from catalog.cli import files
from catalog.cli.assets import identify
from catalog.cli.client import Client, checked
from catalog.cli.output import note, out, print_json, print_line, print_table
from catalog.cli.words import each_of, one_of
from catalog.errors import Exit, SenderError
from catalog.ledger.note import NoteError, VerifierKey
from graph_schema.identity import label_of
from reports.kinds import APPROVALS_OF_PERIOD, DATASET_DOSSIER, MODEL_DOSSIER, REPORTS, Report
from reports.standalone.assembly import script
from reports.standalone.outcome import NOT_PROVED, Result, Status, Verdict
from reports.verify import verify as verify_report

FORMS = ("pdf", "html", "json")
_TONE: dict[Status, str] = {"PASS": "green", "FAIL": "bold red", "NOT VERIFIED": "yellow"}
_VERDICT_TONE: dict[Verdict, str] = {"VERIFIED": "green", "FAILED": "bold red", "NOT VERIFIED": "bold yellow"}


def report(
    client: Client, words: list[str], folder: Path, forms: list[str], at: dict[str, Any], *, as_json: bool
) -> Exit:
    """Write a report in these forms, all where none is named; `words` are its name and what it is of, or that alone."""
    kind, of = _asked(words)
    if "accessDays" in at and kind is not DATASET_DOSSIER:
        raise SenderError("--access-days is for a dataset-dossier, which counts decisions on access: leave it out.")
    chosen = each_of(forms, FORMS, "--format") or list(FORMS)
    written = write_report(client, kind, of, folder, chosen, at)
    if as_json:
        print_json([str(path) for path in written])
    else:
        for path in written:
            print_line(str(path))
        note(f"Check one offline with `lineward verify {written[0]} --key KEY`; `lineward ledger key` prints the key.")
    return Exit.FINE


def _asked(words: list[str]) -> tuple[Report[Any], str]:
    """Return which report is meant, and of what."""
    known = {one.path: one for one in REPORTS.values()}
    if len(words) > 2:  # noqa: PLR2004 - a report and a subject
        raise SenderError("report takes the name of a report and what it is of, in quotes where that has blanks.")
    if len(words) > 1:
        return known[one_of(words[0], known, "REPORT")], words[1]
    if words[0] in known:
        kind = known[words[0]]
        how = "as SINCE..UNTIL" if kind is APPROVALS_OF_PERIOD else "by name or id"
        raise SenderError(f"{words[0]} is a report: write of which {kind.nouns} as well, {how}.")
    return MODEL_DOSSIER, words[0]


def write_report(
    client: Client, kind: Report[Any], of: str, folder: Path, forms: list[str], at: dict[str, Any]
) -> list[Path]:
    """Return the files that a report was written to, one for each form."""
    identifier = f"{kind.of[0]}:{of}" if kind is APPROVALS_OF_PERIOD else identify(client, of, kind.of)
    if label_of(identifier) not in kind.of:
        raise SenderError(f"'{of}' is no {kind.nouns}; write its id, or model@version for a model version.")
    # What is issued is recorded: so that it can be written is seen first.
    _require_room(folder)
    written = []
    for form in forms:
        answer = checked(client.request("GET", f"api/v1/reports/{kind.path}/{identifier}.{form}", params=at))
        path = folder / f"{kind.path}-{_file_name(of)}.{form}"
        try:
            path.write_bytes(answer.content)
        except OSError as error:
            raise files.unwritable(path, error) from error
        written.append(path)
    return written


def _require_room(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise files.unwritable(folder, error) from error


def verify(file: Path, vkey: str | None, *, as_json: bool) -> Exit:
    """Check a report file; 1 where a check fails, or something that is needed was not verified."""
    content = files.read(file)
    result = verify_report(content, _key(vkey))
    if as_json:
        print_json(result.to_json())
    else:
        _print(file, result)
    return Exit.FINE if result.ok else Exit.FINDING


def print_script() -> None:
    """Print the script that checks a report without Lineward."""
    sys.stdout.buffer.write(script())


def _print(file: Path, result: Result) -> None:
    rows = [(Text(check.status, _TONE[check.status]), check.name, check.detail) for check in result.checks]
    print_table(str(file), ("", "check", "what was found"), rows)
    if result.number is not None:
        print_line(f"Report {result.number}")
    out.print(Text(result.verdict, _VERDICT_TONE[result.verdict]))
    # Of what is no report at all there is nothing more to say.
    if len(result.checks) > 1:
        for each in result.notes:
            note(f"Note: {each}")
        note(f"Proved: {result.proved}")
        note(f"Not proved: {NOT_PROVED}")


def _key(given: str | None) -> str | None:
    """Return the verifier key itself, or those in a file of that name; raises SenderError where there is none."""
    if given is None:
        return None
    try:
        text = given if _is_key(given) else Path(given).read_text("utf-8")
    except (OSError, ValueError):
        text = ""
    if not any(_is_key(line) for line in text.splitlines()):
        raise SenderError(
            f"--key {given} is neither a verifier key nor a file with one: copy it whole, as `lineward ledger key` "
            "prints it."
        )
    return text


def _is_key(text: str) -> bool:
    try:
        VerifierKey.parse(text.strip())
    except NoteError:
        return False
    return True


def _file_name(model: str) -> str:
    return "".join(each if each.isalnum() or each in "._-" else "-" for each in model)
