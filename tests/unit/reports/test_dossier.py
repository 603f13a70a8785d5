from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.kinds import KINDS
from reports.context import Answer
from reports.document import MOST_ROWS, Cell, Document, Facts, Gaps, Heading, SignOff, Summary, Table, Tone
from reports.drawing import document_of
from reports.kinds import ModelDossier
from reports.naming import many_together
from reports.parts.estate import EstateFinding
from reports.parts.findings import Finding, Severity, Topic
from reports.parts.gaps import Gap
from reports.parts.regulated.attributes import ATTRIBUTE_GROUPS, SOURCE_ATTRIBUTES
from reports.parts.runs import Run
from reports.parts.signatures import Decision
from reports.parts.sources import Declared
from reports.phrases import KINDS as WORDS_OF_KINDS
from reports.phrases import in_words
from reports.standalone.verification import ISSUED_KIND
from tests.support.dossier import STEWARD, clinical_dossier, empty_dossier, large_dossier


def build_model_dossier(context: ModelDossier) -> Document:
    return document_of(context)[1]


def summary_of(context: ModelDossier) -> Summary:
    return next(block for block in build_model_dossier(context).blocks if isinstance(block, Summary))


def said_by(context: ModelDossier) -> list[str]:
    return ["".join(span.text for span in item.line) for item in summary_of(context).items]


def text_of(document: Document) -> str:
    return str(document.to_json())


def test_the_same_context_gives_an_equal_document() -> None:
    assert build_model_dossier(clinical_dossier()) == build_model_dossier(clinical_dossier())


def test_the_summary_has_exceptions_first() -> None:
    order = ("bad", "warn", "none", "good")
    tones = [order.index(item.tone) for item in summary_of(clinical_dossier()).items]
    assert tones == sorted(tones)
    assert tones[0] == 0


def test_every_report_says_what_its_ledger_does_not_prove() -> None:
    assert build_model_dossier(empty_dossier()).statement == (
        "The ledger proves that records were not altered after logging, not that they were true or complete."
    )


def test_a_decision_nobody_authenticated_is_an_exception() -> None:
    assert any("a local principal that nobody authenticated" in line for line in said_by(clinical_dossier()))


@pytest.mark.parametrize("topic", get_args(Topic))
@pytest.mark.parametrize(("severity", "tone"), [("HIGH", "bad"), ("MEDIUM", "warn")])
def test_every_finding_has_its_line_in_the_summary(topic: Topic, severity: Severity, tone: Tone) -> None:
    found = Finding(rule="a rule", severity=severity, topic=topic, subject="s", text="It is so.", entries=(3,))
    items = summary_of(replace(empty_dossier(), findings=(found,))).items
    (item,) = [each for each in items if each.verdict not in {"CHECKPOINT", "GATE"}]
    assert item.tone == tone
    assert "".join(span.text for span in item.line).endswith("It is so. #3")


def test_very_many_that_are_alike_stand_together_and_are_counted() -> None:
    many = tuple(
        Finding(rule="a rule", severity="MEDIUM", topic="approval", subject=f"s{n}", text="It is so.", entries=(n,))
        for n in range(30)
    )
    gaps = tuple(Gap(subject=f"d{n}", field="owner", note="Declare it.") for n in range(30))
    undescribed = tuple(
        EstateFinding(
            rule="described",
            code="DESCRIBED",
            severity="MEDIUM",
            subject=f"d{n}",
            node=f"Dataset:{n}",
            text="Nothing is known of it.",
            since=f"2031-01-01T00:00:{59 - n:02}Z",
            stands="OPEN",
            entries=(n,),
        )
        for n in range(30)
    )
    context = replace(empty_dossier(), findings=many, gaps=gaps, estate=undescribed)
    (line,) = (line for line in said_by(context) if line.startswith("It is so"))
    assert line.startswith("It is so: 30 times. #0 #1")
    document = build_model_dossier(context)
    table = next(each for each in document.blocks if isinstance(each, Table) and each.caption == "Findings")
    (row,) = table.rows
    assert len(row[2]) == 30
    (row,) = next(each for each in document.blocks if isinstance(each, Table) and "estate" in each.caption).rows
    assert len(row[0]) == 31
    assert "Nothing is known of it: 30 times." in str(row[1])
    assert "2031-01-01 00:00:30 UTC" in str(row[1])
    (group,) = next(each for each in document.blocks if isinstance(each, Gaps)).groups
    assert group[0] == "30 that lack the same"
    assert all(f"d{n}" in str(group) for n in range(30))


@given(st.lists(st.integers(0, 3), max_size=40))
def test_nothing_is_lost_where_many_stand_together(things: list[int]) -> None:
    found = many_together(enumerate(things), lambda one: one[1])
    assert sorted(one for group in found for one in group) == list(enumerate(things))
    assert all(len(group) == 1 or len(group) > 8 for group in found)
    assert [group[0][0] for group in found] == sorted(group[0][0] for group in found)


def test_an_answer_that_is_not_whole_is_the_first_thing_said() -> None:
    dossier = clinical_dossier()
    lagging = replace(dossier.read_point, completeness=Answer(state="LAGGING", reasons=("three entries behind",)))
    assert said_by(replace(dossier, read_point=lagging))[0].endswith("not complete: three entries behind.")


def test_a_ledger_that_nobody_outside_is_known_to_hold_is_a_point_to_note() -> None:
    found = next(item for item in summary_of(clinical_dossier()).items if item.verdict == "CHECKPOINT")
    assert found.tone == "warn"
    assert found.line[0].text.startswith("No checkpoint is known to be held by a third party")
    assert found.section == "method"


def test_the_cover_names_the_issuer_or_that_the_operator_did_not() -> None:
    dossier = clinical_dossier()
    shown = {name: [*lines_of(value)] for name, value in build_model_dossier(dossier).cover.rows}
    assert shown["Issuer"] == [dossier.organisation]
    assert shown["Report number"] == [build_model_dossier(dossier).number]
    assert shown["States"] == [
        "what was true at 2031-03-07 09:30:01 UTC as the ledger recorded it by 2031-03-07 09:30:00 UTC (entry #53)"
    ]
    unnamed = dict(build_model_dossier(replace(dossier, organisation=None)).cover.rows)
    assert lines_of(unnamed["Issuer"]) == ["not named by the operator"]


def test_a_cited_entry_is_shown_with_its_kind_in_words_who_wrote_it_and_what_it_is_about() -> None:
    dossier = clinical_dossier()
    rows = {lines_of(row[0])[0]: row for row in table_of(dossier, "Ledger entries cited").rows}
    decision = dossier.approvals[0].decisions[0]
    entry, kind, recorded, about = (lines_of(one) for one in rows[f"#{decision.entry}"])
    assert kind == ["decision on a request", "record.decide_approval"]
    assert recorded[1] == "Testperson Gamma"
    assert about == [f"request #{dossier.approvals[0].entry}", decision.leaf]
    assert entry == [f"#{decision.entry}"]
    assert any("curation/join_admissions" in lines_of(row[3])[0] for row in rows.values())


def test_every_kind_of_entry_has_words() -> None:
    known = {f"record.{name}" for name in KINDS if name != "report_issued"} | {ISSUED_KIND}
    assert known <= WORDS_OF_KINDS.keys()
    assert in_words("record.retire_dataset") == "retire dataset"


def test_what_is_missing_is_named() -> None:
    gaps = next(block for block in build_model_dossier(clinical_dossier()).blocks if isinstance(block, Gaps))
    named = [span.text for _, lines in gaps.groups for line in lines for span in line if span.style == "missing"]
    assert "retention: not recorded" in named
    assert "signature: not recorded" in named


def test_an_approval_shows_printed_name_times_and_meaning() -> None:
    blocks = build_model_dossier(clinical_dossier()).blocks
    first = next(block for block in blocks if isinstance(block, SignOff))
    shown = {name: "".join(span.text for line in cell for span in line) for name, cell in first.decisions[0]}
    assert shown["Printed name"] == "Testperson Gamma"
    assert shown["Signed at"] == "2031-03-06 07:45:10 UTC2031-03-06 08:45:10 +01:00 (Europe/Vienna)"
    assert shown["Meaning"] == "approval"


def test_what_an_empty_record_lacks_is_said_in_every_section() -> None:
    text = text_of(build_model_dossier(empty_dossier()))
    for absent in ("Snapshots:", "Lineage:", "Sources:", "Runs:", "De-identification steps:", "PHI labels:"):
        assert absent in text


def test_at_most_five_thousand_rows_are_shown_and_the_table_says_so() -> None:
    blocks = build_model_dossier(large_dossier(6_000)).blocks
    beginning, runs = (block for block in blocks if isinstance(block, Table) and block.total == 6_000)
    assert len(beginning.rows) < len(runs.rows) == MOST_ROWS
    assert runs.note == "The first 5,000 of 6,000 rows are shown; the complete set is in the attached evidence."


def test_every_section_has_one_anchor_and_the_summary_leads_to_existing_ones() -> None:
    document = build_model_dossier(clinical_dossier())
    anchors = [block.anchor for block in document.blocks if isinstance(block, Heading)]
    assert len(anchors) == len(set(anchors))
    assert {item.section for item in summary_of(clinical_dossier()).items if item.section} <= set(anchors)


def test_a_paragraph_is_answered_where_its_section_stands() -> None:
    document = build_model_dossier(clinical_dossier())
    titles = {block.number: block.text for block in document.blocks if isinstance(block, Heading)}
    table = next(b for b in document.blocks if isinstance(b, Table) and b.columns[0].title == "Paragraph")
    for row in table.rows:
        number, _, name = row[2][0][0].text.partition(" ")
        assert name in titles[number]


def test_a_decision_without_a_recorded_name_says_so() -> None:
    dossier = clinical_dossier()
    given = dossier.approvals[0].decisions[0]
    bare = Decision(
        decision="APPROVE", decided_by=STEWARD, decided_at=given.decided_at, entry=given.entry, leaf=given.leaf
    )
    context = replace(dossier, approvals=(replace(dossier.approvals[0], decisions=(bare,)),))
    first = next(block for block in build_model_dossier(context).blocks if isinstance(block, SignOff))
    assert dict(first.decisions[0])["Printed name"][0][0].text == "not recorded"


def table_of(context: ModelDossier, caption: str) -> Table:
    blocks = build_model_dossier(context).blocks
    return next(block for block in blocks if isinstance(block, Table) and block.caption.startswith(caption))


def lines_of(cell: Cell) -> list[str]:
    return ["".join(span.text for span in line) for line in cell]


def test_datasets_that_declare_the_same_stand_together_and_none_is_lost() -> None:
    dossier = clinical_dossier()
    first = dossier.sources[0]
    twins = tuple(replace(first, dataset=f"twin-{number}", entries=(number,)) for number in range(3))
    shown = table_of(replace(dossier, sources=(*twins, replace(first, system="Another"))), "Datasets on the way")
    assert [lines_of(row[0]) for row in shown.rows] == [
        ["twin-0 #0", "twin-1 #1", "twin-2 #2"],
        [f"{first.dataset} #{' #'.join(map(str, first.entries))}"],
    ]


def test_what_all_datasets_declare_alike_is_said_once() -> None:
    dossier = clinical_dossier()
    source = replace(dossier.sources[0], declared=(Declared(field="owner", value="group:study"),))
    context = replace(dossier, sources=tuple(replace(source, dataset=f"d{number}") for number in range(3)))
    facts = [block for block in build_model_dossier(context).blocks if isinstance(block, Facts)]
    assert ("Owner (all)", ["group:study"]) in [(name, lines_of(cell)) for block in facts for name, cell in block.rows]
    assert "group:study" not in str(table_of(context, "Datasets on the way"))


def test_the_same_permission_is_said_once_for_all_that_have_it() -> None:
    dossier = clinical_dossier()
    uses = tuple(replace(dossier.use[0], dataset=f"d{number}", entries=(number,)) for number in range(3))
    shown = table_of(replace(dossier, use=uses), "What the owners permit")
    assert [lines_of(row[0]) for row in shown.rows] == [["d0 #0", "d1 #1", "d2 #2"]]


def test_a_failed_run_names_the_one_that_completed_after_it() -> None:
    good = Run(job="jobs/land", run="run-2", state="COMPLETE", entries=(3,))
    bad = Run(job="jobs/land", run="run-1", state="FAIL", attempt=True, retried_by="run-2", entries=(2,))
    context = replace(clinical_dossier(), runs=(bad, good))
    shown = table_of(context, "Runs that took part")
    assert "retried: R2 completed after it" in lines_of(shown.rows[0][2])


def test_an_edge_names_its_run_by_the_number_in_the_table_of_runs() -> None:
    dossier = clinical_dossier()
    numbers = {each.run: f"R{number}" for number, each in enumerate(dossier.runs, 1)}
    shown = table_of(dossier, "Every edge")
    for edge, row in zip(dossier.edges, shown.rows, strict=True):
        told = " ".join(lines_of(row[3]))
        assert edge.run is None or (numbers.get(edge.run, edge.run) in told)


def test_a_run_is_shown_with_its_start_and_how_long_it_took() -> None:
    one, *_ = clinical_dossier().runs
    closed = replace(one, started_at="2031-03-01T08:00:00Z", ended_at="2031-03-01T08:01:05Z")
    runs = (closed, replace(one, run="open", started_at="2031-03-01T08:00:00.25Z", ended_at=None))
    shown = [lines_of(row[3]) for row in table_of(replace(clinical_dossier(), runs=runs), "Runs").rows]
    assert shown == [
        ["2031-03-01 08:00:00.000 UTC", "1 min 5 s"],
        ["2031-03-01 08:00:00.250 UTC", "had not ended at the read point"],
    ]


def test_a_run_that_ended_before_it_started_shows_both_times() -> None:
    one, *_ = clinical_dossier().runs
    run = replace(one, started_at="2031-03-01T08:00:00Z", ended_at="2031-03-01T07:59:00Z")
    row = table_of(replace(clinical_dossier(), runs=(run,)), "Runs").rows[0]
    assert lines_of(row[3]) == ["2031-03-01 08:00:00 UTC", "ended 2031-03-01 07:59:00 UTC"]


def contents_of(**more: Any) -> list[str]:
    """Return what is shown to be in the first snapshot, with other numbers in its seal or of the run that wrote it."""
    first, second = clinical_dossier().snapshots
    assert first.produced_by is not None
    written = replace(first.produced_by, rows=more.pop("written", first.produced_by.rows))
    context = replace(clinical_dossier(), snapshots=(replace(first, produced_by=written, **more), second))
    return lines_of(table_of(context, "Snapshots").rows[0][1])[-4:]


def test_a_snapshot_shows_how_much_of_which_days_it_holds() -> None:
    assert contents_of()[1:] == ["14,203 rows", "11,874 persons", "of 2028-01-01 to 2030-12-31"]
    assert contents_of(rows=None, written=7)[1:] == ["7 rows", "11,874 persons", "of 2028-01-01 to 2030-12-31"]
    assert contents_of(rows=None, written=None, persons=None, period=None)[1:] == [
        "rows: not recorded",
        "persons: not recorded",
        "period: not recorded",
    ]


def test_rows_that_seal_and_run_count_differently_are_marked() -> None:
    assert contents_of(rows=5, written=6)[:2] == ["5 rows", "its run wrote 6 rows"]


def test_a_seal_that_this_file_does_not_hold_cannot_be_compared_by_it() -> None:
    dossier = clinical_dossier()
    assert dossier.separation is not None
    seal = dossier.separation.entries[0]
    kept = tuple(replace(one, withheld="TOO_LARGE") if one.index == seal else one for one in dossier.evidence.cited)
    context = replace(dossier, evidence=replace(dossier.evidence, cited=kept))
    text = "This file does not hold the manifests that say so, and nobody can compare them by it:"
    assert (text in text_of(build_model_dossier(context)), text in text_of(build_model_dossier(dossier))) == (
        True,
        False,
    )


def test_there_are_thirty_one_source_attributes_in_nine_groups() -> None:
    sizes = [sum(each.group == group for each in SOURCE_ATTRIBUTES) for group in ATTRIBUTE_GROUPS]
    assert sizes == [4, 4, 2, 4, 2, 4, 5, 4, 2]


def test_an_approval_that_a_grave_finding_concerns_is_not_called_in_order() -> None:
    dossier = clinical_dossier()
    approval = replace(dossier.approvals[0], status="APPROVED")
    context = replace(dossier, approvals=(approval,), findings=())
    assert any("1 approval in force" in line for line in said_by(context))
    entries = (approval.decisions[0].entry,)
    text = "Who decided had given themselves the power to."
    found = Finding(
        rule="powers given by another",
        severity="HIGH",
        topic="powers",
        subject="a version",
        text=text,
        entries=entries,
    )
    lines = said_by(replace(context, findings=(found,)))
    assert any(text in line for line in lines)
    assert not any("approval in force" in line for line in lines)
