"""What tags, attestations and schemas say: labels, de-identification, and the kinds that are suggested."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from reports.standalone.bodies import (
    Identity,
    Order,
    Record,
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
    citations,
    registrations_of,
)
from reports.standalone.derived_coverage import Attested
from reports.standalone.disclosed import Disclosed
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
