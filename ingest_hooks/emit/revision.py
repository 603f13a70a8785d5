from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

UNKNOWN = "unknown"
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class CodeRevision:
    """The code that ran: where it comes from, which commit, and whether the working tree was exactly that commit.

    `repository` and `revision` are `unknown` where nobody said; `clean` is None then, and False where files were
    changed or added that git does not ignore.
    """

    repository: str
    revision: str
    clean: bool | None


def code_revision(directory: Path | str | None = None, *, environ: Mapping[str, str] | None = None) -> CodeRevision:
    """The revision of the code in a folder (the current one unless told otherwise); never raises.

    `EMIT_CODE_REPOSITORY` and `EMIT_CODE_REVISION` win over git, for images that carry no repository. The
    repository's address loses credentials, query and fragment; a path on this machine names people, so it is not told.
    """
    variables = os.environ if environ is None else environ
    repository = variables.get("EMIT_CODE_REPOSITORY", "")
    revision = variables.get("EMIT_CODE_REVISION", "")
    address = public_address(repository) if repository else UNKNOWN
    if revision:
        return CodeRevision(address, revision, None)
    where = "." if directory is None else str(directory)
    head = _git(where, "rev-parse", "--verify", "HEAD")
    if head is None:
        return CodeRevision(address, UNKNOWN, None)
    changes = _git(where, "status", "--porcelain")
    if not repository:
        address = public_address(_git(where, "remote", "get-url", "origin") or "")
    return CodeRevision(address, head, None if changes is None else changes == "")


def public_address(remote: str) -> str:
    """A remote's address without user, password, query and fragment; `unknown` where it is a path or none at all."""
    scp = re.fullmatch(r"(?:[^@/\s]+@)?([A-Za-z0-9.-]+):(?!//)([^\s?#]+)", remote)
    if scp and len(scp[1]) > 1:
        return f"ssh://{scp[1]}/{scp[2].lstrip('/')}"
    try:
        parts = urlsplit(remote)
        host, port = parts.hostname, parts.port
    except ValueError:
        return UNKNOWN
    if not host or parts.scheme == "file":
        return UNKNOWN
    host = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, host if port is None else f"{host}:{port}", parts.path, "", ""))


def _git(directory: str, *arguments: str) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program with fixed arguments
            [git, "-C", directory, *arguments],
            capture_output=True,
            timeout=_SECONDS,
            check=True,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace").strip()
