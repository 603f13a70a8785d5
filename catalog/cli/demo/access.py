"""Who may read the training data: denied without a grant, permitted under one of an hour, denied once that is over."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from catalog.cli.client import Client, checked
from catalog.cli.demo.shown import WIDE, in_seconds, record
from catalog.cli.output import note, out, print_table

FILES: Final = {
    "access.cedar": """@id("granted-work")
@reason("A grant that is in force covers this.")
@obligations("AUDIT")
permit (principal, action, resource) when { context.granted };
""",
    "tests/access.yaml": """tests:
  - {name: Granted, action: read, expect: PERMIT, context: {purpose: MLTRAINING, granted: true}}
  - {name: Not granted, action: read, expect: DENY, context: {purpose: MLTRAINING, granted: false}}
""",
}
"""Who may read what in the example, with its own tests."""
_PURPOSE: Final = "MLTRAINING"
_HOUR: Final = 3_600
_LEFT: Final = (3, 10, 30)
"""So many seconds of the hour are left when a grant is recorded, so that it is seen to end; more on a slow machine."""
_MOST: Final = 60


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the catalog said of one request."""

    decision: bool
    reason: str


def answer(enforcer: Client, steward: Client, outcome: Any, engineer: str) -> bool:  # noqa: ANN401  the example's own outcome
    """Ask before, under and after a grant whether the engineer may read the training data, and print what is said."""
    before = _ask(enforcer, outcome.training, engineer)
    entry, granted = 0, before
    for left in _LEFT:
        if not granted.decision:
            entry = record(steward, _grant(outcome.training, engineer, left))
            granted = _ask(enforcer, outcome.training, engineer)
    after = _until(enforcer, outcome.training, engineer, decision=False)
    rows = [
        ("without a grant", before),
        (f"under grant #{entry}, of an hour", granted),
        ("once that hour is over", after),
    ]
    out.print()
    print_table(
        f"8. May {engineer} read {outcome.training.name} to train a model?",
        ("asked", "answer", "why"),
        [(when, "permitted" if one.decision else "denied", one.reason) for when, one in rows],
        most=WIDE,
    )
    note("  It ended by itself. A grant names data, purpose and time, and another person gives it.")
    return [one.decision for _, one in rows] != [False, True, False]


def _grant(dataset: Any, engineer: str, left: int) -> dict[str, Any]:  # noqa: ANN401  the example's own dataset
    return {
        "kind": "grant_access",
        "principal": engineer,
        "actions": ["read"],
        "target": {"target_kind": "DATASET", "namespace": dataset.namespace, "name": dataset.name},
        "purposes": [_PURPOSE],
        "since": in_seconds(left - _HOUR),
        "until": in_seconds(left),
        "reason": "To look at what the training columns hold, once",
    }


def _until(enforcer: Client, dataset: Any, engineer: str, *, decision: bool) -> _Asked:  # noqa: ANN401  as above
    """Ask until this is the answer, for a while."""
    end = time.monotonic() + _MOST
    while (found := _ask(enforcer, dataset, engineer)).decision is not decision and time.monotonic() < end:
        time.sleep(1)
    return found


def _ask(enforcer: Client, dataset: Any, engineer: str) -> _Asked:  # noqa: ANN401  as above
    sent = {
        "subject": {"type": "user", "id": engineer},
        "action": {"name": "read"},
        "resource": {"type": "dataset", "id": dataset.name, "properties": {"namespace": dataset.namespace}},
        "context": {"purpose": _PURPOSE, "enforces": ["AUDIT", "NORDSCLW"]},
    }
    found = checked(enforcer.request("POST", "access/v1/evaluation", json=sent)).json()
    return _Asked(found["decision"], found["context"]["reasons"][0])
