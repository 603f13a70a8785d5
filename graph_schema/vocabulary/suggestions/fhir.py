"""Elements of FHIR R4 (4.0.1) resources, as paths in JSON, and what they may hold of PHI.

A path stands for what is below it too. Extensions, contained resources and narratives can repeat anything.
"""

from __future__ import annotations

from typing import Final

from graph_schema.vocabulary.suggestions.rows import DERIVED, DIRECT, LOG, NOTE, PIXELS, QUASI, table

FHIR: Final = table(
    "FHIR R4",
    (
        DIRECT,
        "A",
        "patient",
        """
        Patient.name Person.name
    """,
    ),
    (
        DIRECT,
        "A",
        "relative",
        """
        FamilyMemberHistory.name Patient.contact.name RelatedPerson.name
    """,
    ),
    (
        DIRECT,
        "A",
        "staff",
        """
        Practitioner.name
    """,
    ),
    (
        DIRECT,
        "B",
        "patient",
        """
        Patient.address.line Patient.address.text Person.address
    """,
    ),
    (
        DIRECT,
        "B",
        "relative",
        """
        Patient.contact.address RelatedPerson.address
    """,
    ),
    (
        DIRECT,
        "B",
        "staff",
        """
        Practitioner.address
    """,
    ),
    (
        DIRECT,
        "D E F N",
        "patient",
        """
        Patient.telecom Person.telecom
    """,
    ),
    (
        DIRECT,
        "D E F N",
        "relative",
        """
        Patient.contact.telecom RelatedPerson.telecom
    """,
    ),
    (
        DIRECT,
        "D E F N",
        "staff",
        """
        Practitioner.telecom
    """,
    ),
    (
        DIRECT,
        "G H I K",
        "patient",
        """
        Patient.identifier Person.identifier
    """,
    ),
    (
        DIRECT,
        "G H I K",
        "relative",
        """
        RelatedPerson.identifier
    """,
    ),
    (
        DIRECT,
        "I",
        "patient",
        """
        Coverage.identifier Coverage.subscriberId
    """,
    ),
    (
        DIRECT,
        "J",
        "patient",
        """
        Account.identifier
    """,
    ),
    (
        DIRECT,
        "K R",
        "staff",
        """
        Practitioner.identifier
    """,
    ),
    (
        DIRECT,
        "M",
        "patient",
        """
        Device.identifier Device.serialNumber Device.udiCarrier.carrierHRF
    """,
    ),
    (
        DIRECT,
        "N",
        "patient",
        """
        Device.url DocumentReference.content.attachment.url
    """,
    ),
    (
        DIRECT,
        "Q",
        "patient",
        """
        Patient.photo Person.photo
    """,
    ),
    (
        DIRECT,
        "Q",
        "relative",
        """
        RelatedPerson.photo
    """,
    ),
    (
        DIRECT,
        "Q",
        "staff",
        """
        Practitioner.photo
    """,
    ),
    (
        DIRECT,
        "R",
        "patient",
        """
        Claim.identifier DiagnosticReport.identifier DocumentReference.identifier
        Encounter.hospitalization.preAdmissionIdentifier Encounter.identifier
        ExplanationOfBenefit.identifier ImagingStudy.identifier Observation.identifier
        ServiceRequest.identifier Specimen.accessionIdentifier Specimen.identifier
    """,
    ),
    (
        QUASI,
        "B",
        "patient",
        """
        Patient.address.city Patient.address.district Patient.address.postalCode
    """,
    ),
    (
        QUASI,
        "C",
        "patient",
        """
        Claim.billablePeriod Composition.date Condition.abatementDateTime Condition.onsetAge
        Condition.onsetDateTime Condition.recordedDate DiagnosticReport.effectiveDateTime
        DocumentReference.date Encounter.location.period Encounter.period
        ExplanationOfBenefit.billablePeriod ImagingStudy.started Immunization.occurrenceDateTime
        MedicationRequest.authoredOn Observation.effectiveDateTime Observation.effectivePeriod
        Observation.issued Patient.birthDate Patient.deceasedDateTime Person.birthDate
        Procedure.performedDateTime Procedure.performedPeriod ServiceRequest.authoredOn
        ServiceRequest.occurrenceDateTime Specimen.collection.collectedDateTime Specimen.receivedTime
    """,
    ),
    (
        QUASI,
        "C",
        "relative",
        """
        FamilyMemberHistory.ageAge FamilyMemberHistory.bornDate FamilyMemberHistory.deceasedDate
        RelatedPerson.birthDate
    """,
    ),
    (
        QUASI,
        "C",
        "staff",
        """
        Practitioner.birthDate
    """,
    ),
    (
        QUASI,
        "R",
        "patient",
        """
        ImagingStudy.series.instance.uid ImagingStudy.series.uid MolecularSequence.observedSeq
        Patient.id
    """,
    ),
    (
        QUASI,
        "",
        "patient",
        """
        Patient.address.state Patient.communication.language Patient.gender Patient.maritalStatus
        Patient.multipleBirthInteger
    """,
    ),
    (
        NOTE,
        "*",
        "patient",
        """
        AllergyIntolerance.note.text Binary.data CarePlan.note.text ClinicalImpression.summary
        Communication.payload.contentString Composition.section.text.div Composition.text.div
        Condition.note.text DiagnosticReport.conclusion DiagnosticReport.presentedForm.data
        DocumentReference.content.attachment DocumentReference.content.attachment.data
        DocumentReference.description MedicationRequest.dosageInstruction.text
        MedicationRequest.note.text Observation.note.text Observation.valueString Patient.text.div
        Procedure.note.text QuestionnaireResponse.item.answer.valueString ServiceRequest.note.text
    """,
    ),
    (
        PIXELS,
        "*",
        "patient",
        """
        BodyStructure.image Media.content
    """,
    ),
    (
        LOG,
        "A",
        "staff",
        """
        AuditEvent.agent.name
    """,
    ),
    (
        LOG,
        "O",
        "staff",
        """
        AuditEvent.agent.network.address
    """,
    ),
    (
        LOG,
        "R",
        "staff",
        """
        AuditEvent.agent.altId
    """,
    ),
    (
        LOG,
        "",
        "",
        """
        AuditEvent.outcomeDesc AuditEvent.recorded
    """,
    ),
    (
        DERIVED,
        "",
        "",
        """
        RiskAssessment.prediction.probabilityDecimal RiskAssessment.prediction.qualitativeRisk
    """,
    ),
)
