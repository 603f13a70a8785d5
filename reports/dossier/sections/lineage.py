from __future__ import annotations

from collections.abc import Iterator

from reports.contexts import ModelDossier
from reports.document import Block, Column, Text, cell, cites, mark, maybe, missing, plain, table, words
from reports.dossier.naming import gathered, numbered
from reports.dossier.phrases import number_of, tone, unfinished
from reports.graph import draw


def lineage(context: ModelDossier) -> Iterator[Block]:
    if not context.nodes:
        yield Text(words(plain("Lineage:"), missing()))
        return
    names = {node.id: node.name for node in context.nodes}
    feeds = sorted(node.name for node in context.nodes if node.raw_feed)
    if feeds:
        yield Text(plain(f"Raw feeds, where the recorded history begins: {gathered(feeds, len(feeds))}."))
    yield draw(context.nodes, context.edges, "From the raw feeds to the model version")
    known = numbered(context.runs)
    rows = [
        (
            cell(plain(str(number))),
            cell(plain(names.get(edge.source, edge.source))),
            cell(plain(names.get(edge.target, edge.target))),
            cell(words(maybe(edge.job), number_of(edge.run, known), *unfinished(edge.run_state))),
            cell(
                words(
                    plain(edge.kind.replace("_", " ").lower()),
                    mark(edge.confidence.lower(), tone(edge.confidence)) if edge.confidence else (),
                    mark("de-identifies", "good") if edge.deidentifies else (),
                    cites(edge.entries),
                ),
            ),
        )
        for number, edge in enumerate(context.edges, 1)
    ]
    yield table(
        "Every edge of the lineage, numbered as in the drawing; R and a number name a run of section 5",
        (Column("No.", 3), Column("From", 14), Column("To", 14), Column("Job and run", 19), Column("How known", 10)),
        rows,
    )
