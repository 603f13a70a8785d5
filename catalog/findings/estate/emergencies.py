"""Whether somebody else looked at each emergency: the emergencies of one principal in, what breaks the rule out."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.emergencies.model import Emergency
from catalog.findings.estate.model import Breach
from reports.naming import counted


def emergency_reviewed(case: Sequence[Emergency], moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find emergencies that nobody reviewed, or that were found to be none; what was justified is over."""
    open_ = [one for one in case if one.review is None]
    unjustified = [one for one in case if one.review is not None and not one.review.justified]
    reviewed = [one for one in case if one.review is not None]
    if open_ or unjustified:
        shown = sorted([*open_, *unjustified], key=lambda one: one.entry)
        parts = [
            f"{counted(len(open_), 'emergency', 'emergencies')} without a review" if open_ else "",
            f"{counted(len(unjustified), 'emergency', 'emergencies')} found unjustified" if unjustified else "",
        ]
        entries = {one.entry for one in shown} | {one.review.entry for one in unjustified if one.review is not None}
        text = f"{' and '.join(part for part in parts if part)}.".capitalize()
        return Breach(text, tuple(sorted(entries)), min(one.since for one in shown), shown[0].entry)
    reviews = [one.review for one in reviewed if one.review is not None]
    newest = max(reviews, key=lambda one: (one.at, one.entry))
    entries = {one.entry for one in case} | {one.entry for one in reviews}
    text = "Every emergency was reviewed, and justified."
    since = min(one.since for one in case)
    return Breach(text, tuple(sorted(entries)), since, case[0].entry, max(newest.at, since), newest.entry)
