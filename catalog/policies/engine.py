"""Deciding by a set of policies: Cedar evaluates, and whatever it does not plainly allow is denied.

Cedar skips a policy that errs: a forbid that meets a missing attribute would let a permit win. So any error of the
evaluation denies, and so does a request or a set that the schema refuses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import cedarpy
import orjson

from catalog.policies.schema import NAMESPACE, Scope, schema, scope_of
from graph_schema.times import format_time

SUFFIX: Final = ".cedar"
_MILLISECONDS: Final = len("2026-01-31T12:00:00.000")
_NOW: Final = re.compile(r"\bnow\b")
_NUMBERED: Final = re.compile(r"(?<=`)(policy[0-9]+)(?=`)")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_NUMERAL: Final = re.compile(r"`-?[0-9][0-9.]*`")
_LISTED: Final = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class Entity:
    """A principal or a resource: its type of the schema, its id, and what is known of it."""

    type: str
    id: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """May this principal do this with this resource, under these circumstances; `now` in UTC microseconds."""

    principal: Entity
    action: str
    resource: Entity
    context: Mapping[str, Any]
    now: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a set of policies comes to, by which of them, and what must be kept to or left undone.

    `policies` are those that decided: the forbids of a denial, the permits of a permission, none where nothing permits.
    Where `errors` has any, it is a denial, and those that could not be evaluated decided it: what went wrong, without a
    value.
    """

    allowed: bool
    policies: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    refrains: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy: what it is called, whether it forbids, what is noted on it, and on which actions and type it decides.

    `actions` is None where that is every action, `resource` where it names no type.
    """

    id: str
    forbids: bool
    notes: Mapping[str, str] = field(default_factory=dict)
    actions: frozenset[str] | None = None
    resource: str | None = None

    def decides_on(self, action: str, resource: str) -> bool:
        """Tell whether it may decide on this action with something of this type."""
        return (self.actions is None or action in self.actions) and self.resource in {None, resource}

    def listed(self, note: str) -> tuple[str, ...]:
        """Return the words of a note that is a list."""
        return tuple(word for word in _LISTED.split(self.notes.get(note, "")) if word)


class Engine:
    """The policies of one scope of a set, ready to decide; it keeps nothing of what it decided, and is safe for any
    thread.
    """

    def __init__(self, files: Mapping[str, str], scope: Scope = Scope.ACCESS) -> None:
        """Read the set; raises ValueError where Cedar cannot, in its words."""
        self.scope = scope
        text = "\n".join(files[path] for path in sorted(files) if path.endswith(SUFFIX) and scope_of(path) is scope)
        self._set = cedarpy.PolicySet.from_str(text)
        self._policies = read_policies(text)
        self.asks_the_time = bool(_NOW.search(text))
        """Whether it may decide otherwise later of what stayed the same: any of it names `now`."""
        self.by_id: Mapping[str, Policy] = {one.id: one for one in self._policies.values()}

    def forbids(self, policy: str) -> bool:
        """Tell whether the policy of this name forbids."""
        return self.by_id[policy].forbids

    def decide(self, request: Request) -> Verdict:
        """Return what the policies come to; whatever is no plain permission is a denial."""
        try:
            entities = cedarpy.Entities.from_json_str(
                orjson.dumps([_entity(request.principal), _entity(request.resource)]).decode(), read_schema(self.scope)
            )
        except ValueError as error:
            return Verdict(allowed=False, errors=(self._in_words(str(error)),))
        found = cedarpy.is_authorized(
            {
                "principal": _uid(request.principal.type, request.principal.id),
                "action": _uid("Action", request.action),
                "resource": _uid(request.resource.type, request.resource.id),
                "context": _context(request) if self.scope is Scope.ACCESS else {},
            },
            self._set,
            entities,
            read_schema(self.scope),
        )
        errors = tuple(self._in_words(str(one)) for one in found.diagnostics.errors)
        deciding = sorted((self._policies[one] for one in found.diagnostics.reasons), key=lambda one: one.id)
        allowed = found.decision is cedarpy.Decision.Allow and not errors and bool(deciding)
        erred = {name for one in found.diagnostics.errors for name in _NUMBERED.findall(str(one))}
        if erred:
            decided = {self._policies[one].id for one in erred} | {one.id for one in deciding if one.forbids}
            return Verdict(allowed=False, policies=tuple(sorted(decided)), errors=errors)
        return Verdict(
            allowed,
            tuple(one.id for one in deciding),
            tuple(one.notes["reason"] for one in deciding if "reason" in one.notes),
            _together(deciding, "obligations") if allowed else (),
            _together(deciding, "refrains") if allowed else (),
            errors,
        )

    def _in_words(self, error: str) -> str:
        """Return what Cedar says went wrong, with policies by their names and without any value of the request."""
        named = _NUMBERED.sub(lambda found: self._policies[found[1]].id, error)
        return _NUMERAL.sub("`…`", _QUOTED.sub('"…"', named))


@lru_cache(maxsize=8)
def _engine(files: tuple[tuple[str, str], ...], scope: Scope) -> Engine:
    return Engine(dict(files), scope)


def engine_of(files: Mapping[str, str], scope: Scope = Scope.ACCESS) -> Engine:
    """Return what decides by these files; the newest few are kept. Raises ValueError as `Engine` does."""
    return _engine(tuple(sorted(files.items())), scope)


def read_policies(text: str) -> dict[str, Policy]:
    """Return each policy of a text by the name that Cedar gives it; raises ValueError where it cannot be read."""
    read = orjson.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    return {
        name: Policy(
            one.get("annotations", {}).get("id") or name,
            one["effect"] == "forbid",
            {note: words or "" for note, words in one.get("annotations", {}).items()},
            _actions(one["action"]),
            _type(one["resource"]),
        )
        for name, one in read.items()
    }


def _actions(scope: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the actions that a policy names in its head, None where it names none."""
    named = scope.get("entities") or [one for one in (scope.get("entity"),) if one is not None]
    return frozenset(one["id"] for one in named) if named else None


def _type(scope: Mapping[str, Any]) -> str | None:
    """Return the type that a policy names in its head, by itself or by naming one of it; None where it names none."""
    named: str = scope.get("entity_type") or scope.get("entity", {}).get("type", "")
    return named.rpartition("::")[2] or None


@lru_cache(maxsize=len(Scope))
def read_schema(scope: Scope) -> cedarpy.Schema:
    """Return the schema that policies on something are held to, as Cedar reads it."""
    return cedarpy.Schema.from_str(schema(scope))


def _together(policies: Sequence[Policy], note: str) -> tuple[str, ...]:
    return tuple(sorted({word for one in policies for word in one.listed(note)}))


def _entity(entity: Entity) -> dict[str, Any]:
    return {"uid": _uid(entity.type, entity.id), "attrs": dict(entity.attributes), "parents": []}


def _uid(type_: str, identifier: str) -> dict[str, str]:
    return {"type": f"{NAMESPACE}::{type_}", "id": identifier}


def _context(request: Request) -> dict[str, Any]:
    return {**request.context, "now": _time(request.now)}


def _time(micros: int) -> dict[str, Any]:
    return {"__extn": {"fn": "datetime", "arg": f"{format_time(micros)[:_MILLISECONDS]}Z"}}
