from __future__ import annotations

from collections.abc import Iterable

from catalog.evidence.dossier.phrases import time_of
from catalog.evidence.dossier.teller import Teller
from graph_schema.times import format_time
from reports import context
from reports.parts import deidentification as part

# The aspect by which a run says that it removed identifiers.
_CLAIM = "facet:lineward_deidentification"


def steps(teller: Teller) -> Iterable[part.DeidentificationStep]:
    found = {one.id: one for each in teller.scene.attestations.values() for one in each}
    for one in sorted(found.values(), key=lambda each: each.entry):
        run = teller.scene.runs.get(one.run or "")
        yield part.DeidentificationStep(
            job=teller.job_name(one.job),
            run=None if run is None else run.run_id,
            method=one.method,
            clears=tuple(context.Code(system=code.system, code=code.code) for code in one.clears),
            alterations=one.alterations,
            expert=one.expert,
            scope=one.scope,
            result=one.result,
            attested_by=teller.actor(one.attested_by, authenticated=one.authenticated),
            attested_at=format_time(teller.ledger.entry(one.entry).entry.recorded_at),
            valid_from=format_time(one.valid_from),
            until=time_of(one.until),
            in_force=one.in_force,
            entries=(teller.cite(one.entry),),
        )

    covered = {one.run or one.job for one in found.values()}
    for run_id, run in sorted(teller.scene.runs.items(), key=lambda each: (each[1].started_at or 0, each[1].run_id)):
        claim = run.aspects.get(_CLAIM)
        if claim is not None and not covered & {run_id, run.job}:
            # What the run says it removed is a claim; without an attestation it clears nothing.
            yield part.DeidentificationStep(
                job=teller.job_name(run.job), run=run.run_id, entries=(teller.cite(claim.entry),)
            )
