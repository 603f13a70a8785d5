"""The words that a report uses in a sense of its own, each in one sentence; only those that stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass

from reports.context import Context
from reports.document import Block, Column, Item, Line, Span, cell, plain, strong, table
from reports.section import Part


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it means.

    `form` is an expression for its forms in a text, whole words in whatever case. A term without is found where it
    stands as a mark, and one in capitals anywhere.
    """

    word: str
    meaning: str
    form: str | None = None

    def explains(self, mark: str) -> bool:
        """Return whether it is of this mark; "… so" is of every mark that ends so, "so …" of one that begins so."""
        if self.word.startswith("… "):
            return mark.endswith(self.word[1:])
        return mark == self.word or (self.word.endswith(" …") and mark.startswith(self.word[:-1]))

    def stands_in(self, text: str, marks: frozenset[str]) -> bool:
        """Return whether a document with this text and these marks uses the word."""
        if any(map(self.explains, marks)):
            return True
        if self.form is None:
            return self.word.isupper() and re.search(rf"\b{self.word}\b", text) is not None
        return re.search(rf"(?<!\w){self.form}(?!\w)", text, re.IGNORECASE) is not None


_COMPLETENESS = (
    Term("COMPLETE", "Of an answer: nothing is missing or hidden. Of a run: it ended without an error."),
    Term("TRUNCATED", "Of an answer: it is larger than what may be read at once, so that part of it is left out."),
    Term("REDACTED", "Of an answer: the rights of whoever asked hide part of it."),
    Term("LAGGING", "Of an answer: the ledger has entries that the graph does not show yet."),
)
_RUNS = (
    Term("START", "The run has begun; no event of its end is recorded."),
    Term("RUNNING", "The run has reported while it ran; no event of its end is recorded."),
    Term("OTHER", "The run has sent an event that is neither its beginning nor its end."),
    Term(
        "FAIL",
        "Of a run: it ended with an error, and what it wrote does not count as produced. Of the release gate: a "
        "required check fails.",
    ),
    Term("ABORT", "The run was stopped before its end: what it wrote does not count as produced."),
    Term("attempt", "A run that failed or was stopped, and so contributed nothing.", r"attempts?"),
    Term("R1, R2 …", "A run, by its number in the table of runs.", r"R\d+"),
    Term("C1, C2 …", "A change from one snapshot to the next, by its number in the table of these.", r"C\d+"),
    Term("W1, W2 …", "A way by which labels flow, by its number in the table of ways.", r"W\d+"),
)
_STATES = (
    Term("DECLARED", "Described by a record; no run has written or read it yet."),
    Term("LIVE", "Not replaced: no newer state of the same dataset was sealed or written by the read point."),
    Term("SUPERSEDED", "A newer state of the same dataset was sealed or written."),
    Term("BYTES_GONE", "The newest verification did not find the bytes."),
    Term("TOMBSTONED", "The dataset was dropped or renamed away and not written since, or the bytes were deleted."),
    Term("GHOST", "Named by another record alone: nobody ever described it."),
)
_DATA = (
    Term("snapshot", "One exact state of a dataset, named by its digest.", r"snapshots?"),
    Term(
        "seal",
        "A record that names a snapshot's digest and its list of files.",
        r"(?:seal|sealed|seals)",
    ),
    Term("locked", "Sealed with the word that whoever holds the bytes keeps them unchanged."),
    Term("not locked", "No seal says that whoever holds the bytes keeps them unchanged."),
    Term("its run wrote …", "Its run says that it wrote another number of rows than what was sealed has."),
    Term("OK", "Of a verification: the bytes were those of the seal."),
    Term("MISMATCH", "Of a verification: bytes differed from those of the seal."),
    Term("MISSING", "Of a verification: bytes of the seal were not there."),
    Term(
        "raw feed",
        "Data into which nothing recorded flows: the recorded history begins there.",
        r"raw feeds?",
    ),
    Term("RAW", "As it came, with identifiers, as its owner declared."),
    Term(
        "clean",
        "As registered, the working tree held no change that is not in the code revision.",
    ),
    Term("not clean", "As registered, the working tree held changes that are not in the code revision."),
    Term(
        "inferred",
        "That a run took or left this version follows from its times; no record names the version. Of a label: it "
        "flowed here from elsewhere.",
    ),
    Term(
        "exact version not stated", "No record names the version that the run took or left: that of its time is shown."
    ),
    Term("neither exact version nor start stated", "No record names the version, nor when the run began."),
)
_PRIVACY = (
    Term(
        "attestation",
        "A record by which an authorised person vouches that a step removes identifiers.",
        r"(?:attestations?|attests)",
    ),
    Term("de-identifies", "An attestation in force at that time covers the run or its job."),
    Term("covers the step", "The attestation is in force and was made of this very job or run and what it wrote."),
    Term(
        "does not cover the step",
        "There is an attestation, and it ended or was made of something else, as is said beside it.",
    ),
    Term("not attested", "Declared alone: no attestation in force covers every step that wrote it."),
    Term("in force", "Stated, and neither ended nor replaced.", r"in force"),
    Term("after the registration", "Attested when the model version was registered already."),
    Term("… since the registration", "Declared after the model version was registered, and otherwise before."),
    Term("asserted", "Of a label: an authorised principal's record set it."),
    Term("claimed", "Of a label: an emitter's event said so, and nobody has confirmed it."),
    Term("suggested", "Of a label: the catalog guesses it from a column's name, and nobody has confirmed it."),
    Term(
        "Safe Harbor",
        "The identifiers by 45 CFR 164.514(b)(2)(i), lettered A to R, which have to be removed by that rule.",
        r"Safe Harbor",
    ),
    Term("cleared", "Of a label: an attestation that covers the step took it away there."),
    Term("there all the same, by another way", "What was cleared on one step came by another that nothing covers."),
    Term(
        "confidentiality",
        "How harmful disclosure could be, in the codes of HL7: from U, L, M and N (normal) to R and V (restricted).",
        r"confidentiality",
    ),
)
_APPROVALS = (
    Term("APPROVE", "The decision of a signer that it may be used as requested."),
    Term(
        "DENY", "The decision of a signer that it may not be used as requested. Of a purpose: a statement rules it out."
    ),
    Term("ABSTAIN", "The decision of a signer not to judge. Of a purpose: a person or a further record decides."),
    Term("PERMIT", "Of a purpose: every statement allows it, under the obligations and refrains beside it."),
    Term("not stated", "Nobody said what a source may be used for, which permits nothing."),
    Term("replaced", "Of a use statement: a licence of its own authority stands in its place on every way."),
    Term("consent withdrawn", "The consent that a use statement rests on was withdrawn from that time on."),
    Term("open", "Of a finding: nobody has accepted it, or the time is over for which somebody did."),
    Term("acknowledged", "Of a finding: somebody knows of it and sees to it."),
    Term("accepted", "Of a finding: somebody answers for letting it stand until that time."),
    Term("APPROVED", "Granted, and what it binds is still what was approved."),
    Term("DENIED", "A signer denied it."),
    Term("ABSTAINED", "Nobody granted or denied it; a signer abstained."),
    Term("PENDING", "Requested and not decided, or by fewer persons than are needed."),
    Term("CONDITIONAL", "Granted once every condition is met that has to be."),
    Term("LAPSED", "Granted by one person in an emergency, and not ratified in time."),
    Term("WITHDRAW", "The decision of a signer to take back an earlier one."),
    Term("EXPIRED", "Granted for a time that has passed at the read point."),
    Term("INVALIDATED", "Granted for something that is no longer what it was: it holds no more."),
    Term("HIGH", "Of a finding: it puts in doubt what this report is of."),
    Term("MEDIUM", "Of a finding: to be looked at before relying on what this report is of."),
    Term("QUARANTINED", "An entry that could not be read into the graph, and may bear on this report."),
    Term("recorded", "The ledger holds a record that bears on the question; whether it suffices is not judged."),
    Term("partly recorded", "The ledger holds a record that bears on part of the question; what is missing is named."),
    Term("not shown here", "The catalog records it, and this report does not look at it; where it stands is named."),
    Term("not kept here, by design", "What the question is about is never in this catalog; whoever keeps it has it."),
)
_RELEASES = (
    Term("PASS", "Of the release gate or one of its checks: what it asks for is recorded, and in order."),
    Term("UNKNOWN", "What would decide it is not recorded or not known; of a check of the release gate: that blocks."),
    Term("BY_EXCEPTION", "Two persons let it pass the release gate for a time, although a check does not."),
    Term("VERIFIED", "A registered key, in force at the registration, signed this very artifact."),
    Term("INVALID", "Of a signature: it is over something else, was changed, or its key was not in force then."),
    Term("UNKNOWN_KEY", "Of a signature: no registered key made it."),
    Term("ABSENT", "Of a signature: the registration names none."),
    Term("live", "Of a deployment: the version runs there at the read point."),
    Term("retired", "Of a model version: it is neither released nor deployed any more."),
    Term(
        "quotes no evaluation of the gate", "Nothing shows that the version might be used there when it was put there."
    ),
)
_ACCESS = (
    Term("pending", "Of a request for access: nobody has decided it."),
    Term("granted", "Of a request for access: another person granted it."),
    Term("refused", "Of a request for access: it was refused."),
    Term("lapsed", "Of a request for access: its time ended before anybody decided it."),
    Term("not yet", "Of a grant: its time has not begun."),
    Term("expired", "Of a grant: its time is over."),
    Term("ended", "Of a grant: a record ended it before its time."),
    Term("role lost", "Of a grant: whoever has it lost a role that they had then, or may not act any more."),
    Term("project over", "Of a grant: the project that it is for has ended, or is not in its time."),
    Term("justified", "Of emergency access: another person looked at it, and found that it was."),
    Term("not justified", "Of emergency access: another person looked at it, and found that it was not."),
    Term("not reviewed", "Of emergency access: nobody else has looked at it."),
)
_PEOPLE = (
    Term(
        "principal",
        "Whoever acts under one identity: a person, a service, or an emitter of events.",
        r"principals?",
    ),
    Term("authenticated", "The catalog checked an API key of this principal."),
    Term("unauthenticated", "No key proved who acted."),
    Term("local principal, unauthenticated", "Whoever used the catalog's own machine: no key proved who that was."),
    Term("not active", "The principal may no longer act."),
    Term("revoked", "The API key no longer works since then."),
)
_PROOF = (
    Term("#12", "The entry of the ledger with that number: what stands before it rests on that entry.", r"#\d+"),
    Term(
        "read point",
        "The two times and the size of the ledger that every line of this report was read at.",
        r"read point",
    ),
    Term(
        "valid, known",
        "Valid: when something was true. Known: by which entry the ledger had recorded it.",
        r"(?:valid at|known at)",
    ),
    Term("checkpoint", "The ledger's size and root at one moment, signed with the log's key.", r"checkpoints?"),
    Term(
        "root",
        "One hash over all entries of the ledger: another order or content of any entry gives another root.",
        r"root",
    ),
    Term("leaf hash", "The hash of one entry of the ledger.", r"leaf hash(?:es)?"),
    Term(
        "inclusion proof",
        "A few hashes that show that an entry is in the ledger of a checkpoint.",
        r"inclusion proofs?",
    ),
    Term("projection", "The program that makes the graph of the entries of the ledger.", r"projection"),
)
TERMS = (*_COMPLETENESS, *_RUNS, *_STATES, *_DATA, *_PRIVACY, *_APPROVALS, *_RELEASES, *_ACCESS, *_PEOPLE, *_PROOF)


def used(blocks: Iterable[Block]) -> tuple[Term, ...]:
    """Return the terms that stand in blocks, by the alphabet."""
    lines = [line for block in blocks for line in _lines(block)]
    text = "\n".join("".join(span.text for span in line if span.style != "code") for line in lines)
    marked = frozenset(marks(lines))
    found = (term for term in TERMS if term.stands_in(text, marked))
    return tuple(sorted(found, key=lambda term: term.word.casefold()))


def marks(lines: Iterable[Line]) -> Iterator[str]:
    """Yield the text of every mark in some lines."""
    return (span.text for line in lines for span in line if span.style == "mark")


def _lines(value: object) -> Iterator[Line]:
    """Yield every line of a block, and every text that stands alone as one."""
    if isinstance(value, str):
        yield (Span(value),)
    elif isinstance(value, Span):
        yield (value,)
    elif isinstance(value, tuple):
        if value and all(isinstance(item, Span) for item in value):
            yield value
        else:
            for item in value:
                yield from _lines(item)
    elif isinstance(value, Item):
        yield (Span(value.verdict, "mark", value.tone),)
        yield value.line
    elif is_dataclass(value):
        for each in fields(value):
            yield from _lines(getattr(value, each.name))


def closing(blocks: Sequence[Block]) -> Iterator[Block]:
    """Show what the words of these blocks mean."""
    terms = used(blocks)
    if terms:
        yield table(
            "Words that stand in this report",
            (Column("Word", 4), Column("Meaning", 20)),
            [(cell(strong(term.word)), cell(plain(term.meaning))) for term in terms],
            dense=True,
            fixed=True,
        )


PART: Part[Context] = Part(closing=closing)
