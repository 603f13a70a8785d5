"""What emitters' tags say of PHI, in the words that data catalogs and dbt projects use for it.

A tag is a key with a value: `pii: true`, `classification: PII`, `sensitivity: quasi-identifier`. Upper and lower case,
hyphens, dots and blanks make no difference. It is a claim, never more.
"""

from __future__ import annotations

import re
from typing import Final

from graph_schema.vocabulary.words import PhiKind

_BETWEEN: Final = re.compile(r"[\W_]+")

KINDS: Final = {
    "pii": PhiKind.DIRECT_IDENTIFIER,
    "phi": PhiKind.DIRECT_IDENTIFIER,
    "pii sensitive": PhiKind.DIRECT_IDENTIFIER,
    "pii direct": PhiKind.DIRECT_IDENTIFIER,
    "personal data": PhiKind.DIRECT_IDENTIFIER,
    "personally identifiable information": PhiKind.DIRECT_IDENTIFIER,
    "protected health information": PhiKind.DIRECT_IDENTIFIER,
    "direct identifier": PhiKind.DIRECT_IDENTIFIER,
    "pii indirect": PhiKind.QUASI_IDENTIFIER,
    "pii nonsensitive": PhiKind.QUASI_IDENTIFIER,
    "indirect identifier": PhiKind.QUASI_IDENTIFIER,
    "quasi identifier": PhiKind.QUASI_IDENTIFIER,
    "clinical note": PhiKind.CLINICAL_NOTE,
    "clinical notes": PhiKind.CLINICAL_NOTE,
    "clinical text": PhiKind.CLINICAL_NOTE,
    "imaging pixels": PhiKind.IMAGING_PIXELS,
    "operational log": PhiKind.OPERATIONAL_LOG,
    "derived feature": PhiKind.DERIVED_FEATURE,
}
"""By the words of a tag; PII and PHI say no more than that a person can be told, and are taken for the most that it
can be."""

_OF_WHAT_KIND: Final = frozenset(
    {
        "category",
        "class",
        "classification",
        "confidentiality",
        "data category",
        "data class",
        "data classification",
        "data sensitivity",
        "identifier type",
        "label",
        "phi",
        "phi category",
        "phi kind",
        "phi type",
        "pii",
        "pii category",
        "pii type",
        "privacy",
        "sensitivity",
        "tag",
    }
)
"""The keys whose value says what kind of data it is."""

_HAVING: Final = ("contains ", "has ", "is ")
_NEITHER: Final = frozenset({"0", "f", "false", "n", "n a", "na", "no", "none", "not", "null", "off", "unknown"})


def phi_kind_of(key: str, value: str) -> PhiKind | None:
    """Return which kind of PHI a tag claims, None where it claims none."""
    name, stated = words_of(key), words_of(value)
    if claims_nothing(value):
        return None
    if name in _OF_WHAT_KIND and stated in KINDS:
        return KINDS[stated]
    for beginning in _HAVING:
        name = name.removeprefix(beginning)
    return KINDS.get(name)


def claims_nothing(value: str) -> bool:
    """Tell whether a tag's value takes back what its key says: false, no, none and the like."""
    return words_of(value) in _NEITHER


def words_of(text: str) -> str:
    """Return the words of a key or value in lower case, one blank between them."""
    return _BETWEEN.sub(" ", text).strip().casefold()
