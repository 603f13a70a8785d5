from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.vocabulary.hipaa import SAFE_HARBOR
from graph_schema.vocabulary.suggestions import TABLES, Field, suggest
from graph_schema.vocabulary.suggestions.dicom import DICOM, STATES_OF_DEIDENTIFICATION
from graph_schema.vocabulary.suggestions.fhir import FHIR
from graph_schema.vocabulary.suggestions.hl7v2 import HL7V2
from graph_schema.vocabulary.suggestions.omop import OMOP
from graph_schema.vocabulary.suggestions.rows import Row

PLACE = "curated.events"
SUBJECTS = ("patient", "relative", "staff", "site", "")
"""Whose it is: insured persons and guarantors are relatives; empty where it is nobody's."""
LETTERS = {code.code for code in SAFE_HARBOR}


def found(*fields: str, dataset: str = PLACE) -> dict[str, Row]:
    return {one.field: one.row for one in suggest(dataset, [Field(name) for name in fields])}


def letters(name: str, dataset: str = PLACE) -> tuple[str, str] | None:
    row = found(name, dataset=dataset).get(name)
    return None if row is None else (row.kind.value, row.letters)


NAMES = {
    "patient_name": "A",
    "PatientFirstName": "A",
    "lastName": "A",
    "referring_physician": "A",
    "home_address": "B",
    "address_line_1": "B",
    "zip": "B",
    "ZipCode5": "B",
    "postcode": "B",
    "dob": "C",
    "birthDate": "C",
    "DATE_OF_BIRTH": "C",
    "admission_date": "C",
    "phone": "D",
    "homePhone2": "D",
    "fax_number": "E",
    "e-mail": "F",
    "contactEmailAddress": "F",
    "ssn": "G",
    "SSN_LAST4": "G",
    "mrn": "H",
    "mrn_hash": "H",
    "MRN_sha256": "H",
    "member_id": "I",
    "accountNumber": "J",
    "drivers_license": "K",
    "vin": "L",
    "device_serial": "M",
    "deviceSerialNumber": "M",
    "photo_url": "N",
    "client_ip": "O",
    "ip_address": "O",
    "iris_code": "P",
    "face_photo": "Q",
    "accession": "R",
    "patient_id": "R",
    "note_text": "*",
    "dischargeSummary": "*",
    "pixel_data": "*",
    "raw_message": "*",
    "gender_source_value": "",
    "ethnicity": "",
    # Other languages, with and without accents.
    "vorname": "A",
    "Nachname": "A",
    "prénom": "A",
    "apellidos": "A",
    "cognome": "A",
    "achternaam": "A",
    "nazwisko": "A",
    "Straße": "B",
    "code_postal": "B",
    "PLZ": "B",
    "geburtsdatum": "C",
    "date_de_naissance": "C",
    "fechaNacimiento": "C",
    "data_nascita": "C",
    "födelsedatum": "C",
    "telefonnummer": "D",
    "correo_electronico": "F",
    "codice_fiscale": "G",
    "personnummer": "G",
    "versichertennummer": "I",
    "befundtext": "*",
    # Nested.
    "patient.name[].family": "A",
    "person.address.street": "B",
    "contacts[].phone": "D",
    "encounter.notes[]": "*",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_an_identifier_is_suggested(name: str) -> None:
    assert (letters(name) or ("", "nothing"))[1] == NAMES[name]


ORDINARY = """
    id status state code type count total amount value unit score version created_at updated_at created_by
    is_active has_email has_phone email_verified_flag email_count phone_type address_type address_id name_length
    file_name filename table_name column_name schema_name host_name hostname server_address host_ip_address
    server_url product_name drug_name test_name model_name job_name task_name display_name department_name
    facility_name unit_name company_name brand_name language country currency region category label title
    description summary height width rows columns size bytes checksum digest fingerprint hash run_id job_id
    task_id batch_id model_id version_id unit_id ward_id drug_id code_system concept_id loinc snomed icd10 dose
    dosage route frequency lab_value result_value result_unit heart_rate systolic diastolic bmi los_days
    readmitted duration page image_width image_height pixel_spacing slice_thickness modality manufacturer
    software_version start_index end_index offset partition event_type event_name severity priority weight
    temperature cache_age storage stage percentage message_id average_length_of_stay prediction probability
    embedding loss accuracy learning_rate chip_type ship_mode tip_amount recipe description_length text_length
    zip_file manifest timezone locale table_comment column_comment commit_message_length process_name class_name
    function_name order_total
"""


@pytest.mark.parametrize("name", ORDINARY.split())
def test_an_ordinary_name_is_not_suggested(name: str) -> None:
    assert letters(name) is None


def test_names_that_mean_little_alone_are_suggested_of_persons() -> None:
    assert letters("name") is None
    assert letters("name", "warehouse.dim_patients_v2") == ("DIRECT_IDENTIFIER", "A")
    assert letters("id", "s3://landing/participants.parquet") == ("QUASI_IDENTIFIER", "R")
    assert letters("facility.name", "participants") is None
    assert letters("member.name") == ("DIRECT_IDENTIFIER", "A")


def test_a_truth_value_holds_no_identifier() -> None:
    assert not suggest(PLACE, [Field("mrn", "BOOLEAN"), Field("email", "bool")])
    assert len(suggest(PLACE, [Field("mrn", "STRING"), Field("email", None)])) == 2


def test_fhir_elements_are_found_by_resource_and_path() -> None:
    of_patient = found(
        "identifier[].value", "identifier[].system", "name[].family", "birthDate", "active", dataset="fhir/Patient"
    )
    assert {name: row.pattern for name, row in of_patient.items()} == {
        "identifier[].value": "Patient.identifier",
        "name[].family": "Patient.name",
        "birthDate": "Patient.birthDate",
    }
    assert found("Observation.note[].text")["Observation.note[].text"].pattern == "Observation.note.text"
    assert "issued" not in found("issued")


def test_dicom_attributes_are_found_by_tag_and_keyword() -> None:
    for name in ("00100010", "(0010,0010)", "0010,0010", "x00100010", "PatientName"):
        assert found(name)[name].pattern == "0010,0010/PatientName"
    assert found("60043000")["60043000"].pattern == "60xx,3000/OverlayData"
    assert "study_id" not in found("Modality", dataset="dicom_index")
    assert found("StudyInstanceUID", "occupation")["occupation"].pattern == "0010,2180/Occupation"


def test_pixels_and_images_carry_every_letter() -> None:
    rows = {row.pattern: row for table in TABLES for row in table}
    for pattern in ("7FE0,0010/PixelData", "7FE0,0008/FloatPixelData", "Media.content", "BodyStructure.image"):
        assert set(rows[pattern].codes) == LETTERS


@pytest.mark.parametrize("pattern", ["PID-3", "MRG-1"])
def test_a_list_of_identifiers_holds_any_number(pattern: str) -> None:
    (row,) = [row for row in HL7V2 if row.pattern == pattern]
    assert row.codes == ("G", "H", "I", "K")


@pytest.mark.parametrize("pattern", STATES_OF_DEIDENTIFICATION)
def test_what_states_deidentification_is_known_and_holds_nothing(pattern: str) -> None:
    tag, _, keyword = pattern.partition("/")
    assert not found(tag, keyword, dataset="dicom_index")


def test_hl7_fields_are_found_however_they_are_written() -> None:
    for name in ("PID-5", "PID.5", "PID_5", "PID5", "PID-5.1", "PID.PID-5.1", "PID.5.2"):
        assert found(name)[name].pattern == "PID-5", name
    assert letters("pid_5") is None
    assert letters("pid_5", "hl7_adt") == ("DIRECT_IDENTIFIER", "A")


def test_omop_columns_are_found_in_their_tables() -> None:
    assert found("person_source_value", dataset="cdm.person")["person_source_value"].basis == "OMOP CDM"
    assert letters("snippet", "cdm.note_nlp") == ("CLINICAL_NOTE", "*")
    assert letters("snippet") is None


def test_a_row_is_of_a_known_subject_and_of_known_letters() -> None:
    for table in TABLES:
        assert len({row.pattern for row in table}) == len(table)
        for row in table:
            assert row.subject in SUBJECTS
            assert set(row.codes) <= LETTERS


def test_every_row_of_a_standard_is_found_by_its_own_name() -> None:
    for row in (*FHIR, *HL7V2):
        assert found(row.pattern)[row.pattern] == row
    for row in OMOP:
        table, _, column = row.pattern.partition(".")
        assert found(column, dataset=f"cdm.{table}")[column] == row
    for row in DICOM:
        tag, _, keyword = row.pattern.partition("/")
        assert found(tag.replace("xx", "00"))[tag.replace("xx", "00")] == row
        assert found(keyword, dataset="dicom")[keyword] == row


@given(st.lists(st.text(max_size=40), max_size=6), st.text(max_size=40))
def test_any_name_is_answered_and_each_field_by_itself(names: list[str], dataset: str) -> None:
    together = suggest(dataset, [Field(name) for name in names])
    assert {one.field for one in together} <= set(names)
    assert together == suggest(dataset, [Field(name) for name in names])
