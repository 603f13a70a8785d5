"""How a body is kept: compressed where that pays. What is hashed is the body as it is."""

from __future__ import annotations

import zlib

MAX_BODY = 64 * 1024 * 1024
_WORTHWHILE = 256
_COMPRESSION_LEVEL = 1
_MEMORY_LEVEL = 6
"""Of zlib's own tables, a quarter of what it takes by itself: most of what a body of 9 KB costs is to make them."""


def compress(body: bytes) -> bytes:
    """Return the body compressed where that pays, else as it is."""
    if len(body) < _WORTHWHILE:
        return body
    packer = zlib.compressobj(_COMPRESSION_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS, _MEMORY_LEVEL)
    packed = packer.compress(body) + packer.flush()
    return packed if len(packed) < len(body) else body


def decompress(stored: bytes, size: int) -> bytes:
    """Return the body of that size, or what is stored where it does not unpack to one: no digest fits that."""
    if len(stored) == size or not 0 <= size <= MAX_BODY:
        return stored
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(stored, size + 1)
    except zlib.error:
        return stored
    return body if len(body) == size and unpacker.eof and not unpacker.unused_data else stored
