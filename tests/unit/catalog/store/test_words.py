from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.store.words import SEARCHED, carried, facets_of, key_terms, question, suffixes, value_terms
from graph_schema.nodes import Column, Dataset, ModelVersion, Snapshot
from tests.support.facts import run_node

NONE: frozenset[str] = frozenset()
RUN = "0191b7a0-001b-7000-8000-00000000abcd"
DIGEST = "sha256:" + "0123456789abcdef" * 4


def test_of_a_very_long_value_the_beginning_is_searched() -> None:
    text = " ".join(f"word{number:07}" for number in range(SEARCHED // 10))
    found = value_terms("documentation", {"description": text})
    assert "word0000000" in found
    assert f"word{SEARCHED // 10 - 1:07}" not in found
    assert len(found) <= 2 * (SEARCHED // 12 + 1)


def test_what_comes_after_a_very_long_text_is_not_searched_and_what_comes_before_is() -> None:
    found = value_terms("tags", ["before", "x" * SEARCHED, "behind"])
    assert "before" in found
    assert "behind" not in found


def test_a_schema_of_ten_thousand_columns_is_found_by_the_last_of_them() -> None:
    fields = [{"name": f"column_{number:05}", "type": "string"} for number in range(10_000)]
    assert "09999" in value_terms("schema", {"fields": fields})


def test_a_dataset_is_not_found_by_the_types_of_its_columns_but_by_a_column_that_is_called_so() -> None:
    fields = {"fields": [{"name": "visit", "type": "date"}, {"name": "type", "fields": [{"name": "inner"}]}]}
    assert value_terms("schema", fields) == {"visit", "type", "inner"}


def test_what_is_not_searched_gives_no_terms() -> None:
    assert value_terms("facet:made-up", "word") == frozenset()


def test_a_column_is_found_by_its_dataset_alone() -> None:
    assert key_terms(Column("made-up", "labs", "age")) == frozenset()


def test_a_name_is_a_term_of_its_own_and_a_namespace_only_has_words() -> None:
    assert key_terms(Dataset("made-up", "ICU-Monitor.hourly")) == {
        "made",
        "up",
        "icu",
        "monitor",
        "hourly",
        "=icu.monitor.hourly",
        "^icu",
        "~made.up.",
        "~icu.monitor.",
        "~monitor.hourly.",
    }


def test_a_run_is_one_term_of_its_digits() -> None:
    assert key_terms(run_node(RUN)) == {"#0191b7a0001b7000800000000000abcd"}
    assert key_terms(run_node("nightly-7")) == {"nightly", "7", "=nightly.7", "^nightly", "~nightly.7."}


@pytest.mark.parametrize("text", [DIGEST, DIGEST[:15], DIGEST[7:], DIGEST[7:15], DIGEST.upper(), "01234567"])
def test_a_digest_is_found_by_its_beginning_from_eight_digits_on(text: str) -> None:
    assert question(text).rank(key_terms(Snapshot("made-up", "labs", DIGEST)), NONE) in {0, 2}


@pytest.mark.parametrize("text", ["0123456", "sha256:0123", "sha256", "abcdef01", "23456789", "cdef"])
def test_a_digest_is_not_found_by_fewer_digits_nor_by_what_is_inside(text: str) -> None:
    assert question(text).rank(key_terms(Snapshot("made-up", "labs", DIGEST)), NONE) is None


@pytest.mark.parametrize("text", [RUN, RUN[:8], RUN[:13], RUN[:11], RUN.replace("-", ""), RUN.upper()])
def test_a_run_is_found_by_its_id_and_the_beginning_of_it(text: str) -> None:
    assert question(text).rank(key_terms(run_node(RUN)), NONE) == (0 if len(text) > 30 else 2)


def test_a_model_version_is_found_by_its_model_and_by_its_artifact() -> None:
    assert question("readmission").rank(key_terms(ModelVersion("made-up", "readmission", "3")), NONE) == 0
    assert question(DIGEST[:20]).rank(NONE, value_terms("registration", {"artifact_digest": DIGEST})) == 4


@pytest.mark.parametrize(
    ("text", "name", "rank"),
    [
        ("bed occupancy", "BedOccupancy", 2),
        ("BedOccupancy", "BedOccupancy", 0),
        ("bedoccupancy", "BedOccupancy", 0),
        ("bedOccupancy", "bed_occupancy", 2),
        ("foobAR", "foobar", 0),
        ("occupancy", "BedOccupancy", 2),
        ("ccupan", "BedOccupancy", 3),
        ("train", "pretraining_set", 3),
        ("admis", "prior_admissions_12m", 2),
        ("missions 12", "prior_admissions_12m", 3),
        ("12m prior", "prior_admissions_12m", 2),
        ("ct", "factors", None),
        ("ct", "ct_scans", 1),
        ("bedocc", "BedOccupancy", 1),
        ("prior adm", "prior_admissions_12m", 1),
        ("or", "colours", None),
        ("hijklmnopg" * 4, "ghijklmnop" * 9, 3),
        ("x" * 200, "x" * 200, 0),
        ("nothing train", "pretraining_set", None),
    ],
)
def test_a_word_is_found_inside_another_after_those_that_begin_with_it(text: str, name: str, rank: int | None) -> None:
    assert question(text).rank(key_terms(Dataset("n", name)), NONE) == rank


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Muller", "müller_visits"),
        ("Müller", "muller_visits"),
        ("MÜLLER", "mu\u0308ller"),
        ("Strasse", "Straße"),
        ("STRAßE", "strasse"),
        ("sorensen", "Sørensen"),
        ("Ångström", "angstrom"),
        ("aesir", "Æsir"),
        ("lodz", "Łódź"),
        ("istanbul", "İSTANBUL"),
        ("farmacologia", "farmacología"),
        ("在院", "患者在院记录"),
        ("院", "患者在院记录"),
        ("データ", "患者データ一覧"),
        ("ﾃﾞｰﾀ", "患者データ一覧"),
        ("병원", "서울병원"),
        ("مريض", "بيانات_المريض"),
        ("مُحَمَّد", "محمد"),
        ("חולים", "רשימת_החולים"),
        ("שָׁלוֹם", "שלום"),
        ("ผู้ป่วย", "ข้อมูลผู้ป่วยใน"),
        ("रोगी", "अस्पताल_रोगीसूची"),
        ("ΑΣΘΕΝΗΣ", "ασθενής"),
        ("пациент", "СписокПациентов"),
        ("ёлка", "елка"),
    ],
)
def test_names_of_any_script_are_found_without_case_and_accents(text: str, name: str) -> None:
    assert question(text).rank(key_terms(Dataset("n", name)), NONE) is not None


@pytest.mark.parametrize(("text", "name"), [("カ", "ガ"), ("कि", "कु"), ("ปา", "ปี")])
def test_a_mark_that_makes_another_letter_is_kept(text: str, name: str) -> None:
    assert question(text).rank(key_terms(Dataset("n", name)), NONE) is None


def test_a_question_without_words_is_found_everywhere() -> None:
    assert question(" …-! ").words == ()
    assert question("").rank(NONE, NONE) == 0


def test_only_words_have_ends() -> None:
    assert list(suffixes("icu")) == []
    assert list(suffixes("sepsis")) == ["sepsis", "epsis", "psis", "sis"]
    assert list(suffixes("\u60a3\u8005id")) == ["\u60a3\u8005id", "\u8005id"]
    assert list(suffixes("a\u60a3")) == ["a\u60a3", "\u60a3"]
    assert list(suffixes("#0123")) == list(suffixes("=icu")) == []


def test_purposes_and_data_use_codes_are_one_facet() -> None:
    value = {"purposes": ["TREAT"], "duo": ["DUO:0000042"], "refrains": ["NORDSCLCD"], "obligations": []}
    assert facets_of("permitted_use", value) == (("purpose", "DUO:0000042"), ("purpose", "TREAT"))


def test_the_word_that_is_found_worst_decides_names_before_what_is_said() -> None:
    key, said = key_terms(Dataset("n", "bed_occupancy")), value_terms("clinical_purpose", "counts beds of the ward")
    places = {"bed": 1, "occupancy": 2, "cupan": 3, "ward": 4, "ount": 5, "bed ward": 4, "occupancy ount": 5}
    assert {text: question(text).rank(key, said) for text in places} == places


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ('"bed occupancy"', "ward_bed_occupancy", True),
        ('"bed occupancy"', "BedOccupancyDaily", True),
        ('"bed occup"', "ward_bed_occupancy", True),
        ('"bed occupancy"', "occupancy_bed", False),
        ('"bed occupancy"', "bed_of_occupancy", False),
        ('"be occupancy"', "bed_occupancy", False),
        ("\u201cbed occupancy\u201d", "bed_occupancy", True),
        ('"ward bed" occupancy', "occupancy_of_ward_beds", True),
        ('"occupancy"', "bed_occupancy", True),
        ('"bed occupancy', "occupancy_bed", True),
        ('""', "bed_occupancy", True),
        ('"患者 在院"', "患者_在院", True),
        (f'"{"x" * 80} {"y" * 80}"', f"{'x' * 80}_{'y' * 80}", True),
    ],
)
def test_a_phrase_is_words_one_after_another(text: str, name: str, *, found: bool) -> None:
    assert (question(text).rank(key_terms(Dataset("n", name)), NONE) is not None) is found


def test_words_of_two_texts_are_no_phrase_nor_are_those_of_a_schema() -> None:
    said = value_terms("tags", ["ward_bed", "occupancy"])
    assert question('"ward bed"').rank(NONE, said) == 4
    assert question('"bed occupancy"').rank(NONE, said) is None
    fields = value_terms("schema", {"fields": [{"name": "ward_bed"}]})
    assert question("ward_bed").rank(NONE, fields) == 4
    assert question('"ward bed"').rank(NONE, fields) is None


def test_a_run_id_between_quotation_marks_is_one() -> None:
    assert question(f'"{RUN}"').rank(key_terms(run_node(RUN)), NONE) is not None


NAMES = st.lists(st.sampled_from(["ward", "wards", "ward7", "bed", "b"]), min_size=1, max_size=3).map("/".join)


@given(NAMES, st.integers(1, 12))
def test_a_name_begins_with_what_was_asked_by_its_first_word_or_by_all_of_it(name: str, length: int) -> None:
    asked = question(name[:length].rstrip("/"))
    other = Dataset("made-up", name)
    assert asked.rank(key_terms(other), NONE) in {0, 1}
    behind = Dataset("made-up", f"x/{name}")
    assert asked.rank(key_terms(behind), NONE) not in {0, 1}


def test_a_node_carries_its_name_and_digest_and_shares_every_other_term() -> None:
    assert carried(key_terms(Dataset("made-up", "ward/bed"))) == ("=ward.bed", "")
    assert carried(key_terms(run_node(RUN))) == ("", "#" + RUN.replace("-", ""))
    version = key_terms(ModelVersion("made-up", "sepsis", "v1"))
    assert carried(version) == ("=sepsis", "")
    assert "=v1" in version
