"""Attributes of DICOM, by tag and keyword (PS3.6), and what they may hold of PHI.

Overlays repeat over the groups 6000 to 601E, which `60xx` stands for. Pixels carry every letter: text may be burnt in,
and a face may be seen.
"""

from __future__ import annotations

from typing import Final

from graph_schema.vocabulary.suggestions.rows import DIRECT, LOG, NOTE, PIXELS, QUASI, table

DICOM: Final = table(
    "DICOM",
    (
        DIRECT,
        "A",
        "patient",
        """
        0010,0010/PatientName 0010,1001/OtherPatientNames 0010,1005/PatientBirthName
        0040,A123/PersonName
    """,
    ),
    (
        DIRECT,
        "A",
        "relative",
        """
        0010,1060/PatientMotherBirthName 0010,2297/ResponsiblePerson
    """,
    ),
    (
        DIRECT,
        "A",
        "staff",
        """
        0008,0090/ReferringPhysicianName 0008,1048/PhysiciansOfRecord 0008,1050/PerformingPhysicianName
        0008,1060/NameOfPhysiciansReadingStudy 0008,1070/OperatorsName 0032,1032/RequestingPhysician
        0040,A075/VerifyingObserverName
    """,
    ),
    (
        DIRECT,
        "B",
        "patient",
        """
        0010,1040/PatientAddress
    """,
    ),
    (
        DIRECT,
        "B",
        "staff",
        """
        0008,0092/ReferringPhysicianAddress
    """,
    ),
    (
        DIRECT,
        "D",
        "patient",
        """
        0010,2154/PatientTelephoneNumbers
    """,
    ),
    (
        DIRECT,
        "D",
        "staff",
        """
        0008,0094/ReferringPhysicianTelephoneNumbers
    """,
    ),
    (
        DIRECT,
        "D E F N",
        "patient",
        """
        0010,2155/PatientTelecomInformation
    """,
    ),
    (
        DIRECT,
        "H",
        "patient",
        """
        0010,0020/PatientID 0010,1000/OtherPatientIDs 0010,1002/OtherPatientIDsSequence
        0010,1090/MedicalRecordLocator
    """,
    ),
    (
        DIRECT,
        "I",
        "patient",
        """
        0010,1050/InsurancePlanIdentification
    """,
    ),
    (
        DIRECT,
        "M",
        "site",
        """
        0018,1000/DeviceSerialNumber 0018,1002/DeviceUID 0018,1004/PlateID 0018,1008/GantryID
        0018,1009/UniqueDeviceIdentifier 0018,700A/DetectorID
    """,
    ),
    (
        DIRECT,
        "N",
        "patient",
        """
        0008,1190/RetrieveURL 0040,E010/RetrieveURI
    """,
    ),
    (
        DIRECT,
        "R",
        "patient",
        """
        0008,0050/AccessionNumber 0020,0010/StudyID 0038,0010/AdmissionID 0038,0060/ServiceEpisodeID
        0040,0551/SpecimenIdentifier 0040,2016/PlacerOrderNumberImagingServiceRequest
        0040,2017/FillerOrderNumberImagingServiceRequest
    """,
    ),
    (
        QUASI,
        "B",
        "patient",
        """
        0010,2152/RegionOfResidence 0038,0300/CurrentPatientLocation
        0038,0400/PatientInstitutionResidence
    """,
    ),
    (
        QUASI,
        "B",
        "site",
        """
        0008,0080/InstitutionName 0008,0081/InstitutionAddress 0008,1040/InstitutionalDepartmentName
    """,
    ),
    (
        QUASI,
        "C",
        "patient",
        """
        0008,0012/InstanceCreationDate 0008,0020/StudyDate 0008,0021/SeriesDate
        0008,0022/AcquisitionDate 0008,0023/ContentDate 0008,002A/AcquisitionDateTime
        0008,0030/StudyTime 0008,0032/AcquisitionTime 0010,0030/PatientBirthDate
        0010,0032/PatientBirthTime 0010,1010/PatientAge 0018,1012/DateOfSecondaryCapture
        0038,0020/AdmittingDate 0040,0002/ScheduledProcedureStepStartDate
        0040,0244/PerformedProcedureStepStartDate
    """,
    ),
    (
        QUASI,
        "R",
        "patient",
        """
        0002,0003/MediaStorageSOPInstanceUID 0008,0018/SOPInstanceUID 0012,0040/ClinicalTrialSubjectID
        0020,000D/StudyInstanceUID 0020,000E/SeriesInstanceUID 0020,0052/FrameOfReferenceUID
    """,
    ),
    (
        QUASI,
        "",
        "patient",
        """
        0010,0040/PatientSex 0010,1020/PatientSize 0010,1030/PatientWeight 0010,1080/MilitaryRank
        0010,2150/CountryOfResidence 0010,2160/EthnicGroup 0010,2180/Occupation 0010,21A0/SmokingStatus
        0010,21C0/PregnancyStatus 0010,21F0/PatientReligiousPreference
    """,
    ),
    (
        NOTE,
        "*",
        "patient",
        """
        0008,1030/StudyDescription 0008,103E/SeriesDescription 0008,1080/AdmittingDiagnosesDescription
        0010,2000/MedicalAlerts 0010,2110/Allergies 0010,21B0/AdditionalPatientHistory
        0010,4000/PatientComments 0020,4000/ImageComments 0020,9158/FrameComments 0038,0500/PatientState
        0040,1002/ReasonForTheRequestedProcedure 0040,A160/TextValue 0040,A730/ContentSequence
        0042,0011/EncapsulatedDocument 0070,0006/UnformattedTextValue 2030,0020/TextString
        4008,010B/InterpretationText
    """,
    ),
    (
        PIXELS,
        "*",
        "patient",
        """
        0070,0001/GraphicAnnotationSequence 0088,0200/IconImageSequence 60xx,3000/OverlayData
        7FE0,0008/FloatPixelData 7FE0,0009/DoubleFloatPixelData 7FE0,0010/PixelData
    """,
    ),
    (
        LOG,
        "*",
        "patient",
        """
        0040,0275/RequestAttributesSequence 0400,0550/ModifiedAttributesSequence
        0400,0561/OriginalAttributesSequence
    """,
    ),
    (
        LOG,
        "",
        "site",
        """
        0008,0054/RetrieveAETitle 0008,0055/StationAETitle 0008,1010/StationName
        0040,0241/PerformedStationAETitle
    """,
    ),
)

STATES_OF_DEIDENTIFICATION: Final = (
    "0012,0062/PatientIdentityRemoved",
    "0012,0063/DeidentificationMethod",
    "0012,0064/DeidentificationMethodCodeSequence",
    "0028,0301/BurnedInAnnotation",
    "0028,0302/RecognizableVisualFeatures",
)
"""What says whether a file was de-identified: known, nothing of a person, and never proof that it was."""
