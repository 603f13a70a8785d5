"""The 31 source attributes of 45 CFR 170.315(b)(11)(iv)(B), paraphrased, each with its check."""

from __future__ import annotations

from dataclasses import dataclass

from reports.naming import counted, gathered
from reports.parts.assessments import shown_features
from reports.parts.origins import origins
from reports.parts.regulated.answer import Answer, Check, Regulated, against, answered, gaps_of, nothing, unproven

_TRAINING_SPLITS = frozenset({"train", "training"})

ATTRIBUTE_GROUPS = {
    1: "Details and output",
    2: "Purpose",
    3: "Cautioned out-of-scope use",
    4: "Development details and input features",
    5: "Fairness in development",
    6: "External validation",
    7: "Quantitative measures of performance",
    8: "Ongoing maintenance",
    9: "Update schedule",
}


def intended_use(context: Regulated) -> Answer:
    """Look at what the registration says that the model is for."""
    text = "as registered" if context.model.intended_use else ""
    return answered(text, "what the model is for", gaps_of(context, "intended use"), context.model.entries)


def measured_beside_training(context: Regulated) -> Answer:
    """Look at metrics on data from the very raw feeds of the training data, and at whether the two are apart."""
    metrics = [m for m in context.model.metrics if m.split is None or m.split.casefold() not in _TRAINING_SPLITS]
    feeds = [{node.id for node in each.feeds} for each in origins(context)]
    is_same = len(feeds) == 2 and feeds[0] == feeds[1] and bool(feeds[0])  # noqa: PLR2004 - training and evaluation
    text = f"{counted(len(metrics), 'metric')} ({gathered(m.name for m in metrics)})" if metrics and is_same else ""
    separation, lacks = context.separation, gaps_of(context, "metric split")
    if separation is not None and separation.result != "APART":
        lacks.append(f"that test data is apart from training data ({separation.text.rstrip('.')})")
    return answered(text, "metrics on data from the very same raw feeds", lacks, context.model.entries)


def demographic_features(context: Regulated) -> Answer:
    """Look at the list of the features that measure what 45 CFR 92.210 names: some of the variables that count here."""
    listed = context.feature_assessment
    if listed is None:
        return answered("", "which variables are input features")
    lacks = [
        *unproven(listed.by, "listed them"),
        *against(context, "INPUT_FEATURES"),
        "ethnicity, language, sexual orientation, gender identity, social determinants and health status",
    ]
    return answered(shown_features(listed), "which variables are input features", lacks, (listed.entry,))


_NOWHERE = nothing()


@dataclass(frozen=True, slots=True)
class SourceAttribute:
    """One source attribute, paraphrased, under its group's number, and the check of it."""

    group: int
    subject: str
    check: Check = _NOWHERE


SOURCE_ATTRIBUTES = (
    SourceAttribute(1, "developer's name and contact"),
    SourceAttribute(1, "funding source"),
    SourceAttribute(1, "value produced as output"),
    SourceAttribute(1, "kind of output"),
    SourceAttribute(2, "intended use", intended_use),
    SourceAttribute(2, "intended patient population"),
    SourceAttribute(2, "intended users"),
    SourceAttribute(2, "intended decision-making role"),
    SourceAttribute(3, "cautioned tasks, situations and populations"),
    SourceAttribute(3, "known risks and limitations"),
    SourceAttribute(4, "inclusion and exclusion criteria of the training data"),
    SourceAttribute(4, "use of the named demographic variables as input features", demographic_features),
    SourceAttribute(4, "demographic representativeness by those variables"),
    SourceAttribute(4, "relevance of the training data to the deployed setting"),
    SourceAttribute(5, "approach to fairness of the output"),
    SourceAttribute(5, "approach to bias"),
    SourceAttribute(6, "data source and setting"),
    SourceAttribute(6, "testing party"),
    SourceAttribute(6, "demographic representativeness"),
    SourceAttribute(6, "process"),
    SourceAttribute(7, "validity in test data from the training data's source", measured_beside_training),
    SourceAttribute(7, "fairness in test data from the training data's source"),
    SourceAttribute(7, "validity in external data"),
    SourceAttribute(7, "fairness in external data"),
    SourceAttribute(7, "evaluation of outcomes"),
    SourceAttribute(8, "monitoring of validity"),
    SourceAttribute(8, "validity in local data"),
    SourceAttribute(8, "monitoring of fairness"),
    SourceAttribute(8, "fairness in local data"),
    SourceAttribute(9, "how and how often it is updated"),
    SourceAttribute(9, "how often performance is corrected"),
)
