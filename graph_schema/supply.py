"""What a dataset has by the source that supplies it, where nothing else is said of itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

KIND: Final = "source_kind"
"""What a source says of itself that a dataset has as its source system."""


def supplier(own: Mapping[str, Any]) -> str | None:
    """Return the name of the source that supplies a dataset, given the values in force of it: as it says, else the
    system that its data comes from.
    """
    if "source" in own:
        return str(own["source"])
    return str(own["source_system"]["name"]) if "source_system" in own else None


def given(own: Collection[str], source: str, declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a dataset has by its source, given the aspects in force of itself and the values of the
    source.
    """
    values = {aspect: value for aspect, value in declared.items() if aspect != KIND}
    if KIND in declared:
        values["source_system"] = {"name": source, "kind": declared[KIND]}
    return {aspect: value for aspect, value in values.items() if aspect not in own}
