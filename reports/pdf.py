"""A report as PDF/A-3b and PDF/UA-1 in one file, its evidence attached (ISO 19005-3, ISO 14289-1).

The template is a constant; a report's text reaches Typst as JSON alone, so no string of a user's is ever Typst source.
Fonts are the committed ones, the date is the read point's, and no file or clock of the machine is looked at.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import typst

from reports.document import Document
from reports.errors import RenderError
from reports.moment import in_utc

ATTACHMENT = "lineward-evidence.json"
_CHUNK = 8
_KEPT_COMPILATIONS = 11
_LONG_WORD = 18
_LONG_TOKEN = 12
_SEGMENT = re.compile(r"[^/_.:@-]*[/_.:@-]+|[^/_.:@-]+")
# Fields beside the spans whose text may be one long word, and from which length on it is one.
_TOKENS = {"checkpoint": _CHUNK, "vkey": _CHUNK, "subject": _LONG_WORD, "organisation": _LONG_WORD}


def file_of(document: Document) -> bytes:
    """Return the PDF of a document, an empty attachment in it for the evidence.

    Raises `RenderError` where the typesetter refuses it.
    """
    at = _moment(document.date)
    with as_file(files("reports") / "templates") as templates:
        try:
            return typst.compile(
                templates / "report.typ",
                root=templates,
                font_paths=_fonts(),
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["a-3b", "ua-1"],
                timestamp=int(at.timestamp()),
                sys_inputs={
                    "document": json.dumps(_data(document, at), ensure_ascii=False),
                    "evidence": "{}",
                    "attachment": ATTACHMENT,
                },
            )
        except typst.TypstError as error:
            raise RenderError(f"The typesetter refused the document: {error.diagnostic}") from error
        finally:
            _forget()


def _moment(at: str) -> datetime:
    """Return the read point's time; what is none becomes the epoch, because a report must not depend on the clock."""
    return (in_utc(at) or datetime.fromtimestamp(0, UTC)).replace(microsecond=0)


def _data(document: Document, at: datetime) -> dict[str, Any]:
    values = _pieces(document.to_json())
    moment = {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute", "second")}
    return {**values, "moment": moment}


def _pieces(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Give every span's text as pieces: words that may break, as lists of chunks, beside text that breaks by itself.

    A list of chunks is set as boxes with nothing between them: the line may break there, and what is copied is whole.
    """
    if isinstance(value, dict):
        if value.keys() >= {"text", "style", "tone"}:
            most = _LONG_TOKEN if value["style"] == "code" else _LONG_WORD
            return {**value, "pieces": _broken(value["text"], most)}
        if value.get("type") == "gaps":
            return {**value, "groups": [[_broken(name, _LONG_WORD), _pieces(lines)] for name, lines in value["groups"]]}
        broken = {f"{key}-pieces": _all_broken(value[key], _TOKENS[key]) for key in _TOKENS.keys() & value.keys()}
        return {key: _pieces(item) for key, item in value.items()} | broken
    if isinstance(value, list | tuple):
        return [_pieces(item) for item in value]
    return value


def _all_broken(value: str | list[str], most: int) -> list[Any]:
    return _broken(value, most) if isinstance(value, str) else [_broken(text, most) for text in value]


def _broken(text: str, most: int) -> list[str | list[str]]:
    parts: list[str | list[str]] = []
    for part in re.split(rf"(\S{{{most + 1},}})", text):
        if len(part) > most and not any(character.isspace() for character in part):
            parts.append(_chunks(part))
        elif part:
            parts.append(part)
    return parts


def _chunks(word: str) -> list[str]:
    """Break after a separator where there is one, else every eight characters."""
    chunks = []
    for segment in _SEGMENT.findall(word):
        chunks += (
            [segment[start : start + _CHUNK] for start in range(0, len(segment), _CHUNK)]
            if (len(segment) > _LONG_WORD)
            else [segment]
        )
    return chunks


def _forget() -> None:
    """Empty the typesetter's memory of what it set.

    It keeps each result for ten compilations, some 20 MB for a dossier, and no caller can tell it not to: empty
    documents make that time pass, in milliseconds.
    """
    for _ in range(_KEPT_COMPILATIONS):
        typst.compile(b"", font_paths=_fonts(), ignore_system_fonts=True)


@cache
def _fonts() -> typst.Fonts:
    with as_file(files("reports") / "fonts") as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
