"""A code system as a table: codes with parents, and a look-up that says what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from graph_schema.nearest import did_you_mean

_MOST_LISTED: Final = 24
_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Code:
    """A code: its parent in the same table, a short display, whether it may be used and whether it still should."""

    code: str
    parent: str | None
    display: str
    selectable: bool = True
    retired: str | None = None
    """Why it should not be used any more and what stands for it now, as a sentence; None while active."""


class UnknownCodeError(LookupError):
    """The table has no such code, or it is the head of a group; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Found:
    """A code as the table spells it, and a warning where it is recognised but retired."""

    code: Code
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class CodeTable:
    """A code system, or the part of it that is used here; look-ups are exact: case matters."""

    name: str
    system: str
    codes: tuple[Code, ...]
    _by_code: dict[str, Code] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the codes."""
        object.__setattr__(self, "_by_code", {code.code: code for code in self.codes})

    def __iter__(self) -> Iterator[Code]:
        """Iterate over the codes in order."""
        return iter(self.codes)

    def __contains__(self, code: str) -> bool:
        """Tell whether the table has the code, retired ones included."""
        return code in self._by_code

    def get(self, code: str) -> Code | None:
        """Return whatever the table has under the code: retired ones and heads of groups too."""
        return self._by_code.get(code)

    def find(self, code: str) -> Found:
        """Return the code; raises UnknownCodeError where the table has none, or where it only heads a group."""
        found = self._by_code.get(code)
        if found is None:
            raise UnknownCodeError(f"{self.name} has no code {code[:60]!r}{self._hint(code)}")
        if not found.selectable:
            below = ", ".join(sorted(each.code for each in self.codes if each.parent == code)[:4])
            raise UnknownCodeError(f"{code} heads a group of {self.name}; use a code under it, such as {below}.")
        return Found(found, found.retired)

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the code's parents, the nearest first; empty for an unknown code or a root."""
        above: list[str] = []
        found = self._by_code.get(code)
        while found is not None and found.parent is not None:
            above.append(found.parent)
            found = self._by_code.get(found.parent)
        return tuple(above)

    def covers(self, wide: str, narrow: str) -> bool:
        """Tell whether `narrow` is `wide` or lies under it."""
        return wide == narrow or wide in self.ancestors(narrow)

    def _hint(self, code: str) -> str:
        folded = {each.casefold(): each for each in self._by_code}
        if code.casefold() in folded:
            return f"; case matters: {folded[code.casefold()]}."
        return f"; {did_you_mean(code, self._by_code) or f'use one of {self._listed()}.'}"

    def _listed(self) -> str:
        """Return the codes in use, those of a long table by its first few."""
        used = [each.code for each in self.codes if each.selectable and each.retired is None]
        return ", ".join(used) if len(used) <= _MOST_LISTED else f"its {len(used)}, such as {', '.join(used[:_SHOWN])}"


def table(name: str, system: str, rows: Iterable[tuple[str, str, str]], heads: Iterable[str] = ()) -> CodeTable:
    """Return the table of (code, parent, display); the codes in `heads` only head a group."""
    only_heads = frozenset(heads)
    return CodeTable(
        name,
        system,
        tuple(Code(code, parent or None, display, code not in only_heads) for code, parent, display in rows),
    )
