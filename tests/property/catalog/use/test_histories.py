"""Laws of permitted use from records to the answer, on random estates and histories."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.use.answers import MayUse
from catalog.use.model import UseQuestion
from catalog.use.queries import may_use
from graph_schema.nodes import Dataset
from graph_schema.times import parse_zoned
from tests.support.records import House, attestation, declaration, tag
from tests.support.uses import flow, licence, named, permission, transfer, withdrawal_of_consent

NAMES = "abcde"
SINCE = "2026-01-01T00:00:00Z"
DATE = parse_zoned("2026-06-15T00:00:00Z")
Flow = tuple[str, str]
FLOWS = st.lists(st.sampled_from(list(combinations(NAMES, 2))), min_size=2, max_size=6, unique=True)
TERMS = st.sampled_from([["NRES"], ["GRU"], ["HMB"], ["POA"], ["GRU", "COL"], ["NRES", "NCU"]])
PLACES = st.sampled_from([None, ["nowhere-land"], ["elsewhere"]])
quick = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=15)


@st.composite
def _permits(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw statements, each under a name of its own, of datasets of the estate."""
    found = []
    for number, name in enumerate(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4))):
        terms = [{"code": code} for code in draw(TERMS)]
        more = {"of": {"dataset": named(name)}, "terms": terms, "places": draw(PLACES), "valid_from": SINCE}
        found.append(permission(f"board-{number}", **more))
    return found


class Happened(NamedTuple):
    flows: list[Flow]
    permits: list[dict[str, Any]]
    others: list[dict[str, Any]]


@st.composite
def _happened(draw: st.DrawFn) -> Happened:
    """Draw flows, statements of them, and what changes those: each record with its own valid time."""
    flows, permits = draw(FLOWS), draw(_permits())
    met = {name for pair in flows for name in pair}
    permits = [one for one in permits if one["of"]["dataset"]["name"] in met] or [
        permission("board-0", of={"dataset": named(flows[0][0])}, valid_from=SINCE)
    ]
    dataset = named(draw(st.sampled_from(sorted(met))))
    replaced = permits[0]["use_statement"]
    possible = {
        "licence": licence(replaced, of={"dataset": dataset}, valid_from=SINCE),
        "transfer": transfer(of={"dataset": dataset}, valid_from=SINCE),
        "withdrawal": withdrawal_of_consent(replaced, valid_from="2026-02-01T00:00:00Z"),
        "declaration": declaration(dataset=dataset, valid_from=SINCE, source_system=None),
    }
    others = [possible[kind] for kind in draw(st.lists(st.sampled_from(sorted(possible)), unique=True))]
    return Happened(flows, permits, others)


@contextmanager
def told(flows: Sequence[Flow], *records: Sequence[dict[str, Any]]) -> Iterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        try:
            for source, target in flows:
                flow(house, 10 * NAMES.index(source) + NAMES.index(target), source, target)
            for some in records:
                for record in some:
                    house.record(record)
            yield house
        finally:
            house.close()


def answers(house: House) -> dict[str, MayUse]:
    asked = UseQuestion(purpose="HRESCH", date=DATE, place="nowhere-land")
    ids = {name: Dataset(**named(name)).id for name in NAMES}
    return {name: may_use(house.view(), one, asked) for name, one in ids.items()}


def said(house: House) -> dict[str, object]:
    """Return what it comes to, but for entries, which are where they are."""
    return {
        name: (
            one.verdict.decision,
            one.verdict.obligations,
            one.verdict.refrains,
            {(each.statement.id, each.replaced_by, len(each.transfers)) for each in one.permitted.applied},
            one.permitted.unstated,
        )
        for name, one in answers(house).items()
    }


@quick
@given(_happened(), st.randoms(use_true_random=False))
def test_order_and_repetition_of_what_happened_change_nothing(happened: Happened, chance: Any) -> None:
    with told(*happened) as house:
        before = said(house)
    flows, permits, others = (chance.sample(some, len(some)) for some in happened)
    with told(
        [*flows, *flows[:1]], permits, [*others, *(one for one in others if one["kind"] != "license_use")]
    ) as house:
        assert said(house) == before


@quick
@given(_happened(), st.sampled_from(list(combinations(NAMES, 2))), TERMS)
def test_u2_one_more_parent_never_makes_an_answer_milder(happened: Happened, more: Flow, terms: list[str]) -> None:
    """The child has parents already: what nothing flowed into is a source no longer once something does."""
    flows, permits, others = happened
    if more[1] not in {target for _, target in flows}:
        return
    with told(flows, permits, others) as house:
        before = answers(house)
    restricts = permission("one-more", of={"dataset": named(more[0])}, terms=[{"code": one} for one in terms])
    with told([*flows, more], permits, others) as house:
        joined = answers(house)
        house.record({**restricts, "valid_from": SINCE})
        restricted = answers(house)
    raw = {source for source, _ in [*flows, more]} - {target for _, target in flows}
    for name in {target for _, target in flows}:
        assert joined[name].verdict.decision >= before[name].verdict.decision
        if more[0] not in raw:
            assert restricted[name].verdict.decision >= before[name].verdict.decision


@quick
@given(_happened())
def test_u14_clearing_a_label_changes_no_answer(happened: Happened) -> None:
    with told(*happened) as house:
        before = said(house)
        for source, target in happened.flows:
            job = {"namespace": "pipeline", "name": f"{source} to {target}"}
            house.record(tag(dataset=named(source), column=None))
            house.record(attestation(job=job, run_id=None, valid_from=SINCE))
            house.record(tag(dataset=named(target), column=None, stance="REJECT"))
        assert said(house) == before


@quick
@given(_happened(), TERMS, PLACES)
def test_u13_declaring_anew_never_makes_an_answer_milder(
    happened: Happened, terms: list[str], places: list[str] | None
) -> None:
    """Of what is declared, and of a statement more: only a licence widens."""
    end = happened.flows[0][1]
    on: dict[str, Any] = {"dataset": named(end), "valid_from": SINCE, "source_system": None}
    with told(*happened, [declaration(**on, permitted_use={"duo": ["GRU"]})]) as house:
        before = answers(house)
        house.record(declaration(**on, permitted_use={"duo": terms}))
        more = {"of": {"dataset": named(end)}, "terms": [{"code": one} for one in terms], "places": places}
        house.record(permission("one-more", **more, valid_from=SINCE))
        for name, one in answers(house).items():
            assert one.verdict.decision >= before[name].verdict.decision
