"""Where data enters and leaves the estate that the catalog knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalog.assets.folds import DROPPED, aspects_in_force, last_writes
from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import BorderReason, BorderSide
from catalog.store.indexes.uses import READS, WRITES
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset


@dataclass(frozen=True, slots=True)
class BorderPoint:
    """A dataset at which data enters or leaves; zone and site where they are declared."""

    id: str
    namespace: str
    name: str
    reason: BorderReason
    zone: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Borders:
    """All points of one side by namespace, name and id, and how many there are by namespace, zone and site.

    Counts go from value to number, the most frequent first; points without a zone or site are counted under "".
    """

    points: tuple[BorderPoint, ...]
    by_namespace: Mapping[str, int]
    by_zone: Mapping[str, int]
    by_site: Mapping[str, int]


def borders(view: View, side: BorderSide, within: Collection[str] = ()) -> Borders:
    """Return the datasets at which data enters or leaves the estate, at whatever outcome of the runs.

    Data enters where something reads what nothing writes, and leaves where something writes what nothing reads and
    nothing dropped. Where the estate's own namespaces are given in `within`, what is read of another one is an ingress
    too, and what is written there an egress.
    """
    read, written = (_datasets(view, hows) for hows in (READS, WRITES))
    here, other = (read, written) if side is BorderSide.INGRESS else (written, read)
    loader = LineageLoader(view.unredacted)
    loader.load_names({*here, *other})
    used = {_name(loader, one) for one in other}
    # Of several names of one dataset that which it has now stands for all.
    by_name = {_name(loader, one): one for one in sorted(here, reverse=True)}
    at_the_end = {name for name in by_name if name not in used}
    if side is BorderSide.EGRESS:
        at_the_end -= _dropped(view, at_the_end)
    known = view.nodes(sorted(at_the_end if not within else by_name))
    reason = BorderReason.NOTHING_WRITES_IT if side is BorderSide.INGRESS else BorderReason.NOTHING_READS_IT
    found = {}
    for identifier, each in known.items():
        if isinstance(each.node, Dataset):
            outside = bool(within) and each.node.namespace not in within
            if outside or identifier in at_the_end:
                found[identifier] = (each.node, BorderReason.OUTSIDE if outside else reason)
    return _counted(_described(view, found))


def _datasets(view: View, hows: Sequence[str]) -> set[str]:
    return {one for one in view.used(hows) if label_of(one) == "Dataset"}


def _name(loader: LineageLoader, name: str) -> str:
    """Return the dataset that a name means at present; a model's dataset means itself."""
    found = loader.resolve(name, loader.valid_at)
    return found if label_of(found) == "Dataset" else name


def _dropped(view: View, datasets: Iterable[str]) -> set[str]:
    rows = view.contributions([(one, view.as_of.valid_at) for one in sorted(datasets)], by_job=False)
    last, _ = last_writes(view, sorted({row.target for row in rows if row.replaces}))
    return {one for one, mode in last.items() if mode == DROPPED}


def _described(view: View, found: Mapping[str, tuple[Dataset, BorderReason]]) -> list[BorderPoint]:
    held = aspects_in_force(view, sorted(found), aspects=("zone", "site"))
    points = []
    for identifier, (node, reason) in found.items():
        zone, site = (held.get(identifier, {}).get(name) for name in ("zone", "site"))
        points.append(
            BorderPoint(
                identifier,
                node.namespace,
                node.name,
                reason,
                None if zone is None else str(zone.value),
                None if site is None else str(site.value),
            )
        )
    return sorted(points, key=lambda one: (one.namespace, one.name, one.id))


def _counted(points: Sequence[BorderPoint]) -> Borders:
    return Borders(
        tuple(points),
        _by(one.namespace for one in points),
        _by(one.zone or "" for one in points),
        _by(one.site or "" for one in points),
    )


def _by(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))
