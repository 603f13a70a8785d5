"""The ten rules of time: what holds at one (validAt, knownAt), judged from facts that come raw, one for each record.

Pure and shared. Rules 1 to 4 are judged here alone, by `fold_run`, `in_force` and `history`; a store uses the same to
keep its indexes, `catalog.lineage` builds rules 5 to 10 on them. None depends on the order in which facts arrived.

1. *Order.* Facts are compared by (valid_from, rank, tie), and START < RUNNING < OTHER < ABORT < FAIL < COMPLETE at
   one time. The ledger entry never breaks a tie: it only filters. A fact counts where `valid_from <= validAt` and
   `entry <= knownAt`.
2. *Ending.* A statement without a value takes its place in that order like any other, and so does an alias that ends:
   from its time on nothing is in force, until something later is.
3. *Runs.* A START ordered after a terminal event opens another attempt, except where the attempt that ended had no
   START and no terminal event follows before the next one: then it is that attempt's own, put late by a clock. In
   each attempt the first terminal event is its state and sticks; without one it is RUNNING. It started at its first
   START before that, else at its earliest event. It read and wrote what any of its events says; where an event is a
   window of its own (COMPLETE_SNAPSHOT), what the newest such event and later ones say. What is named later of one
   access wins. The state of a run is that of its newest attempt; what earlier attempts completed stands.
4. *Effect.* What an attempt wrote takes effect at its first COMPLETE and was read at its START; of a STREAMING or
   SERVICE job both at each event that names datasets; of a registration at its own time, whatever becomes of its run.
   Where the STARTs of one run name different outputs, instances of a task share its id: each output takes effect at a
   COMPLETE that names it. Two streaming runs below one streaming run of which the one only ever reads and the other
   only ever writes are halves of one stream: the other wrote what the one read. What is said of an output takes effect
   with its attempt's completion or, if later, at its own time, for streaming jobs at its own time; what an owner says,
   at its own time; what is said of an input counts only where no writer and no owner spoke.
5. *Reads.* An attempt read the version that it names, else all that was in force by others when it started; where
   nothing was there then, what was there when it took effect. The latter two are inferred.
6. *Current lineage.* In force on a dataset at a time is, for each job, its newest contribution, but none before the
   newest replacement of the whole, and after a DROP nothing until the next write; an OVERWRITE by a run that read
   what it wrote replaces nothing. At one instant ends come first, then replacements, then other writes. A walk goes
   from each contribution to what was in force on its inputs at its reader's time, the reader's own attempt left out;
   where a run writes what it reads, the same job's earlier such runs are passed over. A later declaration of a job
   stands in for that job's contributions, and is followed at the time at which the walk met it.
7. *Lineage ever stated.* Every flow ever stated counts, whatever became of the run and whatever was replaced since.
8. *Names.* An alias points to another name from its time on: the newest pointer at or before a time decides, else the
   earliest that is known; a cycle resolves to its smallest name. A name that is read is resolved at the reader's
   time.
9. *Grain.* A snapshot or model version is walked from state to state, a dataset from dataset to dataset.
10. *Flow.* Where an output names its sources, a lineage facet is the whole truth; column lineage leaves beside what
   it names those inputs that no output's does, where it names what is no input; else all that a run reads reaches all
   that it writes.
"""

from __future__ import annotations

from graph_schema.bitemporal.flows import Contribution, Flow
from graph_schema.bitemporal.fold import RunFacts, event_of, fold_run
from graph_schema.bitemporal.order import RANK, RECORD_RANK, earliest, has_begun, lasts
from graph_schema.bitemporal.runs import (
    BARE,
    COLUMN_LINEAGE,
    ENDING,
    LINEAGE,
    REPLACING,
    STREAMING,
    TERMINAL,
    Access,
    Attempt,
    Half,
    Place,
    RunFold,
)
from graph_schema.bitemporal.statements import history, in_force

__all__ = [
    "BARE",
    "COLUMN_LINEAGE",
    "ENDING",
    "LINEAGE",
    "RANK",
    "RECORD_RANK",
    "REPLACING",
    "STREAMING",
    "TERMINAL",
    "Access",
    "Attempt",
    "Contribution",
    "Flow",
    "Half",
    "Place",
    "RunFacts",
    "RunFold",
    "earliest",
    "event_of",
    "fold_run",
    "has_begun",
    "history",
    "in_force",
    "lasts",
]
