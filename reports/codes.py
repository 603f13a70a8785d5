"""Codes of terminologies as reports print them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from reports.context import Code
from reports.document import Line, missing, plain

# The urn is this project's own name of the paragraph.
_SYSTEMS = {"urn:lineward:hipaa:164.514(b)(2)(i)": "45 CFR 164.514(b)(2)(i)"}


def coded(codes: Iterable[Code]) -> Line:
    """Return codes by their systems, each system named once."""
    by_system: defaultdict[str, list[str]] = defaultdict(list)
    for each in codes:
        by_system[each.system].append(each.code)
    named = [f"{_SYSTEMS.get(system, system)} {', '.join(values)}" for system, values in by_system.items()]
    return plain("; ".join(named)) if named else missing("no code recorded")


def worded(name: str) -> str:
    """Return a name of an enumeration as words."""
    return name.replace("_", " ").lower()
