from __future__ import annotations

from collections.abc import Iterator

from reports.contexts import ModelDossier
from reports.document import Block, Facts, Text, cell, code, mark, missing, plain
from reports.dossier.moment import moment


def method(context: ModelDossier) -> Iterator[Block]:
    point = context.read_point
    answer = point.completeness
    counts = "; ".join(f"{count.what}: {count.number:,}" for count in answer.counts)
    yield Text(
        plain(
            "Every line is a function of the graph at the read point below, and the graph is a function of the ledger "
            "up to that entry. A number such as #12 names the ledger entry that a line rests on."
        )
    )
    yield Facts(
        (
            ("Valid at, known at", cell(plain(moment(point.valid_at)), plain(moment(point.known_at)))),
            ("Ledger", cell(plain(f"size {point.ledger_size:,}, entry {point.ledger_index:,}"), code(point.root))),
            ("Projection", cell(code(point.projection_version))),
            (
                "Completeness",
                cell(
                    mark(answer.state, "good" if answer.state == "COMPLETE" else "bad"),
                    plain(counts) if counts else (),
                    *(plain(reason) for reason in answer.reasons),
                ),
            ),
            (
                "Newest checkpoint held outside",
                cell(missing("none known: whoever holds this report holds the checkpoint it prints")),
            ),
        )
    )
