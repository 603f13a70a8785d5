"""What travels inside every report: the context it was made from, and what it was made with, in canonical JSON."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import rfc8785

from reports.contexts import ModelDossier
from reports.document import Document
from reports.dossier import build_model_dossier
from reports.errors import ContextError
from reports.making import Making, made_with

FORMAT = "lineward.report/1"
KIND = "model_dossier"
ATTACHMENT = "lineward-evidence.json"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A report's evidence (canonical bytes) and the document built from what stands in it, nothing else."""

    evidence: bytes
    document: Document


def seal(context: ModelDossier, told: dict[str, str] | None = None) -> Envelope:
    """Return the envelope of a context; the document is built from the context as it reads back from the evidence.

    `told` is what another file's evidence says that it was made with, for comparing that file's bytes; the document
    says what it was really made with. Raises `ContextError`.
    """
    values = context.to_json()
    tools = made_with() if told is None else told
    evidence = canonical({"format": FORMAT, "kind": KIND, "made_with": tools, "context": values})
    digest = hashlib.sha256(canonical(values)).hexdigest()
    making = Making(tuple(sorted(made_with().items())), f"sha256:{digest}")
    return Envelope(evidence, build_model_dossier(ModelDossier.from_json(values), making))


def canonical(values: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return canonical JSON (RFC 8785); raise `ContextError` for a number it has no form for."""
    try:
        return rfc8785.dumps(values)
    except rfc8785.CanonicalizationError as error:
        raise ContextError(f"The context has no canonical JSON: {error}") from error
