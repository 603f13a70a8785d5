"""What the rules find wrong or missing anywhere, and the forms that acknowledge or accept it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalog.access.permissions import Permission
from catalog.access.rules import is_permitted
from catalog.api.graphql.cursors import Cursor
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.links import Links
from catalog.api.pages.page import Action, Context, Page
from catalog.api.pages.questions import Word, command, query
from catalog.api.pages.recording import midnight, submit
from catalog.errors import AskerError, SenderError
from catalog.findings.estate.model import EstateFinding, Key
from catalog.findings.queries import LASTING, Wanted, finding_details, findings
from catalog.findings.rules import ESTATE, FindingState, Rule, Severity

_FIRST: Final = 25
_ANY: Final = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding, with the link to what it is on."""

    finding: EstateFinding
    subject: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsPage(Context):
    """What the list of findings shows: all of them, or those on one thing."""

    of: Link | None
    severity: str
    state: str
    rule: str
    shown: tuple[Shown, ...]
    total: int
    counts: tuple[tuple[Rule, FindingState, int], ...]
    after: str | None
    may_acknowledge: bool
    may_accept: bool
    may_reopen: bool
    severities: tuple[Severity, ...] = tuple(Severity)
    states: tuple[FindingState, ...] = tuple(FindingState)
    rules: tuple[Rule, ...] = tuple(ESTATE)


def read(asking: Asking) -> FindingsPage:
    """Read a page of findings.

    Raises SenderError 422 for a severity, state or rule that there is none of, AskerError 404 where what the address
    names is not there.
    """
    view = asking.view
    named = asking.text("id")
    of = links_to(view, [named]).get(named) if named else None
    if named and of is None:
        raise AskerError(NOT_THERE)
    severity = asking.member("severity", Severity, Severity.HIGH).value if asking.text("severity") else _ANY
    state = asking.member("state", FindingState, FindingState.OPEN).value if asking.text("state") else _ANY
    rule = asking.text("rule")
    if rule and rule not in {one.name for one in ESTATE}:
        raise SenderError("rule is the name of a rule over the estate, such as DATASET_DESCRIBED.", status=422)
    wanted = Wanted(
        severities=frozenset({Severity(severity)}) if severity else None,
        rules=frozenset({Rule[rule]}) if rule else None,
        states=frozenset({FindingState(state)}) if state else LASTING,
        subjects=(named,) if named else None,
    )
    found = findings(view, wanted)
    cursor = Cursor.of("findings", severity, state, rule, *([named] if named else []))
    place = cursor.read(asking.text("after") or None, (int, int, str))
    rest = [key for key in found.keys if place is None or key > Key(*place)]
    details = finding_details(view, found, rest[:_FIRST])
    return FindingsPage(
        title="Findings" if of is None else f"Findings on {of.name}",
        graphql=query(
            "findings",
            {
                "filter": {
                    "severities": [Word(severity)] if severity else None,
                    "rules": [Word(rule)] if rule else None,
                    "states": [Word(state)] if state else None,
                    "subjects": [named] if named else None,
                },
                "first": _FIRST,
            },
            "{\n    ... on Findings { page { totalCount nodes { rule findingState text entries } } }\n  }",
            view.as_of,
        ),
        command=command(
            "findings",
            *(["--severity", severity.lower()] if severity else []),
            *(["--rule", rule] if rule else []),
            *(["--state", state.lower()] if state else []),
            *(["--subject", named] if named else []),
            as_of=view.as_of,
        ),
        subjects=(named,) if named else (),
        of=of,
        severity=severity,
        state=state,
        rule=rule,
        shown=tuple(Shown(one, Link.to(one.subject, one.name)) for one in details.values()),
        total=len(found.keys),
        counts=tuple((of, stands, count) for (of, stands), count in found.counts().items()),
        after=cursor.write(tuple(rest[_FIRST - 1])) if len(rest) > _FIRST else None,
        may_acknowledge=is_permitted(asking.actor, Permission.ACKNOWLEDGE_FINDING),
        may_accept=is_permitted(asking.actor, Permission.ACCEPT_FINDING),
        may_reopen=is_permitted(asking.actor, Permission.REOPEN_FINDING),
    )


def decide(asking: Asking) -> str:
    """Acknowledge a finding, accept it until a time, or open it again, as the button that was pressed says."""
    kind = _KINDS.get(asking.text("decision"))
    if kind is None:
        raise SenderError(f"decision is one of {', '.join(_KINDS)}.", status=422)
    record: dict[str, str] = {
        "kind": kind,
        "rule": asking.text("rule"),
        "subject": asking.text("subject"),
        "reason": asking.text("reason"),
    }
    if kind == _KINDS["accept"]:
        if not asking.text("until"):
            raise SenderError("Say until when: a finding is accepted until a date.", status=422)
        record["until"] = midnight(asking.text("until"))
    submit(asking, record)
    narrowed = {name: asking.text(f"of_{name}") for name in _NARROWED}
    return Links()("findings", id=asking.text("id"), **narrowed)


_KINDS: Final[Mapping[str, str]] = {
    "acknowledge": "acknowledge_finding",
    "accept": "accept_finding",
    "reopen": "reopen_finding",
}

_NARROWED: Final = ("severity", "state", "rule")
"""By what the list is narrowed that a form of it leads back to."""
PAGE = Page("findings", "Findings", FindingsPage, read, ("id", *_NARROWED, "after"))
DECIDE = Action("decide-finding", decide, Permission.READ, PAGE)
