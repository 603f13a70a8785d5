"""The page of what changed between two snapshots of a dataset."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import Dataset, Snapshot
from tests.support.records import CURATED, RAW, RUN, event, seal, tag

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

OF = f"/explorer/drift?id={Dataset(**CURATED).id}"


def sealed(catalog: Catalog, rows: int, *paths: str) -> str:
    """Seal a state with these files; return the id of its snapshot."""
    manifest = [{"path": path, "size": 3, "digest": "sha256:" + "e" * 64} for path in paths]
    digest = manifest_digest(manifest)
    made = seal(digest=digest, rows=rows, manifest=manifest, run_id=None, job=None)
    answer = catalog.record(made)
    assert answer.status_code == 201, answer.text
    return Snapshot(CURATED["namespace"], CURATED["name"], digest).id


def words(catalog: Catalog, at: str) -> str:
    answer = catalog.client.get(at)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.partition("<h1>")[2]))


def test_its_last_two_snapshots_are_compared_or_any_two(catalog: Catalog) -> None:
    catalog.event(event())
    first = sealed(catalog, 10, "a.csv", "b.csv")
    catalog.caught_up()
    assert "fewer than two snapshots" in words(catalog, OF)
    second = sealed(catalog, 12, "a.csv", "c.csv")
    assert catalog.record(tag(dataset=CURATED, column=None, phi_kind="CLINICAL_NOTE", codes=[])).status_code == 201
    sealed(catalog, 15, "a.csv", "c.csv", "d.csv")
    catalog.caught_up()
    catalog.labels_kept()
    last = words(catalog, OF)
    assert "Rows 12 15" in last
    assert "added: d.csv" in last
    assert "came: clinical note of the whole asserted" in last
    chosen = words(catalog, f"{OF}&before={first}&until={second}")
    assert "Rows 10 12" in chosen
    assert "removed: b.csv added: c.csv" in chosen
    assert "No label differs." in chosen
    assert "drift?id=" in catalog.client.get(f"/explorer/dataset?id={Dataset(**CURATED).id}").text


def test_of_states_that_were_only_read_it_says_that_nobody_recorded_when_they_were_made(catalog: Catalog) -> None:
    for number in (1, 2):
        made = event(run=f"{RUN[:-1]}{number}", at=f"2026-01-0{number}T10:00:00Z")
        made["inputs"][0]["facets"] = {"version": {"datasetVersion": f"state-{number}"}}
        catalog.event(made)
    catalog.caught_up()
    found = words(catalog, f"/explorer/drift?id={Dataset(**RAW).id}")
    assert found.count("was made at a time that is not recorded") == 2


def test_what_is_no_snapshot_is_not_there(catalog: Catalog) -> None:
    catalog.event(event())
    catalog.caught_up()
    assert catalog.client.get(f"{OF}&before=made-up&until=made-up").status_code == 404
