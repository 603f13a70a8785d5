"""An attestation of de-identification before anybody signs it: what it would clear, what would remain, and the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from catalog.access.permissions import Permission
from catalog.access.rules import is_permitted
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to, reference
from catalog.api.pages.page import Action, Context, Page, Several
from catalog.api.pages.questions import argument, command, fed, query
from catalog.api.pages.recording import midnight, submit
from catalog.errors import AskerError, SenderError
from catalog.labels.facts import attested
from catalog.labels.records import AttestDeidentification
from catalog.labels.taint.answers import SupposedLabels
from catalog.labels.taint.queries import what_if
from catalog.reading import Complete
from graph_schema.identity import label_of
from graph_schema.nodes import Job
from graph_schema.vocabulary.words import DeidentificationMethod, Technique

_SUBJECTS: Final = frozenset({"Job", "ModelVersion"})
_SYSTEM: Final = "safe-harbor"
_OUTPUTS: Final = 20
_CLEARED: Final = 50


@dataclass(frozen=True, slots=True)
class Output:
    """What it would do to one thing, and the labels that it would take away, as far on as the address says."""

    supposed: SupposedLabels
    cleared: Several


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationPage(Context):
    """What the page of an attestation that nobody signed yet shows; without a method, the form alone."""

    of: Link
    is_job: bool
    given: Mapping[str, str]
    """What the address says of each field of the form."""
    refused: str
    """Why it could not be attested so, empty where it could."""
    supposed: Several | None
    """What it would do to each thing that the job wrote, or to the model version; None where it was not asked."""
    clears: int
    """How many labels it would take away on some way, of all things together."""
    stay: int
    """How many of these a thing would have all the same, by another way."""
    names: Mapping[str, Link]
    may_attest: bool
    methods: tuple[DeidentificationMethod, ...] = tuple(DeidentificationMethod)
    techniques: tuple[Technique, ...] = tuple(Technique)


def read(asking: Asking) -> AttestationPage:
    """Suppose the attestation that the address describes; raises AskerError 404 where there is no such subject."""
    view, identifier = asking.view, asking.identifier(_SUBJECTS)
    of = links_to(view, [identifier]).get(identifier)
    if of is None:
        raise AskerError(NOT_THERE)
    supposed, refused, fields = None, "", _fields(asking, identifier)
    if fields["method"]:
        try:
            record = AttestDeidentification.read(fields)
            supposed = what_if(view, attested(record), record.holds_from)
        except SenderError as error:
            refused = error.detail
    about = supposed or ()
    outputs = Several.of(asking, "outputs", about, lambda one: one.asset, _OUTPUTS)
    shown = tuple(_cleared(asking, one) for one in outputs.shown)
    sources = {each.source for one in shown for each in one.cleared.shown if each.source}
    subject = {name: value for name, value in fields.items() if name in {"job", "model_version"}}
    asked = fields if supposed is not None else {**subject, **_UNSAID}
    return AttestationPage(
        title=f"Attest de-identification of {of.name}",
        graphql=query(
            "whatIf",
            {"attestation": argument(asked, ("method", "technique"))},
            "{\n    ... on WhatIf { outputs { wouldClear { phiKind column } remaining { phiKind } } }\n  }",
            view.as_of,
        ),
        command=fed(command("what-if", "-", as_of=view.as_of), {"kind": AttestDeidentification.name, **asked}),
        found=next((one.completeness for one in about if not isinstance(one.completeness, Complete)), None),
        subjects=(identifier,),
        of=of,
        is_job=of.kind == Job.__name__,
        given={name: asking.text(name).replace("\r\n", "\n") for name in _FORM},
        refused=refused,
        supposed=None if supposed is None else replace(outputs, shown=shown),
        clears=sum(len({each.kind for each in one.cleared}) for one in about),
        stay=sum(len({each.kind for each in one.cleared if each.remains}) for one in about),
        names=links_to(view, {one.asset for one in outputs.shown} | sources),
        may_attest=is_permitted(asking.actor, Permission.ATTEST_DEIDENTIFICATION),
    )


def _cleared(asking: Asking, one: SupposedLabels) -> Output:
    return Output(
        one,
        Several.by_digest(
            asking,
            f"clearances-{one.asset.partition(':')[2]}",
            one.cleared,
            lambda each: repr((each.kind, each.column, each.source, each.source_column)),
            _CLEARED,
        ),
    )


def attest(asking: Asking) -> str:
    """Record it, as whoever sends the form; raises SenderError 422 for what cannot be attested so."""
    entry = submit(asking, {"kind": AttestDeidentification.name, **_fields(asking, asking.identifier(_SUBJECTS))})
    return f"entry?index={entry}"


def _fields(asking: Asking, identifier: str) -> dict[str, Any]:
    """Return the fields of the record that an address or a form describes; raises AskerError 404 without a subject."""
    known = asking.view.nodes([identifier]).get(identifier)
    named = None if known is None else reference(known.node)
    if named is None:
        raise AskerError(NOT_THERE)
    subject: dict[str, Any] = {"job" if label_of(identifier) == Job.__name__ else "model_version": named}
    codes = [{"system": _SYSTEM, "code": letter} for letter in asking.text("codes").replace(",", " ").split()]
    technique, cell = asking.text("technique"), asking.number("cell", 0, 1, 1_000_000)
    done = {"technique": technique, **({"minimum_cell": cell} if cell else {})}
    several = {
        "clears": [] if technique else codes,
        "treatments": [{"code": code, **done} for code in codes] if technique else [],
        **{name: _lines(asking.text(name)) for name in ("columns", "recipients")},
    }
    single = {
        "indirect": asking.text("indirect") == "1",
        "expert": asking.text("expert"),
        "valid_from": midnight(asking.text("since")),
        "until": midnight(asking.text("until")),
    }
    filled = {name: value for name, value in {**several, **single}.items() if value}
    return {**subject, **{name: asking.text(name) for name in ("method", "scope", "result")}, **filled}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


_UNSAID: Final = {"method": "SAFE_HARBOR", "scope": "What was looked at", "result": "What was found"}
_FORM: Final = (
    "method",
    "codes",
    "technique",
    "cell",
    "columns",
    "recipients",
    "indirect",
    "expert",
    "scope",
    "result",
    "since",
    "until",
)

PAGE = Page("attestation", "Attestation", AttestationPage, read, ("id", *_FORM, "behind"))
ATTEST = Action("attest", attest, Permission.ATTEST_DEIDENTIFICATION, PAGE)
