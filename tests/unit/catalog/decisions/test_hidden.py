"""Of what whoever asks may not see, a decision says what it says of what is not there."""

from __future__ import annotations

import pytest

from catalog.decisions.model import Asked, Decided
from catalog.decisions.queries import decide, unknown_parts
from catalog.decisions.rules import NOT_THERE
from catalog.reading import Rights
from graph_schema.aspects.access import Circumstances, Target
from tests.support.records import CURATED, House, declaration, policies
from tests.support.uses import permission

ELSEWHERE = Rights(namespaces=frozenset({"another"}))


@pytest.mark.parametrize("kind", ["DATASET", "COLUMN"])
def test_x6_what_is_hidden_is_denied_word_for_word_like_what_is_not_there(house: House, kind: str) -> None:
    house.record(declaration(dataset=CURATED))
    house.record(permission(of={"dataset": CURATED}, terms=[{"code": "NRES"}], purposes=["HRESCH"]))
    house.act_as("grace", "engineer")
    house.record(policies("permit (principal, action, resource);\n"))

    around = Circumstances(purpose="HRESCH", enforces=("ENCRYPT",))

    def asked(name: str) -> Asked:
        column = "mrn" if kind == "COLUMN" else None
        return Asked("grace", "read", Target(kind, CURATED["namespace"], name, column), around)

    def decided(name: str, rights: Rights) -> tuple[Decided, bool]:
        view = house.view(rights=rights)
        return decide(view, asked(name)), "target" in unknown_parts(view, asked(name))

    hidden, absent = decided(CURATED["name"], ELSEWHERE), decided("absent", ELSEWHERE)
    assert hidden == absent
    assert (hidden[0].allowed, hidden[0].reasons) == (False, (NOT_THERE,))
    assert decided(CURATED["name"], Rights())[0].allowed
