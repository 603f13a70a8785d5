from __future__ import annotations

import pytest

from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.sql import DIALECTS, looks_like_sql, redact_sql

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
    assert looks_like_sql("Running: SELECT a\nFROM b WHERE c = 'd'")
    assert not looks_like_sql("Orders that were delivered late.")
