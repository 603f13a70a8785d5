"""What a mapping reads in a facet, and what a tag claims by one: values in, decision out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from catalog.mappings.model import Read, Unread
from graph_schema.aspects.mappings import FacetMapping, TagMapping
from graph_schema.column_lineage import address
from graph_schema.facet_reading import dataset, text
from graph_schema.vocabulary.tag_words import KINDS, claims_nothing, words_of
from graph_schema.vocabulary.words import MappingTarget, PhiKind, Zone

_NOWHERE: Final = object()
_LONGEST: Final = 1_024
_KINDS: Final = KINDS | {words_of(kind.value): kind for kind in PhiKind}


def read(mapping: FacetMapping, facet: Any) -> Iterator[Read | Unread]:  # noqa: ANN401  a facet is any JSON
    """Yield what the mapping reads in a facet, element by element; nothing where it does not apply."""
    found = at(facet, mapping.pointer)
    for element in found if isinstance(found, list) else [found]:
        value = element if mapping.value is None else at(element, mapping.value)
        if value is not _NOWHERE and value is not None:
            one = _read(mapping, element, value)
            if one is not None:
                yield one


def at(value: Any, pointer: str) -> Any:  # noqa: ANN401
    """Return what a JSON pointer names (RFC 6901), a mark of its own where that is nothing."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isascii() and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return _NOWHERE
    return value


def _read(mapping: FacetMapping, element: Any, value: Any) -> Read | Unread | None:  # noqa: ANN401
    target = MappingTarget(mapping.target)
    if target is MappingTarget.FLOW:
        return _flow(mapping, element, value)
    stated = _text(value)
    if stated is None:
        return Unread("it is neither text, number nor truth value")
    if mapping.equal_to and stated.casefold() not in {one.casefold() for one in mapping.equal_to}:
        return None
    if target is MappingTarget.PHI_TAG:
        return _tag(mapping, element, stated)
    known = target is not MappingTarget.ZONE or stated in {zone.value for zone in Zone}
    return Read(stated) if known else Unread(f"it is none of the zones {', '.join(Zone)}")


def _flow(mapping: FacetMapping, element: Any, value: Any) -> Read | Unread:  # noqa: ANN401
    named = dataset(value)
    if named is None:
        return Unread("it does not name a dataset by namespace and name")
    column = None if mapping.column is None else _text(at(element, mapping.column))
    return Read(
        f"{named.namespace}/{named.name}",
        None if column is None else address(column),
        source=(named.namespace, named.name),
        source_column=None if (field := text(value, "field")) is None else address(field),
    )


def _tag(mapping: FacetMapping, element: Any, stated: str) -> Read | Unread | None:  # noqa: ANN401
    if mapping.phi_kind is not None:
        kind = None if not mapping.equal_to and claims_nothing(stated) else PhiKind(mapping.phi_kind)
        if kind is None:
            return None
    else:
        kind = _KINDS.get(words_of(stated))
        if kind is None:
            return None if claims_nothing(stated) else Unread("it names no kind of PHI")
    if mapping.column is None:
        return Read(stated, kind=kind)
    column = _text(at(element, mapping.column))
    return Unread("no column is named beside it") if column is None else Read(stated, column, kind)


def _text(value: Any) -> str | None:  # noqa: ANN401
    if isinstance(value, bool):
        return "true" if value else "false"
    stated = str(value) if isinstance(value, int | float) else value
    return stated if isinstance(stated, str) and 0 < len(stated) <= _LONGEST else None


def claims(mapping: TagMapping, key: str, value: str | None, source: str | None) -> bool:
    """Tell whether a tag with this key and value, of this source, claims what the mapping says."""
    if words_of(key) != words_of(mapping.key):
        return False
    if mapping.source is not None and (source or "").casefold() != mapping.source.casefold():
        return False
    stated = value or ""
    if mapping.value is None:
        return not claims_nothing(stated)
    if mapping.value.endswith("*"):
        return words_of(stated).startswith(words_of(mapping.value[:-1]))
    return words_of(stated) == words_of(mapping.value)


def overlap(one: TagMapping, other: TagMapping) -> bool:
    """Tell whether there is a tag that both are about."""
    if words_of(one.key) != words_of(other.key):
        return False
    sources = {each.source.casefold() for each in (one, other) if each.source is not None}
    return len(sources) < 2 and (_reaches(one, other) or _reaches(other, one))  # noqa: PLR2004  one source, or any


def _reaches(one: TagMapping, other: TagMapping) -> bool:
    """Tell whether a value that the other is about, or the beginning of one, is a value that this one is about."""
    if one.value is None:
        return other.value is None or other.value.endswith("*") or not claims_nothing(other.value)
    if other.value is None:
        return False
    stated = words_of(other.value.removesuffix("*"))
    if one.value.endswith("*"):
        return stated.startswith(words_of(one.value[:-1]))
    return not other.value.endswith("*") and stated == words_of(one.value)


def differing(values: Iterable[str]) -> bool:
    """Tell whether these are not all the same."""
    return len(set(values)) > 1
