"""Held to the vectors of RFC 6962's reference implementation and to those of Go's checksum database."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from catalog.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

# google/certificate-transparency, merkletree tests: eight leaves, and the root after each.
LEAVES = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
# The same project's audit paths and consistency proofs over the tree of eight: (leaf or old size, size, hashes).
PATHS = (
    (0, 1, ()),
    (
        0,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        5,
        8,
        (
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
)
VECTORS = json.loads((Path(__file__).parent / "go_sumdb" / "vectors.json").read_text())


class Tree:
    """A tree in memory."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.frontier = Frontier()
        self.reads = 0
        for leaf in leaves:
            for node in self.frontier.append(leaf_hash(leaf)):
                self.nodes[node.level, node.position] = node.hash

    def read(self, level: int, position: int) -> bytes:
        self.reads += 1
        return self.nodes[level, position]


def reference_tree() -> Tree:
    return Tree([bytes.fromhex(leaf) for leaf in LEAVES])


def test_the_empty_tree_has_the_hash_of_nothing_as_its_root() -> None:
    assert root(0, Tree([]).read) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_the_reference_implementation(size: int) -> None:
    assert root(size, reference_tree().read).hex() == ROOTS[size - 1]


@pytest.mark.parametrize("size", range(1, 9))
def test_a_growing_edge_has_the_same_roots(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf_hash(bytes.fromhex(leaf)))
    assert frontier.root().hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_the_paths_are_those_of_the_reference_implementation(index: int, size: int, path: tuple[str, ...]) -> None:
    assert tuple(hash_.hex() for hash_ in inclusion_proof(index, size, reference_tree().read)) == path


@pytest.mark.parametrize("tree", VECTORS["trees"], ids=lambda tree: str(tree["size"]))
def test_every_root_and_proof_is_that_of_the_go_checksum_database(tree: dict[str, Any]) -> None:
    size = tree["size"]
    ours = Tree([b"entry %d" % index for index in range(size)])
    inclusion = b"".join(b"".join(inclusion_proof(index, size, ours.read)) + b"\xff" for index in range(size))
    consistency = b"".join(b"".join(consistency_proof(old, size, ours.read)) + b"\xff" for old in range(1, size + 1))
    assert root(size, ours.read).hex() == tree["root"]
    assert hashlib.sha256(inclusion).hexdigest() == tree["inclusion"]
    assert hashlib.sha256(consistency).hexdigest() == tree["consistency"]


def test_proofs_read_logarithmically_many_hashes() -> None:
    tree = Tree([b"%d" % number for number in range(1000)])
    for index in (0, 511, 512, 999):
        tree.reads = 0
        inclusion_proof(index, 1000, tree.read)
        assert tree.reads <= 20
    for old in (1, 511, 512, 513, 999):
        tree.reads = 0
        consistency_proof(old, 1000, tree.read)
        assert tree.reads <= 20
    tree.reads = 0
    root(1000, tree.read)
    assert tree.reads <= 10


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3), (4, 3)])
def test_there_is_no_path_for_a_leaf_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="is not in a tree"):
        inclusion_proof(index, size, reference_tree().read)
    assert not verify_inclusion(index, size, leaf_hash(b""), [], EMPTY_ROOT)


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (4, 3)])
def test_a_longer_tree_is_no_prefix(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="is not a prefix"):
        consistency_proof(old, new, reference_tree().read)
    assert not verify_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [])


def test_the_empty_tree_is_a_prefix_shown_by_nothing() -> None:
    some = bytes.fromhex(ROOTS[4])
    assert verify_consistency(0, 5, EMPTY_ROOT, some, [])
    assert not verify_consistency(0, 5, some, some, [])
    assert not verify_consistency(0, 5, EMPTY_ROOT, some, [some])


def test_equal_sizes_need_equal_roots() -> None:
    one, other = bytes.fromhex(ROOTS[4]), bytes.fromhex(ROOTS[5])
    assert verify_consistency(5, 5, one, one, [])
    assert not verify_consistency(5, 5, one, other, [])
    assert not verify_consistency(5, 5, one, one, [one])


def test_a_path_that_ends_below_the_root_shows_nothing() -> None:
    leaf = leaf_hash(b"made up")
    assert verify_inclusion(0, 1, leaf, [], leaf)
    assert not verify_inclusion(0, 2, leaf, [], leaf)


def test_an_inner_node_cannot_be_passed_off_as_a_leaf() -> None:
    tree = Tree([b"a", b"b", b"c", b"d"])
    left, right = tree.nodes[1, 0], tree.nodes[1, 1]
    assert leaf_hash(left + right) != tree.frontier.root()
    assert not verify_inclusion(0, 2, leaf_hash(left + right), [right], tree.frontier.root())
