"""What a dossier prints as not recorded is what the one judge calls a gap, and every gap is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from catalog.access.model import Actor
from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import ModelVersion
from reports.document import Block, Cell, Document, Facts, Gaps, Heading, Line, SignOff, Summary, Table, Text
from reports.drawing import document_of
from reports.fields import FIELDS, sentence, together
from reports.kinds import ModelDossier
from reports.standalone.verify_lineward import verify
from tests.support.clinical_story import story
from tests.support.records import (
    CURATED,
    DIGEST,
    MODEL,
    RAW,
    House,
    attestation,
    decision,
    declaration,
    event,
    principal,
    registration,
    request,
    seal,
    tag,
    verification,
)

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
APART = [{"path": "part-z.csv", "size": 30, "digest": "sha256:" + "d" * 64}]
EVALUATED = {"dataset": CURATED, "digest": manifest_digest(APART)}
CODE = {"repository": "https://git.example/pipeline", "revision": "f" * 40, "clean": True}
STUDIED = {"start": "2025-01-01", "end": "2025-12-31"}
QUIET = "0190d2e6-0000-7000-8000-0000000000aa"
ELSEWHERE = frozenset({"gaps", "regulation", "method", "proof"})
"""Sections that are no table of records: what they print follows from the others, or is no record at all."""


def given(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}


def tell_of_data(house: House, leave: dict[str, Any], without: tuple[str, ...]) -> None:
    stu = house.act_as("stu", "steward")
    for dataset in (RAW, CURATED):
        house.record(given(declaration(dataset=dataset, **leave.get("declaration", {}))), stu)
    sent = event(version={"datasetVersion": DIGEST})
    if "written" not in without:
        sent["outputs"][0]["outputFacets"] = {"outputStatistics": {"rowCount": 10}}
    if "events" not in without:
        house.send(sent)
    for kind, record in (("attestation", attestation), ("tag", tag)):
        if kind not in without:
            house.record(record(**leave.get(kind, {})), stu)


def tell_of_snapshots(house: House, leave: dict[str, Any], without: tuple[str, ...]) -> None:
    contents = {"rows": 10, "persons": 9, "period": STUDIED, "locked": True, **leave.get("seal", {})}
    ada = house.act_as("ada", "engineer")
    for more in ({}, {"digest": EVALUATED["digest"], "manifest": APART, "role": "EVALUATION"}):
        house.record(given(seal(**contents, **more)), ada)
        if "verification" not in without:
            house.record(verification(digest=more.get("digest", DIGEST)), ada)


def told(house: House, approver: Actor, leave: dict[str, Any], without: tuple[str, ...] = ()) -> ModelDossier:
    """Return the dossier of a version of which everything is recorded, but what is left out."""
    tell_of_data(house, leave, without)
    tell_of_snapshots(house, leave, without)
    ada = house.act_as("ada", "engineer")
    metrics = [{"name": "auroc", "value": 0.8, "split": "evaluation"}]
    known = {"evaluated_on": [EVALUATED], "code": CODE, "metrics": metrics}
    house.record(given(registration(**{**known, **leave.get("registration", {})})), ada)
    if "request" not in without:
        asked = request(**leave.get("request", {}))
        house.record(decision(house.record(given(asked), ada).receipt.index), approver)
    made = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert made is not None
    result = verify(house.issue_context(made, "json"), str(house.ledger.verifiers[0]))
    assert [check for check in result.checks if check.status != "PASS"] == []
    return made


def blocks_by_section(document: Document) -> Iterator[tuple[str, Block]]:
    section = ""
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 1:
            section = block.anchor
        yield section, block


def lines_of(block: Block) -> Iterator[tuple[str, Line]]:
    """Yield every line of a block, with the name of its row where it has one."""
    cells: list[tuple[str, Cell]] = []
    if isinstance(block, Text):
        cells = [("", (block.line,))]
    elif isinstance(block, Table):
        cells = [("", cell) for row in block.rows for cell in row]
    elif isinstance(block, Facts):
        cells = list(block.rows)
    elif isinstance(block, SignOff):
        cells = [*block.rows, *(row for decision in block.decisions for row in decision)]
    yield from ((name, line) for name, cell in cells for line in cell)


def marked(document: Document) -> set[str]:
    """Return what the sections of records print as not recorded, by its name."""
    found = set()
    for section, block in blocks_by_section(document):
        for name, line in lines_of(block) if section not in ELSEWHERE else ():
            before = name
            for span in line:
                if span.style == "missing":
                    whole = re.fullmatch(r"(.+): not recorded", span.text)
                    assert whole or span.text == "not recorded", f"{section}: {span.text!r} is no mark of a field"
                    found.add((whole[1] if whole else before.strip(" :")).lower())
                before = span.text.strip() or before
    return found


def names(made: ModelDossier) -> set[str]:
    return {FIELDS[gap.field].name.lower() for gap in made.gaps}


def listed(document: Document) -> list[tuple[str, str]]:
    """Return what the section of gaps prints, of what and what."""
    (block,) = (block for block in document.blocks if isinstance(block, Gaps))
    return [(subject, line[0].text) for subject, lines in block.groups for line in lines]


def test_where_everything_is_recorded_nothing_is_marked(house: House, approver: Actor) -> None:
    made = told(house, approver, {})
    assert made.gaps == ()
    document = document_of(made)[1]
    assert marked(document) == set()
    assert "Nothing that this report asks for is missing." in str(document.to_json())


LEFT_OUT: list[tuple[set[str], dict[str, Any], tuple[str, ...]]] = [
    ({"intended use"}, {"registration": {"intended_use": None}}, ()),
    ({"signature"}, {"registration": {"signature": None}}, ()),
    ({"metrics"}, {"registration": {"metrics": []}}, ()),
    ({"metric split"}, {"registration": {"metrics": [{"name": "auroc", "value": 0.8}]}}, ()),
    ({"run"}, {"registration": {"run_id": None, "job": None}}, ()),
    ({"code repository"}, {"registration": {"code": {**CODE, "repository": "unknown"}}}, ()),
    ({"code revision"}, {"registration": {"code": {**CODE, "revision": "unknown"}}}, ()),
    ({"clean code"}, {"registration": {"code": {"repository": "r", "revision": "1"}}}, ()),
    ({"evaluation"}, {"registration": {"evaluated_on": []}}, ()),
    ({"approvals"}, {}, ("request",)),
    ({"verification"}, {}, ("verification",)),
    ({"persons"}, {"seal": {"persons": None}}, ()),
    ({"period"}, {"seal": {"period": None}}, ()),
    ({"rows"}, {"seal": {"rows": None}}, ("written",)),
    ({"owner"}, {"declaration": {"owner": None}}, ()),
    ({"permitted_use", "retention"}, {"declaration": {"permitted_use": None, "retention": None}}, ()),
    ({"de-identification"}, {}, ("attestation",)),
    ({"cleared codes"}, {"attestation": {"clears": []}}, ()),
    ({"labels"}, {}, ("tag",)),
    ({"label codes"}, {"tag": {"codes": []}}, ()),
    ({"run events", "lineage", "de-identification"}, {}, ("events", "attestation")),
    (
        {"producer", "runs", "run"},
        {"seal": {"run_id": None}, "registration": {"run_id": None, "job": None}},
        ("events", "attestation"),
    ),
]
"""Each with the gaps that it leaves at the least."""


@pytest.mark.parametrize(("fields", "leave", "without"), LEFT_OUT, ids=[min(each[0]) for each in LEFT_OUT])
def test_what_is_left_out_is_a_gap_and_is_marked_and_nothing_else_is(
    house: House, approver: Actor, fields: set[str], leave: dict[str, Any], without: tuple[str, ...]
) -> None:
    made = told(house, approver, leave, without)
    assert fields <= {gap.field for gap in made.gaps}
    document = document_of(made)[1]
    assert marked(document) == names(made)
    assert len(listed(document)) == len(made.gaps)


def test_a_claim_that_nobody_attested_is_a_gap(house: House, approver: Actor) -> None:
    sent = event(version={"datasetVersion": DIGEST})
    sent["run"]["facets"] = {"lineward_deidentification": {"method": "SAFE_HARBOR", "state": "DE_IDENTIFIED"}}
    house.send(sent)
    made = told(house, approver, {}, ("attestation",))
    assert [gap.field for gap in made.gaps] == ["attestation"]
    assert marked(document_of(made)[1]) == {"attestation"}


def test_a_check_of_the_bytes_says_nothing_of_a_later_seal(house: House, approver: Actor) -> None:
    made = told(house, approver, {})
    assert made.gaps == ()
    house.clock.now += 3_600
    house.record(seal(rows=10, persons=9, period=STUDIED, foreign=[]))
    again = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert again is not None
    assert [gap.field for gap in again.gaps] == ["verification"]
    assert marked(document_of(again)[1]) == {"verification since the seal"}
    assert verify(house.issue_context(again, "json"), str(house.ledger.verifiers[0])).ok


def test_the_clinical_story_marks_what_is_missing_of_it_and_nothing_else() -> None:
    made = story().dossier()
    document = document_of(made)[1]
    assert marked(document) == names(made)
    assert [f"{FIELDS[gap.field].name}: not recorded" for gap in made.gaps] == [text for _, text in listed(document)]


def test_every_gap_has_its_line_in_the_summary_once() -> None:
    made = story().dossier()
    (summary,) = (block for block in document_of(made)[1].blocks if isinstance(block, Summary))
    lines = ["".join(span.text for span in item.line if span.style != "cite").strip() for item in summary.items]
    alone = {gap.field for gap in made.gaps if gap.rule is None}
    assert [line for line in lines if "not recorded of" in line and "Mandatory" not in line] == [
        sentence(field, [gap.subject for gap in made.gaps if gap.field == field])
        for field in dict.fromkeys(gap.field for gap in made.gaps if gap.field in alone)
    ]
    assert {gap.rule for gap in made.gaps} - {None} <= {finding.rule for finding in made.findings}


@pytest.mark.parametrize(
    ("field", "subjects", "expected"),
    [
        ("signature", ["m 1"], "The artifact's signature is not recorded."),
        ("metrics", ["m 1"], "Metrics are not recorded."),
        ("owner", ["lake/a"], "The owner is not recorded of dataset lake/a."),
        ("owner", ["lake/a", "lake/b"], "The owner is not recorded of 2 datasets: a, b in lake."),
        ("run events", ["a1", "b2"], "Events are not recorded of 2 runs: a1, b2."),
        ("a_new_field", ["x"], "The a new field is not recorded."),
    ],
)
def test_a_gap_is_said_in_a_sentence(field: str, subjects: list[str], expected: str) -> None:
    assert sentence(field, subjects) == expected


def test_two_fields_of_the_version_are_said_together() -> None:
    both = ["intended use", "signature"]
    assert together(both) == "The intended use and the artifact's signature are not recorded."


def test_who_acts_without_title_and_organisation_lacks_them(house: House, approver: Actor) -> None:
    told(house, approver, {})
    bare = {
        name: value for name, value in principal("ada", "engineer").items() if name not in {"title", "organisation"}
    }
    house.record(bare)
    made = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert made is not None
    assert [(gap.subject, gap.field) for gap in made.gaps] == [("ada", "title"), ("ada", "organisation")]
    assert marked(document_of(made)[1]) == {"title", "organisation"}
    assert verify(house.issue_context(made, "json"), str(house.ledger.verifiers[0])).ok


def test_a_signer_whom_no_record_defined_then_is_missing(house: House, approver: Actor) -> None:
    told(house, approver, {}, ("request",))
    ada = house.act_as("ada", "engineer")
    asked = house.record(request(), ada).receipt.index
    house.append(decision(asked), "local", authenticated=False)
    made = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert made is not None
    assert [gap.field for gap in made.gaps] == ["signer"]
    assert verify(house.issue_context(made, "json"), str(house.ledger.verifiers[0])).ok
