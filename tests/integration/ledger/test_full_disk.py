from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on file size is POSIX's")
def test_a_full_disk_refuses_what_it_cannot_keep_and_writing_goes_on_when_there_is_room(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.integration.ledger.filling_process", str(tmp_path)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    *while_full, with_room, summary = run.stdout.splitlines()
    assert set(while_full) == {"taken", "refused:30"}
    assert while_full[-3:] == ["refused:30"] * 3
    assert with_room == "taken"
    full, size, batches, verified = summary.split()
    assert int(full) >= int(batches) * 10
    assert int(size) == (int(batches) + 1) * 10
    assert verified == "True"
