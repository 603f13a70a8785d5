"""What a patient care decision support tool may not discriminate by: 45 CFR 92.210(a) and (b) (US law, public domain).

A tag with such a code says that a column measures it; the label flows to whatever is made of the column.
"""

from __future__ import annotations

from graph_schema.vocabulary.codes import table

SYSTEM = "urn:lineward:45cfr92.210(b)"
"""No public code system names them together; this URI is the project's own."""

CHARACTERISTICS = table(
    "protected characteristic",
    SYSTEM,
    (
        ("RACE", "", "measures race, itself or by proxy"),
        ("COLOR", "", "measures color, itself or by proxy"),
        ("NATIONAL_ORIGIN", "", "measures national origin, itself or by proxy"),
        ("SEX", "", "measures sex, itself or by proxy"),
        ("AGE", "", "measures age, itself or by proxy"),
        ("DISABILITY", "", "measures disability, itself or by proxy"),
    ),
)
"""In the order of the paragraph."""
