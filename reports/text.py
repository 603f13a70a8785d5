"""What a stranger's text may do in a report: be read, and nothing else.

White space is one space, hidden characters and those that no committed font covers are shown as their escapes, so that
the page, the PDF and the JSON show the same. The evidence keeps every string as it was recorded.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

from graph_schema.characters import escape_hidden

LONGEST_SHOWN = 600
_KEPT_ENDS = 40
_BLANKS = re.compile("[ \t\n\v\f\r]+")


def clean(text: str) -> str:
    """Return `text` as a report shows it: harmless, in covered characters, at most about `LONGEST_SHOWN` long."""
    shown = _uncovered().sub(_escape, escape_hidden(_BLANKS.sub(" ", text).strip(" ")))
    if len(shown) <= LONGEST_SHOWN:
        return shown
    head = shown[: LONGEST_SHOWN - _KEPT_ENDS].rstrip()
    return f"{head} … {shown[-_KEPT_ENDS:].lstrip()} [{len(text):,} characters; whole in the attached evidence]"


def _escape(found: re.Match[str]) -> str:
    return f"\\u{{{ord(found[0]):X}}}"


@cache
def _uncovered() -> re.Pattern[str]:
    """Return what matches a character that no committed font covers."""
    ranges = json.loads((files("reports") / "fonts" / "coverage.json").read_text(encoding="utf-8"))
    covered = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
    return re.compile(f"[^{covered}]")
