from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.ledger.entry import MAX_BYTES, Entry, MalformedEntryError

ENTRY = Entry(
    kind="openlineage.run_event",
    recorded_at=1_700_000_000_123_456,
    actor="principal:emitter-1",
    correlation_id="request-1",
    subjects=("Dataset:b", "Run:a"),
    body="sha256:" + "0" * 64,
    received="hmac-sha256:0123abcd:" + "f" * 64,
)
WRITTEN = (
    b'{"actor":"principal:emitter-1","body":"sha256:' + b"0" * 64 + b'","correlation_id":"request-1",'
    b'"kind":"openlineage.run_event","received":"hmac-sha256:0123abcd:' + b"f" * 64 + b'",'
    b'"recorded_at":"2023-11-14T22:13:20.123456Z","subject":["Dataset:b","Run:a"],"v":1}'
)


def test_an_entry_is_written_in_canonical_form() -> None:
    assert ENTRY.serialize() == WRITTEN
    assert Entry.parse(WRITTEN) == ENTRY


def test_the_largest_entry_fits() -> None:
    largest = replace(ENTRY, kind="k" * 128, actor='"' * 256, correlation_id='"' * 256, subjects=('"' * 256,) * 64)
    assert len(largest.serialize()) <= MAX_BYTES
    assert Entry.parse(largest.serialize()) == largest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":true'),
        (b'"v":1', b'"v":1.0'),
        (b'"v":1', b'"v":1,"x":1'),
        (b'"v":1', b'"v":1,"v":1'),
        (b',"v":1', b""),
        (b'{"actor"', b'{ "actor"'),
        (b'"request-1"', b'"request\\u002d1"'),
        (b'"request-1"', b"null"),
        (b'"request-1"', '"request-é"'.encode()),
        (b'"request-1"', b'""'),
        (b'["Dataset:b","Run:a"]', b'"Dataset:b"'),
        (b'["Dataset:b","Run:a"]', b'["Dataset:b",1]'),
        (b"sha256:0", b"sha256:G"),
        (b"sha256:00", b"sha256:0"),
        (b"hmac-sha256:0123abcd", b"hmac-sha256:"),
        (b"22:13:20.123456Z", b"22:13:20Z"),
        (b"22:13:20.123456Z", b"22:13:20.123456+00:00"),
        (b"2023-11-14", b"2023-02-30"),
        (b"openlineage.run_event", b"openlineage.Run"),
        (WRITTEN, b""),
        (WRITTEN, b"[]"),
        (WRITTEN, b"\xff"),
        (WRITTEN, WRITTEN + b"\n"),
        (WRITTEN, b" " * (MAX_BYTES + 1)),
    ],
)
def test_any_other_spelling_is_refused(old: bytes, new: bytes) -> None:
    assert old in WRITTEN
    with pytest.raises(MalformedEntryError):
        Entry.parse(WRITTEN.replace(old, new))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": ""},
        {"kind": "k" * 129},
        {"kind": "a.b\n"},
        {"actor": "a\x00b"},
        {"recorded_at": -1},
        {"recorded_at": 253_402_300_800_000_000},
        {"subjects": ("a", "")},
        {"body": "sha512:" + "0" * 64},
        {"received": "hmac-sha256:0123abcd:" + "F" * 64},
    ],
)
def test_an_entry_with_values_that_cannot_be_written_cannot_exist(wrong: dict[str, Any]) -> None:
    with pytest.raises(MalformedEntryError):
        replace(ENTRY, **wrong)
