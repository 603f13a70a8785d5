"""What is said of the keys that data is encrypted under; never a key itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class EncryptionKey(Part):
    """The scope of a key, and who creates, rotates and uses it."""

    environment: Annotated[str, "PRODUCTION, TRAINING, EVALUATION, ARCHIVE or SANDBOX."]
    workload: Annotated[str | None, "The workload that it is for."] = None
    tier: Annotated[str | None, "The tier of data that it is for."] = None
    created_by: Annotated[str | None, "Who creates it."] = None
    rotated_by: Annotated[str | None, "Who rotates it."] = None
    used_by: Annotated[tuple[str, ...], "Who uses it."] = ()
    until: Annotated[int | None, "Until when it is to be used, in microseconds UTC."] = None
