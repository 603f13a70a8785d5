"""From a View to what the rules about model versions in use are held to: approvals, the gate, and retirements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from catalog.approvals.model import Approval
from catalog.approvals.queries import approvals_of
from catalog.assets.naming import names_of
from catalog.findings.estate.model import ApprovedCase, Gated, InUse, RetiredCase, Start
from catalog.releases.deployments import deployments_of, releases_of, retirements
from catalog.releases.model import Deployment, Release, Retirement
from catalog.releases.queries import registrations
from catalog.view import View
from graph_schema.vocabulary.words import DecisionKind
from reports.naming import worded

_BY_RUNS = {"WROTE": "a run made it anew", "READ": "a run used it"}
Read = Callable[[View, Sequence[str]], Mapping[str, Sequence[Gated]]]


class GateCases:
    """What the rule about running versions is held to. The gate asks for findings, so that it stands above them and
    contributes how it is read.
    """

    def __init__(self) -> None:
        """Wait for who contributes it."""
        self._read: Read | None = None

    def contribute(self, read: Read) -> None:
        """Take this as the way in which the gate is asked."""
        self._read = read

    def __call__(self, view: View, ids: Sequence[str]) -> Mapping[str, Sequence[Gated]]:
        """Return by model version of these that runs somewhere what the gate says of that.

        Raises:
            RuntimeError: nothing contributed how the gate is asked; a rule that finds nothing would hide that.
        """
        if self._read is None:
            raise RuntimeError("nobody contributes how the gate is asked: import catalog.gate.queries")
        return self._read(view, ids)


gate_cases = GateCases()


def approved_cases(view: View, ids: Sequence[str]) -> dict[str, ApprovedCase]:
    """Return the approvals that the versions which are or were in use rest on, and how each is used."""
    uses = _uses(view, ids)
    registered = registrations(view, sorted(uses)) if uses else {}
    made_from = {
        id_: {use.snapshot for one in several[-1:] for use in (*one.trained_on, *one.evaluated_on)}
        for id_, several in registered.items()
    }
    subjects = sorted({*uses, *(one for some in made_from.values() for one in some)})
    of = approvals_of(view, subjects) if subjects else {}
    names = names_of(view, of.keys() - uses.keys())
    found = {}
    for id_, some in uses.items():
        every = {
            one.request: (_of(id_, one, names), one) for each in (id_, *made_from[id_]) for one in of.get(each, ())
        }
        if every:
            found[id_] = ApprovedCase([every[request] for request in sorted(every)], some)
    return found


def _of(version: str, one: Approval, names: Mapping[str, str]) -> str:
    return "" if one.subject == version else f" of {names.get(one.subject, one.subject)}"


def _uses(view: View, ids: Sequence[str]) -> dict[str, list[InUse]]:
    """Return how each version is or was used: what runs, what ran, and what was released until it is retired."""
    found: dict[str, list[InUse]] = defaultdict(list)
    retired = retirements(view, ids)
    for id_, released in releases_of(view, ids).items():
        gone = retired.get(id_)
        found[id_] += [
            InUse(
                _released(one),
                Start(one.released_at, one.entry),
                None if gone is None else Start(gone.since, gone.entry),
            )
            for one in released
        ]
    for id_, running in deployments_of(view, ids).items():
        found[id_] += [InUse(_runs(one), Start(one.deployed_at, one.entry), _ended(one)) for one in running]
    return found


def _released(one: Release) -> str:
    return f"it is released into {one.environment}"


def _runs(one: Deployment) -> str:
    return f"it runs at {one.place} in {one.environment}"


def _ended(one: Deployment) -> Start | None:
    """Return when a deployment ended: by a record, or by the term that it was given."""
    if one.is_live or one.until is None:
        return None
    return Start(one.until, one.entry if one.end_entry is None else one.end_entry)


def retired_cases(view: View, ids: Sequence[str]) -> dict[str, RetiredCase]:
    """Return the retired versions, with what happened to each at or after that time, or went on."""
    retired = retirements(view, ids)
    if not retired:
        return {}
    versions = sorted(retired)
    released, running = releases_of(view, versions), deployments_of(view, versions)
    asked = approvals_of(view, versions)
    by_runs: dict[str, list[InUse]] = defaultdict(list)
    for edge in view.edges(versions, tuple(_BY_RUNS), "in"):
        by_runs[edge.target].append(InUse(_BY_RUNS[edge.kind], Start(edge.valid_from, edge.entry)))
    found = {}
    for id_, gone in retired.items():
        late = [
            *(InUse("it was released", Start(one.released_at, one.entry)) for one in released.get(id_, ())),
            *_decided(asked.get(id_, ())),
            *by_runs[id_],
        ]
        after = [one for one in late if one.start.since > gone.since]
        after += [went for one in running.get(id_, ()) if (went := _went_on(one, gone)) is not None]
        found[id_] = RetiredCase(Start(gone.since, gone.entry), sorted(after, key=lambda one: one.start))
    return found


def _decided(asked: Sequence[Approval]) -> Iterator[InUse]:
    """Yield each decision on an approval but those by which somebody took theirs back: that may be done afterwards."""
    for one in asked:
        for each in (decision for decision in one.decisions if decision.decision != DecisionKind.WITHDRAW):
            text = f"its {worded(one.approval_kind)} approval was decided on"
            yield InUse(text, Start(each.decided_at, each.entry))


def _went_on(one: Deployment, gone: Retirement) -> InUse | None:
    """Return that a deployment began after a retirement, or went on beyond it; None where neither is so."""
    end = _ended(one)
    if one.deployed_at > gone.since:
        return InUse(f"it was deployed at {one.place}", Start(one.deployed_at, one.entry))
    if end is not None and end.since <= gone.since:
        return None
    return InUse(f"it runs at {one.place}", Start(gone.since, one.entry), end)
