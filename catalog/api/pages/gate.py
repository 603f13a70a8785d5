"""The gate asked for a model version, and what it says recorded, so that a release and a deployment can quote it."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace

from catalog.access.permissions import Permission
from catalog.admissions import PATIENCE
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.links import Links
from catalog.api.pages.page import Action
from catalog.errors import AskerError
from catalog.gate.answers import evaluated
from catalog.gate.model import Gate, GateQuestion
from catalog.gate.queries import gate, unsettled
from catalog.use import asking as questions
from catalog.view.steady import steadily

_LABEL = "ModelVersion"
_ASKED = ("purpose", "place", "for", "disease")


def diseases(asking: Asking) -> tuple[str, ...]:
    """Return the diseases that are studied, as they were typed."""
    return tuple(one for one in re.split(r"[\s,]+", asking.text("disease")) if one)


def answer(asking: Asking) -> Gate | None:
    """Return what the gate says of what the address or form asks, None where it asks nothing, or nothing is there.

    Raises SenderError 422 for a purpose that is no code.
    """
    view, purpose = asking.view, asking.text("purpose")
    if not purpose:
        return None
    asked = questions.question(purpose, view.moment, diseases=diseases(asking))
    redacted = asking.services.redactor.field
    question = GateQuestion(
        of=asking.identifier({_LABEL}),
        purpose=asked.purpose,
        place=redacted("place", asking.text("place")),
        environment=redacted("environment", asking.text("for") or "production"),
        diseases=asked.diseases,
    )
    return gate(view, question)


def evaluate(asking: Asking) -> str:
    """Record what the gate says, whatever it is, and go on where a release can quote the entry.

    Raises AskerError 404 where there is no such version, or nothing is asked.
    """
    services = asking.services
    with ExitStack() as until:
        again = services.opening(asking.actor, asking.view.as_of, until)
        view, found = steadily(again, lambda view: answer(replace(asking, view=view)), unsettled)
        if found is None:
            raise AskerError(NOT_THERE)
        record = evaluated(view, found)
    index = services.intake.record_gate(record, asking.actor, asking.correlation_id).result().receipt.index
    services.projection.wait_for(index, PATIENCE)
    given = {name: asking.text(name) for name in _ASKED}
    return Links()("model-version", id=found.question.of, **given, evaluated=index)


EVALUATE = Action("evaluate-gate", evaluate, Permission.READ, None)
