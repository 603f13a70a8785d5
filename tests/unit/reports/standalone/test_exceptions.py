"""Who lets a version pass by exception: neither who made it nor who stood for them, however it is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from catalog.gate.model import GateQuestion
from reports.standalone import verify_lineward
from tests.support.issued import VERSION, Issuer
from tests.support.records import delegation, gate_override


def test_a1_g7_a_delegate_of_the_maker_is_shown_as_none_of_the_two(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    house = issuer.house
    asked = house.ask_gate(GateQuestion(of=VERSION, purpose="HRESCH", place="North", environment="production"))
    house.append(delegation("joan"), "ada")
    signed = tuple(house.append(gate_override(asked.receipt.index), who) for who in ("grace", "joan"))
    context = issuer.context()
    found = next(one for one in context.gate if one.question.purpose == "HRESCH")
    cited = tuple(sorted({*found.entries, *signed, asked.receipt.index}))
    passed = replace(found, verdict="BY_EXCEPTION", exception=signed, entries=cited)
    genuine = verify_lineward.verify(issuer.issue("json", context), issuer.key)
    shown = replace(context, gate=tuple(passed if one is found else one for one in context.gate))
    result = verify_lineward.verify(issuer.issue("json", shown), issuer.key)
    issuer.close()
    assert (found.verdict, genuine.ok) == ("FAIL", True)
    assert [one.name for one in result.checks if one.status == "FAIL"] == ["derived: gate"]
