"""The scalars that GraphQL's own five do not hold.

Bytes are a Long: a file may be larger than 2 GiB. Indexes of the ledger and counts are an Int: 2,147,483,647 entries of
a thousand bytes are two terabytes in one file, more than one server of this catalog is for; and programs can reckon
with them as numbers.
"""

from __future__ import annotations

import re
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from graph_schema.times import format_time, parse_zoned

Digest = NewType("Digest", str)
Long = NewType("Long", int)


class Micros(int):
    """A point in time, as UTC microseconds."""


_BEYOND = 2**63
_LONG = re.compile("-?[0-9]{1,19}")


def micros(at: int | None) -> Micros | None:
    """Return a time as its scalar, None where there is none."""
    return None if at is None else Micros(at)


def write_time(at: int) -> str:
    """Return UTC microseconds as RFC 3339 with Z, the nearest one in the years 1 to 9999."""
    return format_time(at, "auto")


def read_time(text: Any) -> Micros:  # noqa: ANN401  whatever the caller sent
    """Return the UTC microseconds of an RFC 3339 time; raises GraphQLError for anything else."""
    try:
        return Micros(parse_zoned(text if isinstance(text, str) else ""))
    except ValueError:
        raise GraphQLError("Write a DateTime as RFC 3339 has it, with its zone: 2026-01-31T12:00:00Z.") from None


def _read_long(value: Any) -> int:  # noqa: ANN401
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _LONG.fullmatch(text) or not -_BEYOND <= int(text) < _BEYOND:
        raise GraphQLError("Write a Long as an integer of at most 64 bits: a number, or decimal text.")
    return int(text)


CONFIG = StrawberryConfig(
    scalar_map={
        Micros: strawberry.scalar(
            name="DateTime",
            description="A point in time, RFC 3339 in UTC with up to six decimals.",
            specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
            serialize=write_time,
            parse_value=read_time,
        ),
        Digest: strawberry.scalar(
            name="Digest",
            description="A digest that names its algorithm, such as `sha256:…`; in ledger proofs, SHA-256 in hex.",
            serialize=str,
            parse_value=str,
        ),
        Long: strawberry.scalar(
            name="Long",
            description="An integer of up to 64 bits, as decimal text: JSON's numbers lose digits beyond 53 bits.",
            serialize=str,
            parse_value=_read_long,
        ),
    }
)
