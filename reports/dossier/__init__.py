"""The model provenance dossier: from its context to its document."""

from __future__ import annotations

from reports.dossier.build import build_model_dossier

__all__ = ["build_model_dossier"]
