"""What the names of columns suggest stands in a dossier apart from what people and emitters said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from graph_schema.nodes import ModelVersion
from reports.kinds import ModelDossier
from reports.parts.suggestions import Suggestion
from reports.standalone.verify_lineward import verify
from tests.support.records import CURATED, MODEL, RAW, House, declaration, event, registration, seal, tag

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
COLUMNS = {"ward": "string", "birth_date": "date", "sex": "string"}
BORN = "QUASI_IDENTIFIER"


def schema(columns: dict[str, str]) -> dict[str, Any]:
    return {"fields": [{"name": name, "type": kind} for name, kind in columns.items()]}


@pytest.fixture
def house(house: House) -> House:
    house.record(declaration())
    house.send(event(schema=schema(COLUMNS)))
    house.record(seal())
    house.record(tag())
    house.record(registration())
    return house


def context(house: House) -> ModelDossier:
    made = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert made is not None
    return made


def failing(house: House, made: ModelDossier) -> set[str]:
    """Return which checks of a dossier fail that somebody has issued, and that they are all there."""
    result = verify(house.issue_context(made, "json"), str(house.ledger.verifiers[0]))
    return {check.name for check in result.checks if check.status != "PASS"}


def judged(house: House, column: str, **fields: Any) -> None:
    house.record(tag(dataset=CURATED, column=column, phi_kind=BORN, **fields))


def suggested(made: ModelDossier) -> list[tuple[str, str]]:
    return [(one.column, one.because) for one in made.suggestions]


def test_what_only_a_name_suggests_is_no_label_and_verifies(house: House) -> None:
    made = context(house)
    assert [one.column for one in made.suggestions] == ["birth_date", "sex"]
    assert {one.origin for one in made.labels} <= {"ASSERTED", "CLAIMED"}
    assert all("birth" not in (one.column or "") for one in made.labels)
    (finding,) = (one for one in made.findings if one.rule == "labels confirmed")
    assert finding.entries == tuple(sorted({entry for one in made.suggestions for entry in one.entries}))
    assert failing(house, made) == set()


def test_a_label_is_what_people_said_without_the_codes_that_its_name_suggests(house: House) -> None:
    judged(house, "birth_date", codes=[], reason="Read")
    made = context(house)
    (label,) = (one for one in made.labels if one.column == "birth_date")
    assert (label.codes, label.because) == ((), "Read")
    assert [column for column, _ in suggested(made)] == ["sex"]
    assert failing(house, made) == set()


def test_what_was_rejected_comes_again_where_the_column_is_another(house: House) -> None:
    judged(house, "birth_date", codes=[], stance="REJECT", reason="Made-up days")
    assert [column for column, _ in suggested(context(house))] == ["sex"]
    house.send(event(run="0190d2e6-0000-7000-8000-0000000000bb", schema=schema({**COLUMNS, "birth_date": "string"})))
    made = context(house)
    assert [column for column, _ in suggested(made)] == ["birth_date", "sex"]
    assert failing(house, made) == set()


@pytest.mark.parametrize(
    ("forged", "by_name"),
    [
        ({"column": "none_such"}, "derived: suggestions"),
        ({"dataset": f"{RAW['namespace']}/{RAW['name']}"}, "derived: suggestions"),
        ({"kind": "NO_SUCH_KIND"}, "derived: suggestions"),
    ],
)
def test_a_suggestion_that_no_schema_bears_is_refused(house: House, forged: dict[str, Any], by_name: str) -> None:
    made = context(house)
    first, *others = made.suggestions
    assert by_name in failing(house, replace(made, suggestions=(replace(first, **forged), *others)))


def test_a_suggestion_by_another_entry_is_refused(house: House) -> None:
    made = context(house)
    first, *others = made.suggestions
    by = made.model.entries
    assert "derived: suggestions" in failing(house, replace(made, suggestions=(replace(first, entries=by), *others)))


def test_a_suggestion_that_a_person_confirmed_is_no_open_one(house: House) -> None:
    before = context(house)
    judged(house, "birth_date", codes=[], stance="CONFIRM", reason="Read")
    made = context(house)
    open_: tuple[Suggestion, ...] = tuple(one for one in before.suggestions if one.column == "birth_date")
    assert "derived: suggestions" in failing(house, replace(made, suggestions=(*open_, *made.suggestions)))
