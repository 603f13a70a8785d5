"""What every report may see beside its parts, and how a context becomes JSON and back.

A context is taken at one read point, holds only values, and says `None` or an empty tuple where nothing was
recorded: the document prints that by name. Times are RFC 3339 strings in UTC, digests name their algorithm, numbers
that are not counts are decimal strings. `entries` are ledger indexes: what a record rests on. The order of every tuple
is part of the context, so whoever builds it must sort by something stated.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any, ClassVar, Literal, Self

from pydantic import ConfigDict, TypeAdapter, ValidationError

from reports.errors import ContextError

Completeness = Literal["COMPLETE", "TRUNCATED", "REDACTED", "LAGGING"]


class Strict:
    """Refuses a field that the context does not have: what is not shown must not travel in the evidence either."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Strict):
    """How many there are of what."""

    what: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Strict):
    """How whole the answer is that the report was made from, with counts and reasons."""

    state: Completeness
    counts: tuple[Count, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPoint(Strict):
    """The point every line was read at: two times, the ledger's size and root, and the projection's version."""

    valid_at: str
    """Valid time: what was true then."""
    known_at: str
    """Known time: when the last entry that was read was recorded."""
    ledger_index: int
    """The last entry that was read."""
    ledger_size: int
    root: str
    """Root of the Merkle tree over that many entries."""
    projection_version: str
    """Version of the projection that made the graph of the entries."""
    checkpoint: str
    """The oldest C2SP signed note over that much of the ledger: whoever holds a report holds a checkpoint."""
    vkey: str
    """The checkpoint's verifier key (name+id+key)."""
    completeness: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor(Strict):
    """Who acted."""

    id: str
    """The principal's opaque id."""
    name: str | None = None
    """The display name that the ledger gives the principal."""
    authenticated: bool = True
    """Whether a key proved who they are."""
    entry: int | None = None
    """The entry that gives the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByEntry(Strict):
    """The ledger entry that made something so: that it ended, was decided, or is stated."""

    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Strict):
    """A code of a terminology."""

    system: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceEntry(Strict):
    """A cited ledger entry with its inclusion proof; with salt and body, SHA-256(salt ‖ body) can be checked too."""

    index: int
    kind: str
    recorded_at: str
    actor: str
    leaf: str
    """Its leaf hash in hex."""
    entry: str
    """Its canonical bytes as text."""
    proof: tuple[str, ...] = ()
    """Its inclusion proof in hex, under the evidence's checkpoint."""
    salt: str | None = None
    """In hex, given with the body."""
    body: str | None = None
    """The redacted body's canonical JSON, where it may be disclosed."""
    withheld: Literal["ERASED", "TOO_LARGE", "NOT_CITED"] | None = None
    """Why there is no body; NOT_CITED: no line rests on the entry, which is there for its header alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Strict):
    """The cited entries, the entry that says that the report was issued, and one signed checkpoint that binds them all.

    Proofs prove themselves: the context's digest does not cover them.
    """

    checkpoint: str = ""
    """A C2SP signed note over the ledger up to at least the issuing entry."""
    vkey: str = ""
    """The checkpoint's verifier key."""
    consistency: tuple[str, ...] = ()
    """From the read point's tree to the checkpoint's, in hex."""
    printed_consistency: tuple[str, ...] = ()
    """From the tree of the checkpoint that the pages print to the checkpoint's, in hex."""
    cited: tuple[EvidenceEntry, ...] = ()
    issued: EvidenceEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySubject(Strict):
    """A node that a cited entry's header says it is about."""

    id: str
    """Its id: the label, and a digest over label and key."""
    key: tuple[str, ...] = ()
    """Its natural key, which names it; empty where the graph does not know the node."""


@dataclass(frozen=True, kw_only=True)
class Context(Strict):
    """What every report has. A part adds its fields by a subclass; a report's context is a subclass of its parts."""

    read_point: ReadPoint
    """Where every line was read."""
    organisation: str | None = None
    """Name of the organisation that issued the report."""
    entry_subjects: tuple[EntrySubject, ...] = ()
    """What the cited entries are about, by id: every node that their headers name."""
    evidence: Evidence = field(default_factory=Evidence)
    """The ledger entries that the report rests on, with their proofs."""

    def to_json(self) -> dict[str, Any]:
        """Return the context as JSON values; lone surrogates, which no JSON text can carry, become U+FFFD."""
        values: dict[str, Any] = self._adapter().dump_python(self, mode="json", warnings="error")
        return {key: _whole(value) for key, value in values.items()}

    @classmethod
    def from_json(cls, values: object) -> Self:
        """Return the context that `to_json` gave; raise `ContextError` for anything else."""
        try:
            context: Self = cls._adapter().validate_json(json.dumps(values))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            pointer = "".join(f"/{part}" for part in first["loc"])
            raise ContextError(f"The context is not this report's: {first['msg']} at {pointer or '/'}.") from error
        return context

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON schema of what `to_json` gives, with the help of every field."""
        schema = cls._adapter().json_schema(mode="serialization")
        for name, help_ in cls.field_help().items():
            shown = schema["properties"][name]
            schema["properties"][name] = {
                "description": help_,
                **({"$ref": shown["$ref"]} if "$ref" in shown else shown),
            }
        return schema

    @classmethod
    @cache
    def _adapter(cls) -> TypeAdapter[Any]:
        return TypeAdapter(cls)

    @classmethod
    def field_help(cls) -> dict[str, str]:
        """Return what each field of the context and of its parts says of itself, in the docstring below it."""
        return {name: text for base in reversed(cls.__mro__) if base is not object for name, text in _help(base)}


def _help(of: type[Any]) -> list[tuple[str, str]]:
    """Return the docstrings below a class's fields; pydantic reads those of the very class alone, not of its bases."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(of))).body
    body = node.body if isinstance(node, ast.ClassDef) else []
    return [
        (each.target.id, after.value.value)
        for each, after in pairwise(body)
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and isinstance(after, ast.Expr)
        if isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
    ]


def _whole(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return value
