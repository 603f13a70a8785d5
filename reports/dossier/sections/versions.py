from __future__ import annotations

from reports.document import Facts, cell, code, plain
from reports.making import Making


def versions(making: Making) -> Facts:
    """Return what the report was made with, as the method section closes."""
    return Facts(
        (
            *((f"Made with: {name}", cell(code(value))) for name, value in making.tools),
            ("Context", cell(plain("SHA-256 of its canonical JSON in the attachment"), code(making.context_digest))),
        )
    )
