"""How a command ends: one exit code a meaning, and one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn

import typer

from catalog.errors import AskerError, EvidenceError, OperatorError, SenderError
from ingest_hooks.errors import Unreadable

_NO_TEXT = "surrogates not allowed"


class Exit(IntEnum):
    """What the exit code of every command means."""

    FINE = 0
    FINDING = 1
    WRONG_USE = 2
    OUTSIDE = 3


def fail(message: str, code: Exit) -> NoReturn:
    """End the command with one sentence that says what to do."""
    from catalog.cli.output import complain  # noqa: PLC0415  `--help` draws nothing

    complain(message)
    raise typer.Exit(int(code))


@contextmanager
def told() -> Iterator[None]:
    """Turn every error with an addressee into one sentence and its exit code."""
    try:
        yield
    except (SenderError, Unreadable) as error:
        place = f" (at {error.pointer})" if error.pointer else ""
        fail(f"{error.detail}{place}", Exit.WRONG_USE)
    except AskerError as error:
        fail(error.detail, Exit.WRONG_USE if error.status == 404 else Exit.OUTSIDE)  # noqa: PLR2004  not found
    except OperatorError as error:
        fail(str(error), Exit.OUTSIDE)
    except EvidenceError as error:
        fail(f"The ledger does not verify: {error.detail}", Exit.FINDING)
    except UnicodeEncodeError as error:
        # Bytes of a command line that are no text stand in it as lone surrogates (PEP 383); no request can hold these.
        if error.reason != _NO_TEXT:
            raise
        fail("What was typed is not text in UTF-8; type it so.", Exit.WRONG_USE)
