"""The versions of the feature set that a dataset held, and the states that it was put into under each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from catalog.assets.history import histories
from catalog.snapshots.queries import snapshots_of
from catalog.view import View
from graph_schema.bitemporal import lasts

_VERSION: Final = "feature_set_version"


@dataclass(frozen=True, slots=True)
class FeatureSetVersion:
    """A version of a feature set: since when and until when the dataset held it, None where it does, by which entry.

    `snapshots` are the states that it was put into meanwhile, the oldest first, by id: what is to be made again.
    """

    version: str
    since: int
    until: int | None
    entry: int
    snapshots: tuple[str, ...]


def feature_set_versions(view: View, ids: Sequence[str]) -> dict[str, tuple[FeatureSetVersion, ...]]:
    """Return by dataset the versions of the feature set that it ever held, the oldest first; one without any is absent.

    A state of which nobody knows when the dataset was put into it is of none.
    """
    stated = histories(view, [(one, _VERSION) for one in ids])
    made = {
        dataset: sorted((one.made_at, one.id) for one in some if one.made_at is not None)
        for dataset, some in snapshots_of(view, [of for of, _ in stated]).items()
    }
    found = {
        of: tuple(
            FeatureSetVersion(
                one.value,
                one.since,
                one.until,
                one.entry,
                tuple(id_ for at, id_ in made.get(of, ()) if lasts(one.since, one.until, at)),
            )
            for one in some
            if one.since is not None and one.value is not None
        )
        for (of, _), some in stated.items()
    }
    return {of: versions for of, versions in found.items() if versions}
