"""What redaction leaves of made-up identifiers, what it changes of ordinary texts, and what it costs.

The lists are those of the tests, which hold the thresholds; bare names and numbers are those that nothing in authored
text announces. Nothing here is a server's: one process scans.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bench.figures import Figure, Options, command
from catalog.record_redaction import Redactor
from ingest_hooks.redaction import redact
from tests.support.identifiers import (
    AUTHORED_PLACES,
    FORMS,
    NAMED_PLACES,
    RECORD_PLACES,
    Planted,
    kept,
    named,
    planted,
    sentence,
)
from tests.support.ordinary import NAMES, SENTENCES
from tests.support.places import VALUE_PLACES, event, everything_stored

KEY = b"a site's key for measurements, 32"
KINDS = ("keyed", "formed", "announced", "bare")


def measure(options: Options) -> list[Figure]:
    """Measure what is kept, what is changed, and the time for one event."""
    seeds = range(1 if options.quick else 3)
    return [*_kept(seeds), *_changed(), *_costs(200 if options.quick else 5_000)]


def _kept(seeds: range) -> Iterator[Figure]:
    values = [planted(form, seed) for form in FORMS for seed in seeds]
    left = sum(
        bool(kept(one, everything_stored(put(one.text), KEY))) for put in VALUE_PLACES.values() for one in values
    )
    count = len(values) * len(VALUE_PLACES)
    setting = f"{count:,}: {len(FORMS)} forms, {len(VALUE_PLACES)} places"
    yield Figure("identifiers kept where values stand", setting, f"{left}", "0", left == 0)
    for kind in KINDS:
        met = [one for one in values if one.form.kind == kind]
        stored = [(one, text) for one in met for text in _authored(one)]
        left = sum(bool(kept(one, text)) for one, text in stored)
        share = left / len(stored)
        aim = ("≤ 1 %", share <= 0.01) if kind != "bare" else ("", None)
        places = len(AUTHORED_PLACES) + len(RECORD_PLACES)
        yield Figure(
            f"identifiers kept in authored text, {kind}", f"{len(stored):,}: {places} places", f"{share:.1%}", *aim
        )
    met = list(named())
    left = sum(bool(kept(one, everything_stored(put(one.text), KEY))) for put in NAMED_PLACES.values() for one in met)
    setting = f"{len(met) * len(NAMED_PLACES):,}: {len(met)} forms, {len(NAMED_PLACES)} places"
    yield Figure("identifiers kept in names", setting, f"{left}", "0", left == 0)


def _authored(one: Planted) -> Iterator[str]:
    redactor = Redactor(KEY)
    for number, put in enumerate(AUTHORED_PLACES.values()):
        yield everything_stored(put(sentence(one.text, number)), KEY)
    for number, write in enumerate(RECORD_PLACES.values()):
        yield json.dumps(redactor.record(write(sentence(one.text, number)))[0], ensure_ascii=False)


def _changed() -> Iterator[Figure]:
    for measured, texts, put in (
        ("ordinary names changed", NAMES, lambda text: event(name=text)),
        ("ordinary sentences changed", SENTENCES, AUTHORED_PLACES["a dataset's documentation"]),
    ):
        changed = sum(bool(redact(put(text), token_key=KEY).redactions) for text in texts)
        yield Figure(measured, f"{len(texts)}", f"{changed}", "0", changed == 0)


def _costs(repeat: int) -> Iterator[Figure]:
    ordinary = event(job={"sql": {"query": "select a from t where b = 'x'"}})
    yield Figure("redacting an event seen before", "one job, one statement", _micros(lambda _: ordinary, repeat))

    def fresh(number: int) -> Mapping[str, Any]:
        return event(
            name=f"s3://lake/exports/batch-{number}/notes.parquet",
            dataset={"documentation": {"description": f"Loaded in {number} steps from the ward's notes."}},
        )

    yield Figure("redacting an event with new names and texts", "one path, one description", _micros(fresh, repeat))


def _micros(make: Callable[[int], Any], repeat: int) -> str:
    seconds = []
    for number in range(repeat):
        event = make(number)
        began = time.perf_counter()
        redact(event, token_key=KEY)
        seconds.append(time.perf_counter() - began)
    return f"{statistics.median(seconds) * 1e6:.0f} µs"


if __name__ == "__main__":
    command(measure)
