"""Policies as a folder: checked, tested, published, shown and compared from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.project import REPOSITORY
from tests.support.records import RAW, event, tag
from tests.support.records import policies as published
from tests.support.typed import Typed, typed
from tests.unit.catalog.policies.test_ingest import ruled


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REPOSITORY / "policies", tmp_path / "policies"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    assert typed(folder, "ingest", "--new", stdin=json.dumps(event()).encode()).code == 0
    return folder


def change(policies: Path, name: str, before: str, after: str) -> None:
    file = policies / name
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, after, 1))


def publish(data: Path, policies: Path) -> Typed:
    return typed(data, "policy", "publish", str(policies), "--reason", "A test")


def test_a_sound_set_has_no_problem_and_its_tests_hold(tmp_path: Path, policies: Path) -> None:
    checked, tested = (typed(tmp_path, "policy", word, str(policies)) for word in ("check", "test"))
    assert (checked.code, tested.code) == (0, 0)
    assert "without a problem: sha256:" in checked.printed
    assert "requests decided as expected" in tested.printed


def test_what_is_wrong_is_printed_with_its_place_and_ends_with_one(tmp_path: Path, policies: Path) -> None:
    change(policies, "access.cedar", "context.granted", "context.grantd")
    for word in ("check", "test"):
        done = typed(tmp_path, "policy", word, str(policies), "--json")
        assert done.code == 1
        assert [(one["file"], one["line"]) for one in json.loads(done.out)] == [("access.cedar", 18)]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("labels:", "lables:", "resource has no lables; did you mean labels?"),
        ("expect:", "expct:", "expect is missing"),
        ("action: query", "action: qery", "an action is one of"),
    ],
)
def test_what_is_wrong_with_the_tests_is_wrong_with_the_set(
    tmp_path: Path, policies: Path, before: str, after: str, sentence: str
) -> None:
    change(policies, "tests/access.yaml", before, after)
    checked, tested = (typed(tmp_path, "policy", word, str(policies)) for word in ("check", "test"))
    assert (checked.code, tested.code, checked.printed) == (2, 2, tested.printed)
    assert "access.yaml, line " in checked.printed
    assert sentence in checked.printed


def test_a_set_is_published_shown_and_compared(data: Path, policies: Path) -> None:
    assert typed(data, "policy", "show").code == 2
    done = publish(data, policies)
    assert (done.code, "is in force, as entry 1 says" in done.printed) == (0, True)
    digest = json.loads(typed(data, "policy", "show", "--json").out)["digest"]
    assert "use.cedar" in typed(data, "policy", "show", digest).out
    assert typed(data, "policy", "show", "--file", "use.cedar").out == (policies / "use.cedar").read_text()
    assert typed(data, "policy", "diff", str(policies)).code == 0
    change(policies, "devices.cedar", '"EMITTER", ', "")
    done = typed(data, "policy", "diff", str(policies), "--json")
    assert (done.code, json.loads(done.out)) == (
        1,
        [{"file": "devices.cedar", "policy": "managed-devices", "change": "CHANGED"}],
    )
    assert json.loads(typed(data, "policy", "show", "--json").out)["digest"] == digest


def test_a_set_whose_tests_fail_is_not_published(data: Path, policies: Path) -> None:
    change(policies, "use.cedar", 'context.use == "PERMIT"', 'context.use != "DENY"')
    done = publish(data, policies)
    assert done.code == 2
    assert "expected was use-not-permitted" in done.printed


@pytest.mark.parametrize("made", [None, "empty"])
def test_a_folder_without_policies_says_so(tmp_path: Path, made: str | None) -> None:
    folder = tmp_path / "folder"
    if made:
        folder.mkdir()
    done = typed(tmp_path, "policy", "check", str(folder))
    assert done.code == (2 if made else 3)
    assert str(folder) in done.printed


def test_what_a_set_keeps_out_is_listed_and_let_in_once_another_permits_it(data: Path) -> None:
    assert "Nothing is in quarantine." in typed(data, "quarantine", "list").printed
    held = {**tag(dataset=RAW), "reason": "A test"}
    for record in (ruled(), held):
        assert typed(data, "record", stdin=json.dumps(record).encode()).code == 0
    (found,) = json.loads(typed(data, "quarantine", "list", "--json").out)
    index = str(found["entry"])
    assert (found["kindName"], found["cause"], found["policies"]) == ("record.tag", "POLICY", ["no-tags-of-landing"])
    assert json.loads(typed(data, "quarantine", "list", "--cause", "unreadable", "--json").out) == []
    shown = typed(data, "quarantine", "list", COLUMNS="200")
    assert "no-tags-of-landing" in shown.out
    assert "quarantine release" in shown.err
    release = ("quarantine", "release", index, "--reason", "It is known now")
    refused = typed(data, *release)
    assert (refused.code, "is kept out still: Landing is tagged by the site." in refused.printed) == (2, True)
    assert typed(data, "record", stdin=json.dumps(published()).encode()).code == 0
    assert json.loads(typed(data, *release, "--json").out)["entries"] == [found["entry"]]
    assert json.loads(typed(data, "quarantine", "list", "--json").out) == []
    assert (typed(data, *release).code, "is not kept out of the graph" in typed(data, *release).printed) == (2, True)
