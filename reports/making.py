"""What the bytes of a report depend on beside its context."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files

TEMPLATE = "model_dossier/1"


@dataclass(frozen=True, slots=True)
class Making:
    """What a report is made with, and the SHA-256 of its context in canonical JSON: both are printed in it."""

    tools: tuple[tuple[str, str], ...]
    context_digest: str


@cache
def made_with() -> dict[str, str]:
    """Return templates and fonts by digest, and the typesetter by version."""
    return {
        "template": TEMPLATE,
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
