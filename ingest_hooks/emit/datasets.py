from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Job:
    """What runs again and again, by namespace and name; `repository_path` is its source file inside the repository."""

    namespace: str
    name: str
    description: str | None = None
    repository_path: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a dataset; nested ones are named by their path, as in `address.postalCode`."""

    name: str
    type: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as the standard's tags facet has it, on a dataset or on one of its columns."""

    key: str
    value: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A code and the system that gives it its meaning."""

    system: str
    code: str


@dataclass(frozen=True, slots=True)
class PhiTag:
    """A claim that a dataset or a column holds a kind of protected health information (a person's record confirms it).

    `kind` is one of DIRECT_IDENTIFIER, QUASI_IDENTIFIER, CLINICAL_NOTE, IMAGING_PIXELS, OPERATIONAL_LOG,
    DERIVED_FEATURE.
    """

    kind: str
    column: str | None = None
    codes: tuple[Code, ...] = ()
    confidentiality: str | None = None


@dataclass(frozen=True, slots=True)
class DataSource:
    """The system a dataset lives in, by a name and an address without credentials."""

    name: str
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Storage:
    """How a dataset is stored: the layer (such as `file`, `delta`, `iceberg`) and the format of its files."""

    layer: str
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset's identity, byte for byte, and what a pipeline knows about it before it reads or writes."""

    namespace: str
    name: str
    description: str | None = None
    type: str | None = None
    columns: tuple[Column, ...] = ()
    source: DataSource | None = None
    storage: Storage | None = None
    owner: str | None = None
    tags: tuple[Tag, ...] = ()
    phi_tags: tuple[PhiTag, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """One input column that an output column, or a whole output, depends on.

    `masking` says whether the value is hidden on its way; None means that nobody said, never that it is or is not.
    """

    dataset: Dataset
    column: str
    type: Literal["DIRECT", "INDIRECT"] = "DIRECT"
    subtype: str | None = None
    masking: bool | None = None
    description: str | None = None


WriteMode = Literal["CREATE", "OVERWRITE", "APPEND"]
