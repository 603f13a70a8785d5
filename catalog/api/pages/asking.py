"""One request for a page: who asks, the one View that all of it is read from, and what its address says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from catalog.access.model import Actor
from catalog.api.services import Services
from catalog.api.times import known_by, known_entry
from catalog.errors import AskerError, SenderError
from catalog.ledger.protocol import Ledger
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.facts import NOW
from graph_schema.identity import label_of
from graph_schema.times import parse_instant

E = TypeVar("E", bound=StrEnum)
VALID, KNOWN = "valid", "known"
"""What an address calls the two times."""
NOT_THERE = "There is nothing of this id at the time asked for; the home page finds what is there."
_DIGITS = 19


Parameters = Mapping[str, Sequence[str]]
"""What an address or a form says, by name."""


def _nobody(_: str) -> Actor:
    raise AskerError("Nothing is signed here.", status=401)


@dataclass(frozen=True, slots=True)
class Asking:
    """What a page is read with, or a form taken."""

    services: Services
    actor: Actor
    view: View
    parameters: Parameters
    correlation_id: str = ""
    prove: Callable[[str], Actor] = _nobody
    """Tells who acts by a secret that was typed in a form; raises AskerError 401 for one that proves nothing."""

    def text(self, name: str) -> str:
        """Return what is said last under a name, "" where nothing is."""
        return last(self.parameters, name)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all that is said under a name, each once."""
        return tuple(dict.fromkeys(text for given in self.parameters.get(name, ()) if (text := given.strip())))

    def member(self, name: str, kind: type[E], default: E) -> E:
        """Return a word of a closed list; raises SenderError 422 for any other."""
        given = self.text(name)
        if not given:
            return default
        for one in kind:
            if one.value.casefold() == given.casefold():
                return one
        raise SenderError(f"{name} is one of {', '.join(one.value.lower() for one in kind)}.", status=422)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number; raises SenderError 422 for what is none between the two."""
        given = self.text(name)
        if not given:
            return default
        if not (given.isascii() and given.isdigit() and len(given) <= _DIGITS and least <= int(given) <= most):
            raise SenderError(f"{name} is a whole number from {least} to {most}.", status=422)
        return int(given)

    def identifier(self, labels: Collection[str]) -> str:
        """Return the id of what the page is about; raises AskerError 404 where it is not one of these kinds."""
        given = self.text("id")
        if label_of(given) not in labels:
            raise AskerError(NOT_THERE)
        return given


def last(parameters: Parameters, name: str) -> str:
    """Return what is said last under a name, "" where nothing is."""
    return next(reversed(parameters.get(name, ())), "").strip()


def times_of(parameters: Parameters, ledger: Ledger) -> tuple[AsOf, dict[str, str]]:
    """Return the two times that an address names, and how it names them, for the links of its page.

    `valid` is a time, in UTC where it names no zone; `known` a time, or the index of the last ledger entry that counts.
    Raises SenderError 422 for anything else.
    """
    named = {name: given for name in (VALID, KNOWN) if (given := last(parameters, name))}
    valid_at = time_of(VALID, named[VALID]) if VALID in named else NOW
    known_at = NOW
    if KNOWN in named:
        given = named[KNOWN]
        if given.isascii() and given.isdigit() and len(given) < _DIGITS:
            known_at = known_entry(ledger, int(given))
        else:
            known_at = known_by(ledger, time_of(KNOWN, given))
    return AsOf(valid_at, known_at), named


def time_of(name: str, text: str) -> int:
    """Return a time, in UTC where it names no zone; raises SenderError 422 for what is none."""
    found = parse_instant(text)
    if found is None:
        meant = "a time, or the index of a ledger entry" if name == KNOWN else "a time"
        raise SenderError(f"{name} is {meant}, such as 2026-01-31T09:00:00Z.", status=422)
    return found.micros
