"""What was decided before, and what it comes to when it is decided again, as functions of a View.

Of one thing the graph lists its decisions. All of a period are read of the ledger, which names the kind of each entry,
so that a page costs what lies between its ends.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

import orjson

from catalog.decisions.memo import DecisionMemo
from catalog.decisions.model import Asked, Decided, DecisionRecord, Logged, Redecided, Replay, Wanted
from catalog.decisions.promotion import judge
from catalog.decisions.queries import decide
from catalog.decisions.records import DecideAccess
from catalog.decisions.rules import LEFT_TO_ROLES, is_same, is_wanted
from catalog.ledger.protocol import Ledger
from catalog.policies.model import PolicySet
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.aspects.access import AccessDecision
from graph_schema.facts import Statement
from graph_schema.nodes import Principal
from graph_schema.times import parse_zoned

_KINDS: Final = frozenset({DecideAccess.in_ledger()})
_AT_ONCE: Final = 200


def access_decisions(view: View, ids: Sequence[str]) -> dict[str, tuple[DecisionRecord, ...]]:
    """Return what was decided of each principal, dataset, column or model version, the first first."""
    found: dict[str, list[Statement]] = defaultdict(list)
    for one in view.statements(ids, ("access_decision",)):
        if one.value is not None:
            found[one.subject].append(one)
    return {
        id_: tuple(_record(one) for one in sorted(found[id_], key=lambda each: each.entry))
        for id_ in dict.fromkeys(ids)
        if id_ in found
    }


def _record(statement: Statement) -> DecisionRecord:
    content = AccessDecision.from_json(statement.data)
    return DecisionRecord(content, statement.entry, statement.by, parse_zoned(content.at))


def decisions_logged(view: View, ledger: Ledger, wanted: Wanted, first: int, before: int | None = None) -> Logged:
    """Return so many of the decisions that are asked for, the newest first, from before an entry on.

    Those that were erased, and those on what may not be seen, are counted alone.
    """
    found: list[DecisionRecord] = []
    erased = hidden = 0
    for place in _places(view, ledger, wanted, before=before, newest=True):
        if len(found) == first:
            break
        one = _read(view, ledger, place)
        if one is None:
            is_erased = ledger.entry(place).body is None
            erased, hidden = erased + is_erased, hidden + (not is_erased)
        elif _fits(ledger, one, wanted):
            found.append(one)
            view.cite(place)
    return Logged(tuple(found), erased, hidden)


def replay(
    view: View,
    ledger: Ledger,
    wanted: Wanted,
    first: int,
    after: int = -1,
    *,
    instead: PolicySet | None = None,
    goes_on: Callable[[], bool] = lambda: True,
) -> Replay:
    """Return what so many of the decisions at most come to when they are decided again, in the order of the ledger.

    Each is decided at its own time and by what was known then; with `instead`, by these policies. It ends earlier once
    `goes_on` is false, but looks at one at least.
    """
    decided = erased = hidden = 0
    changed: list[Redecided] = []
    begun, memo = after, DecisionMemo()
    for place in _places(view, ledger, wanted, after=after):
        if decided + erased + hidden == first or (after > begun and not goes_on()):
            return Replay(decided, erased, hidden, tuple(changed), after)
        after = place
        one = _read(view, ledger, place)
        if one is None:
            is_erased = ledger.entry(place).body is None
            erased, hidden = erased + is_erased, hidden + (not is_erased)
        elif _fits(ledger, one, wanted):
            decided += 1
            (again,) = replayed(view, (one,), instead, memo if _is_after_what_it_knew(ledger, one) else None)
            if not is_same(one.content, again, by_other_policies=instead is not None):
                changed.append(Redecided(one, again))
                view.cite(place)
    return Replay(decided, erased, hidden, tuple(changed), None)


def replayed(
    view: View,
    recorded: Iterable[DecisionRecord],
    instead: PolicySet | None = None,
    memo: DecisionMemo | None = None,
) -> Iterator[Decided]:
    """Yield what each decision comes to when it is decided again, at its own time and by what was known then.

    With a `memo`, what several rest on is read once: of decisions in the order of the ledger, each at a time by which
    all that was known was recorded.
    """
    for one in recorded:
        content = one.content
        asked = Asked(content.principal, content.action, content.target, content.circumstances)
        then = view.beside(AsOf(one.at, content.known_at))
        if content.refused is None:
            kept = None if memo is None else memo.at(then.as_of, then.rights)
            yield decide(then, asked, instead=instead, kept=kept)
        else:
            # As it was judged: whoever writes a record is held to what is so, whether they may see it or not.
            found = judge(then.unredacted, asked, content.refused, instead=instead)
            yield Decided(allowed=True, reasons=(LEFT_TO_ROLES,)) if found is None else found


def _is_after_what_it_knew(ledger: Ledger, one: DecisionRecord) -> bool:
    """Tell whether all that was known was recorded by the time of a decision, as it is of every one of today."""
    known = one.content.known_at
    return 0 <= known < ledger.size() and ledger.entry(known).entry.recorded_at <= one.at


def _places(
    view: View, ledger: Ledger, wanted: Wanted, *, after: int = -1, before: int | None = None, newest: bool = False
) -> Iterator[int]:
    """Yield the entries among which what is asked for lies: recorded in the period, and known by then.

    Of a principal the graph lists none before it was known; what nothing lists is read of the ledger, no further than
    it is asked for.
    """
    start, stop = _period(view, ledger, wanted)
    start, stop = max(start, after + 1), stop if before is None else min(stop, before)
    subject, known_since = wanted.of, 0
    if subject is None and wanted.principal is not None:
        known = view.nodes([Principal(wanted.principal).id])
        subject, known_since = next(((id_, one.entry) for id_, one in known.items()), (None, stop))
    elif subject is None:
        known_since = stop
    of_subject = [] if subject is None else access_decisions(view, [subject]).get(subject, ())
    listed = [one.entry for one in of_subject if max(start, known_since) <= one.entry < stop]
    unlisted = _read_on(ledger, range(start, min(stop, known_since)), newest=newest)
    yield from chain(reversed(listed), unlisted) if newest else chain(unlisted, listed)


def _read_on(ledger: Ledger, among: range, *, newest: bool) -> Iterator[int]:
    """Yield the decisions among entries, a portion at a time."""
    while among:
        some = ledger.of_kinds(_KINDS, among.start, among.stop, most=_AT_ONCE, newest=newest)
        yield from some
        if len(some) < _AT_ONCE:
            return
        among = range(among.start, some[-1]) if newest else range(some[-1] + 1, among.stop)


def _period(view: View, ledger: Ledger, wanted: Wanted) -> tuple[int, int]:
    """Return the first entry that was recorded in the period, and the one behind the last that was known by then."""
    size = view.known_at + 1
    until = view.moment + 1 if wanted.until is None else min(wanted.until, view.moment + 1)
    start = 0 if wanted.since is None else _recorded(ledger, range(size), wanted.since)
    ended = not size or ledger.entry(size - 1).entry.recorded_at < until
    return start, size if ended else _recorded(ledger, range(size), until)


def _recorded(ledger: Ledger, places: Sequence[int], moment: int) -> int:
    """Return how many of the entries were recorded before a moment."""
    return bisect.bisect_left(places, moment, key=lambda place: ledger.entry(place).entry.recorded_at)


def _read(view: View, ledger: Ledger, place: int) -> DecisionRecord | None:
    """Return the decision of an entry, None where it was erased or is on what may not be seen."""
    stored = ledger.entry(place)
    if stored.body is None or len(view.visible(stored.entry.subjects)) < len(stored.entry.subjects):
        return None
    content = AccessDecision.from_json(DecideAccess.replay(orjson.loads(stored.body)["record"]).fields())
    return DecisionRecord(content, place, stored.entry.actor, parse_zoned(content.at))


def _fits(ledger: Ledger, one: DecisionRecord, wanted: Wanted) -> bool:
    if wanted.correlation not in {None, ledger.entry(one.entry).entry.correlation_id}:
        return False
    return is_wanted(one, wanted)
