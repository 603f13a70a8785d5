"""What a read of policies gives. Times are UTC microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph_schema.facts import Order


@dataclass(frozen=True, slots=True)
class Publication:
    """That a set of policies was published: its digest, by which entry and whom, why, and since when it held."""

    digest: str
    entry: int
    by: str
    reason: str
    since: int


@dataclass(frozen=True, slots=True)
class Published:
    """The files of a set as one entry published it, text by path, and by what that is compared with the others."""

    order: Order
    entry: int
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PolicySet:
    """A published set of policies with its files, text by path.

    One whose publication was erased holds no files: nothing follows from it, and none that held before takes its place.
    """

    digest: str
    files: Mapping[str, str]
    entry: int
    by: str
    reason: str
    since: int
