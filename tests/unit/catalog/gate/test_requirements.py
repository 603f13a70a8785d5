"""What the gate asks for is a file: what it leaves out is as shipped, and what is wrong in it is one clear error."""

from __future__ import annotations

import pytest

from catalog.errors import SenderError
from catalog.gate.requirements import read, required, shipped
from graph_schema.vocabulary.words import GateCheckName


def test_as_shipped_every_check_is_required() -> None:
    file, digest = shipped()
    assert required(file, "TREAT", "production").require == frozenset(GateCheckName)
    assert digest.startswith("sha256:")


def test_what_a_file_leaves_out_is_as_shipped() -> None:
    found = required(read("gate: 1\nholds_days: 3\n"), "TREAT", "production")
    as_shipped = required(shipped()[0], "TREAT", "production")
    assert found.holds_days == 3
    assert (found.require, found.labels, found.approvals) == (
        as_shipped.require,
        as_shipped.labels,
        as_shipped.approvals,
    )


CASES = """gate: 1
approvals:
  - kind: GOVERNANCE
    persons: 2
cases:
  - environments: [Sandbox]
    purposes: [HRESCH]
    require: [VIEW_COMPLETE, LABELS]
    approvals: []
  - environments: [sandbox]
    holds_days: 7
"""


@pytest.mark.parametrize(
    ("purpose", "environment", "expected"),
    [
        ("HRESCH", "sandbox", (3, 0, 30)),
        ("TREAT", "sandbox", (len(GateCheckName), 1, 7)),
        ("HRESCH", "production", (len(GateCheckName), 1, 30)),
    ],
)
def test_the_first_case_that_covers_a_question_replaces_members(
    purpose: str, environment: str, expected: tuple[int, int, int]
) -> None:
    found = required(read(CASES), purpose, environment)
    assert (len(found.require), len(found.approvals), found.holds_days) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("gate: 2", "gate.yaml, line 1, gate: gate is 1."),
        ("holds_days: 3", "gate.yaml, line 1, gate: gate is missing; gate.yaml needs it."),
        ("- gate", "gate.yaml, line 1: one document with members such as `gate: 1` is asked for."),
        (
            "gate: 1\nrequire:\n  - LABELS\n  - LABLES\n",
            "gate.yaml, line 4, require.1: require is one of INPUTS_SEALED, ",
        ),
        (
            "gate: 1\nrequire: [CODE]",
            "gate.yaml, line 2, require: VIEW_COMPLETE is always required: what the gate did not see is no pass.",
        ),
        (
            "gate: 1\ncases:\n  - environments: [a]\n    require: [CODE]\n",
            "gate.yaml, line 4, cases.0.require: VIEW_COMPLETE is always required",
        ),
        ("gate: 1\napprovals:\n  - kind: CLINICAL\n    persons: 0\n", "gate.yaml, line 4, approvals.0.persons: "),
        ("gate: 1\nlabels:\n  ATTIC: []\n", "gate.yaml, line 3, labels.ATTIC: the name of a zone is one of LANDING, "),
        ("gate: 1\nmetrics:\n  - name: auroc\n", "gate.yaml, line 3, metrics.0: metrics says `least`, `most` or both."),
        ("gate: 1\nmore: 2", "gate.yaml, line 2, more: gate.yaml has no such field; a field is one of "),
        (
            "gate: 1\ncases:\n  - purposes: [TREATT]\n",
            "gate.yaml, line 3, cases.0.purposes.0: PurposeOfUse has no ",
        ),
        ("gate: [", "gate.yaml, line 1: this is no YAML: "),
        ("gate: 1\ngate: 1\n", "gate.yaml, line 2: gate stands here again, first on line 1: write it once."),
    ],
)
def test_a_file_that_cannot_be_says_where_and_what_would_be_right(text: str, sentence: str) -> None:
    with pytest.raises(SenderError) as caught:
        read(text)
    assert caught.value.detail.startswith(sentence)
