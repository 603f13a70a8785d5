"""What the disclosed bodies of cited entries say, derived anew and held against what a report says, both ways.

Nothing of the catalog is used here: a second opinion that shared the first one's code would share its mistakes. Where
the bodies do not suffice to derive a value (which state of a dataset is the newest, the words of a note), the report's
word stands, bound by the entry that says that it was issued.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reports.standalone.bodies import Record, Values, micros, objects_in
from reports.standalone.comparison import (
    Comparison,
    DerivedPart,
    Shown,
    brief,
    citations,
    index_in,
    object_in,
    registrations_of,
    snapshot_key,
    subject_of,
)
from reports.standalone.derived_access import derive_access
from reports.standalone.derived_answers import derive_answers
from reports.standalone.derived_approvals import derive_approvals, derive_subject
from reports.standalone.derived_assessments import derive_assessments
from reports.standalone.derived_coverage import Attested
from reports.standalone.derived_dataset import (
    derive_attestations,
    derive_columns,
    derive_dataset,
    derive_dataset_gaps,
    derive_drifts,
    derive_held,
    derive_history,
    derive_keys,
)
from reports.standalone.derived_decisions import printed_name
from reports.standalone.derived_declarations import derive_declarations, derive_use
from reports.standalone.derived_effective import derive_effective
from reports.standalone.derived_estate import derive_estate
from reports.standalone.derived_flows import derive_flows, derive_models_made
from reports.standalone.derived_gaps import (
    EARLIER_VERSION_FIELDS,
    VERSION_FIELDS,
    derive_gaps,
    gaps_of_version,
    is_verified,
)
from reports.standalone.derived_gate import derive_gate
from reports.standalone.derived_labels import derive_deidentification, derive_labels, derive_suggestions
from reports.standalone.derived_lineage import derive_edges, derive_nodes, derive_runs, derive_schema_changes
from reports.standalone.derived_names import derive_names
from reports.standalone.derived_people import derive_acts, derive_entry_subjects, derive_people
from reports.standalone.derived_period import derive_period
from reports.standalone.derived_releases import derive_releases, derive_signature
from reports.standalone.derived_snapshots import derive_model, derive_separation, derive_snapshots
from reports.standalone.derived_use import derive_statements
from reports.standalone.disclosed import Disclosed
from reports.standalone.evidence import Entry

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
