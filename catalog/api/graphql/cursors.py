"""Keyset cursors, bound to their query: where one answer ended, only the same question may go on."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.api.graphql.problems import InvalidInputError

MAX_FIRST = 500
_BINDING = 12


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

    def read(self, after: str | None, size: int) -> list[Any] | None:
        """Return the position of that many parts, None at the beginning.

        Raises InvalidInputError for a cursor that this query did not give.
        """
        if after is None:
            return None
        try:
            values = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        except (binascii.Error, ValueError) as error:
            raise InvalidInputError("This is no cursor; use an endCursor as it was given.", "after") from error
        if not isinstance(values, list) or len(values) != size + 1 or values[0] != self.binding:
            raise InvalidInputError("This cursor belongs to another query; begin again without one.", "after")
        return values[1:]


def check_first(first: int) -> int:
    """Return how many to give; raises InvalidInputError where that is no page."""
    if not 1 <= first <= MAX_FIRST:
        raise InvalidInputError(f"first is from 1 to {MAX_FIRST}.", "first")
    return first
