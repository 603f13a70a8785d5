"""What the release gate says of a model version: asked anew at the read point, and as it was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from graph_schema.vocabulary import hl7
from reports.codes import coded_in, explained, meant
from reports.context import Actor, Context, Strict
from reports.document import (
    Block,
    Cell,
    Column,
    Facts,
    Heading,
    Item,
    Line,
    Text,
    Tone,
    cell,
    cites,
    code,
    faint,
    item,
    mark,
    plain,
    stamp,
    strong,
    table,
    words,
)
from reports.naming import counted, gathered, worded
from reports.phrases import who
from reports.section import Frame, Part
from reports.text import clean

Verdict = Literal["PASS", "FAIL", "UNKNOWN", "BY_EXCEPTION"]
Outcome = Literal["PASS", "FAIL", "UNKNOWN"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRequester(Strict):
    """Who is to use it, as far as terms of use ask."""

    user: str | None = None
    organization: str | None = None
    commercial: bool | None = None
    institute: str | None = None
    project: str | None = None
    recipient: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateQuestion(Strict):
    """What the gate is asked: for which purpose, where, in which environment, for whom."""

    purpose: str
    place: str
    environment: str
    requester: GateRequester
    diseases: tuple[str, ...] = ()
    """Every disease that is studied, by MONDO id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReason(Strict):
    """What one thing comes to for a check."""

    outcome: Outcome
    text: str
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCheck(Strict):
    """What a check comes to, and why; one that is not required blocks nothing."""

    check: str
    required: bool
    outcome: Outcome
    reasons: tuple[GateReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicies(Strict):
    """By which requirements it is judged: a published set, or as shipped."""

    digest: str
    entry: int | None = None
    """None: as shipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOverride(Strict):
    """That somebody lets the version pass although a check does not; it takes two persons."""

    evaluation: int
    """The evaluation that it is about, by ledger index."""
    reason: str
    by: Actor
    at: str
    until: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswer(Strict):
    """What the gate says at the read point, asked anew what a recorded evaluation asked."""

    question: GateQuestion
    verdict: Verdict
    checks: tuple[GateCheck, ...]
    artifact_digest: str | None = None
    policies: GatePolicies
    obligations: tuple[str, ...] = ()
    refrains: tuple[str, ...] = ()
    exception: tuple[int, ...] = ()
    """The overrides of the two persons who let it pass, by ledger index."""
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedCheck(Strict):
    """What a check came to then."""

    check: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class GateEvaluation(Strict):
    """What the gate said and was recorded, as of when, and until when it may be quoted."""

    question: GateQuestion
    verdict: Verdict
    checks: tuple[EvaluatedCheck, ...]
    artifact_digest: str | None = None
    policies_digest: str
    by: Actor
    at: str
    holds_until: str
    entry: int


@dataclass(frozen=True, kw_only=True)
class Gate(Context):
    """What the release gate says and said of a model version."""

    gate: tuple[GateAnswer, ...] = ()
    """One for each question that was recorded, what was asked last first."""
    evaluations: tuple[GateEvaluation, ...] = ()
    """In the order of the ledger."""
    overrides: tuple[GateOverride, ...] = ()
    """In the order of the ledger, whether or not they count."""
    questions_left_out: int = 0
    """How many further questions were recorded, which are not asked anew here."""


_TONES: dict[str, Tone] = {"PASS": "good", "FAIL": "bad", "UNKNOWN": "warn", "BY_EXCEPTION": "warn"}
_WORDS = {
    "PASS": "every check that is required passes",
    "FAIL": "a check that is required fails",
    "UNKNOWN": "none fails, and what would decide one is not recorded: that blocks too",
    "BY_EXCEPTION": "two persons let it pass for a time, although a check does not",
}


def blocks(context: Gate, _: Frame) -> Iterator[Block]:
    """Show what the gate says for each question, check by check, and what was recorded."""
    if not context.evaluations:
        yield Text(
            plain(
                "Nobody has recorded an evaluation of the release gate of this version by the read point: for which "
                "use, place and environment it would have to be asked is not known."
            )
        )
    for number, answer in enumerate(context.gate, 1):
        yield Heading(clean(_asked(answer.question)), f"gate-{number}", "", 2)
        yield Facts(
            (
                ("At the read point", cell(words(_verdict(answer.verdict), plain(_WORDS[answer.verdict])))),
                *([("For", cell(*_requester(answer.question.requester)))] if _who(answer.question.requester) else []),
                *_comes_with(answer),
                ("Requirements", cell(*_policies(answer.policies))),
            )
        )
        yield _checks(answer)
    if context.questions_left_out:
        left = counted(context.questions_left_out, "further question")
        yield Text(plain(f"{left} that were recorded are not asked anew here; the evaluations stand below."))
    if context.evaluations:
        yield _evaluations(context)
    if context.overrides:
        yield _overrides(context)


def _asked(question: GateQuestion) -> str:
    studied = f" of {', '.join(question.diseases)}" if question.diseases else ""
    return (
        f"For {explained(hl7.ACT_REASON, question.purpose)}{studied} at {question.place}, into {question.environment}"
    )


def _verdict(verdict: Verdict) -> Line:
    return mark(verdict, _TONES[verdict])


def _who(one: GateRequester) -> bool:
    return one != GateRequester()


def _requester(one: GateRequester) -> Iterator[Line]:
    commercial = None if one.commercial is None else "commercial" if one.commercial else "not commercial"
    kind = None if one.organization is None else worded(one.organization)
    named = (one.user, kind, commercial, one.institute, one.project, one.recipient)
    yield plain(", ".join(each for each in named if each))


def _comes_with(answer: GateAnswer) -> Iterator[tuple[str, Cell]]:
    coded = [one for one in answer.obligations if one in hl7.OBLIGATIONS]
    lines = [
        *coded_in("obligations", hl7.ACT_CODE, coded),
        *(plain(one) for one in answer.obligations if one not in coded),
        *coded_in("refrains", hl7.ACT_CODE, answer.refrains),
    ]
    if lines:
        yield "What comes with it", cell(*lines)
    if answer.exception:
        yield "Let pass by", cell(words(plain("the overrides"), cites(answer.exception)))


def _policies(one: GatePolicies) -> Iterator[Line]:
    published = plain("as shipped") if one.entry is None else words(plain("published"), cites((one.entry,)))
    yield published
    yield code(one.digest)


def _checks(answer: GateAnswer) -> Block:
    return table(
        "What each check comes to; one that is not required blocks nothing",
        (Column("Check", 5), Column("Comes to", 3), Column("Why", 13)),
        [
            (
                cell(plain(worded(one.check)), () if one.required else faint("not required")),
                cell(mark(one.outcome, _TONES[one.outcome] if one.required else "none")),
                cell(*_reasons(one.reasons)),
            )
            for one in answer.checks
        ],
    )


def _reasons(reasons: Sequence[GateReason]) -> Iterator[Line]:
    if not reasons:
        yield faint("nothing is known")
    mixed = len({one.outcome for one in reasons}) > 1
    for one in reasons:
        yield words(mark(one.outcome, "none") if mixed else (), plain(one.text), cites(one.entries))


def _evaluations(context: Gate) -> Block:
    return table(
        "Evaluations of the gate that were recorded; one may be quoted until its end, and is asked again when it is",
        (Column("Asked for", 6), Column("Said", 7), Column("When, and until when it may be quoted", 6)),
        [
            (
                cell(
                    strong(one.question.environment),
                    words(meant(hl7.ACT_REASON, one.question.purpose)),
                    *([plain(f"of {', '.join(one.question.diseases)}")] if one.question.diseases else ()),
                    plain(f"at {one.question.place}"),
                    *(_requester(one.question.requester) if _who(one.question.requester) else ()),
                ),
                cell(words(_verdict(one.verdict), cites((one.entry,))), *_against(one)),
                cell(
                    words(stamp(one.at), faint("by"), who(one.by)),
                    words(faint("until"), stamp(one.holds_until)),
                ),
            )
            for one in context.evaluations
        ],
    )


def _against(one: GateEvaluation) -> Iterator[Line]:
    for outcome in ("FAIL", "UNKNOWN"):
        names = [worded(each.check) for each in one.checks if each.outcome == outcome]
        if names:
            yield words(mark(outcome, "none"), plain(", ".join(names)))


def _overrides(context: Gate) -> Block:
    return table(
        "Who let it pass although a check does not; it takes two persons, and the checks keep their values",
        (Column("By whom", 5), Column("Why", 9), Column("From, until", 6)),
        [
            (
                cell(words(who(one.by), cites((one.entry,))), faint(f"of the evaluation #{one.evaluation}")),
                cell(plain(one.reason)),
                cell(stamp(one.at), words(faint("until"), stamp(one.until))),
            )
            for one in context.overrides
        ],
    )


def items(context: Gate, _: Frame) -> Iterator[Item]:
    """Yield for each question what the gate says, and which required checks are in the way."""
    if not context.evaluations:
        yield item("warn", "GATE", "Nobody has recorded an evaluation of the release gate.")
    for answer in context.gate:
        against = [
            f"{worded(one.check)} ({one.outcome})" for one in answer.checks if one.required and one.outcome != "PASS"
        ]
        because = f": {gathered(against, len(against))}" if against else ""
        question = _asked(answer.question)
        text = f"{question}: {_WORDS[answer.verdict]}{because}."
        entries = (one.entry for one in context.evaluations if one.question == answer.question)
        yield item(_TONES[answer.verdict], "GATE", text, entries)


PART = Part(blocks, items)
