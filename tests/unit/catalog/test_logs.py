from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest

from catalog import logs

HOSTILE = "the disk \x1b[2J\x9b31m\u202e says\n2026-01-01T00:00:00.000Z INFO    nothing\x07"


@pytest.fixture(params=["json", "text"])
def written(request: pytest.FixtureRequest) -> Iterator[tuple[Literal["json", "text"], io.StringIO]]:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure(request.param, "INFO", stream)
    yield request.param, stream
    root.handlers[:] = before
    root.setLevel(level)


def test_a_log_line_stays_one_line_without_hidden_characters(
    written: tuple[Literal["json", "text"], io.StringIO],
) -> None:
    form, stream = written
    logs.logger.info("met %s", HOSTILE, extra={"reason": HOSTILE})
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert line[:-1].isprintable()
    if form == "json":
        assert json.loads(line)["reason"] == HOSTILE


def test_of_what_a_library_logs_only_the_first_line_is_written(
    written: tuple[Literal["json", "text"], io.StringIO],
) -> None:
    _, stream = written
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <ValueError('48213977')>")
    assert "never retrieved" in stream.getvalue()
    assert "48213977" not in stream.getvalue()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "begins"), [(_Terminal(), "2"), (io.StringIO(), "{")])
def test_left_to_itself_a_log_is_text_on_a_terminal_and_json_elsewhere(stream: io.StringIO, begins: str) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure("auto", "INFO", stream)
    logs.logger.info("serving")
    root.handlers[:] = before
    root.setLevel(level)
    assert stream.getvalue().startswith(begins)
