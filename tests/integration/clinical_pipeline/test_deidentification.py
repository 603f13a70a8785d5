from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.clinical_pipeline.deidentification import pseudonym, told_age, zip3
from examples.clinical_pipeline.population import population
from tests.integration.clinical_pipeline.conftest import Told
from tests.integration.clinical_pipeline.test_pipeline import rows_of


@pytest.mark.parametrize(("postal_code", "told"), [("60614", "606"), ("03602", "000"), ("89301", "000")])
def test_three_digits_of_a_zip_stay_unless_too_few_people_share_them(postal_code: str, told: str) -> None:
    assert zip3(postal_code) == told


@pytest.mark.parametrize(
    ("born", "years"),
    [(date(1936, 1, 1), 89), (date(1935, 1, 1), 90), (date(1930, 1, 1), 90), (date(1980, 6, 2), 44)],
)
def test_ages_over_89_are_told_as_90(born: date, years: int) -> None:
    assert told_age(born, date(2025, 6, 1)) == years


@given(st.dates(date(1900, 1, 1), date(2024, 1, 1)), st.dates(date(2025, 1, 1), date(2026, 1, 1)))
def test_no_age_over_90_is_ever_told(born: date, on: date) -> None:
    assert 0 < told_age(born, on) <= 90


def test_a_pseudonym_is_the_same_for_the_same_person_and_needs_the_key() -> None:
    assert pseudonym("MRN-1", b"k") == pseudonym("MRN-1", b"k")
    assert len({pseudonym(mrn, key) for mrn in ("MRN-1", "MRN-2") for key in (b"k", b"l")}) == 4


def test_more_people_change_nobody() -> None:
    assert population(1, 20)[:10] == population(1, 10)


def test_no_identifier_is_left_in_what_was_deidentified(told: Told) -> None:
    text = "".join(
        file.read_text()
        for zone in ("curated/stays_deidentified", "training", "evaluation")
        for file in (told.workdir / "lake" / zone).rglob("*.csv")
    )
    for person in population(20260101, 600):
        for identifier in (person.mrn, person.family_name, person.street, person.phone, person.postal_code + ","):
            assert identifier not in text
        assert person.birth_date.isoformat() not in text


def test_somebody_is_older_than_may_be_told_and_somebody_lives_where_few_do(told: Told) -> None:
    rows = rows_of(Path(told.workdir) / "lake" / "curated" / "stays_deidentified")
    assert max(int(row["age"]) for row in rows) == 90
    assert "000" in {row["zip3"] for row in rows}
    assert "036" not in {row["zip3"] for row in rows}
