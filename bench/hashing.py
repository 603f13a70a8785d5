"""How fast the files of a snapshot are read and hashed, and how much memory that takes, from a warm page cache."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.figures import Figure, Options, command
from ingest_hooks.emit import manifest

_MEBIBYTE: Final = 1024 * 1024
AIM: Final = 500
MEMORY_AIM: Final = 64
_KINDS: Final = (("large", 4, 512), ("middling", 512, 4), ("small", 20_000, 0))
"""What the files are called, how many there are, and of how many MiB each; 0 stands for 4 KiB."""


def measure(options: Options) -> list[Figure]:
    """Measure few large, many middling and very many small files, by two readings at once."""
    return [figure for kind in _KINDS for figure in _measure_one(*kind, quick=options.quick)]


def _measure_one(kind: str, files: int, mebibytes: int, *, quick: bool) -> Iterator[Figure]:
    if quick:
        files, mebibytes = max(2, files // 100), min(mebibytes, 8)
    with tempfile.TemporaryDirectory(prefix="lineward-bench-") as folder:
        size = mebibytes * _MEBIBYTE or 4096
        content = os.urandom(min(size, _MEBIBYTE))
        for number in range(files):
            with (Path(folder) / f"part-{number:05}").open("wb") as file:
                for _ in range(size // len(content)):
                    file.write(content)
        manifest(folder, workers=2)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        manifest(folder, workers=2)
        seconds = time.perf_counter() - began
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    rate = files * size / seconds / 1e6
    setting = f"{files:,} files of {f'{mebibytes} MiB' if mebibytes else '4 KiB'}, two at once"
    if kind == "small":
        yield Figure("hashing, files a second", setting, f"{files / seconds:,.0f}/s")
    else:
        yield Figure("hashing", setting, f"{rate:,.0f} MB/s", f"≥ {AIM} MB/s", rate >= AIM)
    yield Figure("hashing, more memory", setting, f"{more:.0f} MiB", f"≤ {MEMORY_AIM} MiB", more <= MEMORY_AIM)


if __name__ == "__main__":
    command(measure)
