"""Everything that a report file is held to, step by step; the numbers are those of the script's docstring."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reports.standalone.comparison import KINDS_OF_SUBJECT, brief, citations, subject_in
from reports.standalone.container import (
    ANEW,
    OTHER,
    Pages,
    canonical,
    canonical_values,
    evidence_of_any,
    form_of,
    take,
    values_of,
)
from reports.standalone.derivation import PARTS_OF, derive
from reports.standalone.evidence import FAMILY, FORMAT, NOT_CITED, OLDER, Entry, Evidence
from reports.standalone.log import Checkpoint, VerifierKey, consistent, included, is_signed, parse_vkey
from reports.standalone.outcome import Check, Form, MalformedError, NotAReportError, Result, judged

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
