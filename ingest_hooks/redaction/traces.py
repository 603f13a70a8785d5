"""Stack traces and error messages: where it broke and with which kind of error, never with which value."""

from __future__ import annotations

import re
from typing import Final

from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.markers import marker, settle

_MESSAGE = marker("message")
_ERROR_NAME = (
    r"(?:[A-Za-z_$][\w$]*\.)*[A-Za-z_$][\w$]*(?:Error|Exception|Warning|Interrupt|Exit|Failure|Fault|Throwable)"
)
_PYTHON_FRAME = re.compile(r'\s*File "[^"\n]{0,500}", line \d+(?:, in [\w<>.$]+)?')
_JAVA_FRAME = re.compile(r"\s*at [\w.$<>/@-]+\([\w.$ -]*(?::\d+)?\)")
_FIXED: Final = (
    "Traceback (most recent call last):",
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
_MORE = re.compile(r"\s*\.\.\. \d+ (?:more|common frames omitted)")
_RAISED = re.compile(
    rf"(?P<lead>\s*(?:Caused by: |Suppressed: |Exception in thread )?)(?P<error>{_ERROR_NAME})(?P<rest>:.*)?"
)
_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`|“[^”\n]*”")
_ASSIGNED = re.compile(r"=\s*\([^()\n]*\)|=\s*\[[^\[\]\n]*\]")
_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_TAIL = re.compile(
    r"(?P<lead>\b(?:value|values|type \w+|input|syntax for \w+|convert \w+|parse \w*|literal|row|rows|record|records"
    r"|contains|detail|key|date|string|data|argument|arguments|params|parameters|near|got|found|received|unexpected)\b"
    r"[^:\n<>]{0,40}: *+)(?P<value>[^\n<][^\n]*)",
    re.IGNORECASE,
)


def redact_trace(trace: str, scanner: Scanner) -> str:
    """The frames and the errors' classes of a Python or Java stack trace; its messages and source lines are dropped."""
    return settle(trace, lambda said: _redact_trace(said, scanner), marker("trace"))


def _redact_trace(trace: str, scanner: Scanner) -> str:
    kept: list[str] = []
    for line in trace.splitlines():
        raised = _RAISED.fullmatch(line)
        if line.strip() in _FIXED or _MORE.fullmatch(line):
            kept.append(line)
        elif _PYTHON_FRAME.fullmatch(line) or _JAVA_FRAME.fullmatch(line):
            kept.append(scanner.name(line))
        elif raised:
            rest = f": {_MESSAGE}" if raised["rest"] else ""
            kept.append(scanner.name(f"{raised['lead']}{raised['error']}") + rest)
        elif not kept or kept[-1] != marker("trace"):
            kept.append(marker("trace"))
    return "\n".join(kept)


def redact_message(message: str, scanner: Scanner) -> str:
    """An error message without what stands in quotes, in value lists or after the words that announce a value."""
    return settle(message, lambda said: _redact_message(said, scanner), _MESSAGE)


def _redact_message(message: str, scanner: Scanner) -> str:
    text = _QUOTED.sub(lambda match: match[0] if match[0][1:-1] == marker("value") else f"'{marker('value')}'", message)
    text = _ASSIGNED.sub(lambda match: match[0] if marker("value") in match[0] else f"=({marker('value')})", text)
    text = _TAIL.sub(lambda match: f"{match['lead']}{marker('value')}", text)
    return _DIGITS.sub("?", scanner.text(text))
