"""A process of ours that is killed in the middle of what it does."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from tests.support.project import REPOSITORY


def killed(module: str, folder: Path, round_: int, seconds: float) -> list[str]:
    """Run a module so long after its first line; return all the lines that it printed to their end."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(folder), str(round_)], cwd=REPOSITORY, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    with process:
        first = process.stdout.readline()
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        rest = process.stdout.read()
        timer.join()
    assert first, "the process ended before it printed anything"
    return (first + rest).decode().split("\n")[:-1]
