"""Laws of redaction."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_hooks.openlineage.wire import JSON
from ingest_hooks.redaction import redact
from ingest_hooks.redaction.classes import FACETS
from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.memo import Memory
from ingest_hooks.redaction.redactor import Redacted, _Walk
from ingest_hooks.redaction.site_rules import read_rules
from ingest_hooks.redaction.sql import DIALECTS, redact_sql
from ingest_hooks.redaction.traces import redact_message, redact_trace

KEY = b"a key"
SCANNER = Scanner(KEY)
KEYS = sorted(
    {step for pattern in FACETS for step in pattern.split("/") if "*" not in step}
    | {
        "facets",
        "patient_id",
        "message",
        "value",
        "samples",
        "password",
        "condition",
        "resourceType",
        "00100010",
        "vr",
        "note",
        "assertion",
    }
)
DIALECT = st.sampled_from([None, *sorted(set(DIALECTS.values()))])

PIECES = st.sampled_from(
    [
        "patient ", "mrn=", "12345", "48213977", "987-65-4320", "born ", "1970-03-12", " ", "/", "_", "=", "'", '"',
        "`", "select ", "from t ", "where a ", "in (", ")", ",", "--", "/*", "*/", "\n", "$$", "$a$", "\\", "#", "//",
        ";", "?", "testperson@example.org", "s3://b/", "://u:p@h", "&password=x", "(555) 123-4567", "0x1F", "1e5",
        "<redacted:string>", "Error: ", "value: ", "q'[", "]'", "12:01", "patients/", "%2F", "Name", "\u00e9", "}",
        "N'", "r'", "'''", "{{ ", "}}", "ref(", "{%", "password = ", "copy t from stdin;", "{'a': ", "PID|1|",
        "case when ", "with c as (", "Traceback (most recent call last):", "<redacted:message>", "\u2018", "$1",
        '{"a": ', "[", "]", 'File "x", line 3', "-----BEGIN PRIVATE KEY-----", "--password ", "PGPASSWORD=", "bearer ",
        "abc1def2", "Dr. ", "Testperson", "Alpha", "patient name: ", "^", "+49 30 1234567",
        "DE89 3704 0044 0532 0130 00",
        "4111 1111 1111 1111", "1.2.840.113619.2.55.3.604688119", "%31", "%2531", "\u200b", "\uff11", "test.", ".",
        "2024_",
        "2024-01-15", "018f4a3e-0000-7000-8000-000000000001", "0a1b" * 16, "first_name=", "redacted_", "-", ":",
    ]
)  # fmt: skip
TEXT = st.one_of(st.text(max_size=20), st.lists(PIECES, max_size=12).map("".join))
KEYWORD = st.one_of(st.sampled_from(KEYS), TEXT)
SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), TEXT
)
ANY_JSON: st.SearchStrategy[JSON] = st.recursive(
    SCALAR,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYWORD, inner, max_size=4)),
    max_leaves=20,
)
PART: st.SearchStrategy[JSON] = st.one_of(
    ANY_JSON, st.dictionaries(KEYWORD, ANY_JSON, max_size=3), st.builds(lambda text: {"query": text}, TEXT)
)


@given(ANY_JSON)
def test_any_json_is_taken_and_redacting_twice_changes_nothing(value: JSON) -> None:
    once = redact(value, token_key=KEY)
    assert redact(once.value, token_key=KEY).value == once.value
    json.dumps(once.value)


@given(ANY_JSON)
def test_the_same_value_gives_the_same_answer(value: JSON) -> None:
    assert redact(value, token_key=KEY) == redact(json.loads(json.dumps(value)), token_key=KEY)


@given(st.lists(st.tuples(st.sampled_from(["inputs", "outputs"]), PART, PART), min_size=1, max_size=4))
def test_what_is_remembered_of_parts_changes_nothing(said: list[tuple[str, JSON, JSON]]) -> None:
    for side, first, second in said:
        parts: JSON = {"namespace": "s3://made-up", "name": "set", "facets": {"note": first, "schema": second}}
        event: JSON = {"job": {"name": "load", "facets": {"sql": first}}, side: [second, parts, first, parts]}
        anew = _Walk(Memory(SCANNER))
        value = anew.root(event)
        for _ in range(2):
            assert redact(event, token_key=KEY) == Redacted(
                value, tuple(sorted(anew.notes.redactions)), tuple(sorted(anew.notes.findings))
            )


@given(ANY_JSON)
def test_nothing_changes_without_being_told(value: JSON) -> None:
    once = redact(value, token_key=KEY)
    assert bool(once.redactions) == (once.value != value)


RULES = read_rules(
    b"""
    [[rule]]
    name = "form"
    form = {prefix = ["patient ", "s3://b/", "abc"], digits = [6, 8], separators = "- ", check = "luhn"}
    [[rule]]
    name = "token-form"
    action = "token"
    form = {prefix = ["n-", "2024_", "select ", "x:"], digits = [3, 6], separators = "- "}
    [[rule]]
    name = "everything-there"
    place = "note/**"
    class = "value"
    [[rule]]
    name = "left-out"
    place = "*/**/samples"
    action = "drop"
    [[rule]]
    name = "token"
    place = "*/**/note"
    action = "token"
    [[rule]]
    name = "shape"
    place = "*/condition"
    class = "sql"
    """
)
FACETS_OF = st.dictionaries(st.one_of(st.sampled_from(["note", "schema", "acme", "sql"]), KEYWORD), PART, max_size=3)


@given(FACETS_OF)
def test_a_site_s_rules_keep_the_laws(facets: dict[str, JSON]) -> None:
    event: JSON = {"run": {"facets": facets}, "inputs": [{"name": "a", "facets": facets}]}
    once = redact(event, token_key=KEY, rules=RULES)
    assert redact(once.value, token_key=KEY, rules=RULES).value == once.value
    assert bool(once.redactions) == (once.value != event)
    anew = _Walk(Memory(Scanner(KEY, RULES.forms), RULES))
    assert anew.root(event) == once.value
    assert tuple(sorted(anew.notes.redactions)) == once.redactions


@given(TEXT, DIALECT)
def test_sql_redacted_twice_is_sql_redacted_once(statement: str, dialect: str | None) -> None:
    once = redact_sql(statement, dialect, SCANNER)
    assert redact_sql(once, dialect, SCANNER) == once


STATEMENTS = st.sampled_from(
    [
        "select v.id from raw.visits v where v.ward = '{text}' and v.age > {number}",
        "insert into t (a, b) values ({number}, '{text}'), ({number}, '{text}')",
        "update t set note = '{text}' where id in ({number}, {number})",
        "with c as (select '{text}' as x) merge into t using c on t.a = c.x when matched then delete",
        "select * from t where a between {number} and {number} and b like '{text}%' -- {text}",
        "create table x as select case when a = '{text}' then {number} else 0.5 end as b from /* {text} */ t",
        "delete from t where d >= date '2024-01-01' and name <> '{text}'",
    ]
)
LITERAL = st.text(st.characters(codec="ascii", min_codepoint=32, exclude_characters="'\"`\\\\/*-#%$;{}"), max_size=30)
NUMBER = st.one_of(st.integers(2, 10**12).map(str), st.decimals(0, 10**6, places=2).map(str))


@given(STATEMENTS, DIALECT, LITERAL, LITERAL, NUMBER, NUMBER)
def test_a_statement_keeps_its_shape_whatever_its_literals(
    statement: str, dialect: str | None, text: str, other: str, number: str, another: str
) -> None:
    """So that the digest of what a job runs changes with the statement alone."""
    first = redact_sql(statement.format(text=text, number=number), dialect, SCANNER)
    assert first == redact_sql(statement.format(text=other, number=another), dialect, SCANNER)
    assert not first.startswith("<redacted:sql ")


@given(TEXT)
def test_an_assertion_s_name_redacted_twice_is_one_redacted_once(text: str) -> None:
    facet: JSON = {"assertions": [{"assertion": text, "name": text}]}
    said: JSON = {"inputs": [{"name": text, "inputFacets": {"dataQualityAssertions": facet}}]}
    once = redact(said, token_key=KEY)
    assert redact(once.value, token_key=KEY).redactions == ()


@given(TEXT)
def test_scans_repeated_change_nothing(text: str) -> None:
    for scan in (
        SCANNER.text,
        SCANNER.name,
        lambda said: redact_message(said, SCANNER),
        lambda said: redact_trace(said, SCANNER),
    ):
        once = scan(text)
        assert scan(once) == once


@pytest.mark.parametrize("dialect", [None, *sorted(set(DIALECTS.values()))])
@given(
    before=st.sampled_from(["a", "b = 1", "'x'", "/* c */ d", "f(2)"]),
    after=st.sampled_from(["", ", 'y'", "-- z", ") "]),
)
def test_a_plain_string_never_outlives_its_quotes(dialect: str | None, before: str, after: str) -> None:
    assert "Testperson" not in redact_sql(f"select {before}, 'Testperson' {after}", dialect, SCANNER)


def test_nesting_beyond_the_limit_is_dropped_without_recursion_error() -> None:
    value: JSON = "patient 48213977"
    for _ in range(900):
        value = [value]
    assert "48213977" not in json.dumps(redact(value, token_key=KEY).value)
