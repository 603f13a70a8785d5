"""The kinds of ledger entries: what each says, by its own docstring."""

from __future__ import annotations

import inspect
from enum import StrEnum
from typing import TYPE_CHECKING

from catalog.api.graphql import enums
from catalog.drafting import EVENT_KINDS
from catalog.kinds import EVENT, KINDS

_EVENTS = {name.upper(): EVENT + name for name in EVENT_KINDS.values()}

if TYPE_CHECKING:

    class EntryKind(StrEnum):
        """What an entry is called in the ledger."""
else:
    EntryKind = StrEnum("EntryKind", {name.upper(): kind.in_ledger for name, kind in KINDS.items()} | _EVENTS)
enums.enter(
    EntryKind,
    description="What a ledger entry is: a record of one kind, or an event of OpenLineage.",
    members={name.upper(): enums.paragraph(inspect.getdoc(kind.record) or "") for name, kind in KINDS.items()}
    | {name: f"An event of OpenLineage about a {name.partition('_')[0].lower()}." for name in _EVENTS},
)
