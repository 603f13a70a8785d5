"""Ids of the disease ontology MONDO, as they are spelt in its files and in addresses."""

from __future__ import annotations

import re
from typing import Final

_MONDO: Final = re.compile(r"(?:https?://purl\.obolibrary\.org/obo/)?MONDO[:_](\d{7})", re.ASCII | re.IGNORECASE)
NO_DISEASE: Final = "is an id of the disease ontology MONDO: MONDO: and seven digits"


def disease_of(text: str) -> str | None:
    """Return the MONDO id that is spelt so, None where it is none."""
    match = _MONDO.fullmatch(text)
    return None if match is None else f"MONDO:{match[1]}"
