from __future__ import annotations

from catalog.evidence.changes import Change, changes
from catalog.evidence.queries import evidence
from catalog.ledger.merkle import verify_inclusion
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.nodes import Dataset
from graph_schema.times import parse_time
from tests.contract.ledger.making import make_erasure
from tests.support.records import CURATED, RAW, RUN, House, declaration, event, run_node, tag

RAW_ID = Dataset(**RAW).id


def test_every_entry_that_speaks_of_a_node_is_given_with_its_proof(house: House) -> None:
    house.send(event())
    house.record(declaration())
    house.record(declaration(dataset=CURATED))
    house.record(tag(column=None))
    found = evidence(View(house.store), house.ledger, RAW_ID)
    assert found is not None
    assert [each.index for each in found.entries] == [0, 1, 3]
    assert (found.total, found.ledger_size) == (3, 4)
    assert "owner" in found.entries[1].statements
    assert found.entries[0].statements == ("READ", "named")
    root = house.ledger.root(4)
    for each in found.entries:
        path = [bytes.fromhex(part) for part in each.proof]
        assert verify_inclusion(each.index, 4, bytes.fromhex(each.leaf), path, root)
    assert found.ledger_root == root.hex()


def test_evidence_at_an_earlier_point_is_proven_in_the_tree_of_then(house: House) -> None:
    house.send(event())
    house.record(declaration())
    found = evidence(View(house.store, AsOf(known_at=0)), house.ledger, RAW_ID)
    assert found is not None
    assert ([each.index for each in found.entries], found.ledger_size) == ([0], 1)
    assert found.ledger_root == house.ledger.root(1).hex()


def test_an_erased_body_is_told_as_such(house: House) -> None:
    house.send(event())
    house.record(declaration())
    house.ledger.append(make_erasure(0, 0)).result()
    found = evidence(View(house.store), house.ledger, run_node(RUN).id)
    assert found is not None
    assert (found.entries[0].erased, found.entries[0].body, found.entries[0].salt) == (True, None, None)


def test_what_was_never_known_has_no_evidence(house: House) -> None:
    assert evidence(View(house.store), house.ledger, RAW_ID) is None


def test_more_entries_than_asked_for_are_counted(house: House) -> None:
    for owner in "abcdef":
        house.record(declaration(owner=owner))
    found = evidence(View(house.store), house.ledger, RAW_ID, limit=2)
    assert found is not None
    assert (len(found.entries), found.total) == (2, 6)


def test_entries_go_on_behind_the_last_that_was_shown(house: House) -> None:
    for owner in "abcdef":
        house.record(declaration(owner=owner))
    view = View(house.store)
    whole = evidence(view, house.ledger, RAW_ID)
    assert whole is not None
    seen, after, more = list[int](), -1, True
    while more:
        found = evidence(view, house.ledger, RAW_ID, 4, after)
        assert found is not None
        assert (found.total, found.before) == (6, len(seen))
        seen += [one.index for one in found.entries]
        after, more = seen[-1], found.more
    assert seen == [one.index for one in whole.entries]


def test_changes_are_all_that_was_said_of_a_thing_but_what_is_of_one_read(house: House) -> None:
    house.send(event(version={"datasetVersion": "made-up"}))
    house.record(declaration(valid_from="2026-01-01T00:00:00Z"))
    found = changes(View(house.store), [RAW_ID, Dataset("landing", "nothing").id])
    assert found.keys() == {RAW_ID}
    assert {one.entry for one in found[RAW_ID]} == {0, 1}
    assert Change(0, None, "named") in found[RAW_ID]
    assert Change(1, parse_time("2026-01-01T00:00:00.000000Z"), "owner") in found[RAW_ID]
    curated = changes(View(house.store), [Dataset(**CURATED).id])[Dataset(**CURATED).id]
    assert {"version", "output_statistics"}.isdisjoint(one.what for one in curated)
    assert "WROTE" in {one.what for one in curated}
