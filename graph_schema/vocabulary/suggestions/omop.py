"""Columns of the OMOP common data model (5.4), by table, and what they may hold of PHI.

Dates of vocabulary and metadata tables are nobody's.
"""

from __future__ import annotations

from typing import Final

from graph_schema.vocabulary.suggestions.rows import DERIVED, DIRECT, LOG, NOTE, QUASI, table

OMOP: Final = table(
    "OMOP CDM",
    (
        DIRECT,
        "A",
        "staff",
        """
        provider.provider_name
    """,
    ),
    (
        DIRECT,
        "B",
        "patient",
        """
        location.address_1 location.address_2 location.latitude location.location_source_value
        location.longitude
    """,
    ),
    (
        DIRECT,
        "H",
        "patient",
        """
        person.person_source_value
    """,
    ),
    (
        DIRECT,
        "I",
        "patient",
        """
        payer_plan_period.family_source_value
    """,
    ),
    (
        DIRECT,
        "K",
        "staff",
        """
        provider.dea
    """,
    ),
    (
        DIRECT,
        "M",
        "patient",
        """
        device_exposure.production_id device_exposure.unique_device_id
    """,
    ),
    (
        DIRECT,
        "R",
        "patient",
        """
        specimen.specimen_source_id
    """,
    ),
    (
        DIRECT,
        "R",
        "staff",
        """
        provider.npi provider.provider_source_value
    """,
    ),
    (
        QUASI,
        "B",
        "patient",
        """
        location.city location.county location.zip
    """,
    ),
    (
        QUASI,
        "B",
        "site",
        """
        care_site.care_site_name care_site.care_site_source_value
    """,
    ),
    (
        QUASI,
        "C",
        "patient",
        """
        cohort.cohort_end_date cohort.cohort_start_date condition_era.condition_era_end_date
        condition_era.condition_era_start_date condition_occurrence.condition_end_date
        condition_occurrence.condition_end_datetime condition_occurrence.condition_start_date
        condition_occurrence.condition_start_datetime death.death_date death.death_datetime
        device_exposure.device_exposure_end_date device_exposure.device_exposure_end_datetime
        device_exposure.device_exposure_start_date device_exposure.device_exposure_start_datetime
        dose_era.dose_era_end_date dose_era.dose_era_start_date drug_era.drug_era_end_date
        drug_era.drug_era_start_date drug_exposure.drug_exposure_end_date
        drug_exposure.drug_exposure_end_datetime drug_exposure.drug_exposure_start_date
        drug_exposure.drug_exposure_start_datetime drug_exposure.verbatim_end_date
        episode.episode_end_date episode.episode_end_datetime episode.episode_start_date
        episode.episode_start_datetime measurement.measurement_date measurement.measurement_datetime
        measurement.measurement_time note.note_date note.note_datetime observation.observation_date
        observation.observation_datetime observation_period.observation_period_end_date
        observation_period.observation_period_start_date payer_plan_period.payer_plan_period_end_date
        payer_plan_period.payer_plan_period_start_date person.birth_datetime person.day_of_birth
        person.month_of_birth person.year_of_birth procedure_occurrence.procedure_date
        procedure_occurrence.procedure_datetime procedure_occurrence.procedure_end_date
        procedure_occurrence.procedure_end_datetime specimen.specimen_date specimen.specimen_datetime
        visit_detail.visit_detail_end_date visit_detail.visit_detail_end_datetime
        visit_detail.visit_detail_start_date visit_detail.visit_detail_start_datetime
        visit_occurrence.visit_end_date visit_occurrence.visit_end_datetime
        visit_occurrence.visit_start_date visit_occurrence.visit_start_datetime
    """,
    ),
    (
        QUASI,
        "C",
        "staff",
        """
        provider.year_of_birth
    """,
    ),
    (
        QUASI,
        "R",
        "patient",
        """
        cohort.subject_id condition_era.person_id condition_occurrence.person_id death.person_id
        device_exposure.person_id dose_era.person_id drug_era.person_id drug_exposure.person_id
        episode.person_id measurement.person_id note.person_id observation.person_id
        observation_period.person_id payer_plan_period.person_id person.person_id
        procedure_occurrence.person_id specimen.person_id visit_detail.person_id
        visit_occurrence.person_id
    """,
    ),
    (
        QUASI,
        "",
        "patient",
        """
        location.state person.ethnicity_concept_id person.ethnicity_source_concept_id
        person.ethnicity_source_value person.gender_concept_id person.gender_source_concept_id
        person.gender_source_value person.race_concept_id person.race_source_concept_id
        person.race_source_value
    """,
    ),
    (
        QUASI,
        "",
        "staff",
        """
        provider.gender_concept_id provider.gender_source_concept_id provider.gender_source_value
    """,
    ),
    (
        NOTE,
        "*",
        "patient",
        """
        drug_exposure.sig note.note_text note.note_title note_nlp.lexical_variant note_nlp.snippet
        observation.value_as_string observation.value_source_value
    """,
    ),
    (
        LOG,
        "",
        "",
        """
        note_nlp.nlp_date note_nlp.nlp_datetime
    """,
    ),
    (
        DERIVED,
        "",
        "",
        """
        cohort.cohort_definition_id condition_era.condition_occurrence_count dose_era.dose_value
        drug_era.drug_exposure_count drug_era.gap_days episode.episode_concept_id episode.episode_number
        episode.episode_object_concept_id note_nlp.note_nlp_concept_id
        note_nlp.note_nlp_source_concept_id note_nlp.term_exists note_nlp.term_modifiers
        note_nlp.term_temporal
    """,
    ),
)
