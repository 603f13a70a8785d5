from __future__ import annotations

from collections.abc import Iterator

from reports.contexts import ModelDossier, Run
from reports.document import Block, Column, Line, Text, cell, cites, code, faint, mark, missing, plain, table, words
from reports.dossier.naming import numbered
from reports.dossier.phrases import tone, when


def runs(context: ModelDossier) -> Iterator[Block]:
    if not context.runs:
        yield Text(words(plain("Runs:"), missing()))
        return
    known = numbered(context.runs)
    yield table(
        "Runs that touched the data, and those that failed on the way",
        (Column("No.", 2), Column("Job and run", 14), Column("State", 5), Column("Started and ended", 6)),
        [
            (
                cell(plain(known[each.run])),
                cell(plain(each.job), code(each.run)),
                cell(
                    words(mark(each.state, tone(each.state)), cites(each.entries)),
                    *_remarks(each, known),
                ),
                cell(when(each.started_at), when(each.ended_at)),
            )
            for each in context.runs
        ],
    )


def _remarks(run: Run, known: dict[str, str]) -> Iterator[Line]:
    if run.attempt:
        yield faint("attempt: contributed nothing")
    if run.retried_by:
        yield faint(f"retried: {known.get(run.retried_by, run.retried_by)} completed after it")
    if run.error:
        yield plain(run.error)
