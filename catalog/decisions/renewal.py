"""Judging beforehand what is asked for again and again, as of what emitters sent since, while answers go on as before.

What requests rest on takes a second to read where the graph is large and another server's, and whoever asks would wait
for it. One reading is one state of the graph: as of the newest entry that it holds, what is kept of now holds as well,
however fast events come in behind it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from catalog.decisions.basis import Basis
from catalog.decisions.memo import DecisionMemo, DecisionsAt
from catalog.decisions.model import Asked
from catalog.decisions.queries import judged
from catalog.errors import OperatorError
from catalog.ledger.sealing import utc_microseconds
from catalog.reading import EVERYTHING, LATEST, AsOf, Rights
from catalog.store.deadline import ReadEndedError
from catalog.store.protocol import Store, StoreReader
from catalog.view import View

_LOG: Final = logging.getLogger("lineward.access")
_END_SECONDS: Final = 5.0


class Renewal:
    """Judges beforehand in a thread of its own, for as long as that takes; `view_of` gives what rights show of a
    reading at a point. Safe for any thread.
    """

    def __init__(
        self,
        store: Store,
        basis: Basis,
        memo: DecisionMemo,
        view_of: Callable[[StoreReader, AsOf, Rights], View],
        clock: Callable[[], int] = utc_microseconds,
    ) -> None:
        """Judge nothing yet; from now on the basis has its events counted by this."""
        self._store = store
        self._basis = basis
        self._memo = memo
        self._view_of = view_of
        self._clock = clock
        self._thread: threading.Thread | None = None
        self._ended = False
        basis.renewed_by(self.begin)

    def begin(self) -> None:
        """Begin to judge, and wait for nothing."""
        if self._ended:
            return
        self._thread = threading.Thread(target=self.renew, name="decisions", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Give up what is being judged, and wait a moment for that: a store that hangs holds up no server's end."""
        self._ended = True
        if self._thread is not None:
            self._thread.join(_END_SECONDS)

    def renew(self) -> None:
        """Judge what was asked for of late as of the newest entry that the graph holds, and let that count."""
        began, at = time.monotonic(), None
        try:
            with self._store.reading(_Until(lambda: self._ended)) as reader:
                if (following := self._basis.following(reader.checkpoint(), self._clock())) is None:
                    return
                at, recorded = following
                ahead = self._memo.ahead(at, recorded, self._view_of(reader, at, EVERYTHING).is_as_at)
                for rights, kept in ahead.items():
                    self._judge(reader, rights, kept)
            self._memo.adopt(ahead)
        except (OperatorError, ReadEndedError):  # whoever asks next finds out by themselves
            at = None
        except Exception:  # noqa: BLE001  what is judged beforehand must not end what is judged
            at = None
            if not self._ended:  # else the store may be closed by now
                _LOG.exception("judging beforehand met a defect")
        finally:
            self._basis.adopt(at, time.monotonic() - began)

    def _judge(self, reader: StoreReader, rights: Rights, kept: DecisionsAt) -> None:
        view, now = self._view_of(reader, kept.as_of, rights), self._view_of(reader, LATEST, rights)
        is_same = now.is_as_at(kept.as_of.valid_at)
        for asked in kept.again(Asked):
            found = judged(view, asked, kept, now if is_same else None)
            kept.keep(asked, found, lasts=found[0].lasts)
            time.sleep(0)  # whoever waits for the interpreter goes first


class _Until:
    """A deadline that nothing but the server's end brings about."""

    remaining: float = 600.0

    def __init__(self, ended: Callable[[], bool]) -> None:
        self._ended = ended

    def lasts(self) -> bool:
        """Tell whether it goes on."""
        return not self._ended()
