from __future__ import annotations

from collections.abc import Iterator

from reports.contexts import ModelDossier
from reports.document import Block, Column, Text, cell, cites, code, mark, plain, table, words
from reports.dossier.naming import numbered
from reports.dossier.phrases import listed, number_of, tone, when


def exceptions(context: ModelDossier) -> Iterator[Block]:
    known = numbered(context.runs)
    if not (context.schema_changes or context.findings or context.quarantined):
        yield Text(plain("None are known at the read point."))
    if context.schema_changes:
        yield table(
            "Schema changes on the way to the training data, up to the version's registration",
            (Column("Dataset and run", 8), Column("When", 4), Column("Change", 5)),
            [
                (
                    cell(
                        words(plain(each.dataset), number_of(each.run, known), cites(each.entries)),
                    ),
                    cell(when(each.at)),
                    cell(listed("added", each.added), listed("removed", each.removed), listed("changed", each.changed)),
                )
                for each in context.schema_changes
            ],
        )
    if context.findings:
        yield table(
            "Findings",
            (Column("Rule", 3), Column("Severity", 2), Column("Subject", 4), Column("What was found", 6)),
            [
                (
                    cell(plain(each.rule)),
                    cell(mark(each.severity, tone(each.severity))),
                    cell(plain(each.subject)),
                    cell(plain(each.text), cites(each.entries)),
                )
                for each in context.findings
            ],
        )
    if context.quarantined:
        yield table(
            "Records that could not be projected and may bear on this report",
            (Column("Entry", 1), Column("Kind", 3), Column("Reason", 6)),
            [(cell(cites([q.entry])), cell(code(q.kind)), cell(plain(q.reason))) for q in context.quarantined],
        )
