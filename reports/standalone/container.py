"""The file around the evidence: taken apart in the one way in which it can be put together again.

`put` and `take` are each other's inverse, byte for byte. What is left of a file without its evidence are its pages;
their digest is recorded in the ledger when the report is issued.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reports.standalone.outcome import Form, NotAReportError

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
