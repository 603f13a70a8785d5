"""The ledger over GraphQL: what its pages show, a program may ask for, and prove for itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from catalog.reading import EVERYTHING, Rights
from graph_schema.nodes import Dataset
from reports.standalone.log import consistent, included, is_signed, leaf_hash, parse_checkpoint, parse_vkey
from tests.integration.catalog.api.conftest import Catalog
from tests.support.records import CURATED

ENTRY = """query ($index: Int!) { ledgerEntry(index: $index) { __typename ... on LedgerEntry {
  index kind kindName actor entry leaf body salt erased subjects proof ledgerSize ledgerRoot
  readPoint { ledgerIndex } } ... on NotFound { message } } }"""
PAGES = """query ($after: String, $at: AsOfInput) { ledgerEntries(first: 3, after: $after, asOf: $at) {
  totalCount nodes { index kindName leaf } pageInfo { hasNextPage endCursor } } }"""


def test_each_entry_comes_with_a_proof_that_holds(filled: Catalog) -> None:
    size = filled.service.ledger.size()
    for index in range(size):
        found = filled.data(ENTRY, index=index)["ledgerEntry"]
        leaf = leaf_hash(found["entry"].encode())
        assert (found["index"], found["leaf"], found["ledgerSize"]) == (index, leaf.hex(), size)
        path = [bytes.fromhex(one) for one in found["proof"]]
        assert included(leaf, index, size, path, bytes.fromhex(found["ledgerRoot"]))
        assert found["kind"] == found["kindName"].partition(".")[2].upper() or "." not in found["kindName"]
        assert found["body"] is not None
        assert Dataset(**CURATED).id in found["subjects"] or "dataset" not in found["body"]
        assert found["readPoint"] == {"ledgerIndex": size - 1}
    for absent in (-1, size, 2**31 - 1):
        answer = filled.data(ENTRY, index=absent)["ledgerEntry"]
        assert answer == {
            "__typename": "NotFound",
            "message": f"The ledger has no entry #{absent} at the time asked for.",
        }


def test_entries_are_paged_from_the_newest_as_far_as_was_known(filled: Catalog) -> None:
    size = filled.service.ledger.size()
    for known in (size - 1, 4):
        met, after = list[int](), None
        while True:
            found = filled.data(PAGES, after=after, at={"knownAtIndex": known})["ledgerEntries"]
            assert found["totalCount"] == known + 1
            met += [one["index"] for one in found["nodes"]]
            if not found["pageInfo"]["hasNextPage"]:
                break
            after = found["pageInfo"]["endCursor"]
        assert met == list(range(known, -1, -1))
    assert filled.data(PAGES, after=None, at={"knownAtIndex": 0})["ledgerEntries"]["nodes"][0]["index"] == 0


def test_checkpoints_are_signed_notes_and_the_ledger_is_shown_to_have_grown_between_them(filled: Catalog) -> None:
    state = filled.data("{ ledgerState { origin verifierKeys ledgerSize ledgerRoot unsigned unsignedSince } }")
    assert state["ledgerState"]["unsigned"] == state["ledgerState"]["ledgerSize"]
    assert state["ledgerState"]["unsignedSince"]
    filled.service.ledger.checkpoint()
    filled.record({"kind": "declare_dataset", "dataset": CURATED, "owner": "Another made-up unit"})
    filled.caught_up()
    filled.service.ledger.checkpoint()
    every = """query ($after: String) { ledgerCheckpoints(first: 1, after: $after) { totalCount
      nodes { ledgerSize ledgerRoot note } pageInfo { hasNextPage endCursor } } }"""
    newest = filled.data(every)["ledgerCheckpoints"]
    oldest = filled.data(every, after=newest["pageInfo"]["endCursor"])["ledgerCheckpoints"]
    assert (newest["totalCount"], newest["pageInfo"]["hasNextPage"], oldest["pageInfo"]["hasNextPage"]) == (
        2,
        True,
        False,
    )
    (new,), (old,) = newest["nodes"], oldest["nodes"]
    state = filled.data("{ ledgerState { origin verifierKeys ledgerSize ledgerRoot unsigned unsignedSince } }")
    key = parse_vkey(state["ledgerState"]["verifierKeys"][0])
    for one in (new, old):
        note = parse_checkpoint(one["note"])
        assert is_signed(note, key)
        assert (note.origin, note.size, note.root.hex()) == (
            state["ledgerState"]["origin"],
            one["ledgerSize"],
            one["ledgerRoot"],
        )
    assert (state["ledgerState"]["unsigned"], state["ledgerState"]["unsignedSince"]) == (0, None)
    assert state["ledgerState"]["ledgerRoot"] == new["ledgerRoot"]
    asked = """query ($old: Int!, $new: Int) { ledgerConsistency(old: $old, new: $new) { __typename
      ... on LedgerConsistency { old new oldRoot newRoot proof } ... on InvalidInput { message } } }"""
    proven = filled.data(asked, old=old["ledgerSize"])["ledgerConsistency"]
    assert (proven["new"], proven["oldRoot"], proven["newRoot"]) == (
        new["ledgerSize"],
        old["ledgerRoot"],
        new["ledgerRoot"],
    )
    path = [bytes.fromhex(one) for one in proven["proof"]]
    assert consistent(
        proven["old"], proven["new"], bytes.fromhex(proven["oldRoot"]), bytes.fromhex(proven["newRoot"]), path
    )
    for wrong in ({"old": 0}, {"old": -1}, {"old": 3, "new": 2}, {"old": 1, "new": new["ledgerSize"] + 1}):
        answer = filled.data(asked, **wrong)["ledgerConsistency"]
        assert answer["__typename"] == "InvalidInput"
        assert answer["message"].startswith(f"old and new are sizes of the ledger, 1 to {new['ledgerSize']}")


@pytest.mark.parametrize("namespace", ["nothing here", "curated"])
def test_an_entry_that_names_what_is_hidden_is_proven_without_its_body(
    serve: Callable[..., Catalog], namespace: str
) -> None:
    bound = [EVERYTHING]
    catalog = serve(rights=lambda _: bound[-1])
    catalog.fill()
    bound.append(Rights(namespaces=frozenset({namespace})))
    hidden = 0
    for index in range(catalog.service.ledger.size()):
        found = catalog.data(ENTRY, index=index)["ledgerEntry"]
        assert hashlib.sha256(b"\x00" + found["entry"].encode()).hexdigest() == found["leaf"]
        assert (found["body"] is None) == (found["salt"] is None)
        assert not found["erased"]
        hidden += found["body"] is None
    assert hidden
