"""The machine that a result belongs to; a figure without it says nothing."""

from __future__ import annotations

import math
import os
import platform
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("lineward", "fastapi", "uvicorn", "strawberry-graphql", "neo4j", "orjson", "typst")


def describe() -> str:
    """Return a few lines: processor, cores, memory, system, versions, commit and date."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    lines = [
        f"- {_processor()}, {os.cpu_count()} cores, {_memory_gibibytes():.0f} GiB memory, shared by clients and server",
        f"- {platform.system()} {platform.release()}, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}",
        f"- {libraries}",
        f"- commit {_commit()}, measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    ]
    return "\n".join(lines) + "\n"


def resident_mebibytes(pid: int, *, peak: bool = False) -> float:
    """Return the resident memory of a process and its children; the highest it ever was, for `peak` on Linux.

    Pages that they share count twice.
    """
    status = Path(f"/proc/{pid}/status")
    if status.is_file():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        own = int(fields["VmHWM" if peak else "VmRSS"].split()[0]) / 1024
        return own + sum(resident_mebibytes(child, peak=peak) for child in children(pid))
    answer = subprocess.run(["ps", "-ax", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True)  # noqa: S607  # POSIX
    rows = [tuple(map(int, line.split())) for line in answer.stdout.splitlines()]
    return sum(size for process, parent, size in rows if pid in {process, parent}) / 1024


def children(pid: int) -> list[int]:
    """Return the processes that a process started; none where the system does not say."""
    lists = (one.read_text() for one in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for line in lists for child in line.split()]


def processor_seconds(pid: int) -> float:
    """Return for how long a process computed so far, NaN where the system does not say."""
    status = Path(f"/proc/{pid}/stat")
    if not status.is_file():
        return math.nan
    fields = status.read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:13]) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.split(":", 1)[1].split())
    return platform.processor() or platform.machine()


def _memory_gibibytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _commit() -> str:
    """Return the commit that is measured, marked where sources beside the results differ from it."""
    commit = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ":/", ":!bench/RESULTS.md")
    return f"{commit or 'unknown'}{'-dirty' if changed else ''}"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False).stdout.strip()  # noqa: S607  # found by PATH
