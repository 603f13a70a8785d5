"""What a model version may be used for, as far as the statements that are shown decide it: no answer may be milder.

Each statement is held to its record beside this; here they are judged again, by the rules of the Data Use Ontology and
HL7's purposes of use. What stays as the catalog issued it: whether an answer could be milder, since records of what was
promised, licences on the way and terms of agreements are not in the statements.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.standalone.bodies import Values, full_name, identity_of, objects_in, optional_micros
from reports.standalone.comparison import Comparison, Shown, citations
from reports.standalone.disclosed import Disclosed

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
