"""What may be written about policies: that a set of files is published."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field, ValidationInfo

from catalog.policies.rules import digest_of_files
from catalog.record import Part, Record, Text, is_replayed
from graph_schema.nodes import PolicySet

MAX_FILES: Final = 200
MAX_CHARACTERS: Final = 65_536
"""As many characters as are searched for identifiers in one text."""

_PATH: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def _path(path: str, info: ValidationInfo) -> str:
    if not (_PATH.fullmatch(path) or is_replayed(info)):
        raise ValueError(
            "is the file's path within the set: letters, digits and . _ - between slashes, no part beginning with a dot"
        )
    return path


def _text(text: str, info: ValidationInfo) -> str:
    if _CONTROL.search(text) and not is_replayed(info):
        raise ValueError("contains control characters or carriage returns; leave them out")
    return text


class PolicyFile(Part):
    """One file of a set of policies."""

    path: Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_path)]
    """Its path in the set, with slashes."""
    text: Annotated[str, Field(max_length=MAX_CHARACTERS), AfterValidator(_text)]
    """What stands in it, byte for byte."""


def _each_once(files: tuple[PolicyFile, ...], info: ValidationInfo) -> tuple[PolicyFile, ...]:
    if len({file.path for file in files}) != len(files) and not is_replayed(info):
        raise ValueError("has a path twice; name each file once")
    return tuple(sorted(files, key=lambda file: file.path))


class PublishPolicies(Record):
    """A set of policies that holds from when it is recorded, in place of the one before, as a whole."""

    name: ClassVar[str] = "publish_policies"

    files: Annotated[tuple[PolicyFile, ...], Field(min_length=1, max_length=MAX_FILES), AfterValidator(_each_once)]
    """The files: policies (`.cedar`), what they are tested by, and what the release gate requires (`gate.yaml`)."""
    reason: Text
    """Why this set is published."""

    @property
    def digest(self) -> str:
        """Return the digest over paths and texts."""
        return digest_of_files((file.path, file.text) for file in self.files)

    @property
    def node(self) -> PolicySet:
        """Return the node."""
        return PolicySet(self.digest)
