"""The dossier's sections: each takes the whole context and yields the blocks under its heading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import segno

from reports.contexts import (
    Actor,
    Approval,
    Code,
    Decision,
    Declared,
    LineageEdge,
    ModelDossier,
    Run,
    Snapshot,
    Source,
)
from reports.document import (
    Block,
    Cell,
    Column,
    Facts,
    Gaps,
    Heading,
    Line,
    Proof,
    SignOff,
    Span,
    Text,
    Tone,
    cell,
    cites,
    code,
    faint,
    mark,
    maybe,
    missing,
    plain,
    stamp,
    strong,
    table,
    words,
)
from reports.dossier.naming import alike, counted, gathered, numbered
from reports.dossier.regulation import ASKS, ATTRIBUTE_GROUPS, SOURCE_ATTRIBUTES
from reports.graph import draw
from reports.making import Making
from reports.text import clean

_STATUS_TONES: dict[str, Tone] = {
    "APPROVED": "good",
    "APPROVE": "good",
    "COMPLETE": "good",
    "OK": "good",
    "DENIED": "bad",
    "DENY": "bad",
    "INVALIDATED": "bad",
    "EXPIRED": "bad",
    "FAIL": "bad",
    "ABORT": "bad",
    "MISMATCH": "bad",
    "MISSING": "bad",
    "HIGH": "bad",
    "PENDING": "warn",
    "ABSTAINED": "warn",
    "ABSTAIN": "warn",
    "MEDIUM": "warn",
    "INFERRED": "warn",
    "SUGGESTED": "warn",
}
# strftime would name months in the language of whoever runs it.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# Below this many, saying what all have in common is longer than saying it of each.
_FEW = 3
_FIELDS = {
    "phi_category": "PHI category",
    "deidentification_state": "de-identification state",
}
# The urn is this project's own name of the paragraph.
_SYSTEMS = {"urn:lineward:hipaa:164.514(b)(2)(i)": "45 CFR 164.514(b)(2)(i)"}
_MEANINGS = {
    "AUTHORSHIP": "authorship",
    "REVIEW": "review",
    "APPROVAL": "approval",
    "RESPONSIBILITY": "responsibility",
}


def moment(at: str) -> str:
    """Return a time as people read it, in UTC and to the second; what is no RFC 3339 time stays as it is."""
    try:
        utc = datetime.fromisoformat(at).astimezone(UTC)
    except ValueError:
        return clean(at)
    return f"{utc.day} {_MONTHS[utc.month - 1]} {utc.year}, {utc:%H:%M:%S} UTC"


def model(context: ModelDossier) -> Iterator[Block]:
    version = context.model
    revision, environment = version.code, version.environment
    clean_tree = {True: mark("clean", "good"), False: mark("not clean", "bad"), None: missing("clean: not recorded")}
    yield Facts(
        (
            ("Name and version", cell(strong(f"{version.name} {version.version}"), code(version.namespace))),
            ("Intended use", cell(maybe(version.intended_use))),
            ("Registered", cell(words(plain(moment(version.registered_at)), plain("by"), _who(version.registered_by)))),
            ("Artifact digest", cell(maybe(version.artifact_digest, "code"))),
            ("Signature", cell(maybe(version.signature, "code"))),
            (
                "Code revision",
                cell(code(revision.repository), words(code(revision.revision), clean_tree[revision.clean]))
                if revision
                else cell(missing()),
            ),
            (
                "Environment",
                cell(maybe(environment.description), code(environment.digest)) if environment else cell(missing()),
            ),
            ("Ledger entries", cell(cites(version.entries) or missing("no entry cited"))),
        )
    )
    if version.metrics:
        yield table(
            "Metrics, as registered with the model version",
            (Column("Metric", 3), Column("Value", 2), Column("Split", 2)),
            [(cell(plain(m.name)), cell(plain(m.value)), cell(maybe(m.split))) for m in version.metrics],
        )
    else:
        yield Text(words(plain("Metrics:"), missing()))


def data(context: ModelDossier) -> Iterator[Block]:
    if not context.snapshots:
        yield Text(words(plain("Snapshots:"), missing()))
        return
    yield table(
        "Snapshots that the model version was trained and evaluated on",
        (Column("Role", 2), Column("Dataset and digest", 6), Column("Sealed and produced", 5), Column("Verified", 4)),
        [
            (
                cell(strong(each.role.capitalize()), *_lock(each), cites(each.entries)),
                cell(
                    plain(each.dataset),
                    code(each.digest),
                    *(faint(f"{foreign.system}: {foreign.id}") for foreign in each.foreign),
                    *_size(each),
                ),
                cell(*_sealed(each)),
                cell(*_verified(each)),
            )
            for each in context.snapshots
        ],
        note="A snapshot's digest is SHA-256 over its sorted manifest of paths, sizes and file digests.",
    )


def lineage(context: ModelDossier) -> Iterator[Block]:
    if not context.nodes:
        yield Text(words(plain("Lineage:"), missing()))
        return
    names = {node.id: node.name for node in context.nodes}
    feeds = sorted(node.name for node in context.nodes if node.raw_feed)
    if feeds:
        yield Text(plain(f"Raw feeds, where the recorded history begins: {gathered(feeds, len(feeds))}."))
    yield draw(context.nodes, context.edges, "From the raw feeds to the model version")
    known = numbered(context.runs)
    rows = [
        (
            cell(plain(str(number))),
            cell(plain(names.get(edge.source, edge.source))),
            cell(plain(names.get(edge.target, edge.target))),
            cell(words(maybe(edge.job), *_run_of_edge(edge, known))),
            cell(
                words(
                    plain(edge.kind.replace("_", " ").lower()),
                    mark(edge.confidence.lower(), _STATUS_TONES.get(edge.confidence, "none"))
                    if edge.confidence
                    else (),
                    mark("de-identifies", "good") if edge.deidentifies else (),
                    cites(edge.entries),
                ),
            ),
        )
        for number, edge in enumerate(context.edges, 1)
    ]
    yield table(
        "Every edge of the lineage, numbered as in the drawing; R and a number name a run of section 5",
        (Column("No.", 3), Column("From", 14), Column("To", 14), Column("Job and run", 19), Column("How known", 10)),
        rows,
    )


def sources(context: ModelDossier) -> Iterator[Block]:
    if not context.sources:
        yield Text(words(plain("Sources:"), missing()))
        return
    shared = _shared(context.sources)
    if shared:
        yield Facts(
            tuple((_first_upper(clean(_field(field))) + " (all)", cell(plain(value))) for field, value in shared)
        )
    rest = {
        each.dataset: tuple((fact.field, fact.value) for fact in each.declared if _is_own(each, fact, shared))
        for each in context.sources
    }
    yield table(
        "Datasets on the way, with what their owners declared; those that say the same stand together",
        (Column("Datasets", 8), Column("Source system", 4), Column("Declared", 8)),
        [
            (
                cell(*(words(plain(each.dataset), cites(each.entries)) for each in group)),
                cell(
                    words(maybe(group[0].system), faint(group[0].system_kind) if group[0].system_kind else ()),
                    mark("raw feed", "none") if group[0].raw_feed else (),
                ),
                cell(
                    words(*_declared(rest[group[0].dataset])),
                    words(*(missing(f"{clean(_field(name))}: not recorded") for name in group[0].missing)),
                )
                or cell(plain("nothing else") if shared else missing()),
            )
            for group in alike(
                context.sources, lambda each: (each.system, each.raw_feed, rest[each.dataset], each.missing)
            )
        ],
        note="Declarations as in force at the read point, not when the version was registered.",
    )


def _shared(all_of: tuple[Source, ...]) -> tuple[tuple[str, str], ...]:
    """Return the fields that every source declares with the same value, where there are several sources."""
    if len(all_of) < _FEW:
        return ()
    said = [{fact.field: fact.value for fact in each.declared} for each in all_of]
    return tuple(
        (field, value) for field, value in said[0].items() if all(each.get(field) == value for each in said[1:])
    )


def _is_own(source: Source, fact: Declared, shared: tuple[tuple[str, str], ...]) -> bool:
    told = fact.field == "source_system" and source.system is not None
    return not told and (fact.field, fact.value) not in shared


def _declared(facts: tuple[tuple[str, str], ...]) -> Iterator[Line]:
    for number, (field, value) in enumerate(facts, 1):
        end = ";" if number < len(facts) else ""
        yield words(faint(f"{_field(field)}:"), plain(value + end))


def _first_upper(name: str) -> str:
    return name[:1].upper() + name[1:]


def _field(name: str) -> str:
    return _FIELDS.get(name, name.replace("_", " "))


def runs(context: ModelDossier) -> Iterator[Block]:
    if not context.runs:
        yield Text(words(plain("Runs:"), missing()))
        return
    known = numbered(context.runs)
    yield table(
        "Runs that touched the data, and those that failed on the way",
        (Column("No.", 2), Column("Job and run", 14), Column("State", 5), Column("Started and ended", 6)),
        [
            (
                cell(plain(known[each.run])),
                cell(plain(each.job), code(each.run)),
                cell(
                    words(mark(each.state, _STATUS_TONES.get(each.state, "none")), cites(each.entries)),
                    *_remarks(each, known),
                ),
                cell(_when(each.started_at), _when(each.ended_at)),
            )
            for each in context.runs
        ],
    )


def _remarks(run: Run, known: dict[str, str]) -> Iterator[Line]:
    if run.attempt:
        yield faint("attempt: contributed nothing")
    if run.retried_by:
        yield faint(f"retried: {known.get(run.retried_by, run.retried_by)} completed after it")
    if run.error:
        yield plain(run.error)


def handling(context: ModelDossier) -> Iterator[Block]:
    yield Heading("De-identification steps and attestations", "deidentification", "", 2)
    if not context.deidentification:
        yield Text(words(plain("De-identification steps:"), missing()))
    else:
        yield table(
            "Steps that remove identifiers; a step counts only while its attestation is in force",
            (Column("Step", 5), Column("Method and scope", 5), Column("Clears", 3), Column("Attested", 5)),
            [
                (
                    cell(
                        plain(step.job),
                        *([code(step.run)] if step.run else []),
                        words(
                            mark("in force", "good") if step.in_force else mark("not in force", "bad"),
                            cites(step.entries),
                        ),
                    ),
                    cell(
                        maybe(_words(step.method)),
                        *([plain(step.scope)] if step.scope else []),
                        *([faint(f"result: {step.result}")] if step.result else []),
                        *([faint(f"alterations: {', '.join(step.alterations)}")] if step.alterations else []),
                    ),
                    cell(_codes(step.clears)),
                    cell(
                        words(plain("by"), _who(step.attested_by)) if step.attested_by else missing("not attested"),
                        stamp(step.attested_at) if step.attested_at else (),
                        faint(f"expert: {step.expert}") if step.expert else (),
                        words(faint("until"), stamp(step.until)) if step.until else (),
                    ),
                )
                for step in context.deidentification
            ],
        )
    yield Heading("PHI labels in effect", "labels", "", 2)
    if not context.labels:
        yield Text(words(plain("PHI labels:"), missing()))
        return
    yield table(
        "PHI labels that records set on datasets and columns, and why",
        (Column("Dataset", 4), Column("Label, origin and reason", 6), Column("Columns and codes", 11)),
        [
            (
                cell(plain(group[0].dataset)),
                cell(
                    words(
                        plain(_words(group[0].kind) or ""),
                        mark(group[0].origin.lower(), _STATUS_TONES.get(group[0].origin, "none")),
                    ),
                    faint(f"confidentiality {group[0].confidentiality}") if group[0].confidentiality else (),
                    plain(group[0].because or ""),
                ),
                cell(
                    *(
                        words(
                            code(label.column) if label.column else plain("the dataset"),
                            _codes(label.codes),
                            cites(label.entries),
                        )
                        for label in group
                    )
                ),
            )
            for group in alike(
                context.labels,
                lambda each: (each.dataset, each.kind, each.confidentiality, each.origin, each.because),
            )
        ],
        note="A label stands where a record set it. Which data derived from there carries it too is not said here.",
    )


def use(context: ModelDossier) -> Iterator[Block]:
    if not context.use:
        yield Text(words(plain("Permitted-use statements:"), missing()))
        return
    groups = alike(
        context.use,
        lambda each: (each.purposes, each.duo, each.refrains, each.obligations, each.statement, each.region),
    )
    yield table(
        "What the owners permit, in the codes they declared; datasets with the same statement stand together",
        (Column("Datasets", 7), Column("Codes", 5), Column("In words", 5)),
        [
            (
                cell(*(words(plain(each.dataset), cites(each.entries)) for each in group)),
                cell(
                    _list("purposes", group[0].purposes),
                    _list("DUO", group[0].duo),
                    _list("refrains", group[0].refrains),
                    _list("obligations", group[0].obligations),
                )
                or cell(missing("no codes recorded")),
                cell(maybe(group[0].statement), faint(f"region: {group[0].region}") if group[0].region else ()),
            )
            for group in groups
        ],
    )


def approvals(context: ModelDossier) -> Iterator[Block]:
    yield Text(
        plain(
            "“Signed electronic records shall contain information associated with the signing that clearly indicates "
            "all of the following: (1) The printed name of the signer; (2) The date and time when the signature was "
            "executed; and (3) The meaning (such as review, approval, responsibility, or authorship) associated with "
            "the signature.”"
        ),
        source="21 CFR 11.50(a)",
    )
    if not context.approvals:
        yield Text(words(plain("Approvals:"), missing()))
    for approval in context.approvals:
        yield SignOff(
            title=clean(f"{approval.kind} approval"),
            status=mark(approval.status, _STATUS_TONES.get(approval.status, "none"))[0],
            rows=_request(approval),
            decisions=tuple(_decision(decision) for decision in approval.decisions),
        )


def exceptions(context: ModelDossier) -> Iterator[Block]:
    known = numbered(context.runs)
    if not (context.schema_changes or context.findings or context.quarantined):
        yield Text(plain("None are known at the read point."))
    if context.schema_changes:
        yield table(
            "Schema changes on the way to the training data, up to the version's registration",
            (Column("Dataset and run", 8), Column("When", 4), Column("Change", 5)),
            [
                (
                    cell(
                        words(plain(each.dataset), _number_of(each.run, known), cites(each.entries)),
                    ),
                    cell(_when(each.at)),
                    cell(_list("added", each.added), _list("removed", each.removed), _list("changed", each.changed)),
                )
                for each in context.schema_changes
            ],
        )
    if context.findings:
        yield table(
            "Findings",
            (Column("Rule", 3), Column("Severity", 2), Column("Subject", 4), Column("What was found", 6)),
            [
                (
                    cell(plain(each.rule)),
                    cell(mark(each.severity, _STATUS_TONES.get(each.severity, "none"))),
                    cell(plain(each.subject)),
                    cell(plain(each.text), cites(each.entries)),
                )
                for each in context.findings
            ],
        )
    if context.quarantined:
        yield table(
            "Records that could not be projected and may bear on this report",
            (Column("Entry", 1), Column("Kind", 3), Column("Reason", 6)),
            [(cell(cites([q.entry])), cell(code(q.kind)), cell(plain(q.reason))) for q in context.quarantined],
        )


def gaps(context: ModelDossier) -> Iterator[Block]:
    if not context.gaps:
        yield Text(plain("Nothing that this report asks for is missing."))
        return
    groups: defaultdict[str, list[Line]] = defaultdict(list)
    for gap in context.gaps:
        note = faint(f"({gap.note})") if gap.note else ()
        groups[gap.subject].append(words(missing(f"{clean(gap.field)}: not recorded"), note))
    yield Gaps(tuple((clean(subject), tuple(lines)) for subject, lines in groups.items()))


def regulation(context: ModelDossier) -> Iterator[Block]:
    yield Text(
        plain(
            "The paragraphs are named so that a reader finds the record that bears on them. "
            "Whether and how they apply is not said here."
        )
    )
    yield table(
        "Paragraphs, and the section that holds the record",
        (Column("Paragraph", 4), Column("Asks for", 8), Column("Section", 3), Column("Here", 2)),
        [
            (
                cell(strong(ask.paragraph)),
                cell(plain(ask.subject)),
                cell(plain(_SECTION_NAMES[ask.section])),
                cell(mark("recorded", "good") if ask.recorded(context) else missing()),
            )
            for ask in ASKS
        ],
    )
    yield table(
        "The 31 source attributes of 45 CFR 170.315(b)(11)(iv)(B), paraphrased",
        (Column("Group", 4), Column("Recorded here", 4), Column("Not recorded", 9)),
        [
            (
                cell(plain(f"({group}) {title}")),
                cell(_attributes(context, group, recorded=True)),
                cell(_attributes(context, group, recorded=False)),
            )
            for group, title in ATTRIBUTE_GROUPS.items()
        ],
    )


def method(context: ModelDossier) -> Iterator[Block]:
    point = context.read_point
    answer = point.completeness
    counts = "; ".join(f"{count.what}: {count.number:,}" for count in answer.counts)
    outside = context.evidence.held_outside_at
    yield Text(
        plain(
            "Every line is a function of the graph at the read point below, and the graph is a function of the ledger "
            "up to that entry. A number such as #12 names the ledger entry that a line rests on."
        )
    )
    yield Facts(
        (
            ("Valid at, known at", cell(plain(moment(point.valid_at)), plain(moment(point.known_at)))),
            ("Ledger", cell(plain(f"size {point.ledger_size:,}, entry {point.ledger_index:,}"), code(point.root))),
            ("Projection", cell(code(point.projection_version))),
            (
                "Completeness",
                cell(
                    mark(answer.state, "good" if answer.state == "COMPLETE" else "bad"),
                    plain(counts) if counts else (),
                    *(plain(reason) for reason in answer.reasons),
                ),
            ),
            (
                "Newest checkpoint held outside",
                cell(
                    plain(moment(outside))
                    if outside
                    else missing("none known: whoever holds this report holds the checkpoint it prints")
                ),
            ),
        )
    )


def versions(making: Making) -> Facts:
    """Return what the report was made with, as the method section closes."""
    return Facts(
        (
            *((f"Made with: {name}", cell(code(value))) for name, value in making.tools),
            ("Context", cell(plain("SHA-256 of its canonical JSON in the attachment"), code(making.context_digest))),
        )
    )


def proof(context: ModelDossier) -> Iterator[Block]:
    evidence = context.evidence
    yield Text(
        plain(
            "The attachment of this file holds everything that is shown, every ledger entry that is cited, its "
            "inclusion proof and the signed checkpoint. The script verify_lineward.py needs Python and its "
            "cryptography package and no network:"
        )
    )
    yield Text(code("python verify_lineward.py FILE --key VKEY"))
    yield Text(
        plain(
            "It hashes each entry (SHA-256 over 0x00 and the entry's bytes), walks its proof to the checkpoint's root "
            "(RFC 9162, 2.1.3.2), and checks the checkpoint's Ed25519 signature (C2SP signed note). Take the key from "
            "the log's operator, not from this file: a forger would print his own. With Lineward installed, "
            "lineward verify FILE also draws the file anew from its attachment and compares every byte."
        )
    )
    if evidence.checkpoint:
        yield Proof(
            checkpoint=tuple(clean(line) for line in evidence.checkpoint.rstrip("\n").split("\n")),
            vkey=clean(evidence.vkey),
            modules=_modules(evidence.checkpoint),
            alt="QR code of the signed checkpoint, whose text stands beside it.",
        )
    else:
        yield Text(words(plain("Checkpoint:"), missing()))
    if evidence.cited:
        yield table(
            "Ledger entries cited in this report",
            (Column("Entry", 24), Column("Kind", 108), Column("Recorded", 94), Column("Leaf hash", 239)),
            [
                (
                    cell((Span(f"#{each.index}", "cite"),)),
                    cell(code(each.kind)),
                    cell(_when(each.recorded_at)),
                    cell(code(each.leaf)),
                )
                for each in evidence.cited
            ],
            dense=True,
        )


def _attributes(context: ModelDossier, group: int, *, recorded: bool) -> Line:
    names = [a.subject for a in SOURCE_ATTRIBUTES if a.group == group and a.recorded(context) is recorded]
    return plain("; ".join(names)) if names else faint("–")


def _who(actor: Actor) -> Line:
    name = plain(actor.name) if actor.name else code(actor.id)
    return name if actor.authenticated else words(name, mark("local principal, unauthenticated", "bad"))


def _when(at: str | None) -> Line:
    return missing() if at is None else stamp(at)


def _words(name: str | None) -> str | None:
    return None if name is None else name.replace("_", " ").lower()


def _codes(codes: Iterable[Code]) -> Line:
    by_system: defaultdict[str, list[str]] = defaultdict(list)
    for each in codes:
        by_system[each.system].append(each.code)
    named = [f"{_SYSTEMS.get(system, system)} {', '.join(values)}" for system, values in by_system.items()]
    return plain("; ".join(named)) if named else missing("no code recorded")


def _list(name: str, values: tuple[str, ...]) -> Line:
    return words(faint(f"{name}:"), plain(", ".join(values))) if values else ()


def _run(run: str | None, state: str | None) -> Iterator[Line]:
    if run:
        yield code(run)
    yield from _state(state)


def _state(state: str | None) -> Iterator[Line]:
    if state and state != "COMPLETE":
        yield mark(state, _STATUS_TONES.get(state, "none"))


def _run_of_edge(edge: LineageEdge, known: dict[str, str]) -> Iterator[Line]:
    yield _number_of(edge.run, known)
    yield from _state(edge.run_state)


def _number_of(run: str | None, known: dict[str, str]) -> Line:
    """Return a run's number in the table of runs, its id where it is not among them."""
    if run is None:
        return ()
    return strong(known[run]) if run in known else code(run)


def _lock(snapshot: Snapshot) -> Iterator[Line]:
    if snapshot.role == "EVALUATION":
        yield mark("locked", "good") if snapshot.locked else mark("not locked", "bad")


def _size(snapshot: Snapshot) -> Iterator[Line]:
    known = [counted(snapshot.files, "file")] if snapshot.files is not None else []
    known += [counted(snapshot.size_bytes, "byte")] if snapshot.size_bytes is not None else []
    known += [snapshot.state] if snapshot.state else []
    if known:
        yield faint(" · ".join(known))


def _sealed(snapshot: Snapshot) -> Iterator[Line]:
    yield stamp(snapshot.sealed_at) if snapshot.sealed_at else missing("not sealed")
    if snapshot.sealed_by:
        yield words(plain("by"), _who(snapshot.sealed_by))
    if snapshot.produced_by is None:
        yield missing("producing run: not recorded")
        return
    yield plain(f"job {snapshot.produced_by.job}")
    yield from _run(snapshot.produced_by.run, snapshot.produced_by.state)


def _verified(snapshot: Snapshot) -> Iterator[Line]:
    checked = snapshot.verification
    if checked is None:
        yield missing("not verified since")
        return
    yield mark(checked.result, _STATUS_TONES.get(checked.result, "none"))
    yield stamp(checked.at)
    yield words(plain("by"), _who(checked.by))
    if checked.differing:
        yield _list("differing", checked.differing)
    yield cites(checked.entries)


def _request(approval: Approval) -> tuple[tuple[str, Cell], ...]:
    digests = [
        (f"Binds {of}" if digest else "Binds", cell(code(digest or of)))
        for of, _, digest in (each.partition(": ") for each in map(clean, approval.digests))
    ] or [("Binds", cell(missing("no digest bound")))]
    rows = [
        ("Subject", cell(plain(approval.subject))),
        ("Use case", cell(maybe(approval.use_case))),
        (
            "Requested",
            cell(
                words(plain(moment(approval.requested_at)), plain("by"), _who(approval.requested_by)),
                maybe(approval.reason),
            ),
        ),
        *digests,
        ("Expires", cell(plain(moment(approval.expires_at)) if approval.expires_at else missing("no expiry recorded"))),
        ("Request's entry", cell(words(cites((approval.entry,)), code(approval.leaf)))),
    ]
    if approval.because:
        rows.insert(0, ("Because", cell(plain(approval.because))))
    return tuple(rows)


def _decision(decision: Decision) -> tuple[tuple[str, Cell], ...]:
    signer = decision.decided_by
    identity = (
        mark("authenticated", "good") if signer.authenticated else mark("local principal, unauthenticated", "bad")
    )
    local = (
        plain(f"{decision.local_at} ({decision.time_zone})")
        if decision.local_at and decision.time_zone
        else missing("signer's local time: not recorded")
    )
    rows = [
        ("Decision", cell(mark(decision.decision, _STATUS_TONES.get(decision.decision, "none")))),
        ("Printed name", cell(maybe(decision.printed_name, "strong"))),
        ("Signed at", cell(words(plain(f"{moment(decision.decided_at)};"), local))),
        ("Meaning", cell(maybe(_MEANINGS.get(decision.meaning or "", decision.meaning)))),
        ("Principal", cell(words(code(signer.id), identity))),
        ("Reason", cell(maybe(decision.reason))),
    ]
    if decision.conditions:
        rows.append(("Conditions", cell(*(plain(condition) for condition in decision.conditions))))
    if decision.expires_at:
        rows.append(("Expires", cell(plain(moment(decision.expires_at)))))
    rows.append(("Ledger entry", cell(words(cites((decision.entry,)), code(decision.leaf)))))
    return tuple(rows)


def _modules(payload: str) -> tuple[str, ...]:
    """Return the QR code of a checkpoint, of its text alone where many signatures make it too long, else nothing."""
    for content, correction in ((payload, "m"), (payload, "l"), (payload.split("\n\n", maxsplit=1)[0], "l")):
        try:
            made = segno.make(content.encode(), mode="byte", micro=False, error=correction, boost_error=False)
        except segno.DataOverflowError:
            continue
        return tuple("".join("1" if module else "0" for module in row) for row in made.matrix)
    return ()


_SECTION_NAMES = {
    "data": "2 Training and evaluation data",
    "lineage": "4 Lineage",
    "runs": "5 Jobs and runs",
    "handling": "6 De-identification",
    "approvals": "8 Approvals",
    "method": "12 Method and versions",
    "proof": "13 How to verify this",
}
