"""How a body is kept: compressed where that pays. What is hashed is the body as it is."""

from __future__ import annotations

import zlib

MAX_BODY = 64 * 1024 * 1024
_WORTHWHILE = 256
_COMPRESSION_LEVEL = 1
_MEMORY_LEVEL = 6
_LEAST_WINDOW, _MOST_WINDOW = 9, zlib.MAX_WBITS
"""A window as large as the body, a quarter of zlib's other tables: most of what a small body costs is to make them."""


def compress(body: bytes) -> bytes:
    """Return the body compressed where that pays, else as it is."""
    if len(body) < _WORTHWHILE:
        return body
    window = max(_LEAST_WINDOW, min(_MOST_WINDOW, len(body).bit_length()))
    packer = zlib.compressobj(_COMPRESSION_LEVEL, zlib.DEFLATED, window, _MEMORY_LEVEL)
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
