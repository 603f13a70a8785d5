"""Where statements of permitted use come together that cannot all be kept: what is made of both is of no use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Final

from catalog.assets import queries as assets
from catalog.assets.model import AssetState
from catalog.lineage.model import Direction, LineageEdge
from catalog.use.closure import BUDGET, Closure, Walks, closure
from catalog.use.contradictions import ClashingTerms, clashes, clashing_terms
from catalog.use.impact import Bonds, bearing_on
from catalog.use.loading import About, Recorded, declared_use, of_record, places_of, recorded
from catalog.use.model import UseStatement
from catalog.use.places import Places
from catalog.use.rules import counts, replacing
from catalog.view import View
from graph_schema.aspects.use import UseStatement as UseStatementAspect
from graph_schema.facts import NOW, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset
from graph_schema.nodes import UseStatement as UseStatementNode

_ASKED_OF: Final = frozenset({"Dataset", "ModelVersion"})
_GONE: Final = frozenset({AssetState.TOMBSTONED, AssetState.BYTES_GONE})


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two statements that cannot both be kept come together in a dataset or model version, and why they cannot be.

    Each comes there by a shortest way, and these ways have nothing else in common that is still there. Times are UTC
    microseconds: `until` is when the first of them ended, None while both hold; `known` is the entry by which all of it
    was known, `ended` the one by which it was known to be over.
    """

    statements: tuple[str, str]
    text: str
    entries: tuple[int, ...]
    since: int
    known: int
    until: int | None
    ended: int | None


def meetings(view: View, ids: Collection[str], budget: int = BUDGET) -> dict[str, tuple[Meeting, ...]]:
    """Return what comes together in datasets and model versions of what these say, by id, first what holds.

    Each of the ids is a dataset, a source, or a statement of permitted use. Of statements that may contradict the same
    one is told, that of the shortest way. Licences count as they stand at the view's time.
    """
    view = view.remembering
    places = places_of(view)
    roots = sorted({root for some in bearing_on(view, _clashing(view, ids, places)).values() for root in some})
    found = recorded(view, roots, None, view.moment) if roots else Recorded()
    against = [
        (one, other, texts)
        for one, other in combinations(_grouped(view, found), 2)
        if one.statement.id != other.statement.id and (texts := clashes(one.terms, other.terms, places))
    ]
    if not against:
        return {}
    begin = sorted({root for one, other, _ in against for root in (*one.roots, *other.roots)})
    walks = Walks(view, begin, Direction.DOWNSTREAM, budget)
    met = defaultdict[str, set[Meeting]](set)
    for one, other, texts in against:
        ways = _Ways(view, walks, found, one), _Ways(view, walks, found, other)
        for node, meeting in _together(view, *ways, " ".join(texts)):
            met[node].add(meeting)
    return {node: tuple(sorted(met[node], key=_lasting_first)) for node in sorted(met)}


def bearing(view: View, ids: Sequence[str]) -> list[str]:
    """Return of what `meetings` is asked to know what comes together in these datasets and model versions."""
    asked = [one for one in ids if label_of(one) in _ASKED_OF]
    if not asked:
        return []
    found = recorded(view, closure(view, asked, Direction.UPSTREAM).nodes, None, view.moment)
    stated = [(one.on, one.subject, one.statement.id) for one in found.every if one.statement is not None]
    return sorted({id_ for on, subject, name in stated for id_ in (on, subject, UseStatementNode(name).id)})


def _clashing(view: View, ids: Collection[str], places: Places) -> list[str]:
    """Return those of the ids of which something is recorded that anything recorded of another contradicts, and the
    licences: of many statements few are of another kind.
    """
    every = view.at(NOW).statements(sorted(ids), tuple(_TERMS_OF)) if ids else ()
    stated: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for one in every:
        if one.value is not None:
            stated[one.aspect, one.value].append(one)
    terms = {key: _TERMS_OF[key[0]](some[0]) for key, some in stated.items()}
    kinds = frozenset(terms.values())
    against = {one for one in kinds if any(one != other and clashes(one, other, places) for other in kinds)}
    if not against:
        return []
    kept = [key for key, some in stated.items() if terms[key] in against or _is_licence(some[0])]
    return sorted({one.subject for key in kept for one in stated[key]})


def _is_licence(one: Statement) -> bool:
    return one.aspect == _STATED and one.data.get("licence") is not None


_STATED: Final = "use_statement"
_TERMS_OF: Final[Mapping[str, Callable[[Statement], ClashingTerms]]] = {
    _STATED: lambda one: clashing_terms(of_record("", UseStatementAspect.from_json(one.data), 0, 0)[0]),
    "permitted_use": lambda one: clashing_terms(declared_use(Dataset("", ""), one.data, 0, 0)),
    "permitted_places": lambda one: ClashingTerms(frozenset(), frozenset(one.data), None, keeps_results=False),
}


@dataclass(frozen=True, slots=True)
class _Group:
    """Statements that bind alike, so that each may stand for the others, by what they are about."""

    terms: ClashingTerms
    roots: dict[str, UseStatement]

    @property
    def statement(self) -> UseStatement:
        """Return the first of them."""
        return min(self.roots.values(), key=lambda one: (one.entry, one.id))


def _grouped(view: View, found: Recorded) -> list[_Group]:
    """Return what counts by the view's time, that which a licence replaces, or that ended, each by itself."""
    licences = {one.licence for one in found.licences if one.licence is not None}
    groups: dict[tuple[ClashingTerms, str], dict[str, UseStatement]] = defaultdict(dict)
    for about in sorted(found.every, key=_order):
        one, licence = about.statement, about.licence
        if one is None or not counts(one, view.moment):
            continue
        if licence is not None and licence.until is not None and licence.until <= view.moment:
            continue
        alone = one.until is not None or bool(replacing(one, licences, view.moment))
        groups[clashing_terms(one), one.id if alone else ""].setdefault(about.on, one)
    return [_Group(terms, roots) for (terms, _), roots in groups.items()]


def _order(one: About) -> tuple[int, str]:
    return (-1, "") if one.statement is None else (one.statement.entry, one.statement.id)


class _Ways:
    """By which ways a group of statements comes to what it binds."""

    def __init__(self, view: View, walks: Walks, found: Recorded, group: _Group) -> None:
        self._at = view.moment
        self._found = found
        self._group = group
        self.met: Closure = walks.of(sorted(group.roots))

    @cached_property
    def bound(self) -> frozenset[str]:
        """Return the datasets and model versions that they bind."""
        bonds = Bonds(self.met, self._found, [self._group.statement], self._at)
        return frozenset(one for one in self.met.nodes if label_of(one) in _ASKED_OF and bonds.of(one)[0])

    def to(self, node: str) -> tuple[UseStatement, tuple[LineageEdge, ...], frozenset[str]]:
        """Return which of them comes to a node, by which way, and what that passes."""
        path = self.met.path(node)
        passed = frozenset(self.met.stands_for(one) for one in (node, *(edge.source for edge in path)))
        return self._group.roots[path[0].source if path else node], path, passed


def _together(view: View, one: _Ways, other: _Ways, text: str) -> Iterator[tuple[str, Meeting]]:
    """Yield where two groups come together, what is gone left out."""
    nodes = sorted(one.bound & other.bound)
    shared = {}
    for node in nodes:
        (some, way, passed), (more, other_way, also) = one.to(node), other.to(node)
        itself = one.met.stands_for(node)
        shared[node] = itself, (passed & also) - {itself}, (some, more), (*way, *other_way)
    asked = {each for itself, common, _, _ in shared.values() for each in (itself, *common)}
    datasets = [each for each in sorted(asked) if label_of(each) == "Dataset"]
    gone = {id_ for id_, each in assets.datasets(view, datasets).items() if each.state in _GONE} if datasets else set()
    for itself, common, (some, more), edges in shared.values():
        meeting = None if itself in gone or common - gone else _meeting(some, more, edges, text, view.moment)
        if meeting is not None:
            yield itself, meeting


def _meeting(
    one: UseStatement, other: UseStatement, edges: Sequence[LineageEdge], text: str, moment: int
) -> Meeting | None:
    """Return what two statements come to that meet by these steps, None where they never held at one time."""
    first, second = sorted((one, other), key=lambda each: (each.entry, each.id))
    ends = [each.until for each in (one, other) if each.until is not None]
    end = min(ends, default=None)
    since = max(one.since, other.since, *(edge.valid_from for edge in edges))
    if end is not None and end <= since:
        return None
    cites = {entry for each in (one, other) for entry in (each.entry, *each.cites)}
    known = {one.entry, other.entry, *(edge.known_from for edge in edges)}
    over = end is not None and end <= moment
    return Meeting(
        (first.id, second.id),
        f"{first.id} and {second.id}: {text}",
        tuple(sorted(cites | known)),
        since,
        max(known),
        end if over else None,
        max(cites) if over else None,
    )


def _lasting_first(one: Meeting) -> tuple[object, ...]:
    return one.until is not None, one.known, one.text
