"""What statements of permitted use say that reach a model version; what they come to stands in `derived_answers`."""

from __future__ import annotations

from typing import Any

from reports.standalone.bodies import Record, Values, identity_of, node_id, objects_in, optional_micros, stamp
from reports.standalone.comparison import Comparison, Shown, citations, index_in, registrations_of
from reports.standalone.disclosed import Disclosed, supplier

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
