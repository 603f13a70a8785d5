"""One entry of the ledger: what is hashed into the tree, in canonical JSON (RFC 8785)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

from catalog.canonical import canonical_bytes
from graph_schema.times import LAST, format_time, parse_time

VERSION = 1
MAX_BYTES = 65_535
MAX_SUBJECTS = 64

_KEYS = frozenset({"v", "kind", "recorded_at", "actor", "correlation_id", "subject", "body", "received"})
_TEXTS = tuple(_KEYS - {"v", "subject"})
_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", re.ASCII)
_BODY = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_RECEIVED = re.compile(r"hmac-sha256:[0-9a-f]{8}:[0-9a-f]{64}", re.ASCII)
_MAX_KIND = 128
_MAX_NAME = 256


class MalformedEntryError(ValueError):
    """The bytes or values are not those of an entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger says for ever about one record; the record's body lies beside it, under a salted digest.

    `recorded_at` is in UTC microseconds. `body` is `sha256:` and the hex of SHA-256(salt ‖ redacted body); `received`
    is `hmac-sha256:`, the id of the site key, and the hex of the MAC over what was received. Raises
    MalformedEntryError for values that no entry may have: names must be printable ASCII, at most 256 characters.
    """

    kind: str
    recorded_at: int
    actor: str
    correlation_id: str
    subjects: tuple[str, ...]
    body: str
    received: str

    def __post_init__(self) -> None:
        """Hold the values to the format, so that whatever exists can be written and read back."""
        check_names(self.kind, self.actor, self.correlation_id, self.subjects)
        if not 0 <= self.recorded_at <= LAST:
            raise MalformedEntryError(f"recorded_at {self.recorded_at} is not a time in UTC microseconds")
        if not _BODY.fullmatch(self.body):
            raise MalformedEntryError("body is not a sha256 digest")
        if not _RECEIVED.fullmatch(self.received):
            raise MalformedEntryError("received is not a keyed hmac-sha256")

    def serialize(self) -> bytes:
        """Return the canonical bytes (RFC 8785), at most 65,535 of them by the limits on each value.

        For printable ASCII strings and small integers, compact JSON with sorted keys is RFC 8785; a property test holds
        it to the reference library, which takes forty times as long.
        """
        return canonical_bytes(
            {
                "v": VERSION,
                "kind": self.kind,
                "recorded_at": format_time(self.recorded_at),
                "actor": self.actor,
                "correlation_id": self.correlation_id,
                "subject": list(self.subjects),
                "body": self.body,
                "received": self.received,
            }
        )

    @classmethod
    def parse(cls, entry: bytes) -> Entry:
        """Return the entry that these bytes are the one canonical form of.

        Raises MalformedEntryError for anything else: unknown or missing keys, other types, another spelling.
        """
        if len(entry) > MAX_BYTES:
            raise MalformedEntryError(f"an entry has at most {MAX_BYTES} bytes")
        try:
            value: Any = orjson.loads(entry)
        except orjson.JSONDecodeError as error:
            raise MalformedEntryError("not JSON") from error
        if not isinstance(value, dict) or value.keys() != _KEYS:
            raise MalformedEntryError(f"an entry is an object of {', '.join(sorted(_KEYS))}")
        if canonical_bytes(value) != entry:
            raise MalformedEntryError("not in canonical form")
        if type(value["v"]) is not int or value["v"] != VERSION:
            raise MalformedEntryError(f"entry version {value['v']!r} is not known")
        subjects = value["subject"]
        if not isinstance(subjects, list) or {*map(type, subjects), *(type(value[key]) for key in _TEXTS)} != {str}:
            raise MalformedEntryError("a value is not a string")
        try:
            recorded_at = parse_time(value["recorded_at"])
        except ValueError as error:
            raise MalformedEntryError(str(error)) from error
        return cls(
            kind=value["kind"],
            recorded_at=recorded_at,
            actor=value["actor"],
            correlation_id=value["correlation_id"],
            subjects=tuple(subjects),
            body=value["body"],
            received=value["received"],
        )


def mark_of(kind: str) -> bytes:
    """Return the bytes that stand in the canonical form of every entry of a kind, and in that of no other."""
    return b'"kind":"%b"' % kind.encode("ascii")


def check_names(kind: str, actor: str, correlation_id: str, subjects: tuple[str, ...]) -> None:
    """Raise MalformedEntryError unless all of these may stand in an entry."""
    if len(kind) > _MAX_KIND or not _KIND.fullmatch(kind):
        raise MalformedEntryError(f"kind {kind!r} is not lower-case words joined by points")
    if len(subjects) > MAX_SUBJECTS:
        raise MalformedEntryError(f"an entry names at most {MAX_SUBJECTS} subjects; more go into the body")
    names = (actor, correlation_id, *subjects)
    text, lengths = "".join(names), [len(name) for name in names]
    if not (text.isascii() and text.isprintable() and min(lengths) > 0 and max(lengths) <= _MAX_NAME):
        raise MalformedEntryError(
            f"actor, correlation id and subjects are 1 to {_MAX_NAME} printable ASCII characters each"
        )
