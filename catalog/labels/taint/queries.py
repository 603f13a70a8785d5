"""The labels that an asset has wherever they came from, why, and what took others away, as they were at one point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from heapq import heappop, heappush
from itertools import count
from typing import Final, NamedTuple

from catalog.graph_memo import as_it_stands
from catalog.labels.model import Attestation, Label
from catalog.labels.taint.addresses import is_within
from catalog.labels.taint.answers import (
    ClearedLabel,
    EffectiveLabel,
    EffectiveLabels,
    EffectiveOrigin,
    Hop,
    SupposedLabels,
    TrustedLineage,
    Way,
    Why,
)
from catalog.labels.taint.fixpoint import Search
from catalog.labels.taint.kept import Kept, Loaded
from catalog.labels.taint.loading import Behind, load
from catalog.labels.taint.made import made_at, stands
from catalog.labels.taint.model import Flow, Mark, Part, Passage, Path, Place
from catalog.labels.taint.rules import LETTERS, passed
from catalog.reading import Complete, Completeness
from catalog.store.indexes.uses import WRITES
from catalog.view import View
from graph_schema.aspects import labels as aspects
from graph_schema.aspects.labels import Coding
from graph_schema.facts import NOW, Edge
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, Snapshot
from graph_schema.vocabulary import hl7
from graph_schema.vocabulary.words import Confidentiality, TagOrigin

SUPPOSED: Final = "supposed"
"""What stands for the id of an attestation that nobody made."""
MOST_WAYS: Final = 3
"""How many ways are shown by which a label came."""


def effective_labels(
    view: View,
    ids: Sequence[str],
    *,
    recipient: str | None = None,
    place: str | None = None,
    as_made: bool = True,
) -> dict[str, EffectiveLabels]:
    """Return the labels of each dataset, model version or snapshot; one of which nothing is known is absent.

    For a recipient attestations clear nothing that anticipated others, 45 CFR 164.514(b)(1)(i); at a place nothing that
    are of other places alone, by the declared tree. Of a snapshot and of a model version, columns are no part that only
    a later write or declaration brings (`made.made_at`); without `as_made` they are judged as their data is. Whoever
    asks, labels flow through what rights hide; a way that passes it is not shown, and counted.
    """
    # Runs may write anew what was made, which is little; what it is made of is remembered while none says anything new.
    made = made_at(view.unredacted, ids) if as_made else {}
    is_kept = _is_kept(view, recipient, place)
    if len(ids) > _KEPT_TOGETHER:
        return _effective_labels(view, ids, recipient, place, made, is_kept=is_kept)
    found = as_it_stands(
        _effective_labels,
        view,
        lambda view: _effective_labels(view, ids, recipient, place, made, is_kept=is_kept),
        # What was found of all that lies behind holds while what is kept of now is behind.
        (tuple(ids), recipient, place, as_made, tuple(sorted(made.items())), is_kept),
        # What is too much to look through is there once the labels that are kept follow.
        lasts=lambda labels: all(isinstance(one.completeness, Complete) for one in labels.values()),
    )
    return dict(found)


_KEPT_TOGETHER: Final = 64
"""So many assets are asked for by a page or the gate; what asks for more goes through the estate once."""


def _effective_labels(
    view: View, ids: Sequence[str], recipient: str | None, place: str | None, made: Mapping[str, int], *, is_kept: bool
) -> dict[str, EffectiveLabels]:
    assets = _assets(view, ids)
    found: dict[str, EffectiveLabels] = {}
    together = _by_time(assets, _changed(view, assets, made, is_kept=is_kept))
    if len(together) > 1:
        view = view.remembering
    lasting = sorted({assets[one] for at, some in together.items() if at is not None for one in some})
    behind = Behind(view, lasting, (), place)
    for at, some in together.items():
        judge = _judge(view, [assets[one] for one in some], (), recipient, place, (behind, at))
        judge.prepare(judge.place(assets[one], None) for one in some)
        found |= {one: judge.labels(one, assets[one], None) for one in some}
    return {one: found[one] for one in assets}


def effective_labels_of_columns(
    view: View, asked: Sequence[tuple[str, str]], *, recipient: str | None = None, place: str | None = None
) -> dict[tuple[str, str], EffectiveLabels]:
    """Return the labels of each column, by (dataset or snapshot id, name), for a recipient and at a place where these
    are named; of a snapshot as `effective_labels` has them.
    """
    assets = _assets(view, [one for one, _ in asked])
    wanted = [one for one in dict.fromkeys(asked) if one[0] in assets]
    found: dict[tuple[str, str], EffectiveLabels] = {}
    made = made_at(view.unredacted, list(assets))
    together = _by_time(assets, _changed(view, assets, made, is_kept=_is_kept(view, recipient, place)))
    if len(together) > 1:
        view = view.remembering
    lasting = {one for at, some in together.items() if at is not None for one in some}
    named = [(assets[one], name) for one, name in wanted if one in lasting]
    behind = Behind(view, sorted({assets[one] for one in lasting}), named, place)
    for at, some in together.items():
        mine = [one for one in wanted if one[0] in some]
        columns = [(assets[one], name) for one, name in mine]
        judge = _judge(view, [assets[one] for one in some], columns, recipient, place, (behind, at))
        judge.prepare(judge.place(*one) for one in columns)
        found |= {one: judge.labels(one[0], assets[one[0]], one[1]) for one in mine}
    return {one: found[one] for one in wanted}


def _is_kept(view: View, recipient: str | None, place: str | None) -> bool:
    """Tell whether a follower keeps what is asked for: of now, whoever and wherever one is."""
    return recipient is None and place is None and view.is_now and view.labels_follow


def _changed(view: View, assets: Mapping[str, str], made: Mapping[str, int], *, is_kept: bool) -> Mapping[str, int]:
    """Return when each was made; where labels of now are kept, only of those to which, or behind which, anything came
    since: the others hold what their data holds now.
    """
    if not is_kept:
        return made
    lasting = {one: (assets[one], at) for one, at in made.items() if one in assets}
    unchanged = stands(view, lasting.values()) if lasting else frozenset()
    return {one: at for one, at in made.items() if lasting.get(one) not in unchanged}


def _by_time(ids: Iterable[str], made: Mapping[str, int]) -> dict[int | None, list[str]]:
    """Return what is judged together: by when each was made, None of what changes on."""
    together: dict[int | None, list[str]] = defaultdict(list)
    for one in ids:
        together[made.get(one)].append(one)
    return together


def why_label(
    view: View, asset: str, column: str | None, kind: str, *, recipient: str | None = None, place: str | None = None
) -> Why:
    """Return why an asset, or a column of it, holds a kind of PHI: at most three of the shortest ways.

    It is judged for a recipient and at a place where these are named.
    """
    assets = _assets(view, [asset])
    if asset not in assets:
        return Why((), Complete())
    named = [] if column is None else [(assets[asset], column)]
    behind = Behind(view, [assets[asset]], named, place)
    made = made_at(view.unredacted, [asset])
    at = _changed(view, assets, made, is_kept=_is_kept(view, recipient, place)).get(asset)
    judge = _judge(view, assets.values(), named, recipient, place, (behind, at))
    ways = judge.why(judge.place(assets[asset], column), kind, assets[asset])
    return Why(tuple(ways), judge.completeness())


_MOST_BEHIND: Final = 1_000
"""So many datasets behind a rejection are looked at while labels follow, so that no record waits for the estate."""


def flowing_in(view: View, asset: str, column: str | None, kind: str) -> frozenset[str]:
    """Return the datasets and model versions from which a kind of PHI flows into a dataset or one of its columns, by
    id: whatever was said there itself, this stays. Where labels are not followed yet, so much behind it is looked at.
    """
    named = [] if column is None else [(asset, column)]
    is_kept = view.is_now and view.labels_lagging() is None
    marked = Kept(view, [asset], named) if is_kept else Loaded(load(view, [asset], named, budget=_MOST_BEHIND))
    judge = _Judge(view, marked, [asset])
    at = judge.place(asset, column)
    judge.prepare([at])
    return judge.flowing_in(at, kind)


def what_if(view: View, attestation: aspects.Attestation, since: int | None = None) -> tuple[SupposedLabels, ...]:
    """Return what an attestation that nobody made would do to what its job wrote, or to its model version, each by id:
    nothing is written.

    It is taken for one by somebody who may attest it, in force `since` then, by default from the view's time.
    """
    view = view.remembering
    moment = view.moment
    supposed = Attestation(
        **attestation.members(),
        id=SUPPOSED,
        entry=NOW,
        attested_by="",
        authenticated=True,
        valid_from=moment if since is None else since,
        in_force=attestation.until is None or moment < attestation.until,
    )
    written = (
        [attestation.subject]
        if attestation.job is None
        else sorted({one.dataset for one in view.uses([attestation.job]) if one.how in WRITES})
    )
    assets = _assets(view, written)
    named = assets.values()
    judges = [_Judge(view, Loaded(load(view, sorted(set(named)), supposed=each)), named) for each in (None, supposed)]
    found = []
    for one, asset in assets.items():
        before, after = (judge.labels(one, asset, None) for judge in judges)
        gone = tuple(each for each in after.cleared if each.attestation == SUPPOSED)
        found.append(SupposedLabels(one, gone, before.labels, after.labels, after.completeness))
    return tuple(found)


def _assets(view: View, ids: Sequence[str]) -> dict[str, str]:
    """Return the dataset or model version whose labels each of the ids has, of those that are known."""
    found = {}
    for one, known in view.nodes(ids).items():
        if isinstance(known.node, Snapshot):
            found[one] = Dataset(known.node.namespace, known.node.dataset).id
        elif label_of(one) in {"Dataset", "ModelVersion"}:
            found[one] = one
    return found


class _Clearing(NamedTuple):
    """What is shown as one of what attestations took away."""

    kind: str
    column: str | None
    source: Place
    job: str | None
    by: str
    entry: int


def _judge(
    view: View,
    assets: Collection[str],
    columns: Sequence[tuple[str, str]],
    recipient: str | None,
    place: str | None,
    made: tuple[Behind, int | None],
) -> _Judge:
    """Return what judges assets and columns: by what is kept where that is what is asked for, else by all that lies
    behind them, of what was made at a time read together with others.
    """
    wanted, (behind, at) = sorted(set(assets)), made
    if at is not None:
        return _Judge(view, Loaded(behind.sources(wanted, columns, at), recipient), assets)
    if recipient is None and place is None and view.is_now and view.labels_lagging() is None:
        return _Judge(view, Kept(view, wanted, columns), assets)
    return _Judge(view, Loaded(load(view, wanted, columns, place=place), recipient), assets)


class _Judge:
    """The marks of assets, and what of the ways by which they came may be shown."""

    def __init__(self, view: View, marked: Kept | Loaded, asked: Iterable[str]) -> None:
        self._view = view
        self._marked = marked
        self._asked = frozenset(asked)
        self._used: dict[str, list[Edge]] = {}
        """What runs read and wrote of each name that was looked up."""
        self._used_by = 0
        """By which entry that was known."""

    def prepare(self, places: Iterable[Place]) -> None:
        """Fetch together what is told of places, and what the shortest way to each kind there asks for."""
        some = list(places)
        goals = [(place, mark) for place in some for mark in self._marked.steps(place) if mark.kind]
        self._marked.prepare(goals, wholes={place.node for place in some})

    def why(self, place: Place, kind: str, asset: str) -> list[Way]:
        """Return the shortest ways by which a kind came to a place of an asset."""
        marks = self.marks(place, kind)
        self._marked.prepare([(place, mark) for mark in marks], MOST_WAYS)
        return self.ways({place: marks}, MOST_WAYS, asset)[place]

    def flowing_in(self, place: Place, kind: str) -> frozenset[str]:
        """Return the other assets from which a kind flows into a place: not what came of that place, in a circle."""
        stated_here = place if place.part is Part.COLUMN else Place(Part.ASSERTED, place.node)
        found: set[str] = set()
        front = [(place, mark) for mark in self.marks(place, kind)]
        met = set(front)
        while front:
            for flow, before in self._search.behind(*front.pop()):
                goal = flow.source, before
                if flow.source.node != place.node:
                    if self._is_stated_beside(goal, stated_here):
                        found.add(self._shown(flow.source.node))
                elif goal not in met:
                    met.add(goal)
                    front.append(goal)
        return frozenset(found)

    def _is_stated_beside(self, goal: tuple[Place, Mark], stated_here: Place) -> bool:
        """Tell whether a mark of a place came from anywhere but one place; what is nearest is looked at first."""
        order = count()
        heap, met = [(0, next(order), goal)], {goal}
        while heap:
            _, _, (place, mark) = heappop(heap)
            if not self._marked.steps(place)[mark]:
                if place != stated_here:
                    return True
                continue
            for flow, before in self._search.behind(place, mark):
                at = flow.source, before
                if at not in met:
                    met.add(at)
                    heappush(heap, (self._marked.steps(flow.source)[before], next(order), at))
        return False

    @cached_property
    def _search(self) -> Search:
        return self._marked.search()

    def completeness(self) -> Completeness:
        found = self._marked.completeness
        return Complete() if found is None else found

    def place(self, asset: str, column: str | None) -> Place:
        return self._marked.place(asset, column)

    def marks(self, place: Place, kind: str | None = None) -> frozenset[Mark]:
        return frozenset(one for one in self._marked.steps(place) if kind is None or one.kind == kind)

    def labels(self, asked: str, asset: str, column: str | None) -> EffectiveLabels:
        place = self.place(asset, column)
        by_kind: dict[str, set[Mark]] = defaultdict(set)
        for mark in self.marks(place):
            by_kind[mark.kind].add(mark)
        sensitive = {one.coding for one in by_kind.pop("", ())}
        levels = {one.code for one in sensitive if one.system == hl7.CONFIDENTIALITY}
        return EffectiveLabels(
            asked,
            column,
            tuple(self._label(asset, place, kind, marks) for kind, marks in sorted(by_kind.items())),
            tuple(self._taken_away(place, frozenset(by_kind))),
            tuple(sorted(one for one in sensitive if one.system != hl7.CONFIDENTIALITY)),
            next((one.value for one in reversed(Confidentiality) if one.value in levels), None),
            self._trusted(place),
            tuple(sorted(self._marked.attested(place.node))),
            self.completeness(),
            frozenset(one.detail for one in self._marked.sources(asset).later if one.node == place.node),
        )

    def _trusted(self, place: Place) -> tuple[TrustedLineage, ...]:
        """Return what was taken for complete of the steps into a place, by entry."""
        found = {
            one.trust.entry: one.trust
            for one in self._marked.sources(place.node).trusted.get(place.node, ())
            if place.part is not Part.COLUMN or not is_within(place.detail, one.mentioned)
        }
        seen = self._view.visible({one.job for one in found.values()}) if found else frozenset()
        self._view.cite(*found)
        return tuple(
            TrustedLineage(
                one.job if one.job in seen else None, entry, one.trusted_by, one.since, one.until, one.reason
            )
            for entry, one in sorted(found.items())
        )

    def _label(self, asset: str, place: Place, kind: str, marks: set[Mark]) -> EffectiveLabel:
        codes = {one.coding for one in marks}
        shown = () if codes.issuperset(LETTERS) else tuple(sorted(codes))
        stated = [one for one in self._stated(place) if one.kind == kind]
        proper = [one for one in stated if one.origin != TagOrigin.SUGGESTED]
        if proper:
            origin = min((EffectiveOrigin(one.origin) for one in proper), key=list(EffectiveOrigin).index)
            entries = sorted({tag.entry for one in proper for tag in one.history if tag.stance == one.tag.stance})
            return EffectiveLabel(kind, shown, origin, self._view.cite(*entries))
        sure = [one for one in marks if not one.suggested]
        origin = EffectiveOrigin.INFERRED if sure else EffectiveOrigin.SUGGESTED
        ways = self.ways({place: sure or marks}, 1, asset)[place]
        if not ways:
            return EffectiveLabel(kind, shown, origin, ())
        way = ways[0]
        unstated = any(hop.passage is Passage.UNMENTIONED for hop in way.hops)
        return EffectiveLabel(kind, shown, origin, self._view.cite(*way.every_entry), way, unstated)

    def _stated(self, place: Place) -> Sequence[Label]:
        """Return the labels that were said of a place itself, of a whole those of its parts too."""
        held = self._marked.sources(place.node).labels
        if place.part is Part.COLUMN:
            return held.get(place, ())
        return [label for at, some in held.items() if at.node == place.node for label in some]

    def _taken_away(self, place: Place, kinds: frozenset[str]) -> Iterable[ClearedLabel]:
        found: dict[_Clearing, set[Coding]] = defaultdict(set)
        for one in self._marked.cleared(place.node):
            target = one.flow.target
            if place.part is Part.COLUMN and not self._reaches(target, place):
                continue
            column = target.detail if target.part is Part.COLUMN else None
            kind = passed(one.mark, one.flow.passage).kind
            source = one.flow.source._replace(node=self._shown(one.flow.source.node))
            found[_Clearing(kind, column, source, one.flow.job, one.by, one.entry)].add(one.mark.coding)
        seen = self._view.visible({end for one in found for end in (one.source.node, one.job) if end})
        for each, codes in sorted(found.items(), key=repr):
            is_seen = each.source.node in seen
            if each.by != SUPPOSED:
                self._view.cite(each.entry)
            yield ClearedLabel(
                each.kind,
                () if codes.issuperset(LETTERS) else tuple(sorted(codes)),
                each.column,
                each.source.node if is_seen else None,
                _column(each.source) if is_seen else None,
                each.job if each.job in seen else None,
                each.by,
                each.entry,
                each.kind in kinds,
            )

    def _reaches(self, target: Place, place: Place) -> bool:
        """Tell whether what was cleared on the way into a part of an asset was so on the way into a column."""
        return target == place or self._marked.is_part(target, place)

    def ways(self, goals: Mapping[Place, Iterable[Mark]], most: int, asset: str) -> dict[Place, list[Way]]:
        """Return the shortest ways to each place, all of one asset, that may be shown."""
        found = {}
        every = {place: self._search.paths([(place, mark) for mark in marks], most) for place, marks in goals.items()}
        self._load_accesses(flow for some in every.values() for path in some for flow in path.flows)
        for place, some in every.items():
            found[place] = [way for one in some if (way := self._way(one, asset)) is not None]
        return found

    def _shown(self, node: str, asset: str | None = None) -> str:
        """Return by which of its names a dataset is shown: on a way to an asset, that is called as it was asked for."""
        groups = self._marked.sources(node).groups
        if asset is not None and groups.of(asset) == node:
            return groups.current(asset)
        return groups.shown(node, self._asked)

    def _way(self, path: Path, asset: str) -> Way | None:
        """Return a way as it is shown, without the steps inside a dataset; None where rights hide any of it."""
        flows = [
            flow for flow in path.flows if flow.source.node != flow.target.node or flow.passage is not Passage.SAME
        ]
        nodes = {path.origin.node, *(end.node for flow in flows for end in (flow.source, flow.target))}
        shown = {one: self._shown(one, asset) for one in nodes}
        if not self._view.visible(shown.values()).issuperset(shown.values()):
            return None
        entries = {*path.entries, *self._joins(path.origin.node)}
        hops = []
        seen = self._view.visible({flow.job for flow in flows if flow.job}, counted=False)
        for flow in flows:
            run, cited = self._cited(flow)
            hops.append(
                Hop(
                    shown[flow.source.node],
                    _column(flow.source),
                    shown[flow.target.node],
                    _column(flow.target),
                    flow.passage,
                    flow.masked,
                    flow.job if flow.job in seen else None,
                    run,
                    tuple(sorted({*cited, *self._joins(flow.target.node)})),
                )
            )
        return Way(shown[path.origin.node], _column(path.origin), path.mark.kind, tuple(sorted(entries)), tuple(hops))

    def _ends(self, flow: Flow) -> tuple[Sequence[str], Sequence[str]]:
        """Return under which names the ends of a flow may have been read and written."""
        if flow.called is not None:
            return flow.called[:1], flow.called[1:]
        source, target = flow.source.node, flow.target.node
        sources, targets = self._marked.sources(source), self._marked.sources(target)
        return sources.groups.members[source], targets.groups.members[target]

    def _joins(self, node: str) -> tuple[int, ...]:
        """Return the entries by which several names of an asset are one."""
        return self._marked.sources(node).groups.joins.get(node, ())

    def _load_accesses(self, flows: Iterable[Flow]) -> None:
        """Fetch which runs read and wrote the ends of flows."""
        steps = [flow for flow in flows if flow.job is not None and flow.passage is not Passage.SAME]
        # Later ones are not cited.
        last = max((max(flow.entries) for flow in steps), default=0)
        if last > self._used_by:
            self._used, self._used_by = {}, last
        ends = {name for flow in steps for names in self._ends(flow) for name in names}
        new = sorted(ends - self._used.keys())
        self._used.update((one, []) for one in new)
        whole, kinds = self._view.unredacted, ("READ", "WROTE", "PRODUCED")
        for edge in whole.edges(new, kinds, "in", known_by=self._used_by) if new else ():
            self._used[edge.target].append(edge)

    def _accesses(self, names: Iterable[str]) -> Iterator[Edge]:
        return (edge for name in names for edge in self._used[name])

    def _cited(self, flow: Flow) -> tuple[str | None, frozenset[int]]:
        """Return the run that first took a step, and the entries that say so: its output and its input, each once."""
        stated = frozenset(flow.entries)
        if flow.job is None or flow.passage is Passage.SAME:
            return None, stated
        last = max(stated)
        wrote: dict[str, set[int]] = defaultdict(set)
        read: dict[str, set[int]] = defaultdict(set)
        sources, targets = self._ends(flow)
        for edge in self._accesses(targets):
            if edge.kind != "READ" and edge.job == flow.job and edge.run and edge.entry <= last:
                wrote[edge.run].add(edge.entry)
        for edge in self._accesses(sources):
            if edge.kind == "READ" and edge.job == flow.job and edge.run in wrote and edge.entry <= last:
                read[edge.run].add(edge.entry)
        for run in sorted(wrote):
            if last in wrote[run] | read[run]:
                outputs = {last} if last in wrote[run] else wrote[run]
                inputs = read[run] if last not in read[run] else {last}
                seen = self._view.visible([run], counted=False)
                return run if run in seen else None, stated | outputs | ({min(inputs)} if inputs else set())
        return None, stated


def _column(place: Place) -> str | None:
    return place.detail if place.part is Part.COLUMN else None
