"""What opens something is kept in no class, and in no form that emitters send it in."""

# ruff: noqa: S608 - these statements are never run, they are what must be redacted

from __future__ import annotations

from typing import Any

import pytest

from ingest_hooks.openlineage.wire import JSON
from ingest_hooks.redaction import redact
from tests.support.places import Place, custom, event, everything_stored, sql

KEY = b"a site's key for tests, 32 bytes"
WORD = "Zx9qTestpass"

FORMS = {
    "a variable": f"PGPASSWORD={WORD} psql -h db",
    "an option": f"load --password {WORD} --verbose",
    "an option with an equals sign": f"load --password={WORD}",
    "a bearer token": f"Authorization: Bearer {WORD}4711.abcdefgh",
    "Oracle's user and password": f"sqlplus scott/{WORD}@db:1521/x",
    "an address": f"postgres://me:{WORD}@db:5432/x",
    "an address whose password holds an at sign": f"postgres://me:{WORD}@{WORD}@db:5432/x",
    "a query of an address": f"https://api.example/x?api_key={WORD}&a=1",
    "an option of mysql": f"mysqldump -h db -u me -p{WORD} clinic",
    "a user that is made": f"create user me identified by '{WORD}'",
    "a user that is changed": f"ALTER USER me IDENTIFIED WITH sha256_password BY {WORD}",
    "JSON": f'{{"password": "{WORD}"}}',
}
PLACES: dict[str, Place] = {
    "authored text": lambda v: event(dataset={"documentation": {"description": f"Runs {v} at night."}}),
    "an owner": lambda v: event(job={"ownership": {"owners": [{"name": f"team {v}"}]}}),
    "a name": lambda v: event(name=v),
    "an address": lambda v: event(dataset={"dataSource": {"uri": v}}),
    "a text of an unknown facet": lambda v: custom(note=v),
    "a name in an unknown facet": lambda v: custom(location=v),
    "a list in an unknown facet": lambda v: custom(things=[[v]]),
    "a message": lambda v: event(run={"errorMessage": {"message": v}}),
    "a trace": lambda v: event(run={"errorMessage": {"stackTrace": f"Traceback\n{v}\nValueError: {v}"}}),
    "a statement": lambda v: sql(f"select '{v}' from t"),
    "a statement that is none": sql,
    "a condition": lambda v: custom(condition=v),
    "a value": lambda v: event(run={"environmentVariables": {"environmentVariables": [{"name": "A", "value": v}]}}),
    "a transformation": lambda v: event(
        dataset={"columnLineage": {"fields": {"a": {"inputFields": [], "transformationDescription": v}}}}
    ),
    "an assertion": lambda v: event(io={"dataQualityAssertions": {"assertions": [{"assertion": v}]}}),
    "a tag": lambda v: event(run={"tags": {"tags": [{"key": "how", "value": v, "source": "CONFIG"}]}}),
    "a member beside the facets": lambda v: {**event(), "more": v},
    "a product facet": lambda v: event(run={"lineward_environment": {"digest": "x", "description": v}}),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_kept_nowhere(place: str, form: str) -> None:
    said: Any = PLACES[place](FORMS[form])
    assert WORD not in everything_stored(said, KEY)


@pytest.mark.parametrize(
    "key", ["password", "DB_PASSWORD", "clientSecret", "api-key", "aws_secret_access_key", "token"]
)
def test_a_secret_is_known_by_its_key_whatever_its_shape(key: str) -> None:
    for value in (WORD, [WORD, WORD], {"current": WORD, "next": [WORD]}, [[WORD]]):
        assert WORD not in everything_stored(custom(**{key: value}), KEY)
    assert "4711471147114711" not in everything_stored(custom(**{key: 4711471147114711}), KEY)


ISSUED = {
    "AWS": "ASIA" + "Q7" * 8,
    "GitHub": "github_pat_" + WORD * 3,
    "an OpenAI-like service": f"sk-{WORD * 2}",
    "Stripe": f"sk_live_{WORD * 2}",
    "Google": "AIza" + (WORD * 3)[:35],
    "Google's accounts": f"ya29.{WORD * 2}",
    "Databricks": "dapi" + "0a1b2c3d" * 4,
    "dbt": f"dbtc_{WORD * 2}",
    "Vault": f"hvs.{WORD * 2}",
    "npm": "npm_" + (WORD * 3)[:36],
    "PyPI": f"pypi-AgEIcHlwaS5vcmc{WORD}",
    "Hugging Face": "hf_" + (WORD * 3)[:34],
    "SendGrid": f"SG.{WORD * 2}.{WORD * 3}",
    "Slack's apps": f"xapp-1-{WORD * 2}",
    "Docker": f"dckr_pat_{WORD * 2}",
    "Atlassian": f"ATATT3{WORD * 2}=0A1B",
}
"""Tokens that services hand out, each known by its own form and by nothing beside it."""


@pytest.mark.parametrize("service", ISSUED)
def test_a_token_that_a_service_issued_is_known_by_its_form_alone(service: str) -> None:
    issued = ISSUED[service]
    for place in ("authored text", "an owner", "a name", "a text of an unknown facet", "a tag", "a transformation"):
        assert issued not in everything_stored(PLACES[place](issued), KEY), place
    assert issued not in everything_stored(PLACES["authored text"](f"Opened with {issued}, of the ward."), KEY)


@pytest.mark.parametrize(
    "text",
    [
        "hf_readmission_features_of_all_the_wards",
        "task-risk-scores-of-the-ward-2024",
        "npm_packages",
        "Sg. 4 of 9",
        "Rows are identified by mrn.",
        "mysql -h db -P 3306 clinic",
        "pypi-mirror-of-the-hospital-network",
    ],
)
def test_what_only_looks_like_a_token_stays(text: str) -> None:
    assert redact(event(dataset={"documentation": {"description": text}}), token_key=KEY).redactions == ()
    assert redact(event(name=text), token_key=KEY).redactions == ()


@pytest.mark.parametrize("option", [
    "set spark.hadoop.fs.s3a.secret.key={}",
    "SET fs.azure.account.key.wards.blob.core.windows.net={}+/a==",
    "set session app.token to {}",
    "select 1; set local x.password = {} ; select 2",
])  # fmt: skip
def test_an_option_of_a_session_that_opens_something_is_replaced_without_quotes(option: str) -> None:
    for dialect in (None, "spark", "postgres", "snowflake"):
        assert WORD not in everything_stored(sql(option.format(WORD), dialect), KEY)


@pytest.mark.parametrize("statement", ["set spark.sql.tokenizer.enabled=true", "set x.secret = default", "set a.key=b"])
def test_another_option_of_a_session_keeps_its_value(statement: str) -> None:
    said: Any = redact(sql(statement, "spark"), token_key=KEY).value
    assert said["job"]["facets"]["sql"]["query"] == statement


@pytest.mark.parametrize("statement", [
    f"create user x identified by {WORD}",
    f"alter user x set password = {WORD}",
    f"alter role x with password {WORD}",
    f"copy into @s from t credentials=(aws_key_id={WORD} aws_secret_key={WORD})",
])  # fmt: skip
def test_a_secret_without_quotes_is_known_by_its_place_in_a_statement(statement: str) -> None:
    for dialect in (None, "postgres", "snowflake", "oracle", "mysql"):
        assert WORD not in everything_stored(sql(statement, dialect), KEY)


@pytest.mark.parametrize("statement", [
    f"copy into t from s3://svc:{WORD}@bucket/path",
    f"select * from postgres://svc:{WORD}@db.example:5432/x",
    f"create table t using jdbc options (url jdbc:postgresql://svc:{WORD}@db/x)",
    f"select 1; attach mysql://svc:{WORD}@db/x as y",
])  # fmt: skip
def test_a_password_in_an_address_without_quotes_is_replaced(statement: str) -> None:
    for dialect in (None, "postgres", "snowflake", "oracle", "mysql", "spark", "clickhouse"):
        assert WORD not in everything_stored(sql(statement, dialect), KEY)


HOLDERS = ["password", "passwords", "dbPasswd", "passwds", "pwds", "passphrases", "secrets", "apikeys"]
SHAPES: dict[str, JSON] = {"text": WORD, "list": [WORD, "b"], "object": {"a": WORD}, "deep": [{"a": [WORD]}]}


@pytest.mark.parametrize("key", HOLDERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_key_that_holds_secrets_holds_them_in_any_shape(key: str, shape: str) -> None:
    facets: dict[str, JSON] = {"made_up": {key: SHAPES[shape]}}
    sent: JSON = {"run": {"runId": "r", "facets": facets}, "job": {"namespace": "n", "name": "j"}}
    assert WORD not in str(redact(sent, token_key=b"k" * 32).value)
