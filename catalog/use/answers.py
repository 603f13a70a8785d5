"""What a read of permitted use gives. Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.lineage.model import LineageEdge
from catalog.reading import Completeness
from catalog.use.model import Contradiction, Licence, Transfer, UseStatement, Verdict


@dataclass(frozen=True, slots=True)
class Stated:
    """What was stated under a name, and what it replaces where it is a licence."""

    statement: UseStatement
    licence: Licence | None


@dataclass(frozen=True, slots=True)
class Applied:
    """A statement that reaches what was asked about, and by which path.

    `subject` is what it is about, `on` the dataset or model version where the path begins. `replaced_by` are the
    licences that replace it on every way; then it does not decide.
    """

    statement: UseStatement
    subject: str
    on: str
    path: tuple[LineageEdge, ...]
    replaced_by: tuple[str, ...] = ()
    transfers: tuple[Transfer, ...] = ()


@dataclass(frozen=True, slots=True)
class ReachingUse:
    """The statements of use that reach something, of itself and of all that it was made of.

    `unstated` are the sources of which nothing was said.
    """

    of: str
    applied: tuple[Applied, ...]
    unstated: tuple[str, ...]
    entries: tuple[int, ...]
    completeness: Completeness


@dataclass(frozen=True, slots=True)
class PermittedUse(ReachingUse):
    """All that was said of what something may be used for, with what of it cannot all be kept."""

    contradictions: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True)
class MayUse:
    """Whether something may be used so: the verdict, and all that it follows from."""

    verdict: Verdict
    permitted: PermittedUse
    entries: tuple[int, ...]
