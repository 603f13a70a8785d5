"""Numbers, times, closed words and completeness as pages say them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from catalog.reading import Complete, Completeness, Lagging, Redacted, Truncated
from graph_schema.times import format_time
from graph_schema.vocabulary import hl7
from graph_schema.vocabulary.systems import meaning

_WORD = re.compile("[A-Z]+(?:_[A-Z]+)+|[A-Z]{3,}", re.ASCII)
_MOST = 20
_CAMEL = re.compile("(?<=[a-z])(?=[A-Z])")
_BOUNDS = {
    "OLDER_RUNS": "the jobs on the way ran more often than is followed",
    "UNSTATED": "where a write said nothing of columns, the walk between columns stopped",
}


def moment(at: int | None) -> str:
    """Return a time to the second, in UTC; nothing where there is none."""
    return "" if at is None else format_time(at, "seconds").replace("T", " ").replace("Z", " UTC")


def counted(number: int, one: str, several: str) -> str:
    """Return a number of things in words."""
    return f"{number:,} {one if number == 1 else several}"


def worded(word: str) -> str:
    """Return a word of a closed list as it is read: `DIRECT_IDENTIFIER` as `direct identifier`; any other as it is."""
    return word.replace("_", " ").lower() if _WORD.fullmatch(word) else word


@cache
def purposes() -> tuple[tuple[str, str], ...]:
    """Return the purposes of use that may be asked with, each with what it means (HL7 v3-ActReason)."""
    return tuple((one.code, meaning(hl7.ACT_REASON, one.code) or "") for one in hl7.PURPOSE_OF_USE if not one.retired)


def duty(code: str) -> str:
    """Return what a code of an obligation or a refrain means (HL7 v3-ActCode), "" for one that is not kept here."""
    return meaning(hl7.ACT_CODE, code) or ""


def field(name: str) -> str:
    """Return the field of a record as it is read: `phi_category` as `PHI category`."""
    first, *others = name.split("_")
    return " ".join((first.upper() if first in {"gdpr", "irb", "phi"} else first.capitalize(), *others))


def kind(label: str) -> str:
    """Return the label of a kind of node as it is read: `ModelVersion` as `model version`."""
    return _CAMEL.sub(" ", label).lower()


def notices(found: Completeness) -> tuple[str, ...]:
    """Return in sentences how an answer is not whole."""
    return tuple(_notices(found))


def _notices(found: Completeness) -> Iterator[str]:
    match found:
        case Complete():
            return
        case Truncated():
            yield from _bounds(found)
            if found.hidden:
                yield _hidden(found.hidden)
            yield from _lagging(found.lagging)
        case Redacted():
            yield _hidden(found.hidden)
            yield from _lagging(found.lagging)
        case Lagging():
            yield from _lagging(found)


def _bounds(found: Truncated) -> Iterator[str]:
    for one in found.reasons:
        yield f"Not whole: {_BOUNDS.get(one.reason, worded(one.reason))} ({one.count:,} at the least)."
    if not found.reasons:
        yield f"Not whole: {found.reached:,} of at most {found.limit:,} are shown."


def _hidden(number: int) -> str:
    things = counted(number, "thing is", "things are")
    return f"Not whole: {things} hidden from you; whoever administers this catalog can say what it takes to see more."


def _lagging(found: Lagging | None) -> Iterator[str]:
    if found is not None and found.behind:
        behind = counted(found.behind, "entry", "entries")
        yield f"Not whole: the graph is {behind} behind the ledger; ask again in a moment."
    if found is not None and found.quarantined:
        entries = ", ".join(f"#{one}" for one in found.quarantined[:_MOST])
        yield f"Not whole: entries that could not be projected bear on this: {entries}."
