"""Two model versions side by side: what differs is said so, whatever else they have."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from catalog.api.pages.versions import Cell, compared
from graph_schema.nodes import ModelVersion
from tests.support.pages import BROWSER, shown
from tests.support.records import CURATED, DIGEST, MODEL, event, registration, seal

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

WORDS = st.sampled_from("abc")
SIDES = st.dictionaries(WORDS, st.dictionaries(WORDS, st.builds(Cell, WORDS), max_size=3), max_size=3)


def version(number: str) -> str:
    return ModelVersion(MODEL["namespace"], MODEL["name"], number).id


@given(SIDES, SIDES)
def test_the_other_way_round_the_same_differs(
    left: dict[str, dict[str, Cell]], right: dict[str, dict[str, Cell]]
) -> None:
    one, two = compared(left, right), compared(right, left)
    mirrored = {(of.title, line.of, line.right, line.left) for of in two for line in of.lines}
    lines = [(of.title, line) for of in one for line in of.lines]
    assert {(title, line.of, line.left, line.right) for title, line in lines} == mirrored
    for title, line in lines:
        assert line.left == left.get(title, {}).get(line.of)
        assert line.right == right.get(title, {}).get(line.of)
        assert line.differs is (line.left != line.right)
    assert all(not line.differs for of in compared(left, left) for line in of.lines)


def test_what_differs_between_two_versions_stands_side_by_side(catalog: Catalog) -> None:
    catalog.event(event(version={"datasetVersion": DIGEST}))
    catalog.caught_up()
    better = [{"name": "auroc", "value": 0.8, "split": "test"}, {"name": "brier", "value": 0.1}]
    for record in (
        seal(),
        registration(),
        registration(
            version="2", metrics=better, code={"repository": "https://git.example/pipeline", "revision": "a" * 40}
        ),
    ):
        answer = catalog.record(record)
        assert answer.status_code == 201, answer.text
        catalog.caught_up()
    catalog.labels_kept()
    page = catalog.client.get(f"/explorer/versions?id={version('2')}", headers=BROWSER)
    query = html.unescape(re.findall("<pre><code>(.*?)</code>", page.text, re.DOTALL)[0])
    assert [len(one["registrations"]) for one in catalog.data(query).values()] == [1, 1]
    found = shown(page).words
    assert "readmission 2 and readmission 1" in found
    assert "auroc on test0.8 #3 0.75 #2 differs" in found
    assert "brier0.1 #3 not recordeddiffers" in found
    assert f"trained on {CURATED['name']}{DIGEST[:19]}… #3 {DIGEST[:19]}… #2 the same" in found
    assert f"https://git.example/pipeline{'a' * 40} #3 {'f' * 40}, clean #2 differs" in found
    assert "3 things differ" in found
    same = shown(
        catalog.client.get(f"/explorer/versions?id={version('1')}&other={version('1')}", headers=BROWSER)
    ).words
    assert "Nothing that is shown differs" in same


def test_a_version_alone_says_so_and_what_is_not_there_is_not_found(catalog: Catalog) -> None:
    catalog.fill()
    alone = catalog.client.get(f"/explorer/versions?id={version('1')}", headers=BROWSER)
    assert "There is no other version to hold it against" in shown(alone).words
    for other in ("ModelVersion:none", "Dataset:none"):
        address = f"/explorer/versions?id={version('1')}&other={other}"
        assert catalog.client.get(address, headers=BROWSER).status_code == 404
