from __future__ import annotations

from collections.abc import Iterable

from catalog.evidence.dossier.phrases import full_name
from catalog.evidence.dossier.teller import Teller
from reports import context
from reports.parts import labels as part


def labels(teller: Teller) -> Iterable[part.Label]:
    for record in teller.scene.sorted_datasets():
        for one in teller.scene.labels.get(record.id, ()):
            if one.present:
                yield part.Label(
                    dataset=full_name(record),
                    column=one.column,
                    kind=one.kind,
                    codes=tuple(context.Code(system=code.system, code=code.code) for code in one.codes),
                    confidentiality=one.confidentiality,
                    origin=one.origin,
                    because=one.tag.reason,
                    entries=teller.cites(tag.entry for tag in one.history),
                )
