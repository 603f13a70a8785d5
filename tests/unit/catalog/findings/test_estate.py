"""What the rules over the estate find, each by the fewest records that show it, and how findings stand."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from catalog.errors import SenderError
from catalog.findings.estate.reading import use_cases
from catalog.findings.queries import Wanted, finding_details, findings, findings_on
from catalog.findings.rules import ESTATE, FindingState, Rule, Severity
from catalog.reading import LATEST, AsOf, Rights, Terms
from catalog.use.impact import consent_impact
from catalog.view import Anchor, View
from graph_schema.nodes import Dataset, Job, ModelVersion, UseStatement
from graph_schema.times import format_time, parse_zoned
from tests.support.counting import Counting
from tests.support.records import (
    CURATED,
    FURTHER,
    JOB,
    MANIFEST,
    MODEL,
    RAW,
    RUN,
    House,
    attestation,
    declaration,
    ending_attestation,
    event,
    finding_record,
    registration,
    run_node,
    seal,
    source,
    tag,
)
from tests.support.uses import ending, flow, licence, named, permission

RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
OTHER_RUN = "0190d2e6-0000-7000-8000-00000000000b"
OTHER_JOB = {"namespace": "pipeline", "name": "copy"}
EVERY = frozenset(FindingState)
SOCIAL = "123-45-6789"
DAY = 86_400 * 1_000_000


def of(view: View, rule: Rule, states: frozenset[FindingState] | None = None) -> dict[str, Any]:
    wanted = Wanted(rules=frozenset({rule})) if states is None else Wanted(rules=frozenset({rule}), states=states)
    found = findings(view, wanted)
    return {one.subject: one for one in finding_details(view, found, found.keys).values()}


def later(house: House, days: float) -> View:
    """Look at the catalog as it is so many days after the clock of the tests."""
    moment = house.clock.micros() + int(days * DAY)
    return View(house.store, LATEST, anchor=Anchor(house.ledger, "1", moment))


class TestFieldsDeclared:
    def test_it_names_what_is_missing_of_what_anything_is_said_of(self, house: House) -> None:
        house.send(event())
        house.record(declaration(dataset=CURATED, owner="nephrology"))
        found = of(house.view(), Rule.FIELDS_DECLARED)
        assert RAW_ID not in found
        house.record(declaration(dataset={"namespace": "landing", "name": "alone"}))
        (alone,) = [one for one in of(house.view(), Rule.FIELDS_DECLARED).values() if one.name == "landing/alone"]
        assert alone.text == "The lineage is not recorded."
        assert alone.state is FindingState.OPEN

    def test_it_is_closed_by_the_entry_that_says_the_last_of_it(self, house: House) -> None:
        house.send(event())
        house.record(declaration(dataset={**CURATED}))
        assert CURATED_ID not in of(house.view(), Rule.FIELDS_DECLARED)
        (closed,) = [
            one
            for one in of(house.view(), Rule.FIELDS_DECLARED, frozenset({FindingState.CLOSED})).values()
            if one.subject == CURATED_ID
        ]
        assert (closed.known, closed.ended, closed.state) == (0, 1, FindingState.CLOSED)
        assert closed.since == parse_zoned("2026-01-01T10:00:00Z") < (closed.until or 0)

    def test_before_it_was_filled_it_is_found(self, house: House) -> None:
        house.send(event())
        house.record(declaration(dataset=CURATED))
        then = house.view(AsOf(known_at=0))
        assert CURATED_ID in of(then, Rule.FIELDS_DECLARED)


class TestDatasetDescribed:
    def test_a_dataset_of_which_only_the_name_is_known_is_found(self, house: House) -> None:
        house.send(event())
        found = of(house.view(), Rule.DATASET_DESCRIBED)
        assert list(found) == [RAW_ID]
        assert found[RAW_ID].entries == (0,)
        house.record(declaration(owner="nephrology"))
        assert of(house.view(), Rule.DATASET_DESCRIBED) == {}
        (closed,) = of(house.view(), Rule.DATASET_DESCRIBED, frozenset({FindingState.CLOSED})).values()
        assert (closed.subject, closed.ended) == (RAW_ID, 1)


class TestCataloguedFirst:
    def test_what_a_run_wrote_before_it_was_declared_and_classified_is_found(self, house: House) -> None:
        house.send(event())
        (found,) = of(house.view(), Rule.CATALOGUED_FIRST).values()
        assert (found.subject, found.entries, found.since) == (CURATED_ID, (0,), parse_zoned("2026-01-01T10:00:00Z"))
        assert found.text == (
            "A run wrote it before anything was declared of it and before anybody said what PHI it holds."
        )
        house.record(declaration(dataset=CURATED, phi_category=None))
        (found,) = of(house.view(), Rule.CATALOGUED_FIRST).values()
        assert found.text.endswith("before anybody said what PHI it holds.")
        house.record(tag(dataset=CURATED))
        assert of(house.view(), Rule.CATALOGUED_FIRST) == {}
        (closed,) = of(house.view(), Rule.CATALOGUED_FIRST, frozenset({FindingState.CLOSED})).values()
        assert (closed.known, closed.ended) == (0, 2)

    def test_what_was_declared_before_is_not(self, house: House) -> None:
        house.record(declaration(dataset=CURATED, valid_from="2025-12-01T00:00:00Z"))
        house.send(event())
        assert of(house.view(), Rule.CATALOGUED_FIRST, EVERY) == {}

    def test_what_its_source_says_counts(self, house: House) -> None:
        house.record(source(valid_from="2025-12-01T00:00:00Z"))
        house.record(
            {
                "kind": "declare_dataset",
                "dataset": CURATED,
                "source": "made-up EHR",
                "valid_from": "2025-12-02T00:00:00Z",
            }
        )
        house.send(event())
        assert of(house.view(), Rule.CATALOGUED_FIRST, EVERY) == {}


class TestRetentionKept:
    def test_what_is_due_is_found_from_then_on_by_the_clock_alone(self, house: House) -> None:
        scratch = {"policy_class": "SCRATCH", "period_days": 10}
        house.record(declaration(retention=scratch))
        assert of(house.view(), Rule.RETENTION_KEPT) == {}
        assert of(later(house, 9), Rule.RETENTION_KEPT) == {}
        (found,) = of(later(house, 11), Rule.RETENTION_KEPT).values()
        assert found.text == "The dataset is still there: the period of SCRATCH retention, 10 days, is over."
        house.record(declaration(retention={**scratch, "disposition": "DELETE"}))
        (found,) = of(later(house, 11), Rule.RETENTION_KEPT).values()
        assert found.text.endswith("10 days, is over, and it is to be deleted.")
        house.record(declaration(retention={**scratch, "period_days": 400}))
        assert of(later(house, 11), Rule.RETENTION_KEPT) == {}

    def test_what_was_dropped_is_not_due(self, house: House) -> None:
        house.record(declaration(dataset=CURATED, retention={"policy_class": "SCRATCH", "period_days": 1}))
        house.send(event())
        assert list(of(later(house, 400), Rule.RETENTION_KEPT)) == [CURATED_ID]
        house.send(event(at="2026-01-05T10:00:00Z", lifecycleStateChange={"lifecycleStateChange": "DROP"}))
        assert of(later(house, 400), Rule.RETENTION_KEPT) == {}


class TestDeclarationsAgree:
    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"deidentification_state": "DE_IDENTIFIED"}, "de-identified, and to hold direct identifiers"),
            (
                {
                    "storage_pattern": "IMMUTABLE_ARCHIVE",
                    "retention": {"policy_class": "SCRATCH", "period_days": 9999},
                },
                "archive that deletes nothing",
            ),
            (
                {"encryption": {"at_rest": "NONE"}, "encryption_keys": FURTHER["encryption_keys"]},
                "not to be encrypted at rest",
            ),
        ],
        ids=["state and PHI", "archive and scratch", "no encryption and keys"],
    )
    def test_what_cannot_all_be_so_is_found(self, house: House, more: dict[str, Any], words: str) -> None:
        house.record(declaration())
        assert of(house.view(), Rule.DECLARATIONS_AGREE) == {}
        house.record(declaration(**more))
        (found,) = of(house.view(), Rule.DECLARATIONS_AGREE).values()
        assert words in found.text
        assert found.entries == (1,)

    def test_what_a_person_says_of_a_column_contradicts_what_is_declared(self, house: House) -> None:
        house.record(declaration(phi_category=[], deidentification_state="AGGREGATED"))
        house.record(tag())
        (found,) = of(house.view(), Rule.DECLARATIONS_AGREE).values()
        assert found.text == (
            "It is declared aggregated, and persons say that it holds a direct identifier: mrn. "
            "It is declared to hold no PHI, and persons say that it does: mrn."
        )
        assert (found.entries, found.known) == ((0, 1), 1)
        house.record(tag(stance="REJECT"))
        assert of(house.view(), Rule.DECLARATIONS_AGREE) == {}


class TestLabelConsistent:
    PERMITTED: ClassVar = {"purposes": ["HRESCH"], "refrains": ["NOREUSE", "ORCON", "NORDSCLW"]}

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"statement": "raw, research only"}, "Its label says RAW, and it is declared DE_IDENTIFIED."),
            ({"statement": "de-identified, treatment use"}, "Its label says TREAT, and the codes"),
            ({"refrains": [], "statement": "research only, no export"}, "Its label asks for NORDSCLW, NOREUSE, ORCON"),
            ({"statement": "raw, aggregated"}, "The label says two states"),
            ({"statement": "limited data set, treatment use"}, "45 CFR 164.514(e)(3)(i)"),
            ({"duo": ["POA", "NPOA"]}, "POA"),
        ],
        ids=["state", "purpose", "refrain", "two states", "limited data set", "codes alone"],
    )
    def test_what_contradicts_itself_is_found(self, house: House, more: dict[str, Any], words: str) -> None:
        free = {"deidentification_state": "DE_IDENTIFIED", "phi_category": []}
        permitted = {**self.PERMITTED, "statement": "de-identified, research only, no export"}
        house.record(declaration(permitted_use=permitted, **free))
        assert of(house.view(), Rule.LABEL_CONSISTENT) == {}
        house.record(declaration(permitted_use={**permitted, **more}, **free))
        (found,) = of(house.view(), Rule.LABEL_CONSISTENT).values()
        assert words in found.text
        assert found.entries == (1,)

    def test_words_that_are_no_label_are_not_read(self, house: House) -> None:
        house.record(declaration())
        assert of(house.view(), Rule.LABEL_CONSISTENT) == {}


class TestSuggestionJudged:
    SCHEMA: ClassVar = {"fields": [{"name": "mrn", "type": "string"}, {"name": "ward", "type": "string"}]}

    def test_what_a_schema_suggests_is_found_when_nobody_judged_it_in_time(self, house: House) -> None:
        at = format_time(house.clock.micros() - 10 * DAY)
        house.send(event(at=at, schema=self.SCHEMA))
        assert of(house.view(), Rule.SUGGESTION_JUDGED) == {}
        assert of(later(house, 19), Rule.SUGGESTION_JUDGED) == {}
        (found,) = of(later(house, 21), Rule.SUGGESTION_JUDGED).values()
        assert (found.subject, found.entries) == (CURATED_ID, (0,))
        assert found.text.endswith("neither confirmed nor rejected by a person: mrn.")
        house.record(tag(dataset=CURATED, stance="REJECT"))
        assert of(later(house, 21), Rule.SUGGESTION_JUDGED) == {}

    def test_what_was_rejected_is_to_be_judged_again_where_the_column_became_another(self, house: House) -> None:
        house.send(event(at=format_time(house.clock.micros()), schema=self.SCHEMA))
        house.record(tag(dataset=CURATED, stance="REJECT"))
        other = {"fields": [{"name": "mrn", "type": "bigint"}]}
        house.send(event(at=format_time(house.clock.micros() + DAY), schema=other, run=OTHER_RUN))
        assert of(later(house, 40), Rule.SUGGESTION_JUDGED) != {}

    def test_a_site_says_how_long_it_waits(self, house: House) -> None:
        house.send(event(at=format_time(house.clock.micros()), schema=self.SCHEMA))
        terms = Terms(judged_days=3)
        moment = house.clock.micros() + 4 * DAY
        view = View(house.store, LATEST, anchor=Anchor(house.ledger, "1", moment, terms=terms))
        (found,) = of(view, Rule.SUGGESTION_JUDGED).values()
        assert "more than 3 days ago" in found.text


class TestRunIdOfOneJob:
    def test_several_jobs_under_one_id_are_one_finding_on_all_their_runs(self, house: House) -> None:
        house.send(event())
        assert of(house.view(), Rule.RUN_ID_OF_ONE_JOB) == {}
        house.send({**event(), "job": OTHER_JOB})
        (found,) = of(house.view(), Rule.RUN_ID_OF_ONE_JOB).values()
        assert set(found.subjects) == {run_node(RUN, JOB).id, run_node(RUN, OTHER_JOB).id}
        assert (found.known, found.entries) == (1, (0, 1))
        for run in found.subjects:
            assert [one.id for one in findings_on(house.view(), [run])[run]] == [found.id]

    def test_as_of_the_first_it_is_not_there(self, house: House) -> None:
        house.send(event())
        house.send({**event(), "job": OTHER_JOB})
        assert of(house.view(AsOf(known_at=0)), Rule.RUN_ID_OF_ONE_JOB) == {}


class TestNameWithoutIdentifier:
    def test_a_name_that_held_one_is_found_and_the_identifier_kept_nowhere(self, house: House) -> None:
        sent = event()
        sent["outputs"] = [{"namespace": "curated", "name": f"visits_ssn_{SOCIAL}"}]
        house.send(sent)
        (found,) = of(house.view(), Rule.NAME_WITHOUT_IDENTIFIER).values()
        assert found.rule.severity is Severity.HIGH
        assert SOCIAL not in repr(found)
        assert found.entries == (0,)

    def test_a_plain_name_is_not(self, house: House) -> None:
        house.send(event())
        assert of(house.view(), Rule.NAME_WITHOUT_IDENTIFIER) == {}


class TestAttestationLasts:
    @pytest.fixture
    def house(self, house: House) -> House:
        house.send(event())
        return house

    def attest(self, house: House, days: float | None, **more: Any) -> str:
        end = {} if days is None else {"until": format_time(house.clock.micros() + int(days * DAY))}
        steward = house.act_as("stella", "steward")
        house.record(attestation(run_id=None, **end, **more), steward)
        (subject,) = house.view().all_of("Attestation")[-1:]
        return subject

    def test_one_that_ended_is_found_from_then_on(self, house: House) -> None:
        subject = self.attest(house, 10)
        assert of(house.view(), Rule.ATTESTATION_LASTS) == {}
        (found,) = of(later(house, 11), Rule.ATTESTATION_LASTS).values()
        assert (found.subject, "The attestation of pipeline/curate has ended." in found.text) == (subject, True)

    def test_one_that_another_goes_on_from_is_not(self, house: House) -> None:
        self.attest(house, 10)
        self.attest(house, None)
        assert of(later(house, 11), Rule.ATTESTATION_LASTS) == {}

    def test_one_that_nobody_with_that_power_gave_covers_nothing(self, house: House) -> None:
        house.record(attestation(run_id=None))
        (found,) = of(house.view(), Rule.ATTESTATION_LASTS).values()
        assert "covers nothing" in found.text

    @pytest.mark.parametrize(
        "more",
        [
            {"clears": []},
            {
                "clears": [],
                "method": "SAFE_HARBOR",
                "treatments": [{"code": {"system": "safe-harbor", "code": "H"}, "technique": "DERIVED_CODE"}],
            },
        ],
        ids=["nothing named", "a hash under Safe Harbor"],
    )
    def test_one_that_clears_nothing_covers_nothing(self, house: House, more: dict[str, Any]) -> None:
        self.attest(house, None, **more)
        (found,) = of(house.view(), Rule.ATTESTATION_LASTS).values()
        assert "it names nothing that is gone by a technique that its method accepts" in found.text

    def test_one_of_a_limited_data_set_covers_what_it_names(self, house: House) -> None:
        self.attest(house, None, method="LIMITED_DATA_SET")
        assert of(house.view(), Rule.ATTESTATION_LASTS) == {}

    HASHED: ClassVar[dict[str, Any]] = {
        "clears": [],
        "method": "SAFE_HARBOR",
        "treatments": [{"code": {"system": "safe-harbor", "code": "H"}, "technique": "DERIVED_CODE"}],
    }

    def test_two_that_cover_nothing_do_not_stand_for_each_other(self, house: House) -> None:
        self.attest(house, None, **self.HASHED)
        self.attest(house, None, **self.HASHED, scope="Once more")
        assert len(of(house.view(), Rule.ATTESTATION_LASTS)) == 2

    @pytest.mark.parametrize(
        "narrower",
        [
            {"clears": [{"system": "safe-harbor", "code": "G"}]},
            {"columns": ["mrn"]},
            {"recipients": ["Example University"]},
            {"schema_version": "2"},
            {"run_id": RUN},
        ],
        ids=lambda one: next(iter(one)),
    )
    def test_one_that_covers_less_goes_on_from_none(self, house: House, narrower: dict[str, Any]) -> None:
        self.attest(house, 10)
        house.record(attestation(**{"run_id": None, **narrower}), house.act_as("stella", "steward"))
        (found,) = of(later(house, 11), Rule.ATTESTATION_LASTS).values()
        assert "The attestation of pipeline/curate has ended." in found.text

    def test_one_that_covers_nothing_is_past_once_another_covers_the_same(self, house: House) -> None:
        self.attest(house, None, **self.HASHED)
        assert len(of(house.view(), Rule.ATTESTATION_LASTS)) == 1
        self.attest(house, None)
        assert of(house.view(), Rule.ATTESTATION_LASTS) == {}
        assert len(of(house.view(), Rule.ATTESTATION_LASTS, frozenset({FindingState.CLOSED}))) == 1

    @pytest.mark.parametrize(("days", "method"), [(None, "EXPERT_DETERMINATION"), (10, "LIMITED_DATA_SET")])
    def test_one_that_is_taken_back_as_void_is_not(self, house: House, days: float | None, method: str) -> None:
        self.attest(house, days, method=method)
        index = house.ledger.size() - 1
        house.record(ending_attestation(index, effect="VOID"))
        assert of(later(house, 11), Rule.ATTESTATION_LASTS) == {}

    def test_a_determination_near_its_end_is_found_before_it(self, house: House) -> None:
        self.attest(house, 100, method="EXPERT_DETERMINATION", expert="Testperson Expert")
        assert of(house.view(), Rule.DETERMINATION_LASTS) == {}
        (found,) = of(later(house, 20), Rule.DETERMINATION_LASTS).values()
        assert found.text == "The expert determination for pipeline/curate ends within 80 days."
        assert of(later(house, 101), Rule.DETERMINATION_LASTS) == {}
        (found,) = of(later(house, 101), Rule.ATTESTATION_LASTS).values()
        assert found.text == (
            "The attestation of pipeline/curate has ended. New use needs another; what was released before is not "
            "thereby identified."
        )


class TestEvaluationApart:
    def test_a_version_that_was_evaluated_on_what_it_was_trained_on_is_found(self, house: House) -> None:
        house.send(event())
        sealed = house.record(seal(manifest=MANIFEST))
        assert sealed.receipt.index == 1
        version = registration()
        house.record({**version, "evaluated_on": version["trained_on"]})
        (found,) = of(house.view(), Rule.EVALUATION_APART).values()
        assert found.subject == ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
        assert "same digest" in found.text


class TestUseConsistent:
    def test_a_statement_that_cannot_be_kept_is_found_until_it_ends(self, house: House) -> None:
        house.send(event())
        house.record(permission("made-up board", of={"dataset": CURATED}, terms=[{"code": "POA"}, {"code": "NPOA"}]))
        (found,) = of(house.view(), Rule.USE_CONSISTENT).values()
        assert "ancestry" in found.text
        assert of(house.view(), Rule.USE_CODES_KNOWN) == {}
        house.record({"kind": "end_use_statement", "use_statement": "made-up board", "reason": "Made-up reason"})
        assert of(house.view(), Rule.USE_CONSISTENT) == {}
        (closed,) = of(house.view(), Rule.USE_CONSISTENT, frozenset({FindingState.CLOSED})).values()
        assert closed.id == found.id


class TestU15StatementsThatMeet:
    """POA of one input and NPOA of another: what is made of both can be used for nothing."""

    @staticmethod
    def joined_by_a_run(house: House) -> tuple[int, int, int]:
        flow(house, 1, "b", "c")
        flow(house, 2, "a", "e")
        one = house.record(permission("board-1", of={"dataset": named("a")}, terms=[{"code": "POA"}])).receipt.index
        other = house.record(permission("board-2", of={"dataset": named("b")}, terms=[{"code": "NPOA"}])).receipt.index
        assert of(house.view(), Rule.USES_AGREE) == {}
        flow(house, 3, "c", "d")
        flow(house, 4, "a", "c")
        return one, other, house.ledger.size() - 1

    def test_they_are_found_where_they_come_together_and_nowhere_behind(self, house: House) -> None:
        one, other, joined = self.joined_by_a_run(house)
        (found,) = of(house.view(), Rule.USES_AGREE).values()
        assert (found.name, found.known) == ("estate/c", joined)
        text = "One allows ancestry research alone (POA), the other prohibits it (NPOA)."
        assert found.text == f"board-1 and board-2: {text}"
        assert {one, other, joined} < set(found.entries)
        assert found.state is FindingState.OPEN
        assert of(house.view(AsOf(known_at=joined - 1)), Rule.USES_AGREE) == {}
        for name, there in (("c", 1), ("d", 0), ("a", 0)):
            subject = Dataset(**named(name)).id
            assert (
                len(findings_on(house.view(), [subject], rules=frozenset({Rule.USES_AGREE})).get(subject, ())) == there
            )

    def test_both_of_one_dataset_are_found_on_it(self, house: House) -> None:
        flow(house, 1, "a", "b")
        house.record(permission("board-1", of={"dataset": named("a")}, places=["north"]))
        house.record(permission("board-2", of={"dataset": named("a")}, places=["south"]))
        (found,) = of(house.view(), Rule.USES_AGREE).values()
        assert found.name == "estate/a"
        assert "No place is allowed by both: north and south." in found.text

    def test_so_is_what_is_declared_of_each(self, house: House) -> None:
        flow(house, 1, "a", "c")
        flow(house, 2, "b", "c")
        for name, purpose in (("a", "TREAT"), ("b", "HRESCH")):
            use = {"purposes": [purpose]}
            house.record({"kind": "declare_dataset", "dataset": named(name), "permitted_use": use})
        (found,) = of(house.view(), Rule.USES_AGREE).values()
        assert found.name == "estate/c"
        assert "No purpose is allowed by both." in found.text

    def test_it_is_over_once_one_of_them_ends_or_a_licence_replaces_it(self, house: House) -> None:
        self.joined_by_a_run(house)
        (found,) = of(house.view(), Rule.USES_AGREE).values()
        house.record(ending("board-2"))
        assert of(house.view(), Rule.USES_AGREE) == {}
        (closed,) = of(house.view(), Rule.USES_AGREE, frozenset({FindingState.CLOSED})).values()
        assert (closed.id, closed.since) == (found.id, found.since)
        assert closed.until is not None

    def test_what_a_licence_replaces_on_the_way_meets_nothing(self, house: House) -> None:
        self.joined_by_a_run(house)
        house.record(licence(of={"dataset": named("a")}, terms=[{"code": "GRU"}]))
        assert of(house.view(), Rule.USES_AGREE) == {}

    def test_where_that_is_gone_it_is_what_was_made_of_it(self, house: House) -> None:
        self.joined_by_a_run(house)
        gone = event("COMPLETE", "2026-02-01T00:00:00Z", "0190d2e6-0000-7000-8000-0000000000aa")
        dropped = {"lifecycleStateChange": {"lifecycleStateChange": "DROP"}}
        house.send({**gone, "inputs": [], "outputs": [{**named("c"), "facets": dropped}]})
        (found,) = of(house.view(), Rule.USES_AGREE).values()
        assert found.name == "estate/d"

    def test_in_a_circle_it_is_found_where_each_comes_in(self, house: House) -> None:
        for number, pair in enumerate(("ab", "ba", "bc"), 1):
            flow(house, number, *pair)
        house.record(permission("board-1", of={"dataset": named("a")}, terms=[{"code": "POA"}]))
        house.record(permission("board-2", of={"dataset": named("b")}, terms=[{"code": "HMB"}]))
        assert {one.name for one in of(house.view(), Rule.USES_AGREE).values()} == {"estate/a", "estate/b"}


class TestU15DeletedAfterUse:
    LONG: ClassVar = {"policy_class": "CLINICAL_REGULATORY", "period_days": 3650, "clock": "CREATION"}

    def test_what_is_kept_longer_than_a_statement_lets_it_be_is_found_while_it_is(self, house: House) -> None:
        house.send(event())
        ada = house.act_as("ada", "steward")
        made = {"of": {"dataset": RAW}, "obligations": ["DELAU"], "until": "2030-01-01T00:00:00Z"}
        asking = house.record(permission("made-up board", **made)).receipt.index
        assert of(house.view(), Rule.USE_CONSISTENT) == {}
        kept = {"kind": "declare_dataset", "dataset": CURATED, "retention": {**self.LONG, "starts_on": "2026-01-01"}}
        keeping = house.record(kept, ada).receipt.index
        (found,) = of(house.view(), Rule.USE_CONSISTENT).values()
        assert "curated/visits until 2035-12-30" in found.text
        assert "by 2030-01-01" in found.text
        assert (found.entries, found.known) == ((asking, keeping), keeping)
        assert of(house.view(AsOf(known_at=keeping - 1)), Rule.USE_CONSISTENT) == {}
        # Once it has ended, the data is still there.
        assert len(of(later(house, 365 * 5), Rule.USE_CONSISTENT)) == 1
        house.record({**kept, "retention": {**self.LONG, "period_days": 300, "starts_on": "2026-01-01"}}, ada)
        assert of(house.view(), Rule.USE_CONSISTENT) == {}

    def test_so_is_what_is_declared_of_a_dataset_and_kept_of_what_was_made_of_it(self, house: House) -> None:
        house.send(event())
        use = {"purposes": ["HRESCH"], "obligations": ["DELAU"]}
        asking = house.record(declaration(dataset=RAW, permitted_use=use, retention=None)).receipt.index
        assert of(house.view(), Rule.LABEL_CONSISTENT) == {}
        keeping = house.record(declaration(dataset=CURATED, retention=self.LONG, permitted_use=None)).receipt.index
        (found,) = of(house.view(), Rule.LABEL_CONSISTENT).values()
        assert (found.name, found.entries) == ("landing/visits", (asking, keeping))
        assert "3,650 days, whatever it is used for" in found.text

    def test_many_statements_cost_as_many_calls_as_few(self, house: House) -> None:
        house.send(event())
        house.record({"kind": "declare_dataset", "dataset": CURATED, "retention": self.LONG})
        ids = []
        for number in range(6):
            house.record(permission(f"board-{number}", of={"dataset": RAW}, obligations=["DELAU"]))
            ids.append(UseStatement(f"board-{number}").id)

        def calls(of: list[str]) -> int:
            counted = Counting(house.store)
            for one, case in use_cases(View(counted, LATEST, anchor=Anchor(house.ledger, "1", 0)), of).items():
                assert [each.name for each in case.kept] == ["curated/visits"]
                bound = {each.id for each in consent_impact(house.view(), one).touched if each.bound_by}
                assert {each.dataset for each in case.kept} < bound
            return counted.calls.total()

        assert calls(ids) <= calls(ids[:2])


class TestDecisions:
    @pytest.fixture
    def house(self, house: House) -> House:
        house.send(event())
        return house

    def state(self, view: View) -> FindingState:
        state: FindingState = of(view, Rule.FIELDS_DECLARED, EVERY)[CURATED_ID].state
        return state

    def test_what_is_acknowledged_and_accepted_says_by_whom_until_when_and_why(self, house: House) -> None:
        steward = house.act_as("stella", "steward")
        house.record(finding_record("acknowledge_finding", CURATED_ID), steward)
        assert self.state(house.view()) is FindingState.ACKNOWLEDGED
        house.record(finding_record("accept_finding", CURATED_ID, until="2030-01-01T00:00:00Z"), steward)
        decided = of(house.view(), Rule.FIELDS_DECLARED)[CURATED_ID].decided
        assert (decided.by, decided.reason, decided.until) == (
            "stella",
            "Made-up reason",
            parse_zoned("2030-01-01T00:00:00Z"),
        )
        assert self.state(house.view()) is FindingState.ACCEPTED

    def test_an_acceptance_that_ends_opens_it_again(self, house: House) -> None:
        house.record(finding_record("accept_finding", CURATED_ID, until="2026-12-01T00:00:00Z"))
        assert self.state(house.view()) is FindingState.ACCEPTED
        assert self.state(later(house, 365)) is FindingState.OPEN

    def test_what_is_reopened_is_open(self, house: House) -> None:
        house.record(finding_record("accept_finding", CURATED_ID))
        house.record(finding_record("reopen_finding", CURATED_ID))
        assert self.state(house.view()) is FindingState.OPEN

    def test_before_it_was_accepted_it_was_open(self, house: House) -> None:
        accepted = house.record(finding_record("accept_finding", CURATED_ID)).receipt.index
        assert self.state(house.view(AsOf(known_at=accepted - 1))) is FindingState.OPEN

    @pytest.mark.parametrize(
        ("more", "pointer"),
        [
            ({"rule": "FIELDS_DECLARE"}, "/rule"),
            ({"subject": "visits"}, "/subject"),
            ({"subject": Job(**JOB).id}, "/subject"),
            ({"rule": "DATASET_DESCRIBED"}, "/subject"),
            ({"until": "2020-01-01T00:00:00Z"}, "/until"),
        ],
    )
    def test_what_cannot_be_accepted_is_refused(self, house: House, more: dict[str, Any], pointer: str) -> None:
        with pytest.raises(SenderError) as refused:
            house.record({**finding_record("accept_finding", CURATED_ID), **more})
        assert refused.value.pointer == pointer

    def test_what_nobody_decided_on_is_not_reopened(self, house: House) -> None:
        with pytest.raises(SenderError, match="open as it is"):
            house.record(finding_record("reopen_finding", CURATED_ID))


def test_what_rights_hide_is_not_found(house: House) -> None:
    house.send(event())
    seen = {key.subject for key in findings(house.view(rights=Rights(namespaces=frozenset({"curated"})))).keys}
    assert seen == {CURATED_ID}


def test_the_list_asks_as_often_of_many_datasets_as_of_few(house: House) -> None:
    def calls(count: int) -> int:
        for number in range(count):
            house.record(declaration(dataset={"namespace": "landing", "name": f"made-up {number}"}))
        counted = Counting(house.store)
        found = findings(View(counted, LATEST, anchor=Anchor(house.ledger, "1", house.clock.micros())))
        assert len(found.keys) >= count
        return counted.calls.total()

    assert calls(5) == calls(40)


def test_what_no_time_changes_is_read_again_only_once_the_graph_went_on(house: House) -> None:
    def calls() -> int:
        counted = Counting(house.store)
        view = View(counted, LATEST, anchor=Anchor(house.ledger, "1", house.clock.micros()))
        found = findings(view)
        shown = finding_details(view, found, found.keys)
        assert RAW_ID in {one.subject for one in shown.values()}
        return counted.calls.total()

    house.send(event())
    house.record(declaration(dataset=CURATED, deidentification_state="DE_IDENTIFIED"))
    first, again = calls(), calls()
    assert again < first
    house.record(declaration(dataset=CURATED, deidentification_state="DE_IDENTIFIED", owner="nephrology"))
    assert calls() == first
    assert CURATED_ID in of(house.view(AsOf(known_at=0)), Rule.FIELDS_DECLARED)


def test_every_rule_over_the_estate_says_what_it_reads() -> None:
    from catalog.findings.estate.reading import ESTATE_RULES  # noqa: PLC0415  the table alone

    assert tuple(one.rule for one in ESTATE_RULES) == ESTATE
