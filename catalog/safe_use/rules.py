"""What makes a dataset safe for a use: values in, decision out. What is unknown is never safe."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from catalog.findings.rules import Severity
from catalog.safe_use.model import Condition, Definition, Known, Outcome, Permitted, Present, Reason
from graph_schema.aspects.safe_use import SafeUse
from graph_schema.vocabulary.words import DeidentificationState, PhiKind, SafeQuestion
from reports.naming import alike, gathered, worded

_WITHOUT_PERSONS: Final = (DeidentificationState.DE_IDENTIFIED.value, DeidentificationState.AGGREGATED.value)
_IDENTIFYING: Final = (
    PhiKind.DIRECT_IDENTIFIER.value,
    PhiKind.QUASI_IDENTIFIER.value,
    PhiKind.CLINICAL_NOTE.value,
    PhiKind.IMAGING_PIXELS.value,
)
SHIPPED: Final[Mapping[SafeQuestion, Definition]] = {
    question: Definition(question, content)
    for question, content in {
        SafeQuestion.DEVELOPMENT: SafeUse(
            states=_WITHOUT_PERSONS,
            purposes=("MLTRAINING",),
            labels_absent=_IDENTIFYING,
            finding_severity=Severity.HIGH.value,
            reason="Many people and machines see what is developed on, so that nothing in it may identify a person.",
        ),
        SafeQuestion.EVALUATION: SafeUse(
            states=(*_WITHOUT_PERSONS, DeidentificationState.PSEUDONYMIZED.value),
            purposes=("HRESCH",),
            labels_absent=(
                PhiKind.DIRECT_IDENTIFIER.value,
                PhiKind.CLINICAL_NOTE.value,
                PhiKind.IMAGING_PIXELS.value,
            ),
            finding_severity=Severity.MEDIUM.value,
            reason="A measurement needs dates and places as they were, and data with which nothing is wrong.",
        ),
        SafeQuestion.SHARING: SafeUse(
            states=_WITHOUT_PERSONS,
            purposes=("HRESCH",),
            labels_absent=tuple(kind.value for kind in PhiKind),
            refrains_absent=(
                "NOAUTH", "NODSCLCD", "NODSCLCDS", "NOLIST", "NOMOU", "NOORGPOL", "NORDSCLCD", "NORDSCLCDS",
                "NORDSCLW", "NORDSLCD", "NOREUSE", "ORCON",
            ),
            finding_severity=Severity.MEDIUM.value,
            reason="What was given away cannot be taken back.",
        ),
    }.items()
}  # fmt: skip
"""What each question asks for until a site says otherwise."""


def outcome(reasons: Iterable[Reason]) -> Outcome:
    """Return what conditions come to together: FAIL where one fails, else UNKNOWN where one is, PASS where all hold."""
    found = {reason.outcome for reason in reasons}
    if Outcome.FAIL in found:
        return Outcome.FAIL
    return Outcome.PASS if found == {Outcome.PASS} else Outcome.UNKNOWN


def judge(asked: SafeUse, known: Known) -> tuple[Reason, ...]:
    """Return what each condition comes to, in the order of `Condition`; several that fail in one stand apart, but for
    columns that hold the same kinds of PHI.
    """
    return (
        *_state(asked, known),
        *_zone(asked, known),
        *holds_none_of(asked.labels_absent, known),
        *_use(asked, known),
        *_refrains(asked, known),
        *_findings(asked, known),
    )


def may_pass(asked: SafeUse, known: Known) -> bool:
    """Tell whether all holds that does not depend on what use is permitted."""
    reasons = (
        *_state(asked, known),
        *_zone(asked, known),
        *holds_none_of(asked.labels_absent, known),
        *_findings(asked, known),
    )
    return all(reason.outcome is Outcome.PASS for reason in reasons)


def _state(asked: SafeUse, known: Known) -> Iterator[Reason]:
    stated = known.state
    if stated is None:
        yield Reason(Condition.STATE, Outcome.UNKNOWN, "Nobody recorded a state of de-identification.")
    elif stated.value == DeidentificationState.UNKNOWN:
        yield Reason(Condition.STATE, Outcome.UNKNOWN, "Its state is recorded as unknown.", (stated.entry,))
    elif stated.value in asked.states:
        yield Reason(Condition.STATE, Outcome.PASS, f"It is recorded as {worded(stated.value)}.", (stated.entry,))
    else:
        text = f"It is recorded as {worded(stated.value)}, and has to be {_one_of(asked.states)}."
        yield Reason(Condition.STATE, Outcome.FAIL, text, (stated.entry,))


def _zone(asked: SafeUse, known: Known) -> Iterator[Reason]:
    stated = known.zone
    if not asked.zones:
        return
    if stated is None:
        yield Reason(Condition.ZONE, Outcome.UNKNOWN, "Nobody recorded the zone that it lies in.")
    else:
        held = stated.value in asked.zones
        text = f"It lies in {stated.value}{'' if held else f', and has to lie in {_one_of(asked.zones)}'}."
        yield Reason(Condition.ZONE, Outcome.PASS if held else Outcome.FAIL, text, (stated.entry,))


def holds_none_of(absent: Collection[str], known: Known) -> Iterator[Reason]:
    """Yield what it comes to that a dataset has to hold none of these kinds of PHI; nothing where none is named.

    What stands against it stands together by where it is: the columns that hold the same kinds are one reason.
    """
    if not absent:
        return
    against = [one for one in known.labels if one.kind in absent]
    yield from _held(against)
    if known.unseen is not None:
        yield Reason(Condition.LABELS, Outcome.UNKNOWN, known.unseen)
    if known.classified is None:
        text = "Nobody recorded which kinds of PHI it holds, or that it holds none."
        yield Reason(Condition.LABELS, Outcome.UNKNOWN, text)
    elif not against and known.unseen is None:
        text = f"It holds none of {_listed(absent)}, and nothing that it was made of does."
        yield Reason(Condition.LABELS, Outcome.PASS, text, (known.classified,))


def _held(labels: Iterable[Present]) -> Iterator[Reason]:
    """Yield one reason for the columns, or for the whole, of one dataset that hold the same kinds of PHI."""
    for placed in alike(labels, lambda one: (one.dataset, one.origin, one.upstream)):
        columns = alike(placed, lambda one: one.column)
        for some in alike(columns, lambda each: frozenset(one.kind for one in each)):
            yield _together([one for each in some for one in each])


def _together(some: Sequence[Present]) -> Reason:
    """Return the reason of labels of one place: each of their columns, or the whole, holds each of their kinds."""
    first = some[0]
    columns = sorted({one.column for one in some if one.column is not None})
    entries = tuple(sorted({entry for one in some for entry in one.entries}))
    kinds = _listed(sorted({one.kind for one in some}))
    if first.upstream:
        text = f"It was made of {first.dataset}, which holds {kinds}: nothing says that this is gone."
        return Reason(Condition.LABELS, Outcome.UNKNOWN, text, entries)
    holder = first.dataset if first.origin is None else first.origin
    several = len(columns) > 1
    where = f"{len(columns)} columns of {holder}" if several else ", column ".join((holder, *columns))
    if first.origin is not None:
        where = f"{first.dataset}, by what came from {where},"
    elif len(columns) == 1:
        where += ","
    verb = "hold" if several and first.origin is None else "holds"
    named = f": {gathered(columns)}" if several else ""
    return Reason(Condition.LABELS, Outcome.FAIL, f"{where} {verb} {kinds}{named}.", entries)


def _use(asked: SafeUse, known: Known) -> Iterator[Reason]:
    for purpose in asked.purposes:
        found = None if known.uses is None else known.uses.get(purpose)
        if found is None:
            yield Reason(Condition.USE, Outcome.UNKNOWN, f"Whether it may be used for {purpose} is not recorded.")
        else:
            yield Reason(Condition.USE, found.outcome, f"{purpose}: {found.text}", found.entries)


def _refrains(asked: SafeUse, known: Known) -> Iterator[Reason]:
    if not asked.refrains_absent:
        return
    judged = [one for one in (known.uses or {}).values() if one.refrains is not None]
    lying = _joined(judged)
    against = [code for code in asked.refrains_absent if code in lying]
    for code in against:
        yield Reason(Condition.REFRAINS, Outcome.FAIL, f"{code} lies on it.", lying[code])
    if against:
        return
    if len(judged) < len(asked.purposes):
        yield Reason(Condition.REFRAINS, Outcome.UNKNOWN, "What must not be done with it is not recorded.")
    else:
        entries = tuple(sorted({entry for one in judged for entry in one.entries}))
        text = "Nothing that was recorded forbids what is asked for."
        yield Reason(Condition.REFRAINS, Outcome.PASS, text, entries)


def _joined(judged: Iterable[Permitted]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for one in judged:
        for code, entries in (one.refrains or {}).items():
            found.setdefault(code, set()).update(entries)
    return {code: tuple(sorted(entries)) for code, entries in found.items()}


def _findings(asked: SafeUse, known: Known) -> Iterator[Reason]:
    if asked.finding_severity is None:
        return
    if known.findings is None:
        yield Reason(Condition.FINDINGS, Outcome.UNKNOWN, "Nothing was looked through for what is wrong with it.")
        return
    counted = _from(asked.finding_severity)
    against = [one for one in known.findings if one.severity in counted]
    for one in against:
        yield Reason(Condition.FINDINGS, Outcome.FAIL, f"{one.severity}: {one.rule}.", one.entries)
    if not against:
        text = f"No finding of severity {_one_of(counted)} is open."
        yield Reason(Condition.FINDINGS, Outcome.PASS, text)


def _from(severity: str) -> tuple[str, ...]:
    """Return this severity and those above it."""
    every = [one.value for one in Severity]
    return tuple(every[: every.index(severity) + 1] if severity in every else every)


def _one_of(codes: Collection[str]) -> str:
    *others, last = map(worded, codes)
    return f"{', '.join(others)} or {last}" if others else last


def _listed(codes: Collection[str]) -> str:
    return ", ".join(map(worded, codes))
