"""Composite labels in words, read into codes."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql.codes import Code, codes_of
from catalog.api.graphql.datasets import DeidentificationState
from catalog.api.graphql.labels import DeidentificationMethod
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.errors import SenderError
from graph_schema.vocabulary import hl7
from graph_schema.vocabulary.policy_labels import PolicyLabelError, parse


@strawberry.type(description="What a composite label stands for.")
class PolicyLabel:
    state: DeidentificationState | None = strawberry.field(description="How far identifiers are gone; null: unsaid.")
    method: DeidentificationMethod | None = strawberry.field(
        description="LIMITED_DATA_SET where it says so, which is still PHI; null: unsaid."
    )
    purposes: list[Code] = strawberry.field(description="What it may be used for: codes of HL7 PurposeOfUse.")
    refrains: list[Code] = strawberry.field(description="What must not be done with it: codes of HL7 RefrainPolicy.")
    words: str = strawberry.field(description="The same in words, in the order in which they are always written.")
    warnings: list[str] = strawberry.field(description="Why it cannot be meant so, with the paragraph.")


PolicyLabelResult = Annotated[
    PolicyLabel | AnyProblem, strawberry.union("PolicyLabelResult", description="The label, or why it is none.")
]
_TEXT = strawberry.argument(description="The label, such as `de-identified, research only, no export`.")


@strawberry.type
class PolicyLabelQueries:
    @strawberry.field(description="What a composite label in words stands for; nothing is recorded.")
    def parse_policy_label(self, text: Annotated[str, _TEXT]) -> PolicyLabelResult:
        try:
            found = parse(text)
        except PolicyLabelError as error:
            return as_problem(SenderError(str(error), pointer="/text", status=422))
        return PolicyLabel(
            state=found.state,
            method=found.method,
            purposes=codes_of(hl7.PURPOSE_OF_USE, found.purposes),
            refrains=codes_of(hl7.REFRAINS, found.refrains),
            words=found.words,
            warnings=list(found.warnings),
        )
