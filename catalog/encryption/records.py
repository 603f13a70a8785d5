"""What may be written about the keys that data is encrypted under."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from catalog.encryption.rules import no_key
from catalog.record import MAX_LIST, Name, Record, Text, Time, distinct
from graph_schema.nodes import EncryptionKey
from graph_schema.vocabulary.words import KeyEnvironment

KeyName = Annotated[Name, AfterValidator(no_key)]
"""The id of a key, or another text beside it, that is no key itself."""


class DeclareKey(Record):
    """The scope of an encryption key, and who creates, rotates and uses it; what was declared of it before is past.

    Never the key itself: what looks like one is refused.
    """

    name: ClassVar[str] = "declare_key"

    key: KeyName
    """The id of the key in the key store that holds it, such as its ARN or its address."""
    environment: KeyEnvironment
    """The environment that it is for; in no other may it be used."""
    workload: KeyName | None = None
    """The workload that it is for."""
    tier: KeyName | None = None
    """The tier of data that it is for, as the house calls it."""
    created_by: KeyName | None = None
    """The role that creates it."""
    rotated_by: KeyName | None = None
    """The role that rotates it."""
    used_by: Annotated[tuple[KeyName, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """The roles and programs that use it."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""
    until: Time | None = None
    """Until when it is to be used; left out, no end is set."""

    @property
    def node(self) -> EncryptionKey:
        """Return the node."""
        return EncryptionKey(self.key)


class EndKey(Record):
    """That an encryption key is declared no longer; what is encrypted under it stays so until that is declared anew."""

    name: ClassVar[str] = "end_key"

    key: KeyName
    """The id of the key in its key store, as `declare_key` calls it."""
    reason: Text
    """Why it ends."""
    valid_from: Time | None = None
    """From when on; by default from when this is recorded."""

    @property
    def node(self) -> EncryptionKey:
        """Return the node."""
        return EncryptionKey(self.key)
