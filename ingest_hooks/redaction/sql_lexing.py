"""SQL lexed, so that the statement keeps its shape and nothing that may be a value stays.

sqlglot's tokenizers, one for each dialect. A token passes only if it is of a kind that is known to carry no value:
keywords, operators, names. Double quotes are judged by where they stand, in every dialect: a name in one is a string in
the next, and whoever writes a statement may err. Where no dialect is said, every lexer that the text gives reason to
suspect reads it, and what any of them takes for a literal is replaced. What none of them can read, what is prose, and
what was cut inside a quote has no shape.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterator
from functools import cache
from typing import Final

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType
from sqlglot.tokens import Tokenizer

from ingest_hooks.redaction.credentials import IN_ADDRESS
from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.markers import marker, settle
from ingest_hooks.redaction.wordlists import listed

Span = tuple[int, int, str]
T = TokenType

_STRING, _NUMBER, _COMMENT = f"'{marker('string')}'", "?", f"/*{marker('comment')}*/"
_UNSETTLED: Final = marker("sql")
_MOST_READ: Final = 262_144
"""How many characters all lexers together read of one text whose dialect is not named."""
_LITERALS: Final = frozenset(
    {
        T.STRING, T.NATIONAL_STRING, T.RAW_STRING, T.HEREDOC_STRING, T.UNICODE_STRING, T.HEX_STRING, T.BIT_STRING,
        T.BYTE_STRING, T.NATIONAL_RAW_STRING,
    }
)  # fmt: skip
_QUOTED: Final = _LITERALS | {T.IDENTIFIER}
_OPERANDS: Final = _QUOTED | {T.VAR, T.NUMBER}
_NAMES: Final = frozenset({T.VAR, T.PARAMETER, T.SESSION_PARAMETER})
_CARRIERS: Final = _LITERALS | {T.NUMBER, T.IDENTIFIER, T.VAR, T.HINT, T.UNKNOWN}
"""Kinds whose text is the writer's; every other kind is a word or sign of the language."""

_COMPARISONS: Final = frozenset(
    {
        T.EQ, T.NEQ, T.LT, T.GT, T.LTE, T.GTE, T.LIKE, T.ILIKE, T.RLIKE, T.IRLIKE, T.GLOB, T.SIMILAR_TO, T.BETWEEN,
        T.NULLSAFE_EQ, T.COLON_EQ,
    }
)  # fmt: skip
_PATTERNED: Final = frozenset({T.LIKE, T.ILIKE, T.RLIKE, T.IRLIKE, T.GLOB, T.SIMILAR_TO})
_BEFORE_A_VALUE: Final = _COMPARISONS | {
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

_SUSPICIONS: Final = (
    (re.compile(r"\\['\"]|`"), "spark"),
    (re.compile(r"\$\w*\$"), "postgres"),
    (re.compile(r"\b[qQ]'"), "oracle"),
    (re.compile(r"#"), "mysql"),
    (re.compile(r"//"), "snowflake"),
    (re.compile(r"'''|\"\"\"|(?<![\w'\"])[rRbB]{1,2}['\"]"), "bigquery"),
)
_APART: Final = frozenset(" \t\r\n,()=<>;.:[]")
_SIMPLE_NAME: Final = re.compile(r"[A-Za-z_][\w$]*")
_MODEL_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
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

_WORD: Final = re.compile(r"[\w$#@]+")
_OPENERS: Final = listed(
    "password passwd pwd aws_key_id aws_secret_key aws_token access_key_id secret_access_key secret_key private_key"
    " azure_sas_token token secret"
)
_GRANTING: Final = listed("create alter copy unload export import set use load put attach")
"""Statements that may hand over what opens something, where elsewhere a column is called so."""

_DIGITS_OF_A_VALUE: Final = 5
_PREFIX: Final = re.compile(r"[A-Za-z]{1,2}&?|_[A-Za-z0-9]{1,20}")
_VERBS: Final = listed(
    "select with insert update delete merge create alter drop truncate copy load unload export import replace call exec"
    " execute do begin declare set use show describe desc explain analyze grant revoke refresh msck optimize vacuum"
    " cache uncache put get remove list from values comment start commit rollback rename attach detach pragma install"
    " lock summarize pivot table reindex cluster add reset kill upsert undrop ( {{ {% {{- {%- { if print return while"
    " end repair clear backup restore"
)
_PROSE: Final = listed(
    "the this that these those an please was were has have had been his her their who which because should could would"
    " cannot there must may about when's patient's has"
)
_MORE_WORDS: Final = listed(
    "stored location tblproperties row format delimited fields terminated lines serde inputformat outputformat bucket"
    " partitioned clustered buckets sorted storage engine charset auto statistics compute noscan msck repair cascade"
    " restrict owner to grants privileges warehouse clone optimize zorder vacuum retain hours extended of if work"
    " properties duplicate distributed hash tables like columns databases schemas by with no ties data overwrite local"
    " inpath directory external managed transactional unlogged materialized secure transient temp temporary session"
    " deferrable initially immediate deferred nulls last preceding following unbounded current at zone each statement"
    " returns language called strict stable immutable security definer invoker parallel safe cost reference"
    " concurrently only inherits tablespace include generated always identity increment minvalue maxvalue"
    " cycle starts sequence nocache nocycle purge modify add first after change rename column constraint enable disable"
    " validate novalidate"
    " default collate character sample bernoulli system repeatable tablesample percent rows"
)
_RUN: Final = 3
"""So many words one behind the other that the language does not know are prose."""

_LOCAL = threading.local()


def shape_of(text: str, dialect: str | None, scanner: Scanner, *, whole: bool) -> str | None:
    """The statement (or, if not `whole`, the expression) without what may be a value; None where it has no shape.

    `dialect` is as sqlglot calls it, or None.
    """
    left = _without_rows(_without_options(text))
    if dialect is not None and any(
        sign not in _tokenizer_class(dialect).COMMENTS and form.search(left) for sign, form in _REMARKS
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
        written += (text[done : option.start("value")], _STRING)
        done = option.end("value")
    return "".join((*written, text[done:])) if written else text


def _without_rows(text: str) -> str:
    """The text without rows that are no SQL: behind COPY in PostgreSQL, behind INSERT in ClickHouse."""
    rows = _COPIED.search(text)
    if rows is None and text.lstrip()[:6].lower() == "insert":
        rows = _INSERTED.search(text)
    if rows is None or text[rows.end() :].strip() in {"", ";", _COMMENT}:
        return text
    return f"{text[: rows.end()]} {_COMMENT}"


def _are_touching(statement: str, spans: list[Span]) -> bool:
    """Whether a marker will stand right beside something that it could be read together with."""
    return any(
        text == f" {_COMMENT}"
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
        tokens = _tokenizer(dialect).tokenize(text)
    except (SqlglotError, ValueError, IndexError):
        return None
    if not tokens:
        return list(_gap(text, 0, len(text)))
    if any(token.token_type is T.UNKNOWN for token in tokens) or _is_prose(text, tokens, dialect, whole=whole):
        return None
    return list(_Judge(text, tokens, dialect, scanner, trusted=trusted).spans())


def _is_prose(text: str, tokens: list[Token], dialect: str, *, whole: bool) -> bool:
    """Whether the tokens are words of a sentence, or of a statement that was cut inside a quote."""
    first = tokens[0]
    if whole and (first.token_type in _QUOTED or first.text.lower() not in _VERBS):
        return True
    known = _words(dialect)
    pairs = itertools.pairwise(tokens)
    if any(before.end + 1 == token.start and _is_cut(text, before, token) for before, token in pairs):
        return True
    if not whole and any(_are_apart(before, token, known) for before, token in itertools.pairwise(tokens)):
        return True
    run = 0
    for index, token in enumerate(tokens):
        word = token.text.lower()
        is_bare = token.token_type is T.VAR and not _is_qualifier(tokens, index)
        if is_bare and (word in _PROSE or (run and _follows_a_comparison(tokens, index - 1))):
            return True
        run = run + 1 if is_bare and word not in known else 0
        if run >= _RUN:
            return True
    return False


def _is_qualifier(tokens: list[Token], index: int) -> bool:
    return index + 1 < len(tokens) and tokens[index + 1].token_type is T.DOT


def _is_cut(text: str, before: Token, token: Token) -> bool:
    """Whether two tokens that touch show that a quote was taken for its counterpart: a word right beside a literal."""
    is_quoted = token.token_type in _QUOTED
    if before.token_type in _QUOTED:
        return is_quoted or text[token.start].isalnum()
    is_word = before.token_type in {T.VAR, T.NUMBER}
    return is_quoted and is_word and _PREFIX.fullmatch(text[before.start : before.end + 1]) is None


def _are_apart(before: Token, token: Token, known: frozenset[str]) -> bool:
    """Whether two operands stand side by side with nothing between them, as no formula has them."""
    return all(
        each.token_type in _OPERANDS and (each.token_type is not T.VAR or each.text.lower() not in known)
        for each in (before, token)
    ) and (before.token_type is not T.VAR or before.end + 1 < token.start)


def _follows_a_comparison(tokens: list[Token], index: int) -> bool:
    return index > 0 and tokens[index - 1].token_type in _COMPARISONS


class _Judge:
    """Goes through the tokens of one text and says what is put in the place of which."""

    def __init__(self, text: str, tokens: list[Token], dialect: str, scanner: Scanner, *, trusted: bool) -> None:
        self._text = text
        self._tokens = tokens
        self._scanner = scanner
        self._trusted = trusted
        self._fixed = _fixed_kinds(dialect)
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
                yield from _gap(text, cursor, start)
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
        yield from _gap(text, cursor, len(text))

    def _replacement(self, index: int, token: Token, written: str) -> str:
        kind = token.token_type
        if kind is T.IDENTIFIER:
            content = written[1:-1]
            is_value = self._is_no_name(index, written[0], content)
            return written[0] + (marker("identifier") if is_value else self._scanner.name(content)) + written[-1]
        if kind in self._fixed or (kind in _LITERALS and self._is_model(index, written)):
            return written
        if kind is T.NUMBER:
            return written if self._is_small(index, written) else _NUMBER
        if kind in _NAMES and _WORD.fullmatch(written) is not None and not self._is_bare_value(index, written):
            return self._scanner.name(written)
        return _STRING

    def _is_bare_value(self, index: int, written: str) -> bool:
        """Whether a word stands where a value should: a number with letters to it, or what opens something."""
        before = [token.text.lower() for token in self._tokens[max(index - 2, 0) : index]]
        if before == ["identified", "by"] or before[-1:] == ["password"]:
            return True
        if self._kind(index + 1) in {T.DOT, T.L_PAREN} or self._kind(index - 1) not in _COMPARISONS:
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
        elif kind not in _CARRIERS and kind not in {T.DOT, T.COMMA}:
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
            or (before in _BEFORE_A_CONDITION and after in _COMPARISONS and self._kind(index + 2) in _PLAIN_VALUES)
        )


def _gap(statement: str, start: int, end: int) -> Iterator[Span]:
    """Between tokens there are only blanks and comments."""
    text = statement[start:end]
    if not text or text.isspace():
        return
    inner = text.strip()
    if inner not in {_COMMENT, ";"}:
        lead = len(text) - len(text.lstrip())
        apart = " " if start and not lead else ""  # or an operator before it and the marker would read as one
        stop = lead + len(inner)
        blanks = len(text) - stop - len(text[stop:].lstrip(" \t"))
        if text[stop + blanks :][:1] == "\n" or start + stop + blanks == len(statement):
            stop += blanks  # they end a comment that ends its line
        yield start + lead, start + stop, apart + _COMMENT


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
    # Commands (CALL, SHOW, EXECUTE) would be handed over as one string each; here they are lexed like all else. A hint
    # is a comment to whoever does not run it.
    base = type(Dialect.get_or_raise(dialect or None)).tokenizer_class
    keywords = {word: kind for word, kind in base.KEYWORDS.items() if "/*" not in word}
    return type(f"{base.__name__}All", (base,), {"COMMANDS": set(), "KEYWORDS": keywords})


@cache
def _fixed_kinds(dialect: str) -> frozenset[TokenType]:
    """The kinds of token whose text is a word or sign of the language, and so nobody's value."""
    tokenizer = _tokenizer_class(dialect)
    return frozenset({*tokenizer.KEYWORDS.values(), *tokenizer.SINGLE_TOKENS.values()}) - _CARRIERS


@cache
def _words(dialect: str) -> frozenset[str]:
    """The words that a dialect knows, in lower case."""
    return _MORE_WORDS | {word.lower() for phrase in _tokenizer_class(dialect).KEYWORDS for word in phrase.split()}


def _tokenizer(dialect: str) -> Tokenizer:
    """One for each thread: a tokenizer keeps its position while it reads."""
    made: dict[str, Tokenizer] | None = getattr(_LOCAL, "made", None)
    if made is None:
        made = _LOCAL.made = {}
    if dialect not in made:
        made[dialect] = _tokenizer_class(dialect)()
    return made[dialect]
