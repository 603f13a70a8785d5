"""A drawing in points of colour, by the typesetter that sets reports, with the committed fonts alone."""

from __future__ import annotations

import json

import typst

from reports.errors import RenderError
from reports.pdf import committed_fonts, forget

_PER_INCH = 144
_POINTS = 72
_MOST = 16_000
"""So many dots the longer side has at the most."""
_PAGE = (
    "#let given = json(bytes(sys.inputs.drawing))\n"
    "#set page(width: given.width * 1pt, height: given.height * 1pt, margin: 0pt, fill: white)\n"
    "#set text(font: given.fonts)\n"
    '#image(bytes(given.svg), format: "svg", width: 100%, height: 100%)\n'
)


def png_of(svg: str, width: int, height: int) -> bytes:
    """Return an SVG of this many points as PNG with 144 dots an inch, fewer where it is large.

    Raises RenderError where it is larger than can be drawn, or the typesetter refuses it.
    """
    longest = max(width, height, 1)
    per_inch = min(_PER_INCH, _MOST * _POINTS // longest)
    if per_inch < _POINTS // 4:
        raise RenderError(f"The drawing is too large for points of colour: {longest:,} points.")
    given = {"svg": svg, "width": width, "height": height, "fonts": "IBM Plex Sans"}
    try:
        found = typst.compile(
            _PAGE.encode(),
            font_paths=committed_fonts(),
            ignore_system_fonts=True,
            format="png",
            ppi=per_inch,
            sys_inputs={"drawing": json.dumps(given)},
        )
    except typst.TypstError as error:
        raise RenderError(f"The typesetter refused the drawing: {error.diagnostic}") from error
    finally:
        forget()
    assert isinstance(found, bytes)  # noqa: S101  one page
    return found
