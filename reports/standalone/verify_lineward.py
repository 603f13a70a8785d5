#!/usr/bin/env python3
"""Check a Lineward report (PDF, HTML or JSON) offline: no network, no Lineward, Python 3.11 and `cryptography` alone.

    python verify_lineward.py FILE --key VKEY [--json]
    python verify_lineward.py --version

What it does, step by step:

1. The file is taken apart into pages and evidence in the one way in which it can be put together again: a PDF of
   objects, one cross-reference table and one attachment (ISO 32000-1, 7.5), an HTML page with one data block, or JSON.
2. The evidence is read once into values that cannot be malformed; anything else is refused by its place.
   The number by which the report calls itself is the one that follows from its content.
3. The key was given from outside the file, and it signed both checkpoints: signed notes
   (https://c2sp.org/signed-note) of origin, tree size and base64 root; Ed25519, key id = the first 4 bytes of
   SHA-256(name, 0x0A, 0x01, public key).
4. The ledger that the report was read from is the checkpoint's, or its beginning by a consistency proof (RFC 9162,
   2.1.4.2), and so is the one whose checkpoint the pages print.
5. Every entry's leaf hash is SHA-256(0x00, entry), its inclusion proof leads to the checkpoint's root (RFC 9162,
   2.1.3.2), what is shown of it is what its bytes say, and a disclosed body fits its digest, SHA-256(salt, body).
6. Every ledger index that the report cites is among the entries, and no entry is there that nothing cites.
7. The ledger holds an entry that says that this very report was issued: by SHA-256 its context and its pages, and its
   template, read point, subject and for whom.
8. Everything that follows from the disclosed bodies (registration, snapshots, approvals, decisions and who signed them,
   releases, deployments, what the release gate said, what was assessed, attestations, labels, declarations, runs,
   lineage, gaps, findings, who acted, by which keys, and on what) is derived from them anew and compared with what the
   report says, both ways.
   What the release gate says at the read point is held to be no milder than the rest of the report allows.
9. Bodies that are withheld (erased, or too large) are named: what rests on them is not comparable.

Each check passes, fails, or is not verified. Exit code 0: every check passed. 1: one failed, or something that is
needed was not verified (the key, above all). 2: wrong use, a file is not there, or `cryptography` is missing.

This file is put together of the modules of `reports/standalone` in Lineward's source; `--version` prints its digest.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import importlib
import json
import re
import sys
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import chain, combinations
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Status = Literal["PASS", "FAIL", "NOT VERIFIED"]
Form = Literal["pdf", "html", "json"]
Verdict = Literal["VERIFIED", "FAILED", "NOT VERIFIED"]

PROVED = (
    "The ledger holds every entry that this file cites, unaltered, and one that says that this report was issued with "
    "this very content and these pages; whatever follows from the bodies of those entries is what the report says."
)
NOT_PROVED = (
    "The ledger proves that records were not altered after logging, not that they were true or complete. What follows "
    "from no body here (wording, which state is the newest, which labels the names of columns suggest, that labels "
    "came by no other way than those shown and with no other codes, what permitted use comes to, findings on who "
    "granted what and on the estate) stands as the catalog issued it. That nothing else bears on this report is shown "
    "by asking for it again at the same read point: the digest of its context must be the same."
)
NOTHING = "Nothing: at least one check failed."
PARTLY = "Only what passed: something that this needs was not verified."


class NotAReportError(Exception):
    """The file has no evidence of a Lineward report in it that can be read in one way only."""


class MalformedError(Exception):
    """The evidence is not of its form; the message says where and what would be right."""


@dataclass(frozen=True)
class Check:
    """One named step, whether it held, and why not."""

    name: str
    status: Status
    detail: str


@dataclass(frozen=True)
class Result:
    """Everything that was checked; `notes` are sentences that change no verdict."""

    form: Form
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()
    number: str | None = None
    """The report's number, as its content gives it; None for what is no report."""

    @property
    def verdict(self) -> Verdict:
        """Return FAILED where a check failed, NOT VERIFIED where one could not be made, else VERIFIED."""
        found = {check.status for check in self.checks}
        return "FAILED" if "FAIL" in found else "NOT VERIFIED" if "NOT VERIFIED" in found else "VERIFIED"

    @property
    def ok(self) -> bool:
        """Whether every check was made and held."""
        return self.verdict == "VERIFIED"

    @property
    def proved(self) -> str:
        """Return in one sentence what the file proves."""
        return {"VERIFIED": PROVED, "FAILED": NOTHING, "NOT VERIFIED": PARTLY}[self.verdict]

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        known = {"ok": self.ok, "verdict": self.verdict, "proved": self.proved, "not_proved": NOT_PROVED}
        return {**known, **asdict(self)}


def judged(name: str, held: str, wrong: Iterable[str]) -> Check:
    """Return a check that passes with the sentence `held` where nothing is wrong, and else says what is."""
    found = list(wrong)
    if not found:
        return Check(name, "PASS", held)
    more = f"; and {len(found) - 5} more" if len(found) > 5 else ""  # noqa: PLR2004 - a line is enough
    return Check(name, "FAIL", "; ".join(found[:5]) + more + ".")


MOST_BYTES = 512 * 1024 * 1024
ANEW = "Don't rely on it; get the file again from whoever issued it."
OTHER = "Name a report's PDF, HTML or JSON file."

_OPENING = b'<script type="application/json" id="lineward-evidence">'
_CLOSING = b"</script>"
_ATTACHMENT = re.compile(
    rb"<</Length (\d{1,12})/Type/EmbeddedFile/Subtype/application#2Fjson"
    rb"/Params<</Size (\d{1,12})/ModDate\(D:(\d{14})Z\)>>>>\nstream\n"
)
_ATTACHMENT_ENDS = b"\nendstream\nendobj\n"
_TRAILER = re.compile(rb"trailer\n(<<[^<>]*>>)\nstartxref\n(\d{1,12})\n%%EOF\Z")
_ID = re.compile(rb"/ID\[\(")
_TABLE = re.compile(rb"xref\n0 (\d{1,8})\n((?:\d{10} \d{5} [nf]\r\n)*)\Z")
_LINE = 20
_DEEPEST = 200


@dataclass(frozen=True)
class Pages:
    """A report without its evidence: the parts of its file before and after it, as its form has them."""

    form: Form
    parts: tuple[bytes, ...]

    @property
    def digest(self) -> str:
        """Return `sha256:` and the hex SHA-256 over the SHA-256 of each part, in order."""
        whole = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in self.parts))
        return f"sha256:{whole.hexdigest()}"


def canonical(value: object) -> bytes:
    """Return canonical JSON (RFC 8785) of values with ASCII keys and without fractions, which evidence consists of."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def canonical_values(value: object) -> bytes:
    """Return canonical JSON of untrusted values; raises NotAReportError where they have none."""
    try:
        return canonical(value)
    except (ValueError, RecursionError) as error:
        raise NotAReportError(f"The evidence has no canonical JSON: changed. {ANEW}") from error


def form_of(file: bytes) -> Form:
    """Return the form that a file begins as; raises NotAReportError where it is none."""
    if file.startswith(b"%PDF-"):
        return "pdf"
    if file.lstrip()[:15].lower().startswith(b"<!doctype html"):
        return "html"
    if file.lstrip().startswith(b"{"):
        return "json"
    what = "is empty" if not file.strip() else "is no PDF, no HTML page and no JSON object"
    raise NotAReportError(f"The file {what}, so it is no Lineward report. {OTHER}")


def put(pages: Pages, evidence: bytes) -> bytes:
    """Return the file of these pages with this evidence, canonical JSON, in it."""
    return _PUT[pages.form](pages.parts, evidence)


def take(file: bytes) -> tuple[Pages, bytes]:
    """Return the pages of a file and its evidence; raises NotAReportError unless `put` gives the same file of them."""
    form = form_of(file)
    pages, evidence = _TAKE[form](file)
    if put(pages, evidence) != file or canonical_values(values_of(evidence)) != evidence:
        raise NotAReportError(f"The {form.upper()} file is not put together as a Lineward report is: changed. {ANEW}")
    return pages, evidence


def values_of(content: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return JSON values; raises NotAReportError for what is none, says a key twice, or is nested without end."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) != len(pairs):
            raise NotAReportError(f"The evidence says something twice. {ANEW}")
        return values

    try:
        values = json.loads(content, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise NotAReportError(f"The evidence is no whole JSON: cut off or changed. {ANEW}") from error
    level: list[Any] = [values]
    for _ in range(_DEEPEST):
        level = [item for one in level for item in _items(one)]
        if not level:
            return values
    raise NotAReportError(f"The evidence is nested without end. {ANEW}")


def evidence_of_any(file: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the evidence's values of a file that `take` refuses, as reports of format 1 carry it."""
    form = form_of(file)
    return values_of(file if form == "json" else _in_page(file) if form == "html" else _attached(file))


def _items(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    found = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [item for item in found if isinstance(item, dict | list)]


def _put_json(parts: tuple[bytes, ...], evidence: bytes) -> bytes:
    return canonical({**values_of(evidence), "document": values_of(parts[0])}) + b"\n"


def _take_json(file: bytes) -> tuple[Pages, bytes]:
    values = values_of(file)
    document = values.pop("document", None)
    return Pages("json", (canonical_values(document),)), canonical_values(values)


def _put_html(parts: tuple[bytes, ...], evidence: bytes) -> bytes:
    """Put JSON that cannot end its script element (HTML 4.12.1.3): the same values, three characters escaped."""
    before, after = parts
    for character in b"<>&":
        evidence = evidence.replace(bytes([character]), b"\\u%04x" % character)
    return before + _OPENING + evidence + _CLOSING + after


def _take_html(file: bytes) -> tuple[Pages, bytes]:
    block = _in_page(file)
    before, _, rest = file.partition(_OPENING)
    return Pages("html", (before, rest.partition(_CLOSING)[2])), canonical_values(values_of(block))


def _in_page(file: bytes) -> bytes:
    before, opening, rest = file.partition(_OPENING)
    block, closing, after = rest.partition(_CLOSING)
    if not (opening and closing) or b"<script" in (before + after).lower():
        raise NotAReportError(f"The page has not exactly one script element, the evidence: cut off or changed. {ANEW}")
    return block


def _put_pdf(parts: tuple[bytes, ...], evidence: bytes) -> bytes:
    before, date, after, table, trailer = parts
    attachment = (
        b"<</Length %d/Type/EmbeddedFile/Subtype/application#2Fjson/Params<</Size %d/ModDate(D:%sZ)>>>>\nstream\n"
        % (len(evidence), len(evidence), date)
        + evidence
        + _ATTACHMENT_ENDS
    )
    body = before + attachment + after
    lines = _moved(table, len(before), len(attachment))
    return b"%sxref\n0 %d\n%strailer\n%s\nstartxref\n%d\n%%%%EOF" % (
        body,
        len(lines) // _LINE,
        lines,
        trailer,
        len(body),
    )


def _take_pdf(file: bytes) -> tuple[Pages, bytes]:
    """Take apart ISO 32000-1, 7.5: objects, one cross-reference table, one trailer, and nothing after it."""
    trailer = _TRAILER.search(file, max(len(file) - 1024, 0))
    start = -1 if trailer is None else int(trailer[2])
    table = None if trailer is None else _TABLE.match(file, start, trailer.start())
    if trailer is None or table is None:
        raise NotAReportError(f"The PDF is cut off, saved again, or something was appended to it. {ANEW}")
    found = [match for match in _ATTACHMENT.finditer(file) if match[1] == match[2]]
    if len(found) != 1:
        raise NotAReportError(f"The PDF has {len(found)} attachments where a Lineward report has one. {OTHER}")
    opening = found[0]
    end = opening.end() + int(opening[1])
    whole = end + len(_ATTACHMENT_ENDS)
    before, after = file[: opening.start()], file[whole:start]
    lines = _moved(table[2], opening.start(), opening.start() - whole)
    return Pages("pdf", (before, opening[3], after, lines, trailer[1])), file[opening.end() : end]


def _moved(table: bytes, behind: int, by: int) -> bytes:
    """Return a cross-reference table whose objects behind a place lie further on by so many bytes."""
    lines = []
    for start in range(0, len(table), _LINE):
        line = table[start : start + _LINE]
        offset = int(line[:10])
        lines.append(b"%010d" % max(offset + by, 0) + line[10:] if offset >= behind and line[17:18] == b"n" else line)
    return b"".join(lines)


def _attached(file: bytes) -> bytes:
    """Return what is attached to a PDF of format 1, where the typesetter compressed it."""
    if file.count(b"startxref") != 1 or file.count(b"%%EOF") != 1 or not file.rstrip().endswith(b"%%EOF"):
        raise NotAReportError(f"The PDF is cut off, saved again, or something was appended to it. {ANEW}")
    found = list(re.finditer(rb"/Type\s*/EmbeddedFile\b", file))
    if len(found) != 1:
        raise NotAReportError(f"The PDF has {len(found)} attachments where a Lineward report has one. {OTHER}")
    # An embedded file is a stream, and no stream lies inside a compressed object (ISO 32000-1, 7.5.7).
    opening = re.compile(rb"stream\r?\n").search(file, found[0].end())
    head = b"" if opening is None else file[file.rfind(b" obj", 0, found[0].start()) : opening.start()]
    length = re.search(rb"/Length\s+(\d{1,12})\s*[/>]", head)
    if opening is None or length is None:
        raise NotAReportError(f"The PDF's attachment has no content. {ANEW}")
    raw = file[opening.end() : opening.end() + int(length[1])]
    if b"/FlateDecode" not in head:
        return raw
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(raw, MOST_BYTES)
    except zlib.error as error:
        raise NotAReportError(f"The PDF's attachment does not decompress: it was changed. {ANEW}") from error
    if inflater.unconsumed_tail or not inflater.eof:
        raise NotAReportError(f"The PDF's attachment is cut off, or too large to be checked. {ANEW}")
    return content


_PUT: dict[Form, Callable[[tuple[bytes, ...], bytes], bytes]] = {"pdf": _put_pdf, "html": _put_html, "json": _put_json}
_TAKE: dict[Form, Callable[[bytes], tuple[Pages, bytes]]] = {"pdf": _take_pdf, "html": _take_html, "json": _take_json}


@dataclass(frozen=True)
class Checkpoint:
    """A signed note's parts (https://c2sp.org/signed-note), none of them verified."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]


@dataclass(frozen=True)
class VerifierKey:
    """An Ed25519 verifier key: name, key id (4 bytes of SHA-256(name, 0x0A, 0x01, key)), 32 bytes of key."""

    name: str
    key_id: bytes
    public: bytes


def parse_checkpoint(note: str) -> Checkpoint:
    """Return the parts of a signed note over a tree head; raise MalformedError where it is none."""
    text, separator, signed = note.rpartition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) < 3 or not signed.endswith("\n"):  # noqa: PLR2004 - origin, size, root
        raise MalformedError("the checkpoint is not a signed note")
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1], re.ASCII):
        raise MalformedError("the checkpoint's size is not a number")
    signatures = []
    for line in signed[:-1].split("\n"):
        match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
        if match is None:
            raise MalformedError("a line under the checkpoint is not a signature")
        raw = from_base64(match[2])
        signatures.append((match[1], raw[:4], raw[4:]))
    root = from_base64(lines[2])
    if len(root) != hashlib.sha256().digest_size:
        raise MalformedError("the checkpoint's root is not a SHA-256 hash")
    return Checkpoint(text + "\n", lines[0], int(lines[1]), root, tuple(signatures))


def parse_vkey(vkey: str) -> VerifierKey:
    """Return the parts of a verifier key (name+id+key); raise MalformedError where it is none."""
    name, _, rest = vkey.partition("+")
    key_id, _, encoded = rest.partition("+")
    key = from_base64(encoded)
    if key[:1] != b"\x01" or len(key) != 33 or not name:  # noqa: PLR2004 - the algorithm and 32 bytes
        raise MalformedError("the key is not an Ed25519 verifier key (name+id+key)")
    expected = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if expected.hex() != key_id:
        raise MalformedError("the verifier key does not carry its own id")
    return VerifierKey(name, expected, key[1:])


def from_base64(text: str) -> bytes:
    """Return the bytes of canonical base64; raise MalformedError for anything else."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise MalformedError("not canonical base64")
    return data


def is_signed(checkpoint: Checkpoint, key: VerifierKey) -> bool:
    """Return whether the key signed the checkpoint, and every line under its name and id holds."""
    fitting = [line for name, key_id, line in checkpoint.signatures if (name, key_id) == (key.name, key.key_id)]
    return bool(fitting) and all(_holds(key.public, checkpoint.text, signature) for signature in fitting)


def leaf_hash(entry: bytes) -> bytes:
    """Return an entry's hash in the tree, SHA-256(0x00, entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether the proof leads from the leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, current = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            current = _node(part, current)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            current = _node(current, part)
        number, last = number >> 1, last >> 1
    return last == 0 and current == root


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the proof shows that the tree of size `old` is the beginning of the newer (RFC 9162, 2.1.4.2)."""
    if old == new:
        return old_root == new_root and not proof
    if not 0 < old < new or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    left = right = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            left, right = _node(part, left), _node(part, right)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            right = _node(right, part)
        number, last = number >> 1, last >> 1
    return last == 0 and left == old_root and right == new_root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _holds(public: bytes, text: str, signature: bytes) -> bool:
    # Imported here so that the script can say in one sentence that it is not installed.
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


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


Shape = Any
"""A type; a list of one shape; or an object's members by name, with `?` behind those that may be absent."""

_CALLED = {str: "text", int: "whole number", float: "number", bool: "truth value"}
_NAMED = {"namespace": str, "name": str}
_SNAPSHOT = {"dataset": _NAMED, "digest": str}
_CODES = [{"system": str, "code": str}]
_VERSION = {"model": _NAMED, "version": str}
_EVENT = {"run?": {"runId": str}, "job?": _NAMED}

_ACCESS = {"target_kind": str, "namespace": str, "name?": str, "column?": str}
_ASKED = {"principal": str, "actions": [str], "target": _ACCESS, "purposes": [str], "until": str, "reason": str}

_RECORDS: dict[str, Shape] = {
    "define_principal": {
        "principal": str,
        "display_name": str,
        "principal_kind?": str,
        "title?": str,
        "organisation?": str,
        "roles?": [str],
        "approves?": [str],
        "active?": bool,
    },
    "issue_key": {"principal": str, "key_id": str},
    "revoke_key": {"principal": str, "key_id": str},
    "declare_dataset": {
        "dataset": _NAMED,
        "source_system?": {"name": str, "kind": str},
        "retention?": {"policy_class": str, "period_days": int},
        "permitted_use?": {},
        "source?": str,
        "valid_from?": str,
    },
    "declare_source": {
        "source": str,
        "source_kind?": str,
        "retention?": {"policy_class": str, "period_days": int},
        "valid_from?": str,
    },
    "declare_key": {"key": str, "environment": str, "used_by?": [str], "valid_from?": str, "until?": str},
    "end_key": {"key": str, "valid_from?": str},
    "tag": {"dataset": _NAMED, "column?": str, "phi_kind": str, "codes?": _CODES, "valid_from?": str},
    "attest_deidentification": {
        "job?": _NAMED,
        "model_version?": _VERSION,
        "job_version?": str,
        "run_id?": str,
        "method": str,
        "clears?": _CODES,
        "alterations?": [str],
        "schema_version?": str,
        "valid_from?": str,
        "until?": str,
    },
    "end_attestation": {"attestation": int, "effect?": str, "valid_from?": str},
    "seal_snapshot": {
        **_SNAPSHOT,
        "manifest?": [{"digest": str, "size": int}],
        "foreign?": [{"system": str, "id": str}],
        "run_id?": str,
        "job?": _NAMED,
    },
    "verify_snapshot": {**_SNAPSHOT, "result": str, "differing?": [str]},
    "register_model_version": {
        **_VERSION,
        "trained_on?": [_SNAPSHOT],
        "evaluated_on?": [_SNAPSHOT],
        "code": {"repository": str, "revision": str, "clean?": bool},
        "environment": {"digest": str},
        "artifact_digest": str,
        "metrics?": [{"name": str, "value": float}],
        "run_id?": str,
        "job?": _NAMED,
    },
    "register_signing_key": {"public_key": str, "key_holder": str, "valid_from?": str, "until?": str},
    "end_signing_key": {"fingerprint": str, "valid_from?": str},
    "release_model_version": {
        "model_version": _VERSION,
        "environment": str,
        "reason": str,
        "gate?": int,
        "valid_from?": str,
    },
    "deploy_model_version": {
        "model_version": _VERSION,
        "place": str,
        "environment": str,
        "gate?": int,
        "replaces?": int,
        "valid_from?": str,
        "until?": str,
    },
    "roll_back_deployment": {"model_version": _VERSION, "deployment": int, "gate?": int, "valid_from?": str},
    "end_deployment": {"deployment": int, "valid_from?": str},
    "retire_model_version": {"model_version": _VERSION, "reason": str, "valid_from?": str},
    "assess_change": {"model_version": _VERSION, "status": str, "plan": str, "plan_digest?": str, "reason": str},
    "assess_environment": {
        "environment": str,
        "sbom_format": str,
        "sbom_digest": str,
        "source": str,
        "vulnerabilities": {"critical": int, "high": int, "medium": int, "low": int},
        "valid_from?": str,
    },
    "assess_features": {
        "model_version": _VERSION,
        "features": [{"feature": str, "measures": [str], "mitigation": str}],
        "reason": str,
    },
    "plan_monitoring": {
        "model_version": _VERSION,
        "plan": str,
        "plan_digest?": str,
        "review_by": str,
        "fallback?": str,
    },
    "declare_operator": {
        "place": str,
        "internal?": bool,
        "agreements?": [{"kind": str, "until?": str}],
        "valid_from?": str,
    },
    "override_gate": {"model_version": _VERSION, "evaluation": int, "reason": str, "until": str},
    "gate_evaluated": {
        "model_version": _VERSION,
        "verdict": str,
        "purpose": str,
        "place": str,
        "environment": str,
        "requester": {},
        "diseases?": [str],
        "policies_digest": str,
        "holds_until": str,
        "checks": [{"check": str, "outcome": str, "required?": bool}],
    },
    "request_approval": {
        "subject": {"model_version?": _VERSION, "snapshot?": _SNAPSHOT, "dataset?": _NAMED},
        "approval_kind": str,
        "expires_at?": str,
    },
    "decide_approval": {
        "request": int,
        "decision": str,
        "signer": {"printed_name?": str, "time_zone": str},
        "expires_at?": str,
        "conditions?": [str],
        "requires?": [str],
        "sign_in?": {"at": str, "components": [str]},
        "irb?": {"determination": str, "protocol": str, "continuing_review?": str},
    },
    "meet_condition": {"request": int, "text": str, "evidence": str},
    "request_access": _ASKED,
    "grant_access": {**_ASKED, "since?": str, "request?": int},
    "refuse_access": {"principal": str, "request": int, "reason": str},
    "end_grant": {"principal": str, "grant": int, "reason": str},
    "decide_access": {
        "principal": str,
        "action": str,
        "target": _ACCESS,
        "allowed": bool,
        "at": str,
        "circumstances?": {"purpose?": str, "diseases?": [str]},
        "refused?": {"kind": str, "valid_from?": str, "roles?": [str]},
    },
    "delegate_approvals": {"to": str, "approval_kinds": [str], "until": str, "reason": str},
}
_ADDED: dict[str, Shape] = {
    "seal_snapshot": {"job?": _NAMED},
    "register_model_version": {"job?": _NAMED},
    "release_model_version": {"artifact_digest?": str},
    "deploy_model_version": {"artifact_digest?": str},
    "roll_back_deployment": {"artifact_digest?": str, "place": str, "environment": str},
    "request_approval": {"digests": [{"of": str, "digest": str}], "dossier_digest?": str},
    "decide_approval": {"printed_name?": str, "key_id?": str},
}


def hold_body(kind: str, body: object) -> None:
    """Raise MalformedError, naming the place, where a body lacks what its kind of entry must have."""
    if kind.startswith("record."):
        name = kind.removeprefix("record.")
        record, added = _RECORDS.get(name, {}), _ADDED.get(name, {})
        _hold(body, {"record": record, "added": added, "authenticated": bool}, "")
    elif kind.startswith("openlineage."):
        _hold(body, {"event": _EVENT}, "")


def _hold(value: object, shape: Shape, at: str) -> None:
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise MalformedError(f"{at or 'it'} is no object")
        for name, inner in shape.items():
            member = name.removesuffix("?")
            if value.get(member) is not None:
                _hold(value[member], inner, f"{at}/{member}")
            elif member == name:
                raise MalformedError(f"{at}/{member} is missing")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise MalformedError(f"{at} is no list")
        for number, item in enumerate(value):
            _hold(item, shape[0], f"{at}/{number}")
    elif not isinstance(value, (int, float) if shape is float else shape) or isinstance(value, bool) != (shape is bool):
        raise MalformedError(f"{at} is no {_CALLED[shape]}")


Values = Mapping[str, Any]
Identity = tuple[str, str]
RunKey = tuple[str, str]
"""The full name of the job that a run executed, and the run's id: several jobs may run under one id."""
Order = tuple[int, int, str]
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC prints without an offset
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?"
    r" ?([Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?(?:\[[\w/+-]+\])?"
)
_RANK = {"START": 0, "RUNNING": 1, "OTHER": 2, "ABORT": 3, "FAIL": 4, "COMPLETE": 5}
RECORD_RANK = 5
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


def micros(text: str) -> int:
    """Return the UTC microseconds since 1970 of an RFC 3339 time, UTC where it names no zone; raise MalformedError."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise MalformedError(f"{text!r} is no time")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        days = date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError as error:
        raise MalformedError(f"{text!r} is no time") from error
    zone, offset = match[8], 0
    if zone is not None and zone[0] in "+-":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = (int(digits[:2]) * 60 + int(digits[2:])) * (-60 if zone[0] == "-" else 60)
    seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    return seconds * 1_000_000 + int((match[7] or "")[:6].ljust(6, "0"))


def ids_of_run(run: RunKey) -> set[str]:
    """Return the ids that a run may have in headers: of job and run, wherever its full name is divided, or, as earlier
    catalogs had it, of the run's id alone.
    """
    job, run_id = run
    places = (place for place, character in enumerate(job) if character == "/")
    return {node_id("Run", run_id), *(node_id("Run", job[:place], job[place + 1 :], run_id) for place in places)}


def stamp(at: int) -> str:
    """Return UTC microseconds as RFC 3339 with six decimals and Z, as the catalog writes every time."""
    return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="microseconds") + "Z"


@lru_cache(maxsize=65_536)
def node_id(label: str, *key: str) -> str:
    """Return a node's id in the graph: its label and 26 base32 characters of SHA-256 over label and key."""
    text = json.dumps([label, *key], ensure_ascii=False, separators=(",", ":"))
    bits = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:17], "big") >> 6
    return f"{label}:{''.join(_BASE32[bits >> shift & 31] for shift in range(125, -1, -5))}"


@dataclass(frozen=True)
class Record:
    """A principal's record whose body is disclosed: who wrote it, when, and what it says."""

    index: int
    kind: str
    actor: str
    recorded_at: str
    order: Order
    authenticated: bool
    content: Values
    added: Values

    @property
    def since(self) -> int:
        """Return from when it holds, in UTC microseconds."""
        return self.order[0]


@dataclass(frozen=True)
class Event:
    """An OpenLineage event whose body is disclosed."""

    index: int
    order: Order
    type: str
    run: str | None
    job: Identity | None
    run_facets: Values
    job_facets: Values
    inputs: tuple[Values, ...]
    outputs: tuple[Values, ...]
    about: tuple[Values, ...] = ()
    """The dataset of an event that is about a dataset alone."""

    @property
    def key(self) -> RunKey | None:
        """Return which run it is of, None where it is of none."""
        return None if self.run is None else ("" if self.job is None else full_name(self.job), self.run)

    @property
    def datasets(self) -> tuple[Values, ...]:
        """Return every dataset that it describes."""
        return (*self.inputs, *self.outputs, *self.about)

    @property
    def reads(self) -> frozenset[Identity]:
        """Return what it says that the run read, in its inputs or in facets that tell of lineage."""
        described = [facets_of(content) for content in self.outputs]
        holders = [facet_in(facets.get("lineage")) for facets in described]
        holders += [one for one in self.entries if one.get("type") == "DATASET" or is_job(one, self.job)]
        named = {one for holder in holders for one in datasets_fed(holder)}
        for facet in (facet_in(facets.get("columnLineage")) for facets in described):
            named |= set(whole_names([*fields_in(facet, "inputFields"), *objects_in(facet.get("dataset"))]))
        return frozenset(identities_in(self.inputs)) | named

    @property
    def writes(self) -> frozenset[Identity]:
        """Return what it says that the run wrote; a name that was given up by a RENAME was dropped."""
        given_up = {one for content in self.outputs for one in _given_up(facets_of(content))}
        stated = set(whole_names(one for one in self.entries if one.get("type") == "DATASET"))
        return frozenset(identities_in(self.outputs)) | given_up | stated

    @property
    def entries(self) -> list[Values]:
        """Return the entries of its job's lineage facet that say what feeds something."""
        return [one for one in objects_in(facet_in(self.job_facets.get("lineage")).get("entries")) if names_inputs(one)]


def facet_in(facet: object) -> Values:
    """Return the members of a facet, none where it is deleted or no object."""
    return facet if isinstance(facet, dict) and facet.get("_deleted") is not True else {}


def names_inputs(holder: Values) -> bool:
    """Return whether a lineage facet, or an entry of one, says what feeds something."""
    return isinstance(holder.get("inputs"), list) or isinstance(holder.get("fields"), dict)


def fields_in(holder: Values, member: str) -> list[Values]:
    """Return what all fields of a facet list in a member."""
    fields = holder.get("fields")
    parts = fields.values() if isinstance(fields, dict) else ()
    return [item for part in parts if isinstance(part, dict) for item in objects_in(part.get(member))]


def inputs_of(holder: Values) -> list[Values]:
    """Return what a lineage facet, or an entry of one, says feeds something, at the grain of datasets and fields."""
    return [*objects_in(holder.get("inputs")), *fields_in(holder, "inputs")]


def datasets_fed(holder: Values) -> Iterator[Identity]:
    """Yield the datasets among these inputs."""
    return whole_names(item for item in inputs_of(holder) if item.get("type") != "JOB")


def whole_names(items: Iterable[Values]) -> Iterator[Identity]:
    """Yield namespace and name of those of which neither is empty."""
    return (one for one in identities_in(items) if all(one))


def is_job(item: Values, own: Identity | None) -> bool:
    """Tell whether an item of a lineage facet is the job that sent it, which may leave its own name out."""
    if item.get("type") != "JOB":
        return False
    return not ("namespace" in item or "name" in item) or next(identities_in((item,)), None) == own


def streams(event: Event) -> bool:
    """Return whether an event says that its job is one that goes on: STREAMING or SERVICE (jobType)."""
    kind = event.job_facets.get("jobType")
    processing = text_in(kind.get("processingType")) if isinstance(kind, dict) else None
    return (processing or "").upper() in {"STREAMING", "SERVICE"}


_ENDS = ("ABORT", "FAIL", "COMPLETE")


class Attempt:
    """One execution of a run: the events from its START on, up to the START of the next."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.end = next((event for event in events if event.type in _ENDS), None)
        begun = events if self.end is None else events[: events.index(self.end)]
        start = next((event for event in begun if event.type == "START"), None)
        self.started = start is not None
        self.start = start or events[0]

    @property
    def state(self) -> str:
        """Return how it ended first, or that it runs."""
        return "RUNNING" if self.end is None else self.end.type


def attempts_of(events: Sequence[Event]) -> list[Attempt]:
    """Return the executions under one run id, of its events in order.

    A START after an end begins another, unless none was before that end and none but another START comes next: a clock
    put it late.
    """
    begins = [0]
    for place, event in enumerate(events):
        before = [each.type for each in events[begins[-1] : place]]
        if event.type == "START" and any(kind in _ENDS for kind in before):
            later = next((each.type for each in events[place + 1 :] if each.type in (*_ENDS, "START")), "START")
            if "START" in before or later != "START":
                begins.append(place)
    return [Attempt(events[begin:end]) for begin, end in zip(begins, [*begins[1:], len(events)], strict=True)]


class Access:
    """What the events of one run say that it read and wrote, by the ids of the datasets, and by which entry first."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.reads: set[str] = set()
        self.writes: set[str] = set()
        self.first: dict[str, int] = {}
        self.written: dict[str, list[int]] = {}
        """By which entries it wrote a dataset, in the order of the events."""
        self.versions: dict[str, set[str]] = {}
        """The ids of the states that its inputs name, by dataset."""
        for event in events:
            reads = {node_id("Dataset", *one) for one in event.reads}
            writes = {node_id("Dataset", *one) for one in event.writes}
            self.reads |= reads
            self.writes |= writes
            for id_ in writes:
                self.written.setdefault(id_, []).append(event.index)
            for id_ in reads | writes:
                self.first[id_] = min(event.index, self.first.get(id_, event.index))
            for content in event.inputs:
                name = identity_of(content)
                named = {node_id("Snapshot", *name, version) for version in versions_in(facets_of(content))}
                self.versions.setdefault(node_id("Dataset", *name), set()).update(named)


def event_in(index: int, content: Values, recorded: int, tie: str) -> Event:
    """Return what the body of an event says; one that is dated after it was recorded is of then (microseconds)."""
    at = content.get("eventTime")
    try:
        since = min(micros(at), recorded) if isinstance(at, str) else recorded
    except MalformedError:
        since = recorded
    run, job = content.get("run"), content.get("job")
    kind = content.get("eventType")
    type_ = kind.strip().upper() if isinstance(kind, str) else ""
    type_ = type_ if type_ in _RANK else "OTHER"
    is_run = isinstance(run, dict)
    return Event(
        index=index,
        order=(since, _RANK[type_] if is_run else RECORD_RANK, tie),
        type=type_ if is_run else "",
        run=run["runId"] if isinstance(run, dict) else None,
        job=identity_of(job) if isinstance(job, dict) else None,
        run_facets=facets_of(run) if isinstance(run, dict) else {},
        job_facets=facets_of(job) if isinstance(job, dict) else {},
        inputs=tuple(objects_in(content.get("inputs"))),
        outputs=tuple(objects_in(content.get("outputs"))),
        about=() if is_run or isinstance(job, dict) else tuple(objects_in([content.get("dataset")])),
    )


def ids_in(value: object) -> Iterator[tuple[str, Identity]]:
    """Yield the ids of every dataset and snapshot that a body names, at whatever depth, each with its dataset."""
    if isinstance(value, dict):
        for dataset in identities_in((value,)):
            yield node_id("Dataset", *dataset), dataset
            for version in versions_in(facets_of(value)):
                yield node_id("Snapshot", *dataset, version), dataset
        if isinstance(value.get("dataset"), dict) and isinstance(value.get("digest"), str):
            for dataset in identities_in((value["dataset"],)):
                yield node_id("Snapshot", *dataset, value["digest"]), dataset
        for item in value.values():
            yield from ids_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from ids_in(item)


def datasets_of(source: Event | Record) -> Iterator[Identity]:
    """Yield every dataset that an event or a record makes known, some more than once."""
    if isinstance(source, Record):
        yield from datasets_of_record(source.content)
        if source.kind in {"stitch_datasets", "unstitch_datasets"}:
            yield from identities_in((source.content["same_as"],))
        return
    yield from _named(source.job_facets.get("lineage"))
    for content in source.datasets:
        yield from identities_in((content,))
        facets = facets_of(content)
        yield from _given_up(facets)
        for name in ("symlinks", "lineage", "columnLineage"):
            yield from _named(facets.get(name))


def datasets_of_record(value: object) -> Iterator[Identity]:
    """Yield every dataset that a record names as such, at whatever depth."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from (
                identities_in((item,)) if name == "dataset" and isinstance(item, dict) else datasets_of_record(item)
            )
    elif isinstance(value, list):
        for item in value:
            yield from datasets_of_record(item)


def _given_up(facets: Values) -> Iterator[Identity]:
    change = facets.get("lifecycleStateChange")
    if isinstance(change, dict) and (text_in(change.get("lifecycleStateChange")) or "").upper() == "RENAME":
        previous = change.get("previousIdentifier")
        yield from identities_in((previous,)) if isinstance(previous, dict) else ()


def _named(facet: object) -> Iterator[Identity]:
    """Yield every dataset that a facet about lineage names, at whatever depth."""
    if isinstance(facet, dict):
        yield from identities_in((facet,))
        for item in facet.values():
            yield from _named(item)
    elif isinstance(facet, list):
        for item in facet:
            yield from _named(item)


def identities_in(content: Iterable[Values]) -> Iterator[Identity]:
    """Yield namespace and name of those that have both."""
    for one in content:
        namespace, name = one.get("namespace"), one.get("name")
        if isinstance(namespace, str) and isinstance(name, str):
            yield namespace, name


def columns_of(schema: Values) -> dict[str, str | None]:
    """Return the types of the columns of a schema facet by their addresses; the element of an array is `[]`."""
    found: dict[str, str | None] = {}
    for path, kind in _columns(schema, "", 0):
        found.setdefault(path, kind)
    return found


def _columns(holder: Values, above: str, depth: int) -> Iterator[tuple[str, str | None]]:
    for each in objects_in(holder.get("fields")) if depth <= 20 else ():  # noqa: PLR2004 - as deep as a schema is read
        name = text_in(each.get("name"))
        if name is not None:
            path = address_of(f"{above}.{name}") if above else name
            yield path, text_in(each.get("type"))
            yield from _columns(each, path, depth + 1)


def address_of(name: str) -> str:
    """Return the address of a column: its name, with `[]` for the elements of an array."""
    head, *rest = name.split(".")
    return head + "".join("[]" if part == "_element" else f".{part}" for part in rest)


def identity_of(content: Values) -> Identity:
    """Return namespace and name of a dataset, job or model."""
    return content["namespace"], content["name"]


def full_name(content: Values | Identity) -> str:
    """Return namespace and name as the report prints them."""
    return "/".join(content) if isinstance(content, tuple) else f"{content.get('namespace')}/{content.get('name')}"


def facets_of(content: Values) -> Values:
    """Return the facets of a dataset in an event, none where it has no object of them."""
    found = content.get("facets")
    return found if isinstance(found, dict) else {}


def io_facets_of(content: Values) -> Values:
    """Return the facets of a dataset as this run's input or output."""
    found = content.get("inputFacets" if "inputFacets" in content else "outputFacets")
    return found if isinstance(found, dict) else {}


def versions_in(facets: Values) -> Iterator[str]:
    """Yield the states that facets of a dataset name: its store's own version, the product's digest."""
    for facet, member in (("version", "datasetVersion"), ("lineward_snapshot", "digest")):
        found = facets.get(facet)
        version = text_in(found.get(member)) if isinstance(found, dict) else None
        if version is not None:
            yield version


def texts_in(value: object) -> Iterator[str]:
    """Yield every text in a JSON value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


def optional_micros(text: str | None) -> int | None:
    """Return the UTC microseconds of a time that may be left out."""
    return None if text is None else micros(text)


def objects_in(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list; none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_in(value: object) -> str | None:
    """Return a text with something in it, None for anything else."""
    return value if isinstance(value, str) and value else None


_DATE_KEYS = ("year", "month", "day", "hour", "date", "dt", "ds")
_DATED = {"yyyy": "[12][0-9]{3}", "MM": "[01][0-9]", "dd": "[0-3][0-9]", "HH": "[0-2][0-9]"}
_MOST_STEPS = 64


class Pointer(NamedTuple):
    """That a name points to a dataset from a time on, and until when whoever says so lists it."""

    order: Order
    target: str
    until: int | None
    entry: int


class Renamed(NamedTuple):
    """That a run renamed a dataset: when that took effect, from which name, to which, by which entry."""

    at: int
    old: str
    new: str
    entry: int


@dataclass
class Names:
    """The names of the datasets that the bodies name, by the ids of their nodes, as they were known by an entry."""

    events: Sequence[Event]
    records: Sequence[Record]
    valid_at: int
    identities: dict[str, Identity] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    """By name the first entry that says anything of it."""
    renamed: list[Renamed] = field(default_factory=list)
    joined: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what decides."""
        events, records = self.events, self.records
        every: list[Event | Record] = [*events, *records]
        for each in sorted(every, key=lambda one: one.index):
            for dataset in datasets_of(each):
                self.identities[node_id("Dataset", *dataset)] = dataset
                self.first.setdefault(node_id("Dataset", *dataset), each.index)
        apart = self._join(records)
        self._pointers = _pointers(events, apart)
        self._rules = _rules(records)
        self.renamed = sorted(self._renamed(events))
        self._resolved: dict[int, dict[str, str]] = {}
        self._times = sorted(
            {one.order[0] for some in self._pointers.values() for one in some}
            | {one.until for some in self._pointers.values() for one in some if one.until is not None}
            | {at for stated in self._rules.values() for at, _ in stated}
        )
        renamings = {pair for event in events for pair in renamings_in(event)}
        self._components = self._connected(apart, ((one.old, one.new) for one in self.renamed))
        self._ever = self._connected(apart, renamings)
        self._ruled = self._under_rules()

    def _join(self, records: Iterable[Record]) -> set[frozenset[str]]:
        """Note which two are joined, and return which are held apart: the newest record of a pair decides."""
        pairs: dict[frozenset[str], tuple[int, str, str, bool]] = {}
        for record in records:
            if record.kind in {"stitch_datasets", "unstitch_datasets"}:
                one, other = (node_id("Dataset", *identity_of(record.content[end])) for end in ("dataset", "same_as"))
                candidate = record.index, one, other, record.kind == "unstitch_datasets"
                pairs[frozenset((one, other))] = max(candidate, pairs.get(frozenset((one, other)), candidate))
        self.joined = {(one, other): entry for entry, one, other, parts in pairs.values() if not parts}
        return {pair for pair, (*_, parts) in pairs.items() if parts}

    def _renamed(self, events: Sequence[Event]) -> Iterator[Renamed]:
        every: dict[Any, list[Event]] = {}
        for event in sorted(events, key=lambda one: (one.order, one.index)):
            if event.key is not None and event.order[0] <= self.valid_at:
                every.setdefault(event.key, []).append(event)
        for event in events:
            for old, new in renamings_in(event):
                at = _takes_effect(event, attempts_of(every[event.key])) if event.key in every else None
                if at is not None:
                    yield Renamed(at, old, new, event.index)

    def _connected(
        self, apart: Iterable[frozenset[str]], renamed: Iterable[tuple[str, str]]
    ) -> dict[str, frozenset[str]]:
        """Return by name all names that were ever connected with it, given which were renamed."""
        pairs = [(name, one.target) for name, some in self._pointers.items() for one in some]
        pairs += [*self.joined, *((min(pair), max(pair)) for pair in apart)]
        pairs += renamed
        for rules in self._rule_sets():
            first: dict[Identity, str] = {}
            for id_, identity in self.identities.items():
                pairs.append((first.setdefault(normal(identity, rules), id_), id_))
        groups = _Groups((*self.identities, *(one for pair in pairs for one in pair)))
        for one, other in pairs:
            groups.join(one, other)
        return groups.members()

    def _rule_sets(self) -> list[list[Values]]:
        times = sorted({at for stated in self._rules.values() for at, _ in stated})
        return [self._rules_at(at) for at in times]

    def _rules_at(self, at: int) -> list[Values]:
        """Return the rules that hold at a time: what was first said of a rule holds before as well."""
        found = []
        for stated in self._rules.values():
            place = max(bisect_right([since for since, _ in stated], at) - 1, 0)
            found += [rule for rule in (stated[place][1],) if rule is not None]
        return found

    def _under_rules(self) -> set[str]:
        """Return the names that a rule joins at any time to another, and those connected with such."""
        found: set[str] = set()
        for rules in self._rule_sets():
            forms: dict[Identity, list[str]] = {}
            for id_, identity in self.identities.items():
                forms.setdefault(normal(identity, rules), []).append(id_)
            for several in forms.values():
                if len(several) > 1:
                    found.update(one for each in several for one in self._components[each])
        return found

    @property
    def moments(self) -> list[int]:
        """Return a time of each span in which all names stand for one and the same."""
        return [self._times[0] - 1, *self._times] if self._times else [self.valid_at]

    @property
    def last_index(self) -> int:
        """Return the newest of the entries that count."""
        return max([-1, *(one.index for one in self.events), *(one.index for one in self.records)])

    def names(self, name: str) -> frozenset[str]:
        """Return every name that was ever connected with this one, itself included."""
        return self._components.get(name, frozenset((name,)))

    def ever(self, name: str) -> frozenset[str]:
        """Return the names as `names`, and those to which a run was only said to rename it: labels flow over all."""
        return self._ever.get(name, frozenset((name,)))

    def resolve(self, name: str, at: int) -> str:
        """Return the dataset that the name stood for at a time."""
        if len(self.names(name)) == 1:
            return name
        epoch = bisect_right(self._times, at)
        if epoch not in self._resolved:
            self._resolved[epoch] = self._stood(at)
        return self._resolved[epoch].get(name, name)

    def together(self, name: str, at: int) -> list[str]:
        """Return every name that stood for the same dataset at a time."""
        return sorted(one for one in self.names(name) if self.resolve(one, at) == self.resolve(name, at))

    def belongs(self, name: str, stated_at: int, at: int) -> str:
        """Return the dataset to which belongs what was said under a name at one time, as it is called at another."""
        dataset, since = self.resolve(name, stated_at), stated_at
        for _ in range(len(self.renamed) + 1):
            moved = [
                (one.at, self.resolve(one.new, one.at))
                for one in self.renamed
                if since < one.at <= at and self.resolve(one.old, one.at - 1) == dataset
            ]
            if not moved:
                break
            since, dataset = min(moved)
        return dataset

    def owners(self, name: str, stated_at: int, *, personal: bool) -> set[str]:
        """Return the datasets to which belongs what was said of a name at a time, as they are called now.

        What people say counts also for what the name means at present, but where it went along with a renaming.
        """
        then = self.belongs(name, stated_at, self.valid_at)
        if personal and then == self.resolve(name, stated_at):
            return {then, self.resolve(name, self.valid_at)}
        return {then}

    def dataset(self, name: str) -> str:
        """Return the dataset that the name stands for at the report's time."""
        return self.resolve(name, self.valid_at)

    def title(self, name: str, identity: Identity) -> str:
        """Return the full name under which the dataset of a name is shown."""
        return "/".join(self.identities.get(self.dataset(name), identity))

    def folds_case(self, dataset: str) -> bool:
        """Return whether columns of a dataset are one whatever the case of their letters."""
        namespace = self.identities.get(dataset, ("", ""))[0]
        rules = self._rules_at(self.valid_at)
        return any(one["rule_kind"] == "FOLD_CASE" for one in _held(namespace, rules))

    def others(self, dataset: str) -> dict[str, tuple[str, int | None, int | None]]:
        """Return the other names of a dataset now: why, since when and by which entry."""
        at, shown = self.valid_at, self.dataset(dataset)
        found: dict[str, tuple[str, int | None, int | None]] = {}
        for one in self.renamed:
            if one.at <= at and self.belongs(one.old, one.at - 1, at) == shown:
                found[one.old] = "FORMER", one.at, one.entry
        for name in self.together(dataset, at):
            begun = [one for one in self._pointers.get(name, ()) if one.order[0] <= at]
            begun = begun or self._pointers.get(name, [])[:1]
            stitch = next((entry for pair, entry in sorted(self.joined.items()) if name in pair), None)
            if begun:
                since = begun[-1]
                for pointer in reversed(begun):
                    if pointer.target != since.target:
                        break
                    since = pointer
                found[name] = "SYMLINK", since.order[0], since.entry
            elif stitch is not None:
                found[name] = "STITCH", None, stitch
            else:
                found[name] = "RULE" if name in self._ruled else "SYMLINK", None, None
        found.pop(shown, None)
        return found

    def _stood(self, at: int) -> dict[str, str]:
        """Return what every name stood for: pointers first, then what rules and stewards take for one."""
        rules = self._rules_at(at)
        every = set(self._components)
        roots = {name: self._pointed(name, at) for name in every}
        groups = _Groups(roots.values())
        forms: dict[Identity, str] = {}
        for name in sorted(self._ruled & self.identities.keys()) if rules else ():
            groups.join(forms.setdefault(normal(self.identities[name], rules), roots[name]), roots[name])
        for one, other in self.joined:
            groups.join(roots[one], roots[other])
        aims = {roots[other] for _, other in self.joined} - {roots[one] for one, _ in self.joined}
        chosen: dict[str, str] = {}
        for root, members in groups.members().items():
            of = rules if root in self._ruled else []
            chosen[root] = min(members, key=lambda one: (one not in aims, self._preference(one, of)))
        return {name: chosen[root] for name, root in roots.items()}

    def _preference(self, name: str, rules: Collection[Values]) -> tuple[bool, bool, Identity]:
        namespace, text = self.identities.get(name, ("", name))
        common = normal((namespace, text), rules)
        letters = {
            one.get("letters")
            for one in rules
            if one["rule_kind"] == "FOLD_CASE" and covers(one["namespace"], namespace)
        }
        spelled = (text.upper() if "UPPER" in letters else text.lower()) if letters else text
        is_whole = text.rstrip("/").casefold() == common[1].rstrip("/").casefold() and namespace == common[0]
        return not is_whole, text != spelled, (namespace, text)

    def _pointed(self, name: str, at: int) -> str:
        seen: list[str] = []
        while name not in seen:
            seen.append(name)
            target = _target(self._pointers.get(name, ()), at)
            if target is None or target == name:
                return name
            name = target
        return min(seen[seen.index(name) :])


def _target(pointers: Sequence[Pointer], at: int) -> str | None:
    """Return where a name points at a time: as newest said by then, else as first said; nowhere once that ended."""
    begun = [one for one in pointers if one.order[0] <= at]
    if not begun:
        return pointers[0].target if pointers else None
    target = begun[-1].target
    live = any(one.target == target and (one.until is None or one.until > at) for one in begun)
    return target if live else None


def _pointers(events: Sequence[Event], apart: Collection[frozenset[str]]) -> dict[str, list[Pointer]]:
    """Return by name where it points, in order: each name in a symlinks facet points to the dataset that carries it,
    until a later facet of the same job does not list it, or one is deleted.
    """
    listings: list[tuple[Order, int, Identity | None, str, set[str] | None]] = []
    for event in events:
        for content, order in _mentioned(event):
            facet = facets_of(content).get("symlinks")
            if isinstance(facet, dict):
                listed = {node_id("Dataset", *one) for one in symlinks_in(facet)}
                carrier = node_id("Dataset", *identity_of(content))
                listings.append((order, event.index, event.job, carrier, _unless_deleted(facet, listed)))
    found: dict[str, list[Pointer]] = {}
    listings.sort(key=lambda one: one[:2])
    for order, entry, job, carrier, names in listings:
        for name in (names or set()) - {carrier}:
            if frozenset((name, carrier)) in apart:
                continue
            ends = [
                one[0][0]
                for one in listings
                if one[3] == carrier and one[0] > order and (one[4] is None or (one[2] == job and name not in one[4]))
            ]
            found.setdefault(name, []).append(Pointer(order, carrier, min(ends, default=None), entry))
    return {name: sorted(some, key=lambda one: (one.order, one.target, one.until or 0)) for name, some in found.items()}


def _mentioned(event: Event) -> Iterator[tuple[Values, Order]]:
    """Yield every dataset of an event, with the order of what is said of it: a second mention comes after the first."""
    for several in (event.inputs, event.outputs, event.about):
        seen: dict[Identity, int] = {}
        for content in several:
            times = seen[identity_of(content)] = seen.get(identity_of(content), -1) + 1
            since, rank, tie = event.order
            yield content, (since, rank, f"{tie}.{times:06}" if times else tie)


def _unless_deleted(facet: Values, listed: set[str]) -> set[str] | None:
    return None if facet.get("_deleted") is True else listed


def symlinks_in(facet: Values) -> Iterator[Identity]:
    """Yield the names that a symlinks facet lists."""
    yield from identities_in(objects_in(facet.get("identifiers")))


def renamings_in(event: Event) -> Iterator[tuple[str, str]]:
    """Yield the ids of the names, old and new, of each dataset that an event says its run renamed."""
    for content in event.outputs if event.run is not None else ():
        change = facets_of(content).get("lifecycleStateChange")
        kind = text_in(change.get("lifecycleStateChange")) if isinstance(change, dict) else None
        previous = change.get("previousIdentifier") if isinstance(change, dict) else None
        before = identities_in((previous,)) if isinstance(previous, dict) else ()
        for one in before if (kind or "").upper() == "RENAME" else ():
            yield node_id("Dataset", *one), node_id("Dataset", *identity_of(content))


def _takes_effect(event: Event, attempts: Sequence[Attempt]) -> int | None:
    """Return when what an event says of an output takes effect, None where its attempt did not complete."""
    own = [one for one in attempts if one.events[0].order <= event.order] or list(attempts[:1])
    if any(streams(each) for one in attempts for each in one.events):
        return event.order[0]
    attempt = own[-1]
    if attempt.end is None or attempt.state != "COMPLETE":
        return None
    return max(event.order[0], attempt.end.order[0])


def _rules(records: Sequence[Record]) -> dict[str, list[tuple[int, Values | None]]]:
    """Return what was said of each rule over time, None where it ended; what was withdrawn later was never said."""
    by_rule: dict[str, list[Record]] = {}
    for record in records:
        if record.kind in {"define_namespace_rule", "end_namespace_rule"}:
            by_rule.setdefault(record.content["rule"], []).append(record)
    found: dict[str, list[tuple[int, Values | None]]] = {}
    for name, some in sorted(by_rule.items(), key=lambda one: node_id("NamespaceRule", one[0])):
        withdrawn = max((one.index for one in some if one.content.get("never_held")), default=-1)
        kept = sorted((one for one in some if one.index > withdrawn), key=lambda one: one.order)
        stated = [(one.since, one.content if one.kind == "define_namespace_rule" else None) for one in kept]
        if any(rule is not None for _, rule in stated):
            found[name] = stated
    return found


def covers(pattern: str, namespace: str) -> bool:
    """Return whether a rule's namespace is this one: it itself, or its beginning and an asterisk."""
    return namespace.startswith(pattern[:-1]) if pattern.endswith("*") else namespace == pattern


def normal(identity: Identity, rules: Collection[Values]) -> Identity:
    """Return what all spellings of a name have in common under the rules."""
    namespace, text = identity
    held = _held(namespace, rules)
    kinds = {one["rule_kind"] for one in held}
    for rule in sorted(held, key=_written):
        if rule["rule_kind"] == "DATE_PARTITIONS":
            text = _undated(text, rule)
    if "TRAILING_SLASH" in kinds:
        text = text.rstrip("/") or text
    return _namespaces(namespace, rules)[-1], text.casefold() if "FOLD_CASE" in kinds else text


def _written(rule: Values) -> tuple[str, str]:
    keys = rule.get("keys") or ()
    return f"{rule['namespace']!r} {tuple(keys)!r}", repr(rule.get("pattern"))


def _held(namespace: str, rules: Collection[Values]) -> list[Values]:
    spaces = _namespaces(namespace, rules)
    return [rule for rule in rules if any(covers(rule["namespace"], space) for space in spaces)]


def _namespaces(namespace: str, rules: Collection[Values]) -> list[str]:
    """Return the namespace and those that it is the same as, the one that stands for all of them last."""
    passed = [namespace]
    while len(passed) < _MOST_STEPS:
        following = sorted(after for rule in rules for after in _next(passed[-1], rule))
        if not following:
            return passed
        if following[0] in passed:
            return [*passed, min(passed[passed.index(following[0]) :])]
        passed.append(following[0])
    return passed


def _next(namespace: str, rule: Values) -> Iterator[str]:
    if covers(rule["namespace"], namespace):
        if rule["rule_kind"] == "SAME_NAMESPACE" and rule.get("same_as") not in {namespace, None}:
            yield rule["same_as"]
        elif rule["rule_kind"] == "DEFAULT_PORT" and namespace.endswith(f":{rule.get('port')}"):
            yield namespace.removesuffix(f":{rule.get('port')}")


def _undated(text: str, rule: Values) -> str:
    pattern = rule.get("pattern")
    if pattern is not None:
        parts = re.split(r"\{(yyyy|MM|dd|HH)\}", pattern)
        found = "".join(_DATED[one] if place % 2 else re.escape(one) for place, one in enumerate(parts))
        after = re.sub(rf"{'' if parts[0] else '(?<![0-9A-Za-z])'}{found}(?![0-9A-Za-z])", "", text)
    else:
        keys = {key.casefold() for key in rule.get("keys") or _DATE_KEYS}
        kept = (one for one in text.split("/") if "=" not in one or one.partition("=")[0].casefold() not in keys)
        after = "/".join(kept)
    if after == text:
        return text.rstrip("/") or text
    return re.sub(r"(?<![:/])/{2,}", "/", after).rstrip("/") or text


class _Groups:
    """Which things are one, from the pairs that are."""

    def __init__(self, members: Iterable[str]) -> None:
        self._group = {one: {one} for one in members}

    def join(self, one: str, other: str) -> None:
        first, second = self._group[one], self._group[other]
        if first is not second:
            first |= second
            self._group.update(dict.fromkeys(second, first))

    def members(self) -> dict[str, frozenset[str]]:
        """Return by thing all that are one with it."""
        frozen = {id(group): frozenset(group) for group in self._group.values()}
        return {one: frozen[id(group)] for one, group in self._group.items()}


_NO_ASPECTS = frozenset({"dataset", "policy_label"})
"""Members of a declaration that say nothing by themselves: what a label says stands beside it."""
Declarations = dict[str, tuple[Record, Any]]
"""What is declared of a dataset: aspect to the record that declares it, and the value."""


@dataclass
class Disclosed:
    """Everything that the disclosed bodies say, as far as it was valid at the report's time."""

    entries: Sequence[Entry]
    valid_at: int
    records: list[Record] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    later: list[Event | Record] = field(default_factory=list)
    """What is valid only after the report's time: it decides which names are one, and nothing else."""
    definitions: list[Record] = field(default_factory=list)
    """What principals were defined to be, whenever that holds."""
    withheld: set[int] = field(default_factory=set)
    unread: dict[int, str] = field(default_factory=dict)
    """Why a body that is disclosed could not be read: a later catalog wrote it, since it fits its entry's digest."""
    bodies: dict[int, Any] = field(default_factory=dict)
    _declared: dict[tuple[int | None, int | None], dict[str, list[Record]]] = field(default_factory=dict)
    _accesses: dict[RunKey, Access] = field(default_factory=dict)
    _named: dict[tuple[int, int | None], Names] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the bodies; one that cannot be read counts as withheld too."""
        for entry in self.entries:
            if entry.body is None:
                self.withheld.add(entry.index)
                continue
            try:
                body = values_of(entry.body.encode())
                hold_body(entry.kind, body)
                self._read(entry, body)
                self.bodies[entry.index] = body
            except (NotAReportError, MalformedError) as error:
                self.withheld.add(entry.index)
                self.unread[entry.index] = str(error)
        self.records.sort(key=lambda each: (each.order, each.index))
        self.events.sort(key=lambda each: (each.order, each.index))

    def _read(self, entry: Entry, body: Any) -> None:  # noqa: ANN401 - any JSON value
        recorded = micros(entry.recorded_at)
        tie = hashlib.sha256((entry.body or "").encode()).hexdigest()[:16]
        if entry.kind.startswith("record."):
            content = body["record"]
            since = min(recorded, micros(content["valid_from"])) if content.get("valid_from") else recorded
            kind = entry.kind.removeprefix("record.")
            order = since, RECORD_RANK, tie
            proven, added = body["authenticated"], body["added"]
            record = Record(entry.index, kind, entry.actor, entry.recorded_at, order, proven, content, added)
            if since <= self.valid_at:
                self.records.append(record)
            else:
                self.later.append(record)
            if kind == "define_principal":
                self.definitions.append(record)
        elif entry.kind.startswith("openlineage."):
            event = event_in(entry.index, body["event"], recorded, tie)
            if event.order[0] <= self.valid_at:
                self.events.append(event)
            else:
                self.later.append(event)

    def of(self, kind: str, fits: Callable[[Values], bool] = lambda _: True) -> list[Record]:
        """Return the records of a kind that fit, the oldest first."""
        return [each for each in self._by_kind.get(kind, ()) if fits(each.content)]

    @cached_property
    def later_records(self) -> list[Record]:
        """Return the records that are valid only after the report's time."""
        return [each for each in self.later if isinstance(each, Record)]

    def of_snapshot(self, kind: str, dataset: Identity, digest: str) -> list[Record]:
        """Return the records of a kind about a snapshot, by the name under which they know its dataset, and digest."""
        return self._by_snapshot.get((kind, dataset, digest), [])

    @cached_property
    def people(self) -> dict[str, Record]:
        """Return the newest definition of each principal."""
        return {each.content["principal"]: each for each in self.of("define_principal")}

    def definition(self, principal: str, before: int) -> Record | None:
        """Return what defined a principal when an entry was written: the newest definition of an earlier entry."""
        earlier = self.of("define_principal", lambda content: content["principal"] == principal)
        return max((each for each in earlier if each.index < before), key=lambda each: each.index, default=None)

    def actor(self, record: Record) -> dict[str, Any]:
        """Return who a record is by, as a report shows it."""
        known = self.people.get(record.actor)
        return {
            "id": record.actor,
            "authenticated": record.authenticated,
            **({} if known is None else {"name": known.content["display_name"], "entry": known.index}),
        }

    def defined(self, principal: str, index: int) -> Record | None:
        """Return the newest definition of a principal before an entry."""
        before = [one for one in self.definitions if one.content["principal"] == principal and one.index < index]
        return max(before, key=lambda one: one.index, default=None)

    def declared(self, dataset: str, *, last: int | None = None, valid_at: int | None = None) -> list[Record]:
        """Return the declarations of a dataset by the id of its node, under whatever name, the oldest first.

        With `last`, as it was known by that entry and at its time; with `valid_at`, as it held then.
        """
        names = self.names(self._time_of(last) if valid_at is None else valid_at, last)
        if names.first.get(dataset, 0) > (names.last_index if last is None else last):
            return []
        if (valid_at, last) not in self._declared:
            found = self._declared[valid_at, last] = {}
            for each in self.of("declare_dataset"):
                if (last is None or each.index <= last) and each.since <= names.valid_at:
                    name = node_id("Dataset", *identity_of(each.content["dataset"]))
                    for owner in names.owners(name, each.since, personal=True):
                        found.setdefault(owner, []).append(each)
        return self._declared[valid_at, last].get(names.dataset(dataset), [])

    def declarations(self, dataset: str, last: int | None = None, valid_at: int | None = None) -> Declarations:
        """Return what is declared of a dataset, as `declared`: aspect to the newest record and its value."""
        found: Declarations = {}
        for each in self.declared(dataset, last=last, valid_at=valid_at):
            found |= {aspect: (each, value) for aspect, value in each.content.items() if aspect not in _NO_ASPECTS}
        return found

    def inherited(self, own: Declarations, last: int | None = None) -> Declarations:
        """Return what is declared of a dataset with what holds of it by its source, where itself says nothing else."""
        source = supplier(own)
        at = self.names(self._time_of(last), last).valid_at
        found: Declarations = {}
        records = [
            each
            for kind in ("declare_source", "end_source")
            for each in self.of(kind, lambda it: it["source"] == source)
        ]
        for each in sorted(records, key=lambda each: (each.order, each.index)):
            if (last is not None and each.index > last) or each.since > at:
                continue
            if each.kind == "end_source":
                found.clear()
            else:
                found |= {aspect: (each, value) for aspect, value in each.content.items() if aspect != "source"}
        if "source_kind" in found:
            record, kind = found.pop("source_kind")
            found["source_system"] = record, {"name": source, "kind": kind}
        return found | own

    def source_ends(self, *named: Declarations) -> set[int]:
        """Return the entries that ended a source of a dataset, given what is declared of it at some points."""
        sources = {supplier(own) for own in named}
        return {each.index for each in self.of("end_source", lambda content: content["source"] in sources)}

    def declared_version(self, dataset: str, at: int | None) -> Record | None:
        """Return the record that declared the schema version of a dataset in force at a time."""
        held = self.declarations(dataset, valid_at=at).get("schema_version")
        return None if held is None else held[0]

    def names_at(self, last: int) -> Names:
        """Return the names as they were known by an entry, at its time."""
        return self.names(self._time_of(last), last)

    def _time_of(self, last: int | None) -> int | None:
        return next((micros(entry.recorded_at) for entry in self.entries if entry.index == last), None)

    def names(self, valid_at: int | None = None, last: int | None = None) -> Names:
        """Return the names of datasets at a valid time, by default the report's, as known by the entry `last`."""
        place = self.valid_at if valid_at is None else valid_at, last
        if place not in self._named:
            every = [one for one in (*self.events, *self.records, *self.later) if last is None or one.index <= last]
            events = [one for one in every if isinstance(one, Event)]
            self._named[place] = Names(events, [one for one in every if isinstance(one, Record)], place[0])
        return self._named[place]

    def run(self, run: RunKey) -> list[Event]:
        """Return the events of a run, in order."""
        return self._by_run.get(run, [])

    def access(self, run: RunKey) -> Access:
        """Return what a run's events say that it read and wrote."""
        if run not in self._accesses:
            self._accesses[run] = Access(self.run(run))
        return self._accesses[run]

    @cached_property
    def _by_kind(self) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for each in self.records:
            found.setdefault(each.kind, []).append(each)
        return found

    @cached_property
    def _by_snapshot(self) -> dict[tuple[str, Identity, str], list[Record]]:
        found: dict[tuple[str, Identity, str], list[Record]] = {}
        for kind in ("seal_snapshot", "verify_snapshot"):
            for each in self.of(kind):
                place = kind, identity_of(each.content["dataset"]), each.content["digest"]
                found.setdefault(place, []).append(each)
        return found

    @cached_property
    def _by_run(self) -> dict[RunKey, list[Event]]:
        found: dict[RunKey, list[Event]] = {}
        for each in self.events:
            if each.key is not None:
                found.setdefault(each.key, []).append(each)
        return found

    @cached_property
    def makers(self) -> dict[tuple[Identity, str], set[RunKey]]:
        """Return the runs whose events say that they wrote a dataset, by the name that they use, in a version."""
        found: dict[tuple[Identity, str], set[RunKey]] = {}
        for run, events in self._by_run.items():
            for content in (content for event in events for content in event.outputs):
                for version in (*versions_in(facets_of(content)), *versions_in(io_facets_of(content))):
                    found.setdefault((identity_of(content), version), set()).add(run)
        return found

    @cached_property
    def made(self) -> set[str]:
        """Return the ids of the snapshots of which an event or a seal names the run that made them."""
        made = {node_id("Snapshot", *dataset, version) for dataset, version in self.makers}
        return made | self.sealed_by_runs.keys()

    @cached_property
    def sealed_by_runs(self) -> dict[str, set[int]]:
        """Return the seals that name the run that made a snapshot, by its id."""
        found: dict[str, set[int]] = {}
        for one in self.of("seal_snapshot"):
            if one.content.get("run_id") is not None:
                id_ = node_id("Snapshot", *identity_of(one.content["dataset"]), one.content["digest"])
                found.setdefault(id_, set()).add(one.index)
        return found

    @cached_property
    def touched(self) -> set[str]:
        """Return the ids of the datasets that an event says were read or written, as they are called now."""
        names = self.names()
        return {
            names.belongs(node_id("Dataset", *identity_of(content)), event.order[0], self.valid_at)
            for event in self.events
            for content in (*event.inputs, *event.outputs)
        }

    @cached_property
    def by_name(self) -> dict[str, set[Identity]]:
        """Return the datasets that bodies name, by their full names, which two may share."""
        found: dict[str, set[Identity]] = {}
        for dataset in self.identities.values():
            found.setdefault("/".join(dataset), set()).add(dataset)
        return found

    def shown_as(self, name: object) -> str:
        """Return the id of the dataset that is shown by a full name, which itself where no body names it."""
        found = self.by_name.get(str(name))
        return node_id("Dataset", *min(found)) if found else str(name)

    def title(self, dataset: Identity) -> str:
        """Return the full name under which a dataset is shown that a record or event calls by a name."""
        return self.names().title(node_id("Dataset", *dataset), dataset)

    def ever_called(self, name: object) -> frozenset[str]:
        """Return the ids of all names that ever stood for a dataset that is shown by a full name, whatever became of
        it; none where no body names it.
        """
        ids = (node_id("Dataset", *one) for one in self.by_name.get(str(name), ()))
        return frozenset(other for one in ids for other in self.names().ever(one))

    def names_in(self, entry: int) -> set[str]:
        """Return the full names of the datasets that an entry's body names: as it calls them, and as they are shown."""
        return {one for name in self.named.get(entry, {}).values() for one in ("/".join(name), self.title(name))}

    @cached_property
    def identities(self) -> dict[str, Identity]:
        """Return every dataset that a body names, by the ids of its node and of its snapshots' nodes."""
        return {id_: identity for found in self.named.values() for id_, identity in found.items()}

    @cached_property
    def named(self) -> dict[int, dict[str, Identity]]:
        """Return what each entry's body names; see `identities`."""
        return {index: dict(ids_in(body)) for index, body in self.bodies.items()}

    @cached_property
    def first(self) -> dict[Identity, int]:
        """Return the first of the entries whose very subject each dataset is: no later one can have made it known."""
        found: dict[Identity, int] = {}
        for record in self.records:
            for dataset in datasets_of_record(record.content):
                found[dataset] = min(record.index, found.get(dataset, record.index))
        for event in self.events:
            for dataset in identities_in(event.datasets):
                found[dataset] = min(event.index, found.get(dataset, event.index))
        return found

    @cached_property
    def first_of_snapshot(self) -> dict[str, int]:
        """Return the first of the records and run events that name each snapshot, by its node's id."""
        found: dict[str, int] = {}
        for record in self.records:
            for id_, _ in ids_in(record.content):
                found[id_] = min(record.index, found.get(id_, record.index))
        for event in self.events:
            for content in (*event.inputs, *event.outputs) if event.run is not None else ():
                for dataset in identities_in((content,)):
                    for version in (*versions_in(facets_of(content)), *versions_in(io_facets_of(content))):
                        id_ = node_id("Snapshot", *dataset, version)
                        found[id_] = min(event.index, found.get(id_, event.index))
        return found


def supplier(own: Declarations) -> str | None:
    """Return the name of the source that supplies a dataset, given what is declared of it."""
    if "source" in own:
        return str(own["source"][1])
    return own["source_system"][1].get("name") if "source_system" in own else None


@dataclass(frozen=True)
class DerivedPart:
    """One part of a report: how many values of it were derived and compared, and where it differs."""

    name: str
    compared: int
    differing: tuple[str, ...]
    understood: bool = True
    why: str = "This version of the verifier does not understand this part."


def state_of(run: Values) -> object:
    """Return the state of a run as what refers to it shows it: none where it sent no event."""
    return None if run.get("state") == "UNKNOWN" else run.get("state")


def citations(value: object) -> Iterator[int]:
    """Yield every ledger index that a part of a context cites."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "entries" and isinstance(item, list):
                yield from (index for index in item if type(index) is int)
            elif name == "entry" and type(item) is int:
                yield item
            else:
                yield from citations(item)
    elif isinstance(value, list):
        for item in value:
            yield from citations(item)


KINDS_OF_SUBJECT = {
    "model_version": ("namespace", "name", "version"),
    "snapshot": ("namespace", "name", "digest"),
    "dataset": ("namespace", "name"),
    "period": ("since", "until"),
}
"""What a report can be of, as records name it, and the members of its key."""


@dataclass(frozen=True)
class Subject:
    """What a report is of: which kind of thing, as records name it, and its key."""

    kind: str
    key: tuple[str, ...]
    values: Values
    """What the report shows of it."""

    @property
    def reference(self) -> dict[str, Any]:
        """Return how a record names it."""
        if self.kind == "period":
            return {"period": {"since": self.key[0], "until": self.key[1]}}
        namespace, name, *rest = self.key
        one = {"namespace": namespace, "name": name}
        if self.kind == "model_version":
            return {"model_version": {"model": one, "version": rest[0]}}
        return {"snapshot": {"dataset": one, "digest": rest[0]}} if self.kind == "snapshot" else {"dataset": one}


def subject_in(context: Values) -> Subject:
    """Return what a context is of: its model version, or whatever else its subject says."""
    if "model" in context:
        return _subject("model_version", "model", context)
    kind = object_in(context.get("subject"), "subject").get("kind")
    if kind not in KINDS_OF_SUBJECT:
        raise MalformedError("/context/subject/kind is no kind of subject")
    return _subject(str(kind), "subject", context)


def _subject(kind: str, part: str, context: Values) -> Subject:
    values = object_in(context.get(part), part)
    for name in KINDS_OF_SUBJECT[kind]:
        if not isinstance(values.get(name), str):
            raise MalformedError(f"/context/{part}/{name} is no text")
    return Subject(kind, tuple(values[name] for name in KINDS_OF_SUBJECT[kind]), values)


_BEFORE_PEOPLE = frozenset({"model_dossier/2", "model_dossier/3", "approvals/1"})
_NOTHING: tuple[object, ...] = (None, [])
"""What a member says that says nothing."""


class Shown:
    """What a report's context shows, by part; raises MalformedError for a part that has not its form."""

    def __init__(self, context: Values, template: object = None) -> None:
        self.context = context
        self.is_second = template == "model_dossier/2"
        """Whether it is of the dossier's second version: fewer findings, and no time at which an approval ended."""
        self.before_people = template in _BEFORE_PEOPLE
        """Whether it is of a version that did not list yet who acted and what the entries are about."""
        self.is_before_fourth = template in {"model_dossier/2", "model_dossier/3"}
        """Whether it is of a version of the dossier that showed less of what is missing, of snapshots and of edges."""
        self.read_point = object_in(context.get("read_point"), "read_point")
        self.subject = subject_in(context)

    def each(self, part: str) -> list[dict[str, Any]]:
        """Return the items of a part."""
        found = self.context.get(part)
        if not isinstance(found, list):
            raise MalformedError(f"/context/{part} is no list")
        return [object_in(item, f"{part}/{number}") for number, item in enumerate(found)]

    @property
    def model(self) -> Values:
        """Return what is shown of the model version that the report is of."""
        return self.subject.values

    @property
    def title(self) -> str:
        """Return what the report calls the model version or dataset that it is of, in its own parts."""
        if self.subject.kind == "model_version":
            return f"{self.model['name']} {self.model['version']}"
        return "/".join(self.subject.key)

    @property
    def version(self) -> tuple[str, ...]:
        """Return what names the model version that the report is of; nothing where it is of something else."""
        return self.subject.key if self.subject.kind == "model_version" else ()

    @cached_property
    def runs(self) -> dict[RunKey, dict[str, Any]]:
        """Return the runs by their jobs and ids."""
        return {(str(run.get("job")), run["run"]): run for run in self.each("runs") if isinstance(run.get("run"), str)}

    def run_of(self, job: object, run_id: object) -> RunKey | None:
        """Return which run is meant by an id and the full name of its job; without a job, the one that has the id."""
        if not isinstance(run_id, str):
            return None
        if isinstance(job, str):
            return job, run_id
        return next(iter(found), None) if len(found := [run for run in self.runs if run[1] == run_id]) == 1 else None

    def run_named(self, record: Record) -> RunKey | None:
        """Return the run that a record names, of the job that it names or that its admission added."""
        job = record.content.get("job") or record.added.get("job")
        return self.run_of(None if job is None else full_name(job), record.content.get("run_id"))


class Comparison:
    """Collects what differs between what is derived and what is shown, and counts what was compared."""

    def __init__(self, log: Disclosed) -> None:
        self.log = log
        self.compared = 0
        self.differing: list[str] = []

    def rests_on_withheld(self, shown: object) -> bool:
        """Return whether something shown rests on a body that is not disclosed, so that nothing can be derived."""
        return not self.log.withheld.isdisjoint(citations(shown))

    def same(self, where: str, shown: Values, derived: Values, *, by: Iterable[int] = ()) -> None:
        """Compare every value that is derived with the one that is shown.

        One that says nothing may be left out: files of before there was such a member lack it.
        """
        entries = ", ".join(f"#{index}" for index in by) or "the entries"
        for name, value in derived.items():
            self.compared += 1
            if isinstance(value, dict) and isinstance(shown.get(name), dict):
                self.same(f"{where} {name}", shown[name], value, by=by)
            elif (name in shown or value not in _NOTHING) and _json(shown.get(name)) != _json(value):
                seen = brief(shown.get(name))
                self.differing.append(f"{where}: {name} is shown as {seen}, by {entries} it is {brief(value)}")

    def alike(self, where: str, shown: Iterable[object], derived: Iterable[object]) -> None:
        """Compare two collections: what is shown that nothing says, and what is said and not shown."""
        left, right = Counter(map(_json, shown)), Counter(map(_json, derived))
        self.compared += max(left.total(), right.total())
        self.differing += [f"{where}: {brief(one)} is shown, and no entry says it" for one in left - right]
        self.differing += [f"{where}: {brief(one)} is left out, though the entries say it" for one in right - left]

    def holds(self, held: bool, sentence: str) -> None:  # noqa: FBT001 - the verdict itself
        """Note the sentence where something does not hold."""
        self.compared += 1
        if not held:
            self.differing.append(sentence)


def registrations_of(shown: Shown, log: Disclosed) -> list[Record]:
    """Return the registrations of the model version that a report is of, the oldest first; none of anything else."""
    return registrations_by(shown.version, log)


def registrations_by(version: tuple[str, ...], log: Disclosed) -> list[Record]:
    """Return the registrations of a model version by its key, the oldest first."""

    def fits(content: Values) -> bool:
        return (content["model"]["namespace"], content["model"]["name"], content["version"]) == version

    return log.of("register_model_version", fits)


def subject_of(content: Values) -> tuple[str, ...]:
    """Return the key of what a request for approval is about: a model version, a snapshot or a dataset."""
    if content.get("model_version"):
        version = content["model_version"]
        return version["model"]["namespace"], version["model"]["name"], version["version"]
    if content.get("snapshot"):
        return snapshot_key(content["snapshot"])
    return identity_of(content["dataset"])


def snapshot_key(content: Values) -> tuple[str, str, str]:
    """Return namespace, name and digest of a snapshot."""
    return *identity_of(content["dataset"]), content["digest"]


def object_in(value: object, where: str) -> dict[str, Any]:
    """Return an object of the context; raises MalformedError with its place where it is none."""
    if not isinstance(value, dict):
        raise MalformedError(f"/context/{where} is no object")
    return value


def index_in(value: object) -> int:
    """Return a ledger index, -1 for anything that cannot be one."""
    return value if type(value) is int else -1


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def brief(value: object) -> str:
    """Return a value on one line, shortened: enough to find it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."  # noqa: PLR2004 - enough to find it


_CLEARING = frozenset({"SAFE_HARBOR", "EXPERT_DETERMINATION"})
"""45 CFR 164.514(b): a limited data set is still protected health information."""
_CLEARED = frozenset({"DE_IDENTIFIED", "PSEUDONYMIZED", "AGGREGATED"})
_CLAIM = "lineward_deidentification"


@dataclass(frozen=True)
class Step:
    """What one run of a job did on the way, by name and id; all of the job where no run is named."""

    job: str
    run: str | None
    at: int | None = None
    versions: frozenset[str] = frozenset()
    declared: frozenset[int] = frozenset()
    """By which entries."""
    code: frozenset[str] = frozenset()
    """The versions of the job's code that the run's own events say."""


class Attested:
    """The steps that a report shows, held against the attestations that the entries disclose."""

    def __init__(self, shown: Shown, log: Disclosed) -> None:
        self._shown = shown
        self._log = log
        registrations = registrations_of(shown, log)
        self.registered = registrations[-1].index if registrations else -1
        self.records = [one for one in log.of("attest_deidentification") if one.content.get("job")]
        # That one is void is said once, and holds before that too.
        self._ends = [one for one in (*log.records, *log.later_records) if one.kind == "end_attestation"]

    def registered_state(self, dataset: str) -> str | None:
        """Return the de-identification state that a dataset was declared in when the version was registered."""
        named = self._log.shown_as(dataset)
        found = self._log.declarations(named, self.registered).get("deidentification_state")
        return None if found is None else str(found[1])

    def is_cleared(self, dataset: str) -> bool:
        """Return whether it was declared then to be without identifiers."""
        return self.registered_state(dataset) in _CLEARED

    def is_covered(self, step: Step) -> bool:
        """Return whether an attestation covers the step."""
        return any(self._reason(record, step) is None for record in self.records)

    def is_attested(self, node: object) -> bool:
        """Return whether every step that put a node into its state is covered; not where none is shown."""
        steps = self.steps.get(node, set())
        return bool(steps) and all(self.is_covered(step) for step in steps)

    def of_dataset(self, dataset: str) -> dict[str, Any]:
        """Return what a report has to say of whether every state of a dataset that it shows is attested."""
        nodes = {node for node, name in self._names.items() if name == dataset and self.is_cleared(name)}
        rest = {node for node in nodes if not self.is_attested(node)}
        return {"attested": not rest if nodes else None, "from_attested": bool(rest) and rest <= self.derived}

    @cached_property
    def derived(self) -> set[object]:
        """Return the nodes declared cleared and not attested that were made of such nodes alone, over any steps."""
        cleared = {node for node, name in self._names.items() if self.is_cleared(name)}
        inputs: dict[object, set[object]] = {}
        for edge in self._edges:
            inputs.setdefault(edge.get("target"), set()).add(edge.get("source"))
        attested = {node for node in cleared if self.is_attested(node)}
        found = set(attested)
        while more := {node for node in cleared - found if inputs.get(node) and inputs[node] <= found}:
            found |= more
        return found - attested

    def coverage(self, record: Record) -> dict[str, Any]:
        """Return what a report has to say of what an attestation covers."""
        step = self._step(record)
        reason = self._reason(record, step)
        is_bound = record.content.get("schema_version") is not None
        declared = [index for one in self._about(record) for index in one.declared] if is_bound else []
        definition = self._log.defined(record.actor, record.index)
        return {
            "covers": reason is None,
            "reason": reason,
            "not_covered": None if reason is None else step.run,
            "written_versions": sorted(step.versions - {""}) if reason == "OTHER_VERSION" else [],
            "entries": sorted(
                {
                    record.index,
                    *([definition.index] if definition else ()),
                    *([end.index] if (end := self.end(record)) else ()),
                    *declared,
                }
            ),
        }

    def end(self, record: Record) -> Record | None:
        """Return what ended an attestation by then: that it never held, whenever said, else what came first."""
        acting = [
            one
            for one in self._ends
            if one.content["attestation"] == record.index and (_is_void(one) or one.since <= self._log.valid_at)
        ]
        return min(acting, key=lambda one: (not _is_void(one), one.since, one.index), default=None)

    def is_void(self, record: Record) -> bool:
        """Return whether an attestation was said never to have held."""
        end = self.end(record)
        return end is not None and _is_void(end)

    def until(self, record: Record) -> int | None:
        """Return when an attestation ends: by its own word, or by what ended it before."""
        own, end = optional_micros(record.content.get("until")), self.end(record)
        ends = [own, None if end is None or _is_void(end) else end.since]
        return min((one for one in ends if one is not None), default=None)

    def idle(self) -> list[int]:
        """Return the entries of the attestations that do not cover a step which nothing else covers."""
        found: list[int] = []
        for record in self.records:
            coverage = self.coverage(record)
            if coverage["reason"] not in {None, "OTHER_RUN"} and not self.is_covered(self._step(record)):
                found += coverage["entries"]
        return found

    def removals(self) -> dict[tuple[str, str | None], str]:
        """Return job and run of each step that removes identifiers and no attestation names, and how that is known."""
        named = {self._named(record) for record in self.records}
        others = {
            full_name(record.content["job"])
            for record in self.records
            if self.coverage(record)["reason"] == "OTHER_RUN"
        }
        found = {(step.job, step.run): "ANOTHER_RUN" for step in self._every if step.job in others}
        found |= dict.fromkeys(self._declared(), "DECLARATION")
        found |= {
            run: "RUN" for run in self._shown.runs if any(_CLAIM in event.run_facets for event in self._log.run(run))
        }
        return {step: known_by for step, known_by in found.items() if named.isdisjoint({step, (step[0], None)})}

    @staticmethod
    def _named(record: Record) -> tuple[str, str | None]:
        """Return the job that an attestation is of, and the run that alone it covers."""
        return full_name(record.content["job"]), record.content.get("run_id")

    @cached_property
    def steps(self) -> dict[object, set[Step]]:
        """Return by node what put it into its state, as the edges show it."""
        edges = [edge for edge in self._edges if edge.get("job") is not None]
        bound = {full_name(one.content["job"]) for one in self.records if one.content.get("schema_version")}
        written: dict[tuple[Any, Any], set[tuple[str, int]]] = {}
        for edge in edges:
            name = self._names.get(edge.get("target"))
            if edge["job"] in bound and name is not None:
                record = self._log.declared_version(self._log.shown_as(name), self._ended(edge["job"], edge.get("run")))
                version = ("", -1) if record is None else (str(record.content["schema_version"]), record.index)
                written.setdefault((edge["job"], edge.get("run")), set()).add(version)
        code = {full_name(one.content["job"]) for one in self.records if one.content.get("job_version")}
        found: dict[object, set[Step]] = {}
        for edge in edges:
            key = edge["job"], edge.get("run")
            versions = written.get(key, set())
            declared = frozenset(index for _, index in versions if index >= 0)
            ran = self._code(*key) if edge["job"] in code else frozenset()
            step = Step(*key, self._ended(*key), frozenset(version for version, _ in versions), declared, ran)
            found.setdefault(edge.get("target"), set()).add(step)
        return found

    @cached_property
    def _every(self) -> list[Step]:
        every = {step for steps in self.steps.values() for step in steps}
        return sorted(every, key=lambda step: (step.at or 0, step.job, step.run or ""))

    @cached_property
    def _edges(self) -> list[dict[str, Any]]:
        tried = attempted(self._shown, self._log)
        edges, run_of = self._shown.each("edges"), self._shown.run_of
        return [edge for edge in edges if run_of(edge.get("job"), edge.get("run")) not in tried]

    @cached_property
    def _names(self) -> dict[object, str]:
        nodes = self._shown.each("nodes")
        return {node.get("id"): str(node.get("name")) for node in nodes if node.get("kind") != "ModelVersion"}

    def _ended(self, job: str, run_id: str | None) -> int | None:
        run = {} if run_id is None else self._shown.runs.get((job, run_id), {})
        return optional_micros(text_in(run.get("ended_at")) or text_in(run.get("started_at")))

    def _code(self, job: str, run_id: str | None) -> frozenset[str]:
        """Return the versions of the job's code that the disclosed events of a run say."""
        events = () if run_id is None else self._log.run((job, run_id))
        found = (text_in(facet_in(event.job_facets.get("sourceCodeLocation")).get("version")) for event in events)
        return frozenset(version for version in found if version is not None)

    def _declared(self) -> Iterator[tuple[str, str | None]]:
        for edge in self._edges:
            source, target = (self._names.get(edge.get(end), "") for end in ("source", "target"))
            if edge.get("job") is not None and self.is_cleared(target) and not self.is_cleared(source):
                yield edge["job"], edge.get("run")

    def _about(self, record: Record) -> list[Step]:
        job, run = self._named(record)
        of_job = [step for step in self._every if step.job == job]
        named = of_job if run is None else [step for step in of_job if step.run == run]
        if not named and (run is None or (job, run) not in self._shown.runs):
            named = of_job
        return named or [Step(job, run)]

    def _step(self, record: Record) -> Step:
        """Return the step by which an attestation is judged: first of all one that neither it nor another covers."""
        about = self._about(record)
        others = [step for step in about if self._reason(record, step) is not None]
        return next((step for step in others if not self.is_covered(step)), (*others, about[0])[0])

    def _reason(self, record: Record, step: Step) -> str | None:
        content, valid_at = record.content, self._log.valid_at
        run, until = content.get("run_id"), self.until(record)
        definition = self._log.defined(record.actor, record.index)
        is_steward = definition is not None and "steward" in definition.content.get("roles", ())
        began = valid_at if run is not None or step.at is None else min(valid_at, step.at)
        bound = content.get("schema_version")
        holds = {
            "OTHER_JOB": full_name(content["job"]) == step.job,
            "OTHER_RUN": run is None or run == step.run,
            "NOT_AUTHORISED": record.authenticated and is_steward,
            "CLEARS_NOTHING": content["method"] in _CLEARING,
            "VOID": not self.is_void(record),
            "EXPIRED": until is None or until > valid_at,
            "BEGINS_LATER": record.since <= began,
            "OTHER_VERSION": bound is None or step.versions == {bound},
            "OTHER_CODE": content.get("job_version") is None or step.code == {content["job_version"]},
        }
        return next((reason for reason, held in holds.items() if not held), None)


def _is_void(end: Record) -> bool:
    return end.content.get("effect") == "VOID"


def attempted(shown: Shown, log: Disclosed) -> set[RunKey | None]:
    """Return the runs that did not put anything into its state: none of their outputs took effect."""
    found: set[RunKey | None] = set()
    for key, run in shown.runs.items():
        events = log.run(key)
        streamed = any(streams(event) for event in events) and any(event.reads or event.writes for event in events)
        completed = any(one.state == "COMPLETE" for one in attempts_of(events)) if events else False
        if run.get("state") != "COMPLETE" and not completed and not streamed:
            found.add(key)
    return found


def derive_names(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the other names of each dataset with what points, joins, parts and renames, and with rules."""
    if log.withheld:
        return
    names = log.names()
    listed = {str(each.get("dataset")): each for each in shown.each("names")}
    asked = {str(each.get("dataset")) for each in shown.each("sources")} if "sources" in shown.context else set()
    if shown.subject.kind == "dataset":
        asked.add("/".join(shown.subject.key))
    several = {name for name in asked if len(names.names(log.shown_as(name))) > 1}
    compare.holds(several <= listed.keys(), "names: a dataset of several names is left out")
    for name, each in listed.items():
        derived = [
            {
                "name": "/".join(names.identities[other]),
                "why": why,
                "since": None if since is None else stamp(since),
                "entry": entry,
            }
            for other, (why, since, entry) in names.others(log.shown_as(name)).items()
        ]
        compare.alike(f"names of {name}", objects_in(each.get("others")), derived)


_MOST_SHARED = 100
_ALTERED = frozenset({"MISMATCH", "MISSING"})


def derive_model(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the model version with its newest registration."""
    if compare.rests_on_withheld(shown.model):
        return
    registrations = registrations_of(shown, log)
    compare.holds(bool(registrations), "model: no entry registers it")
    if not registrations:
        return
    newest = registrations[-1]
    content = newest.content
    derived = {
        "registered_at": newest.recorded_at,
        "registered_by": log.actor(newest),
        "intended_use": content.get("intended_use"),
        "artifact_digest": content.get("artifact_digest"),
        "signature": content.get("signature"),
        "code": {name: content["code"].get(name) for name in ("repository", "revision", "clean")},
        "environment": {name: content["environment"].get(name) for name in ("digest", "description")},
        "metrics": [
            {"name": one["name"], "value": _decimal(one["value"]), "split": one.get("split")}
            for one in content.get("metrics", ())
        ],
        "entries": sorted(each.index for each in registrations),
    }
    if not shown.is_before_fourth:
        job = content.get("job") or newest.added.get("job")
        derived |= {"job": None if job is None else full_name(job), "run": content.get("run_id")}
    compare.same("model", shown.model, derived, by=(newest.index,))


def derive_snapshots(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the snapshots with the registration, their seals and their verifications."""
    registrations = registrations_of(shown, log)
    if not registrations or compare.rests_on_withheld(shown.model):
        return
    uses = [
        (role, identity_of(one["dataset"]), one["digest"])
        for role, part in (("TRAINING", "trained_on"), ("EVALUATION", "evaluated_on"))
        for one in sorted(
            registrations[-1].content.get(part, ()), key=lambda use: node_id("Snapshot", *snapshot_key(use))
        )
    ]
    snapshots = shown.each("snapshots")
    members = ("role", "dataset", "digest")
    derived = [dict(zip(members, (role, log.title(dataset), digest), strict=True)) for role, dataset, digest in uses]
    compare.alike("snapshots", ({name: each.get(name) for name in members} for each in snapshots), derived)
    for number, each in enumerate(snapshots):
        named = [use for use, as_shown in zip(uses, derived, strict=True) if as_shown.items() <= each.items()]
        if named and not compare.rests_on_withheld(each):
            before = sum(all(one.get(name) == each.get(name) for name in members) for one in snapshots[:number])
            dataset = named[min(before, len(named) - 1)][1]
            hold_snapshot(each, dataset, f"snapshot {number + 1}", shown, log, compare)


def hold_snapshot(
    each: Values, dataset: Identity, where: str, shown: Shown, log: Disclosed, compare: Comparison
) -> None:
    """Compare one snapshot with its seals and verifications, by the name that these give its dataset."""
    place = dataset, str(each.get("digest"))
    seals, checks = log.of_snapshot("seal_snapshot", *place), log.of_snapshot("verify_snapshot", *place)
    rests_on(each, dataset, where, {seal.index for seal in seals}, log, compare)
    seal = seals[-1] if seals else None
    derived: dict[str, Any] = dict.fromkeys(("files", "size_bytes", "sealed_at", "sealed_by", "locked"))
    derived["foreign"] = []
    contents = {name: None if seal is None else seal.content.get(name) for name in ("rows", "persons", "period")}
    if seal is not None:
        manifest = seal.content.get("manifest", ())
        derived = {
            "foreign": [{"system": one["system"], "id": one["id"]} for one in seal.content.get("foreign", ())],
            "files": len(manifest),
            "size_bytes": sum(one["size"] for one in manifest),
            "sealed_at": seal.recorded_at,
            "sealed_by": log.actor(seal),
            "locked": seal.content.get("locked", False),
        }
    if not checks:
        derived["verification"] = None
    else:
        check = checks[-1]
        derived["verification"] = {
            "at": check.recorded_at,
            "by": log.actor(check),
            "result": check.content["result"],
            "method": check.content.get("method"),
            "differing": list(check.content.get("differing", ())),
            "entries": [check.index],
        }
    if not shown.is_before_fourth:
        derived |= contents
    compare.same(where, each, derived, by=(one.index for one in (*seals[-1:], *checks[-1:])))
    altered = bool(checks) and checks[-1].content["result"] in _ALTERED
    compare.holds((each.get("state") == "BYTES_GONE") == altered, f"{where}: state is not what was verified")
    _producer(each, dataset, where, {shown.run_named(one) for one in seals}, shown, log, compare)


def rests_on(
    shown: Values, dataset: Identity | None, where: str, derived: set[int], log: Disclosed, compare: Comparison
) -> None:
    """Hold what an item cites to what its values rest on, and the entry by which it was first known."""
    cited = list(citations({"entries": shown.get("entries")}))
    others = [index for index in cited if index not in derived]
    of = log.by_name.get(str(shown.get("dataset")), set()) if dataset is None else {dataset}
    first = _first(next(iter(of)), shown.get("digest"), log) if len(of) == 1 else None
    names = [
        index
        for index in others
        if not of.isdisjoint(log.named.get(index, {}).values()) and (first is None or index <= first)
    ]
    held = derived <= set(cited) and len(others) <= 1 and names == others and bool(cited)
    compare.holds(held, f"{where}: it cites other entries than it rests on")


def _first(dataset: Identity, digest: Any, log: Disclosed) -> int | None:  # noqa: ANN401 - untrusted JSON
    """Return the first entry that can have made a dataset known, or a snapshot of it where a digest is given."""
    if digest is None:
        return log.first.get(dataset)
    return log.first_of_snapshot.get(node_id("Snapshot", *dataset, str(digest)))


def _producer(
    each: Values,
    dataset: Identity,
    where: str,
    sealed: set[RunKey | None],
    shown: Shown,
    log: Disclosed,
    compare: Comparison,
) -> None:
    wrote = log.makers.get((dataset, str(each.get("digest"))), set())
    known = {run for run in (*sealed, *wrote) if run in shown.runs}
    producer = each.get("produced_by")
    if producer is None:
        compare.holds(not known, f"{where}: the run that produced it is left out")
        return
    shows = object_in(producer, "produced_by")
    run = shown.run_of(shows.get("job"), shows.get("run"))
    compare.holds(run in known, f"{where}: no entry says that run {brief(shows.get('run'))} produced it")
    if run is not None and run in known:
        compare.same(f"{where} produced_by", producer, {"state": state_of(shown.runs[run])})
        if not shown.is_before_fourth:
            _rows(producer, f"{where} produced_by", str(each.get("dataset")), run, log, compare)


def _rows(producer: Values, where: str, dataset: str, run: RunKey, log: Disclosed, compare: Comparison) -> None:
    """Compare how many rows the run that produced a snapshot wrote with its newest event that counts them."""
    names, asked = log.names(), log.shown_as(dataset)
    outputs = [
        (event, content, node_id("Dataset", *identity_of(content)))
        for event in log.run(run)
        for content in event.outputs
    ]
    wrote = any(names.belongs(name, event.order[0], log.valid_at) == asked for event, _, name in outputs)
    counts = [
        (event.index, rows)
        for event, content, name in outputs
        if wrote and name in names.names(asked)
        if (rows := _count(io_facets_of(content).get("outputStatistics"))) is not None
    ]
    newest = counts[-1:]
    derived = {"rows": newest[0][1] if newest else None, "entries": [index for index, _ in newest]}
    compare.same(where, producer, derived)


def _count(facet: object) -> int | None:
    rows = facet.get("rowCount") if isinstance(facet, dict) else None
    return rows if type(rows) is int and rows >= 0 else None


def derive_separation(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what training and evaluation data share with the manifests of their newest seals."""
    registrations = registrations_of(shown, log)
    separation = shown.context.get("separation")
    if shown.is_before_fourth or not registrations or compare.rests_on_withheld([shown.model, separation]):
        return
    newest = registrations[-1]
    sides = {part: newest.content.get(part, ()) for part in ("trained_on", "evaluated_on")}
    if not all(sides.values()):
        compare.same("separation", shown.context, {"separation": None})
        return
    manifests = {part: [(one, _manifest(one, log)) for one in uses] for part, uses in sides.items()}
    files = {part: {file["digest"] for _, found in held for file in found} for part, held in manifests.items()}
    digests = {one["digest"] for one in sides["trained_on"]}
    both = files["trained_on"] & files["evaluated_on"]
    whole = {_called(one, log) for one in sides["evaluated_on"] if one["digest"] in digests}
    paths = {
        f"{_called(one, log)}: {file.get('path')}"
        for one, found in manifests["evaluated_on"]
        for file in found
        if file["digest"] in both
    }
    unlisted = {_called(one, log) for held in manifests.values() for one, found in held if not found}
    seals = {seal.index for uses in sides.values() for one in uses for seal in _seals(one, log)[-1:]}
    derived = {
        "result": "OVERLAP" if whole or both else "UNKNOWN" if unlisted else "APART",
        "training_files": len(files["trained_on"]),
        "evaluation_files": len(files["evaluated_on"]),
        "overlap": len(both),
        "entries": sorted({newest.index, *seals}),
    }
    found = object_in(separation, "separation")
    compare.same("separation", found, derived, by=sorted(seals))
    compare.alike("separation unlisted", found.get("unlisted") or (), unlisted)
    listed, named = found.get("shared") or (), whole or paths
    compare.holds(
        set(listed) <= named and len(listed) == min(len(named), _MOST_SHARED), "separation: other files are shared"
    )


def _called(use: Values, log: Disclosed) -> str:
    return log.title(identity_of(use["dataset"]))


def _seals(use: Values, log: Disclosed) -> list[Record]:
    return log.of_snapshot("seal_snapshot", identity_of(use["dataset"]), use["digest"])


def _manifest(use: Values, log: Disclosed) -> list[Values]:
    """Return the files that hold something by the newest seal of a snapshot; all that hold nothing are alike."""
    return [file for seal in _seals(use, log)[-1:] for file in seal.content.get("manifest", ()) if file["size"]]


def _decimal(value: float) -> str:
    figure = float(value)
    return str(int(figure)) if figure.is_integer() else format(Decimal(repr(figure)), "f")


Place = tuple[str, str | None, str]
"""Of a label: its dataset, its column if it has one, and its kind."""
Tag = tuple[Order, int, Values, str]
"""Of a label: when it holds, by which entry, what it says, and when it was recorded."""
_ORIGINS = ("SUGGESTED", "CLAIMED", "ASSERTED")
_CONFIDENTIALITY = "ULMNRV"
_PHI_KINDS = frozenset(
    {
        "DIRECT_IDENTIFIER",
        "QUASI_IDENTIFIER",
        "CLINICAL_NOTE",
        "IMAGING_PIXELS",
        "OPERATIONAL_LOG",
        "DERIVED_FEATURE",
    }
)


def derive_deidentification(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the steps that remove identifiers with the attestations, what they cover, what runs and owners say."""
    steps = shown.each("deidentification")
    judged = Attested(shown, log)
    attested = {record.index: record for record in judged.records}
    named = [step for step in steps if step.get("attested_by") is not None]
    listed = [index for step in named for index in citations({"entries": step.get("entries")}) if index in attested]
    compare.alike("attestations", listed, attested)
    for step in named:
        if compare.rests_on_withheld(step):
            continue
        records = [attested[index] for index in citations({"entries": step.get("entries")}) if index in attested]
        compare.holds(len(records) == 1, "attestation: it cites no entry that attests a step")
        for record in records:
            _attestation(step, record, judged, log, compare)
    claims = [step for step in steps if step.get("attested_by") is None]
    if not log.withheld:
        listed_claims = [[step.get("job"), step.get("run"), step.get("known_by")] for step in claims]
        derived = [[*step, known_by] for step, known_by in judged.removals().items()]
        compare.alike("steps without attestation", listed_claims, derived)
    empty: dict[str, Any] = dict.fromkeys(
        ("method", "expert", "schema_version", "scope", "result", "until", "reason", "not_covered")
    )
    empty |= {"clears": [], "alterations": [], "in_force": False, "covers": False, "later": False}
    for step in claims:
        compare.same("step without attestation", step, empty)


def cleared_codes(content: Values, listed: object = None) -> list[dict[str, Any]]:
    """Return the codes that an attestation clears, then those of which it says besides what was done to them; without
    these where a report lists it so, as one of an earlier version does.
    """
    cleared = [{"system": one["system"], "code": one["code"]} for one in content.get("clears", ())]
    if listed is not None and listed == cleared:
        return cleared
    treated = [{"system": one["code"]["system"], "code": one["code"]["code"]} for one in content.get("treatments", ())]
    return cleared + [one for place, one in enumerate(treated) if one not in cleared and one not in treated[:place]]


def _attestation(step: Values, record: Record, judged: Attested, log: Disclosed, compare: Comparison) -> None:
    content, until = record.content, judged.until(record)
    job = content["job"]
    derived: dict[str, Any] = {
        "run": content.get("run_id"),
        "known_by": None,
        "method": content["method"],
        "clears": cleared_codes(content, step.get("clears")),
        "alterations": list(content.get("alterations", ())),
        "expert": content.get("expert"),
        "schema_version": content.get("schema_version"),
        "scope": content.get("scope"),
        "result": content.get("result"),
        "attested_by": log.actor(record),
        "attested_at": record.recorded_at,
        "valid_from": stamp(record.since),
        "until": None if until is None else stamp(until),
        "in_force": not judged.is_void(record) and (until is None or log.valid_at < until),
    }
    if not log.withheld:
        derived |= {**judged.coverage(record), "later": record.index > judged.registered}
    compare.same(f"attestation #{record.index}", step, derived, by=(record.index,))
    names = {full_name(job), node_id("Job", *identity_of(job))}
    compare.holds(step.get("job") in names, f"attestation #{record.index}: it is of another job")


def derive_labels(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the labels with every tag of a person and every claim of an emitter, as of the registration and now."""
    shown_labels = shown.each("labels")
    datasets = {str(each.get("dataset")): log.shown_as(each.get("dataset")) for each in shown.each("sources")}
    registrations = registrations_of(shown, log)
    if registrations and not any(compare.rests_on_withheld(each) for each in (*shown_labels, shown.model)):
        folded = {title for title, id_ in datasets.items() if log.names().folds_case(log.names().dataset(id_))}
        shown_labels = [_folded(each, folded) for each in shown_labels]
        now, then = (
            _tags(log, names, datasets, folded) for names in (log.names(), log.names_at(registrations[-1].index))
        )
        known = {place: [tag for tag in tags if tag[1] <= registrations[-1].index] for place, tags in then.items()}
        derived = [label for place in {**now, **known} for label in _labels(place, now.get(place), known.get(place))]
        rules = {record.index: record for kind in ("map_facet", "map_tag") for record in log.of(kind)}
        mapped = [each for each in shown_labels if not rules.keys().isdisjoint(citations(each))]
        places = [_place(each) for each in mapped]
        compare.alike(
            "labels",
            (each for each in shown_labels if _place(each) not in places),
            (each for each in derived if _place(each) not in places),
        )
        for each in mapped:
            of = [rules[index] for index in citations(each) if index in rules]
            _mapped(each, of, [one for one in derived if _place(one) == _place(each)], log, compare)


def _folded(label: Mapping[str, Any], titles: Collection[str]) -> dict[str, Any]:
    """Return the label with its column in one case of letters, where the columns of its dataset differ in none."""
    column = label.get("column")
    return {**label, "column": column.casefold() if column and label.get("dataset") in titles else column}


def _place(label: Values) -> tuple[Any, ...]:
    return label.get("dataset"), label.get("column"), label.get("kind")


def _mapped(
    label: Values, rules: Sequence[Record], stated: Sequence[Values], log: Disclosed, compare: Comparison
) -> None:
    """Hold a label to which a mapping adds claims to what people and emitters say of it, and to what is mapped."""
    where = f"label {label.get('kind')} on {label.get('dataset')}"
    names = log.names().names(log.shown_as(label.get("dataset")))
    cited = set(citations(label))
    for rule in rules:
        content = rule.content
        compare.holds(content.get("phi_kind") in {None, label.get("kind")}, f"{where}: #{rule.index} maps another kind")
        facet = content.get("facet", "tags")
        held = any(
            node_id("Dataset", *identity_of(dataset)) in names
            for event in log.events
            if event.index in cited
            for dataset in event.datasets
            for facets in (facets_of(dataset), event.run_facets, event.job_facets)
            if facet in facets
        )
        compare.holds(held, f"{where}: no event that it cites has what #{rule.index} maps")
    indexes = {rule.index for rule in rules}
    others = [one for one in stated if set(one["entries"]) <= cited]
    reasons = {f"{_what(rule.content)}, by the mapping {rule.content.get('mapping')}" for rule in rules}
    if label.get("because") in reasons:
        alone = {"present": True, "codes": [], "confidentiality": None, "origin": "CLAIMED"}
        compare.same(where, label, alone if not others else {"present": True, "origin": "CLAIMED"}, by=sorted(indexes))
    else:
        compare.holds(
            any({**one, "entries": label.get("entries")} == label for one in others),
            f"{where}: no entry that it cites says it",
        )


def _what(rule: Values) -> str:
    return f"facet {rule['facet']}" if "facet" in rule else f"tag {rule.get('key')}"


def _tags(log: Disclosed, names: Names, datasets: Mapping[str, str], folded: Collection[str]) -> dict[Place, list[Tag]]:
    """Return every tag and claim of the datasets, by full name and id, as their names are known."""
    found: dict[Place, list[Tag]] = {}
    asked = [(title, names.dataset(id_)) for title, id_ in datasets.items()]
    for name, tag, kind in _every_tag(log):
        owners = names.owners(node_id("Dataset", *name), tag[0][0], personal=True)
        for title in (title for title, id_ in asked if id_ in owners):
            place = _folded({"dataset": title, "column": tag[2].get("column")}, folded)
            found.setdefault((title, place["column"], kind), []).append(tag)
    return found


def _every_tag(log: Disclosed) -> Iterator[tuple[Identity, Tag, str]]:
    for record in log.of("tag"):
        column = record.content.get("column")
        tag = {**record.content, "column": column and address_of(column), "origin": "ASSERTED"}
        place = identity_of(record.content["dataset"])
        yield place, (record.order, record.index, tag, record.recorded_at), record.content["phi_kind"]
    recorded = {entry.index: entry.recorded_at for entry in log.entries}
    for event in log.events:
        for dataset in event.datasets:
            for kind, claim in _claims(dataset):
                yield identity_of(dataset), (event.order, event.index, claim, recorded[event.index]), kind


def _labels(place: Place, now: list[Tag] | None, known: list[Tag] | None) -> Iterator[dict[str, Any]]:
    """Yield a label as it was at the registration, and as it is now where that is another thing."""
    then = _label(place, known)[0] if known else None
    before = then if then and then["present"] else None
    if not now:
        if before is not None:
            yield before
        return
    after, deciding = _label(place, now)
    if before is not None and {**after, "entries": before["entries"]} == before:
        yield {**after, "entries": sorted({*before["entries"], *after["entries"]})}
        return
    if before is not None:
        yield before
    if after["present"] or before is not None:
        yield {**after, "later": True, "since": stamp(deciding[0][0]), "recorded_at": deciding[3]}


def _label(place: Place, tags: list[Tag]) -> tuple[dict[str, Any], Tag]:
    """Return a label as it stands, and the tag that decides: a principal's newest word outweighs every claim."""
    tags.sort(key=lambda tag: (tag[0], tag[2]["origin"]))
    asserted = [tag for tag in tags if tag[2]["origin"] == "ASSERTED"]
    deciding = asserted[-1] if asserted else max(reversed(tags), key=lambda tag: _ORIGINS.index(tag[2]["origin"]))
    present = deciding[2].get("stance") != "REJECT"
    holding = [tag[2] for tag in tags if tag[2].get("stance") != "REJECT"] if present else [deciding[2]]
    levels = {tag.get("confidentiality") for tag in holding}
    codes = sorted({(code["system"], code["code"]) for tag in holding for code in tag.get("codes", ())})
    label = {
        "dataset": place[0],
        "column": place[1],
        "kind": place[2],
        "present": present,
        "codes": [{"system": system, "code": code} for system, code in codes],
        "confidentiality": next((level for level in reversed(_CONFIDENTIALITY) if level in levels), None),
        "origin": deciding[2]["origin"],
        "because": deciding[2].get("reason"),
        "later": False,
        "since": None,
        "recorded_at": None,
        "entries": sorted({tag[1] for tag in tags}),
    }
    return label, deciding


def is_of_kind(kind: object) -> bool:
    """Return whether there is such a kind of PHI."""
    return kind in _PHI_KINDS


def kinds_present(datasets: Collection[str], log: Disclosed, made: int | None = None) -> set[tuple[str, str]]:
    """Return which kinds of PHI people and emitters say of datasets now, by full name: on the whole or a column.

    Of what was made at a time, a column is no part of which all holds only since later and which no schema had by then,
    where there was one: it came after.
    """
    ids = {title: log.shown_as(title) for title in datasets}
    folded = {title for title, id_ in ids.items() if log.names().folds_case(log.names().dataset(id_))}
    tags = _tags(log, log.names(), ids, folded)
    return {
        (place[0], place[2])
        for place, some in tags.items()
        if not (made is not None and all(tag[0][0] > made for tag in some) and _came_after(place, log, made))
        and _label(place, some)[0]["present"]
    }


def _came_after(place: Place, log: Disclosed, made: int) -> bool:
    """Tell whether a schema of the dataset was stated by a time, and none that was had the column."""
    title, column, _ = place
    names = log.ever_called(title)
    schemas = [
        columns_of(schema)
        for event in log.events
        if event.order[0] <= made
        for content in event.datasets
        if node_id("Dataset", *identity_of(content)) in names
        and isinstance(schema := facets_of(content).get("schema"), dict)
    ]
    return column is not None and bool(schemas) and not any(column in one for one in schemas)


def kinds_recorded(dataset: str, entries: Collection[int], log: Disclosed) -> frozenset[str]:
    """Return which kinds of PHI people, emitters and mappings say of a dataset, by full name, in these entries.

    Labels flow over every name that it ever had.
    """
    names = log.ever_called(dataset)
    found = {
        kind
        for name, tag, kind in _every_tag(log)
        if tag[1] in entries and tag[2].get("stance") != "REJECT" and node_id("Dataset", *name) in names
    }
    for rule in (record for kind in ("map_facet", "map_tag") for record in log.of(kind) if record.index in entries):
        # A mapping that names no kind takes it from what the facet says.
        found |= {rule.content["phi_kind"]} if rule.content.get("phi_kind") else _PHI_KINDS
    return frozenset(found)


def derive_suggestions(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold each suggestion to a schema that has the column, and to what people judged of it.

    What a name lets one suppose follows from the catalog's own tables, and from no body.
    """
    if shown.is_before_fourth:
        return
    for each in shown.each("suggestions"):
        if compare.rests_on_withheld(each):
            continue
        dataset = log.shown_as(each.get("dataset"))
        column, kind = str(each.get("column")), each.get("kind")
        where = f"suggestion {kind} on {each.get('dataset')} {column}"
        names, folds = log.names().names(dataset), log.names().folds_case(log.names().dataset(dataset))
        types = _types_of(column, names, list(citations({"entries": each.get("entries")})), log, folds=folds)
        compare.holds(bool(types), f"{where}: the entry that it cites has no schema with that column")
        compare.holds(kind in _PHI_KINDS, f"{where}: there is no such kind")
        judged = [
            tag
            for tag in log.of("tag")
            if tag.content["phi_kind"] == kind
            and node_id("Dataset", *identity_of(tag.content["dataset"])) in names
            and _is_same_column(address_of(tag.content.get("column") or ""), column, folds=folds)
        ]
        for newest in judged[-1:]:
            then = newest.added.get("field_type")
            is_another = then is not None and None not in types and then not in types
            is_open = newest.content.get("stance") == "REJECT" and is_another
            compare.holds(is_open, f"{where}: #{newest.index} judges it")


def _types_of(
    column: str, names: Collection[str], entries: Sequence[int], log: Disclosed, *, folds: bool
) -> list[str | None]:
    """Return the types of a column in the schemas of a dataset by these names, in the one entry that is cited."""
    return [
        kind
        for event in log.events
        if entries == [event.index]
        for content in event.datasets
        if node_id("Dataset", *identity_of(content)) in names
        and isinstance(schema := facets_of(content).get("schema"), dict)
        for name, kind in columns_of(schema).items()
        if _is_same_column(name, column, folds=folds)
    ]


def _is_same_column(one: str, other: str, *, folds: bool) -> bool:
    return one.casefold() == other.casefold() if folds else one == other


def _claims(dataset: Values) -> Iterator[tuple[str, dict[str, Any]]]:
    facets = facets_of(dataset)
    facet = facets.get("lineward_phiTags") or io_facets_of(dataset).get("lineward_phiTags")
    for item in objects_in(facet.get("tags") if isinstance(facet, dict) else None):
        kind = str(text_in(item.get("kind")) or "").upper()
        if kind in _PHI_KINDS:
            codes = [
                {"system": code["system"], "code": code["code"]}
                for code in objects_in(item.get("codes"))
                if text_in(code.get("system")) and text_in(code.get("code"))
            ]
            claim = {"origin": "CLAIMED", "stance": "ASSERT", "codes": codes, "column": text_in(item.get("field"))}
            yield kind, {**claim, "confidentiality": text_in(item.get("confidentiality"))}


DECLARED = (
    "owner",
    "source_system",
    "schema_version",
    "clinical_purpose",
    "phi_category",
    "deidentification_state",
    "gdpr_state",
    "retention",
    "zone",
    "site",
    "region",
    "source",
    "place",
    "storage_pattern",
    "storage_format",
    "encryption_keys",
    "encryption",
    "plaintext_window",
    "compute_isolation",
    "persons",
    "genomic",
    "feature_set_version",
    "permitted_processing",
    "permitted_consumers",
    "permitted_places",
)
MANDATORY = (
    "owner",
    "source_system",
    "schema_version",
    "clinical_purpose",
    "phi_category",
    "retention",
    "permitted_use",
)


def derive_declarations(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the sources with what was declared of them at the registration, and with what is in force now."""
    sources = shown.each("sources")
    judged = Attested(shown, log)
    for source in sources:
        if compare.rests_on_withheld([source, shown.model]):
            continue
        name = str(source.get("dataset"))
        id_ = log.shown_as(name)
        own_then, own = log.declarations(id_, judged.registered), log.declarations(id_)
        then, now = log.inherited(own_then, judged.registered), log.inherited(own)
        system = then["source_system"][1] if "source_system" in then else {}
        derived: dict[str, Any] = {
            "system": system.get("name"),
            "system_kind": system.get("kind"),
            "declared": [_declared(one, then, now) for one in DECLARED if one in now or one in then],
        }
        if not log.withheld:
            derived |= judged.of_dataset(name)
        in_force = {held[one][0].index for held in (then, now) for one in DECLARED if one in held}
        in_force |= log.source_ends(own_then, own)
        rests_on(source, None, f"source {name}", in_force, log, compare)
        compare.same(f"source {name}", source, derived, by=sorted(in_force))
        missing = source.get("missing")
        content = [one for one in missing if one != "lineage"] if isinstance(missing, list) else missing
        compare.same(f"source {name}", {"missing": content}, {"missing": [one for one in MANDATORY if one not in now]})
        if id_ in log.touched:
            compare.holds("lineage" not in (missing or ()), f"source {name}: events of its lineage are there")
    named = {source.get("dataset") for source in sources}
    used = {each.get("dataset") for each in shown.each("snapshots")}
    compare.holds(used <= named, "sources: the dataset of a snapshot is left out")


def _declared(field: str, then: Declarations, now: Declarations) -> dict[str, Any]:
    """Return a declared field as a report shows it: what held at the registration, and what has changed since."""
    before = worded(*then[field]) if field in then else None
    if field not in now:
        return {"field": field, "value": before, "changed": None}
    record, value = now[field][0], worded(*now[field])
    changed = {
        "value": value,
        "since": stamp(record.since),
        "recorded_at": record.recorded_at,
        "entry": record.index,
    }
    return {"field": field, "value": before, "changed": None if value == before else changed}


def worded(record: Record, value: Any) -> str:  # noqa: ANN401  a declared value
    """Return a declared value in words, with its source where that alone declares it."""
    by = f", by source {record.content['source']}" if record.kind == "declare_source" else ""
    return f"{in_words(value)}{by}"


def derive_use(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the permitted uses with the declarations in force at the registration and now."""
    derived = []
    registrations = registrations_of(shown, log)
    for source in shown.each("sources"):
        name = source.get("dataset")
        if registrations and not compare.rests_on_withheld([source, shown.model]):
            derived += [{"dataset": name, **use} for use in _uses(str(name), registrations[-1].index, log)]
    withheld = any(compare.rests_on_withheld(each) for each in (*shown.each("use"), *shown.each("sources")))
    if registrations and not withheld and not compare.rests_on_withheld(shown.model):
        compare.alike("permitted use", shown.each("use"), derived)


def _uses(dataset: str, last: int, log: Disclosed) -> Iterator[dict[str, Any]]:
    """Yield what was permitted of a dataset by the entry `last`, and what is now where that is another thing."""
    id_ = log.shown_as(dataset)
    then, now = (_use(held) for held in (log.declarations(id_, last), log.declarations(id_)))
    none = {"later": False, "since": None, "recorded_at": None}
    if then and now and {**now[1], "region": None} == {**then[1], "region": None}:
        yield {**then[1], **none, "entries": sorted({then[0].index, now[0].index})}
        return
    if then:
        yield {**then[1], **none, "entries": [then[0].index]}
    if now:
        times = {"since": stamp(now[0].since), "recorded_at": now[0].recorded_at}
        yield {**now[1], "later": True, **times, "entries": [now[0].index]}


def _use(held: Declarations) -> tuple[Record, dict[str, Any]] | None:
    if "permitted_use" not in held:
        return None
    record, use = held["permitted_use"]
    lists = {name: list(use.get(name, ())) for name in ("purposes", "duo", "refrains", "obligations")}
    region = held["region"][1] if "region" in held else None
    return record, {**lists, "statement": use.get("statement"), "region": region}


def in_words(value: Any) -> str:  # noqa: ANN401 - a declared value
    """Return any declared value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(in_words(one) for one in value) or "none"
    return _members(value) if isinstance(value, dict) else str(value)


def _members(value: Mapping[str, Any]) -> str:
    if "policy_class" in value:
        period = f"{value['policy_class']}, {value['period_days']} days"
        counted = " from ".join(one for one in (period, value.get("clock"), value.get("starts_on")) if one)
        return ", then ".join(one for one in (counted, value.get("disposition")) if one)
    if "where" in value:
        return f"{value['where']}, {value['seconds']} seconds at most"
    for name, qualifier in (("name", "kind"), ("key", "environment")):
        if name in value and qualifier in value:
            return f"{value[name]} ({value[qualifier]})"
    members = sorted((name.replace("_", " "), one) for name, one in value.items() if one is not None)
    return ", ".join(f"{name} {in_words(one)}" for name, one in members)


def persons_of(request: Record, decisions: Sequence[Record], log: Disclosed) -> dict[int, frozenset[str] | None]:
    """Return whom each decision counts for, by its entry: all that are one person with its signer then.

    None where whoever signs has a part in it or asked for it. Of several that are needed, a key proved each. Who is one
    person, definitions and delegations say: whom a decision counts for, those at its time, and who asked, all that held
    at any moment since the request. What takes back a decision that counted counts for its signer alone at least.
    """
    kind, needed = request.content["approval_kind"], request.content.get("needed", 1)
    found: dict[int, frozenset[str] | None] = {}
    counted: set[str] = set()
    for one in sorted(decisions, key=order):
        person = _one_with(one.actor, _pairs(kind, [one.since], log), log)
        begun = {each.since for each in log.of("delegate_approvals") if request.since < each.since <= one.since}
        since = _pairs(kind, sorted({request.since, *begun}), log)
        asked = one.actor != request.actor and request.actor in _one_with(one.actor, since, log)
        is_own = asked or one.content.get("interest") is not None or bool(one.added.get("conflicts"))
        if is_own:
            is_taken_back = one.content["decision"] == "WITHDRAW" and one.actor in counted
            person = frozenset((one.actor,)) if is_taken_back else frozenset()
        counts = bool(person) and (needed == 1 or one.authenticated)
        found[one.index] = person if counts else None
        counted |= {one.actor} if counts else set()
    return found


def signed_as_one(one: Record, other: Record, log: Disclosed) -> bool:
    """Return whether two who signed are one person, whatever the kind: recorded as one, or one was the other's delegate
    at any moment between the two, as far as the file says.
    """
    first, second = sorted((one, other), key=lambda each: each.since)
    lent = log.of("delegate_approvals")
    times = sorted({first.since, *(each.since for each in lent if first.since < each.since <= second.since)})
    kinds = {kind for each in lent for kind in each.content["approval_kinds"]}
    return first.actor in _one_with(second.actor, [pair for kind in kinds for pair in _pairs(kind, times, log)], log)


def distinct(decisions: Iterable[Record], persons: Mapping[int, frozenset[str] | None]) -> list[list[Record]]:
    """Return decisions by whom they count for, the oldest of each first, in the order of the newest of each.

    Two are of one person where somebody was one person with either signer when they signed.
    """
    found: list[tuple[frozenset[str], list[Record]]] = []
    for one in decisions:
        who = persons[one.index] or frozenset((one.actor,))
        joined = [group for group in found if group[0] & who]
        found = [group for group in found if not group[0] & who]
        together = sorted((one, *(each for _, some in joined for each in some)), key=order)
        found.append((who.union(*(names for names, _ in joined)), together))
    return sorted((some for _, some in found), key=lambda some: order(some[-1]))


def order(one: Record) -> tuple[int, int]:
    """Return by what records are in order."""
    return one.since, one.index


def _pairs(kind: str, times: Sequence[int], log: Disclosed) -> list[tuple[str, str]]:
    """Return who lets whom decide on a kind at any of the times."""
    return [(one.actor, one.content["to"]) for at in times for one in _delegations_at(kind, at, log)]


def _delegations_at(kind: str, at: int, log: Disclosed) -> Iterator[Record]:
    """Yield those of a kind that hold at a time: of each pair the newest counts, and one of no kind ends it."""
    newest: dict[tuple[str, str], Record] = {}
    for one in sorted(log.of("delegate_approvals"), key=lambda each: (each.since, each.index)):
        if one.since <= at:
            newest[one.actor, one.content["to"]] = one
    for one in newest.values():
        if kind in one.content["approval_kinds"] and at < micros(one.content["until"]):
            yield one


def _person_of(principal: str, recorded: Mapping[str, Any]) -> str:
    """Return what stands for the person of a principal: what its definition names, else its own name; of names that
    lead in a circle, the first by alphabet.
    """
    passed = [principal]
    while isinstance(person := recorded.get(passed[-1]), str):
        if person in passed:
            return min(passed[passed.index(person) :])
        passed.append(person)
    return passed[-1]


def _one_with(principal: str, holding: Sequence[tuple[str, str]], log: Disclosed) -> frozenset[str]:
    """Return all principals that are one person with this one, itself among them, as far as the file says."""
    recorded = {name: one.content.get("person") for name, one in log.people.items()}
    same = {name: _person_of(name, recorded) for name in recorded}
    found, front = {principal}, [principal]
    while front:
        name = front.pop()
        near = {other for pair in holding if name in pair for other in pair}
        near |= {other for other, its in same.items() if its == same.get(name)}
        front += near - found
        found |= near
    return frozenset(found)


def conditions_met(request: Record, log: Disclosed) -> list[Record]:
    """Return what says that conditions of decisions on a request are met, the oldest first."""
    met = log.of("meet_condition", lambda content: content["request"] == request.index)
    return sorted(met, key=lambda one: (one.since, one.index))


def hold_delegations(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare who decides for whom with the records, of whoever asked, decided or let a version pass."""
    approvals, delegations = shown.each("approvals"), shown.each("delegations")
    if compare.rests_on_withheld(delegations):
        return
    acted = {
        object_in(by, "actor").get("id")
        for each in approvals
        for by in (each.get("requested_by"), *(one.get("decided_by") for one in objects_in(each.get("decisions"))))
    }
    if "overrides" in shown.context:
        acted |= {object_in(each.get("by"), "actor").get("id") for each in shown.each("overrides")}
    every = [
        one
        for one in log.of("delegate_approvals")
        if shown.subject.kind == "period" or not acted.isdisjoint({one.actor, one.content["to"]})
    ]
    every.sort(key=lambda one: one.index)
    compare.holds(
        [each.get("entry") for each in delegations] == [one.index for one in every],
        "delegations: not those of the entries, in their order",
    )
    for each, one in zip(delegations, every, strict=False):
        derived = {
            "of": log.actor(one),
            "to": {"id": one.content["to"], "authenticated": one.content["to"] != "local"},
            "kinds": sorted(one.content["approval_kinds"]),
            "since": stamp(one.since),
            "until": stamp(micros(one.content["until"])),
            "reason": one.content["reason"],
        }
        compare.same(f"delegation #{one.index}", each, derived, by=(one.index,))


def _beside(decision: Record) -> dict[str, Any]:
    """Return what a decision says beside what every one does."""
    content = decision.content
    sign_in, irb = content.get("sign_in"), content.get("irb")
    waiver = (irb or {}).get("waiver")
    names = ("board", "acted_on", "criteria", "information", "procedure")
    review = optional_micros((irb or {}).get("continuing_review"))
    return {
        "requires": list(content.get("requires", ())),
        "interest": content.get("interest"),
        "conflicts": list(decision.added.get("conflicts", ())),
        "sign_in": None
        if sign_in is None
        else {"at": stamp(micros(sign_in["at"])), "components": list(sign_in["components"])},
        "irb": None
        if irb is None
        else {
            "determination": irb["determination"],
            "protocol": irb["protocol"],
            "continuing_review": None if review is None else stamp(review),
            "waiver": None if waiver is None else {name: waiver[name] for name in names},
        },
        "signed": decision.added.get("signed") or None,
    }


def _signed_digest(decision: Record, request: Record, log: Disclosed) -> str:
    """Return what the decision has to sign: itself, its signer, what the request binds, and the request's place."""
    leaf = next(entry.leaf.hex() for entry in log.entries if entry.index == request.index)
    name = printed_name(decision)
    signer = decision.content["signer"] | ({} if name is None else {"printed_name": name})
    stated = {**decision.content, "signer": signer}
    covered = {
        "request": request.index,
        "leaf": leaf,
        "digests": [{"of": one["of"], "digest": one["digest"]} for one in request.added.get("digests", ())],
        "decision": {key: stated[key] for key in stated if key != "request"},
        "decided_by": decision.actor,
        "authenticated": decision.authenticated,
    }
    return f"sha256:{hashlib.sha256(canonical(covered)).hexdigest()}"


def printed_name(decision: Record) -> str | None:
    """Return the name that a decision is signed with: the catalog added it; an older one took it from the body."""
    found: str | None = decision.added.get("printed_name") or decision.content["signer"].get("printed_name")
    return found


def _signer(was: Record) -> dict[str, Any]:
    return {
        "title": was.content.get("title"),
        "organisation": was.content.get("organisation"),
        "entry": was.index,
    }


def hold_decision(
    one: Values,
    decision: Record,
    person: frozenset[str] | None,
    request: Record,
    shown: Shown,
    log: Disclosed,
    compare: Comparison,
) -> None:
    """Compare a decision with its record: who signed what, as what, and whether it counts, for this person."""
    content, where = decision.content, f"decision #{decision.index}"
    expires, zone = optional_micros(content.get("expires_at")), content["signer"]["time_zone"]
    derived = {
        "decision": content["decision"],
        "decided_by": log.actor(decision),
        "decided_at": decision.recorded_at,
        "reason": content.get("reason"),
        "meaning": content.get("meaning"),
        "printed_name": printed_name(decision),
        "time_zone": zone,
        "expires_at": None if expires is None else stamp(expires),
        "conditions": list(content.get("conditions", ())),
    }
    if not shown.before_people:
        was = log.definition(decision.actor, decision.index)
        derived["key_id"] = decision.added.get("key_id")
        derived["signer"] = None if was is None else _signer(was)
        derived |= _beside(decision)
        counted = one.get("counts_for")
        # The first by name stands for a person: it may be one that the file does not name, and is none behind.
        stands = person is not None and isinstance(counted, str) and counted <= min(person)
        compare.holds(counted is None or stands, f"{where}: it does not count for whom it says")
        signed = decision.added.get("signed")
        if signed and request.index not in log.withheld:
            compare.holds(signed == _signed_digest(decision, request, log), f"{where}: it signs something else")
    compare.same(where, one, derived, by=(decision.index,))
    local = one.get("local_at")
    if local is not None:
        compare.holds(_is_local(local, decision.since, zone), f"{where}: local_at is not its time in {zone}")


def _is_local(text: Any, at: int, zone: str) -> bool:  # noqa: ANN401 - untrusted JSON
    """Return whether a local time is the moment to the second, and the zone's where this machine knows the zone."""
    try:
        local = datetime.fromisoformat(text)
        moment = datetime.fromisoformat(stamp(at))
    except (TypeError, ValueError):
        return False
    if local.tzinfo is None or local != moment.replace(microsecond=0):
        return False
    try:
        return local.utcoffset() == moment.astimezone(ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return True


_EMERGENCY = 72 * 3_600 * 1_000_000
_BESIDE = frozenset({"labels", "policy", "use"})
"""Digests that a request binds beside its subject: nothing in a file says what they are over."""


def derive_approvals(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the approvals with every request and decision in the log, in their order."""
    approvals = shown.each("approvals")
    requests = {each.index: each for each in log.of("request_approval")}
    listed = [each.get("entry") for each in approvals]
    open_ = [index for index in listed if index not in log.withheld]
    compare.alike("requests for approval", open_, requests)
    compare.holds(listed == sorted(listed, key=index_in), "requests for approval: not in their order")
    decided = [one.get("entry") for each in approvals for one in objects_in(each.get("decisions"))]
    every = [each.index for each in log.of("decide_approval")]
    compare.alike("decisions", (index for index in decided if index not in log.withheld), every)
    for each in approvals:
        request = requests.get(index_in(each.get("entry")))
        if request is not None and not compare.rests_on_withheld(each):
            _approval(each, request, shown, log, compare)
    if not shown.before_people:
        hold_delegations(shown, log, compare)


def _approval(each: Values, request: Record, shown: Shown, log: Disclosed, compare: Comparison) -> None:
    where = f"approval #{request.index}"
    decisions = log.of("decide_approval", lambda content: content["request"] == request.index)
    decisions.sort(key=lambda one: (one.since, one.index))
    expires = optional_micros(request.content.get("expires_at"))
    derived = {
        "subject": " ".join(subject_of(request.content["subject"])),
        "kind": request.content["approval_kind"],
        "use_case": request.content.get("use_case"),
        "reason": request.content.get("reason"),
        "requested_by": log.actor(request),
        "requested_at": request.recorded_at,
        "expires_at": None if expires is None else stamp(expires),
        "digests": [f"{of}: {digest}" for of, digest in _digests(request)],
    }
    if not _hidden(request, shown, log, compare):
        change = _earliest(_change(each, request, shown, log), _ended_upstream(each, request, log))
        course = _Course(request, decisions, log, met=not shown.before_people)
        status, ends_at = course.at(log.valid_at, change)
        status = _believed(each, request, status, shown, decisions)
        if not shown.before_people:
            derived["ends_at"] = None if ends_at is None else stamp(ends_at)
        if not shown.is_second:
            since = {"at": stamp(change[0]), "entry": change[1]} if change is not None else None
            derived["invalidated"] = since if status == "INVALIDATED" else None
            derived["entries"] = _in_force(request, log)
        elif not request.content["subject"].get("model_version"):
            # Until a report said since when, only a model version could have become something else.
            status, _ = course.at(log.valid_at, None)
        derived["status"] = status
    if not shown.before_people:
        derived |= _terms_of(request, log)
    compare.same(where, each, derived, by=(request.index, *(one.index for one in decisions)))
    if not shown.before_people:
        _approved_by(each, where, request, decisions, log, compare)
    invalid = each.get("status") == "INVALIDATED"
    compare.holds((each.get("because") is not None) == invalid, f"{where}: the reason of its status")
    listed = objects_in(each.get("decisions"))
    compare.holds(each.get("decisions") == listed, f"{where}: its decisions have not their form")
    compare.holds([one.get("entry") for one in listed] == [one.index for one in decisions], f"{where}: its decisions")
    persons = persons_of(request, decisions, log)
    for one, decision in zip(listed, decisions, strict=False):
        hold_decision(one, decision, persons[decision.index], request, shown, log, compare)


def _terms_of(request: Record, log: Disclosed) -> dict[str, Any]:
    content = request.content
    return {
        "needed": content.get("needed", 1),
        "emergency": content.get("emergency", False),
        "depends_on": list(content.get("depends_on", ())),
        "dossier": content.get("dossier"),
        "dossier_digest": request.added.get("dossier_digest"),
        "met": [
            {
                "text": one.content["text"],
                "evidence": one.content["evidence"],
                "by": log.actor(one),
                "at": stamp(one.since),
                "entry": one.index,
            }
            for one in conditions_met(request, log)
        ],
    }


def _approved_by(
    each: Values, where: str, request: Record, decisions: Sequence[Record], log: Disclosed, compare: Comparison
) -> None:
    """Hold who approved to whom decisions count for, and how many they are to who is one person."""
    persons = persons_of(request, decisions, log)
    counts_for = {one.get("entry"): one.get("counts_for") for one in objects_in(each.get("decisions"))}
    in_force: dict[str, Record] = {}
    stated: dict[str, str] = {}
    for one in sorted(decisions, key=order):
        if one.authenticated and one.actor != request.actor and one.content["decision"] != "ABSTAIN":
            for name in (persons[one.index] or frozenset()) & in_force.keys():
                del in_force[name]
            if persons[one.index] is not None and one.content["decision"] == "APPROVE":
                in_force[one.actor] = one
            person = counts_for.get(one.index)
            if isinstance(person, str):
                stated[person] = one.content["decision"]
    approved, most = each.get("approved_by"), len(distinct(in_force.values(), persons))
    named = sorted(person for person, decision in stated.items() if decision == "APPROVE")
    # Who was one person with another at one of several decisions has two names there, and is one.
    is_of_them = approved == named or (len(named) > most and isinstance(approved, list) and set(approved) < set(named))
    compare.holds(is_of_them, f"{where}: approved_by is not of whom its decisions count for")
    compare.holds(
        isinstance(approved, list) and len(approved) <= most,
        f"{where}: approved_by names more persons than approve it",
    )


def _in_force(request: Record, log: Disclosed) -> list[int]:
    """Return the entries by which what a request binds is what it is now."""
    subject = request.content["subject"]
    if subject.get("model_version"):
        return [each.index for each in registrations_by(subject_of(subject), log)[-1:]]
    if subject.get("snapshot"):
        place = identity_of(subject["snapshot"]["dataset"]), subject["snapshot"]["digest"]
        return [each.index for each in log.of_snapshot("verify_snapshot", *place)[-1:]]
    held = log.declarations(node_id("Dataset", *identity_of(subject["dataset"])))
    return sorted({record.index for aspect, (record, _) in held.items() if aspect != "valid_from"})


def _digests(request: Record) -> list[tuple[str, str]]:
    return [(one["of"], one["digest"]) for one in request.added.get("digests", ())]


def _hidden(request: Record, shown: Shown, log: Disclosed, compare: Comparison) -> bool:
    """Return whether a body may be missing that says what is there of what the request binds."""
    if shown.subject.kind == "period":
        return bool(log.withheld)
    if request.content["subject"].get("model_version"):
        return "model" in shown.context and compare.rests_on_withheld(shown.model)
    return bool(request.content["subject"].get("dataset") and log.withheld)


def _change(each: Values, request: Record, shown: Shown, log: Disclosed) -> tuple[int, int] | None:
    """Return since when something else is there than what a request binds, and by which entry."""
    subject = request.content["subject"]
    bound = {one for one in _digests(request) if one[0] not in _BESIDE}
    if subject.get("model_version"):
        is_shown = shown.subject.kind == "period" or subject_of(subject) == shown.version
        registrations = registrations_by(subject_of(subject), log) if is_shown else []
        return _since(request, registrations, lambda content: _bound(content) != bound)
    if subject.get("snapshot"):
        place = identity_of(subject["snapshot"]["dataset"]), subject["snapshot"]["digest"]
        return _since(request, log.of_snapshot("verify_snapshot", *place), lambda content: content["result"] != "OK")
    dataset, ended = node_id("Dataset", *identity_of(subject["dataset"])), each.get("invalidated")
    if isinstance(ended, dict):
        # What was declared in between is not disclosed, but for the entry that says something else.
        records = log.declared(dataset)
        return _since(request, [one for one in records if one.index == ended.get("entry")], lambda _: True)
    return None if bound == {("declaration", _declaration(dataset, log))} else (log.valid_at, -1)


def _ended_upstream(each: Values, request: Record, log: Disclosed) -> tuple[int, int] | None:
    """Return since when what it binds beside its subject is said to be otherwise, and by which entry.

    It follows from more of the graph than a file discloses: it is taken of a request that binds such, and of an entry
    that the file shows.
    """
    ended, bound = each.get("invalidated"), {of for of, _ in _digests(request)}
    if not isinstance(ended, dict) or not (bound & _BESIDE or request.content.get("depends_on")):
        return None
    at, entry = optional_micros(ended.get("at")), index_in(ended.get("entry"))
    shown = at is not None and any(one.index == entry for one in log.entries)
    return (at, entry) if shown and at is not None and request.since <= at <= log.valid_at else None


def _earliest(*changes: tuple[int, int] | None) -> tuple[int, int] | None:
    return min((one for one in changes if one is not None), default=None)


def _since(request: Record, records: Sequence[Record], differs: Callable[[Values], bool]) -> tuple[int, int] | None:
    """Return the first of the records that differs and was in force at the request or since."""
    until = [*(one.index for one in records[1:]), None]
    changed = [
        (max(one.since, request.since), one.index)
        for one, end in zip(records, until, strict=False)
        if (end is None or end > request.index) and differs(one.content)
    ]
    return min(changed, default=None)


def _declaration(dataset: str, log: Disclosed) -> str:
    """Return the digest over everything declared of a dataset, by its id."""
    held = {aspect: value for aspect, (_, value) in log.declarations(dataset).items() if aspect != "valid_from"}
    use = held.get("permitted_use")
    if isinstance(use, dict):
        held["permitted_use"] = {"purposes": [], "duo": [], "refrains": [], "obligations": [], **use}
    text = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _ends_of(decision: Record) -> list[int | None]:
    """Return when a decision ends."""
    irb = decision.content.get("irb") or {}
    return [optional_micros(decision.content.get("expires_at")), optional_micros(irb.get("continuing_review"))]


def _believed(each: Values, request: Record, derived: str, shown: Shown, decisions: Sequence[Record]) -> str:
    """Return where it stands where that hangs on who is one person, which nothing in a file needs to say.

    What is shown is believed where it grants less than the decisions do; in reports before they showed which
    conditions are met, of these too.
    """
    status = str(each.get("status"))
    required = any(one.content.get("requires") for one in decisions)
    if shown.before_people and derived == "APPROVED" and status == "CONDITIONAL" and required:
        return status
    several = request.content.get("needed", 1) > 1 or request.content.get("emergency", False)
    return (
        status if derived in {"APPROVED", "CONDITIONAL", "ABSTAINED"} and status == "PENDING" and several else derived
    )


class _Course:
    """Where a request stands: a denial stands until its author decides anew, then what came first of its ends.

    An abstention counts until a decision is taken back.
    """

    def __init__(self, request: Record, decisions: Sequence[Record], log: Disclosed, *, met: bool = True) -> None:
        content = request.content
        self._expires, self._needed = optional_micros(content.get("expires_at")), content.get("needed", 1)
        self._emergency = content.get("emergency", False)
        self._met = {one.content["text"]: one.since for one in reversed(conditions_met(request, log))} if met else None
        self._approvals: dict[str, Record] = {}
        self._denials: dict[str, Record] = {}
        self.until: int | None = self._expires
        self.lapses: int | None = None
        self._is_abstained = self._is_lost = False
        self.persons = persons_of(request, decisions, log)
        for one in decisions:
            person = self.persons[one.index]
            if person is not None and not any(e is not None and e <= one.since for e in (self.until, self.lapses)):
                self._take(one, person)

    @property
    def _is_granted(self) -> bool:
        return len(distinct(self._approvals.values(), self.persons)) >= (1 if self._emergency else self._needed)

    @property
    def _counted(self) -> list[Record]:
        newest = [some[-1] for some in distinct(self._approvals.values(), self.persons)]
        whole = max(2, self._needed) if self._emergency else self._needed
        return newest[-whole:] if self._is_granted and not self._denials else []

    def _take(self, one: Record, person: frozenset[str]) -> None:
        decision, was_denied, was_granted, count = (
            one.content["decision"],
            bool(self._denials),
            self._is_granted,
            len(self._approvals),
        )
        if decision != "ABSTAIN":
            self._approvals = {name: each for name, each in self._approvals.items() if name not in person}
        if decision != "DENY":
            self._denials = {name: each for name, each in self._denials.items() if name not in person}
        if decision == "DENY":
            self._denials.setdefault(one.actor, one)
        if decision == "APPROVE":
            self._approvals[one.actor] = one
        is_taken_back = decision == "WITHDRAW" and len(self._approvals) < count
        is_lost = (was_denied and not self._denials) or (was_granted and not self._is_granted)
        self._is_lost = self._is_lost or is_taken_back or is_lost
        self._is_abstained = decision == "ABSTAIN" or (self._is_abstained and decision != "WITHDRAW")
        some = distinct(self._approvals.values(), self.persons)
        is_ratified = not self._emergency or not some or len(some) >= max(2, self._needed)
        self.lapses = None if is_ratified else min(each.since for each in self._approvals.values()) + _EMERGENCY
        limits = [self._expires, *(limit for each in self._counted for limit in _ends_of(each))]
        self.until = min((limit for limit in limits if limit is not None), default=None)

    def at(self, at: int, change: tuple[int, int] | None) -> tuple[str, int | None]:
        """Return where it stands at a time, and when it ends by itself as it stands."""
        if self._denials:
            return "DENIED", None
        ends = [limit for limit in (self.until, self.lapses) if limit is not None]
        end = min((limit for limit in ends if limit <= at), default=None)
        if change is not None and (end is None or change[0] < end):
            return "INVALIDATED", None
        if end is not None:
            return ("EXPIRED" if end == self.until else "LAPSED"), None
        until = min(ends, default=None)
        if self._is_granted:
            required = {text for one in self._counted for text in one.content.get("requires", ())}
            open_ = self._met is not None and any(self._met.get(text, at + 1) > at for text in required)
            return ("CONDITIONAL" if open_ else "APPROVED"), until
        return ("ABSTAINED" if self._is_abstained and not self._is_lost else "PENDING"), until


def end_of(request: Record, status: str, log: Disclosed) -> int | None:
    """Return when an approval that EXPIRED or LAPSED ended, by its own dates and those of its decisions."""
    decisions = log.of("decide_approval", lambda content: content["request"] == request.index)
    decisions.sort(key=lambda one: (one.since, one.index))
    course = _Course(request, decisions, log)
    return course.until if status == "EXPIRED" else course.lapses


def _bound(content: Values) -> set[tuple[str, str]]:
    """Return what a request for this registration would bind."""
    found = {
        ("artifact", content["artifact_digest"]),
        ("code", f"{content['code']['repository']}@{content['code']['revision']}"),
        ("environment", content["environment"]["digest"]),
    }
    found |= {("training snapshot", one["digest"]) for one in content.get("trained_on", ())}
    return found | {("evaluation snapshot", one["digest"]) for one in content.get("evaluated_on", ())}


def derive_subject(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what a request would bind now, and the entries that say so, with all that is recorded of the subject."""
    hold_subject(shown.subject, log, compare)


def hold_subject(subject: Subject, log: Disclosed, compare: Comparison) -> None:
    """Compare what a request for a subject would bind, and the entries that say so, with what is recorded of it."""
    if compare.rests_on_withheld(subject.values):
        return
    if subject.kind == "model_version":
        records = registrations_by(subject.key, log)
        binds = sorted(_bound(records[-1].content)) if records else []
    elif subject.kind == "snapshot":
        records = log.of_snapshot("verify_snapshot", (subject.key[0], subject.key[1]), subject.key[2])
        binds = [("snapshot", subject.key[2])] if not records or records[-1].content["result"] == "OK" else []
    else:
        dataset = node_id("Dataset", *subject.key)
        records = log.declared(dataset)
        binds = [("declaration", _declaration(dataset, log))] if records else []
    entries = sorted(each.index for each in records)
    derived = {"entries": entries, "binds": [f"{of}: {digest}" for of, digest in binds]}
    compare.same("subject", subject.values, derived, by=entries)


LINEAGE, COLUMN_LINEAGE = "lineage", "columnLineage"


def sources_named(target: str, attempt: Attempt) -> tuple[str | None, set[str]]:
    """Return by which facet an attempt names the sources of an output, and these: a lineage facet beats column lineage,
    and what several events name by one facet counts together.
    """
    by, sources = None, set[str]()
    for event in attempt.events:
        for facet, named in _named_for(target, event):
            if by == LINEAGE and facet != LINEAGE:
                continue
            sources = named | (sources if by == facet else set())
            by = facet
    return by, sources


def _named_for(target: str, event: Event) -> Iterator[tuple[str, set[str]]]:
    own = [one for one in event.entries if one.get("type") == "DATASET" and _ids((one,)) == {target}]
    described = [facets_of(content) for content in event.outputs if node_id("Dataset", *identity_of(content)) == target]
    for facets in described or [{}]:
        facet = facet_in(facets.get(LINEAGE))
        stated = [*([facet] if names_inputs(facet) else ()), *own]
        if stated:
            named = {one for holder in stated for one in _sources_of(holder)}
            if any(is_job(one, event.job) for holder in stated for one in inputs_of(holder)):
                feeding = (one for one in event.entries if is_job(one, event.job))
                named |= {one for holder in feeding for one in _sources_of(holder)}
            yield LINEAGE, named
            continue
        facet = facet_in(facets.get(COLUMN_LINEAGE))
        if named := _ids([*fields_in(facet, "inputFields"), *objects_in(facet.get("dataset"))]):
            yield COLUMN_LINEAGE, named


def _ids(items: Iterable[Values]) -> set[str]:
    """Return the ids of the datasets that have both names, neither of them empty."""
    return {node_id("Dataset", *one) for one in whole_names(items)}


def _sources_of(holder: Values) -> set[str]:
    return {node_id("Dataset", *one) for one in datasets_fed(holder)}


def listed_in(attempt: Attempt) -> set[str]:
    """Return the datasets that the events of an attempt list as inputs."""
    return {one for event in attempt.events for one in _ids(event.inputs)}


_EVALUATED = "EVALUATED"


def derive_runs(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare every run with its events: state, times, job, error, and whether a later run made good for it."""
    runs = shown.each("runs")
    on_the_way = {shown.run_of(edge.get("job"), edge.get("run")) for edge in shown.each("edges")}
    for run in runs:
        run_id = str(run.get("run"))
        key = str(run.get("job")), run_id
        events, ids = log.run(key), ids_of_run(key)
        of_run = {entry.index for entry in log.entries if not ids.isdisjoint(entry.subjects)}
        if compare.rests_on_withheld(run) or not log.withheld.isdisjoint(of_run):
            continue
        where = f"run {run_id}"
        if not events:
            _silent(run, where, log, compare)
            continue
        newest = attempts_of(events)[-1]
        entries = sorted({event.index for event in events})
        derived = {
            "state": newest.state,
            "started_at": stamp(newest.start.order[0]),
            "ended_at": None if newest.end is None else stamp(newest.end.order[0]),
            "entries": entries,
        }
        compare.same(where, run, derived, by=entries)
        _error(run, where, events, compare)
        tried = run.get("attempt")
        compare.holds(
            tried is False or (run.get("state") in {"FAIL", "ABORT"} and key not in on_the_way),
            f"{where}: shown as an attempt",
        )
        retried = run.get("retried_by")
        if retried is not None:
            after = shown.runs.get((key[0], retried), {})
            held = tried is True and (after.get("state"), after.get("job")) == ("COMPLETE", run.get("job"))
            compare.holds(held, f"{where}: not retried by {brief(retried)}")


def _silent(run: Values, where: str, log: Disclosed, compare: Comparison) -> None:
    """Hold a run that sent no event to the entry that names it."""
    compare.same(where, run, {"state": "UNKNOWN", "started_at": None, "ended_at": None, "error": None})
    named = {text for index in citations(run) if index in log.bodies for text in texts_in(log.bodies[index])}
    compare.holds(run.get("run") in named, f"{where}: no entry that it cites names it")


def _error(run: Values, where: str, events: Sequence[Event], compare: Comparison) -> None:
    content = [facet for event in events if (facet := _failure(event.run_facets)) is not None]
    message = content[-1].get("message") if content else None
    error = message if isinstance(message, str) else None
    compare.same(where, run, {"error": error}, by=(event.index for event in events))


def _failure(facets: Values) -> Values | None:
    """Return what an event says of the error of its run: the standard's facet, or Spark's own where that is absent."""
    content = facets.get("errorMessage")
    if isinstance(content, dict):
        return content
    facet = facets.get("spark.exception")
    if not isinstance(facet, dict) or "errorMessage" in facets:
        return None
    inner = facet.get("exception")
    exception = inner if isinstance(inner, dict) else facet
    names = (text_in(exception.get(key)) for key in ("class", "className", "@class", "type"))
    name, message = next((one for one in names if one is not None), None), text_in(exception.get("message"))
    if name is None:
        return {"message": message}
    return {"message": name if message is None or message.startswith(name) else f"{name}: {message}"}


def derive_edges(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare every edge with the run or the registration that it cites, and its ends with the nodes."""
    version = node_id("ModelVersion", *shown.version)
    judged = Attested(shown, log)
    kinds = {entry.index: entry for entry in log.entries}
    registered = {each.index: each for each in registrations_of(shown, log)}
    for number, edge in enumerate(shown.each("edges"), 1):
        where = f"edge {number}"
        key = shown.run_of(edge.get("job"), edge.get("run"))
        run = None if key is None else shown.runs.get(key)
        if edge.get("run") is not None:
            compare.holds(run is not None, f"{where}: its run is not among the runs")
        if run is not None:
            compare.same(where, edge, {"run_state": state_of(run)})
        if not log.withheld:
            steps = (step for step in judged.steps.get(edge.get("target"), ()) if step.run == edge.get("run"))
            removes = any(step.job == edge.get("job") and judged.is_covered(step) for step in steps)
            compare.same(where, edge, {"deidentifies": removes})
        is_measure = edge.get("kind") == _EVALUATED and not shown.is_before_fourth
        if is_measure or compare.rests_on_withheld(edge):
            continue
        cited = [kinds[index] for index in citations(edge) if index in kinds]
        registers = str(edge.get("target")).startswith("ModelVersion:")
        compare.same(where, edge, {"kind": "REGISTERED" if registers else "RAN"})
        if registers:
            known = [registered[entry.index] for entry in cited if entry.index in registered]
            compare.holds(edge.get("target") != version or bool(known), f"{where}: no entry registers it")
            _registered(edge, where, known, shown, compare)
        else:
            _ran(edge, where, cited, log, compare)
    _measured(version, registered, shown, log, compare)
    nodes = {node.get("id") for node in shown.each("nodes")}
    ends = {edge.get(end) for edge in shown.each("edges") for end in ("source", "target")}
    compare.holds(ends <= nodes, "edges: an end is not among the nodes")


def _registered(edge: Values, where: str, known: Sequence[Record], shown: Shown, compare: Comparison) -> None:
    for record in known:
        job = record.content.get("job") or record.added.get("job")
        named = shown.run_named(record)
        derived = {
            "job": None if job is None else full_name(job),
            "run": named[1] if named in shown.runs and named is not None else None,
        }
        compare.same(where, edge, {**derived, "confidence": "STATED"}, by=(record.index,))


def _measured(
    version: str, registered: Mapping[int, Record], shown: Shown, log: Disclosed, compare: Comparison
) -> None:
    """Compare the edges from what the version was evaluated on with its newest registration, and which only tried."""
    if shown.is_before_fourth:
        return
    if not log.withheld:
        tried = attempted(shown, log)
        for number, edge in enumerate(shown.each("edges"), 1):
            made = edge.get("target") != version and shown.run_of(edge.get("job"), edge.get("run")) in tried
            compare.same(f"edge {number}", edge, {"attempt": made})
    edges = [edge for edge in shown.each("edges") if edge.get("kind") == _EVALUATED]
    if not registered or compare.rests_on_withheld([shown.model, edges]):
        return
    newest = list(registered.values())[-1]
    compare.alike(
        "evaluation edges",
        (
            {name: edge.get(name) for name in ("source", "target", "job", "run", "confidence", "entries")}
            for edge in edges
        ),
        (
            {
                "source": node_id("Snapshot", *snapshot_key(one)),
                "target": version,
                "job": None,
                "run": None,
                "confidence": "STATED",
                "entries": [newest.index],
            }
            for one in newest.content.get("evaluated_on", ())
        ),
    )


def _ran(edge: Values, where: str, cited: Sequence[Entry], log: Disclosed, compare: Comparison) -> None:
    run = str(edge.get("job")), str(edge.get("run"))
    events, ids = log.run(run), ids_of_run(run)
    is_of_run = bool(cited) and not any(ids.isdisjoint(entry.subjects) for entry in cited)
    compare.holds(is_of_run, f"{where}: it cites another run")
    compare.holds(bool(events), f"{where}: the run executed another job")
    access = log.access(run)
    source, target = (_dataset_of(edge.get(end), log) for end in ("source", "target"))
    given_up = {old for event in events for old, _ in renamings_in(event)}
    reads = _names_used(source, access.reads | given_up, events, log)
    writes = _names_used(target, access.writes, events, log)
    fed = _names_used(source, _fed(run, events, log), events, log)
    for end, dataset, found in (("source", source, reads or fed), ("target", target, writes)):
        sentence = f"{where}: no event says that the run read its source and wrote its target ({end})"
        compare.holds(dataset is None or bool(found), sentence)
    pairs = [(one, other) for one in reads for other in writes if one in access.first and other in access.first]
    if not reads and fed:
        compare.same(where, edge, {"confidence": "INFERRED"})
        return
    is_bound = _is_bound(str(edge.get("target")), log)
    if pairs:
        known = sorted({by for pair in pairs for by in _known_from(*pair, events, access, is_bound=is_bound)})
        indexes = [entry.index for entry in cited]
        compare.holds(
            len(indexes) == 1 and indexes[0] in known,
            f"{where}: it was known by {', '.join(f'#{one}' for one in known)}",
        )
    if pairs and not any(_stands_for_itself(event) for event in events):
        how = [one for pair in pairs for one in _known_by(edge.get("source"), *pair, events, access, log)]
        compare.holds(bool(how), f"{where}: what its run says of its target's sources leaves its source out")
        how = ["INFERRED"] if is_bound else how
        shown_as = edge.get("confidence")
        compare.same(where, edge, {"confidence": shown_as if shown_as in how else next(iter(how), None)})


def _fed(run: RunKey, events: Sequence[Event], log: Disclosed) -> set[str]:
    """Return what other runs of a stream read for one that only writes, below the parent that all of them name."""
    parents = {one for event in events if streams(event) for one in _parents(event)}
    if not parents or any(event.reads for event in events):
        return set()
    if not any(streams(event) for parent in parents for event in log.run(parent)):
        return set()
    beside = [event for event in log.events if event.key != run and streams(event) and parents & set(_parents(event))]
    halves = {event.key for event in beside}
    halves = {key for key in halves if key is not None and not any(event.writes for event in log.run(key))}
    return {node_id("Dataset", *one) for event in beside if event.key in halves for one in event.reads}


def _parents(event: Event) -> Iterator[RunKey]:
    """Yield the run that an event says its run is a part of (ParentRunFacet)."""
    facet = event.run_facets.get("parent")
    above, job = (facet.get("run"), facet.get("job")) if isinstance(facet, dict) else (None, None)
    if isinstance(above, dict) and isinstance(job, dict) and isinstance(above.get("runId"), str):
        yield full_name(job), above["runId"]


def _is_bound(target: str, log: Disclosed) -> bool:
    """Return whether a state is a snapshot that only its seal or verification binds to what lay there then: neither an
    event nor a seal names the run that made it.
    """
    return target.startswith("Snapshot:") and target not in log.made


def _known_from(source: str, target: str, events: Sequence[Event], access: Access, *, is_bound: bool) -> Iterator[int]:
    """Yield by which entries it may have been known that a run read a source and wrote a target: what is bound by its
    seal alone only once that had taken effect, as an attempt completed, or a stream read or wrote.
    """
    first = max(access.first[source], access.first[target])
    if not is_bound:
        yield first
        return
    moments: dict[int, int] = {}
    goes_on = any(streams(event) for event in events)
    for event in events:
        if event.type == "COMPLETE" or (goes_on and (event.reads or event.writes)):
            moments[event.order[0]] = min(event.index, moments.get(event.order[0], event.index))
    yield from (max(first, min(access.written[target]), entry) for entry in moments.values())


def _names_used(dataset: str | None, used: Collection[str], events: Sequence[Event], log: Disclosed) -> list[str]:
    """Return by which names a run read or wrote a dataset: by its own and by those that stood for the same when any of
    the run's events was.
    """
    if dataset is None:
        return []
    names, times = log.names(), sorted({event.order[0] for event in events})
    others = [one for one in sorted(names.names(dataset)) if one in used]
    stood = {names.resolve(dataset, at) for at in names.moments}
    return [one for one in others if one == dataset or any(names.resolve(one, at) in stood for at in times)]


def _known_by(
    state: object, source: str, target: str, events: Sequence[Event], access: Access, log: Disclosed
) -> Iterator[str]:
    """Yield how it may be known that a state of one dataset was made of one of another, by each attempt that wrote it.

    An event names the state that was read. Else a lineage facet is the whole truth of what fed an output; column
    lineage is where it names inputs alone, and leaves beside what no output's names where it names others; and where
    neither says anything, all inputs fed it, as they were when the attempt started.
    """
    if state in access.versions.get(source, ()):
        yield "STATED"
        return
    for one in attempts_of(events):
        if target not in Access(one.events).writes:
            continue
        renamed = [old for event in one.events for old, new in renamings_in(event) if new == target]
        if renamed and renamed[-1] == source:
            yield "STATED"
            continue
        facet, named = sources_named(target, one)
        if source in named:
            yield "STATED" if facet == LINEAGE else "COLUMN_LINEAGE"
        elif facet != LINEAGE and source in listed_in(one) and (facet is None or _is_beside(source, named, one, log)):
            yield "INFERRED" if one.started else "START_UNKNOWN"


def _is_beside(source: str, named: Collection[str], attempt: Attempt, log: Disclosed) -> bool:
    """Tell whether an input that column lineage leaves out may feed an output all the same: it names what is no input,
    and none of the attempt's outputs names this one.
    """
    at, names = attempt.start.order[0], log.names()
    listed = {names.resolve(one, at) for one in listed_in(attempt)}
    if all(names.resolve(one, at) in listed for one in named):
        return False
    outputs = {node_id("Dataset", *identity_of(content)) for event in attempt.events for content in event.outputs}
    named_by_facets = (sources_named(output, attempt) for output in sorted(outputs))
    stated = {names.resolve(one, at) for facet, some in named_by_facets if facet == COLUMN_LINEAGE for one in some}
    return names.resolve(source, at) not in stated


def derive_nodes(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare every node with its place in the graph and with what is shown of it elsewhere."""
    version = node_id("ModelVersion", *shown.version)
    labels: dict[Any, set[str]] = {}
    for label in (each for each in shown.each("labels") if each.get("later") is not True):
        labels.setdefault(label.get("dataset"), set()).add(str(label.get("kind")))
    truncated = object_in(shown.read_point.get("completeness"), "completeness").get("state") == "TRUNCATED"
    tried, judged = attempted(shown, log), Attested(shown, log)
    made = (edge for edge in shown.each("edges") if shown.run_of(edge.get("job"), edge.get("run")) not in tried)
    targets = {edge.get("target") for edge in made}
    fed: dict[str, bool] = {}
    for node in shown.each("nodes"):
        id_, where = str(node.get("id")), f"node {node.get('name')}"
        derived: dict[str, Any] = {"kind": id_.partition(":")[0], "root": id_ == version}
        if id_ == version:
            _version_node(node, where, derived, shown, log, compare)
            continue
        if not truncated:
            derived["raw_feed"] = id_ not in targets and derived["kind"] != "ModelVersion"
        dataset = _dataset_of(id_, log)
        identity = None if dataset is None else log.names().identities.get(log.names().dataset(dataset))
        if identity is not None and not compare.rests_on_withheld(node):
            name = "/".join(identity)
            fed[name] = fed.get(name, False) or node.get("raw_feed") is True
            asked = node_id("Dataset", *identity)
            held, now = log.declarations(asked, judged.registered), log.declarations(asked)
            derived |= {"name": name, "labels": sorted(labels.get(name, ()))}
            compare.holds(_names_first(node, id_, identity, log), f"{where}: it cites an entry that does not name it")
            if not log.withheld:
                derived["zone"] = held["zone"][1] if "zone" in held else None
                state, since = (each.get("deidentification_state", (None, None))[1] for each in (held, now))
                derived["deid_state"] = state
                derived["deid_state_since"] = since if since != state else None
                derived["attested"] = judged.is_attested(id_) if judged.is_cleared(name) else None
                derived["from_attested"] = id_ in judged.derived
        compare.same(where, node, derived)
        if identity is None and not log.withheld and derived["kind"] in {"Dataset", "Snapshot", "State"}:
            compare.holds(False, f"{where}: no entry names it")
    for source in shown.each("sources"):
        name = str(source.get("dataset"))
        if not log.withheld:
            compare.same(f"source {name}", source, {"raw_feed": fed.get(name, False)})


def _names_first(node: Values, id_: str, identity: Identity, log: Disclosed) -> bool:
    """Return whether a node cites an entry that can have made its dataset known, and besides only seals of the state
    itself that name the run which made it.
    """
    cited = list(citations(node))
    first = log.first.get(identity)
    names = [
        index for index in cited if identity in log.named.get(index, {}).values() and (first is None or index <= first)
    ]
    return bool(names) and len(set(cited) - {*names[:1], *log.sealed_by_runs.get(id_, ())}) == 0


def _version_node(
    node: Values, where: str, derived: dict[str, Any], shown: Shown, log: Disclosed, compare: Comparison
) -> None:
    own = {"name": f"{shown.model['name']} {shown.model['version']}", "raw_feed": False, "labels": []}
    none = dict.fromkeys(("zone", "deid_state", "deid_state_since", "attested"))
    compare.same(where, node, {**derived, **own, **none, "from_attested": False})
    first = min((record.index for record in registrations_of(shown, log)), default=None)
    cited = list(citations(node))
    held = [i for i in cited if _names_version(log.bodies.get(i), shown) and (first is None or i <= first)]
    named = len(cited) == 1 and held == cited
    compare.holds(named or compare.rests_on_withheld(node), f"{where}: it cites no entry that can have named it first")


def _names_version(body: object, shown: Shown) -> bool:
    """Return whether a body names the model version: a record in its fields, an event in the facets of a dataset."""
    return set(shown.version) <= set(texts_in(body))


def derive_schema_changes(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare every change of a schema with the two schemas in the entries that it cites."""
    for number, change in enumerate(shown.each("schema_changes"), 1):
        where, entries = f"schema change {number}", list(citations(change))
        compare.holds(bool(entries), f"{where}: it cites nothing")
        if compare.rests_on_withheld(change) or not entries:
            continue
        name = change.get("dataset")
        named = log.shown_as(name)
        held = [[s for s in _schemas(log, index) if s[0] == named] for index in (entries[0], entries[-1])]
        found = [
            {
                "added": [column for column in new if column not in old],
                "removed": [column for column in old if column not in new],
                "changed": [
                    f"{column}: {old[column] or 'unknown'} to {kind or 'unknown'}"
                    for column, kind in new.items()
                    if column in old and old[column] != kind
                ],
                "run": run,
            }
            for first, second in ((held[0], held[1]), (held[1], held[0]))
            for _, old, _ in first
            for _, new, run in second
        ]
        content = {key: change.get(key) for key in ("added", "removed", "changed", "run")}
        compare.holds(content in found, f"{where}: the two entries do not say it")
        cited = [event for event in log.events if event.index in entries]
        effective = any(_took_effect(event, str(change.get("at")), shown, log) for event in cited)
        compare.holds(effective, f"{where}: no event that it cites took effect then")


def _took_effect(event: Event, at: str, shown: Shown, log: Disclosed) -> bool:
    """Return whether what an event says may have taken effect at a time: its own, or that of a later event of its run.

    Of a run that is not on the way, the later events are not disclosed.
    """
    own = stamp(event.order[0])
    if event.key is None or event.key not in shown.runs:
        return at == own if event.key is None else at >= own
    return at >= own and at in {stamp(each.order[0]) for each in log.run(event.key)}


def _schemas(log: Disclosed, index: int) -> Iterator[tuple[str, dict[str, str | None], str | None]]:
    for event in log.events:
        if event.index == index:
            for content in event.datasets:
                schema = facets_of(content).get("schema")
                if isinstance(schema, dict):
                    name = node_id("Dataset", *identity_of(content))
                    dataset = log.names().belongs(name, event.order[0], log.valid_at)
                    yield dataset, columns_of(schema), event.run


def _dataset_of(id_: object, log: Disclosed) -> str | None:
    """Return the dataset's id of a node of the lineage, None where the bodies do not tell."""
    label, _, rest = str(id_).partition(":")
    if label == "Dataset":
        return str(id_)
    if label == "State":
        return f"Dataset:{rest.partition('.')[0]}"
    identity = log.identities.get(str(id_))
    return None if identity is None else node_id("Dataset", *identity)


def _stands_for_itself(event: Event) -> bool:
    """Return whether each event of the job stands for itself (jobType's emissionPattern)."""
    kind = event.job_facets.get("jobType")
    return isinstance(kind, dict) and "emissionPattern" in kind


_KINDS = ("PERSON", "SERVICE", "EMITTER")
_LOCAL, _LOCAL_NAME = "local", "local principal, unauthenticated"


def derive_people(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the name of everyone who acted with the newest definition of each."""
    for actor in _actors(shown.context):
        known = log.people.get(actor["id"])
        if compare.rests_on_withheld(actor):
            continue
        if known is not None:
            derived = {"name": known.content["display_name"], "entry": known.index}
            compare.same(f"name of {actor['id']}", actor, derived, by=(known.index,))
        else:
            # Whoever acts on the catalog's own machine before any key exists is defined by no record.
            name = _LOCAL_NAME if actor["id"] == _LOCAL else None
            compare.same(f"name of {actor['id']}", actor, {"name": name, "entry": None})


def derive_acts(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare who wrote the entries with their headers, and who that is with the definitions and keys disclosed."""
    if shown.before_people:
        return
    written: dict[str, dict[_Act, list[int]]] = {}
    for entry in log.entries:
        if entry.withheld != NOT_CITED:
            act = (entry.kind, *_whose_place(log.bodies.get(entry.index)))
            written.setdefault(entry.actor, {}).setdefault(act, []).append(entry.index)
    people = {_id(each): each for each in shown.each("people")}
    compare.alike("who acted", (_id(each) for each in shown.each("people")), written)
    compare.holds(
        shown.each("people") == sorted(people.values(), key=_listed_by), "who acted: not in the order of kind and id"
    )
    for principal in people.keys() & written.keys():
        each = people[principal]
        _compare_acts(principal, each, written[principal], log, compare)
        if not compare.rests_on_withheld(each):
            compare.same(principal, each, _person(principal, log))


_Act = tuple[str, str, int]
"""A kind of entry, in whose place it was written (empty: in their own), and by which delegation (-1: by none)."""


def _whose_place(body: Any) -> tuple[str, int]:  # noqa: ANN401 - any JSON value
    found = body.get("on_behalf_of") if isinstance(body, dict) else None
    if not isinstance(found, dict):
        return "", -1
    return str(found.get("principal")), index_in(found.get("delegation"))


def _compare_acts(
    principal: str, each: Values, written: Mapping[_Act, list[int]], log: Disclosed, compare: Comparison
) -> None:
    """Compare what somebody did with the entries, and in whose place with their bodies, where these are there."""
    shown = [{"on_behalf_of": None, "entries": [], **act} for act in objects_in(each.get("acts"))]
    derived = [_did_as(kind, sorted(written[kind]), log) for kind in sorted(written)]
    if not log.withheld.isdisjoint(index for indexes in written.values() for index in indexes):
        shown, derived = _by_kind(shown), _by_kind(derived)
    compare.same(f"acts of {principal}", {"acts": shown}, {"acts": derived})


def _did_as(kind: _Act, indexes: list[int], log: Disclosed) -> dict[str, Any]:
    name, of, delegation = kind
    if not of:
        return {"kind": name, "indexes": indexes, "on_behalf_of": None, "entries": []}
    known = log.people.get(of)
    defined = {} if known is None else {"name": known.content["display_name"], "entry": known.index}
    actor = _whole({"id": of, "authenticated": of != _LOCAL, **defined})
    return {"kind": name, "indexes": indexes, "on_behalf_of": actor, "entries": [delegation]}


def _by_kind(acts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the same without in whose place: what is withheld does not tell."""
    found: dict[str, list[int]] = {}
    for act in acts:
        found.setdefault(str(act.get("kind")), []).extend(index_in(one) for one in act.get("indexes") or ())
    return [{"kind": kind, "indexes": sorted(found[kind])} for kind in sorted(found)]


def _person(principal: str, log: Disclosed) -> dict[str, Any]:
    """Return what definitions and keys say of a principal."""
    known = log.people.get(principal)
    content = {} if known is None else known.content
    return {
        "actor": {"id": principal, "authenticated": principal != _LOCAL},
        "principal_kind": content.get("principal_kind"),
        "title": content.get("title"),
        "organisation": content.get("organisation"),
        "roles": list(content.get("roles", ())),
        "approves": list(content.get("approves", ())),
        "active": None if known is None else content.get("active", True),
        "defined_at": None if known is None else known.recorded_at,
        "defined_by": None if known is None else _whole(log.actor(known)),
        "keys": [] if known is None else _keys(principal, log),
    }


def _keys(principal: str, log: Disclosed) -> list[dict[str, Any]]:
    """Return the keys that were issued to a principal, each with the first entry that revoked it."""

    def fits(content: Any) -> bool:  # noqa: ANN401 - any JSON value
        return bool(content["principal"] == principal)

    found: dict[str, dict[str, Any]] = {}
    changes = [*log.of("issue_key", fits), *log.of("revoke_key", fits)]
    for change in sorted(changes, key=lambda one: (one.order, one.index)):
        key_id, by = change.content["key_id"], _whole(log.actor(change))
        known = found.get(key_id)
        if change.kind == "issue_key" and known is None:
            issued = {"key_id": key_id, "issued_at": change.recorded_at, "issued_by": by, "entries": [change.index]}
            found[key_id] = {**issued, "revoked_at": None, "revoked_by": None}
        elif change.kind == "revoke_key" and known is not None and known["revoked_at"] is None:
            entries = sorted((*known["entries"], change.index))
            found[key_id] = {**known, "revoked_at": change.recorded_at, "revoked_by": by, "entries": entries}
    return sorted(found.values(), key=lambda one: (one["issued_at"], one["key_id"]))


def _whole(actor: dict[str, Any]) -> dict[str, Any]:
    """Return an actor as a list of them shows it, the local principal by what it is called."""
    called = _LOCAL_NAME if actor["id"] == _LOCAL else None
    return {"name": called, "entry": None, **actor}


def _id(person: Any) -> str:  # noqa: ANN401 - untrusted JSON
    return str(object_in(person.get("actor"), "people/actor").get("id"))


def _listed_by(person: Any) -> tuple[int, str]:  # noqa: ANN401 - untrusted JSON
    kind = person.get("principal_kind")
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS), _id(person)


def derive_entry_subjects(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what entries are about with their headers; an id is a digest of the key that names what it stands for."""
    if shown.before_people:
        return
    listed = shown.each("entry_subjects")
    headers = [entry for entry in log.entries if entry.withheld != NOT_CITED]
    ids = sorted({id_ for entry in headers for id_ in entry.subjects})
    compare.holds([each.get("id") for each in listed] == ids, "entry subjects: not those of the entries' headers")
    for each in listed:
        id_, key = str(each.get("id")), each.get("key")
        label, _, _ = id_.partition(":")
        named = isinstance(key, list) and all(isinstance(part, str) for part in key)
        compare.holds(key == [] or (named and node_id(label, *(key or ())) == id_), f"{id_} is another's id")


def _actors(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "authenticated" in value and isinstance(value.get("id"), str):
            yield value
        for item in value.values():
            yield from _actors(item)
    elif isinstance(value, list):
        for item in value:
            yield from _actors(item)


_DECISIONS = {
    "acknowledge_finding": "ACKNOWLEDGED",
    "accept_finding": "ACCEPTED",
    "reopen_finding": "OPEN",
}


def derive_estate(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare how each finding stands with the newest record that decides of it."""
    if "estate" not in shown.context:
        compare.holds(shown.is_before_fourth, "findings of the estate: they are left out")
        return
    for each in shown.each("estate"):
        if compare.rests_on_withheld(each):
            continue
        where = f"finding {each.get('code')} on {each.get('subject')}"
        decided = [
            record
            for kind in _DECISIONS
            for record in log.of(kind)
            if (record.content["rule"], record.content["subject"]) == (each.get("code"), each.get("node"))
        ]
        newest = max(decided, key=lambda one: (one.order, one.index), default=None)
        if newest is None:
            compare.same(where, each, {"stands": "OPEN", "decided": None})
        else:
            compare.same(where, each, _stands(newest, log), by=(newest.index,))


def _stands(record: Record, log: Disclosed) -> Values:
    until = optional_micros(record.content.get("until"))
    is_over = until is not None and until <= log.valid_at
    decided = {
        "by": log.actor(record),
        "at": record.recorded_at,
        "reason": record.content["reason"],
        "until": None if until is None else stamp(until),
        "entry": record.index,
    }
    return {"stands": "OPEN" if is_over else _DECISIONS[record.kind], "decided": decided}


_STATED = ("permit_use", "license_use", "declare_dataset", "declare_source")
_ARGUMENTS = ("diseases", "places", "users", "projects", "institutes", "topics", "contacts")


def derive_statements(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare every statement with the record that makes it, and with what ended it or withdrew its consent since."""
    if shown.is_before_fourth:
        return
    for each in shown.each("statements"):
        if compare.rests_on_withheld(each):
            continue
        where = f"statement {each.get('statement')}"
        cited = set(citations({"entries": each.get("entries")}))
        # A statement is shown from when it was made, though it may hold from a later date.
        made = [
            record for record in (*log.records, *log.later_records) if record.index in cited and record.kind in _STATED
        ]
        compare.holds(len(made) == 1, f"{where}: it does not cite one record that makes it")
        for record in made[:1]:
            is_own = record.kind in {"declare_dataset", "declare_source"}
            derived = _by_declaration(record) if is_own else _by_permit(record, log)
            entries = {record.index} if is_own else {record.index, *(one.index for one in _changes(record, log))}
            compare.same(where, each, derived | {"entries": sorted(entries)}, by=(record.index,))
        _way(each, where, shown, log, compare)


def _way(each: Values, where: str, shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold the way to lead from what the statement is about to the subject, each step by an entry that names an end."""
    own = shown.title
    steps = objects_in(each.get("way"))
    targets = [step.get("target") for step in steps]
    compare.holds(targets[-1:] in ([own], []), f"{where}: its way does not lead to the subject")
    # What is said of a dataset's source, or of a state of it, reaches the dataset without a step.
    of_itself = shown.subject.kind == "dataset" and _is_of_itself(str(each.get("subject")), own, shown, log)
    is_there = bool(steps) or of_itself or each.get("subject") == own
    compare.holds(is_there, f"{where}: no way leads from there to the subject")
    compare.holds(
        [step.get("source") for step in steps[1:]] == targets[:-1], f"{where}: the steps of its way do not join"
    )
    registered = {one.index for one in registrations_of(shown, log)}
    for step in steps:
        entry = index_in(step.get("entry"))
        named = log.names_in(entry) | ({own} if entry in registered else set())
        compare.holds(
            not named.isdisjoint({step.get("source"), step.get("target")}),
            f"{where}: #{entry} names neither end of a step on its way",
        )


def _is_of_itself(subject: str, own: str, shown: Shown, log: Disclosed) -> bool:
    """Return whether a statement is about a state of the dataset that the report is of, or about its source."""
    declared = log.declarations(node_id("Dataset", *shown.subject.key))
    return subject.startswith(f"{own} ") or subject == supplier(declared)


def _changes(record: Record, log: Disclosed) -> list[Record]:
    """Return what ended a statement, and what withdrew its consent."""
    name = record.content["use_statement"]
    return [
        one
        for kind in ("withdraw_consent", "end_use_statement")
        for one in (*log.of(kind), *(each for each in log.later_records if each.kind == kind))
        if one.content["use_statement"] == name
    ]


def _by_permit(record: Record, log: Disclosed) -> dict[str, Any]:
    content, changes = record.content, _changes(record, log)
    ends = [one.since for one in changes if one.kind == "end_use_statement"]
    ends += [until] if (until := optional_micros(content.get("until"))) is not None else []
    withdrawn = min(
        ((one.content.get("effect") != "RETROACTIVE", one.since) for one in changes if one.kind == "withdraw_consent"),
        default=None,
    )
    consent, agreement = content.get("consent") or {}, content.get("agreement") or {}
    places, purposes = content.get("places"), content.get("purposes")
    return {
        "statement": content["use_statement"],
        "authority": content["authority"],
        "terms": _terms(content.get("terms")),
        "purposes": None if purposes is None else sorted(purposes),
        "obligations": sorted(content.get("obligations") or ()),
        "refrains": sorted(content.get("refrains") or ()),
        "places": None if places is None else sorted(places),
        "basis": content.get("basis"),
        "agreement": agreement.get("agreement"),
        "agreement_until": _time(agreement.get("until")),
        "consent": consent.get("state", "GIVEN") if consent else None,
        "consent_until": _time(consent.get("until")),
        "withdrawn_since": None if withdrawn is None else stamp(withdrawn[1]),
        "since": stamp(record.since),
        "until": stamp(min(ends)) if ends else None,
        "words": content.get("words"),
    }


def _by_declaration(record: Record) -> dict[str, Any]:
    content = record.content
    is_source = record.kind == "declare_source"
    use = {} if is_source else content.get("permitted_use") or {}
    of = f"the source {content['source']}" if is_source else " ".join(identity_of(content["dataset"]))
    none = ("places", "basis", "agreement", "agreement_until", "consent", "consent_until", "withdrawn_since", "until")
    return {
        **dict.fromkeys(none),
        "statement": f"declared of {of}",
        "authority": record.actor,
        "terms": _terms([{"code": code} for code in use.get("duo", ())]),
        "purposes": sorted(use.get("purposes") or ()) or None,
        "obligations": sorted(use.get("obligations") or ()),
        "refrains": sorted(use.get("refrains") or ()),
        "since": stamp(record.since),
        "words": use.get("statement"),
        **({"places": sorted(content.get("permitted_places") or ())} if is_source else {}),
    }


def _terms(terms: object) -> list[Values]:
    found = [
        {
            "code": one["code"],
            "values": sorted(value for name in _ARGUMENTS for value in one.get(name) or ()),
            "date": _time(one.get("date")),
            "months": one.get("months"),
        }
        for one in objects_in(terms)
    ]
    return sorted(found, key=lambda one: (one["code"], one["values"]))


def _time(text: str | None) -> str | None:
    at = optional_micros(text)
    return None if at is None else stamp(at)


_PERMIT, _ABSTAIN, _DENY = range(3)
_WORDS = ("PERMIT", "ABSTAIN", "DENY")
_NRES, _POA, _GRU, _HMB, _DS, _CC = (f"DUO:00000{one}" for one in ("04", "11", "42", "06", "07", "43"))
_PERMISSIONS = frozenset({_NRES, _POA, _GRU, _HMB, _DS})
_OPEN = frozenset(f"DUO:00000{one}" for one in ("18", "22", "26", "27", "28", "45", "46"))
"""What depends on who asks, or where: NPUNCU, GS, US, PS, IS, NPU and NCU. Neither is assumed."""
_ABOVE = {
    "TREAT": ("PurposeOfUse",),
    "HOPERAT": ("PurposeOfUse",),
    "HRESCH": ("PurposeOfUse",),
    "MLTRAINING": ("HOPERAT", "PurposeOfUse"),
}
"""The purposes that are always asked for, and what covers them (HL7 v3-ActReason); of others only themselves."""

_MOST_PURPOSES = 12


def derive_answers(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold every answer to be no milder than the statements are, and to say why by statements that count."""
    if shown.is_before_fourth:
        return
    _every_declaration(shown, log, compare)
    applied = [each for each in shown.each("statements") if not each.get("replaced_by")]
    effective = [each for each in applied if _has_begun(each, log)]
    unstated = bool(shown.context.get("unstated"))
    names = [each.get("statement") for each in applied]
    deciding = [each for each in effective if not _limits_only(each)]
    others = {one for each in shown.each("statements") for one in each.get("purposes") or ()} - _ABOVE.keys()
    purposes = [*_ABOVE, *sorted(others)][:_MOST_PURPOSES]
    compare.holds([each.get("purpose") for each in shown.each("answers")] == purposes, "answers: not of every purpose")
    for answer in shown.each("answers"):
        purpose, decision = str(answer.get("purpose")), answer.get("decision")
        where = f"use for {purpose}"
        if decision not in _WORDS:
            compare.holds(False, f"{where}: there is no such decision")
            continue
        least = max((_least(each, purpose, log.valid_at) for each in effective), default=_ABSTAIN)
        least = least if deciding and not unstated else max(least, _ABSTAIN)
        compare.holds(
            _WORDS.index(decision) >= least, f"{where}: it is shown as {decision}, by the statements {_WORDS[least]}"
        )
        for part in ("obligations", "refrains"):
            asked = {one for each in effective for one in each.get(part) or ()}
            left_out = sorted(asked - set(answer.get(part) or ()))
            compare.holds(not left_out, f"{where}: of its {part} {', '.join(left_out)} is left out")
        reasons = objects_in(answer.get("reasons"))
        compare.holds(bool(reasons), f"{where}: it says not why")
        by = {each.get("statement") for each in reasons}
        compare.holds(by <= {*names, None}, f"{where}: it rests on a statement that does not count")
        compare.holds(None not in by or decision == "ABSTAIN", f"{where}: what nobody said decides it")
        cited = set(citations({"entries": answer.get("entries")}))
        for each in effective:
            # Of several under one name only one may be what decides.
            if each.get("statement") in by and names.count(each.get("statement")) == 1:
                compare.holds(
                    set(citations({"entries": each.get("entries")})) <= cited,
                    f"{where}: it does not cite {each.get('statement')}",
                )


def is_permitted_of_some_disease(shown: Shown, purpose: str, log: Disclosed) -> bool:
    """Return whether no statement that is shown denies a purpose of whatever disease."""
    applied = [each for each in shown.each("statements") if not each.get("replaced_by") and _has_begun(each, log)]
    return all(_least(each, purpose, log.valid_at, of_disease=True) < _DENY for each in applied)


def _every_declaration(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold every disclosed declaration that permits uses of what the version was made of to be among the statements."""
    if log.withheld:
        return
    behind = _behind(shown)
    cited = {index for each in shown.each("statements") for index in citations({"entries": each.get("entries")})}
    every = [one for one in (*log.records, *log.later_records) if one.content.get("permitted_use") is not None]
    declared = [
        (full_name(identity_of(one.content["dataset"])), one.content["permitted_use"], one.index)
        for one in every
        if one.kind == "declare_dataset"
    ]
    for name, use, index in declared:
        if name in behind:
            # What says the same once more makes no statement more.
            held = any((name, use) == (other, same) and by in cited for other, same, by in declared)
            compare.holds(held, f"statements: what #{index} permits is left out")


def _behind(shown: Shown) -> set[object]:
    """Return the names of the datasets that the version is shown to be made of: not what it was only measured on."""
    into: dict[object, set[object]] = {}
    for edge in shown.each("edges"):
        if edge.get("kind") != "EVALUATED":
            into.setdefault(edge.get("target"), set()).add(edge.get("source"))
    front = {node.get("id") for node in shown.each("nodes") if node.get("root") is True}
    met = set(front)
    while front:
        front = {source for target in front for source in into.get(target, ())} - met
        met |= front
    return {node.get("name") for node in shown.each("nodes") if node.get("id") in met}


def _has_begun(each: Values, log: Disclosed) -> bool:
    """Return whether a statement says anything by the time of the report."""
    since = optional_micros(each.get("since"))
    return since is None or since <= log.valid_at


def _limits_only(each: Values) -> bool:
    return str(each.get("statement")).startswith("declared of the source ")


def _least(each: Values, purpose: str, at: int, *, of_disease: bool = False) -> int:
    """Return how strict what a statement comes to is at least: everything else may only make it stricter."""
    return max(_judged(each, purpose, at, of_disease=of_disease), default=_PERMIT)


def _judged(each: Values, purpose: str, at: int, *, of_disease: bool) -> Iterator[int]:
    if each.get("places") is not None or each.get("unknown"):
        yield _ABSTAIN
    if _limits_only(each):
        return
    ends = ["until", "agreement_until", "withdrawn_since"]
    ends += [] if each.get("consent") == "WITHDRAWN" else ["consent_until"]
    for name in ends:
        end = optional_micros(each.get(name))
        if end is not None and end <= at:
            yield _DENY
    terms, purposes = {one.get("code") for one in objects_in(each.get("terms"))}, each.get("purposes")
    if terms & _OPEN:
        yield _ABSTAIN
    if not terms and purposes is None:
        yield _ABSTAIN
    if purposes is not None and purpose in _ABOVE and {purpose, *_ABOVE[purpose]}.isdisjoint(purposes):
        yield _DENY
    if terms and terms & _PERMISSIONS != {_NRES}:
        yield from _of_terms(terms, purposes, purpose, of_disease=of_disease)


def _of_terms(terms: set[Any], purposes: object, purpose: str, *, of_disease: bool) -> Iterator[int]:
    """Yield what data use terms come to that say less than no restriction (NRES)."""
    if purpose == "HRESCH":
        if not terms & _PERMISSIONS:
            yield _ABSTAIN
        if terms & ({_POA} if of_disease else {_POA, _DS}):
            yield _DENY
    elif purposes is None and purpose in _ABOVE:
        yield _DENY if purpose == "TREAT" and _CC not in terms else _PERMIT if purpose == "TREAT" else _ABSTAIN


_DERIVED = "DERIVED_FEATURE"


def derive_effective(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold every label that flowed to what was said where its way begins, and each step to a run that took it."""
    if shown.is_before_fourth:
        return
    for each in shown.each("effective"):
        if not compare.rests_on_withheld(each):
            _flowed(each, f"label {each.get('kind')} on {each.get('asset')}", shown, log, compare)
    attested = {record.index: record for record in log.of("attest_deidentification")}
    for each in shown.each("cleared"):
        if compare.rests_on_withheld(each):
            continue
        where = f"cleared label {each.get('kind')} on {each.get('asset')}"
        record = next((attested[index] for index in citations(each) if index in attested), None)
        compare.holds(record is not None, f"{where}: it cites no attestation")
        if record is not None:
            compare.holds(is_of_kind(each.get("kind")), f"{where}: there is no such kind")
            job = record.content.get("job")
            compare.same(where, each, ({"job": full_name(job)} if job else {}) | {"entries": [record.index]})
            named = {(one["system"], one["code"]) for one in cleared_codes(record.content)}
            codes = {(one.get("system"), one.get("code")) for one in objects_in(each.get("codes"))}
            compare.holds(codes <= named or not named, f"{where}: #{record.index} does not name its codes")
    if not log.withheld:
        _every_label_stated(shown, log, compare)
    left = shown.context.get("columns_left_out")
    compare.holds(type(left) is int and left >= 0, "columns left out: they are not counted")


def _every_label_stated(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold what is said of a dataset that was used, or of its columns, to be among its labels; and what the data holds
    that the version was trained on to be among the version's, unless an attestation took it away.
    """
    own = shown.title
    held = {(each.get("asset"), each.get("kind")) for each in shown.each("effective") if each.get("column") is None}
    roles: dict[str, set[object]] = {}
    if shown.subject.kind == "dataset":
        roles[own] = set()
    for each in shown.each("snapshots") if shown.subject.kind == "model_version" else ():
        roles.setdefault(str(each.get("dataset")), set()).add(each.get("role"))
    made = [one.order[0] for one in (*registrations_of(shown, log), *log.of("seal_snapshot"))]
    first = min(made, default=None) if shown.subject.kind == "model_version" else None
    for dataset, kind in sorted(kinds_present(roles.keys(), log, first)):
        compare.holds((dataset, kind) in held, f"label {kind} on {dataset}: it is left out, though the entries say it")
    carried = held | {(each.get("asset"), each.get("kind")) for each in shown.each("cleared")}
    for asset, label in sorted(held, key=repr):
        if "TRAINING" in roles.get(str(asset), ()):
            compare.holds((own, label) in carried, f"label {label} on {own}: it is left out, though {asset} holds it")


def _flowed(each: Values, where: str, shown: Shown, log: Disclosed, compare: Comparison) -> None:
    hops, recorded_by = objects_in(each.get("hops")), list(citations({"entries": each.get("recorded_by")}))
    flowed = each.get("origin") in {"INFERRED", "SUGGESTED"}
    compare.holds(flowed or each.get("origin") in {"ASSERTED", "CLAIMED"}, f"{where}: there is no such origin")
    entries = {*recorded_by, *(index for hop in hops for index in citations(hop))}
    if each.get("recorded_of") is None:
        compare.holds(not hops and not recorded_by, f"{where}: a way begins nowhere")
        cited = list(citations({"entries": each.get("entries")}))
        kinds = kinds_recorded(str(each.get("asset")), cited, log)
        compare.holds(each.get("kind") in kinds, f"{where}: no entry that it cites says it")
        empty: dict[str, Any] = dict.fromkeys(("recorded_of_column", "recorded_kind"))
        compare.same(where, each, empty | {"unstated": False})
        return
    compare.same(where, each, {"entries": sorted(entries)})
    unstated = any(hop.get("how") == "UNMENTIONED" for hop in hops)
    was = each.get("recorded_kind")
    through = any(hop.get("how") == "INDIRECT" for hop in hops)
    compare.same(where, each, {"unstated": unstated, "kind": _DERIVED if through else was})
    begins = str(each.get("recorded_of"))
    holds = was in kinds_recorded(begins, recorded_by, log) or _has_column(
        begins, each.get("recorded_of_column"), recorded_by, log
    )
    compare.holds(holds, f"{where}: no entry that it cites says it of {begins}")
    places = [begins, *(str(hop.get("target")) for hop in hops)]
    compare.holds([hop.get("source") for hop in hops] == places[:-1], f"{where}: the steps of its way do not join")
    compare.holds(places[-1] == each.get("asset"), f"{where}: its way leads elsewhere")
    for number, hop in enumerate(hops, 1):
        _hop(hop, f"{where}: step {number}", shown, log, compare)


def _hop(hop: Values, where: str, shown: Shown, log: Disclosed, compare: Comparison) -> None:
    cited = [index_in(index) for index in citations(hop)]
    named = {id_ for index in cited for id_ in log.named.get(index, ())}
    ends = [log.ever_called(hop.get(end)) for end in ("source", "target")]
    if hop.get("how") in {"TRAINED", "SAME"}:
        # The other end is a model version, which is no dataset.
        ends = [names for names in ends if names]
        compare.holds(bool(ends), f"{where}: neither end is a dataset that an entry names")
    named_both = not any(named.isdisjoint(names) for names in ends)
    compare.holds(named_both, f"{where}: the entries that it cites do not name both ends")
    jobs, runs = set(), set()
    for event in log.events:
        if event.index in cited:
            jobs |= set() if event.job is None else {full_name(event.job)}
            runs |= {event.run}
    for record in registrations_of(shown, log):
        if record.index in cited:
            job = record.content.get("job") or record.added.get("job")
            jobs |= set() if job is None else {full_name(job)}
            runs |= {record.content.get("run_id")}
    compare.holds(hop.get("job") is None or hop.get("job") in jobs, f"{where}: no entry that it cites is of its job")
    compare.holds(hop.get("run") is None or hop.get("run") in runs, f"{where}: no entry that it cites is of its run")


def _has_column(dataset: str, column: object, entries: Sequence[int], log: Disclosed) -> bool:
    """Return whether a schema in the entries has the column of the dataset: then its name may suggest a label."""
    names = log.ever_called(dataset)
    return any(
        column in columns_of(schema)
        for event in log.events
        if event.index in entries
        for content in event.datasets
        if node_id("Dataset", *identity_of(content)) in names
        and isinstance(schema := facets_of(content).get("schema"), dict)
    )


MissingField = tuple[str, str]
"""Of what, and which field."""

_NO_CODE = "unknown"
"""What a pipeline sends for repository or revision where its code was under no version control."""

_OF_VERSION = ("intended use", "signature", "metrics", "metric split", "run", "code repository", "code revision")
VERSION_FIELDS = frozenset({*_OF_VERSION, "clean code"})
"""What the rule "model version recorded" asks for."""

EARLIER_VERSION_FIELDS = frozenset({"intended use", "signature", "code revision"})
"""What it asked for in dossiers before the fourth version."""

_EARLIER_FIELDS = frozenset(
    {
        *EARLIER_VERSION_FIELDS,
        "metrics",
        "run",
        "clean code",
        "evaluation",
        "approvals",
        "seal",
        "verification",
    }
)


def derive_gaps(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what is shown as missing with what the newest registration and the parts of the report lack."""
    registrations = registrations_of(shown, log)
    if not registrations or compare.rests_on_withheld(shown.model):
        return
    found = [*gaps_of_version(shown, registrations[-1]), *_gaps_of_snapshots(shown)]
    if shown.is_before_fourth:
        found = [
            gap for gap in found if gap[1] in _EARLIER_FIELDS and not (shown.is_second and gap[1] == "code revision")
        ]
    else:
        found += [*_gaps_of_steps(shown), *_gaps_of_requests(shown), *gaps_of_people(shown)]
    for source in shown.each("sources"):
        found += [(str(source.get("dataset")), name) for name in source.get("missing") or ()]
    compare.alike("gaps", ((gap.get("subject"), gap.get("field")) for gap in shown.each("gaps")), found)


def gaps_of_version(shown: Shown, newest: Record) -> Iterator[MissingField]:
    """Yield what the newest registration leaves unsaid, and whether nobody asked for an approval."""
    content, title = newest.content, f"{shown.model['name']} {shown.model['version']}"
    metrics, code, own = objects_in(content.get("metrics")), content["code"], " ".join(shown.version)
    absent = {
        "intended use": content.get("intended_use") is None,
        "signature": content.get("signature") is None,
        "metrics": not metrics,
        "metric split": any(each.get("split") is None for each in metrics),
        "run": content.get("run_id") is None,
        "code repository": code.get("repository") == _NO_CODE,
        "code revision": code.get("revision") == _NO_CODE,
        "clean code": code.get("clean") is None,
        "evaluation": not content.get("evaluated_on"),
        "approvals": all(each.get("subject") != own for each in shown.each("approvals")),
    }
    yield from ((title, field) for field, is_absent in absent.items() if is_absent)


def _gaps_of_snapshots(shown: Shown) -> Iterator[MissingField]:
    each_once = {(each.get("dataset"), each.get("digest")): each for each in shown.each("snapshots")}
    for each in shown.each("snapshots") if shown.is_before_fourth else each_once.values():
        producer = each.get("produced_by")
        written = producer.get("rows") if isinstance(producer, dict) else None
        absent = {
            "seal": each.get("sealed_at") is None,
            "verification": not is_verified(shown, each),
            "producer": producer is None,
            "rows": each.get("rows") is None and written is None,
            "persons": each.get("persons") is None,
            "period": each.get("period") is None,
        }
        digest = str(each.get("digest"))
        subject = digest if shown.is_before_fourth else f"{each.get('dataset')} {digest}"
        yield from ((subject, field) for field, is_absent in absent.items() if is_absent)


def is_verified(shown: Shown, snapshot: Values) -> bool:
    """Return whether a snapshot's bytes were checked since its newest seal, in earlier dossiers whether ever."""
    checked, sealed = snapshot.get("verification"), snapshot.get("sealed_at")
    if not isinstance(checked, dict):
        return False
    return shown.is_before_fourth or sealed is None or str(checked.get("at")) >= str(sealed)


def _gaps_of_steps(shown: Shown) -> Iterator[MissingField]:
    title = f"{shown.model['name']} {shown.model['version']}"
    for part, field in (("runs", "runs"), ("deidentification", "de-identification"), ("labels", "labels")):
        if not shown.each(part):
            yield title, field
    for run in shown.each("runs"):
        if run.get("state") == "UNKNOWN":
            yield str(run.get("run")), "run events"
    for step in shown.each("deidentification"):
        if step.get("attested_by") is None:
            yield " ".join(str(step[name]) for name in ("job", "run") if step.get(name)), "attestation"
        elif not step.get("clears"):
            yield str(step.get("job")), "cleared codes"
    bare = [label for label in shown.each("labels") if not label.get("codes")]
    # What held at the registration and what holds since are one label.
    for dataset, column, _ in dict.fromkeys((one.get("dataset"), one.get("column"), one.get("kind")) for one in bare):
        yield " ".join(str(part) for part in (dataset, column) if part), "label codes"


def _gaps_of_requests(shown: Shown) -> Iterator[MissingField]:
    for each in shown.each("approvals"):
        subject = f"{each.get('kind')} #{each.get('entry')}"
        if not each.get("digests"):
            yield subject, "bound digests"
        for decision in objects_in(each.get("decisions")):
            yield from _gaps_of_decision(decision)


def _gaps_of_decision(decision: Values) -> Iterator[MissingField]:
    signer, by = decision.get("signer"), object_in(decision.get("decided_by"), "decided_by")
    entry = f"#{decision.get('entry')}"
    if not isinstance(signer, dict):
        yield entry, "signer"
    else:
        yield from ((entry, f"signer {name}") for name in ("title", "organisation") if not signer.get(name))
    if by.get("authenticated") is True and not decision.get("key_id"):
        yield entry, "signing key"


def gaps_of_people(shown: Shown) -> Iterator[MissingField]:
    """Yield what the definitions of who acted under keys leave unsaid."""
    for person in shown.each("people"):
        actor, kind = object_in(person.get("actor"), "actor"), person.get("principal_kind")
        if actor.get("authenticated") is not True:
            continue
        absent = {
            "definition": kind is None,
            "title": kind == "PERSON" and not person.get("title"),
            "organisation": kind is not None and not person.get("organisation"),
            "key": not person.get("keys"),
        }
        yield from ((str(actor.get("id")), field) for field, is_absent in absent.items() if is_absent)


_STATES = frozenset({"VERIFIED", "INVALID", "UNKNOWN_KEY", "ABSENT"})


def derive_signature(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold the state of the signature to what the registration and the records of its key allow.

    The signature itself is not computed anew: only the holder of the artifact can do all of that.
    """
    signed = shown.context.get("signed")
    registrations = registrations_of(shown, log)
    if shown.is_before_fourth or not registrations or compare.rests_on_withheld([shown.model, signed]):
        return
    found, newest = object_in(signed, "signed"), registrations[-1]
    state, cited = found.get("state"), set(citations({"entries": found.get("entries")}))
    compare.holds(state in _STATES, "signature: there is no such state")
    compare.holds(
        (state == "ABSENT") == (newest.content.get("signature") is None),
        "signature: whether there is one is not what the registration says",
    )
    compare.holds(newest.index in cited, "signature: the registration is not cited")
    fingerprint = found.get("fingerprint")
    if fingerprint is None:
        certified = _is_certified(newest.content.get("signature"))
        compare.holds(state != "VERIFIED" or certified, "signature: it is verified by no key and no certificate")
        compare.same("signature", found, {"key_holder": None, "entries": [newest.index]} if not certified else {})
        return
    keys = [one for one in log.of("register_signing_key") if _fingerprint(one) == fingerprint]
    compare.holds(bool(keys), "signature: no entry registers its key")
    by_entry = [one for one in keys if one.index in cited]
    compare.holds(len(by_entry) == 1, "signature: it does not cite one registration of its key")
    for key in by_entry[:1]:
        compare.same("signature", found, {"key_holder": key.content["key_holder"]}, by=(key.index,))
        ends = [one.since for one in log.of("end_signing_key", lambda content: content["fingerprint"] == fingerprint)]
        ends += [until] if (until := optional_micros(key.content.get("until"))) is not None else []
        cites = {newest.index, key.index, *(one.index for one in log.of("end_signing_key") if one.index in cited)}
        compare.holds(cited == cites, "signature: it cites other entries than it rests on")
        in_force = key.since <= newest.since and all(newest.since < end for end in ends)
        compare.holds(state != "VERIFIED" or in_force, "signature: its key was not in force at the registration")


def _is_certified(signature: object) -> bool:
    """Return whether a certificate comes with a signature, as in a Sigstore bundle."""
    try:
        written = str(signature).translate(str.maketrans("-_", "+/"))
        bundle = json.loads(base64.b64decode(written + "=" * (-len(written) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(bundle, dict) and "verificationMaterial" in bundle


def _fingerprint(key: Record) -> str | None:
    try:
        der = base64.b64decode(key.content["public_key"], validate=True)
    except ValueError:
        return None
    return f"sha256:{hashlib.sha256(der).hexdigest()}"


def derive_releases(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare releases, deployments and the retirement with the records that make and end them."""
    if shown.is_before_fourth:
        return
    parts = {name: shown.each(name) for name in ("releases", "deployments")}
    if compare.rests_on_withheld([parts, shown.context.get("retirement")]):
        return
    own = log.of("release_model_version", lambda content: subject_of(content) == shown.version)
    _compare_deployed("releases", parts["releases"], [_release(one, log) for one in own], compare)
    begun = [
        one
        for kind in ("deploy_model_version", "roll_back_deployment")
        for one in log.of(kind)
        if subject_of(one.content) == shown.version
    ]
    begun.sort(key=lambda one: one.index)
    _compare_deployed("deployments", parts["deployments"], [deployment_of(one, log) for one in begun], compare)
    retired = log.of("retire_model_version", lambda content: subject_of(content) == shown.version)
    first = min(retired, key=lambda one: (one.since, one.index), default=None)
    compare.same("retirement", shown.context, {"retirement": None if first is None else _retirement(first, log)})


def _compare_deployed(
    part: str, shown: list[dict[str, Any]], derived: list[dict[str, Any]], compare: Comparison
) -> None:
    compare.alike(part, (one.get("entry") for one in shown), (one["entry"] for one in derived))
    by_entry = {one["entry"]: one for one in derived}
    for each in shown:
        entry = each.get("entry")
        if isinstance(entry, int) and entry in by_entry:
            compare.same(f"{part} #{entry}", each, by_entry[entry], by=(entry,))
    listed = [one.get("entry") for one in shown if one.get("entry") in by_entry]
    compare.holds(listed == [one["entry"] for one in derived], f"{part}: not in their order")


def _release(one: Record, log: Disclosed) -> dict[str, Any]:
    return {
        "environment": one.content["environment"],
        "reason": one.content["reason"],
        **_of_release(one, log),
    }


def _of_release(one: Record, log: Disclosed) -> dict[str, Any]:
    return {
        "artifact_digest": one.added.get("artifact_digest"),
        "gate": one.content.get("gate"),
        "by": log.actor(one),
        "at": stamp(one.since),
        "entry": one.index,
    }


def deployment_of(one: Record, log: Disclosed) -> dict[str, Any]:
    """Return what a report shows of a deployment, with what ended it first."""
    rolls_back = one.kind == "roll_back_deployment"
    places: Values = one.added if rolls_back else one.content
    until = None if rolls_back else optional_micros(one.content.get("until"))
    ends: list[tuple[int, int | None]] = [] if until is None else [(until, None)]
    ends += sorted(_deployment_ends(one.index, log))[:1]
    end = min(ends, key=lambda each: each[0], default=(None, None))
    return {
        "place": places["place"],
        "environment": places["environment"],
        "replaces": one.content.get("deployment" if rolls_back else "replaces"),
        "rolls_back": rolls_back,
        "until": None if end[0] is None else stamp(end[0]),
        "live": end[0] is None or log.valid_at < end[0],
        "ended": None if end[1] is None else {"entry": end[1]},
        **_of_release(one, log),
    }


def _deployment_ends(deployment: int, log: Disclosed) -> Iterator[tuple[int, int]]:
    """Yield when something ended a deployment, and by which entry."""
    for kind, member in (
        ("end_deployment", "deployment"),
        ("roll_back_deployment", "deployment"),
        ("deploy_model_version", "replaces"),
    ):
        for one in log.of(kind):
            if one.content.get(member) == deployment:
                yield one.since, one.index


def _retirement(one: Record, log: Disclosed) -> dict[str, Any]:
    return {"reason": one.content["reason"], "by": log.actor(one), "at": stamp(one.since), "entry": one.index}


_MOST_SNAPSHOTS, _MOST_COLUMNS, _MOST_CHANGES = 100, 200, 4
_EVER = (*DECLARED, "permitted_use")


def derive_dataset(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the fields in force with the newest declarations of the dataset and of its source."""
    dataset, title = node_id("Dataset", *shown.subject.key), shown.title
    if compare.rests_on_withheld([shown.subject.values, shown.each("stated")]):
        return
    own = log.declarations(dataset)
    now = log.inherited(own)
    derived = [_field(name, *now[name], log) for name in DECLARED if name in now]
    compare.holds(
        [one.get("field") for one in shown.each("stated")] == [one["field"] for one in derived],
        "dataset: its fields are not those that are declared, in their order",
    )
    for each, one in zip(shown.each("stated"), derived, strict=False):
        compare.same(f"dataset {one['field']}", each, one, by=(one["entry"],))
    in_force = {now[name][0].index for name in DECLARED if name in now} | log.source_ends(own)
    values = {"dataset": title, "entries": shown.subject.values.get("entries")}
    rests_on(values, (shown.subject.key[0], shown.subject.key[1]), "dataset", in_force, log, compare)


def _field(name: str, record: Record, value: Any, log: Disclosed) -> dict[str, Any]:  # noqa: ANN401  a declared value
    return {
        "field": name,
        "value": worded(record, value),
        "by": log.actor(record),
        "since": stamp(record.since),
        "recorded_at": record.recorded_at,
        "entry": record.index,
    }


def derive_keys(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the keys with those that the dataset is declared to be encrypted under, each as it is declared."""
    if "keys" not in shown.context:
        return
    listed = shown.each("keys")
    if compare.rests_on_withheld([listed, shown.subject.values, shown.each("stated")]):
        return
    now = log.inherited(log.declarations(node_id("Dataset", *shown.subject.key)))
    _, used = now.get("encryption_keys", (None, []))
    named = sorted({(one["key"], one["environment"]) for one in used})
    compare.holds(
        [(one.get("key"), one.get("environment")) for one in listed] == named,
        "keys: they are not those that are declared, in their order",
    )
    for each, (key, _) in zip(listed, named, strict=False):
        stated = [one for kind in ("declare_key", "end_key") for one in log.of(kind) if one.content["key"] == key]
        last = max(stated, key=lambda one: (one.order, one.index), default=None)
        is_ended = last is not None and last.kind == "end_key"
        derived = {
            "declared": None if last is None or is_ended else _key(last, log),
            "ended": {"entry": last.index} if last is not None and is_ended else None,
        }
        compare.same(f"key {key}", each, derived, by=() if last is None else (last.index,))


def _key(record: Record, log: Disclosed) -> dict[str, Any]:
    content = record.content
    until = content.get("until")
    return {
        **{name: content.get(name) for name in ("environment", "workload", "tier", "created_by", "rotated_by")},
        "used_by": content.get("used_by", []),
        "until": None if until is None else stamp(micros(until)),
        "by": log.actor(record),
        "since": stamp(record.since),
        "recorded_at": record.recorded_at,
        "entry": record.index,
    }


def derive_dataset_gaps(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what is shown as missing with what no declaration says, and with what is missing of who acted."""
    if compare.rests_on_withheld(shown.subject.values):
        return
    dataset, title = node_id("Dataset", *shown.subject.key), shown.title
    now = log.inherited(log.declarations(dataset))
    gaps = [(gap.get("subject"), gap.get("field")) for gap in shown.each("gaps")]
    if dataset in log.touched:
        compare.holds((title, "lineage") not in gaps, "gaps: events of its lineage are there")
    found = [*((title, name) for name in MANDATORY if name not in now), *gaps_of_people(shown)]
    compare.alike("gaps", (one for one in gaps if one != (title, "lineage")), found)
    compare.holds(gaps.count((title, "lineage")) <= 1, "gaps: one stands twice")


def derive_history(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what was ever declared of the dataset itself with every declaration of it."""
    listed = shown.each("history")
    if compare.rests_on_withheld(listed):
        return
    records = sorted(log.declared(node_id("Dataset", *shown.subject.key)), key=lambda one: one.index)
    derived: list[dict[str, Any]] = [
        {
            "field": name,
            "value": in_words(_filled(name, record.content[name])),
            "since": stamp(record.since),
            "recorded_at": record.recorded_at,
            "by": log.actor(record),
            "entry": record.index,
        }
        for record in records
        for name in sorted(_EVER)
        if record.content.get(name) is not None
    ]
    named = [(one.get("entry"), one.get("field")) for one in listed]
    compare.holds(
        named == [(one["entry"], one["field"]) for one in derived], "history: not every declaration, in its order"
    )
    for each, one in zip(listed, derived, strict=False):
        compare.same(f"history #{one['entry']}", each, one, by=(one["entry"],))


def _filled(name: str, value: Any) -> Any:  # noqa: ANN401  a declared value
    """Return a declared value with the lists that a declaration of use may leave out."""
    if name != "permitted_use" or not isinstance(value, dict):
        return value
    return {"purposes": [], "duo": [], "refrains": [], "obligations": [], **value}


def derive_columns(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the columns with the schema in the entry that states it."""
    left = max(len(shown.each("columns")) - _MOST_COLUMNS, 0)
    compare.same("columns", shown.context, {"columns_left_out": left})
    listed = [{"name": one.get("name"), "type": one.get("type")} for one in shown.each("columns")]
    entries = list(citations({"schema": shown.context.get("schema_stated")}))
    if not listed:
        compare.same("columns", shown.context, {"schema_stated": None})
        return
    if compare.rests_on_withheld({"entries": entries}):
        return
    names = log.ever_called(shown.title)
    schemas = [
        [{"name": name, "type": kind} for name, kind in columns_of(schema).items()]
        for event in log.events
        if entries == [event.index]
        for content in event.datasets
        if node_id("Dataset", *identity_of(content)) in names
        and isinstance(schema := facets_of(content).get("schema"), dict)
    ]
    compare.holds(listed in schemas, "columns: the entry that is cited states another schema")


def derive_attestations(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the attestations of the jobs on the way with their records, and with what ended them."""
    listed = shown.each("attestations")
    if compare.rests_on_withheld(listed):
        return
    judged = Attested(shown, log)
    jobs = {edge.get("job") for edge in shown.each("edges") if edge.get("target") in _upstream(shown)}
    records = {one.index: one for one in judged.records if full_name(one.content["job"]) in jobs}
    every = {one.index: one for one in judged.records}
    compare.holds(
        [one.get("entry") for one in listed] == sorted(records), "attestations: not those of the jobs on the way"
    )
    for each in listed:
        record = every.get(each.get("entry"))  # type: ignore[arg-type]  # untrusted JSON
        if record is not None:
            derived = _attestation_of_dataset(record, each.get("clears"), judged, log)
            compare.same(f"attestation #{record.index}", each, derived, by=(record.index,))


def _attestation_of_dataset(record: Record, listed: object, judged: Attested, log: Disclosed) -> dict[str, Any]:
    content, until = record.content, judged.until(record)
    return {
        "job": full_name(content["job"]),
        "run": content.get("run_id"),
        "method": content["method"],
        "clears": cleared_codes(content, listed),
        "alterations": list(content.get("alterations", ())),
        "expert": content.get("expert"),
        "schema_version": content.get("schema_version"),
        "scope": content.get("scope"),
        "result": content.get("result"),
        "by": log.actor(record),
        "recorded_at": record.recorded_at,
        "valid_from": stamp(record.since),
        "until": None if until is None else stamp(until),
        "ended": None if (end := judged.end(record)) is None else {"entry": end.index},
        "in_force": not judged.is_void(record) and (until is None or log.valid_at < until),
    }


def _upstream(shown: Shown) -> set[object]:
    """Return the ids of the dataset and of the nodes from which the edges lead to it."""
    into: dict[object, set[object]] = {}
    for edge in shown.each("edges"):
        into.setdefault(edge.get("target"), set()).add(edge.get("source"))
    front: set[object] = {node_id("Dataset", *shown.subject.key)}
    met = set(front)
    while front:
        front = {source for target in front for source in into.get(target, ())} - met
        met |= front
    return met


def derive_held(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the snapshots of the dataset with their seals and verifications; every seal must be among them."""
    listed, left = shown.each("snapshots"), shown.context.get("snapshots_left_out")
    counted = type(left) is int and left >= 0 and (left == 0 or len(listed) == _MOST_SNAPSHOTS)
    compare.holds(counted, "snapshots: those left out are not counted")
    compare.same("snapshots", shown.context, {"separation": None})
    names = log.ever_called(shown.title)
    for number, each in enumerate(listed, 1):
        if compare.rests_on_withheld(each):
            continue
        where, digest = f"snapshot {number}", str(each.get("digest"))
        compare.same(where, each, {"dataset": shown.title})
        found = list(_named_of_dataset(digest, names, log))
        # Each name under which a state is known is a snapshot of its own.
        alike = sum(one.get("digest") == each.get("digest") for one in listed)
        compare.holds(0 < alike <= len(found), f"{where}: no entry names it, or it stands twice")
        trials = [_tried(each, one, where, shown, log) for one in found]
        if trials:
            best = min(trials, key=lambda one: len(one.differing))
            compare.compared += best.compared
            compare.differing += best.differing
    digests = {each.get("digest") for each in listed}
    if left == 0:
        sealed = {
            one.content["digest"]
            for one in log.of("seal_snapshot")
            if node_id("Dataset", *identity_of(one.content["dataset"])) in names
        }
        compare.holds(sealed <= digests, "snapshots: one that was sealed is left out")


def derive_drifts(shown: Shown, _: Disclosed, compare: Comparison) -> None:
    """Hold what changed between snapshots to the snapshots shown: from each of the newest to the next, and their rows.

    What else changed follows from all that was recorded by then, which no file holds.
    """
    if "drifts" not in shown.context:
        # An earlier version did not show it.
        return
    listed, changes = shown.each("snapshots"), shown.each("drifts")
    if compare.rests_on_withheld([listed, changes]):
        return
    pairs = list(zip(listed[1:], listed, strict=False))[:_MOST_CHANGES]
    compare.holds(len(changes) == len(pairs), "drifts: not one from each of the newest snapshots to the next")
    for number, (each, (before, after)) in enumerate(zip(changes, pairs, strict=False), 1):
        where = f"drift {number}"
        compare.same(where, each, {"before": before.get("digest"), "after": after.get("digest")})
        for name, one in (("rows_before", before), ("rows_after", after)):
            rows = one.get("rows")
            if rows is not None:
                compare.same(where, each, {name: rows})
        differs = (
            one.get("before") != one.get("after") for of in ("fields", "columns") for one in objects_in(each.get(of))
        )
        compare.holds(all(differs), f"{where}: what is said to differ is the same")


def _named_of_dataset(digest: str, names: frozenset[str], log: Disclosed) -> Iterator[Identity]:
    """Yield the names of the dataset under which entries name a state of it."""
    for one in sorted(set(log.identities.values())):
        if node_id("Dataset", *one) in names and (
            node_id("Snapshot", *one, digest) in log.identities or (one, digest) in log.makers
        ):
            yield one


def _tried(each: Values, dataset: Identity, where: str, shown: Shown, log: Disclosed) -> Comparison:
    found = Comparison(log)
    hold_snapshot(each, dataset, where, shown, log, found)
    seals = log.of_snapshot("seal_snapshot", dataset, str(each.get("digest")))
    found.same(where, each, {"role": seals[-1].content.get("role", "OTHER") if seals else "OTHER"})
    return found


_KINDS_around = frozenset(
    {"RAN", "DECLARED", "REGISTERED", "RENAMED", "MAPPED", "ALIAS", "VERSION", "THROUGH", "HIDDEN", "READ", "WROTE"}
)
_SURE = frozenset({"STATED", "COLUMN_LINEAGE", "MAPPED", "INFERRED", "START_UNKNOWN"})


def derive_flows(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold every flow to the entry by which it was known: its run read the one end and wrote the other."""
    nodes = {str(node.get("id")): node for node in shown.each("nodes")}
    edges = shown.each("edges")
    ends = {edge.get(end) for edge in edges for end in ("source", "target")}
    compare.holds(ends <= nodes.keys(), "edges: an end is not among the nodes")
    compare.holds(len(nodes) == len(shown.each("nodes")), "nodes: one stands twice")
    for number, edge in enumerate(edges, 1):
        where = f"edge {number}"
        fixed = {"attempt": False, "deidentifies": False}
        compare.same(where, edge, fixed)
        known = edge.get("kind") in _KINDS_around and edge.get("confidence") in _SURE
        compare.holds(known, f"{where}: there is no such kind or confidence")
        if compare.rests_on_withheld(edge):
            continue
        cited = list(citations(edge))
        compare.holds(len(cited) == 1, f"{where}: it does not cite one entry")
        if edge.get("run") is not None:
            _of_run(edge, where, nodes, shown, log, compare)
        else:
            compare.same(where, edge, {"run_state": None})
            _named_around(edge, where, nodes, log, compare)
    _surroundings(shown, nodes, log, compare)


def _of_run(
    edge: Values, where: str, nodes: dict[str, dict[str, Any]], shown: Shown, log: Disclosed, compare: Comparison
) -> None:
    key = shown.run_of(edge.get("job"), edge.get("run"))
    run = None if key is None else shown.runs.get(key)
    compare.holds(run is not None, f"{where}: its run is not among the runs")
    if key is None or run is None:
        return
    compare.same(where, edge, {"run_state": state_of(run)})
    entry = next(iter(citations(edge)), -1)
    header = next((one for one in log.entries if one.index == entry), None)
    is_of_run = header is not None and not ids_of_run(key).isdisjoint(header.subjects)
    registers = [one for one in log.of("register_model_version") if one.index == entry]
    compare.holds(is_of_run or bool(registers), f"{where}: it cites another run")
    if registers:
        _registered_around(edge, where, registers[0], log, compare)
        return
    events, access = log.run(key), log.access(key)
    moved = {one for event in events for pair in renamings_in(event) for one in pair}
    for end, used in (("source", access.reads | moved), ("target", access.writes | moved)):
        label = str(edge.get(end)).partition(":")[0]
        names = _names_of(edge.get(end), nodes, log)
        # Streams are read by one run and written by another, below one parent.
        named = not names.isdisjoint(used) or not events or (end == "source" and not access.reads)
        compare.holds(
            label != "Dataset" or named, f"{where}: no event says that the run used what it is shown with ({end})"
        )


def _registered_around(edge: Values, where: str, record: Record, log: Disclosed, compare: Comparison) -> None:
    version = node_id("ModelVersion", *subject_of({"model_version": record.content}))
    job = record.content.get("job") or record.added.get("job")
    derived = {
        "target": version,
        "kind": "REGISTERED",
        "confidence": "STATED",
        "job": None if job is None else full_name(job),
    }
    compare.same(where, edge, derived, by=(record.index,))
    uses = [*record.content.get("trained_on", ()), *record.content.get("evaluated_on", ())]
    used = {name for one in uses for name in log.ever_called(f"{one['dataset']['namespace']}/{one['dataset']['name']}")}
    # What its run read was named by the run's own events.
    is_named = edge.get("source") in used or record.content.get("run_id") is not None
    compare.holds(is_named, f"{where}: the registration does not name its source")


def _named_around(
    edge: Values, where: str, nodes: dict[str, dict[str, Any]], log: Disclosed, compare: Comparison
) -> None:
    """Hold a flow that no run is named of to an entry that names one of its ends."""
    entry = next(iter(citations(edge)), -1)
    registers = [one for one in log.of("register_model_version") if one.index == entry]
    if registers:
        _registered_around(edge, where, registers[0], log, compare)
        return
    jobs = {None, *(full_name(one.job) for one in log.events if one.index == entry and one.job is not None)}
    compare.holds(edge.get("job") in jobs or entry in log.withheld, f"{where}: #{entry} is of another job")
    named = set(log.named.get(entry, ()))
    ends = [_names_of(edge.get(end), nodes, log) for end in ("source", "target")]
    is_named = any(not named.isdisjoint(names) for names in ends) or any(not names for names in ends)
    compare.holds(is_named, f"{where}: #{entry} names neither of its ends")


def _names_of(id_: object, nodes: dict[str, dict[str, Any]], log: Disclosed) -> frozenset[str]:
    return log.ever_called(nodes.get(str(id_), {}).get("name")) | {str(id_)}


def _surroundings(shown: Shown, nodes: dict[str, dict[str, Any]], log: Disclosed, compare: Comparison) -> None:
    """Compare every node with what its id and its dataset's declarations say, and the feeds with the edges."""
    root = node_id("Dataset", *shown.subject.key)
    into: dict[object, set[object]] = {}
    for edge in shown.each("edges"):
        into.setdefault(edge.get("target"), set()).add(edge.get("source"))
    front: set[object] = {root}
    before = set(front)
    while front:
        front = {source for target in front for source in into.get(target, ())} - before
        before |= front
    truncated = object_in(shown.read_point.get("completeness"), "completeness").get("state") == "TRUNCATED"
    compare.holds(root in nodes, "nodes: the dataset itself is left out")
    called = {
        node_id("ModelVersion", *key): {"name": f"{key[1]} {key[2]}"}
        for one in shown.each("models")
        for key in [tuple(str(one.get(part)) for part in ("namespace", "name", "version"))]
    }
    none: dict[str, Any] = {"attested": None, "from_attested": False, "deid_state_since": None, "labels": []}
    for id_, node in nodes.items():
        where, kind = f"node {node.get('name')}", id_.partition(":")[0]
        compare.same(where, node, {"kind": kind, "root": id_ == root, **none})
        if node.get("raw_feed") is True:
            is_feed = id_ in before and not into.get(id_)
            compare.holds(is_feed, f"{where}: it is shown as a raw feed, and is none by the edges")
        elif not truncated and id_ in before and kind == "Dataset":
            compare.holds(bool(into.get(id_)), f"{where}: nothing flows into it, and it is not shown as a raw feed")
        if compare.rests_on_withheld(node):
            continue
        if kind == "Dataset":
            _dataset(id_, node, where, log, compare)
        else:
            compare.same(where, node, {"zone": None, "deid_state": None} | called.get(id_, {}))


def _dataset(id_: str, node: Values, where: str, log: Disclosed, compare: Comparison) -> None:
    identity = log.identities.get(id_)
    compare.holds(identity is not None, f"{where}: no entry names it")
    if identity is None:
        return
    held = {name: value for name, value in log.declarations(id_).items() if name in _SHOWN}
    derived = {shown_as: held[name][1] if name in held else None for name, shown_as in _SHOWN.items()}
    entries = {record.index for record, _ in held.values()}
    compare.same(where, node, {"name": "/".join(identity), **derived}, by=sorted(entries))
    cited = set(citations(node))
    others = cited - entries
    called = log.ever_called("/".join(identity)) | {id_}
    names = [index for index in cited if not called.isdisjoint(log.named.get(index, {}))]
    compare.holds(
        entries <= cited and len(others) <= 1 and bool(names), f"{where}: it cites other entries than it rests on"
    )


_SHOWN = {"zone": "zone", "deidentification_state": "deid_state"}


def derive_models_made(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the model versions, their deployments and their ends with the records that make them."""
    listed = shown.each("models")
    versions = {node.get("id") for node in shown.each("nodes") if node.get("kind") == "ModelVersion"}
    keys = [tuple(str(one.get(part)) for part in ("namespace", "name", "version")) for one in listed]
    compare.alike("models", (node_id("ModelVersion", *key) for key in keys), versions)
    compare.holds(keys == sorted(keys), "models: not in their order")
    for key, each in zip(keys, listed, strict=True):
        if compare.rests_on_withheld(each):
            continue
        where = f"model {key[1]} {key[2]}"
        _model(key, each, where, log, compare)


def _model(key: tuple[str, ...], each: Values, where: str, log: Disclosed, compare: Comparison) -> None:
    registered = [
        one.index for one in log.of("register_model_version") if subject_of({"model_version": one.content}) == key
    ]
    begun = [
        one
        for kind in ("deploy_model_version", "roll_back_deployment")
        for one in log.of(kind)
        if subject_of(one.content) == key
    ]
    begun.sort(key=lambda one: one.index)
    retired = log.of("retire_model_version", lambda content: subject_of(content) == key)
    first = min(retired, key=lambda one: (one.since, one.index), default=None)
    derived = {
        "entries": sorted(registered),
        "deployments": [_deployment(one, log) for one in begun],
        "retired_since": None if first is None else stamp(first.since),
        "retired": None if first is None else {"entry": first.index},
    }
    compare.same(where, each, derived, by=registered)


def _deployment(one: Record, log: Disclosed) -> dict[str, Any]:
    found = deployment_of(one, log)
    names = ("place", "environment", "until", "live", "ended", "entry")
    actor = {"name": None, "entry": None, **log.actor(one)}
    return {**{name: found[name] for name in names}, "since": stamp(one.since), "by": actor}


_DAY = 86_400 * 1_000_000
_DAYS_OF_THE_FIRST = 90
"""Of so many days the first dossiers of a dataset counted decisions, and did not say so."""
_MOST = 1000
_BELIEVED = frozenset({"ROLE_LOST", "PROJECT_OVER"})
"""Where a grant stands by records of persons and projects, which a file need not hold: both are less than it grants."""


def derive_access(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare requests, grants, emergencies and decisions with their records; every one disclosed must be there."""
    requests, grants = shown.each("access_requests"), shown.each("access_grants")
    every = {"request_access": requests, "grant_access": grants}
    for kind, listed in every.items():
        if compare.rests_on_withheld(listed):
            continue
        records = [one for one in log.of(kind) if _reaches(one.content["target"], shown)]
        records.sort(key=lambda one: one.index)
        compare.holds(
            [one.get("entry") for one in listed] == [one.index for one in records],
            f"access: not every {kind.partition('_')[0]} that reaches the dataset, in order",
        )
        derive = _request if kind == "request_access" else _grant
        for each, one in zip(listed, records, strict=False):
            compare.same(f"access #{one.index}", each, _common(one, log) | derive(each, one, log), by=(one.index,))
    _emergencies(shown, log, compare)
    _decisions(shown, log, compare)


def _common(one: Record, log: Disclosed) -> dict[str, Any]:
    content = one.content
    return {
        "principal": _actor_of(content["principal"]),
        "terms": {
            "actions": list(content["actions"]),
            "target": _target_of_access(content["target"]),
            "purposes": list(content["purposes"]),
            "project": content.get("project"),
        },
        "until": stamp(micros(content["until"])),
        "reason": content["reason"],
        "by": log.actor(one),
        "recorded_at": one.recorded_at,
    }


def _request(_: Values, one: Record, log: Disclosed) -> dict[str, Any]:
    decided = [
        (each.index, status)
        for kind, status in (("grant_access", "GRANTED"), ("refuse_access", "REFUSED"))
        for each in log.of(kind, lambda content: content.get("request") == one.index)
        if each.content["principal"] == one.content["principal"]
    ]
    if decided:
        entry, status = min(decided)
        return {"status": status, "decided": {"entry": entry}}
    return {"status": "PENDING" if log.valid_at < micros(one.content["until"]) else "LAPSED", "decided": None}


def _grant(each: Values, one: Record, log: Disclosed) -> dict[str, Any]:
    content = one.content
    since = one.since if content.get("since") is None else micros(content["since"])
    ends = [
        end.index
        for end in log.of("end_grant", lambda held: held["grant"] == one.index)
        if end.content["principal"] == content["principal"]
    ]
    if ends:
        status = "ENDED"
    elif log.valid_at >= micros(content["until"]):
        status = "EXPIRED"
    else:
        status = "IN_FORCE" if since <= log.valid_at else "NOT_YET"
        status = str(each.get("status")) if each.get("status") in _BELIEVED else status
    return {"since": stamp(since), "status": status, "ended": {"entry": min(ends)} if ends else None}


def _emergencies(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare each time that somebody broke the glass; an earlier version showed none, and cited none."""
    listed = shown.each("access_emergencies") if "access_emergencies" in shown.context else []
    if compare.rests_on_withheld(listed):
        return
    records = [one for one in log.of("break_glass") if _reaches(one.content["target"], shown)]
    records.sort(key=lambda one: one.index)
    compare.holds(
        [one.get("entry") for one in listed] == [one.index for one in records],
        "access: not every emergency that reaches the dataset, in order",
    )
    for each, one in zip(listed, records, strict=False):
        derived = {
            "principal": _actor_of(one.content["principal"]),
            "target": _target_of_access(one.content["target"]),
            "purpose": one.content["purpose"],
            "since": stamp(one.since),
            "until": stamp(micros(one.content["until"])),
            "reason": one.content["reason"],
            "review": _review_of(one, log),
        }
        compare.same(f"access #{one.index}", each, derived, by=(one.index,))


def _review_of(emergency: Record, log: Disclosed) -> dict[str, Any] | None:
    """Return the first review of an emergency."""
    found = [
        one
        for one in log.of("review_emergency", lambda content: content["emergency"] == emergency.index)
        if one.content["principal"] == emergency.content["principal"]
    ]
    if not found:
        return None
    one = min(found, key=lambda each: each.index)
    return {
        "justified": one.content["justified"],
        "reason": one.content["reason"],
        "by": log.actor(one),
        "at": stamp(one.since),
        "entry": one.index,
    }


def _decisions(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    days, left = shown.context.get("access_days", _DAYS_OF_THE_FIRST), shown.context.get("access_left_out")
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        compare.holds(False, "access: no number of days of which decisions are counted")
        return
    since = max(0, log.valid_at - days * _DAY)
    compare.same("access", shown.context, {"access_since": stamp(since)})
    listed = shown.each("access_decisions")
    total = sum(len(list(citations(each))) for each in listed)
    counted = type(left) is int and left >= 0 and (left == 0 or total >= _MOST)
    compare.holds(counted, "access: decisions left out are not counted")
    if compare.rests_on_withheld(listed):
        return
    grouped: dict[tuple[str, str], list[Record]] = {}
    for one in log.of("decide_access"):
        if _is_of(one.content["target"], shown) and micros(one.content["at"]) >= since:
            purpose = one.content.get("circumstances", {}).get("purpose") or ""
            grouped.setdefault((one.content["principal"], purpose), []).append(one)
    compare.holds(
        [(_id_of_access(each), each.get("purpose") or "") for each in listed] == sorted(grouped),
        "access: decisions not by principal and purpose, in order",
    )
    for each in listed:
        records = grouped.get((_id_of_access(each), str(each.get("purpose") or "")), [])
        derived = _counted(records) | {"principal": _actor_of(_id_of_access(each))}
        compare.same(f"decisions on {_id_of_access(each)}", each, derived, by=citations(each))


def _actor_of(principal: str) -> dict[str, Any]:
    """Return a principal whose name is compared with its definition elsewhere."""
    return {"id": principal, "authenticated": principal != "local"}


def _counted(records: Sequence[Record]) -> dict[str, Any]:
    times = [micros(one.content["at"]) for one in records] or [0]
    permitted = sum(one.content["allowed"] is True for one in records)
    return {
        "permitted": permitted,
        "denied": len(records) - permitted,
        "first_at": stamp(min(times)),
        "last_at": stamp(max(times)),
        "entries": sorted(one.index for one in records),
    }


def _id_of_access(each: Values) -> str:
    principal = each.get("principal")
    return str(principal.get("id")) if isinstance(principal, dict) else ""


def _reaches(target: Mapping[str, Any], shown: Shown) -> bool:
    """Return whether access to a target is access to the dataset or to a column of it."""
    namespace, name = shown.subject.key
    if target.get("namespace") != namespace:
        return False
    match target.get("target_kind"):
        case "NAMESPACE":
            return True
        case "PREFIX":
            return name.startswith(str(target.get("name") or ""))
        case "DATASET" | "COLUMN":
            return target.get("name") == name
        case _:
            return False


def _is_of(target: Mapping[str, Any], shown: Shown) -> bool:
    """Return whether a decision was on the dataset or on a column of it."""
    is_one = target.get("target_kind") in {"DATASET", "COLUMN"}
    return is_one and node_id("Dataset", str(target.get("namespace")), str(target.get("name"))) == node_id(
        "Dataset", *shown.subject.key
    )


def _target_of_access(target: Mapping[str, Any]) -> str:
    """Return what access is had to, in words."""
    name = f"{target['namespace']}/{target.get('name') or ''}"
    return {
        "NAMESPACE": f"every dataset in {target['namespace']}",
        "PREFIX": f"every dataset whose name begins with {name}",
        "COLUMN": f"column {target.get('column')} of {name}",
    }.get(str(target["target_kind"]), name)


_DID = {"APPROVE": "APPROVED", "DENY": "DENIED", "ABSTAIN": "ABSTAINED", "WITHDRAW": "WITHDRAWN"}
_BY_NOBODY = {"by": None, "because": None}
_Occurred = tuple[int, int, int, str, dict[str, Any]]
"""When, behind which entry, of which request, what, and as it is shown."""


def derive_period(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare everything that happened in the period with the records, and what the requests are about with theirs.

    When an approval ended is held to the request itself, which is derived beside this.
    """
    since, until = (optional_micros(one) for one in shown.subject.key)
    is_period = since is not None and until is not None and since < until
    compare.holds(is_period, "period: it does not begin before it ends")
    _subjects_of_period(shown, log, compare)
    if not is_period or since is None or until is None or log.withheld:
        return
    approvals = {index_in(one.get("entry")): one for one in shown.each("approvals")}
    requests = {one.index: one for one in log.of("request_approval")}
    found = [
        event
        for index, request in requests.items()
        for event in (*_of_request(request, log), *_ended(request, approvals.get(index, {}), log))
    ]
    found += [_lent(one, log) for one in log.of("delegate_approvals")]
    derived = [one for one in sorted(found, key=_order_of_event) if since <= one[0] < until and one[0] <= log.valid_at]
    listed = shown.each("happened")
    compare.alike("happened", (_brief_event(one) for one in listed), (_brief_event(one[4]) for one in derived))
    compare.holds(
        [_brief_event(one) for one in listed] == [_brief_event(one[4]) for one in derived], "happened: not in its order"
    )
    for each, one in zip(listed, derived, strict=False):
        where = f"{one[3]} of #{one[2]}" if one[2] >= 0 else one[3]
        compare.same(where, each, one[4], by=one[4]["entries"])
    _every_request(requests, approvals, {one[2] for one in derived}, compare)


def _order_of_event(one: _Occurred) -> tuple[int, int, int, str]:
    return one[:4]


def _brief_event(one: Values) -> list[object]:
    return [one.get(name) for name in ("at", "what", "request", "entries")]


def _every_request(
    requests: dict[int, Record], approvals: dict[int, dict[str, Any]], happened: set[int], compare: Comparison
) -> None:
    """Hold every request that is shown to one to which something happened, or on which such a one depends."""
    wanted, front = set(happened), set(happened)
    while front:
        front = {on for one in front for on in approvals.get(one, {}).get("depends_on") or ()} - wanted
        wanted |= front
    compare.holds(approvals.keys() <= wanted, "period: a request is shown to which nothing happened")
    compare.holds(happened - {-1} <= approvals.keys() | requests.keys(), "period: a request is left out")


def _event(at: int, behind: int, what: str, request: Record, more: dict[str, Any]) -> _Occurred:
    shown = {
        "at": stamp(at),
        "what": what,
        "request": request.index,
        "kinds": [request.content["approval_kind"]],
        "subject": " ".join(subject_of(request.content["subject"])),
        "entries": [behind],
        **_BY_NOBODY,
        **more,
    }
    return at, behind, request.index, what, shown


def _of_request(request: Record, log: Disclosed) -> Iterator[_Occurred]:
    yield _event(request.since, request.index, "ASKED", request, {"by": log.actor(request)})
    for one in log.of("decide_approval", lambda content: content["request"] == request.index):
        yield _event(one.since, one.index, _DID[one.content["decision"]], request, {"by": log.actor(one)})
    for one in conditions_met(request, log):
        yield _event(one.since, one.index, "CONDITION_MET", request, {"by": log.actor(one)})


def _ended(request: Record, approval: Values, log: Disclosed) -> Iterator[_Occurred]:
    """Yield how an approval ended, as its own part of the report shows it."""
    status, ended = str(approval.get("status")), approval.get("invalidated")
    if status == "INVALIDATED" and isinstance(ended, dict):
        at, entry = optional_micros(ended.get("at")), index_in(ended.get("entry"))
        if at is not None:
            yield _event(at, entry, status, request, {"because": approval.get("because")})
    elif status in {"EXPIRED", "LAPSED"}:
        at = end_of(request, status, log)
        if at is not None:
            yield _event(at, request.index, status, request, {"entries": []})


def _lent(one: Record, log: Disclosed) -> _Occurred:
    shown = {
        "at": stamp(one.since),
        "what": "DELEGATED",
        "request": None,
        "kinds": sorted(one.content["approval_kinds"]),
        "subject": None,
        "entries": [one.index],
        **_BY_NOBODY,
        "by": log.actor(one),
    }
    return one.since, one.index, -1, "DELEGATED", shown


def _subjects_of_period(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what the requests are about with the records of it."""
    keys = []
    for each in shown.each("subjects"):
        kind = str(each.get("kind"))
        if kind not in KINDS_OF_SUBJECT or kind == "period":
            raise MalformedError("/context/subjects has a kind that is none")
        key = tuple(str(each.get(name)) for name in KINDS_OF_SUBJECT[kind])
        keys.append(key)
        hold_subject(Subject(kind, key, each), log, compare)
        others = {"version", "digest"} - set(KINDS_OF_SUBJECT[kind])
        compare.same("subjects", each, dict.fromkeys(sorted(others)))
    asked = {str(one.get("subject")) for one in shown.each("approvals")}
    compare.holds({" ".join(key) for key in keys} == asked, "subjects: not those of the requests")
    compare.holds(len(set(keys)) == len(keys), "subjects: one stands twice")


_CHECKS = (
    "INPUTS_SEALED",
    "INPUTS_VERIFIED",
    "LABELS",
    "USE_TRAINING",
    "USE_DEPLOYMENT",
    "RESIDENCY",
    "APPROVALS",
    "CODE",
    "ENVIRONMENT",
    "SIGNATURE",
    "EVALUATION_LOCKED",
    "EVALUATION_APART",
    "EVALUATION_SPLIT",
    "PARENT_MODELS",
    "METRICS",
    "CHANGE_PLAN",
    "NOT_RETIRED",
    "COMPONENTS",
    "INPUT_FEATURES",
    "AGREEMENTS",
    "ROLLBACK",
    "MONITORING",
    "VIEW_COMPLETE",
    "POLICIES",
    "FINDINGS",
)
_CAME_LATER: tuple[frozenset[str], ...] = (
    frozenset({"NOT_RETIRED"}),
    frozenset({"COMPONENTS", "INPUT_FEATURES", "AGREEMENTS", "ROLLBACK", "MONITORING"}),
)
"""The checks that the first gates did not have, as they came, the newest first."""
_DECIDED_ELSEWHERE = frozenset({"EVALUATION_APART", "PLACE_ALLOWED", "CONSENT_HOLDS", "APPROVAL_LASTS", "GATE_HOLDS"})
"""The rules whose findings another check counts, or none."""
_OUTCOMES = frozenset({"PASS", "UNKNOWN", "FAIL"})
_LISTING = "INPUT_FEATURES"
"""The check of which every reason is shown: each is a feature, and what is done about it."""
_REQUESTER = ("user", "organization", "commercial", "institute", "project", "recipient")
_MOST_ASKED = 3


def derive_gate(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold what is shown of the gate to the recorded evaluations and overrides, and to what else the file shows."""
    if shown.is_before_fourth:
        return
    evaluations, overrides, answers = (shown.each(part) for part in ("evaluations", "overrides", "gate"))
    evaluations, answers = ([_as_asked_now(one) for one in some] for some in (evaluations, answers))
    recorded = log.of("gate_evaluated", lambda content: subject_of(content) == shown.version)
    recorded.sort(key=lambda one: one.index)
    let_pass = log.of("override_gate", lambda content: subject_of(content) == shown.version)
    let_pass.sort(key=lambda one: one.index)
    if compare.rests_on_withheld([evaluations, overrides, answers]):
        return
    _as_recorded("evaluation", evaluations, [_gate_evaluation(one, log) for one in recorded], compare)
    _as_recorded("override", overrides, [_gate_override(one, log) for one in let_pass], compare)
    asked = list(
        {_key_of_question(one["question"]): one["question"] for one in map(_asked_by, reversed(recorded))}.values()
    )
    compare.holds([each.get("question") for each in answers] == asked[:_MOST_ASKED], "gate: its questions are others")
    compare.same("gate", shown.context, {"questions_left_out": max(len(asked) - _MOST_ASKED, 0)})
    for number, answer in enumerate(answers, 1):
        _gate_answer(answer, f"gate {number}", let_pass, shown, log, compare)


def _as_asked_now(one: Values) -> dict[str, Any]:
    """Return what a question came to without recipient and diseases where it was issued before these were asked for."""
    question = one.get("question")
    requester = question.get("requester") if isinstance(question, dict) else None
    if not isinstance(question, dict) or not isinstance(requester, dict):
        return dict(one)
    return {**one, "question": {"diseases": [], **question, "requester": {"recipient": None, **requester}}}


def _as_recorded(what: str, shown: list[dict[str, Any]], derived: list[dict[str, Any]], compare: Comparison) -> None:
    listed = [each.get("entry") for each in shown]
    compare.holds(listed == [one["entry"] for one in derived], f"{what}s: not those of the entries, in their order")
    for each, one in zip(shown, derived, strict=False):
        compare.same(f"{what} #{one['entry']}", each, one, by=(one["entry"],))


def _key_of_question(question: Values) -> str:
    return repr(question)


def _asked_by(one: Record) -> dict[str, Any]:
    content = one.content
    requester = content.get("requester") or {}
    return {
        "question": {
            "purpose": content["purpose"],
            "place": content["place"],
            "environment": content["environment"],
            "requester": {name: requester.get(name) for name in _REQUESTER},
            "diseases": content.get("diseases") or [],
        }
    }


def _gate_evaluation(one: Record, log: Disclosed) -> dict[str, Any]:
    content = one.content
    return {
        **_asked_by(one),
        "verdict": content["verdict"],
        "checks": [{"check": each["check"], "outcome": each["outcome"]} for each in content["checks"]],
        "artifact_digest": content.get("artifact_digest"),
        "policies_digest": content["policies_digest"],
        "by": log.actor(one),
        "at": stamp(one.since),
        "holds_until": stamp(micros(content["holds_until"])),
        "entry": one.index,
    }


def _gate_override(one: Record, log: Disclosed) -> dict[str, Any]:
    return {
        "evaluation": one.content["evaluation"],
        "reason": one.content["reason"],
        "by": log.actor(one),
        "at": stamp(one.since),
        "until": stamp(micros(one.content["until"])),
        "entry": one.index,
    }


def _gate_answer(
    answer: Values, where: str, let_pass: list[Record], shown: Shown, log: Disclosed, compare: Comparison
) -> None:
    checks = objects_in(answer.get("checks"))
    has_every = [each.get("check") for each in checks] == _every_check(checks, shown, log)
    compare.holds(has_every, f"{where}: it has not every check, in order")
    for each in checks:
        _gate_check(each, f"{where} {each.get('check')}", compare)
    newest = registrations_of(shown, log)[-1:]
    artifact = newest[0].content["artifact_digest"] if newest else None
    compare.same(where, answer, {"artifact_digest": artifact}, by=(one.index for one in newest))
    _requirements(answer, checks, where, log, compare)
    _gate_verdict(answer, checks, where, _exception(answer, artifact, newest, let_pass, log), compare)
    effective = [each for each in shown.each("statements") if not each.get("replaced_by")]
    for part in ("obligations", "refrains"):
        left_out = {one for each in effective for one in each.get(part) or ()} - set(answer.get(part) or ())
        compare.holds(not left_out, f"{where}: of its {part} {', '.join(sorted(left_out))} is left out")
    for each in checks:
        allows = ALLOWS.get(str(each.get("check")))
        if each.get("outcome") == "PASS" and allows is not None and newest:
            held = allows(each, newest[0], answer, shown, log)
            compare.holds(held, f"{where}: {each.get('check')} is shown as passed, by what else is shown it does not")


def _every_check(checks: list[dict[str, Any]], shown: Shown, log: Disclosed) -> list[str]:
    """Return the checks that there were when a file was issued: all but those that came later, as no recorded
    evaluation of the version has any of these.
    """
    recorded = log.of("gate_evaluated", lambda content: subject_of(content) == shown.version)
    asked = {each["check"] for one in recorded for each in one.content["checks"]}
    asked |= {str(each.get("check")) for each in checks}
    later: frozenset[str] = frozenset()
    for some in _CAME_LATER:
        if not asked.isdisjoint(some):
            break
        later |= some
    return [one for one in _CHECKS if one not in later]


def _gate_check(each: Values, where: str, compare: Comparison) -> None:
    """Hold what a check comes to, to its reasons; of one that does not pass no reason that does is shown, but what it
    lists.
    """
    found = [one.get("outcome") for one in objects_in(each.get("reasons"))]
    came_to = "FAIL" if "FAIL" in found else "PASS" if set(found) == {"PASS"} else "UNKNOWN"
    compare.same(where, each, {"outcome": came_to})
    hidden = {"PASS"} if came_to != "PASS" and each.get("check") != _LISTING else set()
    compare.holds(set(found) <= _OUTCOMES - hidden, f"{where}: its reasons")


def _requirements(
    answer: Values, checks: list[dict[str, Any]], where: str, log: Disclosed, compare: Comparison
) -> None:
    """Hold which checks are required to an evaluation by the same requirements, and the requirements to an entry."""
    policies = object_in(answer.get("policies"), "gate/policies")
    if policies.get("entry") is not None:
        published = [one.index for one in log.of("publish_policies")]
        compare.holds(policies["entry"] in published, f"{where}: no entry publishes its requirements")
    for one in _same_question(answer, log)[-1:]:
        # An evaluation of before there was a check knows nothing of whether it is required.
        judged = {each["check"] for each in one.content["checks"]}
        required = {each["check"] for each in one.content["checks"] if each.get("required") is True}
        listed = judged & {each.get("check") for each in checks if each.get("required") is True}
        compare.holds(required == listed, f"{where}: by #{one.index} other checks are required")


def _same_question(answer: Values, log: Disclosed) -> list[Record]:
    """Return the recorded evaluations of the same question by the same requirements."""
    policies = object_in(answer.get("policies"), "gate/policies").get("digest")
    return [
        one
        for one in log.of("gate_evaluated")
        if _asked_by(one)["question"] == answer.get("question") and one.content["policies_digest"] == policies
    ]


def _gate_verdict(
    answer: Values,
    checks: list[dict[str, Any]],
    where: str,
    excepted: list[Record],
    compare: Comparison,
) -> None:
    required = {each.get("outcome") for each in checks if each.get("required") is True}
    retired = any((each.get("check"), each.get("outcome")) == ("NOT_RETIRED", "FAIL") for each in checks)
    if required == {"PASS"}:
        verdict = "PASS"
    elif excepted and not retired and answer.get("verdict") not in {"FAIL", "UNKNOWN"}:
        # That two principals are one person nothing in a file needs to say: what grants less is believed.
        verdict = "BY_EXCEPTION"
    else:
        verdict = "FAIL" if "FAIL" in required else "UNKNOWN"
    counted = excepted if verdict == "BY_EXCEPTION" else []
    reasons = (one for each in checks for one in objects_in(each.get("reasons")))
    rests_on = {index for one in reasons for index in citations(one)}
    rests_on |= {index for one in counted for index in (one.index, one.content["evaluation"])}
    derived = {"verdict": verdict, "exception": [one.index for one in counted], "entries": sorted(rests_on)}
    compare.same(where, answer, derived)


def _exception(
    answer: Values, artifact: object, newest: list[Record], let_pass: list[Record], log: Disclosed
) -> list[Record]:
    """Return the overrides of two persons that let exactly this pass at the read point, none where they are fewer."""
    bound = {one.index for one in _same_question(answer, log) if one.content.get("artifact_digest") == artifact}
    held = []
    for one in let_pass:
        was = log.defined(one.actor, one.index)
        is_person = was is not None and was.content.get("principal_kind", "PERSON") == "PERSON"
        is_maker = any(signed_as_one(one, each, log) for each in newest)
        lasts = one.since <= log.valid_at < micros(one.content["until"])
        if one.authenticated and is_person and not is_maker and lasts and one.content["evaluation"] in bound:
            held.append(one)
    apart = [pair for pair in combinations(held, 2) if not signed_as_one(*pair, log)]
    last: dict[str, Record] = {}
    for one in sorted(chain.from_iterable(apart), key=lambda each: (micros(each.content["until"]), each.index)):
        last[one.actor] = one
    return sorted(last.values(), key=lambda one: one.index)


_Allows = Callable[[Values, Record, Values, Shown, Disclosed], bool]


def _of_role(shown: Shown, role: str) -> list[dict[str, Any]]:
    return [each for each in shown.each("snapshots") if each.get("role") == role]


def _inputs_sealed(_: Values, __: Record, ___: Values, shown: Shown, ____: Disclosed) -> bool:
    used = _of_role(shown, "TRAINING")
    return bool(used) and all(each.get("sealed_at") is not None for each in used)


def _inputs_verified(_: Values, __: Record, ___: Values, shown: Shown, ____: Disclosed) -> bool:
    return all(_is_sound(shown, each) for each in _of_role(shown, "TRAINING"))


def _is_sound(shown: Shown, each: Values) -> bool:
    found = each.get("verification")
    return is_verified(shown, each) and isinstance(found, dict) and found.get("result") == "OK"


def _evaluation_locked(_: Values, newest: Record, __: Values, ___: Shown, log: Disclosed) -> bool:
    uses = newest.content.get("evaluated_on", ())
    return bool(uses) and all(
        any(
            seal.content.get("locked") is True
            for seal in log.of_snapshot("seal_snapshot", identity_of(one["dataset"]), one["digest"])
        )
        for one in uses
    )


def _evaluation_apart(_: Values, __: Record, ___: Values, shown: Shown, ____: Disclosed) -> bool:
    separation = shown.context.get("separation")
    return isinstance(separation, dict) and separation.get("result") == "APART"


def _use_permitted(_: Values, __: Record, answer: Values, shown: Shown, log: Disclosed) -> bool:
    question = object_in(answer.get("question"), "gate/question")
    purpose = question.get("purpose")
    if question.get("diseases"):
        # The answers that are shown are of no disease: of one more may be permitted.
        return is_permitted_of_some_disease(shown, str(purpose), log)
    return all(each.get("decision") != "DENY" for each in shown.each("answers") if each.get("purpose") == purpose)


def _approvals_hold(each: Values, _: Record, __: Values, shown: Shown, ___: Disclosed) -> bool:
    """Return whether each approval that a reason rests on is shown as in force."""
    status = {index_in(one.get("entry")): one.get("status") for one in shown.each("approvals")}
    for reason in objects_in(each.get("reasons")):
        cited = set(citations(reason))
        if cited and all(status.get(index) != "APPROVED" for index in cited):
            return False
    return True


def _has_figures(_: Values, newest: Record, __: Values, ___: Shown, ____: Disclosed) -> bool:
    return bool(newest.content.get("evaluated_on")) and bool(newest.content.get("metrics"))


def _within_plan(each: Values, newest: Record, _: Values, shown: Shown, log: Disclosed) -> bool:
    cited = set(citations(each))
    every = log.of("assess_change", lambda content: subject_of(content) == shown.version)
    return all(
        one.index in cited
        and one.authenticated
        and not signed_as_one(one, newest, log)
        and one.content["status"] in {"INITIAL", "INSIDE"}
        for one in every[-1:]
    ) and bool(every)


def _in_service(_: Values, __: Record, ___: Values, shown: Shown, ____: Disclosed) -> bool:
    return shown.context.get("retirement") is None


def _newest_of(kind: str, each: Values, log: Disclosed, about: Callable[[Values], bool]) -> Record | None:
    """Return the newest disclosed record of a kind about something where the check cites it and a key proves it."""
    every = log.of(kind, about)
    newest = max(every, key=lambda one: (one.order, one.index), default=None)
    return newest if newest is not None and newest.authenticated and newest.index in citations(each) else None


def _assessed(each: Values, newest: Record, _: Values, ___: Shown, log: Disclosed) -> bool:
    digest = newest.content["environment"]["digest"]
    found = _newest_of("assess_environment", each, log, lambda content: content.get("environment") == digest)
    return found is not None


def _features_listed(each: Values, _: Record, __: Values, shown: Shown, log: Disclosed) -> bool:
    found = _newest_of("assess_features", each, log, lambda content: subject_of(content) == shown.version)
    return found is not None


def _bound_by_agreement(each: Values, _: Record, __: Values, ___: Shown, log: Disclosed) -> bool:
    """Return whether who runs it there is the house itself, or an agreement with them lasts."""
    for one in log.of("declare_operator"):
        lasting = [
            agreement
            for agreement in one.content.get("agreements", ())
            if agreement.get("until") is None or micros(agreement["until"]) > log.valid_at
        ]
        if one.index in citations(each) and one.authenticated:
            return one.content.get("internal") is True or bool(lasting)
    return False


def _is_watched(each: Values, _: Record, __: Values, shown: Shown, log: Disclosed) -> bool:
    found = _newest_of("plan_monitoring", each, log, lambda content: subject_of(content) == shown.version)
    return found is not None and micros(found.content["review_by"]) > log.valid_at


def _signed_by_key(_: Values, __: Record, ___: Values, shown: Shown, ____: Disclosed) -> bool:
    return object_in(shown.context.get("signed"), "signed").get("state") == "VERIFIED"


def _without_findings(_: Values, __: Record, ___: Values, shown: Shown, ____: Disclosed) -> bool:
    version = [each.get("id") for each in shown.each("nodes") if each.get("root") is True]
    return not any(
        each.get("node") in version
        and (each.get("severity"), each.get("stands")) == ("HIGH", "OPEN")
        and each.get("code") not in _DECIDED_ELSEWHERE
        for each in shown.each("estate")
    )


ALLOWS: Mapping[str, _Allows] = {
    "INPUTS_SEALED": _inputs_sealed,
    "INPUTS_VERIFIED": _inputs_verified,
    "USE_DEPLOYMENT": _use_permitted,
    "APPROVALS": _approvals_hold,
    "CODE": lambda _, newest, *__: newest.content["code"].get("clean") is True,
    "ENVIRONMENT": lambda _, newest, *__: newest.content["environment"].get("description") is not None,
    "SIGNATURE": _signed_by_key,
    "EVALUATION_LOCKED": _evaluation_locked,
    "EVALUATION_APART": _evaluation_apart,
    "METRICS": _has_figures,
    "CHANGE_PLAN": _within_plan,
    "NOT_RETIRED": _in_service,
    "COMPONENTS": _assessed,
    "INPUT_FEATURES": _features_listed,
    "AGREEMENTS": _bound_by_agreement,
    "MONITORING": _is_watched,
    "FINDINGS": _without_findings,
}
"""Of a check whether what the file shows allows it to pass; of the others the catalog's word stands."""


def derive_assessments(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare each with the newest record of its kind about the version, or about the environment it was built in."""
    registered = registrations_of(shown, log)[-1:]
    environment = registered[0].content["environment"]["digest"] if registered else None
    for part, (kind, derive) in _ASSESSMENTS.items():
        held = shown.context.get(part)
        if compare.rests_on_withheld([held]):
            continue
        about = _about_environment(environment) if kind == "assess_environment" else _about_version(shown)
        newest = max(log.of(kind, about), key=lambda one: (one.order, one.index), default=None)
        if newest is None or held is None:
            compare.holds(newest is None and held is None, f"{part}: no entry says it, or it is left out")
            continue
        derived = {**derive(newest.content), "by": log.actor(newest), "at": stamp(newest.since), "entry": newest.index}
        compare.same(part, object_in(held, part), derived, by=(newest.index,))


def _about_version(shown: Shown) -> Callable[[Values], bool]:
    return lambda content: subject_of(content) == shown.version


def _about_environment(digest: object) -> Callable[[Values], bool]:
    return lambda content: content["environment"] == digest


def _change_assessment(content: Values) -> dict[str, Any]:
    return {name: content.get(name) for name in ("status", "plan", "plan_digest", "reason")}


def _environment_assessment(content: Values) -> dict[str, Any]:
    return {**{name: content[name] for name in ("sbom_format", "sbom_digest", "source")}, **content["vulnerabilities"]}


def _feature_assessment(content: Values) -> dict[str, Any]:
    listed = [{name: one[name] for name in ("feature", "measures", "mitigation")} for one in content["features"]]
    return {"features": listed, "reason": content["reason"]}


def _monitoring_plan(content: Values) -> dict[str, Any]:
    return {
        "plan": content["plan"],
        "plan_digest": content.get("plan_digest"),
        "review_by": stamp(micros(content["review_by"])),
        "fallback": content.get("fallback"),
    }


_ASSESSMENTS: dict[str, tuple[str, Callable[[Values], dict[str, Any]]]] = {
    "change_assessment": ("assess_change", _change_assessment),
    "environment_assessment": ("assess_environment", _environment_assessment),
    "feature_assessment": ("assess_features", _feature_assessment),
    "monitoring_plan": ("plan_monitoring", _monitoring_plan),
}


_RULES = {
    "code revision clean": ("HIGH", "code"),
    "snapshot unaltered": ("HIGH", "snapshot"),
    "evaluation apart from training": ("HIGH", "overlap"),
    "evaluation set locked": ("MEDIUM", "snapshot"),
    "decision authenticated": ("HIGH", "signer"),
    "signed in own name": ("HIGH", "signer"),
}
"""The rules whose findings follow from bodies alone: how severe each is, and what it is about."""

_SHOWN_RULES = {
    "model version recorded": ("MEDIUM", "model"),
    "training data recorded": ("HIGH", "training data"),
    "evaluation data recorded": ("MEDIUM", "evaluation data"),
    "snapshot verified": ("MEDIUM", "snapshot"),
    "snapshot sealed": ("HIGH", "snapshot"),
    "sources declared": ("MEDIUM", "sources"),
    "runs completed": ("MEDIUM", "runs"),
    "attestation in force": ("HIGH", "de-identification"),
    "labels confirmed": ("MEDIUM", "labels"),
    "approval requested": ("HIGH", "approvals"),
    "approval in force": ("HIGH", "approval"),
    "approval decided": ("MEDIUM", "approval"),
    "decided by another": ("HIGH", "signer"),
    "schema unchanged": ("MEDIUM", "schema"),
}
"""The rules whose findings follow from what the report shows, which is derived by itself; the others, on powers, are as
the catalog issued them."""

_SHOWN_OTHERWISE = frozenset(
    {"de-identification", "labels", "declarations", "permitted use", "lineage", "nodes", "findings"}
)
_OTHERWISE = "Versions of the dossier before the fourth show this as of the read point; use the verifier of its time."

_OF_EVERYTHING = frozenset({"read point", "people", "who acted", "entry subjects", "gate"})
"""The parts that are held to all entries, among them those that only the gate rests on."""

Found = tuple[str, str, list[int]]
"""A finding that follows from what is shown: its rule, its subject, and the entries that show it."""


def derive(
    kind: str, context: Values, entries: Sequence[Entry], valid_at: str, template: object
) -> tuple[DerivedPart, ...]:
    """Return each part of a report's context held against the entries; raise MalformedError where it has no form."""
    shown = Shown(context, template)
    at = micros(valid_at)
    every = Disclosed(entries, at)
    # What only the gate rests on may be of other versions, requests and steps than the report is of.
    own = _but_for_the_gate(shown, entries)
    log = every if len(own) == len(entries) else Disclosed(own, at)
    parts = [_bodies(every)]
    for name in PARTS_OF[kind]:
        if shown.is_before_fourth and name in _SHOWN_OTHERWISE:
            parts.append(DerivedPart(name, 0, (), understood=False, why=_OTHERWISE))
            continue
        held_to = every if name in _OF_EVERYTHING else log
        comparison, understood = Comparison(held_to), True
        try:
            _PARTS[name](shown, held_to, comparison)
        except (LookupError, TypeError, ValueError, AttributeError):
            # A report that no catalog made is no reason to end the other checks.
            understood = False
        parts.append(DerivedPart(name, comparison.compared, tuple(comparison.differing), understood))
    return tuple(parts)


def _but_for_the_gate(shown: Shown, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries without those that the gate's reasons alone rest on."""
    if not shown.context.get("gate"):
        return entries
    others = set(citations({name: part for name, part in shown.context.items() if name != "gate"}))
    gate = set(citations({"gate": shown.context["gate"]}))
    return [one for one in entries if one.index in others or one.index not in gate]


def _bodies(log: Disclosed) -> DerivedPart:
    """Return how many of the disclosed bodies were read; one that a later catalog wrote may not be."""
    why = "; ".join(f"#{index}: {reason}" for index, reason in sorted(log.unread.items())[:5])
    return DerivedPart("bodies", len(log.bodies), (), not log.unread, f"Not understood by this verifier: {why}.")


def _point(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    last = [entry for entry in log.entries if entry.index == shown.read_point.get("ledger_index")]
    compare.holds(bool(last), "read point: its entry is not in the evidence")
    derived: dict[str, Any] = {"ledger_size": index_in(shown.read_point.get("ledger_index")) + 1}
    if last:
        derived["known_at"] = last[0].recorded_at
    compare.same("read point", shown.read_point, derived, by=(entry.index for entry in last))
    answer = object_in(shown.read_point.get("completeness"), "read_point/completeness")
    counts = {str(each.get("what")): each.get("number") for each in objects_in(answer.get("counts"))}
    sizes = {"nodes": "nodes", "edges": "edges", "quarantined entries": "quarantined"}
    shown_sizes = {what: len(shown.each(part)) for what, part in sizes.items() if part in shown.context}
    compare.same("completeness", counts, shown_sizes)
    behind = counts.get("entries not projected yet")
    compare.holds(type(behind) is int, "completeness: how many entries are not projected is left out")
    states = {"LAGGING", "TRUNCATED"} if behind or shown.each("quarantined") else {"COMPLETE", "TRUNCATED"}
    compare.holds(
        answer.get("state") in states, f"completeness: {brief(answer.get('state'))} is not what its counts say"
    )
    compare.holds(bool(answer.get("reasons")) == (answer.get("state") != "COMPLETE"), "completeness: its reasons")
    headers = {entry.index: entry for entry in log.entries}
    for one in shown.each("quarantined"):
        entry = headers.get(index_in(one.get("entry")))
        if entry is not None:
            compare.same(f"quarantined #{entry.index}", one, {"kind": entry.kind}, by=(entry.index,))
    latest = max((entry.index for entry in log.entries if entry.withheld != "NOT_CITED"), default=-1)
    compare.holds(latest < index_in(shown.read_point.get("ledger_size")), f"#{latest} came after the read point")


def _findings(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    registrations = registrations_of(shown, log)
    is_dossier = "model" in shown.context
    if log.withheld or (is_dossier and not registrations):
        return
    derived = [
        *(_of_registration(registrations[-1], shown, log) if is_dossier else ()),
        *_of_approvals(shown, log),
    ]
    if shown.is_second:
        derived = [{**one, "severity": "MEDIUM"} if one["rule"] == "code revision clean" else one for one in derived]
    else:
        newest = registrations[-1:] if is_dossier else []
        on_parts = [found for one in newest for found in (*_of_parts(one, shown, log), *_of_snapshots(one, shown, log))]
        _compare_shown(shown, (*on_parts, *_of_requests(shown)), compare)
    _compare_findings(shown, _RULES, derived, compare)


def _compare_shown(shown: Shown, found: Sequence[Found], compare: Comparison) -> None:
    """Hold the findings that follow from what the report shows to what is found there."""
    derived = [_found(rule, _SHOWN_RULES[rule], subject, entries) for rule, subject, entries in found]
    _compare_findings(shown, _SHOWN_RULES, derived, compare)


def _compare_findings(
    shown: Shown, rules: Mapping[str, tuple[str, str]], derived: Sequence[Values], compare: Comparison
) -> None:
    # A dossier of the second version says of no finding what it is about.
    names = {"rule", "severity", "subject"} | (set() if shown.is_second else {"topic"})
    every = [each for each in shown.each("findings") if each.get("rule") in rules]
    listed = [{**{name: each.get(name) for name in names}, "entries": sorted(citations(each))} for each in every]
    compare.alike("findings", listed, ({name: one[name] for name in (*names, "entries")} for one in derived))


def _of_parts(newest: Record, shown: Shown, log: Disclosed) -> Iterator[Found]:
    """Yield what is found on the version by what the parts of the report show of it."""
    model, own = shown.model, " ".join(shown.version)
    roles = {each.get("role") for each in shown.each("snapshots")}
    asked = EARLIER_VERSION_FIELDS if shown.is_before_fourth else VERSION_FIELDS
    if any(field in asked for _, field in gaps_of_version(shown, newest)):
        yield "model version recorded", own, list(citations({"entries": model.get("entries")}))
    if "TRAINING" not in roles:
        yield "training data recorded", own, []
    if "EVALUATION" not in roles:
        yield "evaluation data recorded", own, []
    lacking = [each for each in shown.each("sources") if each.get("missing")]
    names = {each.get("dataset") for each in lacking}
    broken = {
        "sources declared": [
            *lacking,
            *(each for each in shown.each("use") if each.get("dataset") in names and lacking),
        ],
        "runs completed": [each for each in shown.each("runs") if each.get("state") in {"FAIL", "ABORT"}],
        "labels confirmed": shown.each("suggestions"),
        "schema unchanged": shown.each("schema_changes"),
    }
    for rule, items in broken.items():
        if items:
            yield rule, own, _cited_by(items)
    unattested = [each for each in shown.each("deidentification") if each.get("attested_by") is None]
    idle = sorted({*Attested(shown, log).idle(), *_cited_by(unattested)})
    if idle:
        yield "attestation in force", own, idle


def _of_snapshots(newest: Record, shown: Shown, log: Disclosed) -> Iterator[Found]:
    held = {(each.get("dataset"), each.get("digest")): each for each in shown.each("snapshots")}
    used = (*newest.content.get("trained_on", ()), *newest.content.get("evaluated_on", ()))
    for key in dict.fromkeys(snapshot_key(one) for one in used):
        each = held.get((log.title((key[0], key[1])), key[2]), {})
        if not is_verified(shown, each):
            yield "snapshot verified", " ".join(key), _cited_by([each])
        if each.get("sealed_at") is None:
            yield "snapshot sealed", " ".join(key), _cited_by([each])


def _of_requests(shown: Shown) -> Iterator[Found]:
    own = " ".join(shown.subject.key)
    # Nobody has to approve a dataset by itself, and nothing is asked of a period.
    is_asked = "stated" not in shown.context and shown.subject.kind != "period"
    if is_asked and all(each.get("subject") != own for each in shown.each("approvals")):
        yield "approval requested", own, []
    for each in shown.each("approvals"):
        subject, status, request = str(each.get("subject")), each.get("status"), index_in(each.get("entry"))
        decisions = objects_in(each.get("decisions"))
        entries = {request, *(index_in(one.get("entry")) for one in decisions)}
        if status in {"DENIED", "EXPIRED", "LAPSED", "INVALIDATED"}:
            ended = each.get("invalidated")
            by = {index_in(ended.get("entry"))} if isinstance(ended, dict) else set()
            yield "approval in force", subject, sorted(entries | by)
        if status in {"PENDING", "CONDITIONAL", "ABSTAINED"}:
            yield "approval decided", subject, sorted(entries)
        asked = object_in(each.get("requested_by"), "requested_by").get("id")
        for decision in decisions:
            if object_in(decision.get("decided_by"), "decided_by").get("id") == asked:
                yield "decided by another", subject, sorted({request, index_in(decision.get("entry"))})


def _cited_by(items: Sequence[Values]) -> list[int]:
    """Return the entries that items of a part rest on themselves, not those of who acted in them."""
    return sorted({index for each in items for index in citations({"entries": each.get("entries")})})


def _of_registration(newest: Record, shown: Shown, log: Disclosed) -> Iterator[dict[str, Any]]:
    own = " ".join(shown.version)
    if newest.content["code"].get("clean") is False:
        yield _finding("code revision clean", own, newest)
    yield from _altered(shown, log)
    seals = {snapshot_key(each.content): each for each in log.of("seal_snapshot")}
    files = {
        part: {
            file["digest"]
            for one in newest.content.get(part, ())
            if (seal := seals.get(snapshot_key(one))) is not None
            for file in seal.content.get("manifest", ())
            if file["size"]
        }
        for part in ("trained_on", "evaluated_on")
    }
    digests = {part: {one["digest"] for one in newest.content.get(part, ())} for part in ("trained_on", "evaluated_on")}
    whole = not shown.is_second and digests["trained_on"] & digests["evaluated_on"]
    if whole or files["trained_on"] & files["evaluated_on"]:
        yield _finding("evaluation apart from training", own, newest)
    for one in newest.content.get("evaluated_on", ()):
        seal = seals.get(snapshot_key(one))
        if seal is not None and not seal.content.get("locked", False):
            yield _finding("evaluation set locked", " ".join(snapshot_key(one)), seal)


def _altered(shown: Shown, log: Disclosed) -> Iterator[dict[str, Any]]:
    """Yield the snapshots that the newest verification found altered.

    Of a snapshot on the way an approval cites the verification that ended it, and a newer one may not be disclosed.
    """
    used = {(each.get("dataset"), each.get("digest")) for each in shown.each("snapshots")}
    found = {index for each in shown.each("findings") for index in citations(each)}
    for key, check in {snapshot_key(each.content): each for each in log.of("verify_snapshot")}.items():
        is_newest = (log.title((key[0], key[1])), key[2]) in used or check.index in found
        if check.content["result"] != "OK" and is_newest:
            yield _finding("snapshot unaltered", " ".join(key), check)


def _of_approvals(shown: Shown, log: Disclosed) -> Iterator[dict[str, Any]]:
    requests = {each.index: each for each in log.of("request_approval")}
    for decision in log.of("decide_approval"):
        request = requests.get(decision.content["request"])
        if request is None:
            continue
        subject = " ".join(subject_of(request.content["subject"]))
        was = log.definition(decision.actor, decision.index)
        if not decision.authenticated:
            yield _finding("decision authenticated", subject, decision)
        elif was is not None and not shown.before_people and was.content["display_name"] != printed_name(decision):
            yield _found("signed in own name", _RULES["signed in own name"], subject, [was.index, decision.index])


def _finding(rule: str, subject: str, by: Record) -> dict[str, Any]:
    return _found(rule, _RULES[rule], subject, [by.index])


def _found(rule: str, about: tuple[str, str], subject: str, entries: list[int]) -> dict[str, Any]:
    severity, topic = about
    return {"rule": rule, "severity": severity, "topic": topic, "subject": subject, "entries": sorted(entries)}


_PARTS: dict[str, Callable[[Shown, Disclosed, Comparison], None]] = {
    "read point": _point,
    "people": derive_people,
    "who acted": derive_acts,
    "entry subjects": derive_entry_subjects,
    "subject": derive_subject,
    "dataset": derive_dataset,
    "keys of it": derive_keys,
    "history": derive_history,
    "columns": derive_columns,
    "snapshots of it": derive_held,
    "what changed in it": derive_drifts,
    "attestations": derive_attestations,
    "flows": derive_flows,
    "models made of it": derive_models_made,
    "access": derive_access,
    "period": derive_period,
    "what is missing of it": derive_dataset_gaps,
    "model": derive_model,
    "snapshots": derive_snapshots,
    "separation": derive_separation,
    "signature": derive_signature,
    "releases": derive_releases,
    "gate": derive_gate,
    "assessments": derive_assessments,
    "approvals": derive_approvals,
    "de-identification": derive_deidentification,
    "labels": derive_labels,
    "suggestions": derive_suggestions,
    "labels that flow": derive_effective,
    "declarations": derive_declarations,
    "names": derive_names,
    "permitted use": derive_use,
    "use statements": derive_statements,
    "use answers": derive_answers,
    "runs": derive_runs,
    "lineage": derive_edges,
    "nodes": derive_nodes,
    "schema changes": derive_schema_changes,
    "gaps": derive_gaps,
    "findings": _findings,
    "findings of the estate": derive_estate,
}

_OF_DATASETS = (
    "dataset",
    "keys of it",
    "history",
    "columns",
    "snapshots of it",
    "what changed in it",
    "attestations",
    "flows",
    "models made of it",
    "access",
    "what is missing of it",
)
_OF_PERIODS = ("period",)

PARTS_OF: dict[str, tuple[str, ...]] = {
    "model_dossier": tuple(name for name in _PARTS if name not in {"subject", *_OF_DATASETS, *_OF_PERIODS}),
    "dataset_dossier": (
        "read point",
        "people",
        "who acted",
        "entry subjects",
        *_OF_DATASETS,
        "approvals",
        "labels that flow",
        "names",
        "use statements",
        "use answers",
        "runs",
        "findings",
        "findings of the estate",
    ),
    "approvals_period": (
        "read point",
        "people",
        "who acted",
        "entry subjects",
        *_OF_PERIODS,
        "approvals",
        "findings",
    ),
    "approvals": ("read point", "people", "who acted", "entry subjects", "subject", "names", "approvals", "findings"),
}
"""What can be derived of each report there is."""


ISSUED_KIND = "report.issued"
_POINT = ("valid_at", "known_at", "ledger_index", "ledger_size", "root", "projection_version")
_INITIALS = {"model_dossier": "MPD", "dataset_dossier": "DSD", "approvals": "APR", "approvals_period": "APP"}
_DIGITS = 12
NO_KEY = (
    "No key was given, so nobody vouches for this file but itself: whoever forged it could have put his own key there. "
    "Get the key from the log's operator (lineward ledger key) and give it with --key."
)
NEVER_ISSUED = (
    "The ledger holds no entry that says that this report was issued: whoever made this file, the catalog did not. "
)
OLD = (
    "The file is of format 1, when the ledger did not record yet which reports it issued: that the cited entries are "
    "in the ledger is checked, what the report says of them is not. Ask for the report anew at the same read point."
)


def verify(file: bytes, vkey: str | None = None) -> Result:
    """Return every check of a report file; `vkey` is the log's verifier key, had from elsewhere than the file.

    Never raises, whatever the file is.
    """
    form, taken, checks = opened(file)
    if taken is None:
        return Result(form, checks)
    pages, evidence = taken
    return Result(form, (*checks, *checked(evidence, pages, vkey)), number=number_of(evidence))


def opened(file: bytes) -> tuple[Form, tuple[Pages | None, Evidence] | None, tuple[Check, ...]]:
    """Return the form of a file, its pages and its evidence, None where it has none, and the checks of both."""
    values: Any = None
    try:
        pages, values = _apart(file)
        # 2. The evidence is read once, into what cannot be malformed.
        evidence = Evidence.parse(values)
    except NotAReportError as error:
        return _form(file), None, (Check("file", "FAIL", str(error)),)
    except MalformedError as error:
        return _form(file), None, (Check("file", "FAIL", f"{error}. {_advice(values)}"),)
    if evidence.format == FORMAT and pages is None:
        return _form(file), None, (Check("file", "FAIL", f"The file is not put together as a report is. {ANEW}"),)
    found = Check("file", "PASS", f"One whole report of the format {evidence.format}.")
    return _form(file), (pages, evidence), (found,)


def _advice(values: Any) -> str:  # noqa: ANN401 - untrusted JSON
    """Return what to do about evidence that cannot be read: one that names a known format was changed."""
    named = values.get("format") if isinstance(values, dict) else None
    if not isinstance(named, str):
        return OTHER
    if named in {FORMAT, OLDER}:
        return ANEW
    if named.startswith(FAMILY):
        return "It is of a format that this verifier does not know: take the one of the Lineward that made it."
    return OTHER


def _apart(file: bytes) -> tuple[Pages | None, Any]:
    # 1. The file is taken apart in the one way in which it can be put together again.
    try:
        pages, content = take(file)
    except NotAReportError:
        # A report of format 1 was put together otherwise; of what is no report at all, its evidence says more.
        values = evidence_of_any(file)
        if isinstance(values, dict) and values.get("format") == FORMAT:
            raise
        return None, values_of(canonical_values(values))
    return pages, values_of(content)


def _form(file: bytes) -> Form:
    try:
        return form_of(file)
    except NotAReportError:
        return "json"


def checked(evidence: Evidence, pages: Pages | None, vkey: str | None) -> Iterator[Check]:
    """Yield the checks of evidence and pages."""
    if evidence.number is not None:
        yield _numbered(evidence, evidence.number)
    # 3. The key, from outside, and the signatures of both checkpoints.
    yield from _signatures(evidence, vkey)
    # 4. The ledger that was read, and the one whose checkpoint is printed, are beginnings of the checkpoint's.
    yield _read_point(evidence)
    # 5. Every entry: its hash, its place in the tree, what is shown of it, its body.
    entries = evidence.cited if evidence.issued is None else (*evidence.cited, evidence.issued)
    yield from _entries(entries, evidence.checkpoint)
    # 6. What is cited is there, and what is there is cited.
    yield _citations(evidence)
    yield _leaves(evidence)
    if evidence.format != FORMAT:
        yield Check("issued", "NOT VERIFIED", OLD)
        return
    # 7. The ledger says that this very report was issued: context, template, read point, pages.
    yield from _issued(evidence, pages)
    # 8. What the disclosed bodies say is what the report says, both ways.
    yield from _derived(evidence)
    # 9. What was withheld is named.
    yield _withheld(evidence)


def context_digest(context: Mapping[str, Any]) -> str:
    """Return the digest of a context without its proofs: `sha256:` and hex over its canonical JSON."""
    return f"sha256:{hashlib.sha256(canonical(context)).hexdigest()}"


def report_number(kind: str, ledger_size: int, digest: str) -> str:
    """Return a report's number: its kind, the size of the ledger that was read, and how its context's digest begins.

    It follows from the content: the same content has the same number, in every form.
    """
    return f"{_INITIALS.get(kind, kind)}-{ledger_size}-{digest.removeprefix('sha256:')[:_DIGITS]}"


def number_of(evidence: Evidence) -> str:
    """Return the number that follows from the content of a report."""
    return report_number(evidence.kind, evidence.read_point.size, context_digest(evidence.context))


def _signatures(evidence: Evidence, vkey: str | None) -> Iterator[Check]:
    try:
        keys = [evidence.vkey] if vkey is None else [parse_vkey(line) for line in vkey.split()] or [parse_vkey("")]
    except MalformedError as error:
        sentence = f"What was given as --key is no verifier key ({error}). Copy it whole from the log's operator."
        yield Check("key", "FAIL", sentence)
        return
    # A log whose key was changed has several: the newest that signed is the one to check.
    signers = {(name, key_id) for name, key_id, _ in evidence.checkpoint.signatures}
    key = next((each for each in keys if (each.name, each.key_id) in signers), keys[0])
    if vkey is None:
        yield Check("key", "NOT VERIFIED", NO_KEY)
    else:
        yield Check("key", "PASS", f"The key was given from outside the file: {key.name}.")
    printed = evidence.read_point.printed
    notes = [("checkpoint", evidence.checkpoint)] + ([] if printed is None else [("printed checkpoint", printed)])
    wrong = [_unsigned(what, note, key) for what, note in notes if not is_signed(note, key)]
    own = [(evidence.vkey, evidence.checkpoint)]
    if printed is not None and evidence.read_point.printed_key is not None:
        own.append((evidence.read_point.printed_key, printed))
    wrong += [
        f"The file's own key {its.name}+{its.key_id.hex()} did not sign"
        for its, note in own
        if not is_signed(note, its)
    ]
    yield judged(
        "checkpoint signature", f"The checkpoints of {evidence.checkpoint.origin} are signed by {key.name}.", wrong
    )


def _unsigned(what: str, note: Checkpoint, key: VerifierKey) -> str:
    signers = ", ".join(f"{name}+{key_id.hex()}" for name, key_id, _ in note.signatures)
    given = f"{key.name}+{key.key_id.hex()}"
    if note.origin != key.name:
        return (
            f"The {what} is of another log than the key: the log {note.origin}, signed by {signers}; the key {given} "
            f"tells nothing of it. Get the key of {note.origin} from whoever operates it, not from who sent the file, "
            "and verify it with that"
        )
    fitting = any((name, key_id) == (key.name, key.key_id) for name, key_id, _ in note.signatures)
    why = "its signature does not hold: it was changed" if fitting else f"it is signed by {signers}"
    return (
        f"The {what} of {note.origin} is not signed by {given}; {why}. "
        "Give the key of this very log, or don't rely on the file"
    )


def _numbered(evidence: Evidence, number: str) -> Check:
    own = number_of(evidence)
    wrong = [] if number == own else [f"The file calls itself {brief(number)}, and its content has the number {own}"]
    return judged("number", f"The content has the number {own}.", wrong)


def _read_point(evidence: Evidence) -> Check:
    point, newest = evidence.read_point, evidence.checkpoint
    wrong = []
    if not consistent(point.size, newest.size, point.root, newest.root, evidence.consistency):
        wrong.append(f"The ledger of size {point.size} that was read is no beginning of the checkpoint's")
    if point.printed is not None:
        printed = point.printed
        if not consistent(printed.size, newest.size, printed.root, newest.root, evidence.printed_consistency):
            wrong.append("The printed checkpoint is of no beginning of the ledger")
        if printed.size < point.size or (printed.origin, evidence.checkpoint.origin) != (newest.origin, printed.origin):
            wrong.append("The printed checkpoint does not cover the read point")
    return judged(
        "read point", f"The ledger of size {point.size} that was read is a beginning of the checkpoint's.", wrong
    )


def _entries(entries: Sequence[Entry], checkpoint: Checkpoint) -> Iterator[Check]:
    yield _each("leaf hashes", entries, lambda entry: entry.fits_leaf, "does not hash to its leaf")

    def is_in_tree(entry: Entry) -> bool:
        return included(entry.leaf, entry.index, checkpoint.size, entry.proof, checkpoint.root)

    yield _each("inclusion proofs", entries, is_in_tree, "is not in the tree")
    yield _each("entries as shown", entries, lambda entry: entry.is_shown_as_it_is, "is shown otherwise than it is")
    disclosed = [entry for entry in entries if entry.body is not None]
    yield _each("disclosed bodies", disclosed, lambda entry: entry.fits_body, "has another body than its digest says")


def _each(name: str, entries: Sequence[Entry], holds: Callable[[Entry], bool], what: str) -> Check:
    return judged(
        name, f"All {len(entries)} hold.", (f"#{entry.index} {what}" for entry in entries if not holds(entry))
    )


def _citations(evidence: Evidence) -> Check:
    there = [entry.index for entry in evidence.cited]
    cited = set(citations(evidence.context))
    # A report of format 1 carried whatever its maker put beside what it cited.
    allowed = cited | {evidence.read_point.ledger_index} if evidence.format == FORMAT else set(there)
    wrong = [f"#{index} is cited, but not among the entries" for index in sorted(cited - set(there))]
    wrong += [f"#{index} is among the entries, and nothing cites it" for index in sorted(set(there) - allowed)]
    if there != sorted(set(there)):
        wrong.append("The entries are not in their order, each once")
    return judged("citations", f"All {len(cited)} cited entries are in the evidence, and no other.", wrong)


def _leaves(evidence: Evidence) -> Check:
    leaves = {entry.index: entry.leaf.hex() for entry in evidence.cited}
    records = list(_with_leaf(evidence.context))
    wrong = [
        f"#{record.get('entry')} is shown with another leaf hash"
        for record in records
        if type(record.get("entry")) is not int or leaves.get(record["entry"]) != record.get("leaf")
    ]
    return judged("signature records", f"All {len(records)} fit their entries.", wrong)


def _with_leaf(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield every record of a context that is shown with its leaf hash: requests for approval, and decisions."""
    if isinstance(value, Mapping):
        if "leaf" in value:
            yield value
        for item in value.values():
            yield from _with_leaf(item)
    elif isinstance(value, list):
        for item in value:
            yield from _with_leaf(item)


def _issued(evidence: Evidence, pages: Pages | None) -> Iterator[Check]:
    entry = evidence.issued
    if entry is None or entry.kind != ISSUED_KIND or entry.header.get("kind") != ISSUED_KIND:
        yield Check("issued", "FAIL", NEVER_ISSUED + ANEW)
        return
    if entry.body is None:
        gone = f"The body of entry #{entry.index}, which says what was issued, was erased: nothing can be compared."
        yield Check("issued", "NOT VERIFIED", gone)
        return
    issued = _record_in(entry)
    if issued is None:
        yield Check("issued", "FAIL", f"Entry #{entry.index} does not say what was issued. {ANEW}")
        return
    context = evidence.context
    point = context.get("read_point")
    shown = {
        "report": evidence.kind,
        "made_with": dict(evidence.made_with),
        "context_digest": context_digest(context),
        "read_point": {name: point.get(name) for name in _POINT} if isinstance(point, dict) else None,
    }
    wrong = [f"{name} is another in entry #{entry.index}" for name, value in shown.items() if issued.get(name) != value]
    if {name: issued[name] for name in KINDS_OF_SUBJECT if name in issued} != _reference(context):
        wrong.append(f"the subject is another in entry #{entry.index}")
    if entry.index < evidence.read_point.size:
        wrong.append(f"Entry #{entry.index} is older than the read point")
    whom = f"Issued at {entry.recorded_at} for {entry.actor}, by entry #{entry.index}."
    yield judged("issued", whom, wrong)
    drawn = None if pages is None else (pages.form, pages.digest)
    same = drawn == (issued.get("form"), issued.get("pages_digest"))
    yield judged(
        "pages",
        "The pages are those that were issued, byte for byte.",
        [] if same else [f"The pages are not those of entry #{entry.index}: changed. {ANEW[:-1]}"],
    )


def _reference(context: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return how a record names what a context is of, None where the context does not say."""
    try:
        return subject_in(context).reference
    except MalformedError:
        return None


def _record_in(entry: Entry) -> dict[str, Any] | None:
    try:
        body = values_of((entry.body or "").encode())
    except NotAReportError:
        return None
    issued = body.get("record") if isinstance(body, dict) else None
    return issued if isinstance(issued, dict) else None


def _derived(evidence: Evidence) -> Iterator[Check]:
    if evidence.kind not in PARTS_OF:
        unknown = f"This version of the verifier does not know the report {brief(evidence.kind)}."
        yield Check("derivation", "NOT VERIFIED", unknown)
        return
    try:
        parts = derive(
            evidence.kind,
            evidence.context,
            evidence.cited,
            evidence.read_point.valid_at,
            evidence.made_with.get("template"),
        )
    except MalformedError as error:
        yield Check("derivation", "FAIL", f"{error}: nothing can be derived for it. {ANEW}")
        return
    for part in parts:
        name = f"derived: {part.name}"
        if part.understood or part.differing:
            yield judged(name, f"{part.compared} values are what the entries say.", part.differing)
        else:
            yield Check(name, "NOT VERIFIED", part.why)


def _withheld(evidence: Evidence) -> Check:
    cited = set(citations(evidence.context))
    hidden = [e for e in evidence.cited if e.body is None and not _is_uncited(e, evidence, cited)]
    if not hidden:
        return Check("withheld bodies", "PASS", "Every cited entry discloses its body.")
    named = ", ".join(f"#{e.index} ({e.withheld or 'no reason'})" for e in hidden[:20])
    more = f" and {len(hidden) - 20} more" if len(hidden) > 20 else ""  # noqa: PLR2004 - a line is enough
    return Check(
        "withheld bodies",
        "NOT VERIFIED",
        f"Not comparable, because the bodies were erased or are too large: {named}{more}. What rests on them is as the "
        "catalog issued it, and is not derived.",
    )


def _is_uncited(entry: Entry, evidence: Evidence, cited: set[int]) -> bool:
    """Return whether an entry is there for its header alone: the last one of the ledger that was read."""
    last = entry.index == evidence.read_point.ledger_index
    return last and entry.withheld == NOT_CITED and entry.index not in cited


VERSION = "2.0"
NEEDS = "verify_lineward needs the package `cryptography`: install it with `python -m pip install cryptography`."


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="verify_lineward.py",
        description="Check a Lineward report offline.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="the PDF, HTML or JSON file")
    parser.add_argument("--key", help="the log's verifier key from its operator, name+id+key, or a file with it")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--version", action="version", version=identity())
    given = parser.parse_args(arguments)
    try:
        importlib.import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
    except ImportError:
        return _refused(NEEDS)
    try:
        content, key = given.file.read_bytes(), _given_key(given.key)
    except OSError as error:
        return _refused(f"{error.filename} cannot be read: {error.strerror}.")
    result = verify(content, key)
    if given.json:
        print(json.dumps({**result.to_json(), "verifier": identity()}, indent=2))  # noqa: T201 - a command
    else:
        for check in result.checks:
            print(_visible(f"{check.status:12} {check.name}: {check.detail}"))  # noqa: T201 - a command
        if result.number is not None:
            print(f"\nReport {_visible(result.number)}")  # noqa: T201 - a command
        print(f"\n{result.verdict}\nProved: {result.proved}\nNot proved: {NOT_PROVED}")  # noqa: T201 - a command
    return 0 if result.ok else 1


def identity() -> str:
    """Return version and digest of this very file."""
    return f"verify_lineward {VERSION} sha256:{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}"


def _given_key(given: str | None) -> str | None:
    """Return the key itself, or what stands in a file of that name where it is no key."""
    return given if given is None or "+" in given else Path(given).read_text("utf-8", "replace")


def _visible(line: str) -> str:
    """Return the line with what a terminal would obey, or not show, as escapes: the report may be anybody's."""
    return "".join(each if each.isprintable() else f"\\u{{{ord(each):X}}}" for each in line)


def _refused(sentence: str) -> int:
    print(_visible(sentence), file=sys.stderr)  # noqa: T201 - a command
    return 2


if __name__ == "__main__":
    sys.exit(main())
