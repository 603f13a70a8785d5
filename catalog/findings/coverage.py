"""Which steps on the way an attestation covers, and which remove identifiers and are covered by none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from catalog.assets.model import RunRecord
from catalog.findings.model import Basis, Coverage, Deidentification, KnownBy, Removal
from catalog.labels.model import Attestation, Step, Uncovered
from catalog.labels.rules import why_uncovered

CLAIM = "facet:lineward_deidentification"
"""The aspect by which a run claims that it removed identifiers."""


def deidentification(basis: Basis) -> Deidentification:
    """Return what the attestations on the way come to."""
    judge = _Judge(basis)
    every = {node: frozenset(steps) for node, steps in basis.steps.items() if steps}
    covered = frozenset(step for steps in every.values() for step in steps if judge.is_covered(step))
    attested = frozenset(node for node, steps in every.items() if steps <= covered)
    return Deidentification(
        coverage=judge.coverage,
        removals=judge.removals,
        idle=judge.idle,
        covered=covered,
        attested=attested,
        derived=_made_of(attested & basis.cleared, basis),
    )


def _made_of(attested: frozenset[str], basis: Basis) -> frozenset[str]:
    """Return the nodes declared to be without identifiers that were made of these alone, over however many steps."""
    found = attested
    while True:
        more = {node for node in basis.cleared - found if basis.inputs.get(node) and basis.inputs[node] <= found}
        if not more:
            return found - attested
        found |= more


@dataclass(frozen=True)
class _Judge:
    """Holds every attestation that bears on the way against the steps that it is about."""

    basis: Basis

    @cached_property
    def coverage(self) -> tuple[Coverage, ...]:
        """Return every attestation that bears on the way, by its entry."""
        return tuple(self._coverage(one) for one in self._attestations)

    @cached_property
    def removals(self) -> tuple[Removal, ...]:
        """Return the steps that remove identifiers and that no attestation names, by when they ran."""
        named = {one.attestation.run or one.attestation.subject for one in self.coverage}
        found = {each.step: each for each in self._removing() if not named & {each.step.run, each.step.job}}
        return tuple(found[step] for step in sorted(found, key=self._order))

    @property
    def idle(self) -> tuple[Coverage | Removal, ...]:
        """Return what removes identifiers on the way and is covered by nothing."""
        answered = {None, Uncovered.OTHER_RUN}
        idle = (one for one in self.coverage if one.reason not in answered and not self.is_covered(one.step))
        return (*idle, *self.removals)

    def is_covered(self, step: Step) -> bool:
        """Tell whether an attestation covers the step."""
        return any(self._reason(one, step) is None for one in self._attestations)

    def _coverage(self, attestation: Attestation) -> Coverage:
        judged = [(step, self._reason(attestation, step)) for step in self._about(attestation)]
        others = [one for one in judged if one[1] is not None]
        step, reason = next((one for one in others if not self.is_covered(one[0])), (*others, judged[0])[0])
        was = self.basis.powers.at(attestation.attested_by, attestation.entry)
        entries = {attestation.entry} | (set() if was is None else {was.entry})
        if attestation.end is not None:
            entries.add(attestation.end.entry)
        if attestation.schema_version is not None:
            entries = entries.union(*(one.declared for one, _ in judged))
        return Coverage(attestation, reason, step, tuple(sorted(entries)))

    def _about(self, attestation: Attestation) -> Sequence[Step]:
        """Return the steps that an attestation is held against: those that it names, else others of its job."""
        every = sorted(self._every, key=self._order)
        of_job = [one for one in every if one.job == attestation.subject]
        named = of_job if attestation.run is None else [one for one in every if one.run == attestation.run]
        if not named and attestation.run not in self.basis.runs:
            named = of_job
        return named or (Step(attestation.subject, attestation.run),)

    def _reason(self, attestation: Attestation, step: Step) -> Uncovered | None:
        return why_uncovered(attestation, step, self.basis.powers, self.basis.moment)

    @cached_property
    def _attestations(self) -> Sequence[Attestation]:
        found = {one.id: one for several in self.basis.attestations.values() for one in several}
        return sorted(found.values(), key=lambda each: each.entry)

    @cached_property
    def _every(self) -> frozenset[Step]:
        return frozenset(step for steps in self.basis.steps.values() for step in steps)

    def _removing(self) -> Iterator[Removal]:
        """Yield the steps that remove identifiers; where a step comes again, the last counts."""
        others = {one.attestation.subject: one for one in self.coverage if one.reason is Uncovered.OTHER_RUN}
        for step in self._every:
            if step.job in others:
                yield Removal(step, KnownBy.ANOTHER_RUN, others[step.job].entries)
        for step, entry in self.basis.declared_removals.items():
            yield Removal(step, KnownBy.DECLARATION, (entry,))
        for run in claiming(self.basis.runs.values()):
            yield Removal(self._step_of(run), KnownBy.RUN, (run.aspects[CLAIM].entry,))

    def _step_of(self, run: RunRecord) -> Step:
        known = (one for one in self._every if (one.job, one.run) == (run.job, run.id))
        return next(known, Step(run.job or "", run.id, run.ended_at or run.started_at))

    def _order(self, step: Step) -> tuple[int, str, str]:
        run = self.basis.runs.get(step.run or "")
        return step.at or 0, self.basis.job_name(step.job), "" if run is None else run.run_id


def claiming(runs: Iterable[RunRecord]) -> Iterator[RunRecord]:
    """Yield the runs that claim to have removed identifiers. A claim without an attestation clears nothing."""
    return (run for run in runs if CLAIM in run.aspects)
