"""An event that is too large is taken without its largest facets, and these are named."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.oversize import parse_within

TEXT = 'words of a plan; {brackets}, [more], " and \\ too '


def said(**sizes: int) -> dict[str, Any]:
    """Return an event whose facets hold so many texts each, by where they stand."""

    def facet(name: str) -> dict[str, Any]:
        return {"_producer": "made-up", "deep": [{"list": [TEXT] * sizes.get(name, 0)}, {}, []]}

    return {
        "eventType": "COMPLETE",
        "run": {"runId": "r", "facets": {"plan": facet("plan"), "a/b~c": facet("odd")}},
        "job": {"namespace": "n", "name": "j", "facets": {"sql": facet("sql")}},
        "inputs": [
            {"namespace": "n", "name": "a", "facets": {}},
            {"namespace": "n", "name": "b", "inputFacets": {"counts": facet("counts")}, "facets": {"s": facet("s")}},
        ],
        "outputs": [{"namespace": "n", "name": "c", "facets": {"columnLineage": facet("columns")}}],
    }


def test_an_event_within_the_limit_is_as_it_came() -> None:
    body = json.dumps(said()).encode()
    found = parse_within(body, len(body))
    assert (found.wire.value, found.left_out) == (said(), ())


@pytest.mark.parametrize(
    ("name", "pointer"),
    [
        ("plan", "/run/facets/plan"),
        ("odd", "/run/facets/a~1b~0c"),
        ("sql", "/job/facets/sql"),
        ("counts", "/inputs/1/inputFacets/counts"),
        ("s", "/inputs/1/facets/s"),
        ("columns", "/outputs/0/facets/columnLineage"),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_largest_facet_is_left_out_and_named_by_pointer_size_and_digest(
    name: str, pointer: str, indent: int | None
) -> None:
    event, body = said(), json.dumps(said(**{name: 200}), indent=indent).encode()
    found = parse_within(body, len(body) - 1)
    ((where, size, digest),) = found.left_out
    assert where == pointer
    owner: Any = event
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    for step in steps[:-1]:
        owner = owner[int(step) if isinstance(owner, list) else step]
    del owner[steps[-1]]
    assert found.wire.value == event
    start = body.index(json.dumps(steps[-1]).encode()) + len(json.dumps(steps[-1])) + 2
    assert hashlib.sha256(body[start : start + size]).hexdigest() == digest


def test_no_more_is_left_out_than_need_be_and_the_largest_first() -> None:
    body = json.dumps(said(plan=300, sql=200, columns=100)).encode()
    for limit, expected in ((len(body) - 100, 1), (len(body) * 3 // 5, 1), (len(body) // 3, 2), (len(body) // 8, 3)):
        found = parse_within(body, limit)
        assert [one.pointer.rpartition("/")[2] for one in found.left_out] == ["plan", "sql", "columnLineage"][:expected]
        assert len(json.dumps(found.wire.value)) <= limit


def test_what_is_too_large_without_its_facets_is_refused_as_413() -> None:
    body = json.dumps({**said(plan=10), "job": {"namespace": "n", "name": "j" * 5_000}}).encode()
    with pytest.raises(Unreadable) as caught:
        parse_within(body, 2_000)
    assert caught.value.status == 413


@pytest.mark.parametrize("part", [b"{", b"]", b'{"run": {"facets": {"a": {', b"[[]", b"x", b'"'])
def test_what_is_no_json_is_refused_and_not_stumbled_over(part: bytes) -> None:
    with pytest.raises(Unreadable):
        parse_within(part * 300, 200)
