"""What each principal may do in the catalog itself: what its roles permit, narrowed by the policies in force.

It is read from the ledger, because the graph may lag, and because whoever sends events is let in while no graph is
there. Whether something may be done at all is decided for each kind of record, what may be seen and written about for
each namespace and each site, once for all that ask the same. An error of an evaluation is a denial, and what cannot be
read any more binds: an erased membership binds to no site, an erased set lets nobody do anything but publish another.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import orjson

from catalog.access.model import Actor
from catalog.access.permissions import Permission
from catalog.access.records import DefinePrincipal
from catalog.access.rules import may
from catalog.ledger.erasure import KIND as ERASURE
from catalog.ledger.protocol import Ledger, StoredEntry
from catalog.ledger.sealing import utc_microseconds
from catalog.memberships.records import AddMember, EndMembership
from catalog.policies.engine import Engine, Entity, Request, Verdict, engine_of
from catalog.policies.records import PublishPolicies
from catalog.policies.roles import DEFAULT
from catalog.policies.rules import digest_of_files
from catalog.policies.schema import CATALOG, READ, WRITE, Scope, scope_of
from catalog.reading import NO_SITE, Names, Rights
from graph_schema.nodes import Principal
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import MembershipKind

_LOG = logging.getLogger("lineward.access")
_KINDS: Final = frozenset(
    {
        AddMember.in_ledger(),
        DefinePrincipal.in_ledger(),
        EndMembership.in_ledger(),
        ERASURE,
        PublishPolicies.in_ledger(),
    }
)
_MENDING: Final = frozenset({Permission.PUBLISH_POLICIES, Permission.DEFINE_PRINCIPAL, Permission.ISSUE_KEY})
"""What remains while the set in force is erased, so that another can be published."""

_ERASED: Final = "The set of policies in force was erased: somebody has to publish one before anything else is done."
_REMEMBERED: Final = 1_000

UNREGISTERED: Final = "UNREGISTERED"
"""The kind of a principal that no record defined: whoever acts on this machine before any key exists."""


@dataclass(frozen=True, slots=True)
class _Membership:
    entry: int
    site: str
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Belonging:
    """What policies of the catalog know of a principal beside its roles.

    `of_sites` is whether it was ever said to belong to a site: it does not come to see more once it belongs to none.
    """

    kind: str = UNREGISTERED
    organisation: str | None = None
    sites: frozenset[str] = frozenset()
    of_sites: bool = False


@dataclass(frozen=True, slots=True)
class _Set:
    """The policies of the catalog of one published set; without files where its publication was erased."""

    files: Mapping[str, str] | None

    @property
    def narrows(self) -> bool:
        return self.files is None or any(scope_of(path) is Scope.CATALOG for path in self.files)


_NONE_PUBLISHED: Final = _Set({})


class Entitlements:
    """Follows who belongs to which site and which policies are in force; safe for any thread.

    `clock` gives UTC microseconds.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], int] = utc_microseconds) -> None:
        """Look at nothing yet."""
        self._ledger = ledger
        self._clock = clock
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._looked = 0
        self._set = _NONE_PUBLISHED
        self._defined: dict[str, tuple[str, str | None]] = {}
        self._memberships: dict[str, list[_Membership]] = defaultdict(list)
        self._of_sites: set[str] = set()
        self._decided: dict[tuple[str, frozenset[str], Belonging], tuple[Mapping[str, str], Rights, Rights]] = {}

    def entitled(self, actor: Actor) -> Actor:
        """Return the actor with what it may not do in spite of its roles, and what it may see and write about."""
        with self._lock:
            self._follow()
            published, belonging = self._set, self._belonging(actor.principal)
            if not belonging.of_sites and not published.narrows:
                return actor
            key = actor.principal, actor.roles, belonging
            found = self._decided.get(key)
            if found is None:
                if len(self._decided) >= _REMEMBERED:
                    self._decided.clear()
                found = self._decided[key] = _decided(actor.principal, actor.roles, belonging, published)
        forbidden, reads, writes = found
        return replace(actor, forbidden=forbidden, reads=reads, writes=writes)

    def _belonging(self, principal: str) -> Belonging:
        id_, now = Principal(principal).id, self._clock()
        kind, organisation = self._defined.get(id_, (UNREGISTERED, None))
        held = self._memberships.get(id_, ())
        sites = frozenset(one.site for one in held if one.since <= now < one.until)
        return Belonging(kind, organisation, sites, id_ in self._of_sites)

    def _follow(self) -> None:
        size = self._ledger.size()
        if size == self._looked:
            return
        new = [self._ledger.entry(index) for index in self._ledger.of_kinds(_KINDS, self._looked)]
        if self._looked and any(one.entry.kind == ERASURE for one in new):
            # What was followed may be gone: it is followed anew, as whoever starts now does.
            self._forget()
            new = [self._ledger.entry(index) for index in self._ledger.of_kinds(_KINDS)]
        if new:
            self._decided.clear()
        for stored in new:
            self._take(stored)
        self._looked = size

    def _take(self, stored: StoredEntry) -> None:
        try:
            fields = None if stored.body is None else orjson.loads(stored.body)["record"]
            self._follow_record(stored, fields)
        except ValueError:
            _LOG.exception("a record of what principals may do cannot be read", extra={"index": stored.index})
            self._follow_record(stored, None)

    def _follow_record(self, stored: StoredEntry, fields: dict[str, Any] | None) -> None:
        """Follow one entry; what cannot be read binds."""
        match stored.entry.kind:
            case kind if kind == PublishPolicies.in_ledger():
                self._set = _Set(None) if fields is None else _Set(_files(PublishPolicies.replay(fields)))
            case kind if kind == DefinePrincipal.in_ledger() and fields is not None:
                defined = DefinePrincipal.replay(fields)
                self._defined[defined.node.id] = defined.principal_kind.value, defined.organisation
            case kind if kind == AddMember.in_ledger():
                self._join(stored, None if fields is None else AddMember.replay(fields))
            case kind if kind == EndMembership.in_ledger():
                self._leave(stored, None if fields is None else EndMembership.replay(fields))

    def _join(self, stored: StoredEntry, record: AddMember | None) -> None:
        if record is None:
            self._of_sites.update(stored.entry.subjects)
        elif record.membership_kind is MembershipKind.SITE:
            since = stored.entry.recorded_at if record.since is None else parse_zoned(record.since)
            self._of_sites.add(record.node.id)
            joined = _Membership(stored.index, record.group, since, parse_zoned(record.until))
            self._memberships[record.node.id].append(joined)

    def _leave(self, stored: StoredEntry, record: EndMembership | None) -> None:
        for id_ in stored.entry.subjects:
            left = self._memberships.get(id_, [])
            left[:] = [] if record is None else [one for one in left if one.entry != record.membership]


def forbidden_by(files: Mapping[str, str], permission: Permission, principal: str, roles: frozenset[str]) -> str | None:
    """Return why a principal of the house might not do this once these files are published, None where it might."""
    found, _, _ = _decided(principal, roles, Belonging(), _Set(files))
    return found.get(permission.value)


def _files(record: PublishPolicies) -> dict[str, str]:
    return {one.path: one.text for one in record.files}


def _decided(
    principal: str, roles: frozenset[str], belonging: Belonging, published: _Set
) -> tuple[Mapping[str, str], Rights, Rights]:
    """Return what a principal's roles permit and policies forbid, why, and what it may see and write about."""
    held = [one for one in Permission if may(roles, one)]
    if published.files is None:
        nothing = Rights(frozenset(), frozenset())
        return MappingProxyType({one.value: _ERASED for one in held if one not in _MENDING}), nothing, nothing
    try:
        judge = _Judge(principal, roles, belonging, published.files)
    except ValueError:
        # It was published by a version that could read it.
        return _decided(principal, roles, belonging, _Set(None))
    forbidden = {one.value: why for one in held if (why := judge.forbids(one.value)) is not None}
    return MappingProxyType(forbidden), judge.rights(READ), judge.rights(WRITE)


class _Judge:
    """Decides of one principal by the default policies and a published set's of the catalog."""

    def __init__(self, principal: str, roles: frozenset[str], belonging: Belonging, files: Mapping[str, str]) -> None:
        narrowing = {path: text for path, text in files.items() if scope_of(path) is Scope.CATALOG}
        self._digest = digest_of_files(narrowing.items())
        self._default = engine_of(DEFAULT, Scope.CATALOG)
        self._narrowed = engine_of({**narrowing, **DEFAULT}, Scope.CATALOG) if narrowing else self._default
        self._published = list(Engine(narrowing, Scope.CATALOG).by_id.values()) if narrowing else []
        known = {
            "name": principal,
            "kind": belonging.kind,
            "roles": sorted(roles),
            "sites": sorted(belonging.sites),
            "of_sites": belonging.of_sites,
        }
        if belonging.organisation is not None:
            known["organisation"] = belonging.organisation
        self._principal = Entity("Principal", principal, known)
        self._source = principal, roles, belonging, self._digest

    def forbids(self, permission: str) -> str | None:
        """Return why something that a role permits may not be done, None where it may."""
        found = self._found(permission, Entity(CATALOG, CATALOG, {}))
        return None if found.allowed else _why(found)

    def rights(self, action: str) -> Rights:
        """Return what of the catalog it may do this with."""
        return Rights(self._names(action, "Namespace"), self._names(action, "Site"))

    def _names(self, action: str, part: str) -> Names | None:
        bound = any(one.decides_on(action, part) for one in self._published)
        if not bound and self._of_default(action, part):
            return None
        return Names((*self._source, action, part), lambda name: self._found(action, _part(part, name)).allowed)

    def _of_default(self, action: str, part: str) -> bool:
        """Tell whether the default policies bind it to nothing: they ask for no name but those of its sites."""
        resource = _part("Site", NO_SITE) if part == "Site" else _part(part, "made-up")
        return self._default.decide(self._asked(action, resource)).allowed

    def _found(self, action: str, resource: Entity) -> Verdict:
        asked = self._asked(action, resource)
        found = self._default.decide(asked)
        # What a published set permits widens nothing.
        return self._narrowed.decide(asked) if found.allowed and self._narrowed is not self._default else found

    def _asked(self, action: str, resource: Entity) -> Request:
        return Request(self._principal, action, resource, {}, 0)


def _part(part: str, name: str) -> Entity:
    return Entity(part, name, {} if part == "Site" and name == NO_SITE else {"name": name})


def _why(found: Verdict) -> str:
    if found.errors or not found.policies:
        return "The policies of the catalog could not be evaluated, and so do not permit this."
    named = ", ".join(found.policies)
    return f"{' '.join(found.reasons)} This is decided by {named}."
