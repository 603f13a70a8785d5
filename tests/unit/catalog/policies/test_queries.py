"""Which set of policies holds: the newest that was published, as a whole, for everybody."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.errors import SenderError
from catalog.policies.queries import in_force, policy_sets, publications
from catalog.policies.rules import digest_of_files
from catalog.projection.rebuilding import rebuild
from catalog.reading import AsOf, Rights
from catalog.store.memory import MemoryStore
from catalog.view import View
from graph_schema.nodes import PolicySet
from tests.support.records import House, erasing, policies

OTHER = "permit (principal, action, resource) when { context.granted };\n"
NAMED = f'@id("other") @reason("As made up")\n{OTHER}'


def publishing(*files: tuple[str, str]) -> dict[str, Any]:
    return policies(files=[{"path": path, "text": text} for path, text in files])


def test_no_set_holds_before_one_is_published(house: House) -> None:
    assert in_force(house.view()) is None
    assert publications(house.view()) == ()


def test_the_newest_set_holds_as_a_whole(house: House) -> None:
    first = house.record(policies()).receipt.index
    second = house.record(publishing(("b.cedar", NAMED), ("a/gate.yaml", "checks: []\n"))).receipt.index
    view = house.view()
    found = in_force(view)
    assert found is not None
    assert (found.entry, dict(found.files)) == (second, {"b.cedar": NAMED, "a/gate.yaml": "checks: []\n"})
    assert found.digest == digest_of_files(found.files.items())
    assert second in view.cited
    before = in_force(house.view(AsOf(known_at=first)))
    assert before is not None
    assert (before.entry, list(before.files)) == (first, ["made_up.cedar"])


def test_a_set_that_is_published_again_holds_again(house: House) -> None:
    first = house.record(policies()).receipt.index
    house.record(policies(OTHER))
    third = house.record(policies(reason="Back to what was")).receipt.index
    found = in_force(house.view())
    assert found is not None
    assert (found.entry, found.reason) == (third, "Back to what was")
    assert [one.entry for one in publications(house.view())] == [third, 1, first]
    assert policy_sets(house.view(), [PolicySet(found.digest).id])[PolicySet(found.digest).id] == found


def test_the_order_of_the_files_changes_no_digest(house: House) -> None:
    house.record(publishing(("a.cedar", NAMED), ("b.cedar", "")))
    house.record(publishing(("b.cedar", ""), ("a.cedar", NAMED)))
    assert len({one.digest for one in publications(house.view())}) == 1


def test_rights_hide_no_policies(house: House) -> None:
    house.record(policies())
    assert in_force(house.view(rights=Rights(namespaces=frozenset()))) == in_force(house.view())


def test_a_set_whose_publication_was_erased_holds_without_files_and_none_before_takes_its_place(house: House) -> None:
    house.record(policies())
    erased = house.record(policies(OTHER)).receipt.index
    house.record(erasing(erased))
    store = MemoryStore()
    rebuild(house.ledger, store)
    found = in_force(View(store))
    assert found is not None
    assert (found.entry, dict(found.files)) == (erased, {})


@pytest.mark.parametrize("path", ["/etc/made_up.cedar", "../a.cedar", "a//b.cedar", ".hidden", "a b.cedar", "a\\b"])
def test_a_path_that_leads_out_of_the_set_is_refused(house: House, path: str) -> None:
    with pytest.raises(SenderError, match="path within the set") as raised:
        house.record(publishing((path, "")))
    assert raised.value.pointer == "/files/0/path"


def test_a_path_twice_is_refused(house: House) -> None:
    with pytest.raises(SenderError, match="path twice"):
        house.record(publishing(("a.cedar", ""), ("a.cedar", NAMED)))


def test_what_looks_like_an_identifier_is_refused_and_never_replaced(house: House) -> None:
    with pytest.raises(SenderError, match="byte for byte") as raised:
        house.record(policies("// MRN 4711\npermit (principal, action, resource);\n"))
    assert (raised.value.pointer, raised.value.status) == ("/files/0/text", 422)
    assert house.ledger.size() == 0
