"""Decided again together, decisions come to what each comes to by itself, and what they rest on is read once."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.decisions import queries
from catalog.decisions.log import decisions_logged, replay, replayed
from catalog.decisions.model import Wanted
from catalog.grants.queries import grants_of
from catalog.labels.taint.queries import effective_labels
from catalog.policies.model import PolicySet
from catalog.policies.rules import digest_of_files
from catalog.use.queries import UseJudge
from graph_schema.times import format_time
from tests.support.records import CURATED, RAW, House, access_grant, declaration, principal, tag

POLICIES = """@id("granted")
permit (principal, action, resource) when { context.granted };
@id("use")
permit (principal, action, resource) when { context.use == "PERMIT" };
@id("direct")
forbid (principal, action, resource) when { resource.labels.contains("DIRECT_IDENTIFIER") };
"""
PURPOSES = ("HRESCH", "MLTRAINING")
STEPS = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(["grace", "henry"]), st.booleans(), st.sampled_from(PURPOSES)),
    st.tuples(st.just("grant"), st.sampled_from(["grace", "henry"]), st.booleans(), st.integers(1, 3)),
    st.tuples(st.just("tag"), st.sampled_from(["CONFIRM", "REJECT"]), st.booleans(), st.integers(-2, 2)),
    st.tuples(st.just("wait"), st.just(""), st.booleans(), st.integers(1, 2)),
)
ASKED = ("ask", "grace", True, "HRESCH")


def told(house: House, steps: list[tuple[str, str, bool, Any]]) -> None:
    """Ask, grant, tag and let time pass; what is asked is as of that moment and of all that is known by then."""
    known, begun = -1, int(house.clock.now)
    for name in ("grace", "henry"):
        known = house.record(principal(name, "engineer")).receipt.index
    for one in (RAW, CURATED):
        known = house.record(declaration(dataset=one)).receipt.index
    for number, (step, what, first, how) in enumerate(steps):
        of = RAW if first else CURATED
        target = {"target_kind": "DATASET", **of}
        moment = format_time(house.clock.micros() if first else int(house.clock.now) * 1_000_000)
        if step == "wait":
            house.clock.now += how
        elif step == "ask":
            around = {"purpose": how, "enforces": ["AUDIT", "ENCRYPT"]}
            house.decide_access(principal=what, target=target, circumstances=around, at=moment, known_at=known)
        elif step == "grant":
            until = format_time(int(house.clock.now + how) * 1_000_000)
            known = house.record(access_grant(what, target=target, until=until, purposes=list(PURPOSES))).receipt.index
        else:
            at = format_time(min(begun + how, int(house.clock.now)) * 1_000_000)
            payload = tag(dataset=of, column=None, stance=what, codes=[], reason=f"Made up {number}", valid_from=at)
            known = house.record(payload).receipt.index


def by_these() -> PolicySet:
    files = {"made-up.cedar": POLICIES}
    return PolicySet(digest_of_files(files.items()), files, -1, "", "", 0)


@settings(deadline=None, max_examples=25)
@given(steps=st.lists(STEPS, min_size=2, max_size=12))
@example(steps=[ASKED, ("grant", "grace", True, 1), ASKED, ("wait", "", True, 2), ASKED])
def test_decided_again_together_they_come_to_what_each_comes_to_alone(
    steps: list[tuple[str, str, bool, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    house = House(tmp_path_factory.mktemp("house"))
    told(house, steps)
    view = house.view()
    recorded = decisions_logged(view, house.ledger, Wanted(), 99).decisions[::-1]
    together = replay(view, house.ledger, Wanted(), 99, instead=by_these())
    alone = list(replayed(view, recorded, by_these()))
    house.close()
    assert together.decided == len(recorded)
    # What is recorded names a policy that there is not, so that each comes to something else.
    assert [(one.recorded, one.again) for one in together.changed] == list(zip(recorded, alone, strict=True))


def test_what_many_rest_on_is_read_once_for_all_of_a_time(tmp_path: Path) -> None:
    house = House(tmp_path)
    asking = [ASKED, ("ask", "henry", True, "HRESCH")]
    told(house, [*asking * 5, ("wait", "", True, 1), *asking * 5, ("grant", "grace", True, 2), *asking * 5])
    view = house.view()
    with (
        patch.object(queries, "effective_labels", wraps=effective_labels) as labels,
        patch.object(queries, "UseJudge", wraps=UseJudge) as uses,
        patch.object(queries, "grants_of", wraps=grants_of) as grants,
    ):
        found = replay(view, house.ledger, Wanted(), 99, instead=by_these())
    house.close()
    assert found.decided == 30
    assert (labels.call_count, uses.call_count, grants.call_count) == (2, 2, 4), "once before the grant, once since"
