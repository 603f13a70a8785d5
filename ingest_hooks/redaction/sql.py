"""SQL without its literals: told from other text, replaced by `sql_lexing`, and remembered, as it comes again."""

from __future__ import annotations

import hashlib
import os
import re
from typing import Final

from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.marks import is_mark, mark

LONGEST: Final = 262_144
"""So many characters of a statement are lexed, by all lexers together; of a longer one length and digest are kept."""

DIALECTS: Final = {
    "athena": "trino", "bigquery": "bigquery", "clickhouse": "clickhouse", "databricks": "databricks",
    "doris": "doris", "duckdb": "duckdb", "hive": "hive", "mariadb": "mysql", "mssql": "tsql", "mysql": "mysql",
    "oracle": "oracle", "postgres": "postgres", "postgresql": "postgres", "presto": "presto", "redshift": "redshift",
    "snowflake": "snowflake", "spark": "spark", "sparksql": "spark", "sqlite": "sqlite", "sqlserver": "tsql",
    "starrocks": "starrocks", "teradata": "teradata", "trino": "trino", "tsql": "tsql", "awsathena": "trino",
}  # fmt: skip
"""What emitters call a dialect, and the lexer that reads it."""

_VERBS: Final = re.compile(
    r"\b(?:(?:select|insert|update|delete|merge|create|alter|copy|load|export|truncate|drop|replace|exec|execute)\b"
    # Prose, too, says `call (` and `with`.
    r"|call\s{1,9}[\w$.\"`\[]"
    r"|with\s{1,9}(?:recursive\s{1,9})?[\w$.\"`\[\]]{1,128}\s{0,9}(?:\([^()]{0,512}\)\s{0,9})?as\b)",
    re.IGNORECASE,
)
_OBJECTS: Final = re.compile(r"\b(?:from|into|set|table|values|view|using|where|select|as)\b|\(", re.IGNORECASE)
_SIGNS: Final = re.compile(r"['\"=<>*;(]")
_MEMO_SIZE: Final = 2_048
_LONGEST_REMEMBERED: Final = 32_768
_MEMO_KEY: Final = os.urandom(32)
_MEMO: Final[dict[bytes, str | None]] = {}


def statement_in(text: str) -> int | None:
    """Where in a text a statement begins that may hold literals; None where the text reads like prose or a name."""
    # Two searches one behind the other: one pattern for both would be quadratic in hostile text.
    verb = _VERBS.search(text)
    if verb is None or _OBJECTS.search(text, verb.end()) is None or _SIGNS.search(text, verb.end()) is None:
        return None
    return verb.start()


def redact_sql(statement: str, dialect: str | None, scanner: Scanner) -> str:
    """The statement with each literal, comment and hint replaced; `dialect` as any emitter calls it, or None.

    What is no statement, what no lexer takes, and what is too long is kept as length and digest only. The last results
    are remembered under a keyed digest: a job sends the same statement with every event.
    """
    return _shape(statement, dialect, scanner, whole=True) or mark("sql", statement, scanner.key)


def shape_in(text: str, scanner: Scanner) -> str | None:
    """The shape of a statement of no known dialect; None where the text is none."""
    return _shape(text, None, scanner, whole=True)


def redact_expression(expression: str, scanner: Scanner) -> str | None:
    """A condition or formula in the same way; None where it is none."""
    return _shape(expression, None, scanner, whole=False)


def _shape(text: str, dialect: str | None, scanner: Scanner, *, whole: bool) -> str | None:
    if not text.strip() or is_mark(text, scanner.key):
        return text
    if len(text) > LONGEST:
        return None
    known = DIALECTS.get((dialect or "").lower().replace("-", "").replace("_", "").replace(" ", ""))
    form = "statement" if whole else "expression"
    memo = hashlib.blake2b(
        b"\x00".join((scanner.key, form.encode(), (known or "").encode(), text.encode("utf-8", "surrogatepass"))),
        key=_MEMO_KEY,
    ).digest()
    try:
        return _MEMO[memo]
    except KeyError:  # asking first and taking then would be two steps, and another thread may empty it in between
        pass
    # The lexers take as long to import as all the rest; many pipelines never send SQL.
    from ingest_hooks.redaction.sql_lexing import shape_of  # noqa: PLC0415

    found = shape_of(text, known, scanner, whole=whole)
    if len(_MEMO) >= _MEMO_SIZE:
        _MEMO.clear()
    if len(text) <= _LONGEST_REMEMBERED:
        _MEMO[memo] = found
    return found
