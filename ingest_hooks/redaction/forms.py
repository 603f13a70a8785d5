"""A site's own identifiers by their form: what is written before so many digits, and which check digit they end in.

A form is a closed pattern: literal beginnings, a bounded number of digits, literal separators, a literal ending. So it
takes time in proportion to the text, whoever writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ingest_hooks.redaction.checksums import CHECKS
from ingest_hooks.redaction.folding import fold
from ingest_hooks.redaction.spans import Span

TOKENED: Final = "token"
"""The kind of span that becomes a token also in authored text."""
_IDENTIFIER: Final = "identifier"


@dataclass(frozen=True, slots=True)
class Form:
    """One form: any of `prefixes`, then `fewest` to `most` digits with `separators` between them, then `suffix`.

    `check` is a key of `checksums.CHECKS`; `tokens` asks for tokens where markers would stand, `label` is the rule that
    what it replaced is recorded with. Prefixes and suffix are taken in any case.
    """

    label: str
    prefixes: tuple[str, ...]
    fewest: int
    most: int
    separators: str = ""
    suffix: str = ""
    check: str | None = None
    tokens: bool = False
    patterns: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # With a check digit each length is looked for by itself: the longest that is written need not be the one.
        lengths = [(self.fewest, self.most)]
        if self.check is not None:
            lengths = [(length, length) for length in range(self.fewest, self.most + 1)]
        object.__setattr__(self, "patterns", tuple(self._pattern(*each) for each in lengths))

    def _pattern(self, fewest: int, most: int) -> re.Pattern[str]:
        prefix = "|".join(re.escape(one) for one in sorted(self.prefixes, key=len, reverse=True))
        between = f"[{re.escape(self.separators)}]?" if self.separators else ""
        digits = rf"(?P<digits>\d(?:{between}\d){{{fewest - 1},{most - 1}}})"
        written = rf"(?:{prefix}){digits}{re.escape(self.suffix)}(?![0-9A-Za-z])"
        # Looked at from every beginning, so that one that does not hold hides none behind it.
        return re.compile(rf"(?<![0-9A-Za-z])(?=(?P<whole>{written}))", re.ASCII | re.IGNORECASE)

    def find(self, text: str) -> Iterator[Span]:
        """Yield what has the form in a folded text."""
        holds = CHECKS[self.check] if self.check is not None else None
        for pattern in self.patterns:
            for match in pattern.finditer(text):
                if holds is None or holds("".join(filter(str.isdigit, match["digits"]))):
                    yield Span(*match.span("whole"), TOKENED if self.tokens else _IDENTIFIER)


Forms = tuple[Form, ...]


def label_of(forms: Forms, text: str) -> str | None:
    """The rule whose form stands first in a text; None where none does."""
    if not forms:
        return None
    folded = fold(text).text
    found = [(span.start, form.label) for form in forms for span in form.find(folded)]
    return min(found)[1] if found else None
