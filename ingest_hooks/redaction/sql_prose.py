"""Whether what SQL's lexer reads is prose, or a statement that was cut inside a quote."""

from __future__ import annotations

import itertools
import re
from typing import Final

from sqlglot.tokenizer_core import Token

from ingest_hooks.redaction.sql_dialects import COMPARISONS, QUOTED, T, words
from ingest_hooks.redaction.wordlists import listed

_OPERANDS: Final = QUOTED | {T.VAR, T.NUMBER}
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
_RUN: Final = 3
"""So many words one behind the other that the language does not know are prose."""


def is_prose(text: str, tokens: list[Token], dialect: str, *, whole: bool) -> bool:
    """Whether the tokens are words of a sentence, or of a statement that was cut inside a quote."""
    first = tokens[0]
    if whole and (first.token_type in QUOTED or first.text.lower() not in _VERBS):
        return True
    known = words(dialect)
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
    is_quoted = token.token_type in QUOTED
    if before.token_type in QUOTED:
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
    return index > 0 and tokens[index - 1].token_type in COMPARISONS
