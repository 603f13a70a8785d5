"""HL7 code systems, as far as they are used here: codes, parents and short displays (HL7 Terminology, CC0).

Extracts, not the HL7 Terminology itself. The same code can mean another thing in another system (ETH, HIV, PSY, SDV
and B do): always keep the system with the code. Case matters. HL7 is a registered trademark of Health Level Seven
International.
"""

from __future__ import annotations

from dataclasses import replace

from graph_schema.vocabulary.codes import CodeTable, table

_BASE = "http://terminology.hl7.org/CodeSystem/"
ACT_REASON = _BASE + "v3-ActReason"
CONFIDENTIALITY = _BASE + "v3-Confidentiality"
ACT_CODE = _BASE + "v3-ActCode"
OBSERVATION_VALUE = _BASE + "v3-ObservationValue"

PURPOSE_OF_USE = table(
    "PurposeOfUse",
    ACT_REASON,
    (
        ("BIORCH", "HRESCH", "biomedical research"),
        ("BTG", "ETREAT", "break the glass"),
        ("CAREMGT", "HOPERAT", "care management"),
        ("CLINTRCH", "HRESCH", "clinical trial research"),
        ("CLINTRCHNPC", "CLINTRCH", "clinical trial research without patient care"),
        ("CLINTRCHPC", "CLINTRCH", "clinical trial research with patient care"),
        ("CLINTRL", "TREAT", "clinical trial"),
        ("CLMATTCH", "HPAYMT", "claim attachment"),
        ("COC", "TREAT", "coordination of care"),
        ("COVAUTH", "HPAYMT", "coverage authorization"),
        ("COVERAGE", "HPAYMT", "coverage under policy or program"),
        ("DISASTER", "PUBHLTH", "disaster"),
        ("DONAT", "HOPERAT", "donation"),
        ("DSRCH", "HRESCH", "disease specific healthcare research"),
        ("ELIGDTRM", "COVERAGE", "eligibility determination"),
        ("ELIGVER", "COVERAGE", "eligibility verification"),
        ("ENROLLM", "COVERAGE", "enrollment"),
        ("ERTREAT", "ETREAT", "emergency room treatment"),
        ("ETREAT", "TREAT", "Emergency Treatment"),
        ("FAMRQT", "PATRQT", "family requested"),
        ("FRAUD", "HOPERAT", "fraud"),
        ("GOV", "HOPERAT", "government"),
        ("HACCRED", "HOPERAT", "health accreditation"),
        ("HCOMPL", "HOPERAT", "health compliance"),
        ("HDECD", "HOPERAT", "decedent"),
        ("HDIRECT", "HOPERAT", "directory"),
        ("HDM", "HOPERAT", "healthcare delivery management"),
        ("HLEGAL", "HOPERAT", "legal"),
        ("HMARKT", "PurposeOfUse", "healthcare marketing"),
        ("HOPERAT", "PurposeOfUse", "healthcare operations"),
        ("HOUTCOMS", "HOPERAT", "health outcome measure"),
        ("HPAYMT", "PurposeOfUse", "healthcare payment"),
        ("HPRGRP", "HOPERAT", "health program reporting"),
        ("HQUALIMP", "HOPERAT", "health quality improvement"),
        ("HRESCH", "PurposeOfUse", "healthcare research"),
        ("HSYSADMIN", "HOPERAT", "health system administration"),
        ("HTEST", "SYSDEV", "test health data"),
        ("LABELING", "HSYSADMIN", "labeling"),
        ("MEMADMIN", "HOPERAT", "member administration"),
        ("METAMGT", "HSYSADMIN", "metadata management"),
        ("MILCDM", "HOPERAT", "military command"),
        ("MILDCRG", "COVERAGE", "military discharge"),
        ("MLTRAINING", "HOPERAT", "machine learning training"),
        ("PATADMIN", "HOPERAT", "patient administration"),
        ("PATRQT", "PurposeOfUse", "patient requested"),
        ("PATSFTY", "HOPERAT", "patient safety"),
        ("PERFMSR", "HOPERAT", "performance measure"),
        ("PMTDS", "HPAYMT", "decision support assisted payment decision"),
        ("POARCH", "HRESCH", "population origins or ancestry healthcare research"),
        ("POPHLTH", "TREAT", "population health"),
        ("PRECLINTRCH", "CLINTRCH", "preclinical trial research"),
        ("PUBHLTH", "PurposeOfUse", "public health"),
        ("PWATRNY", "PATRQT", "power of attorney"),
        ("PurposeOfUse", "", "purpose of use"),
        ("RECORDMGT", "HOPERAT", "records management"),
        ("REMITADV", "HPAYMT", "remittance advice"),
        ("SUPNWK", "PATRQT", "support network"),
        ("SYSDEV", "HOPERAT", "system development"),
        ("THREAT", "PUBHLTH", "threat"),
        ("TRAIN", "HOPERAT", "training"),
        ("TRANSRCH", "HRESCH", "translational healthcare research"),
        ("TREAT", "PurposeOfUse", "treatment"),
        ("TREATDS", "TREAT", "decision support assisted treatment decision"),
    ),
    ("PurposeOfUse",),
)
"""v3-ActReason 4.0.0 from PurposeOfUse down; MLTRAINING is under HOPERAT, TRAIN is the training of people."""

OBLIGATIONS = table(
    "ObligationPolicy",
    ACT_CODE,
    (
        ("ANONY", "ObligationPolicy", "anonymize"),
        ("AOD", "ObligationPolicy", "accounting of disclosure"),
        ("AUDIT", "ObligationPolicy", "audit"),
        ("AUDTR", "ObligationPolicy", "audit trail"),
        ("CPLYCC", "CPLYPOL", "comply with confidentiality code"),
        ("CPLYCD", "CPLYPOL", "comply with consent directive"),
        ("CPLYCUI", "CPLYPOL", "comply with controlled unclassified information policy"),
        ("CPLYJPP", "CPLYPOL", "comply with jurisdictional privacy policy"),
        ("CPLYJSP", "CPLYPOL", "comply with jurisdictional security policy"),
        ("CPLYOPP", "CPLYPOL", "comply with organizational privacy policy"),
        ("CPLYOSP", "CPLYPOL", "comply with organizational security policy"),
        ("CPLYPOL", "ObligationPolicy", "comply with policy"),
        ("CUIMark", "PRIVMARK", "CUI Mark"),
        ("DECLASSIFYLABEL", "ObligationPolicy", "declassify security label"),
        ("DEID", "ObligationPolicy", "deidentify"),
        ("DELAU", "ObligationPolicy", "delete after use"),
        ("DOWNGRDLABEL", "ObligationPolicy", "downgrade security label"),
        ("DRIVLABEL", "ObligationPolicy", "derive security label"),
        ("ENCRYPT", "ObligationPolicy", "encrypt"),
        ("ENCRYPTR", "ENCRYPT", "encrypt at rest"),
        ("ENCRYPTT", "ENCRYPT", "encrypt in transit"),
        ("ENCRYPTU", "ENCRYPT", "encrypt in use"),
        ("HUAPRV", "ObligationPolicy", "human approval"),
        ("LABEL", "ObligationPolicy", "assign security label"),
        ("MASK", "ObligationPolicy", "mask"),
        ("MINEC", "ObligationPolicy", "minimum necessary"),
        ("ObligationPolicy", "", "obligation policy"),
        ("PERSISTLABEL", "ObligationPolicy", "persist security label"),
        ("PRIVMARK", "ObligationPolicy", "privacy mark"),
        ("PROCESSINLINELABEL", "ObligationPolicy", "process inline security label"),
        ("PSEUD", "ObligationPolicy", "pseudonymize"),
        ("REDACT", "ObligationPolicy", "redact"),
        ("UPGRDLABEL", "ObligationPolicy", "upgrade security label"),
    ),
    ("ObligationPolicy",),
)
"""v3-ActCode 11.0.0 from ObligationPolicy down: what is demanded (MASK); what was done is in ALTERATION (MASKED)."""

_REFRAINS = table(
    "RefrainPolicy",
    ACT_CODE,
    (
        ("NOAUTH", "RefrainPolicy", "no disclosure without subject authorization"),
        ("NOCOLLECT", "RefrainPolicy", "no collection"),
        ("NODSCLCD", "RefrainPolicy", "no disclosure without consent directive"),
        ("NODSCLCDS", "RefrainPolicy", "no disclosure without information subject's consent directive"),
        ("NOINTEGRATE", "RefrainPolicy", "no integration"),
        ("NOLIST", "RefrainPolicy", "no unlisted entity disclosure"),
        ("NOMOU", "RefrainPolicy", "no disclosure without MOU"),
        ("NOORGPOL", "RefrainPolicy", "no disclosure without organizational authorization"),
        (
            "NOPAT",
            "RefrainPolicy",
            "no disclosure to patient, family or caregivers without attending provider's authorization",
        ),
        ("NOPERSISTP", "RefrainPolicy", "no collection beyond purpose of use"),
        ("NORDSCLCD", "RefrainPolicy", "no redisclosure without consent directive"),
        ("NORDSCLCDS", "RefrainPolicy", "no redisclosure without information subject's consent directive"),
        ("NORDSCLW", "RefrainPolicy", "no disclosure without jurisdictional authorization"),
        ("NORDSLCD", "RefrainPolicy", "no redisclosure without consent directive"),
        ("NORELINK", "RefrainPolicy", "no relinking"),
        ("NOREUSE", "RefrainPolicy", "no reuse beyond purpose of use"),
        ("NOVIP", "RefrainPolicy", "no unauthorized VIP disclosure"),
        ("ORCON", "RefrainPolicy", "no disclosure without originator authorization"),
        ("RefrainPolicy", "", "refrain policy"),
    ),
    ("RefrainPolicy",),
)

_SENSITIVITY = table(
    "InformationSensitivityPolicy",
    ACT_CODE,
    (
        ("ADOL", "_InformationSensitivityPolicy", "adolescent information sensitivity"),
        ("B", "_RoleInformationSensitivityPolicy", "business information sensitivity"),
        ("BH", "SPI", "behavioral health information sensitivity"),
        ("CEL", "_InformationSensitivityPolicy", "celebrity information sensitivity"),
        ("COGN", "BH", "cognitive disability information sensitivity"),
        ("DEMO", "_EntitySensitivityPolicyType", "all demographic information sensitivity"),
        ("DIA", "_InformationSensitivityPolicy", "diagnosis information sensitivity"),
        ("DOB", "_EntitySensitivityPolicyType", "date of birth information sensitivity"),
        ("DRGIS", "_InformationSensitivityPolicy", "drug information sensitivity"),
        ("DVD", "BH", "developmental disability information sensitivity"),
        ("EMOTDIS", "BH", "emotional disturbance information sensitivity"),
        ("EMP", "_InformationSensitivityPolicy", "employee information sensitivity"),
        ("EMPL", "_RoleInformationSensitivityPolicy", "employer information sensitivity"),
        ("ETH", "_ActInformationSensitivityPolicy", "substance abuse information sensitivity"),
        ("ETHUD", "SUD", "alcohol use disorder information sensitivity"),
        ("GDIS", "_ActInformationSensitivityPolicy", "genetic disease information sensitivity"),
        ("GENDER", "_EntitySensitivityPolicyType", "gender and sexual orientation information sensitivity"),
        ("HIV", "_ActInformationSensitivityPolicy", "HIV/AIDS information sensitivity"),
        ("IDS", "_ActInformationSensitivityPolicy", "Identifier Sensitivity"),
        ("LIVARG", "_EntitySensitivityPolicyType", "living arrangement information sensitivity"),
        ("LOCIS", "_RoleInformationSensitivityPolicy", "location information sensitivity"),
        ("MARST", "_EntitySensitivityPolicyType", "marital status information sensitivity"),
        ("MH", "SPI", "mental health information sensitivity"),
        ("MST", "_ActInformationSensitivityPolicy", "military sexual trauma information sensitivity"),
        ("OPIOIDUD", "SUD", "opioid use disorder information sensitivity"),
        ("PATLOC", "_EntitySensitivityPolicyType", "patient location"),
        ("PDS", "_InformationSensitivityPolicy", "patient default information sensitivity"),
        ("PHY", "_InformationSensitivityPolicy", "physician requested information sensitivity"),
        ("PREGNANT", "_ActInformationSensitivityPolicy", "pregnancy information sensitivity"),
        ("PRS", "_InformationSensitivityPolicy", "patient requested information sensitivity"),
        ("PSY", "SPI", "psychiatry disorder information sensitivity"),
        ("PSYTHPN", "SPI", "psychotherapy note information sensitivity"),
        ("RACE", "_EntitySensitivityPolicyType", "race information sensitivity"),
        ("REL", "_EntitySensitivityPolicyType", "religion information sensitivity"),
        ("SCA", "_ActInformationSensitivityPolicy", "sickle cell anemia information sensitivity"),
        (
            "SDV",
            "_ActInformationSensitivityPolicy",
            "sexual assault, abuse, or domestic violence information sensitivity",
        ),
        ("SEX", "_ActInformationSensitivityPolicy", "sexuality and reproductive health information sensitivity"),
        ("SICKLE", "_ActInformationSensitivityPolicy", "sickle cell"),
        ("SPI", "_ActInformationSensitivityPolicy", "specially protected information sensitivity"),
        ("SSP", "_RoleInformationSensitivityPolicy", "sensitive service provider information sensitivity"),
        ("STD", "_ActInformationSensitivityPolicy", "sexually transmitted disease information sensitivity"),
        ("SUD", "SPI", "substance use disorder information sensitivity"),
        ("TBOO", "_ActInformationSensitivityPolicy", "taboo"),
        ("VIO", "_ActInformationSensitivityPolicy", "violence information sensitivity"),
        ("VIP", "_InformationSensitivityPolicy", "celebrity information sensitivity"),
        ("_ActInformationSensitivityPolicy", "_InformationSensitivityPolicy", "ActInformationSensitivityPolicy"),
        ("_EntitySensitivityPolicyType", "_InformationSensitivityPolicy", "EntityInformationSensitivityPolicy"),
        ("_InformationSensitivityPolicy", "", "InformationSensitivityPolicy"),
        ("_RoleInformationSensitivityPolicy", "_InformationSensitivityPolicy", "RoleInformationSensitivityPolicy"),
    ),
    (
        "_ActInformationSensitivityPolicy",
        "_EntitySensitivityPolicyType",
        "_InformationSensitivityPolicy",
        "_RoleInformationSensitivityPolicy",
    ),
)

ALTERATION = table(
    "SecurityAlterationIntegrity",
    OBSERVATION_VALUE,
    (
        ("ABSTRED", "_SECALTINTOBV", "abstracted"),
        ("AGGRED", "_SECALTINTOBV", "aggregated"),
        ("ANONYED", "_SECALTINTOBV", "anonymized"),
        ("MAPPED", "_SECALTINTOBV", "mapped"),
        ("MASKED", "_SECALTINTOBV", "masked"),
        ("PSEUDED", "_SECALTINTOBV", "pseudonymized"),
        ("REDACTED", "_SECALTINTOBV", "redacted"),
        ("SUBSETTED", "_SECALTINTOBV", "subsetted"),
        ("SYNTAC", "_SECALTINTOBV", "syntactic transform"),
        ("TRSLT", "_SECALTINTOBV", "translated"),
        ("VERSIONED", "_SECALTINTOBV", "versioned"),
        ("_SECALTINTOBV", "", "alteration integrity"),
    ),
    ("_SECALTINTOBV",),
)
"""v3-ObservationValue 6.0.0 from _SECALTINTOBV down: what was done to data."""


def _retire(source: CodeTable, code: str, why: str) -> CodeTable:
    return CodeTable(
        source.name, source.system, tuple(replace(each, retired=why) if each.code == code else each for each in source)
    )


REFRAINS = _retire(_REFRAINS, "NORDSLCD", "NORDSLCD is retired: it is a misspelt synonym; use NORDSCLCD.")
"""v3-ActCode 11.0.0 from RefrainPolicy down."""

SENSITIVITY = _retire(_SENSITIVITY, "SICKLE", "SICKLE is retired; compare SCA.")
"""v3-ActCode 11.0.0 from _InformationSensitivityPolicy down. CEL and VIP are synonyms with one display."""
