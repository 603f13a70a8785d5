"""Times come back to the microsecond, and a text that is none is refused."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.times import FIRST, LAST, format_time, is_rfc3339, of_datetime, parse_instant, parse_time, parse_zoned


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01T00:00:01.5Z", 1_500_000),
        ("1970-01-01T00:00:01.123456789Z", 1_123_456),
        ("1970-01-01T01:00:01+01:00", 1_000_000),
        ("1970-01-01T00:00:01+0000", 1_000_000),
        ("1969-12-31T19:00:01-05", 1_000_000),
        ("1970-01-01T00:00:01.000z", 1_000_000),
        ("1970-01-01 00:00:01Z", 1_000_000),
        ("1970-01-01T00:00Z", 0),
        ("1970-01-01T01:00:00+01:00[Europe/Berlin]", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("1972-06-30T23:59:60Z", 78_796_800_000_000),
        ("9999-12-31T23:59:59-14:00", 253_402_351_199_000_000),
    ],
)
def test_a_time_is_read_to_the_microsecond_and_its_text_kept(text: str, micros: int) -> None:
    parsed = parse_instant(text)
    assert parsed is not None
    assert (parsed.micros, parsed.original, parsed.zoned) == (micros, text, True)


@given(st.integers(FIRST, LAST))
def test_a_time_comes_back_to_the_microsecond(at: int) -> None:
    written = format_time(at)
    assert parse_time(written) == parse_zoned(written) == at
    assert is_rfc3339(written)
    assert parse_zoned(format_time(at, "auto")) == at


def test_a_time_beyond_the_calendar_is_written_as_the_nearest_one() -> None:
    assert format_time(FIRST - 1) == "0001-01-01T00:00:00.000000Z"
    assert format_time(LAST + 1) == "9999-12-31T23:59:59.999999Z"


def test_decimals_are_written_as_asked() -> None:
    assert format_time(1_500_000, "auto") == "1970-01-01T00:00:01.500000Z"
    assert format_time(1_000_000, "auto") == "1970-01-01T00:00:01Z"
    assert format_time(1_999_999, "seconds") == "1970-01-01T00:00:01Z"


@given(
    st.datetimes(
        min_value=datetime(2, 1, 1),  # noqa: DTZ001  hypothesis gives the zone
        max_value=datetime(9998, 1, 1),  # noqa: DTZ001
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    )
)
def test_a_datetime_is_the_time_that_its_text_says(moment: datetime) -> None:
    assert of_datetime(moment) == parse_zoned(moment.isoformat())


@pytest.mark.parametrize("text", ["2026-01-31", "2026-01-31T12:00:00", "yesterday", "", "2026-02-30T00:00:00Z"])
def test_a_text_without_zone_or_time_is_refused_where_the_zone_must_be_said(text: str) -> None:
    with pytest.raises(ValueError, match="its zone"):
        parse_zoned(text)


@pytest.mark.parametrize(
    "text",
    [
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.000000+00:00",
        "1970-02-30T00:00:00.000000Z",
        "1970-01-01 00:00:00.000000Z",
    ],
)
def test_only_what_was_written_here_is_read_as_such(text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse_time(text)
