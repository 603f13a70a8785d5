"""What a request for access comes to, as a function of a View."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from catalog.access.queries import principals
from catalog.approvals.ethics import ethics_approvals
from catalog.assets.folds import aspects_in_force
from catalog.decisions import rules
from catalog.decisions.memo import DecisionsAt
from catalog.decisions.model import Asked, Decided, StatedBy
from catalog.emergencies.queries import emergencies_of
from catalog.emergencies.rules import opening_of
from catalog.errors import SenderError
from catalog.grants.queries import delegations_of, grants_of
from catalog.grants.rules import covering
from catalog.labels.taint.answers import EffectiveLabels
from catalog.labels.taint.queries import effective_labels, effective_labels_of_columns
from catalog.memberships.queries import (
    memberships_of,
    projects,
    projects_called,
    protocols_called,
    protocols_of,
    studied,
)
from catalog.policies.engine import Engine, Entity, Request, Verdict, engine_of
from catalog.policies.model import PolicySet
from catalog.policies.queries import in_force
from catalog.policies.schema import ACTIONS, optional
from catalog.reading import Complete
from catalog.use.answers import MayUse
from catalog.use.asking import question
from catalog.use.model import Decision, Requester, UseQuestion
from catalog.use.queries import UseJudge
from catalog.use.terms import IRB, TS, US
from catalog.view import View
from graph_schema.aspects.access import Circumstances, Target
from graph_schema.nodes import Column, Dataset, ModelVersion, Node, Principal
from graph_schema.vocabulary.words import MembershipKind

T = TypeVar("T")
_LOG: Final = logging.getLogger("lineward.access")
_CLAIMS: Final = ("project", "protocol", "site", "place", "environment", "network", "on_behalf_of")
_OF_SPANS: Final = frozenset({IRB, TS})


def decide(
    view: View,
    asked: Asked,
    *,
    instead: PolicySet | None = None,
    kept: DecisionsAt | None = None,
    acting: Mapping[str, Any] | None = None,
    now: View | None = None,
) -> Decided:
    """Return whether a principal may have access, by the policies in force at the view's point, and why.

    Whatever is not known, not there, hidden, or not evaluated is a denial. With `instead` it is by these policies.
    `kept` is what was read before at the same point by the same rights. `acting` is what policies know of the
    principal, where that is not what was registered by then. `now` is the view of now, where what labels rest on is the
    same: labels, and what is in force, are kept of now.
    """
    kept = kept or DecisionsAt()
    published = instead or _once(kept, view, "policies", lambda: in_force(view))
    wrong = _wrong(view, asked)
    if published is None:
        return rules.denied(*(() if wrong is None else (wrong,)), rules.NO_POLICIES)
    node = _node(asked.target)
    principal = acting or _principal(kept, view, asked.principal)
    refused = wrong or (None if _is_known(view, _judged(node), kept) else rules.NOT_THERE)
    if refused is None and principal is None:
        refused = rules.UNKNOWN_PRINCIPAL
    if refused is None and asked.circumstances.on_behalf_of is not None:
        principal = _delegated(view, asked, asked.circumstances.on_behalf_of, kept)
        refused = rules.NOT_DELEGATED if principal is None else None
    if refused is not None or principal is None:
        return rules.denied(refused or rules.UNKNOWN_PRINCIPAL, policy_set=published.digest)
    try:
        engine = engine_of(published.files)
    except ValueError:
        reason = f"the set {published.digest} cannot be read"
        _LOG.error("policies cannot be evaluated", extra={"reason": reason})
        return rules.denied(rules.ERRED, policy_set=published.digest)
    found = _decided(view, asked, node, principal, (published, engine), kept, now or view)
    if found.errors:
        _LOG.error("policies cannot be evaluated", extra={"reason": "; ".join(found.errors)})
    return rules.enforced(found, asked.circumstances.enforces)


def judged(view: View, asked: Asked, kept: DecisionsAt, now: View | None = None) -> tuple[Decided, tuple[str, ...]]:
    """Return what a request comes to, as `decide`, and what of it nothing is known of, as `unknown_parts`."""
    return decide(view, asked, kept=kept, now=now), unknown_parts(view, asked, kept)


def _once(kept: DecisionsAt, view: View, key: Hashable, find: Callable[[], T], *, of_records: bool = True) -> T:
    """Return what is found in a view: kept until anything known begins or ends, or anything is recorded; where it is
    not `of_records` alone, until anything comes to be known.
    """
    return kept.once(key, find, lasts=lambda _: True, is_as_at=view.is_as_at, of_records=of_records)


def _principal(kept: DecisionsAt, view: View, name: str) -> dict[str, Any] | None:
    return _once(kept, view, ("principal", name), lambda: principal_known(view, name))


def _delegated(view: View, asked: Asked, of: str, kept: DecisionsAt) -> dict[str, Any] | None:
    """Return what policies know of whoever is asked for, None where no delegation in force lets this be done."""
    id_ = Principal(asked.principal).id
    every = _once(kept, view, ("delegations", id_), lambda: delegations_of(view, [id_]).get(id_, ()))
    held = next((one for one in every if one.in_force and one.of == of and asked.action in one.actions), None)
    if held is None:
        return None
    view.cite(held.entry)
    return _principal(kept, view, of)


def _wrong(view: View, asked: Asked) -> str | None:
    """Return what a request itself lacks or has wrong, for which it is denied whatever the policies; None of a whole
    one.
    """
    if asked.action not in ACTIONS:
        return f"An action is one of {', '.join(ACTIONS)}."
    if asked.circumstances.purpose is None:
        return rules.NO_PURPOSE
    try:
        question(asked.circumstances.purpose, view.moment)
    except SenderError as error:
        return error.detail
    return None


def unknown_parts(view: View, asked: Asked, kept: DecisionsAt | None = None) -> tuple[str, ...]:
    """Return which of principal, target and column nothing is known of, or what is may not be seen."""
    kept = kept or DecisionsAt()
    node = _node(asked.target)
    parts = {"principal": Principal(asked.principal).id, "target": _judged(node)}
    if node.label == Column.__name__:
        parts["column"] = node.id
    return tuple(part for part, id_ in parts.items() if not _is_known(view, id_, kept))


def _is_known(view: View, id_: str, kept: DecisionsAt) -> bool:
    return _once(kept, view, ("known", id_), lambda: id_ in view.nodes([id_]), of_records=False)


def _judged(node: Node) -> str:
    """Return the id of what labels and use are judged of: of a column its dataset."""
    return Dataset(*node.key[:2]).id if node.label == Column.__name__ else node.id


def principal_known(view: View, name: str) -> dict[str, Any] | None:
    """Return what policies know of a principal, None of one that may not act."""
    id_ = Principal(name).id
    held = principals(view, [id_]).get(id_)
    if held is None or not held.active:
        return None
    view.cite(held.entry)
    known: dict[str, Any] = {"kind": held.principal_kind, "roles": sorted(held.roles)}
    belongs = [one for one in memberships_of(view, [id_]).get(id_, ()) if one.in_force]
    view.cite(*(one.entry for one in belongs))
    in_projects = [one for one in belongs if one.membership_kind == MembershipKind.PROJECT]
    known["projects"] = sorted({one.group for one in in_projects})
    known["protocols"] = list(protocols_of(view, belongs))
    known["sites"] = sorted({one.group for one in belongs if one.membership_kind == MembershipKind.SITE})
    return known if held.organisation is None else {**known, "organisation": held.organisation}


def _node(target: Target) -> Node:
    name = target.name or ""
    match target.target_kind:
        case "COLUMN":
            return Column(target.namespace, name, target.column or "")
        case "MODEL_VERSION":
            return ModelVersion(target.namespace, name, target.version or "")
        case _:
            return Dataset(target.namespace, name)


def _decided(
    view: View,
    asked: Asked,
    node: Node,
    principal: Mapping[str, Any],
    by: tuple[PolicySet, Engine],
    kept: DecisionsAt,
    now: View,
) -> Decided:
    published, engine = by
    place = "resource", node.id
    attributes, stated = _once(kept, view, place, lambda: _attributes(view, node, kept, now), of_records=False)
    around = _upheld(view, asked.circumstances, principal)
    study = "studied", around.project, around.protocol
    declared = _once(kept, view, study, lambda: studied(view, around.project, around.protocol))
    asks = question(
        around.purpose or "",
        view.moment,
        place=around.place,
        diseases=declared or around.diseases,
        requester=Requester(user=asked.principal, project=around.project, recipient=principal.get("organisation")),
    )
    used = _use(view, _judged(node), asks, kept)
    # Whoever asks in the place of another has what that one has, and no emergency of anybody.
    of = around.on_behalf_of
    id_ = Principal(of or asked.principal).id
    granted = _once(kept, view, ("grants", id_), lambda: grants_of(view, [id_]).get(id_, ()))
    grant = covering(granted, asked.action, asked.target, around.purpose, around.project)
    broken = _once(kept, view, ("emergencies", id_), lambda: emergencies_of(view, [id_]).get(id_, ()))
    emergency = None if of else opening_of(broken, asked.action, asked.target, around.purpose, view.moment)
    view.cite(*(one.entry for one in (grant, emergency) if one is not None))
    context: dict[str, Any] = {name: value for name in _CLAIMS if (value := getattr(around, name)) is not None}
    if around.device is not None:
        context["device"] = around.device.to_json()
    claimed = tuple((f"context.{name}", StatedBy.CLAIMED) for name in ("purpose", *context))
    if asks.diseases:
        context["diseases"] = sorted(asks.diseases)
        claimed += (("context.diseases", StatedBy.REGISTERED if declared else StatedBy.CLAIMED),)
    context |= {
        "purpose": around.purpose,
        "use": used.verdict.decision.name,
        "granted": grant is not None,
        "emergency": emergency is not None,
    }
    verdict = engine.decide(
        Request(
            Entity("Principal", of or asked.principal, principal),
            asked.action,
            Entity(node.label, node.id, attributes),
            context,
            view.moment,
        )
    )
    derived = tuple((f"context.{name}", StatedBy.DERIVED) for name in ("use", "granted", "emergency"))
    registered = tuple((f"principal.{name}", StatedBy.REGISTERED) for name in principal)
    found = _found(verdict, published, used, (*registered, *stated, *derived, *claimed))
    return replace(found, lasts=_lasts(used) and not engine.asks_the_time)


def _upheld(view: View, around: Circumstances, principal: Mapping[str, Any]) -> Circumstances:
    """Return what the request says without the declared project, and protocol, that the principal does not belong to.

    What is registered counts: a project of which nobody said who works in it stays as it is claimed.
    """
    project, protocol = around.project, around.protocol
    if project is not None and project not in principal["projects"] and projects_called(view, [project]):
        project = None
    if protocol is not None and protocol not in principal["protocols"]:
        declared = {one.protocol for one in projects(view)} | protocols_called(view, [protocol]).keys()
        protocol = None if protocol in declared else protocol
    return replace(around, project=project, protocol=protocol)


def _found(verdict: Verdict, published: PolicySet, used: MayUse, stated: tuple[tuple[str, StatedBy], ...]) -> Decided:
    reasons = (rules.ERRED,) if verdict.errors else verdict.reasons or (rules.NOTHING_PERMITS,)
    open_ = used.verdict.decision is Decision.ABSTAIN
    awaited = {one.awaits.value for each in used.verdict.deciding for one in each.reasons if open_ and one.awaits}
    obligations, refrains = set(verdict.obligations), set(verdict.refrains)
    if verdict.allowed:
        obligations |= used.verdict.obligations
        refrains |= used.verdict.refrains
    return Decided(
        verdict.allowed,
        reasons,
        verdict.policies,
        published.digest,
        tuple(sorted(obligations)),
        tuple(sorted(refrains)),
        tuple(sorted(awaited)) if not verdict.allowed else (),
        verdict.errors,
        stated,
    )


def _attributes(
    view: View, node: Node, kept: DecisionsAt, now: View
) -> tuple[dict[str, Any], tuple[tuple[str, StatedBy], ...]]:
    """Return what policies know of a resource, and who states it."""
    attributes: dict[str, Any] = dict(zip(node.key_fields(), node.key, strict=True))
    dataset = _judged(node)
    held = kept.together("labels", dataset, lambda ids: _labels(now, ids), lasts=lambda _: True, is_as_at=view.is_as_at)
    labels = next(iter(held), None)
    if node.label == Column.__name__:
        place = dataset, node.title
        labels = effective_labels_of_columns(now, [place]).get(place, labels)
    attributes["labels"] = [] if labels is None else sorted({one.kind for one in labels.labels})
    attributes["labels_known"] = labels is not None and isinstance(labels.completeness, Complete)
    stated = [(f"resource.{name}", StatedBy.DERIVED) for name in ("labels", "labels_known")]
    if node.label != ModelVersion.__name__:
        record = kept.together(
            "record",
            dataset,
            lambda ids: aspects_in_force(now, ids),
            lasts=lambda _: True,
            is_as_at=view.is_as_at,
        )
        for name in optional("resource"):
            if (one := record.get(name)) is not None and one.value is not None:
                attributes[name] = _plain(one.value)
                view.cite(one.entry)
                stated.append((f"resource.{name}", StatedBy.REGISTERED))
        keys = record.get("encryption_keys")
        if keys is not None and (uses := _plain(keys.value)):
            attributes["key_environments"] = sorted({use["environment"] for use in uses})
            view.cite(keys.entry)
            stated.append(("resource.key_environments", StatedBy.REGISTERED))
    return attributes, tuple(stated)


def _labels(view: View, ids: Sequence[str]) -> dict[str, tuple[EffectiveLabels, ...]]:
    """Return the labels of each, none of what is not known: where several are more than is looked at, each alone."""
    found = effective_labels(view, ids)
    cut = [one for one, each in found.items() if not isinstance(each.completeness, Complete)] if len(ids) > 1 else ()
    found |= {one: each for alone in cut for one, each in effective_labels(view, [alone]).items()}
    return {one: (found[one],) if one in found else () for one in ids}


def _uses(
    view: View, asked: Sequence[tuple[str, UseQuestion]], at: UseQuestion
) -> dict[tuple[str, UseQuestion], MayUse]:
    """Return what use of each comes to, at the date of a question."""
    judge = UseJudge(view, [of for of, _ in asked])
    return {
        (of, question): judge.may(of, replace(question, date=at.date), ethics=ethics_approvals)
        for of, question in asked
    }


def _lasts(found: MayUse) -> bool:
    """Tell whether an answer holds until anything begins or ends, and hangs on no span of time that passes: neither on
    the months of a grant nor on how long an approval given in an emergency holds.
    """
    return not any(term.code in _OF_SPANS for one in found.permitted.applied for term in one.statement.terms)


def _plain(value: Any) -> Any:  # noqa: ANN401  any value of an aspect
    if hasattr(value, "to_json"):
        return value.to_json()
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _use(view: View, of: str, asks: UseQuestion, kept: DecisionsAt) -> MayUse:
    """Return what use comes to: judged once for everybody, and anew for who asks where a statement lists its users or
    an agreement names who may have the data.
    """

    def judged(question: UseQuestion) -> MayUse:
        return kept.together(
            "use",
            (of, replace(question, date=0)),
            lambda some: _uses(view, some, asks),
            lasts=_lasts,
            is_as_at=view.is_as_at,
        )

    for_all = judged(replace(asks, requester=replace(asks.requester, user=None, recipient=None)))
    stated = [one.statement for one in for_all.permitted.applied]
    lists_users = any(term.code == US for one in stated for term in one.terms)
    names_recipients = any(one.agreement is not None and one.agreement.recipients for one in stated)
    return judged(asks) if lists_users or names_recipients else for_all
