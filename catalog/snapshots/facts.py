"""From seals, verifications, deletions and divisions of subjects to facts."""

from __future__ import annotations

from catalog.assets.run_refs import add_run, run_named
from catalog.record import RecordContext
from catalog.snapshots.records import DeclareSplit, SealSnapshot, TombstoneSnapshot, VerifySnapshot, WithdrawSplit
from graph_schema.aspects.snapshots import DivisionWithdrawal, Seal, SplitPart, Tombstone, Verification
from graph_schema.edges import Captures, Divides, Generated, Sealed, Verified
from graph_schema.nodes import Division, Node, Principal


def seal_subjects(record: SealSnapshot) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node, record.dataset.node)


def project_seal(record: SealSnapshot, context: RecordContext) -> None:
    """Add what was sealed, by whom, and which run it came from where one is named."""
    builder = context.builder
    run = run_named(record.run_id, record.job, context.added)
    if run is not None:
        builder.run = add_run(builder, run)
        builder.add_edge(Generated(run, record.node))
    builder.add_edge(Captures(record.node, record.dataset.node))
    counted = {"files": len(record.manifest), "size_bytes": sum(file.size for file in record.manifest)}
    builder.add_statement(record.node, "seal", Seal.from_json(record.fields() | counted))
    builder.add_edge(Sealed(Principal(context.actor), record.node))


def verification_subjects(record: VerifySnapshot) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node, record.dataset.node)


def project_verification(record: VerifySnapshot, context: RecordContext) -> None:
    """Add what the check found, and by whom."""
    builder = context.builder
    builder.add_edge(Captures(record.node, record.dataset.node))
    builder.add_statement(record.node, "verification", Verification.from_json(record.fields()))
    builder.add_edge(Verified(Principal(context.actor), record.node), {"result": record.result.value})


def tombstone_subjects(record: TombstoneSnapshot) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node, record.dataset.node)


def project_tombstone(record: TombstoneSnapshot, context: RecordContext) -> None:
    """Add that its bytes were deleted, and why."""
    context.builder.add_edge(Captures(record.node, record.dataset.node))
    context.builder.add_statement(record.node, "tombstone", Tombstone(record.reason))


def split_subjects(record: DeclareSplit) -> tuple[Node, ...]:
    """Return what the record is about."""
    return tuple(snapshot.node for part in record.parts for snapshot in part.snapshots)


def project_split(record: DeclareSplit, context: RecordContext) -> None:
    """Add of each snapshot which part it holds."""
    division = Division(str(context.builder.entry))
    for part in record.parts:
        value = SplitPart(part.part, record.unit.value, record.assignment_digest, record.shared, record.method)
        for snapshot in part.snapshots:
            context.builder.add_edge(Captures(snapshot.node, snapshot.dataset.node))
            context.builder.add_statement(snapshot.node, "split_part", value)
            context.builder.add_edge(Divides(division, snapshot.node))


def withdrawal_subjects(record: WithdrawSplit) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_withdrawal(record: WithdrawSplit, context: RecordContext) -> None:
    """Add that the division was withdrawn, and why."""
    context.builder.add_statement(record.node, "division_withdrawal", DivisionWithdrawal(record.reason))
