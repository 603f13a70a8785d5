"""From what somebody asks of the gate to a question: what is wrong in it is a SenderError that says what is right."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import ClassVar

from catalog.assets.records import Diseases, PurposeCode
from catalog.gate.model import GateQuestion
from catalog.gate.records import RequesterOf
from catalog.record import ModelRef, Name, Record, Time
from catalog.releases.records import EnvironmentName
from catalog.use.asking import question as use_question
from catalog.use.model import Requester
from graph_schema.nodes import ModelVersion

AsHeld = Callable[[str, str], str]
"""From the field of a record and a value to that value as the catalog holds it."""


class AskGate(Record):
    """What is asked of the gate, to be evaluated and recorded."""

    name: ClassVar[str] = "gate"

    model: ModelRef
    """The model whose version it is."""
    version: Name
    """What its registry calls the version."""
    purpose: PurposeCode
    """What the version is to be used for: a code of HL7 PurposeOfUse."""
    place: Name
    """Where it is to be used."""
    environment: EnvironmentName = "production"
    """In which environment; by default production."""
    requester: RequesterOf = RequesterOf()
    """Who is to use it, as far as terms of use ask."""
    diseases: Diseases = ()
    """Every disease that is studied, by MONDO id."""
    valid_at: Time | None = None
    """As of when; left out, now."""

    def question(self, held: AsHeld, name: Callable[[str], str]) -> GateQuestion:
        """Return the question, names as the catalog holds them."""
        of = ModelVersion(name(self.model.namespace), name(self.model.name), name(self.version))
        requester = self.requester.requester
        return asked(of.id, self.purpose, self.place, self.environment, requester, held, self.diseases)


class _Environment(Record):
    """The name of an environment, by itself."""

    name: ClassVar[str] = "gate"

    environment: EnvironmentName


def asked(
    of: str,
    purpose: str,
    place: str,
    environment: str,
    requester: Requester,
    held: AsHeld,
    diseases: Collection[str] = (),
) -> GateQuestion:
    """Return the question with its codes as their tables spell them, and names as the catalog holds them.

    Raises:
        SenderError: an unknown purpose, with what is like it; what is no disease.
    """

    def name(field: str, value: str | None) -> str | None:
        return None if value is None else held(field, value)

    use = use_question(purpose, 0, diseases=diseases)
    return GateQuestion(
        of=of,
        purpose=use.purpose,
        place=held("place", place),
        environment=_Environment.read({"environment": environment}).environment,
        requester=Requester(
            user=name("user", requester.user),
            organization=requester.organization,
            commercial=requester.commercial,
            institute=name("institute", requester.institute),
            project=name("project", requester.project),
            recipient=name("recipient", requester.recipient),
        ),
        diseases=use.diseases,
    )
