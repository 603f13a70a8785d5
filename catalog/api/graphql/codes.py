"""Codes of open code systems: a code never stands without its system."""

from __future__ import annotations

from collections.abc import Iterable

import strawberry

from graph_schema.vocabulary import systems
from graph_schema.vocabulary.codes import CodeTable


@strawberry.type(description="A code with the system that gives it its meaning.")
class Code:
    system: str = strawberry.field(description="The system that gives the code its meaning, by URI.")
    code: str = strawberry.field(description="The code, as its system writes it.")

    @strawberry.field(description="What it means, in words; null for one that this catalog does not know.")
    def meaning(self) -> str | None:
        return systems.meaning(self.system, self.code)


def codes_of(table: CodeTable, codes: Iterable[str]) -> list[Code]:
    """Return codes that a record names without the system that its model takes them from."""
    return [Code(system=table.system, code=code) for code in codes]
