"""From the modules of this package to the one file that an auditor takes along.

`python -m reports.standalone.assembly` writes it; a test holds it to the modules.
"""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

SCRIPT = "verify_lineward.py"
MODULES = (
    "outcome",
    "container",
    "log",
    "evidence",
    "shapes",
    "bodies",
    "names",
    "disclosed",
    "comparison",
    "derived_coverage",
    "derived_names",
    "derived_snapshots",
    "derived_labels",
    "derived_declarations",
    "derived_decisions",
    "derived_approvals",
    "derived_sources",
    "derived_lineage",
    "derived_people",
    "derived_estate",
    "derived_use",
    "derived_answers",
    "derived_effective",
    "derived_gaps",
    "derived_releases",
    "derived_dataset",
    "derived_flows",
    "derived_access",
    "derived_period",
    "derived_gate",
    "derived_assessments",
    "derivation",
    "verification",
    "command",
)
"""In the order in which each needs those before it."""

_HEAD = '''#!/usr/bin/env python3
"""Check a Lineward report (PDF, HTML or JSON) offline: no network, no Lineward, Python 3.11 and `cryptography` alone.

    python verify_lineward.py FILE --key VKEY [--json]
    python verify_lineward.py --version

What it does, step by step:

1. The file is taken apart into pages and evidence in the one way in which it can be put together again: a PDF of
   objects, one cross-reference table and one attachment (ISO 32000-1, 7.5), an HTML page with one data block, or JSON.
2. The evidence is read once into values that cannot be malformed; anything else is refused by its place.
   The number by which the report calls itself is the one that follows from its content.
3. The key was given from outside the file, and it signed both checkpoints: signed notes
   (https://c2sp.org/signed-note) of origin, tree size and base64 root; Ed25519, key id = the first 4 bytes of
   SHA-256(name, 0x0A, 0x01, public key).
4. The ledger that the report was read from is the checkpoint's, or its beginning by a consistency proof (RFC 9162,
   2.1.4.2), and so is the one whose checkpoint the pages print.
5. Every entry's leaf hash is SHA-256(0x00, entry), its inclusion proof leads to the checkpoint's root (RFC 9162,
   2.1.3.2), what is shown of it is what its bytes say, and a disclosed body fits its digest, SHA-256(salt, body).
6. Every ledger index that the report cites is among the entries, and no entry is there that nothing cites.
7. The ledger holds an entry that says that this very report was issued: by SHA-256 its context and its pages, and its
   template, read point, subject and for whom.
8. Everything that follows from the disclosed bodies (registration, snapshots, approvals, decisions and who signed them,
   releases, deployments, what the release gate said, what was assessed, attestations, labels, declarations, runs,
   lineage, gaps, findings, who acted, by which keys, and on what) is derived from them anew and compared with what the
   report says, both ways.
   What the release gate says at the read point is held to be no milder than the rest of the report allows.
9. Bodies that are withheld (erased, or too large) are named: what rests on them is not comparable.

Each check passes, fails, or is not verified. Exit code 0: every check passed. 1: one failed, or something that is
needed was not verified (the key, above all). 2: wrong use, a file is not there, or `cryptography` is missing.

This file is put together of the modules of `reports/standalone` in Lineward's source; `--version` prints its digest.
"""
'''


def assemble() -> str:
    """Return the script; raises ValueError where two modules define the same name, so that one would hide the other."""
    imports: dict[str, set[str]] = {}
    plain: set[str] = set()
    bodies: list[str] = []
    owners: dict[str, str] = {}
    for module in MODULES:
        source = (files("reports.standalone") / f"{module}.py").read_text("utf-8")
        lines = source.splitlines()
        for node in ast.parse(source).body:
            for name in _defined(node):
                if owners.setdefault(name, module) != module:
                    raise ValueError(f"{name} is defined in {owners[name]} and in {module}")
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            if isinstance(node, ast.Import):
                plain.update(alias.name for alias in node.names)
            elif node.module != "__future__" and not str(node.module).startswith("reports."):
                imports.setdefault(str(node.module), set()).update(alias.name for alias in node.names)
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
        bodies.append(_without_docstring("\n".join(lines)))
    head = [f"import {name}" for name in sorted(plain)]
    head += [f"from {name} import {', '.join(sorted(names))}" for name, names in sorted(imports.items())]
    whole = "\n\n\n".join(body.strip("\n") for body in bodies)
    return f"{_HEAD}\nfrom __future__ import annotations\n\n" + "\n".join(head) + f"\n\n{whole}\n"


@cache
def script() -> bytes:
    """Return the script as it is shipped."""
    return (files("reports.standalone") / SCRIPT).read_bytes()


@cache
def script_digest() -> str:
    """Return the script's digest, as `--version` of it prints it."""
    return f"sha256:{hashlib.sha256(script()).hexdigest()}"


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _without_docstring(source: str) -> str:
    lines = source.splitlines()
    docstring = ast.parse(source).body[0]
    return "\n".join(lines[docstring.end_lineno or 0 :])


if __name__ == "__main__":
    (Path(__file__).parent / SCRIPT).write_text(assemble(), "utf-8")
