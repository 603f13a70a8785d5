"""The model provenance dossier: from its context to its document."""

from __future__ import annotations

from reports.dossier.build import TEMPLATE_VERSION, build_model_dossier

__all__ = ["TEMPLATE_VERSION", "build_model_dossier"]
