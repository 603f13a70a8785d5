"""One layout: a picture has the same coordinates on the page, in the files that are taken along, and in a PDF."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pypdf

from catalog.api.pages.asking import Asking
from catalog.api.pages.lineage import read
from catalog.reading import AsOf
from reports import pdf
from reports.document import Graph
from reports.drawing import document_of
from tests.support import made_up_lineage as made
from tests.support.dossier import clinical_dossier
from tests.support.pages import BROWSER, shown

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog


def picture_of(catalog: Catalog, **asked: list[str]) -> Graph:
    service = catalog.service
    with service.store.reading() as reader:
        actor = service.owner
        assert actor is not None
        asking = Asking(service, actor, service.view(reader, actor, AsOf()), asked)
        found = read(asking).drawn.picture
    assert found is not None
    return found


def placed(page: pypdf.PageObject) -> Iterator[tuple[str, float, float]]:
    """Yield the texts of a page of a PDF and where they begin, in points from its upper left corner."""
    found: list[tuple[str, float, float]] = []

    def note(text: str, cm: list[float], tm: list[float], *_: Any) -> None:
        if text.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append((text.strip(), x, float(page.mediabox.height) - y))

    page.extract_text(visitor_text=note)
    yield from found


def test_the_picture_has_the_coordinates_of_the_pdf(pipeline: Catalog) -> None:
    root = made.dataset(made.CLEARED)
    graph = picture_of(pipeline, id=[root], depth=["2"])
    address = f"/explorer/lineage?id={root}&depth=2"
    boxes = {
        one["transform"]: one
        for one in shown(pipeline.client.get(address, headers=BROWSER)).of("g")
        if one.get("class", "").startswith("box")
    }
    assert boxes.keys() == {f"translate({box.x} {box.y})" for box in graph.boxes}
    dossier = document_of(clinical_dossier())[1]
    before = next(place for place, one in enumerate(dossier.blocks) if isinstance(one, Graph))
    document = replace(dossier, blocks=(*dossier.blocks[:before], graph))
    offsets = []
    for page in pypdf.PdfReader(io.BytesIO(pdf.file_of(document))).pages:
        texts = list(placed(page))
        names = {(box.labels[0].text, box.x + 4, box.y + box.labels[0].y) for box in graph.boxes}
        found = [
            {(round(x - left, 1), round(y - top, 1)) for text, x, y in texts if text == name}
            for name, left, top in names
        ]
        offsets += [set.intersection(*found)]
    # On one page all names stand where the picture says, all of them by one and the same distance away.
    assert sorted(map(len, offsets))[-2:] == [0, 1]
