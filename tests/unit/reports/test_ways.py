"""A way by which labels flow stands once, whatever columns take it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reports.document import Line
from reports.parts.effective_labels import EffectiveLabel, LabelHop
from reports.parts.ways import columns_along, numbered, shown, way_of

RUNS = {("land", "1"): "R1", ("build", "2"): "R2"}


def flowed(*columns: str | None, masked: tuple[bool | None, ...] = (), end: str = "training") -> EffectiveLabel:
    """Return a label that went from feed to landing to the end, through these columns."""
    places, jobs = ("feed", "landing", end), ("land", "build")
    hops = tuple(
        LabelHop(
            source=places[number],
            source_column=columns[number],
            target=places[number + 1],
            target_column=columns[number + 1],
            how="DIRECT",
            masked=masked[number] if masked else None,
            job=jobs[number],
            run=str(number + 1),
            entries=(10 + number,),
        )
        for number in range(2)
    )
    return EffectiveLabel(
        asset=end,
        column=columns[-1],
        kind="DIRECT_IDENTIFIER",
        origin="INFERRED",
        recorded_of="feed",
        recorded_of_column=columns[0],
        hops=hops,
        entries=(1,),
    )


def texts(lines: object) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]  # type: ignore[attr-defined]  # lines of spans


def test_columns_that_take_one_way_have_one_number() -> None:
    labels = [
        flowed("mrn", "mrn", "key"),
        flowed("born", "birth", "age"),
        flowed("mrn", "mrn", "key", end="evaluation"),
    ]
    assert list(numbered(labels).values()) == ["W1", "W2"]
    assert way_of(labels[0]) == way_of(labels[1]) != way_of(labels[2])


def test_each_column_is_shown_from_step_to_step_and_which_step_masks() -> None:
    masking = flowed("mrn", "mrn", "key", masked=(False, True))
    assert texts(columns_along([masking])) == ["mrn → mrn → key (masked); not masked elsewhere"]
    assert texts(columns_along([flowed("a", "b", "c", masked=(False, False))])) == ["a → b → c, never masked"]
    assert texts(columns_along([flowed("a", "b", "c", masked=(None, False))])) == ["a → b → c (not masked)"]
    assert texts(columns_along([flowed("zip", "zip", "zip", masked=(False, False))])) == ["zip in each, never masked"]
    assert texts(columns_along([flowed("zip", "zip", "zip", masked=(None, False))])) == ["zip → zip → zip (not masked)"]
    assert texts(columns_along([flowed(None, None, None)])) == ["the whole in each"]


def test_columns_that_part_at_the_end_alone_stand_in_one_line() -> None:
    assert texts(columns_along([flowed("a", "b", "c"), flowed("a", "b", "d"), flowed("x", "b", "c")])) == [
        "a → b → c d",
        "x → b → c",
    ]


def test_a_way_goes_on_from_the_one_that_begins_alike() -> None:
    labels = [flowed("a", "b", "c"), flowed("a", "b", "c", end="evaluation")]
    found = shown(labels, RUNS)
    assert [texts(row[1]) for row in found.rows] == [
        ["feed", "then landing by land R1 #10", "then training by build R2 #11"],
        ["as W1 as far as landing", "then evaluation by build R2 #11"],
    ]


NAMES = st.sampled_from(["a", "b", None])


@given(
    st.lists(
        st.builds(
            lambda columns, masked, end: flowed(*columns, masked=masked, end=end),
            st.tuples(NAMES, NAMES, NAMES),
            st.tuples(st.sampled_from([True, False, None]), st.sampled_from([True, False, None])),
            st.sampled_from(["training", "evaluation"]),
        ),
        max_size=8,
    )
)
def test_every_label_is_found_by_its_way_and_its_columns(labels: list[EffectiveLabel]) -> None:
    """No way and no column of one is left out; what masks, what does not and what nobody stated read differently."""
    ways = numbered(labels)
    assert len(shown(labels, RUNS).rows) == len(ways) == len({way_of(one) for one in labels})
    lines: dict[tuple[object, ...], list[Line]] = {}
    for one in labels:
        key = (one.recorded_of_column, *((hop.target_column, hop.masked) for hop in one.hops))
        lines.setdefault(key, list(columns_along([one])))
    assert len({tuple(texts(each)) for each in lines.values()}) == len(lines)
