from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import jsonschema
import pytest

import reports
from reports.context import Actor, Context
from reports.drawing import document_of
from reports.envelope import canonical
from reports.errors import ContextError
from reports.kinds import MODEL_DOSSIER, REPORTS, ModelDossier, Report
from reports.parts.signatures import local_time
from tests.support.dossier import clinical_dossier, empty_dossier, large_dossier
from tests.support.golden import check_golden

SCHEMAS = Path(reports.__file__).parent / "schemas"


@pytest.mark.parametrize("context", [clinical_dossier(), empty_dossier(), large_dossier(200)])
def test_a_context_reads_back_from_its_json_as_it_was(context: ModelDossier) -> None:
    assert ModelDossier.from_json(json.loads(canonical(context.to_json()))) == context


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_the_published_schema_is_the_one_of_the_context(report: Report[Context]) -> None:
    check_golden(SCHEMAS / f"{report.name}.schema.json", json.dumps(report.json_schema(), indent=2) + "\n")


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_every_field_of_a_context_says_what_it_is(report: Report[Context]) -> None:
    assert {field.name for field in fields(report.context)} == report.context.field_help().keys()


@pytest.mark.parametrize("context", [clinical_dossier(), empty_dossier()])
def test_the_published_schema_accepts_what_a_context_gives(context: ModelDossier) -> None:
    jsonschema.validate(context.to_json(), MODEL_DOSSIER.json_schema(), jsonschema.Draft202012Validator)


def test_a_field_that_no_template_may_see_is_refused_by_its_pointer() -> None:
    values = clinical_dossier().to_json()
    values["snapshots"][0]["sample_rows"] = ["a row"]
    with pytest.raises(ContextError, match="/snapshots/0/sample_rows"):
        ModelDossier.from_json(values)


def test_a_number_is_not_taken_for_a_text() -> None:
    values = clinical_dossier().to_json()
    values["model"]["version"] = 2
    with pytest.raises(ContextError, match="/model/version"):
        ModelDossier.from_json(values)


@pytest.mark.parametrize("value", [None, [], "context", 7, {}])
def test_what_is_no_context_is_refused(value: object) -> None:
    with pytest.raises(ContextError):
        ModelDossier.from_json(value)


def test_half_a_character_becomes_a_whole_one() -> None:
    context = empty_dossier()
    object.__setattr__(context, "organisation", "half \ud83d")
    assert context.to_json()["organisation"] == "half \N{REPLACEMENT CHARACTER}"


def test_a_number_beyond_what_json_carries_is_refused() -> None:
    dossier = clinical_dossier()
    context = replace(dossier, snapshots=(replace(dossier.snapshots[0], size_bytes=2**53),))
    with pytest.raises(ContextError, match="canonical"):
        document_of(context)


def test_local_time_is_the_signers_clock_with_its_offset() -> None:
    assert local_time("2031-03-06T13:45:10Z", "Europe/Vienna") == "2031-03-06T14:45:10+01:00"
    assert local_time("2031-07-06T13:45:10Z", "Europe/Vienna") == "2031-07-06T15:45:10+02:00"


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "../etc/passwd"])
def test_an_unknown_time_zone_gives_no_local_time(zone: str) -> None:
    assert local_time("2031-03-06T13:45:10Z", zone) is None


def test_an_actor_is_authenticated_unless_said_otherwise() -> None:
    assert Actor(id="person:a").authenticated
