"""Clinical data known by its structure, wherever it stands: FHIR resources, DICOM, HL7 version 2, CDA, X12 claims.

Read off the standards: FHIR R4 and R5 resource types (hl7.org/fhir/resourcelist.html), the DICOM JSON model (PS3.18
annex F) and the two usual dumps of a header, HL7 v2.5.1 segments that speak of a patient, X12's NM1.
"""

from __future__ import annotations

import re
from typing import Final

from ingest_hooks.openlineage.wire import JSON
from ingest_hooks.redaction.wordlists import listed

_RESOURCES: Final = listed(
    "Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary"
    " BiologicallyDerivedProduct BodyStructure Bundle CarePlan CareTeam ChargeItem Claim ClaimResponse"
    " ClinicalImpression Communication CommunicationRequest Composition Condition Consent Coverage"
    " CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device DeviceRequest DeviceUsage"
    " DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference Encounter EpisodeOfCare"
    " ExplanationOfBenefit FamilyMemberHistory Flag GenomicStudy Goal Group GuidanceResponse ImagingSelection"
    " ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation Invoice List Location Media"
    " MedicationAdministration MedicationDispense MedicationRequest MedicationStatement MolecularSequence"
    " NutritionIntake NutritionOrder Observation Parameters Patient Person Practitioner PractitionerRole Procedure"
    " Provenance QuestionnaireResponse RelatedPerson RequestGroup ResearchSubject RiskAssessment Schedule"
    " ServiceRequest Slot Specimen SupplyDelivery SupplyRequest Task VisionPrescription"
)
_ABOUT_A_RESOURCE: Final = frozenset({"resourceType", "profile", "profiles", "version", "fhirVersion", "count"})
_DICOM_TAG: Final = re.compile(r"[0-9A-Fa-f]{8}")
_DICOM_VALUE: Final = frozenset({"Value", "InlineBinary", "BulkDataURI"})
_DICOM_IN_TEXT: Final = re.compile(r"[0-9A-Fa-f]{8}\\{0,8}[\"']\s{0,8}:\s{0,8}\{\s{0,8}\\{0,8}[\"']vr\b")
_FHIR_IN_TEXT: Final = re.compile(r"resourceType\\{0,8}[\"']\s{0,8}:\s{0,8}\\{0,8}[\"']([A-Z][A-Za-z]{2,40})")
_XML: Final = re.compile(
    r"<[A-Za-z][^<>]{0,400}\bxmlns(?::\w{1,20})?\s?=\s?\\{0,8}[\"'](?:http://hl7\.org/fhir|urn:hl7-org:v3)\\{0,8}[\"']"
)
_HL7: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:MSH\|\^~|(?:PID|PD1|NK1|PV1|PV2|OBR|OBX|ORC|IN1|IN2|GT1|MRG|DG1|AL1)\|[^|\r\n]{0,40}\|)"
)
_DICOM_DUMP: Final = re.compile(r"\(0010, ?[0-9A-Fa-f]{4}\)[^\n(]{0,60}?\b[A-Z]{2}(?: \[|: ')")
_X12: Final = re.compile(r"(?<![A-Za-z0-9])NM1\*[A-Z0-9]{2}\*[12]\*")
_HINTS: Final = ("resourceType", "vr", "|", "xmlns", "(0010,", "NM1*")


def is_clinical(value: dict[str, JSON]) -> bool:
    """Whether an object is a FHIR resource, a person's name in one, or a DICOM data set, and not only about one."""
    resource = value.get("resourceType")
    if isinstance(resource, str) and resource in _RESOURCES and not value.keys() <= _ABOUT_A_RESOURCE:
        return True
    if "family" in value and "given" in value:
        return True
    return any(
        isinstance(part, dict) and "vr" in part and not _DICOM_VALUE.isdisjoint(part) and _DICOM_TAG.fullmatch(key)
        for key, part in value.items()
    )


def holds_clinical(text: str) -> bool:
    """Whether a text holds such a structure, or a segment of an HL7 message, also behind escaped quotes."""
    if not any(hint in text for hint in _HINTS):
        return False
    return (
        any(match[1] in _RESOURCES for match in _FHIR_IN_TEXT.finditer(text))
        or _DICOM_IN_TEXT.search(text) is not None
        or _HL7.search(text) is not None
        or _DICOM_DUMP.search(text) is not None
        or _X12.search(text) is not None
        or ("xmlns" in text and _XML.search(text) is not None)
    )
