"""Canonical JSON as bytes, for what is hashed and kept by the thousand: `graph_schema.canonical`, many times faster.

The bytes are the same but for fractions in exponents (1e-7 here, 1e-07 there). Those stand in bodies only, which are
hashed as they were written and never written anew by the other.
"""

from __future__ import annotations

import orjson


def canonical_bytes(value: object) -> bytes:
    """Return the value as JSON with sorted keys and no blanks; raises TypeError for what no JSON of 64 bits holds."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
