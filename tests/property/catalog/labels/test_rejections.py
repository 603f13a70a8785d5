"""A rejection under one name of a dataset judges nothing of a name that it was not known to be one with then."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from catalog.labels.queries import labels
from catalog.labels.taint.queries import effective_labels_of_columns
from graph_schema.nodes import Dataset
from tests.support.records import CURATED, RAW, House, declaration, joining, tag

NAMES = (RAW, CURATED)
COLUMN = "mrn"
KIND = "DIRECT_IDENTIFIER"
quick = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=25)


class Judged(NamedTuple):
    """That a person says of a name, or of its column, that it holds an identifier, or rejects it."""

    name: int
    stance: str
    of_column: bool = True


JUDGED = st.builds(Judged, st.sampled_from([0, 1]), st.sampled_from(["ASSERT", "REJECT", "CONFIRM"]), st.booleans())


def stands(said: list[Judged], joined_at: int, name: int, *, of_column: bool) -> bool:
    """Tell by the plainest reading whether what was said under a name stands: who judged it last, knowing what it was
    one with by then, did not reject it.
    """
    bearing = [
        one.stance
        for at, one in enumerate(said)
        if one.of_column is of_column and (one.name == name or at >= joined_at)
    ]
    own = any(one.stance != "REJECT" and one.name == name and one.of_column is of_column for one in said)
    return own and bearing[-1] != "REJECT"


def judges(said: list[Judged], joined_at: int, name: int) -> bool:
    """Tell whether anybody who rejected the column of a name, or of what it was one with by then, judged it."""
    return any(
        one.stance == "REJECT" and one.of_column and (one.name == name or at >= joined_at)
        for at, one in enumerate(said)
    )


@given(st.lists(JUDGED, min_size=1, max_size=6), st.integers(0, 6))
@example([Judged(1, "ASSERT"), Judged(0, "REJECT")], 2)
@example([Judged(1, "ASSERT", of_column=False), Judged(0, "REJECT")], 2)
@quick
def test_l3_a_rejection_under_one_name_takes_nothing_of_another_that_nobody_judged(
    said: list[Judged], joined_at: int
) -> None:
    joined_at = min(joined_at, len(said))
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        for dataset in NAMES:
            house.record(declaration(dataset=dataset))
        for at, one in enumerate(said):
            if at == joined_at:
                house.record(joining(RAW, CURATED))
            column = COLUMN if one.of_column else None
            # What is recorded again in the same words is taken for a retry.
            house.record(
                tag(dataset=NAMES[one.name], column=column, phi_kind=KIND, stance=one.stance, reason=f"Look {at}")
            )
        if joined_at == len(said):
            house.record(joining(RAW, CURATED))
        asked = [(Dataset(**dataset).id, COLUMN) for dataset in NAMES]
        held = effective_labels_of_columns(house.view(), asked)
        of_column = any(stands(said, joined_at, name, of_column=True) for name in (0, 1))
        whole = any(
            stands(said, joined_at, name, of_column=False) and (of_column or not judges(said, joined_at, name))
            for name in (0, 1)
        )
        expected = of_column or whole
        event("holds" if expected else "does not")
        assert {one: bool(found.labels) for one, found in held.items()} == dict.fromkeys(asked, expected)
        shown: dict[str, Any] = labels(house.view(), [Dataset(**RAW).id])
        present = {one.column: one.present for one in shown.get(Dataset(**RAW).id, ())}
        assert present.get(COLUMN, False) == of_column
        house.close()
