"""The command line of the script that an auditor takes along."""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import sys
from pathlib import Path

from reports.standalone.outcome import NOT_PROVED
from reports.standalone.verification import verify

VERSION = "2.0"
NEEDS = "verify_lineward needs the package `cryptography`: install it with `python -m pip install cryptography`."


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="verify_lineward.py",
        description="Check a Lineward report offline.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="the PDF, HTML or JSON file")
    parser.add_argument("--key", help="the log's verifier key from its operator, name+id+key, or a file with it")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--version", action="version", version=identity())
    given = parser.parse_args(arguments)
    try:
        importlib.import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
    except ImportError:
        return _refused(NEEDS)
    try:
        content, key = given.file.read_bytes(), _given_key(given.key)
    except OSError as error:
        return _refused(f"{error.filename} cannot be read: {error.strerror}.")
    result = verify(content, key)
    if given.json:
        print(json.dumps({**result.to_json(), "verifier": identity()}, indent=2))  # noqa: T201 - a command
    else:
        for check in result.checks:
            print(_visible(f"{check.status:12} {check.name}: {check.detail}"))  # noqa: T201 - a command
        if result.number is not None:
            print(f"\nReport {_visible(result.number)}")  # noqa: T201 - a command
        print(f"\n{result.verdict}\nProved: {result.proved}\nNot proved: {NOT_PROVED}")  # noqa: T201 - a command
    return 0 if result.ok else 1


def identity() -> str:
    """Return version and digest of this very file."""
    return f"verify_lineward {VERSION} sha256:{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}"


def _given_key(given: str | None) -> str | None:
    """Return the key itself, or what stands in a file of that name where it is no key."""
    return given if given is None or "+" in given else Path(given).read_text("utf-8", "replace")


def _visible(line: str) -> str:
    """Return the line with what a terminal would obey, or not show, as escapes: the report may be anybody's."""
    return "".join(each if each.isprintable() else f"\\u{{{ord(each):X}}}" for each in line)


def _refused(sentence: str) -> int:
    print(_visible(sentence), file=sys.stderr)  # noqa: T201 - a command
    return 2


if __name__ == "__main__":
    sys.exit(main())
