"""`lineward record`: what a principal declares, tags, attests, seals, registers, asks for and decides."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from catalog.cli.client import Client, document
from catalog.cli.ending import fail
from catalog.cli.output import print_json, print_table
from catalog.errors import Exit, OperatorError, SenderError
from ingest_hooks.openlineage.wire import parse


def record(client: Client, files: list[str], *, as_json: bool) -> Exit:
    """Send the records in these files (standard input where there is none), in order; stops at the first refusal."""
    receipts = []
    for name in files or ["-"]:
        for number, payload in enumerate(_records(name), 1):
            try:
                receipts.append(document(client.request("POST", "api/v1/records", json=payload), "index"))
            except SenderError as error:
                where = f"{name}, record {number}" if len(files) > 1 or number > 1 else name
                taken = f" {len(receipts)} before it were taken." if receipts else ""
                raise SenderError(
                    f"{where}: {error.detail}{taken}", pointer=error.pointer, status=error.status
                ) from error
    if as_json:
        print_json(receipts)
    else:
        rows = [(one["index"], one["kind"], one["subjects"][0], "yes" if one["duplicate"] else "") for one in receipts]
        print_table("", ("entry", "kind", "about", "there before"), rows)
        for one in receipts:
            for warning in one["warnings"]:
                print_table("", (f"entry {one['index']}: {warning}",), [], empty="")
    return Exit.FINE


def _records(name: str) -> list[dict[str, Any]]:
    """Return the records of a file: one JSON object, an array of them, or one a line."""
    if name == "-":
        if sys.stdin.isatty():
            fail("Name a file with a record in JSON, or send one to standard input.", Exit.WRONG_USE)
        content = sys.stdin.buffer.read()
    else:
        try:
            content = Path(name).read_bytes()
        except OSError as error:
            raise OperatorError(f"{name} cannot be read ({error.strerror}).", action="Check the name.") from error
    lines = [line for line in content.splitlines() if line.strip()]
    is_lines = len(lines) > 1 and all(line.strip().startswith(b"{") and line.strip().endswith(b"}") for line in lines)
    found = [parse(line).value for line in lines] if is_lines else parse(content).value
    records = found if isinstance(found, list) else [found]
    if not all(isinstance(one, dict) for one in records):
        raise SenderError(f'{name} does not hold records: JSON objects with their "kind".')
    return [one for one in records if isinstance(one, dict)]
