"""A made-up ontology in every form that a file may have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from catalog.access.keys import local_actor
from catalog.app import opened
from catalog.errors import OperatorError
from catalog.reading import LATEST
from catalog.settings import load
from catalog.use.model import Decision, RecordKind, Term, UseQuestion, UseStatement
from catalog.use.ontology import Ontology
from catalog.use.rules import judge
from catalog.use.terms import DS

KIND, WIDER, WIDEST, OTHER, OLD = (f"MONDO:900000{one}" for one in range(1, 6))
IRI = "http://purl.obolibrary.org/obo/"
OBO = f"""format-version: 1.2

[Term]
id: {KIND}
name: made-up itch
alt_id: {OLD}
is_a: {WIDER} {{source="made up"}} ! made-up rash

[Term]
id: {WIDER}
is_a: {WIDEST} ! made-up ailment
is_a: BFO:0000016

[Term]
id: {WIDEST}

[Term]
id: MONDO:9000009
is_obsolete: true

[Typedef]
id: MONDO:9000008
"""


def iri(disease: str) -> str:
    return IRI + disease.replace(":", "_")


GRAPH = {
    "graphs": [
        {
            "nodes": [
                {
                    "id": iri(KIND),
                    "meta": {
                        "basicPropertyValues": [
                            {"pred": "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId", "val": OLD}
                        ]
                    },
                },
                {"id": iri(WIDER)},
                {"id": iri(WIDEST)},
                {"id": iri("MONDO:9000009"), "meta": {"deprecated": True}},
            ],
            "edges": [
                {"sub": iri(KIND), "pred": "is_a", "obj": iri(WIDER)},
                {"sub": iri(WIDER), "pred": "is_a", "obj": iri(WIDEST)},
                {"sub": iri(WIDER), "pred": "made_up_relation", "obj": iri(OTHER)},
            ],
        }
    ]
}
FORMS = {
    "obo": OBO,
    "graphs": json.dumps(GRAPH),
    "object": json.dumps({KIND: [WIDER], WIDER: [WIDEST], WIDEST: []}),
    "list": json.dumps([{"id": KIND, "parents": [WIDER]}, {"id": WIDER, "parents": [WIDEST]}, {"id": WIDEST}]),
}


def ontology(folder: Path, text: str) -> Ontology:
    file = folder / "made-up-ontology"
    file.write_text(text)
    return Ontology(file)


@pytest.mark.parametrize("form", FORMS)
def test_ancestors_are_all_above(tmp_path: Path, form: str) -> None:
    found = ontology(tmp_path, FORMS[form])
    assert found[WIDER] == {WIDEST}
    assert found[KIND] - {OLD} == {WIDER, WIDEST}
    assert found[WIDEST] == frozenset()
    assert set(found) - {OLD} == {KIND, WIDER, WIDEST}
    assert found.get(OTHER) is None


@pytest.mark.parametrize("form", ["obo", "graphs"])
def test_an_alternative_id_is_the_same_disease(tmp_path: Path, form: str) -> None:
    found = ontology(tmp_path, FORMS[form])
    assert found[OLD] == {KIND, WIDER, WIDEST}
    assert OLD in found[KIND]


def test_a_circle_is_followed_once(tmp_path: Path) -> None:
    found = ontology(tmp_path, json.dumps({KIND: [WIDER], WIDER: [KIND]}))
    assert found[KIND] == {WIDER}


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"graphs": [{"edges": [{}]}]}', '{"MONDO:9000001": 3}', "\x00"])
def test_a_file_that_is_none_says_what_to_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(OperatorError, match="OBO"):
        ontology(tmp_path, text).get(KIND)


def test_a_missing_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="is no file"):
        Ontology(tmp_path / "nothing")


def test_u5_with_the_file_a_kind_is_permitted_and_without_the_setting_is_named(tmp_path: Path) -> None:
    said = UseStatement(
        id="board-1", entry=1, authority="made-up board", since=0, terms=frozenset({Term(DS, frozenset({WIDER}))})
    )
    asked = UseQuestion(purpose="HRESCH", date=1, diseases=frozenset({KIND}))
    assert judge(said, asked, ancestors=ontology(tmp_path, OBO)).decision is Decision.PERMIT
    without = judge(said, asked)
    assert without.decision is Decision.ABSTAIN
    (reason,) = without.reasons
    assert reason.awaits is RecordKind.ONTOLOGY
    assert "disease_ontology" in reason.text


def test_the_setting_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "made-up.obo").write_text(OBO)
    made = load(data_dir=tmp_path / "catalog", disease_ontology=tmp_path / "made-up.obo")
    with opened(made, owner=True) as held:
        with held.store.reading() as reader:
            found = held.view(reader, local_actor(), LATEST).ancestors
        assert found is not None
        assert found[KIND] >= {WIDER, WIDEST}
