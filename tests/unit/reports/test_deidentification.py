"""What a report prints of attestations: whether they cover their step, and in words why not."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from reports.document import Line, Summary, Table
from reports.drawing import document_of
from reports.kinds import ModelDossier
from reports.parts.deidentification import DeidentificationStep, Reason
from tests.support.dossier import clinical_dossier

(ATTESTED,) = clinical_dossier().deidentification
WORDS = {
    "OTHER_JOB": "it is about another job than the run executed",
    "OTHER_RUN": "it is about another run of the job",
    "NOT_AUTHORISED": "who attested it was no steward then",
    "CLEARS_NOTHING": "the method (limited data set) leaves protected health information",
    "VOID": "a steward said that it never held",
    "EXPIRED": "it expired on 2032-03-01 00:00:00 UTC",
    "BEGINS_LATER": "it begins later, on 2031-03-02 08:00:00 UTC",
    "OTHER_CODE": "it covers another version of the job's code than the step's run says that it ran",
    "OTHER_VERSION": "it covers schema version 1; the step wrote 2, 3",
}


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def printed(*steps: DeidentificationStep) -> list[str]:
    document = document_of(replace(clinical_dossier(), deidentification=steps))[1]
    table = next(each for each in document.blocks if isinstance(each, Table) and "remove identifiers" in each.caption)
    return [text(line) for row in table.rows for cell in row for line in cell]


def uncovered(reason: Reason, **more: object) -> DeidentificationStep:
    values: dict[str, object] = {"covers": False, "reason": reason, "schema_version": "1", **more}
    return replace(ATTESTED, **values)  # type: ignore[arg-type]  # of any field


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_why_an_attestation_does_not_cover_a_step_is_said_in_words(reason: Reason) -> None:
    method = "LIMITED_DATA_SET" if reason == "CLEARS_NOTHING" else ATTESTED.method
    lines = printed(uncovered(reason, method=method, written_versions=("2", "3"), not_covered="another-run"))
    assert WORDS[reason] in lines
    assert "not covered: run another-run" in lines
    assert any(line.startswith("does not cover the step") for line in lines)


def test_who_proved_nothing_is_said_to_have_proved_nothing() -> None:
    assert ATTESTED.attested_by is not None
    by = replace(ATTESTED.attested_by, authenticated=False)
    assert "no key proved who attested it" in printed(uncovered("NOT_AUTHORISED", attested_by=by))


def test_what_was_written_under_no_version_is_said_so() -> None:
    assert "it covers schema version 1; the step wrote what no version is declared of" in printed(
        uncovered("OTHER_VERSION")
    )


def test_an_attestation_that_covers_its_step_gives_no_reason() -> None:
    lines = printed(replace(ATTESTED, later=True))
    assert any(line.startswith("covers the step") for line in lines)
    assert not any(line.startswith(("it ", "not covered", "who attested")) for line in lines)
    assert "after the registration" in lines


@pytest.mark.parametrize(
    ("known_by", "words"),
    [
        ("RUN", "its run claims that it removes identifiers"),
        ("DECLARATION", "its output is declared to be without identifiers, its input is not"),
        ("ANOTHER_RUN", "another run of the job was attested"),
    ],
)
def test_a_step_that_nobody_attested_says_how_it_is_known(known_by: str, words: str) -> None:
    step = DeidentificationStep(job="curation/deidentify", run="a-run", known_by=known_by)  # type: ignore[arg-type]
    lines = printed(step)
    assert words in lines
    assert any(line.startswith("not attested") for line in lines)


def summary(context: ModelDossier) -> list[str]:
    found = next(each for each in document_of(context)[1].blocks if isinstance(each, Summary))
    return [text(item.line) for item in found.items]


def test_only_attestations_that_cover_their_step_are_counted_in_the_summary() -> None:
    one = summary(replace(clinical_dossier(), deidentification=(ATTESTED, uncovered("EXPIRED"))))
    assert any(line.startswith("1 attestation of de-identification is in force and covers its step.") for line in one)
    none = summary(replace(clinical_dossier(), deidentification=(uncovered("EXPIRED"),)))
    assert not any("of de-identification" in line for line in none)
    two = summary(replace(clinical_dossier(), deidentification=(ATTESTED, replace(ATTESTED, later=True))))
    covering = (
        "2 attestations of de-identification are in force and cover their steps; 1 recorded after the registration."
    )
    assert any(line.startswith(covering) for line in two)
