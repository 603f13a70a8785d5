"""What intake noted of an event or record: what was odd about it, and what it replaced."""

from __future__ import annotations

import strawberry

from catalog.api.graphql.scalars import Long


@strawberry.type(description="Something odd about an event, which was taken all the same.")
class Flag:
    entry: int = strawberry.field(description="The ledger entry of the event.")
    pointer: str = strawberry.field(description="Where in the event, as a JSON pointer.")
    code: str = strawberry.field(description="What was odd, as a code for programs.")
    size: Long | None = strawberry.field(description="Of a facet that was left out: how many bytes it had.")


@strawberry.type(description="A text in an event or record that was replaced before it was stored.")
class Redaction:
    entry: int = strawberry.field(description="The ledger entry of the event or record.")
    pointer: str = strawberry.field(description="Where in it, as a JSON pointer.")
    rule: str = strawberry.field(description="The rule that found it, as docs/redaction.md names it.")
