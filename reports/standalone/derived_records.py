"""What principals' records say: registration, snapshots, approvals, attestations, labels, declarations, use."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reports.standalone.bodies import (
    Identity,
    Order,
    Record,
    Told,
    Values,
    facets_of,
    full_name,
    identity_of,
    io_facets_of,
    node_id,
    objects_in,
    optional_micros,
    stamp,
    text_in,
)
from reports.standalone.comparison import (
    Comparison,
    Shown,
    brief,
    citations,
    index_in,
    object_in,
    registrations_of,
    state_of,
    subject_of,
)

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
_DECLARED = (
    "owner",
    "source_system",
    "schema_version",
    "clinical_purpose",
    "phi_category",
    "deidentification_state",
    "retention",
    "zone",
    "site",
    "region",
)
_MANDATORY = (
    "owner",
    "source_system",
    "schema_version",
    "clinical_purpose",
    "phi_category",
    "retention",
    "permitted_use",
)
_ALTERED = frozenset({"MISMATCH", "MISSING"})


def derive_model(shown: Shown, told: Told, compare: Comparison) -> None:
    """Compare the model version with its newest registration."""
    if compare.rests_on_withheld(shown.model):
        return
    registrations = registrations_of(shown, told)
    compare.holds(bool(registrations), "model: no entry registers it")
    if not registrations:
        return
    newest = registrations[-1]
    said = newest.said
    derived = {
        "registered_at": newest.recorded_at,
        "registered_by": told.actor(newest),
        "intended_use": said.get("intended_use"),
        "artifact_digest": said.get("artifact_digest"),
        "signature": said.get("signature"),
        "code": {name: said["code"].get(name) for name in ("repository", "revision", "clean")},
        "environment": {name: said["environment"].get(name) for name in ("digest", "description")},
        "metrics": [
            {"name": one["name"], "value": _decimal(one["value"]), "split": one.get("split")}
            for one in said.get("metrics", ())
        ],
        "entries": sorted(each.index for each in registrations),
    }
    compare.same("model", shown.model, derived, by=(newest.index,))


def derive_snapshots(shown: Shown, told: Told, compare: Comparison) -> None:
    """Compare the snapshots with the registration, their seals and their verifications."""
    registrations = registrations_of(shown, told)
    if not registrations or compare.rests_on_withheld(shown.model):
        return
    uses = [
        {"role": role, "dataset": full_name(dataset), "digest": digest}
        for role, part in (("TRAINING", "trained_on"), ("EVALUATION", "evaluated_on"))
        for dataset, digest in sorted(
            ((one["dataset"], one["digest"]) for one in registrations[-1].said.get(part, ())),
            key=lambda use: (
                node_id("Snapshot", *identity_of(use[0]), use[1]),
                node_id("Dataset", *identity_of(use[0])),
            ),
        )
    ]
    snapshots = shown.each("snapshots")
    compare.alike("snapshots", ({name: each.get(name) for name in uses[0]} for each in snapshots), uses)
    for number, each in enumerate(snapshots):
        if not compare.rests_on_withheld(each):
            _snapshot(each, f"snapshot {number + 1}", shown, told, compare)


def _snapshot(each: Values, where: str, shown: Shown, told: Told, compare: Comparison) -> None:
    place = str(each.get("dataset")), str(each.get("digest"))
    seals, checks = told.of_snapshot("seal_snapshot", *place), told.of_snapshot("verify_snapshot", *place)
    _rests_on(each, where, {seal.index for seal in seals}, told, compare)
    seal = seals[-1] if seals else None
    derived: dict[str, Any] = dict.fromkeys(("files", "size_bytes", "sealed_at", "sealed_by", "locked"))
    derived["foreign"] = []
    if seal is not None:
        manifest = seal.said.get("manifest", ())
        derived = {
            "foreign": [{"system": one["system"], "id": one["id"]} for one in seal.said.get("foreign", ())],
            "files": len(manifest),
            "size_bytes": sum(one["size"] for one in manifest),
            "sealed_at": seal.recorded_at,
            "sealed_by": told.actor(seal),
            "locked": seal.said.get("locked", False),
        }
    if not checks:
        derived["verification"] = None
    else:
        check = checks[-1]
        derived["verification"] = {
            "at": check.recorded_at,
            "by": told.actor(check),
            "result": check.said["result"],
            "method": check.said.get("method"),
            "differing": list(check.said.get("differing", ())),
            "entries": [check.index],
        }
    compare.same(where, each, derived, by=(one.index for one in (*seals[-1:], *checks[-1:])))
    altered = bool(checks) and checks[-1].said["result"] in _ALTERED
    compare.holds((each.get("state") == "BYTES_GONE") == altered, f"{where}: state is not what was verified")
    _producer(each, where, {one.said.get("run_id") for one in seals}, shown, told, compare)


def _rests_on(shown: Values, where: str, derived: set[int], told: Told, compare: Comparison) -> None:
    """Hold what an item cites to what its values rest on, and the entry by which it was first known."""
    cited = list(citations({"entries": shown.get("entries")}))
    others = [index for index in cited if index not in derived]
    of = told.by_name.get(str(shown.get("dataset")), set())
    first = _first(next(iter(of)), shown.get("digest"), told) if len(of) == 1 else None
    names = [
        index
        for index in others
        if not of.isdisjoint(told.named.get(index, {}).values()) and (first is None or index <= first)
    ]
    held = derived <= set(cited) and len(others) <= 1 and names == others and bool(cited)
    compare.holds(held, f"{where}: it cites other entries than it rests on")


def _first(dataset: Identity, digest: Any, told: Told) -> int | None:  # noqa: ANN401 - untrusted JSON
    """Return the first entry that can have made a dataset known, or a snapshot of it where a digest is given."""
    if digest is None:
        return told.first.get(dataset)
    return told.first_of_snapshot.get(node_id("Snapshot", *dataset, str(digest)))


def _producer(each: Values, where: str, sealed: set[Any], shown: Shown, told: Told, compare: Comparison) -> None:
    wrote = told.makers.get((str(each.get("dataset")), str(each.get("digest"))), set())
    known = {run for run in sealed | wrote if run in shown.runs}
    producer = each.get("produced_by")
    if producer is None:
        compare.holds(not known, f"{where}: the run that produced it is left out")
        return
    run = object_in(producer, "produced_by").get("run")
    compare.holds(run in known, f"{where}: no entry says that run {brief(run)} produced it")
    if run in known:
        maker = shown.runs[run]
        compare.same(f"{where} produced_by", producer, {"job": maker.get("job"), "state": state_of(maker)})


def derive_approvals(shown: Shown, told: Told, compare: Comparison) -> None:
    """Compare the approvals with every request and decision in the log, in their order."""
    approvals = shown.each("approvals")
    requests = {each.index: each for each in told.of("request_approval")}
    listed = [each.get("entry") for each in approvals]
    open_ = [index for index in listed if index not in told.withheld]
    compare.alike("requests for approval", open_, requests)
    compare.holds(listed == sorted(listed, key=index_in), "requests for approval: not in their order")
    decided = [one.get("entry") for each in approvals for one in objects_in(each.get("decisions"))]
    every = [each.index for each in told.of("decide_approval")]
    compare.alike("decisions", (index for index in decided if index not in told.withheld), every)
    for each in approvals:
        request = requests.get(index_in(each.get("entry")))
        if request is not None and not compare.rests_on_withheld(each):
            _approval(each, request, shown, told, compare)


def _approval(each: Values, request: Record, shown: Shown, told: Told, compare: Comparison) -> None:
    where = f"approval #{request.index}"
    decisions = told.of("decide_approval", lambda said: said["request"] == request.index)
    decisions.sort(key=lambda one: (one.since, one.index))
    expires = optional_micros(request.said.get("expires_at"))
    derived = {
        "subject": " ".join(subject_of(request.said["subject"])),
        "kind": request.said["approval_kind"],
        "use_case": request.said.get("use_case"),
        "reason": request.said.get("reason"),
        "requested_by": told.actor(request),
        "requested_at": request.recorded_at,
        "expires_at": None if expires is None else stamp(expires),
        "digests": [f"{of}: {digest}" for of, digest in _digests(request)],
    }
    if not _hidden(request, shown, told, compare):
        change = _change(each, request, shown, told)
        status = _status(expires, decisions, told.valid_at, change)
        if not shown.is_second:
            since = {"at": stamp(change[0]), "entry": change[1]} if change is not None else None
            derived["invalidated"] = since if status == "INVALIDATED" else None
        elif not request.said["subject"].get("model_version"):
            # Until a report said since when, only a model version could have become something else.
            status = _status(expires, decisions, told.valid_at, None)
        derived["status"] = status
    compare.same(where, each, derived, by=(request.index, *(one.index for one in decisions)))
    invalid = each.get("status") == "INVALIDATED"
    compare.holds((each.get("because") is not None) == invalid, f"{where}: the reason of its status")
    listed = objects_in(each.get("decisions"))
    compare.holds(each.get("decisions") == listed, f"{where}: its decisions have not their form")
    compare.holds([one.get("entry") for one in listed] == [one.index for one in decisions], f"{where}: its decisions")
    for one, decision in zip(listed, decisions, strict=False):
        _decision(one, decision, told, compare)


def _digests(request: Record) -> list[tuple[str, str]]:
    return [(one["of"], one["digest"]) for one in request.added.get("digests", ())]


def _hidden(request: Record, shown: Shown, told: Told, compare: Comparison) -> bool:
    """Return whether a body may be missing that says what is there of what the request binds."""
    if request.said["subject"].get("model_version"):
        return "model" in shown.context and compare.rests_on_withheld(shown.model)
    return bool(request.said["subject"].get("dataset") and told.withheld)


def _change(each: Values, request: Record, shown: Shown, told: Told) -> tuple[int, int] | None:
    """Return since when something else is there than what a request binds, and by which entry."""
    subject, bound = request.said["subject"], set(_digests(request))
    if subject.get("model_version"):
        registrations = registrations_of(shown, told) if subject_of(subject) == shown.version else []
        return _since(request, registrations, lambda said: _bound(said) != bound)
    if subject.get("snapshot"):
        place = full_name(subject["snapshot"]["dataset"]), subject["snapshot"]["digest"]
        return _since(request, told.of_snapshot("verify_snapshot", *place), lambda said: said["result"] != "OK")
    name, ended = full_name(subject["dataset"]), each.get("invalidated")
    if isinstance(ended, dict):
        # What was declared in between is not disclosed, but for the entry that says something else.
        records = told.of("declare_dataset", lambda said: full_name(said["dataset"]) == name)
        return _since(request, [one for one in records if one.index == ended.get("entry")], lambda _: True)
    return None if bound == {("declaration", _declaration(name, told))} else (told.valid_at, -1)


def _since(request: Record, records: Sequence[Record], differs: Callable[[Values], bool]) -> tuple[int, int] | None:
    """Return the first of the records that differs and was in force at the request or since."""
    until = [*(one.index for one in records[1:]), None]
    changed = [
        (max(one.since, request.since), one.index)
        for one, end in zip(records, until, strict=False)
        if (end is None or end > request.index) and differs(one.said)
    ]
    return min(changed, default=None)


def _declaration(name: str, told: Told) -> str:
    """Return the digest over everything declared of a dataset."""
    held = {aspect: value for aspect, (_, value) in told.declarations(name).items() if aspect != "valid_from"}
    use = held.get("permitted_use")
    if isinstance(use, dict):
        held["permitted_use"] = {"purposes": [], "duo": [], "refrains": [], "obligations": [], **use}
    text = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _decision(one: Values, decision: Record, told: Told, compare: Comparison) -> None:
    said, where = decision.said, f"decision #{decision.index}"
    expires, zone = optional_micros(said.get("expires_at")), said["signer"]["time_zone"]
    derived = {
        "decision": said["decision"],
        "decided_by": told.actor(decision),
        "decided_at": decision.recorded_at,
        "reason": said.get("reason"),
        "meaning": said.get("meaning"),
        "printed_name": said["signer"]["printed_name"],
        "time_zone": zone,
        "expires_at": None if expires is None else stamp(expires),
        "conditions": list(said.get("conditions", ())),
    }
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


def _status(expires: int | None, decisions: Sequence[Record], at: int, change: tuple[int, int] | None) -> str:
    """Return where a request stands: a denial sticks, then what came first of its expiry and a change of what it binds.

    An abstention counts only where nobody approved.
    """
    current, until = "PENDING", expires
    for one in decisions:
        if until is not None and until <= one.since:
            continue
        if one.said["decision"] == "DENY":
            return "DENIED"
        if one.said["decision"] == "APPROVE":
            current = "APPROVED"
            limits = [limit for limit in (expires, optional_micros(one.said.get("expires_at"))) if limit is not None]
            until = min(limits, default=None)
        elif current != "APPROVED":
            current = "ABSTAINED"
    if change is not None and (until is None or change[0] < until):
        return "INVALIDATED"
    return "EXPIRED" if until is not None and until <= at else current


def _bound(said: Values) -> set[tuple[str, str]]:
    """Return what a request for this registration would bind."""
    found = {
        ("artifact", said["artifact_digest"]),
        ("code", f"{said['code']['repository']}@{said['code']['revision']}"),
        ("environment", said["environment"]["digest"]),
    }
    found |= {("training snapshot", one["digest"]) for one in said.get("trained_on", ())}
    return found | {("evaluation snapshot", one["digest"]) for one in said.get("evaluated_on", ())}


def derive_subject(shown: Shown, told: Told, compare: Comparison) -> None:
    """Compare what a request would bind now, and the entries that say so, with all that is recorded of the subject."""
    subject = shown.subject
    if compare.rests_on_withheld(subject.values):
        return
    name = "/".join(subject.key[:2])
    if subject.kind == "model_version":
        records = registrations_of(shown, told)
        binds = sorted(_bound(records[-1].said)) if records else []
    elif subject.kind == "snapshot":
        records = told.of_snapshot("verify_snapshot", name, subject.key[2])
        binds = [("snapshot", subject.key[2])] if not records or records[-1].said["result"] == "OK" else []
    else:
        records = told.of("declare_dataset", lambda said: full_name(said["dataset"]) == name)
        binds = [("declaration", _declaration(name, told))] if records else []
    entries = sorted(each.index for each in records)
    derived = {"entries": entries, "binds": [f"{of}: {digest}" for of, digest in binds]}
    compare.same("subject", subject.values, derived, by=entries)


def derive_deidentification(shown: Shown, told: Told, compare: Comparison) -> None:
    """Compare the steps that remove identifiers with the attestations and with the runs that claim one."""
    steps = shown.each("deidentification")
    attested = {each.index: each for each in told.of("attest_deidentification")}
    claims = [step for step in steps if step.get("attested_by") is None]
    listed = [index for step in steps if step not in claims for index in citations({"entries": step.get("entries")})]
    compare.alike("attestations", (index for index in listed if index not in told.withheld), attested)
    for step in steps:
        if step in claims or compare.rests_on_withheld(step):
            continue
        record = attested.get(next(iter(citations({"entries": step.get("entries")})), -1))
        if record is not None:
            _attestation(step, record, shown, told, compare)
    covered = {one.said.get("run_id") or full_name(one.said["job"]) for one in attested.values()}
    expected = [
        {"job": run.get("job"), "run": run_id}
        for run_id, run in shown.runs.items()
        if not covered & {run_id, run.get("job")}
        and any("lineward_deidentification" in event.run_facets for event in told.run(run_id))
    ]
    if not told.withheld:
        listed_claims = [{"job": step.get("job"), "run": step.get("run")} for step in claims]
        compare.alike("steps without attestation", listed_claims, expected)
    for step in claims:
        empty: dict[str, Any] = {
            "method": None,
            "clears": [],
            "alterations": [],
            "expert": None,
            "scope": None,
            "result": None,
        }
        compare.same("step without attestation", step, {**empty, "in_force": False, "until": None})


def _attestation(step: Values, record: Record, shown: Shown, told: Told, compare: Comparison) -> None:
    said, until = record.said, optional_micros(record.said.get("until"))
    job, run = said["job"], said.get("run_id")
    derived = {
        "run": run if run in shown.runs else None,
        "method": said["method"],
        "clears": [{"system": one["system"], "code": one["code"]} for one in said.get("clears", ())],
        "alterations": list(said.get("alterations", ())),
        "expert": said.get("expert"),
        "scope": said.get("scope"),
        "result": said.get("result"),
        "attested_by": told.actor(record),
        "attested_at": record.recorded_at,
        "valid_from": stamp(record.since),
        "until": None if until is None else stamp(until),
        "in_force": until is None or told.valid_at < until,
    }
    compare.same(f"attestation #{record.index}", step, derived, by=(record.index,))
    names = {full_name(job), node_id("Job", *identity_of(job))}
    compare.holds(step.get("job") in names, f"attestation #{record.index}: it is of another job")


def derive_labels(shown: Shown, told: Told, compare: Comparison) -> None:
    """Compare the labels with every tag of a person and every claim of an emitter on the datasets shown."""
    shown_labels = shown.each("labels")
    datasets = {each.get("dataset") for each in shown.each("sources")}
    said: dict[tuple[str, str | None, str], list[tuple[Order, int, Values]]] = {}
    for record in told.of("tag", lambda said: full_name(said["dataset"]) in datasets):
        place = full_name(record.said["dataset"]), record.said.get("column"), record.said["phi_kind"]
        said.setdefault(place, []).append((record.order, record.index, {**record.said, "origin": "ASSERTED"}))
    for event in told.events:
        for dataset in event.datasets:
            if full_name(dataset) in datasets:
                for kind, claim in _claims(dataset):
                    place = full_name(dataset), claim.get("column"), kind
                    said.setdefault(place, []).append((event.order, event.index, claim))
    derived = [label for place, tags in said.items() if (label := _label(place, tags)) is not None]
    if not any(compare.rests_on_withheld(each) for each in shown_labels):
        compare.alike("labels", shown_labels, derived)


def _label(place: tuple[str, str | None, str], tags: list[tuple[Order, int, Values]]) -> dict[str, Any] | None:
    """Return a label as it stands: a principal's newest word outweighs every claim; a rejected one is none."""
    tags.sort(key=lambda tag: (tag[0], tag[2]["origin"]))
    asserted = [tag for tag in tags if tag[2]["origin"] == "ASSERTED"]
    deciding = asserted[-1] if asserted else max(reversed(tags), key=lambda tag: _ORIGINS.index(tag[2]["origin"]))
    if deciding[2].get("stance") == "REJECT":
        return None
    holding = [tag[2] for tag in tags if tag[2].get("stance") != "REJECT"]
    levels = {tag.get("confidentiality") for tag in holding}
    codes = sorted({(code["system"], code["code"]) for tag in holding for code in tag.get("codes", ())})
    return {
        "dataset": place[0],
        "column": place[1],
        "kind": place[2],
        "codes": [{"system": system, "code": code} for system, code in codes],
        "confidentiality": next((level for level in reversed(_CONFIDENTIALITY) if level in levels), None),
        "origin": deciding[2]["origin"],
        "because": deciding[2].get("reason"),
        "entries": sorted({tag[1] for tag in tags}),
    }


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


def derive_declarations(shown: Shown, told: Told, compare: Comparison) -> None:
    """Compare the sources with what was declared of them and is in force."""
    sources = shown.each("sources")
    for source in sources:
        if compare.rests_on_withheld(source):
            continue
        name = str(source.get("dataset"))
        held = told.declarations(name)
        system = held["source_system"][1] if "source_system" in held else {}
        derived = {
            "system": system.get("name"),
            "system_kind": system.get("kind"),
            "declared": [{"field": one, "value": _words(held[one][1])} for one in _DECLARED if one in held],
        }
        by = sorted({record.index for record, _ in held.values()})
        in_force = {held[one][0].index for one in _DECLARED if one in held}
        _rests_on(source, f"source {name}", in_force, told, compare)
        compare.same(f"source {name}", source, derived, by=by)
        missing = source.get("missing")
        said = [one for one in missing if one != "lineage"] if isinstance(missing, list) else missing
        compare.same(f"source {name}", {"missing": said}, {"missing": [one for one in _MANDATORY if one not in held]})
        if name in told.touched:
            compare.holds("lineage" not in (missing or ()), f"source {name}: events of its lineage are there")
    named = {source.get("dataset") for source in sources}
    used = {each.get("dataset") for each in shown.each("snapshots")}
    compare.holds(used <= named, "sources: the dataset of a snapshot is left out")


def derive_use(shown: Shown, told: Told, compare: Comparison) -> None:
    """Compare the permitted uses with the declarations in force."""
    derived = []
    for source in shown.each("sources"):
        held = told.declarations(str(source.get("dataset")))
        if "permitted_use" in held and not compare.rests_on_withheld(source):
            record, use = held["permitted_use"]
            lists = {name: list(use.get(name, ())) for name in ("purposes", "duo", "refrains", "obligations")}
            region = held["region"][1] if "region" in held else None
            derived.append(
                {
                    "dataset": source.get("dataset"),
                    **lists,
                    "statement": use.get("statement"),
                    "region": region,
                    "entries": [record.index],
                }
            )
    if not any(compare.rests_on_withheld(each) for each in (*shown.each("use"), *shown.each("sources"))):
        compare.alike("permitted use", shown.each("use"), derived)


def _words(value: Any) -> str:  # noqa: ANN401 - a declared value
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, dict) and "policy_class" in value:
        return f"{value['policy_class']}, {value['period_days']} days"
    if isinstance(value, dict):
        return f"{value.get('name')} ({value.get('kind')})"
    return str(value)


def _decimal(value: float) -> str:
    figure = float(value)
    return str(int(figure)) if figure.is_integer() else format(Decimal(repr(figure)), "f")
