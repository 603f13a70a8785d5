"""Expected failures as data: what a caller can act on is a type of the answer, not an entry among the errors."""

from __future__ import annotations

import strawberry

from catalog.api.graphql import enums
from catalog.errors import ProblemCode, SenderError, answer_to, sentence_of

_HOW_TO_REQUEST = "An admin gives roles with a define_principal record (`lineward record`)."


enums.enter(ProblemCode)


@strawberry.interface(description="Something the caller, or whoever runs the service, can do something about.")
class Problem:
    code: ProblemCode = strawberry.field(description="What kind of problem it is, for programs.")
    message: str = strawberry.field(description="What is wrong and what to do, for people.")


@strawberry.type(description="Nothing of that name can be seen here; hidden and absent get the same answer.")
class NotFound(Problem):
    ever_known: bool = strawberry.field(description="Whether it is known now, though not at the time asked for.")


@strawberry.type(description="The principal may not do this.")
class Forbidden(Problem):
    how_to_request: str | None = strawberry.field(
        default=None, description="How the right is had, where there is a way."
    )


@strawberry.type(description="A value cannot be used; `field` says which, as a path or a JSON pointer.")
class InvalidInput(Problem):
    field: str = strawberry.field(description="Which value cannot be used, as a path or a JSON pointer.")


@strawberry.type(description="Something outside is not there, or does not verify; `message` says what has to be done.")
class Unavailable(Problem):
    retry_after_seconds: int | None = strawberry.field(
        default=None, description="When to try again, where that is known."
    )


class InvalidInputError(SenderError):
    """A value that the schema cannot refuse by itself: a cursor of another query, an unknown facet."""

    def __init__(self, message: str, field: str) -> None:
        """Keep the sentence and the input's path."""
        super().__init__(message, pointer=field, status=422)


AnyProblem = NotFound | Forbidden | InvalidInput | Unavailable


def not_found(what: str, *, ever_known: bool = False) -> NotFound:
    """Return the answer for what is absent or hidden."""
    return NotFound(code=ProblemCode.NOT_FOUND, message=what, ever_known=ever_known)


def as_problem(error: Exception) -> AnyProblem:
    """Return an error that says who has to act as data; raises every other one again."""
    answer = answer_to(error)
    if answer is None:
        raise error
    code, message = ProblemCode(answer.code), sentence_of(error)
    match code:
        case ProblemCode.INVALID_INPUT:
            return InvalidInput(code=code, message=message, field=getattr(error, "pointer", ""))
        case ProblemCode.NOT_FOUND:
            return not_found(message)
        case ProblemCode.UNAUTHENTICATED:
            return Forbidden(code=code, message=message)
        case ProblemCode.FORBIDDEN:
            return Forbidden(code=code, message=message, how_to_request=_HOW_TO_REQUEST)
        case ProblemCode.UNAVAILABLE | ProblemCode.EVIDENCE:
            return Unavailable(code=code, message=message, retry_after_seconds=getattr(error, "retry_after", None))
