"""What clinical data platforms call things, and how people write of them: nothing here identifies anyone.

`NAMES` are names of datasets, jobs, columns, runs, tests, paths, codes and versions, `SENTENCES` are descriptions and
reasons. Both are hand-written tables, with the ids that machines make drawn from a seed. Not one may be changed.
"""

# ruff: noqa: E501 - addresses and ids are as long as they are

from __future__ import annotations

import random
from typing import Final

_RANDOM = random.Random(20260301)  # noqa: S311 - a list that is the same in every run, not a secret


def _digits(count: int) -> str:
    return str(_RANDOM.randint(1, 9)) + "".join(_RANDOM.choice("0123456789") for _ in range(count - 1))


def _hex(count: int) -> str:
    return "".join(_RANDOM.choice("0123456789abcdef") for _ in range(count))


def _uuid() -> str:
    return f"{_hex(8)}-{_hex(4)}-4{_hex(3)}-a{_hex(3)}-{_hex(12)}"


_DBT = [
    "stg_patients", "stg_patients__demographics", "int_visits_joined", "fct_encounters", "dim_patient_360", "patient_360",
    "patient_360_v2", "mart_readmission_30d", "visits_2021_2022", "claims_2019_2023", "patients_2024", "patients_202401",
    "patient_visits_20240101", "encounters_q1_2024", "encounters_2023q4", "snapshot_accounts_2022", "accounts_fy2023",
    "ref('stg_patients')", "ref('fct_encounters')", "source('ehr', 'patient')", "{{ ref('stg_patients') }}",
    "{{ source('omop', 'visit_occurrence') }}", "model.clinic.stg_patients", "model.clinic.fct_visits.v2",
    "seed.clinic.icd10_codes_2024", "snapshot.clinic.patients_snapshot", "source.clinic.omop.person",
    "exposure.clinic.readmission_dashboard", "metric.clinic.average_length_of_stay", "operation.clinic.on-run-end-0",
    "macro.dbt_utils.generate_surrogate_key", "analysis.clinic.cohort_counts_2023", "clinic.marts.patient_summary",
    "dbt-run-clinic", "dbt-build-clinic-2024", "package:clinic_warehouse", "tag:nightly", "+fct_visits+1",
    "accepted_values_stg_patients_sex__F__M__U", "accepted_values_visits_visit_concept_id__9201__9202__9203",
    "dbt_utils_accepted_range_visits_age__120__0", "relationships_visits_person_id__person_id__ref_person_",
    "not_null_patients_patient_id", "unique_encounters_encounter_id", "dbt_expectations_expect_row_count_patients__1000",
]  # fmt: skip
_DBT_TESTS = [
    f"test.{project}.{test}.{hash_}"
    for project in ("clinic", "omop_cdm")
    for test in (
        "unique_stg_patients_patient_id", "not_null_stg_patients_mrn", "not_null_visits_account_number",
        "unique_encounters_encounter_id", "relationships_claims_member_id__member_id__ref_members_",
        "accepted_values_specimen_type__blood__urine", "not_null_person_birth_date", "unique_subject_subject_id",
    )
    for hash_ in (_hex(10), _digits(10), _digits(10))
]  # fmt: skip
_AIRFLOW = [
    "load_patients.extract", "load_patients.extract__3", "load_patients.transform_visits", "patients_daily",
    "etl_claims.load_to_warehouse", "scheduled__2024-01-01T00:00:00+00:00", "manual__2024-03-01T09:04:00.123456+00:00",
    "backfill__2024-01-01T00:00:00+00:00", "dataset_triggered__2024-05-05T05:05:05.555555+00:00",
    "dag_id=load_patients/run_id=scheduled__2024-01-01T00:00:00+00:00/task_id=extract/attempt=1.log",
    "http://airflow.example:8080/dags/load_patients/grid?dag_run_id=manual__2024-01-01T00%3A00%3A00%2B00%3A00&task_id=extract",
    "http://airflow.example:8080/log?execution_date=2024-01-01T00%3A00%3A00%2B00%3A00&task_id=load_visits&dag_id=patients&map_index=-1",
    "https://airflow.example/dags/patient_etl/grid?tab=logs&dag_run_id=scheduled__2024-02-29T00%3A00%3A00%2B00%3A00&map_index=12",
    "extract_visits_20240101T000000", "sensor.wait_for_patients_file", "task_group.patients.validate",
    "KubernetesPodOperator", "load-patients-7d9f8b6c5d-x2x4z", "patient-etl-5f6d7c8b9-abcde", "airflow-worker-0",
    "batch_2024_03_01", "patients-ingest-manual-20240301", "trigger_1", "attempt=2", "map_index=117", "try_number=3",
]  # fmt: skip
_SPARK = [
    "application_1719136537510_0001", "application_1709251200000_12345", "local-1719136537510", "app-20240101120000-0001",
    "spark-0f0e0d0c1a2b4c3d8e9fa1b2c3d4e5f6", "job_202401011200_0007", "attempt_202401011200_0007_m_000003_0",
    "part-00000-3e2d1c0b-9a8f-4e7d-8c6b-5a4f3e2d1c0b-c000.snappy.parquet", "spark.sql.shuffle.partitions",
    "patients/part-00000-3e2d1c0b-9a8f-4e7d-8c6b-5a4f3e2d1c0b-c000.snappy.parquet", "visits/part-r-00017.gz.parquet",
    "patients/_delta_log/00000000000000000012.json", "encounters/_SUCCESS", "stage_12.0", "task_1.3",
    "adaptive_spark_plan.execute_insert_into_hadoop_fs_relation_command.lake_patients", "spark://driver.example:7077",
    "spark://adb-1500100900.22.azuredatabricks.net:443", "dbfs:/mnt/raw/patients/2024/01/15",
    "hive_20250618133205_44f7bc13-4538-42c7-a5be-8edb36c39a45", "unity-catalog/1200340056007800/team/tables",
    "t_1234567", "tmp_20240301_123456", "temp_patients_1719136537", "checkpoint-0000000042", "offset=1234567890",
]  # fmt: skip
_STORAGE = [
    "s3://lake/curated/patients/", "s3://lake/patients/2024/01/15/", "s3://lake/patients/year=2024/month=01/day=15/",
    "s3a://bucket-123456/visits/dt=2024-01-01", "gs://project-123456-landing/claims/2024-01.csv", "project-123456",
    "abfss://container@account1234567.dfs.core.windows.net/patients/delta", "wasbs://data@lake.blob.core.windows.net/raw",
    "arn:aws:glue:us-east-1:123456789012:table/db/t", "arn:aws:s3:::clinical-lake-123456789012",
    "arn:aws:glue:eu-central-1:123456789012", "arn:aws:iam::210987654321:role/etl-patients", "awsathena://athena.eu",
    "bigquery", "c10-project-123456.core.visits", "hdfs://namenode:8020/warehouse/patients.db/visits",
    "/data/patients/2024/01/", "/data/patients/202401/", "/data/patients/20240115/", "/data/encounters/2024-01-15/",
    "/mnt/landing/visits/2024-01-15T10:15:00Z/", "/archive/records/2019/Q4", "file:///opt/app/config/v1.2.3.yaml",
    "postgres://warehouse:5432/clinic", "jdbc:postgresql://db:5432/omop?currentSchema=cdm", "mysql://db.example:3306",
    "sqlserver://192.168.10.20:1433", "snowflake://ab12345.eu-central-1", "redshift://cluster-1.abc123xyz789.eu-west-1:5439",
    "kafka://broker-1:9092", "kafka://10.0.0.12:9092", "topic.patients.v1", "adt-events-2024", "mssql://host:1433",
    "oracle://db.example:1521", "sftp://files.example:22/inbound/claims/837", "trino://coordinator:8443",
    "git@github.com:hospital/pipelines.git", "https://github.com/hospital/pipelines/commit/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    "ssh://git@git.example/etl.git", "docker.io/library/postgres:16.2", "registry.example/etl@sha256:" + _hex(64),
    "patients.csv", "patients_v2.parquet", "visits.2024.csv.gz", "/patients/v2/notes.parquet", "/patients/schema.json",
    "/patients/batch1/", "/patients/__HIVE_DEFAULT_PARTITION__/", "visit_date=2024-01-15", "patient_id=__HIVE_DEFAULT_PARTITION__",
    "year=2024/month=3", "ds=2024-03-01/hr=07", "load_ts=1709251200", "epoch=1709251200000", "snapshot-1709251200123",
    "snap-4358109269898191001", "v1709251200123456", "00000-1-3e2d1c0b-9a8f-4e7d-8c6b-5a4f3e2d1c0b.metadata.json",
]  # fmt: skip
_CODES = [
    "SNOMED", "44054006", "73211009", "900000000000207008", "449381000124108", "RxNorm", "1049502", "313782", "LOINC",
    "2345-7", "8480-6", "85354-9", "E11.9", "Z00.00", "I63.9", "0016070", "0DTJ4ZZ", "99213", "G0439", "J1885", "CPT-99213",
    "0378-0123-01", "00002-3228-30", "50242-0040-62", "DUO:0000042", "DUO:0000007", "HP:0001250", "MONDO:0005148",
    "OMIM:143100", "HGNC:1100", "concept_4027384", "concept_id_201826", "omop_concept_4329847", "vocabulary_SNOMED_2024",
    "NCT01234567", "NCT04280705", "PMID31452104", "PMID:31452104", "PMC7095418", "10.1038/s41586-020-2649-2", "GSE12345",
    "GSE152075", "GSM4618542", "SRR1234567", "SRR11140744", "ERR3456789", "PRJNA612766", "SAMN14420545", "ENSG00000139618",
    "ENST00000380152.8", "NM_000059.4", "NC_000017.11", "rs429358", "rs7412", "chr17:43044295-43125364", "chr1_gl000191",
    "GRCh38.p14", "hg19", "CHEMBL25", "CHEMBL1201585", "P38398", "Q9Y6K9", "EGAD00001000001", "phs000178.v11.p8",
    "RCV000012345", "VCV000013961.5", "COSM476", "BRCA1_c.5266dup", "TCGA", "1.2.840.10008.1.2.1", "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.481.3", "2.16.840.1.113883.6.96", "2.16.840.1.113883.6.103", "2.16.840.1.113762.1.4.1047.42",
    "2.16.840.1.113883.3.464.1003.103.12.1001", "urn:oid:2.16.840.1.113883.6.1", "urn:oid:1.2.276.0.76.5.480",
    "http://snomed.info/sct", "http://loinc.org", "http://hl7.org/fhir/sid/icd-10-cm", "http://snomed.info/sct|44054006",
    "http://snomed.info/sct/900000000000207008/version/20240301", "https://doi.org/10.5281/zenodo.1234567",
    "CTGeneral", "00280010", "(0028,0010)", "7FE00010", "OBX|3.1", "PID-3.1", "ADT^A01", "ORU^R01", "FHIR_R4", "837P", "835",
]  # fmt: skip
_COLUMNS = [
    "patient_id", "mrn", "person_id", "account_number", "accession_no", "specimen_id", "birth_date", "dob", "ssn_last4",
    "first_name", "last_name", "full_name", "email", "phone_number", "zip3", "visit_occurrence_id", "visit_start_date",
    "admission_type", "hadm_id", "stay_id", "encounter_class", "case_mix_index", "chart_review_flag", "record_count",
    "record_hash", "num_prior_visits_365d", "age_at_visit", "icd10_code_1", "icd10_code_25", "lab_value_24h_max",
    "hba1c_90d", "bmi_gt_30", "feature_0001", "feature_123456", "x_1024", "embedding_768", "col_1", "_c0", "c12", "leaky3",
    "LeakyReLU_3", "conv2d_17", "layer4.1.bn2.running_mean", "resnet50", "bert-base-uncased", "pca_128", "fold_5", "seed_42",
    "auc_0.876543", "DECIMAL(10,2)", "VARCHAR(255)", "NUMBER(38,0)", "TIMESTAMP(6)", "CHAR(10)", "struct<a:int,b:string>",
    "array<struct<code:string,system:string>>", "LIMIT 10", "$1", "$2", "?", ":patient_id", "%(patient_id)s", "{{ds}}",
    "row_number", "md5(patient_id)", "sha2(mrn, 256)", "count(distinct patient_id)", "case_when_1", "SUM(amount)",
    "patient_key_sk", "member_months_12", "mbr_yr_2023", "claim_line_nbr", "drg_470", "ms_drg_v41", "hcc_v28", "cpt_99213_flag",
]  # fmt: skip
_MODELS = [
    "readmission@2.0.0", "sepsis@1.4.2", "readmission_30d_v3", "xgboost-1.7.6", "mlflow-artifacts:/1/", "models:/readmission/3",
    "runs:/0f0e0d0c1a2b4c3d8e9fa1b2c3d4e5f6/model", "epoch=12-step=3400.ckpt", "checkpoint-3400", "model.v20240301.pkl",
    "lr_1e-3_bs_256", "exp_042", "trial_17_of_200", "auroc", "auprc@0.5", "recall@10", "seed1234567", "optuna-study-7",
    "sha256:" + _hex(64), "sha256:" + _digits(64), _hex(40), _hex(7), "v1.32.0-SNAPSHOT", "2024.3.1", "1.0.0+20240301",
    "JIRA-12345", "DATA-4821", "INC0012345", "CHG0034567", "PR-4821", "build-20240301.4", "run_482913", "ci-1234567",
]  # fmt: skip
_MACHINES = [
    maker()
    for maker in (
        _uuid, lambda: _hex(32), lambda: _hex(40), lambda: f"application_{_digits(13)}_{_digits(4)}",
        lambda: f"t_{_digits(7)}", lambda: f"concept_{_digits(7)}", lambda: f"project-{_digits(6)}", lambda: f"GSE{_digits(6)}",
        lambda: f"NCT{_digits(8)}", lambda: f"SRR{_digits(8)}", lambda: f"CHEMBL{_digits(6)}",
        lambda: f"arn:aws:glue:eu-west-1:{_digits(12)}:table/omop/visits", lambda: f"1.2.840.10008.5.1.4.1.1.{_digits(3)}",
        lambda: f"model.clinic.stg_{_hex(8)}", lambda: f"orders_{_digits(6)}", lambda: f"export_17{_digits(8)}",
    )
    for _ in range(8)
]  # fmt: skip

_MORE_NAMES = """
patients_1200
patients_18_64
visits_0_17
encounters_00001
stg_members_n12345
records_x12_837
warehouse.clinic.cases_v2_5_1
account_00001
mrn_100
getty@tty1.service
GHS_NO_SOURCE_GROUP_FILE
pid=29835
patients
patient
visits
dim_patient
fact_encounter
encounter_2023_q4_final
claims_837_2022
visit_dim_v2
lab_results_2021h2
account_hierarchy
record_linkage_v3
case_control_1to4
chart_abstraction_round2
specimen_inventory_2024
subject_level_data
member_eligibility_202312
person_2023_12_31
patients_train_80pct
patients_test_20pct
patients_500k
visits_10m_sample
synthea_1000_patients
encounters_part_0001
encounters_shard_17_of_64
patient_cohort_12
cohort_12_patients
case_101
visit_1
visit_12
visit_52w
visit_day_365
subject_001
patient_1
patient_12
record_batch_7
accession_prefix
accounts_payable_2023
account_2024_fy
chart_1
chart2
case_2021_03
pt_2021
mimic_iv_2_2.hosp.admissions
mimiciii_demo.patients
eicu_crd_v2.patient
omop_cdm_531.visit_occurrence
cdm54.person
n3c.release_v78.person
ukb_22828_c1_b0_v3
ukb41234.tab
gnomad.genomes.v3.1.2.sites.chr22
1000G_phase3_v5_20130502
hs37d5
GCF_000001405.40
NC_000001.11
chr17_7577120_G_A
rs1801133_MTHFR
HG00096
NA12878
TCGA-02-0001
TCGA.BRCA.sampleMap/HiSeqV2
PXD012345
E-MTAB-6701
ENCFF123ABC
GPL570
dicom/CT/1.2.840.10008.5.1.4.1.1.2
1.2.840.10008.1.1
2.16.840.1.113883.6.88
2.16.840.1.113883.12.1
1.3.6.1.4.1.19376.1.5.3.1.3.1
urn:oid:2.16.840.1.113883.4.642.3.1
Observation/bodyweight
Patient/$everything
/fhir/Patient?_count=50&_lastUpdated=ge2024-01-01
/fhir/Patient?_has:Observation:patient:code=1234-5&gender=female&active=true
/fhir/Group?name=readmission-cohort&_sort=-_lastUpdated
Patient?_lastUpdated=gt2024-01-01
$export?_type=Patient,Observation
http://hl7.org/fhir/StructureDefinition/Patient
http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|6.1.0
http://terminology.hl7.org/CodeSystem/v3-ActCode
airflow.dags.patient_ingest_v2.load
patient_ingest.load_to_bq__1
run_id=manual__2024-05-17T13:45:10.123456+00:00
scheduled__2024-05-17T00:00:00+00:00
task_instance_key_str=etl__load__20240517
celery@worker-7f9c
spark-app-1715950000000
application_1715950000000_123456
container_e17_1715950000000_0001_01_000002
driver-20240517134510-0007
executor-12
stage-123456
databricks/job/123456789012345/run/987654321
dbfs:/databricks/jobs/1234567890/run-7
adb-6012345678901234.14.azuredatabricks.net
https://adb-6012345678901234.14.azuredatabricks.net/jobs/551234567890123
workspace-1234567890123456
projects/my-proj-424242/locations/eu/datasets/clin
my-proj-424242.clin.visits$20240517
gs://my-proj-424242-raw/visits/dt=20240517/part-00012-of-00100.parquet
arn:aws:s3:::health-lake-424242424242-eu-west-1
arn:aws:lambda:us-east-1:424242424242:function:deid-patients
arn:aws:states:eu-west-1:424242424242:stateMachine:patients-etl
s3://424242424242-lake/patients/ingest_date=2024-05-17/
abfss://raw@stclinprod001.dfs.core.windows.net/patients/2024/05/17
/Volumes/main/clinic/patients/2024-05-17/batch_0007.json
/patients/latest/
/patients/_SUCCESS
/patients/000000_0
/patients/000123_0.snappy.orc
/patients/part-00012.parquet
/patients/v=3/
/patients/1.0.0/
/patients/2024.05/
/patients/20240517T134510Z/
/visits/chunk_00012/
/visits/0001.csv
/encounters/ndjson/Encounter.000.ndjson
/fhir/bulk/Patient.0001.ndjson
Patient-1.ndjson
Patient.ndjson
/fhir/Patient/metadata
mlflow:/424242/0123456789abcdef0123456789abcdef/artifacts
experiments/1234567/runs
model_20240517_134510
ckpt-00012000
events.out.tfevents.1715950000.host.1234.0
wandb/run-20240517_134510-3k2j1h0g
optuna_trial_000123
feature_view:patient_vitals:3
feast.online_store.patient_features_v12
sklearn-1.4.2
torch==2.3.0+cu121
python3.11.9
conda-forge::numpy=1.26.4
sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709
md5:d41d8cd98f00b204e9800998ecf8427e
git:0a1b2c3d4e5f
refs/pull/48213/merge
JIRA:CLIN-48213
CLIN-48213_patient_dedup
INC48213977
CHG0048213
RITM0012345
ICD10CM_E1165
icd9_25000
icd10_I2510
cpt_99213
hcpcs_j3490
loinc_4548_4
loinc_33914_3
snomed_195967001
snomed:22298006
rxnorm_860975
rxcui_1049502
ndc_00093105001
atc_A10BA02
umls_C0011849
mesh_D003924
omim_604370
orpha_558
hpo_0001250
mondo_0005148
concept_id_44782429
concept_8507
drug_concept_id_40163554
measurement_concept_id_3004249
visit_concept_id_9201
visit_type_concept_id_44818518
visit_occurrence_id
preceding_visit_occurrence_id
person_id_hash
patient_sk_v2
member_month_202401
account_type_cd_01
acct_class_120
visit_seq_nbr_1
drg_871
msdrg_v37_871
npi_registry_202405
taxonomy_207R00000X
zip5_to_hrr_2019
fips_36061
geoid_36061000100
tract2010_36061000100
naics_622110
ccn_330101
leaky3
LEAKY_RELU3
col_42
c1234567
t_1234567_tmp
tmp_1715950000123
__temp_20240517_134510_123
stg__patients__20240517
_airbyte_raw_patients
_fivetran_synced
patients__dbt_tmp
patients__dbt_backup
patients__dbt_tmp20240517134510123456
test.clin.not_null_fct_visits_visit_id.0f1e2d3c4b
test.clin.unique_dim_patient_patient_id.1029384756
test.clin.dbt_utils_unique_combination_of_columns_visits_patient_id__visit_date.5647382910
test.clin.accepted_values_dim_patient_sex__M__F__U.9081726354
test.clin.relationships_fct_visits_patient_id__patient_id__ref_dim_patient_.1122334455
unit_test.clin.fct_visits.test_los_2
dbt_invocation_0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
source.clin.epic.clarity.pat_enc
epic.clarity.PAT_ENC_HSP
epic.caboodle.PatientDim
cerner.v500.person
cerner.v500.encntr_alias
clarity.ACCOUNT_2
PAT_ENC_2
PATIENT_4
PATIENT_TYPE_C_1
F_SCHED_APPT_2
v_patient_360_v2
patient360
patient_journey_v1_2
pt_v2
ptcloud
patents_2023
case_sensitive_on
casemix_2023
recordset_1
visitors_2024
subjects_by_arm_3
members_only_v2
mrn_xwalk
mrn_xwalk_2024
mrn_to_person_id_map_v3
mrn_hash_sha256
ssn_redacted
ssn_last4_masked
dob_year
dob_shifted_v2
birth_year_1950_1959
births_2022
account-service-v2
account-7f9c8d6b5-x2vbz
patient-api-6d4cf56db6-8xk2p
patient-loader-28593120-abcde
cronjob/patient-sync-28593120
pod/visits-etl-0
statefulset/kafka-patient-2
topic.patient.events.v3
patient.events.0
patient-events-7
consumer-group-patients-12
offsets:patients-12:48213977
schema-registry/patient-value/versions/12
postgres://etl:5432/omop?sslmode=require
jdbc:sqlserver://db01:1433;databaseName=EpicClarity
jdbc:oracle:thin:@//exa01:1521/PRDSVC
oracle:thin:@db01:1521:ORCL
mongodb+srv://cluster0.ab1cd.mongodb.net/clin
redshift-cluster-1.c1a2b3d4e5f6.us-east-1.redshift.amazonaws.com
sn12345.eu-central-1.snowflakecomputing.com
snowflake://org-account1/db/schema
user@cluster
hdfs@REALM.LOCAL
hive/_HOST@EXAMPLE.COM
actions/checkout@v4
readmission@12
mlflow@2.12.1
ghcr.io/ohdsi/webapi:2.14.0
ohdsi/broadsea-hades:4.2.0
1,2,3
x_1_2_3
10.5281/zenodo.7654321
10.1056/NEJMoa2034577
isbn_9783161484100
orcid 0000-0002-1825-0097
0000-0002-1825-0097
https://orcid.org/0000-0002-1825-0097
EudraCT 2019-001234-12
ISRCTN12345678
ACTRN12621000123456
UMIN000012345
jRCT1234567890
PROSPERO CRD42021234567
"""

NAMES: Final = tuple(
    dict.fromkeys(
        (
            *_DBT,
            *_DBT_TESTS,
            *_AIRFLOW,
            *_SPARK,
            *_STORAGE,
            *_CODES,
            *_COLUMNS,
            *_MODELS,
            *_MACHINES,
            *_MORE_NAMES.split("\n")[1:-1],
        )
    )
)

_WRITTEN = """
AUROC 0.876543 on the locked evaluation snapshot.
AUPRC 0.412345 (95 % CI 0.398112-0.427001).
1250000 rows loaded in 42 seconds.
Loads 1,250,000 patient records every night.
About 48213 patients per year, 12 sites.
Patients aged 65 and older with at least 2 visits.
Adult patients admitted between 2015 and 2019.
All encounters from 2019-01-01 to 2023-12-31.
Patients with type 2 diabetes (SNOMED 44054006).
Uses RxNorm 1049502 and 313782 for the exposure.
See PMID 31452104 and NCT01234567.
Data from GSE12345, SRR1234567 and CHEMBL1201585.
GEO accession GSE152075 was processed with nf-core/rnaseq 3.14.0.
SRA accession SRR11140744, aligned to GRCh38.
UniProt accession P38398.
Concept 4027384 maps to 201826.
OMOP concept_id 4329847 stands for myocardial infarction.
ICD-10-CM E11.9, version 2024.
LOINC 2345-7 in mg/dL, range 70-99.
NDC 00002-3228-30 was withdrawn.
DRG 470 replaced DRG 544 in 2008.
SOP class 1.2.840.10008.5.1.4.1.1.2 (CT Image Storage).
Transfer syntax 1.2.840.10008.1.2.4.90, value set 2.16.840.1.113762.1.4.1047.42.
Code system urn:oid:2.16.840.1.113883.6.96.
Value set 2.16.840.1.113883.3.464.1003.103.12.1001 of eCQM CMS122v12.
Fixed in commit 0a1b2c3d, ticket 482913.
Closes #12345, follows JIRA-4821 and INC0012345.
See pull request 1234567 for the discussion.
Change CHG0034567 approved by the board.
Deployed as build 20240301.4 of release 2024.3.1.
Spark application application_1719136537510_0001 wrote it.
Epoch 1709251200 is 2024-03-01T00:00:00Z.
Times are epoch milliseconds such as 1709251200000.
Snapshot 4358109269898191001 of the Iceberg table.
Written by run 018f4a3e-0000-7000-8000-000000000001.
Manifest digest sha256:0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9.
Built from ref('stg_patients') and ref('stg_visits').
Joins stg_patients to visits_2021_2022 by patient_id.
Table patients_2024 of 12 columns.
Table patient_360, refreshed at 06:00.
full_name: db.schema.table
full_name: main.clinic.stg_patients
Column amount is DECIMAL(10,2), id is VARCHAR(36).
Only a sample: LIMIT 10.
Parameter $1 is the site, $2 the year.
Bucket project-123456 in europe-west1.
Namespace arn:aws:glue:us-east-1:123456789012.
AWS account 123456789012 holds the landing zone.
Azure storage account clinlake01, container raw.
Service account 1234567 rotates its key every 90 days.
Kafka record 1234567 was skipped, offset 7654321.
Log record 1234567 marks the restart.
Test case 10482 covers this.
Use case 3 of the protocol.
In case of failure, rerun the task.
A case when expression picks the latest visit.
Chart 3 shows the trend; chart 4 the residuals.
Superset chart 12345 reads this table.
Helm chart 15.2.8 deploys it.
Medical record numbers are hashed with HMAC-SHA-256.
MRN is never exported; it is replaced by patient_key.
MRN: 10 digits, left padded.
SSN: dropped at intake.
SSNs are never stored.
The account number is masked.
Account numbers are tokenised before landing.
Date of birth is shifted by up to 365 days.
DOB is generalised to the year of birth.
Born before 1950 is grouped as 1950.
Patients born in 1970 or later.
Birth year 1900 means unknown.
Default dates 1900-01-01 and 9999-12-31 mean unknown.
The epoch 1970-01-01 stands for missing.
Valid from 2024-01-01 until 2025-12-31.
Updated 2026-03-01 at 12:54:01.759654.
Runs daily at 02:30 UTC, retries 3 times.
Retention 3650 days, class CLINICAL-10Y.
Patient ID and visit ID are pseudonymous.
Patient ID (64-bit integer) is the key.
Patient id is unique within a site.
Patient identifiers are removed under 45 CFR 164.514(b)(2).
Each patient has 1 to 40 visits.
One record per patient and day.
One row per specimen; 96 specimens per plate.
Record count 1250000, distinct patients 48213.
Total visits: 12000.
Patients: 48,213.
Encounters: 1250000 in 2023.
Records: 500000 inserted, 1200 updated.
Cases: 2021.
Patients (n=1200) were split 80/20.
Patients 1200 and visits 15000 remain after exclusion.
Visit 1 is the baseline, visit 12 the end of study.
Visits 1 to 12 are scheduled.
Encounter class IMP, AMB or EMER.
Specimen type 119297000 (blood).
Specimen volume 250 ml.
Patient weight 72 kg, height 180 cm.
Case fatality 3.5 percent.
Case mix index 1.2345.
Chart review of 200 charts.
Account for 20 percent of all admissions.
Accession rules of the biobank.
Accounts are closed after 365 days.
Member months 1250000.
Members with 12 months of continuous enrolment.
Subjects 18 years or older.
Subject to approval by the board.
Person-years of follow-up: 120000.
Patient demographics and insurance from the EHR.
Patient Safety Indicators of AHRQ, version 2023.
Patient Administration System feed, HL7 v2.5.
Patient Master Index, merged weekly.
Patient FHIR resources, R4.
Patient Data Warehouse.
Patient Summary (IPS) documents.
Patient Level Forecasting features.
Nurse Triage notes, de-identified.
Nurse staffing levels per ward.
Physician Order Entry events.
Doctor Visits per capita.
Nursing Home Compare, July 2023 release.
Miss Rate of the cache.
MR Angiography and CT Thorax studies.
MS SQL Server 2019 is the source.
DR and CR images of the chest.
Mother and child cohort.
Contact the data team through the service desk.
Owner: data platform team.
Owned by team-clinical-data.
Managed by Platform Engineering.
Contact: #data-platform on chat.
Version 1.32.0-SNAPSHOT of the library.
Host 192.168.100.100:5432 is the source.
Listens on port 8443, pool of 25 connections.
Memory 16384 MB, 8 cores, timeout 3600 s.
Password is read from the vault.
The password is rotated every 90 days.
Set password: required.
token: string, set by the gateway.
Secret: managed by the operator.
Uses basic authentication over TLS.
The bearer of the certificate is the gateway.
Key is (site, visit_id).
Partitioned by year=2024/month=01.
Stored at s3://lake/patients/2024/01/.
Path /data/patients/part-00000-0a1b2c3d-0000-4000-8000-00000000000a.snappy.parquet.
dbt test test.clinic.unique_stg_patients_patient_id.3744510712 failed.
Airflow task load_patients.extract_visits, try 2.
Log at http://airflow.example:8080/dags/patients/grid?dag_run_id=manual__2024-01-01T00%3A00%3A00%2B00%3A00.
Trained 120 epochs, batch size 256, learning rate 0.001.
Model readmission@2.0.0, seed 1234567.
Threshold 0.35 gives sensitivity 0.812 and specificity 0.903.
Brier score 0.0812345.
c-statistic 0.80 (0.78 to 0.82), p < 0.0001.
Odds ratio 1.234567.
Feature leaky3 was removed.
Hosmer-Lemeshow chi-square 8.1234.
Hidden size 768, 12 heads, 110000000 parameters.
Variant rs429358 in APOE, chr19:44908684.
BRCA1 c.5266dupC, NM_007294.4.
Read depth 30, 150 bp paired end.
FHIR bulk export, 1200 files of 100 MB.
FASTQ files, 8 lanes, 2 x 150.
DICOM tag (0010,0020) is blanked.
Pixel spacing 0.703125 mm, 512 x 512.
Claims 837P and 835, clearing house 12.
HCPCS J1885 and CPT 99213.
Place of service 11, bill type 0111.
NPI registry, July 2024 file.
Zip codes are cut to 3 digits; 036, 059 and 102 become 000.
Safe Harbor: ages over 89 become 90.
k-anonymity of 11, l-diversity of 3.
Expert determination of 2024-02-01, risk 0.04.
DUO:0000042 with DUO:0000007, no general research use.
IRB protocol 2023-0417 permits the use.
Purpose TREAT and HRESCH only.
Data use agreement until 2027-06-30.
Agreement of 01/02/2023 covers it.
Cost center 482913, budget 120000 EUR.
Phase 3 trial, arm 2.
Site 12 joined on 15.03.2024.
1000 Genomes, phase 3.
UK Biobank field 21022, category 100094.
MIMIC-IV 2.2, table admissions.
SEER 17 registries, November 2022 submission.
eICU, 208 hospitals.
Synthea seed 1234567, 1000 patients.
CMS SynPUF, sample 1 of 20.
Mapped by OHDSI Athena, release v5.0 30-AUG-24.
ISO 8601 week 2024-W05.
HTTP 503 with Retry-After 120.
Error ORA-01722 or SQLSTATE 22P02.
exit code 137, signal 9.
RFC 6962 and RFC 8785.
Port 5432 of db-1.clinic.example.
See https://wiki.example/pages/viewpage.action?pageId=123456789.
Docs at https://docs.example/catalog/patients#columns.
Doi 10.1038/s41586-020-2649-2.
Zenodo https://zenodo.org/records/1234567.
Grant 01ZZ2319B, work package 4.
Contract 4500123456 with the vendor.
Batch 20240301-0007 reloaded.
Sequence 1 2 3 5 8 13.
Ratio 1:1000000.
Range 100-200, step 10.
Between 1000000 and 5000000 rows a day.
Worker pid 48213 was restarted.
Latitude 52.5200, longitude 13.4050 of the weather station.
Unix user etl, group data.
A dataset of the clinic, used for quality reports.
Process pid=29835 was waking for 12 ms. Walking raw runs took longer.
2. Basic Permissions.
token = f.encrypt(data)
Started by getty@tty1.service, unit user@0.service.
Counts 48213 distinct patients across 12 sites.
We kept 1,234 of 5,678 patients (21.7%).
Patients: 1234; encounters: 56789.
Of 1234567 encounters, 3.2% had no discharge date.
Visit 3 took place at week 12.
Visits between 2019 and 2022.
Case-control study, 1:4 matching on age and sex.
Case definition per CDC 2022.
Case 3 of the test plan.
Use case 12: readmission.
Account table of the general ledger.
Chart 2 shows patients per ward.
Record type 03 only.
Records with status 200 are skipped.
Specimen code 119364003 is serum.
Subjects were randomised 1:1.
Subject line of the e-mail is dropped.
Member of the ICN network since 2018.
Patient class I, O, E.
Patient age in years, capped at 90.
Patient cohort of 2019.
Patient days per 1000 admissions.
Patient ID is hashed with SHA-256.
Patient ids are random UUIDv4.
Patient identifier type codes: MR, SS, DL.
Patient 360 view for care managers.
patient_id joins to person.person_id.
MRN stands for medical record number.
MRN, SSN and DOB are dropped.
mrn VARCHAR(20) NOT NULL
ssn CHAR(9)
dob DATE
dob: date, shifted
born_on DATE
Born outside hospital: Y/N.
Born in the years 1940 to 1960.
Date of birth between 1900-01-01 and today.
DOB before 1900-01-01 is treated as missing.
Account number length is 10.
Account number format: 3 letters, 7 digits.
Accession number is the key of the radiology order.
Accession numbers follow the pattern YY-NNNNNN.
The account is locked after 5 attempts.
AWS account 424242424242 (prod).
GCP project my-proj-424242.
Snowflake account ab12345.
Storage account stclinprod001.
Kafka offset 48213977, partition 12.
Build 48213977 of the CI.
Ticket CLIN-48213 and PR #1234.
Fixes GH-48213.
Revision 48213977 in SVN.
Job 551234567890123 on Databricks.
Query id 01b2c3d4-0000-1234-0000-abcd00012345.
PMID: 31452104, PMCID: PMC7095418.
DOI 10.1056/NEJMoa2034577.
ORCID 0000-0002-1825-0097 of the corresponding author.
ISBN 978-3-16-148410-0.
NCT04280705, EudraCT 2019-001234-12.
SNOMED CT 195967001 |Asthma|.
RxNorm CUI 1049502.
NDC 0093-1050-01 and 00093105001.
UMLS C0011849, MeSH D003924.
ICD-9 250.00 to ICD-10 E11.9.
CPT 99213-99215.
ATC A10BA02.
HGVS NM_000059.4:c.68-7T>A.
chr7:140453136 A>T.
GRCh38 coordinates 43044295-43125364.
95% CI 0.71-0.83, p=0.0004.
AUROC 0.812345 (0.798765 to 0.825678).
HR 1.23 (1.10-1.38).
Mean (SD) 12.34 (5.67).
n = 12345, events = 678.
N=1234567 rows, 42 columns.
12345678 rows, 1.2 GB.
Rows: 12345678.
Row count 12345678; null count 0.
Loaded 2024-05-17 13:45:10 UTC.
17/05/2024 first release.
Released May 17, 2024.
Version 2024.05.17.1.
Snapshot 6012345678901234567.
Batch id 20240517134510.
Trained 2024-05-17 on 8 A100 GPUs.
Seed 20240517.
lr=3e-4, batch=1024, steps=120000.
Tokens 1500000000.
loss 0.123456, step 48213.
Checkpoint 120000.
embedding dim 1536.
TCP 10.20.30.40:5432.
Phone numbers are removed.
E-mail addresses are hashed.
Call the function with 3 arguments.
Fax and phone are HIPAA identifiers 4 and 5.
Contact: data steward on duty.
Telephone triage records, 2020-2023.
Nurse-led clinic data.
Nurse Practitioner notes.
Doctor-patient ratio per 10000.
Physician Fee Schedule 2024.
Dr. means doctor in the notes field.
Mr and Mrs are stripped from names.
Mother-infant dyads.
Mother ID links to infant.
Father age is missing in 40%.
Husband and wife share a household id.
Patient Care Technician rounding data.
Patient Reported Outcomes (PROMIS).
Patient Health Questionnaire PHQ-9.
Patient Activation Measure.
Patient Discharge Instructions in English and Spanish.
Patient Monitoring with Philips IntelliVue.
Patient Experience Scores from Press Ganey.
Patient Blood Management program.
Patient Zero simulation.
Patient Medicare status.
Patient Epic id.
patient German version.
patient English questionnaire.
patient Europe only.
Patient Synthea generator output.
Patient Locator System.
Patient Keyed Index.
Patient Account System.
Patient Transport requests.
Patient Acuity Score.
Physician Orders.
Surgeon Volume.
Radiologist Worklist.
Pathologist review pending.
Nurse Call Light data.
Doctor Shopping flag.
Password reset events.
Password policy: 12 characters.
Password: see the vault.
password = <from vault>
Set PGPASSWORD in the environment.
Use --password-file /run/secrets/db.
Authorization: Bearer token required.
Bearer tokens are rotated.
Basic auth is off.
Token count 128000.
Token: WordPiece.
secret rotation every 30 days
API key is in the vault.
api_key: required
key: value pairs
Signature algorithm: Ed25519.
sig = sigmoid(x)
pass = 0.95 threshold
see https://example.org/a/b?c=d&e=f#g
https://user.example.org:8443/path@2
ratio a/b@c
x@y
@data-team please review
mention @alice in the ticket
Partition dt=2024-05-17/hour=13.
Latency p99 123.456 ms.
0.1 0.2 0.3 0.4 0.5 0.6
1.2.3.4.5.6
1.1.1.1
version 1.2.840
10-20-3000
100 200 3000
2021 2022 2023
555 samples, 1234 controls
Dose 100-200-300 mg.
40 000 000 reads
12 345 678 variants
3-2-4 grouping 123-45-678
IBAN is validated by mod 97.
Card numbers fail Luhn.
Field 123-456 of the form.
HL7 PID-3.4.1 and PID-5.
2345-7^Glucose^LN
Hemoglobin^LN
MSH^PID
a^b
X^2 + Y^2
CONCAT(LAST^FIRST)
"""
_TEMPLATES = (
    "{n} rows in {t}.", "Table {t} holds {n} rows.", "Refreshed by run {u}.", "Concept {c7} of the vocabulary {t}.",
    "AUROC 0.{c6} on {t}.", "Ticket {c6} asked for {t}.", "Commit {h} changed {t}.", "Loaded {n} bytes to {t}.",
)  # fmt: skip
_TABLES = (
    "patients_2024",
    "visits_2021_2022",
    "patient_360",
    "stg_accounts",
    "encounters",
    "specimen_log",
    "charts_v2",
)

SENTENCES: Final = tuple(
    dict.fromkeys(
        (
            *(line for line in _WRITTEN.splitlines() if line),
            *(
                template.format(n=_digits(7), t=table, u=_uuid(), c7=_digits(7), c6=_digits(6), h=_hex(10))
                for template in _TEMPLATES
                for table in _TABLES
            ),
        )
    )
)
