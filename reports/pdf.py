"""A report as PDF/A-3b and PDF/UA-1 in one file, its evidence attached (ISO 19005-3, ISO 14289-1).

The template is a constant; a report's text reaches Typst as JSON alone, so no string of a user's is ever Typst source.
Fonts are the committed ones, the date is the read point's, and no file or clock of the machine is looked at.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import typst

from graph_schema.characters import RIGHT_TO_LEFT, runs
from reports.breaking import pieces
from reports.document import Document, Table
from reports.errors import RenderError
from reports.moment import in_utc
from reports.text import beginning

ATTACHMENT = "lineward-evidence.json"
_KEPT_COMPILATIONS = 11
# Beyond so many rows the pages are set once: another time would take long, and the last page matters less.
_MOST_TRIED = 1_000
_SPREADS = (100, 85, 70)
_WELL_FILLED = 0.4
# What a line beside a name has room for, in letters: of a sentence's words, and of a digest's.
_PROSE, _DIGEST = 40, 72
# The width of the text and of a cell's inset in points, and how wide letters are in a table: on average, and in a code.
_TEXT_WIDTH, _INSET = 470, 8
_LETTER, _CODE, _DENSE, _DENSE_CODE = 4.5, 4.2, 3.8, 3.6
_LEAST = 8
# How wide the subject may be in the header.
_RUNNING_TITLE = 56
# Fields beside the spans whose text may be one long word, and from which length on it is one.
_TOKENS = {"checkpoint": 8, "vkey": 8, "subject": 24, "organisation": _PROSE, "caption": _PROSE}


def file_of(document: Document) -> bytes:
    """Return the PDF of a document, an empty attachment in it for the evidence.

    Raises `RenderError` where the typesetter refuses it.
    """
    at = _moment(document.date)
    inputs = {
        "document": json.dumps(_data(document, at), ensure_ascii=False),
        "evidence": "{}",
        "attachment": ATTACHMENT,
    }
    with as_file(files("reports") / "templates") as templates:
        try:
            return typst.compile(
                templates / "report.typ",
                root=templates,
                font_paths=committed_fonts(),
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["a-3b", "ua-1"],
                timestamp=int(at.timestamp()),
                sys_inputs=inputs | {"spread": str(_spread(templates, document, inputs))},
            )
        except typst.TypstError as error:
            raise RenderError(f"The typesetter refused the document: {error.diagnostic}") from error
        finally:
            forget()


def _spread(templates: Path, document: Document, inputs: dict[str, str]) -> int:
    """Return how far rows stand apart, in percent: the ordinary, or else what fills the last page better."""
    if sum(len(block.rows) for block in document.blocks if isinstance(block, Table)) > _MOST_TRIED:
        return _SPREADS[0]
    best, fullest = _SPREADS[0], 0.0
    for spread in _SPREADS:
        found = typst.query(
            templates / "report.typ",
            "<filled>",
            field="value",
            one=True,
            root=templates,
            font_paths=committed_fonts(),
            ignore_system_fonts=True,
            sys_inputs=inputs | {"spread": str(spread)},
        )
        forget()
        filled = float(json.loads(found))
        if filled > fullest:
            best, fullest = spread, filled
        if filled >= _WELL_FILLED:
            break
    return best


def _moment(at: str) -> datetime:
    """Return the read point's time; what is none becomes the epoch, because a report must not depend on the clock."""
    return (in_utc(at) or datetime.fromtimestamp(0, UTC)).replace(microsecond=0)


def _data(document: Document, at: datetime) -> dict[str, Any]:
    values = _pieces(document.to_json())
    moment = {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute", "second")}
    return {
        **values,
        "moment": moment,
        "running-title": pieces(_shortened(document.subject)),
        "right-to-left": RIGHT_TO_LEFT if _runs_to_the_left(values) else None,
    }


def _shortened(subject: str) -> str:
    shown = beginning(subject, _RUNNING_TITLE)
    return shown if shown == subject else f"{shown}…"


def _runs_to_the_left(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Tell whether anything in the document runs from right to left: the rule for it costs time, and few need it."""
    if isinstance(value, dict):
        return any(map(_runs_to_the_left, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_runs_to_the_left, value))
    return isinstance(value, str) and not value.isascii() and any(turned for _, turned in runs(value))


def _pieces(value: Any, most: int = _PROSE, code: int = _DIGEST) -> Any:  # noqa: ANN401 - any JSON value
    """Give every span's text as pieces: words that may break, as lists of chunks, beside text that breaks by itself.

    A list of chunks is set as boxes with nothing between them: the line may break there, and what is copied is whole.
    A stretch from right to left is such a box too; where a text is no span, the template's rule makes it one.
    `most` and `code` are how many letters of a word, and of a digest or the like, a line has room for.
    """
    if isinstance(value, dict):
        if value.keys() >= {"text", "style", "tone"}:
            return {**value, "pieces": pieces(value["text"], code if value["style"] == "code" else most)}
        if value.get("type") == "gaps":
            return {**value, "groups": [[pieces(name, most), _pieces(lines)] for name, lines in value["groups"]]}
        if value.get("type") == "table":
            return {**value, "rows": _rows(value), "caption-pieces": pieces(value["caption"], _PROSE)}
        broken = {f"{key}-pieces": _all_broken(value[key], _TOKENS[key]) for key in _TOKENS.keys() & value.keys()}
        return {key: _pieces(item, most, code) for key, item in value.items()} | broken
    if isinstance(value, list | tuple):
        return [_pieces(item, most, code) for item in value]
    return value


def _rows(table: dict[str, Any]) -> list[list[Any]]:
    """Return a table's rows, with the words of each column broken as its width needs it."""
    letter, fixed = (_DENSE, _DENSE_CODE) if table["dense"] else (_LETTER, _CODE)
    whole = sum(column["weight"] for column in table["columns"])
    widths = [_TEXT_WIDTH * column["weight"] / whole - _INSET for column in table["columns"]]
    rooms = [(max(_LEAST, int(width / letter)), max(_LEAST, int(width / fixed))) for width in widths]
    return [[_pieces(cell, *room) for cell, room in zip(row, rooms, strict=True)] for row in table["rows"]]


def _all_broken(value: str | list[str], most: int) -> list[Any]:
    return pieces(value, most) if isinstance(value, str) else [pieces(text, most) for text in value]


def forget() -> None:
    """Empty the typesetter's memory of what it set.

    It keeps each result for ten compilations, some 20 MB for a dossier, and no caller can tell it not to: empty
    documents make that time pass, in milliseconds.
    """
    for _ in range(_KEPT_COMPILATIONS):
        typst.compile(b"", font_paths=committed_fonts(), ignore_system_fonts=True)


@cache
def committed_fonts() -> typst.Fonts:
    """Return the fonts that all pages are set in."""
    with as_file(files("reports") / "fonts") as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
