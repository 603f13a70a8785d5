"""What each finder finds, and what stands close to it and is nothing of the kind."""

from __future__ import annotations

import pytest

from ingest_hooks.redaction.folding import fold
from ingest_hooks.redaction.identifiers import Scanner, holds_identifier
from ingest_hooks.redaction.markers import TOKEN

SCANNER = Scanner(b"a key")
I = "<redacted:identifier>"  # noqa: E741 - a table is read across
D = "<redacted:date>"
N = "<redacted:name>"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a\N{ZERO WIDTH SPACE}b", "ab"),
        ("\N{FULLWIDTH DIGIT FOUR}\N{FULLWIDTH DIGIT TWO}", "42"),
        ("\N{ARABIC-INDIC DIGIT FOUR}", "4"),
        ("\N{MATHEMATICAL BOLD DIGIT NINE}", "9"),
        ("1\N{COMBINING SHORT STROKE OVERLAY}2", "12"),
        ("a\N{NO-BREAK SPACE}b", "a b"),
        ("1\N{EN DASH}2\N{MINUS SIGN}3", "1-2-3"),
        ("%31%2532%252533", "123"),
        ("%4D%52%4E%3D1", "MRN=1"),
        ("MRN&nbsp;1&#50;&#x33;", "MRN 123"),
        ("%GG % &amp; &#9999999;", "%GG % &amp; &#9999999;"),
        ("m\N{SUPERSCRIPT TWO}", "m\N{SUPERSCRIPT TWO}"),
    ],
)
def test_text_is_scanned_as_it_reads(text: str, read: str) -> None:
    folded = fold(text)
    assert folded.text == read
    assert folded.span(0, len(read)) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("MRN 48213977", f"MRN {I}"),
        ("MRN: 2021-03-14", f"MRN: {I}"),
        ("MRN 20210314", f"MRN {I}"),
        ("MRN: 018f4a3e-0000-7000-8000-000000000001", f"MRN: {I}"),
        ("MRN " + "0a1b" * 16, f"MRN {I}"),
        ("MRN ABC123 and more", f"MRN {I} and more"),
        ("MRN - 48213977", f"MRN - {I}"),
        ("his MRN, 48213977, was wrong", f"his MRN, {I}, was wrong"),
        ("MRN of this patient is 48213977.", f"MRN of this patient is {I}."),
        ("Medical Record Number (MRN): 48213977", f"Medical Record Number (MRN): {I}"),
        ("MRNs 48213977, 48213978 and 48213979", f"MRNs {I}, {I} and {I}"),
        ("patient 12345 seen", f"patient {I} seen"),
        ("patient with the number 12345", f"patient with the number {I}"),
        ("Pt. 48213977", f"Pt. {I}"),
        ("account no. 4821-3977", f"account no. {I}"),
        ("chart 482139", f"chart {I}"),
        ("case #48213", f"case #{I}"),
        ("record 48213977", f"record {I}"),
        ("specimen S24-48213", f"specimen {I}"),
        ("accession ACC-2024-99881", f"accession {I}"),
        ("claim number 48213977", f"claim number {I}"),
        ("Fall-Nr. 48213977", f"Fall-Nr. {I}"),
        ("DOB: 3/12/70", f"DOB: {D}"),
        ("born on the 12th of March, 1970", f"born on the {D}"),
        ("geb. 12.03.1970", f"geb. {D}"),
        ("M\N{ZERO WIDTH NON-JOINER}RN 4821\N{ZERO WIDTH SPACE}3977", f"M\N{ZERO WIDTH NON-JOINER}RN {I}"),
        ("patient %34%38%32%31%33", f"patient {I}"),
    ],
)
def test_what_a_word_announces_is_replaced_whatever_its_form(text: str, stored: str) -> None:
    assert SCANNER.text(text) == stored


@pytest.mark.parametrize(
    "text",
    [
        "patients born in 1970",
        "visits: 12000",
        "patients 65 and older",
        "account 1250000 rows",
        "AWS account 123456789012",
        "test case 10482",
        "GEO accession GSE152075",
        "helm chart 15.2.8",
        "patient in 2024",
        "claim 4821 was made in the text",
        "MRN: SHA256 of the number",
        "sha2(mrn, 256)",
    ],
)
def test_counts_years_measures_and_other_systems_numbers_stay(text: str) -> None:
    assert SCANNER.text(text) == text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("/patients/{}/x", "48213977"),
        ("/patients/{}.dcm", "TP-9982213"),
        ("/patients/{}", "018f4a3e-0000-7000-8000-000000000001"),
        ("mrn={}", "A482139"),
        ("/x/mrn={}/y", "20210314"),
        ("patient_{}", "48213977"),
        ("patient_id_{}", "48213977"),
        ("https://fhir.example/Patient?family={}&_count=1", "Testperson"),
        ("https://fhir.example/Patient?_count=1&name:exact={}", "Testperson"),
        ("/fhir/Patient/_search?identifier={}", "urn:oid:1.2|48213977"),
        ("RelatedPerson?address-city={};x=1", "Testville"),
        ("/x/last_name={}/y", "Testperson"),
        ("/x/dob={}", "19700312"),
        ("x.{}.csv", "987-65-4320"),
        ("mail/{}/x", "testperson@example.org"),
        ("iban/{}", "DE89370400440532013000"),
        ("card/{}", "4111-1111-1111-1111"),
        ("studies/{}/series", "1.2.840.113619.2.55.3.604688119.971.1234567890.123"),
        ("{}.dcm", "TESTPERSON^ALPHA"),
    ],
)
def test_an_identifier_in_a_name_becomes_the_token_of_its_value(name: str, value: str) -> None:
    held = SCANNER.name(name.format(value))
    before, after = name.split("{}")
    assert held.startswith(before)
    assert held.endswith(after)
    token = held.removeprefix(before).removesuffix(after)
    assert TOKEN.fullmatch(token)
    assert SCANNER.name(f"/patients/{value}") in {f"/patients/{token}", f"/patients/{value}"}
    assert holds_identifier(name.format(value))


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("no. 987-65-4320", "no. <redacted:ssn>"),
        ("no. 987 65 4320", "no. <redacted:ssn>"),
        ("call 555.123.4567 or +49 (0)30 1234567", "call <redacted:phone> or <redacted:phone>"),
        ("0049 30 1234567", "<redacted:phone>"),
        ("tel. 5551234", "tel. <redacted:phone>"),
        ("testperson%40example.org", "<redacted:email>"),
        ("4111 1111 1111 1111", "<redacted:card>"),
        ("GB82 WEST 1234 5698 7654 32", "<redacted:iban>"),
        ("1.2.840.113619.2.55.3.604688119.971", "<redacted:uid>"),
        ("2.25.329800735698586629295641978511506172918", "<redacted:uid>"),
        ("Testperson^Alpha^^Dr", "<redacted:name>"),
        ("seen 1954-07-23", "seen <redacted:date>"),
    ],
)
def test_what_its_own_form_tells_is_replaced(text: str, stored: str) -> None:
    assert SCANNER.text(text) == stored


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # Luhn's check fails
        "1709251200123456",  # microseconds
        "DE88370400440532013000",  # the remainder is not 1
        "1.2.840.10008.5.1.4.1.1.2",
        "2.16.840.1.113883.6.96",
        "1.2.3.4.5.6",
        "1900-01-01 and 1970-01-01",
        "readmission@2.0.0",
        "git@github.com",
        "etl@project-123456.iam.gserviceaccount.com",
        "718-7^Hemoglobin^LN",
        "ADT^A01",
        "NDC 0093-1050-01",
        "+1250000",
        "2021 2022 2023",
    ],
)
def test_what_only_looks_alike_stays(text: str) -> None:
    assert SCANNER.text(text) == text


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("patient Testperson Alpha was seen", f"patient {N} was seen"),
        ("Patient Testperson Alpha, born", f"Patient {N}, born"),
        ("PATIENT TESTPERSON ALPHA", f"PATIENT {N}"),
        ("the patient, Testperson Alpha, was", f"the patient, {N}, was"),
        ("patients Testperson Alpha and Testperson Beta", f"patients {N} and {N}"),
        ("Prof. Dr. med. Testperson Alpha", f"Prof. Dr. med. {N}"),
        ("Dr. van der Testperson", f"Dr. {N}"),
        ("Mr. Testperson-Delta", f"Mr. {N}"),
        ("See TESTPERSON^ZETA; then", f"{N}; then"),
        ("Mrs O'Testperson-Beta", f"Mrs {N}"),
        ("Frau Östperson", f"Frau {N}"),
        ("nurse Testperson Delta, MRN 48213977", f"nurse {N}, MRN {I}"),
        ("last name: Testperson", f"last name: {N}"),
        ("Patient name: Alpha, Testperson", f"Patient name: {N}"),
    ],
)
def test_a_name_behind_a_title_or_a_role_is_replaced(text: str, stored: str) -> None:
    assert SCANNER.text(text) == stored


@pytest.mark.parametrize(
    "text",
    ["Patient Activation Measure", "patient FHIR resource", "MS SQL Server", "Nurse Triage notes", "Testperson Alpha"],
)
def test_headings_products_and_bare_names_stay(text: str) -> None:
    assert SCANNER.text(text) == text


def test_the_house_s_people_keep_addresses_and_titles_and_patients_do_not() -> None:
    said = "Dr. Teststeward Pi, teststeward@hospital.example, for patient Testperson Alpha, MRN 48213977"
    assert SCANNER.text(said, emails=False) == (
        f"Dr. Teststeward Pi, teststeward@hospital.example, for patient {N}, MRN {I}"
    )


S = "<redacted:secret>"


@pytest.mark.parametrize("scan", [SCANNER.text, SCANNER.name, SCANNER.secret], ids=["text", "name", "secret"])
@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("postgres://me:s3cret@db:5432/x", f"postgres://me:{S}@db:5432/x"),
        ("postgres://me:p@ss@db:5432/x", f"postgres://me:{S}@db:5432/x"),
        ("redis://:s3cret@cache:6379/0", f"redis://:{S}@cache:6379/0"),
        ("https://host:8080/a?b=c", "https://host:8080/a?b=c"),
        ("jdbc:oracle:thin:scott/tig3r@//db:1521/x", f"jdbc:oracle:thin:scott/{S}@//db:1521/x"),
        ("sqlplus scott/tig3r@db", f"sqlplus scott/{S}@db"),
        ("actions/checkout@v4", "actions/checkout@v4"),
        ("PGPASSWORD=s3cret psql", f"PGPASSWORD={S} psql"),
        ("--password s3cret --host db", f"--password {S} --host db"),
        ("--db-password 's3 cret'", f"--db-password '{S}'"),
        ("curl -u me:s3cret https://x.example", f"curl -u me:{S} https://x.example"),
        ('{"password": "s3cret"}', f'{{"password": "{S}"}}'),
        ("password: s3cret!", f"password: {S}"),
        ("password: required", "password: required"),
        ("token: string", "token: string"),
        ("Authorization: Bearer abc123def456ghi", f"Authorization: Bearer {S}"),
        ("Authorization: Basic dXNlcjpwYXNz", f"Authorization: Basic {S}"),
        ("Bearer tokens are rotated", "Bearer tokens are rotated"),
        ("AKIAIOSFODNN7EXAMPLE", S),
        ("https://x.example/c?sv=2020&sig=abcd%2B1234", f"https://x.example/c?sv=2020&sig={S}"),
        ("AccountKey=abcd1234==;x=1", f"AccountKey={S};x=1"),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----",
            f"-----BEGIN PRIVATE KEY-----{S}-----END PRIVATE KEY-----",
        ),
    ],
)
def test_a_secret_goes_in_every_class_of_text(text: str, stored: str, scan: object) -> None:
    assert callable(scan)
    assert scan(text) == stored
    assert scan(stored) == stored
