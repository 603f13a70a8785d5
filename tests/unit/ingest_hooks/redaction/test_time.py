"""Whatever is sent, twice as long takes about twice as long to search; the cap of each string does the rest.

What is compared is the processor's time of a text and of one sixteen times as long, the least of a few runs each: about
16 where time is linear, about 256 where it is quadratic.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from ingest_hooks.redaction import keys, redactor, sql
from ingest_hooks.redaction.clinical import holds_clinical
from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.sql_lexing import shape_of
from ingest_hooks.redaction.traces import redact_message, redact_trace

SCANNER = Scanner(b"a key")
SHORT, TIMES = 256, 16
MOST = TIMES * 6
LEAST_SECONDS = 0.000_1
"""Below this a clock says little; what is so fast at the short length may seem slower at the long one than it is."""

DIALECTS = [None, "bigquery", "oracle", "postgres", "spark"]
SQL = [
    "'", "''", "' ", "/*", "/* ", "/*+ ", "*/", "--", "-- \n", "$$", "$a$", "$a ", "q'[", "a ", "a", "(", "[", "{", "`",
    '"', '" ', "1", "1.", "1e", "0x", "1a", "\\", "\\'", "{{", "{%", "{#", "#", "//", "@", "a.b.", "a = ", "in (",
    "select ", "with x as (", "values (1),", "' a", "N'", "r'", "'''", '"""', "<redacted:string>", "?", ";", "\n", "é",
    "case when ", "not ", "mrn_1 ", "::", "- ", "in ('a', ",
]  # fmt: skip
LINES = [
    "a.", "java.lang.", "Error", "Error: ", "Caused by: ", '  File "', '  File "x", line 1\n', "\tat a.b(C.java:1)\n",
    "\tat a", "(", " ", "\n", "x" * 7, "SQLSTATE ", "ORA-", "[Errno ", "HTTP 5", "ERROR 1", "exit code: ", ": ",
    "<redacted:message> ", "... 1 more\n", "é.", "$", "A: ", 'Exception in thread "', "Traceback (most recent call",
]  # fmt: skip
CLINICAL = [
    "resourceType", 'resourceType": "', "resourceType\\", "00100010", '00100010":{"vr', "PID|", "PID|1", "MSH|", "<a",
    '<a xmlns="', "<a xmlns:", "xmlns", "\\", '"', "|", " ", "vr", "0", "A", "(0010,0010)", "(0010,0010) PN",
    "(0010,0010) A ", "NM1*IL*1", "NM1*",
]  # fmt: skip
WORDS = ["select ", "from ", "with a as (", "' ", "{", "[", '{"a":', "a/", "a=", "://", "insert into ", "message "]


def seconds(search: Callable[[str], object], text: str, *, runs: int) -> float:
    least = float("inf")
    for _ in range(runs):
        sql._MEMO.clear()
        redactor._memory.cache_clear()
        started = time.process_time()
        search(text)
        least = min(least, time.process_time() - started)
    return least


def assert_linear(search: Callable[[str], object], piece: str, before: str = "") -> None:
    short = before + piece * (SHORT // len(piece))
    long = before + piece * (SHORT // len(piece) * TIMES)
    least = max(seconds(search, short, runs=3), LEAST_SECONDS)
    assert seconds(search, long, runs=2) / least < MOST, repr(piece)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_statement_is_lexed_and_judged_in_linear_time(dialect: str | None) -> None:
    for piece in SQL:
        assert_linear(lambda text: shape_of(text, dialect, SCANNER, whole=True), piece, before="select ")


def test_a_condition_is_judged_in_linear_time() -> None:
    for piece in SQL:
        assert_linear(lambda text: shape_of(text, None, SCANNER, whole=False), piece)


@pytest.mark.parametrize("search", [redact_message, redact_trace])
def test_messages_and_traces_are_read_in_linear_time(search: Callable[[str, Scanner], str]) -> None:
    for piece in LINES:
        assert_linear(lambda text: search(text, SCANNER), piece)


def test_clinical_structures_are_looked_for_in_linear_time() -> None:
    for piece in CLINICAL:
        assert_linear(holds_clinical, piece)


def test_keys_are_read_in_linear_time() -> None:
    for piece in ("aA", "A", "a", "_", "1", "é", "a_"):
        assert_linear(keys.words, piece)
        assert_linear(keys.is_type, "varchar(" + piece)


@pytest.mark.parametrize("place", ["message", "note", "condition", "sql", "name", "stackTrace", "description"])
def test_a_whole_event_is_searched_in_linear_time(place: str) -> None:
    for piece in WORDS:
        assert_linear(
            lambda text: redactor.redact({"run": {"facets": {"x": {place: text}}}}, token_key=b"a key"), piece
        )


def test_the_guard_finds_what_is_quadratic() -> None:
    with pytest.raises(AssertionError):
        assert_linear(lambda text: sum(each == "b" for place in range(len(text)) for each in text[place:]), "ab")
