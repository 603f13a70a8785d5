"""What the subjects of findings are called."""

from __future__ import annotations

import pytest

from catalog.assets.naming import name_of
from graph_schema.nodes import Column, Dataset, ModelVersion, Node, Principal, Snapshot


@pytest.mark.parametrize(
    ("node", "called"),
    [
        (Dataset("lake", "wards/stays"), "lake/wards/stays"),
        (Column("lake", "stays", "age"), "lake/stays/age"),
        (Snapshot("lake", "stays", "sha256:00"), "lake/stays@sha256:00"),
        (ModelVersion("models", "made-up", "1.0.0"), "models/made-up@1.0.0"),
        (Principal("testperson"), "testperson"),
    ],
)
def test_a_subject_is_called_by_its_whole_name(node: Node, called: str) -> None:
    assert name_of(node) == called
