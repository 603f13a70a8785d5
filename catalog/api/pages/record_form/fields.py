"""The fields of a form for a kind of record, out of the very model that checks the record.

A kind that is added, or a member, is so in its form at once; what a field is drawn as follows from its type alone.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from catalog.record import MAX_TEXT, DatasetRef, Day, Format, JobRef, ModelRef, ModelVersionRef, Record, SnapshotRef


class Control(StrEnum):
    """What a field is drawn as."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    TIME = "time"
    YES_NO = "yes_no"
    WORD = "word"
    GROUP = "group"
    """Fields of its own."""


_REFERENCES: Mapping[type, str] = {
    DatasetRef: "Dataset",
    JobRef: "Job",
    ModelRef: "Model",
    ModelVersionRef: "ModelVersion",
    SnapshotRef: "Snapshot",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a record, or of a part of one.

    `several` tells that it is a list, and `or_none` that an empty one says something else than one left out. `longest`
    is in characters, None where nothing bounds it.
    """

    name: str
    description: str
    control: Control
    required: bool
    several: bool = False
    or_none: bool = False
    longest: int | None = None
    words: tuple[str, ...] = ()
    fraction: bool = False
    """Whether a number may have one."""
    refers_to: str = ""
    """The label of the node that a part names, "" for any other."""
    members: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shape:
    """What an annotation comes to: its innermost type, and all that stands around it."""

    type: type
    several: bool
    optional: bool
    marks: tuple[Any, ...]


def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    """Return the fields of a record or of a part of one, those first that it needs."""
    return _fields_of(model)


@cache
def _fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    hints = get_type_hints(model, include_extras=True)
    found = [_field(name, info, hints[name]) for name, info in model.model_fields.items()]
    return tuple(sorted(found, key=lambda field: not field.required))


def about(record: type[Record]) -> dict[str, str]:
    """Return where a record names what it is about: JSON pointers by the label of the node.

    What it names beside a subject that it needs is none.
    """
    needed = tuple(field for field in fields_of(record) if field.required)
    found = dict(reversed(list(_references(needed, ""))))
    return found or dict(reversed(list(_references(fields_of(record), ""))))


def _references(fields: tuple[Field, ...], above: str) -> Iterator[tuple[str, str]]:
    for field in fields:
        if field.several:
            continue
        if field.refers_to:
            yield field.refers_to, f"{above}/{field.name}"
        else:
            yield from _references(field.members, f"{above}/{field.name}")


def _field(name: str, info: FieldInfo, hint: Any) -> Field:  # noqa: ANN401  whatever a member is declared as
    shape = _shape(hint)
    is_group = issubclass(shape.type, BaseModel)
    described = info.description or (inspect.getdoc(shape.type) if is_group else "") or ""
    longest = None if shape.several else _bound(shape, "max_length")
    return Field(
        name=name,
        description=" ".join(described.split()),
        control=_control(shape),
        required=info.is_required(),
        several=shape.several,
        or_none=shape.several and shape.optional and _bound(shape, "min_length") is None,
        longest=longest,
        words=tuple(one.value for one in shape.type) if issubclass(shape.type, Enum) else (),
        fraction=shape.type is float,
        refers_to=_REFERENCES.get(shape.type, ""),
        members=fields_of(shape.type) if is_group else (),
    )


def _control(shape: _Shape) -> Control:
    for kind, control in _CONTROLS:
        if issubclass(shape.type, kind):
            return control
    if Format.TIME in shape.marks:
        return Control.TIME
    if _DAY in shape.marks:
        return Control.DAY
    is_long = (_bound(shape, "max_length") or 0) >= MAX_TEXT
    return Control.TEXT if is_long and not shape.several else Control.LINE


def _bound(shape: _Shape, name: str) -> int | None:
    """Return the tightest bound of a name among what stands around a type, None where there is none."""
    found = [bound for mark in shape.marks if isinstance(bound := getattr(mark, name, None), int)]
    return (min if name == "max_length" else max)(found, default=None)


_CONTROLS = (
    (BaseModel, Control.GROUP),
    (Enum, Control.WORD),
    (bool, Control.YES_NO),
    (int, Control.NUMBER),
    (float, Control.NUMBER),
)
_DAY = next(mark for mark in get_args(Day) if isinstance(mark, AfterValidator))


def _shape(hint: Any) -> _Shape:  # noqa: ANN401  as above
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        inner = _shape(arguments[0])
        marks = [each for one in arguments[1:] for each in (one.metadata if isinstance(one, FieldInfo) else (one,))]
        return replace(inner, marks=(*inner.marks, *marks))
    if origin in {Union, types.UnionType}:
        (one,) = (each for each in arguments if each is not type(None))
        return replace(_shape(one), optional=True)
    if origin is tuple:
        inner = _shape(arguments[0])
        # What bounds an item bounds no list.
        return _Shape(inner.type, several=True, optional=False, marks=tuple(m for m in inner.marks if m == _DAY))
    return _Shape(hint, several=False, optional=False, marks=())
