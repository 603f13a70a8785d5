"""What is not recorded of a model version and of what it rests on, as a report shows it."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.findings.gaps import gaps as missing
from catalog.findings.model import Basis
from reports.parts.gaps import Gap


def gaps(basis: Basis) -> Iterator[Gap]:
    """Yield the gaps of the datasets, then those of the version and of its snapshots."""
    registration = basis.registration
    names = {id_: basis.dataset_name(id_) for id_ in basis.datasets}
    names |= {use.snapshot: use.digest for use in (*registration.trained_on, *registration.evaluated_on)}
    names[basis.version.id] = f"{basis.version.model} {basis.version.version}"
    for gap in missing(basis):
        yield Gap(subject=names[gap.subject], field=gap.field, note=gap.note)
