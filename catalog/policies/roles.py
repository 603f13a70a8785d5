"""The policies that hold in the catalog where nobody published others: the table of roles, and what sites bind.

A published set narrows them and widens nothing: its policies of the catalog forbid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from catalog.access.permissions import TABLE, Permission
from catalog.policies.schema import NAMESPACE, WRITE
from graph_schema.vocabulary.words import PrincipalRole

OF_THE_HOUSE: Final = (
    Permission.PUBLISH_POLICIES,
    Permission.RELEASE_QUARANTINED,
    Permission.DEFINE_NAMESPACE_RULE,
    Permission.END_NAMESPACE_RULE,
    Permission.MAP_FACET,
    Permission.MAP_TAG,
    Permission.WITHDRAW_MAPPING,
    Permission.DEFINE_SAFE_USE,
    Permission.ADD_MEMBER,
    Permission.END_MEMBERSHIP,
    Permission.DECLARE_PROTOCOL,
    Permission.END_PROTOCOL,
    Permission.DECLARE_PLACE,
    Permission.END_PLACE,
)
"""Records that act everywhere, whatever they name: whoever belongs to a site alone does not write them."""


def _role(role: PrincipalRole, permissions: Iterable[Permission]) -> str:
    actions = ",\n     ".join(_action(one.value) for one in sorted(permissions))
    return f"""\
@id("role-{role.value}")
@reason("The role {role.value} may do this.")
permit (
  principal,
  action in
    [{actions}],
  resource is {NAMESPACE}::Catalog
)
when {{ principal.roles.contains("{role.value}") }};
"""


def _action(name: str) -> str:
    return f'{NAMESPACE}::Action::"{name}"'


_PARTS: Final = f"""\
// What of the catalog somebody sees and writes, who may at all.

@id("every-namespace")
@reason("Nothing binds you to namespaces.")
permit (
  principal,
  action in [{_action(Permission.READ.value)}, {_action(WRITE)}],
  resource is {NAMESPACE}::Namespace
);

// Whoever was never said to belong to a site is of the house.
@id("of-the-house")
@reason("Nothing binds you to sites.")
permit (
  principal,
  action in [{_action(Permission.READ.value)}, {_action(WRITE)}],
  resource is {NAMESPACE}::Site
)
unless {{ principal.of_sites }};

@id("of-the-site")
@reason("You belong to this site.")
permit (
  principal,
  action in [{_action(Permission.READ.value)}, {_action(WRITE)}],
  resource is {NAMESPACE}::Site
)
when {{ resource has name && principal.sites.contains(resource.name) }};

@id("auditors-see-every-site")
@reason("Auditors and administrators see everything.")
permit (
  principal,
  action == {_action(Permission.READ.value)},
  resource is {NAMESPACE}::Site
)
when {{ principal.roles.containsAny(["auditor", "admin"]) }};

@id("acts-everywhere")
@reason("This acts on every site, and you belong to some: somebody of the house does it.")
forbid (
  principal,
  action in
    [{", ".join(_action(one.value) for one in OF_THE_HOUSE)}],
  resource is {NAMESPACE}::Catalog
)
when {{ principal.of_sites }}
unless {{ principal.roles.contains("admin") }};
"""

DEFAULT: Final[Mapping[str, str]] = {
    "catalog/default-roles.cedar": "\n".join(_role(role, TABLE[role]) for role in PrincipalRole),
    "catalog/default-parts.cedar": _PARTS,
}
"""The default set, text by path."""
