"""Phrases that several parts share: who and when, in which state, in which run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.context import Actor, EntrySubject
from reports.document import Line, Tone, code, faint, mark, missing, plain, stamp, strong, words

_STATUS_TONES: dict[str, Tone] = {
    "APPROVED": "good",
    "APPROVE": "good",
    "COMPLETE": "good",
    "OK": "good",
    "DENIED": "bad",
    "DENY": "bad",
    "INVALIDATED": "bad",
    "EXPIRED": "bad",
    "FAIL": "bad",
    "ABORT": "bad",
    "MISMATCH": "bad",
    "MISSING": "bad",
    "HIGH": "bad",
    "PENDING": "warn",
    "ABSTAINED": "warn",
    "ABSTAIN": "warn",
    "MEDIUM": "warn",
    "INFERRED": "warn",
    "SUGGESTED": "warn",
}

_LOCAL = "local"
"""Whoever acts on the catalog's own machine before any key exists: one principal, without a name."""
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def tone(status: str) -> Tone:
    """Return how a status reads at a glance; one that is neither good nor bad has no tone."""
    return _STATUS_TONES.get(status, "none")


def who(actor: Actor) -> Line:
    """Return who acted, and that nobody proved it where no key did."""
    if not actor.authenticated and actor.id == _LOCAL:
        return mark("local principal, unauthenticated", "bad")
    name = plain(actor.name) if actor.name else code(actor.id)
    return name if actor.authenticated else words(name, mark("unauthenticated", "bad"))


def about(subject: EntrySubject) -> Line:
    """Return what an entry is about, as the report calls such a thing: its kind and its name, its id without one."""
    label, *_ = subject.id.partition(":")
    if not subject.key:
        return code(subject.id)
    if label == "Approval":
        return plain(f"request #{subject.key[0]}")
    noun = _CAPITAL.sub(" ", label).lower()
    if label == "Snapshot":
        *dataset, digest = subject.key
        return words(faint(noun), plain("/".join(dataset)), code(digest))
    return words(faint(noun), plain("/".join(subject.key)))


def when(at: str | None) -> Line:
    """Return a time in UTC, or that it is missing."""
    return missing() if at is None else stamp(at)


def unfinished(state: str | None) -> Iterator[Line]:
    """Yield a run's state, nothing where it completed or none is known."""
    if state and state != "COMPLETE":
        yield mark(state, tone(state))


def number_of(run: str | None, known: dict[str, str]) -> Line:
    """Return a run's number in the table of runs, its id where it is not among them."""
    if run is None:
        return ()
    return strong(known[run]) if run in known else code(run)


def listed(name: str, values: tuple[str, ...]) -> Line:
    """Return the values after their name, nothing where there are none."""
    return words(faint(f"{name}:"), plain(", ".join(values))) if values else ()
