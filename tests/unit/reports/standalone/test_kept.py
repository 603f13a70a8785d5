"""Reports that earlier versions of the catalog issued, of the tests' own stories: they are verified for ever.

Each is the first of its kind: of before the gate had all of its checks, before a dossier of a dataset said of how many
days it counts decisions. Whoever takes back what these rest on has to say so in docs/verification.md.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from reports.standalone import verify_lineward
from reports.verify import verify

KEPT = Path(__file__).with_name("kept")
NAMES = sorted(one.name.partition(".")[0] for one in KEPT.glob("*.json.gz"))


def kept(name: str) -> tuple[bytes, str]:
    return gzip.decompress((KEPT / f"{name}.json.gz").read_bytes()), (KEPT / f"{name}.key").read_text().strip()


def test_some_are_kept() -> None:
    assert NAMES == ["approvals_period", "dataset_dossier", "model_dossier"]


@pytest.mark.parametrize("name", NAMES)
def test_a_report_of_an_earlier_version_is_verified_by_the_catalog_and_by_the_script(name: str) -> None:
    file, key = kept(name)
    for outcome in (verify(file, key), verify_lineward.verify(file, key)):
        assert [(one.name, one.detail) for one in outcome.checks if one.status == "FAIL"] == []


@pytest.mark.parametrize("name", NAMES)
def test_one_that_was_changed_since_is_not(name: str) -> None:
    file, key = kept(name)
    changed = (
        file.replace(b'"APPROVED"', b'"DENIED"', 1) if b'"APPROVED"' in file else file.replace(b"North", b"South", 1)
    )
    assert changed != file
    assert any(one.status == "FAIL" for one in verify_lineward.verify(changed, key).checks)
