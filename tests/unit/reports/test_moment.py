from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.document import Document, Span
from reports.drawing import document_of
from reports.moment import lasted, local, moment, moments
from tests.support.dossier import clinical_dossier

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 - hypothesis adds one


@given(TIMES)
def test_a_time_is_shown_in_utc_to_the_second_whatever_its_offset(at: datetime) -> None:
    assert moment(at.isoformat()) == at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


@pytest.mark.parametrize("text", ["", "soon", "2031-03-07", "2031-03-07T09:30:00", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_of_a_known_offset_stays_as_it_is(text: str) -> None:
    assert moment(text) == text
    assert moments([text, None]) == (text, None)


def test_times_that_stand_together_show_milliseconds_only_where_seconds_would_make_two_the_same() -> None:
    first, second, later = "2031-03-07T09:30:00.1Z", "2031-03-07T09:30:00.412Z", "2031-03-07T09:30:01Z"
    assert moments([first, later]) == ("2031-03-07 09:30:00 UTC", "2031-03-07 09:30:01 UTC")
    assert moments([first, first]) == ("2031-03-07 09:30:00 UTC",) * 2
    assert moments([first, second, None]) == ("2031-03-07 09:30:00.100 UTC", "2031-03-07 09:30:00.412 UTC", None)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 ms"),
        (0.0994, "99 ms"),
        (0.449, "0.4 s"),
        (1, "1.0 s"),
        (59.99, "59.9 s"),
        (60, "1 min"),
        (65.9, "1 min 5 s"),
        (7_500, "2 h 5 min"),
        (3_605, "1 h 5 s"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_duration_is_shown_in_its_two_largest_units(seconds: float, shown: str) -> None:
    start = datetime(2031, 3, 7, tzinfo=UTC)
    assert lasted(start.isoformat(), (start + timedelta(seconds=seconds)).isoformat()) == shown


@pytest.mark.parametrize("end", ["2031-03-07T09:29:59Z", "", "soon"])
def test_how_long_it_took_is_not_said_where_the_times_contradict_it(end: str) -> None:
    assert lasted("2031-03-07T09:30:00Z", end) is None


def test_a_signers_local_time_keeps_its_offset() -> None:
    assert local("2031-03-06T08:45:10+01:00") == "2031-03-06 08:45:10 +01:00"
    assert local("soon") == "soon"


def spans_of(value: object) -> list[Span]:
    if isinstance(value, Span):
        return [value]
    if isinstance(value, tuple):
        return [span for item in value for span in spans_of(item)]
    if hasattr(value, "__slots__"):
        return [span for name in value.__slots__ for span in spans_of(getattr(value, name))]
    return []


def test_a_report_shows_every_time_in_the_one_format() -> None:
    document: Document = document_of(clinical_dossier())[1]
    shown = [span for span in spans_of((document.cover, *document.blocks)) if re.search(r"(?<!\d)\d\d:\d\d", span.text)]
    assert shown
    written = re.compile(r".*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3})? (UTC|[+-]\d\d:\d\d \(\w+/\w+\)).*")
    assert [span.text for span in shown if span.style != "code" and not written.fullmatch(span.text)] == []
