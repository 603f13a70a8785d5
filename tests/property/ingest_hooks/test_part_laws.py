"""What is known of an event's parts changes nothing of what is read, kept and bound of it."""

from __future__ import annotations

import json
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.canonical import canonical_bytes
from catalog.drafting import draft_event
from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage import wire
from ingest_hooks.openlineage.wire import JSON, Wire, parse
from ingest_hooks.redaction import redact
from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.memo import Memory
from ingest_hooks.redaction.redactor import _Walk
from ingest_hooks.redaction.site_rules import NO_RULES
from tests.property.ingest_hooks.test_redaction_laws import KEYWORD, SCALAR, TEXT

KEY = b"a key"
NAME = st.text("abc", min_size=1, max_size=2)
FACETS = st.dictionaries(KEYWORD, st.one_of(SCALAR, st.dictionaries(KEYWORD, SCALAR, max_size=2)), max_size=1)
DATASET: st.SearchStrategy[JSON] = st.builds(
    lambda name, facets: {"namespace": "made-up", "name": name, "facets": facets}, NAME, FACETS
)
EVENT: st.SearchStrategy[dict[str, Any]] = st.builds(
    lambda run, job, inputs, outputs, beside: {
        **beside,
        "eventType": "COMPLETE",
        "run": {"runId": "018f4a3e-0000-7000-8000-000000000001", "facets": run},
        "job": {"namespace": "made-up", "name": "load", "facets": job},
        "inputs": inputs,
        "outputs": outputs,
    },
    FACETS,
    FACETS,
    st.lists(DATASET, max_size=2),
    st.lists(DATASET, max_size=1),
    st.dictionaries(TEXT, SCALAR, max_size=2),
)


SCANNER = Scanner(KEY)


@settings(deadline=None, max_examples=100)
@given(EVENT)
def test_what_is_kept_and_bound_of_an_event_is_what_it_would_be_without_a_memory(event: Any) -> None:
    event = wire._clean(wire._parse_tolerantly(orjson.dumps(event), set()), set())
    plain = _Walk(Memory(SCANNER))
    value = plain.root(event)
    for said in (event, event, _turned(event)):
        found = parse(orjson.dumps(said))
        drafted = draft_event(found.value, (), "tests", "id", token_key=KEY, rules=NO_RULES, parts=found.parts)
        body = orjson.loads(drafted.draft.body)
        assert canonical_bytes(body["event"]) == canonical_bytes(value)
        assert body["redactions"] == sorted(map(list, plain.notes.redactions))
        assert drafted.draft.body == canonical_bytes(body)
        assert drafted.draft.received == canonical_bytes(event)


def _turned(value: JSON) -> Any:
    """The same with every object's members in the opposite order."""
    if isinstance(value, dict):
        return {key: _turned(part) for key, part in reversed(value.items())}
    return [_turned(part) for part in value] if isinstance(value, list) else value


ODD = st.sampled_from(["NaN", "1e400", "9007199254740993", "-1e30", "12345678901234567890", '"a\\u0000b"', "1.5", "7"])
DEEP = st.integers(0, 8).map(lambda depth: "[" * depth + "1" + "]" * depth)
ITEM = st.one_of(
    ODD, DEEP, st.tuples(ODD, DEEP).map(lambda said: f'{{"name": "a", "facets": {{"x": {said[0]}, "y": {said[1]}}}}}')
)


@given(
    st.lists(
        st.builds('{{"job": {}, "inputs": [{}], "outputs": [{}, {}], "run": {}}}'.format, ITEM, ITEM, ITEM, ITEM, ITEM),
        min_size=1,
        max_size=4,
    ),
    st.integers(1, 9),
)
def test_numbers_and_depth_are_judged_in_parts_as_they_are_in_the_whole(events: list[str], most: int) -> None:
    for text in [*events, *events]:
        try:
            found = parse(text.encode(), max_depth=most)
        except Unreadable:
            assert _depth(json.loads(text)) > most
        else:
            assert _depth(found.value) <= most
            flags: set[str] = set()
            plain = wire._clean(wire._parse_tolerantly(text.encode(), flags), flags)
            assert canonical_bytes(found.value) == canonical_bytes(plain)
            assert [flag.code for flag in found.flags] == sorted(flags)
            assert found.parts == Wire(plain, (), wire.parts_of(plain)).parts


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


@given(EVENT)
def test_a_part_in_which_nothing_was_replaced_is_the_very_object(event: dict[str, Any]) -> None:
    value = redact(event, token_key=KEY).value
    assert isinstance(value, dict)
    for side in ("inputs", "outputs"):
        for was, now in zip(event[side], value[side], strict=True):  # type: ignore[arg-type]
            assert (now is was) == (now == was)
