"""What a set of tags of one kind of PHI on one dataset or column comes to."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.labels.model import Label, Tag
from graph_schema.vocabulary.words import Confidentiality, Stance, TagOrigin

_ORIGINS = [TagOrigin.SUGGESTED.value, TagOrigin.CLAIMED.value, TagOrigin.ASSERTED.value]


def label(tags: Sequence[Tag]) -> Label:
    """Return the label as it stands, from everything known of it, in order of time.

    What a principal's record says outweighs every claim and suggestion; among records the newest counts. Without one,
    a claim or suggestion counts as present: safety does not wait for a person.
    """
    records = [tag for tag in tags if tag.origin == TagOrigin.ASSERTED]
    deciding = records[-1] if records else max(reversed(tags), key=lambda tag: _ORIGINS.index(tag.origin))
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
