"""What a report is put together of: numbered sections, each of parts that any report may have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from reports.context import Context
from reports.document import Block, Item
from reports.making import Making

C_contra = TypeVar("C_contra", bound=Context, contravariant=True)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is of: the name it prints, the key by which records name it, and what kind of thing it is."""

    title: str
    key: str
    noun: str
    reference: Mapping[str, Any]
    """As a record names it: its kind, and under it the members of its key."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The report around a part: what it is of, what it was made with, and the numbers and titles of its sections."""

    subject: Subject
    making: Making
    titles: Mapping[str, str]
    """By anchor: number and title."""

    def number(self, anchor: str) -> str:
        """Return the number of a section."""
        return self.titles[anchor].partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Part(Generic[C_contra]):
    """What shows one part of a context: its blocks, and its lines of the summary.

    `closing` makes blocks of all the others that the document has, as a glossary is made.
    """

    blocks: Callable[[C_contra, Frame], Iterator[Block]] = lambda *_: iter(())
    items: Callable[[C_contra, Frame], Iterator[Item]] = lambda *_: iter(())
    closing: Callable[[Sequence[Block]], Iterator[Block]] = lambda _: iter(())


@dataclass(frozen=True, slots=True)
class Section(Generic[C_contra]):
    """A numbered section: its parts in order; `empty` stands where none of them has anything to show."""

    anchor: str
    title: str
    parts: tuple[Part[C_contra], ...]
    empty: str | None = None
    leads: bool = False
    """Whether its lines come first in the summary, which else follows the order of the sections."""
