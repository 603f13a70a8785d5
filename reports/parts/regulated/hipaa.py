"""The checks of 45 CFR: privacy and security of health information, and nondiscrimination."""

from __future__ import annotations

from reports.naming import counted, gathered, worded
from reports.parts.assessments import shown_features
from reports.parts.deidentification import DeidentificationStep
from reports.parts.lineage import LineageEdge
from reports.parts.origins import bypassing
from reports.parts.regulated.answer import (
    Answer,
    Ask,
    Regulated,
    against,
    answered,
    elsewhere,
    found_by,
    gaps_of,
    nothing,
    reasons_of,
    unproven,
)
from reports.parts.snapshots import is_sound

_DEIDENTIFY = frozenset({"SAFE_HARBOR", "EXPERT_DETERMINATION"})
_LIMITED = "LIMITED_DATA_SET"


def activity(context: Regulated) -> Answer:
    """Look at the runs that made the data and the model: each by its events, or missing."""
    known = [run for run in context.runs if run.state != "UNKNOWN"]
    lacks = [
        *gaps_of(context, "runs", "run", "run events", "producer", "lineage"),
        "what people did in the systems that hold the data",
        "that somebody examined it",
    ]
    text = f"{counted(len(known), 'run')} of pipelines, by their events" if known else ""
    return answered(
        text, "the events of the runs that took part", lacks, (index for run in known for index in run.entries)
    )


def integrity(context: Regulated) -> Answer:
    """Look at the snapshots: sealed, and verified since with nothing altered."""
    sound = [each for each in context.snapshots if is_sound(each)]
    every = counted(len(context.snapshots), "snapshot")
    text = f"{len(sound):,} of {every} sealed, and found unaltered by a verification since" if sound else ""
    lacks = [*gaps_of(context, "seal", "verification"), *found_by(context, "snapshot unaltered")]
    entries = [index for each in sound for index in each.entries]
    entries += [index for each in sound if each.verification for index in each.verification.entries]
    return answered(text, "a seal of each snapshot, and a verification since that finds it unaltered", lacks, entries)


def retention(context: Regulated) -> Answer:
    """Look at what the owners of datasets declared of how long they are kept."""
    declared = [
        source
        for source in context.sources
        if any(fact.field == "retention" and fact.value for fact in source.declared)
    ]
    text = (
        f"how long {counted(len(declared), 'dataset')} of {len(context.sources):,} are to be kept" if declared else ""
    )
    lacks = [*gaps_of(context, "retention"), "since when that time runs", "how long the documentation is kept"]
    return answered(
        text, "how long each dataset is to be kept", lacks, (index for source in declared for index in source.entries)
    )


def deidentification(context: Regulated) -> Answer:
    """Look at the attestations in force by one of the two methods, and at whether PHI comes past all of them."""
    attested, feeds = _attested(context), _bypassing(context)
    methods = gathered(sorted({worded(step.method or "") for step in attested}))
    steps = counted(len(attested), "step that removes identifiers", "steps that remove identifiers")
    text = f"{steps}, attested and in force ({methods})" if attested else ""
    text += "" if feeds or not attested else ", on every way of the data from feeds that are labelled with PHI"
    lacks = [
        *gaps_of(context, "de-identification", "attestation", "cleared codes"),
        *found_by(context, "attestation in force"),
        *([f"an attested step on every way of the data from {gathered(feeds)}"] if feeds else []),
        *gaps_of(context, "labels", "phi_category"),
    ]
    entries = (index for step in attested for index in step.entries)
    return answered(text, "an attestation of each step that removes identifiers", lacks, entries)


def _attested(context: Regulated) -> list[DeidentificationStep]:
    """Return the attestations in force by one of the two methods that cover what they name."""
    return [step for step in context.deidentification if step.covers and step.in_force and step.method in _DEIDENTIFY]


def _bypassing(context: Regulated) -> tuple[str, ...]:
    attested = _attested(context)
    return bypassing(context, lambda edge: edge.deidentifies and any(_covers(step, edge) for step in attested))


def _covers(step: DeidentificationStep, edge: LineageEdge) -> bool:
    return step.run == edge.run if step.run else step.job == edge.job


def limited_data_set(context: Regulated) -> Answer:
    """Look at the attestations in force of a limited data set."""
    attested = [step for step in context.deidentification if step.in_force and step.method == _LIMITED]
    text = f"{counted(len(attested), 'attestation')} of a limited data set in force" if attested else ""
    lacks = ["the agreement with whoever receives it"]
    return answered(
        text,
        "that a limited data set was made, and the agreement with whoever receives it",
        lacks,
        (index for step in attested for index in step.entries),
    )


def agreements(context: Regulated) -> Answer:
    """Look at the agreements with whoever runs the model, where the gate was asked about a place."""
    found = reasons_of(context, "AGREEMENTS")
    held = [reason for reason in found if reason.outcome == "PASS"]
    lacks = [
        *(reason.text.rstrip(".") for reason in found if reason.outcome != "PASS"),
        "the agreements with whoever else handles the data",
    ]
    text = " ".join(dict.fromkeys(reason.text for reason in held)).rstrip(".")
    needs = "the business associate and data use agreements, with their dates"
    return answered(text, needs, lacks, (index for reason in held for index in reason.entries))


def input_features(context: Regulated) -> Answer:
    """Look at the list of the features that measure such, and at what labels tell of and the list does not hold."""
    listed = context.feature_assessment
    needs = "the model's input features, and which of them measure these"
    if listed is None:
        return answered("", needs)
    lacks = [*unproven(listed.by, "listed them"), *against(context, "INPUT_FEATURES")]
    return answered(shown_features(listed), needs, lacks, (listed.entry,))


ASKS = (
    Ask(
        "45 CFR 164.308(a)(1)(ii)(D)",
        "Regular review of records of activity",
        "runs",
        nothing("that somebody reviewed the activity, when, and what came of it"),
    ),
    Ask(
        "45 CFR 164.312(a)(1)",
        "Access to the data only for those who were granted it",
        "use",
        elsewhere("the dossier of each dataset shows who was granted access, and counts the decisions on access"),
    ),
    Ask(
        "45 CFR 164.312(b)",
        "Mechanisms that record and examine activity in systems that hold health information",
        "runs",
        activity,
    ),
    Ask(
        "45 CFR 164.312(c)(1)",
        "Integrity: protection from improper alteration or destruction",
        "data",
        integrity,
    ),
    Ask(
        "45 CFR 164.314(a), 164.504(e)",
        "Contracts with whoever handles the data for another",
        "use",
        agreements,
    ),
    Ask(
        "45 CFR 164.316(b)(2)(i)",
        "Documentation kept for six years",
        "sources",
        retention,
    ),
    Ask(
        "45 CFR 164.514(a)–(b)",
        "De-identification: method and determination",
        "handling",
        deidentification,
    ),
    Ask(
        "45 CFR 164.514(c)",
        "Codes by which records could be re-identified: not derived from the person, not disclosed",
        "handling",
        elsewhere(
            "who holds the key of which codes, where and until when, is recorded of the dataset that is the key; how a "
            "code was made is not"
        ),
    ),
    Ask("45 CFR 164.514(e)", "Limited data sets, and the agreement on their use", "handling", limited_data_set),
    Ask(
        "45 CFR 164.528",
        "Accounting of disclosures",
        "use",
        nothing("each disclosure: when, to whom, what, and for which purpose"),
    ),
    Ask(
        "45 CFR 92.210",
        "Input features that measure race, color, national origin, sex, age or disability",
        "model",
        input_features,
    ),
)
