"""The tree against RFC 6962 §2.1 as it is written there: three recursive definitions over lists of leaves."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from catalog.ledger import merkle
from catalog.ledger.merkle import Frontier, leaf_hash, verify_consistency, verify_inclusion

LARGEST = 130
sizes = st.integers(1, LARGEST)
hashes = st.binary(min_size=32, max_size=32)


def k(n: int) -> int:
    """Return the largest power of two smaller than n."""
    power = 1
    while power * 2 < n:
        power *= 2
    return power


def mth(d: list[bytes]) -> bytes:
    if not d:
        return hashlib.sha256().digest()
    if len(d) == 1:
        return hashlib.sha256(b"\x00" + d[0]).digest()
    return hashlib.sha256(b"\x01" + mth(d[: k(len(d))]) + mth(d[k(len(d)) :])).digest()


def path(m: int, d: list[bytes]) -> list[bytes]:
    if len(d) == 1:
        return []
    split = k(len(d))
    if m < split:
        return [*path(m, d[:split]), mth(d[split:])]
    return [*path(m - split, d[split:]), mth(d[:split])]


def subproof(m: int, d: list[bytes], b: bool) -> list[bytes]:  # noqa: FBT001 (the RFC's own argument)
    if m == len(d):
        return [] if b else [mth(d)]
    split = k(len(d))
    if m <= split:
        return [*subproof(m, d[:split], b), mth(d[split:])]
    return [*subproof(m - split, d[split:], b=False), mth(d[:split])]


LEAVES = [b"leaf %d" % number for number in range(LARGEST)]
NODES: dict[tuple[int, int], bytes] = {}
_frontier = Frontier()
for _leaf in LEAVES:
    NODES |= {(node.level, node.position): node.hash for node in _frontier.append(leaf_hash(_leaf))}


def read(level: int, position: int) -> bytes:
    return NODES[level, position]


@given(sizes)
def test_the_root_is_the_rfcs(size: int) -> None:
    assert merkle.root(size, read) == mth(LEAVES[:size])
    assert Frontier.load(size, read).root() == mth(LEAVES[:size])


@given(sizes, st.data())
def test_an_inclusion_proof_is_the_rfcs_and_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, read)
    assert proof == path(index, LEAVES[:size])
    assert verify_inclusion(index, size, leaf_hash(LEAVES[index]), proof, mth(LEAVES[:size]))


@given(sizes, st.data())
def test_a_consistency_proof_is_the_rfcs_and_verifies(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    proof = merkle.consistency_proof(old, size, read)
    assert proof == subproof(old, LEAVES[:size], b=True)
    assert verify_consistency(old, size, mth(LEAVES[:old]), mth(LEAVES[:size]), proof)


def changed(data: st.DataObject, proof: list[bytes]) -> list[bytes]:
    """Draw another list of hashes than this one."""
    how = data.draw(st.sampled_from(["flip", "drop", "add", "swap"] if proof else ["add"]))
    at = data.draw(st.integers(0, max(0, len(proof) - 1)))
    other = list(proof)
    if how == "add":
        other.insert(at, data.draw(st.one_of(hashes, st.sampled_from(proof or [bytes(32)]))))
    elif how == "drop":
        del other[at]
    elif how == "flip":
        bit = data.draw(st.integers(0, 255))
        other[at] = (int.from_bytes(other[at], "big") ^ (1 << bit)).to_bytes(32, "big")
    elif len(proof) > 1:
        other[at - 1], other[at] = other[at], other[at - 1]
    else:
        other[at] = other[at][::-1]
    return other


@given(sizes, st.data())
def test_a_wrong_inclusion_proof_never_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, root, proof = leaf_hash(LEAVES[index]), mth(LEAVES[:size]), merkle.inclusion_proof(index, size, read)
    elsewhere = data.draw(st.integers(0, LARGEST).filter(lambda other: other != index))
    assert not verify_inclusion(index, size, leaf, changed(data, proof), root)
    assert not verify_inclusion(elsewhere, size, leaf, proof, root)
    assert not verify_inclusion(index, size, data.draw(hashes), proof, root)
    assert not verify_inclusion(index, size, leaf, proof, data.draw(hashes))


@given(st.integers(2, LARGEST), st.data())
def test_a_wrong_consistency_proof_never_verifies(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    roots, proof = (mth(LEAVES[:old]), mth(LEAVES[:size])), merkle.consistency_proof(old, size, read)
    forked = mth([*LEAVES[: old - 1], b"another"])
    assert not verify_consistency(old, size, *roots, changed(data, proof))
    assert not verify_consistency(old, size, forked, roots[1], proof)
    assert not verify_consistency(old, size, roots[0], data.draw(hashes), proof)
    assert not verify_consistency(old, size, roots[1], roots[0], proof)


@given(st.lists(st.binary(max_size=40), max_size=10), st.integers(0, 20), st.integers(0, 20), hashes)
def test_no_list_of_bytes_makes_a_verifier_raise(proof: list[bytes], one: int, other: int, root: bytes) -> None:
    another = bytes(byte ^ 0xFF for byte in root)
    assert not verify_inclusion(one, other, root, proof, another)
    assert not verify_consistency(one, other, root, another, proof)
