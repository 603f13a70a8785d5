"""Where data is, was written, read or trained on, against where the statements of all that it was made of let it be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from catalog.lineage.loader import LineageLoader
from catalog.places.rules import LOCATIONS
from catalog.reading import Complete, Completeness
from catalog.recorded import recorded as in_force
from catalog.use.answers import Applied
from catalog.use.closure import BUDGET
from catalog.use.loading import places_of
from catalog.use.model import Decision, Reason, Transfer, UseStatement
from catalog.use.places import Places
from catalog.use.queries import UseJudge
from catalog.use.rules import common_places, is_bulk, judge_place, no_place_left
from catalog.view import View
from graph_schema.aspects.releases import Deployment
from graph_schema.bitemporal import has_begun
from graph_schema.facts import NOW, Edge, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, Snapshot


class Presence(StrEnum):
    """In which way data is or was at a place."""

    LIES = "LIES"
    """It is declared to lie there."""
    HELD = "HELD"
    """It is declared to be held by that site."""
    WRITTEN = "WRITTEN"
    """A run wrote it there."""
    READ = "READ"
    """A run read it there."""
    TRAINED = "TRAINED"
    """A model was trained on it there, or it is a model that was."""
    DEPLOYED = "DEPLOYED"
    """It is a model that runs there, or ran."""


def declared_presence(declared: Collection[str]) -> dict[str, Presence]:
    """Return by which of what is declared of where a dataset is it lies somewhere, or is held there.

    A region is where it lies, as far as no place says so more closely; where data may not leave, statements of use say
    by their places, on a basis: a dataset's own word is none.
    """
    lies = next((aspect for aspect in ("place", "region") if aspect in declared), None)
    found = {} if lies is None else {lies: Presence.LIES}
    return found | ({"site": Presence.HELD} if "site" in declared else {})


class Placed(NamedTuple):
    """That data was at a place at a time: the place is None where nobody recorded one."""

    presence: Presence
    place: str | None
    job: str | None
    run: str | None
    at: int
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlaceReason:
    """Why data may or may not be at a place, by which statement; None for what all of them come to together."""

    statement: UseStatement | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Located:
    """Where data is or was, in one way and by one job, and what that comes to: the worst of all that bears on it.

    `count` times, from `first` to `last`; no reasons where nothing limits where it may be.
    """

    presence: Presence
    place: str | None
    job: str | None
    decision: Decision
    reasons: tuple[PlaceReason, ...]
    count: int
    first: int
    last: int
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bulk:
    """Whether a dataset is bulk data of 28 CFR 202.205; None where what decides it was not recorded."""

    applies: bool | None
    persons: int | None
    genomic: bool | None
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Residency:
    """Where something is and was, and where it may be: `permitted` is None where nothing limits that.

    `limits` are the statements that do, `transfers` the exceptions to them, whenever they hold.
    """

    of: str
    permitted: frozenset[str] | None
    limits: tuple[Applied, ...]
    transfers: tuple[Transfer, ...]
    located: tuple[Located, ...]
    bulk: Bulk | None
    unstated: tuple[str, ...]
    entries: tuple[int, ...]
    completeness: Completeness

    @property
    def decision(self) -> Decision:
        """Return the worst of all; what was not looked at leaves it open."""
        seen = isinstance(self.completeness, Complete)
        return max([one.decision for one in self.located], default=Decision.PERMIT) if seen else self._unseen()

    def _unseen(self) -> Decision:
        return max([Decision.ABSTAIN, *(one.decision for one in self.located)])


def residency(
    view: View, of: str, date: int | None = None, budget: int = BUDGET, *, judge: UseJudge | None = None
) -> Residency:
    """Return where a dataset, snapshot or model version is and was, against what all that it was made of permits.

    Where it lies is judged at the date, by default the view's own time; what runs did is judged when they did it, by
    what is said as of the date. `judge` is that of the view where it was made already.

    Raises:
        SenderError: nothing else has a permitted use.
    """
    view = view.remembering
    at = view.moment if date is None else date
    use = (judge or UseJudge(view, [of], budget)).reaching(of, at)
    limits = tuple(one for one in use.applied if not one.replaced_by and _limits(one.statement))
    bounds = _Bounds(places_of(view), limits)
    placed = _placed(view, of, at)
    located = bounds.located(placed)
    transfers = {transfer: None for one in limits for transfer in one.transfers}
    bulk = _bulk(view, of, at)
    cited = {entry for one in located for entry in one.entries} | set(bulk.entries if bulk else ())
    return Residency(
        of,
        common_places([one.statement for one in limits], at, bounds.places),
        limits,
        tuple(sorted(transfers, key=lambda one: (one.entry, one.id))),
        located,
        bulk,
        use.unstated,
        view.cite(*use.entries, *cited),
        use.completeness,
    )


def would_be(view: View, found: Residency, place: str, at: int) -> Located:
    """Return what it would come to that something lay at a place at a time, by what limits where it may be."""
    return _Bounds(places_of(view), found.limits).located([Placed(Presence.LIES, place, None, None, at, ())])[0]


def _limits(statement: UseStatement) -> bool:
    return common_places((statement,), NOW, Places({})) is not None


class _Bounds:
    """Where statements let data be, with the exceptions to each."""

    def __init__(self, places: Places, limits: Sequence[Applied]) -> None:
        self.places = places
        self._exceptions: dict[UseStatement, frozenset[Transfer]] = {}
        for one in limits:
            # One statement may reach it from several things: what is no exception on one way is none.
            held = self._exceptions.get(one.statement)
            self._exceptions[one.statement] = frozenset(one.transfers) if held is None else held & set(one.transfers)

    def located(self, placed: Iterable[Placed]) -> tuple[Located, ...]:
        """Return what it comes to, what comes to the same taken together: by way, place and job."""
        together: dict[tuple[object, ...], list[Placed]] = defaultdict(list)
        reasons: dict[tuple[object, ...], tuple[PlaceReason, ...]] = {}
        for one in sorted(
            placed, key=lambda one: (one.presence, one.place or "", one.job or "", one.at, one.run or "")
        ):
            why = tuple(self._reasons(one))
            key = one.presence, one.place, one.job, why
            together[key].append(one)
            reasons[key] = why
        return tuple(
            Located(
                some[0].presence,
                some[0].place,
                some[0].job,
                max((each.reason.decision for each in reasons[key]), default=Decision.PERMIT),
                reasons[key],
                len({one.run or one.at for one in some}),
                some[0].at,
                some[-1].at,
                tuple(sorted({entry for one in some for entry in one.entries})),
            )
            for key, some in together.items()
        )

    def _reasons(self, one: Placed) -> Iterable[PlaceReason]:
        found = [
            PlaceReason(statement, reason)
            for statement, transfers in self._exceptions.items()
            for reason in judge_place(statement, one.place, one.at, self.places, transfers)
        ]
        if one.presence in _MAKING and no_place_left(self._exceptions, one.at, self.places):
            found.append(PlaceReason(None, _NOWHERE))
        worst = max((each.reason.decision for each in found), default=Decision.PERMIT)
        yield from (each for each in found if each.reason.decision is worst)


_MAKING: Final = frozenset({Presence.WRITTEN, Presence.TRAINED})
_NOWHERE: Final = Reason(Decision.DENY, "When it was made no place was allowed by all that it was made of.", None, ())


def _placed(view: View, of: str, at: int) -> list[Placed]:
    if label_of(of) == "ModelVersion":
        trained = view.at(NOW).edges([of], ("PRODUCED", "WROTE"), "in")
        return [*_at_jobs(view, [(Presence.TRAINED, edge) for edge in trained]), *deployed(view, [of], at).get(of, ())]
    loader = LineageLoader(view.unredacted)
    node = view.nodes([of])[of].node if view.visible([of], counted=False) else None
    dataset = Dataset(node.namespace, node.dataset).id if isinstance(node, Snapshot) else of
    loader.load_names([dataset])
    names = sorted(one for one in loader.names(dataset) if label_of(one) == "Dataset")
    used = [
        (Presence.READ if edge.kind == "READ" else Presence.WRITTEN, edge)
        for edge in view.at(NOW).edges(names, ("READ", "WROTE"), "in")
    ]
    return [*_declared(view.at(at), names), *_at_jobs(view, [*used, *_trained_on(view, of, names)])]


def deployed(view: View, versions: Sequence[str], at: int) -> dict[str, list[Placed]]:
    """Return where each model version was deployed by a time: as it began to run there, and as it runs or last ran."""
    ever = view.at(NOW)
    of = {edge.source: edge.target for edge in ever.edges(versions, ("DEPLOYS",), "in")} if versions else {}
    ends: dict[str, list[tuple[int, int]]] = defaultdict(list)
    begun: dict[str, Statement] = {}
    for one in ever.statements(sorted(of), ("deployment", "deployment_end")) if of else ():
        if one.aspect == "deployment" and one.value is not None:
            begun[one.subject] = one
        elif one.aspect == "deployment_end":
            ends[one.subject].append((one.valid_from, one.entry))
    found: dict[str, list[Placed]] = defaultdict(list)
    for deployment, one in begun.items():
        value = Deployment.from_json(one.data)
        if value.until is not None:
            ends[deployment].append((value.until, one.entry))
        end, by = min(ends[deployment], default=(at + 1, one.entry))
        last = max(one.valid_from, min(at, end - 1))
        if has_begun(one.valid_from, at):
            entries = tuple(sorted({one.entry, by})) if end <= at else (one.entry,)
            found[of[deployment]] += [
                Placed(Presence.DEPLOYED, value.place, None, deployment, moment, entries)
                for moment in sorted({one.valid_from, last})
            ]
    return dict(found)


def _trained_on(view: View, of: str, names: Sequence[str]) -> Iterable[tuple[Presence, Edge]]:
    """Yield that model versions were trained on a snapshot, or on any of the dataset's."""
    ever = view.at(NOW)
    snapshots = [of] if label_of(of) == "Snapshot" else [one.source for one in ever.edges(names, ("CAPTURES",), "in")]
    for edge in ever.edges(sorted(set(snapshots)), ("TRAINED_ON",), "in") if snapshots else ():
        yield Presence.TRAINED, edge


def _declared(then: View, names: Sequence[str]) -> Iterable[Placed]:
    for held in in_force(then, names, LOCATIONS).values():
        for aspect, presence in declared_presence(held).items():
            one = held[aspect]
            yield Placed(presence, str(one.value), None, None, then.as_of.valid_at, (one.entry,))


def _at_jobs(view: View, used: Sequence[tuple[Presence, Edge]]) -> list[Placed]:
    """Return where jobs did these things: where each is declared to run at that time."""
    jobs = sorted({edge.job for _, edge in used if edge.job})
    declared: dict[str, list[Statement]] = defaultdict(list)
    for one in view.at(NOW).statements(jobs, ("runs_at",)) if jobs else ():
        declared[one.subject].append(one)
    found = []
    for presence, edge in used:
        stated = _then(declared.get(edge.job or "", ()), edge.valid_from)
        place = None if stated is None else stated.data
        entries = (edge.entry,) if stated is None else (edge.entry, stated.entry)
        run = edge.run if edge.kind == "TRAINED_ON" else edge.source
        found.append(Placed(presence, place, edge.job, run, edge.valid_from, entries))
    return found


def _then(stated: Collection[Statement], at: int) -> Statement | None:
    """Return what was said last by a time."""
    return max((one for one in stated if has_begun(one.valid_from, at)), key=lambda one: one.order, default=None)


def _bulk(view: View, of: str, at: int) -> Bulk | None:
    if label_of(of) != "Dataset":
        return None
    found = in_force(view.at(at), [of], ("persons", "genomic")).get(of, {})
    held: Mapping[str, object] = {aspect: one.value for aspect, one in found.items()}
    persons, genomic = held.get("persons"), held.get("genomic")
    counted = persons if isinstance(persons, int) else None
    stated = genomic if isinstance(genomic, bool) else None
    return Bulk(is_bulk(counted, stated), counted, stated, tuple(sorted({one.entry for one in found.values()})))
