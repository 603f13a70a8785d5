"""`lineward policy`: sets of policies as folders, checked and tested here, published to a catalog, and compared."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from catalog.cli import files
from catalog.cli.access import decide_again, print_changes
from catalog.cli.client import Client, ask, document
from catalog.cli.output import note, print_document, print_json, print_table
from catalog.cli.sending import send
from catalog.cli.words import count
from catalog.errors import AskerError, Exit, SenderError
from catalog.gate import requirements
from catalog.policies import cases
from catalog.policies.checking import Problem, problems
from catalog.policies.comparison import differences
from catalog.policies.records import MAX_FILES
from catalog.policies.roles import DEFAULT
from catalog.policies.rules import digest_of_files

_KINDS: Final = frozenset({".cedar", ".yaml", ".md"})
_SET = """
query Policies($digest: Digest) { policies(digest: $digest) { digest entry by reason since files { path text } } }
"""


def read_folder(folder: Path) -> dict[str, str]:
    """Return the files of a set, text by path; raises SenderError and OperatorError with what would be right.

    What the release gate is to ask for is read as well: where it cannot be, the error has its line.
    """
    if folder.is_file():
        raise SenderError(f"{folder} is a file: name the folder that holds the policies.")
    try:
        found = sorted(path for path in folder.rglob("*") if path.suffix in _KINDS and path.is_file())
        if not folder.is_dir():
            next(folder.iterdir())
    except OSError as error:
        raise files.unreadable(folder, error) from error
    names = {path.relative_to(folder).as_posix(): path for path in found}
    shown = {name: path for name, path in names.items() if not any(part.startswith(".") for part in name.split("/"))}
    if not shown:
        raise SenderError(f"{folder} holds no policies: they are text in files whose names end in .cedar.")
    if len(shown) > MAX_FILES:
        raise SenderError(f"{folder} holds {len(shown)} files; a set of policies has at most {MAX_FILES}.")
    read = {name: _text(path) for name, path in shown.items()}
    if requirements.FILE in read:
        requirements.read(read[requirements.FILE], str(shown[requirements.FILE]))
    return read


def _text(path: Path) -> str:
    try:
        return files.read(path).decode()
    except UnicodeDecodeError:
        raise SenderError(f"{path} is no UTF-8: save it as UTF-8.") from None


def check(folder: Path, *, as_json: bool) -> Exit:
    """Print what is wrong with the policies of a folder; 1 where anything is. Its tests are read, and not run."""
    read = read_folder(folder)
    wrong = problems(read)
    if not wrong:
        cases.require_readable(read)
    return _print_problems(wrong, _sound(read), as_json=as_json)


def run_tests(folder: Path, *, as_json: bool) -> Exit:
    """Run the tests of a folder; 1 where one fails, or where a policy cannot be evaluated."""
    read = read_folder(folder)
    wrong = problems(read)
    if wrong:
        return _print_problems(wrong, "", as_json=as_json)
    tested = cases.run(read)
    return _print_problems(tested.failures, f"{count(tested.decided, 'request')} decided as expected.", as_json=as_json)


def _sound(read: dict[str, str]) -> str:
    return f"{count(len(read), 'file')} without a problem: {digest_of_files(read.items())}"


def _print_problems(found: tuple[Problem, ...], fine: str, *, as_json: bool) -> Exit:
    if as_json:
        print_json([{"file": one.path, "line": one.line, "column": one.column, "text": one.sentence} for one in found])
    elif found:
        print_table(
            count(len(found), "problem"),
            ("where", "what is wrong"),
            [(f"{one.path}:{one.line}:{one.column}", one.sentence) for one in found],
        )
    else:
        note(fine)
    return Exit.FINDING if found else Exit.FINE


def publish(client: Client, folder: Path, reason: str, *, as_json: bool) -> Exit:
    """Publish a folder: checked and tested before it is taken."""
    read = read_folder(folder)
    record = {
        "kind": "publish_policies",
        "files": [{"path": path, "text": text} for path, text in read.items()],
        "reason": reason,
    }
    receipt = document(send(client, "api/v1/records", record), "index")
    if as_json:
        print_json({"digest": digest_of_files(read.items()), **receipt})
        return Exit.FINE
    for warning in receipt["warnings"]:
        note(warning)
    note(f"{digest_of_files(read.items())} is in force, as entry {receipt['index']} says.")
    return Exit.FINE


def show_default(file: str | None, *, as_json: bool) -> Exit:
    """Print the policies of the catalog that hold where nobody published others, or one file of them."""
    if file is not None and file not in DEFAULT:
        raise AskerError(f"The default set has no file {file}: its files are {', '.join(DEFAULT)}.")
    shown = DEFAULT if file is None else {file: DEFAULT[file]}
    if as_json:
        print_json([{"path": path, "text": text} for path, text in shown.items()])
    else:
        print_document("\n".join(f"// {path}\n\n{text}" for path, text in shown.items()))
    return Exit.FINE


def show(client: Client, digest: str | None, file: str | None, *, as_json: bool) -> Exit:
    """Print the set in force, or the one with this digest: its files, or the text of one of them."""
    found = _published(client, digest)
    if file is not None:
        text = next((one["text"] for one in found["files"] if one["path"] == file), None)
        if text is None:
            raise AskerError(f"The set has no file {file}.")
        print_document(text)
    elif as_json:
        print_json(found)
    else:
        print_table(
            f"{found['digest']}, published by {found['by']} as entry {found['entry']}: {found['reason']}",
            ("file", "lines"),
            [(one["path"], one["text"].count("\n")) for one in found["files"]],
            empty="Its publication was erased: nothing follows from it.",
        )
    return Exit.FINE


def diff(client: Client, folder: Path, days: int | None, *, as_json: bool) -> Exit:
    """Print which policies of a folder are not as in the set in force, and by `days` what they would decide otherwise.

    1 where anything is.
    """
    read = read_folder(folder)
    wrong = problems(read)
    if wrong:
        return _print_problems(wrong, "", as_json=as_json)
    held = _set(client, None)
    before = {} if held is None else {one["path"]: one["text"] for one in held["files"]}
    found = differences(before, read)
    again: dict[str, Any] = {"changed": []}
    if days is not None:
        since = datetime.now(UTC) - timedelta(days=days)
        again = decide_again(client, {"since": since.isoformat(timespec="seconds")}, read)
    rows = [{"file": one.path, "policy": one.name, "change": one.change.value} for one in found]
    if as_json:
        print_json(rows if days is None else {"policies": rows, **again})
    else:
        print_table(
            "",
            ("policy or file", "where", "what became of it"),
            [(one.name, one.path, one.change.value.lower()) for one in found],
            empty="Every policy is as in the set in force.",
        )
        if days is not None:
            decided = count(again["decided"], "decision")
            print_changes(again["changed"], empty=f"{decided} of {days} days decided again, each as before.")
    return Exit.FINDING if found or again["changed"] else Exit.FINE


def _published(client: Client, digest: str | None) -> dict[str, Any]:
    found = _set(client, digest)
    if found is None:
        raise AskerError(f"No {'such ' if digest else ''}set of policies was published.")
    return found


def _set(client: Client, digest: str | None) -> dict[str, Any] | None:
    found: dict[str, Any] | None = ask(client, _SET, {"digest": digest})["policies"]
    return found
