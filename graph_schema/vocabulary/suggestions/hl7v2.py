"""Fields of HL7 v2.5.1 segments, and what they may hold of PHI.

OBX-5 is whatever OBX-2 says; identifiers such as PID-3 hold any number, and their type code tells which. HL7 is a
registered trademark of Health Level Seven International.
"""

from __future__ import annotations

from typing import Final

from graph_schema.vocabulary.suggestions.rows import DIRECT, LOG, NOTE, QUASI, table

HL7V2: Final = table(
    "HL7 v2",
    (
        DIRECT,
        "A",
        "patient",
        """
        MRG-7 PID-5 PID-9
    """,
    ),
    (
        DIRECT,
        "A",
        "relative",
        """
        GT1-3 IN1-16 NK1-2 NK1-30 PID-6
    """,
    ),
    (
        DIRECT,
        "A",
        "staff",
        """
        OBR-16 OBX-16 ORC-12 PD1-4 PV1-7 PV1-8 PV1-9 PV1-17
    """,
    ),
    (
        DIRECT,
        "B",
        "patient",
        """
        PID-11
    """,
    ),
    (
        DIRECT,
        "B",
        "relative",
        """
        GT1-5 IN1-19 NK1-4 NK1-32
    """,
    ),
    (
        DIRECT,
        "D E F",
        "patient",
        """
        PID-13 PID-14
    """,
    ),
    (
        DIRECT,
        "D E F",
        "relative",
        """
        GT1-6 GT1-7 NK1-5 NK1-6 NK1-31
    """,
    ),
    (
        DIRECT,
        "G",
        "patient",
        """
        PID-19
    """,
    ),
    (
        DIRECT,
        "G",
        "relative",
        """
        GT1-12 IN2-2 NK1-37
    """,
    ),
    (
        DIRECT,
        "G H I K",
        "patient",
        """
        MRG-1 PID-3
    """,
    ),
    (
        DIRECT,
        "H",
        "patient",
        """
        MRG-4 PID-2 PID-4
    """,
    ),
    (
        DIRECT,
        "H",
        "relative",
        """
        PID-21
    """,
    ),
    (
        DIRECT,
        "I",
        "patient",
        """
        IN1-36 IN2-6 IN2-8 IN2-61
    """,
    ),
    (
        DIRECT,
        "I",
        "relative",
        """
        IN1-49
    """,
    ),
    (
        DIRECT,
        "J",
        "patient",
        """
        MRG-3 PID-18
    """,
    ),
    (
        DIRECT,
        "K",
        "patient",
        """
        PID-20
    """,
    ),
    (
        DIRECT,
        "M",
        "site",
        """
        OBX-18
    """,
    ),
    (
        DIRECT,
        "R",
        "patient",
        """
        MRG-5 OBR-2 OBR-3 ORC-2 ORC-3 PV1-5 PV1-19 PV1-50 SPM-2 TXA-12
    """,
    ),
    (
        DIRECT,
        "R",
        "relative",
        """
        GT1-19 NK1-33
    """,
    ),
    (
        QUASI,
        "B",
        "patient",
        """
        PID-12 PID-23 PV1-3
    """,
    ),
    (
        QUASI,
        "C",
        "patient",
        """
        ACC-1 DG1-5 EVN-6 FT1-4 OBR-7 OBR-14 OBR-22 OBX-14 PID-7 PID-29 PV1-44 PV1-45 RXA-3 SPM-17 TXA-6
    """,
    ),
    (
        QUASI,
        "C",
        "relative",
        """
        GT1-8 IN1-18 NK1-16
    """,
    ),
    (
        QUASI,
        "",
        "patient",
        """
        PID-8 PID-10 PID-15 PID-16 PID-17 PID-22 PID-25 PID-26 PID-28
    """,
    ),
    (
        NOTE,
        "*",
        "patient",
        """
        ACC-8 DG1-4 NTE-3 OBR-13 OBR-31 OBX-5 PV2-3 PV2-12 RXA-9 SPM-14
    """,
    ),
    (
        LOG,
        "A R",
        "staff",
        """
        EVN-5
    """,
    ),
    (
        LOG,
        "",
        "",
        """
        EVN-2 MSH-7 MSH-10
    """,
    ),
)
