from __future__ import annotations

import re
import subprocess

import pytest

from tests.support.project import REPOSITORY

MAKEFILE = (REPOSITORY / "Makefile").read_text()
TARGETS = re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE)


def test_the_targets_that_the_readme_promises_are_there() -> None:
    assert {"demo", "test", "bench", "setup", "lock", "clean", "run"} <= set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_make_help_says_what_each_target_does(target: str) -> None:
    answer = subprocess.run(["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^  make {target} +[A-Z].{{15,}}$", answer, re.MULTILINE)


def test_no_file_named_like_a_target_can_hide_it() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == set(TARGETS)


def test_the_demo_ends_by_itself_when_asked_to() -> None:
    for once, ending in (("1", "lineward demo --once"), ("", "lineward demo")):
        command = ["make", "--dry-run", "--no-print-directory", "demo", f"ONCE={once}"]
        planned = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
        assert planned.rstrip().endswith(ending)
