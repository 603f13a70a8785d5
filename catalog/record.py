"""What every record has in common: how it is read, and what the projection and the admission of one know.

A record is what an authenticated principal writes: pydantic models at the border, strict and frozen. What is wrong in
one is a SenderError 422 with the JSON pointer and what would be right; it never quotes more than an unknown code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from catalog.errors import SenderError
from catalog.ledger.protocol import Ledger, StoredEntry
from catalog.validation import predicate_of, sentence
from catalog.view import View
from graph_schema.builder import FactBuilder
from graph_schema.facts import Facts
from graph_schema.nearest import did_you_mean, listed
from graph_schema.nodes import Dataset, Job, Model, ModelVersion, Node, Snapshot
from graph_schema.times import NO_TIME, is_rfc3339, parse_zoned
from graph_schema.vocabulary import systems
from graph_schema.vocabulary.codes import CodeTable, Found, UnknownCodeError
from ingest_hooks.redaction.identifiers import holds_identifier

PREFIX = "record."
"""What the kinds of records begin with in the ledger."""

MAX_NAME = 2048
MAX_TEXT = 4096
MAX_LIST = 1000

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_REFUSED = "refused"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_SYSTEM = re.compile(
    r"urn:oid:[0-2](?:\.(?:0|[1-9]\d{0,6})){1,20}|(?:https?://|urn:(?!oid:)[a-z0-9][a-z0-9-]{1,31}:)[a-z0-9][a-z0-9._~:/?#%+=-]*",
    re.ASCII | re.IGNORECASE,
)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+^-]*", re.ASCII)


def warn(info: ValidationInfo, sentence: str | None) -> None:
    """Keep a sentence for the receipt."""
    if sentence and info.context is not None:
        info.context.setdefault("warnings", []).append(sentence)


def is_replayed(info: ValidationInfo) -> bool:
    """Tell whether the record comes out of the ledger: what was taken once is never judged by newer code tables."""
    return bool(info.context and info.context.get("replayed"))


def _clean(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("contains control characters; leave them out")
    if not text.strip():
        raise ValueError("is blank; say something or leave it out")
    return text


def _time(text: str, info: ValidationInfo) -> str:
    parse_zoned(text)
    if not (is_rfc3339(text) or is_replayed(info)):
        raise ValueError(NO_TIME)
    return text


def _digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise ValueError("is sha256: and 64 lower-case hex digits")
    return text


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


def _day(text: str) -> str:
    try:
        is_day = date.fromisoformat(text).isoformat() == text
    except ValueError:
        is_day = False
    if not is_day:
        raise ValueError("is a day of the calendar, such as 2026-01-31")
    return text


class Format(StrEnum):
    """What a text or a number stands for, for an interface that has a type of its own for it."""

    TIME = "time"
    DIGEST = "digest"
    SIZE = "size"


Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_clean)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(_clean)]
Time = Annotated[str, Field(max_length=64), AfterValidator(_time), Format.TIME]
Day = Annotated[str, Field(max_length=10), AfterValidator(_day)]
Digest = Annotated[str, Field(max_length=128), AfterValidator(_digest), Format.DIGEST]
SnapshotDigest = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_clean), Format.DIGEST]
"""The digest over a snapshot's manifest, or the version that its own store gave it."""
Size = Annotated[StrictInt, Field(ge=0, le=2**53 - 1), Format.SIZE]
"""A number of bytes."""
Index = Annotated[StrictInt, Field(ge=0, le=2**53 - 1)]
"""The ledger index of an entry."""


def coded(find: Callable[[str], Found]) -> AfterValidator:
    """Return a validator that takes a code of a table, as the table spells it, and keeps its warning."""

    def check(code: str, info: ValidationInfo) -> str:
        if is_replayed(info):
            return code
        try:
            found = find(code)
        except UnknownCodeError as error:
            raise ValueError(str(error)) from None
        warn(info, found.warning)
        return found.code.code

    return AfterValidator(check)


def code_of(table: CodeTable) -> AfterValidator:
    """Return a validator that takes a code of the table."""
    return coded(table.find)


class Part(BaseModel):
    """A part of a record: frozen, and nothing in it that nobody asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)


def exactly_one(part: Part, *members: str) -> None:
    """Hold that one of these members is given and no other of them; raises ValueError, for a validator."""
    if sum(getattr(part, one) is not None for one in members) != 1:
        raise ValueError(f"names exactly one of {', '.join(members[:-1])} and {members[-1]}")


class Record(Part):
    """A record; `name` is what `kind` says on the wire."""

    name: ClassVar[str]

    @classmethod
    def read(cls, fields: Mapping[str, Any], warnings: list[str] | None = None) -> Self:
        """Return the record; raises SenderError 422 with the pointer of the first thing wrong."""
        try:
            return cls.model_validate(dict(fields), context={"warnings": [] if warnings is None else warnings})
        except ValidationError as error:
            raise sender_error(cls, error) from None

    @classmethod
    def problems(cls, fields: Mapping[str, Any]) -> tuple[SenderError, ...]:
        """Return all that is wrong in the record, in the order of its members, where `read` raises the first."""
        try:
            cls.model_validate(dict(fields), context={"warnings": []})
        except ValidationError as error:
            return tuple(_sender_error(cls, wrong) for wrong in error.errors(include_url=False))
        return ()

    @classmethod
    def replay(cls, fields: Mapping[str, Any]) -> Self:
        """Return the record as the ledger holds it; raises ValueError where it cannot be one."""
        return cls.model_validate(dict(fields), context={"replayed": True})

    @classmethod
    def in_ledger(cls) -> str:
        """Return the kind of its ledger entries."""
        return PREFIX + cls.name

    def fields(self) -> dict[str, Any]:
        """Return the fields that were given, as JSON values."""
        return self.model_dump(mode="json", exclude_none=True)

    @property
    def holds_from(self) -> int | None:
        """Return from when the record holds, where that was given."""
        text = getattr(self, "valid_from", None)
        return None if text is None else parse_zoned(text)

    @model_validator(mode="after")
    def _ends_after_it_begins(self, info: ValidationInfo) -> Self:
        until, begins = getattr(self, "until", None), self.holds_from
        if until and begins is not None and parse_zoned(until) <= begins and not is_replayed(info):
            raise refusal("until comes after valid_from.", "/until")
        return self


def refusal(sentence: str, pointer: str) -> PydanticCustomError:
    """Return what a validator of a whole record raises: the sentence and the pointer of the part that is wrong."""
    return PydanticCustomError(_REFUSED, "{sentence}", {"sentence": sentence, "pointer": pointer})


def sender_error(record: type[Record], error: ValidationError) -> SenderError:
    """Return the first problem as a sentence, with its JSON pointer (RFC 6901)."""
    return _sender_error(record, error.errors(include_url=False)[0])


def _sender_error(record: type[Record], wrong: Mapping[str, Any]) -> SenderError:
    if wrong["type"] == _REFUSED:
        return SenderError(wrong["msg"], pointer=wrong["ctx"]["pointer"], status=422)
    pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in wrong["loc"])
    named = [step for step in wrong["loc"] if isinstance(step, str)]
    what = named[-1] if named else f"A {record.name}"
    needed = predicate_of(wrong)
    match wrong["type"]:
        case "missing":
            text = f"{what} is missing; {record.name} needs it."
        case "extra_forbidden" if len(wrong["loc"]) == 1:
            fields = record.model_fields
            meant = did_you_mean(what, fields) or f"a field is {listed(fields, 'docs/records.md')}."
            text = f"{record.name} has no such field; {meant}"
        case "extra_forbidden":
            text = "There is no such field here; leave it out."
        case "value_error" if needed[:1].isupper():
            text = needed
        case _:
            text = sentence(what, needed)
    return SenderError(text, pointer=pointer, status=422)


class QualifiedName(Part):
    """A namespace and a name in it, byte for byte as the pipelines call it."""

    namespace: Name
    """Where the name belongs: the store, scheduler or registry, as OpenLineage has it."""
    name: Name
    """The name within the namespace."""


class DatasetRef(QualifiedName):
    """A dataset by namespace and name, byte for byte as the pipelines call it."""

    @property
    def node(self) -> Dataset:
        """Return the node."""
        return Dataset(self.namespace, self.name)


class JobRef(QualifiedName):
    """A job by namespace and name."""

    @property
    def node(self) -> Job:
        """Return the node."""
        return Job(self.namespace, self.name)


class ModelRef(QualifiedName):
    """A model by namespace and name."""

    @property
    def node(self) -> Model:
        """Return the node."""
        return Model(self.namespace, self.name)


class ModelVersionRef(Part):
    """One version of a model, by the model's name and its own."""

    model: ModelRef
    """The model that it is a version of."""
    version: Name
    """What its registry calls the version."""

    @property
    def node(self) -> ModelVersion:
        """Return the node."""
        return ModelVersion(self.model.namespace, self.model.name, self.version)


class SnapshotRef(Part):
    """A snapshot by its dataset and its digest, or the version that its own store gave it."""

    dataset: DatasetRef
    """The dataset that it is a state of."""
    digest: SnapshotDigest
    """The digest over its manifest, or the version that the dataset's own store gave it."""

    @property
    def node(self) -> Snapshot:
        """Return the node."""
        return Snapshot(self.dataset.namespace, self.dataset.name, self.digest)


class Coded(Part):
    """A code with its system, by URI or short name; a code of a system that is kept here must be in it."""

    system: Annotated[str, Field(min_length=1, max_length=256)]
    """The code system: its URI, or the short name of one that is kept here."""
    code: Annotated[str, Field(min_length=1, max_length=64)]
    """The code, as its system writes it."""

    def checked(self, info: ValidationInfo) -> Coded:
        """Return the code as its table spells it, under its system's URI; raises ValueError where it has none."""
        if is_replayed(info):
            return self
        uri = systems.SHORT_NAMES.get(self.system.lower(), self.system)
        if uri not in systems.SYSTEMS:
            if not _SYSTEM.fullmatch(uri) or (not uri.startswith("urn:oid:") and holds_identifier(uri)):
                raise ValueError(f"System is a URI or one of {', '.join(sorted(systems.SHORT_NAMES))}.")
            if not _CODE.fullmatch(self.code) or holds_identifier(self.code):
                raise ValueError(
                    "Code is letters, digits and . _ : / + ^ - as its system writes them, and no identifier."
                )
            warn(info, f"Codes of {uri} are taken as they are: that system is not kept here.")
            return self
        try:
            found = systems.find(uri, self.code)
        except UnknownCodeError as error:
            raise ValueError(str(error)) from None
        warn(info, found.warning)
        return Coded(system=uri, code=found.code.code)


def _check_code(code: Coded, info: ValidationInfo) -> Coded:
    return code.checked(info)


Codes = Annotated[
    tuple[Annotated[Coded, AfterValidator(_check_code)], ...], Field(max_length=MAX_LIST), AfterValidator(_distinct)
]
"""Codes of any systems, each once, in the order given."""


def distinct() -> AfterValidator:
    """Return a validator that keeps each value once, in the order given."""
    return AfterValidator(_distinct)


@dataclass(frozen=True, slots=True)
class RecordContext:
    """What projecting a record needs beside it: the builder of its facts, and what the catalog added to it."""

    builder: FactBuilder
    added: Mapping[str, Any] = field(default_factory=dict)

    @property
    def actor(self) -> str:
        """Return who wrote it."""
        return self.builder.by


@dataclass(frozen=True, slots=True)
class Admission:
    """What is known when a record is about to be taken: who wrote it, the graph, the ledger, the time in UTC µs.

    `display_name` is what its record calls the actor, `roles` and `approves` are what it holds, `key_id` the key that
    it acts under.
    `facts_of` returns what an entry that is read back says, as the projection understands it.
    """

    actor: str
    display_name: str
    authenticated: bool
    view: View
    ledger: Ledger
    now: int
    roles: frozenset[str]
    approves: frozenset[str]
    key_id: str | None
    facts_of: Callable[[StoredEntry], Facts]
    promised: frozenset[str] = frozenset()
    """What comes to be known with records that are taken before it, by id."""

    def require(self, nodes: Iterable[tuple[Node, str, str]]) -> None:
        """Raise UnknownSubjectError for the first (node, pointer, what would be right) that the catalog never met."""
        wanted = list(nodes)
        known = self.view.nodes([node.id for node, _, _ in wanted])
        for node, pointer, hint in wanted:
            if node.id not in known and node.id not in self.promised:
                raise UnknownSubjectError.of(node, hint, pointer)


class UnknownSubjectError(SenderError):
    """A record names a subject that the catalog never met; a graph that lags may still come to know it."""

    def __init__(self, detail: str, pointer: str) -> None:
        """Keep the sentence and the pointer."""
        super().__init__(detail, pointer=pointer, status=422)

    @classmethod
    def of(cls, node: Node, hint: str, pointer: str) -> Self:
        """Return the error of a node, with what would be right."""
        return cls(f"This names an unknown {_in_words(node.label)}: {hint}.", pointer)


@dataclass(frozen=True, slots=True)
class Admitted:
    """What the catalog adds to a record that it takes, sentences for its receipt, and the entries that it erases."""

    added: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    erases: tuple[int, ...] = ()
    read_at: Mapping[str, Any] = field(default_factory=dict)
    """What it adds besides, of the point that it was read at: records that differ in this alone are one."""
    awaits: bool = False
    """Whether what lets it in may be over by entries that the graph does not hold yet, so that these are waited for."""

    @property
    def all_added(self) -> dict[str, Any]:
        """Return everything that the catalog adds."""
        return {**self.added, **self.read_at}


_NAMED_OTHERWISE: Final = {"NamespaceRule": "rule of names", "PhiTag": "PHI tag"}
_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _in_words(label: str) -> str:
    """Return what the nodes of a label are called in a sentence: `SigningKey` is a signing key."""
    return _NAMED_OTHERWISE.get(label) or _CAPITAL.sub(" ", label).lower()


DECLARE_FIRST = "declare it first, or send an event that names it"
