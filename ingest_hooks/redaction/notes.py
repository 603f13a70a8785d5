"""What was done to an event so that it may be stored: what was replaced, where, by which rule, and what was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ingest_hooks.openlineage.wire import JSON
from ingest_hooks.redaction.classes import Class
from ingest_hooks.redaction.forms import Forms, label_of
from ingest_hooks.redaction.markers import TOKEN

_SCANNED: Final = frozenset({Class.TEXT.rule, Class.OWNER.rule, Class.NAME.rule, "identifier-in-key"})
"""The rules by which identifiers are found in what is kept."""


class Redaction(NamedTuple):
    """Something was replaced: where (a JSON pointer into the redacted value) and by which rule."""

    pointer: str
    rule: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """An identifier stood inside a name; the token that stands there now is the same wherever the identifier was."""

    pointer: str
    token: str


@dataclass(slots=True)
class Notes:
    """The place that a walk is at, and what it has noted so far."""

    redactions: list[Redaction] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    forms: Forms = ()
    """The site's own, by whose rule what they found is noted."""

    def note(self, after: str, rule: str) -> str:
        """Note that `after` now stands here by a rule, and return it."""
        self.redactions.append(Redaction(self.pointer(), rule))
        return after

    def changed(self, before: str, after: str, rule: str) -> str:
        """Note that only where the two differ."""
        return before if before == after else self.note(after, self._rule(before, rule))

    def _rule(self, before: str, rule: str) -> str:
        return (label_of(self.forms, before) if self.forms and rule in _SCANNED else None) or rule

    def left_out(self, item: JSON, rule: str) -> JSON:
        """Note that an item of a list is left out, unless it is null, and return what stands for it: null."""
        if item is not None:
            self.note("", rule)
        return None

    def relabel(self, start: int, rule: str) -> None:
        """Let what was noted from there on be noted by another rule."""
        self.redactions[start:] = [Redaction(one.pointer, rule) for one in self.redactions[start:]]

    def named(self, before: str, after: str, rule: str) -> str:
        """Note that a name changed, and each token that is new in it."""
        pointer = self.pointer()
        self.redactions.append(Redaction(pointer, self._rule(before, rule)))
        known = set(TOKEN.findall(before))
        found = dict.fromkeys(TOKEN.findall(after))
        self.findings.extend(Finding(pointer, token) for token in found if token not in known)
        return after

    def since(self, redactions: int, findings: int) -> tuple[tuple[Redaction, ...], tuple[Finding, ...]]:
        """Return what was noted after so many, with pointers from this place."""
        start = len(self.pointer())
        return (
            tuple(Redaction(one.pointer[start:], one.rule) for one in self.redactions[redactions:]),
            tuple(Finding(one.pointer[start:], one.token) for one in self.findings[findings:]),
        )

    def again(self, redactions: tuple[Redaction, ...], findings: tuple[Finding, ...]) -> None:
        """Note what `since` returned at another place."""
        here = self.pointer()
        self.redactions += [Redaction(here + one.pointer, one.rule) for one in redactions]
        self.findings += [Finding(here + one.pointer, one.token) for one in findings]

    @contextmanager
    def forgetting(self) -> Iterator[None]:
        """Note nothing of what is done inside."""
        noted = len(self.redactions), len(self.findings)
        yield
        del self.redactions[noted[0] :], self.findings[noted[1] :]

    def pointer(self) -> str:
        """The JSON pointer of the place."""
        return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in self.path)
