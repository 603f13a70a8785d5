"""Decisions on access as they were recorded, and what they come to when they are decided again."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, as_of, completeness, read_point
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.cursors import check_first
from catalog.api.graphql.entries import EntryKind
from catalog.api.graphql.grants import AccessTarget, target_of
from catalog.api.graphql.problems import InvalidInputError
from catalog.api.graphql.scalars import Digest, Micros, micros
from catalog.decisions import model
from catalog.decisions.log import decisions_logged, replay, replayed
from catalog.decisions.rules import is_same
from catalog.policies.checking import problems
from catalog.policies.model import PolicySet
from catalog.policies.rules import digest_of_files
from catalog.reading import AsOf
from catalog.record_redaction import Redactor
from graph_schema.times import parse_zoned

_MOST = 200


@strawberry.input(description="All decisions that match every field given; names are given word for word.")
class AccessDecisionFilter:
    of: strawberry.ID | None = strawberry.field(
        default=None, description="The id of a principal, a dataset, a column or a model version."
    )
    principal: str | None = strawberry.field(default=None, description="Who would have access.")
    action: str | None = strawberry.field(default=None, description="What would be done.")
    namespace: str | None = strawberry.field(default=None, description="The namespace of what was asked for.")
    allowed: bool | None = strawberry.field(default=None, description="Whether it was permitted.")
    reason: str | None = strawberry.field(default=None, description="One of the reasons, word for word.")
    obligation: str | None = strawberry.field(default=None, description="What had to be done, a code: AUDIT.")
    policy: str | None = strawberry.field(default=None, description="A policy that decided.")
    policy_set: Digest | None = strawberry.field(default=None, description="The digest of the set of policies.")
    purpose: str | None = strawberry.field(default=None, description="What for: a code of HL7 PurposeOfUse.")
    project: str | None = strawberry.field(default=None, description="In which project, as the caller said.")
    protocol: str | None = strawberry.field(default=None, description="Under which protocol, as the caller said.")
    site: str | None = strawberry.field(default=None, description="From which site, as the caller said.")
    place: str | None = strawberry.field(default=None, description="At which place, as the caller said.")
    environment: str | None = strawberry.field(default=None, description="In which environment, as the caller said.")
    network: str | None = strawberry.field(default=None, description="From which network, as the caller said.")
    asked_by: str | None = strawberry.field(default=None, description="Through whom it was asked.")
    correlation_id: str | None = strawberry.field(default=None, description="The id that the answer had.")
    since: Micros | None = strawberry.field(default=None, description="Recorded then or later.")
    until: Micros | None = strawberry.field(default=None, description="Recorded before then.")

    def read(self, redactor: Redactor) -> model.Wanted:
        """Return what is asked for, with names as the catalog writes them."""

        def named(name: str | None) -> str | None:
            return None if name is None else redactor.name(name)

        return model.Wanted(
            of=None if self.of is None else str(self.of),
            principal=named(self.principal),
            action=self.action,
            namespace=named(self.namespace),
            allowed=self.allowed,
            reason=self.reason,
            obligation=self.obligation,
            policy=self.policy,
            policy_set=None if self.policy_set is None else str(self.policy_set),
            purpose=self.purpose,
            project=named(self.project),
            protocol=named(self.protocol),
            site=named(self.site),
            place=named(self.place),
            environment=named(self.environment),
            network=named(self.network),
            asked_by=named(self.asked_by),
            correlation=self.correlation_id,
            since=None if self.since is None else int(self.since),
            until=None if self.until is None else int(self.until),
        )


@strawberry.input(description="One file of a set of policies that is not published.")
class UnpublishedPolicyFileInput:
    path: str = strawberry.field(description="Its path in the set, with slashes.")
    text: str = strawberry.field(description="What stands in it.")


@strawberry.type(description="The record of a release or a deployment that was refused: it is in no other entry.")
class RefusedRecord:
    kind: EntryKind = strawberry.field(description="What kind of record it was.")
    valid_from: Micros | None = strawberry.field(
        description="The date that it gave, as of which it was judged; null: of when it was decided."
    )


@strawberry.type(
    description="What was decided of a request for access, or of a release or deployment that was refused."
)
class AccessDecision:
    found: strawberry.Private[model.DecisionRecord]
    at_point: strawberry.Private[AsOf]
    entry: int = strawberry.field(description="The ledger entry that recorded it.")
    asked_by: str = strawberry.field(description="Through whom it was asked.")
    at: Micros = strawberry.field(description="As of when it was decided.")

    @strawberry.field(description="When it was recorded, before anybody was answered.")
    def recorded_at(self, info: ContextInfo) -> Micros:
        return Micros(info.context.ledger.entry(self.found.entry).entry.recorded_at)

    @strawberry.field(description="Who would have access.")
    def principal(self) -> str:
        return self.found.content.principal

    @strawberry.field(description="What would be done.")
    def action(self) -> str:
        return self.found.content.action

    @strawberry.field(description="With what.")
    def target(self) -> AccessTarget:
        return target_of(self.found.content.target)

    @strawberry.field(description="What for: a code of HL7 PurposeOfUse; null where it was not said.")
    def purpose(self) -> str | None:
        return self.found.content.circumstances.purpose

    @strawberry.field(description="In which project, as the caller said.")
    def project(self) -> str | None:
        return self.found.content.circumstances.project

    @strawberry.field(description="Every disease that is studied, as the caller said: MONDO ids.")
    def diseases(self) -> list[str]:
        return list(self.found.content.circumstances.diseases)

    @strawberry.field(description="Under which protocol, as the caller said.")
    def protocol(self) -> str | None:
        return self.found.content.circumstances.protocol

    @strawberry.field(description="From which site, as the caller said.")
    def site(self) -> str | None:
        return self.found.content.circumstances.site

    @strawberry.field(description="At which place, as the caller said.")
    def place(self) -> str | None:
        return self.found.content.circumstances.place

    @strawberry.field(description="In which environment, as the caller said.")
    def environment(self) -> str | None:
        return self.found.content.circumstances.environment

    @strawberry.field(description="In whose place, by a recorded delegation; null: in their own.")
    def on_behalf_of(self) -> str | None:
        return self.found.content.circumstances.on_behalf_of

    @strawberry.field(description="From which network, as the caller said.")
    def network(self) -> str | None:
        return self.found.content.circumstances.network

    @strawberry.field(description="The id that the answer had, by which a caller finds it in its own log.")
    def correlation_id(self, info: ContextInfo) -> str:
        return info.context.ledger.entry(self.found.entry).entry.correlation_id

    @strawberry.field(description="Whether it was permitted.")
    def allowed(self) -> bool:
        return self.found.content.allowed

    @strawberry.field(description="Why.")
    def reasons(self) -> list[str]:
        return list(self.found.content.reasons)

    @strawberry.field(description="The policies that decided.")
    def policies(self) -> list[str]:
        return list(self.found.content.policies)

    @strawberry.field(description="The digest of the set of policies; null where none was in force.")
    def policy_set(self) -> Digest | None:
        digest = self.found.content.policy_set
        return None if digest is None else Digest(digest)

    @strawberry.field(description="What had to be done.")
    def obligations(self) -> list[str]:
        return list(self.found.content.obligations)

    @strawberry.field(description="What must not be done.")
    def refrains(self) -> list[str]:
        return list(self.found.content.refrains)

    @strawberry.field(description="By which ledger entry it was decided.")
    def decided_by_entry(self) -> int:
        return self.found.content.known_at

    @strawberry.field(description="The kinds of record that would have decided what was open.")
    def awaits(self) -> list[str]:
        return list(self.found.content.awaits)

    @strawberry.field(description="The record that it refused; null of a request for access.")
    def refused(self) -> RefusedRecord | None:
        held = self.found.content.refused
        if held is None:
            return None
        at = parse_zoned(held.valid_from) if held.valid_from else None
        return RefusedRecord(kind=EntryKind[held.kind.upper()], valid_from=micros(at))

    @strawberry.field(description="Whether it comes to the same when it is decided again by what was known then.")
    def same_again(self, info: ContextInfo) -> bool:
        view = info.context.view(self.at_point)
        (again,) = replayed(view, (self.found,))
        return is_same(self.found.content, again)


@strawberry.type(description="What a decision on access comes to when it is decided again.")
class DecidedAgain:
    found: strawberry.Private[model.Decided]

    @strawberry.field(description="Whether it is permitted.")
    def allowed(self) -> bool:
        return self.found.allowed

    @strawberry.field(description="Why.")
    def reasons(self) -> list[str]:
        return list(self.found.reasons)

    @strawberry.field(description="The policies that decide.")
    def policies(self) -> list[str]:
        return list(self.found.policies)

    @strawberry.field(description="What has to be done.")
    def obligations(self) -> list[str]:
        return list(self.found.obligations)

    @strawberry.field(description="What must not be done.")
    def refrains(self) -> list[str]:
        return list(self.found.refrains)


@strawberry.type(description="A decision that comes to something else when it is decided again.")
class ChangedDecision:
    recorded: AccessDecision = strawberry.field(description="What was recorded.")
    again: DecidedAgain = strawberry.field(description="What it comes to.")


@strawberry.type(description="What came of deciding again what was decided before.")
class AccessReplay:
    decided: int = strawberry.field(description="How many were decided again.")
    erased: int = strawberry.field(description="How many were erased since, so that nobody can decide them again.")
    hidden: int = strawberry.field(
        description="How many of the period, whatever else the filter says, are on what you may not see: they are "
        "counted, and neither decided again nor shown."
    )
    changed: list[ChangedDecision] = strawberry.field(description="Those that come to something else.")
    after: int | None = strawberry.field(description="The entry to go on from; null: all were looked at.")


@strawberry.type(description="Decisions on access, and how many among them cannot be shown.")
class AccessDecisionList:
    decisions: list[AccessDecision] = strawberry.field(description="Those that match, the newest first.")
    erased: int = strawberry.field(description="How many among them were erased, whatever else the filter says.")
    hidden: int = strawberry.field(
        description="How many among them are on what you may not see, whatever else the filter says: they are counted "
        "and never shown."
    )
    completeness: Completeness = strawberry.field(description="Whether the answer is whole.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


@strawberry.type
class DecisionQueries:
    @strawberry.field(description="The decisions on access that match, the newest first.")
    def access_decisions(
        self,
        info: ContextInfo,
        filter: Annotated[  # noqa: A002  as other lists name it
            AccessDecisionFilter | None, strawberry.argument(description="Which; by default all.")
        ] = None,
        first: Annotated[int, strawberry.argument(description="How many at most.")] = 20,
        before: Annotated[int | None, strawberry.argument(description="Only those before this entry.")] = None,
        as_of: AsOfArgument = None,
    ) -> AccessDecisionList:
        at = _at(info, as_of)
        view = info.context.view(at)
        found = decisions_logged(view, info.context.ledger, _wanted(info, filter), check_first(first, _MOST), before)
        return AccessDecisionList(
            decisions=[_shown(one, at) for one in found.decisions],
            erased=found.erased,
            hidden=found.hidden,
            completeness=completeness(view, None),
            read_point=read_point(view),
        )

    @strawberry.field(
        description="What decisions come to when they are decided again, at their own time and by what was known then, "
        "in the order of the ledger."
    )
    def access_replay(
        self,
        info: ContextInfo,
        filter: Annotated[  # noqa: A002  as above
            AccessDecisionFilter | None, strawberry.argument(description="Which; by default all.")
        ] = None,
        policies: Annotated[
            list[UnpublishedPolicyFileInput] | None,
            strawberry.argument(description="Decide by this set of policies instead of the one that held."),
        ] = None,
        first: Annotated[
            int, strawberry.argument(description="How many are looked at, at most: fewer where they take long.")
        ] = 50,
        after: Annotated[int, strawberry.argument(description="Only those after this entry.")] = -1,
        as_of: AsOfArgument = None,
    ) -> AccessReplay:
        at = _at(info, as_of)
        context = info.context
        found = replay(
            context.view(at),
            context.ledger,
            _wanted(info, filter),
            check_first(first, _MOST),
            after,
            instead=None if policies is None else _unpublished(policies),
            goes_on=lambda: context.allowance.half_left,
        )
        return AccessReplay(
            decided=found.decided,
            erased=found.erased,
            hidden=found.hidden,
            changed=[
                ChangedDecision(recorded=_shown(one.recorded, at), again=DecidedAgain(found=one.again))
                for one in found.changed
            ],
            after=found.after,
        )


def _wanted(info: ContextInfo, given: AccessDecisionFilter | None) -> model.Wanted:
    wanted = model.Wanted() if given is None else given.read(info.context.services.redactor)
    if wanted.since is not None and wanted.until is not None and wanted.until <= wanted.since:
        raise InvalidInputError("until is not later than since: nothing lies between them.", "filter.until")
    return wanted


def _shown(found: model.DecisionRecord, at: AsOf) -> AccessDecision:
    return converted(AccessDecision, found, found=found, at_point=at)


def _unpublished(given: list[UnpublishedPolicyFileInput]) -> PolicySet:
    """Return a set that nobody published; raises InvalidInputError for the first thing that is wrong in it."""
    files = {one.path: one.text for one in given}
    wrong = problems(files)
    if wrong:
        raise InvalidInputError(f"These policies cannot be evaluated: {wrong[0]}", "policies")
    return PolicySet(digest_of_files(files.items()), files, -1, "", "", 0)


def _at(info: ContextInfo, when: AsOfArgument) -> AsOf:
    return as_of(when, info.context)
