"""Evaluation: how well the model does on people it never saw."""

from __future__ import annotations

import json

from sklearn.metrics import brier_score_loss, roc_auc_score

from ingest_hooks.emit import Flow, Manifest, Metric

from . import estate
from .tables import read_table
from .training import Model, Trained, outcomes
from .workspace import Workspace

_SPLIT = "evaluation"


def evaluate(workspace: Workspace, sealed: Manifest, trained: Trained) -> tuple[Metric, ...]:
    """Measure discrimination (area under the ROC curve) and error (Brier score) on the locked snapshot.

    A Brier score alone compares no two sets of people: it depends on how often there is a readmission. `brier_skill`
    holds it against the error of a forecast of that frequency alone: 0 for no better, 1 for no error.
    """
    target = workspace.folder(estate.EVALUATION_REPORT)
    with workspace.run(estate.EVALUATE) as run:
        rows = read_table(workspace.folder(estate.EVALUATION))
        run.read(estate.EVALUATION, snapshot=sealed, columns=workspace.columns(estate.EVALUATION), rows=len(rows))
        run.read_model(estate.MODEL, workspace.period.model_version)
        predicted, happened = Model.load(trained.folder).predict(rows), outcomes(rows)
        error, frequency = float(brier_score_loss(happened, predicted)), float(happened.mean())
        metrics = (
            Metric("auroc", round(float(roc_auc_score(happened, predicted)), 4), _SPLIT),
            Metric("brier", round(error, 4), _SPLIT),
            Metric("brier_skill", round(1 - error / (frequency * (1 - frequency)), 4), _SPLIT),
        )
        target.mkdir(parents=True)
        lines = [json.dumps({"metric": metric.name, "value": metric.value}) + "\n" for metric in metrics]
        (target / "metrics.ndjson").write_text("".join(lines))
        run.write(
            estate.EVALUATION_REPORT,
            files=target,
            column_lineage={
                "value": [Flow(estate.EVALUATION, "readmitted", subtype="AGGREGATION", masking=True)],
            },
            mode=workspace.mode,
            rows=len(metrics),
        )
    return metrics
