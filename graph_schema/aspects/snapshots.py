"""What principals record of a snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class ManifestFile(Part):
    """One file of a sealed snapshot."""

    path: Annotated[str, "Its path under the snapshot's root."]
    size: Annotated[int, "Its size in bytes."]
    digest: Annotated[str, "The digest of its bytes."]


@dataclass(frozen=True, slots=True)
class ForeignRef(Part):
    """The same state as another system names it: a Delta version, a lakeFS commit, an OCI digest."""

    system: Annotated[str, "The other system."]
    id: Annotated[str, "Its name for the state."]


@dataclass(frozen=True, slots=True)
class Period(Part):
    """The days that data is of, the first and the last among them."""

    start: Annotated[str, "The first day, as YYYY-MM-DD."]
    end: Annotated[str, "The last day, as YYYY-MM-DD."]


@dataclass(frozen=True, slots=True)
class Seal(Part):
    """Manifest, role, lock, foreign references and contents of a sealed snapshot."""

    manifest: Annotated[tuple[ManifestFile, ...], "The files that the digest is made of."]
    foreign: Annotated[tuple[ForeignRef, ...], "The same state under other systems' names."]
    role: Annotated[str, "TRAINING, EVALUATION or OTHER."]
    locked: Annotated[bool, "Whether it is held unchanged."]
    files: Annotated[int, "How many files it has."]
    size_bytes: Annotated[int, "How large they are together."]
    rows: Annotated[int | None, "How many rows it holds."] = None
    persons: Annotated[int | None, "How many persons it holds data of."] = None
    period: Annotated[Period | None, "The days that its data is of."] = None


@dataclass(frozen=True, slots=True)
class Verification(Part):
    """The result of checking the bytes against the digest."""

    result: Annotated[str, "OK, MISMATCH or MISSING."]
    differing: Annotated[tuple[str, ...], "The files that differ or are missing."]
    method: Annotated[str, "How the bytes were read and compared."]


@dataclass(frozen=True, slots=True)
class Tombstone(Part):
    """That a snapshot's bytes were deleted on purpose, and why."""

    reason: Annotated[str, "Why they were deleted."]


@dataclass(frozen=True, slots=True)
class DivisionWithdrawal(Part):
    """That a division of subjects was declared by mistake: by whoever knows of this it counts at no time."""

    reason: Annotated[str, "Why it is withdrawn."]


@dataclass(frozen=True, slots=True)
class SplitPart(Part):
    """Which part of a division of subjects a snapshot holds; of subjects only a digest over who is where is kept."""

    part: Annotated[str, "What the part is called, such as training."]
    unit: Annotated[str, "PATIENT, SITE or DEVICE."]
    assignment_digest: Annotated[str, "The digest over which subject is in which part."]
    shared: Annotated[int, "How many subjects were found in more than one part."]
    method: Annotated[str, "How they were divided."]
