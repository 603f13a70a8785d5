"""Which attestations cover the steps by which labels flowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from catalog.access.model import Powers
from catalog.access.queries import definitions
from catalog.labels.model import Attestation, Step
from catalog.labels.queries import code_of_runs
from catalog.labels.rules import uncovered, why_uncovered
from catalog.labels.taint.clearances import clearance
from catalog.labels.taint.groups import Groups
from catalog.labels.taint.model import Clearance, Flow, Passage
from catalog.labels.taint.runs import Carried, CarryingRuns, Ran
from catalog.view import View
from graph_schema.facts import ALWAYS
from graph_schema.identity import label_of
from graph_schema.nodes import Principal


class Covering:
    """The attestations of jobs and model versions, held to the steps that were taken."""

    def __init__(  # all by which it is judged
        self,
        view: View,
        groups: Groups,
        runs: CarryingRuns,
        attested: Mapping[str, Sequence[Attestation]],
        supposed: Attestation | None,
        later: Callable[[Attestation, str], frozenset[str]],
    ) -> None:
        """Hold attestations by subject; a `supposed` one counts as one by somebody who may attest it, and `later` gives
        the columns of a dataset that came after an attestation.
        """
        self._view = view
        self._groups = groups
        self._runs = runs
        self._attested = attested
        self._supposed = supposed
        self._later = later
        self.since: dict[str, int] = {}
        """Of each target of attested steps since when it makes no difference which runs came later."""

    def clearances(
        self, flows: Iterable[Flow], since: Mapping[Carried, int]
    ) -> Mapping[tuple[str, str, str], tuple[Clearance, ...]]:
        """Return which attestations cover each step, by when it was first taken: into a model version those of that
        version alone, since what a model learnt is no matter of how its job treats columns.
        """
        attested = self._attested
        learnt = {
            (flow.job or "", flow.target.node, flow.source.node)
            for flow in flows
            if flow.passage is Passage.TRAINED and flow.target.node in attested
        }
        steps = {
            key: first for key, first in since.items() if key.job in attested and label_of(key.target) != "ModelVersion"
        }
        if not steps and not learnt:
            return {}
        by = sorted({Principal(one.attested_by).id for some in attested.values() for one in some})
        named = {Principal(one.attested_by).id: one.attested_by for some in attested.values() for one in some}
        powers = Powers({named[one]: each for one, each in definitions(self._view, by).items()}, {})
        self._runs.load(steps.keys(), attested=True)
        versions = self._versions({target for _, target, _ in steps})
        code = code_of_runs(self._view, {job for job, _, _ in steps if any(one.job_version for one in attested[job])})
        found = {}
        for key in learnt:
            step = Step(key[1])
            covering = [clearance(one, str, frozenset()) for one in attested[key[1]] if self._covers(one, step, powers)]
            if covering:
                found[key] = tuple(covering)
        for carried, first in steps.items():
            job, target, source = carried
            some = self._runs.taking(carried)
            several = sorted({run.run or "" for run in some})
            ended = min((run.last for run in some if run.last >= first), default=first)
            wrote_as = versions.get(target, frozenset())
            every = [
                Step(job, run or None, ended, wrote_as, code=code.get(run, frozenset())) for run in several or ("",)
            ]
            self.since[target] = max(self.since.get(target, ALWAYS), self._settled(every, some, first, powers))
            covering = [
                clearance(one, partial(self._groups.address, target), self._later(one, target))
                for one in attested[job]
                if all(self._covers(one, step, powers) for step in every)
            ]
            if covering:
                found[job, target, source] = tuple(covering)
        return found

    def _settled(self, every: Sequence[Step], some: Sequence[Ran], first: int, powers: Powers) -> int:
        """Return since when steps of runs are covered alike, whichever of the runs came later: ever where each of the
        attestations covers all of them, or none, whenever the first of those that are left ended.
        """
        ended = first, max([first, *(run.last for run in some)])
        for one in self._attested[every[0].job]:
            if len({self._covers(one, replace(step, at=at), powers) for step in every for at in ended}) > 1:
                return max(run.first for run in some)
        return ALWAYS

    def _covers(self, attestation: Attestation, step: Step, powers: Powers) -> bool:
        moment = self._view.moment
        if attestation is self._supposed:
            return uncovered(attestation, step, moment, authorised=True, partly=True) is None
        return why_uncovered(attestation, step, powers, moment, partly=True) is None

    def _versions(self, wholes: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return every schema version that was ever declared of datasets."""
        names = sorted({name for whole in wholes for name in self._groups.members[whole]})
        found: dict[str, set[str]] = defaultdict(set)
        for statement in self._view.statements(names, ("schema_version",)):
            if statement.value is not None:
                found[self._groups.of(statement.subject)].add(str(statement.data))
        return {whole: frozenset(some) for whole, some in found.items()}
