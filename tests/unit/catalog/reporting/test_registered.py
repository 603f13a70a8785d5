"""What a dossier says of sources, labels and use: as when the version was registered, with later changes marked."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from graph_schema.nodes import ModelVersion
from graph_schema.times import format_time
from reports.document import Block, Line, Summary, Table
from reports.drawing import document_of
from reports.kinds import ModelDossier
from reports.parts.labels import Label
from reports.parts.sources import Declared, Source
from reports.standalone.verify_lineward import verify
from tests.support.records import CURATED, MODEL, RAW, House, declaration, ending_source, event, registration, seal, tag
from tests.support.records import source as of_source

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id


@pytest.fixture
def house(house: House) -> House:
    house.record(declaration())
    house.send(event())
    house.record(seal())
    house.record(tag())
    return house


def dossier(house: House) -> ModelDossier:
    """Return the dossier, which the verifier derives anew in all of its parts."""
    made = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert made is not None
    result = verify(house.issue_context(made, "json"), str(house.ledger.verifiers[0]))
    assert [check for check in result.checks if check.status != "PASS"] == []
    return made


def declare(house: House, **fields: Any) -> int:
    return house.record({"kind": "declare_dataset", "dataset": RAW, **fields}).receipt.index


def source(made: ModelDossier) -> Source:
    return next(each for each in made.sources if each.dataset == "landing/visits")


def declared(made: ModelDossier, field: str) -> Declared:
    return next(each for each in source(made).declared if each.field == field)


def labels(made: ModelDossier) -> list[tuple[str, bool, bool, str | None]]:
    return [(each.kind, each.present, each.later, each.because) for each in made.labels]


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def table(made: ModelDossier, caption: str) -> list[str]:
    blocks: tuple[Block, ...] = document_of(made)[1].blocks
    found = next(each for each in blocks if isinstance(each, Table) and caption in each.caption)
    return [text(line) for row in found.rows for cell in row for line in cell]


def summary(made: ModelDossier) -> list[str]:
    found = next(each for each in document_of(made)[1].blocks if isinstance(each, Summary))
    return [text(item.line) for item in found.items]


def test_what_was_declared_by_the_registration_is_shown_without_a_mark(house: House) -> None:
    house.record(registration())
    made = dossier(house)
    assert {each.field: each.value for each in source(made).declared}["owner"] == "cardiology"
    assert all(each.changed is None for each in source(made).declared)
    assert [each.later for each in made.use] == [False]
    assert [each.later for each in made.labels] == [False]
    assert not any("since the registration" in line for line in summary(made))


def test_a_field_that_was_declared_otherwise_since_is_marked_with_what_it_is_now(house: House) -> None:
    house.record(registration())
    before = source(dossier(house)).entries
    index = declare(house, owner="oncology")
    made = dossier(house)
    owner = declared(made, "owner")
    assert (owner.value, owner.changed and owner.changed.value) == ("cardiology", "oncology")
    assert owner.changed is not None
    recorded = format_time(house.ledger.entry(index).entry.recorded_at)
    assert (owner.changed.entry, owner.changed.since, owner.changed.recorded_at) == (index, recorded, recorded)
    assert set(source(made).entries) == {*before, index}
    assert any(
        line.startswith("changed since the registration owner: oncology from ") and line.endswith(f"#{index}")
        for line in table(made, "as declared when")
    )
    assert f"1 declaration changed since the registration, of 1 dataset. #{index}" in summary(made)


def test_a_field_that_was_corrected_since_is_marked_though_it_held_before(house: House) -> None:
    house.record(registration())
    declare(house, zone="CURATED", valid_from="2026-01-01T00:00:00Z")
    zone = declared(dossier(house), "zone")
    assert (zone.value, zone.changed) == ("LANDING", None)
    declare(house, region="US", valid_from=format_time(house.clock.micros()))
    region = declared(dossier(house), "region")
    assert region.changed is not None
    assert region.changed.since < region.changed.recorded_at


def test_a_field_that_nobody_had_declared_is_shown_as_declared_since(house: House) -> None:
    house.record(registration())
    house.record({"kind": "declare_dataset", "dataset": CURATED, "site": "Made-up Site"})
    made = dossier(house)
    ((site),) = next(each for each in made.sources if each.dataset == "curated/visits").declared
    assert (site.field, site.value, site.changed and site.changed.value) == ("site", None, "Made-up Site")
    assert any(
        line.startswith("declared since the registration site: Made-up Site")
        for line in table(made, "as declared when")
    )


def test_what_is_declared_again_as_it_was_is_no_change_and_is_cited(house: House) -> None:
    house.record(registration())
    index = declare(house, owner="oncology")
    again = declare(house, owner="cardiology")
    made = dossier(house)
    assert declared(made, "owner").changed is None
    assert again in source(made).entries
    assert index not in source(made).entries


def test_a_dataset_that_becomes_known_after_the_registration_was_not_declared_then(house: House) -> None:
    house.record(registration())
    late = event()
    late["inputs"] = [{"namespace": "landing", "name": "late", "facets": {}}]
    house.send(late)
    house.record(declaration(dataset={"namespace": "landing", "name": "late"}))
    found = next(each for each in dossier(house).sources if each.dataset == "landing/late")
    assert (found.system, {each.value for each in found.declared}) == (None, {None})
    assert all(each.changed is not None for each in found.declared)


def test_what_is_missing_is_what_nobody_has_declared_by_now(house: House) -> None:
    house.record(registration())
    made = dossier(house)
    curated = next(each for each in made.sources if each.dataset == "curated/visits")
    assert "owner" in curated.missing
    house.record(declaration(dataset=CURATED))
    made = dossier(house)
    curated = next(each for each in made.sources if each.dataset == "curated/visits")
    assert curated.missing == ()
    assert [(each.dataset, each.later) for each in made.use if each.dataset == "curated/visits"] == [
        ("curated/visits", True)
    ]


def test_a_permitted_use_that_changed_since_stands_beside_the_one_that_held(house: House) -> None:
    house.record(registration())
    index = declare(house, permitted_use={"purposes": ["HRESCH"], "refrains": ["NOREUSE"]})
    made = dossier(house)
    assert [(each.purposes, each.later) for each in made.use] == [(("MLTRAINING",), False), (("HRESCH",), True)]
    assert made.use[1].entries == (index,)
    assert made.use[1].since == made.use[1].recorded_at
    assert "declared since the registration" in table(made, "owners permitted")
    assert any(line.startswith("The permitted use of 1 dataset was declared or changed") for line in summary(made))


def cited_of_curated(house: House) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the entries of the declaration of a dataset that lacks fields, and of what is found on that."""
    made = dossier(house)
    declaration_of = next(each for each in made.sources if each.dataset == "curated/visits")
    return declaration_of.entries, next(each for each in made.findings if each.rule == "sources declared").entries


def test_what_a_source_says_since_is_cited_by_the_declaration_and_by_what_is_found_on_it(house: House) -> None:
    house.record({"kind": "declare_dataset", "dataset": CURATED, "source": of_source()["source"]})
    house.record(registration())
    index = house.record(of_source()).receipt.index
    of_declaration, of_finding = cited_of_curated(house)
    assert index in of_declaration
    assert index in of_finding


def test_the_end_of_a_source_is_cited_by_the_declaration_and_by_what_is_found_on_it(house: House) -> None:
    house.record({"kind": "declare_dataset", "dataset": CURATED, "source": of_source()["source"]})
    house.record(of_source())
    house.record(registration())
    index = house.record(ending_source()).receipt.index
    of_declaration, of_finding = cited_of_curated(house)
    assert index in of_declaration
    assert index in of_finding


def test_a_label_that_was_set_since_is_marked(house: House) -> None:
    house.record(registration())
    index = house.record(tag(column="zip", phi_kind="QUASI_IDENTIFIER", codes=[], reason="Seen later")).receipt.index
    made = dossier(house)
    assert labels(made) == [
        ("DIRECT_IDENTIFIER", True, False, tag()["reason"]),
        ("QUASI_IDENTIFIER", True, True, "Seen later"),
    ]
    assert made.labels[1].entries == (index,)
    assert [node.labels for node in made.nodes if node.name == "landing/visits"] == [("DIRECT_IDENTIFIER",)]
    assert "set or changed since the registration" in table(made, "PHI labels in effect")
    assert any(line.startswith("1 label set, changed or rejected since the registration.") for line in summary(made))


def test_a_label_that_was_rejected_since_is_shown_as_it_was_and_as_rejected(house: House) -> None:
    house.record(registration())
    house.record(tag(stance="REJECT", reason="It was a test column"))
    made = dossier(house)
    assert labels(made) == [
        ("DIRECT_IDENTIFIER", True, False, tag()["reason"]),
        ("DIRECT_IDENTIFIER", False, True, "It was a test column"),
    ]
    assert "rejected since the registration" in table(made, "PHI labels in effect")


def test_a_label_that_was_rejected_before_is_none_until_it_is_set_again(house: House) -> None:
    house.record(tag(stance="REJECT", reason="It was a test column"))
    house.record(registration())
    assert labels(dossier(house)) == []
    house.record(tag(reason="It was none"))
    assert labels(dossier(house)) == [("DIRECT_IDENTIFIER", True, True, "It was none")]


def test_a_label_that_was_only_restated_since_is_one_label_with_all_that_was_recorded(house: House) -> None:
    house.record(registration())
    index = house.record(tag(valid_from="2026-01-01T00:00:00Z")).receipt.index
    ((label),) = dossier(house).labels
    assert not label.later
    assert index in label.entries
    assert isinstance(label, Label)


def test_a_version_that_is_registered_anew_is_judged_by_its_newest_registration(house: House) -> None:
    house.record(registration())
    declare(house, owner="oncology")
    house.record(registration(intended_use="Another one"))
    owner = declared(dossier(house), "owner")
    assert (owner.value, owner.changed) == ("oncology", None)
