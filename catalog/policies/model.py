"""What a read of policies gives. Times are UTC microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Publication:
    """That a set of policies was published: its digest, by which entry and whom, why, and since when it held."""

    digest: str
    entry: int
    by: str
    reason: str
    since: int


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
