"""Check a report file: as the script beside this does, and every byte, by drawing it anew with the same renderer."""

from __future__ import annotations

from reports.drawing import draw
from reports.errors import ReportError
from reports.kinds import REPORTS
from reports.making import made_with
from reports.standalone.container import ANEW, Pages, take, values_of
from reports.standalone.evidence import Evidence
from reports.standalone.outcome import Check, Result, Status
from reports.standalone.verification import checked, number_of, opened

__all__ = ["Check", "Result", "Status", "verify"]


def verify(file: bytes, vkey: str | None = None) -> Result:
    """Return every check of a report file; `vkey` is the log's verifier key, had from elsewhere than the file.

    A file of this very renderer is drawn anew and compared byte for byte; of another version's, a note says that its
    content and the digest of its pages were compared instead.
    """
    form, taken, checks = opened(file)
    if taken is None:
        return Result(form, checks)
    pages, evidence = taken
    checks += tuple(checked(evidence, pages, vkey))
    if pages is None:
        return Result(form, checks, number=number_of(evidence))
    here = made_with(_template(evidence))
    if dict(evidence.made_with) != here:
        return Result(form, checks, (_another_version(evidence, here),), number_of(evidence))
    return Result(form, (*checks, _drawn_anew(file, pages, evidence.kind)), number=number_of(evidence))


def _template(evidence: Evidence) -> str:
    """Return what a report of this kind is made with here; nothing where this version knows no such report."""
    return REPORTS[evidence.kind].template if evidence.kind in REPORTS else ""


def _drawn_anew(file: bytes, pages: Pages, kind: str) -> Check:
    name, form = "drawn anew", pages.form
    try:
        context = REPORTS[kind].context.from_json(values_of(take(file)[1])["context"])
        same = draw(context, form).finish(context) == file
    except ReportError as error:
        return Check(name, "FAIL", str(error))
    if same:
        return Check(name, "PASS", f"Drawn from its own evidence, the {form.upper()} file is the same, byte for byte.")
    return Check(name, "FAIL", f"Drawn from its own evidence, the {form.upper()} file has other bytes: changed. {ANEW}")


def _another_version(evidence: Evidence, here: dict[str, str]) -> str:
    there = evidence.made_with
    names = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
    return (
        f"The file was made by another version of the renderer (other {', '.join(names)}), so it was not drawn anew: "
        "its content was compared with the entries, and its pages with their digest in the ledger."
    )
