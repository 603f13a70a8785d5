from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from examples.clinical_pipeline import PRINCIPALS, PipelineOutcome, run_pipeline
from tests.support.capture_server import CaptureServer, capture_server


@dataclass(frozen=True, slots=True)
class Told:
    """What one run of the whole example left behind: on the wire, on the disk, and as its outcome."""

    server: CaptureServer
    workdir: Path
    outcome: PipelineOutcome
    progress: list[str]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    workdir = tmp_path_factory.mktemp("pipeline")
    progress: list[str] = []
    with capture_server() as server:
        keys = {principal.key: f"key-of-{principal.key}" for principal in PRINCIPALS}
        outcome = run_pipeline(server.url, workdir, keys, progress.append)
        yield Told(server, workdir, outcome, progress)
