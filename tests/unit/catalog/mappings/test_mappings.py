"""What a site lets facets and tags mean: read by a mapping when asked, as a claim, and taken back at every time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import SenderError
from catalog.labels.queries import labels
from catalog.mappings import rules
from catalog.mappings.model import Read, Unread
from catalog.mappings.queries import carriers, dry_run, mapped, mappings
from catalog.mappings.records import MapFacet, MapTag
from catalog.reading import AsOf, Rights
from graph_schema.aspects.mappings import FacetMapping, TagMapping
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset, Job
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import MappedKind, PhiKind
from tests.support.records import CURATED, House, event, facet_mapping, tag_mapping, withdrawal

DATASET = Dataset(CURATED["namespace"], CURATED["name"])
PRIVACY = {"columns": [{"name": "mrn", "class": "SECRET"}, {"name": "ward", "class": "open"}]}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.send(event(acme_privacy=PRIVACY, acme_team={"name": "cardiology"}))
    yield made
    made.close()


def mapping(pointer: str = "", target: str = "OWNER", **more: Any) -> FacetMapping:
    return FacetMapping("acme", "DATASET", pointer, target, "made up", **more)


@pytest.mark.parametrize(
    ("content", "facet", "expected"),
    [
        (mapping("/a/0"), {"a": ["x", "y"]}, [Read("x")]),
        (mapping("/a~1b/~0c"), {"a/b": {"~c": 3}}, [Read("3")]),
        (mapping("/a"), {"a": ["x", True, None]}, [Read("x"), Read("true")]),
        (mapping("/a", value="/n"), {"a": [{"n": "x"}, {"m": "y"}]}, [Read("x")]),
        (mapping("/a"), {"a": {"n": "x"}}, [Unread("it is neither text, number nor truth value")]),
        (mapping("/nothing"), {"a": "x"}, []),
        (mapping("/a/9"), {"a": ["x"]}, []),
        (mapping("/a", equal_to=("X",)), {"a": ["x", "y"]}, [Read("x")]),
        (
            mapping("/a", target="PHI_TAG"),
            {"a": "quasi identifier"},
            [Read("quasi identifier", kind=PhiKind.QUASI_IDENTIFIER)],
        ),
        (mapping("/a", target="PHI_TAG"), {"a": "none"}, []),
        (mapping("/a", target="PHI_TAG"), {"a": "blue"}, [Unread("it names no kind of PHI")]),
        (
            mapping("/c", target="PHI_TAG", value="/v", column="/n", phi_kind="CLINICAL_NOTE"),
            {"c": [{"n": "text", "v": True}, {"n": "id", "v": False}, {"v": True}]},
            [Read("true", "text", PhiKind.CLINICAL_NOTE), Unread("no column is named beside it")],
        ),
        (
            mapping("/from", target="FLOW"),
            {"from": [{"namespace": "lake", "name": "raw"}, "lake raw"]},
            [Read("lake/raw", source=("lake", "raw")), Unread("it does not name a dataset by namespace and name")],
        ),
        (mapping("/a", target="ZONE"), {"a": ["LANDING"]}, [Read("LANDING")]),
    ],
)
def test_what_a_mapping_reads_in_a_facet(content: FacetMapping, facet: object, expected: list[object]) -> None:
    assert list(rules.read(content, facet)) == expected


@pytest.mark.parametrize(
    ("value", "stated", "holds"),
    [
        ("Level 3*", "level_3_restricted", True),
        ("level 3", "Level-3", True),
        ("level 3", "level 4", False),
        (None, "anything", True),
        (None, "false", False),
    ],
)
def test_what_a_tag_claims_by_a_mapping(value: str | None, stated: str, *, holds: bool) -> None:
    content = TagMapping("data level", "QUASI_IDENTIFIER", "made up", value)
    assert rules.claims(content, "Data-Level", stated, None) is holds
    assert not rules.claims(content, "level", stated, None)


def test_a_facet_is_mapped_when_read_and_counts_as_a_claim_of_its_entry(house: House) -> None:
    house.record(facet_mapping())
    (label,) = labels(house.view(), [DATASET.id])[DATASET.id]
    assert (label.column, label.kind, label.origin, label.tag.entry) == ("mrn", "DIRECT_IDENTIFIER", "CLAIMED", 0)
    assert label.tag.reason == "facet acme_privacy, by the mapping privacy"


def test_an_aspect_of_the_catalogue_is_claimed_beside_what_is_declared(house: House) -> None:
    house.record(facet_mapping(facet="acme_team", pointer="/name", target="OWNER", **_NO_TAG))
    (value,) = mapped(house.view(), [DATASET.id])[DATASET.id]
    assert (value.target, value.value, value.facet, value.entry) == ("OWNER", "cardiology", "acme_team", 0)


_NO_TAG: dict[str, Any] = {"value": None, "column": None, "phi_kind": None, "equal_to": []}


def test_a_tag_on_a_run_claims_of_what_it_wrote(house: House) -> None:
    tagged = event(at="2026-01-01T11:00:00Z")
    tagged["run"]["facets"] = {"tags": {"tags": [{"key": "data-level", "value": "3", "source": "DBT_META"}]}}
    house.send(tagged)
    assert DATASET.id not in labels(house.view(), [DATASET.id])
    house.record(tag_mapping())
    (label,) = labels(house.view(), [DATASET.id])[DATASET.id]
    assert (label.column, label.kind, label.origin) == (None, "QUASI_IDENTIFIER", "CLAIMED")


def test_a_mapping_holds_from_its_time_and_is_withdrawn_at_every_time(house: House) -> None:
    house.record(tag_mapping(valid_from="2026-01-02T00:00:00Z"))
    then, before = parse_zoned("2026-01-03T00:00:00Z"), parse_zoned("2026-01-01T00:00:00Z")
    assert [rule.name for rule in mappings(house.view(AsOf(then)))] == ["levels"]
    assert mappings(house.view(AsOf(before))) == ()
    known = house.ledger.size() - 1
    house.record(withdrawal())
    assert mappings(house.view()) == mappings(house.view(AsOf(then))) == ()
    assert [rule.name for rule in mappings(house.view(AsOf(then, known)))] == ["levels"]
    house.record(tag_mapping(valid_from="2026-01-02T00:00:00Z", reason="It was right"))
    assert [rule.content.reason for rule in mappings(house.view(AsOf(then)))] == ["It was right"]


def test_a_facet_is_found_by_its_key_and_a_run_s_by_its_job(house: House) -> None:
    sent = event(at="2026-01-01T11:00:00Z")
    sent["run"]["facets"] = {"acme_run": {"queue": "night"}}
    house.send(sent)
    assert carriers(house.view(), "acme_team", MappedKind.DATASET) == (DATASET.id,)
    job = Job(sent["job"]["namespace"], sent["job"]["name"])
    assert carriers(house.view(), "acme_run", MappedKind.RUN) == (job.id,)
    assert carriers(house.view(AsOf(NOW, 0)), "acme_run", MappedKind.RUN) == ()
    house.send(event(at="2026-01-01T12:00:00Z", acme_team={"_deleted": True}))
    assert carriers(house.view(), "acme_team", MappedKind.DATASET) == ()
    hidden = house.view(rights=Rights(namespaces=frozenset({"elsewhere"})))
    assert carriers(hidden, "acme_privacy", MappedKind.DATASET) == ()


def test_a_dry_run_counts_shows_and_tells_conflicts_and_records_nothing(house: House) -> None:
    size = house.ledger.size()
    content = FacetMapping("acme_privacy", "DATASET", "/columns", "PHI_TAG", "r", value="/class", column="/name")
    found = dry_run(house.view(), content)
    assert (found.carrying, found.looked_at, found.mapped, found.conflicting) == (1, 1, 0, 2)
    assert found.conflicts[0].why == "it names no kind of PHI"
    owner = FacetMapping("acme_team", "DATASET", "/name", "OWNER", "r")
    assert [one.value for one in dry_run(house.view(), owner).examples] == ["cardiology"]
    assert house.ledger.size() == size


def test_a_dry_run_tells_what_is_declared_otherwise(house: House) -> None:
    house.record({"kind": "declare_dataset", "dataset": CURATED, "owner": "oncology"})
    found = dry_run(house.view(), FacetMapping("acme_team", "DATASET", "/name", "OWNER", "r"))
    assert [one.why for one in found.conflicts] == [
        f"its owner is declared otherwise by entry {house.ledger.size() - 1}"
    ]


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"pointer": "columns"}, "/pointer"),
        ({"pointer": "/a~2"}, "/pointer"),
        ({"on": "JOB"}, "/target"),
        ({"target": "OWNER"}, "/phi_kind"),
        ({"target": "OWNER", "phi_kind": None}, "/column"),
    ],
)
def test_a_mapping_that_cannot_be_says_where_it_is_wrong(more: dict[str, Any], pointer: str) -> None:
    fields = {name: value for name, value in (facet_mapping() | more).items() if name != "kind"}
    with pytest.raises(SenderError) as refused:
        MapFacet.read(fields)
    assert refused.value.pointer == pointer


def test_a_mapping_that_was_never_recorded_is_not_withdrawn(house: House) -> None:
    with pytest.raises(SenderError, match="lineward mappings"):
        house.record(withdrawal(mapping="unheard of"))


def test_both_kinds_of_mapping_share_their_names(house: House) -> None:
    house.record(facet_mapping(mapping="one"))
    house.record(tag_mapping(mapping="one"))
    assert [type(rule.content) for rule in mappings(house.view())] == [TagMapping]
    assert MapTag.read({name: value for name, value in tag_mapping().items() if name != "kind"}).mapping == "levels"


def carrying(where: str, source: str = "DBT_META") -> dict[str, Any]:
    sent = event(at="2026-01-01T11:00:00Z")
    tags = [{"key": "data-level", "value": "3", "source": source} | ({"field": "ward"} if where == "column" else {})]
    holder = sent["outputs"][0] if where == "column" else sent[where]
    holder["facets"] = {**holder.get("facets", {}), "tags": {"tags": tags}}
    return sent


@pytest.mark.parametrize("where", ["column", "job", "run"])
def test_a_tag_on_a_column_a_job_or_a_run_claims_what_is_mapped(house: House, where: str) -> None:
    house.send(carrying(where))
    house.record(tag_mapping(codes=[{"system": "safe-harbor", "code": "B"}]))
    (label,) = labels(house.view(), [DATASET.id])[DATASET.id]
    assert (label.column, label.kind, label.origin) == (
        "ward" if where == "column" else None,
        "QUASI_IDENTIFIER",
        "CLAIMED",
    )
    assert [code.code for code in label.codes] == ["B"]


def test_a_mapping_of_tags_of_one_source_leaves_others_alone(house: House) -> None:
    house.send(carrying("run", source="USER"))
    house.record(tag_mapping(source="dbt_meta"))
    assert DATASET.id not in labels(house.view(), [DATASET.id])
    house.record(tag_mapping(source="user"))
    assert labels(house.view(), [DATASET.id])[DATASET.id]


@pytest.mark.parametrize(
    ("more", "clear"),
    [
        ({}, False),
        ({"key": "Data-Level"}, False),
        ({"value": None}, False),
        ({"value": "3*"}, False),
        ({"value": "*"}, False),
        ({"source": "DBT"}, False),
        ({"value": "4"}, True),
        ({"value": "no"}, True),
        ({"key": "level"}, True),
        ({"phi_kind": "QUASI_IDENTIFIER"}, True),
        ({"mapping": "levels"}, True),
    ],
)
def test_a_tag_that_is_mapped_to_two_kinds_is_refused(house: House, more: dict[str, Any], *, clear: bool) -> None:
    house.record(tag_mapping())
    stated = tag_mapping(**{"mapping": "another", "phi_kind": "DIRECT_IDENTIFIER", **more})
    if clear:
        house.record(stated)
        return
    with pytest.raises(SenderError, match="levels takes such a tag for QUASI_IDENTIFIER") as refused:
        house.record(stated)
    assert (refused.value.status, refused.value.pointer) == (422, "/phi_kind")


def test_a_withdrawn_mapping_stands_in_nobody_s_way(house: House) -> None:
    house.record(tag_mapping())
    house.record(withdrawal())
    house.record(tag_mapping(mapping="another", phi_kind="DIRECT_IDENTIFIER"))


def test_mappings_of_two_sources_do_not_meet(house: House) -> None:
    house.record(tag_mapping(source="DBT"))
    house.record(tag_mapping(mapping="another", source="USER", phi_kind="DIRECT_IDENTIFIER"))
