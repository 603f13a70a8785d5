from __future__ import annotations

from collections.abc import Callable, Iterator

from reports.contexts import ModelDossier
from reports.document import Block
from reports.dossier.sections.approvals import approvals
from reports.dossier.sections.data import data
from reports.dossier.sections.exceptions import exceptions
from reports.dossier.sections.gaps import gaps
from reports.dossier.sections.handling import handling
from reports.dossier.sections.lineage import lineage
from reports.dossier.sections.method import method
from reports.dossier.sections.model import model
from reports.dossier.sections.proof import proof
from reports.dossier.sections.regulation import regulation
from reports.dossier.sections.runs import runs
from reports.dossier.sections.sources import sources
from reports.dossier.sections.use import use

Section = tuple[str, str, Callable[[ModelDossier], Iterator[Block]]]
CONTENTS: tuple[Section, ...] = (
    ("model", "The model version", model),
    ("data", "Training and evaluation data", data),
    ("sources", "Sources and their mandatory fields", sources),
    ("lineage", "Lineage from the raw feeds", lineage),
    ("runs", "Jobs and runs", runs),
    ("handling", "De-identification and PHI labels", handling),
    ("use", "Permitted use", use),
    ("approvals", "Approvals", approvals),
    ("exceptions", "Schema changes, findings and quarantined records", exceptions),
    ("gaps", "What is not recorded", gaps),
    ("regulation", "Where a regulator's question is answered", regulation),
    ("method", "Method and versions", method),
    ("proof", "How to verify this offline", proof),
)
