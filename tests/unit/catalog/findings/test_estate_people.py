"""What is found of keys at their end, of what two people declare, and of codes that mean nothing."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from catalog.findings.estate.data_rules import key_lasts
from catalog.findings.estate.model import KeyEndCase, Start
from catalog.findings.rules import Rule
from catalog.use.model import Decision
from catalog.use.residency import Presence, residency
from graph_schema.nodes import Dataset, ModelVersion
from graph_schema.times import format_time
from tests.support.deployments import deployment, ending_deployment, release
from tests.support.records import (
    CURATED,
    DIGEST,
    MODEL,
    RAW,
    House,
    attestation,
    code_key,
    declaration,
    encryption_key,
    ending_attestation,
    ending_code_key,
    ending_key,
    event,
    place,
    registration,
    run_node,
    seal,
    tag,
)
from tests.support.uses import permission, transfer
from tests.unit.catalog.findings.test_estate_data import OTHER, of

DAY = 86_400 * 1_000_000


def day(house: House, number: int) -> str:
    return format_time(house.clock.micros() + number * DAY)


def only(**said: Any) -> dict[str, Any]:
    return {"kind": "declare_dataset", "dataset": CURATED, **said}


class TestKeyLasts:
    def encrypted(self, house: House, **more: Any) -> None:
        use = {"key": "keys.example/training/7", "environment": "TRAINING"}
        house.record(declaration(encryption_keys=[use]))
        house.record(encryption_key(**more))

    def test_a_key_near_its_end_and_past_it_is_found(self, house: House) -> None:
        self.encrypted(house, until=day(house, 100))
        assert of(house.view(), Rule.KEY_LASTS) == {}
        house.clock.now += 20 * 86_400
        (near,) = of(house.view(), Rule.KEY_LASTS).values()
        assert (
            near.text
            == "The encryption key keys.example/training/7 ends soon, and landing/visits is encrypted under it."
        )
        house.clock.now += 90 * 86_400
        (past,) = of(house.view(), Rule.KEY_LASTS).values()
        assert "has ended" in past.text
        assert past.entries == (0, 1)

    def test_it_is_near_from_its_day_on_and_over_from_its_end_on(self) -> None:
        case = KeyEndCase("keys.example/7", Start(10 * DAY, 3), [("landing/visits", Start(0, 1))], near_days=2)
        assert key_lasts(case, 8 * DAY - 1) is None
        for moment, since, words in ((8, 8, "ends soon"), (10, 10, "has ended")):
            found = key_lasts(case, moment * DAY)
            assert found is not None
            assert (found.since, words in found.text) == (since * DAY, True)

    def test_a_key_that_was_ended_is_found_while_data_is_encrypted_under_it(self, house: House) -> None:
        self.encrypted(house)
        assert of(house.view(), Rule.KEY_LASTS) == {}
        ended = house.record(ending_key()).receipt.index
        (found,) = of(house.view(), Rule.KEY_LASTS).values()
        assert ended in found.entries
        house.record(declaration(encryption_keys=[{"key": "keys.example/training/8", "environment": "TRAINING"}]))
        assert of(house.view(), Rule.KEY_LASTS) == {}

    def test_a_key_of_codes_that_is_kept_past_its_end_is_found(self, house: House) -> None:
        house.record(declaration(dataset=CURATED))
        house.record(declaration(dataset=OTHER))
        house.record(tag(dataset=OTHER, column=None))
        house.record(code_key(dataset=OTHER, of=[CURATED], until=day(house, 30)))
        (near,) = of(house.view(), Rule.CODE_KEY_GONE).values()
        assert "ends soon, and curated/visits is coded by it" in near.text
        house.clock.now += 31 * 86_400
        (past,) = of(house.view(), Rule.CODE_KEY_GONE).values()
        assert "has ended" in past.text
        house.record(ending_code_key(dataset=OTHER))
        assert of(house.view(), Rule.CODE_KEY_GONE) == {}


class TestDeclaredAlike:
    EARLY: ClassVar = "2026-01-01T00:00:00Z"
    LATE: ClassVar = "2026-03-01T00:00:00Z"

    def test_who_speaks_last_of_an_earlier_time_is_not_heard(self, house: House) -> None:
        ada, grace = house.act_as("ada", "steward"), house.act_as("grace", "steward")
        first = house.record(only(owner="nephrology", valid_from=self.LATE), ada).receipt.index
        second = house.record(only(owner="cardiology", valid_from=self.EARLY), grace).receipt.index
        (found,) = of(house.view(), Rule.DECLARED_ALIKE).values()
        assert found.entries == (first, second)
        assert found.text == (
            f'Owner: ada declares "nephrology" from 2026-03-01 on (entry {first}), '
            f'grace "cardiology" from 2026-01-01 on (entry {second}).'
        )
        house.record(only(owner="cardiology"), ada)
        assert of(house.view(), Rule.DECLARED_ALIKE) == {}

    def test_two_of_one_time_are_found(self, house: House) -> None:
        ada, grace = house.act_as("ada", "steward"), house.act_as("grace", "steward")
        house.record(only(owner="nephrology", valid_from=self.LATE), ada)
        house.record(only(owner="cardiology", valid_from=self.LATE), grace)
        assert len(of(house.view(), Rule.DECLARED_ALIKE)) == 1

    def test_one_after_the_other_and_one_person_twice_are_not(self, house: House) -> None:
        ada, grace = house.act_as("ada", "steward"), house.act_as("grace", "steward")
        house.record(only(owner="nephrology", valid_from=self.EARLY), ada)
        house.record(only(owner="cardiology", valid_from=self.LATE), grace)
        house.record(only(owner="oncology", valid_from=self.EARLY), grace)
        house.record(only(zone="CURATED", valid_from=self.EARLY), ada)
        house.record(only(zone="CURATED", valid_from=self.EARLY), grace)
        assert of(house.view(), Rule.DECLARED_ALIKE) == {}


class TestU16CodesOfLabels:
    def claiming(self, *codes: dict[str, str], **more: Any) -> dict[str, Any]:
        return event(
            lineward_phiTags={"tags": [{"kind": "DIRECT_IDENTIFIER", "field": "zip", "codes": list(codes), **more}]}
        )

    def test_what_an_emitter_claims_in_an_unknown_code_is_found_with_the_nearest(self, house: House) -> None:
        house.send(event())
        sent = house.send(self.claiming({"system": "act-code", "code": "PSYTHPM"})).receipt.index
        (found,) = of(house.view(), Rule.LABEL_CODES_KNOWN).values()
        assert (found.subject, found.entries) == (Dataset(**CURATED).id, (sent,))
        assert found.text.startswith("Column zip: ")
        assert "PSYTHPN" in found.text
        assert f"(entry {sent})" in found.text

    def test_a_level_that_is_none_and_a_code_that_means_nothing_any_more_are_found(self, house: House) -> None:
        house.send(self.claiming({"system": "duo", "code": "DUO:0000002"}, confidentiality="X"))
        (found,) = of(house.view(), Rule.LABEL_CODES_KNOWN).values()
        assert "Confidentiality" in found.text
        assert "DUO:0000002" in found.text

    def test_known_codes_those_of_other_systems_and_what_was_rejected_are_not(self, house: House) -> None:
        known = {"system": "safe-harbor", "code": "B"}, {"system": "urn:example:codes", "code": "anything"}
        house.send(self.claiming(*known, confidentiality="R"))
        assert of(house.view(), Rule.LABEL_CODES_KNOWN) == {}
        house.send(
            event(
                "OTHER",
                lineward_phiTags={
                    "tags": [
                        {"kind": "DIRECT_IDENTIFIER", "field": "zip", "codes": [{"system": "safe-harbor", "code": "Y"}]}
                    ]
                },
            )
        )
        assert len(of(house.view(), Rule.LABEL_CODES_KNOWN)) == 1
        house.record(tag(dataset=CURATED, column="zip", stance="REJECT", reason="No such column"))
        assert of(house.view(), Rule.LABEL_CODES_KNOWN) == {}


class TestU16CodesOfDeidentification:
    OBSOLETE: ClassVar = {"system": "duo", "code": "DUO:0000002"}

    def claiming(self, **said: Any) -> dict[str, Any]:
        made = event()
        made["run"]["facets"] = {"lineward_deidentification": {"method": "SAFE_HARBOR", **said}}
        return made

    def test_what_a_run_says_in_words_and_codes_that_are_none_is_found_with_the_nearest(self, house: House) -> None:
        unknown = {"clears": [{"system": "safe-harbor", "code": "Y"}], "alterations": ["PSEUDD"]}
        sent = house.send(self.claiming(**unknown, method="SAFE_HARBOUR", state="DEIDENTIFIED")).receipt.index
        (found,) = of(house.view(), Rule.DEIDENTIFICATION_CODES_KNOWN).values()
        assert (found.subject, found.entries) == (run_node().id, (sent,))
        for words in ("SAFE_HARBOR?", "DE_IDENTIFIED?", "PSEUDED?", "Safe Harbor has no code 'Y'"):
            assert words in found.text

    def test_so_is_an_attestation_by_a_code_that_means_nothing_any_more_while_it_holds(self, house: House) -> None:
        house.send(event())
        attested = house.record(attestation(clears=[self.OBSOLETE])).receipt.index
        (found,) = of(house.view(), Rule.DEIDENTIFICATION_CODES_KNOWN).values()
        assert found.entries == (attested,)
        assert "DUO:0000002 is obsolete" in found.text
        house.record(ending_attestation(attested))
        assert of(house.view(), Rule.DEIDENTIFICATION_CODES_KNOWN) == {}

    def test_known_codes_those_of_other_systems_and_what_has_another_shape_are_not(self, house: House) -> None:
        codes = [{"system": "safe-harbor", "code": "B"}, {"system": "urn:example:codes", "code": "anything"}]
        house.send(self.claiming(clears=codes, alterations=["PSEUDED"], state="DE_IDENTIFIED"))
        house.send(self.claiming(clears="B", alterations=[7, None], method=3, state=None))
        house.record(attestation(clears=codes))
        assert of(house.view(), Rule.DEIDENTIFICATION_CODES_KNOWN) == {}


class TestR2DeploymentAllowed:
    @pytest.fixture
    def house(self, house: House) -> House:
        for name, within in (("EU", None), ("US", None), ("North", "EU"), ("West", "US")):
            house.record(place(name, within, valid_from="2025-12-01T00:00:00Z"))
        house.send(event())
        house.record(permission("board-1", of={"dataset": RAW}, places=["EU"], valid_from="2025-12-01T00:00:00Z"))
        house.record(seal())
        house.record(registration())
        house.record(release())
        return house

    def test_r2_a_deployment_is_at_its_own_place(self, house: House) -> None:
        house.record(deployment(place="North"))
        assert of(house.view(), Rule.DEPLOYMENT_ALLOWED) == {}
        there = house.record(deployment(place="West")).receipt.index
        (found,) = of(house.view(), Rule.DEPLOYMENT_ALLOWED).values()
        assert found.text.startswith("It runs, or ran, at West: ")
        assert there in found.entries
        version = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
        located = {
            (one.place, one.decision)
            for one in residency(house.view(), version).located
            if one.presence is Presence.DEPLOYED
        }
        assert located == {("North", Decision.PERMIT), ("West", Decision.DENY)}
        house.clock.now += 60
        house.record(ending_deployment(there))
        assert len(of(house.view(), Rule.DEPLOYMENT_ALLOWED)) == 1

    def test_r2_what_is_forbidden_while_it_runs_is_found_and_a_transfer_allows_it(self, house: House) -> None:
        house.record(deployment(place="North"))
        house.clock.now += 60
        assert of(house.view(), Rule.DEPLOYMENT_ALLOWED) == {}
        house.record(permission("board-2", of={"dataset": RAW}, places=["US"]))
        house.clock.now += 60
        assert len(of(house.view(), Rule.DEPLOYMENT_ALLOWED)) == 1
        house.record(transfer(of={"dataset": RAW}, place="EU", valid_from="2025-12-01T00:00:00Z"))
        assert of(house.view(), Rule.DEPLOYMENT_ALLOWED) == {}

    def test_r2_what_is_said_of_a_snapshot_bounds_where_its_data_lies(self, house: House) -> None:
        assert of(house.view(), Rule.PLACE_ALLOWED) == {}
        state = {"dataset": CURATED, "digest": DIGEST}
        house.record(permission("board-3", of={"snapshot": state}, places=["North"], valid_from="2025-12-01T00:00:00Z"))
        house.record({"kind": "declare_dataset", "dataset": CURATED, "place": "West"})
        (found,) = of(house.view(), Rule.PLACE_ALLOWED).values()
        assert found.subject == Dataset(**CURATED).id
