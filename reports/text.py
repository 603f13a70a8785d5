"""What a stranger's text may do in a report: be read, and nothing else.

Control and bidirectional characters are removed, white space is one space, and a character that no committed font
covers is shown as its escape, so that the page, the PDF and the JSON show the same. The evidence keeps every string
as it was recorded.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

LONGEST_SHOWN = 600
_KEPT_ENDS = 40
# Control characters but white space, and invisible ones that reorder, join or hide their neighbours (UAX #9, and
# variation selectors).
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def clean(text: str) -> str:
    """Return `text` as a report shows it: harmless, in covered characters, at most about `LONGEST_SHOWN` long."""
    shown = _uncovered().sub(_escape, " ".join(_HIDDEN.sub("", text).split()))
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
