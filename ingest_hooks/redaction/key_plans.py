"""What a key alone decides of the member under it, remembered: the same keys come a thousand times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ingest_hooks.redaction.classes import Class
from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.keys import class_of, is_countable, is_keyed_by_values, words
from ingest_hooks.redaction.places import FACET_KEYS

_LONGEST_KEY: Final = 200
_MOST_PLANS: Final = 8_192
"""So long a key may be for its plan to be remembered, and so many are."""
_COLUMNS: Final = frozenset({"columns", "fields", "schema"})
_SCANNER: Final = Scanner(b"")
"""Whether a key holds an identifier depends on no key of a site."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a key alone decides."""

    kind: Class | None
    is_clean: bool
    is_countable: bool
    is_keyed_by_values: bool
    is_columns: bool
    is_facets: bool

    @property
    def is_free(self) -> bool:
        """Whether it decides nothing."""
        return self.is_clean and self.kind is None and not self.is_facets


PLANS: Final[dict[str, Plan]] = {}
"""Of keys that hold no identifier; emptied when it is full. The walk looks into it without a call."""


def plan_of(key: str) -> Plan:
    """Return what a key decides."""
    return PLANS.get(key) or make_plan(key)


def make_plan(key: str) -> Plan:
    """Return what a key that is not remembered decides, and remember it where it is short and holds no identifier."""
    plan = Plan(
        kind=class_of(key),
        is_clean=_SCANNER.name(key) == key,
        is_countable=is_countable(key),
        is_keyed_by_values=is_keyed_by_values(key),
        is_columns=not _COLUMNS.isdisjoint(words(key)[-1:]),
        is_facets=key in FACET_KEYS,
    )
    if plan.is_clean and len(key) <= _LONGEST_KEY:
        if len(PLANS) >= _MOST_PLANS:
            PLANS.clear()
        PLANS[key] = plan
    return plan
