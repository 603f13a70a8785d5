"""Errors sorted by who has to act: the sender, the asker, the operator, or whoever answers for the evidence.

    Exception
    ├── SenderError     what was sent must change (400, 408, 413, 422)
    ├── AskerError      the question or the right to ask it (401, 403, 404)
    ├── OperatorError   something outside is not there (503 and Retry-After, exit code 3)
    │   └── DamagedGraphError   the graph's bytes are damaged; only a rebuild from the ledger helps
    └── EvidenceError   the ledger does not verify (never retried)

Anything else that is raised is a defect of ours: logged with a correlation id and masked outside. How each is answered
over HTTP, in GraphQL and by a command's exit code stands in one table below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Literal

from ingest_hooks.errors import Unreadable


class SenderError(Exception):
    """What was sent cannot be taken; `detail` says what would be right.

    `pointer` is the JSON pointer (RFC 6901) of the offending value, empty for the whole document.
    """

    def __init__(self, detail: str, *, pointer: str = "", status: Literal[400, 408, 413, 422] = 400) -> None:
        """Keep the sentence, the place and the HTTP status."""
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer
        self.status = status


class AskerError(Exception):
    """The asker is unknown, may not ask this, or asks for what is not there."""

    def __init__(self, detail: str, *, status: Literal[401, 403, 404] = 404) -> None:
        """Keep the sentence and the HTTP status."""
        super().__init__(detail)
        self.detail = detail
        self.status = status


class OperatorError(Exception):
    """Something the operator provides (disk, key, lock, database) is missing; `action` says what to do.

    `retry_after` is in seconds, or None where waiting alone does not help.
    """

    def __init__(self, detail: str, *, action: str, retry_after: int | None = None) -> None:
        """Keep the sentence, what to do, and after how many seconds a retry makes sense."""
        super().__init__(f"{detail} {action}".rstrip())
        self.detail = detail
        self.action = action
        self.retry_after = retry_after


class DamagedGraphError(OperatorError):
    """The graph is not what was written to it. It is a projection of the ledger, so that it can always be made anew."""

    def __init__(self, where: str, what: str) -> None:
        """Keep which graph it is and what was found."""
        super().__init__(
            f"The graph at {where} is damaged: {what}.",
            action="Nothing is lost, the ledger holds it all: end the server and run `lineward graph rebuild`.",
        )
        self.where = where
        self.what = what


class EvidenceError(Exception):
    """The ledger does not verify: projection stops, health is red, nothing retries.

    `index` is the first ledger index concerned, where one can be named.
    """

    def __init__(self, detail: str, *, index: int | None = None) -> None:
        """Keep the sentence and the index."""
        super().__init__(detail)
        self.detail = detail
        self.index = index


class Exit(IntEnum):
    """What the exit code of every command means."""

    FINE = 0
    FINDING = 1
    WRONG_USE = 2
    OUTSIDE = 3
    UNDECIDED = 4


ENDINGS: Mapping[Exit, str] = {
    Exit.FINE: "fine",
    Exit.FINDING: "a finding or a failed check",
    Exit.WRONG_USE: "wrong use",
    Exit.OUTSIDE: "no answer: something outside is not there, or the key may not",
    Exit.UNDECIDED: "left to a person or a record to decide",
}
"""By exit code, what it means in words, as `lineward --help` and docs/operating.md list them."""


class ProblemCode(StrEnum):
    """What kind of problem a GraphQL answer holds."""

    NOT_FOUND = "NOT_FOUND"
    """It is not there, or may not be seen."""
    FORBIDDEN = "FORBIDDEN"
    """The principal may not do this."""
    UNAUTHENTICATED = "UNAUTHENTICATED"
    """The key is missing or does not work."""
    INVALID_INPUT = "INVALID_INPUT"
    """A value cannot be used."""
    UNAVAILABLE = "UNAVAILABLE"
    """Something outside is not there; try again later."""
    EVIDENCE = "EVIDENCE"
    """The evidence does not verify; whoever runs the catalog has to act."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How an error is answered: type and status of the problem document, GraphQL code, exit code."""

    type: str
    status: int
    code: str
    exit: Exit


_UNREADABLE = tuple(Answer("sender", status, ProblemCode.INVALID_INPUT, Exit.WRONG_USE) for status in (400, 413, 422))

ANSWERS: Mapping[type[Exception], tuple[Answer, ...]] = {
    # One that came too slowly may be sent again as it is: nobody used anything wrongly.
    SenderError: (*_UNREADABLE, Answer("sender", 408, ProblemCode.INVALID_INPUT, Exit.OUTSIDE)),
    Unreadable: _UNREADABLE,
    AskerError: (
        Answer("asker", 404, ProblemCode.NOT_FOUND, Exit.WRONG_USE),
        Answer("asker", 403, ProblemCode.FORBIDDEN, Exit.OUTSIDE),
        Answer("asker", 401, ProblemCode.UNAUTHENTICATED, Exit.OUTSIDE),
    ),
    OperatorError: (Answer("operator", 503, ProblemCode.UNAVAILABLE, Exit.OUTSIDE),),
    EvidenceError: (Answer("evidence", 503, ProblemCode.EVIDENCE, Exit.FINDING),),
}
"""By class, and where a class has several statuses, by the error's own."""

ADDRESSED = tuple(ANSWERS)
"""The errors that say who has to act."""

TYPE_PREFIX = "urn:lineward:problem:"
"""What the `type` of a problem document begins with (RFC 9457 §3.1.1)."""

INTERNAL = Answer("internal", 500, "INTERNAL", Exit.OUTSIDE)
"""How a defect of ours is answered, masked."""

BUDGET_EXCEEDED = "BUDGET_EXCEEDED"
"""The GraphQL code of a question that is refused or ended for what it would cost: there is no answer to hold it."""

_UNVERIFIED = "The ledger does not verify: "


def answer_to(error: BaseException) -> Answer | None:
    """Return how an error is answered, None where it is a defect of ours."""
    for kind in type(error).__mro__:
        if kind in ANSWERS:
            rows: tuple[Answer, ...] = ANSWERS[kind]
            return next((row for row in rows if row.status == getattr(error, "status", row.status)), None)
    return None


def sentence_of(error: BaseException) -> str:
    """Return what is shown of an error that has an answer."""
    return f"{_UNVERIFIED}{error.detail}" if isinstance(error, EvidenceError) else str(error)


def error_of(status: int, uri: str, sentence: str, pointer: str = "") -> Exception:
    """Return the error behind a problem document: of its status and `type`, else of its status, else OperatorError."""
    kind = uri.removeprefix(TYPE_PREFIX)
    rows = [(error, row) for error, row in _ROWS if row.status == status]
    error, row = next((pair for pair in rows if pair[1].type == kind), rows[0] if rows else (OperatorError, INTERNAL))
    return _AGAIN[error](row, sentence, pointer)


def error_of_code(code: str | None, sentence: str, pointer: str = "") -> Exception:
    """Return the error behind a GraphQL code; any other code than those of the table is about the question."""
    if code == INTERNAL.code:
        return OperatorError(sentence, action="")
    error, row = next((pair for pair in _ROWS if pair[1].code == code), _ROWS[0])
    return _AGAIN[error](row, sentence, pointer)


_AGAIN: Mapping[type[Exception], Callable[[Any, str, str], Exception]] = {
    SenderError: lambda row, sentence, pointer: SenderError(sentence, pointer=pointer, status=row.status),
    AskerError: lambda row, sentence, _: AskerError(sentence, status=row.status),
    OperatorError: lambda _row, sentence, _: OperatorError(sentence, action=""),
    EvidenceError: lambda _row, sentence, _: EvidenceError(sentence.removeprefix(_UNVERIFIED)),
}
_ROWS = [(error, row) for error in _AGAIN for row in ANSWERS[error]]
