"""Every rule over the estate as a pure function: the values of one subject and a moment in, what breaks it out.

Each returns None where nothing broke it by the point at which the values were read, and a breach with `until` where
that is over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from catalog.assets.model import AspectInForce, AssetState, DatasetRecord
from catalog.assets.rules import MANDATORY
from catalog.findings.estate.model import (
    AttestationCase,
    Breach,
    DatasetCase,
    DeclarationCase,
    LabelCase,
    LabelledUseCase,
    NameCase,
    OrderCase,
    RetentionCase,
    RunIdCase,
    UseCase,
    VersionCase,
)
from catalog.findings.separation import Apartness, separation
from catalog.labels.judgement import Judgement
from catalog.labels.model import Attestation, Label, Step, Uncovered
from catalog.labels.rules import why_uncovered
from catalog.labels.suggestions import suggestions_in
from catalog.labels.taint.clearances import takeable
from catalog.use.contradictions import contradictions, kept_longer
from catalog.use.meetings import Meeting
from catalog.use.model import UseStatement
from catalog.use.terms import DELAU
from graph_schema.nearest import meant
from graph_schema.nodes import Column, Dataset, Job, Model, Source
from graph_schema.vocabulary import duo, hl7
from graph_schema.vocabulary.policy_labels import PolicyLabel, PolicyLabelError, parse
from graph_schema.vocabulary.words import (
    DeidentificationMethod,
    DeidentificationState,
    EncryptionAtRest,
    PhiKind,
    RetentionClass,
    StoragePattern,
    TagOrigin,
)
from ingest_hooks.redaction.markers import TOKEN
from reports.fields import together
from reports.naming import counted, gathered, worded

_DAY = 86_400_000_000


def fields_declared(case: DatasetCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find the mandatory fields that nobody recorded of a dataset that anything is said of."""
    record = case.record
    if record.state in {AssetState.GHOST, AssetState.TOMBSTONED}:
        return None
    held = [record.aspects[name] for name in MANDATORY if name in record.aspects]
    began = _began(case)
    entries = tuple(sorted({record.first_entry, *(one.entry for one in held)}))
    if record.gaps:
        text = together(gap.field for gap in record.gaps)
        return Breach(text, entries, began, record.first_entry)
    until = max((one.since for one in held), default=None)
    if began is None or until is None or until <= began:
        return None
    ended = max(one.entry for one in held)
    text = "All mandatory fields are recorded."
    return Breach(text, entries, began, record.first_entry, until, ended)


def dataset_described(case: DatasetCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find a dataset that is named and of which nothing is said."""
    record = case.record
    if record.state is AssetState.GHOST:
        text = "It is named, and nothing is said of it: no schema, no owner, no write."
        return Breach(text, (record.first_entry,), case.used_at, record.first_entry)
    stated = min(record.aspects.values(), key=lambda one: (one.since, one.entry), default=None)
    if stated is None or case.used_at is None or stated.since <= case.used_at or stated.entry <= record.first_entry:
        return None
    entries = tuple(sorted({record.first_entry, stated.entry}))
    return Breach("It is described.", entries, case.used_at, record.first_entry, stated.since, stated.entry)


def catalogued_first(case: OrderCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find a dataset that a run wrote before it was declared, or before anybody said what PHI it holds."""
    written = case.written
    both = {"anything was declared of it": case.declared, "anybody said what PHI it holds": case.classified}
    late = {what: one for what, one in both.items() if one is None or one.since > written.since}
    if not late:
        return None
    text = f"A run wrote it before {' and before '.join(late)}."
    since = [one for one in late.values() if one is not None]
    entries = tuple(sorted({written.entry, *(one.entry for one in since)}))
    if len(since) < len(late):
        return Breach(text, entries, written.since, written.entry)
    until, ended = max(one.since for one in since), max(one.entry for one in since)
    return Breach(text, entries, written.since, min(written.entry, ended), until, ended)


_THEN: Final = {
    "MOVE": ", and it is to be moved",
    "EXPIRE": ", and nobody is to use it any more",
    "DELETE": ", and it is to be deleted",
}
"""What is to be done once a period of retention is over."""


def retention_kept(case: RetentionCase, moment: int) -> Breach | None:
    """Find what is still there though its period of retention is over."""
    over = [one for one in case.due if one.due_at <= moment]
    if not over:
        return None
    first = over[0]
    snapshots = [one for one in over if one.id != one.dataset]
    what = ["The dataset"] * (len(over) > len(snapshots))
    what += [counted(len(snapshots), "sealed snapshot")] if snapshots else []
    verb = "is" if len(over) == 1 else "are"
    text = (
        f"{' and '.join(what)} {verb} still there: the period of {first.policy_class} retention, "
        f"{counted(first.period_days, 'day')}, is over{_THEN.get(first.disposition or '', '')}."
    )
    entries = tuple(sorted({entry for one in over for entry in one.entries}))
    return Breach(text, entries, first.due_at, max(first.entries))


def declarations_agree(case: DeclarationCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find what cannot all be so of what is declared of a dataset and what persons say of the PHI in it."""
    found = [*_disagreeing(case.record), *_against_labels(case)]
    if not found:
        return None
    held = [one for _, some in found for one in some]
    entries = tuple(sorted({entry for _, entry in held}))
    return Breach(
        " ".join(text for text, _ in found),
        entries,
        min(max(since for since, _ in some) for _, some in found),
        min(max(entry for _, entry in some) for _, some in found),
    )


_Found = tuple[str, Sequence[tuple[int, int]]]
"""A sentence, and since when and by which entry each of what disagrees is so."""


def _disagreeing(record: DatasetRecord) -> Iterator[_Found]:
    state, category, retention = record.deidentification_state, record.phi_category, record.retention
    if state and category and state.value in _FREE and PhiKind.DIRECT_IDENTIFIER in category.value:
        yield f"It is declared {worded(state.value)}, and to hold direct identifiers.", _points(state, category)
    pattern = record.aspects.get("storage_pattern")
    scratch = retention if retention and retention.value.policy_class == RetentionClass.SCRATCH else None
    if pattern and scratch and pattern.value == StoragePattern.IMMUTABLE_ARCHIVE:
        yield "It lies in an archive that deletes nothing, and is kept as scratch alone.", _points(pattern, scratch)
    encryption, keys = record.aspects.get("encryption"), record.aspects.get("encryption_keys")
    if encryption and keys and keys.value and encryption.value.get("at_rest") == EncryptionAtRest.NONE:
        yield "It is declared not to be encrypted at rest, and to be encrypted under keys.", _points(encryption, keys)


def _against_labels(case: DeclarationCase) -> Iterator[_Found]:
    state, category = case.record.deidentification_state, case.record.phi_category
    present = [one for one in case.labels if one.present]
    direct = [one for one in present if one.kind == PhiKind.DIRECT_IDENTIFIER]
    if state and state.value in _FREE and direct:
        places, tags = _tagged(direct)
        yield (
            f"It is declared {worded(state.value)}, and persons say that it holds a direct identifier: {places}.",
            _points(state) + tags,
        )
    if category and not category.value and present:
        places, tags = _tagged(present)
        yield f"It is declared to hold no PHI, and persons say that it does: {places}.", _points(category) + tags


def _tagged(labels: Sequence[Label]) -> tuple[str, list[tuple[int, int]]]:
    places = gathered(sorted({one.column or "the whole" for one in labels}))
    return places, [min((one.tag.since, one.tag.entry) for one in labels)]


def _points(*aspects: AspectInForce[Any]) -> list[tuple[int, int]]:
    return [(one.since, one.entry) for one in aspects]


_FREE = frozenset({DeidentificationState.DE_IDENTIFIED, DeidentificationState.AGGREGATED})


def run_id_of_one_job(case: RunIdCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find several jobs under one run id."""
    if len(case.runs) < 2:  # noqa: PLR2004  one is as it should be
        return None
    names = gathered(sorted({f"{job.namespace}/{job.name}" for run in case.runs if (job := run.executed)}))
    firsts = sorted(run.first_entry for run in case.runs)
    starts = sorted(at for run in case.runs if (at := run.started_at or run.ended_at) is not None)
    entries = sorted({entry for run in case.runs for entry in run.entries or (run.first_entry,)})
    return Breach(
        f"Several jobs ran under one run id: {names}.",
        tuple(entries),
        starts[1] if len(starts) > 1 else None,
        firsts[1],
        subjects=tuple(sorted(run.id for run in case.runs)),
    )


def name_without_identifier(case: NameCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find a name that held an identifier, of which nothing is kept."""
    node = case.node
    if not isinstance(node, Column | Dataset | Job | Model | Source):
        return None
    if not any(TOKEN.search(part) for part in ((node.name,) if isinstance(node, Column) else node.key)):
        return None
    kind = node.label.lower()
    text = f"The name of this {kind} held an identifier, which was replaced before it was kept: rename the {kind}."
    return Breach(text, (case.entry,), None, case.entry)


def attestation_lasts(case: AttestationCase, moment: int) -> Breach | None:
    """Find an attestation that has ended, or that can cover nothing.

    One of which a steward said that it never held claims nothing any more: what it had cleared, labels tell of.
    """
    one = case.attestation
    if one.is_void:
        return None
    reason = _uncovered(one, case, moment)
    entries = (one.entry,) if one.end is None else (one.entry, one.end.entry)
    because = _VOID.get(reason) if reason in _VOID else None if case.clears else _NAMES_NOTHING
    if because is not None:
        text = f"The attestation of {case.subject} covers nothing: {because}."
        after = _successor(case, moment, moment)
        if after is None:
            return Breach(text, entries, one.valid_from, one.entry)
        entries = tuple(sorted({*entries, after.entry}))
        until = max(one.valid_from, after.valid_from)
        return Breach(text, entries, one.valid_from, one.entry, until, max(entries))
    if one.until is None or one.until > moment:
        return None
    text = f"The attestation of {case.subject} has ended."
    if one.method == DeidentificationMethod.EXPERT_DETERMINATION:
        text = f"{text} {_RELEASED_BEFORE}"
    after = _successor(case, one.until, moment)
    if after is None:
        return Breach(text, entries, one.until, one.entry)
    until = max(after.valid_from, one.until)
    found = Breach(text, (one.entry, after.entry), one.until, one.entry, until, after.entry)
    return None if until == one.until else found


_RELEASED_BEFORE: Final = "New use needs another; what was released before is not thereby identified."
"""OCR, guidance on 45 CFR 164.514(b)(1): that a determination ended says nothing of what was disseminated under it."""

_VOID: Final[Mapping[Uncovered | None, str]] = {
    Uncovered.NOT_AUTHORISED: "who attested it was no steward then, or no key proved who they were",
    Uncovered.CLEARS_NOTHING: "its method leaves protected health information",
}
_NAMES_NOTHING: Final = "it names nothing that is gone by a technique that its method accepts"


def determination_lasts(case: AttestationCase, moment: int) -> Breach | None:
    """Find an expert determination that ends soon."""
    one = case.attestation
    if one.method != DeidentificationMethod.EXPERT_DETERMINATION or one.until is None or one.until <= moment:
        return None
    near = one.until - case.near_days * _DAY
    if near > moment or _uncovered(one, case, moment) is not None or _successor(case, one.until, one.until) is not None:
        return None
    days = -((moment - one.until) // _DAY)
    text = f"The expert determination for {case.subject} ends within {counted(days, 'day')}."
    return Breach(text, (one.entry,), max(near, one.valid_from), one.entry)


def _uncovered(one: Attestation, case: AttestationCase, at: int) -> Uncovered | None:
    versions = frozenset() if one.schema_version is None else frozenset({one.schema_version})
    code = frozenset() if one.job_version is None else frozenset({one.job_version})
    partly = one.method == DeidentificationMethod.LIMITED_DATA_SET  # it clears some letters, 45 CFR 164.514(e)(2)
    return why_uncovered(one, Step(one.subject, one.run, None, versions, code=code), case.powers, at, partly=partly)


def _successor(case: AttestationCase, end: int, at: int) -> Attestation | None:
    """Return the first of the others that covers the same at a time and goes on beyond an end."""
    one = case.attestation
    same = [each for each in case.others if each.id != one.id and _holds_as_widely(each, one)]
    lasting = [each for each in same if each.until is None or each.until > end]
    good = [each for each in lasting if _uncovered(each, case, at) is None]
    return min(good, key=lambda each: (each.valid_from, each.entry), default=None)


def _holds_as_widely(one: Attestation, other: Attestation) -> bool:
    """Tell whether an attestation leaves out nothing that another covers: no code, run, version, column, recipient or
    place, nor what came through joins.
    """
    return (
        one.run in {None, other.run}
        and one.job_version in {None, other.job_version}
        and one.schema_version in {None, other.schema_version}
        and (one.indirect or not other.indirect)
        and _has_all(one.columns, other.columns)
        and _has_all(one.recipients, other.recipients)
        and _has_all(one.places, other.places)
        and _takes_as_much(one, other)
    )


def _has_all(some: Collection[str], others: Collection[str]) -> bool:
    """Tell whether a list that may be left out, for all there are, has what another has."""
    return not some or (bool(others) and set(others) <= set(some))


def _takes_as_much(one: Attestation, other: Attestation) -> bool:
    """Tell whether an attestation takes away all that another does, or that this names where it takes nothing away."""
    takes, taken = takeable(one), takeable(other)
    return bool(takes) and (taken <= takes if taken else set(other.named_codes) <= {code for _, code in takes})


def evaluation_apart(case: VersionCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find files, or whole snapshots, in both training and evaluation data."""
    found = separation(case)
    if found is None or found.result is not Apartness.OVERLAP:
        return None
    registration = case.registration
    known = max(registration.entry, *found.entries)
    return Breach(found.text, found.entries, registration.registered_at, known)


def use_consistent(case: UseCase, moment: int) -> Breach | None:
    """Find what cannot all be kept of one statement of permitted use."""
    found = contradictions([case.statement])
    breach = _of_use(case.statement, " ".join(one.text for one in found), moment) if found else None
    return _joined(breach, _kept_longer(case))


def _joined(one: Breach | None, other: Breach | None) -> Breach | None:
    """Return what is found of two together: what lasts, where only one does."""
    if one is None or other is None:
        return one or other
    if (one.until is None) is not (other.until is None):
        return one if one.until is None else other
    since = [each.since for each in (one, other) if each.since is not None]
    return replace(
        one,
        text=f"{one.text} {other.text}",
        entries=tuple(sorted({*one.entries, *other.entries})),
        since=min(since, default=None),
        known=min(one.known, other.known),
    )


def _kept_longer(case: UseCase | LabelledUseCase) -> Breach | None:
    """Find data that is to be kept longer than a statement lets it be: also after its end, while it is there."""
    statement = case.statement
    found = [(text, one) for one in case.kept if (text := kept_longer(statement, one)) is not None]
    if not found:
        return None
    more = [f"So it is of {counted(len(found) - _MOST_KEPT, 'further dataset')}."] if found[_MOST_KEPT:] else []
    return Breach(
        " ".join([*(text for text, _ in found[:_MOST_KEPT]), *more]),
        tuple(sorted({statement.entry, *statement.cites, *(one.entry for _, one in found)})),
        min(max(statement.since, one.since) for _, one in found),
        min(max(statement.entry, one.entry) for _, one in found),
    )


_MOST_KEPT: Final = 5


def uses_agree(case: Sequence[Meeting], moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find statements that cannot all be kept, where they come together: those that are over, once all are."""
    lasting = [one for one in case if one.until is None]
    shown = lasting or list(case)
    if not shown:
        return None
    more = [f"So do {counted(len(shown) - _MOST_KEPT, 'further pair')}."] if shown[_MOST_KEPT:] else []
    over = [] if lasting else [(one.until, one.ended) for one in shown if one.until is not None]
    until, ended = max(over, default=(None, None))
    return Breach(
        " ".join([*(one.text for one in shown[:_MOST_KEPT]), *more]),
        tuple(sorted({entry for one in shown for entry in one.entries})),
        min(one.since for one in shown),
        min(one.known for one in shown),
        until,
        ended,
    )


def use_codes_known(case: UseCase, moment: int) -> Breach | None:
    """Find codes that no table has, or that mean nothing any more."""
    return _unknown_codes(case.statement, moment)


def _unknown_codes(one: UseStatement, moment: int) -> Breach | None:
    unknown = sorted(one.unknown)
    if not unknown:
        return None
    verb = "means" if len(unknown) == 1 else "mean"
    text = f"It holds {counted(len(unknown), 'code')} that {verb} nothing: {', '.join(map(_with_nearest, unknown))}."
    return _of_use(one, text, moment)


def _with_nearest(code: str) -> str:
    """Return a code of permitted use with what stands for it now, or is nearest to it."""
    retired = duo.known(code)
    if retired is not None and retired.retired:
        return f"{code} ({retired.retired.rstrip('.')})"
    near = meant(code, _OF_USE)
    return f"{code} (nearest: {near})" if near else code


_OF_USE: Final = tuple(
    one.code for each in (duo.DUO, hl7.PURPOSE_OF_USE, hl7.OBLIGATIONS, hl7.REFRAINS) for one in each if not one.retired
)


def label_consistent(case: LabelledUseCase, moment: int) -> Breach | None:
    """Find what cannot all be so of a composite label: a dataset's state, and its permitted use in codes and words."""
    found = [one.text for one in contradictions([case.statement])]
    label = _in_words(case.statement.words)
    if isinstance(label, str):
        found.append(label)
    elif label is not None:
        found += _against_words(case, label)
    breach = _of_use(case.statement, " ".join(found), moment) if found else None
    state = case.state
    if breach is not None and state is not None and label is not None:
        entries = tuple(sorted({*breach.entries, state.entry}))
        breach = replace(breach, entries=entries, since=max(breach.since or 0, state.since), known=max(entries))
    return _joined(breach, _kept_longer(case))


def may_contradict(statement: UseStatement) -> bool:
    """Tell whether `label_consistent` may find something on such a statement, whatever the state and the retention."""
    return bool(contradictions([statement])) or _in_words(statement.words) is not None or DELAU in statement.obligations


@lru_cache(maxsize=4_096)
def _in_words(words: str | None) -> PolicyLabel | str | None:
    """Return the label that words stand for, why its parts contradict each other, or None where they are no label."""
    if words is None:
        return None
    try:
        return parse(words)
    except PolicyLabelError as error:
        return str(error) if all(_is_label(part) for part in words.split(",")) else None


def _is_label(words: str) -> bool:
    try:
        parse(words)
    except PolicyLabelError:
        return False
    return True


def _against_words(case: LabelledUseCase, label: PolicyLabel) -> Iterator[str]:
    one, state = case.statement, case.state
    if label.state is not None and state is not None and label.state != state.value:
        yield f"Its label says {label.state}, and it is declared {state.value}."
    missing = sorted(code for code in label.purposes if one.purposes is not None and code not in one.purposes)
    if missing:
        yield f"Its label says {gathered(missing)}, and the codes of its permitted use do not."
    kept = sorted(code for code in label.refrains if code not in one.refrains)
    if kept:
        yield f"Its label asks for {gathered(kept)}, and the codes of its permitted use do not."
    yield from label.warnings


def declared_codes_known(case: LabelledUseCase, moment: int) -> Breach | None:
    """Find codes in what is declared of a dataset's use that no table has, or that mean nothing any more."""
    return _unknown_codes(case.statement, moment)


def _of_use(one: UseStatement, text: str, moment: int) -> Breach:
    entries = tuple(sorted({one.entry, *one.cites}))
    if one.until is None or one.until > moment:
        return Breach(text, entries, one.since, one.entry)
    return Breach(text, entries, one.since, one.entry, one.until, entries[-1])


def suggestion_judged(case: LabelCase, moment: int) -> Breach | None:
    """Find labels that were suggested long ago and that nobody judged."""
    waiting = [one.label for one in suggestions_in(case.labels) if one.judgement is Judgement.OPEN]
    late = [label for label in waiting if _suggested(label)[0] + case.days * _DAY <= moment]
    if not late:
        return None
    entries = tuple(sorted({_suggested(label)[1] for label in late}))
    places = gathered(sorted({label.column or "the whole" for label in late}))
    text = (
        f"{counted(len(late), 'label')} suggested more than {case.days} days ago and neither confirmed nor rejected "
        f"by a person: {places}."
    )
    since = min(_suggested(label)[0] for label in late) + case.days * _DAY
    return Breach(text, entries, since, entries[0])


def _suggested(label: Label) -> tuple[int, int]:
    """Return when a label was first suggested, and by which entry."""
    return min((tag.since, tag.entry) for tag in label.history if tag.origin == TagOrigin.SUGGESTED)


def _began(case: DatasetCase) -> int | None:
    """Return when a dataset was first used or described, None where nothing says when."""
    times = [one.since for one in case.record.aspects.values()]
    return min([*times, *(() if case.used_at is None else (case.used_at,))], default=None)
