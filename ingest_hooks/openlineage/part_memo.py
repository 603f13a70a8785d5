"""The facts that followed from parts of events before: from START to COMPLETE and from run to run, most are the same.

It changes nothing but the time that projecting takes: a part is remembered by all that its facts are a function of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from graph_schema.builder import FactBuilder, Part
from ingest_hooks.memo import Memo

Key = tuple[str | bool | bytes, ...]

_BYTES: Final = 64 * 1024 * 1024


class PartMemo:
    """Parts by key, in a bounded number of bytes; for any thread."""

    def __init__(self, most: int = _BYTES) -> None:
        """Keep up to so many bytes."""
        self._memo: Memo[Key, Part] = Memo(most)

    def add(self, builder: FactBuilder, key: Key, make: Callable[[FactBuilder], None]) -> None:
        """Do what `make` does to the builder, which follows from the key alone.

        The run may be the source of edges in it and the subject of statements, and stand nowhere else.
        """
        known = self._memo.get(key, None)
        if known is None:
            alone = FactBuilder(entry=0, valid_from=0, tie="", run=builder.run)
            make(alone)
            known = alone.part()
            self._memo.keep(key, known, sum(len(step) for step in key if isinstance(step, bytes)) + known.size)
        builder.add_part(known)
