"""HIPAA's Safe Harbor elements: 45 CFR 164.514(b)(2)(i), letters A to R (US law, public domain).

B: the state may stay, and the first three digits of a ZIP where its area holds more than 20,000 people. C: the year
may stay, but not where it tells an age over 89. The letter alone does not say whether a column may stay.
"""

from __future__ import annotations

from graph_schema.vocabulary.codes import table

SYSTEM = "urn:lineward:hipaa:164.514(b)(2)(i)"
"""No public code system names the letters; this URI is the project's own."""

SAFE_HARBOR = table(
    "Safe Harbor",
    SYSTEM,
    (
        ("A", "", "Names"),
        ("B", "", "Geographic subdivisions smaller than a state"),
        ("C", "", "Dates except year; ages over 89"),
        ("D", "", "Telephone numbers"),
        ("E", "", "Fax numbers"),
        ("F", "", "Email addresses"),
        ("G", "", "Social security numbers"),
        ("H", "", "Medical record numbers"),
        ("I", "", "Health plan beneficiary numbers"),
        ("J", "", "Account numbers"),
        ("K", "", "Certificate and license numbers"),
        ("L", "", "Vehicle identifiers and license plates"),
        ("M", "", "Device identifiers and serial numbers"),
        ("N", "", "Web URLs"),
        ("O", "", "IP addresses"),
        ("P", "", "Biometric identifiers"),
        ("Q", "", "Full-face photographs and comparable images"),
        ("R", "", "Other unique identifying number, characteristic or code"),
    ),
)
