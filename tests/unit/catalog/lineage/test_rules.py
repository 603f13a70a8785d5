"""What an output was made of, and what a write did to what was there."""

from __future__ import annotations

from catalog.lineage.model import Confidence
from catalog.lineage.rules import Effect, effect_of, is_in_place, sources_of
from graph_schema.bitemporal import BARE, Access, Attempt, Place


def wrote(inputs: str, outputs: dict[str, Access]) -> Attempt:
    places: dict[Place, Access] = {(output, "Job:j"): access for output, access in outputs.items()}
    return Attempt(0, "COMPLETE", 1, True, 5, dict.fromkeys(inputs, BARE), places, dict.fromkeys(places, (5,)))


def made_of(attempt: Attempt, output: str) -> dict[str, Confidence]:
    return {name: how for name, _, how in sources_of(attempt, (output, "Job:j"), lambda name, _: name.lower())}


def test_without_a_word_on_sources_every_input_reached_every_output() -> None:
    assert made_of(wrote("xy", {"a": BARE}), "a") == dict.fromkeys("xy", Confidence.INFERRED)


def test_an_explicit_lineage_facet_is_the_whole_truth_of_its_output() -> None:
    said = Access(sources=frozenset("z"), by="lineage")
    assert made_of(wrote("xy", {"a": said}), "a") == {"z": Confidence.STATED}
    assert made_of(wrote("xy", {"a": Access(sources=frozenset(), by="lineage")}), "a") == {}


def test_column_lineage_that_names_inputs_leaves_the_others_out() -> None:
    attempt = wrote("xyz", {"a": Access(sources=frozenset("x"), by="column_lineage"), "b": BARE})
    assert made_of(attempt, "a") == {"x": Confidence.COLUMN_LINEAGE}
    assert made_of(attempt, "b") == dict.fromkeys("xyz", Confidence.INFERRED)


def test_column_lineage_that_names_no_input_keeps_the_inputs_that_no_output_names() -> None:
    other = Access(sources=frozenset("y"), by="column_lineage")
    attempt = wrote("xy", {"a": Access(sources=frozenset("p"), by="column_lineage"), "b": other})
    assert made_of(attempt, "a") == {"p": Confidence.COLUMN_LINEAGE, "x": Confidence.INFERRED}


def test_what_column_lineage_names_is_an_input_under_another_name_of_it() -> None:
    attempt = wrote("xy", {"a": Access(sources=frozenset("X"), by="column_lineage")})
    assert made_of(attempt, "a") == {"X": Confidence.COLUMN_LINEAGE}


def test_an_overwrite_of_what_the_run_read_replaces_nothing_and_a_truncate_does() -> None:
    overwrite, truncate = Access(mode="OVERWRITE"), Access(mode="TRUNCATE")
    assert is_in_place(overwrite, read=True)
    assert effect_of(overwrite, in_place=True) is Effect.WROTE
    assert effect_of(overwrite, in_place=False) is Effect.REPLACED
    assert not is_in_place(truncate, read=True)
    assert effect_of(truncate, in_place=False) is Effect.REPLACED
    assert effect_of(Access(mode="DROP"), in_place=False) is Effect.ENDED
    assert Effect.ENDED < Effect.REPLACED < Effect.WROTE
