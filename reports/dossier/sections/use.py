from __future__ import annotations

from collections.abc import Iterator

from reports.contexts import ModelDossier
from reports.document import Block, Column, Text, cell, cites, faint, maybe, missing, plain, table, words
from reports.dossier.naming import alike
from reports.dossier.phrases import listed


def use(context: ModelDossier) -> Iterator[Block]:
    if not context.use:
        yield Text(words(plain("Permitted-use statements:"), missing()))
        return
    groups = alike(
        context.use,
        lambda each: (each.purposes, each.duo, each.refrains, each.obligations, each.statement, each.region),
    )
    yield table(
        "What the owners permit, in the codes they declared; datasets with the same statement stand together",
        (Column("Datasets", 7), Column("Codes", 5), Column("In words", 5)),
        [
            (
                cell(*(words(plain(each.dataset), cites(each.entries)) for each in group)),
                cell(
                    listed("purposes", group[0].purposes),
                    listed("DUO", group[0].duo),
                    listed("refrains", group[0].refrains),
                    listed("obligations", group[0].obligations),
                )
                or cell(missing("no codes recorded")),
                cell(maybe(group[0].statement), faint(f"region: {group[0].region}") if group[0].region else ()),
            )
            for group in groups
        ],
    )
