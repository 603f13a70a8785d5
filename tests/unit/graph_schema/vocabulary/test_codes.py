from __future__ import annotations

import pytest

from graph_schema.vocabulary import dicom, duo, hipaa, hl7, section1557, systems
from graph_schema.vocabulary.codes import CodeTable, UnknownCodeError
from graph_schema.vocabulary.meanings import MEANINGS
from graph_schema.vocabulary.words import Confidentiality


def test_machine_learning_is_an_operation_and_no_research() -> None:
    assert hl7.PURPOSE_OF_USE.covers("HOPERAT", "MLTRAINING")
    assert not hl7.PURPOSE_OF_USE.covers("HRESCH", "MLTRAINING")


def test_training_people_is_not_training_models() -> None:
    assert hl7.PURPOSE_OF_USE.find("TRAIN").code.display == "training"
    assert not hl7.PURPOSE_OF_USE.covers("TRAIN", "MLTRAINING")


def test_case_matters_and_the_right_one_is_named() -> None:
    assert hl7.OBLIGATIONS.find("CUIMark").warning is None
    with pytest.raises(UnknownCodeError, match="case matters: CUIMark"):
        hl7.OBLIGATIONS.find("CUIMARK")


def test_a_misspelt_code_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownCodeError, match="did you mean MLTRAINING"):
        hl7.PURPOSE_OF_USE.find("MLTRANING")


@pytest.mark.parametrize(
    ("table", "head"),
    [
        (hl7.PURPOSE_OF_USE, "PurposeOfUse"),
        (hl7.OBLIGATIONS, "ObligationPolicy"),
        (hl7.REFRAINS, "RefrainPolicy"),
    ],
)
def test_the_head_of_a_group_says_nothing(table: CodeTable, head: str) -> None:
    with pytest.raises(UnknownCodeError, match="heads a group"):
        table.find(head)


@pytest.mark.parametrize(
    ("system", "code", "words"),
    [
        ("safe-harbor", "Y9", "use one of A, B, C, D,"),
        ("act-code", "qqqq", "such as "),
        ("duo", "qqqq", "an id such as DUO:0000042, or its shorthand, such as GRU."),
        ("duo", "DUO:0009999", "an id such as DUO:0000042, or its shorthand, such as GRU."),
    ],
)
def test_what_is_like_no_code_is_refused_with_what_there_is(system: str, code: str, words: str) -> None:
    with pytest.raises(UnknownCodeError) as refused:
        systems.find(system, code)
    assert words in str(refused.value)


def test_a_retired_code_is_recognised_with_a_warning() -> None:
    assert "NORDSCLCD" in (hl7.REFRAINS.find("NORDSLCD").warning or "")
    assert "SCA" in (systems.find(hl7.ACT_CODE, "SICKLE").warning or "")


def test_a_demand_and_what_was_done_are_different_codes() -> None:
    assert "MASK" in hl7.OBLIGATIONS
    assert "MASK" not in hl7.ALTERATION
    assert "MASKED" in hl7.ALTERATION


@pytest.mark.parametrize(
    "written", ["DUO:0000042", "DUO_0000042", "DUO_00000042", "GRU", "http://purl.obolibrary.org/obo/DUO_0000042"]
)
def test_data_use_terms_compare_as_numbers(written: str) -> None:
    assert duo.find(written).code.code == "DUO:0000042"


@pytest.mark.parametrize("obsolete", ["DUO:0000002", "DUO:0000003", "DUO:0000005", "DUO:0000014"])
def test_an_obsolete_data_use_term_is_recognised_with_a_warning(obsolete: str) -> None:
    assert duo.find(obsolete).warning


def test_no_dataset_permits_an_investigation_type() -> None:
    with pytest.raises(UnknownCodeError, match="requester"):
        duo.find("DUO:0000037")


def test_no_restriction_stands_beside_general_research_in_the_tree() -> None:
    assert not duo.DUO.covers("DUO:0000004", "DUO:0000042")
    assert duo.DUO.covers("DUO:0000042", "DUO:0000007")


def test_confidentiality_is_ordered_from_unrestricted_to_very_restricted() -> None:
    assert [level.value for level in Confidentiality] == list("ULMNRV")


def test_the_same_code_in_another_system_is_another_code() -> None:
    assert systems.find(hl7.ACT_CODE, "HIV").code.display
    with pytest.raises(UnknownCodeError):
        systems.find(hl7.CONFIDENTIALITY, "HIV")


def test_a_code_without_a_known_system_is_not_looked_up() -> None:
    with pytest.raises(UnknownCodeError, match="code system"):
        systems.find("http://loinc.org", "1234-5")


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (hl7.PURPOSE_OF_USE, 63),
        (hl7.OBLIGATIONS, 33),
        (hl7.REFRAINS, 19),
        (hl7.SENSITIVITY, 49),
        (hl7.ALTERATION, 12),
        (systems.CONFIDENTIALITY, 6),
        (duo.DUO, 35),
        (dicom.DEIDENTIFICATION, 13),
        (hipaa.SAFE_HARBOR, 18),
    ],
)
def test_a_table_is_a_forest_of_as_many_codes_as_its_source_has(table: CodeTable, codes: int) -> None:
    assert len({code.code for code in table}) == len(table.codes) == codes
    assert all(code.parent is None or code.parent in table for code in table)
    assert all(code.code not in table.ancestors(code.code) for code in table)


TABLES = (
    hl7.PURPOSE_OF_USE,
    hl7.OBLIGATIONS,
    hl7.REFRAINS,
    hl7.SENSITIVITY,
    hl7.ALTERATION,
    systems.CONFIDENTIALITY,
    duo.DUO,
    dicom.DEIDENTIFICATION,
    hipaa.SAFE_HARBOR,
    section1557.CHARACTERISTICS,
)


@pytest.mark.parametrize("table", TABLES)
def test_every_code_that_can_be_said_is_told_in_words(table: CodeTable) -> None:
    for code in table:
        meaning = systems.meaning(table.system, code.code)
        assert meaning is not None
        assert meaning.strip()
        assert meaning.casefold() != code.code.casefold()


def test_every_meaning_is_one_of_a_code_that_is_kept() -> None:
    kept = {(table.system, code.code) for table in TABLES for code in table}
    assert {(system, code) for system, each in MEANINGS.items() for code in each} <= kept


@pytest.mark.parametrize("system", sorted(systems.SHORT_NAMES))
def test_a_short_name_of_a_system_gives_the_same_meaning_as_its_uri(system: str) -> None:
    uri = systems.resolve(system)
    (code, *_) = (each.code for table in TABLES if table.system == uri for each in table)
    assert systems.meaning(system, code) == systems.meaning(uri, code) is not None


def test_the_same_letters_mean_what_their_system_says() -> None:
    assert systems.meaning("safe-harbor", "R") == "Other unique identifying number, characteristic or code"
    assert systems.meaning("confidentiality", "R") == "restricted: more harmful than usual if disclosed"


@pytest.mark.parametrize(
    ("system", "code"),
    [("http://loinc.org", "1234-5"), ("act-reason", "MLTRANING"), ("act-reason", "mltraining"), ("duo", "DUO:0009999")],
)
def test_what_is_not_kept_here_has_no_meaning(system: str, code: str) -> None:
    assert systems.meaning(system, code) is None


def test_a_retired_code_has_a_meaning_since_older_records_hold_it() -> None:
    assert systems.meaning("act-code", "NORDSLCD") == "no redisclosure without a consent"
    assert systems.meaning("duo", "DUO:0000005") == duo.find("DUO:0000005").warning


@pytest.mark.parametrize("written", ["GRU", "DUO_0000042", "http://purl.obolibrary.org/obo/DUO_0000042"])
def test_a_data_use_term_means_the_same_however_it_is_written(written: str) -> None:
    assert systems.meaning(duo.SYSTEM, written) == "general research use"


@pytest.mark.parametrize("written", ["DUO:00000044", "DUO_00000044", "http://purl.obolibrary.org/obo/DUO_00000044"])
def test_the_prohibition_of_ancestry_research_is_taken_with_the_zero_too_many_of_its_iri(written: str) -> None:
    assert duo.find(written).code.code == "DUO:0000044"


def test_an_obsolete_term_names_no_permission_that_widens_what_it_said() -> None:
    for number in (2, 3, 5, 14):
        found = duo.find(f"DUO:{number:07}")
        said = (found.warning or "").replace("GRU-CC", "")
        named = {each for each in ("NRES", "GRU", "HMB", "DS", "POA", "DUO:0000043") if each in said}
        assert named == ({"GRU"} if number == 5 else set())
        assert isinstance(found.code, duo.DuoTerm)
        assert found.code.kind == "obsolete"


def test_an_unknown_code_is_answered_with_those_most_like_it() -> None:
    with pytest.raises(UnknownCodeError, match=r"did you mean NPU or NCU\?$"):
        duo.find("NPCU")
    with pytest.raises(UnknownCodeError, match=r"did you mean HRESCH\?$"):
        hl7.PURPOSE_OF_USE.find("HRSCH")
    with pytest.raises(UnknownCodeError, match=r"'qqqqqq'; use one of its 62, such as BIORCH, .*\.$"):
        hl7.PURPOSE_OF_USE.find("qqqqqq")
