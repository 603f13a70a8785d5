"""Dossiers for the renderers: a clinical one that a catalog issued, and others made of it: emptied, or filled."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

from reports.context import Actor
from reports.kinds import ModelDossier
from reports.parts.lineage import LineageEdge, LineageNode
from reports.parts.model_version import ModelVersion
from reports.parts.quarantine import Quarantined
from reports.standalone.container import take
from tests.support.clinical_story import story

ENGINEER = Actor(id="testperson-alpha", name="Testperson Alpha")
STEWARD = Actor(id="testperson-beta", name="Testperson Beta")


@cache
def clinical_dossier() -> ModelDossier:
    """Return the dossier of a small clinical model, with its proofs, as a catalog issued it that was told its story."""
    told = story()
    file = told.issue(told.dossier(), "json")
    return ModelDossier.from_json(json.loads(take(file)[1])["context"])


def empty_dossier() -> ModelDossier:
    """Return the dossier of a model version of which nothing but the registration is recorded."""
    dossier = clinical_dossier()
    registered = next(one for one in dossier.evidence.cited if one.kind == "record.register_model_version")
    model = ModelVersion(
        namespace="models",
        name="empty",
        version="0",
        registered_at=registered.recorded_at,
        registered_by=Actor(id="local", authenticated=False),
        entries=(registered.index,),
    )
    return ModelDossier(
        read_point=dossier.read_point, model=model, evidence=replace(dossier.evidence, cited=(registered,))
    )


def large_dossier(rows: int) -> ModelDossier:
    """Return the clinical dossier with `rows` runs, and as many lineage nodes in a chain as there are rows, to 400."""
    dossier = clinical_dossier()
    runs = tuple(replace(dossier.runs[0], run=f"00000000-0000-7000-8000-{number:012d}") for number in range(rows))
    zones = ("LANDING", "CURATED", "FEATURE_STORE")
    many = tuple(
        LineageNode(
            id=f"Dataset:CHAIN{number:06d}", name=f"lake/part-{number:05d}", kind="Dataset", zone=zones[number % 3]
        )
        for number in range(min(rows, 400))
    )
    edges = tuple(LineageEdge(source=one.id, target=dossier.nodes[2].id, kind="RAN") for one in many)
    return replace(dossier, runs=runs, nodes=dossier.nodes + many, edges=dossier.edges + edges)


def long_dossier(rows: int) -> ModelDossier:
    """Return a dossier with one table of `rows` short rows, which a validator can read in reasonable time."""
    dossier = empty_dossier()
    row = Quarantined(entry=0, kind="openlineage.run_event", reason="no job")
    return replace(dossier, quarantined=tuple(replace(row, reason=f"no job {number}") for number in range(rows)))


def dossier_saying(text: str) -> ModelDossier:
    """Return the clinical dossier with `text` wherever a stranger's text may stand, times and names included."""
    closed = {"evidence", "read_point", "role", "decision", "severity", "topic", "status", "result", "leaf"}
    closed |= {"source", "target", "principal_kind", "how", "stands", "verdict", "outcome", "signed"}

    def said(value: Any) -> Any:  # any JSON value
        if isinstance(value, dict):
            kept = closed | ({"id"} if "kind" in value else set())
            return {name: item if name in kept else said(item) for name, item in value.items()}
        if isinstance(value, list):
            return [said(item) for item in value]
        return text if isinstance(value, str) else value

    return ModelDossier.from_json(said(clinical_dossier().to_json()))
