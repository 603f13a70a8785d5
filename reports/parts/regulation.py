"""What regulators ask of a model's records, by paragraph, and whether this dossier's context has it.

Paragraphs are named and their subject is paraphrased; nothing here is advice on whether they apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reports.document import Block, Column, Line, Text, cell, faint, mark, missing, plain, strong, table
from reports.parts.approvals import Approvals
from reports.parts.deidentification import Deidentification
from reports.parts.lineage import Lineage
from reports.parts.model_version import Model
from reports.parts.snapshots import Snapshots
from reports.section import Frame, Part


@dataclass(frozen=True, kw_only=True)
class Regulated(Model, Snapshots, Lineage, Deidentification, Approvals):
    """What the paragraphs are looked for in."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A paragraph, what it asks for, the section that answers, and whether anything is recorded there."""

    paragraph: str
    subject: str
    section: str
    recorded: Callable[[Regulated], bool]


ASKS = (
    Ask(
        "45 CFR 164.312(b)",
        "Mechanisms that record and examine activity in systems that hold health information",
        "method",
        lambda context: context.read_point.ledger_size > 0,
    ),
    Ask(
        "45 CFR 164.312(c)(1)",
        "Integrity: protection from improper alteration or destruction",
        "data",
        lambda context: any(s.verification is not None for s in context.snapshots),
    ),
    Ask(
        "45 CFR 164.514(a)–(c)",
        "De-identification: method, determination, re-identification",
        "handling",
        lambda context: any(step.attested_by is not None for step in context.deidentification),
    ),
    Ask(
        "21 CFR 11.10(e)",
        "Time-stamped audit trails that do not obscure what was recorded before",
        "proof",
        lambda context: bool(context.evidence.cited),
    ),
    Ask(
        "21 CFR 11.10(b)",
        "Accurate and complete copies in human-readable and electronic form",
        "proof",
        lambda context: bool(context.read_point.checkpoint),
    ),
    Ask(
        "21 CFR 11.50(a)",
        "Signed records show the signer's printed name, date and time, and meaning",
        "approvals",
        lambda context: any(
            decision.printed_name and decision.meaning for each in context.approvals for decision in each.decisions
        ),
    ),
    Ask(
        "21 CFR 11.70",
        "Signatures are linked to their records, so that they cannot be excised or transferred",
        "approvals",
        lambda context: any(each.digests and each.decisions for each in context.approvals),
    ),
    Ask(
        "Good Machine Learning Practice, principle 4",
        "Training data sets are independent of test sets",
        "data",
        lambda context: {s.role for s in context.snapshots} >= {"TRAINING", "EVALUATION"},
    ),
    Ask(
        "Regulation (EU) 2024/1689, Annex IV 2(d)",
        "Training data: provenance, scope, how it was obtained, selected and labelled",
        "lineage",
        lambda context: any(node.raw_feed for node in context.nodes),
    ),
    Ask(
        "Regulation (EU) 2024/1689, Article 12",
        "Automatic recording of events over the system's lifetime",
        "runs",
        lambda context: bool(context.runs),
    ),
)


def _nothing(_: Regulated) -> bool:
    return False


def _is_measured_beside_training(context: Regulated) -> bool:
    """Return whether metrics are registered and one job made both the training and the evaluation data."""
    made = {
        role: {each.produced_by.job for each in context.snapshots if each.role == role and each.produced_by}
        for role in ("TRAINING", "EVALUATION")
    }
    return bool(context.model.metrics and made["TRAINING"] & made["EVALUATION"])


@dataclass(frozen=True, slots=True)
class SourceAttribute:
    """One of the 31 source attributes of 45 CFR 170.315(b)(11)(iv)(B), paraphrased, under its group's number."""

    group: int
    subject: str
    recorded: Callable[[Regulated], bool] = _nothing


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

SOURCE_ATTRIBUTES = (
    SourceAttribute(1, "developer's name and contact"),
    SourceAttribute(1, "funding source"),
    SourceAttribute(1, "value produced as output"),
    SourceAttribute(1, "kind of output"),
    SourceAttribute(2, "intended use", lambda context: bool(context.model.intended_use)),
    SourceAttribute(2, "intended patient population"),
    SourceAttribute(2, "intended users"),
    SourceAttribute(2, "intended decision-making role"),
    SourceAttribute(3, "cautioned tasks, situations and populations"),
    SourceAttribute(3, "known risks and limitations"),
    SourceAttribute(4, "inclusion and exclusion criteria of the training data"),
    SourceAttribute(4, "use of the named demographic variables as input features"),
    SourceAttribute(4, "demographic representativeness by those variables"),
    SourceAttribute(4, "relevance of the training data to the deployed setting"),
    SourceAttribute(5, "approach to fairness of the output"),
    SourceAttribute(5, "approach to bias"),
    SourceAttribute(6, "data source and setting"),
    SourceAttribute(6, "testing party"),
    SourceAttribute(6, "demographic representativeness"),
    SourceAttribute(6, "process"),
    SourceAttribute(7, "validity in test data from the training data's source", _is_measured_beside_training),
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


def blocks(context: Regulated, frame: Frame) -> Iterator[Block]:
    """Show each paragraph with the section that holds its record, and the source attributes by group."""
    yield Text(
        plain(
            "The paragraphs are named so that a reader finds the record that bears on them. "
            "Whether and how they apply is not said here."
        )
    )
    yield table(
        "Paragraphs, and the section that holds the record",
        (Column("Paragraph", 4), Column("Asks for", 8), Column("Section", 3), Column("Here", 2)),
        [
            (
                cell(strong(ask.paragraph)),
                cell(plain(ask.subject)),
                cell(plain(frame.titles[ask.section])),
                cell(mark("recorded", "good") if ask.recorded(context) else missing()),
            )
            for ask in ASKS
        ],
    )
    yield table(
        "The 31 source attributes of 45 CFR 170.315(b)(11)(iv)(B), paraphrased",
        (Column("Group", 4), Column("Recorded here", 4), Column("Not recorded", 9)),
        [
            (
                cell(plain(f"({group}) {title}")),
                cell(_attributes(context, group, recorded=True)),
                cell(_attributes(context, group, recorded=False)),
            )
            for group, title in ATTRIBUTE_GROUPS.items()
        ],
    )


def _attributes(context: Regulated, group: int, *, recorded: bool) -> Line:
    names = [a.subject for a in SOURCE_ATTRIBUTES if a.group == group and a.recorded(context) is recorded]
    return plain("; ".join(names)) if names else faint("–")


PART = Part(blocks)
