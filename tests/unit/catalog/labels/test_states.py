"""How far identifiers are gone, by each law: what was declared, held against what is held."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import SenderError
from catalog.labels.states.model import CodedBy, Declared, EffectiveState, HeldLabel, Regime
from catalog.labels.states.queries import Asked, effective_states
from catalog.labels.states.rules import WORST_FIRST, effective
from graph_schema.nodes import Dataset
from graph_schema.vocabulary.words import DeidentificationState, PhiKind
from tests.support.records import (
    CURATED,
    House,
    attestation,
    code_key,
    declaration,
    ending_code_key,
    event,
    tag,
    trust,
)
from tests.unit.catalog.labels.test_effective_labels import CURATED_ID, EARLY, JOINED, MASKED, PLAIN, RAW_ID, lineage

HIPAA, GDPR = Regime.HIPAA, Regime.GDPR
State = DeidentificationState
LETTER = {"system": "safe-harbor", "code": "H"}


def state_of(house: House, regime: Regime, recipient: str | None = None) -> EffectiveState:
    asked = Asked(CURATED_ID, regime, recipient)
    return effective_states(house.view(), [asked])[asked]


def declare(house: House, **more: str) -> int:
    return house.record({"kind": "declare_dataset", "dataset": CURATED, **more}).receipt.index


def test_l10_a_state_is_not_inherited(house: House) -> None:
    house.send(event(**lineage(ward=[("ward", PLAIN)])))
    house.record(declaration(deidentification_state="DE_IDENTIFIED"))
    found = state_of(house, HIPAA)
    assert (found.stated, found.state) == (None, State.UNKNOWN)
    assert "no state is inherited" in found.because[0].text


def test_l10_what_was_said_holds_where_no_label_says_worse(house: House) -> None:
    house.send(event(**lineage(ward=[("ward", PLAIN)])))
    entry = declare(house, deidentification_state="DE_IDENTIFIED")
    found = state_of(house, HIPAA)
    assert (found.stated, found.state, found.entries) == (State.DE_IDENTIFIED, State.DE_IDENTIFIED, (entry,))


def test_l10_the_worse_of_what_was_said_and_what_the_labels_say(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", PLAIN)])))
    tagged = house.record(tag(valid_from=EARLY)).receipt.index
    declare(house, deidentification_state="DE_IDENTIFIED")
    found = state_of(house, HIPAA)
    assert (found.stated, found.state) == (State.DE_IDENTIFIED, State.RAW)
    assert tagged in found.entries
    assert found.because[0].text == "It holds direct identifiers (H)."


def test_l10_what_was_derived_through_an_identifier_leaves_it_open(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", JOINED)])))
    house.record(tag(valid_from=EARLY))
    house.record(trust(valid_from=EARLY), house.act_as("ada", "steward"))
    declare(house, deidentification_state="AGGREGATED")
    assert state_of(house, HIPAA).state is State.UNKNOWN


def coded(house: House, **done: str) -> int:
    """Put a code in the place of an identifier, attested by an expert, and declare what came of it."""
    house.send(event(**lineage(key=[("mrn", MASKED)])))
    house.record(tag(confidentiality=None, valid_from=EARLY))
    treated = [{"code": LETTER, "technique": "RANDOM_CODE", **done}]
    attested = attestation(clears=[], treatments=treated, valid_from=EARLY)
    entry = house.record(attested, house.act_as("ada", "steward")).receipt.index
    declare(house, deidentification_state="DE_IDENTIFIED", gdpr_state="DE_IDENTIFIED")
    return entry


def test_l15_coded_data_is_de_identified_by_one_law_and_pseudonymous_by_the_other(house: House) -> None:
    entry = coded(house, key_holder="the honest broker", key_place="North")
    assert state_of(house, HIPAA).state is State.DE_IDENTIFIED
    found = state_of(house, GDPR)
    assert (found.state, found.entries) == (State.PSEUDONYMIZED, (entry,))
    assert found.because[0].text == "Codes in it stand for persons, and the honest broker has the key at North."


def test_l15_it_is_relative_to_the_recipient(house: House) -> None:
    coded(house, key_holder="the honest broker")
    assert state_of(house, GDPR, "the honest broker").state is State.PSEUDONYMIZED
    assert state_of(house, GDPR, "another hospital").state is State.DE_IDENTIFIED


def test_l15_a_key_whose_holder_nobody_named_may_be_anybodys(house: House) -> None:
    coded(house)
    assert state_of(house, GDPR, "another hospital").state is State.PSEUDONYMIZED


def test_l15_codes_go_on_into_what_is_made_of_them(house: House) -> None:
    coded(house, key_holder="the honest broker")
    further = {"namespace": "out", "name": "scores"}
    sent = event(at="2026-01-02T10:00:00Z", run="0190d2e6-0000-7000-8000-00000000000d")
    job = {"namespace": "pipeline", "name": "score"}
    house.send({**sent, "job": job, "inputs": [CURATED], "outputs": [further]})
    house.record({"kind": "declare_dataset", "dataset": further, "gdpr_state": "DE_IDENTIFIED"})
    asked = Asked(Dataset(**further).id, GDPR)
    assert effective_states(house.view(), [asked])[asked].state is State.PSEUDONYMIZED


def test_l13_a_declared_key_leads_codes_back_to_persons(house: House) -> None:
    house.send(event(**lineage(ward=[("ward", PLAIN)])))
    declare(house, deidentification_state="DE_IDENTIFIED", gdpr_state="DE_IDENTIFIED")
    keys = {"namespace": "landing", "name": "keys"}
    house.record(declaration(dataset=keys))
    with pytest.raises(SenderError, match="tag the dataset"):
        house.record(code_key(dataset=keys))
    house.record(tag(dataset=keys, column=None))
    entry = house.record(code_key(dataset=keys, place="North", valid_from=EARLY)).receipt.index
    assert state_of(house, HIPAA).state is State.DE_IDENTIFIED
    found = state_of(house, GDPR)
    assert (found.state, found.entries) == (State.PSEUDONYMIZED, (entry,))
    assert state_of(house, GDPR, "another hospital").state is State.DE_IDENTIFIED
    house.record(ending_code_key(dataset=keys))
    assert state_of(house, GDPR).state is State.DE_IDENTIFIED
    assert "changes nothing" in house.record(ending_code_key(dataset=keys, reason="Once more")).warnings[0]


def test_l13_a_key_stands_apart_from_the_data_that_it_is_of(house: House) -> None:
    house.send(event())
    with pytest.raises(SenderError, match="stands apart"):
        house.record(code_key(dataset=CURATED))


def test_l15_what_is_said_by_one_law_is_not_said_by_the_other(house: House) -> None:
    house.send(event(**lineage(ward=[("ward", PLAIN)])))
    declare(house, deidentification_state="DE_IDENTIFIED")
    assert state_of(house, GDPR).state is State.UNKNOWN
    declare(house, gdpr_state="PSEUDONYMIZED")
    assert state_of(house, GDPR).state is State.PSEUDONYMIZED
    assert effective_states(house.view(), [Asked(RAW_ID, GDPR)])[Asked(RAW_ID, GDPR)].state is State.UNKNOWN


@pytest.mark.parametrize("regime", Regime)
def test_a_suggestion_that_nobody_judged_leaves_it_open(regime: Regime) -> None:
    labels = [HeldLabel(PhiKind.DIRECT_IDENTIFIER.value, ("H",), suggested=True, entries=(3,))]
    state, (reason,) = effective(regime, Declared(State.DE_IDENTIFIED, 1), labels)
    assert (state, reason.entries) == (State.UNKNOWN, (3,))


LABELS = st.builds(
    HeldLabel,
    st.sampled_from([kind.value for kind in PhiKind]),
    st.sampled_from([(), ("C",), ("B", "H")]),
    st.booleans(),
    st.just((1,)),
)
CODED = st.builds(CodedBy, st.sampled_from([None, "broker", "lab"]), st.none(), st.just(2))
SAID = st.none() | st.builds(Declared, st.sampled_from(State), st.just(0))


@given(st.sampled_from(Regime), SAID, st.lists(LABELS, max_size=4), st.lists(CODED, max_size=3), st.data())
def test_a_label_or_a_key_more_never_makes_it_better(
    regime: Regime, said: Declared | None, labels: list[HeldLabel], keys: list[CodedBy], data: st.DataObject
) -> None:
    whole, because = effective(regime, said, labels, keys)
    assert all(one.state is whole for one in because)
    fewer = data.draw(st.sampled_from([*combinations(labels, max(len(labels) - 1, 0))]))
    assert WORST_FIRST.index(whole) <= WORST_FIRST.index(effective(regime, said, fewer, keys)[0])
    assert WORST_FIRST.index(whole) <= WORST_FIRST.index(effective(regime, said, labels, keys[1:])[0])
    assert WORST_FIRST.index(whole) <= WORST_FIRST.index(effective(regime, said, labels, keys, recipient="lab")[0])
    if said is None:
        assert whole in {State.RAW, State.UNKNOWN}
