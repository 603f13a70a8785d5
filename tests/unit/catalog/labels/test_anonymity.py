"""L16: claims of k-anonymity and l-diversity are evidence, lapse with what happens to the data, and clear nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from catalog.errors import SenderError
from catalog.findings.estate.attested import attestation_cases
from catalog.findings.estate.data_rules import evidence_holds
from catalog.findings.queries import findings_on
from catalog.findings.rules import Rule
from catalog.labels.anonymity.model import AnonymityClaim, Lapse
from catalog.labels.anonymity.queries import anonymity_claims
from catalog.labels.taint.queries import effective_labels, what_if
from catalog.reading import AsOf
from graph_schema.aspects.labels import Attestation
from graph_schema.facts import NOW
from graph_schema.nodes import Attestation as AttestationNode
from graph_schema.nodes import Dataset, Job
from graph_schema.times import format_time
from tests.support.records import (
    CURATED,
    JOB,
    RAW,
    House,
    anonymity,
    attestation,
    declaration,
    ending_anonymity,
    ending_attestation,
    joining,
    tag,
)
from tests.support.records import event as written

CURATED_ID = Dataset(**CURATED).id
OTHER = {"namespace": "lake", "name": "another release"}
FIELDS = [{"name": "ward", "type": "STRING"}, {"name": "year", "type": "INTEGER"}]


def schema(*more: str) -> dict[str, Any]:
    return {"fields": [*FIELDS, *({"name": one, "type": "STRING"} for one in more)]}


def claims(house: House, at: AsOf | None = None) -> tuple[AnonymityClaim, ...]:
    view = house.view() if at is None else house.view(at)
    return anonymity_claims(view, [CURATED_ID]).get(CURATED_ID, ())


def lapsed(house: House) -> list[Lapse]:
    """Return why the one claim says nothing any more."""
    (claim,) = claims(house)
    return [one.why for one in claim.lapsed]


@pytest.fixture
def measured(house: House) -> House:
    """Lend a catalog with a dataset that was written, and then measured."""
    house.send(written(schema=schema()))
    house.record(anonymity())
    return house


def later(house: House) -> str:
    house.clock.now += 60
    return format_time(house.clock.micros())


def test_l16_parameters_columns_and_people_are_kept(house: House) -> None:
    house.send(written(schema=schema("diagnosis")))
    made = house.record(anonymity(l_diversity=3, sensitive=["diagnosis"])).receipt.index
    (claim,) = claims(house)
    assert (claim.entry, claim.k_anonymity, claim.l_diversity, claim.sensitive) == (made, 11, 3, ("diagnosis",))
    assert (claim.quasi_identifiers, claim.population) == (("ward", "year"), "made-up ward patients")
    assert claim.lapsed == ()


def test_l16_a_new_column_ends_what_it_says(measured: House) -> None:
    run = "0190d2e6-0000-7000-8000-00000000000e"
    reads = {**written("COMPLETE", later(measured), run), "outputs": []}
    reads["inputs"] = [{**CURATED, "facets": {"schema": schema("zip")}}]
    entry = measured.send(reads).receipt.index
    (claim,) = claims(measured)
    assert [(one.why, one.entries) for one in claim.lapsed] == [(Lapse.NEW_COLUMN, (entry,))]
    assert "zip" in claim.lapsed[0].text


def test_l16_a_later_write_ends_what_it_says(measured: House) -> None:
    measured.send(written(at=later(measured), run="0190d2e6-0000-7000-8000-00000000000e", schema=schema()))
    assert lapsed(measured) == [Lapse.LATER_WRITE]


def test_l16_another_release_of_the_same_people_ends_what_it_says(measured: House) -> None:
    measured.record(declaration(dataset=OTHER))
    later(measured)
    measured.record(anonymity(dataset=OTHER, population="other people"))
    assert lapsed(measured) == []
    later(measured)
    second = measured.record(anonymity(dataset=OTHER)).receipt.index
    (claim,) = claims(measured)
    assert [(one.why, one.entries) for one in claim.lapsed] == [(Lapse.ANOTHER_RELEASE, (second,))]
    other = Dataset(**OTHER).id
    of_other = anonymity_claims(measured.view(), [other])[other]
    assert [[one.why for one in each.lapsed] for each in of_other] == [[], [Lapse.ANOTHER_RELEASE]]


def test_l16_releases_that_were_measured_together_do_not(measured: House) -> None:
    measured.record(declaration(dataset=OTHER))
    later(measured)
    measured.record(anonymity(dataset=OTHER, beside=[CURATED]))
    other = Dataset(**OTHER).id
    (claim,) = anonymity_claims(measured.view(), [other])[other]
    assert claim.lapsed == ()
    assert lapsed(measured) == [Lapse.ANOTHER_RELEASE]


def test_l16_releases_that_name_each_other_and_were_measured_at_one_time_hold(house: House) -> None:
    house.send(written(schema=schema()))
    house.record(declaration(dataset=OTHER))
    at = later(house)
    house.record(anonymity(beside=[OTHER], valid_from=at))
    house.record(anonymity(dataset=OTHER, beside=[CURATED], valid_from=at))
    assert lapsed(house) == []


def test_l16_a_steward_ends_it_and_what_is_measured_anew_holds(measured: House) -> None:
    later(measured)
    assert not measured.record(ending_anonymity()).warnings
    later(measured)
    measured.record(anonymity(k_anonymity=5))
    first, second = claims(measured)
    assert [one.why for one in first.lapsed] == [Lapse.ENDED]
    assert (second.k_anonymity, second.lapsed) == (5, ())
    assert "changes nothing" in measured.record(ending_anonymity(dataset=RAW)).warnings[0]


def test_what_is_sent_again_is_recorded_once(measured: House) -> None:
    size = measured.ledger.size()
    measured.record(anonymity())
    ended = measured.record(ending_anonymity()).receipt.index
    assert measured.record(ending_anonymity()).receipt.index == ended == size
    again = measured.record(anonymity()).receipt.index
    assert measured.record(anonymity()).receipt.index == again == size + 1


def test_l16_it_counts_under_every_name(measured: House) -> None:
    measured.record(declaration(dataset=OTHER))
    measured.record(joining(OTHER, CURATED))
    other = Dataset(**OTHER).id
    assert [one.entry for one in anonymity_claims(measured.view(), [other])[other]] == [claims(measured)[0].entry]


def test_l16_before_it_lapsed_it_held(measured: House) -> None:
    before = measured.ledger.size() - 1
    measured.send(written(at=later(measured), run="0190d2e6-0000-7000-8000-00000000000e", schema=schema()))
    assert claims(measured, AsOf(NOW, before))[0].lapsed == ()
    assert lapsed(measured) == [Lapse.LATER_WRITE]


def test_l16_it_clears_nothing_and_nothing_supposes_that_it_does(house: House) -> None:
    house.send(written(schema=schema()))
    house.record(tag())
    held = effective_labels(house.view(), [CURATED_ID])[CURATED_ID].labels
    claim = house.record(anonymity()).receipt.index
    assert effective_labels(house.view(), [CURATED_ID])[CURATED_ID].labels == held != ()
    supposed = Attestation.from_json(
        {
            "method": "EXPERT_DETERMINATION",
            "clears": [],
            "alterations": [],
            "scope": "All",
            "result": "k is 11",
            "job": Job(**JOB).id,
            "evidence": [{"dataset": CURATED_ID, "claim": claim}],
        }
    )
    (found,) = [one for one in what_if(house.view(), supposed) if one.asset == CURATED_ID]
    assert found.cleared == ()
    assert [one.kind for one in found.after] == [one.kind for one in found.before]


def test_l16_an_attestation_that_rests_on_one_that_lapsed_is_found(measured: House) -> None:
    (claim,) = claims(measured)
    told = attestation(evidence=[{"dataset": CURATED, "claim": claim.entry}])
    steward = measured.act_as("ada", "steward")
    attested = measured.record(told, steward).receipt.index
    node = AttestationNode(str(attested)).id
    assert not [one for one in findings_on(measured.view(), [node]).get(node, ()) if one.rule is Rule.EVIDENCE_HOLDS]
    rewritten = measured.send(
        written(at=later(measured), run="0190d2e6-0000-7000-8000-00000000000e", schema=schema())
    ).receipt.index
    (found,) = [one for one in findings_on(measured.view(), [node])[node] if one.rule is Rule.EVIDENCE_HOLDS]
    assert {claim.entry, attested, rewritten} <= set(found.entries)
    assert "written since" in found.text
    later(measured)
    warned = measured.record({**told, "scope": "All of it, once more"}, steward).warnings
    assert any("has lapsed" in one for one in warned)
    measured.record(ending_attestation(attested, effect="VOID"), steward)
    assert not [one for one in findings_on(measured.view(), [node]).get(node, ()) if one.rule is Rule.EVIDENCE_HOLDS]


@pytest.mark.parametrize(("after", "why"), [(0, []), (1, [Lapse.LATER_WRITE])])
def test_l16_a_write_at_the_time_of_the_measurement_was_measured(measured: House, after: int, why: list[Lapse]) -> None:
    (claim,) = claims(measured)
    measured.clock.now += 60
    at = format_time(claim.since + after)
    measured.send(written(at=at, run="0190d2e6-0000-7000-8000-00000000000e", schema=schema()))
    assert lapsed(measured) == why


@pytest.mark.parametrize(("before", "found"), [(0, False), (1, True)])
def test_l16_one_that_ended_by_the_time_of_the_lapse_is_not_found(measured: House, before: int, *, found: bool) -> None:
    (claim,) = claims(measured)
    ends = measured.clock.now + 120
    until = format_time(measured.clock.micros() + 120_000_000)
    evidence = [{"dataset": CURATED, "claim": claim.entry}]
    attested = measured.record(attestation(evidence=evidence, until=until), measured.act_as("ada", "steward"))
    node = AttestationNode(str(attested.receipt.index)).id
    measured.clock.now = ends - before
    written_at = format_time(measured.clock.micros())
    measured.send(written(at=written_at, run="0190d2e6-0000-7000-8000-00000000000e", schema=schema()))
    case = attestation_cases(measured.view(), [node])[node]
    assert (evidence_holds(case, NOW) is not None) is found


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"k_anonymity": None}, "Say what was measured"),
        ({"l_diversity": 2}, "sensitive columns"),
        ({"sensitive": ["diagnosis"]}, "sensitive columns"),
        ({"l_diversity": 2, "sensitive": ["ward"]}, "name it once"),
        ({"beside": [CURATED]}, "other releases"),
        ({"k_anonymity": 1}, "k_anonymity"),
        ({"dataset": OTHER}, "unknown dataset"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(house: House, more: dict[str, Any], told: str) -> None:
    house.send(written(schema=schema()))
    with pytest.raises(SenderError, match=told):
        house.record(anonymity(**more))


def test_evidence_is_a_claim_of_that_dataset(measured: House) -> None:
    steward = measured.act_as("ada", "steward")
    with pytest.raises(SenderError, match="claim_anonymity") as caught:
        measured.record(attestation(evidence=[{"dataset": CURATED, "claim": 0}]), steward)
    assert caught.value.pointer == "/evidence/0/claim"


STEPS = st.lists(st.sampled_from(["write", "column", "release", "end", "measure"]), max_size=6)


@given(STEPS)
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=20)
def test_l16_a_claim_is_evidence_as_long_as_nothing_happened_since(happened: list[str]) -> None:
    """By the plainest reading: each claim against what came after it."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        house.send(written(schema=schema()))
        house.record(declaration(dataset=OTHER))
        said: list[tuple[str, int]] = []
        names = ["ward", "year"]
        for number, step in enumerate(["measure", *happened]):
            at = later(house)
            run = f"0190d2e6-0000-7000-8000-0000000001{number:02}"
            if step == "measure":
                index = house.record(anonymity()).receipt.index
            elif step == "release":
                index = house.record(anonymity(dataset=OTHER)).receipt.index
            elif step == "end":
                index = house.record(ending_anonymity()).receipt.index
            elif step == "write":
                index = house.send(written(at=at, run=run)).receipt.index
            else:
                names.append(f"new{number}")
                reads = {**written("COMPLETE", at, run), "outputs": []}
                reads["inputs"] = [{**CURATED, "facets": {"schema": schema(*names[2:])}}]
                index = house.send(reads).receipt.index
            said.append((step, index))
        found = {one.entry: {each.why for each in one.lapsed} for one in claims(house)}
        whys = {"write": Lapse.LATER_WRITE, "column": Lapse.NEW_COLUMN, "end": Lapse.ENDED}
        expected = {
            index: {whys[one] for one, _ in said[place:] if one in whys}
            | ({Lapse.ANOTHER_RELEASE} if any(one == "release" for one, _ in said) else set())
            for place, (step, index) in enumerate(said)
            if step == "measure"
        }
        event(f"lapsed by {len(set().union(*expected.values()))}")
        assert found == expected
        house.close()
