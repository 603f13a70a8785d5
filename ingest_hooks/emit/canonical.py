"""The one way in which this library turns a value into bytes before it hashes them.

For objects whose keys are ASCII and whose values are strings, integers below 2^53, lists and objects, which is all that
is ever hashed here, the result is that of RFC 8785; a test holds it against an implementation of that standard.
"""

from __future__ import annotations

import hashlib
import json


def sha256_of(value: object) -> str:
    """`sha256:` and the hex SHA-256 of a value's canonical JSON (RFC 8785)."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
