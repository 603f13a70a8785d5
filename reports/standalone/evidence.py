"""The evidence of a report, parsed once into an object that cannot be invalid."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from reports.standalone.log import Checkpoint, VerifierKey, leaf_hash, parse_checkpoint, parse_vkey
from reports.standalone.outcome import MalformedError

FORMAT = "lineward.report/2"
OLDER = "lineward.report/1"
FAMILY = "lineward.report/"
"""What every format is named with."""
NOT_CITED = "NOT_CITED"
_REASONS = frozenset({"ERASED", "TOO_LARGE", NOT_CITED})

T = TypeVar("T")
_LARGEST = 2**53 - 1
_TOP = frozenset({"format", "kind", "made_with", "context"})
MAKER = "lineward"
"""What names, among what a report was made with, the product's version: since it does, a report has a number."""
_PROOF = frozenset({"checkpoint", "vkey", "consistency", "printed_consistency", "cited", "issued"})
_ENTRY = frozenset({"index", "kind", "recorded_at", "actor", "leaf", "entry", "proof", "salt", "body", "withheld"})
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """A ledger entry as the evidence carries it: what is shown of it, its bytes, its proof, its body where disclosed.

    `withheld` says why there is no body: ERASED, TOO_LARGE, or NOT_CITED where no line of the report rests on it.
    """

    index: int
    kind: str
    recorded_at: str
    actor: str
    leaf: bytes
    text: str
    proof: tuple[bytes, ...]
    salt: bytes | None
    body: str | None
    withheld: str | None
    header: Mapping[str, Any]
    """What the entry's own bytes say."""

    @property
    def fits_leaf(self) -> bool:
        """Return whether its bytes hash to its leaf."""
        return leaf_hash(self.text.encode()) == self.leaf

    @property
    def is_shown_as_it_is(self) -> bool:
        """Return whether kind, time and actor beside it are those in its bytes."""
        shown = (self.kind, self.recorded_at, self.actor)
        return shown == tuple(self.header.get(name) for name in ("kind", "recorded_at", "actor"))

    @property
    def fits_body(self) -> bool:
        """Return whether the disclosed body is the one whose digest the entry holds, SHA-256(salt, body)."""
        digest = hashlib.sha256((self.salt or b"") + (self.body or "").encode()).hexdigest()
        return self.header.get("body") == f"sha256:{digest}"

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return the ids of the nodes that the entry is about."""
        found = self.header.get("subject")
        return tuple(found) if isinstance(found, list) else ()


@dataclass(frozen=True)
class ReadPoint:
    """The point that the report was read at, and the checkpoint that its pages print."""

    valid_at: str
    ledger_index: int
    size: int
    root: bytes
    printed: Checkpoint | None
    printed_key: VerifierKey | None


@dataclass(frozen=True)
class Evidence:
    """What travels in every report."""

    format: str
    kind: str
    number: str | None
    """As the file gives it; None in one from before reports had numbers."""
    made_with: Mapping[str, str]
    context: Mapping[str, Any]
    """The report's context without its proofs: what its digest covers."""
    read_point: ReadPoint
    checkpoint: Checkpoint
    vkey: VerifierKey
    consistency: tuple[bytes, ...]
    printed_consistency: tuple[bytes, ...]
    cited: tuple[Entry, ...]
    issued: Entry | None

    @classmethod
    def parse(cls, values: Any) -> Evidence:  # noqa: ANN401 - untrusted JSON
        """Return the evidence; raise MalformedError, naming the place, for values that are none."""
        top = Reader(values, "")
        format_ = values.get("format") if isinstance(values, dict) else None
        if not isinstance(format_, str) or format_ not in {FORMAT, OLDER}:
            raise MalformedError(f"This is JSON, but not the evidence of a Lineward report ({FORMAT} or {OLDER})")
        context = top.inner("context")
        proof, point = context.inner("evidence"), context.inner("read_point")
        newer = format_ == FORMAT
        made_with = top.inner("made_with").texts()
        numbered = MAKER in made_with
        if newer:
            top.only(_TOP | {"number"} if numbered else _TOP)
            proof.only(_PROOF)
        issued = proof.maybe("issued", lambda item, at: _entry(Reader(item, at), newer=newer)) if newer else None
        return cls(
            format=format_,
            kind=top.text("kind"),
            number=top.text("number") if newer and numbered else None,
            made_with=made_with,
            context={name: value for name, value in context.values.items() if name != "evidence"},
            read_point=ReadPoint(
                valid_at=point.text("valid_at"),
                ledger_index=point.number("ledger_index"),
                size=point.number("ledger_size"),
                root=point.hash("root", "sha256:"),
                printed=parse_checkpoint(point.text("checkpoint")) if newer else None,
                printed_key=parse_vkey(point.text("vkey")) if newer else None,
            ),
            checkpoint=parse_checkpoint(proof.text("checkpoint")),
            vkey=parse_vkey(proof.text("vkey")),
            consistency=proof.hashes("consistency"),
            printed_consistency=proof.hashes("printed_consistency") if newer else (),
            cited=tuple(proof.each("cited", lambda item, at: _entry(Reader(item, at), newer=newer))),
            issued=issued,
        )


def _entry(reader: Reader, *, newer: bool) -> Entry:
    if newer:
        reader.only(_ENTRY)
    text = reader.text("entry")
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"{reader.at}/entry is no JSON") from error
    if not isinstance(header, dict):
        raise MalformedError(f"{reader.at}/entry is no object")
    salt, body = reader.maybe("salt", _as_bytes), reader.maybe("body", _as_text)
    if (salt is None) != (body is None):
        raise MalformedError(f"{reader.at} discloses salt and body together or neither")
    withheld = reader.maybe("withheld", _as_text) if newer else None
    if newer and not (withheld in _REASONS if body is None else withheld is None):
        raise MalformedError(f"{reader.at} says why it has no body where it has none, and there alone")
    return Entry(
        index=reader.number("index"),
        kind=reader.text("kind"),
        recorded_at=reader.text("recorded_at"),
        actor=reader.text("actor"),
        leaf=reader.hash("leaf"),
        text=text,
        proof=reader.hashes("proof"),
        salt=salt,
        body=body,
        withheld=withheld,
        header=header,
    )


class Reader:
    """Reads the members of an untrusted JSON object; each raises MalformedError, naming the place, for another type."""

    def __init__(self, values: Any, at: str) -> None:  # noqa: ANN401 - untrusted JSON
        if not isinstance(values, dict):
            raise MalformedError(f"{at or 'The evidence'} is no object")
        self.values: dict[str, Any] = values
        self.at = at

    def only(self, names: frozenset[str]) -> None:
        """Refuse a member of any other name: what nobody reads, nobody would miss if it were changed."""
        unknown = sorted(self.values.keys() - names)
        if unknown:
            raise MalformedError(f"{self.at}/{unknown[0]} is not known")

    def text(self, name: str) -> str:
        """Return a text."""
        return _as_text(self._member(name), f"{self.at}/{name}")

    def number(self, name: str) -> int:
        """Return an index or a size."""
        value = self._member(name)
        if type(value) is not int or not 0 <= value <= _LARGEST:
            raise MalformedError(f"{self.at}/{name} is no index")
        return value

    def hash(self, name: str, prefix: str = "") -> bytes:
        """Return a SHA-256 hash in lower-case hex."""
        return _as_hash(self.text(name), f"{self.at}/{name}", prefix)

    def hashes(self, name: str) -> tuple[bytes, ...]:
        """Return a list of hashes."""
        return tuple(self.each(name, lambda item, at: _as_hash(_as_text(item, at), at)))

    def inner(self, name: str) -> Reader:
        """Return an object."""
        return Reader(self._member(name), f"{self.at}/{name}")

    def texts(self) -> dict[str, str]:
        """Return the whole object, of which every member is a text."""
        return {name: _as_text(value, f"{self.at}/{name}") for name, value in self.values.items()}

    def each(self, name: str, read: Callable[[Any, str], T]) -> Iterator[T]:
        """Yield what is read of each item of a list."""
        found = self._member(name)
        if not isinstance(found, list):
            raise MalformedError(f"{self.at}/{name} is no list")
        for number, item in enumerate(found):
            yield read(item, f"{self.at}/{name}/{number}")

    def maybe(self, name: str, read: Callable[[Any, str], T]) -> T | None:
        """Return what is read of a member, None where it is null."""
        value = self._member(name)
        return None if value is None else read(value, f"{self.at}/{name}")

    def _member(self, name: str) -> Any:  # noqa: ANN401 - untrusted JSON
        if name not in self.values:
            raise MalformedError(f"{self.at}/{name} is missing")
        return self.values[name]


def _as_text(value: Any, at: str) -> str:  # noqa: ANN401 - untrusted JSON
    if not isinstance(value, str):
        raise MalformedError(f"{at} is no text")
    return value


def _as_bytes(value: Any, at: str) -> bytes:  # noqa: ANN401 - untrusted JSON
    text = _as_text(value, at)
    if not _HEX.fullmatch(text):
        raise MalformedError(f"{at} is not in hex")
    return bytes.fromhex(text)


def _as_hash(text: str, at: str, prefix: str = "") -> bytes:
    if not text.startswith(prefix) or not _HASH.fullmatch(text[len(prefix) :]):
        raise MalformedError(f"{at} is no SHA-256 hash in hex")
    return bytes.fromhex(text[len(prefix) :])
