"""`lineward redact`: what redaction would do to a file of events, without a server and without a key of the site."""

from __future__ import annotations

import secrets
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson

from catalog.cli import files
from catalog.cli.output import note, print_json, print_table
from catalog.cli.portions import Reader, State
from catalog.cli.sources import find
from catalog.cli.words import count
from catalog.errors import Exit, SenderError
from ingest_hooks.errors import Unreadable, why_no_json
from ingest_hooks.openlineage.event import is_record
from ingest_hooks.openlineage.wire import JSON, parse
from ingest_hooks.redaction.explain import Change, explain
from ingest_hooks.redaction.site_rules import Rules

SHORTEST_KEY = 16
_SHOWN, _PORTION = 200, 500
_MAX_BYTES = 64 * 1024 * 1024
"""Of one event, which may be one that a server takes without its largest facets."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the command: see its options."""

    explain: bool
    show_values: bool
    as_json: bool
    output: Path | None
    token_key: bytes


def token_key_of(path: Path | None) -> bytes:
    """Return the key of tokens and digests: a file's bytes, else one that is thrown away.

    Raises OperatorError where the file cannot be read, SenderError where it holds too little for a key.
    """
    if path is None:
        return secrets.token_bytes(32)
    key = files.read(path)
    if len(key) < SHORTEST_KEY:
        raise SenderError(f"{path} holds {len(key)} bytes; a key has at least {SHORTEST_KEY}.")
    return key


def redact(names: Sequence[str], rules: Rules, asked: Asked) -> Exit:
    """Redact the events of the files, print what was replaced, and write what is left where that is asked for.

    1 where something in the files is no JSON. Raises SenderError where values are asked for and nobody sits there,
    OperatorError where a file cannot be read or written.
    """
    if asked.show_values and not sys.stdout.isatty():
        raise SenderError("--show-values prints what may not be stored: it works on a terminal alone.")
    found = _Found(rules)
    with _writing(asked.output) as written:
        for place, value in _values(names, found):
            redacted, changes = explain(value, token_key=asked.token_key, rules=rules)
            found.note(place, changes, keep=asked.explain)
            if written is not None:
                written.write(orjson.dumps(redacted.value) + b"\n")
    _print(found, asked)
    return Exit.FINDING if found.unreadable else Exit.FINE


@dataclass(slots=True)
class _Found:
    """What was replaced so far."""

    rules: Rules
    events: int = 0
    changed: int = 0
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)
    changes: list[tuple[str, Change]] = field(default_factory=list)
    records: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    def note(self, place: str, changes: Sequence[Change], *, keep: bool) -> None:
        self.events += 1
        self.changed += bool(changes)
        self.by_rule.update((one.rule, one.kind) for one in changes)
        if keep:
            self.changes += [(place, one) for one in changes]

    @property
    def idle(self) -> list[str]:
        """Return the site's rules that replaced nothing."""
        met = {rule for rule, _ in self.by_rule}
        return [rule.label for rule in self.rules.rules if rule.label not in met]


def _values(names: Sequence[str], found: _Found) -> Iterator[tuple[str, JSON]]:
    """Yield the events of the files, each with its place; records are passed over, what is no JSON is noted."""
    reader = Reader(find(names), _PORTION, _MAX_BYTES, State(None, ""))
    for one in (one for portion in reader.portions() for one in portion):
        if one.piece.problem is not None:
            found.unreadable.append((one.place(), one.piece.problem))
            continue
        try:
            value = parse(one.piece.content).value
        except Unreadable as error:
            found.unreadable.append((one.place(getattr(error.__cause__, "lineno", 1)), f"This {why_no_json(error)}."))
            continue
        if is_record(value):
            found.records += 1
        else:
            yield one.place(), value


def _writing(path: Path | None) -> AbstractContextManager[IO[bytes] | None]:
    if path is None:
        return nullcontext()
    try:
        return path.open("xb")
    except OSError as error:
        raise files.unwritable(path, error) from error


def _print(found: _Found, asked: Asked) -> None:
    if asked.as_json:
        _print_json(found, asked)
        return
    if asked.explain:
        more = ("was",) if asked.show_values else ()
        rows = [_row(place, one, with_value=asked.show_values) for place, one in found.changes[:_SHOWN]]
        print_table("Replaced", ("where", "pointer", "rule", "class", "before", "after", "now", *more), rows)
        if len(found.changes) > _SHOWN:
            note(f"and {len(found.changes) - _SHOWN} more; --json lists all")
    totals = [(rule, kind, number) for (rule, kind), number in sorted(found.by_rule.items())]
    print_table("By rule", ("rule", "class", "replaced"), totals)
    print_table("", ("events", "changed"), [(found.events, found.changed)])
    if found.unreadable:
        print_table("Not read", ("where", "why"), found.unreadable[:_SHOWN])
    if found.records:
        note(f"{count(found.records, 'record')} passed over: these are redacted when they are written.")
    if found.idle:
        note(f"Rules of the site that replaced nothing here: {', '.join(found.idle)}.")


def _row(place: str, change: Change, *, with_value: bool) -> tuple[object, ...]:
    before, after = change.lengths
    now = " ".join(change.markers) if change.after is not None else "left out"
    row = (place, change.pointer, change.rule, change.kind, before, after, now)
    if not with_value:
        return row
    return (*row, change.before if isinstance(change.before, str) else orjson.dumps(change.before).decode())


def _print_json(found: _Found, asked: Asked) -> None:
    document: dict[str, Any] = {
        "events": found.events,
        "changed": found.changed,
        "records": found.records,
        "notRead": [{"where": place, "why": why} for place, why in found.unreadable],
        "siteRules": {"digest": found.rules.digest or None, "rules": len(found.rules.rules), "idle": found.idle},
        "byRule": [
            {"rule": rule, "class": kind, "replaced": number} for (rule, kind), number in sorted(found.by_rule.items())
        ],
    }
    if asked.explain:
        document["changes"] = [_shown(place, one, with_value=asked.show_values) for place, one in found.changes]
    print_json(document)


def _shown(place: str, change: Change, *, with_value: bool) -> dict[str, Any]:
    before, after = change.lengths
    shown = {
        "where": place,
        "pointer": change.pointer,
        "rule": change.rule,
        "class": change.kind,
        "before": before,
        "after": after,
        "leftOut": change.after is None,
        "markers": list(change.markers),
    }
    return {**shown, "was": change.before} if with_value else shown
