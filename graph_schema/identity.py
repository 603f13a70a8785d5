"""How a node gets its id: a pure function of label and natural key, the same in every store and rebuild."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from graph_schema.canonical import canonical_text

_LENGTH = 26  # base32 characters: 130 bits, so that two of a billion names do not meet
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648 §6, in lower case
# Two characters at a time: the standard library's way takes longer than all the rest of an id.
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_SHIFTS = range(5 * (_LENGTH - 2), -1, -10)
_BYTES = 17
_SPARE = 8 * _BYTES - 5 * _LENGTH


@lru_cache(maxsize=65_536)
def node_id(label: str, key: tuple[str, ...]) -> str:
    """Return `Label:xxxxxxxxxxxxxxxxxxxxxxxxxx`, opaque: 26 lower-case base32 characters of a SHA-256."""
    digest = sha256(canonical_text([label, *key]).encode("utf-8", "surrogatepass")).digest()
    bits = int.from_bytes(digest[:_BYTES], "big") >> _SPARE
    return f"{label}:{''.join([_PAIRS[bits >> shift & 0x3FF] for shift in _SHIFTS])}"


def label_of(identifier: str) -> str:
    """Return the label that an id carries in front of its colon."""
    return identifier.partition(":")[0]


def state_id(dataset: str, run: str) -> str:
    """Return the id of the state in which `run` left `dataset`, for a state that no emitter gave a version.

    Such a state is derived when read and never stored; its id is made of two ids, so that both are found again.
    """
    return f"State:{dataset.partition(':')[2]}.{run.partition(':')[2]}"


def split_state_id(identifier: str) -> tuple[str, str] | None:
    """Return the dataset's and the run's id of a state's id, or None where `identifier` is no such id."""
    label, _, rest = identifier.partition(":")
    dataset, dot, run = rest.partition(".")
    if label != "State" or not dot:
        return None
    return f"Dataset:{dataset}", f"Run:{run}"
