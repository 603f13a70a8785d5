"""The model provenance dossier: from the graph and the ledger to its context."""

from __future__ import annotations

from catalog.evidence.dossier.context import model_dossier

__all__ = ["model_dossier"]
