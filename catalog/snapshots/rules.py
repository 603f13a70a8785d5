"""What a snapshot's digest is, and when a snapshot is still what the dataset is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.assets.model import AssetState
from graph_schema.canonical import digest_of
from graph_schema.vocabulary.words import VerificationResult

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


@dataclass(frozen=True, slots=True)
class SnapshotState:
    """Where a snapshot stands, and the entry that says so, None where that follows from no one record.

    `unread` tells that its bytes went after they were last found as sealed: that verification says nothing any more.
    """

    state: AssetState
    entry: int | None
    unread: bool


def state_of(
    *,
    verified: tuple[str, int, int] | None,
    tombstoned: tuple[int, int] | None,
    dropped_at: int | None,
    newer: bool,
) -> SnapshotState:
    """Return where a snapshot stands, by records and by what was verified.

    `verified` is the result, time and entry of the newest verification, `tombstoned` the time and entry of the
    record that its bytes were deleted, `dropped_at` since when the dataset is gone; `newer`: the dataset was put into
    another state since. What was found outweighs what is recorded, and a deletion the end of the dataset.
    """
    result, at, entry = verified or (None, None, None)
    if result in {VerificationResult.MISMATCH, VerificationResult.MISSING}:
        return SnapshotState(AssetState.BYTES_GONE, entry, unread=False)
    if tombstoned is not None:
        return SnapshotState(AssetState.TOMBSTONED, tombstoned[1], unread=True)
    if dropped_at is not None:
        return SnapshotState(AssetState.TOMBSTONED, None, unread=at is None or at < dropped_at)
    return SnapshotState(AssetState.SUPERSEDED if newer else AssetState.LIVE, None, unread=False)


def verify_by(sealed_at: int, verified_at: int | None, period: int) -> int:
    """Return by when a sealed snapshot's bytes are to be verified again, where each period has to see it once.

    Times and the period are UTC microseconds; `verified_at` is when they were last found to be as sealed.
    """
    return (sealed_at if verified_at is None else max(sealed_at, verified_at)) + period


def is_under_root(path: str) -> bool:
    """Tell whether a path names a file under its root, whoever reads it: relative, and no part leads upwards."""
    return all(part not in {"", ".", ".."} for part in path.split("/"))
