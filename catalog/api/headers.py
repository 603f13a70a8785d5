"""A request's headers, read once: starlette looks through all of them, and decodes each, for every one it is asked."""

from __future__ import annotations

from starlette.types import Scope

_READ = "lineward.headers"


def headers_of(scope: Scope) -> Headers:
    """Return the headers of a request."""
    found: Headers | None = scope.get(_READ)
    if found is None:
        found = scope[_READ] = Headers(scope)
    return found


class Headers:
    """The first value of each header; names in lower case."""

    __slots__ = ("_values",)

    def __init__(self, scope: Scope) -> None:
        self._values: dict[bytes, bytes] = dict(reversed(scope["headers"]))

    def get(self, name: bytes) -> str | None:
        """Return the value of a header, None where it was not sent."""
        value = self._values.get(name)
        return None if value is None else value.decode("latin-1")

    def has_any(self, names: frozenset[bytes]) -> bool:
        """Tell whether one of these was sent."""
        return not names.isdisjoint(self._values)
