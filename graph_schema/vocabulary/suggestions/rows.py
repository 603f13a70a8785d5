"""A row of the tables of suggestions: what a field of this name may hold, by our judgement and nobody's standard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph_schema.vocabulary.hipaa import SAFE_HARBOR
from graph_schema.vocabulary.words import PhiKind

DIRECT: Final = PhiKind.DIRECT_IDENTIFIER
QUASI: Final = PhiKind.QUASI_IDENTIFIER
NOTE: Final = PhiKind.CLINICAL_NOTE
PIXELS: Final = PhiKind.IMAGING_PIXELS
LOG: Final = PhiKind.OPERATIONAL_LOG
DERIVED: Final = PhiKind.DERIVED_FEATURE

ANY: Final = "*"
"""Free text and pixels may hold any of the letters A to R."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a field that the pattern names may hold: kind, letters of Safe Harbor as they are written, whose it is.

    `letters` are separated by blanks, `*` for any, empty for what is no element of Safe Harbor (sex, race, a state).
    """

    pattern: str
    kind: PhiKind
    letters: str
    subject: str
    basis: str
    """The standard that the pattern names a part of, or that it is a name in common use."""

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the letters one by one, all of them for free text and pixels."""
        return tuple(code.code for code in SAFE_HARBOR) if self.letters == ANY else tuple(self.letters.split())


def table(basis: str, *groups: tuple[PhiKind, str, str, str], between: str | None = None) -> tuple[Row, ...]:
    """Return the rows of groups (kind, letters, subject, patterns); `between` parts patterns, by default blanks do."""
    return tuple(
        Row(" ".join(pattern.split()), kind, letters, subject, basis)
        for kind, letters, subject, patterns in groups
        for pattern in patterns.split(between)
        if pattern.strip()
    )
