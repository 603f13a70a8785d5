"""What of a lineage is collapsed into which box: by zone, site or job, or behind a node; a decision over values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.api.pages.lineage_graph.asked import By
from reports.vertices import in_words

_FEWEST: Final = 2
"""Where all of a kind are collapsed, one alone is drawn as it is."""
_KINDS: Final = {By.ZONE: "zone", By.SITE: "site", By.JOB: "job"}


@dataclass(frozen=True, slots=True)
class Grouping:
    """What a node can be collapsed by: its zone, the site that it is held at, the one job that writes it."""

    zone: str
    site: str = ""
    job: str = ""

    def keys(self) -> dict[By, str]:
        """Return the key of the box of each kind that it can be collapsed in; no job, no box."""
        found = {By.ZONE: f"zone:{self.zone}", By.SITE: f"site:{self.site}"}
        return found | ({By.JOB: f"job:{self.job}"} if self.job else {})


@dataclass(frozen=True, slots=True)
class Collapsed:
    """The nodes that one box stands for: its key, or the id of the node that they lie behind."""

    key: str
    nodes: frozenset[str]


def collapsed(
    nodes: Mapping[str, Grouping],
    flows: Iterable[tuple[str, str]],
    roots: Collection[str],
    by: By,
    folded: Iterable[str],
    opened: Collection[str],
) -> tuple[Collapsed, ...]:
    """Return what is collapsed, in the order in which it was asked for, each node once; a root never is.

    `folded` names boxes and nodes, `opened` boxes that are left as they are though all of their kind are collapsed.
    """
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for one, grouping in nodes.items():
        if one not in roots:
            for key in grouping.keys().values():
                groups[key].add(one)
    wanted = list(dict.fromkeys(folded))
    if by is not By.NOTHING:
        every = sorted(key for key in groups if key.startswith(f"{_KINDS[by]}:") and len(groups[key]) >= _FEWEST)
        wanted += [key for key in every if key not in wanted and key not in opened]
    joined = _joined(flows)
    taken: set[str] = set()
    found: dict[str, frozenset[str]] = {}
    for key in wanted:
        members = _behind(key, joined, roots, nodes) if key in nodes else frozenset(groups.get(key, ()))
        members -= taken
        if not members or key in taken:
            continue
        # What lies behind a node goes with it into another box.
        members = members.union(*(found.pop(one) for one in members & found.keys()))
        found[key] = members
        taken |= members
    return tuple(Collapsed(key, members) for key, members in found.items())


def _joined(flows: Iterable[tuple[str, str]]) -> Mapping[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for source, target in flows:
        found[source].add(target)
        found[target].add(source)
    return found


def _behind(
    node: str, joined: Mapping[str, set[str]], roots: Collection[str], nodes: Collection[str]
) -> frozenset[str]:
    """Return the nodes that are reached from the roots through this one alone, whichever way data went."""
    if node in roots:
        return frozenset()
    begin = [one for one in roots if one in nodes]
    return _reached(joined, begin) - _reached(joined, begin, without=node) - {node}


def has_behind(node: str, flows: Iterable[tuple[str, str]], roots: Collection[str]) -> bool:
    """Tell whether anything is reached from the roots through this node alone, and can be collapsed behind it."""
    return bool(_behind(node, _joined(flows), roots, roots))


def _reached(joined: Mapping[str, set[str]], begin: Iterable[str], without: str | None = None) -> frozenset[str]:
    seen = set(begin)
    front = list(seen)
    while front:
        for other in joined.get(front.pop(), ()):
            if other not in seen and other != without:
                seen.add(other)
                front.append(other)
    return frozenset(seen)


def titled(found: Collapsed, name_of: Callable[[str], str]) -> str:
    """Return what a box is called that stands for several; `name_of` names a job."""
    kind, _, which = found.key.partition(":")
    number = f"{len(found.nodes):,}"
    match kind:
        case "zone":
            return f"{number} in {in_words(which)}"
        case "site":
            return f"{number} at {which}" if which else f"{number} without a site"
        case "job":
            return f"{number} by {name_of(which)}"
    return f"{number} behind it"
