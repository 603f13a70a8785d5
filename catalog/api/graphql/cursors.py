"""Keyset cursors, bound to their query: where one answer ended, only the same question may go on."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from catalog.api.graphql.problems import InvalidInputError

MAX_FIRST = 500
_BINDING = 12
_BEYOND = 2**63


@dataclass(frozen=True, slots=True)
class Cursor:
    """The binding of a query: everything it asks but how many and from where."""

    binding: str

    @classmethod
    def of(cls, *query: object) -> Cursor:
        """Return the binding of these parts, by their printed form."""
        text = json.dumps(query, default=repr, sort_keys=True)
        return cls(hashlib.sha256(text.encode()).hexdigest()[:_BINDING])

    def write(self, position: Sequence[Any]) -> str:
        """Return the opaque cursor of a position: JSON scalars."""
        text = json.dumps([self.binding, *position], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def read(self, after: str | None, kinds: Sequence[type]) -> list[Any] | None:
        """Return the position, its parts of these kinds, None at the beginning.

        Raises InvalidInputError for a cursor that this query did not give. What a cursor holds is no secret, and may
        have been made up: the store is only handed what it gave itself.
        """
        if after is None:
            return None
        binding, *position = _parts(after)
        if binding != self.binding:
            raise InvalidInputError("This cursor belongs to another query; begin again without one.", "after")
        if [type(part) for part in position] != list(kinds) or any(map(_is_beyond, position)):
            raise _no_cursor()
        return position


def _parts(after: str) -> list[Any]:
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (binascii.Error, ValueError) as error:
        raise _no_cursor() from error
    if not isinstance(parts, list) or not parts:
        raise _no_cursor()
    return parts


def _no_cursor() -> InvalidInputError:
    return InvalidInputError("This is no cursor: go on by one as the page before gave it.", "after")


def _is_beyond(part: object) -> bool:
    return isinstance(part, int) and not -_BEYOND <= part < _BEYOND


def check_first(first: int, most: int = MAX_FIRST) -> int:
    """Return how many to give; raises InvalidInputError where that is no page."""
    if not 1 <= first <= most:
        raise InvalidInputError(f"Ask for 1 to {most} items: `first` is {first}.", "first")
    return first
