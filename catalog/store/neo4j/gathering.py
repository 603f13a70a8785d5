"""Several reads asked together: what none of them knows before goes to the server as one statement.

A read is begun, and waits where it asks for something; once all of them wait, all that they ask for is one round trip,
and each is begun anew over what was found. So as many trips are made as the read that takes most of them makes.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson

from catalog.store.neo4j.connection import Run
from graph_schema.cypher import reading

_Answer = Sequence[Mapping[str, Any]]

_ROUNDS: Final = 16
"""After so many trips what still waits is asked one by one: no read goes that deep."""
_FORMS: Final = 64
"""So many statements that ask for several are remembered."""
_SPARE: Final = 8
"""So many reads more than were asked for are sent empty, rather than that the server plans another statement."""


class Gathering:
    """What is asked of a server at once; `run` takes the place of what asks it."""

    def __init__(self, run: Run) -> None:
        """Ask through this."""
        self._run = run
        self._found: dict[tuple[str, bytes], _Answer] = {}
        self._asked: dict[tuple[str, bytes], Mapping[str, Any]] = {}

    def run(self, query: str, **parameters: Any) -> Any:  # noqa: ANN401  what a driver takes and gives
        """Return what was found of this, or wait for it."""
        if reading.columns(query) is None:
            return self._run(query, **parameters)
        key = query, orjson.dumps(parameters)
        if key not in self._found:
            self._asked[key] = parameters
            raise _WaitingError
        return self._found[key]

    def read(self, asks: Sequence[Callable[[], object]]) -> list[Callable[[], object]]:
        """Do all reads, and return those that are not done after many rounds."""
        waiting = list(asks)
        for _ in range(_ROUNDS):
            waiting = [ask for ask in waiting if not _is_done(ask)]
            if not waiting:
                break
            self._fetch()
        return waiting

    def _fetch(self) -> None:
        """Ask for all that is waited for."""
        asked, self._asked = self._asked, {}
        if len(asked) == 1:
            ((alone, parameters),) = asked.items()
            self._found[alone] = self._run(alone[0], **parameters)
            return
        left = dict(asked)
        given: dict[str, Mapping[str, Any]] = {}
        places: dict[int, tuple[str, bytes]] = {}
        form = FORMS.of(asked.values(), [query for query, _ in asked])
        for place, (query, empty) in enumerate(form):
            key = next((one for one in left if one[0] == query), None)
            given[f"of_{place}"] = empty if key is None else left.pop(key)
            if key is not None:
                places[place] = key
        (answer,) = self._run(reading.together([query for query, _ in form]), **given)
        for place, key in places.items():
            names = reading.columns(key[0]) or ()
            self._found[key] = [dict(zip(names, answer["found"][place], strict=True))]


class _WaitingError(Exception):
    """What is asked for is not there yet."""


def _is_done(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except _WaitingError:
        return False
    return True


_Form = tuple[tuple[str, Mapping[str, Any]], ...]


class Forms:
    """The statements that ask for several things, each planned once: what is asked for seldom alike is asked in one
    that asks for more, of which the rest is empty.
    """

    def __init__(self) -> None:
        """Know of none."""
        self._lock = threading.Lock()
        self._known: dict[tuple[str, ...], _Form] = {}

    def of(self, parameters: Any, queries: Sequence[str]) -> _Form:  # noqa: ANN401  of each query its own
        """Return queries, these among them, each with parameters for which it finds nothing."""
        wanted = Counter(queries)
        most = len(queries) + _SPARE
        with self._lock:
            large = (one for one in self._known if len(one) <= most and wanted <= Counter(one))
            best = min(large, key=len, default=None)
            if best is not None:
                return self._known[best]
            form = tuple(
                sorted(((one, _empty(given)) for one, given in zip(queries, parameters, strict=True)), key=_name)
            )
            if len(self._known) == _FORMS:
                self._known.clear()
            self._known[tuple(query for query, _ in form)] = form
            return form


def _name(one: tuple[str, object]) -> str:
    return one[0]


def _empty(given: Any) -> Any:  # noqa: ANN401  parameters, or a part of them
    """Return the parameters with nothing in any list."""
    if isinstance(given, Mapping):
        return {name: _empty(one) for name, one in given.items()}
    return [] if isinstance(given, (list, tuple)) else given


FORMS: Final = Forms()
"""Of this process: the texts of statements alone, which are those of any graph."""
