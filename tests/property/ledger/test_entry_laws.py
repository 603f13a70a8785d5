from __future__ import annotations

from contextlib import suppress

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.entry import MAX_BYTES, Entry, MalformedEntryError
from catalog.ledger.note import Note, NoteError, VerifierKey
from catalog.ledger.proof import ProofFile
from graph_schema.times import format_time

names = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=256)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
entries = st.builds(
    Entry,
    kind=st.from_regex(r"[a-z][a-z0-9_]{0,20}(\.[a-z][a-z0-9_]{0,20}){0,3}", fullmatch=True),
    recorded_at=st.integers(0, 253_402_300_799_999_999),
    actor=names,
    correlation_id=names,
    subjects=st.lists(names, max_size=64).map(tuple),
    body=digests.map("sha256:{}".format),
    received=digests.map("hmac-sha256:0123abcd:{}".format),
)


@given(entries)
def test_an_entry_is_written_as_the_reference_library_would(entry: Entry) -> None:
    written = entry.serialize()
    assert len(written) <= MAX_BYTES
    assert written == rfc8785.dumps(
        {
            "v": 1,
            "kind": entry.kind,
            "recorded_at": format_time(entry.recorded_at),
            "actor": entry.actor,
            "correlation_id": entry.correlation_id,
            "subject": list(entry.subjects),
            "body": entry.body,
            "received": entry.received,
        }
    )


@given(entries)
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    assert Entry.parse(entry.serialize()) == entry


@given(entries, st.data())
def test_no_two_spellings_mean_one_entry(entry: Entry, data: st.DataObject) -> None:
    written = bytearray(entry.serialize())
    written[data.draw(st.integers(0, len(written) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with suppress(MalformedEntryError):
        assert Entry.parse(bytes(written)) != entry


values = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9), st.lists, max_leaves=9)
keys = st.sampled_from(["v", "kind", "recorded_at", "actor", "correlation_id", "subject", "body", "received"])
junk_entries = st.dictionaries(keys, values).map(rfc8785.dumps)


@given(st.one_of(st.binary(), junk_entries))
def test_the_entry_parser_only_refuses(junk: bytes) -> None:
    with suppress(MalformedEntryError):
        Entry.parse(junk)


@given(st.one_of(st.text(), st.text("—\n +=Aa01", max_size=60)))
def test_the_note_parsers_only_refuse(junk: str) -> None:
    for parse in (Note.parse, SignedCheckpoint.parse, ProofFile.parse, VerifierKey.parse):
        with suppress(NoteError):
            parse(junk)
