from __future__ import annotations

import io
import json
import logging
from typing import Literal

import pytest

from catalog import logs

HOSTILE = "the disk \x1b[2J\x9b31m\u202e says\n2026-01-01T00:00:00.000Z INFO    nothing\x07"


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_log_line_stays_one_line_without_hidden_characters(form: Literal["json", "text"]) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure(form, "INFO", stream)
    try:
        logs.logger.info("met %s", HOSTILE, extra={"reason": HOSTILE})
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert line[:-1].isprintable()
    if form == "json":
        assert json.loads(line)["reason"] == HOSTILE
