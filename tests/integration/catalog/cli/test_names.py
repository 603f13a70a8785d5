"""What people type for one thing, and that it is this thing: digests by their beginning, words in any case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.records import CURATED, DIGEST, declaration, event, registration, seal, tag
from tests.support.typed import Typed, typed

FINE, WRONG_USE = 0, 2
DIGITS = DIGEST.removeprefix("sha256:")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names") / "catalog"
    sent = typed(folder, "ingest", "--new", stdin=json.dumps(event(version={"datasetVersion": DIGEST})).encode())
    assert sent.code == FINE, sent.err
    curated = declaration(dataset=CURATED, zone="CURATED", deidentification_state="DE_IDENTIFIED")
    records = [declaration(), curated, tag(), seal(), registration()]
    written = typed(folder, "record", stdin="\n".join(map(json.dumps, records)).encode())
    assert written.code == FINE, written.err
    return folder


def start(answer: Typed) -> str:
    """Return the id of the thing that lineage begins at."""
    assert answer.code == FINE, answer.err
    return str(next(node["id"] for node in json.loads(answer.out)["nodes"] if node["depth"] == 0))


@pytest.mark.parametrize(
    "text",
    [
        DIGEST,
        DIGEST.upper().replace("SHA256", "sha256"),
        f"sha256:{DIGITS[:8]}",
        f"sha256:{DIGITS[:12]}…",
        f"sha256:{DIGITS[:12]}...",
        DIGITS,
        DIGITS[:8],
        f" {DIGITS[:20]}… ",
    ],
)
def test_a_digest_is_told_by_its_beginning_however_it_was_copied(folder: Path, text: str) -> None:
    found = start(typed(folder, "lineage", text, "--json"))
    assert found == start(typed(folder, "lineage", DIGEST, "--json"))
    assert found.startswith("Snapshot:")


def test_what_a_table_shows_of_a_digest_is_taken(folder: Path) -> None:
    shown = typed(folder, "lineage", "readmission@1").out
    digest = next(word for word in shown.split() if word.startswith("sha256:"))
    assert digest.endswith("…")
    assert start(typed(folder, "lineage", digest, "--json")).startswith("Snapshot:")


@pytest.mark.parametrize("text", ["curated visits", "curated/visits"])
def test_a_dataset_is_told_by_its_namespace_and_name(folder: Path, text: str) -> None:
    assert start(typed(folder, "lineage", text, "--json")).startswith("Dataset:")


def test_what_is_connected_to_a_dataset_is_shown_with_its_jobs(folder: Path) -> None:
    shown = typed(folder, "lineage", "curated visits", "--direction", "connected")
    assert shown.code == FINE, shown.err
    assert "curate" in shown.out
    found = json.loads(typed(folder, "lineage", "curated visits", "--direction", "connected", "--json").out)
    assert {node["kind"] for node in found["nodes"]} >= {"DATASET", "JOB"}


def test_ways_and_what_each_passes_are_shown(folder: Path) -> None:
    shown = typed(folder, "paths", "landing visits", "curated visits")
    assert shown.code == FINE, shown.err
    assert "curate" in shown.out
    points = json.loads(typed(folder, "paths", "curated visits", "--choke-points", "--json").out)
    assert points["connected"]
    assert [one["job"]["name"] for one in points["steps"]] == ["curate"]
    table = typed(folder, "paths", "landing visits", "curated visits", "--choke-points")
    assert "1 step that would cut every way" in table.out
    assert "Not every way passes an attested de-identification." in table.err


def test_the_borders_of_the_estate_are_listed(folder: Path) -> None:
    both = json.loads(typed(folder, "borders", "--json").out)
    assert {side: [one["name"] for one in page["points"]] for side, page in both.items()} == {
        "INGRESS": ["visits"],
        "EGRESS": [],
    }
    shown = typed(folder, "borders", "Egress", "--within", "landing")
    assert shown.code == FINE, shown.err
    assert "1 dataset at which data leaves" in shown.out
    assert typed(folder, "borders", "upwards").code == WRONG_USE


def test_a_path_needs_a_beginning_and_an_end(folder: Path) -> None:
    answer = typed(folder, "paths", "curated visits")
    assert (answer.code, answer.out) == (WRONG_USE, "")
    assert "--choke-points" in answer.err


@pytest.mark.parametrize("text", ["visit", "curat", "readmis", "readmission@"])
def test_what_is_only_like_a_name_is_never_taken_for_it(folder: Path, text: str) -> None:
    answer = typed(folder, "lineage", text, "--json")
    assert (answer.code, answer.out) == (WRONG_USE, "")


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--zone", "curated"), {"curated"}),
        (("--zone", "Landing", "--zone", "CURATED"), {"landing", "curated"}),
        (("--phi", "direct_identifier"), {"landing"}),
        (("--phi", "Direct-Identifier", "--zone", "curated"), set()),
        (("--deidentification", "de_identified"), {"curated"}),
        (("--source-system", "ehr"), {"landing", "curated"}),
        (("--purpose", "mltraining"), {"landing", "curated"}),
        (("--owner", "cardiology"), {"landing", "curated"}),
        (("--filter", "Zone=landing"), {"landing"}),
    ],
)
def test_finds_are_narrowed_by_words_in_any_case(folder: Path, options: tuple[str, ...], names: set[str]) -> None:
    answer = typed(folder, "search", "--kind", "Dataset", "--json", *options)
    assert answer.code == FINE, answer.err
    assert {node["ref"]["namespace"] for node in json.loads(answer.out)["nodes"]} == names


def test_options_take_their_words_in_any_case(folder: Path) -> None:
    answer = typed(folder, "lineage", "landing visits", "--direction", "Downstream", "--grain", "DATASET", "--json")
    assert answer.code == FINE, answer.err
    assert {node["kind"] for node in json.loads(answer.out)["nodes"]} == {"DATASET", "MODEL_VERSION"}


def test_a_time_to_come_is_answered_and_said_to_be_that(folder: Path) -> None:
    answer = typed(folder, "lineage", "landing visits", "--valid-at", "2999-01-01T00:00:00Z")
    assert answer.code == FINE
    assert "That time has not come yet: this is what is stated of it so far." in answer.err
    assert "has not come yet" not in typed(folder, "lineage", "landing visits").err


def test_an_empty_catalog_is_said_to_be_that_and_no_match_another_thing(folder: Path, tmp_path: Path) -> None:
    assert typed(tmp_path, "ingest", "--new", stdin=b"").code == FINE
    assert "The catalog holds nothing yet: send it events with `lineward ingest FILE`." in typed(tmp_path, "search").out
    assert "Nothing in the catalog matches all of that." in typed(folder, "search", "zzzz").out
