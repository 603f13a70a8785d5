"""Exactly what the lineage page shows, as files to take along: CSV, JSON, SVG and PNG."""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson

from catalog.api.pages.lineage_graph.context import LineagePage
from catalog.api.pages.lineage_graph.flows import Flow
from catalog.api.pages.rendering import render
from catalog.errors import AskerError
from graph_schema.times import format_time
from reports import raster
from reports.document import Box
from reports.errors import RenderError

_NO_PICTURE = "There is no picture to take along: no flow is known, or there are too many; collapse some of it."


def as_csv(page: LineagePage) -> str:
    """Return the flows as CSV (RFC 4180); what a spreadsheet would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        (
            *("number", "from", "to", "how", "confidence", "job", "run", "valid_from", "entry"),
            *("attested", "marks", "drawn_from", "drawn_to"),
        )
    )
    for one in page.listed:
        row = (
            one.source.name,
            one.target.name,
            one.edge.how,
            one.edge.confidence.value,
            one.job.name if one.job else "",
            one.run.name if one.run else "",
            format_time(one.edge.valid_from),
        )
        drawn = (page.drawn.titles.get(key, "") for key in one.boxes)
        more = ("yes" if one.attested else "no", " ".join(mark.value for mark in one.marks), *map(_plain, drawn))
        writer.writerow((one.number, *map(_plain, row), one.edge.known_from, *more))
    return text.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def as_json(page: LineagePage) -> str:
    """Return the flows, the boxes of the picture with their places in points, and what is collapsed."""
    picture = page.drawn.picture
    shown = {
        "of": {"id": page.of.id, "name": page.of.name},
        "flows": [_flow(one) for one in page.listed],
        "boxes": [] if picture is None else [_box(page, box) for box in picture.boxes],
        "collapsed": [
            {"key": one.key, "title": page.drawn.titles[one.key], "nodes": sorted(one.nodes)}
            for one in page.drawn.collapsed
        ],
        "flowsInsideCollapsed": len(page.flows) - len(page.listed),
        "changes": [
            {"of": one.subject, "mark": one.mark.value, "what": one.what, "entries": list(one.entries)}
            for one in page.marks.changes
        ],
    }
    return orjson.dumps(shown).decode()


def _flow(one: Flow) -> dict[str, Any]:
    return {
        "number": one.number,
        "from": {"id": one.edge.source, "name": one.source.name, "box": one.boxes[0]},
        "to": {"id": one.edge.target, "name": one.target.name, "box": one.boxes[1]},
        "how": one.edge.how,
        "confidence": one.edge.confidence.value,
        "job": one.job.name if one.job else None,
        "run": one.run.name if one.run else None,
        "validFrom": format_time(one.edge.valid_from),
        "entry": one.edge.known_from,
        "attested": one.attested,
        "marks": [mark.value for mark in one.marks],
    }


def _box(page: LineagePage, box: Box) -> dict[str, Any]:
    thing = page.drawn.things.get(box.key)
    return {
        "key": box.key,
        "name": page.drawn.titles.get(box.key) if thing is None else thing.name,
        "kind": None if thing is None else thing.kind,
        "zone": None if thing is None else thing.grouping.zone,
        "site": None if thing is None else thing.grouping.site or None,
        "steps": None if thing is None else thing.steps,
        "standsFor": box.holds,
        "columns": [] if thing is None else [{"id": one.id, "name": one.column} for one in thing.columns],
        "marks": [mark.value for mark in page.drawn.marks.get(box.key, ())],
        "x": box.x,
        "y": box.y,
        "width": box.width,
        "height": box.height,
    }


def as_svg(page: LineagePage) -> str:
    """Return the picture; raises AskerError where there is none."""
    if page.drawn.picture is None:
        raise AskerError(_NO_PICTURE)
    return render("explorer/lineage.svg.j2", page=page)


def as_png(page: LineagePage) -> bytes:
    """Return the picture in points of colour; raises AskerError where there is none, or too large a one."""
    picture = page.drawn.picture
    text = as_svg(page)
    assert picture is not None  # noqa: S101  as_svg raises
    try:
        return raster.png_of(text, picture.width, picture.height)
    except RenderError as error:
        raise AskerError(f"{error} Take the SVG, or collapse some of it.") from error
