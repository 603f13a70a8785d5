"""The rules about model versions in use, as pure functions like those in `rules`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from catalog.approvals.model import Approval
from catalog.approvals.persons import distinct
from catalog.approvals.states import ApprovalState
from catalog.findings.estate.model import ApprovedCase, Breach, Gated, InUse, RetiredCase, Start
from graph_schema.vocabulary.words import DecisionKind
from reports.naming import worded

_ENDED: Final = {
    ApprovalState.DENIED: "was denied",
    ApprovalState.EXPIRED: "has expired",
    ApprovalState.LAPSED: "has lapsed: nobody ratified it in time",
    ApprovalState.INVALIDATED: "is invalidated",
    ApprovalState.CONDITIONAL: "holds only once conditions are met that nobody met",
    ApprovalState.REQUESTED: "was taken back",
}
"""How an approval ended that somebody had given. One that is requested again lost its decision."""


class _Gap(NamedTuple):
    """That nothing of a kind held while a version was used: in words, since when, by which entries, and when it ended.

    `known` is the entry by which it was known.
    """

    text: str
    since: int
    known: int
    end: Start | None
    entries: frozenset[int]


def approval_lasts(case: ApprovedCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find an approval that was given and ended while the version was used, without another of its kind."""
    of: dict[tuple[str, str, str], list[tuple[str, Approval]]] = defaultdict(list)
    for what, one in case.approvals:
        of[one.subject, one.approval_kind, one.use_case].append((what, one))
    gaps = [gap for some in of.values() for gap in _gaps(some, case.uses)]
    return _together(gaps, [one.text for one in case.uses if one.end is None])


def _gaps(some: Sequence[tuple[str, Approval]], uses: Sequence[InUse]) -> Iterator[_Gap]:
    """Yield when an approval of one kind had ended and none held, while the version was used; of several that ended
    the newest alone, where none holds now.
    """
    holding = [one for _, one in some if one.state is ApprovalState.APPROVED]
    ended = [(what, one) for what, one in some if one.state in _ENDED and _was_given(one)]
    for what, one in ended if holding else ended[-1:]:
        if any(each.since <= one.since for each in holding):
            continue
        renewed = min(holding, key=lambda each: each.since, default=None)
        until = None if renewed is None else Start(renewed.since, _cause(renewed))
        met = [each for each in uses if _overlaps(each, one.since, until)]
        if met:
            yield _gap(f"The {worded(one.approval_kind)} approval{what}", one, met, until)


def _gap(name: str, one: Approval, met: Sequence[InUse], until: Start | None) -> _Gap:
    lasting = [each for each in met if each.end is None] if until is None else []
    counted = lasting or met
    ends = [each.end for each in met if each.end is not None]
    end = None if lasting else until or max(ends)
    why = f": {one.explanation}" if one.explanation else ""
    still = "." if lasting else ", and is over."
    entries = {one.request, _cause(one), *(each.entry for each in one.decisions)}
    entries |= {each.start.entry for each in met} | ({end.entry} if end is not None else set())
    return _Gap(
        f"{name} {_ENDED[one.state]}{why}{still}",
        max(one.since, min(each.start.since for each in counted)),
        max(_cause(one), min(each.start.entry for each in counted)),
        end,
        frozenset(entries),
    )


def _cause(one: Approval) -> int:
    return one.request if one.because is None else one.because


def _joined(texts: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(texts))
    return " and ".join([", ".join(distinct[:-1]), distinct[-1]] if len(distinct) > 1 else distinct)


def _was_given(one: Approval) -> bool:
    """Tell whether as many persons as were needed ever approved."""
    approving = (each for each in one.decisions if each.decision == DecisionKind.APPROVE and each.person is not None)
    return len(distinct(approving)) >= (1 if one.emergency else one.needed)


def _overlaps(use: InUse, since: int, until: Start | None) -> bool:
    return (use.end is None or use.end.since > since) and (until is None or use.start.since < until.since)


def _together(gaps: Sequence[_Gap], uses: Sequence[str]) -> Breach | None:
    """Return what is found of all gaps: those that last, with how the version is used now, else those that are over."""
    shown = [one for one in gaps if one.end is None] or list(gaps)
    if not shown:
        return None
    entries = tuple(sorted({entry for one in shown for entry in one.entries}))
    text, since = " ".join(one.text for one in shown), min(one.since for one in shown)
    known = min(one.known for one in shown)
    ends = [one.end for one in shown if one.end is not None]
    if not ends:
        used = _joined(uses)
        return Breach(f"{text} {used[:1].upper()}{used[1:]}.", entries, since, known)
    last = max(ends)
    return Breach(text, entries, since, known, max(last.since, since), max(one.entry for one in ends))


def gate_holds(case: Sequence[Gated], moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find where a version runs that the gate does not let pass today; since when that is so, nothing says."""
    against = [one for one in case if one.against is not None]
    if not against:
        return None
    text = " ".join(f"It runs at {one.where}, and {one.against}." for one in against)
    entries = sorted({entry for one in against for entry in (one.start.entry, *one.entries)})
    return Breach(text, tuple(entries), None, min(max((one.start.entry, *one.entries)) for one in against))


def retirement_kept(case: RetiredCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find what happened to a version at a time at which it was retired, and where it still runs."""
    if not case.after:
        return None
    lasting = [one for one in case.after if one.end is None]
    shown = lasting or case.after
    ends = [one.end for one in case.after if one.end is not None]
    entries = {case.retired.entry, *(one.start.entry for one in case.after), *(one.entry for one in ends)}
    known = max(case.retired.entry, min(one.start.entry for one in case.after))
    since = min(one.start.since for one in shown)
    if lasting:
        text = f"It is retired, and after that {_joined(one.text for one in shown)}."
        return Breach(text, tuple(sorted(entries)), since, known)
    text = "It is retired, and runs no more."
    return Breach(text, tuple(sorted(entries)), since, known, max(ends).since, max(ends).entry)
