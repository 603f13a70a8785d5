"""Where the temporary folders of a test run lie: in memory, if there is room, since every ledger waits for its disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108  what is made below it has a name and rights of its own
_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")
_AVAILABLE: Final = Path("/proc/meminfo")
_ROOM: Final = 4 * 2**30
_MEMORY: Final = 8 * 2**30
"""The whole suite lays down less than one GiB at a time, the Neo4j included."""


def folder() -> Path | None:
    """Return a folder in memory with 4 GiB of room, on a machine that has 8 GiB left; None where there is none."""
    try:
        found = os.statvfs(_IN_MEMORY)
        limit = _LIMIT.read_text().strip() if _LIMIT.exists() else "max"
        available = next(line for line in _AVAILABLE.read_text().splitlines() if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return None
    has_room = found.f_bavail * found.f_frsize >= _ROOM and os.access(_IN_MEMORY, os.W_OK)
    has_memory = int(available.split()[1]) * 1024 >= _MEMORY and (limit == "max" or int(limit) >= _MEMORY)
    return _IN_MEMORY if has_room and has_memory else None
