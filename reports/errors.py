from __future__ import annotations


class ReportError(Exception):
    """A report cannot be made or read; the message says in one sentence what would be right."""


class ContextError(ReportError):
    """What was given as a context is not one: a field is missing, unknown or of the wrong type."""


class RenderError(ReportError):
    """The typesetter refused the document, which is ours to mend and never the asker's."""
