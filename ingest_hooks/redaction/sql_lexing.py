"""SQL lexed, so that the statement keeps its shape and nothing between quotes stays.

sqlglot's tokenizers, one for each dialect. Where the dialect is not known, every lexer that the text gives reason to
suspect reads it, and what any of them takes for a literal is replaced; what none of them can read is dropped whole.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache
from typing import Final

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType
from sqlglot.tokens import Tokenizer

from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.markers import marker, settle

Span = tuple[int, int, str]

_STRING, _NUMBER, _COMMENT = f"'{marker('string')}'", "?", f"/*{marker('comment')}*/"
_LITERALS: Final = frozenset(
    {
        TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.RAW_STRING, TokenType.HEREDOC_STRING,
        TokenType.UNICODE_STRING, TokenType.HEX_STRING, TokenType.BIT_STRING, TokenType.BYTE_STRING,
    }
)  # fmt: skip
_NAMES: Final = frozenset({TokenType.VAR, TokenType.PARAMETER, TokenType.SESSION_PARAMETER})
_COMPARISONS: Final = frozenset(
    {
        TokenType.EQ, TokenType.NEQ, TokenType.LT, TokenType.GT, TokenType.LTE, TokenType.GTE, TokenType.LIKE,
        TokenType.ILIKE, TokenType.RLIKE, TokenType.BETWEEN, TokenType.NULLSAFE_EQ,
    }
)  # fmt: skip
_SUSPICIONS: Final = (
    (re.compile(r"\\['\"]|`"), "spark"),
    (re.compile(r"\$\w*\$"), "postgres"),
    (re.compile(r"\b[qQ]'"), "oracle"),
    (re.compile(r"#"), "mysql"),
    (re.compile(r"//"), "snowflake"),
)
_APART: Final = frozenset(" \t\r\n,()=<>;.:[]")
_SIMPLE_NAME = re.compile(r"[A-Za-z_][\w$]*")
_LOCAL = threading.local()


def redact_statement(statement: str, dialect: str | None, scanner: Scanner) -> str:
    """The statement with each literal and comment replaced by a marker; `dialect` as sqlglot calls it, or None."""
    candidates = [dialect] if dialect else ["", *(name for form, name in _SUSPICIONS if form.search(statement))]
    spans = _spans(statement, candidates[0], scanner) if len(candidates) == 1 else None
    if spans is not None and not _are_touching(statement, spans):
        return _apply(statement, spans)
    # What one lexer's marker leaves may read otherwise to the next one, and what touched may join.
    return settle(statement, lambda said: _redact_by(said, candidates, scanner), marker("sql"))


def _are_touching(statement: str, spans: list[Span]) -> bool:
    """Whether a marker will stand right beside something that it could be read together with."""
    return any(
        text == f" {_COMMENT}"
        or (start and statement[start - 1] not in _APART)
        or (end < len(statement) and statement[end] not in _APART)
        for start, end, text in spans
    )


def _redact_by(statement: str, candidates: list[str], scanner: Scanner) -> str:
    readings = [spans for name in candidates if (spans := _spans(statement, name, scanner)) is not None]
    return _apply(statement, _union(readings)) if readings else marker("sql")


def _spans(statement: str, dialect: str, scanner: Scanner) -> list[Span] | None:
    """Where one lexer finds what to replace, in order; None where it cannot read the statement."""
    try:
        tokens = _tokenizer(dialect).tokenize(statement)
    except (SqlglotError, ValueError, IndexError):
        return None
    if any(token.token_type is TokenType.UNKNOWN for token in tokens):
        return None
    return list(_find(statement, tokens, dialect, scanner))


def _find(statement: str, tokens: list[Token], dialect: str, scanner: Scanner) -> Iterator[Span]:
    cursor, glued = 0, -1
    guard = None if dialect else _QuoteGuard()
    for index, token in enumerate(tokens):
        start, end, kind = token.start, token.end + 1, token.token_type
        if start < cursor:  # a numeric suffix is given as several tokens over the same text
            continue
        if start > cursor:
            yield from _gap(statement, cursor, start)
        cursor = end
        replacement = guard.judge(tokens, index, statement) if guard else None
        if kind in _LITERALS:
            replacement = _STRING
        elif kind is TokenType.NUMBER:
            replacement, glued = _NUMBER, end
        elif start == glued and (statement[start].isalnum() or statement[start] == "_"):
            replacement, glued = "", end  # `0x1F`, `12_345`: the rest of a number that this dialect does not know
        elif replacement is None and kind is TokenType.IDENTIFIER:
            replacement = statement[start] + scanner.name(statement[start + 1 : end - 1]) + statement[end - 1]
        elif kind in _NAMES:
            replacement = scanner.name(statement[start:end])
        if replacement is not None and replacement != statement[start:end]:
            yield start, end, replacement
    yield from _gap(statement, cursor, len(statement))


def _gap(statement: str, start: int, end: int) -> Iterator[Span]:
    """Between tokens there are only blanks and comments."""
    text = statement[start:end]
    if not text or text.isspace():
        return
    inner = text.strip()
    if inner not in {_COMMENT, ";"}:
        lead = len(text) - len(text.lstrip())
        apart = " " if start and not lead else ""  # or an operator before it and the marker would read as one
        yield start + lead, start + lead + len(inner), apart + _COMMENT


class _QuoteGuard:
    """Judges double quotes where the dialect is unknown: a name in one dialect, a string in the next."""

    def __init__(self) -> None:
        self._before: TokenType | None = None
        self._lists: list[bool] = []

    def judge(self, tokens: list[Token], index: int, statement: str) -> str | None:
        token = tokens[index]
        kind = token.token_type
        replacement = None
        if kind is TokenType.IDENTIFIER:
            quote, content = statement[token.start], statement[token.start + 1 : token.end]
            is_qualified = index + 1 < len(tokens) and tokens[index + 1].token_type is TokenType.DOT
            if not _SIMPLE_NAME.fullmatch(content) or (self._is_value() and not is_qualified):
                replacement = f"{quote}{marker('identifier')}{quote}"
        elif kind is TokenType.L_PAREN:
            self._lists.append(self._before in {TokenType.IN, TokenType.VALUES})
        elif kind is TokenType.R_PAREN and self._lists:
            self._lists.pop()
        self._before = kind
        return replacement

    def _is_value(self) -> bool:
        return self._before in _COMPARISONS or bool(self._lists and self._lists[-1])


def _union(readings: list[list[Span]]) -> list[Span]:
    merged: list[Span] = []
    for start, end, text in sorted((span for spans in readings for span in spans), key=lambda s: (s[0], -s[1])):
        if merged and start < merged[-1][1]:
            before = merged[-1]
            if end > before[1]:
                merged[-1] = (before[0], end, _STRING)
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


@cache
def _tokenizer_class(dialect: str) -> type[Tokenizer]:
    # Commands (CALL, SHOW, EXECUTE) would be handed over as one string each; here they are lexed like all else.
    base = type(Dialect.get_or_raise(dialect or None)).tokenizer_class
    return type(f"{base.__name__}All", (base,), {"COMMANDS": set()})


def _tokenizer(dialect: str) -> Tokenizer:
    """One for each thread: a tokenizer keeps its position while it reads."""
    made: dict[str, Tokenizer] | None = getattr(_LOCAL, "made", None)
    if made is None:
        made = _LOCAL.made = {}
    if dialect not in made:
        made[dialect] = _tokenizer_class(dialect)()
    return made[dialect]
