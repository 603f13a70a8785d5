"""The datasets on the way, with what their owners declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.context import Strict
from reports.document import (
    Block,
    Column,
    Facts,
    Item,
    Line,
    Text,
    cell,
    cites,
    faint,
    mark,
    maybe,
    missing,
    plain,
    table,
    words,
)
from reports.naming import alike, worded
from reports.parts.findings import Findings, found
from reports.section import Frame, Part
from reports.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared(Strict):
    """A declared field and its value in words."""

    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Strict):
    """A source or raw feed with the mandatory fields that were declared, and those that were not, by name."""

    dataset: str
    system: str | None = None
    system_kind: str | None = None
    raw_feed: bool = False
    declared: tuple[Declared, ...] = ()
    missing: tuple[str, ...] = ()
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sources(Findings):
    """Every dataset that a subject rests on."""

    sources: tuple[Source, ...] = ()
    """By name, with what was declared of each and what is missing."""


# Below this many, saying what all have in common is longer than saying it of each.
_FEW = 3
_FIELDS = {
    "phi_category": "PHI category",
    "deidentification_state": "de-identification state",
}
_CLOSED = frozenset({"phi_category", "deidentification_state", "retention", "zone"})
"""The fields whose values come of closed lists."""


def blocks(context: Sources, _: Frame) -> Iterator[Block]:
    """Show the datasets, those that declare the same together."""
    if not context.sources:
        yield Text(words(plain("Sources:"), missing()))
        return
    shared = _shared(context.sources)
    if shared:
        yield Facts(
            tuple(
                (_first_upper(clean(_field(field))) + " (all)", cell(plain(_value(field, value))))
                for field, value in shared
            )
        )
    rest = {
        each.dataset: tuple((fact.field, fact.value) for fact in each.declared if _is_own(each, fact, shared))
        for each in context.sources
    }
    yield table(
        "Datasets on the way, with what their owners declared; those that say the same stand together",
        (Column("Datasets", 8), Column("Source system", 4), Column("Declared", 8)),
        [
            (
                cell(*(words(plain(each.dataset), cites(each.entries)) for each in group)),
                cell(
                    words(maybe(group[0].system), faint(worded(group[0].system_kind)) if group[0].system_kind else ()),
                    mark("raw feed", "none") if group[0].raw_feed else (),
                ),
                cell(
                    words(*_declared(rest[group[0].dataset])),
                    words(*(missing(f"{clean(_field(name))}: not recorded") for name in group[0].missing)),
                )
                or cell(plain("nothing else") if shared else missing()),
            )
            for group in alike(
                context.sources, lambda each: (each.system, each.raw_feed, rest[each.dataset], each.missing)
            )
        ],
        note="Declarations as in force at the read point, not when the version was registered.",
    )


def _shared(all_of: tuple[Source, ...]) -> tuple[tuple[str, str], ...]:
    """Return the fields that every source declares with the same value, where there are several sources."""
    if len(all_of) < _FEW:
        return ()
    declared = [{fact.field: fact.value for fact in each.declared} for each in all_of]
    return tuple(
        (field, value) for field, value in declared[0].items() if all(each.get(field) == value for each in declared[1:])
    )


def _is_own(source: Source, fact: Declared, shared: tuple[tuple[str, str], ...]) -> bool:
    is_system = fact.field == "source_system" and source.system is not None
    return not is_system and (fact.field, fact.value) not in shared


def _declared(facts: tuple[tuple[str, str], ...]) -> Iterator[Line]:
    for number, (field, value) in enumerate(facts, 1):
        end = ";" if number < len(facts) else ""
        yield words(faint(f"{_field(field)}:"), plain(_value(field, value) + end))


def _value(field: str, value: str) -> str:
    """Return a declared value as it is printed: in words where it comes of a closed list."""
    return ", ".join(map(worded, value.split(", "))) if field in _CLOSED else value


def _first_upper(name: str) -> str:
    return name[:1].upper() + name[1:]


def _field(name: str) -> str:
    return _FIELDS.get(name, name.replace("_", " "))


def items(context: Sources, _: Frame) -> Iterator[Item]:
    """Yield which datasets lack mandatory fields."""
    yield from found(context, "sources")


PART = Part(blocks, items)
