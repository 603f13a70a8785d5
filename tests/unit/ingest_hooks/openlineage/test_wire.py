from __future__ import annotations

import gzip
import zlib

import pytest

from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.wire import MAX_BYTES, Inflater, parse


def inflate(body: bytes, encoding: str | None = None) -> bytes:
    inflater = Inflater(encoding)
    inflater.feed(body)
    return inflater.finish()


def refusal(body: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        parse(body)
    return caught.value


def codes(body: bytes) -> set[str]:
    return {flag.code for flag in parse(body).flags}


@pytest.mark.parametrize("body", [b"", b" \n", b"{", b"not json", b"\x1f\x8b", b'"\xff"', b"{'a': 1}"])
def test_what_is_no_json_is_refused_as_400(body: bytes) -> None:
    error = refusal(body)
    assert (error.status, error.pointer) == (400, "")
    assert error.detail.endswith(".")


@pytest.mark.parametrize("depth", [201, 1_000, 10_000, 1_000_000])
def test_deep_nesting_is_refused_as_413_without_recursion(depth: int) -> None:
    assert refusal(b"[" * depth + b"]" * depth).status == 413


def test_nesting_up_to_the_limit_is_taken() -> None:
    assert parse(b"[" * 200 + b"]" * 200).flags == ()


@pytest.mark.parametrize("encoding", [None, "", "identity", "Identity "])
def test_a_body_without_encoding_is_taken_as_it_is(encoding: str | None) -> None:
    assert inflate(b"{}", encoding) == b"{}"


def test_gzip_is_taken_in_chunks_and_in_several_members() -> None:
    inflater = Inflater("gzip")
    for byte in gzip.compress(b'{"a":') + gzip.compress(b"1}"):
        inflater.feed(bytes([byte]))
    assert inflater.finish() == b'{"a":1}'


def test_gzip_in_very_many_members_is_refused_at_the_first_too_many() -> None:
    inflater = Inflater("gzip")
    inflater.feed(gzip.compress(b"") * 100)
    with pytest.raises(Unreadable) as caught:
        inflater.feed(gzip.compress(b"") * 100_000)
    assert caught.value.status == 400
    assert inflater._members == 101


def test_what_is_too_large_before_decompression_is_refused() -> None:
    inflater = Inflater("gzip", 1000)
    member = gzip.compress(b"")
    while inflater._received + len(member) <= 1000:
        inflater.feed(member)
    with pytest.raises(Unreadable) as caught:
        inflater.feed(member)
    assert caught.value.status == 413
    assert inflater._size == 0


def test_a_zip_bomb_stops_at_the_limit() -> None:
    bomb = gzip.compress(b"[" * (64 * 1024 * 1024))
    inflater = Inflater("gzip")
    with pytest.raises(Unreadable) as caught:
        inflater.feed(bomb)
    assert caught.value.status == 413
    assert sum(map(len, inflater._parts)) <= MAX_BYTES


def test_seventeen_megabytes_are_too_large() -> None:
    inflater = Inflater()
    inflater.feed(b"x" * MAX_BYTES)
    with pytest.raises(Unreadable) as caught:
        inflater.feed(b"x")
    assert caught.value.status == 413


@pytest.mark.parametrize(
    "body", [b"{}", gzip.compress(b"{}", mtime=0)[:-3], zlib.compress(b"{}")], ids=["plain", "cut", "zlib"]
)
def test_damaged_gzip_is_refused_as_400(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        inflate(body, "gzip")
    assert caught.value.status == 400


def test_another_encoding_is_refused() -> None:
    with pytest.raises(Unreadable):
        Inflater("br")


def test_nan_and_infinity_are_kept_as_text_and_flagged() -> None:
    wire = parse(b'{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1}')
    assert wire.value == {"a": "NaN", "b": "Infinity", "c": "-Infinity", "d": 1}
    assert codes(b"[NaN]") == {"not-a-number"}


def test_a_number_beyond_a_double_is_kept_as_text_and_flagged() -> None:
    assert parse(b"[1e999]").value == ["1e999"]
    assert codes(b"[1e999]") == {"number-out-of-range"}


@pytest.mark.parametrize("digits", ["9007199254740992", "-9007199254740993", "18446744073709551616", "9" * 5_000])
def test_an_integer_that_no_double_holds_keeps_its_digits_as_text(digits: str) -> None:
    wire = parse(f'{{"n": {digits}}}'.encode())
    assert wire.value == {"n": digits}
    assert [flag.code for flag in wire.flags] == ["big-integer"]


def test_the_largest_safe_integers_stay_numbers() -> None:
    assert parse(b"[9007199254740991, -9007199254740991]").value == [9007199254740991, -9007199254740991]


def test_nul_in_keys_and_values_is_replaced_and_flagged() -> None:
    wire = parse(rb'{"a\u0000b": ["\u0000"]}')
    assert wire.value == {"a\ufffdb": ["\ufffd"]}
    assert [flag.code for flag in wire.flags] == ["nul-character"]


def test_lone_surrogates_are_replaced_and_flagged() -> None:
    assert parse(rb'["\ud800x", "\ud83d\ude00"]').value == ["\ufffdx", "\U0001f600"]
    assert codes(rb'["\udc00"]') == {"lone-surrogate"}


def test_of_a_doubled_key_the_last_value_counts() -> None:
    assert parse(b'{"a": 1, "a": 2}').value == {"a": 2}
    assert codes(b'{"a": NaN, "a": 2}') == {"duplicate-key", "not-a-number"}


def test_raw_control_characters_and_a_byte_order_mark_are_taken() -> None:
    assert parse(b'\xef\xbb\xbf{"a": "x\ty"}').value == {"a": "x\ty"}
