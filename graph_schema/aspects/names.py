"""What is said of the names of datasets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class NamespaceRule(Part):
    """Which names of which namespaces are one dataset."""

    namespace: Annotated[str, "The namespace, or its beginning and an asterisk."]
    rule_kind: Annotated[str, "FOLD_CASE, SAME_NAMESPACE, DEFAULT_PORT, TRAILING_SLASH or DATE_PARTITIONS."]
    same_as: Annotated[str | None, "The namespace that it is the same as."] = None
    port: Annotated[int | None, "The port that may be left out."] = None
    letters: Annotated[str | None, "UPPER or LOWER, as the store writes names."] = None
    keys: Annotated[tuple[str, ...], "The keys of date partitions."] = ()
    pattern: Annotated[str | None, "How a date lies in names, such as {yyyy}/{MM}/{dd}."] = None
    reason: Annotated[str | None, "Why."] = None
