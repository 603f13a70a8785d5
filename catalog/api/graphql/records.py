"""One mutation for each kind of record, made from the record's own model: a new kind is writable here at once."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import strawberry
from pydantic import BaseModel
from strawberry.types.field import StrawberryField

from catalog.api.graphql import enums
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.entries import EntryKind
from catalog.api.graphql.nodes import QualifiedNameInput
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.scalars import Digest, Long, Micros, write_time
from catalog.errors import ADDRESSED
from catalog.grants.rules import DELEGABLE
from catalog.intake import Accepted
from catalog.kinds import KINDS
from catalog.record import Format, QualifiedName, Record


@strawberry.type(description="A record is durable: where it stands in the ledger, and the proof that it does.")
class Receipt:
    index: int = strawberry.field(description="The record's index in the ledger.")
    kind: EntryKind = strawberry.field(description="What kind of record it is.")
    subjects: list[strawberry.ID] = strawberry.field(
        description="What it is about; ask for them with `atLeast: index`."
    )
    leaf: Digest = strawberry.field(description="The hash that stands in the Merkle tree for it.")
    recorded_at: Micros = strawberry.field(description="When it was recorded.")
    duplicate: bool = strawberry.field(description="The same record was there before, at this index.")
    warnings: list[str] = strawberry.field(description="What was noted while it was taken, a sentence each.")
    ledger_size: int = strawberry.field(description="The size of the tree that the proof leads to.")
    ledger_root: Digest = strawberry.field(description="The root of that tree.")
    inclusion_proof: list[Digest] = strawberry.field(description="From the leaf's sibling upwards (RFC 9162 §2.1.3).")


_PLACE = "In whose place it is written: another principal's name, by a delegation in force."

RecordResult = Annotated[
    Receipt | AnyProblem,
    strawberry.union("RecordResult", description="The receipt of the record, or why it was not taken."),
]


@strawberry.type(description="A key was issued: `secret` is shown this once, and kept nowhere.")
class IssuedKey:
    key_id: str = strawberry.field(description="The public part of the key.")
    secret: str = strawberry.field(description="The key itself: keep it, it is shown nowhere else.")
    receipt: Receipt = strawberry.field(description="That its issuing is recorded.")


IssueKeyResult = Annotated[
    IssuedKey | AnyProblem, strawberry.union("IssueKeyResult", description="The key, or why none was issued.")
]


def receipt(context: RequestContext, accepted: Accepted) -> Receipt:
    """Return a receipt with its inclusion proof in the tree as it stands."""
    ledger, found = context.services.ledger, accepted.receipt
    size = ledger.size()
    return Receipt(
        index=found.index,
        kind=EntryKind(KINDS[accepted.kind].in_ledger),
        subjects=[strawberry.ID(one) for one in accepted.subjects],
        leaf=Digest(found.leaf.hex()),
        recorded_at=Micros(found.recorded_at),
        duplicate=found.duplicate,
        warnings=list(accepted.warnings),
        ledger_size=size,
        ledger_root=Digest(ledger.root(size).hex()),
        inclusion_proof=[Digest(one.hex()) for one in ledger.inclusion_proof(found.index, size)],
    )


def mutation_type() -> type:
    """Return the Mutation type: a field for each kind of record, and the issuing of keys."""
    fields: dict[str, Any] = {}
    for kind in KINDS.values():
        if kind.open:
            fields[kind.name] = _mutation(kind.record)
    fields["issue_key"] = strawberry.mutation(
        _issue_key, description="Issue a key to a principal; its secret is in this answer and nowhere else."
    )
    made = type("Mutation", (), {"__annotations__": {}, **fields})
    return strawberry.type(
        made, description="Each is one kind of record; what is written is in the ledger when it answers."
    )


def _issue_key(
    info: ContextInfo, principal: Annotated[str, strawberry.argument(description="Whose key it is.")]
) -> IssueKeyResult:
    context = info.context
    try:
        key, recorded = context.services.intake.issue_key(principal, context.actor, context.correlation_id)
        return IssuedKey(key_id=key.key_id, secret=key.secret, receipt=receipt(context, recorded.result()))
    except ADDRESSED as error:
        return as_problem(error)


def _mutation(kind: type[Record]) -> StrawberryField:
    asked = input_of(kind)

    def submit(info: ContextInfo, record: Any, on_behalf_of: str | None) -> RecordResult:  # noqa: ANN401  its input
        context = info.context
        try:
            payload = {"kind": kind.name, **fields_of(record)}
            if on_behalf_of is not None:
                payload["on_behalf_of"] = on_behalf_of
            return receipt(
                context, context.services.intake.submit_record(payload, context.actor, context.correlation_id).result()
            )
        except ADDRESSED as error:
            return as_problem(error)

    def write_delegable(info: ContextInfo, record: Any, on_behalf_of: str | None = None) -> RecordResult:  # noqa: ANN401  as above
        return submit(info, record, on_behalf_of)

    def write_alone(info: ContextInfo, record: Any) -> RecordResult:  # noqa: ANN401  as above
        return submit(info, record, None)

    write: Callable[..., RecordResult] = write_delegable if kind.name in DELEGABLE else write_alone
    described = strawberry.argument(description="What the record says.")
    write.__annotations__ = {"info": ContextInfo, "record": Annotated[asked, described], "return": RecordResult}
    if kind.name in DELEGABLE:
        write.__annotations__["on_behalf_of"] = Annotated[str | None, strawberry.argument(description=_PLACE)]
    write.__name__ = kind.name
    return strawberry.mutation(write, description=enums.paragraph(inspect.getdoc(kind) or ""))


@cache
def input_of(model: type[BaseModel]) -> type:
    """Return the GraphQL input of a part of a record: the same fields, the same optionality."""
    if issubclass(model, QualifiedName):
        return QualifiedNameInput
    annotations: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        kind = _type(hints[name])
        required = field.is_required()
        annotations[name] = kind if required or _is_optional(kind) else kind | None
        default: dict[str, Any] = {} if required else {"default": None}
        fields[name] = strawberry.field(description=field.description, **default)
    name = model.__name__ if model.__name__.endswith("Input") else f"{model.__name__}Input"
    ordered = {
        name: annotations[name] for name in sorted(fields, key=lambda name: not model.model_fields[name].is_required())
    }
    made = type(name, (), {"__annotations__": ordered, "__module__": __name__, **fields})
    return strawberry.input(made, description=enums.paragraph(inspect.getdoc(model) or ""))


def _type(annotation: Any) -> Any:  # noqa: ANN401
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        form = next((one for one in arguments if isinstance(one, Format)), None)
        return _type(arguments[0]) if form is None else _SCALARS[form]
    if origin in {Union, types.UnionType}:
        members = [_type(one) for one in arguments if one is not type(None)]
        kind = float if set(members) == {int, float} else members[0]
        return kind | None if type(None) in arguments else kind
    if origin is tuple:
        return list[_type(arguments[0])]  # type: ignore[misc]  # the element type is computed
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return input_of(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return enums.enter(annotation)
    return annotation


_SCALARS = {Format.TIME: Micros, Format.DIGEST: Digest, Format.SIZE: Long}


def _is_optional(kind: Any) -> bool:  # noqa: ANN401
    return type(None) in get_args(kind)


def fields_of(value: Any) -> Any:  # noqa: ANN401
    """Return an input as a record's fields, without what was left out."""
    if isinstance(value, list):
        return [fields_of(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Micros):
        return write_time(value)
    if hasattr(value, "__strawberry_definition__"):
        fields: Mapping[str, Any] = vars(value)
        return {name: fields_of(one) for name, one in fields.items() if one is not None}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
