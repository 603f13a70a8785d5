"""Default deny: whatever Cedar does not plainly allow is a denial, whatever a request leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import cedarpy
import pytest

from catalog.policies.cases import run
from catalog.policies.checking import problems
from catalog.policies.comparison import Change, differences
from catalog.policies.engine import Engine, Entity, Request
from catalog.policies.schema import ACTIONS, RESOURCES, optional, schema
from tests.support.documents import blocks
from tests.support.project import REPOSITORY

STARTER = {
    path.relative_to(REPOSITORY / "policies").as_posix(): path.read_text()
    for path in sorted((REPOSITORY / "policies").rglob("*"))
    if path.is_file()
}
PERMIT = '@id("all") @reason("All") permit (principal, action, resource);\n'
CARELESS = '@id("careless") @reason("r") forbid (principal, action, resource) when { context.device.managed == false };'
"""It reads what may be missing without asking: the schema refuses it, and Cedar skips it where it errs."""


def asked(action: str = "read", context: Mapping[str, Any] | None = None, **resource: Any) -> Request:
    return Request(
        Entity("Principal", "steward-1", {"kind": "PERSON", "roles": [], "projects": [], "protocols": [], "sites": []}),
        action,
        Entity("Dataset", "made-up", {"namespace": "n", "name": "d", "labels": [], "labels_known": True, **resource}),
        {"purpose": "HRESCH", "use": "PERMIT", "granted": True, "emergency": False, **(context or {})},
        1_780_000_000_123_456,
    )


def test_nothing_is_permitted_that_no_policy_permits() -> None:
    found = Engine({}).decide(asked())
    assert (found.allowed, found.policies, found.errors) == (False, (), ())


def test_a_forbid_outweighs_every_permit_and_is_named() -> None:
    forbid = '@id("no") @reason("Not so") forbid (principal, action, resource) when { resource.labels_known };'
    found = Engine({"a.cedar": PERMIT + forbid}).decide(asked())
    assert (found.allowed, found.policies, found.reasons) == (False, ("no",), ("Not so",))


def test_what_a_permission_asks_for_comes_with_it() -> None:
    noted = '@id("one") @reason("r") @obligations("ENCRYPT, AUDIT") @refrains("NORELINK")'
    permit = f"{noted} permit (principal, action, resource);"
    found = Engine({"a.cedar": PERMIT + permit}).decide(asked())
    assert (found.allowed, found.policies) == (True, ("all", "one"))
    assert (found.obligations, found.refrains) == (("AUDIT", "ENCRYPT"), ("NORELINK",))


def test_x1_a_forbid_that_errs_denies_though_cedar_allows() -> None:
    request = asked(context={})
    plain = cedarpy.is_authorized(
        {
            "principal": 'Lineward::Principal::"p"',
            "action": 'Lineward::Action::"read"',
            "resource": 'Lineward::Dataset::"d"',
            "context": {},
        },
        PERMIT + CARELESS,
        [],
    )
    assert plain.decision is cedarpy.Decision.Allow  # what Cedar itself makes of it
    found = Engine({"a.cedar": PERMIT + CARELESS}).decide(request)
    assert not found.allowed
    assert found.errors
    assert problems({"a.cedar": CARELESS})


def test_x1_an_error_that_names_no_policy_denies_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    diagnostics = SimpleNamespace(errors=["made up: something went wrong"], reasons=["policy0"])
    answer = SimpleNamespace(decision=cedarpy.Decision.Allow, diagnostics=diagnostics)
    monkeypatch.setattr(cedarpy, "is_authorized", lambda *_: answer)
    found = Engine({"a.cedar": PERMIT}).decide(asked())
    assert (found.allowed, found.errors) == (False, ("made up: something went wrong",))


def test_x1_what_could_not_be_evaluated_is_named_as_what_decided_and_no_value_is() -> None:
    overflows = (
        '@id("many-persons") forbid (principal, action, resource is Lineward::Dataset) '
        "when { resource has persons && resource.persons * 4611686018427387904 > 5 };"
    )
    assert not problems({"a.cedar": overflows.replace(")", ') @reason("Too many")', 1)})
    found = Engine({"a.cedar": PERMIT + overflows}).decide(asked(persons=4711))
    assert (found.allowed, found.policies, found.reasons) == (False, ("many-persons",), ())
    (error,) = found.errors
    assert "`many-persons`" in error
    assert "4711" not in error, "an operator reads no value of a request"


@pytest.mark.parametrize(
    "request_",
    [
        asked("sell"),
        asked(context={"purpose": 7}),
        asked(context={"unheard_of": True}),
        asked(persons="many"),
        replace(asked(), resource=Entity("Nothing", "x", {})),
        replace(asked(), context={}),
    ],
)
def test_x1_a_request_that_the_schema_refuses_is_denied(request_: Request) -> None:
    found = Engine({"a.cedar": PERMIT}).decide(request_)
    assert not found.allowed
    assert found.errors
    assert not any("sell" in one or "2026" in one for one in found.errors), "an operator reads no value of a request"


def test_the_time_is_compared_as_a_time() -> None:
    policy = (
        '@id("later") @reason("r") permit (principal, action, resource) when { context.now > datetime("2026-01-01") };'
    )
    assert problems({"a.cedar": policy}) == ()
    assert Engine({"a.cedar": policy}).decide(asked()).allowed


def test_the_starter_set_is_sound_and_its_tests_hold() -> None:
    assert problems(STARTER) == ()
    tested = run(STARTER)
    assert tested.failures == ()
    assert tested.decided > len(optional("context"))


@pytest.mark.parametrize("taken", sorted(path for path in STARTER if path.endswith(".cedar")))
def test_the_tests_of_the_starter_set_miss_each_file(taken: str) -> None:
    assert run({path: text for path, text in STARTER.items() if path != taken}).failures


def test_the_test_that_is_shown_holds() -> None:
    (shown,) = blocks("docs/policies.md", "yaml")
    rules = {path: text for path, text in STARTER.items() if not path.startswith("tests/")}
    failures = run({**rules, "tests/shown.yaml": shown}).failures
    assert [one for one in failures if one.path == "tests/shown.yaml"] == []


def test_x1_a_forbid_that_falls_away_with_an_attribute_fails_its_test() -> None:
    forbid = (
        '@id("own-devices") @reason("r") forbid (principal, action, resource)'
        " when { context has device.managed && !context.device.managed };"
    )
    context = "{purpose: HRESCH, device: {managed: false}}"
    case = f"tests:\n  - {{name: Own device, action: read, context: {context}, expect: DENY}}\n"
    found = run({"a.cedar": PERMIT + forbid, "tests/a.yaml": case}).failures
    assert [one.sentence for one in found] == [
        f"Own device: without context.{path} it is permitted: a forbid has to hold there too."
        for path in ("device", "device.managed")
    ]


def test_a_forbid_without_a_test_fails() -> None:
    forbid = '@id("never") @reason("r") forbid (principal, action, resource) when { context.emergency };'
    (found,) = run({"a.cedar": PERMIT + forbid}).failures
    assert "No test is decided by never" in found.sentence


def test_the_schema_knows_what_may_be_declared_of_a_dataset() -> None:
    text = schema()
    cedarpy.Schema.from_str(text)
    for word in (
        "zone?: String",
        "persons?: Long",
        "genomic?: Bool",
        "key_environments?: Set<String>",
        *RESOURCES,
        *ACTIONS,
    ):
        assert word in text
    assert "encryption_keys" not in text


def test_sets_are_compared_policy_by_policy_and_not_by_their_remarks() -> None:
    before = {"a.cedar": PERMIT, "README.md": "One"}
    after = {"b.cedar": "// a remark\n" + PERMIT.replace(" permit", "\npermit"), "README.md": "Two"}
    assert [(one.name, one.change) for one in differences(before, after)] == [("README.md", Change.CHANGED)]
    other = PERMIT.replace('"all"', '"other"')
    assert [(one.name, one.change) for one in differences(before, {"a.cedar": other, "README.md": "One"})] == [
        ("all", Change.REMOVED),
        ("other", Change.ADDED),
    ]
