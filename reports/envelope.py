"""What travels inside every report: the context it was made from, and what it was made with, in canonical JSON."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import rfc8785

from reports.contexts import ModelDossier
from reports.document import Document
from reports.dossier import TEMPLATE_VERSION, build_model_dossier

FORMAT = "lineward.report/1"
KIND = "model_dossier"
ATTACHMENT = "lineward-evidence.json"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A report's evidence (canonical bytes) and the document built from what stands in it, nothing else."""

    evidence: bytes
    context: ModelDossier
    document: Document


def seal(context: ModelDossier, told: dict[str, str] | None = None) -> Envelope:
    """Return the envelope of a context; the document is built from the context as it reads back from the evidence.

    `told` is what another file says that it was made with, for comparing that file's bytes.
    """
    values = context.to_json()
    made = made_with() if told is None else told
    evidence = canonical({"format": FORMAT, "kind": KIND, "made_with": made, "context": values})
    travelled = ModelDossier.from_json(values)
    return Envelope(evidence, travelled, build_model_dossier(travelled))


def canonical(values: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return canonical JSON (RFC 8785)."""
    return rfc8785.dumps(values)


@cache
def made_with() -> dict[str, str]:
    """Return what the bytes of a report depend on beside its context: templates, typesetter and fonts, by digest."""
    return {
        "template": f"{KIND}/{TEMPLATE_VERSION}",
        "templates": _digest("templates", (".typ", ".j2", ".css")),
        "fonts": _digest("fonts", (".ttf", ".json")),
        "typst": version("typst"),
    }


def _digest(folder: str, suffixes: tuple[str, ...]) -> str:
    names = sorted(item.name for item in (files("reports") / folder).iterdir() if item.name.endswith(suffixes))
    whole = hashlib.sha256()
    for name in names:
        content = (files("reports") / folder / name).read_bytes()
        whole.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return f"sha256:{whole.hexdigest()}"
