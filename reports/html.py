"""A report as one HTML file that needs nothing beside itself: no script runs, no resource is fetched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from graph_schema.characters import runs
from reports.breaking import pieces
from reports.document import Document, Heading

# What a browser would break by itself.
_BREAKING = re.compile(r"[-/?|&][^-/?|&]")
_ISOLATE = Markup('<bdi dir="rtl">{}</bdi>')
_ISOLATE_IN_SVG = Markup('<tspan direction="rtl" unicode-bidi="isolate">{}</tspan>')
EVIDENCE_ID = "lineward-evidence"


def file_of(document: Document) -> bytes:
    """Return the HTML page of a document in UTF-8, an empty JSON block in it for the evidence, which no browser
    runs.
    """
    text = (
        _environment()
        .get_template("report.html.j2")
        .render(
            document=document.to_json(),
            numbers={block.anchor: block.number for block in document.blocks if isinstance(block, Heading)},
            evidence_id=EVIDENCE_ID,
        )
    )
    return text.encode()


def _line(spans: list[dict[str, str]]) -> Markup:
    return Markup("").join(_span(span["text"], span["style"], span["tone"]) for span in spans)


def _span(text: str, style: str, tone: str) -> Markup:
    # What is short needs no places to break at.
    shown = _isolated(text) if style in {"time", "mark", "cite"} else _breakable(text)
    if style == "plain":
        return shown
    if style in {"code", "strong"}:
        return Markup("<{0}>{1}</{0}>").format(style, shown)
    return Markup('<span class="{}">{}</span>').format(f"mark {tone}" if style == "mark" else style, shown)


@lru_cache(maxsize=4_096)
def _breakable(text: str) -> Markup:
    """Let a word break where the PDF breaks it; what is copied stays whole."""
    parts = ([part] if isinstance(part, str) else [_whole(chunk) for chunk in part] for part in pieces(text))
    return Markup("").join(Markup("<wbr>").join(part) for part in parts)


def _whole(chunk: str) -> Markup:
    shown = Markup("<span class=whole>{}</span>") if _BREAKING.search(chunk) else Markup("{}")
    return shown.format(_isolated(chunk))


def _isolated(text: str, isolate: Markup = _ISOLATE) -> Markup:
    """Return a text whose stretches from right to left turn the order of nothing beside them."""
    return Markup("").join(isolate.format(part) if turned else escape(part) for part, turned in runs(text))


def isolated_in_svg(text: str) -> Markup:
    """Return a text for a drawing, in which stretches from right to left turn the order of nothing beside them."""
    return _isolated(text, _ISOLATE_IN_SVG)


def _cell(lines: list[list[dict[str, str]]]) -> Markup:
    return Markup("").join(Markup("<div>{}</div>").format(_line(line)) for line in lines)


def _widths(columns: list[dict[str, int]]) -> list[int]:
    total = sum(column["weight"] for column in columns)
    return [100 * column["weight"] // total for column in columns]


def curve(points: Sequence[Sequence[int]]) -> str:
    """Return an SVG path through the points of a drawing's edge, bent as the PDF's is.

    Each stretch is counted from where it begins: many edges of a large picture then have many alike, and compress.
    """
    steps = [f"M{points[0][0]} {points[0][1]}"]
    for (x1, y1), (x2, y2) in pairwise(points):
        half = f"{(x2 - x1) / 2:g}"
        steps.append(f"h{x2 - x1}" if y1 == y2 else f"c{half} 0 {half} {y2 - y1} {x2 - x1} {y2 - y1}")
    return "".join(steps)


def sample(key: dict[str, str]) -> Markup:
    """Return what a legend's line shows before what it means: a word, or a little of the drawing."""
    kind = key["sample"]
    if kind == "word":
        return Markup("<strong>{}</strong>").format(key["text"])
    box = '<rect class="node {}" x="1" y="1" width="14" height="6" rx="1.5"/>'
    line = '<path class="edge {}" d="M0 4h16"/>'
    shape = box if kind in {"root", "collapsed"} else line
    styles = {"collapsed": "dashed", "edge": ""}
    drawn = Markup(shape).format(styles.get(kind, kind))  # noqa: S704 - both are constants
    return Markup('<svg viewBox="0 0 16 8" aria-hidden="true">{}</svg>').format(drawn)


def _modules(rows: list[str]) -> str:
    """Return an SVG path of a QR code's dark modules, one run each."""
    stretches = []
    for y, row in enumerate(rows):
        start = 0
        while (start := row.find("1", start)) >= 0:
            end = row.find("0", start) if "0" in row[start:] else len(row)
            stretches.append(f"M{start + 4} {y + 4}h{end - start}v1h-{end - start}z")
            start = end
    return "".join(stretches)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "breakable": _breakable,
        "cell": _cell,
        "curve": curve,
        "isolated": _isolated,
        "isolated_in_svg": isolated_in_svg,
        "line": _line,
        "modules": _modules,
        "sample": sample,
        "widths": _widths,
    }
    return environment
