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
