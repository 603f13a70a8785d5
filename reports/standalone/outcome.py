"""What a check of a report comes to, and what a whole file does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["PASS", "FAIL", "NOT VERIFIED"]
Form = Literal["pdf", "html", "json"]
Verdict = Literal["VERIFIED", "FAILED", "NOT VERIFIED"]

PROVED = (
    "The ledger holds every entry that this file cites, unaltered, and one that says that this report was issued with "
    "this very content and these pages; whatever follows from the bodies of those entries is what the report says."
)
NOT_PROVED = (
    "The ledger proves that records were not altered after logging, not that they were true or complete. What follows "
    "from no body here (wording, which state is the newest, which labels the names of columns suggest, that labels "
    "came by no other way than those shown and with no other codes, what permitted use comes to, findings on who "
    "granted what and on the estate) stands as the catalog issued it. That nothing else bears on this report is shown "
    "by asking for it again at the same read point: the digest of its context must be the same."
)
NOTHING = "Nothing: at least one check failed."
PARTLY = "Only what passed: something that this needs was not verified."


class NotAReportError(Exception):
    """The file has no evidence of a Lineward report in it that can be read in one way only."""


class MalformedError(Exception):
    """The evidence is not of its form; the message says where and what would be right."""


@dataclass(frozen=True)
class Check:
    """One named step, whether it held, and why not."""

    name: str
    status: Status
    detail: str


@dataclass(frozen=True)
class Result:
    """Everything that was checked; `notes` are sentences that change no verdict."""

    form: Form
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()
    number: str | None = None
    """The report's number, as its content gives it; None for what is no report."""

    @property
    def verdict(self) -> Verdict:
        """Return FAILED where a check failed, NOT VERIFIED where one could not be made, else VERIFIED."""
        found = {check.status for check in self.checks}
        return "FAILED" if "FAIL" in found else "NOT VERIFIED" if "NOT VERIFIED" in found else "VERIFIED"

    @property
    def ok(self) -> bool:
        """Whether every check was made and held."""
        return self.verdict == "VERIFIED"

    @property
    def proved(self) -> str:
        """Return in one sentence what the file proves."""
        return {"VERIFIED": PROVED, "FAILED": NOTHING, "NOT VERIFIED": PARTLY}[self.verdict]

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        known = {"ok": self.ok, "verdict": self.verdict, "proved": self.proved, "not_proved": NOT_PROVED}
        return {**known, **asdict(self)}


def judged(name: str, held: str, wrong: Iterable[str]) -> Check:
    """Return a check that passes with the sentence `held` where nothing is wrong, and else says what is."""
    found = list(wrong)
    if not found:
        return Check(name, "PASS", held)
    more = f"; and {len(found) - 5} more" if len(found) > 5 else ""  # noqa: PLR2004 - a line is enough
    return Check(name, "FAIL", "; ".join(found[:5]) + more + ".")
