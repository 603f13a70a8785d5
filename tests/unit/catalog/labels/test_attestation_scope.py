"""What an attestation is about, rules L9 and L11: a job, one version of its code, a model version, places."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from catalog.errors import SenderError
from catalog.labels.facts import attested
from catalog.labels.queries import attestations
from catalog.labels.records import AttestDeidentification
from catalog.labels.taint.following import LabelFollower
from catalog.labels.taint.queries import effective_labels, what_if, why_label
from catalog.reading import AsOf
from graph_schema.facts import NOW
from graph_schema.nodes import ModelVersion
from tests.support.records import (
    JOB,
    MODEL,
    RUN,
    House,
    attestation,
    ending_attestation,
    event,
    place,
    registration,
    seal,
    tag,
)
from tests.unit.catalog.labels.test_effective_labels import CURATED_ID, DIRECT, EARLY, MASKED, OTHER_RUN, kinds, lineage


class TestL9Versions:
    """What a model version learnt is taken away by an attestation of that version, and by no other."""

    VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], registration()["version"])
    TESTED: ClassVar = attestation(
        job=None, run_id=None, model_version={"model": MODEL, "version": VERSION.version}, scope="Membership inference"
    )

    @pytest.fixture
    def house(self, house: House) -> House:
        house.send(event(version={"datasetVersion": "v1"}))
        house.record(tag(confidentiality=None, valid_from=EARLY))
        house.record(seal())
        house.record(registration())
        return house

    def test_l9_an_attestation_of_the_version_takes_away_what_it_learnt(self, house: House) -> None:
        steward = house.act_as("ada", "steward")
        (one,) = what_if(house.view(), attested(AttestDeidentification.read(without_kind(self.TESTED))))
        assert (one.asset, {each.kind for each in one.cleared}, one.after) == (self.VERSION.id, {DIRECT}, ())
        before = house.ledger.size()
        assert house.record({**self.TESTED, "valid_from": EARLY}, steward).warnings == ()
        assert kinds(house.view(), self.VERSION.id) == []
        assert kinds(house.view(AsOf(NOW, before - 1)), self.VERSION.id) == [DIRECT]
        assert kinds(house.view()) == [DIRECT]
        (held,) = attestations(house.view(), [self.VERSION.id])[self.VERSION.id]
        assert (held.subject, held.job) == (self.VERSION.id, None)
        house.record(ending_attestation(held.entry), house.act_as("bob", "steward"))
        assert kinds(house.view(), self.VERSION.id) == [DIRECT]

    def test_l9_what_is_kept_follows_it(self, house: House) -> None:
        steward = house.act_as("ada", "steward")
        follow(house)
        assert held(house, self.VERSION.id) == [DIRECT]
        entry = house.record({**self.TESTED, "valid_from": EARLY}, steward).receipt.index
        follow(house)
        assert held(house, self.VERSION.id) == []
        house.record(ending_attestation(entry), house.act_as("bob", "steward"))
        follow(house)
        assert held(house, self.VERSION.id) == [DIRECT]

    def test_l9_an_attestation_of_the_job_that_trained_takes_nothing_away(self, house: House) -> None:
        house.record(registration(run_id=RUN, job=JOB))
        house.record(attestation(run_id=None, valid_from=EARLY), house.act_as("ada", "steward"))
        assert kinds(house.view(), self.VERSION.id) == [DIRECT]

    @pytest.mark.parametrize(
        ("more", "pointer"),
        [
            ({"job": JOB}, "/job"),
            ({"model_version": None}, "/job"),
            ({"job_version": "v1"}, "/job_version"),
            ({"columns": ["key"]}, "/columns"),
            ({"model_version": {"model": MODEL, "version": "9.9.9"}}, "/model_version"),
        ],
    )
    def test_an_attestation_is_of_one_known_job_or_version(
        self, house: House, more: dict[str, Any], pointer: str
    ) -> None:
        with pytest.raises(SenderError) as refused:
            house.record({**self.TESTED, **more}, house.act_as("ada", "steward"))
        assert (refused.value.pointer or "").startswith(pointer)


class TestL11Scope:
    """An attestation may be of one version of the job's code, and of data within places alone."""

    def ran(self, house: House, version: str | None, run: str = RUN, at: str = "2026-01-01T10:00:00Z") -> None:
        sent = event(at=at, run=run, **lineage(key=[("mrn", MASKED)]))
        if version is not None:
            sent["job"] = {**JOB, "facets": {"sourceCodeLocation": {"type": "git", "url": "x", "version": version}}}
        house.send(sent)

    @pytest.mark.parametrize(("version", "left"), [("v1", []), ("v2", [DIRECT]), (None, [DIRECT])])
    def test_l11_another_version_of_the_code_is_not_covered(
        self, house: House, version: str | None, left: list[str]
    ) -> None:
        self.ran(house, version)
        house.record(tag(confidentiality=None, valid_from=EARLY))
        house.record(attestation(run_id=None, job_version="v1", valid_from=EARLY), house.act_as("ada", "steward"))
        assert kinds(house.view(), column="key") == left
        follow(house)
        assert held(house, CURATED_ID) == left

    def test_l11_a_later_run_of_another_version_is_not_covered(self, house: House) -> None:
        self.ran(house, "v1")
        house.record(tag(confidentiality=None, valid_from=EARLY))
        house.record(attestation(run_id=None, job_version="v1", valid_from=EARLY), house.act_as("ada", "steward"))
        follow(house)
        assert held(house, CURATED_ID) == []
        self.ran(house, "v2", OTHER_RUN, "2026-01-02T10:00:00Z")
        assert kinds(house.view(), column="key") == [DIRECT]
        follow(house)
        assert held(house, CURATED_ID) == [DIRECT]

    def test_l11_elsewhere_an_attestation_of_places_clears_nothing(self, house: House) -> None:
        self.ran(house, None)
        house.record(tag(confidentiality=None, valid_from=EARLY))
        house.record(place("EU", None))
        house.record(place("North", "EU"))
        house.record(attestation(places=["EU"], valid_from=EARLY), house.act_as("ada", "steward"))
        found = {
            at: [one.kind for one in effective_labels(house.view(), [CURATED_ID], place=at)[CURATED_ID].labels]
            for at in (None, "EU", "North", "South")
        }
        assert found == {None: [], "EU": [], "North": [], "South": [DIRECT]}
        assert why_label(house.view(), CURATED_ID, None, DIRECT, place="South").ways
        assert not why_label(house.view(), CURATED_ID, None, DIRECT, place="North").ways


def follow(house: House) -> None:
    """Let the follower do all that is left to do."""
    follower = LabelFollower(house.store)
    while follower.step():
        pass


def held(house: House, asset: str) -> list[str]:
    """Return the kinds that are kept of an asset."""
    return sorted(one.kind for one in house.view().held_labels([asset]))


def without_kind(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name != "kind"}
