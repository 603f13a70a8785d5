from __future__ import annotations

from collections.abc import Iterable

from catalog.evidence.dossier.phrases import full_name, said_value
from catalog.evidence.dossier.teller import Teller
from reports.parts import use as part


def use(teller: Teller) -> Iterable[part.UseStatement]:
    for record in teller.scene.sorted_datasets():
        if record.permitted_use is not None:
            use = record.permitted_use.value
            yield part.UseStatement(
                dataset=full_name(record),
                purposes=use.purposes,
                duo=use.duo,
                refrains=use.refrains,
                obligations=use.obligations,
                statement=use.statement,
                region=said_value(record.region),
                entries=(teller.cite(record.permitted_use.entry),),
            )
