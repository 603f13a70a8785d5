"""What is said under one name of a dataset counts under all its names then, told by events and records."""

from __future__ import annotations

import json
from typing import Any

import pytest

from catalog.approvals.queries import approvals_of
from catalog.approvals.states import ApprovalState
from catalog.assets.model import AssetState
from catalog.assets.queries import datasets, existing
from catalog.errors import SenderError
from catalog.labels.queries import labels
from catalog.lineage.model import Direction, FlowScope, Grain, Walk
from catalog.lineage.queries import lineage
from catalog.names.model import LifeEnd, NameKind
from catalog.names.queries import check_rule, check_stitch, lives, namespace_rules, other_names, spelled
from catalog.reading import AsOf, Rights
from catalog.snapshots.queries import snapshots_of
from catalog.view import View
from graph_schema.aspects.names import NamespaceRule
from graph_schema.facts import NOW
from graph_schema.nodes import Column, Dataset
from graph_schema.times import parse_zoned
from tests.support.records import House, declaration, joining, naming_rule, request, tag

LAKE, HIVE, FEED, OTHER = (
    {"namespace": "lake", "name": "/lake/labs"},
    {"namespace": "hive", "name": "clinic.labs"},
    {"namespace": "feeds", "name": "labs"},
    {"namespace": "hive", "name": "clinic.other"},
)
COLUMNS = {"fields": [{"name": "code", "type": "STRING"}, {"name": "value", "type": "STRING"}]}
BY_JOB = {"load": "a", "read": "b", "reuse": "c", "rename": "d", "drop": "e", "again": "f", "fail": "0"}


def at(day: int) -> str:
    return f"2026-01-{day:02}T10:00:00Z"


def id_of(ref: dict[str, Any]) -> str:
    return Dataset(ref["namespace"], ref["name"]).id


def named(ref: dict[str, str], *others: dict[str, str], **facets: Any) -> dict[str, Any]:
    listed = {"symlinks": {"identifiers": [{**one, "type": "TABLE"} for one in others]}} if others else {}
    return {**ref, "facets": {**listed, **facets}}


def ran(job: str, day: int, ins: list[dict[str, Any]], outs: list[dict[str, Any]], kind: str = "COMPLETE") -> Any:
    return {
        "eventTime": at(day),
        "eventType": kind,
        "producer": "https://tests.example/made-up",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": f"0190d2e6-0000-7000-8000-{day:010}a{BY_JOB[job]}"},
        "job": {"namespace": "pipeline", "name": job},
        "inputs": ins,
        "outputs": outs,
    }


def changed(kind: str, before: dict[str, str] | None = None) -> dict[str, Any]:
    more = {} if before is None else {"previousIdentifier": before}
    return {"lifecycleStateChange": {"lifecycleStateChange": kind, **more}}


@pytest.fixture
def linked(house: House) -> House:
    """A location that a job writes under the name of its table, and a feed that it is made of."""
    house.send(ran("load", 2, [named(FEED)], [named(LAKE, HIVE, schema=COLUMNS)]))
    return house


def asked(house: House, ref: dict[str, str], day: int | None = None, **times: int) -> Any:
    valid_at = NOW if day is None else parse_zoned(at(day))
    return datasets(house.view(AsOf(valid_at, **times)), [id_of(ref)])[id_of(ref)]


def kinds(view: View, ref: dict[str, str]) -> set[tuple[str | None, str]]:
    return {(one.column, one.kind) for one in labels(view, [id_of(ref)]).get(id_of(ref), ()) if one.present}


def upstream(view: View, ref: dict[str, str], flows: FlowScope = FlowScope.CURRENT) -> set[str]:
    return {node.id for node in lineage(view, Walk((id_of(ref),), Direction.UPSTREAM, flows=flows)).nodes}


def test_symlinks_the_table_is_the_location_that_carries_it(linked: House) -> None:
    for ref in (LAKE, HIVE):
        found = asked(linked, ref)
        assert (found.id, found.state) == (id_of(LAKE), AssetState.LIVE)
        assert [column.name for column in found.columns] == ["code", "value"]
    assert [(one.name, one.kind) for one in other_names(linked.view(), [id_of(HIVE)])[id_of(HIVE)]] == [
        ("clinic.labs", NameKind.SYMLINK)
    ]


def test_symlinks_several_tables_of_one_location_are_one_dataset(linked: House) -> None:
    linked.send(ran("reuse", 3, [], [named(LAKE, OTHER)]))
    assert {asked(linked, ref).id for ref in (LAKE, HIVE, OTHER)} == {id_of(LAKE)}


def test_symlinks_a_facet_of_the_same_job_that_lists_a_name_no_longer_ends_it(linked: House) -> None:
    linked.send(ran("load", 4, [], [named(LAKE, OTHER)]))
    assert [asked(linked, HIVE, day).id for day in (3, 5)] == [id_of(LAKE), id_of(HIVE)]
    assert asked(linked, OTHER, 5).id == id_of(LAKE)


def test_symlinks_deleted_ends_them(linked: House) -> None:
    event = {
        "eventTime": at(4),
        "producer": "https://tests.example/made-up",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent",
        "dataset": {**LAKE, "facets": {"symlinks": {"_deleted": True}}},
    }
    linked.send(event)
    assert [asked(linked, HIVE, day).id for day in (3, 5)] == [id_of(LAKE), id_of(HIVE)]


def test_symlinks_partial_paths_never_merge(house: House) -> None:
    house.send(ran("load", 2, [], [named(LAKE, HIVE), named({**LAKE, "name": "/lake/labs/part"})]))
    assert asked(house, {**LAKE, "name": "/lake/labs/part"}).id == id_of({**LAKE, "name": "/lake/labs/part"})


def test_a_location_that_is_used_again_merges_no_strangers(house: House) -> None:
    house.send(ran("load", 2, [named(FEED)], [named(HIVE, LAKE, schema=COLUMNS)]))
    house.send(ran("reuse", 4, [], [named(OTHER, LAKE)]))
    house.record(tag(dataset=HIVE, column=None, valid_from=at(3)))
    assert [asked(house, LAKE, day).id for day in (3, 5)] == [id_of(HIVE), id_of(OTHER)]
    assert kinds(house.view(), HIVE) == {(None, "DIRECT_IDENTIFIER")}
    assert kinds(house.view(), OTHER) == set()
    assert asked(house, OTHER).columns == ()
    assert upstream(house.view(), OTHER) == {id_of(OTHER)}


def test_a_label_under_one_name_is_on_the_dataset_under_all_and_on_its_columns(linked: House) -> None:
    linked.record(tag(dataset=HIVE, column="code"))
    linked.record(tag(dataset=LAKE, column="code", stance="CONFIRM", reason="So it is"))
    linked.record(tag(dataset=LAKE, column=None))
    for ref in (LAKE, HIVE):
        assert kinds(linked.view(), ref) == {("code", "DIRECT_IDENTIFIER"), (None, "DIRECT_IDENTIFIER")}


def test_a_label_of_a_name_goes_with_the_name_where_that_moves(linked: House) -> None:
    moved = {"namespace": "lake", "name": "/lake/moved"}
    linked.record(tag(dataset=HIVE, column=None, valid_from=at(3)))
    linked.send(ran("reuse", 5, [], [named(moved, HIVE)]))
    assert asked(linked, HIVE).id == id_of(moved)
    assert kinds(linked.view(), HIVE) == kinds(linked.view(), LAKE) == {(None, "DIRECT_IDENTIFIER")}


def test_declarations_under_two_names_are_one_and_the_newest_counts(linked: House) -> None:
    linked.record(declaration(dataset=LAKE, owner="lab", valid_from=at(3)))
    linked.record(declaration(dataset=HIVE, owner="warehouse", valid_from=at(4)))
    assert {asked(linked, ref).owner.value for ref in (LAKE, HIVE)} == {"warehouse"}
    assert asked(linked, HIVE, 3).owner.value == "lab"
    assert asked(linked, HIVE, 4).owner.value == "warehouse"


def test_now_and_then_are_judged_alike(linked: House) -> None:
    linked.record(declaration(dataset=LAKE, owner="lab"))
    linked.send(ran("read", 5, [named(HIVE, schema={"fields": [{"name": "seen", "type": "STRING"}]})], []))
    now = asked(linked, HIVE)
    then = datasets(linked.view(AsOf(NOW - 1)), [id_of(HIVE)])[id_of(HIVE)]
    assert now == then


def test_an_approval_of_one_name_is_one_of_all_and_bound_to_what_is_declared_under_any(linked: House) -> None:
    linked.record(declaration(dataset=HIVE, valid_from=at(3)))
    linked.record(request(subject={"dataset": HIVE}))
    (asked_for,) = approvals_of(linked.view(), [id_of(LAKE)])[id_of(LAKE)]
    assert asked_for.state is not ApprovalState.INVALIDATED
    linked.record(declaration(dataset=LAKE, owner="somebody else"))
    (after,) = approvals_of(linked.view(), [id_of(HIVE)])[id_of(HIVE)]
    assert after.state is ApprovalState.INVALIDATED


def test_snapshots_under_two_names_are_of_one_dataset(linked: House) -> None:
    linked.send(ran("reuse", 3, [], [named(HIVE, version={"datasetVersion": "v1"})]))
    linked.send(ran("reuse", 4, [], [named(LAKE, version={"datasetVersion": "v2"})]))
    found = snapshots_of(linked.view(), [id_of(HIVE)])[id_of(HIVE)]
    assert [(one.digest, one.dataset) for one in found] == [("v1", id_of(LAKE)), ("v2", id_of(LAKE))]


def test_it_exists_under_each_name_from_when_anything_holds_of_it(linked: House) -> None:
    for day, there in ((1, False), (3, True)):
        view = linked.view(AsOf(parse_zoned(at(day))))
        assert existing(view, [id_of(HIVE), id_of(LAKE)]) == {id_of(HIVE): there, id_of(LAKE): there}


def test_rename_carries_what_was_said_along_and_a_new_one_of_the_name_begins_anew(linked: House) -> None:
    after = {"namespace": "lake", "name": "/lake/after"}
    linked.record(tag(dataset=LAKE, column=None, valid_from=at(3)))
    linked.record(declaration(dataset=LAKE, owner="lab", valid_from=at(3)))
    linked.send(ran("rename", 5, [], [named(after, **changed("RENAME", LAKE))]))
    assert (asked(linked, after).owner.value, asked(linked, LAKE).owner) == ("lab", None)
    assert kinds(linked.view(), after) == {(None, "DIRECT_IDENTIFIER")}
    assert kinds(linked.view(), LAKE) == set()
    assert [column.name for column in asked(linked, after).columns] == ["code", "value"]
    assert asked(linked, LAKE).state is AssetState.TOMBSTONED
    assert asked(linked, LAKE, 4).owner.value == "lab"
    linked.send(ran("again", 7, [], [named(LAKE)]))
    assert (asked(linked, LAKE).state, asked(linked, LAKE).owner, kinds(linked.view(), LAKE)) == (
        AssetState.LIVE,
        None,
        set(),
    )
    (life,) = lives(linked.view(), [id_of(LAKE)])[id_of(LAKE)]
    assert (life.end, life.renamed_to, life.ended_at) == (LifeEnd.RENAMED, id_of(after), parse_zoned(at(5)))
    former = other_names(linked.view(), [id_of(after)])[id_of(after)]
    assert (NameKind.FORMER, "/lake/labs") in {(one.kind, one.name) for one in former}


def test_a_rename_that_failed_carries_nothing(linked: House) -> None:
    after = {"namespace": "lake", "name": "/lake/after"}
    linked.record(tag(dataset=LAKE, column=None, valid_from=at(3)))
    linked.send(ran("rename", 5, [], [named(after, **changed("RENAME", LAKE))], "FAIL"))
    assert kinds(linked.view(), LAKE) == {(None, "DIRECT_IDENTIFIER")}
    assert kinds(linked.view(), after) == set()


def test_drop_ends_what_emitters_said_and_no_label_once_it_lives_again(linked: House) -> None:
    linked.record(tag(dataset=LAKE, column=None, valid_from=at(3)))
    linked.record(declaration(dataset=LAKE, owner="lab", valid_from=at(3)))
    linked.send(ran("drop", 5, [], [named(LAKE, **changed("DROP"))]))
    assert asked(linked, HIVE).state is AssetState.TOMBSTONED
    linked.send(ran("again", 7, [], [named(LAKE)]))
    found = asked(linked, LAKE)
    assert (found.state, found.columns, found.owner.value) == (AssetState.LIVE, (), "lab")
    assert kinds(linked.view(), LAKE) == {(None, "DIRECT_IDENTIFIER")}
    assert len(asked(linked, LAKE, 4).columns) == 2
    assert [life.end for life in lives(linked.view(), [id_of(LAKE)])[id_of(LAKE)]] == [LifeEnd.DROPPED]


def test_truncate_and_overwrite_end_no_life(linked: House) -> None:
    for day, kind in ((4, "TRUNCATE"), (5, "OVERWRITE")):
        linked.send(ran("drop", day, [], [named(LAKE, **changed(kind))]))
    assert len(asked(linked, LAKE).columns) == 2
    assert lives(linked.view(), [id_of(LAKE)]) == {}


def cased(house: House) -> tuple[dict[str, str], dict[str, str]]:
    upper, lower = ({"namespace": "landing", "name": name} for name in ("CORE.VISITS", "core.visits"))
    house.send(ran("load", 2, [named(FEED)], [named(upper, schema=COLUMNS)]))
    house.send(ran("read", 3, [named(lower)], [named(OTHER)]))
    return upper, lower


def test_case_names_are_byte_exact_until_a_rule_folds_them(house: House) -> None:
    upper, lower = cased(house)
    assert upstream(house.view(), OTHER) == {id_of(OTHER), id_of(lower)}
    house.record(naming_rule(letters="UPPER"))
    assert upstream(house.view(), OTHER) == {id_of(OTHER), id_of(upper), id_of(FEED)}
    assert asked(house, lower).id == id_of(upper)
    assert [column.name for column in asked(house, lower).columns] == ["code", "value"]
    (rule,) = namespace_rules(house.view())
    assert (rule.name, rule.rule_kind, rule.letters) == ("letters", "FOLD_CASE", "UPPER")


def test_case_a_spelling_that_nobody_used_means_the_dataset_while_a_rule_folds_it(house: House) -> None:
    upper, lower = cased(house)
    mixed, strange = (upper["namespace"], lower["name"].title()), (upper["namespace"], "Core.Other")
    assert spelled(house.view(), [mixed]) == {}
    before = house.ledger.size()
    house.record(naming_rule(letters="UPPER"))
    assert spelled(house.view(), [mixed, strange, ("elsewhere", mixed[1])]) == {mixed: id_of(upper)}
    assert spelled(house.view(AsOf(known_at=before - 1)), [mixed]) == {}
    assert spelled(house.view(rights=Rights(namespaces=frozenset({"elsewhere"}))), [mixed]) == {}


def test_partitions_a_day_that_nobody_wrote_means_the_dataset_of_all_days(house: House) -> None:
    house.send(ran("load", 2, [named(FEED)], [named({"namespace": "landing", "name": "visits/year=2026/month=01"})]))
    asked_for = ("landing", "visits/year=2031/month=12")
    assert spelled(house.view(), [asked_for]) == {}
    house.record(naming_rule(rule_kind="DATE_PARTITIONS"))
    assert spelled(house.view(), [asked_for]) == {
        asked_for: id_of({"namespace": "landing", "name": "visits/year=2026/month=01"})
    }


def test_case_columns_and_their_labels_are_byte_exact_until_a_rule_folds_them(house: House) -> None:
    upper, lower = cased(house)
    house.record(tag(dataset=upper, column="CODE"))
    house.record(tag(dataset=lower, column="Code", stance="CONFIRM", reason="So it is"))
    assert kinds(house.view(), upper) == {("CODE", "DIRECT_IDENTIFIER")}
    house.record(naming_rule(letters="UPPER"))
    for ref in (upper, lower):
        (label,) = labels(house.view(), [id_of(ref)])[id_of(ref)]
        assert (label.column, len(label.history)) == ("code", 2)


@pytest.mark.parametrize("flows", FlowScope)
def test_case_columns_are_followed_through_all_spellings_of_a_dataset(house: House, flows: FlowScope) -> None:
    upper, lower = ({"namespace": "landing", "name": name} for name in ("CORE.VISITS", "core.visits"))
    fed = {"fields": {"CODE": {"inputFields": [{**FEED, "field": "c"}]}}}
    used = {"fields": {"o": {"inputFields": [{**lower, "field": "code"}]}}}
    house.send(ran("load", 2, [named(FEED)], [named(upper, columnLineage=fed)]))
    house.send(ran("read", 3, [named(lower)], [named(OTHER, columnLineage=used)]))
    ends = [(Direction.UPSTREAM, OTHER, "o", FEED, "c"), (Direction.DOWNSTREAM, FEED, "c", OTHER, "o")]
    for rule in (None, naming_rule(letters="UPPER")):
        if rule is not None:
            house.record(rule)
        for direction, root, of_root, far, of_far in ends:
            of = Column(root["namespace"], root["name"], of_root).id
            met = lineage(house.view(), Walk((of,), direction, Grain.COLUMN, depth=9, flows=flows)).nodes
            reached = Column(far["namespace"], far["name"], of_far).id in {node.id for node in met}
            assert reached is (rule is not None)


def test_a_rule_joins_in_lineage_ever_stated_too(house: House) -> None:
    upper, lower = cased(house)
    house.record(naming_rule(letters="UPPER"))
    assert {id_of(upper), id_of(lower), id_of(FEED)} < upstream(house.view(), OTHER, FlowScope.EVER_STATED)


def test_a_rule_that_ended_holds_before_and_one_that_never_held_at_no_time(house: House) -> None:
    upper, lower = cased(house)
    house.record(naming_rule(letters="UPPER", valid_from=at(1)))
    ending = {"kind": "end_namespace_rule", "rule": "letters", "reason": "Names are quoted", "valid_from": at(9)}
    house.record(ending)
    assert [asked(house, lower, day).id for day in (8, 10)] == [id_of(upper), id_of(lower)]
    before = house.ledger.size() - 1
    house.record({**ending, "never_held": True, "reason": "It was wrong"})
    assert [asked(house, lower, day).id for day in (8, 10)] == [id_of(lower)] * 2
    assert asked(house, lower, 8, known_at=before).id == id_of(upper)
    assert namespace_rules(house.view()) == ()


def test_partitions_by_date_are_one_dataset(house: House) -> None:
    days = [{"namespace": "lake", "name": f"/x/year=2026/month=01/day={day:02}"} for day in (1, 2, 3)]
    for place, day in enumerate(days):
        house.send(ran("load", 2 + place, [named(FEED)], [named(day)]))
    house.record(naming_rule(rule="by date", namespace="lake", rule_kind="DATE_PARTITIONS"))
    assert {asked(house, day).id for day in days} == {id_of(days[0])}
    assert len(other_names(house.view(), [id_of(days[1])])[id_of(days[1])]) == 2


def test_what_a_rule_would_join_is_shown_before_with_what_differs(house: House) -> None:
    _, lower = cased(house)
    house.send(ran("reuse", 4, [], [named(lower, schema={"fields": [{"name": "code", "type": "INTEGER"}]})]))
    rule = NamespaceRule.from_json({"namespace": "landing", "rule_kind": "FOLD_CASE", "letters": "UPPER"})
    found = check_rule(house.view(), rule)
    assert (found.datasets, len(found.groups), found.conflicts) == (2, 1, 1)
    assert found.groups[0].conflicts[0].note == "Columns in one schema only: value; of different types: code."
    assert found.groups[0].statements
    assert found.groups[0].edges
    assert asked(house, lower).id == id_of(lower)
    house.record(naming_rule(letters="UPPER"))
    assert check_rule(house.view(), rule).groups == ()


def test_a_steward_joins_two_names_and_parts_them_again(linked: House) -> None:
    linked.record(tag(dataset=FEED, column=None))
    assert len(check_stitch(linked.view(), id_of(OTHER), id_of(FEED)).groups) == 0
    linked.send(ran("read", 3, [named(OTHER)], []))
    assert check_stitch(linked.view(), id_of(OTHER), id_of(FEED)).groups[0].datasets
    linked.record(joining(OTHER, FEED))
    joined = linked.ledger.size() - 1
    assert asked(linked, OTHER).id == id_of(FEED)
    assert kinds(linked.view(), OTHER) == {(None, "DIRECT_IDENTIFIER")}
    assert id_of(OTHER) in upstream(linked.view(), LAKE, FlowScope.EVER_STATED)
    linked.record(joining(FEED, OTHER, kind="unstitch_datasets"))
    assert [asked(linked, OTHER, day).id for day in (3, 9)] == [id_of(OTHER)] * 2
    assert id_of(OTHER) not in upstream(linked.view(), LAKE, FlowScope.EVER_STATED)
    assert asked(linked, OTHER, 3, known_at=joined).id == id_of(FEED)


def test_of_datasets_that_are_joined_in_a_chain_the_first_by_name_stands_for_all_pointed_to_or_not(
    house: House,
) -> None:
    carrier, first, second, between = ({"namespace": "made-up", "name": name} for name in "dacb")
    house.send(ran("load", 2, [named(between)], [named(carrier, first, second)]))
    house.record(joining(first, between))
    house.record(joining(between, second))
    assert {asked(house, ref).id for ref in (carrier, first, second, between)} == {id_of(between)}


def test_a_steward_takes_a_wrong_symlink_back_whatever_emitters_repeat(linked: House) -> None:
    linked.record(joining(HIVE, LAKE, kind="unstitch_datasets"))
    linked.send(ran("load", 6, [named(FEED)], [named(LAKE, HIVE)]))
    for day in (1, 3, 7):
        assert asked(linked, HIVE, day).id == id_of(HIVE)
    assert id_of(HIVE) not in upstream(linked.view(), LAKE, FlowScope.EVER_STATED)
    linked.record(joining(HIVE, LAKE))
    assert asked(linked, HIVE).id == id_of(LAKE)


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        (joining(LAKE, LAKE), "/same_as"),
        (joining(LAKE, OTHER), "/same_as"),
        (joining(LAKE, FEED, kind="unstitch_datasets"), "/same_as"),
        ({"kind": "end_namespace_rule", "rule": "none", "reason": "None is there"}, "/rule"),
        ({"kind": "end_namespace_rule", "rule": "letters", "reason": "Too early", "valid_from": at(1)}, "/valid_from"),
        (naming_rule(rule_kind="SAME_NAMESPACE"), "/same_as"),
        (naming_rule(rule_kind="DEFAULT_PORT"), "/port"),
        (naming_rule(port=5432), "/port"),
        (naming_rule(rule_kind="DATE_PARTITIONS", pattern="{MM}/{dd}"), "/pattern"),
        (naming_rule(rule_kind="DATE_PARTITIONS", keys=["a=b"]), "/keys/0"),
    ],
)
def test_what_says_nothing_is_refused_with_what_would_be_right(
    linked: House, payload: dict[str, Any], pointer: str
) -> None:
    linked.record(naming_rule())
    with pytest.raises(SenderError) as refused:
        linked.record(payload)
    assert (refused.value.pointer, refused.value.status) == (pointer, 422)


def test_a_name_that_rights_hide_is_counted_and_what_is_said_under_it_counts(linked: House) -> None:
    linked.record(tag(dataset=LAKE, column=None))
    view = linked.view(rights=Rights(namespaces=frozenset({"hive"})))
    found = datasets(view, [id_of(HIVE)])[id_of(HIVE)]
    assert (found.id, found.namespace, found.name) == (id_of(HIVE), "hive", "clinic.labs")
    assert [column.name for column in found.columns] == ["code", "value"]
    assert kinds(view, HIVE) == {(None, "DIRECT_IDENTIFIER")}
    assert other_names(view, [id_of(HIVE)]) == {}
    assert id_of(LAKE) in view.hidden
    assert datasets(view, [id_of(LAKE)]) == {}
    assert "lake" not in json.dumps([str(one) for one in (found, labels(view, [id_of(HIVE)]))])


def test_names_are_fetched_in_as_many_calls_however_many_are_asked_for(house: House) -> None:
    def calls(number: int) -> int:
        asked_for = [{"namespace": "lake", "name": f"/lake/{one}"} for one in range(number)]
        outputs = [named(ref, {"namespace": "hive", "name": f"t{place}"}) for place, ref in enumerate(asked_for)]
        house.send(ran("load", 2, [], outputs))
        view = house.view()
        counted = Counting(view._reader)
        view._reader = counted
        datasets(View(counted, AsOf()), [id_of(ref) for ref in asked_for])
        return counted.calls

    assert calls(2) == calls(20) <= 20


class Counting:
    remote = False

    def __init__(self, reader: Any) -> None:
        self._reader, self.calls = reader, 0

    def __getattr__(self, verb: str) -> Any:
        if verb != "checkpoint":
            self.calls += 1
        return getattr(self._reader, verb)
