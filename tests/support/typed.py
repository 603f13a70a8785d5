"""A command line typed in this process, as whoever sits at a shell sees it; nothing of this machine's own settings."""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from typer.main import get_command

from catalog.cli import root

# Made of their declarations once: that takes as long as most commands.
_COMMANDS = get_command(root.commands)


@dataclass(frozen=True)
class Typed:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def printed(self) -> str:
        return self.out + self.err


def typed(folder: Path, *arguments: str, stdin: bytes = b"", **environment: str) -> Typed:
    """Run `lineward` with these arguments; its catalog is in `folder` unless something else is said."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINEWARD_")}
    seen = {**kept, "LINEWARD_DATA_DIR": str(folder), "NO_COLOR": "1", "COLUMNS": "100", **environment}
    given = io.TextIOWrapper(io.BytesIO(stdin))
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    mask = os.umask(0)
    try:
        with (
            patch.dict(os.environ, seen, clear=True),
            patch.object(root, "commands", _COMMANDS),
            patch.object(sys, "argv", ["lineward", *arguments]),
            patch.object(sys, "stdin", given),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = _code()
    finally:
        os.umask(mask)
    return Typed(code, _text(out), _text(err))


def _code() -> int:
    try:
        root.run()
    except SystemExit as ended:
        return int(ended.code or 0)
    raise AssertionError("a command ends by an exit code")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
