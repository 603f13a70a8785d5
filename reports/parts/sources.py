"""The datasets on the way, with what their owners declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from reports.context import Strict
from reports.document import (
    Block,
    Cell,
    Column,
    Facts,
    Item,
    Line,
    Text,
    cell,
    cites,
    faint,
    item,
    mark,
    missing,
    plain,
    stamp,
    table,
    words,
)
from reports.fields import named
from reports.naming import alike, counted, worded
from reports.parts.findings import Findings, found
from reports.phrases import all_unrecorded, unattested
from reports.section import Frame, Part
from reports.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(Strict):
    """What a field is declared as at the read point, where that is not what held when the version was registered."""

    value: str
    since: str
    """From when it holds, which may lie before the registration: then it was corrected."""
    recorded_at: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared(Strict):
    """A declared field and its value in words, as in force and known when the model version was registered."""

    field: str
    value: str | None = None
    """None: nobody had declared it then."""
    changed: Changed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Strict):
    """A source or raw feed with the mandatory fields that were declared, and those that are not, by name."""

    dataset: str
    system: str | None = None
    """As declared when the version was registered."""
    system_kind: str | None = None
    raw_feed: bool = False
    attested: bool | None = None
    """Whether attestations cover every step that wrote it; None where it was not declared to be without identifiers."""
    from_attested: bool = False
    """Whether it is not attested itself and was made of attested data alone, all of it declared like it."""
    declared: tuple[Declared, ...] = ()
    missing: tuple[str, ...] = ()
    """What nobody has declared by the read point either."""
    entries: tuple[int, ...] = ()
    """By which it was first known, and which declare it: then and now."""


@dataclass(frozen=True, kw_only=True)
class Sources(Findings):
    """Every dataset that a subject rests on."""

    sources: tuple[Source, ...] = ()
    """By name, with what was declared of each and what is missing."""


# Below this many, saying what all have in common is longer than saying it of each.
_FEW = 3
_IN_WORDS = re.compile(r"(?<![\w./:-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?![\w./:-])")
_KIND = re.compile(r"\(([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)\)$")
"""The kind of a source system, behind its name."""
_FREE = frozenset(
    {
        "owner",
        "source_system",
        "schema_version",
        "clinical_purpose",
        "site",
        "region",
        "source",
        "place",
        "storage_format",
        "plaintext_window",
        "feature_set_version",
        "permitted_processing",
        "permitted_consumers",
        "permitted_places",
        "permitted_use",
    }
)
"""The fields whose values are people's own words and names; those of the others come of closed lists."""


def blocks(context: Sources, _: Frame) -> Iterator[Block]:
    """Show the datasets, those that declare the same together."""
    if not context.sources:
        yield Text(words(plain("Sources:"), missing()))
        return
    shared = _shared(context.sources)
    if shared:
        yield Facts(tuple((_first_upper(clean(named(fact.field))) + " (all)", _one(fact)) for fact in shared))
    rest = {
        each.dataset: tuple(fact for fact in each.declared if _is_own(each, fact, shared)) for each in context.sources
    }
    yield table(
        "Datasets on the way, as declared when the model version was registered; those declared alike stand together",
        (Column("Datasets", 8), Column("Source system", 4), Column("Declared", 8)),
        [
            (
                cell(*(words(plain(each.dataset), cites(each.entries)) for each in group)),
                cell(
                    words(
                        plain(group[0].system) if group[0].system else (),
                        faint(worded(group[0].system_kind)) if group[0].system_kind else (),
                    ),
                    mark("raw feed", "none") if group[0].raw_feed else (),
                ),
                cell(
                    words(*_declared(rest[group[0].dataset], group[0])),
                    *(line for fact in rest[group[0].dataset] for line in _changed(fact)),
                    all_unrecorded(group[0].missing),
                )
                or cell(plain("nothing else") if shared else missing()),
            )
            for group in alike(
                context.sources,
                lambda each: replace(each, dataset="", declared=rest[each.dataset], entries=()),
            )
        ],
        note="What was declared otherwise since the registration is marked, with the ledger entry that declares it.",
    )


def _shared(all_of: tuple[Source, ...]) -> tuple[Declared, ...]:
    """Return the fields that every source declares with the same value, where there are several sources."""
    if len(all_of) < _FEW:
        return ()
    rest = [set(each.declared) for each in all_of[1:]]
    # Whether a state is attested is another thing for each.
    return tuple(
        fact
        for fact in all_of[0].declared
        if fact.field != "deidentification_state" and all(fact in each for each in rest)
    )


def _is_own(source: Source, fact: Declared, shared: tuple[Declared, ...]) -> bool:
    is_system = fact.field == "source_system" and source.system is not None and fact.changed is None
    return not is_system and fact not in shared


def _declared(facts: tuple[Declared, ...], source: Source) -> Iterator[Line]:
    known = [fact for fact in facts if fact.value is not None]
    for fact in known:
        mark_of = unattested(source) if fact.field == "deidentification_state" else ()
        stated = words(faint(f"{named(fact.field)}:"), plain(in_words(fact.field, fact.value or "")), mark_of)
        yield (*stated, *plain(";")) if fact is not known[-1] else stated


def _one(fact: Declared) -> Cell:
    return cell(plain(in_words(fact.field, fact.value)) if fact.value else (), *_changed(fact))


def _changed(fact: Declared) -> Iterator[Line]:
    """Yield what a field was declared to be after the registration, since when and by which entry."""
    changed = fact.changed
    if changed is not None:
        word = "declared" if fact.value is None else "changed"
        yield words(
            mark(f"{word} since the registration", "warn"),
            faint(f"{named(fact.field)}:"),
            plain(in_words(fact.field, changed.value)),
            faint("from"),
            stamp(changed.since),
            faint("recorded"),
            stamp(changed.recorded_at),
            cites([changed.entry]),
        )


def in_words(field: str, value: str) -> str:
    """Return a declared value as it is printed: in words where it comes of a closed list."""
    if field == "source_system":
        return _KIND.sub(lambda kind: f"({worded(kind[1])})", value)
    return value if field in _FREE else _IN_WORDS.sub(lambda word: worded(word[0]), value)


def _first_upper(name: str) -> str:
    return name[:1].upper() + name[1:]


def items(context: Sources, _: Frame) -> Iterator[Item]:
    """Yield which datasets lack mandatory fields, and how many were declared otherwise since the registration."""
    yield from found(context, "sources")
    changed = [fact.changed for each in context.sources for fact in each.declared if fact.changed is not None]
    if changed:
        datasets = sum(any(fact.changed for fact in each.declared) for each in context.sources)
        text = (
            f"{counted(len(changed), 'declaration')} changed since the registration, of {counted(datasets, 'dataset')}."
        )
        yield item("warn", "SOURCES", text, (one.entry for one in changed))


PART = Part(blocks, items)
