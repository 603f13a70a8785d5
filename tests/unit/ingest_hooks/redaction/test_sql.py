# ruff: noqa: S608 - these statements are never run, they are what must be redacted

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from ingest_hooks.redaction import sql
from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.sql import DIALECTS, LONGEST, redact_expression, redact_sql, statement_in

SCANNER = Scanner(b"a key")


@pytest.mark.parametrize(
    ("dialect", "statement", "left"),
    [
        (None, "select a, 'x''y', 12 from t where b=1.5e3", "select a, '<redacted:string>', ? from t where b=?"),
        (None, "select f(a, 3, 0) over (order by c)", "select f(a, ?, ?) over (order by c)"),
        (None, "select 0x1F, 12_345, 9abc from t", "select ?, ?, ? from t"),
        (None, 'select * from "db"."t" where a = "x"', 'select * from "db"."t" where a = "<redacted:identifier>"'),
        (None, "select date '2026-01-01'", "select date '<redacted:string>'"),
        (None, "call f('a', 2)", "call f('<redacted:string>', ?)"),
        (None, "select `a b` from t where c = 'it\\'s'", "select `a b` from t where c = '<redacted:string>'"),
        (
            "postgres",
            "select $q$ a $q$, E'x', X'1F'",
            "select '<redacted:string>', '<redacted:string>', '<redacted:string>'",
        ),
        ("postgres", 'select "Full Name" from t', 'select "Full Name" from t'),
        ("hive", 'select "a", `b c`, 10L', "select '<redacted:string>', `b c`, ?"),
        ("bigquery", 'select r\'a\', """b"""', "select '<redacted:string>', '<redacted:string>'"),
        ("mysql", "select n'a', 0x1F # why", "select '<redacted:string>', '<redacted:string>' /*<redacted:comment>*/"),
        ("tsql", "select N'a' from [dbo].[t]", "select '<redacted:string>' from [dbo].[t]"),
        ("oracle", "select q'[it's]' from dual", "select '<redacted:string>' from dual"),
        (
            "snowflake",
            "put file:///tmp/x @s; show tables like 'a'",
            "put file:///tmp/x @s; show tables like '<redacted:string>'",
        ),
        ("SPARK", "select 1 -- a\nfrom t /* b */", "select ? /*<redacted:comment>*/\nfrom t /*<redacted:comment>*/"),
    ],
)
def test_literals_go_and_the_statement_keeps_its_shape(dialect: str | None, statement: str, left: str) -> None:
    assert redact_sql(statement, dialect, SCANNER) == left


def test_what_no_lexer_takes_is_dropped() -> None:
    assert redact_sql("select 'open", None, SCANNER) == "<redacted:sql>"
    assert redact_sql("select 'open ended'' x", None, SCANNER).startswith("<redacted:sql length=22 digest=")


@pytest.mark.parametrize("dialect", [None, *sorted(set(DIALECTS.values()))])
def test_a_quoted_value_is_gone_in_every_dialect(dialect: str | None) -> None:
    statement = "insert into t (a, b) values ('Testperson', 7), (null, 'Testperson') -- Testperson\n"
    left = redact_sql(statement, dialect, SCANNER)
    assert "Testperson" not in left
    assert left.startswith("insert into t (a, b) values (")


@pytest.mark.parametrize("dialect", [None, *sorted(set(DIALECTS.values()))])
def test_redacting_twice_changes_nothing(dialect: str | None) -> None:
    statement = 'with c as (select a.id, "b", 10 from t3 a where x in (\'y\', "z") /* w */) select c.id * 10 from c;'
    once = redact_sql(statement, dialect, SCANNER)
    assert redact_sql(once, dialect, SCANNER) == once


def test_a_statement_is_recognised_inside_text() -> None:
    assert statement_in("Running: SELECT a\nFROM b WHERE c = 'd'") == len("Running: ")


@pytest.mark.parametrize(
    "prose",
    [
        "Orders that were delivered late.",
        "Select the patients from the list and update their status.",
        "With records from the registry",
        "Visits that were replaced or merged into one",
    ],
)
def test_prose_is_no_statement(prose: str) -> None:
    assert statement_in(prose) is None


@pytest.mark.parametrize("dialect", [None, *sorted(set(DIALECTS.values()))])
@pytest.mark.parametrize(
    "statement",
    [
        'select a from t where b = "Testperson"',
        'select a from t where b = "Testperson Alpha"',
        'select a from t where b in ("Testperson", "B20")',
        'select a from t where b like "Testperson%"',
        'select a from t where b between "Testperson" and "Testperson"',
        'insert into t values ("Testperson", 1), ("Testperson", 2)',
        'update t set a = "Testperson" where c > 1',
        'select case when a then "Testperson" else "Testperson" end from t',
        'select a || "Testperson" from t',
        "select /*+ Testperson */ a from t",
        "select /*+ index(t Testperson) */ a from t /* Testperson */",
        "select a -- Testperson",
    ],
)
def test_quotes_hints_and_comments_are_judged_in_every_dialect(dialect: str | None, statement: str) -> None:
    left = redact_sql(statement, dialect, SCANNER)
    assert "Testperson" not in left
    assert "B20" not in left


@pytest.mark.parametrize(
    "statement",
    [
        'select "Testperson" from t',
        'select "Testperson", b from t',
        'select upper("Testperson") from t',
        'select "Testperson" as who from t',
        'select a from t where "Testperson" = a',
        'select a from t order by "Testperson"',
    ],
)
def test_where_no_dialect_is_said_a_double_quote_that_may_be_a_string_is_one(statement: str) -> None:
    assert "Testperson" not in redact_sql(statement, None, SCANNER)
    assert "Testperson" not in redact_sql(statement, "a dialect of their own", SCANNER)


@pytest.mark.parametrize(
    "statement",
    [
        'select t."a", "db"."t"."b" as "c" from "db"."t" join "u" on t."a" = "u"."a"',
        'insert into "t" ("a", "b") select c, d from e',
        'create table if not exists "t" ("a" int, "b" varchar(20), "c" decimal(10,2))',
        "select a from t where b = $1 limit 10",
        "select a from {{ ref('stg_patients') }} join {{ source('raw', 'visits') }} using (id)",
    ],
)
def test_names_sizes_limits_and_parameters_stay_whatever_the_dialect(statement: str) -> None:
    assert redact_sql(statement, None, SCANNER) == statement


@pytest.mark.parametrize(
    "text",
    [
        "pha' and b = 'Testperson' and c = 'x",  # cut at both ends
        "pha ' and b = 'Testperson' and c = 'x'",
        "select 'a Testperson",
        "select 'it's Testperson', 'b'",
        "select the chart of patient Testperson from the archive",
        "select Testperson Alpha Gamma from t",
        "select a from t where b = Testperson Alpha",
        "Patient Testperson has code B20",
        "update: Testperson was seen",
    ],
)
def test_what_was_cut_inside_a_quote_and_prose_have_no_shape(text: str) -> None:
    for dialect in (None, *sorted(set(DIALECTS.values()))):
        left = redact_sql(text, dialect, SCANNER)
        assert "Testperson" not in left
        assert "B20" not in left


@pytest.mark.parametrize("dialect", [None, *sorted(set(DIALECTS.values()))])
@pytest.mark.parametrize(
    "remark", ["# Testperson", "# Testperson Alpha", "// Testperson", "-- Testperson", "/* Testperson */"]
)
def test_a_comment_of_another_dialect_is_one_all_the_same(dialect: str | None, remark: str) -> None:
    assert "Testperson" not in redact_sql(f"select a from t {remark}", dialect, SCANNER)
    assert "Testperson" not in redact_sql(f"{remark}\nselect a from t where b = 'c'", dialect, SCANNER)


@pytest.mark.parametrize("dialect", [None, *sorted(set(DIALECTS.values()))])
@pytest.mark.parametrize(
    "value", ["like Testperson%", "= p48213977", "= \u2018Testperson\u2019", "= Testperson Alpha", "in ('Testperson"]
)
def test_a_value_without_its_quotes_is_none_the_less_one(dialect: str | None, value: str) -> None:
    left = redact_sql(f"select a from t where b {value}", dialect, SCANNER)
    assert "Testperson" not in left
    assert "48213977" not in left


def test_a_memo_of_one_dialect_is_not_read_in_another() -> None:
    statement = 'select "Visit Day" from t'
    assert redact_sql(statement, "postgres", SCANNER) == statement
    assert redact_sql(statement, "hive", SCANNER) == "select '<redacted:string>' from t"
    assert redact_sql(statement, None, SCANNER) == 'select "<redacted:identifier>" from t'
    assert redact_sql(statement, "postgres", SCANNER) == statement


def test_a_memo_under_one_site_s_key_is_not_read_under_another() -> None:
    statement = "select x from visits_mrn_48213977 where y = 'z'"
    ours, theirs = (redact_sql(statement, "postgres", Scanner(key)) for key in (b"ours", b"theirs"))
    assert ours != theirs
    assert redact_sql(statement, "postgres", Scanner(b"ours")) == ours


def test_many_threads_share_what_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "_MEMO_SIZE", 3)
    monkeypatch.setattr(sql, "_MEMO", {})

    def redacted(number: int) -> bool:
        left = redact_sql(f"select 'Testperson', a{number % 7} from t", None, SCANNER)
        return left == f"select '<redacted:string>', a{number % 7} from t"

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            assert all(threads.map(redacted, range(2_000)))
    finally:
        sys.setswitchinterval(before)


def test_a_condition_keeps_its_shape_and_prose_under_its_key_does_not() -> None:
    assert redact_expression("mrn = 'x' and age > 3 or lower(a) in ('b')", SCANNER) == (
        "mrn = '<redacted:string>' and age > ? or lower(a) in ('<redacted:string>')"
    )
    assert redact_expression("only patient Testperson", SCANNER) is None
    assert redact_expression("patient 660.241 Testperson", SCANNER) is None


def test_a_statement_too_long_to_be_lexed_is_kept_as_length_and_digest() -> None:
    statement = "select 'Testperson' from t".ljust(LONGEST + 1)
    assert redact_sql(statement, None, SCANNER).startswith(f"<redacted:sql length={len(statement)} digest=")
