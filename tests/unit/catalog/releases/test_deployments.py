"""Releases, deployments, rollbacks and retirements: what runs where, on which data, and what to go back to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catalog.errors import SenderError
from catalog.reading import AsOf, Rights
from catalog.releases.deployments import (
    deployments,
    deployments_of,
    live_models,
    releases_of,
    retirements,
    rollback_target,
    running_at,
)
from catalog.view import View
from graph_schema.nodes import Dataset, Deployment, Job, ModelVersion, Snapshot, Source
from graph_schema.times import parse_zoned
from tests.support.counting import Counting
from tests.support.deployments import deployment, ending_deployment, release, retirement, rollback
from tests.support.records import (
    CURATED,
    DIGEST,
    JOB,
    MODEL,
    RAW,
    House,
    declaration,
    erasing,
    event,
    place,
    registration,
    seal,
)


def version(name: str = "1") -> str:
    return ModelVersion(MODEL["namespace"], MODEL["name"], name).id


def deployed(index: int) -> str:
    return Deployment(str(index)).id


@pytest.fixture
def house(house: House) -> House:
    house.send(event())
    house.record(seal())
    house.record(place("EU", None, place_kind="REGION"))
    house.record(place())
    for one in ("1", "2"):
        house.record(registration(version=one))
    return house


def index(house: House, payload: dict[str, object]) -> int:
    return house.record(payload).receipt.index


def test_a_deployment_names_version_place_environment_and_the_artifact_that_was_registered_then(house: House) -> None:
    begun = index(house, deployment())
    house.record(registration(artifact_digest="sha256:" + "9" * 64))
    found = deployments(house.view(), [deployed(begun)])[deployed(begun)]
    assert (found.version, found.place, found.environment, found.entry) == (version(), "North", "production", begun)
    assert (found.artifact_digest, found.is_live, found.until) == ("sha256:" + "d" * 64, True, None)


def test_what_runs_at_a_place_is_what_runs_within_it_too_until_it_ends(house: House) -> None:
    begun = index(house, deployment())
    for where in ("North", "EU"):
        assert [one.entry for one in running_at(house.view(), where)] == [begun]
    assert running_at(house.view(), "US") == ()
    end = index(house, ending_deployment(begun))
    assert running_at(house.view(), "EU") == ()
    assert [one.entry for one in running_at(house.view(AsOf(known_at=end - 1)), "EU")] == [begun]
    found = deployments(house.view(), [deployed(begun)])[deployed(begun)]
    assert (found.is_live, found.end_entry) == (False, end)


def test_a_deployment_runs_from_its_beginning_until_its_term(house: House) -> None:
    index(house, deployment(valid_from="2026-03-01T00:00:00Z", until="2026-04-01T00:00:00Z"))
    live = {
        day: len(running_at(house.view(AsOf(valid_at=parse_zoned(f"2026-{day}T00:00:00Z"))), "North"))
        for day in ("02-28", "03-01", "03-31", "04-01")
    }
    assert live == {"02-28": 0, "03-01": 1, "03-31": 1, "04-01": 0}


def test_the_earliest_end_counts_whatever_the_order_of_the_records(house: House) -> None:
    begun = index(house, deployment(valid_from="2026-03-01T00:00:00Z", until="2026-06-01T00:00:00Z"))
    house.append(ending_deployment(begun, valid_from="2026-05-01T00:00:00Z"), "local")
    first = house.append(ending_deployment(begun, valid_from="2026-04-01T00:00:00Z"), "local")
    house.append(ending_deployment(begun, valid_from="2026-07-01T00:00:00Z"), "local")
    found = deployments(house.view(), [deployed(begun)])[deployed(begun)]
    assert (found.until, found.end_entry) == (parse_zoned("2026-04-01T00:00:00Z"), first)


def test_what_takes_a_place_ends_what_was_there_and_a_rollback_goes_back(house: House) -> None:
    first = index(house, deployment())
    second = index(house, deployment("2", replaces=first))
    assert [one.version for one in running_at(house.view(), "North")] == [version("2")]
    back = index(house, rollback(second))
    (found,) = running_at(house.view(), "North")
    assert (found.version, found.entry, found.replaces, found.rolls_back) == (version(), back, second, True)
    assert (found.place, found.environment) == ("North", "production")
    ended = deployments_of(house.view(), [version(), version("2")])
    assert [(one.entry, one.end_entry) for one in ended[version()]] == [(first, second), (back, None)]
    assert [(one.entry, one.end_entry) for one in ended[version("2")]] == [(second, back)]


def test_a_version_is_promoted_through_environments(house: House) -> None:
    for environment in ("validation", "production"):
        house.record(release(environment=environment))
    found = releases_of(house.view(), [version(), version("2")])
    assert [one.environment for one in found[version()]] == ["validation", "production"]
    assert version("2") not in found


def test_whoever_deploys_is_told_what_is_missing(house: House) -> None:
    warnings = house.record(deployment(place="Nrth")).warnings
    for sentence in ("quotes no evaluation", "Nobody released", "Did you mean North?"):
        assert any(sentence in one for one in warnings)
    house.record(release())
    assert not any("Nobody released" in one for one in house.record(deployment()).warnings)


def test_whoever_retires_a_version_again_is_told_since_when_it_is(house: House) -> None:
    first = index(house, retirement(valid_from="2026-04-02T00:00:00Z"))
    assert house.record(retirement("2")).warnings == ()
    for again in ("2026-04-03T00:00:00Z", "2026-04-01T00:00:00Z"):
        (told,) = house.record(retirement(valid_from=again)).warnings
        assert (
            told == f"It is retired already, since 2026-04-02T00:00:00.000000Z by entry {first}: the earliest counts."
        )
    assert retirements(house.view(), [version()])[version()].since == parse_zoned("2026-04-01T00:00:00Z")


def test_nothing_is_released_or_deployed_after_its_retirement(house: House) -> None:
    begun = index(house, deployment())
    other = index(house, deployment("2"))
    accepted = house.record(retirement(valid_from="2026-05-01T00:00:00Z"))
    assert ["still runs by 1 deployment:" in one for one in accepted.warnings] == [True]
    for payload in (release(), deployment(), rollback(other)):
        with pytest.raises(SenderError, match="retired since 2026-05-01") as caught:
            house.record(payload)
        assert caught.value.pointer == "/model_version"
    house.record(deployment(valid_from="2026-04-01T00:00:00Z"))
    assert retirements(house.view(), [version(), version("2")]).keys() == {version()}
    assert retirements(house.view(AsOf(known_at=begun)), [version()]) == {}


@pytest.mark.parametrize(
    ("change", "pointer", "sentence"),
    [
        (lambda _: deployment("3"), "/model_version", "register it first"),
        (lambda begun: deployment(gate=begun), "/gate", "that entry is none"),
        (lambda _: deployment(gate=9999), "/gate", "that entry is none"),
        (lambda _: deployment(until="2026-01-01T00:00:00Z"), "/until", "after the deployment begins"),
        (lambda _: deployment(replaces=0), "/replaces", "no deployment is recorded"),
        (lambda _: deployment(environment="no spaces here"), "/environment", "environment"),
        (lambda begun: deployment("2", replaces=begun, valid_from="2026-01-02T00:00:00Z"), "/replaces", "only later"),
        (rollback, "/model_version", "another version"),
        (lambda _: ending_deployment(0), "/deployment", "no deployment is recorded"),
        (lambda _: retirement("3"), "/model_version", "register it first"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(
    house: House, change: Callable[[int], dict[str, object]], pointer: str, sentence: str
) -> None:
    begun = index(house, deployment())
    with pytest.raises(SenderError, match=sentence) as caught:
        house.record(change(begun))
    assert caught.value.pointer == pointer


def test_what_ended_does_not_end_again(house: House) -> None:
    begun = index(house, deployment())
    end = index(house, ending_deployment(begun))
    for payload in (ending_deployment(begun, reason="Again"), rollback(begun, "2"), deployment(replaces=begun)):
        with pytest.raises(SenderError, match=f"ended already, by entry {end}"):
            house.record(payload)


def test_a_model_is_live_on_all_data_that_it_was_made_of(house: House) -> None:
    snapshot = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id
    house.record(declaration(source="made-up EHR"))
    begun = index(house, deployment())
    for of in (Dataset(**RAW).id, Dataset(**CURATED).id, snapshot, Source("made-up EHR").id):
        (found,) = live_models(house.view(), of).models
        assert (found.version, [one.entry for one in found.deployments]) == (version(), [begun])
        assert begun in found.entries
        assert found.path
    house.record(ending_deployment(begun))
    assert live_models(house.view(), Dataset(**RAW).id).models == ()
    with pytest.raises(SenderError, match="none of them"):
        live_models(house.view(), Job(**JOB).id)


def test_a_deployment_of_a_version_that_rights_hide_is_not_there(house: House) -> None:
    begun = index(house, deployment())
    view = house.view(rights=Rights(namespaces=frozenset({CURATED["namespace"]})))
    assert deployments(view, [deployed(begun)]) == {}
    assert running_at(view, "EU") == ()


def test_erasing_records_changes_nothing_of_what_runs(house: House) -> None:
    begun = index(house, deployment())
    ended = index(house, deployment("2"))
    end = index(house, ending_deployment(ended))
    house.record(retirement())
    house.record(erasing(begun, end, end + 1))
    assert [one.entry for one in running_at(house.view(), "North")] == [begun]
    assert deployments(house.view(), [deployed(ended)])[deployed(ended)].end_entry == end
    assert retirements(house.view(), [version()])[version()].reason == "[erased]"


PASSING: dict[str, bool | None] = {"1": True, "2": True, "3": True, "4": None}


def quoting(view: View, of: str, gate: int) -> tuple[bool | None, str, tuple[int, ...]]:
    node = view.nodes([of])[of].node
    return PASSING[node.title], f"As made up of {node.title}.", (gate,)


@pytest.fixture
def released(house: House) -> House:
    """Versions 1 to 4, each released and quoting an evaluation, as a gate would let them."""
    for one in ("3", "4"):
        house.record(registration(version=one))
    for one in ("1", "2", "3", "4"):
        house.append(release(one, gate=0), "local", artifact_digest="sha256:" + "d" * 64)
    return house


def test_the_newest_release_that_the_gate_lets_pass_then_and_now_is_gone_back_to(released: House) -> None:
    found = rollback_target(released.view(), version("4"), "production", quoting)
    assert found.target is not None
    assert found.target.version == version("3")
    found = rollback_target(released.view(), version("3"), "Production", quoting)
    assert found.target is not None
    assert found.target.version == version("2")
    # What cannot be told of is no target, and is told.
    assert [(one.version, one.passes) for one in found.judged] == [(version("4"), None), (version("2"), True)]


def test_a_retired_version_and_a_release_without_the_gate_are_nothing_to_go_back_to(released: House) -> None:
    released.record(retirement("3"))
    released.record(release("2", environment="shadow"))
    found = rollback_target(released.view(), version("4"), "production", quoting)
    assert found.target is not None
    assert found.target.version == version("2")
    assert [one.reason for one in found.judged] == ["It is retired.", "As made up of 2."]
    found = rollback_target(released.view(), version("4"), "shadow", quoting)
    assert (found.target, [one.passes for one in found.judged]) == (None, [None])
    for nothing in (Dataset(**RAW).id, version("9")):
        assert rollback_target(released.view(), nothing, "production", quoting).judged == ()


def test_what_runs_and_what_to_go_back_to_ask_the_store_as_often_however_much_runs(house: House) -> None:
    def calls() -> list[int]:
        found = []
        for ask in (
            lambda view: live_models(view, Dataset(**CURATED).id).models,
            lambda view: running_at(view, "EU"),
            lambda view: (
                rollback_target(view, version(), "production", lambda _, __, gate: (False, "", (gate,))).judged
            ),
        ):
            view = house.view()
            counting = Counting(house.store)
            view._reader = counting
            assert ask(view)
            found.append(sum(counting.calls.values()))
        return found

    def deploy(name: str) -> None:
        house.record(registration(version=name))
        house.record(deployment(name))
        house.append(release(name, gate=0), "local", artifact_digest="sha256:" + "d" * 64)

    for number in range(3, 5):
        deploy(str(number))
    few = calls()
    for number in range(5, 17):
        deploy(str(number))
    assert calls() == few
