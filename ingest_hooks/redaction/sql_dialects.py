"""SQL as the dialects lex it, by sqlglot's tokenizers: what kinds of token may carry, and which words are known."""

from __future__ import annotations

import threading
from functools import cache
from typing import Final

from sqlglot.dialects.dialect import Dialect
from sqlglot.tokenizer_core import TokenType
from sqlglot.tokens import Tokenizer

from ingest_hooks.redaction.wordlists import listed

T = TokenType

LITERALS: Final = frozenset(
    {
        T.STRING, T.NATIONAL_STRING, T.RAW_STRING, T.HEREDOC_STRING, T.UNICODE_STRING, T.HEX_STRING, T.BIT_STRING,
        T.BYTE_STRING, T.NATIONAL_RAW_STRING,
    }
)  # fmt: skip
QUOTED: Final = LITERALS | {T.IDENTIFIER}
CARRIERS: Final = LITERALS | {T.NUMBER, T.IDENTIFIER, T.VAR, T.HINT, T.UNKNOWN}
"""Kinds whose text is the writer's; every other kind is a word or sign of the language."""

COMPARISONS: Final = frozenset(
    {
        T.EQ, T.NEQ, T.LT, T.GT, T.LTE, T.GTE, T.LIKE, T.ILIKE, T.RLIKE, T.IRLIKE, T.GLOB, T.SIMILAR_TO, T.BETWEEN,
        T.NULLSAFE_EQ, T.COLON_EQ,
    }
)  # fmt: skip

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

_LOCAL = threading.local()


@cache
def tokenizer_class(dialect: str) -> type[Tokenizer]:
    """The dialect's tokenizer, which here gives every token by itself."""
    # Commands (CALL, SHOW, EXECUTE) would be handed over as one string each; here they are lexed like all else. A hint
    # is a comment to whoever does not run it.
    base = type(Dialect.get_or_raise(dialect or None)).tokenizer_class
    keywords = {word: kind for word, kind in base.KEYWORDS.items() if "/*" not in word}
    return type(f"{base.__name__}All", (base,), {"COMMANDS": set(), "KEYWORDS": keywords})


@cache
def fixed_kinds(dialect: str) -> frozenset[TokenType]:
    """The kinds of token whose text is a word or sign of the language, and so nobody's value."""
    lexer = tokenizer_class(dialect)
    return frozenset({*lexer.KEYWORDS.values(), *lexer.SINGLE_TOKENS.values()}) - CARRIERS


@cache
def words(dialect: str) -> frozenset[str]:
    """The words that a dialect knows, in lower case."""
    return _MORE_WORDS | {word.lower() for phrase in tokenizer_class(dialect).KEYWORDS for word in phrase.split()}


def tokenizer(dialect: str) -> Tokenizer:
    """One for each thread: a tokenizer keeps its position while it reads."""
    made: dict[str, Tokenizer] | None = getattr(_LOCAL, "made", None)
    if made is None:
        made = _LOCAL.made = {}
    if dialect not in made:
        made[dialect] = tokenizer_class(dialect)()
    return made[dialect]
