from __future__ import annotations

from collections.abc import Iterator

from reports.contexts import ModelDossier
from reports.document import Block, Document, Facts, Heading, cell, code, mark, plain, strong
from reports.dossier.contents import CONTENTS
from reports.dossier.moment import moment
from reports.dossier.sections.proof import verifying
from reports.dossier.sections.versions import versions
from reports.dossier.summary import summary
from reports.making import Making

STATEMENT = "The ledger proves that records were not altered after logging, not that they were true or complete."


def build_model_dossier(context: ModelDossier, making: Making) -> Document:
    """Return the model provenance dossier of `context`; the same context and making give an equal document."""
    model, point = context.model, context.read_point
    return Document(
        kind="model_dossier",
        title="Model provenance dossier",
        subject=plain(f"{model.name} {model.version}")[0].text,
        organisation=plain(context.organisation or "")[0].text,
        date=point.known_at,
        read_point=f"ledger size {point.ledger_size:,} · known at {moment(point.known_at)}",
        cover=_cover(context),
        statement=STATEMENT,
        blocks=tuple(_blocks(context, making)),
    )


def _cover(context: ModelDossier) -> Facts:
    model, point = context.model, context.read_point
    whole = point.completeness.state == "COMPLETE"
    return Facts(
        (
            ("Model", cell(strong(model.name), code(model.namespace))),
            ("Version", cell(strong(model.version))),
            ("Scope", cell(plain("Everything the ledger holds on how this version came to be, at one read point"))),
            ("Valid at", cell(plain(moment(point.valid_at)))),
            ("Known at", cell(plain(f"{moment(point.known_at)}, ledger entry {point.ledger_index:,}"))),
            ("Ledger root", cell(code(point.root))),
            ("Completeness", cell(mark(point.completeness.state, "good" if whole else "bad"))),
        )
    )


def _blocks(context: ModelDossier, making: Making) -> Iterator[Block]:
    yield Heading("Summary, exceptions first", "summary", "")
    yield summary(context)
    for number, (anchor, title, blocks) in enumerate(CONTENTS, 1):
        yield Heading(title, anchor, str(number))
        if anchor == "proof":
            yield from verifying(making)
        yield from blocks(context)
        if anchor == "method":
            yield versions(making)
