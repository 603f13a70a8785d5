"""What the rules about how data is kept and what is read together find, each by the fewest records that show it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from catalog.findings.queries import Wanted, finding_details, findings, findings_on
from catalog.findings.rules import FindingState, Rule
from catalog.reading import LATEST
from catalog.view import Anchor, View
from graph_schema.nodes import Dataset, EncryptionKey, Job, ModelVersion
from graph_schema.nodes import UseStatement as UseStatementNode
from graph_schema.times import format_time
from tests.support.counting import Counting
from tests.support.records import (
    CURATED,
    MODEL,
    RAW,
    House,
    attestation,
    code_key,
    encryption_key,
    ending_code_key,
    event,
    job_place,
    place,
    registration,
    source,
    tag,
)
from tests.support.uses import licence, permission, transfer, withdrawal_of_consent

DAY = 86_400 * 1_000_000
EVERY = frozenset(FindingState)
RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
OTHER = {"namespace": "curated", "name": "labs"}
JOINED = {"namespace": "curated", "name": "joined"}
RUNS = [f"0190d2e6-0000-7000-8000-0000000000{number:02x}" for number in range(16, 32)]


def of(view: View, rule: Rule, states: frozenset[FindingState] | None = None) -> dict[str, Any]:
    wanted = Wanted(rules=frozenset({rule})) if states is None else Wanted(rules=frozenset({rule}), states=states)
    found = findings(view, wanted)
    return {one.subject: one for one in finding_details(view, found, found.keys).values()}


def only(view: View, rule: Rule) -> Any:
    """Return the one finding of a rule, the same whether all are asked for or those on its subject."""
    (found,) = of(view, rule).values()
    assert found in findings_on(view, [found.subject])[found.subject]
    return found


def later(house: House, days: float) -> View:
    moment = house.clock.micros() + int(days * DAY)
    return View(house.store, LATEST, anchor=Anchor(house.ledger, "1", moment))


def ran(
    job: str, inputs: list[dict[str, str]], outputs: list[dict[str, str]], run: int, day: int = 1, **more: Any
) -> dict[str, Any]:
    """Return that a job read and wrote datasets in a run."""
    return {
        **event(at=f"2026-01-{day:02}T10:00:00Z", run=RUNS[run]),
        "job": {"namespace": "pipeline", "name": job},
        "inputs": inputs,
        "outputs": outputs,
        **more,
    }


def state(dataset: dict[str, str], state: str, **more: Any) -> dict[str, Any]:
    given = {"dataset": dataset, "deidentification_state": state, **more}
    return {"kind": "declare_dataset", "valid_from": "2025-12-01T00:00:00Z", **given}


class TestKeyOfOneEnvironment:
    def use(self, dataset: dict[str, str], environment: str) -> dict[str, Any]:
        keys = [{"key": "keys.example/training/7", "environment": environment}]
        return {"kind": "declare_dataset", "dataset": dataset, "encryption_keys": keys}

    def test_a_key_of_training_and_sandbox_is_found(self, house: House) -> None:
        house.record(self.use(RAW, "TRAINING"))
        house.record(self.use(OTHER, "TRAINING"))
        assert of(house.view(), Rule.KEY_OF_ONE_ENVIRONMENT) == {}
        house.record(self.use(CURATED, "SANDBOX"))
        found = only(house.view(), Rule.KEY_OF_ONE_ENVIRONMENT)
        assert found.subject == EncryptionKey("keys.example/training/7").id
        assert found.text == (
            "The key keys.example/training/7 is shared between SANDBOX (curated/visits); TRAINING "
            "(curated/labs; landing/visits)."
        )
        assert (found.entries, found.known) == ((0, 2), 2)
        house.record({"kind": "declare_dataset", "dataset": CURATED, "encryption_keys": []})
        assert of(house.view(), Rule.KEY_OF_ONE_ENVIRONMENT) == {}

    def test_a_key_that_is_used_where_it_is_not_declared_for_is_found(self, house: House) -> None:
        house.record(encryption_key(environment="TRAINING"))
        assert of(house.view(), Rule.KEY_OF_ONE_ENVIRONMENT) == {}
        house.record(self.use(CURATED, "PRODUCTION"))
        assert "TRAINING (as declared)" in only(house.view(), Rule.KEY_OF_ONE_ENVIRONMENT).text


class TestCacheNotPromoted:
    CACHE: dict[str, Any] = {"zone": "TRAINING", "retention": {"policy_class": "SCRATCH", "period_days": 9999}}  # noqa: RUF012

    def test_what_was_made_of_a_cache_is_found_once_it_is_declared_for_many(self, house: House) -> None:
        house.record({"kind": "declare_dataset", "dataset": RAW, **self.CACHE})
        house.send(event())
        assert of(house.view(), Rule.CACHE_NOT_PROMOTED) == {}
        house.record({"kind": "declare_dataset", "dataset": CURATED, "zone": "CURATED"})
        found = only(house.view(), Rule.CACHE_NOT_PROMOTED)
        assert found.subject == CURATED_ID
        assert found.text == "It is declared CURATED, and was made of the local training cache landing/visits."
        assert found.entries == (1, 2)

    def test_a_cache_that_is_declared_for_many_itself_is_found(self, house: House) -> None:
        house.record({"kind": "declare_dataset", "dataset": RAW, "zone": "TRAINING"})
        house.record({"kind": "declare_dataset", "dataset": RAW, "storage_pattern": "FEDERATED_LOCAL"})
        later_on = {"zone": "FEATURE_STORE", "storage_pattern": "OBJECT"}
        house.record({"kind": "declare_dataset", "dataset": RAW, **later_on})
        found = only(house.view(), Rule.CACHE_NOT_PROMOTED)
        assert found.text == "It was a local training cache, and is declared FEATURE_STORE now."

    def test_what_is_scratch_itself_is_for_nobody_else(self, house: House) -> None:
        house.record({"kind": "declare_dataset", "dataset": RAW, **self.CACHE})
        house.record({"kind": "declare_dataset", "dataset": CURATED, **self.CACHE, "zone": "CURATED"})
        house.send(event())
        assert of(house.view(), Rule.CACHE_NOT_PROMOTED) == {}


class TestConsentHolds:
    @pytest.fixture
    def house(self, house: House) -> House:
        house.send(event())
        consent = {"state": "GIVEN"}
        house.record(permission("consent-1", of={"dataset": RAW}, consent=consent))
        return house

    def test_what_rests_on_a_withdrawn_consent_is_found(self, house: House) -> None:
        assert of(house.view(), Rule.CONSENT_HOLDS) == {}
        house.record(withdrawal_of_consent("consent-1"))
        found = only(house.view(), Rule.CONSENT_HOLDS)
        assert found.subject == UseStatementNode("consent-1").id
        assert found.text.startswith("Consent was withdrawn on ")
        assert found.text.endswith("What rests on it is still there: 1 dataset, curated/visits.")
        assert found.entries == (0, 1, 2)

    def test_it_is_found_once_it_has_ended_by_the_clock_alone(self, house: House) -> None:
        end = house.clock.micros() + 10 * DAY
        consent = {"state": "GIVEN", "until": format_time(end)}
        house.record(permission("consent-2", of={"dataset": RAW}, consent=consent))
        assert of(later(house, 9), Rule.CONSENT_HOLDS) == {}
        found = only(later(house, 11), Rule.CONSENT_HOLDS)
        assert found.subject == UseStatementNode("consent-2").id
        assert found.since == end

    def test_what_a_licence_replaces_rests_on_it_no_longer(self, house: House) -> None:
        house.record(withdrawal_of_consent("consent-1"))
        assert len(of(house.view(), Rule.CONSENT_HOLDS)) == 1
        house.record(licence("consent-1", of={"dataset": CURATED}))
        assert of(house.view(), Rule.CONSENT_HOLDS) == {}

    def test_what_was_dropped_rests_on_nothing(self, house: House) -> None:
        house.record(withdrawal_of_consent("consent-1"))
        house.send(event(at="2026-01-05T10:00:00Z", lifecycleStateChange={"lifecycleStateChange": "DROP"}))
        assert of(house.view(), Rule.CONSENT_HOLDS) == {}


class TestPlaceAllowed:
    @pytest.fixture
    def house(self, house: House) -> House:
        for name, within in (("EU", None), ("US", None), ("north", "EU"), ("west", "US")):
            house.record(place(name, within, valid_from="2025-12-01T00:00:00Z"))
        house.send(event())
        house.record(permission("board-1", of={"dataset": RAW}, places=["EU"], valid_from="2025-12-01T00:00:00Z"))
        return house

    def test_what_lies_where_what_it_was_made_of_may_not_be_is_found(self, house: House) -> None:
        house.record({"kind": "declare_dataset", "dataset": CURATED, "place": "north"})
        assert of(house.view(), Rule.PLACE_ALLOWED) == {}
        house.record({"kind": "declare_dataset", "dataset": CURATED, "place": "west"})
        found = only(house.view(), Rule.PLACE_ALLOWED)
        assert found.subject == CURATED_ID
        assert found.text.startswith("It lies at west: ")
        assert (found.since, {5, 7} <= set(found.entries)) == (None, True)
        house.record({"kind": "declare_dataset", "dataset": CURATED, "place": "north"})
        assert of(house.view(), Rule.PLACE_ALLOWED) == {}

    def test_what_was_read_or_written_elsewhere_is_found_and_a_transfer_allows_it(self, house: House) -> None:
        house.record(job_place("west", valid_from="2025-12-01T00:00:00Z"))
        found = of(house.view(), Rule.PLACE_ALLOWED)
        assert found.keys() == {RAW_ID, CURATED_ID}
        assert found[RAW_ID].text.startswith("It was read at west by pipeline/curate: ")
        assert found[CURATED_ID].text.startswith("It was written at west by pipeline/curate: ")
        assert found[RAW_ID].since is not None
        house.record(transfer(of={"dataset": RAW}, place="US", valid_from="2025-12-01T00:00:00Z"))
        assert of(house.view(), Rule.PLACE_ALLOWED) == {}

    def test_what_those_elsewhere_were_made_of_is_walked_together(self, house: House) -> None:
        def walks(count: int) -> int:
            for number in range(count):
                made = {"namespace": "curated", "name": f"made-up {number}"}
                house.send({**event(run=str(UUID(int=number + 1))), "outputs": [made]})
                house.record({"kind": "declare_dataset", "dataset": made, "place": "west"})
            counted = Counting(house.store)
            view = View(counted, LATEST, anchor=Anchor(house.ledger, "1", house.clock.micros()))
            assert len(of(view, Rule.PLACE_ALLOWED)) == count
            return counted.calls["reach"] + counted.calls["flows"]

        assert walks(2) == walks(7)

    def test_where_other_data_may_not_be_is_no_matter(self, house: House) -> None:
        house.record({"kind": "declare_dataset", "dataset": OTHER, "place": "west"})
        assert of(house.view(), Rule.PLACE_ALLOWED) == {}

    def test_the_places_of_a_source_bind_what_was_made_of_its_data(self, house: House) -> None:
        fed = {"kind": "declare_dataset", "dataset": OTHER, "source": "made-up EHR"}
        house.record({**fed, "place": "west", "valid_from": "2025-12-02T00:00:00Z"})
        assert of(house.view(), Rule.PLACE_ALLOWED) == {}
        house.record(source(permitted_places=["EU"], valid_from="2025-12-01T00:00:00Z"))
        assert only(house.view(), Rule.PLACE_ALLOWED).name == "curated/labs"


class TestL13CodedApart:
    @pytest.fixture
    def house(self, house: House) -> House:
        house.record(state(CURATED, "PSEUDONYMIZED"))
        house.send(ran("curate", [RAW], [CURATED], 0))
        return house

    def test_a_run_that_reads_coded_data_with_its_source_is_found(self, house: House) -> None:
        assert of(house.view(), Rule.CODED_APART) == {}
        house.send(ran("link", [RAW, CURATED], [JOINED], 1, 2))
        found = only(house.view(), Rule.CODED_APART)
        assert found.subject == Job("pipeline", "link").id
        assert found.text.endswith("so that persons can be told again: curated/visits with landing/visits.")
        assert found.entries == (2,)

    def test_a_run_that_reads_coded_data_with_its_key_is_found(self, house: House) -> None:
        house.send(ran("link", [OTHER, CURATED], [JOINED], 1, 2))
        house.record(tag(dataset=OTHER))
        assert of(house.view(), Rule.CODED_APART) == {}
        key = house.record(code_key(dataset=OTHER, valid_from="2025-12-01T00:00:00Z")).receipt.index
        found = only(house.view(), Rule.CODED_APART)
        assert found.subject == Job("pipeline", "link").id
        assert found.text.endswith("so that persons can be told again: curated/visits with its key curated/labs.")
        assert key in found.entries
        house.record(ending_code_key(dataset=OTHER))
        assert of(house.view(), Rule.CODED_APART) == {}

    @pytest.mark.parametrize("with_key", [True, False])
    def test_it_breaks_a_promise_not_to_relink(self, house: House, with_key: bool) -> None:  # noqa: FBT001
        house.send(ran("link", [OTHER if with_key else RAW, CURATED], [JOINED], 1, 2))
        if with_key:
            house.record(tag(dataset=OTHER))
            house.record(code_key(dataset=OTHER, valid_from="2025-12-01T00:00:00Z"))
        assert "NORELINK" not in only(house.view(), Rule.CODED_APART).text
        until = format_time(house.clock.micros() + 5 * DAY)
        said = house.record(permission(refrains=["NORELINK"], valid_from="2025-12-01T00:00:00Z", until=until))
        found = only(house.view(), Rule.CODED_APART)
        assert found.text.endswith(" That breaks NORELINK, no relinking, of board-1.")
        assert said.receipt.index in found.entries
        assert "NORELINK" not in only(later(house, 6), Rule.CODED_APART).text

    def test_data_that_has_a_key_is_coded_whatever_is_declared_of_it(self, house: House) -> None:
        house.send(ran("link", [OTHER, JOINED], [RAW], 1, 2))
        house.record(tag(dataset=OTHER))
        house.record(code_key(dataset=OTHER, of=[JOINED], valid_from="2025-12-01T00:00:00Z"))
        assert only(house.view(), Rule.CODED_APART).subject == Job("pipeline", "link").id

    def test_the_job_that_makes_it_may_read_both(self, house: House) -> None:
        house.send(ran("curate", [RAW, CURATED], [CURATED], 1, 2))
        assert of(house.view(), Rule.CODED_APART) == {}

    def test_two_runs_of_a_job_are_not_one(self, house: House) -> None:
        house.send(ran("copy", [RAW], [JOINED], 1, 2))
        house.send(ran("copy", [CURATED], [JOINED], 2, 3))
        assert of(house.view(), Rule.CODED_APART) == {}

    def test_what_it_was_not_made_of_tells_nobody(self, house: House) -> None:
        house.send(ran("link", [OTHER, CURATED], [JOINED], 1, 2))
        assert of(house.view(), Rule.CODED_APART) == {}


class TestL10CombinationDetermined:
    @pytest.fixture
    def house(self, house: House) -> House:
        house.record(state(CURATED, "DE_IDENTIFIED"))
        house.record(state(OTHER, "DE_IDENTIFIED"))
        return house

    def test_what_is_made_of_two_sets_without_identifiers_is_found(self, house: House) -> None:
        house.send(ran("join", [CURATED, OTHER], [JOINED], 0))
        found = only(house.view(), Rule.COMBINATION_DETERMINED)
        assert found.subject == Dataset(**JOINED).id
        assert "labs, visits in curated" in found.text
        assert found.entries == (2,)

    def test_an_attestation_of_the_job_ends_it(self, house: House) -> None:
        house.send(ran("join", [CURATED, OTHER], [JOINED], 0))
        job = {"namespace": "pipeline", "name": "join"}
        attested = {key: value for key, value in attestation(job=job).items() if key != "run_id"}
        house.record(attested)
        assert len(of(house.view(), Rule.COMBINATION_DETERMINED)) == 1
        house.record(attested, house.act_as("stella", "steward"))
        assert of(house.view(), Rule.COMBINATION_DETERMINED) == {}

    def test_what_is_declared_raw_claims_nothing(self, house: House) -> None:
        house.send(ran("join", [CURATED, OTHER], [JOINED], 0))
        house.record(state(JOINED, "RAW"))
        assert of(house.view(), Rule.COMBINATION_DETERMINED) == {}

    def test_one_set_in_each_run_is_no_combination(self, house: House) -> None:
        house.send(ran("copy", [CURATED], [JOINED], 0))
        house.send(ran("copy", [OTHER], [JOINED], 1, 2))
        assert of(house.view(), Rule.COMBINATION_DETERMINED) == {}


class TestL6CellsLarge:
    def attest(self, house: House, **more: Any) -> None:
        done = {"code": {"system": "safe-harbor", "code": "B"}, "technique": "AGGREGATED", **more}
        house.record(attestation(treatments=[done]), house.act_as("stella", "steward"))

    def test_small_cells_are_found(self, house: House) -> None:
        house.send(event())
        self.attest(house, minimum_cell=5, complementary=True)
        found = only(house.view(), Rule.CELLS_LARGE)
        assert found.text == (
            "What pipeline/curate aggregates is not cleared of B: its smallest cell holds 5, and not 11 or more."
        )

    def test_cells_that_follow_from_others_are_found(self, house: House) -> None:
        house.send(event())
        self.attest(house, minimum_cell=11)
        assert "no other cells were suppressed" in only(house.view(), Rule.CELLS_LARGE).text

    def test_large_cells_are_not(self, house: House) -> None:
        house.send(event())
        self.attest(house, minimum_cell=11, complementary=True)
        assert of(house.view(), Rule.CELLS_LARGE) == {}


class TestEvaluationIndependent:
    """Digests in place of bytes: what a run reads and writes names its exact state."""

    PARENT, TRAINED, EVALUATED = ("sha256:" + digit * 64 for digit in "123")

    def states(self, dataset: dict[str, str], version: str) -> dict[str, Any]:
        return {**dataset, "facets": {"version": {"datasetVersion": version}}}

    def made(
        self, house: House, source: tuple[dict[str, str], str], made: tuple[dict[str, str], str], run: int
    ) -> None:
        house.send(ran(f"make {run}", [self.states(*source)], [self.states(*made)], run, run + 1))

    def register(self, house: House) -> None:
        house.record(
            registration(
                trained_on=[{"dataset": CURATED, "digest": self.TRAINED}],
                evaluated_on=[{"dataset": OTHER, "digest": self.EVALUATED}],
            )
        )

    def test_both_of_one_snapshot_are_found(self, house: House) -> None:
        self.made(house, (RAW, self.PARENT), (CURATED, self.TRAINED), 0)
        self.made(house, (RAW, self.PARENT), (OTHER, self.EVALUATED), 1)
        self.register(house)
        found = only(house.view(), Rule.EVALUATION_INDEPENDENT)
        assert found.subject == ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
        assert found.text == (
            "The training snapshot of curated/visits and the evaluation snapshot of curated/labs were both made of one "
            "snapshot of landing/visits: whether a person is in both is not recorded."
        )
        assert found.entries == (0, 1, 2)

    def test_one_made_of_the_other_is_found(self, house: House) -> None:
        self.made(house, (OTHER, self.EVALUATED), (CURATED, self.TRAINED), 0)
        self.register(house)
        found = only(house.view(), Rule.EVALUATION_INDEPENDENT)
        assert (
            found.text == "The training snapshot of curated/visits was made of the evaluation snapshot of curated/labs."
        )

    def test_what_was_made_of_different_snapshots_is_not(self, house: House) -> None:
        self.made(house, (RAW, self.PARENT), (CURATED, self.TRAINED), 0)
        self.made(house, (RAW, "sha256:" + "4" * 64), (OTHER, self.EVALUATED), 1)
        self.register(house)
        assert of(house.view(), Rule.EVALUATION_INDEPENDENT) == {}
