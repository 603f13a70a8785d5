"""Where each policy of a file stands: Cedar says what is wrong, but neither in which line nor in which column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r'\s+|//[^\n]*|(?P<token>"(?:[^"\\\n]|\\.)*"|\w+|::|[&|]{2}|[=!<>]=|.)', re.ASCII | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a sign or a text of a policy, and the offset at which it begins."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Return the offset behind it."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one policy, as it stands in its file."""

    path: str
    file: str
    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        """Return the policy alone."""
        return self.file[self.tokens[0].start : self.tokens[-1].end]

    def upto(self, count: int) -> str:
        """Return its first so many tokens."""
        return self.file[self.tokens[0].start : self.tokens[count - 1].end]

    def place(self, token: Token | None = None) -> tuple[int, int]:
        """Return the line and the column of a token, of the policy where none is given; both count from one."""
        start = (token or self.tokens[0]).start
        line = self.file.count("\n", 0, start)
        return line + 1, start - (self.file.rfind("\n", 0, start) + 1) + 1

    def named(self, text: str) -> Token | None:
        """Return the first token that is this word, or this text in quotes; None: there is none."""
        return next((one for one in self.tokens if one.text in (text, f'"{text}"')), None)


def policies_in(path: str, file: str) -> Iterator[Source]:
    """Yield each policy of a file; what stands behind the last semicolon counts as one."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(file):
        text = match["token"]
        if text is None:
            continue
        tokens.append(Token(text, match.start("token")))
        if text == ";":
            yield Source(path, file, tuple(tokens))
            tokens = []
    if tokens:
        yield Source(path, file, tuple(tokens))
