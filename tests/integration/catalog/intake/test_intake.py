from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from typing import Any

import orjson
import pytest

from catalog.access.keys import local_actor
from catalog.access.model import Actor
from catalog.assets.queries import datasets
from catalog.errors import AskerError, OperatorError, SenderError
from catalog.intake import Intake
from catalog.ledger.entry import MAX_SUBJECTS
from catalog.ledger.memory import MemoryLedger
from catalog.ledger.protocol import Draft, Receipt
from catalog.projection.entry_facts import facts_of
from catalog.retries import RETRY_SECONDS
from catalog.view import View
from graph_schema.nodes import Dataset
from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.wire import parse
from tests.support.records import (
    CURATED,
    RAW,
    RUN,
    House,
    code_key,
    declaration,
    event,
    principal,
    request,
    seal,
    tag,
    verification,
)

LOCAL = local_actor()
EMITTER = Actor("pipelines", frozenset({"emitter"}), authenticated=True, display_name="Pipelines")


def send_raw(house: House, body: bytes) -> None:
    wire = parse(body)
    house.intake.submit_event(wire.value, LOCAL, "tests", wire.flags).result()


def test_an_event_is_durable_before_it_is_in_the_graph(house: House) -> None:
    accepted = house.intake.submit_event(event(), LOCAL, "tests").result()
    assert accepted.receipt.index == 0
    assert accepted.kind == "openlineage.run_event"
    assert house.store.checkpoint() == -1
    house.project()
    assert Dataset(**CURATED).id in house.store.nodes([Dataset(**CURATED).id])


def test_the_same_event_again_is_answered_with_its_first_place(house: House) -> None:
    first, again = house.send(event()), house.send(event())
    assert (again.receipt.index, again.receipt.duplicate) == (first.receipt.index, True)
    assert house.ledger.size() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 422), (b"{}", 422), (b'{"run": {"runId": 7}}', 422), (b"[" * 10_000, 413)],
)
def test_what_is_no_event_is_refused_and_leaves_nothing(house: House, body: bytes, status: int) -> None:
    with pytest.raises(Unreadable) as caught:
        send_raw(house, body)
    assert caught.value.status == status
    assert house.ledger.size() == 0
    assert not house.intake.pending.any


def test_a_reader_may_not_send_events(house: House) -> None:
    auditor = Actor("aud", frozenset({"auditor"}), authenticated=True, display_name="Auditor")
    with pytest.raises(AskerError):
        house.intake.submit_event(event(), auditor, "tests")


def test_an_event_of_more_datasets_than_an_entry_names_keeps_them_all(house: House) -> None:
    wide = event()
    wide["outputs"] = [{"namespace": "n", "name": f"out-{number}"} for number in range(200)]
    accepted = house.send(wide)
    stored = house.ledger.entry(accepted.receipt.index)
    assert len(stored.entry.subjects) == MAX_SUBJECTS
    assert len(stored.entry.subjects) + len(orjson.loads(stored.body or b"")["subjects"]) == 203
    assert len(accepted.subjects) == 203


def test_what_looks_like_an_identifier_reaches_neither_ledger_graph_nor_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "12345678"
    told = event()
    told["job"]["facets"] = {"sql": {"query": "SELECT * FROM visits WHERE mrn = '12345678'"}}
    told["inputs"].append({"namespace": "files", "name": f"/patients/{secret}/visits.csv"})
    accepted = house.send(told)
    assert accepted.redactions
    noted = house.record(tag(reason=f"Seen for patient {secret}", dataset=RAW, column=None))
    assert any("/reason" in warning for warning in noted.warnings)
    odd = {"namespace": "files", "name": f"/patients/{secret}/visits.csv"}
    house.record(declaration(dataset=odd))
    with pytest.raises(SenderError):
        house.record(tag(dataset={"namespace": "no", "name": f"patient {secret}"}))
    entries = house.ledger.entries(0, house.ledger.size())
    assert all(secret.encode() not in each.entry_bytes + (each.body or b"") for each in entries)
    assert all(secret not in text for row in house.store.scan() for text in map(str, row))
    assert secret not in caplog.text


def test_a_record_meets_the_event_under_the_same_pseudonym(house: House) -> None:
    odd = {"namespace": "files", "name": "/patients/12345678/visits.csv"}
    told = event()
    told["inputs"] = [odd]
    house.send(told)
    (subject,) = house.record(tag(dataset=odd, column=None)).subjects
    assert subject != Dataset(**odd).id
    assert house.store.nodes([subject])[subject].entry == 0


def test_the_owner_s_address_may_stand(house: House) -> None:
    house.record(declaration(owner="data-office@hospital.example"))
    record = datasets(View(house.store), [Dataset(**RAW).id])[Dataset(**RAW).id]
    assert record.owner is not None
    assert record.owner.value == "data-office@hospital.example"


def test_the_same_record_at_once_is_a_retry_and_later_a_new_statement(house: House) -> None:
    house.send(event())
    house.record(seal())
    first = house.record(verification()).receipt
    again = house.record(verification()).receipt
    assert (again.index, again.duplicate) == (first.index, True)
    house.clock.now += RETRY_SECONDS + 1
    later = house.record(verification()).receipt
    assert (later.index, later.duplicate) == (first.index + 1, False)


def test_another_record_in_between_ends_a_retry(house: House) -> None:
    indexes = [house.record(declaration(owner=owner)).receipt.index for owner in ("a", "b", "a")]
    assert indexes == [0, 1, 2]


def test_another_principal_s_same_record_is_no_retry(house: House) -> None:
    house.send(event())
    first, second = house.record(seal()), house.record(seal(), EMITTER)
    assert first.receipt.index != second.receipt.index


def test_the_actor_is_the_authenticated_principal_and_never_what_the_body_says(house: House) -> None:
    with pytest.raises(SenderError) as caught:
        house.record({**declaration(), "actor": "somebody-else"})
    assert caught.value.pointer == "/actor"
    house.send(event(), EMITTER)
    assert house.ledger.entry(0).entry.actor == "pipelines"


@pytest.mark.parametrize("kind", ["nope", None, 7, ["tag"]])
def test_a_kind_that_there_is_none_of_is_answered_with_where_they_are_listed(house: House, kind: Any) -> None:
    with pytest.raises(SenderError, match=r"docs/records\.md") as caught:
        house.record({"kind": kind})
    assert caught.value.pointer == "/kind"


def test_a_subject_that_is_on_its_way_into_the_graph_is_waited_for(house: House) -> None:
    house.intake.submit_event(event(), LOCAL, "tests").result()
    assert house.store.checkpoint() == -1
    assert house.record(tag()).receipt.index == 1


def test_so_is_what_a_record_needs_to_be_recorded_of_its_subject(house: House) -> None:
    house.send(event())
    house.intake.submit_record(tag(column=None), LOCAL, "tests").result()
    assert house.store.checkpoint() == 0
    assert house.record(code_key()).receipt.index == 2


class StandingStill:
    def wait_for(self, index: int, timeout: float) -> bool:  # noqa: ARG002  nothing ever moves
        return False


def test_a_graph_that_does_not_catch_up_is_the_operators_matter_and_not_the_senders(house: House) -> None:
    intake = Intake(
        house.ledger,
        house.store,
        StandingStill(),
        house.keys,
        token_key=b"t" * 32,
        facts_of=facts_of,
        patience=0,
        clock=house.clock,
    )
    intake.submit_event(event(), LOCAL, "tests").result()
    with pytest.raises(OperatorError) as caught:
        intake.submit_record(tag(), LOCAL, "tests")
    assert caught.value.retry_after


class FullLedger(MemoryLedger):
    def append(self, draft: Draft) -> Future[Receipt]:  # noqa: ARG002  it takes none
        raise OperatorError("Too many wait.", action="Send it again in a moment.", retry_after=1)


def test_back_pressure_passes_through(house: House) -> None:
    ledger = FullLedger(house.site)
    intake = Intake(ledger, house.store, StandingStill(), house.keys, token_key=b"t" * 32, facts_of=facts_of)
    with pytest.raises(OperatorError, match="Too many"):
        intake.submit_event(event(), LOCAL, "tests")
    assert not intake.pending.any


class FailingLedger(MemoryLedger):
    """Its disk is full, which it only finds out while writing."""

    def append(self, draft: Draft) -> Future[Receipt]:  # noqa: ARG002  it writes none
        future: Future[Receipt] = Future()
        future.set_exception(OperatorError("The disk is full.", action="Make room."))
        return future


def test_a_record_that_was_not_written_can_be_sent_again(house: House) -> None:
    intake = Intake(
        FailingLedger(house.site), house.store, StandingStill(), house.keys, token_key=b"t" * 32, facts_of=facts_of
    )
    for _ in range(2):
        with pytest.raises(OperatorError, match="disk"):
            intake.submit_record(declaration(), LOCAL, "tests").result()
    assert not intake.pending.any


def test_a_key_of_a_record_that_was_not_written_never_works(house: House) -> None:
    house.record(principal("ada", "engineer"))
    failing = FailingLedger(house.site)
    intake = Intake(failing, house.store, StandingStill(), house.keys, token_key=b"t" * 32, facts_of=facts_of)
    key, issued = intake.issue_key("ada", LOCAL, "tests")
    with pytest.raises(OperatorError):
        issued.result()
    assert house.keys.actor(key.secret) is None


def test_many_threads_write_at_once_and_nothing_is_lost(house: House) -> None:
    def write(worker: int) -> None:
        for number in range(20):
            run = f"0190d2e6-0000-7000-8000-{worker:06d}{number:06d}"
            house.intake.submit_event(event(run=run), LOCAL, "tests").result()
            house.intake.submit_record(declaration(owner=f"owner {worker} {number}"), LOCAL, "tests").result()

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert house.ledger.size() == 160
    assert not house.intake.pending.any


def test_a_run_event_is_about_its_run_first(house: House) -> None:
    accepted = house.send(event())
    assert [subject.partition(":")[0] for subject in accepted.subjects] == ["Run", "Job", "Dataset", "Dataset"]
    assert house.store.nodes([accepted.subjects[0]])[accepted.subjects[0]].node.title == RUN


@pytest.mark.parametrize("name", ["mrn-48213977", "testperson@example.org", "patient_48213977", "id-987-65-4320"])
def test_a_principal_whose_name_holds_an_identifier_is_refused(house: House, name: str) -> None:
    before = house.ledger.size()
    with pytest.raises(SenderError) as refused:
        house.record(principal(name, "auditor"))
    assert refused.value.pointer == "/principal"
    assert "48213977" not in refused.value.detail
    with pytest.raises(SenderError):
        house.intake.issue_key(name, LOCAL, "tests")
    assert house.ledger.size() == before


def test_a_name_that_tokens_make_too_long_is_refused_and_not_a_defect(house: House) -> None:
    name = "/patients/12345" * 130
    with pytest.raises(SenderError) as refused:
        house.record(declaration(dataset={"namespace": "files", "name": name}))
    assert refused.value.pointer == "/dataset/name"


def test_who_asks_again_for_what_changed_is_answered_by_a_new_request(house: House) -> None:
    house.record(declaration())
    asked = request(subject={"dataset": RAW})
    first, again = (house.record(asked).receipt for _ in range(2))
    assert (again.index, again.duplicate) == (first.index, True)
    house.record(declaration(owner="oncology"))
    anew = house.record(asked).receipt
    assert (anew.index, anew.duplicate) == (first.index + 2, False)
