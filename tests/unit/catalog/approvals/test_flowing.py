"""An approval ends by itself once what flows into its subject is otherwise: a label, a statement on its use, an end."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from catalog.access.model import Actor
from catalog.approvals.binding import FLOWING
from catalog.approvals.model import Approval
from catalog.approvals.queries import approvals_of
from catalog.approvals.states import ApprovalState
from catalog.errors import SenderError
from catalog.labels.taint.queries import effective_labels
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.nodes import Dataset, ModelVersion
from graph_schema.times import format_time
from tests.support.records import (
    CURATED,
    MODEL,
    RAW,
    House,
    attestation,
    decision,
    ending_attestation,
    event,
    joining,
    registration,
    request,
    seal,
    tag,
)
from tests.support.uses import permission, withdrawal_of_consent

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
DAY = 86_400_000_000
TRAINING = "0190d2e6-0000-7000-8000-00000000000e"
CONSENT = {"state": "GIVEN", "since": "2026-01-01T00:00:00Z"}
GIVEN: dict[str, Any] = {"valid_from": "2026-01-01T00:00:00Z", "consent": CONSENT}


@pytest.fixture
def story(house: House) -> House:
    """Lend a catalog with a version trained on what was made of labelled data that may be used."""
    house.send(event())
    house.record(tag())
    house.record(permission("board-1", **GIVEN))
    house.record(seal())
    training = {"namespace": "pipeline", "name": "train"}
    read = event(at="2026-01-01T11:00:00Z", run=TRAINING)
    house.send({**read, "job": training, "inputs": [{**CURATED, "facets": {}}], "outputs": []})
    house.record(registration(run_id=TRAINING, job=training))
    return house


def approved(house: House, approver: Actor, **more: Any) -> int:
    index = house.record(request(**more)).receipt.index
    house.record(decision(index), approver)
    return index


def at(house: House, as_of: AsOf | None = None) -> Approval:
    return approvals_of(View(house.store, as_of or AsOf(house.clock.micros())), [VERSION])[VERSION][-1]


def days(house: House, count: int) -> str:
    return format_time(house.clock.micros() + count * DAY)


def test_a_request_binds_the_labels_and_the_use_of_all_that_flows_into_its_subject(
    story: House, approver: Actor
) -> None:
    approved(story, approver)
    first = at(story)
    assert {one.of for one in first.digests} > FLOWING
    story.record(tag(phi_kind="CLINICAL_NOTE", codes=[]))
    approved(story, approver, reason="Asked again")
    second = at(story)
    differing = {one.of for one in set(first.digests) ^ set(second.digests)}
    assert differing == {"labels"}


def test_a4_a_label_upstream_ends_an_approval_and_the_reason_names_its_entry(story: House, approver: Actor) -> None:
    approved(story, approver)
    before = at(story)
    came = story.record(tag(column="note", phi_kind="CLINICAL_NOTE", codes=[])).receipt.index
    now = at(story)
    assert (before.state, now.state, now.because) == (ApprovalState.APPROVED, ApprovalState.INVALIDATED, came)
    assert now.explanation == "it is labelled clinical note, which no record stated when the approval was asked for"


def test_a4_putting_it_back_revives_nothing(story: House, approver: Actor) -> None:
    approved(story, approver)
    wrong = tag(column="note", phi_kind="CLINICAL_NOTE", codes=[])
    came = story.record(wrong).receipt.index
    story.record({**wrong, "stance": "REJECT", "reason": "It was another table"})
    now = at(story)
    assert (now.state, now.because) == (ApprovalState.INVALIDATED, came)


def test_a4_what_adds_nothing_ends_nothing(story: House, approver: Actor) -> None:
    approved(story, approver)
    story.record(tag(reason="Said once more"))
    story.record(tag(dataset=CURATED, reason="It holds them too"))
    story.record(permission("board-2", **GIVEN))
    story.send(event(at="2026-01-02T10:00:00Z", run="0190d2e6-0000-7000-8000-00000000000b"))
    assert at(story).state is ApprovalState.APPROVED


def test_a4_a_withdrawal_of_consent_upstream_ends_an_approval(story: House, approver: Actor) -> None:
    approved(story, approver)
    withdrawn = story.record(withdrawal_of_consent()).receipt.index
    now = at(story)
    assert (now.state, now.because) == (ApprovalState.INVALIDATED, withdrawn)
    assert now.explanation == "a statement of what it may be used for ended, or its consent was withdrawn"


def test_a4_a_consent_that_ends_by_its_time_ends_an_approval_then(house: House, approver: Actor) -> None:
    house.send(event())
    consent = {**CONSENT, "until": days(house, 5)}
    stated = house.record(permission("board-1", **{**GIVEN, "consent": consent})).receipt.index
    house.record(seal())
    house.record(registration())
    approved(house, approver)
    house.clock.now += 4 * 86_400
    assert at(house).state is ApprovalState.APPROVED
    house.clock.now += 2 * 86_400
    now = at(house)
    assert (now.state, now.because) == (ApprovalState.INVALIDATED, stated)
    assert format_time(now.since) == consent["until"]


def test_a4_a_source_of_which_nothing_is_said_ends_an_approval(story: House, approver: Actor) -> None:
    approved(story, approver)
    more = event(at="2026-01-02T10:00:00Z", run="0190d2e6-0000-7000-8000-00000000000b")
    more["inputs"].append({"namespace": "landing", "name": "more", "facets": {}})
    flowed = story.send(more).receipt.index
    now = at(story)
    assert (now.state, now.because) == (ApprovalState.INVALIDATED, flowed)
    assert now.explanation == "it is made of a source of which nothing says what it may be used for"


class TestA4MadeBefore:
    """What a write adds to data once a version was made of it is not in that version."""

    FIELDS: ClassVar = [{"name": "key", "type": "STRING"}]
    MORE: ClassVar = [*FIELDS, {"name": "birth_date", "type": "DATE"}]
    AGAIN = "0190d2e6-0000-7000-8000-00000000000d"

    @pytest.fixture
    def story(self, story: House, approver: Actor) -> House:
        story.send(event("RUNNING", "2026-01-01T09:50:00Z", schema={"fields": self.FIELDS}))
        approved(story, approver)
        story.clock.now += 5 * 86_400
        return story

    def test_a4_a_column_that_a_later_run_adds_ends_no_approval_of_a_version(self, story: House) -> None:
        story.send(event(at=days(story, -1), run=self.AGAIN, schema={"fields": self.MORE}))
        assert at(story).state is ApprovalState.APPROVED
        curated = Dataset(**CURATED).id
        assert "QUASI_IDENTIFIER" in {one.kind for one in effective_labels(story.view(), [curated])[curated].labels}
        story.record(tag(dataset=CURATED, column="birth_date", phi_kind="CLINICAL_NOTE", codes=[]))
        assert at(story).state is ApprovalState.APPROVED

    def test_a4_a_label_of_what_was_there_ends_it_all_the_same(self, story: House) -> None:
        story.send(event(at=days(story, -1), run=self.AGAIN, schema={"fields": self.MORE}))
        labelled = story.record(tag(phi_kind="CLINICAL_NOTE", codes=[])).receipt.index
        assert (at(story).state, at(story).because) == (ApprovalState.INVALIDATED, labelled)

    def test_a4_a_column_that_is_only_said_later_may_have_been_there(self, story: House) -> None:
        read = event(at=days(story, -1), run=self.AGAIN)
        read["job"] = {"namespace": "pipeline", "name": "reports"}
        read["inputs"] = [{**CURATED, "facets": {"schema": {"fields": self.MORE}}}]
        read["outputs"] = []
        stated = story.send(read).receipt.index
        assert (at(story).state, at(story).because) == (ApprovalState.INVALIDATED, stated)

    def test_a4_a_column_that_is_declared_for_the_next_run_ends_none(self, story: House) -> None:
        planned = {"dataset": CURATED, "column": "birth_date", "phi_kind": "QUASI_IDENTIFIER", "codes": []}
        answer = story.record(tag(**planned))
        assert answer.warnings
        story.send(
            {
                "eventTime": days(story, -1),
                "producer": "https://example.invalid/planner",
                "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent",
                "dataset": {**CURATED, "facets": {"schema": {"fields": self.MORE}}},
            }
        )
        assert at(story).state is ApprovalState.APPROVED
        story.send(event(at=days(story, 0), run=self.AGAIN, schema={"fields": self.MORE}))
        assert at(story).state is ApprovalState.APPROVED

    def test_a4_a_label_that_is_dated_back_says_that_the_column_was_there(self, story: House) -> None:
        found = {"dataset": CURATED, "column": "birth_date", "phi_kind": "QUASI_IDENTIFIER", "codes": []}
        labelled = story.record(tag(**found, valid_from="2026-01-01T00:00:00Z")).receipt.index
        assert (at(story).state, at(story).because) == (ApprovalState.INVALIDATED, labelled)

    def test_a4_what_a_late_event_says_of_before_was_there(self, story: House) -> None:
        stated = story.send(event("RUNNING", "2026-01-01T09:55:00Z", schema={"fields": self.MORE})).receipt.index
        assert (at(story).state, at(story).because) == (ApprovalState.INVALIDATED, stated)

    def test_a4_an_approval_of_the_data_ends(self, story: House, approver: Actor) -> None:
        story.record({"kind": "declare_dataset", "dataset": CURATED, "owner": "Testperson Gamma"})
        index = story.record(request(subject={"dataset": CURATED})).receipt.index
        story.record(decision(index), approver)
        story.send(event(at=days(story, 0), run=self.AGAIN, schema={"fields": self.MORE}))
        (one,) = approvals_of(story.view(), [Dataset(**CURATED).id])[Dataset(**CURATED).id]
        assert one.state is ApprovalState.INVALIDATED


@pytest.fixture
def steward(story: House) -> Actor:
    return story.act_as("stu", "steward")


def test_a4_an_attestation_that_expires_ends_an_approval_then(story: House, steward: Actor, approver: Actor) -> None:
    until = days(story, 5)
    more = {"indirect": True, "valid_from": "2025-12-01T00:00:00Z"}
    attested = story.record(attestation(until=until, **more), steward).receipt.index
    approved(story, approver)
    story.clock.now += 4 * 86_400
    assert at(story).state is ApprovalState.APPROVED
    story.clock.now += 2 * 86_400
    now = at(story)
    assert (now.state, now.because, format_time(now.since)) == (ApprovalState.INVALIDATED, attested, until)
    assert now.explanation == "it is labelled direct identifier, which no record stated when the approval was asked for"


def test_a4_what_was_attested_of_the_version_itself_ends_an_approval_with_it(
    story: House, steward: Actor, approver: Actor
) -> None:
    of_version = {"model": MODEL, "version": registration()["version"]}
    tested = {"job": None, "run_id": None, "model_version": of_version, "valid_from": "2025-12-01T00:00:00Z"}
    attested = story.record(attestation(**tested), steward).receipt.index
    approved(story, approver)
    assert at(story).state is ApprovalState.APPROVED
    ended = story.record(ending_attestation(attested), story.act_as("sue", "steward")).receipt.index
    now = at(story)
    assert (now.state, now.because) == (ApprovalState.INVALIDATED, ended)


def test_a4_an_attestation_that_never_held_ends_an_approval_since_it_was_asked_for(
    story: House, steward: Actor, approver: Actor
) -> None:
    more = {"indirect": True, "valid_from": "2025-12-01T00:00:00Z"}
    attested = story.record(attestation(**more), steward).receipt.index
    approved(story, approver)
    void = story.record(ending_attestation(attested, effect="VOID"), steward).receipt.index
    now = at(story)
    assert (now.state, now.because, now.since) == (ApprovalState.INVALIDATED, void, now.requested_at)


def test_a5_what_is_known_late_was_valid_as_known_then(story: House, approver: Actor) -> None:
    index = approved(story, approver)
    story.clock.now += 10 * 86_400
    relied = story.clock.micros()
    story.record(
        tag(column="note", phi_kind="CLINICAL_NOTE", codes=[], valid_from=days(story, -5)),
    )
    assert at(story, AsOf(relied, index + 1)).state is ApprovalState.APPROVED
    assert at(story, AsOf(relied)).state is ApprovalState.INVALIDATED
    assert at(story, AsOf(relied - 6 * DAY)).state is ApprovalState.APPROVED


def test_a4_what_was_joined_for_a_while_ended_an_approval(story: House, approver: Actor) -> None:
    other = {"namespace": "landing", "name": "other"}
    story.record({"kind": "declare_dataset", "dataset": other, "owner": "surgery"})
    story.record(tag(dataset=other, phi_kind="CLINICAL_NOTE", codes=[], column=None))
    approved(story, approver)
    joined = story.record(joining(RAW, other)).receipt.index
    story.record({**joining(RAW, other), "kind": "unstitch_datasets"})
    now = at(story)
    assert (now.state, now.because) == (ApprovalState.INVALIDATED, joined)


def test_an_approval_ends_with_one_that_it_depends_on(story: House, approver: Actor) -> None:
    first = approved(story, approver, approval_kind="SITE", expires_at=days(story, 5))
    approved(story, approver, depends_on=[first])
    assert at(story).state is ApprovalState.APPROVED
    story.clock.now += 6 * 86_400
    now = at(story)
    assert (now.state, now.explanation) == (
        ApprovalState.INVALIDATED,
        f"the approval of request #{first}, which it depends on, is expired",
    )


def test_a_request_depends_on_what_is_approved_alone(story: House) -> None:
    index = story.record(request()).receipt.index
    for wrong, words in ((index, "is requested, not approved"), (0, "is no request for approval")):
        with pytest.raises(SenderError, match=words) as caught:
            story.record(request(reason="Second", depends_on=[wrong]))
        assert caught.value.pointer == "/depends_on/0"


def test_a_decision_on_what_changed_since_the_request_is_refused(story: House, approver: Actor) -> None:
    index = story.record(request()).receipt.index
    story.record(withdrawal_of_consent())
    with pytest.raises(SenderError, match="ask again") as caught:
        story.record(decision(index), approver)
    assert caught.value.status == 422


RETIRED = {
    "kind": "retire_model_version",
    "model_version": {"model": MODEL, "version": "1"},
    "reason": "Another one took its place",
}


def test_nothing_is_asked_or_decided_of_a_version_that_is_retired(story: House, approver: Actor) -> None:
    before, open_ = approved(story, approver), story.record(request(approval_kind="SAFETY")).receipt.index
    retired = story.record(RETIRED).receipt.index
    for payload, by, pointer in (
        (request(reason="Asked again"), None, "/subject/model_version"),
        (decision(open_), approver, "/request"),
        (decision(open_, decision="DENY"), approver, "/request"),
    ):
        with pytest.raises(SenderError, match=f"by entry {retired}") as caught:
            story.record(payload, by)
        assert (caught.value.status, caught.value.pointer) == (422, pointer)
    story.record(decision(before, decision="WITHDRAW", reason="It is out of use"), approver)
    assert {one.state for one in approvals_of(View(story.store), [VERSION])[VERSION]} == {ApprovalState.REQUESTED}


def gate_file(text: str, **more: Any) -> dict[str, Any]:
    files = [{"path": "gate.yaml", "text": f"gate: 1\n{text}"}]
    return {"kind": "publish_policies", "files": files, "reason": "As the made-up board decided", **more}


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [
        (None, "approvals: [{kind: GOVERNANCE, persons: 2}]", True),
        ("approvals: [{kind: GOVERNANCE, persons: 2}]", "holds_days: 3", True),
        ("approvals: [{kind: GOVERNANCE}]", "approvals: [{kind: GOVERNANCE, persons: 1}, {kind: LEGAL}]", False),
        ("approvals: [{kind: GOVERNANCE}]", "approvals: [{kind: LEGAL}]", True),
        ("holds_days: 4", "holds_days: 3", False),
        (None, "cases: [{purposes: [TREAT], holds_days: 3}]", False),
        (None, "cases: [{purposes: [TREAT], approvals: []}]", True),
    ],
)
def test_a4_policies_that_ask_for_something_else_of_the_kind_end_an_approval(
    story: House, approver: Actor, before: str | None, after: str, *, ends: bool
) -> None:
    if before is not None:
        story.record(gate_file(before))
    approved(story, approver, approval_kind="GOVERNANCE")
    first = at(story)
    assert first.state is ApprovalState.APPROVED
    assert ("policy" in {one.of for one in first.digests}) == (before is not None and "approvals" in before)
    story.clock.now += 60
    published = story.record(gate_file(after, reason="Decided anew")).receipt.index
    now = at(story)
    assert (now.state, now.because) == (
        (ApprovalState.INVALIDATED, published) if ends else (ApprovalState.APPROVED, first.because)
    )
    # Sticky, and as it was known then.
    story.clock.now += 60
    story.record(gate_file(before or "holds_days: 9", reason="As before"))
    assert at(story).state is now.state
    assert at(story, AsOf(story.clock.micros(), published - 1)).state is ApprovalState.APPROVED


def test_a6_one_cause_ends_several_approvals_and_is_one_entry(story: House, approver: Actor) -> None:
    for kind in ("CLINICAL", "SAFETY", "LEGAL"):
        approved(story, approver, approval_kind=kind)
    withdrawn = story.record(withdrawal_of_consent()).receipt.index
    found = approvals_of(View(story.store, AsOf(story.clock.micros())), [VERSION])[VERSION]
    assert [(one.state, one.because) for one in found] == [(ApprovalState.INVALIDATED, withdrawn)] * 3
