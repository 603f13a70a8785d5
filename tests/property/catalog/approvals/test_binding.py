"""What a request binds is held against its definition: whatever was in force, as it was known, at any moment since."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog.approvals.binding import Change, of_dataset
from graph_schema.aspects.approvals import BoundDigest
from graph_schema.facts import Role, Statement

REQUEST = 4
"""The entry of the request; entry n is recorded at 10 n."""
REQUESTED_AT = 10 * REQUEST

DECLARED = st.lists(
    st.tuples(
        st.sampled_from(["owner", "zone"]),
        st.sampled_from(['"a"', '"b"', None]),
        st.integers(0, 90),
        st.sampled_from(["0", "1", "2"]),
    ),
    min_size=1,
    max_size=8,
)


def statements(declared: list[tuple[str, str | None, int, str]]) -> list[Statement]:
    entries = [entry for entry in range(10) if entry != REQUEST]
    return [
        Statement("Dataset:1", aspect, value, Role.OWN, None, None, min(at, 10 * entry), 5, f"{tie}{entry}", entry)
        for entry, (aspect, value, at, tie) in zip(entries, declared, strict=False)
    ]


def digests_at(said: list[Statement], at: int, known: int) -> tuple[BoundDigest, ...]:
    return of_dataset([one for one in said if one.valid_from <= at and one.entry <= known]).digests


def change_at(said: list[Statement], at: int, known: int) -> Change | None:
    seen = [one for one in said if one.valid_from <= at and one.entry <= known]
    return of_dataset(seen).change(REQUEST, REQUESTED_AT, digests_at(said, REQUESTED_AT, REQUEST))


@given(DECLARED)
def test_a_change_is_whatever_was_otherwise_at_a_moment_since_the_request(
    declared: list[tuple[str, str | None, int, str]],
) -> None:
    said = statements(declared)
    bound = digests_at(said, REQUESTED_AT, REQUEST)
    for at in range(REQUESTED_AT, 100, 5):
        for known in range(REQUEST, 10):
            moments = {REQUESTED_AT, *(one.valid_from for one in said)} & set(range(REQUESTED_AT, at + 1))
            differs = {
                moment
                for moment in moments
                for then in range(REQUEST, known + 1)
                if digests_at(said, moment, then) != bound
            }
            change = change_at(said, at, known)
            assert (None if change is None else change.at) == min(differs, default=None)


@given(DECLARED)
def test_no_later_time_and_no_later_entry_takes_a_change_away(
    declared: list[tuple[str, str | None, int, str]],
) -> None:
    said = statements(declared)
    for at in range(REQUESTED_AT, 100, 10):
        for known in range(REQUEST, 10):
            if change_at(said, at, known) is not None:
                assert change_at(said, at + 10, known) is not None
                assert change_at(said, at, known + 1) is not None
