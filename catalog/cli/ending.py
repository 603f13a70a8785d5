"""How a command ends: one exit code a meaning, and one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from catalog.errors import ADDRESSED, Exit, answer_to, sentence_of

_NO_TEXT = "surrogates not allowed"


def fail(message: str, code: Exit) -> NoReturn:
    """End the command with one sentence that says what to do."""
    from catalog.cli.output import print_error  # noqa: PLC0415  `--help` draws nothing

    print_error(message)
    raise typer.Exit(int(code))


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn every error that says who has to act into one sentence and its exit code."""
    try:
        yield
    except ADDRESSED as error:
        answer = answer_to(error)
        assert answer is not None  # noqa: S101  those errors have one
        fail(sentence_of(error) + _place(getattr(error, "pointer", ""), sentence_of(error)), answer.exit)
    except UnicodeEncodeError as error:
        # Bytes of a command line that are no text stand in it as lone surrogates (PEP 383); no request can hold these.
        if error.reason != _NO_TEXT:
            raise
        fail("What was typed is not text in UTF-8; type it so.", Exit.WRONG_USE)


def _place(pointer: str, sentence: str) -> str:
    """Return in words where in a record something is wrong, but for the name that the sentence itself is about."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.lstrip("#").split("/")[1:]]
    words = [f"item {int(step) + 1}" if step.isdecimal() else step for step in steps]
    about = sentence.rpartition(": ")[2].split(" ", 1)[0]
    if words and words[-1] == about:
        words.pop()
    return f" (at {', '.join(words)})" if words else ""
