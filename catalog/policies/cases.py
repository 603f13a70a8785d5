"""The tests that a set of policies brings along, each a request and what is to come of it.

A denial that a forbid decides is asked again with each thing taken away that may be missing: where that made it a
permission, whoever leaves something unsaid would be better off, and the test fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, ValidationError

from catalog.documents import Document
from catalog.documents import read as read_documents
from catalog.errors import SenderError
from catalog.policies.checking import Problem
from catalog.policies.engine import Engine, Entity, Request, Verdict, engine_of
from catalog.policies.roles import DEFAULT
from catalog.policies.schema import (
    CATALOG,
    ENTRY,
    RESOURCES,
    Scope,
    actions,
    attributes,
    optional,
    scope_of_type,
    types,
)
from catalog.record import MAX_LIST, Name, Part, Record, Time, sender_error
from graph_schema.nearest import did_you_mean
from graph_schema.times import parse_zoned

FOLDER: Final = "tests/"
SUFFIX: Final = ".yaml"
_LETS_IN: Final = {"ingest/default.cedar": '@id("no-policy-objects") permit (principal, action, resource);'}
"""What no policy of ingest forbids is let in."""

_NOW: Final = "2026-01-01T12:00:00Z"


class Expected(StrEnum):
    """What is to come of a request."""

    PERMIT = "PERMIT"
    DENY = "DENY"


class _Case(Part):
    """One test."""

    name: Name
    principal: Mapping[str, Any] = {}
    action: Name
    resource: Mapping[str, Any] = {}
    context: Mapping[str, Any] = {}
    expect: Expected
    by: Annotated[tuple[Name, ...], Field(max_length=MAX_LIST)] | None = None
    now: Time = _NOW


class _File(Record):
    """A file of tests."""

    name: ClassVar[str] = "tests"

    tests: Annotated[tuple[_Case, ...], Field(min_length=1, max_length=10_000)]


@dataclass(frozen=True, slots=True)
class Tested:
    """How many requests were decided, and what was not as it should be."""

    decided: int
    failures: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A test, with the file and line that it stands in."""

    case: _Case
    path: str
    line: int

    @property
    def scope(self) -> Scope:
        """Return the scope that decides it, by the type of the resource."""
        return scope_of_type(_type_of(self.case))

    def failed(self, sentence: str) -> Problem:
        return Problem(self.path, self.line, 1, f"{self.case.name}: {sentence}")


def require_readable(files: Mapping[str, str]) -> None:
    """Raise SenderError where a file of tests cannot be read or asks what no policy could, with its line."""
    for _ in _cases(files):
        pass


def run(files: Mapping[str, str]) -> Tested:
    """Return what the tests of a set come to; the policies have to be without problems.

    Raises SenderError where a file of tests cannot be read, with its line.
    """
    engines = {
        Scope.ACCESS: engine_of(files),
        Scope.CATALOG: engine_of({**files, **DEFAULT}, Scope.CATALOG),
        Scope.INGEST: engine_of({**files, **_LETS_IN}, Scope.INGEST),
    }
    decided, failures, deciding = 0, list[Problem](), set[str]()
    for placed in _cases(files):
        request, engine = _request(placed), engines[placed.scope]
        found = engine.decide(request)
        decided += 1
        deciding.update(found.policies)
        failures += map(placed.failed, _wrong(placed.case, found))
        if not found.allowed and any(engine.forbids(one) for one in found.policies):
            for path, less in _without_each(request, placed.scope):
                decided += 1
                again = engine.decide(less)
                if again.allowed:
                    failures.append(placed.failed(f"without {path} it is permitted: a forbid has to hold there too."))
    own = {name: policy for scope in Scope for name, policy in Engine(files, scope).by_id.items()}
    for name, policy in sorted(own.items()):
        if policy.forbids and name not in deciding:
            failures.append(Problem(FOLDER, 1, 1, f"No test is decided by {name}: test what it forbids."))
    return Tested(decided, tuple(failures))


def _wrong(case: _Case, found: Verdict) -> Iterator[str]:
    came = Expected.PERMIT if found.allowed else Expected.DENY
    if found.errors:
        yield f"it cannot be evaluated: {found.errors[0]}."
    elif came is not case.expect:
        yield f"{came} by {_listed(found.policies)}, expected was {case.expect}."
    elif case.by is not None and set(case.by) != set(found.policies):
        yield f"decided by {_listed(found.policies)}, expected was {_listed(case.by)}."


def _listed(policies: tuple[str, ...]) -> str:
    return ", ".join(policies) or "no policy"


def _type_of(case: _Case) -> str:
    return str(case.resource.get("type", "Dataset"))


def _request(placed: _Placed) -> Request:
    case, type_ = placed.case, _type_of(placed.case)
    resource = {name: value for name, value in case.resource.items() if name != "type"}
    if placed.scope is Scope.CATALOG:
        return _request_of_the_catalog(case, type_, resource)
    if placed.scope is Scope.INGEST:
        return _request_of_ingest(case, resource)
    key = dict.fromkeys(RESOURCES[type_].key_fields(), "made-up") if type_ in RESOURCES else {}
    return Request(
        Entity(
            "Principal",
            "made-up",
            {"kind": "PERSON", "roles": [], "projects": [], "protocols": [], "sites": [], **case.principal},
        ),
        case.action,
        Entity(type_, "made-up", {**key, "labels": [], "labels_known": True, **resource}),
        {"use": "PERMIT", "granted": False, "emergency": False, **case.context},
        parse_zoned(case.now),
    )


def _request_of_the_catalog(case: _Case, type_: str, resource: Mapping[str, Any]) -> Request:
    return Request(
        Entity(
            "Principal",
            "made-up",
            {"name": "made-up", "kind": "PERSON", "roles": [], "sites": [], "of_sites": False, **case.principal},
        ),
        case.action,
        Entity(type_, str(resource.get("name", CATALOG)), resource),
        case.context,
        parse_zoned(case.now),
    )


def _request_of_ingest(case: _Case, resource: Mapping[str, Any]) -> Request:
    named = dict.fromkeys(("namespaces", "reads", "writes", "facets", "flags"), ())
    entry = {"kind": "run_event", "redacted": False, **{name: list(none) for name, none in named.items()}, **resource}
    sender = Entity("Principal", "made-up", {"name": "made-up", "proven": True, **case.principal})
    return Request(sender, case.action, Entity(ENTRY, "entry", entry), case.context, parse_zoned(case.now))


def _without_each(request: Request, scope: Scope) -> Iterator[tuple[str, Request]]:
    """Yield the request without each of what may be missing, and what that is."""
    principal, resource = request.principal, request.resource
    for path in optional("principal", scope):
        if (less := _without(principal.attributes, path)) is not None:
            yield f"principal.{path}", replace(request, principal=replace(principal, attributes=less))
    for path in optional("resource", scope):
        if (less := _without(resource.attributes, path)) is not None:
            yield f"resource.{path}", replace(request, resource=replace(resource, attributes=less))
    for path in optional("context", scope):
        if (less := _without(request.context, path)) is not None:
            yield f"context.{path}", replace(request, context=less)


def _without(members: Mapping[str, Any], path: str) -> dict[str, Any] | None:
    """Return the members without one of them, None where it is not there."""
    name, _, inner = path.partition(".")
    if name not in members:
        return None
    if not inner:
        return {key: value for key, value in members.items() if key != name}
    part = members[name]
    less = _without(part, inner) if isinstance(part, Mapping) else None
    return None if less is None else {**members, name: less}


def _cases(files: Mapping[str, str]) -> Iterator[_Placed]:
    for path in sorted(files):
        if path.startswith(FOLDER) and path.endswith(SUFFIX):
            for document in read_documents(path, files[path].encode()):
                yield from _placed(path, document)


def _require_known(one: _Placed) -> None:
    """Raise SenderError for what no policy could ask: with a misspelt member a test would be of another request."""
    of, where = _type_of(one.case), f"{one.path}, line {one.line}"
    every = tuple(name for scope in Scope for name in types(scope) if name != "Principal")
    if of not in every:
        raise SenderError(f"{where}: a type of resource is one of {', '.join(every)}.")
    known = attributes(one.scope)
    for part in ("principal", "resource", "context"):
        for name in getattr(one.case, part):
            if name not in known and (part, name) != ("resource", "type"):
                meant = did_you_mean(name, known) or "docs/policies.md lists what there is."
                raise SenderError(f"{where}: {part} has no {name}; {meant}")


def _placed(path: str, document: Document) -> Iterator[_Placed]:
    try:
        read = _File.model_validate(document.value, context={})
    except ValidationError as error:
        wrong = sender_error(_File, error)
        raise SenderError(f"{path}, line {document.line(wrong.pointer or '')}: {wrong.detail}") from None
    for number, case in enumerate(read.tests):
        line = document.line(f"/tests/{number}")
        one = _Placed(case, path, line)
        _require_known(one)
        if case.action not in (known := actions(one.scope)):
            raise SenderError(f"{path}, line {line}: an action is one of {', '.join(known)}.")
        yield one
