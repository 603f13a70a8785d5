"""The shape of an aspect's value: a frozen class, or another type, that is written to JSON and read from it.

Shapes are text, whole numbers, booleans, tuples of a shape, and classes of members (`Part`). What a member's type does
not allow is a `ShapeError`, so that a value that exists can be written and read back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Self, get_args, get_origin, get_type_hints

_Change = Callable[[Any], Any]


class ShapeError(ValueError):
    """A value does not have its aspect's shape: a defect of whoever made it. The message holds nothing of the value."""


class Part:
    """A frozen dataclass whose members are those of a JSON object; one that equals its default is left out of it.

    Each member's type is annotated with the sentence that describes it.
    """

    __slots__ = ()

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Return the value that an object stands for, whatever else is in it; raises ShapeError for any other.

        A value of the class stands for itself.
        """
        if isinstance(value, cls):
            return value
        if not isinstance(value, Mapping):
            raise ShapeError(f"{cls.__name__} is an object")
        given = []
        for name, read, _, default in _members(cls):
            part = value.get(name, default)
            if part is MISSING:
                raise ShapeError(f"{cls.__name__} has no {name}")
            given.append(part if part is default else read(part))
        return cls(*given)

    def members(self) -> dict[str, Any]:
        """Return the value's members by name, as they are."""
        return {name: getattr(self, name) for name, *_ in _members(type(self))}

    def to_json(self) -> dict[str, Any]:
        """Return the value as JSON."""
        written = {}
        for name, _, write, default in _members(type(self)):
            value = getattr(self, name)
            if value != default:
                written[name] = write(value)
        return written


class Member(NamedTuple):
    """A member of an object: its name, after those of the objects that it stands in, and what it is."""

    name: str
    sentence: str


def described(shape: object) -> tuple[Member, ...]:
    """Return the members of a shape, those of its parts after them; none where it is neither class nor list of one."""
    if get_origin(shape) is tuple:
        return tuple(Member(f"[].{name}", sentence) for name, sentence in described(get_args(shape)[0]))
    if not (isinstance(shape, type) and issubclass(shape, Part)):
        return ()
    found = []
    for name, part, sentence in _annotated(shape):
        found.append(Member(name, sentence))
        for inner, inner_sentence in described(part):
            found.append(Member(f"{name}{inner}" if inner.startswith("[") else f"{name}.{inner}", inner_sentence))
    return tuple(found)


@cache
def reader(shape: Any) -> _Change:  # noqa: ANN401  any type
    """Return what makes a value of this shape of JSON; it raises ShapeError for JSON of another."""
    if isinstance(shape, type) and issubclass(shape, Part):
        return shape.from_json
    if get_origin(shape) is tuple:
        return _each(reader(get_args(shape)[0]))
    return _exactly(shape)


@cache
def writer(shape: Any) -> _Change:  # noqa: ANN401
    """Return what makes JSON of a value of this shape."""
    if isinstance(shape, type) and issubclass(shape, Part):
        return shape.to_json
    if get_origin(shape) is tuple:
        part = writer(get_args(shape)[0])
        return lambda value: [part(each) for each in value]
    return lambda value: value


_Member = tuple[str, _Change, _Change, Any]
"""A member's name, how it is read and written, and its default: MISSING where it has none."""

_KNOWN: dict[type[Part], tuple[_Member, ...]] = {}


def _members(part: type[Part]) -> tuple[_Member, ...]:
    known = _KNOWN.get(part)
    if known is None:
        defaults = {field.name: field.default for field in fields(part)}  # type: ignore[arg-type]  # a dataclass
        shapes = [(name, shape) for name, shape, _ in _annotated(part)]
        known = tuple((name, reader(shape), writer(shape), defaults[name]) for name, shape in shapes)
        _KNOWN[part] = known
    return known


def _annotated(part: type[Part]) -> Iterator[tuple[str, Any, str]]:
    """Yield the name of each member, the shape of it where it is there, and its sentence."""
    for name, hint in get_type_hints(part, include_extras=True).items():
        if get_origin(hint) is not Annotated:
            raise TypeError(f"{part.__name__}.{name} has no sentence that describes it")
        shape, sentence = get_args(hint)
        if isinstance(shape, UnionType):
            (shape,) = (one for one in get_args(shape) if one is not NoneType)
        yield name, shape, sentence


def _exactly(kind: type) -> _Change:
    def read(value: object) -> object:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ShapeError(f"a value is no {kind.__name__}")
        return value

    return read


def _each(part: _Change) -> _Change:
    def read(value: object) -> tuple[object, ...]:
        if not isinstance(value, list | tuple):
            raise ShapeError("a value is no list")
        return tuple([part(each) for each in value])

    return read
