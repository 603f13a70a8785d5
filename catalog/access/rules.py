"""Whether a principal may do a thing: decisions over roles, as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from catalog.access.model import Actor, Holder
from catalog.access.permissions import TABLE, Permission
from catalog.errors import AskerError, SenderError
from catalog.reading import Rights
from graph_schema.vocabulary.words import PrincipalRole

ALL_ROLES = frozenset(role.value for role in PrincipalRole)
_ADMINISTERING = (Permission.DEFINE_PRINCIPAL, Permission.ISSUE_KEY)
_BY_NAME = {role.value: permissions for role, permissions in TABLE.items()}
_NOTHING: frozenset[Permission] = frozenset()


def may(roles: Iterable[str], permission: Permission) -> bool:
    """Tell whether one of the roles has the permission; an unknown role has none."""
    return any(permission in _BY_NAME.get(role, _NOTHING) for role in roles)


def person_of(principal: str, recorded: Mapping[str, str | None]) -> str:
    """Return what stands for the person of a principal, by the `person` of every definition.

    A principal without one is its own person, so that another one may name it; of names that lead in a circle, the
    first by alphabet.
    """
    passed = [principal]
    while (person := recorded.get(passed[-1])) is not None:
        if person in passed:
            return min(passed[passed.index(person) :])
        passed.append(person)
    return passed[-1]


def can_administer(holders: Iterable[Holder]) -> bool:
    """Tell whether anybody is left who can define principals and issue keys: active, of such a role, with a key."""
    return any(
        each.active and each.keys and all(may(each.roles, needed) for needed in _ADMINISTERING) for each in holders
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


def is_permitted(actor: Actor, permission: Permission) -> bool:
    """Tell whether one of the actor's roles has the permission, and no policy takes it."""
    return may(actor.roles, permission) and permission.value not in actor.forbidden


def require(actor: Actor, permission: Permission) -> None:
    """Raise AskerError 403, naming the roles that would do or the policy that forbids it, unless the actor may."""
    if may(actor.roles, permission):
        why = actor.forbidden.get(permission.value)
        if why is not None:
            raise AskerError(why, status=403)
        return
    able = sorted(role.value for role in PrincipalRole if permission in TABLE[role])
    raise AskerError(f"This needs the role {' or '.join(able)}; an administrator gives it.", status=403)


def check_own_definition(held: frozenset[str], taken: frozenset[str]) -> None:
    """Raise AskerError 403 where somebody would give themselves a role or a kind of approval that they do not hold."""
    gained = sorted(taken - held)
    if gained:
        raise AskerError(f"Nobody gives themselves {', '.join(gained)}; another admin has to.", status=403)


def in_place_of(actor: Actor, other: Actor) -> Actor:
    """Return the actor with what both may do, see and write about: the narrower of the two."""
    return replace(
        actor,
        roles=actor.roles & other.roles,
        approves=actor.approves & other.approves,
        forbidden={**other.forbidden, **actor.forbidden},
        reads=actor.reads.narrowed(other.reads),
        writes=actor.writes.narrowed(other.writes),
    )


def rights_of(actor: Actor) -> Rights:
    """Return what of the graph the actor may see, once it may read at all."""
    return actor.reads
