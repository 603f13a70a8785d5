"""`lineward report`: a report written to files; `lineward verify`: one of them checked offline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.text import Text

from catalog.cli.assets import identify
from catalog.cli.client import Client, checked
from catalog.cli.output import note, out, print_json, print_line, print_table
from catalog.errors import Exit, OperatorError, SenderError
from graph_schema.identity import label_of
from reports.kinds import MODEL_DOSSIER, REPORTS, Report
from reports.standalone.assembly import script
from reports.standalone.outcome import NOT_PROVED, Status, Verdict
from reports.verify import verify as verify_report

FORMS = ("pdf", "html", "json")
_TONE: dict[Status, str] = {"PASS": "green", "FAIL": "bold red", "NOT VERIFIED": "yellow"}
_VERDICT_TONE: dict[Verdict, str] = {"VERIFIED": "green", "FAILED": "bold red", "NOT VERIFIED": "bold yellow"}


def report(
    client: Client, words: list[str], folder: Path, forms: list[str], at: dict[str, Any], *, as_json: bool
) -> Exit:
    """Write a report in these forms, all where none is named; `words` are its name and what it is of, or that alone."""
    if len(words) > 2:  # noqa: PLR2004 - a report and a subject
        raise SenderError("report takes the name of a report and what it is of, in quotes where that has blanks.")
    named, of = words if len(words) > 1 else (MODEL_DOSSIER.path, words[0])
    known = {one.path: one for one in REPORTS.values()}
    if named not in known:
        raise SenderError(f"There is no report '{named}'; there are {', '.join(known)}.")
    written = write_report(client, known[named], of, folder, forms or list(FORMS), at)
    if as_json:
        print_json([str(path) for path in written])
    else:
        for path in written:
            print_line(str(path))
        note(f"Check one offline with `lineward verify {written[0]} --key KEY`; `lineward ledger key` prints the key.")
    return Exit.FINE


def write_report(
    client: Client, kind: Report[Any], of: str, folder: Path, forms: list[str], at: dict[str, Any]
) -> list[Path]:
    """Return the files that a report was written to, one for each form."""
    identifier = identify(client, of, kind.of)
    if label_of(identifier) not in kind.of:
        raise SenderError(f"'{of}' is no {kind.nouns}; write its id, or model@version for a model version.")
    written = []
    for form in forms:
        if form not in FORMS:
            raise SenderError(f"--format is one of {', '.join(FORMS)}.")
        answer = checked(client.request("GET", f"api/v1/reports/{kind.path}/{identifier}.{form}", params=at))
        path = folder / f"{kind.path}-{_file_name(of)}.{form}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(answer.content)
        except OSError as error:
            raise OperatorError(
                f"{path} cannot be written ({error.strerror}).", action="Name another by --output."
            ) from error
        written.append(path)
    return written


def verify(file: Path, vkey: str | None, *, as_json: bool) -> Exit:
    """Check a report file; 1 where a check fails, or something that is needed was not verified."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise OperatorError(f"{file} cannot be read ({error.strerror}).", action="Check the name.") from error
    result = verify_report(content, _key(vkey))
    if as_json:
        print_json(result.to_json())
    else:
        rows = [(Text(check.status, _TONE[check.status]), check.name, check.detail) for check in result.checks]
        print_table(str(file), ("", "check", "what was found"), rows)
        if result.number is not None:
            print_line(f"Report {result.number}")
        out.print(Text(result.verdict, _VERDICT_TONE[result.verdict]))
        for each in result.notes:
            note(f"Note: {each}")
        note(f"Proved: {result.proved}")
        note(f"Not proved: {NOT_PROVED}")
    return Exit.FINE if result.ok else Exit.FINDING


def print_script() -> None:
    """Print the script that checks a report without Lineward."""
    sys.stdout.buffer.write(script())


def _key(given: str | None) -> str | None:
    """Return the verifier key itself, or those in a file of that name."""
    if given is None or "+" in given:
        return given
    try:
        return Path(given).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"{given} is neither a verifier key nor a file with one.", action="Check --key.") from error


def _file_name(model: str) -> str:
    return "".join(each if each.isalnum() or each in "._-" else "-" for each in model)
