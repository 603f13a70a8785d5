"""The one error that reading an event can end in."""

from __future__ import annotations

import json
from typing import Literal

Status = Literal[400, 413, 422]


class Unreadable(Exception):  # noqa: N818 - it says what the body is, as in HTTP's own words
    """What was sent cannot be taken as an event; the sender has to change it.

    `status` is the HTTP status that fits (400 not JSON, 413 too large, 422 no identifiable entity), `pointer` the JSON
    pointer (RFC 6901) to what is wrong ("" is the whole body), `detail` one sentence that says what would be right and
    never quotes a value that was sent.
    """

    def __init__(self, status: Status, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.status: Status = status
        self.pointer = pointer
        self.detail = detail


def why_no_json(error: Unreadable) -> str:
    """Return why bytes cannot be read as JSON, in a predicate that holds nothing of them."""
    match error.__cause__:
        case json.JSONDecodeError() as wrong:
            return f"is no JSON from column {wrong.colno} on"
        case UnicodeDecodeError():
            return "is no text in UTF-8"
    return f"cannot be read: {error.detail[:1].lower()}{error.detail[1:].rstrip('.')}"
