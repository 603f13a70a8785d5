"""What the release gate says of a model version, and what it said before."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import strawberry

from catalog.api.graphql import enums
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, as_of, completeness, read_point
from catalog.api.graphql.connections import After, Connection, First, page_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import Cursor
from catalog.api.graphql.lineage import missing
from catalog.api.graphql.problems import AnyProblem, as_problem, not_found
from catalog.api.graphql.releases import ModelVersion
from catalog.api.graphql.safe_use import Outcome
from catalog.api.graphql.scalars import Digest, Micros
from catalog.api.graphql.use import UseRequesterInput
from catalog.errors import ADDRESSED
from catalog.gate import model, queries
from catalog.gate.asking import asked
from catalog.reading import AsOf
from catalog.use.model import Requester
from catalog.view import View
from catalog.view.steady import steadily
from graph_schema.vocabulary import words

GateVerdict = words.GateVerdict
enums.enter(GateVerdict)
GateCheckName = words.GateCheckName
enums.enter(GateCheckName)


@strawberry.type(description="Why a check of the gate comes to what it does.")
class GateReason:
    outcome: Outcome = strawberry.field(description="What this comes to.")
    text: str = strawberry.field(description="Why, in a sentence.")
    entries: list[int] = strawberry.field(description="The ledger entries that it rests on.")


@strawberry.type(description="What one check of the gate comes to.")
class GateCheck:
    check: GateCheckName = strawberry.field(description="What is asked.")
    required: bool = strawberry.field(description="Whether it has to pass; one that has not is shown all the same.")
    outcome: Outcome = strawberry.field(description="What it comes to; UNKNOWN blocks as FAIL does.")
    reasons: list[GateReason] = strawberry.field(description="Why: of what does not pass, each thing against it.")


@strawberry.type(description="Where the requirements of the gate come from.")
class GatePolicies:
    digest: Digest = strawberry.field(description="The digest of the published set, or of the file as shipped.")
    entry: int | None = strawberry.field(description="The ledger entry that published them; null: as shipped.")


@strawberry.type(description="What the release gate says of a model version, with every check.")
class Gate:
    verdict: GateVerdict = strawberry.field(description="Whether it may go on; only PASS and BY_EXCEPTION let it.")
    checks: list[GateCheck] = strawberry.field(description="Every check, in a fixed order.")
    artifact_digest: Digest | None = strawberry.field(
        description="Of which artifact that is said; null where nobody registered the version."
    )
    policies: GatePolicies = strawberry.field(description="By which requirements it is judged.")
    obligations: list[str] = strawberry.field(description="HL7 codes of what has to be done with a permitted use.")
    refrains: list[str] = strawberry.field(description="HL7 codes of what must not be done with it.")
    exception: list[int] = strawberry.field(description="The entries of the persons who let it pass; else empty.")
    exception_until: Micros | None = strawberry.field(description="Until when they let it pass.")
    entries: list[int] = strawberry.field(description="The ledger entries that all of this rests on.")
    completeness: Completeness = strawberry.field(description="Whether the gate saw everything.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


@strawberry.type(description="What a check came to in a recorded evaluation of the gate.")
class GateCheckOutcome:
    check: GateCheckName = strawberry.field(description="What was asked.")
    outcome: Outcome = strawberry.field(description="What it came to then.")


@strawberry.type(description="An evaluation of the gate as it was recorded: a release quotes its entry until it ends.")
class GateEvaluation:
    entry: int = strawberry.field(description="The ledger entry of the evaluation.")
    by: str = strawberry.field(description="The principal who asked.")
    verdict: GateVerdict = strawberry.field(description="What the gate said then.")
    purpose: str = strawberry.field(description="The HL7 purpose that was asked about.")
    place: str = strawberry.field(description="Where it was to be used.")
    environment: str = strawberry.field(description="The environment that it was to be released to.")
    diseases: list[str] = strawberry.field(description="Every disease that was studied: MONDO ids.")
    artifact_digest: Digest | None = strawberry.field(description="Of which artifact that was said.")
    policies_digest: Digest = strawberry.field(description="By which requirements it was judged.")
    valid_at: Micros = strawberry.field(description="As of when it was asked.")
    known_at_index: int = strawberry.field(description="The last ledger entry that it knew.")
    holds_until: Micros = strawberry.field(description="Until when it may be quoted.")
    checks: list[GateCheckOutcome] = strawberry.field(description="What each check came to then.")


@strawberry.input(description="For which use of which model version the gate is asked.")
class GateInput:
    of: strawberry.ID = strawberry.field(description="The id of the model version.")
    purpose: str = strawberry.field(description="A code of HL7 PurposeOfUse, or a permission of DUO.")
    place: str = strawberry.field(description="Where it is to be used.")
    environment: str = strawberry.field(default="production", description="In which environment it is to be used.")
    requester: UseRequesterInput | None = strawberry.field(default=None, description="Who is to use it.")
    diseases: list[str] | None = strawberry.field(default=None, description="Every disease that is studied: MONDO ids.")
    at_least: int | None = strawberry.field(
        default=None, description="Wait for the graph to hold this ledger entry, for a moment at most."
    )


GateResult = Annotated[
    Gate | AnyProblem, strawberry.union("GateResult", description="What the gate says, or why it cannot be asked.")
]


@strawberry.type
class GateQueries:
    @strawberry.field(
        description="What the release gate says of a model version at a time. Nothing is recorded: "
        "`POST /api/v1/gate` does, so that a release can quote it."
    )
    def gate(
        self,
        info: ContextInfo,
        input: Annotated[  # noqa: A002  its name in the interface
            GateInput, strawberry.argument(description="What is to be released, and for what.")
        ],
        as_of: AsOfArgument = None,
    ) -> GateResult:
        try:
            return _gate(info.context, input, _at(as_of, info.context))
        except ADDRESSED as error:
            return as_problem(error)


_at = as_of
"""An argument of the question has this name too."""


@field_of(ModelVersion, description="What the gate said of it and was recorded, the newest first.")
async def gate_evaluations(
    version: strawberry.Parent[ModelVersion], info: ContextInfo, first: First = 20, after: After = None
) -> Connection[GateEvaluation]:
    found = await info.context.load(queries.gate_evaluations, version.at, str(version.id)) or ()
    return page_of(
        tuple(reversed(found)),
        lambda one: [-one.entry],
        _evaluation,
        Cursor.of("model.gateEvaluations", version.id, version.at),
        first,
        after,
    )


def _evaluation(one: model.GateEvaluation) -> GateEvaluation:
    return converted(
        GateEvaluation,
        one,
        policies_digest=Digest(one.policies),
        known_at_index=one.known_at,
        diseases=sorted(one.diseases),
        checks=[GateCheckOutcome(check=check, outcome=outcome) for check, outcome in one.checks.items()],
    )


def _gate(context: RequestContext, sent: GateInput, at: AsOf) -> Gate | AnyProblem:
    of = str(sent.of)
    problem = missing(context, context.view(at), [of])
    if problem is not None:
        return problem
    who = sent.requester or UseRequesterInput()
    requester = Requester(
        user=who.user,
        organization=who.organization,
        commercial=who.commercial,
        institute=who.institute,
        project=who.project,
        recipient=who.recipient,
    )
    held = context.services.redactor.field
    question = asked(of, sent.purpose, sent.place, sent.environment, requester, held, sent.diseases or ())
    with ExitStack() as until:
        again = context.opening(at, until)
        view, found = steadily(again, lambda view: queries.gate(view, question), queries.unsettled)
        return _shown(view, found)


def _shown(view: View, found: model.Gate | None) -> Gate | AnyProblem:
    if found is None:
        return not_found("The gate is asked of model versions; this is none.")
    return Gate(
        verdict=found.verdict,
        checks=[
            GateCheck(
                check=one.check,
                required=one.required,
                outcome=one.outcome,
                reasons=[converted(GateReason, each, entries=list(each.entries)) for each in one.reasons],
            )
            for one in found.checks
        ],
        artifact_digest=None if found.artifact_digest is None else Digest(found.artifact_digest),
        policies=GatePolicies(digest=Digest(found.policies.digest), entry=found.policies.entry),
        obligations=list(found.obligations),
        refrains=list(found.refrains),
        exception=list(found.exception),
        exception_until=None if found.exception_until is None else Micros(found.exception_until),
        entries=list(found.entries),
        completeness=completeness(view, found.completeness, found.chain),
        read_point=read_point(view),
    )
