"""Fields of records in words: as a table marks one that is not recorded, and as a sentence says so.

Every field that a report can miss is named here once; `catalog.findings.gaps` decides whether it is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reports.naming import counted, gathered

_DIGEST = re.compile(r"sha256:([0-9a-f]{12})[0-9a-f]{52}")


class Field(NamedTuple):
    """A field in words: as a mark calls it, as a sentence begins with it, and what kind of thing lacks it."""

    name: str
    noun: str
    of: str | None = None
    """None: what the report is of, which needs no name."""
    are: bool = False
    """Whether the noun is a plural."""


FIELDS = {
    "intended use": Field("intended use", "the intended use"),
    "signature": Field("signature", "the artifact's signature"),
    "metrics": Field("metrics", "metrics", are=True),
    "metric split": Field("split", "the split of the data that a metric was measured on"),
    "run": Field("training run", "the run that trained the model"),
    "code repository": Field("repository", "the code's repository"),
    "code revision": Field("revision", "the code's revision"),
    "clean code": Field("clean", "whether the code's working tree was clean"),
    "evaluation": Field("evaluation snapshot", "an evaluation snapshot"),
    "approvals": Field("approvals", "a request for approval"),
    "seal": Field("seal", "a seal", "snapshot"),
    "verification": Field("verification since the seal", "a verification since the seal", "snapshot"),
    "producer": Field("producing run", "the run that wrote it", "snapshot"),
    "rows": Field("rows", "the number of rows", "snapshot"),
    "persons": Field("persons", "the number of persons", "snapshot"),
    "period": Field("period", "the period covered", "snapshot"),
    "owner": Field("owner", "the owner", "dataset"),
    "source_system": Field("source system", "the source system", "dataset"),
    "schema_version": Field("schema version", "the version of the schema", "dataset"),
    "clinical_purpose": Field("clinical purpose", "the clinical purpose", "dataset"),
    "phi_category": Field("PHI category", "the PHI category", "dataset"),
    "retention": Field("retention", "the retention", "dataset"),
    "permitted_use": Field("permitted use", "the permitted use", "dataset"),
    "lineage": Field("lineage", "the lineage", "dataset"),
    "deidentification_state": Field("de-identification state", "the de-identification state", "dataset"),
    "runs": Field("runs", "a run"),
    "run events": Field("events", "events", "run", are=True),
    "de-identification": Field("de-identification steps", "a step that removes identifiers"),
    "attestation": Field("attestation", "an attestation", "de-identification step"),
    "cleared codes": Field("codes", "what is cleared, in codes,", "attestation"),
    "labels": Field("PHI labels", "PHI labels", are=True),
    "label codes": Field("codes", "codes", "PHI label", are=True),
    "signer": Field("signer", "who signed", "decision"),
    "signer title": Field("title", "the signer's title", "decision"),
    "signer organisation": Field("organisation", "the signer's organisation", "decision"),
    "signing key": Field("API key", "the API key", "decision"),
    "definition": Field("definition", "a definition", "principal"),
    "title": Field("title", "the title", "principal"),
    "organisation": Field("organisation", "the organisation", "principal"),
    "key": Field("API key", "an API key", "principal"),
    "bound digests": Field("bound digests", "a digest that it binds", "approval request"),
}
"""By the name that a gap has in a report's context; those of a dataset are the names of its declared fields."""


def named(field: str) -> str:
    """Return a field as tables call it; one that is not listed, by its own name without underscores."""
    known = FIELDS.get(field)
    return field.replace("_", " ") if known is None else known.name


def sentence(field: str, subjects: Sequence[str]) -> str:
    """Return the sentence that a field is not recorded of these subjects."""
    noun, of, verb = _noun(field), FIELDS[field].of if field in FIELDS else None, _verb([field])
    if of is None:
        return f"{_begun(noun)} {verb} not recorded."
    distinct = list(dict.fromkeys(map(_brief, subjects)))
    if len(distinct) == 1:
        return f"{_begun(noun)} {verb} not recorded of {of} {distinct[0]}."
    return f"{_begun(noun)} {verb} not recorded of {counted(len(distinct), of)}: {gathered(distinct)}."


def lacking(field: str, subjects: Sequence[str]) -> str:
    """Return a field that these subjects lack, as one of a list of what is missing."""
    of, distinct = FIELDS[field].of if field in FIELDS else None, list(dict.fromkeys(map(_brief, subjects)))
    if of is None:
        return _noun(field)
    return f"{_noun(field)} of {of if len(distinct) == 1 else f'{len(distinct):,} {of}s'} {gathered(distinct)}"


def together(fields: Iterable[str]) -> str:
    """Return the sentence that several fields of one subject, the report's own, are not recorded."""
    every = list(dict.fromkeys(fields))
    *before, last = map(_noun, every)
    nouns = f"{', '.join(before)} and {last}" if before else last
    return f"{_begun(nouns)} {_verb(every)} not recorded."


def _noun(field: str) -> str:
    known = FIELDS.get(field)
    return f"the {named(field)}" if known is None else known.noun


def _verb(fields: Sequence[str]) -> str:
    return "are" if len(fields) > 1 or any(one in FIELDS and FIELDS[one].are for one in fields) else "is"


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _brief(subject: str) -> str:
    return _DIGEST.sub(r"\1", subject)
