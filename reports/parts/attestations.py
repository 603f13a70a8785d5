"""What people attested of the de-identification by the jobs that made a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph_schema.vocabulary import hl7
from reports.codes import coded, coded_in
from reports.context import Actor, ByEntry, Code, Context, Strict
from reports.document import (
    Block,
    Column,
    Item,
    Text,
    cell,
    cites,
    code,
    faint,
    item,
    mark,
    missing,
    plain,
    stamp,
    table,
    words,
)
from reports.naming import counted, worded
from reports.phrases import who
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation(Strict):
    """That somebody attested that a job, or one run of it, removes identifiers."""

    job: str
    run: str | None = None
    """None: every run of the job."""
    method: str
    clears: tuple[Code, ...] = ()
    alterations: tuple[str, ...] = ()
    expert: str | None = None
    schema_version: str | None = None
    scope: str | None = None
    result: str | None = None
    by: Actor
    recorded_at: str
    valid_from: str
    until: str | None = None
    """When it ends or ended, by itself or by a record."""
    in_force: bool
    """At the read point, which says nothing of the runs that it covers: what it took away stands with the labels."""
    ended: ByEntry | None = None
    """The entry that ended it, or said that it never held."""
    entry: int


@dataclass(frozen=True, kw_only=True)
class Attestations(Context):
    """The attestations of the jobs on the way to a dataset."""

    attestations: tuple[Attestation, ...] = ()
    """By entry."""


def blocks(context: Attestations, _: Frame) -> Iterator[Block]:
    """Show each attestation of a job on the way."""
    if not context.attestations:
        yield Text(words(plain("Attestations of de-identification:"), missing()))
        return
    yield table(
        "Attestations of de-identification by the jobs on the way to the dataset",
        (Column("Job", 5), Column("Method and scope", 5), Column("Clears", 4), Column("Attested", 5)),
        [
            (
                cell(
                    plain(one.job),
                    code(one.run) if one.run else faint("every run of the job"),
                    words(
                        mark("in force", "good") if one.in_force else mark("not in force", "warn"), cites((one.entry,))
                    ),
                ),
                cell(
                    plain(worded(one.method)),
                    plain(one.scope) if one.scope else (),
                    faint(f"schema version {one.schema_version} alone") if one.schema_version else (),
                    faint(f"result: {one.result}") if one.result else (),
                    *coded_in("alterations", hl7.OBSERVATION_VALUE, one.alterations),
                ),
                cell(*(coded(one.clears) if one.clears else (missing("no code"),))),
                cell(
                    words(plain("by"), who(one.by)),
                    stamp(one.recorded_at),
                    faint(f"expert: {one.expert}") if one.expert else (),
                    words(faint("from"), stamp(one.valid_from)),
                    words(faint("until"), stamp(one.until)) if one.until else (),
                    words(faint("ended or voided by"), cites((one.ended.entry,))) if one.ended is not None else (),
                ),
            )
            for one in context.attestations
        ],
        note="What an attestation took away, and where it did not suffice, stands with the labels that flow.",
    )


def items(context: Attestations, _: Frame) -> Iterator[Item]:
    """Yield how many attestations are in force, and how many are not."""
    for in_force in (False, True):
        found = [one.entry for one in context.attestations if one.in_force is in_force]
        if found:
            text = f"{counted(len(found), 'attestation')} of jobs on the way {'in' if in_force else 'not in'} force."
            yield item("good" if in_force else "warn", "DE-IDENTIFICATION", text, found)


PART = Part(blocks, items)
