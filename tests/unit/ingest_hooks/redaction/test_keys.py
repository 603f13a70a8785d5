from __future__ import annotations

import pytest

from ingest_hooks.redaction.classes import Class
from ingest_hooks.redaction.keys import class_of, is_countable, is_keyed_by_values, is_type, words


@pytest.mark.parametrize("key", ["lastErrorMessage", "last_error_message", "last-error.message", "LAST_ERROR_MESSAGE"])
def test_a_key_is_its_words_however_they_are_joined(key: str) -> None:
    assert words(key) == ["last", "error", "message"]
    assert class_of(key) is Class.MESSAGE


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (Class.VALUE, "value minValue age_max sampleRows expected actualValue unexpected_list observed payload"),
        (Class.VALUE, "command args bash_command op_kwargs stdout conf env rendered_map_index templates_dict mean"),
        (Class.VALUE, "quantiles data rows properties result default_value lowerBound upper_bounds preview"),
        (Class.MESSAGE, "message errorMessage error exception failure_message"),
        (Class.TRACE, "stackTrace traceback stack_trace trace exceptionTraceback"),
        (Class.SQL, "sql query rawSql sql_text compiled_code statement ddl viewText"),
        (Class.EXPRESSION, "filter predicate where_condition expression"),
        (Class.SOURCE, "source_code python_code script"),
        (Class.SECRET, "password db_password apiKey api_key access_key client_secret token Authorization privateKey"),
        (Class.PERSON, "mrn ssn dob patient_id patientName subjectId encounter_number date_of_birth birthDate"),
        (Class.PERSON, "accession_no specimen_id first_name lastName phone email member_id"),
        (Class.TEXT, "description documentation title labels"),
        (Class.MESSAGE, "failure_reason error_description errorSummary"),
        (Class.OWNER, "owner owners"),
        (Class.NAME, "name namespace query_id sqlDialect message_type errorClass valueType sample_format token_type"),
        (Class.NAME, "patient_table runId"),
        (Class.COUNT, "error_count sampleSize max_retries query_duration_ms max_length expected_count password_length"),
    ],
)
def test_a_key_says_what_stands_under_it(kind: Class, keys: str) -> None:
    assert {key: class_of(key) for key in keys.split()} == dict.fromkeys(keys.split(), kind)


@pytest.mark.parametrize("key", ["", "x", "pool", "trigger_rule", "weight", "§", "1", "mapped", "isolated"])
def test_a_key_that_does_not_tell_leaves_it_to_what_the_value_is(key: str) -> None:
    assert class_of(key) in {None, Class.COUNT}


def test_a_plural_with_a_number_is_a_count_unless_values_are_counted_in_it() -> None:
    assert is_countable("rows")
    assert is_countable("scanRows")
    assert is_countable("error_messages")
    assert not is_countable("sampleRows")
    assert not is_countable("value")


@pytest.mark.parametrize("key", ["value_counts", "histogram", "frequent_values", "topValues", "distinct-values"])
def test_what_counts_values_has_them_for_its_keys(key: str) -> None:
    assert is_keyed_by_values(key)
    assert not is_keyed_by_values("row_counts")
    assert not is_keyed_by_values("values")


def test_a_type_is_known_by_its_name() -> None:
    assert is_type("varchar(20)")
    assert is_type("DECIMAL(10, 2)")
    assert not is_type("Testperson")
    assert not is_type("varchar(48213977)")
