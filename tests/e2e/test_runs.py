"""`lineward runs`: the tree below a run, one run id of several jobs, and the runs of a job."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.support.records import event
from tests.support.typed import Typed, typed

DAG, TASK = "nightly", "nightly.copy"


def sent(name: str, run_id: str, kind: str = "COMPLETE", **facets: Any) -> dict[str, Any]:
    return {
        **event(kind),
        "run": {"runId": run_id, "facets": facets},
        "job": {"namespace": "scheduler", "name": name, "facets": {}},
        "inputs": [],
        "outputs": [],
    }


def below(run_id: str) -> dict[str, Any]:
    return {"parent": {"run": {"runId": run_id}, "job": {"namespace": "scheduler", "name": DAG}}}


def test_a_run_is_shown_with_what_is_below_it_and_a_job_with_its_runs(tmp_path: Path) -> None:
    folder = tmp_path / "lineward-data"
    events = [sent(DAG, "d"), sent("report", "d", "FAIL")]
    events += [sent(TASK, f"t{number}", kind, **below("d")) for number, kind in enumerate(("COMPLETE", "FAIL"))]
    events += [sent("nightly.mail", "m", "START", **below("d"))]
    nominal = {"nominalTime": {"nominalStartTime": "2025-12-31T00:00:00Z"}}
    events += [sent("nightly.late", "l", "FAIL", **below("d"), **nominal)]
    lines = "\n".join(map(json.dumps, events)).encode()
    assert typed(folder, "ingest", "--new", stdin=lines).code == 0

    def shown(*words: str) -> Typed:
        return typed(folder, "runs", *words)

    several = shown("d")
    assert several.code != 0
    assert "write the job before it" in several.printed
    tree = shown("nightly d")
    assert tree.code == 0, tree.printed
    assert "4 runs below d: 2 complete, 2 fail" in tree.out
    # Neither has a START, and of one its nominal time tells since when at the earliest it ran.
    assert re.search(r"nightly .* d +complete +unknown ", tree.out)
    assert re.search(r"nightly.late .* l +fail +2025-12-31T00:00:00Z or later", tree.out)
    assert "2 runs" in tree.out
    assert "complete, inferred" in tree.out
    assert "another job's run of the same id: report d, fail" in tree.printed
    job = shown(DAG)
    assert "1 run of nightly" in job.out
    assert "3 jobs below it" in job.out
    found = json.loads(shown("nightly d", "--json").out)
    assert found["tree"]["totalCount"] == 4
    cut = shown("nightly d", "--budget", "1")
    assert "Not whole" in cut.printed
