"""What cannot all be kept is told to whoever records it: the statement is taken all the same."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from tests.support.records import CURATED, DIGEST, RAW, House, declaration, event, seal
from tests.support.uses import ending, licence, permission


@pytest.fixture
def house(house: House) -> House:
    """Lend a catalog in which visits were curated."""
    house.send(event(version={"datasetVersion": DIGEST}))
    return house


class TestU15Warnings:
    NOTHING: ClassVar = (
        "One allows ancestry research alone (POA), the other health research alone (HMB): together nothing."
    )
    LONG: ClassVar = {"policy_class": "CLINICAL_REGULATORY", "period_days": 3650}

    def keep(self, house: House, dataset: dict[str, str]) -> None:
        house.record({"kind": "declare_dataset", "dataset": dataset, "retention": self.LONG})

    @pytest.mark.parametrize("of", [{"dataset": RAW}, {"source": "made-up EHR"}, {"dataset": CURATED}])
    def test_that_it_is_to_be_deleted_after_use_and_kept_longer(self, house: House, of: dict[str, Any]) -> None:
        house.record(declaration(retention=None, permitted_use=None))
        self.keep(house, CURATED)
        (warning,) = house.record(permission(of=of, obligations=["DELAU"])).warnings
        assert warning.startswith("It asks to delete after use (DELAU)")
        assert "keeps curated/visits for 3,650 days" in warning

    def test_of_a_snapshot_it_is_how_long_its_dataset_is_kept(self, house: House) -> None:
        house.record(seal())
        self.keep(house, CURATED)
        of = {"snapshot": {"dataset": CURATED, "digest": DIGEST}}
        assert len(house.record(permission(of=of, obligations=["DELAU"])).warnings) == 1

    def test_nothing_where_it_is_kept_no_longer_or_upstream_alone(self, house: House) -> None:
        self.keep(house, RAW)
        assert house.record(permission(of={"dataset": CURATED}, obligations=["DELAU"])).warnings == ()
        assert house.record(permission("board-2", of={"dataset": RAW}, obligations=["AUDIT"])).warnings == ()

    def test_so_it_is_where_a_declaration_says_both_or_something_made_of_it_is_kept(self, house: House) -> None:
        use = {"purposes": ["HRESCH"], "obligations": ["DELAU"]}
        both = {"kind": "declare_dataset", "permitted_use": use, "retention": self.LONG}
        (warning,) = house.record({**both, "dataset": CURATED}).warnings
        assert "keeps curated/visits for 3,650 days" in warning
        (warning,) = house.record({"kind": "declare_dataset", "dataset": RAW, "permitted_use": use}).warnings
        assert "keeps curated/visits for 3,650 days" in warning
        short = {**self.LONG, "policy_class": "RESEARCH"}
        assert house.record({**both, "dataset": {"namespace": "new", "name": "one"}, "retention": short}).warnings == ()

    def test_that_another_statement_says_the_contrary(self, house: House) -> None:
        house.record(permission(terms=[{"code": "POA"}]))
        assert house.record(permission("board-2", of={"dataset": CURATED}, terms=[{"code": "HMB"}])).warnings == (
            f"board-1: {self.NOTHING}",
        )
        assert house.record(permission("board-3", of={"dataset": CURATED}, terms=[{"code": "POA"}])).warnings == (
            f"board-2: {self.NOTHING}",
        )

    def test_not_where_the_other_has_ended(self, house: House) -> None:
        house.record(permission(places=["north"]))
        house.record(ending())
        assert house.record(permission("board-2", places=["south"])).warnings == ()

    def test_of_a_licence_not_what_it_replaces(self, house: House) -> None:
        house.record(permission(terms=[{"code": "POA"}]))
        house.record(permission("board-2", places=["north"]))
        told = house.record(licence(of={"dataset": CURATED}, terms=[{"code": "HMB"}], places=["south"])).warnings
        assert told == ("board-2: No place is allowed by both: south and north.",)

    @pytest.mark.parametrize("bound", [RAW, CURATED], ids=["what it is made of", "itself"])
    def test_so_is_whoever_declares_a_retention_where_a_statement_binds_already(
        self, house: House, bound: dict[str, str]
    ) -> None:
        house.record(permission(of={"dataset": bound}, obligations=["DELAU"]))
        keep = {"kind": "declare_dataset", "dataset": CURATED}
        (warning,) = house.record({**keep, "retention": self.LONG}).warnings
        assert warning.startswith("board-1: It asks to delete after use (DELAU)")
        assert "keeps curated/visits for 3,650 days" in warning
        assert house.record({**keep, "retention": {**self.LONG, "policy_class": "RESEARCH"}}).warnings == ()

    def test_by_what_ends_it_is_told_until_when_it_would_be_kept(self, house: House) -> None:
        house.record(permission(of={"dataset": CURATED}, obligations=["DELAU"], until="2027-01-01T00:00:00Z"))
        research = {"policy_class": "RESEARCH", "period_days": 3650, "clock": "CREATION", "starts_on": "2026-01-01"}
        (warning,) = house.record({"kind": "declare_dataset", "dataset": CURATED, "retention": research}).warnings
        assert "by 2027-01-01, when its use ends at the latest" in warning
        assert "keeps curated/visits until 2035-12-30" in warning

    def test_so_is_whoever_declares_it_of_a_source(self, house: House) -> None:
        house.record(declaration(retention=None, permitted_use=None))
        house.record(permission(of={"source": "made-up EHR"}, obligations=["DELAU"]))
        keep = {"kind": "declare_source", "source": "made-up EHR", "retention": self.LONG}
        (warning,) = house.record(keep).warnings
        assert "keeps landing/visits for 3,650 days" in warning

    def test_what_is_declared_anew_is_not_held_to_what_it_takes_the_place_of(self, house: House) -> None:
        house.record(declaration(retention=None))
        anew = {"kind": "declare_dataset", "dataset": RAW, "permitted_use": {"purposes": ["HRESCH"]}}
        assert house.record(anew).warnings == ()
        delete = {"purposes": ["HRESCH"], "obligations": ["DELAU"]}
        house.record({**anew, "permitted_use": delete})
        assert house.record({**anew, "retention": self.LONG}).warnings == ()

    def test_what_is_declared_is_held_to_what_others_let_the_same_data_be_used_for(self, house: House) -> None:
        house.record(permission(of={"dataset": RAW}, purposes=["TREAT"]))
        use = {"purposes": ["HRESCH"]}
        assert house.record({"kind": "declare_dataset", "dataset": CURATED, "permitted_use": use}).warnings == (
            "board-1: No purpose is allowed by both.",
        )
