"""What may be used for what: asked of a dataset, a snapshot or a model version, over all that it was made of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from catalog.assets.retention import Keeping
from catalog.errors import SenderError
from catalog.graph_memo import as_it_stands
from catalog.lineage.model import Direction
from catalog.reading import Complete, Completeness, Redacted
from catalog.snapshots.retention import keepings
from catalog.use.answers import Applied, MayUse, PermittedUse, ReachingUse, Stated
from catalog.use.closure import BUDGET, Closure, Walks
from catalog.use.contradictions import contradictions
from catalog.use.loading import About, Recorded, places_of, promises, recorded, statements
from catalog.use.model import (
    Contradiction,
    Decision,
    Judgement,
    Promise,
    Reason,
    RecordKind,
    Transfer,
    UseQuestion,
    UseStatement,
)
from catalog.use.places import Places
from catalog.use.rules import counts, decide, replacing
from catalog.use.terms import DELAU, IRB
from catalog.view import Noted, View
from graph_schema.bitemporal import lasts
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, Snapshot
from graph_schema.nodes import UseStatement as UseStatementNode

T = TypeVar("T")

EthicsApprovals = Callable[[View, UseQuestion], tuple[Promise, ...]]
"""The approvals of an ethics board that hold for the project that asks, at the date; see `catalog.approvals.ethics`."""

ASKED_OF = ("Dataset", "Snapshot", "ModelVersion")


class UseJudge:
    """Judges the use of datasets, snapshots and model versions: what they were made of is walked once, and each
    question judged over it.
    """

    def __init__(self, view: View, ids: Sequence[str], budget: int = BUDGET, *, beside: Sequence[str] = ()) -> None:
        """Walk from each of these; what they, and what is looked at `beside` them, have in common is fetched once."""
        asked = [one for one in dict.fromkeys(ids) if label_of(one) in ASKED_OF]
        self._several = len(asked) > 1
        self._view = view.remembering if self._several else view
        self._asked = asked
        self._budget = budget
        self._noted = Noted()
        """What was looked at for anything that is kept here."""
        with self._noting():
            self._walks = Walks(self._view, [*asked, *beside], Direction.UPSTREAM, budget)
        self._walked = frozenset((*asked, *beside)) if view.rights.unbounded else frozenset[str]()
        self._met: dict[str, Closure] = {}
        self._reaching: dict[tuple[str, int, bool], ReachingUse] = {}
        self._permitted: dict[tuple[str, int, bool], PermittedUse] = {}
        self._recorded: dict[tuple[str, int], Recorded] = {}
        self._keepings: dict[str, Keeping | None] = {}
        self._dates: set[int] = set()
        self._deleted: set[str] = set()

    @cached_property
    def _places(self) -> Places:
        with self._noting():
            return places_of(self._view)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        with self._view.noting() as noted:
            yield
        self._noted.add(noted)

    def closure(self, of: str) -> Closure:
        """Return all that one of these was made of."""
        if of not in self._met:
            with self._noting():
                self._met[of] = self._walks.of([of])
        self._view.add(self._noted)
        return self._met[of]

    def behind(self, ids: Collection[str]) -> Closure | None:
        """Return all that some of these were made of, taken together, whoever asks; None where it was not walked to."""
        if not self._walked.issuperset(ids):
            return None
        with self._noting():
            found = self._walks.of(sorted(ids))
        self._view.add(self._noted)
        return found

    def reaching(self, of: str, date: int | None = None, *, begun: bool = False) -> ReachingUse:
        """Return the statements that reach one of these; whether all of them can be kept is not asked.

        `date` and `begun` as in `permitted_use`.
        """
        _require(of)
        at = self._view.moment if date is None else date
        key = of, at, begun
        if key not in self._reaching:
            self._reaching[key] = self._as_it_stands(UseJudge._reach, of, at, begun=begun)
        self._view.cite(*self._reaching[key].entries)
        self._view.add(self._noted)
        return self._reaching[key]

    def permitted(self, of: str, date: int | None = None, *, begun: bool = False) -> PermittedUse:
        """Return all that was said of the use of one of these, as `permitted_use`."""
        _require(of)
        at = self._view.moment if date is None else date
        key = of, at, begun
        if key not in self._permitted:
            self._permitted[key] = self._as_it_stands(UseJudge._judge, of, at, begun=begun)
        self._view.cite(*self._permitted[key].entries)
        self._view.add(self._noted)
        return self._permitted[key]

    def _prepare(self, at: int) -> None:
        """Fetch together what was said of all that any of these was made of."""
        if self._several and at not in self._dates:
            self._dates.add(at)
            snapshots = {of for of in self._asked if label_of(of) == "Snapshot"}
            found = recorded(self._view, self._walks.met, snapshots or None, at)
            promises(self._view, _named(one.statement for one in found.every if one.statement is not None), None)
            self._deleted |= {one.on for one in found.every if one.statement and DELAU in one.statement.obligations}

    def _as_it_stands(self, judge: Callable[..., T], of: str, at: int, *, begun: bool) -> T:
        """Return what was judged, of one alone what was so before where nothing changed since."""
        if self._several or at != self._view.moment:
            return judge(self, of, at, begun=begun)
        asked = of, begun, self._budget

        def read(view: View) -> T:
            # It may rest on what was read before, for other questions.
            view.add(self._noted)
            return judge(self, of, at, begun=begun)

        with self._noting():
            return as_it_stands(judge, self._view, read, asked)

    def _reach(self, of: str, at: int, *, begun: bool) -> ReachingUse:
        self._prepare(at)
        view, met = self._view, self.closure(of)
        found = self._records_of(of, at)
        if label_of(of) == "Snapshot":
            # What is said of another state of the same dataset is not said of this one; of what lies behind it, all is.
            behind = recorded(view, [one for one in met.nodes if one not in met.roots], None, at)
            own = recorded(view, met.roots, {of}, at)
            found = Recorded((*own.every, *behind.every), {**behind.sources, **own.sources})
        if begun:
            found = Recorded(tuple(one for one in found.every if _has_begun(one, at)), found.sources)
        applied = tuple(_applied(met, found, at))
        stated = _stated(met, found, of)
        unstated = met.unstated(stated, [one for one in found.sources if one in met.nodes])
        cited = {entry for one in applied for entry in _entries(one)}
        return ReachingUse(of, applied, unstated, view.cite(*cited), _completeness(met))

    def _records_of(self, of: str, at: int) -> Recorded:
        """Return what was said by a date of all that one of these was made of: several questions rest on it."""
        if (of, at) not in self._recorded:
            nodes = self.closure(of).nodes
            with self._noting():
                self._recorded[of, at] = recorded(self._view, nodes, {of} if label_of(of) == "Snapshot" else None, at)
        return self._recorded[of, at]

    def _judge(self, of: str, at: int, *, begun: bool) -> PermittedUse:
        found = self.reaching(of, at, begun=begun)
        effective = [one for one in found.applied if not one.replaced_by]
        deleted = {one.on for one in effective if DELAU in one.statement.obligations}
        if self._deleted:
            self._kept(self._deleted)
        kept = self._kept([of, *deleted]) if deleted else ()
        contradictory = contradictions({one.statement for one in effective}, self._places, kept)
        entries = self._view.cite(*found.entries, *(entry for one in contradictory for entry in one.entries))
        return PermittedUse(of, found.applied, found.unstated, entries, found.completeness, contradictory)

    def _kept(self, ids: Collection[str]) -> list[Keeping]:
        """Return how long the datasets among the ids, and those that snapshots among them are of, are to be kept."""
        if not self._keepings.keys() >= set(ids):
            asked = {*ids, *self._asked}
            named = {id_: known.node for id_, known in self._view.nodes(sorted(asked)).items()}
            of = {
                id_: Dataset(node.namespace, node.dataset).id if isinstance(node, Snapshot) else id_
                for id_, node in named.items()
            }
            datasets = sorted({one for one in of.values() if label_of(one) == Dataset.__name__})
            with self._noting():
                found = {one.dataset: one for one in keepings(self._view, datasets)}
            self._keepings |= {id_: found.get(of.get(id_, "")) for id_ in asked}
        return sorted(
            {one.dataset: one for id_ in ids if (one := self._keepings[id_]) is not None}.values(),
            key=lambda one: one.dataset,
        )

    def may(
        self,
        of: str,
        question: UseQuestion,
        *,
        ethics: EthicsApprovals | None = None,
    ) -> MayUse:
        """Return whether one of these may be used so, as `may_use`."""
        view, permitted = self._view, self.permitted(of, question.date, begun=True)
        effective = [one for one in permitted.applied if not one.replaced_by]
        deciding = {one.statement for one in effective}
        held = (*question.promises, *promises(view, _named(deciding), question.requester.project))
        if ethics is not None and any(term.code == IRB for one in deciding for term in one.terms):
            held += ethics(view, question)
        exceptions: dict[UseStatement, frozenset[Transfer]] = {}
        for one in effective:
            # One statement may reach it from several things: what is no exception on one way is none.
            before = exceptions.get(one.statement)
            exceptions[one.statement] = frozenset(one.transfers) if before is None else before & set(one.transfers)
        verdict = decide(
            deciding,
            replace(question, promises=held),
            unstated=bool(permitted.unstated),
            ancestors=self._view.ancestors,
            places=self._places,
            transfers=exceptions,
        )
        for contradiction in permitted.contradictions:
            verdict = verdict.beside(_unkeepable(contradiction))
        verdict = verdict.beside(_unseen(permitted.completeness))
        reasons = {entry for each in verdict.judgements for reason in each.reasons for entry in reason.entries}
        return MayUse(verdict, permitted, view.cite(*permitted.entries, *reasons))


def permitted_use(
    view: View, of: str, date: int | None = None, budget: int = BUDGET, *, begun: bool = False
) -> PermittedUse:
    """Return all that was said of the use of a dataset, snapshot or model version, and of all that it was made of.

    `date` is when it would be used, by default the view's own time: what statements say of dates is judged then.
    `begun` leaves out what begins after that date.

    Raises:
        SenderError: nothing else has a permitted use.
    """
    _require(of)
    return UseJudge(view, [of], budget).permitted(of, date, begun=begun)


def may_use(
    view: View,
    of: str,
    question: UseQuestion,
    *,
    ethics: EthicsApprovals | None = None,
    budget: int = BUDGET,
) -> MayUse:
    """Return whether something may be used so, by the worst of what was said of all that it was made of.

    `ethics` is asked where a statement leaves it to an ethics board; without it that stays open.

    Where a bound ended the walk, or rights hide something on it, it is never PERMIT. Raises as `permitted_use`.
    """
    _require(of)
    return UseJudge(view, [of], budget).may(of, question, ethics=ethics)


def _require(of: str) -> None:
    if label_of(of) not in ASKED_OF:
        raise SenderError(
            "Permitted use is asked of a dataset, a snapshot or a model version; this is none of them.",
            pointer="/of",
            status=422,
        )


def _named(statements: Iterable[UseStatement]) -> dict[str, str]:
    """Return what statements are called, by the node of each."""
    return {UseStatementNode(one.id).id: one.id for one in statements}


def _unkeepable(one: Contradiction) -> Judgement | None:
    """Return what stands for what cannot all be kept and no other rule judges, None where one does."""
    if not one.leaves_open:
        return None
    text = f"{' and '.join(one.statements)}: {one.text}"
    return Judgement(None, Decision.ABSTAIN, (Reason(Decision.ABSTAIN, text, RecordKind.USE_STATEMENT, one.entries),))


def _unseen(found: Completeness) -> Judgement | None:
    """Return what stands for what was not looked at, None where all was."""
    if isinstance(found, Complete):
        return None
    text = (
        "Rights hide some of what it was made of: somebody who may see it decides."
        if isinstance(found, Redacted)
        else "It was made of more than was looked at: ask of what lies behind."
    )
    return Judgement(None, Decision.ABSTAIN, (Reason(Decision.ABSTAIN, text, RecordKind.REQUEST),))


def _completeness(met: Closure) -> Completeness:
    if met.truncated is not None:
        return met.truncated
    return Redacted(1) if met.hidden else Complete()


def _applied(met: Closure, found: Recorded, at: int) -> Iterable[Applied]:
    """Yield each statement with its path; one that licences replace on every way to the root with these."""
    licences = [one for one in found.licences if one.licence is not None]
    transfers = [one for one in found.every if one.transfer is not None]
    for one in sorted(found.every, key=_order):
        statement = one.statement
        if statement is None or (one.licence is not None and not _is_in_force(one, at)):
            continue
        able = replacing(statement, {each.licence for each in licences if each.licence is not None}, at)
        around = [each for each in licences if each.licence in able]
        replaced = bool(around) and one.on not in met.around(each.on for each in around)
        yield Applied(
            statement,
            one.subject,
            one.on,
            met.path(one.on),
            tuple(sorted({each.licence.id for each in around if each.licence})) if replaced else (),
            tuple(
                each.transfer
                for each in transfers
                if each.transfer is not None
                and (statement.places is not None or statement.terms)
                and one.on not in met.around((each.on,))
            ),
        )


def _order(one: About) -> tuple[object, ...]:
    entry = one.statement.entry if one.statement else one.transfer.entry if one.transfer else -1
    return entry, one.statement.id if one.statement else "", one.subject, one.on


def _has_begun(one: About, at: int) -> bool:
    statement, transfer = one.statement, one.transfer
    return (statement is None or counts(statement, at)) and (transfer is None or transfer.since <= at)


def _is_in_force(one: About, at: int) -> bool:
    licence = one.licence
    return licence is None or lasts(licence.since, licence.until, at)


def _stated(met: Closure, found: Recorded, of: str) -> Collection[str]:
    """Return the nodes of which something was said: on themselves, or on every source that supplies them."""
    own: set[str] = set()
    by_source: dict[str, set[str]] = {}
    for one in found.every:
        if one.statement is None or one.statement.limits_only:
            continue
        label = label_of(one.subject)
        if label == "Source":
            by_source.setdefault(one.on, set()).add(one.subject)
        elif label != "Snapshot" or one.subject == of:
            own.add(one.on)
    own |= {node for node, some in found.sources.items() if some and some <= by_source.get(node, set())}
    return own & set(met.nodes)


def _entries(one: Applied) -> Iterable[int]:
    yield from one.statement.cites
    for edge in one.path:
        yield edge.known_from
    for transfer in one.transfers:
        yield from transfer.cites


def use_statements(view: View, ids: Sequence[str]) -> dict[str, tuple[Stated, ...]]:
    """Return what was stated under each of these names, the first entry first; one of which nothing was is absent."""
    found = statements(view, [one for one in ids if label_of(one) == UseStatementNode.__name__])
    return {
        id_: tuple(Stated(one, licence) for one, licence in sorted(some, key=lambda each: each[0].entry))
        for id_, some in found.items()
    }
