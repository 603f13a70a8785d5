"""Identifiers and secrets put into events of any emitter, wherever values, authored texts and names stand in them.

The patterns are written by hand from the standard's facets and from what integrations add, and share nothing with the
table that redaction follows: a place that this list knows and that one does not is found by what is left.

    event, planted = plant(event, random.Random(7))
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, Final

from tests.support.identifiers import FORMS, Planted, named, planted, sentence

SECRET: Final = "Zx9qTestpass"
SECRETS: Final = (
    f"PGPASSWORD={SECRET} psql -h db",
    f"load --password {SECRET} --verbose",
    f"postgres://me:{SECRET}@db:5432/x",
    f"https://api.example/x?api_key={SECRET}&a=1",
    f"Authorization: Bearer {SECRET}4711.abcdefgh",
)
"""What opens something, as texts of any class may hold it."""

VALUES: Final = (
    "sourceCode/sourceCode", "errorMessage/message", "errorMessage/stackTrace", "spark.exception/**",
    "environmentVariables/environmentVariables/*/value", "executionParameters/parameters/*/value",
    "dataQualityMetrics/columnMetrics/*/min", "dataQualityMetrics/columnMetrics/*/max",
    "dataQualityMetrics/columnMetrics/*/sum", "dataQualityMetrics/columnMetrics/*/quantiles/*",
    "dataQuality/columnMetrics/*/min", "dataQuality/columnMetrics/*/max", "dataQuality/columnMetrics/*/quantiles/*",
    "dataQualityAssertions/assertions/*/expected", "dataQualityAssertions/assertions/*/actual",
    "dataQualityAssertions/assertions/*/content", "test/tests/*/expected", "test/tests/*/actual",
    "test/tests/*/content",
    "airflow/task/args/**", "airflow/task/op_kwargs/**", "airflow/task/bash_command", "airflow/task/command",
    "airflow/taskInstance/rendered_map_index", "airflow/dagRun/conf/**", "airflowDagRun/dagRun/conf/**",
    "airflow_renderedFields/**", "spark_properties/properties/*", "hive_properties/properties/*",
    "environment-properties/**", "bigQueryJob/properties", "extractionError/errors/*/errorMessage",
    "extractionError/errors/*/stackTrace", "debug/**",
)  # fmt: skip
"""Where values of a run stand: whatever is there goes."""
CALLED: Final = frozenset({"spark.app.name", "spark.app.id", "spark.master", "hive.execution.engine", "hive.query.id"})
"""Properties by which an application, a query or an engine is called: names among values."""
TEXTS: Final = (
    "documentation/description", "schema/**/description", "tags/tags/*/value",
    "executionParameters/parameters/*/description",
    "dataQualityAssertions/assertions/*/description", "test/tests/*/description", "airflow/dag/description",
)  # fmt: skip
"""Where people write about data: what is keyed, formed or announced goes."""
NAMES: Final = ("name", "dataSource/uri", "symlinks/identifiers/*/name", "parent/job/name", "storage/storageLayer")
"""Where things are called something; `name` is that of a dataset or a job."""

_TOLD: Final = tuple(form for form in FORMS if form.kind != "bare")
_NAMED: Final = tuple(one for one in named() if one.text.isascii())
_FACETS: Final = ("facets", "inputFacets", "outputFacets")


_DIGITS: Final = re.compile(r"(?<![0-9A-Za-z])\d{6,15}(?![0-9A-Za-z])")
_WORDS: Final = re.compile(r"[^\W\d_]{9,}")


class Hidden:
    """What was planted, to be looked for: numbers that stand alone, and words that nothing else is made of."""

    def __init__(self) -> None:
        self.pieces: set[str] = {SECRET, "Testperson", "testperson"}

    def add(self, one: Planted) -> None:
        self.pieces.update(piece for piece in one.pieces if piece.isdigit() and len(piece) > 6)

    def found_in(self, text: str) -> set[str]:
        """Return the pieces that a text holds: numbers as whole runs of digits, so that no digest is one by chance."""
        met = {*_DIGITS.findall(text), *_WORDS.findall(text)}
        return (met & self.pieces) | {word for word in (SECRET, "Testperson", "testperson") if word in text}


def plant(event: dict[str, Any], source: random.Random, share: float = 1.0) -> tuple[dict[str, Any], list[Planted]]:
    """Return a copy of the event with something in each place that has a text, or a share of them, and what it is."""
    changed = deepcopy(event)
    found: list[Planted] = []
    for holder, key, steps in list(_texts(changed)):
        if source.random() >= share:
            continue
        if steps[-1] not in CALLED and _is_among(VALUES, steps):
            one = planted(source.choice(FORMS), source.randrange(1000))
            holder[key] = sentence(one.text, source.randrange(4))
        elif _is_among(TEXTS, steps):
            one = planted(source.choice(_TOLD), source.randrange(1000))
            holder[key] = f"{sentence(one.text, source.randrange(4))} {source.choice(SECRETS)}"
        elif _is_among(NAMES, steps):
            one = source.choice(_NAMED)
            holder[key] = f"{holder[key]}/{one.text}/part-0"
        elif steps == ("sql", "query"):
            one = planted(source.choice(FORMS), source.randrange(1000))
            quoted = one.text.replace("'", "''").replace("\\", "")
            comment = one.text.replace("*/", "")
            holder[key] = f"select '{quoted}' as x /* {comment} */;\n{holder[key]}"
        else:
            continue
        found.append(one)
    return changed, found


def _texts(event: dict[str, Any]) -> Iterator[tuple[Any, Any, tuple[str, ...]]]:
    """Yield what holds each text of the event, under which key, and its steps from its facet's name on."""
    things = [event.get("run"), event.get("job"), event.get("dataset")]
    things += [*(event.get("inputs") or ()), *(event.get("outputs") or ())]
    for thing in things:
        if not isinstance(thing, dict):
            continue
        if isinstance(thing.get("name"), str):
            yield thing, "name", ("name",)
        for key in _FACETS:
            for name, facet in (thing.get(key) or {}).items():
                yield from _below(facet, (name,))


def _below(value: Any, steps: tuple[str, ...]) -> Iterator[tuple[Any, Any, tuple[str, ...]]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(items):
        here = (*steps, str(key))
        if isinstance(part, str):
            if not str(key).startswith("_"):
                yield value, key, here
        else:
            yield from _below(part, here)


def _is_among(patterns: Sequence[str], steps: tuple[str, ...]) -> bool:
    return any(_fits(pattern.split("/"), steps) for pattern in patterns)


def _fits(pattern: Sequence[str], steps: tuple[str, ...]) -> bool:
    if not pattern or not steps:
        return not pattern and not steps
    if pattern[0] == "**":
        return len(pattern) == 1 or any(_fits(pattern[1:], steps[at:]) for at in range(len(steps)))
    return pattern[0] in {"*", steps[0]} and _fits(pattern[1:], steps[1:])
