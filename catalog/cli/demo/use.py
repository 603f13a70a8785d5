"""What a version may be used for, before and after that was narrowed, and what is wrong in the estate."""

from __future__ import annotations

from typing import Any

from catalog.cli.client import Client, ask, succeeded
from catalog.cli.demo.shown import WIDE, id_of
from catalog.cli.output import out, print_table
from graph_schema.nodes import ModelVersion

_MAY_USE = """
query MayUse($input: UseQuestionInput!, $asOf: AsOfInput) { mayUse(input: $input, asOf: $asOf) { __typename
  ... on Problem { code message }
  ... on MayUse { decision deciding { reasons { text } } } } }
"""
_FINDINGS = """
query Findings($filter: FindingFilter!) { findings(filter: $filter) { __typename ... on Problem { code message }
  ... on Findings { page { nodes { rule name text findingState trueSince trueUntil } } } } }
"""


def answer(client: Client, outcome: Any) -> bool:  # noqa: ANN401  the example's own outcome
    """Ask what the first version may be used for before and after the use of the claims was narrowed, and print it."""
    first = outcome.versions[0]
    of = ModelVersion(outcome.model.namespace, outcome.model.name, first.version).id
    rows = []
    for purpose in ("HOPERAT", "MLTRAINING"):
        asked = {
            "of": of,
            "purpose": purpose,
            "requester": {"organization": "NONPROFIT", "commercial": False},
        }
        before, now = (
            succeeded(ask(client, _MAY_USE, {"input": asked, "asOf": point})["mayUse"])
            for point in ({"knownAtIndex": outcome.narrowed_by - 1}, None)
        )
        text = next((reason["text"] for each in now["deciding"] for reason in each["reasons"]), None)
        rows.append((purpose, before["decision"], now["decision"], text))
    out.print()
    print_table(
        f"5. What may {first.version} be used for, before entry #{outcome.narrowed_by} narrowed it and now?",
        ("purpose", "before", "now", "why"),
        rows,
        most=WIDE,
    )
    return not any(before != now for _, before, now, _ in rows)


def answer_on_findings(client: Client, outcome: Any) -> bool:  # noqa: ANN401  the example's own outcome
    """Ask which findings are open, and which on the training data have closed, and print them."""
    wanted = ({"states": ["OPEN"]}, {"states": ["CLOSED"], "subjects": [id_of(outcome.training)]})
    found = [
        one
        for filter_ in wanted
        for one in succeeded(ask(client, _FINDINGS, {"filter": filter_})["findings"])["page"]["nodes"]
    ]
    out.print()
    print_table(
        "6. What is wrong, and what was?",
        ("rule", "on", "since (UTC)", "until"),
        [
            (
                one["rule"],
                one["name"].partition("://")[2] or one["name"],
                _hour(one["trueSince"]),
                _hour(one["trueUntil"]),
            )
            for one in found
        ],
        yielding=("on",),
        most=WIDE,
    )
    return len({one["findingState"] for one in found}) < len(wanted)


def _hour(at: str | None) -> str:
    """Return the time of day, to the second, of a time in UTC; what has none is open."""
    return "open" if at is None else at[11:19]
