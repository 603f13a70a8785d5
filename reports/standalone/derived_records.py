"""What principals' records say: registration, snapshots, attestations, labels, declarations, use."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from reports.standalone.bodies import (
    Identity,
    Order,
    Record,
    RunKey,
    Values,
    address_of,
    columns_of,
    facets_of,
    full_name,
    identity_of,
    io_facets_of,
    node_id,
    objects_in,
    stamp,
    text_in,
)
from reports.standalone.comparison import (
    Comparison,
    Shown,
    brief,
    citations,
    object_in,
    registrations_of,
    snapshot_key,
    state_of,
)
from reports.standalone.derived_coverage import Attested
from reports.standalone.disclosed import Declarations, Disclosed
from reports.standalone.names import Names

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


def _decimal(value: float) -> str:
    figure = float(value)
    return str(int(figure)) if figure.is_integer() else format(Decimal(repr(figure)), "f")
