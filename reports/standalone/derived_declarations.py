"""What was declared of a dataset, and the use that was permitted of it: at the registration, and now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reports.standalone.bodies import (
    Record,
    stamp,
)
from reports.standalone.comparison import (
    Comparison,
    Shown,
    registrations_of,
)
from reports.standalone.derived_coverage import Attested
from reports.standalone.derived_snapshots import rests_on
from reports.standalone.disclosed import Declarations, Disclosed

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
