"""Whether a grant covers a request: values in, decision out. Times are UTC microseconds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from catalog.grants.model import AccessDelegation, Grant, GrantState
from graph_schema.aspects.access import AccessGrant, AccessRequest, Target
from graph_schema.nodes import Dataset, ModelVersion
from graph_schema.times import SECOND, parse_zoned

DAY: Final = 86_400 * SECOND
LONGEST: Final = 90 * DAY
"""For how long access is granted at most; whoever needs it longer asks again."""

RECERTIFIED: Final = 30 * DAY
"""How long after it began, or was certified last, somebody has to say that a grant is still needed."""

DELEGABLE: Final = frozenset(
    {
        "declare_dataset",
        "declare_source",
        "end_source",
        "declare_key",
        "end_key",
        "declare_job",
        "declare_operator",
        "end_operator",
        "tag",
        "declare_code_key",
        "end_code_key",
        "trust_column_lineage",
        "end_column_lineage_trust",
        "stitch_datasets",
        "unstitch_datasets",
        "permit_use",
        "license_use",
        "withdraw_consent",
        "end_use_statement",
        "record_transfer",
        "end_transfer",
        "seal_snapshot",
        "verify_snapshot",
        "tombstone_snapshot",
        "declare_split",
    }
)
"""The kinds of record that one writes in the place of another: what is said of data, and of no person's part in it.

What is asked for, granted, decided, attested, registered or reviewed is not: there two persons are told apart by who
wrote. Nor is what acts everywhere, nor a delegation, which is not handed on.
"""


def delegating(delegations: Iterable[AccessDelegation], of: str, kind: str) -> AccessDelegation | None:
    """Return the first delegation in force by which records of a kind are written in somebody's place (X7)."""
    return next((one for one in delegations if one.in_force and one.of == of and kind in one.records), None)


def delegating_principals(delegations: Iterable[AccessDelegation], kind: str) -> tuple[str, ...]:
    """Return by name in whose place records of a kind may be written by delegations in force (X7)."""
    return tuple(sorted({one.of for one in delegations if one.in_force and kind in one.records}))


def within(outer: Target, inner: Target) -> bool:
    """Tell whether all of `inner` is part of `outer`, whatever datasets there are."""
    if outer.namespace != inner.namespace:
        return False
    if inner.target_kind == "MODEL_VERSION" or outer.target_kind == "MODEL_VERSION":
        return outer == inner
    match outer.target_kind:
        case "NAMESPACE":
            return True
        case "PREFIX":
            return inner.target_kind != "NAMESPACE" and (inner.name or "").startswith(outer.name or "")
        case "DATASET":
            return inner.target_kind in {"DATASET", "COLUMN"} and inner.name == outer.name
        case _:
            return outer == inner


def judged_as(target: Target) -> Dataset | ModelVersion | None:
    """Return what has to be seen of whoever sees that access is had to it, None where a namespace alone is named."""
    match target.target_kind:
        case "DATASET" | "COLUMN":
            return Dataset(target.namespace, target.name or "")
        case "MODEL_VERSION":
            return ModelVersion(target.namespace, target.name or "", target.version or "")
        case _:
            return None


def reaches(granted: Target, of: Target) -> bool:
    """Tell whether access to the one is access to the other, or to a column of it."""
    return within(granted, of) or (granted.target_kind == "COLUMN" and within(of, granted))


def covers(grant: Grant, action: str, target: Target, purpose: str | None, project: str | None) -> bool:
    """Tell whether a grant is in force, and for this."""
    content = grant.content
    return (
        grant.state is GrantState.IN_FORCE
        and action in content.actions
        and purpose in content.purposes
        and content.project in {None, project}
        and within(content.target, target)
    )


def covering(
    grants: Iterable[Grant], action: str, target: Target, purpose: str | None, project: str | None
) -> Grant | None:
    """Return the first grant that is in force, and for this."""
    return next((one for one in grants if covers(one, action, target, purpose, project)), None)


def grants_no_more(granted: AccessGrant, asked: AccessRequest) -> bool:
    """Tell whether a grant stays within what was asked for."""
    return (
        set(granted.actions) <= set(asked.actions)
        and set(granted.purposes) <= set(asked.purposes)
        and within(asked.target, granted.target)
        and granted.project == asked.project
        and parse_zoned(granted.until) <= parse_zoned(asked.until)
    )


def due(since: int, until: int, certified: Iterable[int]) -> int | None:
    """Return by when a grant has to be certified again, None where it ends before."""
    found = max((since, *certified)) + RECERTIFIED
    return found if found < until else None


def lost_role(held: Iterable[frozenset[str]]) -> bool:
    """Tell whether a role of the first of these was missing at a later time; having it again revives nothing."""
    several = list(held)
    return any(not several[0] <= later for later in several[1:])
