"""`lineward ledger entries`: what it lists is what the evidence of a thing is, whatever the thing is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_schema.nodes import Dataset, Place
from tests.support.records import RAW, declaration, event, place
from tests.support.typed import Typed, typed

FINE, WRONG_USE = 0, 2
OF = Dataset(RAW["namespace"], RAW["name"]).id


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("catalog")
    begun = typed(found, "ingest", "--new", stdin=json.dumps(event()).encode())
    assert begun.code == FINE, begun.err
    written = [place(), declaration(site="Ward seven"), place("Ward seven", "EU"), declaration(owner="oncology")]
    assert typed(found, "record", "-", stdin="\n".join(map(json.dumps, written)).encode()).code == FINE
    return found


def entries(folder: Path, about: str, *more: str) -> Typed:
    return typed(folder, "ledger", "entries", "--about", about, *more)


def listed(folder: Path, about: str, *more: str) -> list[int]:
    found = entries(folder, about, "--json", *more)
    assert found.code == FINE, found.err
    return [one["index"] for one in json.loads(found.out)["entries"]]


def test_every_entry_about_a_dataset_is_listed_with_what_it_says_of_it(folder: Path) -> None:
    found = entries(folder, f"{RAW['namespace']}/{RAW['name']}")
    title, _, *rows = found.out.splitlines()
    assert title == f"3 entries about {RAW['namespace']}/{RAW['name']}"
    assert [row.split()[0] for row in rows] == [f"#{index}" for index in listed(folder, OF)]
    assert rows[0].endswith("named")
    assert "owner" in rows[-1]


def test_what_goes_by_one_name_is_found_by_it(folder: Path) -> None:
    assert listed(folder, "made-up EHR")[-1] in listed(folder, OF)
    assert listed(folder, "EU") == listed(folder, Place("EU").id)


def test_a_name_of_several_things_is_refused_with_their_ids(folder: Path) -> None:
    found = entries(folder, "Ward seven")
    assert found.code == WRONG_USE
    assert "write the id of the one that is meant" in found.err
    ids = [line.strip() for line in found.err.splitlines() if line.startswith("  ")]
    assert sorted(one.partition(":")[0] for one in ids) == ["Place", "Site"]
    assert all(listed(folder, one) for one in ids)


def test_pages_together_are_the_whole_list(folder: Path) -> None:
    whole, paged = listed(folder, OF), list[int]()
    while len(paged) < len(whole):
        paged += listed(folder, OF, "--first", "1", *(["--after", str(paged[-1])] if paged else []))
    assert paged == whole
    cut = entries(folder, OF, "--first", "1")
    assert f"--after {whole[0]} goes on" in cut.err
    assert entries(folder, OF, "--after", str(whole[-1])).out.splitlines()[-1].strip() == "none further"


def test_as_of_an_entry_nothing_later_is_listed(folder: Path) -> None:
    whole = listed(folder, OF)
    assert listed(folder, OF, "--known-at-index", str(whole[1])) == whole[:2]
