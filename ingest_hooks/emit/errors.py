"""What can go wrong between a pipeline and the catalog.

EmitError
├── EmissionError   an event was not delivered, and the run was told to be strict about it
├── ManifestError   a snapshot's files cannot be named exactly
└── RecordError     the catalog did not take a record
"""

from __future__ import annotations


class EmitError(Exception):
    """Whatever this library raises itself."""


class EmissionError(EmitError):
    """An event was not delivered; raised only by a strict run."""


class ManifestError(EmitError):
    """A file cannot be part of a snapshot; the message says which and why."""


class RecordError(EmitError):
    """The catalog did not take a record.

    `status` is the HTTP status, None where no answer came; `detail` says what is wrong; `pointer` is the JSON pointer
    (RFC 6901) to the field of the record that is, where the catalog named one (RFC 9457).
    """

    def __init__(self, kind: str, status: int | None, detail: str, pointer: str | None = None) -> None:
        where = f" at {pointer}" if pointer is not None else ""
        answer = "no answer" if status is None else str(status)
        super().__init__(f"The record {kind} was not taken ({answer}{where}): {detail}")
        self.kind = kind
        self.status = status
        self.detail = detail
        self.pointer = pointer
