"""What a test run left behind: processes that it started, and files beside its temporary folder."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from pathlib import Path
from typing import Final

MARK: Final = "LINEWARD_TEST_RUN"
PATIENCE_SECONDS: Final = 5


class Leftovers:
    """Compares the end of a test run with its beginning.

    Every process that descends from the run carries its mark in the environment, whoever its parent is by then; where
    there is no /proc, nothing is found. Files are compared by `git status`, only where nobody edits meanwhile.
    """

    def __init__(self, repository: Path, *, watch_files: bool) -> None:
        self._repository = repository
        self._mark = secrets.token_hex(8)
        os.environ[MARK] = self._mark
        self._files_before = self._changed_files() if watch_files else None

    def found(self, patience_seconds: float = PATIENCE_SECONDS) -> list[str]:
        """Describe what is still there, after a moment for what is just ending."""
        deadline = time.monotonic() + patience_seconds
        while (processes := self._processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        files = [] if self._files_before is None else sorted(self._changed_files() - self._files_before)
        return [*processes, *files]

    def _processes(self) -> list[str]:
        mark = f"{MARK}={self._mark}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if int(folder.name) == os.getpid() or mark not in (folder / "environ").read_bytes().split(b"\0"):
                    continue
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found.append(f"process {folder.name}: {words[:120]}")
            except OSError:  # it ended meanwhile, or is not ours to read
                continue
        return found

    def _changed_files(self) -> set[str]:
        command = ["git", "status", "--porcelain", "--untracked-files=all"]
        answer = subprocess.run(command, cwd=self._repository, capture_output=True, text=True, check=False)
        return set(answer.stdout.splitlines()) if answer.returncode == 0 else set()
