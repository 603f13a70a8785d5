"""What a set of policies is called by: values in, decision out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from graph_schema.canonical import digest_of

GATE_FILE: Final = "gate.yaml"
"""The file of a set that says what the release gate asks for."""


def digest_of_files(files: Iterable[tuple[str, str]]) -> str:
    """Return what tells sets of policies apart: `sha256:` over the canonical JSON of path to text (RFC 8785)."""
    return digest_of(dict(files))
