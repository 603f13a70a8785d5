from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from reports.contexts import Code, ModelDossier
from reports.document import (
    Block,
    Column,
    Heading,
    Line,
    Text,
    cell,
    cites,
    code,
    faint,
    mark,
    maybe,
    missing,
    plain,
    stamp,
    table,
    words,
)
from reports.dossier.naming import alike
from reports.dossier.phrases import tone, who

# The urn is this project's own name of the paragraph.
_SYSTEMS = {"urn:lineward:hipaa:164.514(b)(2)(i)": "45 CFR 164.514(b)(2)(i)"}


def handling(context: ModelDossier) -> Iterator[Block]:
    yield Heading("De-identification steps and attestations", "deidentification", "", 2)
    yield _steps(context)
    yield Heading("PHI labels in effect", "labels", "", 2)
    yield _labels(context)


def _steps(context: ModelDossier) -> Block:
    if not context.deidentification:
        return Text(words(plain("De-identification steps:"), missing()))
    return table(
        "Steps that remove identifiers; a step counts only while its attestation is in force",
        (Column("Step", 5), Column("Method and scope", 5), Column("Clears", 3), Column("Attested", 5)),
        [
            (
                cell(
                    plain(step.job),
                    *([code(step.run)] if step.run else []),
                    words(
                        mark("in force", "good") if step.in_force else mark("not in force", "bad"),
                        cites(step.entries),
                    ),
                ),
                cell(
                    maybe(_words(step.method)),
                    *([plain(step.scope)] if step.scope else []),
                    *([faint(f"result: {step.result}")] if step.result else []),
                    *([faint(f"alterations: {', '.join(step.alterations)}")] if step.alterations else []),
                ),
                cell(_codes(step.clears)),
                cell(
                    words(plain("by"), who(step.attested_by)) if step.attested_by else missing("not attested"),
                    stamp(step.attested_at) if step.attested_at else (),
                    faint(f"expert: {step.expert}") if step.expert else (),
                    words(faint("until"), stamp(step.until)) if step.until else (),
                ),
            )
            for step in context.deidentification
        ],
    )


def _labels(context: ModelDossier) -> Block:
    if not context.labels:
        return Text(words(plain("PHI labels:"), missing()))
    return table(
        "PHI labels that records set on datasets and columns, and why",
        (Column("Dataset", 4), Column("Label, origin and reason", 6), Column("Columns and codes", 11)),
        [
            (
                cell(plain(group[0].dataset)),
                cell(
                    words(
                        plain(_words(group[0].kind) or ""),
                        mark(group[0].origin.lower(), tone(group[0].origin)),
                    ),
                    faint(f"confidentiality {group[0].confidentiality}") if group[0].confidentiality else (),
                    plain(group[0].because or ""),
                ),
                cell(
                    *(
                        words(
                            code(label.column) if label.column else plain("the dataset"),
                            _codes(label.codes),
                            cites(label.entries),
                        )
                        for label in group
                    )
                ),
            )
            for group in alike(
                context.labels,
                lambda each: (each.dataset, each.kind, each.confidentiality, each.origin, each.because),
            )
        ],
        note="A label stands where a record set it. Which data derived from there carries it too is not said here.",
    )


def _words(name: str | None) -> str | None:
    return None if name is None else name.replace("_", " ").lower()


def _codes(codes: Iterable[Code]) -> Line:
    by_system: defaultdict[str, list[str]] = defaultdict(list)
    for each in codes:
        by_system[each.system].append(each.code)
    named = [f"{_SYSTEMS.get(system, system)} {', '.join(values)}" for system, values in by_system.items()]
    return plain("; ".join(named)) if named else missing("no code recorded")
