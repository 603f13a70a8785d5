"""What the records leave unsaid of a model version and of what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from reports.standalone.bodies import Record, Values, objects_in
from reports.standalone.comparison import Comparison, Shown, object_in, registrations_of
from reports.standalone.disclosed import Disclosed

MissingField = tuple[str, str]
"""Of what, and which field."""

_NO_CODE = "unknown"
"""What a pipeline sends for repository or revision where its code was under no version control."""

_OF_VERSION = ("intended use", "signature", "metrics", "metric split", "run", "code repository", "code revision")
VERSION_FIELDS = frozenset({*_OF_VERSION, "clean code"})
"""What the rule "model version recorded" asks for."""

EARLIER_VERSION_FIELDS = frozenset({"intended use", "signature", "code revision"})
"""What it asked for in dossiers before the fourth version."""

_EARLIER_FIELDS = frozenset(
    {
        *EARLIER_VERSION_FIELDS,
        "metrics",
        "run",
        "clean code",
        "evaluation",
        "approvals",
        "seal",
        "verification",
    }
)


def derive_gaps(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what is shown as missing with what the newest registration and the parts of the report lack."""
    registrations = registrations_of(shown, log)
    if not registrations or compare.rests_on_withheld(shown.model):
        return
    found = [*gaps_of_version(shown, registrations[-1]), *_gaps_of_snapshots(shown)]
    if shown.is_before_fourth:
        found = [
            gap for gap in found if gap[1] in _EARLIER_FIELDS and not (shown.is_second and gap[1] == "code revision")
        ]
    else:
        found += [*_gaps_of_steps(shown), *_gaps_of_requests(shown), *gaps_of_people(shown)]
    for source in shown.each("sources"):
        found += [(str(source.get("dataset")), name) for name in source.get("missing") or ()]
    compare.alike("gaps", ((gap.get("subject"), gap.get("field")) for gap in shown.each("gaps")), found)


def gaps_of_version(shown: Shown, newest: Record) -> Iterator[MissingField]:
    """Yield what the newest registration leaves unsaid, and whether nobody asked for an approval."""
    content, title = newest.content, f"{shown.model['name']} {shown.model['version']}"
    metrics, code, own = objects_in(content.get("metrics")), content["code"], " ".join(shown.version)
    absent = {
        "intended use": content.get("intended_use") is None,
        "signature": content.get("signature") is None,
        "metrics": not metrics,
        "metric split": any(each.get("split") is None for each in metrics),
        "run": content.get("run_id") is None,
        "code repository": code.get("repository") == _NO_CODE,
        "code revision": code.get("revision") == _NO_CODE,
        "clean code": code.get("clean") is None,
        "evaluation": not content.get("evaluated_on"),
        "approvals": all(each.get("subject") != own for each in shown.each("approvals")),
    }
    yield from ((title, field) for field, is_absent in absent.items() if is_absent)


def _gaps_of_snapshots(shown: Shown) -> Iterator[MissingField]:
    each_once = {(each.get("dataset"), each.get("digest")): each for each in shown.each("snapshots")}
    for each in shown.each("snapshots") if shown.is_before_fourth else each_once.values():
        producer = each.get("produced_by")
        written = producer.get("rows") if isinstance(producer, dict) else None
        absent = {
            "seal": each.get("sealed_at") is None,
            "verification": not is_verified(shown, each),
            "producer": producer is None,
            "rows": each.get("rows") is None and written is None,
            "persons": each.get("persons") is None,
            "period": each.get("period") is None,
        }
        digest = str(each.get("digest"))
        subject = digest if shown.is_before_fourth else f"{each.get('dataset')} {digest}"
        yield from ((subject, field) for field, is_absent in absent.items() if is_absent)


def is_verified(shown: Shown, snapshot: Values) -> bool:
    """Return whether a snapshot's bytes were checked since its newest seal, in earlier dossiers whether ever."""
    checked, sealed = snapshot.get("verification"), snapshot.get("sealed_at")
    if not isinstance(checked, dict):
        return False
    return shown.is_before_fourth or sealed is None or str(checked.get("at")) >= str(sealed)


def _gaps_of_steps(shown: Shown) -> Iterator[MissingField]:
    title = f"{shown.model['name']} {shown.model['version']}"
    for part, field in (("runs", "runs"), ("deidentification", "de-identification"), ("labels", "labels")):
        if not shown.each(part):
            yield title, field
    for run in shown.each("runs"):
        if run.get("state") == "UNKNOWN":
            yield str(run.get("run")), "run events"
    for step in shown.each("deidentification"):
        if step.get("attested_by") is None:
            yield " ".join(str(step[name]) for name in ("job", "run") if step.get(name)), "attestation"
        elif not step.get("clears"):
            yield str(step.get("job")), "cleared codes"
    bare = [label for label in shown.each("labels") if not label.get("codes")]
    # What held at the registration and what holds since are one label.
    for dataset, column, _ in dict.fromkeys((one.get("dataset"), one.get("column"), one.get("kind")) for one in bare):
        yield " ".join(str(part) for part in (dataset, column) if part), "label codes"


def _gaps_of_requests(shown: Shown) -> Iterator[MissingField]:
    for each in shown.each("approvals"):
        subject = f"{each.get('kind')} #{each.get('entry')}"
        if not each.get("digests"):
            yield subject, "bound digests"
        for decision in objects_in(each.get("decisions")):
            yield from _gaps_of_decision(decision)


def _gaps_of_decision(decision: Values) -> Iterator[MissingField]:
    signer, by = decision.get("signer"), object_in(decision.get("decided_by"), "decided_by")
    entry = f"#{decision.get('entry')}"
    if not isinstance(signer, dict):
        yield entry, "signer"
    else:
        yield from ((entry, f"signer {name}") for name in ("title", "organisation") if not signer.get(name))
    if by.get("authenticated") is True and not decision.get("key_id"):
        yield entry, "signing key"


def gaps_of_people(shown: Shown) -> Iterator[MissingField]:
    """Yield what the definitions of who acted under keys leave unsaid."""
    for person in shown.each("people"):
        actor, kind = object_in(person.get("actor"), "actor"), person.get("principal_kind")
        if actor.get("authenticated") is not True:
            continue
        absent = {
            "definition": kind is None,
            "title": kind == "PERSON" and not person.get("title"),
            "organisation": kind is not None and not person.get("organisation"),
            "key": not person.get("keys"),
        }
        yield from ((str(actor.get("id")), field) for field, is_absent in absent.items() if is_absent)
