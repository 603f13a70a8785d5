"""The labels that an asset has wherever they came from, why, and what took others away, as they were at one point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from catalog.graph_memo import as_it_stands
from catalog.labels.model import Attestation
from catalog.labels.taint.answers import EffectiveLabels, SupposedLabels, Why
from catalog.labels.taint.judging import SUPPOSED, Judge
from catalog.labels.taint.kept import Kept, Loaded
from catalog.labels.taint.loading import Behind, load
from catalog.labels.taint.made import made_at, stands
from catalog.reading import Complete
from catalog.store.indexes.uses import WRITES
from catalog.view import View
from graph_schema.aspects import labels as aspects
from graph_schema.facts import NOW
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, Snapshot


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
    judge = Judge(view, marked, [asset])
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
    judges = [Judge(view, Loaded(load(view, sorted(set(named)), supposed=each)), named) for each in (None, supposed)]
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


def _judge(
    view: View,
    assets: Collection[str],
    columns: Sequence[tuple[str, str]],
    recipient: str | None,
    place: str | None,
    made: tuple[Behind, int | None],
) -> Judge:
    """Return what judges assets and columns: by what is kept where that is what is asked for, else by all that lies
    behind them, of what was made at a time read together with others.
    """
    wanted, (behind, at) = sorted(set(assets)), made
    if at is not None:
        return Judge(view, Loaded(behind.sources(wanted, columns, at), recipient), assets)
    if recipient is None and place is None and view.is_now and view.labels_lagging() is None:
        return Judge(view, Kept(view, wanted, columns), assets)
    return Judge(view, Loaded(load(view, wanted, columns, place=place), recipient), assets)
