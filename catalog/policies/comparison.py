"""What one set of policies has that another has not, policy by policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from catalog.policies.engine import SUFFIX, read_policies
from catalog.policies.text import Source, policies_in


class Change(StrEnum):
    """What became of a policy or a file."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A policy, by its name, or a file without policies, by its path, and what became of it."""

    path: str
    name: str
    change: Change


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Difference, ...]:
    """Return what differs between two sets without problems: policies by their words, whatever lies between these."""
    one, other = _parts(before), _parts(after)
    found = []
    for name in one.keys() | other.keys():
        if name not in one:
            found.append(Difference(other[name][0], name, Change.ADDED))
        elif name not in other:
            found.append(Difference(one[name][0], name, Change.REMOVED))
        elif one[name][1] != other[name][1]:
            found.append(Difference(other[name][0], name, Change.CHANGED))
    return tuple(sorted(found))


def _parts(files: Mapping[str, str]) -> dict[str, tuple[str, object]]:
    """Return the words of each policy by its name, and the text of each other file by its path."""
    found: dict[str, tuple[str, object]] = {}
    for path, text in files.items():
        if not path.endswith(SUFFIX):
            found[path] = path, text
            continue
        for source in policies_in(path, text):
            found[_name(source)] = path, tuple(token.text for token in source.tokens)
    return found


def _name(source: Source) -> str:
    (policy,) = read_policies(source.text).values()
    return policy.id
