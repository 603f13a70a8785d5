"""What the catalog lets somebody do: what roles permit, what sites bind, and what a published set narrows."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.access.model import Actor
from catalog.access.permissions import Permission
from catalog.access.rules import is_permitted, may, require
from catalog.errors import AskerError, SenderError
from catalog.policies import cases
from catalog.policies.checking import problems
from catalog.policies.engine import Entity, Request, engine_of
from catalog.policies.entitlements import Entitlements
from catalog.policies.roles import DEFAULT
from catalog.policies.schema import Scope
from catalog.reading import NO_SITE
from graph_schema.nodes import Dataset
from graph_schema.vocabulary.words import PrincipalRole
from tests.support.records import (
    CURATED,
    RAW,
    House,
    declaration,
    ending_membership,
    erasing,
    event,
    member,
    place,
    policies,
    tag,
)

NO_TAGS = """@id("no-tags-by-engineers")
@reason("Stewards tag here.")
forbid (principal, action == Lineward::Action::"tag", resource is Lineward::Catalog)
when { principal.roles.contains("engineer") };
"""
NO_LANDING = """@id("landing-is-for-stewards")
@reason("Landing is for stewards.")
forbid (
  principal,
  action in [Lineward::Action::"read", Lineward::Action::"write"],
  resource == Lineward::Namespace::"landing"
)
unless { principal.roles.contains("steward") };
"""
EVERYTHING = '@id("all")\n@reason("All")\npermit (principal, action, resource);\n'
TESTED = """tests:
  - name: An engineer tags
    principal: {roles: [engineer]}
    action: tag
    resource: {type: Catalog}
    expect: DENY
    by: [no-tags-by-engineers]
  - name: An engineer looks at landing
    principal: {roles: [engineer]}
    action: read
    resource: {type: Namespace, name: landing}
    expect: DENY
    by: [landing-is-for-stewards]
  - name: A steward looks at landing
    principal: {roles: [steward]}
    action: read
    resource: {type: Namespace, name: landing}
    expect: PERMIT
    by: [every-namespace]
"""


def narrowing(text: str = NO_TAGS + NO_LANDING, tests: str = TESTED) -> dict[str, Any]:
    files = [{"path": "catalog/made_up.cedar", "text": text}, {"path": "tests/catalog.yaml", "text": tests}]
    return {"kind": "publish_policies", "files": files, "reason": "A test"}


@pytest.fixture
def north(house: House) -> House:
    """Two datasets, one held at the site North and one nobody said where, and the steward of North."""
    house.send(event())
    house.record(place("North", within=None))
    house.record(place("South", within=None))
    house.record(declaration(dataset=CURATED, site="North"))
    return house


def steward_of_north(house: House) -> Actor:
    steward = house.act_as("grace", "steward")
    house.record(member("grace", "SITE", "North"))
    return house.entitled(steward)


def test_the_default_policies_are_the_table_of_roles() -> None:
    """Whatever the table says of a role and a permission, the policies say, and they are without problems."""
    engine = engine_of(DEFAULT, Scope.CATALOG)
    for role in (*(one.value for one in PrincipalRole), "nobody"):
        known = {"name": "made-up", "kind": "PERSON", "roles": [role], "sites": [], "of_sites": False}
        for permission in Permission:
            asked = Request(
                Entity("Principal", "made-up", known), permission.value, Entity("Catalog", "Catalog", {}), {}, 0
            )
            assert engine.decide(asked).allowed is may([role], permission), (role, permission)
    assert [one for one in problems(DEFAULT) if "begins with forbid" not in one.sentence] == []


def test_nothing_is_looked_for_where_nothing_binds(house: House) -> None:
    actor = house.act_as("grace", "steward")
    assert house.entitled(actor) is actor
    house.record(policies())
    assert house.entitled(actor) is actor


def test_a_published_policy_takes_what_a_role_permits_and_is_named(house: House) -> None:
    engineer = house.act_as("ada", "engineer")
    published = house.record(narrowing()).receipt.index
    bound = house.entitled(engineer)
    with pytest.raises(AskerError, match=r"Stewards tag here\. This is decided by no-tags-by-engineers") as raised:
        require(bound, Permission.TAG)
    assert raised.value.status == 403
    assert not is_permitted(bound, Permission.TAG)
    assert is_permitted(bound, Permission.SEAL_SNAPSHOT)
    assert "landing" not in (bound.reads.namespaces or ())
    assert "curated" in (bound.reads.namespaces or ())
    assert bound.reads.sites is None
    house.record(policies())
    assert house.entitled(engineer) is engineer, published


def test_what_is_permitted_by_a_published_set_widens_nothing(house: House) -> None:
    """As a ledger may hold it of a version that did not refuse it."""
    house.append(narrowing('@id("all") @reason("All") permit (principal, action, resource);', "tests: []"), "made-up")
    auditor = house.act_as("aud", "auditor")
    bound = house.entitled(auditor)
    assert not is_permitted(bound, Permission.TAG)
    with pytest.raises(SenderError, match="narrows that alone: it begins with forbid"):
        house.record(narrowing('@id("all") @reason("All") permit (principal, action, resource);\n'))


def test_a_set_that_cannot_be_evaluated_binds(house: House) -> None:
    errs = 'forbid (principal, action, resource is Lineward::Catalog) when { principal.nothing == "x" };'
    house.append(narrowing(f'@id("errs") @reason("Errs") {errs}', "tests: []"), "made-up")
    bound = house.entitled(house.act_as("aud", "auditor"))
    assert not is_permitted(bound, Permission.READ)


def test_an_erased_set_lets_nobody_do_anything_but_publish_another(house: House) -> None:
    steward, admin = house.act_as("grace", "steward"), house.act_as("root", "admin")
    published = house.record(narrowing()).receipt.index
    house.record(erasing(published), admin)
    for entitlements in (house.authenticator.entitled, Entitlements(house.ledger).entitled):
        bound = entitlements(steward)
        assert is_permitted(bound, Permission.PUBLISH_POLICIES)
        assert not is_permitted(bound, Permission.READ)
        assert "curated" not in (bound.reads.namespaces or ())
        assert is_permitted(entitlements(admin), Permission.ISSUE_KEY)
        assert not is_permitted(entitlements(admin), Permission.ERASE_ENTRIES)


def test_nobody_publishes_a_set_that_shuts_them_out(house: House) -> None:
    shut = '@id("closed") @reason("Closed.") forbid (principal, action, resource is Lineward::Catalog);\n'
    tested = "tests:\n  - {name: All, action: read, resource: {type: Catalog}, expect: DENY, by: [closed]}\n"
    with pytest.raises(SenderError, match="could not publish another: Closed"):
        house.record(narrowing(shut, tested))


def test_the_steward_of_a_site_sees_and_writes_of_that_site_alone(north: House) -> None:
    steward = steward_of_north(north)
    assert "North" in (steward.reads.sites or ())
    assert "South" not in (steward.reads.sites or ())
    assert NO_SITE not in (steward.reads.sites or ())
    view = north.view(rights=steward.reads)
    assert set(view.nodes([Dataset(**RAW).id, Dataset(**CURATED).id])) == {Dataset(**CURATED).id}
    north.record(tag(dataset=CURATED), steward)
    hidden, absent = {"namespace": "landing", "name": "visits"}, {"namespace": "landing", "name": "never met"}
    for made in (tag, declaration):
        answers = []
        for ref in (hidden, absent):
            with pytest.raises(SenderError) as raised:
                north.record(made(dataset=ref), steward)
            answers.append((raised.value.detail, raised.value.pointer))
        assert answers[0] == answers[1]
    with pytest.raises(AskerError, match="acts-everywhere"):
        north.record(policies(), steward)


def test_who_leaves_the_last_site_sees_nothing_instead_of_everything(north: House) -> None:
    steward = steward_of_north(north)
    entry = north.ledger.size() - 1
    for record in (ending_membership(entry), erasing(entry)):
        north.record(record)
        left = north.entitled(steward)
        assert north.view(rights=left.reads).nodes([Dataset(**CURATED).id]) == {}
        fresh = Entitlements(north.ledger).entitled(steward)
        assert north.view(rights=fresh.reads).nodes([Dataset(**CURATED).id]) == {}


def test_a_membership_binds_while_it_lasts(north: House) -> None:
    steward = north.act_as("grace", "steward")
    north.record(member("grace", "SITE", "North", until="2026-05-29T00:00:00Z"))
    assert "North" in (north.entitled(steward).reads.sites or ())
    north.clock.now += 30 * 86_400
    assert "North" not in (north.entitled(steward).reads.sites or ())


def test_an_auditor_of_a_site_sees_everything_and_writes_nothing(north: House) -> None:
    auditor = north.act_as("aud", "auditor")
    north.record(member("aud", "SITE", "North"))
    bound = north.entitled(auditor)
    assert bound.reads.unbounded
    assert [one for one in Permission if is_permitted(bound, one)] == [Permission.READ]


def test_what_may_be_seen_alone_is_not_written_about(north: House) -> None:
    only_read = NO_LANDING.replace('Lineward::Action::"read", ', "")
    tested = TESTED.replace("action: read", "action: write")
    north.record(narrowing(NO_TAGS + only_read, tested))
    engineer = north.entitled(north.act_as("ada", "engineer"))
    assert engineer.reads.unbounded
    with pytest.raises(AskerError, match="You may see this and not write about it"):
        north.record(declaration(dataset=RAW), engineer)
    north.record(declaration(dataset=CURATED), engineer)


def test_each_forbid_of_the_catalog_has_a_test() -> None:
    tests = "tests:\n" + TESTED[TESTED.index("  - name: An engineer looks") :]
    failed = cases.run({"catalog/made_up.cedar": NO_TAGS + NO_LANDING, "tests/a.yaml": tests})
    assert [one.sentence for one in failed.failures] == [
        "No test is decided by no-tags-by-engineers: test what it forbids."
    ]
