"""What a snapshot's digest is, and when a snapshot is still what the dataset is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from catalog.assets.model import AssetState
from graph_schema.canonical import digest_of

MAX_FILES = 200_000


def repeated(paths: Iterable[str]) -> bool:
    """Tell whether a path comes twice."""
    seen: set[str] = set()
    for path in paths:
        if path in seen:
            return True
        seen.add(path)
    return False


def manifest_digest(manifest: Iterable[Mapping[str, Any]]) -> str:
    """Return `sha256:` and the hex SHA-256 over the canonical JSON (RFC 8785) of the files sorted by path in UTF-8."""
    files = [{"digest": file["digest"], "path": file["path"], "size": file["size"]} for file in manifest]
    files.sort(key=lambda file: str(file["path"]).encode())
    return digest_of(files)


def state(*, result: str | None, newer: bool, dropped: bool) -> AssetState:
    """Return where a snapshot stands.

    `result` is that of the newest verification; `newer`: the dataset was put into another state since; `dropped`: the
    dataset is gone.
    """
    if result in {"MISMATCH", "MISSING"}:
        return AssetState.BYTES_GONE
    if dropped:
        return AssetState.TOMBSTONED
    return AssetState.SUPERSEDED if newer else AssetState.LIVE


def verify_by(sealed_at: int, verified_at: int | None, period: int) -> int:
    """Return by when a sealed snapshot's bytes are to be verified again, where each period has to see it once.

    Times and the period are UTC microseconds; `verified_at` is when they were last found to be as sealed.
    """
    return (sealed_at if verified_at is None else max(sealed_at, verified_at)) + period


def is_under_root(path: str) -> bool:
    """Tell whether a path names a file under its root, whoever reads it: relative, and no part leads upwards."""
    return all(part not in {"", ".", ".."} for part in path.split("/"))
