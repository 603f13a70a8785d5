"""An answer of one point in time, of a store that is read as it is committed: read, held against what was committed
meanwhile, and read again where that touched anything it looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from catalog.errors import OperatorError
from catalog.view import View

T = TypeVar("T")

READINGS: Final = 3
"""So often something is read: under a load that changes it each time nobody waits for longer."""
_MIXED: Final = (LookupError, TypeError, ValueError)
"""What is met where one table names what another no longer has."""


def steadily(again: Callable[[], View], read: Callable[[View], T], unsettled: Callable[[View, T], T]) -> tuple[View, T]:
    """Return what is read of a view that is opened `again`, and that view: of the first one unless the graph changed
    meanwhile in what was looked at. What was read last, and changed as well, is given as `unsettled` makes it.

    Of a store whose readings are one snapshot it is read once, and nothing is noted.

    Raises OperatorError where it changed each time so that it could not be read at all.
    """
    for left in range(READINGS - 1, -1, -1):
        view = again()
        if not view.may_mix:
            return view, read(view)
        with view.noting() as noted:
            try:
                found = read(view)
            except _MIXED as error:
                if not view.is_overtaken(noted):
                    raise
                if not left:
                    raise changed() from error
                continue
        if view.stands(noted):
            return view, found
        if not left:
            return view, unsettled(view, found)
    raise AssertionError("the last reading gives an answer, or raises")


def changed() -> OperatorError:
    """Return what is raised of an answer that cannot be given as unsettled."""
    return OperatorError("The graph changed each time that it was read.", action="Ask again.", retry_after=1)
