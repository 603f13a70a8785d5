from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog.store.neo4j.numbering import Numbers
from catalog.store.packed import CHUNK


def test_nodes_of_a_label_fill_chunks_of_their_own_one_after_the_other() -> None:
    numbers = Numbers("{}")
    taken = {label: [numbers.take(label) for _ in range(CHUNK + 1)] for label in ("Dataset", "Column")}
    chunks = {label: {number // CHUNK for number in some} for label, some in taken.items()}
    assert chunks["Dataset"].isdisjoint(chunks["Column"])
    assert [len(some) for some in chunks.values()] == [2, 2]
    assert numbers.opened == chunks["Dataset"] | chunks["Column"]


@given(st.lists(st.sampled_from(["Dataset", "Job", "Run", "Column"]), max_size=60), st.integers(1, 9))
def test_no_number_is_given_twice_or_0_whoever_goes_on(labels: list[str], every: int) -> None:
    kept = "{}"
    given_: list[int] = []
    for start in range(0, len(labels), every):
        numbers = Numbers(kept)
        given_ += map(numbers.take, labels[start : start + every])
        kept = numbers.kept()
    assert len(set(given_)) == len(labels)
    assert 0 not in given_
