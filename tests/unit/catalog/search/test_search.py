from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import SenderError
from catalog.labels.queries import labels
from catalog.labels.taint.following import LabelFollower
from catalog.reading import Rights
from catalog.search.model import Hit, Search
from catalog.search.queries import leaves_nothing_out, search
from catalog.view import View
from graph_schema.aspects import MANDATORY
from graph_schema.nodes import Dataset
from tests.support.records import (
    CURATED,
    RAW,
    House,
    declaration,
    event,
    facet_mapping,
    registration,
    seal,
    tag,
    tag_mapping,
    withdrawal,
)


@pytest.fixture
def house(house: House) -> House:
    house.send(event())
    house.record(declaration())
    house.record(tag(column=None))
    return house


def test_an_asset_is_found_by_what_was_declared_of_it(house: House) -> None:
    page = search(View(house.store), Search(text="readm study"))
    assert [hit.id for hit in page.hits] == [Dataset(**RAW).id]
    assert page.hits[0].current["owner"] == "cardiology"


def test_facets_are_counted_and_filtered_by(house: House) -> None:
    page = search(View(house.store), Search(labels=("Dataset",), facets=("zone", "phi")))
    assert page.total == 2
    assert page.facets == {"zone": {"LANDING": 1}, "phi": {"DIRECT_IDENTIFIER": 1}}
    assert search(View(house.store), Search(filters={"zone": ("CURATED",)})).total == 0
    assert search(View(house.store), Search(filters={"phi": ("DIRECT_IDENTIFIER",)})).total == 1


def test_a_value_of_a_closed_list_is_found_however_it_is_spelt(house: House) -> None:
    for zone in ("LANDING", "landing", "Landing"):
        assert search(View(house.store), Search(filters={"zone": (zone,)})).total == 1


def test_datasets_with_gaps_are_found(house: House) -> None:
    page = search(View(house.store), Search(gaps=("owner", "retention")))
    assert [hit.id for hit in page.hits] == [Dataset(**CURATED).id]


def test_pages_follow_each_other_without_overlap(house: House) -> None:
    every = search(View(house.store), Search()).hits
    request = Search(first=1)
    seen: list[Hit] = []
    while True:
        page = search(View(house.store), request)
        seen += page.hits
        if not page.more:
            break
        request = replace(request, after=page.hits[-1].cursor)
    assert tuple(seen) == every


@pytest.mark.parametrize(
    ("request_", "pointer"),
    [
        (Search(labels=("Table",)), "/labels"),
        (Search(facets=("colour",)), "/facets"),
        (Search(filters={"colour": ("red",)}), "/facets"),
        (Search(filters={"zone": ("LANDING", "BASEMENT")}), "/filters/zone"),
        (Search(filters={"label": ("Table",)}), "/filters/label"),
        (Search(filters={"purpose": ("MLTRANING",)}), "/filters/purpose"),
        (Search(filters={"lies_in": ("Atlantis",)}), "/filters/lies_in"),
        (Search(gaps=("colour",)), "/gaps"),
        (Search(gaps=("lineage",)), "/gaps"),
        (Search(text="a" * 1_000_000), "/text"),
        (Search(text=".".join(f"a{number}" for number in range(65))), "/text"),
        (Search(text='"' + "a " * 500 + '"'), "/text"),
        (Search(first=0), "/first"),
        (Search(first=100_000), "/first"),
    ],
)
def test_what_cannot_be_searched_for_is_refused(house: House, request_: Search, pointer: str) -> None:
    with pytest.raises(SenderError) as caught:
        search(View(house.store), request_)
    assert caught.value.pointer == pointer


def test_a_run_is_found_where_a_text_or_the_kind_says_so_and_a_data_use_code_however_it_is_spelt(house: House) -> None:
    view = View(house.store)
    assert {hit.node.label for hit in search(view, Search()).hits} == {"Dataset", "Job"}
    run = search(view, Search(labels=("Run",))).hits[0].node
    assert [hit.node for hit in search(view, Search(text=run.title[:8])).hits] == [run]
    house.record(declaration(permitted_use={"purposes": ["HRESCH"], "duo": ["DUO:0000042"]}))
    for code in ("DUO:0000042", "GRU", "http://purl.obolibrary.org/obo/DUO_0000042", "HRESCH"):
        page = search(View(house.store), Search(filters={"purpose": (code,)}))
        assert [hit.id for hit in page.hits] == [Dataset(**RAW).id], code


PRIVACY = {"columns": [{"name": "mrn", "class": "SECRET"}]}


def of_phi(house: House, kind: str, *, rights: Rights | None = None) -> tuple[set[str], int]:
    view = house.view() if rights is None else house.view(rights=rights)
    asked = Search(labels=("Dataset", "Column"), filters={"phi": (kind,)}, facets=("phi",))
    page = search(view, asked)
    return {hit.id for hit in page.hits}, page.facets["phi"].get(kind, 0)


def test_tags_facet_a_mapping_turns_tags_and_run_tags_into_phi_tags_that_are_found(house: House) -> None:
    tagged = event(at="2026-01-01T11:00:00Z")
    tagged["run"]["facets"] = {"tags": {"tags": [{"key": "data-level", "value": "3", "source": "DBT_META"}]}}
    house.send(tagged)
    assert of_phi(house, "QUASI_IDENTIFIER") == (set(), 0)
    house.record(tag_mapping())
    curated = Dataset(**CURATED).id
    assert of_phi(house, "QUASI_IDENTIFIER") == ({curated}, 1)
    assert of_phi(house, "QUASI_IDENTIFIER", rights=Rights(namespaces=frozenset({RAW["namespace"]})))[0] <= {curated}
    assert of_phi(house, "QUASI_IDENTIFIER", rights=Rights(namespaces=frozenset({"elsewhere"}))) == (set(), 0)
    house.record(tag(dataset=CURATED, column=None, phi_kind="QUASI_IDENTIFIER", stance="REJECT", codes=[]))
    assert of_phi(house, "QUASI_IDENTIFIER") == (set(), 0)


def test_what_a_mapping_reads_in_a_facet_is_found_by_until_it_is_withdrawn(house: House) -> None:
    house.send(event(at="2026-01-01T11:00:00Z", acme_privacy=PRIVACY))
    assert of_phi(house, "DIRECT_IDENTIFIER") == ({Dataset(**RAW).id}, 1)
    house.record(facet_mapping())
    curated = Dataset(**CURATED).id
    assert of_phi(house, "DIRECT_IDENTIFIER") == ({Dataset(**RAW).id, curated}, 2)
    labelled = {(one.dataset, one.column, one.kind) for one in labels(house.view(), [curated])[curated]}
    assert labelled == {(curated, "mrn", "DIRECT_IDENTIFIER")}
    house.record(withdrawal(mapping="privacy"))
    assert of_phi(house, "DIRECT_IDENTIFIER") == ({Dataset(**RAW).id}, 1)


def test_what_a_dataset_has_by_its_source_is_found_counted_and_no_gap(house: House) -> None:
    def gaps() -> dict[str, int]:
        return dict(search(house.view(), Search(labels=("Dataset",), facets=("gap",))).facets["gap"])

    missing = sorted(MANDATORY)
    assert gaps() == dict.fromkeys(missing, 1)
    house.record({"kind": "declare_dataset", "dataset": CURATED, "source": "laboratory"})
    assert gaps() == dict.fromkeys(missing, 1)
    house.record(
        {
            "kind": "declare_source",
            "source": "laboratory",
            "source_kind": "LAB",
            "owner": "haematology",
            "clinical_purpose": "coagulation",
        }
    )
    left = [field for field in missing if field not in {"owner", "clinical_purpose", "source_system"}]
    assert gaps() == dict.fromkeys(left, 1)
    for asked in (
        Search(text="haemato coagulation"),
        Search(filters={"owner": ("haematology",)}),
        Search(filters={"source_system": ("LAB",)}),
        Search(filters={"gap": ("retention",)}),
        Search(gaps=("retention", "permitted_use")),
    ):
        assert [hit.id for hit in search(house.view(), asked).hits] == [Dataset(**CURATED).id], asked
    assert search(house.view(), Search(gaps=("owner",))).total == 0
    # What is said of itself counts more than what its source says.
    house.record({"kind": "declare_dataset", "dataset": CURATED, "source": "laboratory", "owner": "nobody else"})
    assert search(house.view(), Search(text="haematology", labels=("Dataset",))).total == 0
    assert search(house.view(), Search(filters={"owner": ("nobody else",)})).total == 1


def test_a_storage_pattern_is_of_a_closed_list(house: House) -> None:
    house.record({"kind": "declare_dataset", "dataset": CURATED, "storage_pattern": "FEDERATED_LOCAL"})
    page = search(house.view(), Search(filters={"storage_pattern": ("federated_local",)}, facets=("storage_pattern",)))
    assert page.facets == {"storage_pattern": {"FEDERATED_LOCAL": 1}}
    with pytest.raises(SenderError, match="OBJECT"):
        search(house.view(), Search(filters={"storage_pattern": ("CLOUD",)}))


def test_open_findings_are_counted_by_rule_and_severity_until_somebody_accepts_them(house: House) -> None:
    def counted() -> Mapping[str, Mapping[str, int]]:
        return search(house.view(), Search(labels=("Dataset",), facets=("finding", "severity"))).facets

    before = counted()
    assert before["finding"]["FIELDS_DECLARED"] == 1
    assert before["severity"]["MEDIUM"] == 1
    found = search(house.view(), Search(filters={"finding": ("fields_declared",), "severity": ("MEDIUM",)}))
    assert [hit.id for hit in found.hits] == [Dataset(**CURATED).id]
    accepted = {"rule": "FIELDS_DECLARED", "subject": Dataset(**CURATED).id, "reason": "Nobody uses it"}
    house.record({"kind": "accept_finding", **accepted, "until": "2999-01-01T00:00:00Z"})
    assert "FIELDS_DECLARED" not in counted()["finding"]


def test_a_dataset_is_found_by_the_model_versions_that_it_fed(house: House) -> None:
    house.record(seal())
    house.record(registration())
    view = house.view()
    page = search(view, Search(labels=("Dataset",), facets=("model",)))
    assert page.facets["model"] == {"readmission@1": 2}
    (name,) = page.facets["model"]
    for asked in (name, name.partition("@")[0]):
        assert (
            search(view, Search(labels=("Dataset",), filters={"model": (asked,)})).total == page.facets["model"][name]
        )
    with pytest.raises(SenderError, match=f"Did you mean {name}"):
        search(view, Search(filters={"model": (name[1:],)}))


def test_a_wrong_value_of_a_closed_list_names_the_one_that_is_nearest(house: House) -> None:
    with pytest.raises(SenderError, match="did you mean CURATED"):
        search(house.view(), Search(filters={"zone": ("CURATD",)}))


def test_labels_that_flowed_in_are_found_and_counted_once_the_follower_judged_them(house: House) -> None:
    asked = Search(
        labels=("Dataset",), filters={"effective_label": ("direct_identifier",)}, facets=("effective_label",)
    )
    behind = search(house.view(), asked)
    assert behind.lagging is not None
    follower = LabelFollower(house.store)
    while follower.step():
        pass
    page = search(house.view(), asked)
    assert page.lagging is None
    assert {hit.id for hit in page.hits} == {Dataset(**RAW).id, Dataset(**CURATED).id}
    assert page.facets["effective_label"]["DIRECT_IDENTIFIER"] == 2
    assert search(house.view(), Search(facets=("zone",))).lagging is None


def test_what_lies_in_a_place_is_found_by_its_place_its_site_and_its_region(house: House) -> None:
    for place, kind, within in (("ward-3", "SITE", "north"), ("north", "SITE", "DE"), ("DE", "COUNTRY", "EU")):
        house.record({"kind": "declare_place", "place": place, "place_kind": kind, "within": within})
    for dataset, where in ((RAW, {"place": "ward-3"}), (CURATED, {"site": "north"}), ({**RAW, "name": "x"}, {})):
        house.record({"kind": "declare_dataset", "dataset": dataset, "region": "elsewhere", **where})

    def found(*places: str) -> set[str]:
        page = search(View(house.store), Search(filters={"lies_in": places}))
        return {hit.id for hit in page.hits}

    raw, curated = Dataset(**RAW).id, Dataset(**CURATED).id
    assert (found("ward-3"), found("north"), found("DE"), found("EU")) == ({raw}, *[{raw, curated}] * 3)
    counts = search(View(house.store), Search(facets=("lies_in",))).facets
    assert counts == {"lies_in": {"DE": 2, "EU": 2, "north": 2, "ward-3": 1}}
    house.record({"kind": "declare_place", "place": "north", "place_kind": "SITE"})
    assert (found("north"), found("DE")) == ({raw, curated}, set())


def test_a_misspelt_place_is_refused_with_the_nearest(house: House) -> None:
    house.record({"kind": "declare_place", "place": "north-hospital", "place_kind": "SITE", "within": "DE"})
    with pytest.raises(SenderError, match=r"north-hospita; .*Did you mean north-hospital"):
        search(View(house.store), Search(filters={"lies_in": ("north-hospita",)}))
    # What a place is declared to lie in is known, though nobody declared it.
    assert search(View(house.store), Search(filters={"lies_in": ("DE",)})).total == 0


@given(st.text(max_size=12))
def test_what_holds_a_letter_or_digit_is_searched_for(text: str) -> None:
    holds_any = any(one.isalnum() for one in unicodedata.normalize("NFKC", text))
    assert leaves_nothing_out(text) == (bool(text.strip()) and not holds_any)


def test_signs_alone_leave_nothing_out_and_operators_are_words(house: House) -> None:
    every = search(View(house.store), Search()).total
    for text in ("*", "!!!", "\N{HOSPITAL}", '"', "(~^:"):
        assert leaves_nothing_out(text)
        assert search(View(house.store), Search(text=text)).total == every
    assert not leaves_nothing_out(" ")
    assert search(View(house.store), Search(text="readm NOT study")).total == 0
