"""`lineward record --file` and `lineward export`: what a file says shall be in force, and back."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from catalog import app
from catalog.assets.records import DeclareDataset, DeclareSource
from catalog.cli.client import Client, connect
from catalog.cli.declared import record_files
from catalog.cli.export import export_datasets, to_yaml
from catalog.cli.target import Target
from catalog.documents import Written
from catalog.encryption.records import DeclareKey
from catalog.places.records import DeclarePlace
from catalog.record import Record
from catalog.settings import load
from graph_schema.vocabulary.words import (
    DeidentificationState,
    KeyEnvironment,
    PhiKind,
    RetentionClass,
    RetentionDisposition,
    SourceKind,
    Zone,
)
from tests.support.documents import blocks
from tests.support.project import REPOSITORY
from tests.support.records import CURATED, RAW, declaration, event
from tests.support.typed import Typed, typed

FINE, WRONG_USE = 0, 2

WRITTEN = """# What shall be in force
datasets:
  - dataset: {namespace: landing, name: visits}
    owner: cardiology
    region: NO
    retention:
      policy_class: RESEARCH
      period_days: 365
  - dataset: {namespace: landing, name: stays}
    phi_category: []
    owner: "oncology: ward 3"
---
kind: tag
dataset: {namespace: landing, name: stays}
phi_kind: DIRECT_IDENTIFIER
reason: As the schema says
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "catalog"
    begun = typed(folder, "ingest", "--new", stdin=json.dumps(event()).encode())
    assert begun.code == FINE, begun.err
    return folder


def run(folder: Path, text: str, *options: str, name: str = "datasets.yaml") -> Typed:
    file = folder.parent / name
    file.write_text(text)
    return typed(folder, "record", "--file", str(file), *options)


def size(folder: Path) -> int:
    ledger = app.read_ledger(load(data_dir=folder))
    try:
        return ledger.size()
    finally:
        ledger.close()


def test_a_dry_run_shows_each_field_and_writes_nothing(folder: Path) -> None:
    before = size(folder)
    shown = run(folder, WRITTEN, "--dry-run")
    assert shown.code == FINE, shown.err
    assert [line.split() for line in shown.out.splitlines() if "period_days" in line] == [
        ["landing", "visits", "retention.period_days", "added", "—", "365"]
    ]
    assert "3 records would be taken; nothing was written." in shown.err
    assert size(folder) == before


def test_a_second_run_writes_nothing_and_says_so(folder: Path) -> None:
    assert "3 records taken." in run(folder, WRITTEN).err
    before = size(folder)
    again = run(folder, WRITTEN)
    assert (again.code, again.out) == (FINE, "")
    assert "Nothing to do: all 3 records are in force already." in again.err
    assert size(folder) == before


def test_only_what_changed_is_written(folder: Path) -> None:
    run(folder, WRITTEN)
    before = size(folder)
    changed = WRITTEN.replace("365", "30")
    shown = run(folder, changed, "--json")
    [one] = [
        one for found in json.loads(shown.out)["compared"] for one in found["differences"] if one["change"] != "SAME"
    ]
    assert (one["field"], one["before"], one["after"]) == ("retention.period_days", 365, 30)
    assert "1 record taken, 2 in force already." in shown.err
    assert size(folder) == before + 1


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("365", "0", "datasets.yaml, line 8, retention.period_days: period_days is at least 1."),
        ("region: NO", "region: 7", "datasets.yaml, line 5, region: region is text. Put it in quotes."),
        ("owner: cardiology", "ownr: cardiology", "datasets.yaml, line 4, ownr: declare_dataset has no such field"),
        (
            "  - dataset: {namespace: landing, name: stays}\n",
            "  - just text\n  -\n",
            "datasets.yaml, line 9: this is no",
        ),
        ("datasets:", "data:", "datasets.yaml, line 2: a record has a kind"),
        ("datasets:", "records:", "datasets.yaml, line 3: a record has a kind"),
        ("region: NO", "owner: again", "datasets.yaml, line 5: owner stands here again, first on line 4"),
        (
            "kind: tag",
            "kind: decide_approval",
            "datasets.yaml, line 13, kind: decide_approval says that",
        ),
        (
            "policy_class: RESEARCH",
            "policy_class: FOR_EVER",
            "datasets.yaml, line 7, retention.policy_class: policy_class",
        ),
        ("phi_category: []", "phi_category: DIRECT_IDENTIFIER", "datasets.yaml, line 10, phi_category: phi_category"),
        ("    owner: cardiology", "\towner: cardiology", "datasets.yaml, line 4: it is indented by a tab"),
        ("period_days: 365", "period_days: 0x16D", "datasets.yaml, line 8: 0x16D is a number to one reader"),
        ("region: NO", "region: &here NO", "datasets.yaml, line 5: &here names it for use elsewhere"),
        ('"oncology: ward 3"', "oncology: ward 3", "datasets.yaml, line 11: this is no YAML"),
        ("region: NO", "policy_label: reserch only", "datasets.yaml, line 5, policy_label: 'reserch only' is no part"),
        ("phi_kind: DIRECT_IDENTIFIER", "phi_kind: [DIRECT_IDENTIFIER, CLINICAL_NOTE]", "line 15, phi_kind: phi_kind"),
        (
            "name: stays}\nphi_kind",
            "name: unknown}\nphi_kind",
            "datasets.yaml, line 14, dataset: This names an",
        ),
    ],
)
def test_a_file_with_one_wrong_line_writes_nothing_and_names_it(
    folder: Path, before: str, after: str, words: str
) -> None:
    there = size(folder)
    assert before in WRITTEN
    refused = run(folder, WRITTEN.replace(before, after))
    assert (refused.code, refused.out) == (WRONG_USE, "")
    assert words in refused.err
    assert size(folder) == there


def test_json_is_read_as_yaml_is(folder: Path) -> None:
    said = {"datasets": [{"dataset": RAW, "owner": "cardiology"}]}
    text = json.dumps(said, indent=1) + "\n" + json.dumps(declaration(dataset=CURATED))
    assert "2 records taken." in run(folder, text, name="datasets.json").err
    wrong = run(folder, text.replace("cardiology", ""), name="datasets.json")
    assert "datasets.json, line 8, owner: owner has at least 1 character." in wrong.err


def test_several_files_are_one_and_are_refused_together(folder: Path) -> None:
    for name, owner in (("one.yaml", "cardiology"), ("two.yaml", "oncology")):
        (folder.parent / name).write_text(f"- {{kind: declare_dataset, dataset: {json.dumps(RAW)}, owner: {owner}}}")
    both = [word for name in ("one.yaml", "two.yaml") for word in ("--file", str(folder.parent / name))]
    there = size(folder)
    refused = typed(folder, "record", *both)
    assert "two.yaml, line 1, owner: It says another owner than record 1" in refused.err
    assert size(folder) == there


def test_an_export_is_in_order_of_names_and_holds_nothing_that_is_not_declared(folder: Path) -> None:
    run(folder, WRITTEN)
    exported = typed(folder, "export", "datasets")
    assert exported.out.splitlines()[:8] == [
        "datasets:",
        "  - dataset:",
        "      namespace: landing",
        "      name: stays",
        '    owner: "oncology: ward 3"',
        "    phi_category: []",
        "  - dataset:",
        "      namespace: landing",
    ]
    as_json = json.loads(typed(folder, "export", "datasets", "--format", "json").out)
    assert [one["dataset"]["name"] for one in as_json["datasets"]] == ["stays", "visits"]
    assert as_json["datasets"][1]["region"] == "NO"


def test_what_a_dataset_has_by_its_source_alone_is_not_exported_as_its_own(folder: Path) -> None:
    text = """
sources: [{source: made-up EHR, owner: the ward, retention: {policy_class: RESEARCH, period_days: 9}}]
datasets: [{dataset: {namespace: landing, name: visits}, source: made-up EHR, zone: LANDING}]
"""
    assert "2 records taken." in run(folder, text).err
    assert "all 2 records are in force" in run(folder, text).err
    [exported] = json.loads(typed(folder, "export", "datasets", "--format", "json").out)["datasets"]
    assert exported.keys() == {"dataset", "source", "zone"}


ESTATE = """
places:
  - {place: North, place_kind: SITE, within: EU}
  - {place: EU, place_kind: REGION}
keys:
  - key: keys.example/training/7
    environment: TRAINING
    used_by: [training nodes]
  - {key: keys.example/archive/1, environment: ARCHIVE, tier: restricted}
sources:
  - {source: made-up EHR, source_kind: EHR, permitted_places: [EU], phi_category: []}
datasets:
  - dataset: {namespace: landing, name: visits}
    source: made-up EHR
    place: North
    encryption_keys: [{key: keys.example/training/7, environment: TRAINING}]
"""


def test_places_keys_and_sources_go_round_as_datasets_do(folder: Path) -> None:
    assert "6 records taken." in run(folder, ESTATE).err
    there = size(folder)
    for form in Written:
        exported = [
            typed(folder, "export", what, "--format", form.value) for what in ("places", "keys", "sources", "datasets")
        ]
        assert [one.err.splitlines()[-1] for one in exported] == [
            "2 places written.",
            "2 keys written.",
            "1 source written.",
            "1 dataset written.",
        ]
        again = run(folder, "\n".join(one.out for one in exported), name=f"estate.{form.value}")
        assert "Nothing to do: all 6 records are in force already." in again.err
    assert size(folder) == there
    [dataset] = json.loads(typed(folder, "export", "datasets", "--format", "json").out)["datasets"]
    assert dataset.keys() == {"dataset", "source", "place", "encryption_keys"}


SAID_ONCE = {"policy_label", "valid_from"}
"""What is no state of its own: a label in words is taken as what it says, a time is that of the statement."""
EVERYTHING: dict[str, tuple[type[Record], dict[str, Any]]] = {
    "places": (DeclarePlace, {}),
    "keys": (DeclareKey, {"until": "2036-01-01T00:00:00Z"}),
    "sources": (DeclareSource, {"retention": {"clock": "CREATION", "starts_on": "2026-01-31", "disposition": "MOVE"}}),
    "datasets": (
        DeclareDataset,
        {
            "gdpr_state": "PSEUDONYMIZED",
            "retention": {"starts_on": "2026-01-31", "disposition": "DELETE"},
            "permitted_use": {"obligations": ["ENCRYPT"]},
            "feature_set_version": "2026-02",
        },
    ),
}
"""By section the record, and what its published example leaves out."""


def test_every_field_that_can_be_declared_goes_round(folder: Path) -> None:
    whole = {section: [_whole(record, more)] for section, (record, more) in EVERYTHING.items()}
    for section, (record, _) in EVERYTHING.items():
        # A field that is new is not in the examples: it has to be written here, so that it is seen to come back.
        assert set(_fields(record)) == set(_members(whole[section][0])), section
    assert "4 records taken." in run(folder, json.dumps(whole), name="whole.json").err
    for section, said in whole.items():
        exported = json.loads(typed(folder, "export", section, "--format", "json").out)[section]
        assert exported == said, section
    assert "Nothing to do" in run(folder, json.dumps(whole), name="whole.json").err


def _whole(record: type[Record], more: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REPOSITORY / f"examples/records/{record.name}.json").read_text())
    for name, value in more.items():
        found[name] = {**found.get(name, {}), **value} if isinstance(value, dict) else value
    return {name: value for name, value in found.items() if name not in {"kind", *SAID_ONCE}}


def _fields(part: type[BaseModel], at: str = "") -> Iterator[str]:
    """Yield the address of every field, those of its parts too."""
    for name, field in part.model_fields.items():
        if name in SAID_ONCE:
            continue
        yield f"{at}/{name}"
        kinds: list[Any] = [field.annotation]
        while kinds:
            kind = kinds.pop()
            kinds += get_args(kind)
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _fields(kind, f"{at}/{name}")


def _members(value: Any, at: str = "") -> Iterator[str]:
    for part in value if isinstance(value, list) else [value]:
        for name, member in part.items() if isinstance(part, dict) else ():
            yield f"{at}/{name}"
            yield from _members(member, f"{at}/{name}")


def test_a_place_that_ended_is_declared_anew_by_the_file(folder: Path) -> None:
    run(folder, ESTATE)
    ended = json.dumps({"kind": "end_place", "place": "North", "reason": "It was closed"})
    assert typed(folder, "record", stdin=ended.encode()).code == FINE
    assert "1 record taken, 5 in force already." in run(folder, ESTATE).err


def test_the_document_does_what_it_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    written, (shown,) = blocks("docs/bulk.md", "yaml"), blocks("docs/bulk.md", "sh")
    Path("datasets.yaml").write_text("\n".join(written))
    printed = []
    for line in shown.splitlines():
        words = shlex.split(line, comments=True)
        done = typed(folder, *words[1 : words.index(">")] if ">" in words else words[1:])
        assert done.code == FINE, f"{line}: {done.err}"
        printed.append(done)
    assert [("Nothing to do" in one.err) for one in printed] == [False, False, True, False, False]
    assert "owner: cardiology" in printed[3].out


NAMES = st.text("abcNO012 :#'\"é\u202e\U000e0041-", min_size=1, max_size=8).filter(str.strip)
DECLARED: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "owner": NAMES,
        "source_system": st.fixed_dictionaries({"name": NAMES, "kind": st.sampled_from(list(SourceKind))}),
        "schema_version": NAMES,
        "clinical_purpose": NAMES,
        "phi_category": st.lists(st.sampled_from(list(PhiKind)), max_size=3, unique=True),
        "deidentification_state": st.sampled_from(list(DeidentificationState)),
        "retention": st.fixed_dictionaries(
            {"policy_class": st.sampled_from(list(RetentionClass)), "period_days": st.integers(1, 9999)},
            optional={"disposition": st.sampled_from(list(RetentionDisposition))},
        ),
        "permitted_use": st.fixed_dictionaries({"duo": st.just(["GRU"])}, optional={"statement": NAMES}),
        "zone": st.sampled_from(list(Zone)),
        "site": NAMES,
        "region": NAMES,
        "source": NAMES,
        "place": NAMES,
        "persons": st.integers(0, 10**9),
        "genomic": st.booleans(),
        "encryption_keys": st.lists(
            st.fixed_dictionaries({"key": NAMES, "environment": st.sampled_from(list(KeyEnvironment))}),
            max_size=2,
            unique_by=lambda one: one["key"],
        ),
        "plaintext_window": st.fixed_dictionaries({"where": NAMES, "seconds": st.integers(0, 9999)}),
    },
).filter(bool)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    yield from catalog_in(tmp_path_factory.mktemp("declared"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A catalog that holds nothing but what was exported of the first."""
    yield from catalog_in(tmp_path_factory.mktemp("other"))


def catalog_in(folder: Path) -> Iterator[Client]:
    with connect(Target(load(data_dir=folder / "catalog")), None, new=True, owner=True) as client:
        yield client


NUMBERS = count()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DECLARED, min_size=1, max_size=3), st.sampled_from(list(Written)))
def test_what_is_exported_is_in_force_already_and_makes_the_same_record_elsewhere(
    client: Client,
    other: Client,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    declared: list[dict[str, Any]],
    form: Written,
) -> None:
    names = [f"set {next(NUMBERS)}" for _ in declared]
    said = [
        {"dataset": {"namespace": "made up", "name": name}, **one} for name, one in zip(names, declared, strict=True)
    ]
    file = tmp_path / f"said.{form}"
    file.write_text(to_yaml({"datasets": said}) if form is Written.YAML else json.dumps({"datasets": said}))
    record_files(client, [str(file)], dry_run=False, as_json=False)
    # A command begins with a graph that holds the ledger; these here are asked through one connection.
    record_files(client, [str(file)], dry_run=True, as_json=False)
    capsys.readouterr()
    export_datasets(client, form)
    file.write_text(capsys.readouterr().out)
    record_files(client, [str(file)], dry_run=True, as_json=False)
    assert capsys.readouterr().out == ""
    record_files(other, [str(file)], dry_run=False, as_json=False)
    record_files(other, [str(file)], dry_run=True, as_json=False)
    written = json.loads(json.dumps(said))
    capsys.readouterr()
    export_datasets(client, Written.JSON)
    whole = capsys.readouterr().out
    export_datasets(other, Written.JSON)
    assert capsys.readouterr().out == whole
    exported = {one["dataset"]["name"]: one for one in json.loads(whole)["datasets"]}
    assert [exported[name].keys() for name in names] == [one.keys() for one in written]
