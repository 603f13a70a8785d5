"""Words that follow `patient`, `nurse` or a title in upper case and are no name of a person."""

from __future__ import annotations

from typing import Final

ORDINARY: Final = frozenset(
    """
    a about access account accounts active activity acuity address addresses adherence adjudication administration
    administrative admission admissions admit adverse age aggregate alert alerts all allergies allergy allocation also
    ambulatory america an analysis analytics and annotation anonymization api app application applications appointment
    appointments archive are area arrival as assessment assessments assignment at atlas attribution attributes
    authentication availability average avro azure bank base based baseline batch bed beds before billing birth
    blood board body booking brief bronze burden by calculation calendar call cancer capture cardiac care careteam case
    cases catalog category census center centre characteristics charges chart charts check checkin class classification
    client clinic clinical code codes coding cohort cohorts collection column columns communication communications
    comorbidity complaint complaints compliance condition conditions consent consents contact contacts context control
    coordinator core cost costs count counts coverage cross cube current daily dashboard data database dataset datasets
    date dates day days death december deduplication deep default definition definitions delta demographic
    demographics department departments detail details deterioration device devices diabetes diagnosis diagnoses digital
    dim dimension discharge discharges disease distribution diversity document documents domain drug e each ed
    education effectiveness efficacy elig eligibility email emergency emr encounter encounters encryption end
    engagement engine enrollment enrolment entity entry environment episode episodes epic ethnicity etl europe event
    events every evidence example exam exclusion existing experience export extension extract fact facility facts fall
    falls family feature features february feed feeds feedback fhir field fields file files final financial finder first
    flag flags flow flu follow for form forms friday from full function gateway gender general generator genomic
    geography gold golden grain group grouper groups growth guide handoff has health healthcare heart height hierarchy
    history home hospital hourly hours housing icd icu id identification identifier identifiers identities identity
    identified identifiable if imaging immunization implementation import in inbox incident inclusion index indicator
    indicators individual infection information informed ingestion inpatient insight insights instance insurance
    intake integration intensive intensity interface into is it its january job july key keys kidney kiosk label
    labels lab laboratory lake landing language last layer ledger length level levels life line lineage link linkage
    linked linking list lists load loader local location locations log logs long lookup loss low lung management
    manager mapper mapping march marital mart master match matched matcher matching matrix measure measures medical
    medicare medicaid medication medications member membership merge merged message messages metadata metric metrics
    migration ministry mirror model models module monday monitor monitoring month monthly mortality movement name names
    national needs neonatal network new next no north not note notes notification notifications november number numbers
    nurse nurses nursing observation observations occupancy occurrence october of office on oncology online only open
    operations opt or order orders organization origin outcome outcomes outpatient outreach overall overview owner page
    pain panel parameters parent partition partitions pathway pathways patient patients payer payment payments pediatric
    people per percentage performance period person personal pharmacy phone physician physicians picture pipeline
    pipelines plan plans platform point pool population portal portfolio position post practice practitioner
    predictions preference preferences pregnancy prescriptions presentation primary prior privacy problem problems
    procedure procedures process processing profile profiles program programme project protected protection protocol
    provided provider providers public quality quarter quarterly query questionnaire queue race radiology random rate
    rates ratio raw reactivation readmission readmissions recall recommendation record recorded records recovery
    recruitment reference referral referrals registration registrations registries registry related relations
    relationship release reminder reminders report reported reporting reports repository request requests research
    residence resolution resource resources response result results retention review rights risk risks role room roster
    rounds row rows safety sample samples satisfaction saturday schedule schedules scheduler scheduling schema scheme
    score scores screening search secondary section secure security segment segmentation self sensitive september
    sequence service services set severity sex silver simulation simulator site sites size snapshot social source
    sources south space specific specimen specimens staff staffing stage staging standard start state statement
    statistics status stay stays step store stratification stream study sub subject subjects submission subset summaries
    summary sunday support surgery survey surveys survival synthetic system systems table tables tag tagging tags target
    task team test tests that the their therapy there these this throughput thursday time timeline times to token
    tokenization total tracker tracking training transaction transactions transfer transfers transport treatment
    trend trends triage trial trials tuesday turnover type types unique unit units update updates urgent usage use user
    users utilization utilisation vaccination validation value values variable variables version versions view views
    visit visits vital vitals volume volumes volunteers wait waiting ward wards warehouse web wednesday week weekly
    weight wellness what when where which
    who wide with without work workbench workflow workload year yearly years zone zones
    """.split()  # noqa: SIM905 - read as a page, not as a list
)
"""Everyday words of clinical data platforms, in lower case; whoever is called like one of them is not found by role."""
