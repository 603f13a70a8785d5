"""A small but real clinical pipeline that reports itself to Lineward: read `pipeline.py` first.

FHIR R4 bulk export and claims of made-up people → landing → curated, de-identified → a sealed training snapshot and a
locked evaluation snapshot → a fitted and evaluated model → approvals. Twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from .estate import PRINCIPALS, Principal
from .outcome import PipelineOutcome, TrainedVersion

__all__ = ["PRINCIPALS", "MissingLibraryError", "PipelineOutcome", "Principal", "TrainedVersion", "run_pipeline"]


class MissingLibraryError(ImportError):
    """The example fits a real model, and what it fits it with is not installed."""


def run_pipeline(
    base_url: str, workdir: Path, keys: Mapping[str, str | None], progress: Callable[[str], None]
) -> PipelineOutcome:
    """Run the pipeline: see `pipeline.run_pipeline`. Raises MissingLibraryError where scikit-learn is missing."""
    progress("Loading scikit-learn")
    try:
        from . import pipeline  # noqa: PLC0415 - everything else here works without scikit-learn
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] not in {"numpy", "sklearn"}:
            raise
        raise MissingLibraryError(
            "The example pipeline fits a model with scikit-learn, which is not installed: pip install 'lineward[demo]'"
        ) from problem
    return pipeline.run_pipeline(base_url, workdir, keys, progress)
