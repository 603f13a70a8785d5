"""SQL without its literals: told from other text, replaced by `sql_lexing`, and remembered, as it comes again."""

from __future__ import annotations

import hashlib
import os
import re
from typing import Final

from ingest_hooks.redaction.identifiers import Scanner

DIALECTS: Final = {
    "athena": "trino", "bigquery": "bigquery", "clickhouse": "clickhouse", "databricks": "databricks",
    "doris": "doris", "duckdb": "duckdb", "hive": "hive", "mariadb": "mysql", "mssql": "tsql", "mysql": "mysql",
    "oracle": "oracle", "postgres": "postgres", "postgresql": "postgres", "presto": "presto", "redshift": "redshift",
    "snowflake": "snowflake", "spark": "spark", "sparksql": "spark", "sqlite": "sqlite", "sqlserver": "tsql",
    "starrocks": "starrocks", "teradata": "teradata", "trino": "trino", "tsql": "tsql", "awsathena": "trino",
}  # fmt: skip
"""What emitters call a dialect, an integration or a namespace's scheme, and the lexer that reads it."""

_VERB = re.compile(
    r"\b(?:select|insert|update|delete|merge|create|alter|copy|load|export|truncate|drop|replace|call|exec|execute|with)\b",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"\b(?:from|into|set|table|values|view|using|where|select|as)\b", re.IGNORECASE)
_MEMO_SIZE = 2_048
_MEMO_KEY = os.urandom(32)
_MEMO: dict[bytes, str] = {}


def looks_like_sql(text: str) -> bool:
    """Whether a text anywhere reads like a statement, so that literals must be expected in it."""
    # Two searches one behind the other: one pattern for both would be quadratic in hostile text.
    verb = _VERB.search(text)
    return verb is not None and _OBJECT.search(text, verb.end()) is not None


def redact_sql(statement: str, dialect: str | None, scanner: Scanner) -> str:
    """The statement with each literal and comment replaced by a marker; `dialect` as any emitter calls it, or None.

    The last results are remembered under a keyed digest: a job sends the same statement with every event.
    """
    known = DIALECTS.get((dialect or "").lower().replace("-", "").replace("_", "").replace(" ", ""))
    memo = hashlib.blake2b(
        b"\x00".join((scanner.key, (known or "").encode(), statement.encode("utf-8", "surrogatepass"))), key=_MEMO_KEY
    ).digest()
    found = _MEMO.get(memo)
    if found is None:
        # The lexers take as long to import as all the rest; many pipelines never send SQL.
        from ingest_hooks.redaction.sql_lexing import redact_statement  # noqa: PLC0415

        found = redact_statement(statement, known, scanner)
        if len(_MEMO) >= _MEMO_SIZE:
            _MEMO.clear()
        _MEMO[memo] = found
    return found
