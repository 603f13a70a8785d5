"""Expected failures as data: what a caller can act on is a type of the answer, not an entry among the errors."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from catalog.errors import AskerError, EvidenceError, OperatorError, SenderError


@strawberry.enum(description="What kind of problem it is, for programs.")
class ProblemCode(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    BUDGET_EXCEEDED = "BUDGET_EXCEEDED"
    INVALID_INPUT = "INVALID_INPUT"
    UNAVAILABLE = "UNAVAILABLE"
    EVIDENCE = "EVIDENCE"


@strawberry.interface(description="Something the caller, or whoever runs the service, can do something about.")
class Problem:
    code: ProblemCode
    message: str


@strawberry.type(description="Nothing of that name can be seen here; hidden and absent get the same answer.")
class NotFound(Problem):
    ever_known: bool = strawberry.field(description="Whether it is known now, though not at the time asked for.")


@strawberry.type(description="The principal may not do this.")
class Forbidden(Problem):
    how_to_request: str | None = None


@strawberry.type(description="The answer would have cost more than one query may.")
class BudgetExceeded(Problem):
    limit: int
    reached: int


@strawberry.type(description="A value cannot be used; `field` says which, as a path or a JSON pointer.")
class InvalidInput(Problem):
    field: str


@strawberry.type(description="Something outside is not there, or does not verify; `message` says what has to be done.")
class Unavailable(Problem):
    retry_after_seconds: int | None = None


class InvalidInputError(Exception):
    """A value that the schema cannot refuse by itself: a cursor of another query, an unknown facet."""

    def __init__(self, message: str, field: str) -> None:
        """Keep the sentence and the input's path."""
        super().__init__(message)
        self.field = field


AnyProblem = NotFound | Forbidden | BudgetExceeded | InvalidInput | Unavailable
EXPECTED = (SenderError, AskerError, OperatorError, EvidenceError, InvalidInputError)


def not_found(what: str, *, ever_known: bool = False) -> NotFound:
    """Return the answer for what is absent or hidden."""
    return NotFound(code=ProblemCode.NOT_FOUND, message=what, ever_known=ever_known)


def invalid(message: str, field: str) -> InvalidInput:
    """Return the answer for a value that cannot be used."""
    return InvalidInput(code=ProblemCode.INVALID_INPUT, message=message, field=field)


def as_problem(error: Exception) -> AnyProblem:  # noqa: PLR0911  one for each kind
    """Return an expected error as data; raises every other one again."""
    match error:
        case InvalidInputError():
            return invalid(str(error), error.field)
        case SenderError():
            return invalid(error.detail, error.pointer)
        case AskerError(status=404):
            return not_found(error.detail)
        case AskerError(status=401):
            return Forbidden(code=ProblemCode.UNAUTHENTICATED, message=error.detail)
        case AskerError():
            return Forbidden(
                code=ProblemCode.FORBIDDEN,
                message=error.detail,
                how_to_request="An admin gives roles with a define_principal record (`lineward record`).",
            )
        case OperatorError():
            return Unavailable(code=ProblemCode.UNAVAILABLE, message=str(error), retry_after_seconds=error.retry_after)
        case EvidenceError():
            return Unavailable(code=ProblemCode.EVIDENCE, message=f"The ledger does not verify: {error.detail}")
    raise error
