"""What a dossier says of names, attempts, halves and mapped labels follows from the entries; forgeries are named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.kinds import ModelDossier
from reports.standalone import verify_lineward
from reports.verify import verify
from tests.support.emitters_story import COPY, LOCATION, TABLE, EmittersStory
from tests.support.records import tag


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmittersStory]:
    story = EmittersStory(tmp_path_factory.mktemp("emitters"))
    yield story
    story.house.close()


def forged(told: EmittersStory, change: Any) -> set[str]:
    """Issue what an insider changed, and return the checks by which both verifiers refuse it."""
    values = told.dossier().to_json()
    change(values)
    file = told.house.issue_context(ModelDossier.from_json(values), "json")
    found, alone = verify(file, told.key), verify_lineward.verify(file, told.key)
    assert not found.ok
    assert not alone.ok
    one = {check.name for check in found.checks if check.status == "FAIL"}
    other = {check.name for check in alone.checks if check.status == "FAIL"}
    assert one == other
    return one


def test_the_genuine_one_verifies(told: EmittersStory) -> None:
    context = told.dossier()
    assert {other.why for one in context.names for other in one.others} == {"SYMLINK", "STITCH", "FORMER"}
    for form in ("json", "html", "pdf"):
        file = told.house.issue_context(context, form)
        for result in (verify(file, told.key), verify_lineward.verify(file, told.key)):
            assert [f"{one.name}: {one.detail}" for one in result.checks if one.status != "PASS"] == []
            assert result.verdict == "VERIFIED"


def test_a_label_on_a_column_whose_letters_a_rule_folds_verifies(tmp_path: Path) -> None:
    story = EmittersStory(tmp_path)
    try:
        rule = {"rule": "letters", "namespace": LOCATION["namespace"], "rule_kind": "FOLD_CASE", "letters": "LOWER"}
        story.house.record({"kind": "define_namespace_rule", **rule, "reason": "Names are folded"}, story.beta)
        for column in ("WARD", "ward"):
            story.house.record(tag(dataset=TABLE, column=column), story.beta)
        context = story.dossier()
        assert {one.column for one in context.labels} >= {"ward"}
        assert "WARD" not in {one.column for one in context.labels}
        file = story.house.issue_context(context, "json")
        for result in (verify(file, story.key), verify_lineward.verify(file, story.key)):
            assert [f"{one.name}: {one.detail}" for one in result.checks if one.status != "PASS"] == []
    finally:
        story.house.close()


def _others(values: Any, why: str) -> Any:
    return next(one for each in values["names"] for one in each["others"] if one["why"] == why)


def _move_pointer(values: Any) -> None:
    _others(values, "SYMLINK")["name"] = "/".join(COPY.values())


def _date_pointer(values: Any) -> None:
    _others(values, "SYMLINK")["since"] = "2026-02-01T00:00:00.000000Z"


def _call_stitch_a_rule(values: Any) -> None:
    _others(values, "STITCH")["why"] = "RULE"


def _drop_name(values: Any) -> None:
    values["names"] = [one for one in values["names"] if one["others"]][1:]


def _cleared(values: Any) -> Any:
    return next(one for one in values["runs"] if one["run"].endswith("5") and "curate" in one["job"])


def _drop_attempt(values: Any) -> None:
    _cleared(values).update(
        state="FAIL", started_at="2026-02-03T08:00:00.000000Z", ended_at="2026-02-03T08:10:00.000000Z"
    )


def _change_job(values: Any) -> None:
    """The run id is that of two jobs: the other one's run is shown instead."""
    _cleared(values)["job"] = "scheduler.example/clinic_daily.audit_encounters"


def _feed_from_elsewhere(values: Any) -> None:
    topic = next(one for one in values["nodes"] if one["name"].startswith("kafka"))
    edge = next(one for one in values["edges"] if one["source"] == topic["id"])
    edge["source"] = next(one["id"] for one in values["nodes"] if one["name"].endswith("encounters_curated"))


def _rename_mapping(values: Any) -> None:
    label = next(one for one in values["labels"] if "mapping" in (one["because"] or ""))
    label["because"] = "facet acme_privacy, by the mapping another"


def _map_another_kind(values: Any) -> None:
    label = next(one for one in values["labels"] if "mapping" in (one["because"] or ""))
    label["kind"] = "QUASI_IDENTIFIER"


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (_move_pointer, "names"),
        (_date_pointer, "names"),
        (_call_stitch_a_rule, "names"),
        (_drop_name, "names"),
        (_drop_attempt, "runs"),
        (_change_job, "runs"),
        (_feed_from_elsewhere, "lineage"),
        (_rename_mapping, "labels"),
        (_map_another_kind, "labels"),
    ],
)
def test_a_forgery_fails_by_the_part_that_it_changes(told: EmittersStory, change: Any, part: str) -> None:
    assert f"derived: {part}" in forged(told, change)
