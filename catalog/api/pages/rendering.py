"""From a page's context to HTML: everything that is drawn is escaped, hidden characters included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from catalog.api.pages import words
from graph_schema.characters import escape_hidden, runs
from graph_schema.times import format_time
from reports.document import Path
from reports.html import curve, isolated_in_svg, sample

LONGEST = 160
"""So many characters of a name are shown in a list; its own page shows it whole."""
_WAITS = ' class="waits"'
"""What the number of an edge has that would lie on something else: it is drawn once one goes to it."""
_DIGEST = re.compile(r"(?<=[@:])([0-9a-f]{12})[0-9a-f]{20,116}$", re.ASCII)
"""What a name of an exact state ends with: as much of it is shown in a list as tells it apart."""


def render(template: str, **values: Any) -> str:  # noqa: ANN401  whatever the template shows
    """Return the HTML of a template of the explorer."""
    return environment().get_template(template).render(**values)


def name(text: str, longest: int | None = LONGEST) -> Markup:
    """Return a name as it is drawn: shortened in its middle and its digest, each stretch from right to left isolated
    (UAX #9); whole where no length is given.
    """
    shown = text if longest is None else _DIGEST.sub(r"\1…", text)
    if longest is not None and len(shown) > longest:
        half = longest // 2
        shown = f"{shown[:half]} … {shown[-half:]}"
    return Markup().join(_isolated(shown))


def _isolated(text: str) -> list[Markup]:
    parts = [(escape(part), leftward) for part, leftward in runs(escape_hidden(text))]
    return [Markup("<bdi>{}</bdi>").format(part) if leftward else part for part, leftward in parts]


def _lines(text: str) -> Markup:
    """Return a text of several lines, what is hidden in each of them escaped."""
    return Markup("\n").join(escape_hidden(line) for line in text.split("\n"))


def _marked(text: str) -> Markup:
    """Return a sentence of ours in which names stand between backticks, as they are in documentation."""
    parts = [escape(escape_hidden(part)) for part in text.split("`")]
    return Markup().join(Markup("<code>{}</code>").format(one) if at % 2 else one for at, one in enumerate(parts))


def _finalized(value: Any) -> Any:  # noqa: ANN401  whatever an expression gives
    """Return what is drawn of a value: a text with what is hidden in it escaped."""
    return escape_hidden(value) if type(value) is str else value


@lru_cache(maxsize=4_096)
def _in_svg(text: str) -> Markup:
    return isolated_in_svg(escape_hidden(text))


def _line(paths: Iterable[Path]) -> Markup:
    """Return the SVG path of several edges, one after the other."""
    return Markup("".join(curve(path.points) for path in paths))  # noqa: S704  numbers alone


def _heads(paths: Iterable[Path]) -> Markup:
    """Return the SVG path of the heads of arrows: every edge ends from left to right."""
    return Markup("".join(f"M{x} {y}l-5-2.6v5.2z" for x, y in (path.points[-1] for path in paths)))  # noqa: S704


def _numbers(paths: Iterable[Path]) -> Markup:
    """Return the numbers of edges, each at its place in a drawing: thousands of them, too many for a template."""
    texts = (
        f'<text x="{path.at[0]}" y="{path.at[1] + 2}"{"" if path.has_room else _WAITS}>{path.number}</text>'
        for path in paths
    )
    return Markup("".join(texts))  # noqa: S704  numbers alone


def _as_value(text: str) -> Markup:
    """Return a text for the `value` of an input, which sends it back as it is."""
    return Markup(escape(text))  # noqa: S704  escaped


@cache
def environment() -> Environment:
    """Return what templates of the explorer are read and rendered by."""
    environment = Environment(
        loader=PackageLoader("catalog.api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.filters |= {
        "name": name,
        "lines": _lines,
        "marked": _marked,
        "whole": lambda text: name(text, None),
        "as_value": _as_value,
        "moment": words.moment,
        "iso": format_time,
        "counted": words.counted,
        "worded": words.worded,
        "kind": words.kind,
        "heads": _heads,
        "line": _line,
        "numbers": _numbers,
        "legend_sample": lambda key: sample(asdict(key)),
        "in_svg": _in_svg,
        "words_of": words.field,
        "duty": words.duty,
    }
    environment.globals |= {"version": version("lineward"), "purposes": words.purposes}
    return environment
