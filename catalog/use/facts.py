"""From records of permitted use to facts."""

from __future__ import annotations

from typing import Any

from catalog.record import Part, RecordContext
from catalog.use.records import (
    DataUseTerm,
    EndTransfer,
    EndUndertaking,
    EndUseStatement,
    LicenseUse,
    PermitUse,
    RecordTransfer,
    UndertakeUse,
    UseSubject,
    WithdrawConsent,
)
from graph_schema.aspects import use as aspects
from graph_schema.edges import AppliesTo, Captures, Meets, Replaces
from graph_schema.nodes import Dataset, Node, Snapshot, Transfer, Undertaking, UseStatement
from graph_schema.times import parse_zoned


def subjects(record: PermitUse | LicenseUse) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node, record.of.node)


def project(record: PermitUse | LicenseUse, context: RecordContext) -> None:
    """Add what is permitted, of what, and what it replaces."""
    value = stated(record)
    context.builder.add_statement(record.node, "use_statement", value)
    _apply(record.node, record.of, context)
    for replaced in value.licence.replaces if value.licence else ():
        context.builder.add_edge(Replaces(record.node, UseStatement(replaced)))


def stated(record: PermitUse | LicenseUse) -> aspects.UseStatement:
    """Return what the record states, as it is kept."""
    licence = aspects.Licence(record.replaces, record.basis) if isinstance(record, LicenseUse) else None
    return aspects.UseStatement(
        authority=record.authority,
        terms=tuple(_term(term) for term in record.terms),
        purposes=record.purposes,
        obligations=record.obligations,
        refrains=record.refrains,
        places=record.places,
        basis=record.basis,
        permit=record.permit,
        consent=None if record.consent is None else aspects.Consent.from_json(_timed(record.consent)),
        agreement=None if record.agreement is None else _agreement(record),
        until=_time(record.until),
        statement=record.words,
        licence=licence,
    )


def _agreement(record: PermitUse | LicenseUse) -> aspects.Agreement | None:
    if record.agreement is None:
        return None
    given = _timed(record.agreement)
    return aspects.Agreement.from_json(given | {"name": given["agreement"]})


def _term(term: DataUseTerm) -> aspects.DataUseTerm:
    named = (term.diseases, term.places, term.users, term.projects, term.institutes, term.topics, term.contacts)
    values = tuple(value for some in named for value in some)
    return aspects.DataUseTerm(term.code, values, _time(term.date), term.months)


def _apply(node: UseStatement | Transfer, of: UseSubject, context: RecordContext) -> None:
    subject = of.node
    context.builder.add_edge(AppliesTo(node, subject))
    if isinstance(subject, Snapshot):
        dataset = Dataset(subject.namespace, subject.dataset)
        context.builder.add_edge(Captures(subject, dataset))
        context.builder.add_edge(AppliesTo(node, dataset), {"snapshot": subject.id})


def statement_subjects(record: WithdrawConsent | EndUseStatement | UndertakeUse) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_withdrawal(record: WithdrawConsent, context: RecordContext) -> None:
    """Add that the consent was withdrawn."""
    value = aspects.ConsentWithdrawal(record.effect.value, record.reason)
    context.builder.add_statement(record.node, "consent_withdrawal", value)


def project_end(record: EndUseStatement, context: RecordContext) -> None:
    """Add that the statement ends."""
    context.builder.add_statement(record.node, "use_end", aspects.UseEnd(record.reason))


def transfer_subjects(record: RecordTransfer) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.of.node,)


def project_transfer(record: RecordTransfer, context: RecordContext) -> None:
    """Add where the data may be besides."""
    transfer = Transfer(str(context.builder.entry))
    value = aspects.Transfer(record.place, record.basis, _time(record.until))
    context.builder.add_statement(transfer, "transfer", value)
    _apply(transfer, record.of, context)


def project_undertaking(record: UndertakeUse, context: RecordContext) -> None:
    """Add what decides the condition, and of which statement."""
    undertaking = Undertaking(str(context.builder.entry))
    value = aspects.Undertaking(
        record.condition.value, record.reason, record.project, _time(record.until), _time(record.due)
    )
    context.builder.add_statement(undertaking, "undertaking", value)
    context.builder.add_edge(Meets(undertaking, record.node))


def end_subjects(record: EndTransfer | EndUndertaking) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_exception_end(record: EndTransfer | EndUndertaking, context: RecordContext) -> None:
    """Add that the exception ends, or never held."""
    context.builder.add_statement(
        record.node, "exception_end", aspects.ExceptionEnd(record.effect.value, record.reason)
    )


def _time(text: str | None) -> int | None:
    return None if text is None else parse_zoned(text)


def _timed(part: Part) -> dict[str, Any]:
    fields = part.model_dump(mode="json", exclude_none=True)
    return fields | {name: parse_zoned(fields[name]) for name in ("since", "until") if name in fields}
