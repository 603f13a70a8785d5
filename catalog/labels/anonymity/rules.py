"""When a claim of anonymity lapses: values in, decision out.

k-anonymity (Sweeney 2002) and l-diversity (Machanavajjhala et al. 2007) are properties of one table: they hold neither
of what is appended to it, nor of another column, nor of two tables of the same people together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.labels.anonymity.model import AnonymityClaim, Happened, Lapse, Lapsed, NamedColumn, Release
from reports.naming import gathered


def lapses(
    claim: AnonymityClaim,
    columns: Iterable[NamedColumn],
    writes: Iterable[Happened],
    releases: Iterable[Release],
    ends: Iterable[Happened],
) -> Iterator[Lapsed]:
    """Yield why a claim says nothing any more, each reason since the first time that it was so.

    `columns` are all that schemas ever named, `writes` all that runs ever wrote, `releases` the other datasets of the
    same people, `ends` what stewards ended. A column that a schema names only since, and that was not measured, may
    have been there: that is told apart by nobody, and counts.
    """
    measured = {*claim.quasi_identifiers, *claim.sensitive}
    new = [one for one in columns if one.first.at > claim.since and one.name not in measured]
    if new:
        names = sorted(one.name for one in new)
        yield _lapsed(
            Lapse.NEW_COLUMN,
            f"It has columns that it had not: {gathered(names)}.",
            [one.first for one in new],
        )
    written = [one for one in writes if one.at > claim.since]
    if written:
        yield _lapsed(Lapse.LATER_WRITE, "It was written since it was measured.", written)
    others = [one for one in releases if one.dataset not in claim.beside or one.first.at > claim.since]
    if others:
        named = gathered(sorted(one.name for one in others))
        text = f"The same people ({claim.population}) were released in {named} as well."
        yield _lapsed(Lapse.ANOTHER_RELEASE, text, [one.first for one in others], claim.since)
    ended = [one for one in ends if one.at >= claim.since]
    if ended:
        yield _lapsed(Lapse.ENDED, "A steward said that it holds no longer.", ended)


def _lapsed(why: Lapse, text: str, happened: Iterable[Happened], since: int = 0) -> Lapsed:
    first = min(happened, key=lambda one: (one.at, one.entry))
    return Lapsed(why, text, max(first.at, since), (first.entry,))
