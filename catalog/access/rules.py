"""What each role may do: one table, and everything that is not in it is forbidden."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from catalog.access.model import Actor, Holder
from catalog.errors import AskerError, SenderError
from catalog.reading import EVERYTHING, Rights
from graph_schema.vocabulary.words import PrincipalRole

READ = "read"
"""Ask any question, and read the ledger's entries and proofs."""

SEND_EVENTS = "openlineage"
"""Send OpenLineage events."""

JUDGE_TAGS = "tag.judge"
"""Confirm or reject a tag, which outweighs what emitters claim."""

OPERATE = "operate"
"""Rebuild the graph, see quarantine in full."""

WATCH = "metrics"
"""Read the metrics."""

TABLE: dict[PrincipalRole, frozenset[str]] = {
    PrincipalRole.EMITTER: frozenset({SEND_EVENTS, "seal_snapshot", "verify_snapshot", "register_model_version"}),
    PrincipalRole.ENGINEER: frozenset(
        {
            READ,
            SEND_EVENTS,
            "declare_dataset",
            "tag",
            "seal_snapshot",
            "verify_snapshot",
            "register_model_version",
            "request_approval",
        }
    ),
    PrincipalRole.STEWARD: frozenset(
        {
            READ,
            "declare_dataset",
            "tag",
            JUDGE_TAGS,
            "attest_deidentification",
            "verify_snapshot",
            "request_approval",
        }
    ),
    PrincipalRole.APPROVER: frozenset({READ, "decide_approval"}),
    PrincipalRole.AUDITOR: frozenset({READ, "verify_snapshot"}),
    PrincipalRole.MONITOR: frozenset({WATCH}),
    PrincipalRole.ADMIN: frozenset(
        {READ, OPERATE, WATCH, "define_principal", "issue_key", "revoke_key", "erase_entries", "restore_ledger"}
    ),
}
"""Role to permissions; a record's permission is its kind."""

ALL_ROLES = frozenset(role.value for role in PrincipalRole)
_BY_NAME = {role.value: permissions for role, permissions in TABLE.items()}
_NOTHING: frozenset[str] = frozenset()


def may(roles: Iterable[str], permission: str) -> bool:
    """Tell whether one of the roles has the permission; an unknown role has none."""
    return any(permission in _BY_NAME.get(role, _NOTHING) for role in roles)


def can_administer(holders: Iterable[Holder]) -> bool:
    """Tell whether anybody is left who can define principals and issue keys: active, of such a role, with a key."""
    return any(
        each.active and each.keys and may(each.roles, "define_principal") and may(each.roles, "issue_key")
        for each in holders
    )


def check_administrator_left(before: Sequence[Holder], after: Sequence[Holder]) -> None:
    """Raise SenderError 422 where a change would leave a catalog that has an administrator without one."""
    if can_administer(before) and not can_administer(after):
        raise SenderError(
            "This would leave nobody who can administer the catalog: give another principal the role admin and a key "
            "first, or say `force`.",
            pointer="/force",
            status=422,
        )


def require(roles: Iterable[str], permission: str) -> None:
    """Raise AskerError 403, naming the roles that would do, unless one of the roles has the permission."""
    if may(roles, permission):
        return
    able = sorted(role.value for role in PrincipalRole if permission in TABLE[role])
    raise AskerError(f"This needs the role {' or '.join(able)}.", status=403)


def check_own_definition(held: frozenset[str], taken: frozenset[str]) -> None:
    """Raise AskerError 403 where somebody would give themselves a role or a kind of approval that they do not hold."""
    gained = sorted(taken - held)
    if gained:
        raise AskerError(f"Nobody gives themselves {', '.join(gained)}; another admin has to.", status=403)


def rights_of(actor: Actor) -> Rights:  # noqa: ARG001  no principal is bound to namespaces or sites yet
    """Return what of the graph the actor may see, once it may read at all."""
    return EVERYTHING
