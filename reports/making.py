"""What the bytes of a report depend on beside its context."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from reports.standalone.assembly import script_digest

_LIBRARIES = ("jinja2", "segno", "typst")


@dataclass(frozen=True, slots=True)
class Making:
    """What a report is made with, and the SHA-256 of its context in canonical JSON: both are printed in it."""

    tools: tuple[tuple[str, str], ...]
    context_digest: str


@cache
def made_with(template: str) -> dict[str, str]:
    """Return the template (a report's name and version); code, templates, fonts and verifier by digest, libraries by
    version.

    Equal ones give equal bytes of the same context; where anything here is another, bytes prove nothing.
    """
    return {
        "template": template,
        "code": _code(),
        "templates": _digest("templates", (".typ", ".j2", ".css")),
        "fonts": _digest("fonts", (".ttf", ".json")),
        **{library: version(library) for library in _LIBRARIES},
        "verifier": script_digest(),
    }


def _code() -> str:
    """Return the digest of the modules that draw: a changed heading is another renderer."""
    with_code = Path(str(files("reports")))
    paths = sorted([*with_code.glob("*.py"), *(with_code / "parts").glob("*.py")])
    return _digest_of((str(path.relative_to(with_code).as_posix()), path.read_bytes()) for path in paths)


def _digest(folder: str, suffixes: tuple[str, ...]) -> str:
    names = sorted(item.name for item in (files("reports") / folder).iterdir() if item.name.endswith(suffixes))
    return _digest_of((name, (files("reports") / folder / name).read_bytes()) for name in names)


def _digest_of(contents: Iterable[tuple[str, bytes]]) -> str:
    whole = hashlib.sha256()
    for name, content in contents:
        whole.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return f"sha256:{whole.hexdigest()}"
