"""What the address of the lineage page says: all of its state, so that it can be mailed and gone back to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from catalog.api.pages.asking import NOT_THERE, Asking, time_of
from catalog.api.times import known_entry
from catalog.errors import AskerError, SenderError
from catalog.reading import AsOf
from graph_schema.identity import label_of
from graph_schema.vocabulary.words import PhiKind

ROOTS: Final = ("Dataset", "Snapshot", "ModelVersion", "Run", "Column")
_DEPTH, _BETWEEN_DEPTH, _MOST_DEPTH = 3, 20, 100
_MOST_OPENED: Final = 20
"""How many nodes are opened on one page: each is a walk of its own."""
_MOST_NAMED: Final = 200
_MOST_PASSED: Final = 1_000_000
_INDEX = 10
_LEAST_OF_ID: Final = 6
"""So many characters of an id tell a thing from a thousand others, but for one in a million."""


class Direction(StrEnum):
    """Which way to walk."""

    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"
    BOTH = "BOTH"


class Detail(StrEnum):
    """What the nodes are."""

    OWN = "OWN"
    DATASET = "DATASET"
    SNAPSHOT = "SNAPSHOT"
    RUN = "RUN"
    COLUMN = "COLUMN"


class By(StrEnum):
    """What nodes are collapsed by; a single one of each is named as `<word>:<which>`."""

    NOTHING = "NOTHING"
    ZONE = "ZONE"
    SITE = "SITE"
    JOB = "JOB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """All that the address says beside the time of the page."""

    id: str
    direction: Direction
    detail: Detail
    depth: int
    ever: bool
    columns: tuple[str, ...]
    """At column grain the addresses of the columns that are followed, all of them where none."""
    whole: bool
    """Whether everything is drawn, however much it is."""
    by: By
    folded: tuple[str, ...]
    opened: tuple[str, ...]
    between: str
    """The other end, where only the ways between the two are shown."""
    since: str
    """An earlier time or entry, where what changed since then is shown."""
    before: AsOf | None
    """That point."""
    choke_points: bool
    """Whether what every way passes is marked."""
    label: PhiKind | None
    """The kind of PHI that is followed."""
    node: str
    """The key of the box that the panel is of."""
    edge: str
    """The keys of the two ends of the edge that it is of, a comma between them."""
    begin: int

    def pairs(self, **changes: object) -> list[tuple[str, object]]:
        """Return what an address says for this with changes, by the names of its parameters; None takes one out.

        What it would be without being named is left out: a page has many addresses.
        """
        given: dict[str, object] = {
            "id": self.id,
            "direction": None if self.direction is Direction.BOTH else self.direction.value.lower(),
            "grain": None if self.detail is Detail.OWN else self.detail.value.lower(),
            "depth": None if self.depth == _depth(self.between) else self.depth,
            "flows": "ever" if self.ever else None,
            "column": self.columns,
            "draw": "all" if self.whole else None,
            "by": None if self.by is By.NOTHING else self.by.value.lower(),
            "fold": self.folded,
            "open": self.opened,
            "between": self.between,
            "since": self.since,
            "mark": "choke_points" if self.choke_points else None,
            "label": None if self.label is None else self.label.value.lower(),
            "node": self.node,
            "edge": self.edge,
            **changes,
        }
        return [(name, one) for name, value in given.items() for one in _several(value)]

    def with_folded(self, key: str) -> list[tuple[str, object]]:
        """Return what an address says in which this is collapsed."""
        opened = tuple(one for one in self.opened if one != key)
        return self.pairs(fold=tuple(dict.fromkeys((*self.folded, key))), open=opened, node=key, edge=None)

    def with_opened(self, key: str) -> list[tuple[str, object]]:
        """Return what an address says in which this is expanded: no longer collapsed, or walked from once more."""
        return self.pairs(**self.expanded(key))

    def expanded(self, key: str) -> dict[str, object]:
        """Return how an address changes by that."""
        chosen = None if self.node == key and ":" in key and key[0].islower() else self.node
        if key in self.folded:
            return {"fold": tuple(one for one in self.folded if one != key), "node": chosen}
        return {"open": tuple(dict.fromkeys((*self.opened, key))), "node": chosen}

    def among(self, keys: Collection[str]) -> Asked:
        """Return this with what is chosen named whole: an address may say how the key of one thing that is shown
        begins, and of no other.
        """

        def whole(given: str) -> str:
            meant = [given] if given in keys or not given else [one for one in keys if one.startswith(given)]
            return meant[0] if len(meant) == 1 else given

        source, comma, target = self.edge.partition(",")
        return replace(self, node=whole(self.node), edge=f"{whole(source)}{comma}{whole(target)}")


def beginnings(keys: Collection[str]) -> dict[str, str]:
    """Return how each key begins, so much of it as no other of them begins with: a large picture names thousands, and
    an id does not compress.
    """
    ids = frozenset(key for key in keys if key[:1].isupper())
    length = _LEAST_OF_ID
    while len(frozenset(_beginning(key, length) for key in ids)) < len(ids):
        length += 1
    return {key: _beginning(key, length) if key in ids else key for key in keys}


def _beginning(key: str, length: int) -> str:
    label, colon, rest = key.partition(":")
    return f"{label}{colon}{rest[:length]}"


def _several(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        yield from value
    elif value not in {None, ""}:
        yield value


def read_asked(asking: Asking) -> Asked:
    """Read the address.

    Raises AskerError 404 for an id of a kind that has no lineage, SenderError 422 for a wrong word.
    """
    identifier, between = asking.identifier(ROOTS), asking.text("between")
    if between and label_of(between) not in ROOTS:
        raise AskerError(NOT_THERE)
    since = asking.text("since")
    detail, ever = asking.member("grain", Detail, Detail.OWN), asking.text("flows") == "ever"
    if ever and detail is Detail.OWN and label_of(identifier) in {"Snapshot", "ModelVersion"}:
        # What was ever stated, was stated of datasets: of an exact state it is what its dataset was made of.
        detail = Detail.DATASET
    opened = _named(asking, "open")
    if len([one for one in opened if label_of(one) in {*ROOTS, "State"}]) > _MOST_OPENED:
        raise SenderError(
            f"At most {_MOST_OPENED} nodes are expanded on one page: go on from one of them, or walk more steps.",
            status=422,
        )
    return Asked(
        id=identifier,
        direction=asking.member("direction", Direction, Direction.BOTH),
        detail=detail,
        depth=asking.number("depth", _depth(between), 1, _MOST_DEPTH),
        ever=ever,
        columns=asking.texts("column"),
        whole=asking.text("draw") == "all",
        by=asking.member("by", By, By.NOTHING),
        folded=_named(asking, "fold"),
        opened=opened,
        between=between,
        since=since,
        before=_point(asking, since) if since else None,
        choke_points=asking.text("mark") == "choke_points",
        label=asking.member("label", PhiKind, PhiKind.DIRECT_IDENTIFIER) if asking.text("label") else None,
        node=asking.text("node"),
        edge=asking.text("edge"),
        begin=asking.number("after", 0, 0, _MOST_PASSED),
    )


def _depth(between: str) -> int:
    """Return how many steps are walked where the address says nothing."""
    return _BETWEEN_DEPTH if between else _DEPTH


def _named(asking: Asking, name: str) -> tuple[str, ...]:
    given = asking.texts(name)
    if len(given) > _MOST_NAMED:
        raise SenderError(f"An address names at most {_MOST_NAMED} things under {name}; collapse by zone.", status=422)
    return given


def _point(asking: Asking, given: str) -> AsOf:
    """Return the earlier point: what was known by an entry, or what was true at a time as far as it is known."""
    now = asking.view.as_of
    if given.isascii() and given.isdigit() and len(given) < _INDEX:
        return AsOf(now.valid_at, known_entry(asking.services.ledger, int(given)))
    return AsOf(time_of("since", given), now.known_at)
