"""Golden files: what is published, kept as files so that a change of it is seen in review.

`LINEWARD_TEST_GOLDEN=write pytest …` renews every one that the run meets.
"""

from __future__ import annotations

import os
from pathlib import Path

SWITCH = "LINEWARD_TEST_GOLDEN"
GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def check_golden(path: Path, content: str | bytes) -> None:
    """Hold `content` to the golden file at `path`, below `tests/golden` where it is relative; renew it when asked."""
    file = GOLDEN / path
    made = content.encode() if isinstance(content, str) else content
    if os.environ.get(SWITCH) == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(made)
    assert file.read_bytes() == made, f"{file.name} is another: {SWITCH}=write renews it"
