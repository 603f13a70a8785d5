"""The laws of the form of a record: it can say whatever its kind can, and whatever is typed in it comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.api.pages.record_form.fields import Control, Field, fields_of
from catalog.api.pages.record_form.form import MOST_ROWS, NONE_OF, Filled, dense, filled, payload
from catalog.kinds import KINDS
from catalog.record import SnapshotRef

OPEN = [kind for kind in KINDS.values() if kind.open]
EXAMPLES = Path(__file__).parents[4] / "examples" / "records"
TYPED = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


def typed(fields: Sequence[Field], values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield what one types, by pointer, to say these values."""
    for field in fields:
        pointer, value = f"{above}/{field.name}", values.get(field.name)
        if value is None:
            continue
        if value == [] and field.or_none:
            yield NONE_OF, pointer
        elif field.control is Control.GROUP:
            for row, one in enumerate(value if field.several else [value]):
                yield from typed(field.members, one, f"{pointer}/{row}" if field.several else pointer)
        else:
            for one in value if field.several else [value]:
                yield pointer, json.dumps(one) if isinstance(one, bool | int | float) else one


def as_form(pairs: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    found = dict[str, list[str]]()
    for pointer, text in pairs:
        found.setdefault(pointer, []).append(text)
    return found


@pytest.mark.parametrize("kind", OPEN, ids=[kind.name for kind in OPEN])
def test_the_form_of_a_kind_says_what_its_example_does(kind: Any) -> None:
    example = json.loads((EXAMPLES / f"{kind.name}.json").read_text())
    assert example.pop("kind") == kind.name
    fields = fields_of(kind.record)
    form = as_form(typed(fields, kind.record.read(example).fields()))
    assert kind.record.read(payload(fields, dense(fields, form))) == kind.record.read(example)


def every_pointer(fields: Sequence[Field], above: str = "") -> Iterator[tuple[str, Field]]:
    for field in fields:
        places = [f"{above}/{field.name}"]
        if field.control is Control.GROUP:
            if field.several:
                places = [f"{places[0]}/{row}" for row in (0, 2, 7)]
            for place in places:
                yield from every_pointer(field.members, place)
        else:
            yield places[0], field


def texts(fields: Sequence[Filled]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in fields:
        if one.texts:
            yield one.pointer, one.texts
        for row in one.rows:
            yield from texts(row)


Form = tuple[tuple[Field, ...], dict[str, list[str]]]


@st.composite
def forms(draw: st.DrawFn) -> Form:
    fields = fields_of(draw(st.sampled_from(OPEN)).record)
    at = dict(every_pointer(fields))
    chosen = draw(st.lists(st.sampled_from(sorted(at)), max_size=8, unique=True))
    several = {pointer: 3 if at[pointer].several else 1 for pointer in chosen}
    return fields, {one: draw(st.lists(TYPED, min_size=1, max_size=most)) for one, most in several.items()}


@given(forms())
def test_whatever_is_typed_is_a_record_or_comes_back_whole(
    form: tuple[tuple[Field, ...], dict[str, list[str]]],
) -> None:
    fields, given_ = form
    closed = dense(fields, given_)
    assert dense(fields, closed) == closed
    assert payload(fields, closed) == payload(fields, given_)
    drawn = list(texts(filled(fields, closed, {})))
    assert payload(fields, {pointer: list(found) for pointer, found in drawn}) == payload(fields, closed)
    fields_at = dict(every_pointer(fields))
    expected = sorted(line.strip() for pointer, each in given_.items() for line in _kept(fields_at[pointer], each))
    assert sorted(line.strip() for _, found in drawn for line in found) == expected


def _kept(field: Field, each: list[str]) -> list[str]:
    """Return the texts of a field that count: those that are not blank, and of words each once."""
    found = [text for text in each if text.strip()]
    return list(dict.fromkeys(found)) if field.control is Control.WORD else found


def test_a_list_has_no_more_rows_than_a_form_can_draw() -> None:
    fields = fields_of(KINDS["tag"].record)
    many = {f"/codes/{row}/code": ["A"] for row in range(MOST_ROWS * 3)}
    (codes,) = [one for one in filled(fields, dense(fields, many), {}, "/codes") if one.field.name == "codes"]
    assert len(codes.rows) == MOST_ROWS


def test_what_one_thing_refers_to_is_found_under_its_label() -> None:
    (field,) = [one for one in fields_of(KINDS["register_model_version"].record) if one.name == "trained_on"]
    assert (field.refers_to, field.several) == (SnapshotRef.__name__.removesuffix("Ref"), True)
