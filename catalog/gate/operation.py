"""What a version needs beside what it was made of, to be put to use: what its environment is made of, which features
measure what one may not discriminate by, agreements, a way back, and monitoring (rule G8). Values in, decision out.

Each rests on a record that a key proves; what nobody recorded is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.gate.model import Author, Case, Reason, Requirements
from catalog.gate.reasons import DAY, FAIL, PASS, UNKNOWN, day
from reports.naming import gathered, worded


def components(case: Case, asked: Requirements) -> Iterator[Reason]:
    """Yield whether what is installed is listed, and was held against known vulnerabilities lately (FD&C Act 524B)."""
    found = case.environment
    if found is None:
        yield Reason(UNKNOWN, "Nobody recorded what its environment is made of, and what is known against that.")
        return
    author, value = found.author, found.value
    if not author.authenticated:
        yield _unproven("recorded what its environment is made of", author)
    if author.at + asked.assessed_within_days * DAY <= case.moment:
        text = f"Vulnerabilities of its environment were last looked for on {day(author.at)}, over "
        yield Reason(UNKNOWN, f"{text}{asked.assessed_within_days} days ago.", (author.entry,))
    for severity, count in found.known.items():
        most = asked.vulnerabilities.get(severity)
        if most is not None and count > most:
            of = f"{worded(severity)} {'vulnerability' if count == 1 else 'vulnerabilities'} of its environment"
            text = f"{count} {of} {'is' if count == 1 else 'are'} known, and at most {most} may be."
            yield Reason(FAIL, text, (author.entry,))
    known = ", ".join(f"{count} {worded(severity)}" for severity, count in found.known.items() if count)
    listed = f"{value.sbom_format} {value.sbom_digest[:19]} lists what is installed"
    text = f"{listed}; known against it by {value.source} on {day(author.at)}: {known or 'nothing'}."
    yield Reason(PASS, text, (author.entry,))


def input_features(case: Case, _: Requirements) -> Iterator[Reason]:
    """Yield whether the features that measure race, color, national origin, sex, age or disability are listed, all
    that labels tell of among them (45 CFR 92.210).
    """
    found, labelled = case.features, case.characteristics
    if labelled is None:
        yield Reason(UNKNOWN, "Not all that it was made of was looked at for what labels say of its features.")
    if found is None:
        named = gathered([f"{_named(code)}{way}" for code, (way, _) in sorted((labelled or {}).items())])
        entries = tuple(sorted({entry for _, some in (labelled or {}).values() for entry in some}))
        what = "race, color, national origin, sex, age or disability"
        text = f"Nobody listed which of its input features measure {what}"
        yield Reason(UNKNOWN, f"{text}; by labels there is {named}." if named else f"{text}.", entries)
        return
    if not found.author.authenticated:
        yield _unproven("listed which of its input features measure what one may not discriminate by", found.author)
    for code, (way, entries) in sorted((labelled or {}).items()):
        if code not in found.measured:
            text = f"By labels it was made of what measures {_named(code)}{way}, and no feature is listed that does."
            yield Reason(FAIL, text, tuple(sorted({found.author.entry, *entries})))
    if not found.value.features:
        yield Reason(PASS, f"No input feature measures such, says {found.author.by}.", (found.author.entry,))
        return
    for one in found.value.features:
        measured = gathered(sorted(_named(code) for code in one.measures))
        yield Reason(PASS, f"{one.feature} measures {measured}. What is done: {one.mitigation}", (found.author.entry,))


def agreements(case: Case, asked: Requirements) -> Iterator[Reason]:
    """Yield whether the required agreements are in force with whoever runs models at the place asked about."""
    found = case.operator
    if found is None:
        yield Reason(UNKNOWN, "Nobody recorded who runs models at that place, and by which agreement.")
        return
    entries = (found.entry,)
    if not found.authenticated:
        yield _unproven("recorded who runs models at that place", Author(found.by, False, found.entry, found.since))
    if found.internal:
        yield Reason(PASS, f"{found.operator} runs it, the house itself: no agreement is needed.", entries)
        return
    for kind in sorted(asked.agreements):
        of = [one for one in found.agreements if one.kind == kind]
        lasting = [one for one in of if one.until is None or one.until > case.moment]
        if lasting:
            text = f"The {worded(kind)} {lasting[0].agreement} with {found.operator} is in force."
            yield Reason(PASS, text, entries)
        elif of:
            last = max(of, key=lambda one: one.until or 0)
            text = f"The {worded(kind)} {last.agreement} with {found.operator} ended on {day(last.until or 0)}."
            yield Reason(FAIL, text, entries)
        else:
            yield Reason(UNKNOWN, f"No {worded(kind)} with {found.operator} is recorded, who runs it there.", entries)
    if not asked.agreements:
        yield Reason(PASS, f"{found.operator} runs it; no kind of agreement is asked for.", entries)


def rollback(case: Case, _: Requirements) -> Iterator[Reason]:
    """Yield whether there is a release to go back to, or what else is done is planned."""
    plan = case.monitoring
    if plan is not None and plan.author.authenticated and plan.value.fallback is not None:
        text = f"Without it, by {plan.value.plan}: {plan.value.fallback}"
        yield Reason(PASS, text, (plan.author.entry,))
    elif case.way_back is not None:
        yield case.way_back


def monitoring(case: Case, _: Requirements) -> Iterator[Reason]:
    """Yield whether it is planned how it is watched in use, and that plan is not overdue for review."""
    plan = case.monitoring
    if plan is None:
        yield Reason(UNKNOWN, "No plan is recorded of how it is watched in use.")
        return
    entries = (plan.author.entry,)
    if not plan.author.authenticated:
        yield _unproven("planned how it is watched in use", plan.author)
    until = plan.value.review_by
    if until <= case.moment:
        yield Reason(FAIL, f"{plan.value.plan} was to be reviewed by {day(until)}.", entries)
    else:
        yield Reason(PASS, f"It is watched by {plan.value.plan}, to be reviewed by {day(until)}.", entries)


def no_way_back(judged: Sequence[tuple[str, tuple[int, ...]]]) -> Reason:
    """Return that there is no release to go back to, with why each that there was is none."""
    why = "; ".join(text for text, _ in judged)
    entries = tuple(sorted({entry for _, some in judged for entry in some}))
    text = "There is no release to go back to, and nothing is planned that takes its place"
    return Reason(UNKNOWN, f"{text}: {why}" if why else f"{text}.", entries)


def _unproven(what: str, author: Author) -> Reason:
    return Reason(UNKNOWN, f"Nobody authenticated {what}.", (author.entry,))


def _named(code: str) -> str:
    return code.replace("_", " ").lower()
