"""Check a report file: its evidence, as the script beside this does, and every byte, by drawing it anew."""

from __future__ import annotations

from typing import Any

from reports.contexts import ModelDossier
from reports.envelope import seal
from reports.errors import ContextError, RenderError
from reports.html import page
from reports.json import text
from reports.making import made_with
from reports.pdf import typeset
from reports.standalone.verify_lineward import (
    ANEW,
    Check,
    Form,
    NotAReportError,
    Result,
    check_evidence,
    conclude,
    extract,
)
from reports.standalone.verify_lineward import verify as verify_file

_DRAW = {"pdf": typeset, "html": page, "json": text}


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
    if isinstance(evidence, dict) and "context" in evidence:
        checks += (_drawn_anew(file, form, evidence),)
    return conclude(form, checks, own_key=vkey is None)


def _drawn_anew(file: bytes, form: Form, evidence: dict[str, Any]) -> Check:
    name = "drawn anew"
    told = evidence.get("made_with")
    if not isinstance(told, dict) or told.keys() != made_with().keys() or set(map(type, told.values())) != {str}:
        return Check(name, "FAIL", "The evidence does not say what the file was made with.")
    try:
        same = _DRAW[form](seal(ModelDossier.from_json(evidence["context"]), told)) == file
    except (ContextError, RenderError) as error:
        return Check(name, "FAIL", str(error))
    if told != made_with():
        claim = f"It says it was made with {told}; what is here, {made_with()}, draws"
        return Check(name, *(("FAIL", f"{claim} the same.") if same else ("UNKNOWN", f"{claim} other bytes.")))
    if same:
        return Check(name, "PASS", f"Drawn from its own evidence, the {form.upper()} file is the same, byte for byte.")
    return Check(name, "FAIL", f"Drawn from its own evidence, the {form.upper()} file has other bytes: changed. {ANEW}")
