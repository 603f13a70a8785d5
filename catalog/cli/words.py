"""The words of options: closed lists in any case, times, and numbers of things."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from catalog.errors import SenderError
from graph_schema.nearest import did_you_mean, listed
from graph_schema.times import is_rfc3339, parse_zoned

_DAYS = re.compile(r"(?P<days>[1-9][0-9]{0,3}|[12][0-9]{4}|3[0-5][0-9]{3}|36[0-4][0-9]{2}|36500)d?", re.ASCII)
_WITHIN = re.compile(r"(?<=[a-z])(?=[A-Z])")


def one_of(given: str, words: Iterable[str], option: str, where: str | None = None) -> str:
    """Return the word of a closed list that is meant, in any case, `-` for `_`; raises SenderError with the list.

    Of a list that is too long to read the error says `where` it stands.
    """
    known = list(words)
    by_form = {_form(word): word for word in known}
    if (found := by_form.get(_form(given))) is not None:
        return found
    shown = [word.lower() for word in known]
    meant = did_you_mean(given, shown)
    asked = f" {meant[0].upper()}{meant[1:]}" if meant else ""
    raise SenderError(f"{option} is {listed(shown, where)}; '{given}' is none of them.{asked}")


def each_of(given: Iterable[str], words: Iterable[str], option: str, where: str | None = None) -> list[str]:
    """Return the words of a closed list that are meant, as `one_of` finds them."""
    known = tuple(words)
    return [one_of(word, known, option, where) for word in given]


def time(given: str | None, option: str) -> str | None:
    """Return a time as it was given; raises SenderError where it is none."""
    if given is None:
        return None
    text = given.strip()
    try:
        parse_zoned(text)
        if is_rfc3339(text):
            return text
    except ValueError:
        pass
    raise SenderError(f"{option} is a time with its zone, such as 2026-01-31T12:00:00Z; '{given}' is none.")


def whole_days(given: str, option: str) -> int:
    """Return a number of days that is written as `30d` or `30`; raises SenderError where it is none."""
    found = _DAYS.fullmatch(given.strip())
    if found is None:
        raise SenderError(f"{option} is a number of days from 1 to 36500, such as 30d; '{given}' is none.")
    return int(found["days"])


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number of things in words: `1 node`, `2 nodes`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def in_words(closed: str) -> str:
    """Return a word of a closed list as it is read: `NOT_DECIDED` as `not decided`."""
    return closed.lower().replace("_", " ")


def words_of(name: str) -> str:
    """Return the words of a label or an enumeration's value: `model version` of ModelVersion and MODEL_VERSION."""
    return _WITHIN.sub(" ", name).replace("_", " ").lower()


def full_name(ref: Mapping[str, Any]) -> str:
    """Return what is named in a namespace as `catalog.assets.naming.full_name` calls it; each command takes it so."""
    return f"{ref['namespace']}/{ref['name']}"


def _form(word: str) -> str:
    return word.strip().replace("-", "_").replace(" ", "_").lower()
