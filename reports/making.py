"""What the bytes of a report depend on beside its context."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import typst

from reports.standalone.assembly import script_digest
from reports.standalone.evidence import MAKER

_LIBRARIES = ("jinja2", "segno")

_OWN_VERSION = b"#metadata(str(sys.version)) <version>"


@dataclass(frozen=True, slots=True)
class Making:
    """What a report is made with, the SHA-256 of its context in canonical JSON, and its number: all are printed."""

    tools: Mapping[str, str]
    context_digest: str
    number: str
    """The report's: see `report_number`."""


@cache
def made_with(template: str) -> dict[str, str]:
    """Return product and template (a report's name) with their versions; code, templates, fonts and verifier by
    digest; libraries and the typesetter by version.

    Equal ones give equal bytes of the same context; where anything here is another, bytes prove nothing.
    """
    return {
        MAKER: version("lineward"),
        "template": template,
        "code": _code(),
        "templates": _digest("templates", (".typ", ".j2", ".css")),
        "fonts": _digest("fonts", (".otf", ".ttf", ".json")),
        **{library: version(library) for library in _LIBRARIES},
        "typst": _typesetter(),
        "verifier": script_digest(),
    }


def _typesetter() -> str:
    """Return the typesetter's own version, which it writes into every PDF: that of the package around it is another."""
    return str(json.loads(typst.query(_OWN_VERSION, "<version>", field="value", one=True, ignore_system_fonts=True)))


def _code() -> str:
    """Return the digest of the modules that draw: a changed heading is another renderer."""
    with_code = Path(str(files("reports")))
    verifier = with_code / "standalone"
    paths = sorted(path for path in with_code.rglob("*.py") if verifier not in path.parents)
    return _digest_of((str(path.relative_to(with_code).as_posix()), path.read_bytes()) for path in paths)


def _digest(folder: str, suffixes: tuple[str, ...]) -> str:
    names = sorted(item.name for item in (files("reports") / folder).iterdir() if item.name.endswith(suffixes))
    return _digest_of((name, (files("reports") / folder / name).read_bytes()) for name in names)


def _digest_of(contents: Iterable[tuple[str, bytes]]) -> str:
    whole = hashlib.sha256()
    for name, content in contents:
        whole.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return f"sha256:{whole.hexdigest()}"
