"""The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1) with SHA-256: hashes, roots, proofs and their verification.

A tree is read through a function from (level, position) to the hash of a complete subtree: level 0 holds the leaf
hashes, and position p of level l covers the leaves p·2^l up to (p+1)·2^l. Complete subtrees never change, so each is
stored once, and every root and proof is made of logarithmically many of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

HashReader = Callable[[int, int], bytes]
HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


@dataclass(frozen=True, slots=True)
class Node:
    """The hash of one complete subtree."""

    level: int
    position: int
    hash: bytes


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf, domain-separated from inner nodes (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """The right edge of a growing tree: one hash for each complete subtree, the largest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    @classmethod
    def load(cls, size: int, read: HashReader) -> Frontier:
        """Return the edge of the tree of that size from its stored subtrees."""
        peaks, start = [], 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                peaks.append(read(level, start >> level))
                start += 1 << level
        return cls(size, peaks)

    def copy(self) -> Frontier:
        """Return an edge that can grow by itself."""
        return Frontier(self.size, self.peaks.copy())

    def append(self, leaf: bytes) -> list[Node]:
        """Add a leaf hash; return the subtrees that it completes, from the leaf upwards."""
        level, position, top = 0, self.size, leaf
        completed = [Node(level, position, top)]
        while position & 1:
            top = node_hash(self.peaks.pop(), top)
            level, position = level + 1, position >> 1
            completed.append(Node(level, position, top))
        self.peaks.append(top)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Return the tree's root."""
        if not self.peaks:
            return EMPTY_ROOT
        top = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            top = node_hash(peak, top)
        return top


def root(size: int, read: HashReader) -> bytes:
    """Return the root of the first `size` leaves."""
    return Frontier.load(size, read).root()


def inclusion_proof(index: int, size: int, read: HashReader) -> list[bytes]:
    """Return the audit path of a leaf in the tree of that size, from the leaf's sibling upwards (RFC 9162 §2.1.3.1).

    Raises ValueError where the leaf is not in the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"entry {index} is not in a tree of {size}")
    return _path(index, 0, size, read)


def consistency_proof(old: int, new: int, read: HashReader) -> list[bytes]:
    """Return the proof that the tree of size `old` is a prefix of that of size `new` (RFC 9162 §2.1.4.1).

    Empty where the sizes are equal or `old` is 0. Raises ValueError unless 0 ≤ old ≤ new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} is not a prefix of one of {new}")
    if old in {0, new}:
        return []
    return _subproof(old, 0, new, read, whole=True)


def verify_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], expected: bytes) -> bool:
    """Return whether the path leads from the leaf hash to the expected root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(path):
        return False
    position, last, top = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            top = node_hash(sibling, top)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            top = node_hash(top, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and top == expected


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Return whether the path shows the old tree to be a prefix of the new one (RFC 9162 §2.1.4.2).

    Beyond the RFC, which leaves it out: the empty tree is a prefix of every tree, shown by an empty path.
    """
    if not 0 <= old <= new or not _are_hashes(path):
        return False
    if old == 0 and old_root != EMPTY_ROOT:
        return False
    if old in {0, new}:
        return not path and (old < new or old_root == new_root)
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not hashes:
        return False
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old_top = new_top = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old_top, new_top = node_hash(sibling, old_top), node_hash(sibling, new_top)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new_top = node_hash(new_top, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old_top == old_root and new_top == new_root


def _split(count: int) -> int:
    """Return the largest power of two below the count: `k` in RFC 6962 §2.1."""
    return 1 << (count - 1).bit_length() - 1


def _subtree(start: int, end: int, read: HashReader) -> bytes:
    """Return the hash over leaves start up to end, where start is a multiple of the power of two that covers them."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(count)
    return node_hash(_subtree(start, middle, read), _subtree(middle, end, read))


def _path(index: int, start: int, end: int, read: HashReader) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, read), _subtree(middle, end, read)]
    return [*_path(index, middle, end, read), _subtree(start, middle, read)]


def _subproof(old: int, start: int, end: int, read: HashReader, *, whole: bool) -> list[bytes]:
    """Return SUBPROOF of RFC 6962 §2.1.2; `whole` says that the old tree's root is known to the verifier."""
    if old == end:
        return [] if whole else [_subtree(start, end, read)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_subproof(old, start, middle, read, whole=whole), _subtree(middle, end, read)]
    return [*_subproof(old, middle, end, read, whole=False), _subtree(start, middle, read)]


def _are_hashes(path: Sequence[bytes]) -> bool:
    return all(len(hash_) == HASH_SIZE for hash_ in path)
