"""What happened to approvals in a period: all of it, in order, once, and derivable of the entries."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from catalog.errors import SenderError
from catalog.reading import AsOf
from catalog.reporting.approvals_period import Period, approvals_of_period
from graph_schema.times import format_time, parse_zoned
from reports.document import Table
from reports.drawing import FORMS, document_of
from reports.kinds import ApprovalsOfPeriod
from reports.standalone import verify_lineward
from reports.standalone.container import take
from reports.standalone.evidence import Evidence
from reports.standalone.outcome import Form, MalformedError
from reports.standalone.verification import checked
from reports.verify import verify
from tests.support.genuine import REGISTERED
from tests.support.issued import changed, leaves
from tests.support.records import House, decision, registration, request

EVER = "Period:2020-01-01..2099-01-01"
AS_NEW = frozenset({"number", "issued", "pages"})
AS_ASKED = ("subject/since", "subject/until")
"""Which period was asked for: another one says the same where nothing else happened in it."""
AS_ISSUED = ("organisation", "read_point/projection_version", "findings", "happened/*/because", "approvals/*/because")
"""Words that the catalog puts, and which version answered; findings of rules that are held elsewhere."""


@pytest.fixture
def asked(house: House) -> House:
    """Four requests: one is approved and ends with its version, as the second; one lapses by its date; one is open."""
    ada = house.act_as("ada", "engineer", "steward")
    grace, joan = (house.act_as(name, "approver") for name in ("grace", "joan"))
    for payload in REGISTERED[:3]:
        house.record(payload, ada)
    soon = format_time(house.clock.micros() + 60_000_000)
    terms: tuple[dict[str, Any], ...] = (
        {},
        {"approval_kind": "SAFETY"},
        {"approval_kind": "LEGAL", "expires_at": soon},
    )
    first, second, third = (house.record(request(**one), ada).receipt.index for one in terms)
    house.record(decision(first, conditions=[], requires=["Train the staff"]), grace)
    met = {"kind": "meet_condition", "request": first, "text": "Train the staff", "evidence": "Their signatures"}
    house.record(met, ada)
    house.record(decision(second, decision="ABSTAIN", conditions=[]), joan)
    lent = {"to": "joan", "approval_kinds": [request()["approval_kind"]], "until": "2099-01-01T00:00:00Z"}
    house.record({"kind": "delegate_approvals", **lent, "reason": "On leave"}, grace)
    house.clock.now += 120
    house.record(
        registration(trained_on=REGISTERED[2]["trained_on"], evaluated_on=[], artifact_digest="sha256:" + "9" * 64), ada
    )
    house.record(request(approval_kind="SITE"), ada)
    assert third
    return house


def record_of(house: House, period: str = EVER) -> ApprovalsOfPeriod:
    found = approvals_of_period(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, period)
    assert found is not None
    return found


def test_everything_that_happened_stands_once_and_in_order(asked: House) -> None:
    found = record_of(asked)
    assert Counter(one.what for one in found.happened) == {
        "ASKED": 4,
        "APPROVED": 1,
        "ABSTAINED": 1,
        "CONDITION_MET": 1,
        "DELEGATED": 1,
        "INVALIDATED": 2,
        "EXPIRED": 1,
    }
    times = [parse_zoned(one.at) for one in found.happened]
    assert times == sorted(times)
    assert {one.kinds for one in found.happened if one.what == "EXPIRED"} == {("LEGAL",)}


def test_one_cause_stands_once_with_all_that_it_ended(asked: House) -> None:
    ended = [one for one in record_of(asked).happened if one.what == "INVALIDATED"]
    assert len({one.entries for one in ended}) == 1
    tables = [block for block in document_of(record_of(asked))[1].blocks if isinstance(block, Table)]
    (causes,) = [block for block in tables if block.caption.startswith("Each cause once")]
    assert sorted(row[1][0][0].text for row in causes.rows) == ["1 request", "2 requests"]


def test_every_count_adds_up_to_all_that_happened(asked: House) -> None:
    found = record_of(asked)
    tables = [block for block in document_of(found)[1].blocks if isinstance(block, Table)]
    counts = [block for block in tables if block.caption.startswith("What happened, by ")]
    sums = []
    for block in counts:
        numbers = [[int(cell[0][0].text) for cell in row[1:]] for row in block.rows]
        assert [sum(column) for column in zip(*numbers[:-1], strict=True)] == numbers[-1]
        assert all(sum(row[:-1]) == row[-1] for row in numbers)
        sums.append(numbers[-1][-1])
    # Delegations are of no request: they are counted by person alone.
    assert sums == [len(found.happened) - 1, len(found.happened) - 1, len(found.happened)]


def test_a_period_holds_its_beginning_and_not_its_end(asked: House) -> None:
    every = record_of(asked).happened
    first, second = every[0].at, every[1].at
    found = record_of(asked, f"Period:{first}..{second}")
    assert [one.at for one in found.happened] == [first]
    assert [one.entry for one in found.approvals] == [every[0].request]
    assert record_of(asked, "Period:2020-01-01..2020-02-01").happened == ()


@pytest.mark.parametrize("form", FORMS)
def test_it_is_verified_offline(asked: House, form: Form) -> None:
    file, key = asked.issue_context(record_of(asked), form), str(asked.ledger.verifiers[0])
    for result in (verify(file, key), verify_lineward.verify(file, key)):
        assert [check for check in result.checks if check.status != "PASS"] == []


def test_an_insider_who_changes_one_value_and_issues_it_anew_is_found(asked: House) -> None:
    pages, evidence = take(asked.issue_context(record_of(asked), "json"))
    values, key = json.loads(evidence), str(asked.ledger.verifiers[0])
    paths: dict[str, tuple[str | int, ...]] = {}
    for path in leaves(values["context"], ("context",)):
        if path[1] not in {"evidence", "findings"}:
            paths.setdefault("/".join("*" if isinstance(step, int) else step for step in path[1:]), path)
    assert len(paths) > 100
    passed = set()
    for name, path in paths.items():
        try:
            forged = Evidence.parse(changed(values, path))
        except MalformedError:
            continue
        if all(one.status == "PASS" for one in checked(forged, pages, key) if one.name not in AS_NEW):
            passed.add(name)
    assert passed <= {*AS_ASKED, *AS_ISSUED}


@pytest.mark.parametrize(
    "text",
    ["", "2031-01-01", "2031-01-01..", "2031-02-01..2031-01-01", "2031-01-01..2031-01-01", "a..b", "2031-13-01..2032"],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(SenderError, match=r"SINCE\.\.UNTIL"):
        Period.parse(f"Period:{text}")


def test_a_period_is_of_days_or_times() -> None:
    days = Period.parse("Period:2031-01-01..2031-04-01")
    assert days == Period.parse("Period:2031-01-01T00:00:00Z..2031-04-01T02:00:00+02:00")
    assert (days.holds(days.since), days.holds(days.until)) == (True, False)
