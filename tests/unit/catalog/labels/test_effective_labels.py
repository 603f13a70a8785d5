"""Labels that flow: the rules by their numbers, each by the fewest entries that show it."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.errors import AskerError, SenderError
from catalog.findings.queries import Wanted, findings
from catalog.findings.rules import Rule
from catalog.labels.queries import attestations_of
from catalog.labels.taint.answers import EffectiveLabel, EffectiveOrigin
from catalog.labels.taint.queries import effective_labels, effective_labels_of_columns, what_if, why_label
from catalog.projection.entry_facts import facts_of
from catalog.reading import AsOf
from catalog.store.memory import MemoryStore
from catalog.view import View
from graph_schema.aspects import labels as aspects
from graph_schema.aspects.labels import Coding
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset, Job, ModelVersion
from graph_schema.times import parse_zoned
from graph_schema.vocabulary import hipaa
from tests.support.facts import joined
from tests.support.records import (
    CURATED,
    JOB,
    MODEL,
    RAW,
    House,
    attestation,
    ending_attestation,
    event,
    registration,
    seal,
    tag,
)

DIRECT, DERIVED = "DIRECT_IDENTIFIER", "DERIVED_FEATURE"
RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
EARLY = "2025-01-01T00:00:00Z"
OTHER_RUN = "0190d2e6-0000-7000-8000-00000000000b"


def lineage(**fields: Any) -> dict[str, Any]:
    """Return a columnLineage facet: of each field (source column, transformation)."""
    return {
        "columnLineage": {
            "fields": {
                name: {"inputFields": [{**RAW, "field": column, "transformations": [how]} for column, how in said]}
                for name, said in fields.items()
            }
        }
    }


PLAIN = {"type": "DIRECT", "subtype": "IDENTITY", "masking": False}
MASKED = {"type": "DIRECT", "subtype": "TRANSFORMATION", "masking": True}
JOINED = {"type": "INDIRECT", "subtype": "JOIN"}


def kinds(view: View, dataset: str = CURATED_ID, column: str | None = None) -> list[str]:
    """Return the kinds of PHI that a dataset or column holds."""
    return [one.kind for one in found(view, dataset, column)]


def found(view: View, dataset: str = CURATED_ID, column: str | None = None) -> tuple[EffectiveLabel, ...]:
    if column is None:
        return effective_labels(view, [dataset])[dataset].labels
    return effective_labels_of_columns(view, [(dataset, column)])[dataset, column].labels


def test_a_column_gets_what_its_own_flows_carry_and_no_other(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", PLAIN)], ward=[("ward", PLAIN)])))
    house.record(tag(valid_from=EARLY))
    assert kinds(house.view(), column="key") == [DIRECT]
    assert kinds(house.view(), column="ward") == []
    (label,) = found(house.view(), column="key")
    assert (label.origin, label.entries, label.unstated) == (EffectiveOrigin.INFERRED, (0, 1), False)
    assert [one.code for one in label.codes] == ["H"]


def test_l1_a_field_that_no_column_lineage_mentions_gets_those_of_every_input(house: House) -> None:
    house.send(event(**lineage(ward=[("ward", PLAIN)])))
    house.record(tag(valid_from=EARLY))
    (label,) = found(house.view(), column="other")
    assert (label.kind, label.unstated) == (DIRECT, True)
    assert kinds(house.view(), column="ward") == []


def test_l1_a_second_emitter_that_says_nothing_does_not_launder(house: House) -> None:
    house.send(event(**lineage(ward=[("ward", PLAIN)])))
    house.record(tag(valid_from=EARLY))
    silent = event(run=OTHER_RUN)
    house.send({**silent, "job": {"namespace": "pipeline", "name": "other"}})
    assert kinds(house.view(), column="ward") == [DIRECT]


def test_l1_an_input_that_no_flow_mentions_reaches_every_field_as_derived(house: House) -> None:
    sent = event(**lineage(ward=[("ward", PLAIN)]))
    sent["inputs"].append({"namespace": "landing", "name": "keys"})
    house.send(sent)
    house.record(tag(dataset={"namespace": "landing", "name": "keys"}, valid_from=EARLY))
    assert kinds(house.view(), column="ward") == [DERIVED]
    assert kinds(house.view(), column="other") == [DERIVED, DIRECT]


def test_l2_a_label_on_a_dataset_counts_for_each_column_that_nobody_judged(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", PLAIN)], ward=[("ward", PLAIN)])))
    house.record(tag(column=None, valid_from=EARLY))
    assert kinds(house.view(), column="ward") == [DIRECT]
    house.record(tag(column="ward", stance="REJECT", valid_from=EARLY))
    assert kinds(house.view(), column="ward") == []
    assert kinds(house.view(), column="key") == [DIRECT]
    assert kinds(house.view(), RAW_ID) == [DIRECT]


def test_l3_a_rejection_hides_what_was_said_and_never_what_flows_in(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", PLAIN)])))
    house.record(tag(valid_from=EARLY))
    house.record(tag(dataset=CURATED, column="key", stance="REJECT", valid_from=EARLY))
    assert kinds(house.view(), column="key") == [DIRECT]


def test_l3_whoever_rejects_what_flows_in_is_told_from_where(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", PLAIN)], made=[("mrn", JOINED)])))
    house.record(tag(valid_from=EARLY))
    rejected = tag(dataset=CURATED, column="key", stance="REJECT", valid_from=EARLY)
    (warning,) = house.record(rejected).warnings
    assert warning.startswith("DIRECT_IDENTIFIER stays all the same: it flows in from landing/visits.")
    assert len(house.record({**rejected, "column": None}).warnings) == 1
    assert len(house.record({**rejected, "column": "made", "phi_kind": DERIVED}).warnings) == 1
    assert house.record({**rejected, "phi_kind": "CLINICAL_NOTE"}).warnings == ()
    assert house.record({**rejected, "dataset": RAW, "column": "mrn"}).warnings == ()
    assert house.record({**rejected, "reason": "Made-up, once more"}).warnings == ()


def test_l3_what_came_back_to_it_in_a_circle_does_not_stay(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", PLAIN)])))
    back = {"fields": {"mrn": {"inputFields": [{**CURATED, "field": "key", "transformations": [PLAIN]}]}}}
    other = {**event(run=OTHER_RUN), "job": {"namespace": "pipeline", "name": "back"}, "inputs": [CURATED]}
    house.send({**other, "outputs": [{**RAW, "facets": {"columnLineage": back}}]})
    house.record(tag(valid_from=EARLY))
    assert house.record(tag(stance="REJECT", valid_from=EARLY)).warnings == ()
    assert kinds(house.view(), column="key") == []


class TestClearing:
    """Masked, and attested: both, or nothing is cleared."""

    @pytest.mark.parametrize(
        ("how", "attested", "left"),
        [(MASKED, "ada", []), (PLAIN, "ada", [DIRECT]), ({"type": "DIRECT"}, "ada", [DIRECT]), (MASKED, "", [DIRECT])],
    )
    def test_a_direct_flow_needs_both(self, house: House, how: dict[str, Any], attested: str, left: list[str]) -> None:
        house.send(event(**lineage(key=[("mrn", how)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        if attested:
            house.record(attestation(valid_from=EARLY), house.act_as(attested, "steward"))
        assert kinds(house.view(), column="key") == left

    def test_l16_a_claim_of_k_anonymity_clears_nothing(self, house: House) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        claimed = attestation(clears=[], result="Every combination is of at least 11 persons", valid_from=EARLY)
        accepted = house.record(claimed, house.act_as("ada", "steward"))
        assert "takes no label away" in accepted.warnings[0]
        assert kinds(house.view(), column="key") == [DIRECT]

    def test_what_was_cleared_is_told_with_step_and_attestation(self, house: House) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        steward = house.act_as("ada", "steward")
        entry = house.record(attestation(valid_from=EARLY), steward).receipt.index
        (cleared,) = effective_labels_of_columns(house.view(), [(CURATED_ID, "key")])[CURATED_ID, "key"].cleared
        assert (cleared.kind, cleared.source, cleared.source_column, cleared.entry) == (DIRECT, RAW_ID, "mrn", entry)
        assert not cleared.remains

    def test_l12_an_attestation_that_ended_or_is_not_known_yet_clears_nothing(self, house: House) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        until = "2026-03-01T00:00:00Z"
        entry = house.record(
            attestation(valid_from=EARLY, until=until, run_id=None), house.act_as("ada", "steward")
        ).receipt.index
        ended, before = parse_zoned(until), parse_zoned("2026-02-01T00:00:00Z")
        assert kinds(house.view(AsOf(before, NOW)), column="key") == []
        assert kinds(house.view(AsOf(ended, NOW)), column="key") == [DIRECT]
        assert kinds(house.view(AsOf(before, entry - 1)), column="key") == [DIRECT]

    @pytest.mark.parametrize(
        ("effect", "day", "left"),
        [("ENDED", 15, []), ("ENDED", 20, [DIRECT]), ("ENDED", 25, [DIRECT]), ("VOID", 15, [DIRECT])],
    )
    def test_l12_ended_acts_from_its_date_and_void_at_every_time(
        self, house: House, effect: str, day: int, left: list[str]
    ) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        entry = house.record(attestation(valid_from=EARLY), house.act_as("ada", "steward")).receipt.index
        ended = ending_attestation(entry, effect=effect, valid_from="2026-03-20T00:00:00Z")
        ended_by = house.record(ended, house.act_as("bob", "steward")).receipt.index
        then = parse_zoned(f"2026-03-{day}T00:00:00Z")
        assert kinds(house.view(AsOf(then, NOW)), column="key") == left
        assert kinds(house.view(AsOf(then, ended_by - 1)), column="key") == []
        (one,) = attestations_of(house.view(AsOf(then, NOW)), [Job(**JOB).id])[Job(**JOB).id]
        assert one.in_force is not bool(left)
        assert (None if one.end is None else one.end.ended_by) == ("bob" if left else None)

    def test_l12_who_is_no_steward_ends_nothing(self, house: House) -> None:
        house.send(event())
        entry = house.record(attestation()).receipt.index
        with pytest.raises(AskerError, match="steward"):
            house.record(ending_attestation(entry), house.act_as("eve", "engineer"))

    def test_l12_only_an_attestation_can_end(self, house: House) -> None:
        house.send(event())
        with pytest.raises(SenderError, match="unknown attestation: give the ledger index"):
            house.record(ending_attestation(0))

    def test_l11_an_attestation_of_one_run_does_not_cover_another(self, house: House) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        house.record(attestation(valid_from=EARLY), house.act_as("ada", "steward"))
        house.send(event(at="2026-01-02T10:00:00Z", run=OTHER_RUN, **lineage(key=[("mrn", MASKED)])))
        assert kinds(house.view(), column="key") == [DIRECT]

    @pytest.mark.parametrize(("technique", "left"), [("REMOVED", []), ("DERIVED_CODE", [DIRECT])])
    def test_l4_a_code_made_of_the_identifier_clears_nothing_under_safe_harbor(
        self, house: House, technique: str, left: list[str]
    ) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        treated = [{"code": {"system": "safe-harbor", "code": "H"}, "technique": technique}]
        said = attestation(method="SAFE_HARBOR", expert=None, clears=[], treatments=treated, valid_from=EARLY)
        house.record({name: value for name, value in said.items() if value}, house.act_as("ada", "steward"))
        assert kinds(house.view(), column="key") == left

    @pytest.mark.parametrize(("indirect", "left"), [("named", []), ("", [DERIVED])])
    def test_l5_what_came_through_a_join_has_to_be_named_and_needs_no_masking(
        self, house: House, indirect: str, left: list[str]
    ) -> None:
        house.send(event(**lineage(key=[("mrn", JOINED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        house.record(attestation(valid_from=EARLY, indirect=bool(indirect)), house.act_as("ada", "steward"))
        assert kinds(house.view(), column="key") == left

    def test_l7_what_an_attestation_does_not_name_of_free_text_stays(self, house: House) -> None:
        house.send(event(**lineage(key=[("note", MASKED)])))
        house.record(tag(column="note", codes=[], phi_kind="CLINICAL_NOTE", confidentiality=None, valid_from=EARLY))
        house.record(attestation(valid_from=EARLY), house.act_as("ada", "steward"))
        (label,) = found(house.view(), column="key")
        assert [one.code for one in label.codes] == list("ABCDEFGIJKLMNOPQR")

    def test_l11_an_attestation_of_some_columns_covers_no_other(self, house: House) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)], other=[("mrn", MASKED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        house.record(attestation(valid_from=EARLY, columns=["key"]), house.act_as("ada", "steward"))
        assert (kinds(house.view(), column="key"), kinds(house.view(), column="other")) == ([], [DIRECT])

    @pytest.mark.parametrize(("recipient", "left"), [(None, []), ("A made-up partner", []), ("Another", [DIRECT])])
    def test_l11_an_attestation_that_anticipated_other_recipients_covers_nothing_for_one(
        self, house: House, recipient: str | None, left: list[str]
    ) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        house.record(attestation(valid_from=EARLY, recipients=["A made-up partner"]), house.act_as("ada", "steward"))
        asked = CURATED_ID, "key"
        held = effective_labels_of_columns(house.view(), [asked], recipient=recipient)[asked]
        assert [one.kind for one in held.labels] == left
        assert len(why_label(house.view(), *asked, DIRECT, recipient=recipient).ways) == len(left)

    def test_l11_a_column_that_came_later_is_not_covered(self, house: House) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        house.record(attestation(valid_from=EARLY, run_id=None), house.act_as("ada", "steward"))
        house.send(event(run=OTHER_RUN, **lineage(key=[("mrn", MASKED)], new=[("mrn", MASKED)])))
        assert (kinds(house.view(), column="key"), kinds(house.view(), column="new")) == ([], [DIRECT])

    def test_l11_what_no_column_lineage_mentions_is_cleared_but_in_a_later_column(self, house: House) -> None:
        schema: dict[str, Any] = {"schema": {"fields": [{"name": "a"}]}}
        house.send(event(**schema))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        house.record(attestation(valid_from=EARLY, run_id=None), house.act_as("ada", "steward"))
        assert kinds(house.view()) == []
        house.send(event(at="2026-01-02T10:00:00Z", run=OTHER_RUN, schema={"fields": [{"name": "a"}, {"name": "b"}]}))
        assert (kinds(house.view(), column="a"), kinds(house.view(), column="b")) == ([], [DIRECT])
        assert kinds(house.view()) == [DIRECT]

    @pytest.mark.parametrize(
        ("treated", "left"),
        [
            ({"minimum_cell": 11, "complementary": True}, []),
            ({"minimum_cell": 10, "complementary": True}, [DIRECT]),
            ({"minimum_cell": 11, "complementary": False}, [DIRECT]),
        ],
    )
    def test_l6_aggregates_clear_from_a_smallest_cell_on_and_with_complementary_cells_suppressed(
        self, house: House, treated: dict[str, Any], left: list[str]
    ) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        done = {"code": {"system": "safe-harbor", "code": "H"}, "technique": "AGGREGATED", **treated}
        house.record(attestation(clears=[], treatments=[done], valid_from=EARLY), house.act_as("ada", "steward"))
        assert kinds(house.view(), column="key") == left

    @pytest.mark.parametrize(
        ("options", "left"),
        [(["113101"], list("PQ")), (["113101", "113102"], []), (["113101", "113102", "113107"], ["C"])],
    )
    def test_l8_options_clear_text_and_faces_and_what_they_retain_stays(
        self, house: House, options: list[str], left: list[str]
    ) -> None:
        house.send(event(**lineage(key=[("pixels", MASKED)])))
        house.record(tag(column="pixels", codes=[], phi_kind="IMAGING_PIXELS", confidentiality=None, valid_from=EARLY))
        clears = [{"system": "safe-harbor", "code": letter} for letter in "ABCDEFGHIJKLMNOPQR"]
        clears += [{"system": "dicom", "code": option} for option in options]
        house.record(attestation(clears=clears, valid_from=EARLY), house.act_as("ada", "steward"))
        assert [code.code for label in found(house.view(), column="key") for code in label.codes] == left

    def test_l14_a_limited_data_set_keeps_dates_and_places(self, house: House) -> None:
        house.send(event(**lineage(key=[("note", MASKED)])))
        house.record(tag(column="note", codes=[], phi_kind="CLINICAL_NOTE", confidentiality=None, valid_from=EARLY))
        clears = [{"system": "safe-harbor", "code": letter} for letter in "ABCDEFGHIJKLMNOPQR"]
        said = attestation(method="LIMITED_DATA_SET", clears=clears, valid_from=EARLY)
        house.record({name: value for name, value in said.items() if name != "expert"}, house.act_as("ada", "steward"))
        (label,) = found(house.view(), column="key")
        assert [one.code for one in label.codes] == list("BCR")

    def test_a_supposed_attestation_tells_what_it_would_clear_and_what_remains(self, house: House) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)], other=[("mrn", PLAIN)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        before = house.ledger.size()
        codes = (Coding(hipaa.SYSTEM, "H"),)
        said = aspects.Attestation("EXPERT_DETERMINATION", codes, (), "All", "None left", Job(**JOB).id)
        (one,) = what_if(house.view(), said, parse_zoned(EARLY))
        assert (one.asset, {(each.column, each.remains) for each in one.cleared}) == (
            CURATED_ID,
            {("key", True), (None, True)},
        )
        assert [each.kind for each in one.before] == [each.kind for each in one.after] == [DIRECT]
        assert one.after[0].way is not None
        assert [hop.target_column for hop in one.after[0].way.hops] == ["other"]
        assert (house.ledger.size(), kinds(house.view(), column="key")) == (before, [DIRECT])

    @pytest.mark.parametrize(
        ("more", "warned"),
        [
            ({}, None),
            ({"clears": [{"system": "safe-harbor", "code": "D"}]}, "takes no label away of what the job wrote"),
            ({"clears": []}, "names no code"),
            ({"run_id": None, "valid_from": "2026-01-01T10:00:01Z"}, "since those runs ended before it holds"),
        ],
    )
    def test_an_attestation_that_covers_nothing_is_taken_with_a_warning(
        self, house: House, more: dict[str, Any], warned: str | None
    ) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        warnings = house.record(attestation(**{"valid_from": EARLY, **more}), house.act_as("ada", "steward")).warnings
        assert [bool(warned and warned in one) for one in warnings] == ([True] if warned else [])

    def test_an_attestation_that_no_key_proves_is_taken_with_a_warning_and_is_found(self, house: House) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)])))
        (warning,) = house.record(attestation(valid_from=EARLY)).warnings
        assert "since no key proves who attests it" in warning
        assert findings(house.view(), Wanted(rules=frozenset({Rule.ATTESTATION_LASTS}))).keys

    def test_nobody_who_may_not_attest_clears(self, house: House) -> None:
        house.send(event(**lineage(key=[("mrn", MASKED)])))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        house.append(attestation(valid_from=EARLY), "nobody", authenticated=False)
        house.project()
        assert kinds(house.view(), column="key") == [DIRECT]


def test_an_indirect_flow_makes_a_derived_feature(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", JOINED)])))
    house.record(tag(valid_from=EARLY))
    assert kinds(house.view(), column="key") == [DERIVED]


@pytest.mark.parametrize("mode", ["OVERWRITE", "TRUNCATE", "DROP"])
def test_failing_and_overwriting_clear_nothing(house: House, mode: str) -> None:
    house.send(event("FAIL", **lineage(key=[("mrn", PLAIN)])))
    house.record(tag(valid_from=EARLY))
    later = event(
        at="2026-01-03T10:00:00Z",
        run=OTHER_RUN,
        lifecycleStateChange={"lifecycleStateChange": mode},
        **lineage(key=[("ward", PLAIN)]),
    )
    house.send(later)
    assert kinds(house.view(), column="key") == [DIRECT]


def with_schema(*names: str, at: str, run: str = OTHER_RUN) -> dict[str, Any]:
    replaced = {"lifecycleStateChange": "OVERWRITE"}
    fields = {"fields": [{"name": name, "type": "STRING"} for name in names]}
    return {**event(at=at, run=run, schema=fields, lifecycleStateChange=replaced), "inputs": []}


def test_a_suggested_label_stays_with_a_column_that_a_later_schema_dropped(house: House) -> None:
    house.send(with_schema("mrn", "ward", at="2026-01-01T10:00:00Z"))
    house.send(with_schema("ward", at="2026-01-02T10:00:00Z"))
    (label,) = found(house.view(), column="mrn")
    assert (label.kind, label.origin, label.entries) == (DIRECT, EffectiveOrigin.SUGGESTED, (0,))
    assert kinds(house.view()) == [DIRECT]


def test_l18_a_rejection_at_the_origin_takes_away_what_was_derived_from_that_suggestion_alone(house: House) -> None:
    scores = {"namespace": "out", "name": "scores"}
    house.send(with_schema("mrn", "ward", at="2026-01-01T10:00:00Z"))
    read = event(at="2026-01-02T10:00:00Z")
    read["job"] = {"namespace": "pipeline", "name": "score"}
    fields = {
        name: {"inputFields": [{**CURATED, "field": name, "transformations": [PLAIN]}]} for name in ("mrn", "ward")
    }
    house.send({**read, "inputs": [CURATED], "outputs": [{**scores, "facets": {"columnLineage": {"fields": fields}}}]})
    house.record(tag(dataset=CURATED, column="ward", phi_kind="QUASI_IDENTIFIER", codes=[], confidentiality=None))
    asked = Dataset(**scores).id
    (held, other) = found(house.view(), asked)
    assert (held.kind, held.origin, other.origin) == (DIRECT, EffectiveOrigin.SUGGESTED, EffectiveOrigin.INFERRED)
    house.record(tag(dataset=CURATED, column="mrn", stance="REJECT", codes=[], confidentiality=None))
    assert kinds(house.view(), asked) == ["QUASI_IDENTIFIER"]


class TestNames:
    """All names that a dataset ever had are one dataset, whichever is asked for."""

    def renamed(self, old: dict[str, str], new: dict[str, str], at: str) -> dict[str, Any]:
        facet = {"lifecycleStateChange": {"lifecycleStateChange": "RENAME", "previousIdentifier": old}}
        return {**event(at=at, run=OTHER_RUN), "inputs": [], "outputs": [{**new, "facets": facet}]}

    @pytest.mark.parametrize("named", [RAW, CURATED])
    def test_an_old_name_keeps_what_it_had_and_both_names_hold_the_same(
        self, house: House, named: dict[str, str]
    ) -> None:
        house.send(self.renamed(RAW, CURATED, "2026-01-03T10:00:00Z"))
        house.record(tag(valid_from=EARLY))
        house.record(tag(dataset=CURATED, column="note", phi_kind="CLINICAL_NOTE"))
        asked = Dataset(**named).id
        assert kinds(house.view(), asked) == ["CLINICAL_NOTE", DIRECT]
        assert (kinds(house.view(), asked, "mrn"), kinds(house.view(), asked, "note")) == ([DIRECT], ["CLINICAL_NOTE"])

    def test_a_name_that_was_used_again_passes_labels_on_and_shows_who_was_asked(self, house: House) -> None:
        last = {"namespace": "out", "name": "b"}
        house.send(self.renamed(RAW, CURATED, "2026-01-03T10:00:00Z"))
        house.send({**self.renamed(RAW, last, "2026-01-04T10:00:00Z"), "job": {"namespace": "p", "name": "other"}})
        house.record(tag(dataset=CURATED, valid_from="2026-01-05T00:00:00Z"))
        asked = Dataset(**last).id
        (way,) = why_label(house.view(), asked, "mrn", DIRECT).ways
        assert (way.origin, way.every_entry) == (asked, (0, 1, 2))

    def test_what_was_judged_of_another_that_had_the_name_is_not_judged_here(self, house: House) -> None:
        last = {"namespace": "out", "name": "b"}
        house.send(self.renamed(RAW, CURATED, "2026-01-03T10:00:00Z"))
        house.send({**self.renamed(RAW, last, "2026-01-04T10:00:00Z"), "job": {"namespace": "p", "name": "other"}})
        house.record(tag(dataset=last, column=None, valid_from="2026-01-05T00:00:00Z"))
        house.record(tag(dataset=CURATED, column="ward", stance="REJECT", valid_from="2026-01-05T00:00:00Z"))
        assert kinds(house.view(), Dataset(**last).id, "ward") == [DIRECT]


def test_l9_a_model_version_has_the_labels_of_what_it_was_trained_on_and_gives_them_on(house: House) -> None:
    house.send(event(version={"datasetVersion": "v1"}))
    house.record(tag(valid_from=EARLY))
    house.record(seal())
    house.record(registration())
    version = ModelVersion(MODEL["namespace"], MODEL["name"], registration()["version"])
    assert kinds(house.view(), version.id) == [DIRECT]


def test_l17_confidentiality_is_the_highest_and_no_attestation_lowers_it(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", MASKED)])))
    house.record(tag(valid_from=EARLY))
    house.record(attestation(valid_from=EARLY), house.act_as("ada", "steward"))
    held = effective_labels_of_columns(house.view(), [(CURATED_ID, "key")])[CURATED_ID, "key"]
    assert (held.labels, held.confidentiality) == ((), "R")


class TestWhy:
    def test_a_label_tells_its_way_with_job_run_and_entries(self, house: House) -> None:
        house.send(event(**lineage(key=[("mrn", PLAIN)])))
        house.record(tag(valid_from=EARLY))
        (way,) = why_label(house.view(), CURATED_ID, "key", DIRECT).ways
        assert (way.origin, way.origin_column, way.entries) == (RAW_ID, "mrn", (1,))
        (hop,) = way.hops
        assert (hop.source_column, hop.target_column, hop.passage, hop.masked) == ("mrn", "key", "DIRECT", False)
        assert (hop.entries, bool(hop.job), bool(hop.run)) == ((0,), True, True)

    def test_a_label_that_it_has_not_has_no_way(self, house: House) -> None:
        house.send(event())
        assert why_label(house.view(), CURATED_ID, None, DIRECT).ways == ()

    def test_the_entries_that_are_cited_give_the_same_label_alone(self, house: House) -> None:
        other = {"namespace": "pipeline", "name": "score"}
        house.send(event("START", "2026-01-01T08:00:00Z", **lineage(ward=[("ward", PLAIN)])))
        house.send(event(**lineage(key=[("mrn", JOINED)])))
        scored = event(at="2026-01-02T10:00:00Z", run=OTHER_RUN)
        house.send({**scored, "job": other, "inputs": [CURATED], "outputs": [{"namespace": "out", "name": "scores"}]})
        house.record(tag(valid_from=EARLY))
        scores = Dataset("out", "scores").id
        for kind in kinds(house.view(), scores):
            for way in why_label(house.view(), scores, None, kind).ways:
                alone = MemoryStore()
                cited = [facts_of(house.ledger.entry(entry)) for entry in way.every_entry]
                alone.apply(joined(cited), max(way.every_entry))
                assert kind in kinds(View(alone), scores)

    def test_input_and_output_of_different_events_are_both_cited(self, house: House) -> None:
        start, complete = event("START", "2026-01-01T09:00:00Z"), event()
        house.send({**start, "outputs": []})
        house.send({**complete, "inputs": []})
        house.record(tag(valid_from=EARLY))
        (way,) = why_label(house.view(), CURATED_ID, None, DIRECT).ways
        assert way.every_entry == (0, 1, 2)


def test_a_cycle_of_lineage_and_names_ends_and_loses_nothing(house: House) -> None:
    back = {**event(at="2026-01-02T10:00:00Z", run=OTHER_RUN), "job": {"namespace": "pipeline", "name": "back"}}
    alias, other = ({"symlinks": {"identifiers": [{**one, "type": "TABLE"}]}} for one in (CURATED, RAW))
    house.send(event(**lineage(key=[("mrn", PLAIN)])))
    house.send({**back, "inputs": [CURATED], "outputs": [{**RAW, "facets": alias}]})
    house.send(
        {
            **back,
            "inputs": [RAW],
            "outputs": [{**CURATED, "facets": other}],
        }
    )
    house.record(tag(valid_from=EARLY))
    assert kinds(house.view(), RAW_ID) == kinds(house.view(), CURATED_ID) == [DIRECT]
