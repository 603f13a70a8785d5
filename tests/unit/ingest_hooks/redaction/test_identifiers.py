from __future__ import annotations

import pytest

from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.markers import TOKEN

SCANNER = Scanner(b"a key")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("born 1970-03-12", "born <redacted:date>"),
        ("DOB: 03/12/1970", "DOB: <redacted:date>"),
        ("date of birth 12 March 1970", "date of birth <redacted:date>"),
        ("patient 12345 seen", "patient <redacted:identifier> seen"),
        ("Patient ID: 12345", "Patient ID: <redacted:identifier>"),
        ("NHS number 943 476 5919", "NHS number <redacted:identifier>"),
        ("accession ACC-2024-99881", "accession <redacted:identifier>"),
        ("call (555) 123-4567", "call <redacted:phone>"),
        ("call +49 30 1234567", "call <redacted:phone>"),
        ("mail testperson@example.org now", "mail <redacted:email> now"),
        ("SSN 987-65-4320", "SSN <redacted:identifier>"),
        ("no. 987-65-4320", "no. <redacted:ssn>"),
        ("study 1.2.840.113619.2.55.3", "study <redacted:uid>"),
    ],
)
def test_an_identifier_in_text_becomes_a_marker_of_its_kind(text: str, found: str) -> None:
    assert SCANNER.text(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "version 1.32.0-SNAPSHOT",
        "host 192.168.100.100:5432",
        "updated 2026-03-01 at 12:54:01.759654",
        "run 44f7bc13-4538-42c7-a5be-8edb36c39a45",
        "manual__2026-03-01T09:04:00.000000+00:00",
        "sha256:" + "0a1b" * 16,
        "table patients_2024 of 12 columns",
        "DECIMAL(38, 18)",
    ],
)
def test_versions_times_digests_and_run_ids_stay(text: str) -> None:
    assert SCANNER.text(text) == text
    assert SCANNER.name(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "/patients/12345/",
        "s3://lake/patient=12345/x",
        "patient_12345_scan",
        "/mrn-12345",
        "urn:patient:12345",
        "inpatient/12345",
        "patients%2F12345",
        "s3://patients-12345/x",
        "abfss://data@account1234567.dfs.core.windows.net/patients/12345/",
    ],
)
def test_a_number_behind_a_word_for_a_person_becomes_one_token(name: str) -> None:
    token = SCANNER.name("mrn=12345").removeprefix("mrn=")
    assert TOKEN.fullmatch(token)
    assert (
        SCANNER.name(name) == name.replace("12345", token, 1) if "account" not in name else token in SCANNER.name(name)
    )


def test_a_name_in_a_partition_becomes_a_token() -> None:
    assert TOKEN.fullmatch(SCANNER.name("/x/last_name=Testperson").removeprefix("/x/last_name="))


@pytest.mark.parametrize(
    "name",
    [
        "spark://adb-1500100900.22.azuredatabricks.net:443",
        "abfss://container@account.dfs.core.windows.net/raw",
        "arn:aws:glue:us-east-1:123456789012:table/db/t",
        "test.shop.unique_stg_payments_payment_id.3744510712.sql.1",
        "hive_20250618133205_44f7bc13-4538-42c7-a5be-8edb36c39a45",
        "application_1719136537510_0001",
        "patient_visits_20240101",
        "/data/patients/2024/01/",
        "git@github.com:hospital/pipelines.git",
    ],
)
def test_hosts_accounts_days_and_generated_names_stay(name: str) -> None:
    assert SCANNER.name(name) == name


def test_credentials_in_an_address_go_and_the_address_stays() -> None:
    assert SCANNER.name("postgres://me:s3cret@db:5432/x") == "postgres://me:<redacted:secret>@db:5432/x"
    assert SCANNER.name("jdbc:postgresql://h/db?user=me&password=s3cret") == (
        "jdbc:postgresql://h/db?user=me&password=<redacted:secret>"
    )
