"""From a context to a file, in two steps: the pages are drawn, what they are is recorded, the evidence is put in.

The pages rest on the context and on which entries it cites, never on a proof: so their digest can stand in the ledger
entry that says that the report was issued, whose proof is then put into the same file.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports import html, json, pdf
from reports.build import build
from reports.context import Context
from reports.document import Document
from reports.envelope import canonical, evidence_of
from reports.errors import RenderError
from reports.kinds import report_of
from reports.making import Making, made_with
from reports.standalone.container import Pages, put, take
from reports.standalone.outcome import Form, NotAReportError
from reports.standalone.verification import context_digest, report_number

FORMS: tuple[Form, ...] = ("pdf", "html", "json")
_FILES = {"pdf": pdf.file_of, "html": html.file_of, "json": json.file_of}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A report without its proofs: what is recorded of it when it is issued, and its pages."""

    kind: str
    number: str
    made_with: dict[str, str]
    context_digest: str
    pages: Pages

    def finish(self, context: Context) -> bytes:
        """Return the file: these pages with the context that they were drawn from, its proofs now in it."""
        return put(self.pages, evidence_of(context, self.made_with, self.number))


def draw(context: Context, form: Form, tools: dict[str, str] | None = None) -> Drawing:
    """Return the drawing of a context; the pages show the context as it reads back from the evidence.

    `tools` stands for what it was made with elsewhere. Raises `ContextError`, and `RenderError` for what cannot be
    typeset.
    """
    with_ = made_with(report_of(context).template) if tools is None else tools
    digest, document = document_of(context, with_)
    try:
        pages, _ = take(_FILES[form](document))
    except NotAReportError as error:
        raise RenderError(f"The {form.upper()} file has not the form that a report has: {error}") from error
    return Drawing(document.kind, document.number, with_, digest, pages)


def render(context: Context, form: Form) -> bytes:
    """Return the whole file of a context that holds its proofs already: the same bytes on any machine."""
    return draw(context, form).finish(context)


def document_of(context: Context, tools: dict[str, str] | None = None) -> tuple[str, Document]:
    """Return the digest of a context, and its document."""
    values = context.to_json()
    canonical(values)
    digest = context_digest({name: value for name, value in values.items() if name != "evidence"})
    with_ = made_with(report_of(context).template) if tools is None else tools
    number = report_number(report_of(context).name, context.read_point.ledger_size, digest)
    return digest, build(type(context).from_json(values), Making(with_, digest, number))
