"""SQL lexed, so that the statement keeps its shape and nothing that may be a value stays.

sqlglot's tokenizers, one for each dialect. A token passes only if it is of a kind that is known to carry no value:
keywords, operators, names. Double quotes are judged by where they stand, in every dialect: a name in one is a string in
the next, and whoever writes a statement may err. Where no dialect is said, every lexer that the text gives reason to
suspect reads it, and what any of them takes for a literal is replaced. What none of them can read, what is prose, and
what was cut inside a quote has no shape.
"""

from __future__ import annotations

import re
from typing import Final

from sqlglot.errors import SqlglotError

from ingest_hooks.redaction.credentials import IN_ADDRESS
from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.markers import marker, settle
from ingest_hooks.redaction.sql_dialects import T, tokenizer, tokenizer_class
from ingest_hooks.redaction.sql_prose import is_prose
from ingest_hooks.redaction.sql_values import COMMENT, STRING, Judge, Span, gap

_UNSETTLED: Final = marker("sql")
_MOST_READ: Final = 262_144
"""How many characters all lexers together read of one text whose dialect is not named."""

_SUSPICIONS: Final = (
    (re.compile(r"\\['\"]|`"), "spark"),
    (re.compile(r"\$\w*\$"), "postgres"),
    (re.compile(r"\b[qQ]'"), "oracle"),
    (re.compile(r"#"), "mysql"),
    (re.compile(r"//"), "snowflake"),
    (re.compile(r"'''|\"\"\"|(?<![\w'\"])[rRbB]{1,2}['\"]"), "bigquery"),
)
_APART: Final = frozenset(" \t\r\n,()=<>;.:[]")
_REMARKS: Final = (
    ("#", re.compile(r"(?:^|[ \t])#[ \t]{0,9}[A-Za-z][^\n;,()'\"=#/]*$", re.MULTILINE)),
    ("//", re.compile(r"(?:^|[ \t])//[ \t]{0,9}[A-Za-z][^\n;,()'\"=#/]*$", re.MULTILINE)),
)
"""What ends a line as a comment does, where the dialect that is said has no such comments."""

_SET: Final = re.compile(
    r"(?:\A|;)\s{0,20}set\s{1,20}(?:(?:session|local|global)\s{1,20})?"
    r"(?=[\w.:-]{0,256}?(?:passw|secret|token|credential|(?:account|access|api|private|shared)[._-]?key))[\w.:-]{1,256}+"
    r"\s{0,20}(?:=|\s(?:to|as)\s)\s{0,20}(?!(?:true|false|null|default|\d{1,4})\s{0,20}(?:;|\Z))(?P<value>[^\s;'\"`][^;\n]*+)",
    re.IGNORECASE,
)
"""A session's option that opens something; its value needs no quotes, and is no word of the language."""
_COPIED: Final = re.compile(r"\bfrom\s{1,20}stdin\b[^;]{0,400};", re.IGNORECASE)
_INSERTED: Final = re.compile(r"\bformat\s{1,20}(?:csv|tsv|tabseparated|json|values)\w{0,40}", re.IGNORECASE)


def shape_of(text: str, dialect: str | None, scanner: Scanner, *, whole: bool) -> str | None:
    """The statement (or, if not `whole`, the expression) without what may be a value; None where it has no shape.

    `dialect` is as sqlglot calls it, or None.
    """
    left = _without_rows(_without_options(text))
    if dialect is not None and any(
        sign not in tokenizer_class(dialect).COMMENTS and form.search(left) for sign, form in _REMARKS
    ):
        dialect = None
    plain = None if dialect is None and _suspected(left) else _plain_shape(left, dialect, scanner, whole=whole)
    if plain is not None:
        return plain

    # What one lexer's marker leaves may read otherwise to the next one, and what touched may join.
    def again(current: str) -> str:
        return _shape(_without_rows(current), dialect, scanner, whole=whole) or _UNSETTLED

    settled = settle(left, again, _UNSETTLED)
    return None if settled == _UNSETTLED else settled


def _suspected(text: str) -> list[str]:
    return [name for form, name in _SUSPICIONS if form.search(text)]


def _plain_shape(text: str, dialect: str | None, scanner: Scanner, *, whole: bool) -> str | None:
    """The shape that one lexer finds, where no marker stands beside what it could be read together with."""
    spans = _reading(text, dialect or "", scanner, whole=whole, trusted=dialect is not None)
    return None if spans is None or _are_touching(text, spans) else _apply(text, spans)


def _shape(text: str, dialect: str | None, scanner: Scanner, *, whole: bool) -> str | None:
    """The shape by the dialect that is said, else by all that are suspected."""
    if dialect is not None:
        spans = _reading(text, dialect, scanner, whole=whole, trusted=True)
        if spans is not None:
            return _apply(text, spans)
    suspected = _suspected(text)
    if suspected and len(text) * (len(suspected) + 1) > _MOST_READ:
        return None
    readings = _readings(text, ["", *suspected], scanner, whole=whole)
    return _apply(text, _union(readings)) if readings else None


def _without_options(text: str) -> str:
    """The text without the values of options that open something: `SET fs.s3a.secret.key=…`, `s3://user:…@bucket`."""
    if "://" in text:
        text = IN_ADDRESS.sub(r"\g<url>?", text)
    written: list[str] = []
    done = 0
    for option in _SET.finditer(text):
        written += (text[done : option.start("value")], STRING)
        done = option.end("value")
    return "".join((*written, text[done:])) if written else text


def _without_rows(text: str) -> str:
    """The text without rows that are no SQL: behind COPY in PostgreSQL, behind INSERT in ClickHouse."""
    rows = _COPIED.search(text)
    if rows is None and text.lstrip()[:6].lower() == "insert":
        rows = _INSERTED.search(text)
    if rows is None or text[rows.end() :].strip() in {"", ";", COMMENT}:
        return text
    return f"{text[: rows.end()]} {COMMENT}"


def _are_touching(statement: str, spans: list[Span]) -> bool:
    """Whether a marker will stand right beside something that it could be read together with."""
    return any(
        text == f" {COMMENT}"
        or (start and statement[start - 1] not in _APART)
        or (end < len(statement) and statement[end] not in _APART)
        for start, end, text in spans
    )


def _readings(text: str, dialects: list[str], scanner: Scanner, *, whole: bool) -> list[list[Span]]:
    """What each lexer finds; nothing where one that the text gives reason to suspect cannot read it."""
    found = [_reading(text, dialect, scanner, whole=whole, trusted=False) for dialect in dialects]
    are_read = all(spans is not None for dialect, spans in zip(dialects, found, strict=True) if dialect)
    return [spans for spans in found if spans is not None] if are_read else []


def _reading(text: str, dialect: str, scanner: Scanner, *, whole: bool, trusted: bool) -> list[Span] | None:
    """Where one lexer finds what to replace, in order; None where it cannot read the text, or reads no SQL in it."""
    try:
        tokens = tokenizer(dialect).tokenize(text)
    except (SqlglotError, ValueError, IndexError):
        return None
    if not tokens:
        return list(gap(text, 0, len(text)))
    if any(token.token_type is T.UNKNOWN for token in tokens) or is_prose(text, tokens, dialect, whole=whole):
        return None
    return list(Judge(text, tokens, dialect, scanner, trusted=trusted).spans())


def _union(readings: list[list[Span]]) -> list[Span]:
    merged: list[Span] = []
    for start, end, text in sorted((span for spans in readings for span in spans), key=lambda s: (s[0], -s[1])):
        if merged and start < merged[-1][1]:
            before = merged[-1]
            if end > before[1]:
                merged[-1] = (before[0], end, STRING)
        else:
            merged.append((start, end, text))
    return merged


def _apply(statement: str, spans: list[Span]) -> str:
    parts, cursor = [], 0
    for start, end, text in spans:
        parts += [statement[cursor:start], text]
        cursor = end
    parts.append(statement[cursor:])
    return "".join(parts)
