"""Stack traces and error messages: where it broke and with which kind of error, never with which value."""

from __future__ import annotations

import re
from typing import Final

from ingest_hooks.openlineage.wire import JSON
from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.keys import words
from ingest_hooks.redaction.markers import marker
from ingest_hooks.redaction.marks import is_mark, mark

LONGEST: Final = 65_536
"""So many characters of a trace are read; what is beyond is dropped."""

_MESSAGE: Final = marker("message")
_ENDS: Final = ("Error", "Exception", "Warning", "Interrupt", "Exit", "Failure", "Fault", "Throwable")
_CLASS: Final = re.compile(r"(?:[A-Za-z_$][\w$]{0,99}\.){0,20}[A-Za-z_$][\w$]{0,99}")
_LEADS: Final = ("Caused by: ", "Suppressed: ", "Exception in thread ")
_PYTHON_FRAME: Final = re.compile(r'\s{0,40}File "[^"\s]{1,500}", line \d{1,7}(?:, in [\w<>.$]{1,200})?')
_JAVA_FRAME: Final = re.compile(
    r"\s{0,40}at [\w.$<>/@-]{1,500}\((?:Native Method|Unknown Source|[\w.$-]{1,200}(?::\d{1,7})?)\)"
    r"(?: ~?\[[\w.:?-]{1,200}\])?"
)
_SCRIPT_FRAME: Final = re.compile(r"\s{0,40}at (?:[\w.$<>]{1,200} )?\([^\s()]{1,500}:\d{1,7}:\d{1,7}\)")
_MORE: Final = re.compile(r"\s{0,40}\.\.\. \d{1,6} (?:more|common frames omitted)")
_FIXED: Final = frozenset(
    {
        "Traceback (most recent call last):",
        "During handling of the above exception, another exception occurred:",
        "The above exception was the direct cause of the following exception:",
    }
)
_CODES: Final = re.compile(
    r"\bSQLSTATE\s{0,3}[:=\[(]?\s{0,3}(?P<sqlstate>[0-9A-Z]{5})\b|\b(?P<oracle>(?:ORA|PLS|TNS)-\d{5})\b"
    r"|\bERROR (?P<mysql>\d{4})\b(?= \()|\[Errno (?P<errno>-?\d{1,3})\]"
    r"|\b(?:HTTP|status code:?|response status:?) (?P<http>[1-5]\d\d)\b"
    r"|\b(?:exit code|exit status|return code|returned non-zero exit status):? (?P<exit>-?\d{1,3})\b"
)
_CODE_NAMES: Final = {
    "sqlstate": "SQLSTATE ", "oracle": "", "mysql": "ERROR ", "errno": "Errno ", "http": "HTTP ", "exit": "exit ",
}  # fmt: skip
_KEPT_CODE: Final = re.compile(
    r"SQLSTATE [0-9A-Z]{5}|(?:ORA|PLS|TNS)-\d{5}|ERROR \d{4}|Errno -?\d{1,3}|HTTP [1-5]\d\d|exit -?\d{1,3}"
)
_MOST_CODES: Final = 4
_READ_FOR_CODES: Final = 8_192
LARGEST_CODE: Final = 9_999
_CODE_WORDS: Final = frozenset({"code", "status", "state", "errno", "sqlstate"})
_FRAME: Final = frozenset({"className", "methodName", "fileName", "declaringClass", "moduleName"})
_IN_A_FRAME: Final = re.compile(r"[A-Za-z_$<][\w.$<>/-]{0,299}")
_PLAIN_CODE: Final = re.compile(r"-?\d{1,4}")


def redact_message(message: str, scanner: Scanner) -> str:
    """An error message as its exception class, error codes, length and digest: `x.SomeError: SQLSTATE 23505: <…>`."""
    if not message or is_message(message, scanner):
        return message
    name = _class_at_start(message)
    if name == message:
        return scanner.name(message)
    parts = [scanner.name(name)] if name else []
    found = dict.fromkeys(
        _CODE_NAMES[match.lastgroup] + match[match.lastgroup]
        for match in _CODES.finditer(message[:_READ_FOR_CODES])
        if match.lastgroup
    )
    return ": ".join([*parts, *list(found)[:_MOST_CODES], mark("message", message, scanner.key)])


def is_message(text: str, scanner: Scanner) -> bool:
    """Whether a text is what `redact_message` leaves."""
    *kept, last = text.split(": ")
    if not is_mark(last, scanner.key):
        return False
    if kept and _KEPT_CODE.fullmatch(kept[0]) is None:
        if _class_at_start(kept[0]) != kept[0] or scanner.name(kept[0]) != kept[0]:
            return False
        kept = kept[1:]
    return len(kept) <= _MOST_CODES and all(_KEPT_CODE.fullmatch(code) for code in kept)


def is_error_class(text: str) -> bool:
    """Whether a text is the name of an exception, and nothing else."""
    return _class_at_start(text) == text


def _is_code(text: str) -> bool:
    """Whether a text is an error's code by its form alone."""
    return (_PLAIN_CODE.fullmatch(text) or _KEPT_CODE.fullmatch(text)) is not None


def looks_like_a_trace(text: str) -> bool:
    """Whether a text holds frames, so that messages must be expected between them."""
    return "Traceback (most recent call last)" in text or "\n\tat " in text or "\nCaused by: " in text


def redact_trace(trace: str, scanner: Scanner) -> str:
    """The frames, error classes and codes of a stack trace; its messages and source lines are dropped."""
    if not trace or is_mark(trace, scanner.key):
        return trace
    kept: list[str] = []
    for line in trace[:LONGEST].splitlines():
        found = _line(line, scanner)
        if found is not None:
            kept.append(found)
        elif not kept or kept[-1] != marker("trace"):
            kept.append(marker("trace"))
    if len(trace) > LONGEST and kept[-1] != marker("trace"):
        kept.append(marker("trace"))
    if kept in ([], [marker("trace")]):
        return mark("trace", trace, scanner.key)
    return "\n".join(kept) + ("\n" if trace.endswith("\n") else "")


def _line(line: str, scanner: Scanner) -> str | None:
    if line.strip() in _FIXED or _MORE.fullmatch(line):
        return line
    if any(frame.fullmatch(line) for frame in (_PYTHON_FRAME, _JAVA_FRAME, _SCRIPT_FRAME)):
        return scanner.name(line)
    content = line.lstrip()
    lead = next((each for each in _LEADS if content.startswith(each)), "")
    content = content.removeprefix(lead)
    if lead == _LEADS[-1]:
        # The thread's name stands in quotes before the class, and may be anything.
        content = content.rpartition('" ')[2]
    name = _class_at_start(content)
    if name is None:
        return None
    indent = line[: len(line) - len(line.lstrip())]
    rest = content[len(name) :]
    return f"{indent}{lead}{scanner.name(name)}" + (f": {_MESSAGE}" if rest else "")


def _class_at_start(text: str) -> str | None:
    """The exception's name that a text begins with, where a colon or nothing follows."""
    found = _CLASS.match(text)
    if found is None or (found.end() < len(text) and text[found.end()] != ":"):
        return None
    return found[0] if found[0].rpartition(".")[2].endswith(_ENDS) else None


def is_place_or_code(key: str, part: JSON) -> bool:
    """Whether a member of an exception says where it broke or with which code, by key and form."""
    found = words(key)
    is_code_key = not _CODE_WORDS.isdisjoint(found[-1:])
    if isinstance(part, str):
        is_place = key in _FRAME and _IN_A_FRAME.fullmatch(part) is not None
        return is_place or is_error_class(part) or (is_code_key and _is_code(part))
    if isinstance(part, bool):
        return is_code_key or key == "nativeMethod"
    is_line = found == ["line", "number"] or key == "lineno"
    return isinstance(part, int) and (is_line or (is_code_key and abs(part) <= LARGEST_CODE))
