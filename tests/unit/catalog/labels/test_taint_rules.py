"""What becomes of a label on a flow, each rule by its number in `docs/labels.md`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.labels.taint.model import Clearance, Flow, Mark, Part, Passage, Place
from catalog.labels.taint.rules import LETTERS, clearing, marks_of, passed, takes_away
from graph_schema.aspects.labels import Coding, Treatment
from graph_schema.vocabulary import hipaa, hl7
from graph_schema.vocabulary.words import DeidentificationMethod, PhiKind, Technique

DIRECT, QUASI, NOTE, PIXELS, DERIVED = (
    PhiKind.DIRECT_IDENTIFIER.value,
    PhiKind.QUASI_IDENTIFIER.value,
    PhiKind.CLINICAL_NOTE.value,
    PhiKind.IMAGING_PIXELS.value,
    PhiKind.DERIVED_FEATURE.value,
)
COLUMN, OTHER = Place(Part.COLUMN, "Column:age", "age"), Place(Part.COLUMN, "Column:born", "born")
MASKED = Flow(OTHER, COLUMN, Passage.DIRECT, masked=True, job="Job:curate")


def letter(code: str) -> Coding:
    return Coding(hipaa.SYSTEM, code)


def clearance(*codes: str, technique: Technique = Technique.REMOVED, **others: object) -> Clearance:
    fields = {"method": DeidentificationMethod.SAFE_HARBOR.value} | others
    done = tuple(Treatment(letter(code), technique) for code in codes)
    return Clearance(id="Attestation:9", entry=9, treatments=done, **fields)  # type: ignore[arg-type]


class TestWhatFlows:
    def test_each_code_apart(self) -> None:
        assert marks_of(DIRECT, [letter("A"), letter("H")], None, suggested=False) == {
            Mark(DIRECT, letter("A")),
            Mark(DIRECT, letter("H")),
        }

    def test_a_label_without_a_code_could_hold_anything(self) -> None:
        assert marks_of(NOTE, [], None, suggested=True) == {Mark(NOTE, one, suggested=True) for one in LETTERS}

    def test_l17_sensitivity_flows_without_a_kind(self) -> None:
        hiv = Coding(hl7.ACT_CODE, "HIV")
        found = marks_of(QUASI, [letter("C"), hiv], "R", suggested=False)
        assert found == {Mark(QUASI, letter("C")), Mark("", hiv), Mark("", Coding(hl7.CONFIDENTIALITY, "R"))}

    @pytest.mark.parametrize("passage", [one for one in Passage if one is not Passage.INDIRECT])
    def test_values_keep_their_kind(self, passage: Passage) -> None:
        assert passed(Mark(DIRECT, letter("A")), passage) == Mark(DIRECT, letter("A"))

    def test_what_only_decides_is_a_derived_feature_with_the_origins_codes(self) -> None:
        assert passed(Mark(DIRECT, letter("H")), Passage.INDIRECT) == Mark(DERIVED, letter("H"))


class TestClearing:
    @pytest.mark.parametrize(("masked", "gone"), [(True, True), (False, False), (None, False)])
    def test_a_direct_flow_is_masked_and_attested(self, masked: bool | None, gone: bool) -> None:  # noqa: FBT001
        flow = MASKED._replace(masked=masked)
        assert bool(clearing(flow, Mark(DIRECT, letter("A")), [clearance("A")])) is gone
        assert clearing(flow, Mark(DIRECT, letter("A")), []) is None

    def test_the_letters_that_are_named_go_and_the_others_stay(self) -> None:
        assert clearing(MASKED, Mark(DIRECT, letter("A")), [clearance("A")])
        assert clearing(MASKED, Mark(DIRECT, letter("H")), [clearance("A")]) is None

    def test_where_no_column_lineage_is_the_attestation_alone_counts(self) -> None:
        flow = MASKED._replace(passage=Passage.UNMENTIONED, masked=None)
        assert clearing(flow, Mark(DIRECT, letter("A")), [clearance("A")])

    def test_the_same_data_by_another_name_clears_nothing(self) -> None:
        flow = MASKED._replace(passage=Passage.SAME)
        assert clearing(flow, Mark(DIRECT, letter("A")), [clearance("A")]) is None

    def test_the_earliest_attestation_is_named(self) -> None:
        early = replace(clearance("A"), id="Attestation:3", entry=3)
        found = clearing(MASKED, Mark(DIRECT, letter("A")), [clearance("A"), early])
        assert found is not None
        assert (found.by, found.entry) == ("Attestation:3", 3)


class TestL4Technique:
    @pytest.mark.parametrize(
        ("technique", "safe_harbor"),
        [
            (Technique.REMOVED, True),
            (Technique.GENERALIZED, True),
            (Technique.RANDOM_CODE, True),
            (Technique.DERIVED_CODE, False),
            (Technique.ENCRYPTED, False),
            (Technique.SHIFTED, False),
            (Technique.NOISED, False),
        ],
    )
    def test_what_follows_from_the_identifier_stays_one(self, technique: Technique, safe_harbor: bool) -> None:  # noqa: FBT001
        mark = Mark(DIRECT, letter("H"))
        assert takes_away(clearance("H", technique=technique), mark) is safe_harbor
        expert = clearance("H", technique=technique, method=DeidentificationMethod.EXPERT_DETERMINATION.value)
        assert takes_away(expert, mark)

    def test_no_method_takes_nothing_away(self) -> None:
        assert not takes_away(clearance("A", method=DeidentificationMethod.NONE.value), Mark(DIRECT, letter("A")))


class TestL5Indirect:
    FLOW = MASKED._replace(passage=Passage.INDIRECT, masked=None)

    def test_needs_no_masking_but_an_attestation_that_names_it(self) -> None:
        mark = Mark(DIRECT, letter("H"))
        assert clearing(self.FLOW, mark, [clearance("H", indirect=True)])
        assert clearing(self.FLOW._replace(masked=True), mark, [clearance("H")]) is None


class TestL6SmallCells:
    @pytest.mark.parametrize(
        ("cell", "complementary", "gone"),
        [(11, True, True), (10, True, False), (11, False, False), (None, True, False)],
    )
    def test_need_a_smallest_size_and_complements(
        self,
        cell: int | None,
        complementary: bool,  # noqa: FBT001
        gone: bool,  # noqa: FBT001
    ) -> None:
        done = Treatment(letter("C"), Technique.AGGREGATED, cell, complementary)
        assert takes_away(replace(clearance(), treatments=(done,)), Mark(QUASI, letter("C"))) is gone


class TestL7FreeText:
    def test_the_rest_stays(self) -> None:
        marks = marks_of(NOTE, [], None, suggested=False)
        left = {one for one in marks if not takes_away(clearance("A", "C"), one)}
        assert {one.coding.code for one in left} == set("BDEFGHIJKLMNOPQR")


class TestL8Images:
    def test_burned_in_text_and_faces_are_two_options(self) -> None:
        every = clearance(*(one.code for one in LETTERS), options=frozenset({"113101"}))
        left = {one.code for one in LETTERS if not takes_away(every, Mark(PIXELS, one))}
        assert left == {"P", "Q"}
        both = replace(every, options=frozenset({"113101", "113102"}))
        assert all(takes_away(both, Mark(PIXELS, one)) for one in LETTERS)

    @pytest.mark.parametrize(
        ("option", "kept"),
        [
            ("113106", "C"),
            ("113107", "C"),
            ("113108", "C"),
            ("113109", "M"),
            ("113110", "R"),
            ("113111", "ABCDEFGHIJKLMNOPQR"),
            ("113112", "B"),
        ],
    )
    def test_options_to_retain_leave_letters(self, option: str, kept: str) -> None:
        every = clearance(*(one.code for one in LETTERS), options=frozenset({"113101", "113102", option}))
        assert {one.code for one in LETTERS if not takes_away(every, Mark(PIXELS, one))} == set(kept)


class TestL11Scope:
    def test_another_column_is_not_covered(self) -> None:
        mark = Mark(DIRECT, letter("A"))
        assert clearing(MASKED, mark, [clearance("A", columns=frozenset({"age"}))])
        assert clearing(MASKED._replace(target=OTHER), mark, [clearance("A", columns=frozenset({"age"}))]) is None

    def test_nor_the_whole_where_columns_are_named(self) -> None:
        flow = MASKED._replace(target=Place(Part.ALL_FIELDS, "Dataset:d"), passage=Passage.UNMENTIONED)
        mark = Mark(DIRECT, letter("A"))
        assert clearing(flow, mark, [clearance("A", columns=frozenset({"age"}))]) is None

    def test_another_recipient_is_not_covered(self) -> None:
        only = clearance("A", recipients=frozenset({"the institute"}))
        mark = Mark(DIRECT, letter("A"))
        assert clearing(MASKED, mark, [only], recipient="the institute")
        assert clearing(MASKED, mark, [only], recipient="somebody else") is None
        assert clearing(MASKED, mark, [only])


class TestL14LimitedDataSet:
    def test_leaves_geography_dates_and_other_codes(self) -> None:
        every = clearance(*(one.code for one in LETTERS), method=DeidentificationMethod.LIMITED_DATA_SET.value)
        assert {one.code for one in LETTERS if not takes_away(every, Mark(DIRECT, one))} == set("BCR")


class TestL17Sensitivity:
    def test_is_taken_away_by_nothing(self) -> None:
        hiv = Coding(hl7.ACT_CODE, "HIV")
        every = replace(clearance(), treatments=(Treatment(hiv, Technique.REMOVED),))
        assert clearing(MASKED, Mark("", hiv), [every]) is None
