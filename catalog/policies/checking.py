"""What is wrong with a set of policies: each with the line and the column at which it stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import cedarpy

from catalog.policies.engine import SUFFIX, Policy, read_policies, read_schema
from catalog.policies.schema import FINDING, NAMESPACE, QUARANTINE, Scope, actions, attributes, scope_of, types
from catalog.policies.text import Source, Token, policies_in
from graph_schema.nearest import did_you_mean
from graph_schema.vocabulary import hl7
from graph_schema.vocabulary.codes import CodeTable, UnknownCodeError

_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_PREFIX: Final = re.compile(r"^for policy `[^`]*`, ")
_QUOTED: Final = re.compile(r"`([^`]+)`")
_WORD: Final = re.compile(r"\w+", re.ASCII)
_UNFINISHED: Final = "unexpected end of input"
_UNRECOGNIZED: Final = "unrecognized "
_INAPPLICABLE: Final = "unable to find an applicable action"
_ANY_SET: Final = "Set<__cedar::internal::Any>"
_MISSING: Final = "attribute "
_UNSAFE: Final = "unable to guarantee safety of access to optional attribute "
"""How Cedar's sentences begin."""
_FORBIDDING: Final[Mapping[Scope, str]] = {
    Scope.CATALOG: "Roles permit what is done in the catalog, and a policy of it narrows that alone: it begins with "
    "forbid.",
    Scope.INGEST: "What no policy of ingest forbids is let in: it begins with forbid.",
}
_CODES: Final[Mapping[str, CodeTable]] = {"obligations": hl7.OBLIGATIONS, "refrains": hl7.REFRAINS}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, and where; line and column count from one."""

    path: str
    line: int
    column: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.sentence}"


def problems(files: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return what is wrong with the policies of a set, by path and place; none where every one can be evaluated.

    Of several things that are wrong at one place it is the first.
    """
    found: list[Problem] = []
    named: dict[str, Source] = {}
    for path in sorted(files):
        for source in policies_in(path, files[path]) if path.endswith(SUFFIX) else ():
            wrong = list(_unreadable(source)) or list(_untyped(source))
            found += wrong
            if not wrong:
                found += _unnamed(source, named)
    first = {(one.path, one.line, one.column): one for one in sorted(found, reverse=True)}
    return tuple(sorted(first.values()))


def _unreadable(source: Source) -> Iterator[Problem]:
    try:
        cedarpy.PolicySet.from_str(source.text)
    except ValueError as error:
        message = str(error)
        yield _problem(source, source.named(message.rpartition(": ")[2]) or _culprit(source, message), f"{message}.")


def _culprit(source: Source, message: str) -> Token | None:
    """Return the token at which a policy cannot be read any more: the last one of the first part that is wrong."""
    for count in range(1, len(source.tokens) + 1):
        try:
            cedarpy.PolicySet.from_str(source.upto(count))
        except ValueError as error:
            if _UNFINISHED not in str(error):
                return source.tokens[count - 1]
    return source.tokens[-1] if _UNFINISHED in message else None


def _untyped(source: Source) -> Iterator[Problem]:
    scope = scope_of(source.path)
    found = [
        _PREFIX.sub("", str(error.error)).replace(_ANY_SET, "Set")
        for error in cedarpy.validate_policies(source.text, read_schema(scope)).errors
    ]
    misspelt = any(message.startswith(_UNRECOGNIZED) for message in found)
    for message in found:
        if misspelt and message.startswith(_INAPPLICABLE):
            continue  # it follows
        token = next((one for one in map(source.named, _blamed(message)) if one is not None), None)
        yield _problem(source, token, " ".join((f"{message}.", *_hint(message, scope))))


def _blamed(message: str) -> Iterator[str]:
    """Yield the words that a message quotes, first the one that is wrong: an attribute before what does not have it.

    The namespace stands in every policy, and is never what is wrong.
    """
    quoted = _QUOTED.findall(message)
    in_order = quoted if message.startswith(_MISSING) else reversed(quoted)
    yield from (word for text in in_order for word in _words(text) if word != NAMESPACE)


def _hint(message: str, scope: Scope) -> Iterator[str]:
    """Yield what whoever wrote it may have meant, or has to ask before."""
    quoted = _QUOTED.findall(message)
    if message.startswith(_UNRECOGNIZED):
        name = _words(quoted[0])[0]
        words = actions(scope) if "action" in message[: len(_UNRECOGNIZED) + 8] else types(scope)
        yield from _meant(name, words)
    elif message.startswith(_MISSING) and message.endswith("not found"):
        name = quoted[0].rpartition(".")[2]
        if name in attributes(scope):
            yield f"Not everything has it: ask with `has {name}` before."
        else:
            yield from _meant(name, attributes(scope))
    elif message.startswith(_UNSAFE):
        part = "context" if " in context " in message else "principal" if "::Principal`" in message else "resource"
        yield f"It may be missing: ask `{part} has {quoted[0]}` before."


def _meant(name: str, words: Collection[str]) -> Iterator[str]:
    sentence = did_you_mean(name, words)
    if sentence:
        yield sentence[:1].upper() + sentence[1:]


def _words(text: str) -> list[str]:
    return list(reversed(_WORD.findall(text)))


def _unnamed(source: Source, named: dict[str, Source]) -> Iterator[Problem]:
    """Yield what keeps a policy from being cited: every answer names those that decided."""
    if source.named("?principal") or "?" in {token.text for token in source.tokens}:
        yield _problem(source, None, "A template is no policy here: who is granted what are records, not policies.")
        return
    (policy,) = read_policies(source.text).values()
    if not _ID.fullmatch(policy.notes.get("id", "")):
        yield _problem(source, None, 'Each policy needs a name of its own: @id("small-letters-digits-and-hyphens").')
    elif policy.id in named:
        other = named[policy.id]
        yield _problem(source, None, f'@id("{policy.id}") is the name of the policy in {_where(other)} already.')
    named.setdefault(policy.id, source)
    if not policy.notes.get("reason"):
        yield _problem(source, None, f'Say in @reason("…") of {policy.id} what whoever asks is told.')
    for note, table in _CODES.items():
        for code in policy.listed(note):
            try:
                table.find(code)
            except UnknownCodeError as error:
                yield _problem(source, source.named(note), f"@{note}: {error}")
    if not policy.forbids and (why := _FORBIDDING.get(scope_of(source.path))):
        yield _problem(source, source.named("permit"), why)
    yield from _ineffective(source, policy)
    if policy.forbids and any(policy.listed(note) for note in _CODES):
        yield _problem(source, None, f"The policy {policy.id} forbids: it brings no obligations or refrains.")


def _ineffective(source: Source, policy: Policy) -> Iterator[Problem]:
    """Yield what is wrong with what a policy of ingest does to an entry, or another policy would."""
    effect = policy.notes.get("effect")
    if scope_of(source.path) is not Scope.INGEST:
        if effect is not None:
            yield _problem(source, source.named("effect"), "A policy of ingest alone has an effect: leave @effect out.")
    elif effect not in {QUARANTINE, FINDING}:
        yield _problem(
            source,
            source.named("effect"),
            f'Say what becomes of the entry: @effect("{QUARANTINE}") or @effect("{FINDING}").',
        )


def _problem(source: Source, token: Token | None, sentence: str) -> Problem:
    return Problem(source.path, *source.place(token), sentence[:1].upper() + sentence[1:])


def _where(source: Source) -> str:
    line, _ = source.place()
    return f"{source.path}, line {line}"
