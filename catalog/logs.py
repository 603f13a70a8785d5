"""One line for each event, with the correlation id of the request that it belongs to.

No payload, no header, no query string and no value out of a record is ever logged: only what is named here.
"""

from __future__ import annotations

import json
import logging
import random
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, TextIO

from graph_schema.characters import escape_hidden, escape_json
from graph_schema.times import SECOND, format_time

logger = logging.getLogger("lineward")

_IDS = random.Random(secrets.randbits(256))  # noqa: S311  they tell requests apart, and are no secret
_correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
_FIELDS = frozenset(
    {
        "folder",
        "method",
        "route",
        "status",
        "ms",
        "bytes",
        "index",
        "entries",
        "behind",
        "error",
        "reason",
        "address",
        "store",
        "size",
        "principal",
    }
)
"""The only extra fields that reach a line; anything else passed to `extra` stays out."""


def correlation_id() -> str:
    """Return the id of the request being served, empty outside of one."""
    return _correlation_id.get()


def new_correlation_id() -> str:
    """Return an id for a request that came without one: 16 hex digits."""
    return f"{_IDS.getrandbits(64):016x}"


@contextmanager
def correlated(identifier: str) -> Iterator[None]:
    """Put everything logged inside under one correlation id."""
    token = _correlation_id.set(identifier)
    try:
        yield
    finally:
        _correlation_id.reset(token)


def configure(form: Literal["auto", "json", "text"], level: str, stream: TextIO | None = None) -> None:
    """Send every log line of the process to the stream (standard error) in this form: text for people, JSON else."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    is_text = form == "text" or (form == "auto" and stream.isatty())
    handler.setFormatter(_Text() if is_text else _Json())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logger.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
    # Its access lines carry paths and query strings; ours carry routes.
    logging.getLogger("uvicorn.access").disabled = True
    # They name the query and its values.
    logging.getLogger("neo4j").setLevel(logging.ERROR)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **_extra(record),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = _trace(record)
        return escape_json(json.dumps(line, ensure_ascii=False, default=str))


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{name}={value}" for name, value in _extra(record).items())
        lines = [f"{_time(record.created)} {record.levelname:<7} {_message(record)} {extra}".rstrip()]
        if record.exc_info and record.exc_info[0] is not None:
            lines += _trace(record)
        return "\n".join(map(escape_hidden, lines))


def _message(record: logging.LogRecord) -> str:
    """Return the message; of a library's the first line, since what follows may be a value (asyncio shows futures)."""
    message = record.getMessage()
    return message if record.name.startswith(logger.name) else message.partition("\n")[0]


def _extra(record: logging.LogRecord) -> dict[str, object]:
    found = {name: getattr(record, name) for name in sorted(_FIELDS) if hasattr(record, name)}
    return {"correlation_id": correlation_id(), **found} if correlation_id() else found


def _trace(record: logging.LogRecord) -> list[str]:
    """Return the exception's type and the places it passed, without its message: that may quote what was sent."""
    kind, _, trace = record.exc_info or (None, None, None)
    places = [kind.__name__ if kind else ""]
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_qualname}")
        trace = trace.tb_next
    return places


def _time(at: float) -> str:
    return format_time(int(at * SECOND), "milliseconds")
