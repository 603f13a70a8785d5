"""Something in every place of every real event: of what emitters say there nothing is kept that identifies anybody."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from ingest_hooks.redaction import redact
from tests.support.places import everything_stored
from tests.support.planting import Hidden, plant
from tests.support.project import REPOSITORY

KEY = b"a site's key for tests, 32 bytes"
FILES = [
    Path(__file__).parent / "made_up.jsonl",
    *sorted((REPOSITORY.parent / "shared" / "corpus").rglob("*.jsonl")),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_nothing_that_was_planted_is_kept(path: Path) -> None:
    source = random.Random(path.name)  # noqa: S311  the same in every run
    count = 0
    for line in filter(None, path.read_text("utf-8").splitlines()):
        said = json.loads(line)
        for one in said if isinstance(said, list) else [said]:
            changed, planted = plant(one, source)
            count += len(planted)
            hidden = Hidden()
            for each in planted:
                hidden.add(each)
            left = hidden.found_in(everything_stored(changed, KEY))
            assert not left, (planted, redact(changed, token_key=KEY).redactions)
    assert count
