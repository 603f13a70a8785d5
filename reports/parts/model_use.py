"""What a subject may be used for: every statement that reaches it, by which way, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from graph_schema.vocabulary import duo, hl7
from reports.codes import coded_in, explained, meant
from reports.context import Context, Strict
from reports.document import (
    Block,
    Cell,
    Column,
    Heading,
    Item,
    Line,
    Text,
    cell,
    cites,
    code,
    faint,
    item,
    mark,
    plain,
    stamp,
    table,
    words,
)
from reports.naming import alike, gathered, worded
from reports.phrases import listed
from reports.section import Frame, Part

Decision = Literal["PERMIT", "ABSTAIN", "DENY"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UseTerm(Strict):
    """A data use term with what it is about."""

    code: str
    values: tuple[str, ...] = ()
    date: str | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseStep(Strict):
    """A step on the way from what a statement is about to the subject."""

    source: str
    target: str
    job: str | None = None
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedStatement(Strict):
    """A statement of permitted use that reaches the subject at the read point, and a shortest way by which it does."""

    statement: str
    """What records call it; of a declaration, what it declares of."""
    authority: str
    subject: str
    """What it is about."""
    way: tuple[UseStep, ...] = ()
    terms: tuple[UseTerm, ...] = ()
    purposes: tuple[str, ...] | None = None
    """None: it says nothing of purposes."""
    obligations: tuple[str, ...] = ()
    refrains: tuple[str, ...] = ()
    places: tuple[str, ...] | None = None
    """None: it says nothing of places."""
    basis: str | None = None
    agreement: str | None = None
    agreement_until: str | None = None
    consent: str | None = None
    """How the consent that it rests on stands."""
    consent_until: str | None = None
    withdrawn_since: str | None = None
    since: str
    until: str | None = None
    unknown: tuple[str, ...] = ()
    """Codes that no table has, or that mean nothing any more."""
    words: str | None = None
    replaced_by: tuple[str, ...] = ()
    """The licences that replace it on every way."""
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UseReason(Strict):
    """Why a statement decides so."""

    statement: str | None = None
    """None: nothing was said of a source."""
    text: str
    awaits: str | None = None
    """The kind of record that would decide what is left open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseAnswer(Strict):
    """Whether the subject may be used for a purpose, by whoever and wherever: what was not asked stays open."""

    purpose: str
    decision: Decision
    reasons: tuple[UseReason, ...]
    obligations: tuple[str, ...] = ()
    refrains: tuple[str, ...] = ()
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ModelUse(Context):
    """What a subject may be used for at the read point."""

    statements: tuple[AppliedStatement, ...] = ()
    """By what they are about, and their names."""
    unstated: tuple[str, ...] = ()
    """The sources of which nobody said what they may be used for."""
    answers: tuple[UseAnswer, ...] = ()
    """By purpose."""


_TONES = {"PERMIT": "good", "ABSTAIN": "warn", "DENY": "bad"}


def blocks(context: ModelUse, frame: Frame) -> Iterator[Block]:
    """Show what the subject may be used for, and by which statements."""
    if not context.answers:
        return
    called = {each.statement: _called(each) for each in context.statements}
    yield Heading(f"What the {frame.subject.noun} may be used for", "answers", "", 2)
    if context.unstated:
        yield Text(
            words(
                mark("not stated", "warn"),
                plain(f"Of these sources nobody said what they may be used for: {gathered(context.unstated)}."),
            )
        )
    yield table(
        "By all that was said of what it was made of, at the read point: the worst decides. No place, requester or "
        "project is assumed; what depends on these stays open",
        (Column("Purpose", 4), Column("Why, and which record would decide", 9), Column("What comes with it", 5)),
        [
            (
                cell(
                    mark(each.decision, _TONES[each.decision]),  # type: ignore[arg-type]  # a tone
                    meant(hl7.ACT_REASON, each.purpose),
                    cites(each.entries),
                ),
                _why(each, called),
                cell(
                    *coded_in("obligations", hl7.ACT_CODE, filter(_is_code, each.obligations)),
                    *(plain(one) for one in each.obligations if not _is_code(one)),
                    *coded_in("refrains", hl7.ACT_CODE, each.refrains),
                ),
            )
            for each in context.answers
        ],
    )
    if context.statements:
        yield _statements(context)


def _is_code(obligation: str) -> bool:
    """Tell whether an obligation is a code: what was promised is in words."""
    return obligation in hl7.OBLIGATIONS


def _why(answer: UseAnswer, called: Mapping[str, str]) -> Cell:
    lines: list[Line] = []
    for group in alike(answer.reasons, lambda each: replace(each, statement=None)):
        names = gathered(called.get(each.statement, each.statement) for each in group if each.statement)
        lines.append(words(plain(group[0].text), faint(f"({names})") if names else ()))
        if group[0].awaits:
            lines.append(faint(f"would be decided by: {_awaited(group[0].awaits)}"))
    return cell(*lines)


def _awaited(kind: str) -> str:
    return worded(kind).replace("irb", "IRB")


def _called(one: AppliedStatement) -> str:
    """Return what a statement is called: what a declaration declares of is its name."""
    return one.subject if _declares(one) else one.statement


def _declares(one: AppliedStatement) -> bool:
    return one.statement.startswith("declared of ")


def _statements(context: ModelUse) -> Block:
    same = alike(
        context.statements,
        lambda each: replace(each, statement="", subject="", way=(), entries=(), since=""),
    )
    ways = {each.subject: _passed(each) for each in context.statements}
    return table(
        "Every statement that reaches it, and the way by which it does; statements that say the same stand together",
        (Column("Statement and its way", 9), Column("What it says", 7), Column("By whom, and how it stands", 5)),
        [
            (
                cell(*(line for some in alike(group, partial(_way, ways=ways)) for line in _by_way(some, ways))),
                cell(*_terms(group[0])) or cell(faint("nothing in codes")),
                cell(*_stands(group[0])),
            )
            for group in same
        ],
    )


def _passed(one: AppliedStatement) -> tuple[str, ...]:
    return tuple(step.target for step in one.way)


def _by_way(some: Sequence[AppliedStatement], ways: Mapping[str, tuple[str, ...]]) -> Iterator[Line]:
    """Yield statements that come by one way, and then that way."""
    for one in some:
        name = _called(one) if _called(one) == one.subject else f"{one.statement}, of {one.subject}"
        yield words(plain(name), cites(one.entries))
    way = _way(some[0], ways)
    if way:
        yield faint(f"each {way}" if len(some) > 1 else way)


def _way(one: AppliedStatement, ways: Mapping[str, tuple[str, ...]]) -> str:
    """Return the way of a statement in words, up to something from which the table shows the rest of it."""
    passed = _passed(one)
    if not passed:
        return ""
    known = next((number for number, at in enumerate(passed[:-1], 1) if ways.get(at) == passed[number:]), None)
    return "by way of " + ", ".join(passed[:known]) + (", and on as from there" if known else "")


def _terms(one: AppliedStatement) -> Iterator[Line]:
    for term in one.terms:
        about = (*term.values, *([f"{term.months} months"] if term.months else ()))
        yield words(
            meant(duo.SYSTEM, term.code),
            plain(", ".join(about)) if about else (),
            stamp(term.date) if term.date else (),
        )
    yield from coded_in("purposes of use", hl7.ACT_REASON, one.purposes or ())
    yield from coded_in("refrains", hl7.ACT_CODE, one.refrains)
    yield from coded_in("obligations", hl7.ACT_CODE, one.obligations)
    if one.places is not None:
        yield plain(f"places: {', '.join(one.places) or 'none'}")
    yield listed("unknown codes", one.unknown)
    if one.words:
        yield plain(one.words)


def _stands(one: AppliedStatement) -> Iterator[Line]:
    # Of a declaration it is the account that declared it, else the name of whoever permits the use.
    yield words(faint("declared by"), code(one.authority)) if _declares(one) else plain(one.authority)
    if one.until:
        yield words(faint("until"), stamp(one.until))
    if one.withdrawn_since:
        yield words(mark("consent withdrawn", "bad"), faint("from"), stamp(one.withdrawn_since))
    elif one.consent:
        yield words(
            faint("consent:"),
            plain(worded(one.consent)),
            words(faint("until"), stamp(one.consent_until)) if one.consent_until else (),
        )
    if one.agreement:
        until = words(faint("until"), stamp(one.agreement_until)) if one.agreement_until else ()
        yield words(faint("agreement:"), plain(one.agreement), until)
    if one.basis:
        yield words(faint("basis:"), plain(one.basis))
    if one.replaced_by:
        yield words(mark("replaced", "warn"), plain(f"by {', '.join(one.replaced_by)}"))


def items(context: ModelUse, _: Frame) -> Iterator[Item]:
    """Yield the purposes that are denied, those that stay open, and sources of which nothing was said."""
    for decision, text in (("DENY", "It may not be used for"), ("ABSTAIN", "It stays open whether it may be used for")):
        found = [each for each in context.answers if each.decision == decision]
        if found:
            names = ", ".join(explained(hl7.ACT_REASON, each.purpose) for each in found)
            entries = sorted({entry for each in found for entry in each.entries})
            yield item("bad" if decision == "DENY" else "warn", "PERMITTED USE", f"{text} {names}.", entries)


PART = Part(blocks, items)
