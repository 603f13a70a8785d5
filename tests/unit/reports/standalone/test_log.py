from __future__ import annotations

import pytest

from reports.standalone.log import consistent, included
from tests.support.merkle import audit_path, leaf_hash, tree_hash


def consistency_path(old: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """PROOF and SUBPROOF of RFC 6962, 2.1.2, over leaf hashes."""
    if old == len(leaves):
        return [] if whole else [tree_hash(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= split:
        return [*consistency_path(old, leaves[:split], whole=whole), tree_hash(leaves[split:])]
    return [*consistency_path(old - split, leaves[split:], whole=False), tree_hash(leaves[:split])]


@pytest.mark.parametrize("size", range(1, 18))
def test_inclusion_is_what_rfc_6962_defines(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    root = tree_hash(leaves)
    for index in range(size):
        proof = audit_path(index, leaves)
        assert included(leaves[index], index, size, proof, root)
        assert not included(leaf_hash(b"other"), index, size, proof, root)
        assert not included(leaves[index], index, size, [*proof, root], root)
        assert not included(leaves[index], (index + 1) % (size + 1), size, proof, root)
        assert size == 1 or not included(leaves[index], index, size, proof[:-1], root)


@pytest.mark.parametrize("size", range(1, 18))
def test_consistency_is_what_rfc_6962_defines(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    for old in range(1, size + 1):
        proof = consistency_path(old, leaves)
        roots = tree_hash(leaves[:old]), tree_hash(leaves)
        assert consistent(old, size, *roots, proof)
        assert not consistent(old, size, leaf_hash(b"other"), roots[1], proof)
        assert not consistent(old, size, roots[0], leaf_hash(b"other"), proof)
        assert not consistent(old, size, *roots, [*proof, roots[0]])
