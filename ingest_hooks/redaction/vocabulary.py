"""Words that follow `patient`, `nurse` or a title in upper case and are no name of a person."""

from __future__ import annotations

from typing import Final

ORDINARY: Final = frozenset(
    """
    a about access account accounts acs activation active activity acuity address addresses adherence adjudication
    administration administrative admission admissions admit adult adults adverse african age aggregate aggregated ai
    airflow alarm alarms alert alerts alive all allergies allergy allocation allscripts alpha-beta also ambulatory
    america american an anaemia analysis analytics and anemia annotation anonymised anonymization anonymized anonymous
    antibiotic apache api app application applications appointment appointments approved arabic archive are area array
    arrival artificial as asian aspirin assessment assessments assignment asthma at atlas attributes attribution
    australia authentication automated automatic availability average avg avro azure bank base based baseline batch bed
    beds bedside before behavioral behavioural berlin bigquery billing bin binary bins birth blood bmi board body bone
    booking boolean boston bottom bp brain branch bridge brief british bronze bucket buckets build burden by
    calculation calendar california call canada cancer canonical capsule capture cardiac care careteam case cases
    catalog category catheter cdc cdm census center centered central centre centred centric cerner chads char
    characteristics charges charlson chart charts check checkin chemotherapy child children china chinese class
    classification client clinic clinical clinician clinicians closed cluster cms code codes coding cohort cohorts cold
    collection column columns commit communication communications comorbidity complaint complaints complete completed
    compliance condition conditions confidential consent consents contact contacts context control coordinator copd
    core cost costs count counts coverage covid cpt crm cross csv ct cube current cutoff dag dags daily danish
    dashboard data database databricks dataset datasets date dates daughter day days dbt death deceased december decile
    decimal deduplication deep default definition definitions deidentified delta demographic demographics denied dental
    department departments deploy deployment derived detail details deterioration dev deviation device devices diabetes
    diagnoses diagnosis dialysis dicom digital dim dimension discharge discharges disease distribution diversity dob
    doctor doctors document documents domain dosage dose doses double drug dummy duplicate duplicated duplicates dutch
    e each ear early east ecg ed education eeg effectiveness efficacy ehr elig eligibility elixhauser email emergency
    emg empowerment emr encounter encounters encryption end engagement engine english enrollment enrolment entity entry
    environment epic episode episodes er erp ethnicity etl eu europe european event events every evidence exam example
    exclusion existing experience export extension external extract eye fabric facility facing fact facts fake fall
    falls false family faq father fda feature feature-store features february fee feed feedback feeds female fetal fhir
    field fields fifth file files final financial finder finnish first flag flags flat float flow flu foetal follow for
    form forms fourth framingham france french friday from full function gateway gcs gdpr gender general generated
    generator genomic geography geriatric german germany global gold golden graft grain group grouper groups growth
    guid guide handoff has hash health healthcare heart height heparin hierarchy hipaa his histogram history hl7 home
    hospice hospital hospitalist hot hourly hours housing hr html hub husband hypertension hypotension icd icu id
    identifiable identification identified identifier identifiers identities identity if imaging immunization
    immunotherapy implant implementation import in inactive inbox incident inclusion incomplete index india indicator
    indicators individual infant infection information informed infusion ingestion inhaler injection inner inpatient
    insight insights instance insulin insurance intake integer integration intensity intensive interface internal into
    invalid irb is it italian italy its january japan japanese job jobs joint json july kafka key keyed keys kidney
    kiosk kpi lab label labels laboratory lake lakehouse landing language large last late layer ledger left length
    leukemia level levels library life limited line lineage link linkage linked linking lis list lists llm load loader
    local location locations locator log logs loinc london long looker lookup loss low lower lung lymphoma male
    management manager manual map mapped mapper mapping march marital mart master match matched matcher matching
    maternal matrix maximum md5 mean measure measures median medicaid medical medicare medication medications meditech
    melanoma member membership mental merge merged mesh message messages metadata metformin metric metrics mews midwife
    midwives migration minimum ministry mirror missing ml mock mode model models module monday monday2 monitor
    monitoring month monthly mortality mother movement mri mrn msh mychart name names narrow national near needs
    negative neonatal neonate nested network new newborn news next nhs nih nlp no node none north norwegian nose not
    note notebook notebooks notes notification notifications november null number numbers nurse nurses nursing
    observation observations obstetric obx occupancy occurrence october of office offline omop on oncology online only
    open operations opioid opt or oral orc order orders organization origin other outcome outcomes outer outpatient
    outreach overall overview owner pacemaker package pacs paediatric page paging pain palliative panel parameters
    parent paris parquet partition partitions pathologist pathologists pathway pathways patient patients payer payment
    payments pdf pediatric pediatrics pending people per percentage percentile performance period person personal
    pharmacy phi philips phone physician physicians physiotherapy picture pid pii pilot pipeline pipelines plan plans
    platform poc pod point polish pool population portal portfolio portuguese position positive post postgres ppe
    practice practitioner predictions preference preferences pregnancy prescriptions presentation primary prior privacy
    problem problems procedure procedures process processing prod profile profiles program programme project promis
    protected protection protocol prototype provided provider providers pseudonymised pseudonymized pseudonymous public
    pv1 qa qsofa quality quantile quarter quarterly quartile query questionnaire queue race radiologist radiology
    radiotherapy random rate rates ratio raw reactivation readmission readmissions real realtime recall recommendation
    record recorded records recovery recruitment redshift reference referral referrals regional registration
    registrations registries registry rehabilitation rejected related relations relationship release reminder reminders
    remote repo report reported reporting reports repository request requests research residence resolution resource
    resources response restricted result results retention review right rights risk risks role rollback rollout room
    roster rounds row rows rr run runs russian rxnorm safety sample samples sandbox sars satellite satisfaction
    saturday schedule scheduler schedules scheduling schema scheme score scores screening script scripts search second
    secondary secret section secure security segment segmentation self sensitive sensor sensors sepsis september
    sequence service services set severity sex sha shallow shopping short silver simulation simulator site sites sixth
    size skin sla small snapshot snomed snowflake snowflaked social sofa son source sources south space spain spanish
    spark specific specimen specimens spine spo2 spoke ssn staff staffing stage staging standard star start state
    statement statin statistics status stay stays stent step store stratification stream streaming string stroke struct
    study sub subject subjects submission subset sum summaries summary sunday superset support surgeon surgeons surgery
    survey surveys survival suspended swedish synthea synthetic system systems table tableau tables tablet tag tagging
    tags tall target task tasks team telehealth telemedicine test tests texas that the their therapy there these third
    this threshold thresholds throat throughput thursday time timeline times to token tokenization top total tracker
    tracking training transaction transactions transfer transfers transplant transport treatment trend trends triage
    trial trials true tuesday tumor tumour turkish turnover tv type types uat uk unduplicated unique unit units unknown
    unmapped unmatched update updates upper urgent uri url us usa usage use user users utilisation utilization uuid
    vaccination vaccine vaccines valid validation value values varchar variable variables variance vault ventilator
    version versions view views virtual vision visit visits vital vitals volume volumes volunteers wait waiting ward
    wards warehouse warfarin warm wearable wearables web wednesday week weekly weight wellness wells west what when
    where which who wide wife with without work workbench workflow worklist workload xml xray yaml year yearly years
    yes york zero zone zones
    """.split()  # noqa: SIM905 - read as a page, not as a list
)
"""Everyday words of clinical data platforms, in lower case; whoever is called like one of them is not found by role."""
