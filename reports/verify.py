"""Check a report file: its evidence, as the script beside this does, and every byte, by drawing it anew."""

from __future__ import annotations

from reports.contexts import ModelDossier
from reports.envelope import made_with
from reports.errors import ContextError, RenderError
from reports.html import render_html
from reports.json import render_json
from reports.pdf import render_pdf
from reports.standalone.verify_lineward import (
    Check,
    Form,
    NotAReportError,
    Result,
    check_evidence,
    conclude,
    extract,
)
from reports.standalone.verify_lineward import verify as verify_file

_RENDERERS = {"pdf": render_pdf, "html": render_html, "json": render_json}


def verify(file: bytes, vkey: str | None = None) -> Result:
    """Return every check of a report file; `vkey` is the log's verifier key, from elsewhere than the file.

    The last check is named `drawn anew`. It is UNKNOWN where the file was made with other templates, fonts or another
    typesetter than those here, because then other bytes prove nothing.
    """
    try:
        form, evidence = extract(file)
    except NotAReportError:
        return verify_file(file, vkey)
    checks: tuple[Check, ...] = (Check("file", "PASS", f"One evidence block found in the {form.upper()} file."),)
    checks += check_evidence(evidence, vkey)
    checks += (_drawn_anew(file, form, evidence),)
    return conclude(form, checks, own_key=vkey is None)


def _drawn_anew(file: bytes, form: Form, evidence: object) -> Check:
    name = "drawn anew"
    if not isinstance(evidence, dict) or "context" not in evidence:
        return Check(name, "FAIL", "The evidence has no context to draw from.")
    if evidence.get("made_with") != made_with():
        told = evidence.get("made_with")
        return Check(name, "UNKNOWN", f"Made with {told}; here is {made_with()}, which may draw other bytes.")
    try:
        drawn = _RENDERERS[form](ModelDossier.from_json(evidence["context"]))
    except (ContextError, RenderError) as error:
        return Check(name, "FAIL", str(error))
    if drawn != file:
        return Check(name, "FAIL", f"Drawn from its own evidence, the {form.upper()} file would be other bytes.")
    return Check(name, "PASS", f"Drawn from its own evidence, the {form.upper()} file is the same, byte for byte.")
