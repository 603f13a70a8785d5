"""What the tags of one kind of PHI come to, and which steps of a pipeline an attestation covers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from catalog.access.model import Powers
from catalog.access.permissions import Permission
from catalog.access.rules import may
from catalog.labels.model import Attestation, ColumnLineageTrust, Label, Step, Tag, Uncovered
from catalog.names.rules import UnderName
from catalog.places.rules import around
from graph_schema.aspects import labels as aspects
from graph_schema.bitemporal import has_begun
from graph_schema.facts import Statement
from graph_schema.vocabulary.words import (
    Confidentiality,
    DeidentificationMethod,
    Stance,
    TagOrigin,
)

_CLEARING = frozenset({DeidentificationMethod.SAFE_HARBOR, DeidentificationMethod.EXPERT_DETERMINATION})
"""45 CFR 164.514(b)(2), (b)(1). A limited data set is still protected health information: (e)(1)."""
_ORIGINS = [TagOrigin.SUGGESTED.value, TagOrigin.CLAIMED.value, TagOrigin.ASSERTED.value]


def label(tags: Sequence[Tag]) -> Label:
    """Return the label as it stands, from everything known of it, in order of time.

    What a principal's record says outweighs every claim and suggestion; among records the newest counts. Without one,
    a claim or suggestion counts as present: safety does not wait for a person. What was rejected is suggested again
    where the column is of another type than when it was.
    """
    records = [tag for tag in tags if tag.origin == TagOrigin.ASSERTED]
    if is_suggested_anew(tags):
        deciding = _suggested_anew(tags)[-1]
    elif records:
        deciding = records[-1]
    else:
        deciding = max(reversed(tags), key=lambda tag: _ORIGINS.index(tag.origin))
    present = deciding.stance != Stance.REJECT
    holding = [tag for tag in tags if tag.stance != Stance.REJECT] if present else [deciding]
    levels = {tag.confidentiality for tag in holding}
    highest = next((level for level in reversed(Confidentiality) if level.value in levels), None)
    return Label(
        subject=deciding.subject,
        dataset=deciding.dataset,
        column=deciding.column,
        kind=deciding.kind,
        present=present,
        origin=deciding.origin,
        codes=tuple(sorted({code for tag in holding for code in tag.codes})),
        confidentiality=None if highest is None else highest.value,
        tag=deciding,
        history=tuple(tags),
    )


def label_of_names(tags: Sequence[Tag], bears_on: Callable[[UnderName, UnderName], bool]) -> Label:
    """Return the label of a dataset of several names: what was rejected under one name stays where it was said under
    another that nobody judged.

    `bears_on` tells whether who judged one name judged what was said under the other too. Of what was said under each
    name that is judged apart, and the label is there where any of it is.
    """
    whole = label(tags)
    if len({tag.under_name.name for tag in tags}) == 1 or not any(tag.stance == Stance.REJECT for tag in tags):
        return whole
    kept = [tag for tag in tags if tag.stance != Stance.REJECT and _is_kept(tag, tags, bears_on)]
    if not kept:
        return whole
    gone = tuple(tag for tag in tags if tag.stance != Stance.REJECT and tag not in kept)
    return replace(label(kept), history=tuple(tags), rejected=gone)


def _is_kept(tag: Tag, tags: Sequence[Tag], bears_on: Callable[[UnderName, UnderName], bool]) -> bool:
    about = [
        one
        for one in tags
        if one is tag or (one.origin == TagOrigin.ASSERTED and bears_on(one.under_name, tag.under_name))
    ]
    return label(about).present


def judges(rejected: Sequence[Tag], held: Sequence[Tag], bears_on: Callable[[UnderName, UnderName], bool]) -> bool:
    """Tell whether rejections of a column are judgements of everything that was said of its dataset as a whole."""
    judging = [tag for tag in rejected if tag.stance == Stance.REJECT]
    return all(any(bears_on(one.under_name, tag.under_name) for one in judging) for tag in held)


def stated(one: Label) -> Label | None:
    """Return a label as it stands by what people and emitters said alone, None where they said nothing."""
    tags = [tag for tag in (one.holding if one.rejected else one.history) if tag.origin != TagOrigin.SUGGESTED]
    return replace(label(tags), dataset=one.dataset, column=one.column) if tags else None


def is_suggested_anew(tags: Sequence[Tag]) -> bool:
    """Tell whether a suggestion is about another column than persons rejected: one of the same name and another type.

    Where one of the types is not known they are taken for the same.
    """
    return bool(_suggested_anew(tags))


def _suggested_anew(tags: Sequence[Tag]) -> list[Tag]:
    records = [tag for tag in tags if tag.origin == TagOrigin.ASSERTED]
    rejected = list(takewhile(lambda tag: tag.stance == Stance.REJECT, reversed(records)))
    types = {tag.field_type for tag in rejected}
    if not rejected or None in types:
        return []
    known = {None, *types}
    return [tag for tag in tags if tag.origin == TagOrigin.SUGGESTED and tag.field_type not in known]


def why_uncovered(
    attestation: Attestation, step: Step, powers: Powers, at: int, *, partly: bool = False
) -> Uncovered | None:
    """Return why an attestation does not cover a step as of a time, by what who attested it might then."""
    was = powers.at(attestation.attested_by, attestation.entry)
    authorised = was is not None and may(was.roles, Permission.ATTEST_DEIDENTIFICATION)
    return uncovered(attestation, step, at, authorised=authorised, partly=partly)


def uncovered(
    attestation: Attestation, step: Step, at: int, *, authorised: bool, partly: bool = False
) -> Uncovered | None:
    """Return why an attestation does not cover a step, the first reason that applies; None where it does.

    Judged as of `at`, in microseconds UTC. `authorised` tells whether whoever attested it might when they did. What is
    attested of one run holds of that run, whenever it was attested; what is attested of a job holds of the runs that
    ended while it lasts. `partly` asks for what clears some identifiers as well, as a limited data set does.
    """
    if attestation.subject != step.job:
        return Uncovered.OTHER_JOB
    if attestation.run is not None and attestation.run != step.run:
        return Uncovered.OTHER_RUN
    if not authorised or not attestation.authenticated:
        return Uncovered.NOT_AUTHORISED
    if not partly and attestation.method not in _CLEARING:
        return Uncovered.CLEARS_NOTHING
    if attestation.is_void:
        return Uncovered.VOID
    return _out_of_time(attestation, step, at) or _of_another_version(attestation, step)


def _out_of_time(attestation: Attestation, step: Step, at: int) -> Uncovered | None:
    if attestation.until is not None and attestation.until <= at:
        return Uncovered.EXPIRED
    began = at if attestation.run is not None or step.at is None else min(at, step.at)
    return None if has_begun(attestation.valid_from, began) else Uncovered.BEGINS_LATER


def _of_another_version(attestation: Attestation, step: Step) -> Uncovered | None:
    bound, code = attestation.schema_version, attestation.job_version
    if bound is not None and step.versions != {bound}:
        return Uncovered.OTHER_VERSION
    return None if code is None or step.code == {code} else Uncovered.OTHER_CODE


def is_of_place(attestation: Attestation, places: Mapping[str, str | None], place: str | None) -> bool:
    """Tell whether an attestation holds of data at a place, by the declared tree; of no place it holds wherever."""
    return place is None or not attestation.places or not set(attestation.places).isdisjoint(around(places, place))


def holds(statement: Statement, powers: Powers, at: int) -> bool:
    """Tell whether a statement that a job's column lineage is complete counts as of a time, in microseconds UTC: it has
    not ended, a key proved who made it, and they might make it then.
    """
    was = powers.at(statement.by, statement.entry)
    if not statement.authenticated or was is None or not may(was.roles, Permission.TRUST_COLUMN_LINEAGE):
        return False
    until = aspects.ColumnLineageTrust.from_json(statement.data).until
    return until is None or at < until


def keeps_out(trust: ColumnLineageTrust | None, since: int, *, of_columns: bool) -> bool:
    """Tell whether a field that a write does not mention takes nothing of what its run read.

    `since` is the first time at which the job said so of columns, in microseconds UTC: a write from before the trust
    is not meant. A write that says nothing at all of columns is none that one could take for complete.
    """
    return of_columns and trust is not None and trust.holds and trust.since <= since
