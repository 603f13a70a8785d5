"""What the index of regulators' questions claims: each answer by its check, and no more than the context shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest

from reports.context import Actor, Evidence
from reports.context import Answer as Completeness
from reports.document import Document, Table, Text
from reports.drawing import document_of
from reports.kinds import ModelDossier
from reports.parts.assessments import (
    ChangeAssessment,
    EnvironmentAssessment,
    FeatureAssessment,
    InputFeature,
    MonitoringPlan,
)
from reports.parts.gaps import Gap
from reports.parts.gate import GateCheck, GateReason
from reports.parts.regulated.answer import Answer
from reports.parts.regulated.attributes import SOURCE_ATTRIBUTES
from reports.parts.regulation import ASKS
from tests.support.dossier import clinical_dossier, empty_dossier

BY_PARAGRAPH = {ask.paragraph: ask for ask in ASKS}
ATTRIBUTES = {one.subject: one for one in SOURCE_ATTRIBUTES}
EHDS = "Regulation (EU) 2025/327 (EHDS), Articles 61, 68 and 71"
AI_ACT = "Regulation (EU) 2024/1689"
SAME_SOURCE = "validity in test data from the training data's source"


def full(**more: Any) -> ModelDossier:
    return replace(clinical_dossier(), **more)


def sound() -> ModelDossier:
    """Return the clinical dossier without what is found and missing of it."""
    return full(findings=(), gaps=())


def lacking(field: str, subject: str = "lake/a") -> ModelDossier:
    return replace(sound(), gaps=(Gap(subject=subject, field=field),))


def empty() -> ModelDossier:
    return empty_dossier()


def cited(why: Literal["ERASED", "TOO_LARGE", "NOT_CITED"], number: int = 1) -> ModelDossier:
    """Return the dossier with so many cited entries, the bodies of all of them withheld for a reason."""
    dossier = sound()
    kept = tuple(replace(one, body=None, salt=None, withheld=why) for one in dossier.evidence.cited[:number])
    return replace(dossier, evidence=replace(dossier.evidence, cited=kept))


def truncated() -> ModelDossier:
    point = clinical_dossier().read_point
    cut = Completeness(state="TRUNCATED", reasons=("The walk ended at 5000 nodes.",))
    return full(read_point=replace(point, completeness=cut))


def apart(result: Literal["OVERLAP", "UNKNOWN"]) -> ModelDossier:
    separation = clinical_dossier().separation
    assert separation is not None
    text = {"OVERLAP": "1 file stands in both.", "UNKNOWN": "It is unknown."}[result]
    return full(separation=replace(separation, result=result, text=text))


def unverified() -> ModelDossier:
    first, second = clinical_dossier().snapshots
    gap = Gap(subject=f"{first.dataset} {first.digest}", field="verification")
    return replace(sound(), snapshots=(replace(first, verification=None), second), gaps=(gap,))


def never_sealed() -> ModelDossier:
    return full(snapshots=tuple(replace(one, sealed_at=None) for one in clinical_dossier().snapshots))


def by_method(method: str) -> ModelDossier:
    return full(deidentification=tuple(replace(one, method=method) for one in clinical_dossier().deidentification))


def past_every_step() -> ModelDossier:
    elsewhere = tuple(replace(one, run="another run") for one in sound().deidentification)
    return replace(sound(), deidentification=elsewhere)


def unnamed() -> ModelDossier:
    first, *rest = clinical_dossier().approvals
    bare = replace(first, decisions=tuple(replace(one, printed_name=None) for one in first.decisions))
    return full(approvals=(bare, *rest))


def undecided() -> ModelDossier:
    return full(approvals=tuple(replace(one, decisions=(), status="PENDING") for one in clinical_dossier().approvals))


BY = Actor(id="testperson-beta", authenticated=True)
AT: dict[str, Any] = {"by": BY, "at": "2031-01-02T00:00:00Z", "entry": 40}
UNPROVEN = {**AT, "by": Actor(id="local", authenticated=False)}


def listing(**more: Any) -> ModelDossier:
    """Return the dossier of a version of which somebody listed the input features."""
    features = (InputFeature(feature="age_band", measures=("AGE",), mitigation="Measured by group"),)
    held = FeatureAssessment(**{"features": features, "reason": "By hand", **AT, **more})
    return replace(sound(), feature_assessment=held)


def planned(**more: Any) -> ModelDossier:
    within = {"status": "INSIDE", "plan": "Plan 1", "plan_digest": "sha256:" + "c" * 64, "reason": "Retrained"}
    changes = ChangeAssessment(**{**within, **AT, **more})
    return replace(sound(), change_assessment=changes)


def installed(**more: Any) -> ModelDossier:
    found = {"critical": 0, "high": 0, "medium": 2, "low": 5}
    made_of = {"sbom_format": "SPDX", "sbom_digest": "sha256:" + "b" * 64, "source": "A made-up database"}
    return replace(sound(), environment_assessment=EnvironmentAssessment(**{**made_of, **found, **AT, **more}))


def watched(review_by: str = "2099-01-01T00:00:00Z", **more: Any) -> ModelDossier:
    plan = MonitoringPlan(**{"plan": "Plan 2", "review_by": review_by, **AT, **more})
    return replace(sound(), monitoring_plan=plan)


def gated(context: ModelDossier, check: str, *reasons: GateReason) -> ModelDossier:
    """Return the dossier with these reasons of a check of the gate alone."""
    (answer, *_) = context.gate
    came_to = GateCheck(check=check, required=True, outcome=reasons[0].outcome, reasons=reasons)
    return replace(context, gate=(replace(answer, checks=(came_to,)),))


BOUND = GateReason(outcome="PASS", text="The BAA made-up 3 with A made-up cloud is in force.", entries=(39,))
LABELLED = GateReason(outcome="FAIL", text="By labels it was made of what measures race.", entries=(40,))

CASES: dict[str, dict[str, tuple[ModelDossier, ...]]] = {
    "45 CFR 164.308(a)(1)(ii)(D)": {"not recorded": (sound(), empty())},
    "45 CFR 164.312(a)(1)": {"elsewhere": (sound(), empty())},
    "45 CFR 164.312(b)": {"partly": (sound(), full()), "not recorded": (empty(),)},
    "45 CFR 164.312(c)(1)": {
        "recorded": (sound(), full()),
        "partly": (unverified(),),
        "not recorded": (never_sealed(), empty()),
    },
    "45 CFR 164.314(a), 164.504(e)": {
        "partly": (gated(sound(), "AGREEMENTS", BOUND),),
        "not recorded": (sound(), empty(), gated(sound(), "AGREEMENTS", LABELLED)),
    },
    "45 CFR 164.316(b)(2)(i)": {"partly": (sound(), lacking("retention")), "not recorded": (empty(),)},
    "45 CFR 164.514(a)–(b)": {
        "recorded": (sound(),),
        "partly": (full(), lacking("phi_category"), lacking("labels"), past_every_step()),
        "not recorded": (by_method("LIMITED_DATA_SET"), by_method("NONE"), empty()),
    },
    "45 CFR 164.514(c)": {"elsewhere": (sound(), empty())},
    "45 CFR 164.514(e)": {"partly": (by_method("LIMITED_DATA_SET"),), "not recorded": (sound(), empty())},
    "45 CFR 164.528": {"not recorded": (sound(), empty())},
    "45 CFR 92.210": {
        "recorded": (listing(), listing(features=())),
        "partly": (listing(**UNPROVEN), gated(listing(), "INPUT_FEATURES", LABELLED)),
        "not recorded": (sound(), empty(), gated(sound(), "INPUT_FEATURES", LABELLED)),
    },
    "21 CFR 11.10(e)": {
        "recorded": (sound(), cited("TOO_LARGE")),
        "partly": (truncated(), cited("ERASED")),
        "not recorded": (replace(sound(), evidence=Evidence()), cited("NOT_CITED")),
    },
    "21 CFR 11.10(b)": {
        "recorded": (sound(),),
        "partly": (truncated(), cited("ERASED"), cited("TOO_LARGE")),
        "not recorded": (replace(sound(), evidence=Evidence()),),
    },
    "21 CFR 11.50(a)": {"recorded": (full(),), "partly": (unnamed(),), "not recorded": (undecided(), empty())},
    "21 CFR 11.70": {
        "recorded": (sound(),),
        "partly": (full(), lacking("bound digests", "SITE #3")),
        "not recorded": (undecided(), empty()),
    },
    "Good Machine Learning Practice, principle 4": {
        "partly": (full(),),
        "not recorded": (apart("OVERLAP"), apart("UNKNOWN"), empty()),
    },
    "FD&C Act, section 515C": {
        "recorded": (planned(), planned(status="INITIAL")),
        "partly": (planned(**UNPROVEN), planned(plan_digest=None)),
        "not recorded": (sound(), empty(), planned(status="OUTSIDE")),
    },
    "FD&C Act, section 524B": {"partly": (installed(), installed(**UNPROVEN)), "not recorded": (sound(), empty())},
    f"{AI_ACT}, Article 72": {"partly": (watched(), watched(**UNPROVEN)), "not recorded": (sound(), empty())},
    f"{AI_ACT}, Article 10(2)": {"partly": (sound(), lacking("lineage")), "not recorded": (empty(),)},
    f"{AI_ACT}, Annex IV 2(d)": {"partly": (sound(), lacking("persons")), "not recorded": (empty(),)},
    f"{AI_ACT}, Articles 11 and 18": {"not recorded": (sound(), empty())},
    f"{AI_ACT}, Articles 12, 19 and 26(6)": {"not kept here": (sound(), empty())},
    "ISO/IEC 42001, A.7.5": {
        "recorded": (sound(),),
        "partly": (lacking("lineage"), lacking("producer"), lacking("source_system")),
        "not recorded": (empty(),),
    },
    "NIST AI RMF 1.0, GOVERN 1.6": {
        "partly": (full(),),
        "not recorded": (full(model=replace(clinical_dossier().model, entries=())),),
    },
    "SOC 2, CC8.1": {"recorded": (sound(),), "partly": (full(),), "not recorded": (undecided(), empty())},
    EHDS: {"not recorded": (sound(), empty())},
    "28 CFR part 202": {"partly": (sound(), lacking("persons")), "not recorded": (empty(),)},
}
"""Each question with contexts, by what its check answers of them; what is not here, it cannot answer."""


def test_every_question_has_its_cases() -> None:
    assert set(CASES) == set(BY_PARAGRAPH)


@pytest.mark.parametrize("paragraph", CASES)
def test_a_check_answers_by_what_its_context_shows(paragraph: str) -> None:
    for result, contexts in CASES[paragraph].items():
        for number, context in enumerate(contexts):
            answer = BY_PARAGRAPH[paragraph].check(context)
            assert answer.result == result, f"{result}, case {number}: {answer}"
            assert_agrees(answer)


def assert_agrees(answer: Answer) -> None:
    """Hold an answer to its result: what is answered shows something, what is not says what would have to be there."""
    assert bool(answer.shown) == (answer.result != "not recorded")
    assert bool(answer.lacks) == (answer.result in {"partly", "not recorded"})
    assert answer.result != "not recorded" or not answer.entries


@pytest.mark.parametrize(
    ("paragraph", "context", "named"),
    [
        ("45 CFR 164.312(c)(1)", unverified(), "a verification since the seal of snapshot lake/training/"),
        ("45 CFR 164.514(a)–(b)", past_every_step(), "fhir_patient.ndjson"),
        ("21 CFR 11.50(a)", unnamed(), "#43"),
        ("21 CFR 11.10(e)", truncated(), "The walk ended at 5000 nodes"),
        ("Good Machine Learning Practice, principle 4", apart("OVERLAP"), "1 file stands in both"),
        ("Good Machine Learning Practice, principle 4", sound(), "a split of the data by person"),
        ("SOC 2, CC8.1", full(), "The safety approval is pending"),
        ("28 CFR part 202", full(), "where every dataset is"),
        ("45 CFR 92.210", listing(**UNPROVEN), "that a key proves who listed them"),
        ("45 CFR 92.210", gated(listing(), "INPUT_FEATURES", LABELLED), "By labels it was made of what measures race"),
        ("FD&C Act, section 515C", planned(status="OUTSIDE"), "that this version is within Plan 1"),
        (f"{AI_ACT}, Article 72", watched("2031-01-01T00:00:00Z"), "a review of the plan, which was due by 2031-01-01"),
    ],
)
def test_what_is_missing_is_named(paragraph: str, context: ModelDossier, named: str) -> None:
    assert named in "; ".join(BY_PARAGRAPH[paragraph].check(context).lacks)


def test_a_feed_without_phi_may_come_past_every_step() -> None:
    plain = tuple(replace(node, labels=()) for node in sound().nodes)
    context = replace(past_every_step(), nodes=plain)
    assert BY_PARAGRAPH["45 CFR 164.514(a)–(b)"].check(context).result == "recorded"


def test_of_a_version_of_which_nothing_is_recorded_no_paragraph_is_answered_but_by_the_ledger_itself() -> None:
    answered = {ask.paragraph for ask in ASKS if ask.check(empty()).result in {"recorded", "partly"}}
    assert answered == {"21 CFR 11.10(e)", "21 CFR 11.10(b)", "NIST AI RMF 1.0, GOVERN 1.6"}


def test_a_source_attribute_without_a_place_in_the_records_is_never_called_recorded() -> None:
    shown = {one.subject for one in SOURCE_ATTRIBUTES if one.check(sound()).shown}
    assert shown == {"intended use", SAME_SOURCE}
    assert {one.subject for one in SOURCE_ATTRIBUTES if one.check(empty()).shown} == set()


@pytest.mark.parametrize(
    ("subject", "context", "result"),
    [
        ("intended use", sound(), "recorded"),
        ("intended use", empty(), "not recorded"),
        (SAME_SOURCE, sound(), "recorded"),
        (SAME_SOURCE, lacking("metric split", "m 1"), "partly"),
        (SAME_SOURCE, apart("UNKNOWN"), "partly"),
        (SAME_SOURCE, full(model=replace(clinical_dossier().model, metrics=())), "not recorded"),
        (SAME_SOURCE, full(edges=clinical_dossier().edges[:1]), "not recorded"),
        ("funding source", sound(), "not recorded"),
        ("use of the named demographic variables as input features", listing(), "partly"),
        ("use of the named demographic variables as input features", sound(), "not recorded"),
    ],
)
def test_a_source_attribute_is_recorded_as_its_check_says(subject: str, context: ModelDossier, result: str) -> None:
    assert ATTRIBUTES[subject].check(context).result == result


def table_of(document: Document, title: str) -> Table:
    return next(b for b in document.blocks if isinstance(b, Table) and b.columns[0].title == title)


def test_the_index_shows_what_its_checks_answer_and_states_no_compliance() -> None:
    document = document_of(full())[1]
    sentences = ["".join(span.text for span in block.line) for block in document.blocks if isinstance(block, Text)]
    assert any("This index is not a statement of compliance." in sentence for sentence in sentences)
    marks = {"recorded": "recorded", "partly": "partly recorded", "not recorded": "not recorded"}
    marks["elsewhere"] = "not shown here"
    marks["not kept here"] = "not kept here, by design"
    rows = table_of(document, "Paragraph").rows
    assert [row[1][0][0].text for row in rows] == [marks[ask.check(full()).result] for ask in ASKS]
    shown = str(table_of(document, "Group"))
    assert all(one.subject in shown for one in SOURCE_ATTRIBUTES)


def test_what_no_record_answers_is_counted_among_what_is_not_recorded() -> None:
    document = document_of(full())[1]
    unanswered = sum(ask.check(full()).result == "not recorded" for ask in ASKS)
    sentences = ["".join(span.text for span in block.line) for block in document.blocks if isinstance(block, Text)]
    said = f"No record answers {unanswered} of the {len(ASKS)} paragraphs of section "
    (sentence,) = (sentence for sentence in sentences if sentence.startswith(said))
    assert sentence.endswith("and 29 of its 31 source attributes are not recorded.")
