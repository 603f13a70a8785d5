"""Errors sorted by who has to act: the sender, the asker, the operator, or whoever answers for the evidence.

    Exception
    ├── SenderError     what was sent must change (400, 408, 413, 422)
    ├── AskerError      the question or the right to ask it (401, 403, 404)
    ├── OperatorError   something outside is not there (503 and Retry-After, exit code 3)
    │   └── DamagedGraphError   the graph's bytes are damaged; only a rebuild from the ledger helps
    └── EvidenceError   the ledger does not verify (never retried)

Anything else that is raised is a defect of ours: logged with a correlation id and masked outside.
"""

from __future__ import annotations

from typing import Literal


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
        super().__init__(f"{detail} {action}")
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
