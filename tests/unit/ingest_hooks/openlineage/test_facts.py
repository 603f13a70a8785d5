"""What one event means, case by case: what it shows alone, and what the fold over several shows."""

from __future__ import annotations

import pytest

from catalog.store.indexes.hubs import hubs_of_records, renames
from graph_schema import nodes
from graph_schema.aspects import name_of_use
from graph_schema.bitemporal import RunFacts, RunFold, fold_run, in_force
from graph_schema.facts import Edge, Facts, Role, Statement
from ingest_hooks.openlineage.facts import project_event
from ingest_hooks.redaction.redactor import Redaction
from tests.support.events import LATE, RUN_ID, Json, dataset, run_event

JOB = nodes.Job("demo", "curate")
RUN = nodes.Run.of(JOB, RUN_ID)
RAW, CLEAN = nodes.Dataset("lake", "raw"), nodes.Dataset("lake", "clean")


def project(event: Json, entry: int = 0, recorded_at: int = LATE) -> Facts:
    return project_event(event, tie=f"{hash(repr(event)):x}", recorded_at=recorded_at, entry=entry)


def project_all(*events: Json) -> Facts:
    facts = Facts()
    for entry, event in enumerate(events):
        facts += project(event, entry)
    return facts


def edges(facts: Facts, kind: str) -> list[Edge]:
    return [edge for edge in facts.edges if edge.kind == kind]


def said(facts: Facts, node: nodes.Node, aspect: str) -> list[Statement]:
    return [one for one in facts.statements if (one.subject, one.aspect) == (node.id, aspect)]


def fold(facts: Facts, run: nodes.Run = RUN) -> RunFold:
    of_run = RunFacts(
        tuple(said(facts, run, "event")),
        tuple(edge for edge in edges(facts, "READ") if edge.source == run.id),
        tuple(edge for edge in edges(facts, "WROTE") if edge.source == run.id),
    )
    folded = fold_run(of_run)
    assert folded is not None
    return folded


def minute(number: int) -> int:
    return 1_772_359_200_000_000 + number * 60_000_000


def lineage(*origins: Json, **parts: object) -> Json:
    return {"columnLineage": {"fields": {"a": {"inputFields": list(origins)}}, **parts}}


def origin(field: str, name: str = "raw", **transformation: object) -> Json:
    found: Json = {"namespace": "lake", "name": name, "field": field}
    if transformation:
        found["transformations"] = [transformation]
    return found


def test_state_is_a_fold_by_event_time_and_not_by_arrival() -> None:
    complete, start = run_event("COMPLETE", 9), run_event("START", 1)
    for order in ((complete, start), (start, complete)):
        folded = fold(project_all(*order))
        assert (folded.state, folded.started_at, folded.ended_at) == ("COMPLETE", minute(1), minute(9))


def test_the_first_terminal_sticks_and_other_changes_no_state() -> None:
    folded = fold(project_all(run_event("FAIL", 3), run_event("OTHER", 4), run_event("COMPLETE", 5)))
    assert folded.state == "FAIL"
    assert fold(project_all(run_event("START", 1), run_event("OTHER", 2))).state == "RUNNING"


def test_of_several_starts_the_earliest_counts() -> None:
    assert fold(project_all(run_event("START", 4), run_event("START", 2))).started_at == minute(2)


def test_without_start_the_start_is_not_known() -> None:
    assert not fold(project(run_event("COMPLETE", 9))).start_known


def test_the_same_event_twice_is_the_same_facts() -> None:
    event = run_event(inputs=[dataset("raw")], outputs=[dataset("clean")])
    assert project(event) == project(event)


def test_inputs_of_several_events_are_their_union() -> None:
    facts = project_all(run_event("START", 1, inputs=[dataset("raw")]), run_event(inputs=[dataset("other")]))
    assert set(fold(facts).inputs) == {RAW.id, nodes.Dataset("lake", "other").id}


def test_under_complete_snapshot_each_event_is_a_window_of_its_own() -> None:
    job = {"jobType": {"processingType": "STREAMING", "emissionPattern": {"eventContentMode": "COMPLETE_SNAPSHOT"}}}
    facts = project_all(
        run_event("RUNNING", 1, inputs=[dataset("raw")], job=job),
        run_event("RUNNING", 2, inputs=[dataset("other")], job=job),
    )
    folded = fold(facts)
    assert set(folded.inputs) == {nodes.Dataset("lake", "other").id}
    assert RAW.id in folded.ever_read


def test_a_streaming_job_contributes_with_each_running_event() -> None:
    job = {"jobType": {"processingType": "STREAMING"}}
    facts = project_all(*(run_event("RUNNING", at, outputs=[dataset("clean")], job=job) for at in (1, 2)))
    assert fold(facts).effective_at == (minute(1), minute(2))


def test_a_failed_run_s_outputs_never_take_effect() -> None:
    facts = project_all(run_event("START", 1), run_event("FAIL", 2, outputs=[dataset("clean")]))
    assert fold(facts).effective_at == ()
    assert [edge.target for edge in edges(facts, "WROTE")] == [CLEAN.id]


def test_a_late_old_facet_never_beats_a_newer_one() -> None:
    new = run_event(minute=9, job={"documentation": {"description": "new"}})
    old = run_event(minute=1, job={"documentation": {"description": "old"}})
    for order in ((new, old), (old, new)):
        found = in_force(said(project_all(*order), JOB, "documentation"), lambda _: None)
        assert found is not None
        assert found[1].data == {"description": "new"}


@pytest.mark.parametrize("name", ["documentation", "ownership", "custom_thing"])
def test_deleted_ends_a_facet_of_a_dataset(name: str) -> None:
    event = run_event(outputs=[dataset("clean", facets={name: {"_deleted": True, "_producer": "x"}})])
    (statement,) = [one for one in project(event).statements if one.subject == CLEAN.id]
    assert statement.value is None


def test_deleted_says_nothing_on_a_run_and_null_says_nothing_at_all() -> None:
    event = run_event(
        run={"nominalTime": {"_deleted": True, "nominalStartTime": "2026-03-01T00:00:00Z"}},
        outputs=[dataset("clean", facets={"schema": {"_deleted": None, "fields": []}, "tags": None})],
    )
    facts = project(event)
    assert said(facts, RUN, "nominal_time")[0].data == {"nominalStartTime": "2026-03-01T00:00:00Z"}
    assert said(facts, CLEAN, "schema")[0].data == {"fields": []}
    assert said(facts, CLEAN, "tags") == []


def test_a_parent_is_identity_only_under_its_own_namespace() -> None:
    parent = {
        "run": {"runId": "parent"},
        "job": {"namespace": "elsewhere", "name": "flow"},
        "root": {"run": {"runId": "root"}, "job": {"namespace": "elsewhere", "name": "all"}},
    }
    facts = project(run_event("FAIL", run={"parent": parent}))
    parts = {(edge.source, edge.target) for edge in edges(facts, "IS_PART_OF")}
    above, root = nodes.Run("elsewhere", "flow", "parent"), nodes.Run("elsewhere", "all", "root")
    assert parts == {(RUN.id, above.id), (above.id, root.id)}
    executed = {(edge.source, edge.target) for edge in edges(facts, "EXECUTED")}
    assert (above.id, nodes.Job("elsewhere", "flow").id) in executed
    assert {above.id, root.id}.isdisjoint(one.subject for one in facts.statements)


@pytest.mark.parametrize("job", [{"namespace": "demo", "name": "curate"}, None])
def test_a_run_that_names_itself_as_parent_is_no_part_of_itself(job: dict[str, str] | None) -> None:
    parent = {"run": {"runId": RUN_ID}, "job": job}
    facts = project(run_event(run={"parent": parent}))
    assert edges(facts, "IS_PART_OF") == []
    assert len(edges(facts, "EXECUTED")) == 1


def test_a_parent_of_the_same_run_id_and_another_job_is_another_run() -> None:
    parent = {"run": {"runId": RUN_ID}, "job": {"namespace": "demo", "name": "nightly"}}
    facts = project(run_event(run={"parent": parent}))
    above = nodes.Run("demo", "nightly", RUN_ID)
    assert [(edge.source, edge.target) for edge in edges(facts, "IS_PART_OF")] == [(RUN.id, above.id)]


def test_one_run_id_of_several_jobs_is_a_run_of_each() -> None:
    facts = project_all(run_event(), run_event(job_name="other"))
    other = nodes.Job("demo", "other")
    runs = {(RUN.id, JOB.id), (nodes.Run.of(other, RUN_ID).id, other.id)}
    assert {(edge.source, edge.target) for edge in edges(facts, "EXECUTED")} == runs
    assert {one.subject for one in facts.statements if one.aspect == "event"} == {run for run, _ in runs}


def test_a_version_is_the_snapshot_s_identity_in_its_store() -> None:
    versioned = {"version": {"datasetVersion": "42"}}
    facts = project(run_event(inputs=[dataset("raw", facets=versioned)], outputs=[dataset("clean", facets=versioned)]))
    read, written = nodes.Snapshot("lake", "raw", "42"), nodes.Snapshot("lake", "clean", "42")
    assert edges(facts, "READ")[0].data == {"version": "42"}
    assert edges(facts, "WROTE")[0].data == {"version": "42"}
    assert [edge.target for edge in edges(facts, "USED")] == [read.id]
    assert [edge.target for edge in edges(facts, "GENERATED")] == [written.id]
    assert {(edge.source, edge.target) for edge in edges(facts, "CAPTURES")} == {
        (read.id, RAW.id),
        (written.id, CLEAN.id),
    }


def test_a_digest_names_a_snapshot_where_no_version_is_given() -> None:
    digest = "sha256:" + "0a" * 32
    facts = project(run_event(outputs=[dataset("clean", facets={"lineward_snapshot": {"digest": digest}})]))
    assert edges(facts, "WROTE")[0].data == {"version": digest}
    assert [edge.target for edge in edges(facts, "GENERATED")] == [nodes.Snapshot("lake", "clean", digest).id]
    assert said(facts, CLEAN, "facet:lineward_snapshot")[0].data == {"digest": digest}


def test_a_dataset_event_makes_no_snapshot_and_speaks_at_its_own_time() -> None:
    event = {
        "eventTime": "2026-03-01T10:00:00Z",
        "dataset": dataset("clean", facets={"version": {"datasetVersion": "1"}}),
    }
    facts = project(event)
    assert facts.edges == ()
    (statement,) = said(facts, CLEAN, "version")
    assert (statement.role, statement.run, statement.valid_from) == (Role.OWN, None, minute(0))


def test_each_name_that_a_symlinks_facet_lists_points_to_the_dataset_that_carries_it() -> None:
    table = {"namespace": "hive", "name": "db.t", "type": "TABLE"}
    view = {"namespace": "hive", "name": "db.other", "type": "TABLE"}
    location = {"namespace": "file", "name": "/warehouse/t", "type": "LOCATION"}
    of_location = project(
        run_event(outputs=[dataset("/warehouse/t", "file", facets={"symlinks": {"identifiers": [table, view]}})])
    )
    of_table = project(run_event(outputs=[dataset("db.t", "hive", facets={"symlinks": {"identifiers": [location]}})]))
    place, name, other = (
        nodes.Dataset("file", "/warehouse/t").id,
        nodes.Dataset("hive", "db.t").id,
        nodes.Dataset("hive", "db.other").id,
    )
    pointers = [{(one.source, one.target) for one in edges(facts, "IS_ALIAS_OF")} for facts in (of_location, of_table)]
    assert pointers == [{(name, place), (other, place)}, {(place, name)}]


@pytest.mark.parametrize(
    "identifier", [{"name": "t"}, {"namespace": "n", "name": ""}, {"namespace": "lake", "name": "clean"}, "t", None]
)
def test_a_partial_identifier_is_kept_and_no_alias(identifier: object) -> None:
    facts = project(run_event(outputs=[dataset("clean", facets={"symlinks": {"identifiers": [identifier]}})]))
    assert edges(facts, "IS_ALIAS_OF") == []
    assert said(facts, CLEAN, "symlinks")[0].data == {"identifiers": [identifier]}


def test_a_rename_is_a_replacing_write_from_the_old_name_and_its_drop() -> None:
    change = {"lifecycleStateChange": "RENAME", "previousIdentifier": {"namespace": "lake", "name": "raw"}}
    facts = project(run_event(outputs=[dataset("clean", facets={"lifecycleStateChange": change})]))
    assert {(edge.target, edge.value) for edge in edges(facts, "WROTE")} == {
        (CLEAN.id, f'{{"mode":"RENAME","renamed_from":"{RAW.id}"}}'),
        (RAW.id, '{"mode":"DROP"}'),
    }
    flows = renames(edges(facts, "WROTE"))
    assert [(flow.source, flow.target, flow.how) for flow in flows] == [(RAW.id, CLEAN.id, "renamed")]


@pytest.mark.parametrize("change", ["OVERWRITE", "TRUNCATE", "DROP", "overwrite"])
def test_what_a_write_did_to_the_whole_stands_on_the_write(change: str) -> None:
    facets = {"lifecycleStateChange": {"lifecycleStateChange": change}}
    facts = project(run_event(outputs=[dataset("clean", facets=facets)]))
    assert edges(facts, "WROTE")[0].data == {"mode": change.upper()}
    assert fold(facts).outputs[CLEAN.id, JOB.id].replaces


def test_names_stay_byte_for_byte() -> None:
    facts = project(run_event(outputs=[dataset("A b/C", "S3://X")]))
    assert nodes.Dataset("S3://X", "A b/C") in {node for node, _ in facts.nodes}


def test_a_future_time_counts_from_when_it_was_received_and_is_flagged() -> None:
    facts = project(run_event(minute=30), recorded_at=minute(10))
    (event,) = said(facts, RUN, "event")
    assert event.valid_from == minute(10)
    assert event.data["time"] == "2026-03-01T10:30:00Z"
    assert {"code": "event-from-the-future", "pointer": "/eventTime"} in said(facts, RUN, "flags")[0].data["flags"]


def test_an_event_without_time_counts_from_when_it_was_received() -> None:
    event = run_event()
    del event["eventTime"]
    assert said(project(event, recorded_at=7), RUN, "event")[0].valid_from == 7


def test_column_lineage_is_kept_and_names_the_columns() -> None:
    facets = lineage(origin("x", type="DIRECT", subtype="IDENTITY", masking=False))
    facts = project(run_event(inputs=[dataset("raw")], outputs=[dataset("clean", facets=facets)]))
    assert said(facts, CLEAN, "column_lineage")[0].data == facets["columnLineage"]
    assert {(edge.source, edge.target) for edge in edges(facts, "HAS_COLUMN")} == {
        (CLEAN.id, nodes.Column("lake", "clean", "a").id),
        (RAW.id, nodes.Column("lake", "raw", "x").id),
    }


def test_a_dataset_that_only_column_lineage_names_was_read() -> None:
    facts = project(run_event(inputs=[], outputs=[dataset("clean", facets=lineage(origin("x", type="DIRECT")))]))
    (edge,) = edges(facts, "READ")
    assert (edge.target, edge.data) == (RAW.id, {"stated_by": "lineage"})


def test_explicit_lineage_is_kept_and_its_flows_are_not_lost() -> None:
    entries = [{"namespace": "lake", "name": "clean", "type": "DATASET", "inputs": [dataset("raw", type="DATASET")]}]
    facts = project(run_event(job={"lineage": {"entries": entries}}))
    assert said(facts, JOB, "lineage")[0].data == {"entries": entries}
    assert [edge.target for edge in edges(facts, "READ")] == [RAW.id]
    assert [edge.target for edge in edges(facts, "WROTE")] == [CLEAN.id]


def test_a_dataset_of_type_model_in_a_version_is_a_model_version() -> None:
    facets = {"datasetType": {"datasetType": "MODEL"}, "version": {"datasetVersion": "3"}}
    facts = project(run_event(outputs=[dataset("risk", "models", facets=facets)]))
    version, risk = nodes.ModelVersion("models", "risk", "3").id, nodes.Dataset("models", "risk").id
    named = edges(facts, "IS_VERSION_OF")
    assert {(one.source, one.target) for one in named} == {
        (version, nodes.Model("models", "risk").id),
        (version, risk),
    }
    assert {one.target: one.data for one in edges(facts, "WROTE")} == {
        risk: {"version": "3"},
        version: {"dataset": risk},
    }
    assert edges(facts, "GENERATED") == []
    assert said(facts, nodes.Dataset("models", "risk"), "dataset_type")[0].data == {"datasetType": "MODEL"}


def test_a_claimed_model_version_is_named_and_trains_on_nothing_yet() -> None:
    claim = {"version": "1", "trainedOn": [{"namespace": "lake", "name": "clean", "digest": "sha256:00"}]}
    facts = project(run_event(outputs=[dataset("risk", "models", facets={"lineward_modelVersion": claim})]))
    assert edges(facts, "IS_VERSION_OF")[0].source == nodes.ModelVersion("models", "risk", "1").id
    assert edges(facts, "TRAINED_ON") == []
    assert said(facts, nodes.Dataset("models", "risk"), "facet:lineward_modelVersion")[0].data == claim


def test_tags_keep_source_and_field() -> None:
    tags = [{"key": "PHI", "value": "yes", "source": "DBT_META", "field": "mrn"}]
    facts = project(
        run_event(run={"tags": {"tags": tags}}, outputs=[dataset("clean", facets={"tags": {"tags": tags}})])
    )
    assert said(facts, CLEAN, "tags")[0].data == {"tags": tags}
    assert said(facts, RUN, "tags")[0].data == {"tags": tags}


def test_phi_tags_of_an_emitter_are_claims() -> None:
    tags = [
        {"kind": "DIRECT_IDENTIFIER", "field": "mrn", "codes": [{"system": "s", "code": "H"}, {"code": "no system"}]},
        {"kind": "CLINICAL_NOTE", "confidentiality": "R"},
        {"kind": "MADE_UP"},
    ]
    facts = project(run_event(outputs=[dataset("clean", facets={"lineward_phiTags": {"tags": tags}})]))
    column, whole = edges(facts, "IS_TAGGED")
    assert (column.source, column.target) == (
        nodes.Column("lake", "clean", "mrn").id,
        nodes.PhiTag("DIRECT_IDENTIFIER").id,
    )
    assert column.data == {"stance": "ASSERT", "origin": "CLAIMED", "codes": [{"system": "s", "code": "H"}]}
    assert (whole.source, whole.data["confidentiality"]) == (CLEAN.id, "R")


def test_a_run_ran_a_code_revision_in_an_environment() -> None:
    facts = project(
        run_event(
            job={
                "sourceCodeLocation": {
                    "type": "git",
                    "url": "https://x/blob/a.py",
                    "repoUrl": "https://x",
                    "version": "abc",
                }
            },
            run={
                "lineward_codeRevision": {"repository": "https://x", "revision": "abc", "clean": True},
                "lineward_environment": {"digest": "sha256:11", "description": "Python 3.11"},
            },
        )
    )
    code, environment = nodes.CodeRevision("https://x", "abc"), nodes.Environment("sha256:11")
    assert [(edge.source, edge.target) for edge in edges(facts, "RAN")] == [(RUN.id, code.id)]
    assert [(edge.source, edge.target) for edge in edges(facts, "RAN_IN")] == [(RUN.id, environment.id)]
    assert said(facts, code, "code")[0].data == {"clean": True}
    assert said(facts, environment, "environment")[0].data == {"description": "Python 3.11"}


@pytest.mark.parametrize(
    ("facet", "aspect"),
    [
        ("schema", "schema"),
        ("documentation", "documentation"),
        ("ownership", "ownership"),
        ("tags", "tags"),
        ("dataSource", "data_source"),
        ("datasetType", "dataset_type"),
        ("storage", "storage"),
        ("catalog", "catalog"),
        ("hierarchy", "hierarchy"),
        ("symlinks", "symlinks"),
        ("columnLineage", "column_lineage"),
        ("lineage", "lineage"),
        ("my-own.facet", "facet:my-own.facet"),
    ],
)
def test_every_facet_of_a_dataset_is_stated_in_its_role(facet: str, aspect: str) -> None:
    value = {"a": [1, {"b": None}]}
    facts = project(
        run_event(inputs=[dataset("raw", facets={facet: value})], outputs=[dataset("clean", facets={facet: value})])
    )
    (of_input,), (of_output,) = said(facts, RAW, aspect), said(facts, CLEAN, aspect)
    assert (of_input.role, of_output.role) == (Role.IN, Role.OUT)
    assert of_input.data == of_output.data == value


@pytest.mark.parametrize(
    ("facet", "aspect"),
    [
        ("documentation", "documentation"),
        ("ownership", "ownership"),
        ("tags", "tags"),
        ("jobType", "job_type"),
        ("sql", "sql"),
        ("sourceCode", "source_code"),
        ("sourceCodeLocation", "source_code_location"),
        ("lineage", "lineage"),
        ("airflow", "facet:airflow"),
    ],
)
def test_every_facet_of_a_job_is_stated(facet: str, aspect: str) -> None:
    assert said(project(run_event(job={facet: {"a": 1}})), JOB, aspect)[0].data == {"a": 1}


@pytest.mark.parametrize(
    ("facet", "aspect"),
    [
        ("nominalTime", "nominal_time"),
        ("parent", "parent"),
        ("errorMessage", "error"),
        ("processing_engine", "processing_engine"),
        ("tags", "tags"),
        ("environmentVariables", "environment_variables"),
        ("executionParameters", "execution_parameters"),
        ("externalQuery", "external_query"),
        ("extractionError", "extraction_error"),
        ("jobDependencies", "job_dependencies"),
        ("test", "tests"),
        ("lineward_deidentification", "facet:lineward_deidentification"),
        ("spark.logicalPlan", "facet:spark.logicalPlan"),
    ],
)
def test_every_facet_of_a_run_is_stated(facet: str, aspect: str) -> None:
    assert said(project(run_event(run={facet: {"a": 1}})), RUN, aspect)[0].data == {"a": 1}


def test_what_spark_says_of_its_exception_is_the_run_s_error_unless_the_run_says_it_itself() -> None:
    frame = {"className": "org.x.Scheduler", "methodName": "abort", "fileName": "Scheduler.scala", "lineNumber": 97}
    exception = {"class": "org.x.SparkException", "message": "<redacted:message>", "stackTrace": [frame, {}]}
    for facet in ({"exception": exception}, exception):
        facts = project(run_event(run={"spark.exception": facet}))
        assert said(facts, RUN, "error")[0].data == {
            "message": "org.x.SparkException: <redacted:message>",
            "stackTrace": "\tat org.x.Scheduler.abort(Scheduler.scala:97)\n\tat (Unknown Source)",
        }
        assert said(facts, RUN, "facet:spark.exception")[0].data == facet
    both = project(
        run_event(run={"spark.exception": {"exception": exception}, "errorMessage": {"message": "ValueError"}})
    )
    assert [one.data for one in said(both, RUN, "error")] == [{"message": "ValueError"}]
    odd = project(run_event(run={"spark.exception": {"exception": 7, "message": 3, "stackTrace": "x"}}))
    assert said(odd, RUN, "error")[0].data == {"stackTrace": "x"}


def test_bookkeeping_is_left_out_of_known_aspects_and_kept_in_unknown_facets() -> None:
    kept = {"_producer": "p", "_schemaURL": "s", "a": 1}
    facts = project(run_event(job={"sql": kept, "mine": kept}))
    assert said(facts, JOB, "sql")[0].data == {"a": 1}
    assert said(facts, JOB, "facet:mine")[0].data == kept


@pytest.mark.parametrize("facet", ["text", 7, [1], True])
def test_a_facet_that_is_no_object_is_kept_as_it_came(facet: object) -> None:
    assert said(project(run_event(job={"sql": facet})), JOB, "facet:sql")[0].data == facet


def test_statistics_stand_on_one_read_and_one_write() -> None:
    facts = project(
        run_event(
            inputs=[dataset("raw", inputFacets={"inputStatistics": {"rowCount": 1}})],
            outputs=[dataset("clean", outputFacets={"outputStatistics": {"rowCount": 2}})],
        )
    )
    assert said(facts, RUN, name_of_use("in", "input_statistics", RAW.id))[0].data == {"rowCount": 1}
    assert said(facts, RUN, name_of_use("out", "output_statistics", CLEAN.id))[0].data == {"rowCount": 2}


def test_a_facet_of_one_use_does_not_hide_the_dataset_s_own() -> None:
    item = dataset("raw", facets={"mine": {"a": 1}}, inputFacets={"mine": {"a": 2}})
    facts = project(run_event(inputs=[item]))
    assert said(facts, RAW, "facet:mine")[0].data == {"a": 1}
    assert said(facts, RAW, "facet:in.mine")[0].data == {"a": 2}


def test_a_dataset_named_twice_in_one_event_keeps_both_in_order() -> None:
    twice = [dataset("clean", facets={"storage": {"fileFormat": holder}}) for holder in ("csv", "parquet")]
    facts = project(run_event(outputs=twice))
    first, second = said(facts, CLEAN, "storage")
    assert first.order < second.order
    assert second.data == {"fileFormat": "parquet"}


def test_a_job_event_declares_what_it_names_and_nothing_else() -> None:
    event = run_event(inputs=[dataset("raw")], outputs=[dataset("clean")])
    del event["run"]
    facts = project(event)
    assert said(facts, JOB, "io")[0].data == {"inputs": [RAW.id], "outputs": [CLEAN.id]}
    assert [edge.kind for edge in facts.edges] == ["CONSUMES", "PRODUCES"]
    flows = [flow for hub in hubs_of_records(facts.statements) for flow in hub.flows()]
    assert [(flow.source, flow.target, flow.how) for flow in flows] == [(RAW.id, CLEAN.id, "declared")]


def test_a_job_event_without_inputs_says_nothing_of_inputs_and_an_empty_list_says_none() -> None:
    event = run_event(outputs=[dataset("clean")])
    del event["run"]
    assert said(project(event), JOB, "io")[0].data == {"outputs": [CLEAN.id]}
    assert said(project({**event, "inputs": []}), JOB, "io")[0].data == {"inputs": [], "outputs": [CLEAN.id]}
    del event["outputs"]
    assert said(project(event), JOB, "io") == []


def test_flags_and_redactions_are_told_of_the_subject() -> None:
    event = run_event("complete")
    facts = project_event(event, tie="t", recorded_at=LATE, entry=0, redactions=[Redaction("/job/name", "rule")])
    assert said(facts, RUN, "flags")[0].data == {"flags": [{"code": "event-type-case", "pointer": "/eventType"}]}
    assert said(facts, RUN, "redactions")[0].data == {"redactions": [{"pointer": "/job/name", "rule": "rule"}]}
