"""What is safe in a catalog: by what is recorded, by what it was made of, for everybody alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from catalog.errors import SenderError
from catalog.findings.queries import findings_on
from catalog.labels.taint.following import LabelFollower
from catalog.reading import LATEST, AsOf, Rights
from catalog.safe_use import queries
from catalog.safe_use.model import Condition, Definition, Outcome
from catalog.safe_use.queries import MOST_JUDGED, safe_for, safe_uses, safety
from catalog.safe_use.rules import SHIPPED
from catalog.search.model import Search
from catalog.view import Anchor, View
from graph_schema.nodes import Dataset
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import SafeQuestion
from tests.support.cold import forget
from tests.support.counting import Counting
from tests.support.records import CURATED, RAW, House, declaration, event, safe_use, tag

CURATED_ID, RAW_ID = Dataset(**CURATED).id, Dataset(**RAW).id
DEVELOPMENT = SafeQuestion.DEVELOPMENT


def cleared(**more: Any) -> dict[str, Any]:
    return declaration(**{"dataset": CURATED, "deidentification_state": "DE_IDENTIFIED", "phi_category": [], **more})


def asked(house: House, question: SafeQuestion, at: AsOf = LATEST) -> Definition:
    return next(one for one in safe_uses(house.view(at)) if one.question is question)


def told(house: House, condition: Condition, identifier: str = CURATED_ID, **more: Any) -> list[tuple[str, str]]:
    view = house.view(**more)
    found = safety(view, [identifier], DEVELOPMENT)[identifier]
    return [(one.outcome, one.text) for one in found.reasons if one.condition is condition]


def test_every_question_asks_for_what_is_shipped_until_a_record_says_otherwise(house: House) -> None:
    assert safe_uses(house.view()) == tuple(SHIPPED[question] for question in SafeQuestion)
    accepted = house.record(safe_use())
    found = asked(house, DEVELOPMENT)
    assert (found.content.states, found.entry) == (("DE_IDENTIFIED",), accepted.receipt.index)
    assert found.by
    assert asked(house, SafeQuestion.SHARING) == SHIPPED[SafeQuestion.SHARING]
    assert asked(house, DEVELOPMENT, AsOf(known_at=accepted.receipt.index - 1)) == SHIPPED[DEVELOPMENT]


def test_a_definition_begins_when_it_says(house: House) -> None:
    house.record(safe_use(valid_from="2026-03-01T00:00:00Z"))
    before, behind = (parse_zoned(f"2026-0{month}-02T00:00:00Z") for month in (2, 3))
    assert asked(house, DEVELOPMENT, AsOf(before)) == SHIPPED[DEVELOPMENT]
    assert asked(house, DEVELOPMENT, AsOf(behind)).content.reason == "As the board decided"


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"states": ["RAW", "UNKNOWN"]}, "/states"),
        ({"states": []}, "/states"),
        ({"purposes": []}, "/purposes"),
        ({"purposes": ["MLTRANING"]}, "/purposes/0"),
        ({"question": "PUBLISHING"}, "/question"),
        ({"finding_severity": "DREADFUL"}, "/finding_severity"),
        ({"labels_absent": ["SECRET"]}, "/labels_absent/0"),
        ({"reason": " "}, "/reason"),
    ],
)
def test_a_definition_that_cannot_be_is_refused_at_its_place(house: House, more: dict[str, Any], pointer: str) -> None:
    with pytest.raises(SenderError) as caught:
        house.record(safe_use(**more))
    assert caught.value.pointer == pointer


def test_a_dataset_of_which_nothing_is_recorded_is_unknown_in_everything(house: House) -> None:
    house.send(event())
    found = safety(house.view(), [CURATED_ID], DEVELOPMENT)[CURATED_ID]
    assert found.outcome is Outcome.UNKNOWN
    recorded = {reason.outcome for reason in found.reasons if reason.condition is not Condition.FINDINGS}
    assert recorded == {Outcome.UNKNOWN}


def test_its_own_label_stands_against_it_and_is_cited(house: House) -> None:
    house.record(cleared())
    labelled = house.record(tag(dataset=CURATED))
    found = safety(house.view(), [CURATED_ID], DEVELOPMENT)[CURATED_ID]
    assert found.outcome is Outcome.FAIL
    against = [one for one in found.reasons if one.outcome is Outcome.FAIL]
    assert [(one.condition, one.entries) for one in against] == [(Condition.LABELS, (labelled.receipt.index,))]
    assert "curated/visits, column mrn," in against[0].text
    house.record(tag(dataset=CURATED, stance="REJECT", reason="Not so"))
    assert told(house, Condition.LABELS)[0][0] == Outcome.PASS


def test_what_its_owner_declares_that_it_holds_stands_against_it(house: House) -> None:
    house.record(cleared(phi_category=["CLINICAL_NOTE"]))
    assert told(house, Condition.LABELS) == [("FAIL", "curated/visits holds clinical note.")]


def test_a_label_that_flowed_into_it_stands_against_it_with_all_that_it_came_by(house: House) -> None:
    house.record(cleared())
    assert told(house, Condition.LABELS)[0][0] == Outcome.PASS
    sent = house.send(event())
    labelled = house.record(tag())
    found = safety(house.view(), [CURATED_ID], DEVELOPMENT)[CURATED_ID]
    against = [one for one in found.reasons if one.condition is Condition.LABELS]
    assert [one.outcome for one in against] == [Outcome.FAIL]
    assert "by what came from landing/visits, column mrn," in against[0].text
    assert {sent.receipt.index, labelled.receipt.index} <= set(against[0].entries)


def test_a_run_that_failed_takes_no_label_away(house: House) -> None:
    house.record(cleared())
    house.send(event("FAIL"))
    house.record(tag())
    assert told(house, Condition.LABELS)[0][0] == Outcome.FAIL


def test_what_is_declared_of_its_source_and_labelled_nowhere_leaves_it_unknown(house: House) -> None:
    house.record(cleared())
    house.send(event())
    house.record(declaration(phi_category=["QUASI_IDENTIFIER"]))
    found = told(house, Condition.LABELS)
    assert [one for one, _ in found] == [Outcome.UNKNOWN]
    assert "landing/visits, which holds quasi-identifier" in found[0][1]


def test_it_is_judged_alike_for_everybody_and_names_nothing_that_is_hidden(house: House) -> None:
    house.record(cleared())
    house.send(event())
    house.record(tag())
    rights = Rights(namespaces=frozenset({CURATED["namespace"]}))
    view = house.view(rights=rights)
    found = safety(view, [CURATED_ID, RAW_ID], DEVELOPMENT)
    assert set(found) == {CURATED_ID}
    texts = [reason.text for reason in found[CURATED_ID].reasons]
    assert not [text for text in texts if RAW["namespace"] in text or "mrn" in text]
    assert [one for one, _ in told(house, Condition.LABELS, rights=rights)] == [Outcome.FAIL]
    assert RAW_ID in view.hidden


def test_as_of_an_entry_it_is_as_if_no_later_one_were_there(house: House) -> None:
    declared = house.record(cleared())
    house.record(tag(dataset=CURATED))
    found = told(house, Condition.LABELS, as_of=AsOf(known_at=declared.receipt.index))
    assert [one for one, _ in found] == [Outcome.PASS]


def test_only_datasets_are_judged(house: House) -> None:
    with pytest.raises(SenderError) as caught:
        safe_for(house.view(), DEVELOPMENT, Search(labels=("Job",)))
    assert caught.value.pointer == "/labels"
    with pytest.raises(SenderError) as caught:
        safe_for(house.view(), DEVELOPMENT, Search(filters={"deidentification_state": ("RAW", "COOKED")}))
    assert caught.value.pointer == "/filters/deidentification_state"


def test_candidates_are_narrowed_to_what_may_be_safe_and_bounded(house: House) -> None:
    house.send(event())
    house.record(cleared())
    assert safe_for(house.view(), DEVELOPMENT, Search()).examined == 1
    assert safe_for(house.view(), DEVELOPMENT, Search(filters={"deidentification_state": ("raw",)})).examined == 0
    assert safe_for(house.view(), DEVELOPMENT, Search(text="nobody")).examined == 0
    assert MOST_JUDGED < 1_000


def pages(house: House, request: Search) -> list[str]:
    found: list[str] = []
    while True:
        page = safe_for(house.view(), DEVELOPMENT, request)
        found += [hit.id for hit in page.hits]
        if not page.more:
            return found
        request = replace(request, after=page.after)


def test_a_finding_counts_by_its_severity_until_somebody_accepts_it(house: House) -> None:
    house.record(cleared(owner=None))
    house.record(safe_use(finding_severity="HIGH"))
    assert told(house, Condition.FINDINGS)[0][0] == Outcome.PASS
    house.record(safe_use(finding_severity="MEDIUM"))
    found = safety(house.view(), [CURATED_ID], DEVELOPMENT)[CURATED_ID]
    against = [one for one in found.reasons if one.condition is Condition.FINDINGS]
    assert against[0].outcome is Outcome.FAIL
    assert against[0].entries
    for one in findings_on(house.view(), [CURATED_ID])[CURATED_ID]:
        until = "2999-01-01T00:00:00Z"
        accepted = {"rule": one.rule.name, "subject": CURATED_ID, "reason": "Known", "until": until}
        house.record({"kind": "accept_finding", **accepted})
    assert told(house, Condition.FINDINGS)[0][0] == Outcome.PASS


def test_what_may_be_used_so_is_safe_and_found_page_by_page_with_its_reasons(house: House) -> None:
    for number in range(5):
        state = "RAW" if number == 3 else "DE_IDENTIFIED"
        house.record(cleared(dataset={"namespace": "curated", "name": f"set{number}"}, deidentification_state=state))
    every = [Dataset("curated", f"set{number}").id for number in (0, 1, 2, 4)]
    assert pages(house, Search(first=1)) == pages(house, Search()) == every
    assert pages(house, Search(text="set4")) == every[-1:]
    hit = safe_for(house.view(), DEVELOPMENT, Search(text="set2")).hits[0]
    assert hit.safety.outcome is Outcome.PASS
    assert {one.condition for one in hit.safety.reasons} == {
        Condition.STATE,
        Condition.LABELS,
        Condition.USE,
        Condition.FINDINGS,
    }
    # What is written while somebody reads on moves nothing that they saw.
    first = safe_for(house.view(), DEVELOPMENT, Search(first=2))
    house.record(cleared(dataset={"namespace": "curated", "name": "a set before"}))
    behind = safe_for(house.view(), DEVELOPMENT, Search(first=5, after=first.after))
    assert [hit.id for hit in (*first.hits, *behind.hits)] == every


def test_what_nothing_was_said_of_the_use_of_is_no_more_safe_than_what_it_was_made_of(house: House) -> None:
    house.record(cleared())
    assert told(house, Condition.USE)[0][0] == Outcome.PASS
    house.send(event())
    assert told(house, Condition.USE)[0][0] == Outcome.UNKNOWN
    house.record(declaration(phi_category=[], permitted_use={"purposes": ["TREAT"]}))
    assert told(house, Condition.USE)[0][0] == Outcome.FAIL


def test_a_refrain_that_lies_on_it_stands_against_it(house: House) -> None:
    declared = house.record(cleared(permitted_use={"purposes": ["HRESCH", "MLTRAINING"], "refrains": ["NOREUSE"]}))
    found = safety(house.view(), [CURATED_ID], SafeQuestion.SHARING)[CURATED_ID]
    against = [one for one in found.reasons if one.condition is Condition.REFRAINS]
    assert [(one.outcome, one.entries) for one in against] == [(Outcome.FAIL, (declared.receipt.index,))]
    assert [one for one, _ in told(house, Condition.REFRAINS)] == []


def asked_of_the_store(house: House, request: Search) -> int:
    counting = Counting(house.store)
    safe_for(View(counting, anchor=Anchor(house.ledger, "1", house.clock.micros())), DEVELOPMENT, request)
    return counting.calls.total()


@pytest.mark.parametrize("more", [{}, {"phi_category": ["DIRECT_IDENTIFIER"]}], ids=["safe", "not safe"])
def test_a_page_asks_the_store_as_often_however_many_datasets_there_are(
    house: House, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    monkeypatch.setattr(queries, "AT_ONCE", 5)
    monkeypatch.setattr(queries, "MOST_JUDGED", 20)
    counted = []
    for number in range(60):
        house.record(cleared(dataset={"namespace": "curated", "name": f"set{number:02}"}, **more))
        if number in {29, 59}:
            forget()
            counted.append(asked_of_the_store(house, Search(first=5)))
    few, many = counted
    assert few == many <= 300


def test_many_datasets_are_judged_with_as_many_calls_as_few(house: House) -> None:
    names = [f"set{number}" for number in range(9)]
    for number, name in enumerate(names):
        sent = event(run=str(UUID(int=number + 1)))
        house.send({**sent, "outputs": [{"namespace": "curated", "name": name}]})
        house.record(cleared(dataset={"namespace": "curated", "name": name}))
    ids = [Dataset("curated", name).id for name in names]

    def calls(some: list[str]) -> int:
        forget()
        counting = Counting(house.store)
        view = View(counting, anchor=Anchor(house.ledger, "1", house.clock.micros()))
        assert safety(view, some, DEVELOPMENT) == safety(house.view(), some, DEVELOPMENT)
        return counting.calls.total()

    assert calls(ids) <= calls(ids[:2]) + 2


def test_what_was_looked_at_before_is_asked_for_again_only_once_the_graph_went_on(house: House) -> None:
    for number in range(8):
        house.record(cleared(dataset={"namespace": "curated", "name": f"set{number}"}))
    forget()
    first, again = (asked_of_the_store(house, Search(first=5)) for _ in range(2))
    assert again < first
    house.record(cleared(dataset={"namespace": "curated", "name": "one more"}))
    # Once more for what was touched meanwhile.
    assert asked_of_the_store(house, Search(first=5)) == first + 1


def test_what_is_kept_of_labels_leaves_out_what_is_not_safe_and_nothing_else(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        named = {"namespace": "curated", "name": f"set{number}"}
        house.record(cleared(dataset=named))
        if number % 2:
            house.record(tag(dataset=named, column="mrn"))
    follower = LabelFollower(house.store)
    while follower.step():
        pass
    asked = Search(first=2)
    held = queries._holding(house.view(), SHIPPED[DEVELOPMENT].content)
    found = safe_for(house.view(), DEVELOPMENT, asked)
    assert held == {Dataset("curated", f"set{number}").id for number in (1, 3, 5)}
    assert [hit.id for hit in found.hits] == [Dataset("curated", f"set{number}").id for number in (0, 2)]
    monkeypatch.setattr(queries, "_holding", lambda *_: frozenset())
    assert safe_for(house.view(), DEVELOPMENT, asked) == found
