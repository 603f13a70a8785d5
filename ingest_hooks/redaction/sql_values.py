"""What of a statement's tokens may be a value, and what is put in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.markers import marker
from ingest_hooks.redaction.sql_dialects import CARRIERS, COMPARISONS, LITERALS, T, fixed_kinds
from ingest_hooks.redaction.wordlists import listed

Span = tuple[int, int, str]
"""From where until where what is put."""

STRING, _NUMBER, COMMENT = f"'{marker('string')}'", "?", f"/*{marker('comment')}*/"
_NAMES: Final = frozenset({T.VAR, T.PARAMETER, T.SESSION_PARAMETER})
_PATTERNED: Final = frozenset({T.LIKE, T.ILIKE, T.RLIKE, T.IRLIKE, T.GLOB, T.SIMILAR_TO})
_BEFORE_A_VALUE: Final = COMPARISONS | {
    T.THEN, T.ELSE, T.DPIPE, T.INTERVAL, T.DATE, T.TIME, T.TIMESTAMP, T.DATETIME, T.ESCAPE, T.DEFAULT, T.RETURNING,
    T.PLUS, T.DASH, T.STAR, T.SLASH, T.MOD, T.SEPARATOR,
}  # fmt: skip
_BEFORE_A_NAME: Final = frozenset(
    {
        T.FROM, T.JOIN, T.INTO, T.TABLE, T.UPDATE, T.VIEW, T.ALIAS, T.DOT, T.INDEX, T.SCHEMA, T.DATABASE, T.COLUMN,
        T.REFERENCES, T.EXISTS, T.OVERWRITE, T.R_PAREN, T.CONSTRAINT, T.USE, T.TRUNCATE, T.DESCRIBE,
    }
)  # fmt: skip
_BEFORE_A_CONDITION: Final = frozenset({T.WHERE, T.AND, T.OR, T.ON, T.HAVING, T.WHEN, T.L_PAREN, T.NOT})
_PLAIN_VALUES: Final = frozenset({T.STRING, T.NUMBER, T.PLACEHOLDER})
_BEFORE_NAMED_LISTS: Final = frozenset(
    {
        T.INSERT,
        T.INTO,
        T.TABLE,
        T.EXISTS,
        T.OVERWRITE,
        T.PRIMARY_KEY,
        T.FOREIGN_KEY,
        T.REFERENCES,
        T.UNIQUE,
        T.USING,
        T.VIEW,
    }
)
_SIZED: Final = frozenset(
    {
        T.DECIMAL, T.BIGDECIMAL, T.CHAR, T.NCHAR, T.VARCHAR, T.NVARCHAR, T.FLOAT, T.DOUBLE, T.TIME, T.TIMESTAMP,
        T.TIMESTAMPTZ, T.TIMESTAMPLTZ, T.TIMESTAMPNTZ, T.DATETIME, T.DATETIME2, T.DATETIME64, T.BINARY, T.VARBINARY,
        T.BIT, T.INT, T.BIGINT, T.SMALLINT, T.TINYINT, T.TEXT, T.DECIMAL32, T.DECIMAL64, T.DECIMAL128, T.DECIMAL256,
    }
)  # fmt: skip
"""Types that take a size or a precision, which is none of anybody's values."""

_SMALL: Final = 4
"""Digits that a size or a limit may have and stay."""
_SIMPLE_NAME: Final = re.compile(r"[A-Za-z_][\w$]*")
_MODEL_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_WORD: Final = re.compile(r"[\w$#@]+")
_OPENERS: Final = listed(
    "password passwd pwd aws_key_id aws_secret_key aws_token access_key_id secret_access_key secret_key private_key"
    " azure_sas_token token secret"
)
_GRANTING: Final = listed("create alter copy unload export import set use load put attach")
"""Statements that may hand over what opens something, where elsewhere a column is called so."""

_DIGITS_OF_A_VALUE: Final = 5


class Judge:
    """Goes through the tokens of one text and says what is put in the place of which."""

    def __init__(self, text: str, tokens: list[Token], dialect: str, scanner: Scanner, *, trusted: bool) -> None:
        self._text = text
        self._tokens = tokens
        self._scanner = scanner
        self._trusted = trusted
        self._fixed = fixed_kinds(dialect)
        self._lists: list[tuple[bool, bool]] = []
        self._keyword: TokenType | None = None
        self._is_sized: list[bool] = []

    def spans(self) -> Iterator[Span]:
        """What is replaced, in order."""
        cursor, glued, text = 0, -1, self._text
        for index, token in enumerate(self._tokens):
            start, end = token.start, token.end + 1
            if start < cursor:  # a numeric suffix is given as several tokens over the same text
                continue
            if start > cursor:
                yield from gap(text, cursor, start)
            cursor = end
            if token.token_type is not T.NUMBER and start == glued and (text[start].isalnum() or text[start] == "_"):
                replacement, glued = "", end  # `0x1F`, `12_345`: the rest of a number that this dialect does not know
            else:
                replacement = self._replacement(index, token, text[start:end])
                if token.token_type is T.NUMBER and replacement == _NUMBER:
                    glued = end
            if replacement != text[start:end]:
                yield start, end, replacement
            self._note(index, token)
        yield from gap(text, cursor, len(text))

    def _replacement(self, index: int, token: Token, written: str) -> str:
        kind = token.token_type
        if kind is T.IDENTIFIER:
            content = written[1:-1]
            is_value = self._is_no_name(index, written[0], content)
            return written[0] + (marker("identifier") if is_value else self._scanner.name(content)) + written[-1]
        if kind in self._fixed or (kind in LITERALS and self._is_model(index, written)):
            return written
        if kind is T.NUMBER:
            return written if self._is_small(index, written) else _NUMBER
        if kind in _NAMES and _WORD.fullmatch(written) is not None and not self._is_bare_value(index, written):
            return self._scanner.name(written)
        return STRING

    def _is_bare_value(self, index: int, written: str) -> bool:
        """Whether a word stands where a value should: a number with letters to it, or what opens something."""
        before = [token.text.lower() for token in self._tokens[max(index - 2, 0) : index]]
        if before == ["identified", "by"] or before[-1:] == ["password"]:
            return True
        if self._kind(index + 1) in {T.DOT, T.L_PAREN} or self._kind(index - 1) not in COMPARISONS:
            return False
        if self._kind(index - 1) in _PATTERNED:
            return True
        is_opener = before[0] in _OPENERS and self._tokens[0].text.lower() in _GRANTING
        return is_opener or sum(character.isdigit() for character in written) >= _DIGITS_OF_A_VALUE

    def _note(self, index: int, token: Token) -> None:
        kind = token.token_type
        if kind is T.L_PAREN:
            before = self._kind(index - 1)
            is_named = self._keyword in _BEFORE_NAMED_LISTS and before in {T.VAR, T.IDENTIFIER, self._keyword}
            self._lists.append((before is T.IN or self._is_row(index), is_named))
            self._is_sized.append(before in _SIZED)
        elif kind is T.R_PAREN:
            if self._lists:
                self._lists.pop()
                self._is_sized.pop()
        elif token.text.lower() == "values":  # no word of the language to every dialect's lexer
            self._keyword = T.VALUES
        elif kind not in CARRIERS and kind not in {T.DOT, T.COMMA}:
            self._keyword = kind

    def _is_row(self, index: int) -> bool:
        """Whether a parenthesis opens a row behind VALUES."""
        before = self._tokens[index - 1] if index else None
        is_next = before is not None and (before.token_type is T.COMMA or before.text.lower() == "values")
        return self._keyword is T.VALUES and is_next

    def _kind(self, index: int) -> TokenType | None:
        return self._tokens[index].token_type if 0 <= index < len(self._tokens) else None

    def _is_small(self, index: int, written: str) -> bool:
        """Whether a number is a type's size, a limit, or the place of a parameter (`$1`)."""
        if len(written) > _SMALL or not written.isdigit():
            return False
        before = self._tokens[index - 1] if index else None
        if before is None:
            return False
        if before.token_type is T.PARAMETER or before.text == "$":
            return before.end + 1 == self._tokens[index].start
        if before.token_type in {T.LIMIT, T.OFFSET, T.TOP}:
            return True
        return bool(self._is_sized and self._is_sized[-1])

    def _is_model(self, index: int, written: str) -> bool:
        """Whether a literal is the name that dbt's `ref` or `source` refer to."""
        if _MODEL_NAME.fullmatch(written[1:-1]) is None:
            return False
        place = index - 1
        while place > 1 and self._kind(place) in {T.COMMA, T.STRING} and index - place < _SMALL:
            place -= 1
        word = self._tokens[place - 1].text.lower() if place > 0 else ""
        opens = self._tokens[place - 2].text if place > 1 else ""
        return self._kind(place) is T.L_PAREN and word in {"ref", "source"} and opens.startswith("{")

    def _is_no_name(self, index: int, quote: str, content: str) -> bool:
        """Whether what stands in quotes may be a value, by where it stands and, in no trusted dialect, by its form."""
        before, after = self._kind(index - 1), self._kind(index + 1)
        is_doubtful = quote == '"' and not self._trusted
        if T.DOT in {before, after}:
            return is_doubtful and _SIMPLE_NAME.fullmatch(content) is None
        in_values, in_names = self._lists[-1] if self._lists else (False, False)
        if in_values or before in _BEFORE_A_VALUE or (before is T.AND and self._kind(index - 3) is T.BETWEEN):
            return True
        if _SIMPLE_NAME.fullmatch(content) is None:
            return is_doubtful or before is T.COLON
        if not is_doubtful:
            return False
        return not (
            before in _BEFORE_A_NAME
            or (index > 0 and self._tokens[index - 1].text.lower() == "to")
            or (in_names and before in {T.COMMA, T.L_PAREN})
            # A string compared with a string is nothing that anybody writes.
            or (before in _BEFORE_A_CONDITION and after in COMPARISONS and self._kind(index + 2) in _PLAIN_VALUES)
        )


def gap(statement: str, start: int, end: int) -> Iterator[Span]:
    """Between tokens there are only blanks and comments."""
    text = statement[start:end]
    if not text or text.isspace():
        return
    inner = text.strip()
    if inner not in {COMMENT, ";"}:
        lead = len(text) - len(text.lstrip())
        apart = " " if start and not lead else ""  # or an operator before it and the marker would read as one
        stop = lead + len(inner)
        blanks = len(text) - stop - len(text[stop:].lstrip(" \t"))
        if text[stop + blanks :][:1] == "\n" or start + stop + blanks == len(statement):
            stop += blanks  # they end a comment that ends its line
        yield start + lead, start + stop, apart + COMMENT
