"""Column lineage that a steward takes for complete: what it keeps out, from when until when, and by whose word."""

from __future__ import annotations

import pytest

from catalog.errors import SenderError
from catalog.labels.taint.queries import effective_labels, effective_labels_of_columns
from catalog.labels.trusts import column_lineage_trusts
from catalog.reading import AsOf, Rights
from graph_schema.facts import NOW
from graph_schema.nodes import Job
from graph_schema.times import parse_zoned
from tests.support.records import CURATED, JOB, RAW, House, ending_trust, erasing, event, tag, trust
from tests.unit.catalog.labels.test_effective_labels import (
    CURATED_ID,
    DERIVED,
    DIRECT,
    EARLY,
    OTHER_RUN,
    PLAIN,
    kinds,
    lineage,
)

JOB_ID = Job(**JOB).id
LATER = "2026-01-02T10:00:00Z"


@pytest.fixture
def told(house: House) -> House:
    """A job that says of one field what it is made of, and of no other; its input holds an identifier."""
    house.send(event(**lineage(ward=[("ward", PLAIN)])))
    house.record(tag(confidentiality=None, valid_from=EARLY))
    return house


def test_a_field_that_trusted_column_lineage_does_not_mention_takes_nothing(told: House) -> None:
    assert kinds(told.view()) == kinds(told.view(), column="other") == [DIRECT]
    entry = told.record(trust(valid_from=EARLY), told.act_as("ada", "steward")).receipt.index
    assert kinds(told.view()) == kinds(told.view(), column="other") == []
    assert kinds(told.view(AsOf(NOW, entry - 1)), column="other") == [DIRECT]


def test_a_field_that_it_mentions_takes_what_it_says(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", PLAIN)])))
    house.record(tag(valid_from=EARLY))
    house.record(trust(valid_from=EARLY), house.act_as("ada", "steward"))
    assert kinds(house.view(), column="key") == [DIRECT]
    assert kinds(house.view(), column="other") == []


def test_what_was_written_before_is_not_meant(told: House) -> None:
    told.record(trust(valid_from=LATER), told.act_as("ada", "steward"))
    assert kinds(told.view(), column="other") == [DIRECT]


def test_from_its_end_it_keeps_nothing_out(told: House) -> None:
    steward = told.act_as("ada", "steward")
    told.record(trust(valid_from=EARLY), steward)
    assert kinds(told.view(), column="other") == []
    ended = told.record(ending_trust(valid_from=LATER), steward).receipt.index
    assert kinds(told.view(), column="other") == [DIRECT]
    assert kinds(told.view(AsOf(NOW, ended - 1)), column="other") == []
    assert kinds(told.view(AsOf(parse_zoned(LATER) - 1, NOW)), column="other") == []


def test_its_own_end_counts_as_of_the_time_that_is_asked_about(told: House) -> None:
    told.record(trust(valid_from=EARLY, until="2998-01-01T00:00:00Z"), told.act_as("ada", "steward"))
    end = parse_zoned("2998-01-01T00:00:00Z")
    assert kinds(told.view(AsOf(end - 1, NOW)), column="other") == []
    assert kinds(told.view(AsOf(end, NOW)), column="other") == [DIRECT]


@pytest.mark.parametrize("role", ["engineer", "emitter", None])
def test_the_word_of_nobody_but_a_steward_counts(told: House, role: str | None) -> None:
    if role is None:
        told.append(trust(valid_from=EARLY), "local", authenticated=False)
    else:
        told.act_as("eve", role)
        told.append(trust(valid_from=EARLY), "eve")
    assert kinds(told.view(), column="other") == [DIRECT]
    assert not column_lineage_trusts(told.view(), [JOB_ID])[JOB_ID].holds


def test_a_write_that_says_nothing_of_columns_is_not_meant(told: House) -> None:
    told.record(trust(valid_from=EARLY), told.act_as("ada", "steward"))
    told.send(event(at="2026-01-03T10:00:00Z", run=OTHER_RUN))
    assert kinds(told.view(), column="other") == kinds(told.view(), column="ward") == [DIRECT]


def test_an_input_that_no_column_lineage_mentions_reaches_every_field_all_the_same(house: House) -> None:
    keys = {"namespace": "landing", "name": "keys"}
    sent = event(**lineage(ward=[("ward", PLAIN)]))
    sent["inputs"].append(keys)
    house.send(sent)
    house.record(tag(dataset=keys, valid_from=EARLY))
    house.record(trust(valid_from=EARLY), house.act_as("ada", "steward"))
    assert kinds(house.view(), column="ward") == kinds(house.view(), column="other") == [DERIVED]


def test_another_job_is_not_meant(told: House) -> None:
    told.record(trust(valid_from=EARLY), told.act_as("ada", "steward"))
    other = event(run=OTHER_RUN, **lineage(ward=[("ward", PLAIN)]))
    told.send({**other, "job": {"namespace": "pipeline", "name": "other"}})
    assert kinds(told.view(), column="other") == [DIRECT]


def test_an_answer_says_what_was_trusted_and_rests_on_it(told: House) -> None:
    entry = told.record(trust(valid_from=EARLY), told.act_as("ada", "steward")).receipt.index
    view = told.view()
    (one,) = effective_labels(view, [CURATED_ID])[CURATED_ID].trusted
    assert (one.job, one.entry, one.trusted_by, one.reason) == (JOB_ID, entry, "ada", "Its emitter was looked at")
    assert entry in view.cited
    asked = [(CURATED_ID, "ward"), (CURATED_ID, "other")]
    of = effective_labels_of_columns(told.view(), asked)
    assert [len(of[each].trusted) for each in asked] == [0, 1]
    hiding = told.view(rights=Rights(namespaces=frozenset({CURATED["namespace"], RAW["namespace"]})))
    assert [each.job for each in effective_labels(hiding, [CURATED_ID])[CURATED_ID].trusted] == [None]


def test_an_erased_trust_keeps_out_what_it_kept_out(told: House) -> None:
    entry = told.record(trust(valid_from=EARLY), told.act_as("ada", "steward")).receipt.index
    told.record(erasing(entry))
    assert column_lineage_trusts(told.view(), [JOB_ID])[JOB_ID].reason == "[erased]"
    assert kinds(told.view(), column="other") == []


def test_one_that_is_over_before_it_begins_is_refused(told: House) -> None:
    steward = told.act_as("ada", "steward")
    with pytest.raises(SenderError, match="lies ahead"):
        told.record(trust(until="2020-01-01T00:00:00Z"), steward)
    with pytest.raises(SenderError, match="comes after"):
        told.record(trust(valid_from=LATER, until=LATER), steward)


def test_the_end_of_what_nobody_trusts_is_taken_and_warned_of(told: House) -> None:
    warned = told.record(ending_trust(), told.act_as("ada", "steward")).warnings
    assert "changes nothing" in warned[0]
