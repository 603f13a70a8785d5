"""Training: a logistic regression, small enough to be read, the same for the same snapshot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ingest_hooks import emit
from ingest_hooks.emit import Manifest, Metric, ModelVersion, SnapshotRef

from . import estate
from .tables import Row, read_table
from .workspace import Workspace

# The fit goes on until nothing moves any more, and what machines still differ in is rounded away.
_DIGITS = 6
_FEATURES = ("age", "length_of_stay_days", "condition_count", "hba1c", "creatinine", "claim_count", "billed_total")


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model: the features by name, how they are scaled, and their weights."""

    features: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float

    def predict(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Each stay's probability of a readmission, between 0 and 1."""
        scaled = (_matrix(rows, self.features) - np.array(self.means)) / np.array(self.scales)
        return np.asarray(1 / (1 + np.exp(-(scaled @ np.array(self.weights) + self.intercept))))

    def save(self, folder: Path) -> None:
        """Write the model as JSON."""
        folder.mkdir(parents=True)
        content = {name: getattr(self, name) for name in self.__slots__}
        (folder / "model.json").write_text(json.dumps(content, indent=1))

    @classmethod
    def load(cls, folder: Path) -> Model:
        """The model that `save` wrote."""
        content = json.loads((folder / "model.json").read_text())
        return cls(
            features=tuple(content["features"]),
            means=tuple(content["means"]),
            scales=tuple(content["scales"]),
            weights=tuple(content["weights"]),
            intercept=content["intercept"],
        )


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training run left behind."""

    folder: Path
    artifact: Manifest
    run_id: str


def train(workspace: Workspace, sealed: Manifest) -> Trained:
    """Fit the model on the sealed training snapshot and write it."""
    source = workspace.folder(estate.TRAINING)
    folder = workspace.root / "models" / estate.MODEL.name / workspace.period.model_version
    with workspace.run(estate.TRAIN) as run:
        rows = read_table(source)
        run.read(estate.TRAINING, snapshot=sealed, columns=workspace.columns(estate.TRAINING), rows=len(rows))
        model = fit(rows, features(workspace.period.schema_version))
        model.save(folder)
        artifact = emit.manifest(folder)
        run.write_model(version(workspace, sealed, None, artifact, ()))
    return Trained(folder, artifact, run.run_id)


def version(
    workspace: Workspace,
    training: Manifest,
    evaluation: Manifest | None,
    artifact: Manifest,
    metrics: tuple[Metric, ...],
) -> ModelVersion:
    """The model version as far as it is known by now."""
    evaluated = () if evaluation is None else (SnapshotRef(estate.EVALUATION, evaluation.digest),)
    return ModelVersion(
        model=estate.MODEL,
        version=workspace.period.model_version,
        trained_on=(SnapshotRef(estate.TRAINING, training.digest),),
        evaluated_on=evaluated,
        code=workspace.code,
        environment=emit.environment_fingerprint(),
        artifact_digest=artifact.digest,
        metrics=metrics,
        intended_use="Shows how a catalog traces a model. Made-up data; for no clinical use.",
    )


def features(schema_version: int) -> tuple[str, ...]:
    """The columns that a model learns from; schema 2 brought one more."""
    return _FEATURES if schema_version == 1 else (*_FEATURES, estate.NEW_CLAIMS_COLUMN.name)


def fit(rows: Sequence[Row], names: tuple[str, ...]) -> Model:
    """Fit on scaled features with the default penalty."""
    data = _matrix(rows, names)
    means, scales = data.mean(axis=0), data.std(axis=0)
    fitted = LogisticRegression(tol=1e-10, max_iter=1000).fit((data - means) / scales, outcomes(rows))
    return Model(names, _rounded(means), _rounded(scales), _rounded(fitted.coef_[0]), _rounded(fitted.intercept_)[0])


def outcomes(rows: Sequence[Row]) -> NDArray[np.int64]:
    """1 for each stay that was followed by a readmission, else 0."""
    return np.array([int(row["readmitted"] == "true") for row in rows], dtype=np.int64)


def _matrix(rows: Sequence[Row], names: tuple[str, ...]) -> NDArray[np.float64]:
    return np.array([[float(row[name]) for name in names] for row in rows], dtype=np.float64)


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), _DIGITS) for value in values)
