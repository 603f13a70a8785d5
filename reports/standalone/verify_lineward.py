#!/usr/bin/env python3
"""Check a Lineward report (PDF, HTML or JSON) offline: no network, no Lineward, Python and `cryptography` alone.

    python verify_lineward.py FILE [--key VKEY] [--json]

What it does, step by step:

1. The evidence is taken out of the file: exactly one attachment of a PDF that was never appended to, exactly one data
   block of an HTML page, or the JSON itself.
2. The checkpoint is a signed note (https://c2sp.org/signed-note): origin, tree size, base64 root, an empty line,
   signature lines. Ed25519, key id = the first 4 bytes of SHA-256(name, 0x0A, 0x01, public key).
3. Every cited entry's leaf hash is SHA-256(0x00, entry), and its inclusion proof leads to the checkpoint's root
   (RFC 9162, 2.1.3.2).
4. What is told of an entry is what its bytes say, and a disclosed body fits the entry's digest, SHA-256(salt, body).
5. Every ledger index that the report cites is among the entries, and the ledger that the report was read from is the
   checkpoint's, or its beginning by a consistency proof (RFC 9162, 2.1.4.2).

Exit code 0: nothing failed. 1: a check failed. 2: wrong use, or the file is not there.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "lineward.report/1"
MOST_BYTES = 512 * 1024 * 1024

Status = Literal["PASS", "FAIL", "UNKNOWN"]
Form = Literal["pdf", "html", "json"]

PROVED = (
    "Each cited entry is in the ledger whose checkpoint this file carries, unaltered since that checkpoint was signed."
)
NOT_PROVED = (
    "The ledger proves that records were not altered after logging, not that they were true or complete. "
    "That the report says what its entries say is shown only where their bodies are disclosed, and that the pages show "
    "what the attachment says only by drawing them anew with Lineward."
)
OWN_KEY = (
    "The key comes from the file itself: whoever forged the file could have put his own key there. "
    "Get the key from the log's operator and give it with --key."
)
ANEW = "Don't rely on it; get the file again from whoever issued it."
OTHER = "Name a report's PDF, HTML or JSON file."
NOT_DRAWN = (
    "Whether the file shows what its evidence says was not checked: that takes drawing it anew. "
    "Run `lineward verify FILE` with Lineward installed."
)


class NotAReportError(Exception):
    """The file has no evidence of a Lineward report in it that can be read in one way only."""


@dataclass(frozen=True)
class Check:
    """One named step, whether it held, and why not."""

    name: str
    status: Status
    detail: str


@dataclass(frozen=True)
class Result:
    """Everything that was checked; `ok` when nothing failed."""

    form: Form
    checks: tuple[Check, ...]
    proved: str
    not_proved: str

    @property
    def ok(self) -> bool:
        """Whether no check failed."""
        return all(check.status != "FAIL" for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {"ok": self.ok, **asdict(self)}


@dataclass(frozen=True)
class Checkpoint:
    """A signed note's parts, none of them verified."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]


def extract(file: bytes) -> tuple[Form, Any]:
    """Return the form of a report and its evidence as JSON values; raise NotAReportError for anything else."""
    if file.startswith(b"%PDF-"):
        return "pdf", _json(_from_pdf(file))
    if file.lstrip()[:15].lower().startswith(b"<!doctype html"):
        return "html", _json(_from_html(file))
    if not file.lstrip().startswith(b"{"):
        what = "is empty" if not file.strip() else "is no PDF, no HTML page and no JSON object"
        raise NotAReportError(f"The file {what}, so it is no Lineward report. {OTHER}")
    return "json", _json(file)


def check_evidence(evidence: Any, vkey: str | None = None) -> tuple[Check, ...]:  # noqa: ANN401 - untrusted JSON
    """Return every check of the evidence itself; never raises, whatever the evidence is."""
    try:
        return tuple(_checks(evidence, vkey))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        return (Check("evidence", "FAIL", f"The evidence is malformed: {type(error).__name__}: {error}."),)


def verify(file: bytes, vkey: str | None = None) -> Result:
    """Return the checks of a report file that need nothing but the file and a key."""
    try:
        form, evidence = extract(file)
    except NotAReportError as error:
        return Result("json", (Check("file", "FAIL", str(error)),), "Nothing.", NOT_PROVED)
    checks: tuple[Check, ...] = (Check("file", "PASS", f"One evidence block found in the {form.upper()} file."),)
    checks += check_evidence(evidence, vkey)
    if all(check.status != "FAIL" for check in checks):
        checks += (Check("drawn anew", "UNKNOWN", NOT_DRAWN),)
    return conclude(form, checks, own_key=vkey is None)


def conclude(form: Form, checks: tuple[Check, ...], *, own_key: bool) -> Result:
    """Return the result with a plain sentence of what it proves and what it does not."""
    ok = all(check.status != "FAIL" for check in checks)
    proved = PROVED if ok else "Nothing: at least one check failed."
    return Result(form, checks, proved, f"{OWN_KEY} {NOT_PROVED}" if own_key else NOT_PROVED)


def _checks(evidence: Any, vkey: str | None) -> Iterator[Check]:  # noqa: ANN401 - untrusted JSON
    known = isinstance(evidence, dict) and evidence.get("format") == FORMAT
    if not known:
        yield Check("format", "FAIL", f"This is JSON, but not the evidence of a Lineward report ({FORMAT}). {OTHER}")
        return
    yield Check("format", "PASS", f"The evidence is of the format {FORMAT}.")
    context = evidence["context"]
    proof = context["evidence"]
    entries = proof["cited"]
    checkpoint = parse_checkpoint(proof["checkpoint"])
    yield from _signature(checkpoint, vkey, proof["vkey"])
    yield _read_point(checkpoint, context["read_point"], proof["consistency"])
    yield _each("leaf hashes", entries, _leaf_problem)
    yield _each("inclusion proofs", entries, lambda entry: _inclusion_problem(entry, checkpoint))
    yield _each("entries as told", entries, _telling_problem)
    disclosed = [entry for entry in entries if entry.get("salt") is not None and entry.get("body") is not None]
    if disclosed:
        yield _each("disclosed bodies", disclosed, _body_problem)
    else:
        yield Check("disclosed bodies", "UNKNOWN", "No body is disclosed in this file.")
    yield _cited(context, entries)
    yield _leaves(context, entries)


def parse_checkpoint(note: str) -> Checkpoint:
    """Return the parts of a signed note over a tree head; raise ValueError where it is malformed."""
    text, separator, signed = note.rpartition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) < 3 or not signed.endswith("\n"):  # noqa: PLR2004 - origin, size, root
        raise ValueError("the checkpoint is not a signed note")
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1], re.ASCII):
        raise ValueError("the checkpoint's size is not a number")
    signatures = []
    for line in signed[:-1].split("\n"):
        match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
        if match is None:
            raise ValueError("a line under the checkpoint is not a signature")
        raw = _base64(match[2])
        signatures.append((match[1], raw[:4], raw[4:]))
    root = _base64(lines[2])
    if len(root) != hashlib.sha256().digest_size:
        raise ValueError("the checkpoint's root is not a SHA-256 hash")
    return Checkpoint(text + "\n", lines[0], int(lines[1]), root, tuple(signatures))


def parse_vkey(vkey: str) -> tuple[str, bytes, bytes]:
    """Return name, key id and Ed25519 public key of a verifier key; raise ValueError where it is none."""
    name, _, rest = vkey.partition("+")
    key_id, _, encoded = rest.partition("+")
    key = _base64(encoded)
    if key[:1] != b"\x01" or len(key) != 33 or not name:  # noqa: PLR2004 - the algorithm and 32 bytes
        raise ValueError("the key is not an Ed25519 verifier key (name+id+key)")
    expected = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if expected.hex() != key_id:
        raise ValueError("the verifier key does not carry its own id")
    return name, expected, key[1:]


def included(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """Return whether the proof leads from the leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, current = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            current = hashlib.sha256(b"\x01" + part + current).digest()
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            current = hashlib.sha256(b"\x01" + current + part).digest()
        number, last = number >> 1, last >> 1
    return last == 0 and current == root


def _signature(checkpoint: Checkpoint, vkey: str | None, own: str) -> Iterator[Check]:
    try:
        name, key_id, public = parse_vkey(own if vkey is None else vkey)
    except ValueError as error:
        whose = "The file's own key" if vkey is None else "What was given as --key"
        yield Check("key", "FAIL", f"{whose} is no verifier key ({error}). Copy it whole from the log's operator.")
        return
    if vkey is None:
        yield Check("key", "UNKNOWN", OWN_KEY)
    else:
        yield Check("key", "PASS", f"The key was given from outside the file: {name}.")
    fitting = [signature for signer, id_, signature in checkpoint.signatures if (signer, id_) == (name, key_id)]
    held = bool(fitting) and all(_signed(public, checkpoint.text, signature) for signature in fitting)
    if held:
        yield Check("checkpoint signature", "PASS", f"The checkpoint of {checkpoint.origin} is signed by {name}.")
        return
    signers = ", ".join(f"{signer}+{id_.hex()}" for signer, id_, _ in checkpoint.signatures)
    what = "its signature does not hold: it was changed" if fitting else f"it is signed by {signers}"
    yield Check(
        "checkpoint signature",
        "FAIL",
        f"The checkpoint of {checkpoint.origin} is not signed by {name}+{key_id.hex()}; {what}. "
        "Give the key of this very log, or don't rely on the file.",
    )


def _signed(public: bytes, text: str, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """Return whether the proof shows that the tree of size `old` is the beginning of the newer (RFC 9162, 2.1.4.2)."""
    if old == new:
        return old_root == new_root and not proof
    if not 0 < old < new or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else proof
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    left = right = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            left = hashlib.sha256(b"\x01" + part + left).digest()
            right = hashlib.sha256(b"\x01" + part + right).digest()
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            right = hashlib.sha256(b"\x01" + right + part).digest()
        number, last = number >> 1, last >> 1
    return last == 0 and left == old_root and right == new_root


def _read_point(checkpoint: Checkpoint, point: dict[str, Any], proof: list[str]) -> Check:
    size, root = point["ledger_size"], bytes.fromhex(point["root"].removeprefix("sha256:"))
    held = consistent(size, checkpoint.size, root, checkpoint.root, [bytes.fromhex(part) for part in proof])
    same = "is the checkpoint's" if size == checkpoint.size else f"is a beginning of the checkpoint's {checkpoint.size}"
    return _check("read point", held, f"The ledger of size {size} that the report was read from {same}.")


def _each(name: str, entries: list[dict[str, Any]], problem: Any) -> Check:  # noqa: ANN401 - a function of an entry
    wrong = [f"#{entry['index']} {why}" for entry in entries if (why := problem(entry))]
    if wrong:
        return Check(name, "FAIL", f"{len(wrong)} of {len(entries)} failed: {'; '.join(wrong[:5])}.")
    return Check(name, "PASS", f"All {len(entries)} hold.")


def _leaf_problem(entry: dict[str, Any]) -> str:
    leaf = hashlib.sha256(b"\x00" + entry["entry"].encode()).hexdigest()
    return "" if leaf == entry["leaf"] else "does not hash to its leaf"


def _inclusion_problem(entry: dict[str, Any], checkpoint: Checkpoint) -> str:
    proof = [bytes.fromhex(part) for part in entry["proof"]]
    found = included(bytes.fromhex(entry["leaf"]), entry["index"], checkpoint.size, proof, checkpoint.root)
    return "" if found else "is not in the tree"


def _telling_problem(entry: dict[str, Any]) -> str:
    said = json.loads(entry["entry"])
    differing = [name for name in ("kind", "recorded_at", "actor") if said[name] != entry[name]]
    return f"is told with another {', '.join(differing)} than it has" if differing else ""


def _body_problem(entry: dict[str, Any]) -> str:
    digest = hashlib.sha256(bytes.fromhex(entry["salt"]) + entry["body"].encode()).hexdigest()
    said = json.loads(entry["entry"])["body"]
    return "" if said in {digest, f"sha256:{digest}"} else "has another body than its digest says"


def _cited(context: Any, entries: list[dict[str, Any]]) -> Check:  # noqa: ANN401 - untrusted JSON
    there = {entry["index"] for entry in entries}
    cited = set(_citations({name: value for name, value in context.items() if name != "evidence"}))
    absent = sorted(cited - there)
    if absent:
        return Check("citations", "FAIL", f"Cited, but not among the entries: {', '.join(map(str, absent[:10]))}.")
    return Check("citations", "PASS", f"All {len(cited)} cited entries are in the evidence.")


def _citations(value: Any) -> Iterator[int]:  # noqa: ANN401 - untrusted JSON
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "entries":
                yield from (int(index) for index in item)
            elif name == "entry":
                yield int(item)
            else:
                yield from _citations(item)
    elif isinstance(value, list):
        for item in value:
            yield from _citations(item)


def _leaves(context: dict[str, Any], entries: list[dict[str, Any]]) -> Check:
    leaves = {entry["index"]: entry["leaf"] for entry in entries}
    records = [*context["approvals"], *(each for one in context["approvals"] for each in one["decisions"])]
    wrong = [f"#{record['entry']}" for record in records if leaves.get(record["entry"]) != record["leaf"]]
    detail = f"Shown with another leaf hash: {', '.join(wrong)}." if wrong else f"All {len(records)} fit their entries."
    return Check("signature records", "FAIL" if wrong else "PASS", detail)


def _from_pdf(file: bytes) -> bytes:
    if file.count(b"startxref") != 1 or file.count(b"%%EOF") != 1 or not file.rstrip().endswith(b"%%EOF"):
        raise NotAReportError(f"The PDF is cut off, or something was appended to it. {ANEW}")
    found = list(re.finditer(rb"/Type\s*/EmbeddedFile\b", file))
    if len(found) != 1:
        raise NotAReportError(f"The PDF has {len(found)} attachments where a Lineward report has one. {OTHER}")
    # An embedded file is a stream, and no stream lies inside a compressed object (ISO 32000-1, 7.5.7).
    opening = re.compile(rb"stream\r?\n").search(file, found[0].end())
    if opening is None:
        raise NotAReportError(f"The PDF's attachment has no content. {ANEW}")
    head = file[file.rfind(b" obj", 0, found[0].start()) : opening.start()]
    length = re.search(rb"/Length\s+(\d+)\s*[/>]", head)
    if length is None:
        raise NotAReportError(f"The PDF's attachment does not say its length. {ANEW}")
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


def _from_html(file: bytes) -> bytes:
    blocks = re.findall(
        rb'<script type="application/json" id="lineward-evidence">(.*?)</script>', file, re.DOTALL | re.IGNORECASE
    )
    if len(blocks) != 1 or len(re.findall(rb"<script", file, re.IGNORECASE)) != 1:
        raise NotAReportError(f"The page has not exactly one script element, the evidence: cut off or changed. {ANEW}")
    return bytes(blocks[0])


def _json(content: bytes) -> Any:  # noqa: ANN401 - untrusted JSON
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) != len(pairs):
            raise NotAReportError(f"The evidence says something twice. {ANEW}")
        return values

    try:
        return json.loads(content, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise NotAReportError(f"The evidence is no whole JSON: cut off or changed. {ANEW}") from error


def _base64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical base64")
    return data


def _check(name: str, held: bool, what: str) -> Check:  # noqa: FBT001 - the verdict itself
    return Check(name, "PASS" if held else "FAIL", what if held else f"This does not hold: {what}")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Check a Lineward report offline.")
    parser.add_argument("file", type=Path, help="the PDF, HTML or JSON file")
    parser.add_argument("--key", help="the log's verifier key, from its operator: name+id+key")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    given = parser.parse_args(arguments)
    try:
        content = given.file.read_bytes()
    except OSError as error:
        print(f"{given.file} cannot be read: {error.strerror}.", file=sys.stderr)  # noqa: T201 - a command
        return 2
    result = verify(content, given.key)
    if given.json:
        print(json.dumps(result.to_json(), indent=2))  # noqa: T201 - a command
    else:
        for check in result.checks:
            print(f"{check.status:8} {check.name}: {check.detail}")  # noqa: T201 - a command
        print(f"\nProved: {result.proved}\nNot proved: {result.not_proved}")  # noqa: T201 - a command
    return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main())
