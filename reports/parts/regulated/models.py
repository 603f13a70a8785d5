"""The checks of what asks for the provenance of a model and of its data, and for where that data is."""

from __future__ import annotations

from collections.abc import Iterator

from reports.moment import in_utc
from reports.naming import counted, gathered, worded
from reports.parts.origins import by_data, origins
from reports.parts.regulated.answer import Answer, Ask, Regulated, against, answered, gaps_of, nothing, unproven

_PROVENANCE = ("lineage", "source_system", "producer", "runs", "run events", "seal", "evaluation")

_WAY = "the way of the data from its raw feeds, by the runs that took part"


def independence(context: Regulated) -> Answer:
    """Look at whether the manifests of training and evaluation data share a file."""
    separation, split = context.separation, "a split of the data by person"
    if separation is None:
        return Answer("not recorded", lacks=("training and evaluation snapshots", split))
    if separation.result != "APART":
        return Answer("not recorded", lacks=(f"that they are apart ({separation.text.rstrip('.')})", split))
    text = "no file of the training data is among those of the evaluation data, by digest"
    return answered(text, split, [split], separation.entries)


def data_governance(context: Regulated) -> Answer:
    """Look at the raw feeds, and at the jobs that prepared the data."""
    lacks = ["design choices and assumptions", "annotation and labelling", "the examination for biases and gaps"]
    return answered(_origin(context), _WAY, [*gaps_of(context, *_PROVENANCE), *lacks], _feeds(context))


def training_data(context: Regulated) -> Answer:
    """Look at where the data comes from, and at how much of what days there is."""
    lacks = ["how the data was selected and cleaned", "how it was labelled"]
    described = gaps_of(context, *_PROVENANCE, "rows", "persons", "period")
    return answered(_origin(context), _WAY, [*described, *lacks], _feeds(context))


def provenance(context: Regulated) -> Answer:
    """Look at the way from the raw feeds to the snapshots, and at what is missing of it."""
    return answered(_origin(context), _WAY, gaps_of(context, *_PROVENANCE), _feeds(context))


def inventory(context: Regulated) -> Answer:
    """Look at the registration of the version."""
    text = "this version is registered" if context.model.entries else ""
    return answered(text, "a registration", ["that every system in use is registered"], context.model.entries)


def change_approval(context: Regulated) -> Answer:
    """Look at the approvals of the version that are in force, and at what is found on approvals and on who decided."""
    own = f"{context.model.namespace} {context.model.name} {context.model.version}"
    granted = [each for each in context.approvals if each.status == "APPROVED" and each.subject == own]
    lacks = [
        finding.text.rstrip(".")
        for finding in context.findings
        if finding.topic in {"approvals", "approval", "signer", "powers"}
    ]
    kinds = gathered(worded(each.kind) for each in granted)
    text = f"{counted(len(granted), 'approval')} of this version in force ({kinds})" if granted else ""
    return answered(text, "an approval of this version in force", lacks, (each.entry for each in granted))


def places(context: Regulated) -> Answer:
    """Look at the regions that owners declare, and at how many persons the snapshots hold data of."""
    declared = [(source, fact) for source in context.sources for fact in source.declared if fact.field == "region"]
    regions = [fact.value for _, fact in declared if fact.value]
    held = [source for source, fact in declared if fact.value]
    lacks = [
        *gaps_of(context, "persons"),
        *(["where every dataset is"] if len(held) < len(context.sources) else []),
        "whose citizens they are, and whether data is genomic",
        "to which places it was transferred",
    ]
    text = f"where {counted(len(held), 'dataset')} of {len(context.sources):,} are: {gathered(regions)}" if held else ""
    entries = (index for source in held for index in source.entries)
    return answered(text, "where the datasets are", lacks, entries)


def change_plan(context: Regulated) -> Answer:
    """Look at how somebody other than its maker found the version to stand to the plan of changes."""
    found = context.change_assessment
    needs = "the change control plan, and that this version is within it"
    if found is None or found.status == "OUTSIDE":
        return answered("", needs if found is None else f"that this version is within {found.plan}")
    how = "the first version" if found.status == "INITIAL" else "within it"
    lacks = [
        *unproven(found.by, "held the version against it"),
        *against(context, "CHANGE_PLAN"),
        *([] if found.plan_digest else ["the plan itself, by its digest"]),
    ]
    return answered(f"held against {found.plan}: it is {how}", needs, lacks, (found.entry,))


def components(context: Regulated) -> Answer:
    """Look at the software bill of materials of the environment, and at what was known against that."""
    found = context.environment_assessment
    needs = "a software bill of materials, and the vulnerabilities that are known of it"
    if found is None:
        return answered("", needs)
    known = sum(found.known.values())
    text = f"a software bill of materials ({found.sbom_format}), held against {found.source}: "
    text += f"{counted(known, 'known vulnerability', 'known vulnerabilities')}"
    lacks = [
        *unproven(found.by, "recorded that"),
        *against(context, "COMPONENTS"),
        "the plan by which vulnerabilities are found and mended",
    ]
    return answered(text, needs, lacks, (found.entry,))


def monitoring(context: Regulated) -> Answer:
    """Look at the plan by which the version is watched in use, and at whether its review is overdue."""
    found = context.monitoring_plan
    needs = "the plan by which it is watched in use"
    if found is None:
        return answered("", needs)
    due, now = in_utc(found.review_by), in_utc(context.read_point.valid_at)
    overdue = due is not None and now is not None and due <= now
    lacks = [
        *unproven(found.by, "planned that"),
        *([f"a review of the plan, which was due by {found.review_by[:10]}"] if overdue else []),
        *([] if found.plan_digest else ["the plan itself, by its digest"]),
        "what was found while it was in use",
    ]
    return answered(f"it is watched by {found.plan}", needs, lacks, (found.entry,))


def running_logs(_: Regulated) -> Answer:
    """Look at nothing: the logs of a system in use are its own."""
    text = "the logs of the system in use are kept where it runs; this catalog holds how the model came to be"
    return Answer("not kept here", text)


def _origin(context: Regulated) -> str:
    found = []
    for data, origin in by_data(context, lambda each: (each.feeds, each.jobs)):
        if origin.feeds and origin.jobs:
            feeds, jobs = counted(len(origin.feeds), "raw feed"), counted(len(origin.jobs), "job")
            found.append(f"the {data} from {feeds} by {jobs}")
    return " and ".join(found)


def _feeds(context: Regulated) -> Iterator[int]:
    return (index for each in origins(context) for node in each.feeds for index in node.entries)


_AI_ACT = "Regulation (EU) 2024/1689"

ASKS = (
    Ask(
        "Good Machine Learning Practice, principle 4", "Training data is independent of test data", "data", independence
    ),
    Ask(
        "FD&C Act, section 515C",
        "Changes follow a predetermined change control plan",
        "model",
        change_plan,
    ),
    Ask(
        "FD&C Act, section 524B",
        "A software bill of materials, and vulnerabilities found and mended",
        "model",
        components,
    ),
    Ask(
        f"{_AI_ACT}, Article 10(2)",
        "Data governance: origin, preparation, assumptions, biases, gaps",
        "lineage",
        data_governance,
    ),
    Ask(
        f"{_AI_ACT}, Annex IV 2(d)",
        "Training data: provenance, scope, how it was obtained, selected and labelled",
        "data",
        training_data,
    ),
    Ask(
        f"{_AI_ACT}, Articles 11 and 18",
        "Technical documentation, kept for ten years",
        "model",
        nothing("the technical documentation, of which this can be a part, and how long it is kept"),
    ),
    Ask(
        f"{_AI_ACT}, Articles 12, 19 and 26(6)",
        "Automatic recording of events while the system is in use",
        "runs",
        running_logs,
    ),
    Ask(
        f"{_AI_ACT}, Article 72",
        "Monitoring by a plan while the system is in use",
        "model",
        monitoring,
    ),
    Ask("ISO/IEC 42001, A.7.5", "Provenance of the data, over its life", "lineage", provenance),
    Ask("NIST AI RMF 1.0, GOVERN 1.6", "An inventory of AI systems", "model", inventory),
    Ask("SOC 2, CC8.1", "Changes are authorised and approved", "approvals", change_approval),
    Ask(
        "Regulation (EU) 2025/327 (EHDS), Articles 61, 68 and 71",
        "Secondary use by permit, and opting out of it",
        "use",
        nothing("the data permit and its purposes, and that those who opted out are not in the data"),
    ),
    Ask("28 CFR part 202", "Where data of how many persons is, and to whom it goes", "sources", places),
)
