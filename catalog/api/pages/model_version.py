"""A model version: what it was made of, whether it may go on, who approved it, and where it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from starlette.responses import Response

from catalog.access.permissions import Permission
from catalog.api.http import reports
from catalog.api.http.ledger import LARGEST
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.gate import answer, diseases
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.label_list import LabelList, label_list
from catalog.api.pages.moments import moments_of
from catalog.api.pages.page import Action, Context, Page, Several, slug
from catalog.api.pages.questions import command, query, together
from catalog.errors import AskerError, SenderError
from catalog.gate.model import Assessments, Checked, Gate
from catalog.gate.queries import assessments, gone_back_to, unsettled
from catalog.labels.taint.queries import effective_labels
from catalog.lineage.model import Direction, Walk
from catalog.lineage.queries import MAX_DEPTH, lineage
from catalog.reading import Complete, Completeness
from catalog.releases.deployments import deployments_of, releases_of, retirements, rollback_target
from catalog.releases.model import ModelVersionRecord, Retirement, RollbackTarget
from catalog.releases.queries import model_versions, versions_of
from graph_schema.facts import NOW
from graph_schema.identity import label_of
from graph_schema.nodes import Model
from graph_schema.times import format_time
from reports.kinds import APPROVALS_OF_PERIOD, DATASET_DOSSIER, MODEL_DOSSIER, REPORTS
from reports.parts.access import DAYS, LONGEST_DAYS

_LABEL: Final = "ModelVersion"
_REGISTRATIONS: Final = 10
_FEEDS: Final = 50
_FORM = Literal["pdf", "html", "json"]
_DOSSIERS: Final = {_LABEL: MODEL_DOSSIER.name, "Dataset": DATASET_DOSSIER.name, "Period": APPROVALS_OF_PERIOD.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersionPage(Context):
    """What the page of a model version shows."""

    record: ModelVersionRecord
    model: Link | None
    feeds: Several | None
    """The raw feeds behind it, by name, None where they were not asked for: that walks all of its lineage."""
    registrations: Several
    """The newest first."""
    others: Several
    """The other versions of its model."""
    names: Mapping[str, Link]
    labels: LabelList | None
    purpose: str
    place: str
    environment: str
    disease: str
    """Every disease that is studied, as it was typed."""
    gate: Gate | None
    """What the gate says, None where it was not asked."""
    reasons: Mapping[str, Several]
    """The reasons of each of its checks, by the check."""
    evaluated: int
    """The entry by which that was recorded just now, 0 where it was not."""
    assessed: Assessments
    """What was assessed and planned of it, and of the environment of its newest registration."""
    releases: Several
    deployments: Several
    back_in: str
    """The environment in which it is asked what to go back to, "" where it is not."""
    back: RollbackTarget | None
    judged: Several | None
    """What was judged on the way to it, None where it is not asked."""
    retirement: Retirement | None


def read(asking: Asking) -> ModelVersionPage:
    """Read a version, and ask the gate where the address says for what; raises AskerError 404 where it is not there."""
    view, identifier = asking.view, asking.identifier({_LABEL})
    record = model_versions(view, [identifier]).get(identifier)
    if record is None:
        raise AskerError(NOT_THERE)
    purpose, place, environment, disease = (asking.text(name) for name in ("purpose", "place", "for", "disease"))
    found = answer(asking)
    model = Model(record.namespace, record.model).id
    siblings = tuple(one for one in versions_of(view, [model]).get(model, ()) if one != identifier)
    others = Several.of(asking, "versions", siblings, str)
    registered = Several.of(asking, "registrations", record.registrations[::-1], lambda one: one.entry, _REGISTRATIONS)
    used = {
        one
        for registration in registered.shown
        for use in (*registration.trained_on, *registration.evaluated_on)
        for one in (use.dataset, use.snapshot)
    }
    runs = {one for registration in registered.shown for one in (registration.run, registration.job) if one}
    digest = record.registrations[-1].environment.digest if record.registrations else None
    effective = effective_labels(view, [identifier]).get(identifier)
    labels = label_list(asking, effective)
    back_in = asking.services.redactor.field("environment", asking.text("back"))
    back = rollback_target(view, identifier, back_in, gone_back_to) if back_in else None
    feeds, walked = _feeds(asking, identifier) if asking.text("feeds") else (None, Complete())
    judged = None if back is None else Several.of(asking, "judged", back.judged, lambda one: one.version)
    about = set[str]() if judged is None else {one.version for one in judged.shown}
    if back is not None and back.target is not None:
        about.add(back.target.version)
    named = () if labels is None else labels.named
    links = links_to(view, {*used, *runs, *others.shown, *about, *named, model})
    return ModelVersionPage(
        title=f"{record.model} {record.version}",
        graphql=_query(asking, identifier, found, back_in, with_feeds=feeds is not None),
        command=_command(asking, identifier, back_in, is_asked=found is not None),
        found=next(
            (
                one
                for one in (None if effective is None else effective.completeness, walked)
                if not isinstance(one, Complete)
            ),
            None,
        ),
        subjects=(identifier,),
        moments=moments_of(asking, identifier),
        record=record,
        registrations=registered,
        others=others,
        model=links.get(model),
        feeds=feeds,
        names=links,
        labels=labels,
        purpose=purpose,
        place=place,
        environment=environment,
        disease=disease,
        gate=found,
        reasons={} if found is None else _reasons_of(asking, found),
        evaluated=asking.number("evaluated", 0, 0, LARGEST),
        assessed=assessments(view, identifier, digest),
        releases=Several.of(
            asking, "releases", releases_of(view, [identifier]).get(identifier, ())[::-1], lambda one: one.entry
        ),
        deployments=Several.of(
            asking, "deployments", deployments_of(view, [identifier]).get(identifier, ())[::-1], lambda one: one.entry
        ),
        back_in=back_in,
        back=back,
        judged=judged,
        retirement=retirements(view, [identifier]).get(identifier),
    )


def _unsettled(asking: Asking, page: ModelVersionPage) -> ModelVersionPage:
    """Return the page with the gate's answer as one that cannot be relied on."""
    found = unsettled(asking.view, page.gate)
    return page if found is None else replace(page, gate=found, reasons=_reasons_of(asking, found))


def _reasons_of(asking: Asking, found: Gate) -> Mapping[str, Several]:
    return {one.check.value: _reasons(asking, one) for one in found.checks}


def _reasons(asking: Asking, check: Checked) -> Several:
    return Several.by_digest(
        asking,
        f"reasons-{slug(check.check.value)}",
        check.reasons,
        lambda one: repr((one.outcome, one.text, one.entries)),
    )


def _feeds(asking: Asking, identifier: str) -> tuple[Several, Completeness]:
    walked = lineage(asking.view, Walk((identifier,), Direction.UPSTREAM, depth=MAX_DEPTH))
    found = sorted(links_to(asking.view, walked.sources).values(), key=lambda one: (one.name, one.id))
    return Several.of(asking, "feeds", found, lambda one: f"{one.id} {one.name}", _FEEDS), walked.completeness


def _query(asking: Asking, identifier: str, found: Gate | None, back_in: str, *, with_feeds: bool) -> str:
    """Return the query of the version, of what the gate says, and of what to go back to, as far as they were asked."""
    as_of = asking.view.as_of
    asked = [
        query(
            "node",
            {"id": identifier},
            "{\n    ... on ModelVersion {\n      name state registration { registeredBy artifactDigest entry\n"
            "        code { repository revision } environment { digest description } metrics { name value split } }\n"
            "      trainedOn { digest } evaluatedOn { digest } effectiveLabels { labels { phiKind origin } }\n"
            "      releases { environmentName reason by entry } deployments { placeName environmentName entry }\n"
            "      retirement { reason }"
            + (" feeds { nodes { nodes { name } } }" if with_feeds else "")
            + "\n    }\n  }",
            as_of,
        )
    ]
    if found is not None:
        question = found.question
        given = {
            "of": identifier,
            "purpose": asking.text("purpose"),
            "place": question.place,
            "environment": question.environment,
            "diseases": list(diseases(asking)) or None,
        }
        shown = "{\n    ... on Gate { verdict checks { check outcome reasons { text entries } } }\n  }"
        asked.append(query("gate", {"input": given}, shown, as_of))
    if back_in:
        shown = "{\n    ... on RollbackTarget { target { modelVersion { name } } judged { passes reason } }\n  }"
        asked.append(query("rollbackTarget", {"of": identifier, "environment": back_in}, shown, as_of))
    return together(*asked)


def _command(asking: Asking, identifier: str, back_in: str, *, is_asked: bool) -> str:
    """Return the command that tells what is asked: what to go back to, what the gate says, or what it is made of."""
    as_of = asking.view.as_of
    if back_in:
        return command("model", "rollback-target", identifier, "--environment", back_in, as_of=as_of)
    if not is_asked:
        return command("lineage", identifier, as_of=as_of)
    given = (("--purpose", asking.text("purpose")), ("--place", asking.text("place") or "Example-Hospital"))
    environment = ("--for", asking.text("for") or "production")
    studied = [("--disease", one) for one in diseases(asking)]
    time = () if as_of.valid_at == NOW else (("--at", format_time(as_of.valid_at)),)
    options = (part for pair in (*given, environment, *studied, *time) for part in pair)
    return command("gate", identifier, *options, as_of=replace(as_of, valid_at=NOW))


def dossier(asking: Asking) -> Response:
    """Issue the dossier of a version or dataset, or the approvals record of a period, in the form asked for.

    It is as of now, or the `report` as of the point that one issued before names (`valid_at`, `known_at_index`). A
    period is of the days `since` to `until`, the last among them not. `days` is of how many the dossier of a dataset
    counts decisions on access.
    """
    period = f"Period:{asking.text('since')}..{asking.text('until')}"
    identifier, form = asking.text("id") or period, asking.text("form")
    report = asking.text("report") or _DOSSIERS.get(label_of(identifier))
    if report not in REPORTS:
        raise AskerError(NOT_THERE)
    days = asking.number("days", DAYS, 1, LONGEST_DAYS) if asking.text("days") else None
    valid_at = asking.text("valid_at") or None
    known_at = asking.number("known_at_index", 0, 0, LARGEST) if asking.text("known_at_index") else None
    for known in get_args(_FORM):
        if form == known:
            kind = REPORTS[report]
            answer = reports.give(asking.services, asking.actor, kind, identifier, known, valid_at, known_at, days)
            if known != "pdf":
                # Shown as a page it could not be kept as it is: its address leads to the page that its form stands on.
                answer.headers["Content-Disposition"] = f'attachment; filename="{kind.path}.{known}"'
            return answer
    raise SenderError(f"form is one of {', '.join(get_args(_FORM))}.", status=422)


PAGE = Page(
    "model-version",
    "Model version",
    ModelVersionPage,
    read,
    ("id", "purpose", "place", "for", "disease", "evaluated", "back", "feeds", "behind", "moments"),
    unsettled=_unsettled,
)
DOSSIER = Action("dossier", dossier, Permission.READ, None, otherwise="approvals")
