"""What may be used for what, from records through the graph to the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from catalog.access.model import Actor
from catalog.approvals.ethics import ethics_approvals
from catalog.errors import SenderError
from catalog.reading import Redacted, Rights, Truncated
from catalog.snapshots.rules import manifest_digest
from catalog.use.answers import MayUse
from catalog.use.model import Decision, RecordKind, Requester, UseQuestion
from catalog.use.queries import UseJudge, may_use, permitted_use
from catalog.view import View
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset, Model, ModelVersion, Snapshot, Source
from graph_schema.times import parse_zoned
from tests.support import records
from tests.support.records import (
    CURATED,
    DIGEST,
    MANIFEST,
    MODEL,
    RAW,
    House,
    attestation,
    decision,
    declaration,
    event,
    registration,
    request,
    seal,
    tag,
)
from tests.support.uses import (
    ending,
    ending_exception,
    flow,
    licence,
    named,
    permission,
    transfer,
    undertaking,
    withdrawal_of_consent,
)

PERMIT, ABSTAIN, DENY = Decision.PERMIT, Decision.ABSTAIN, Decision.DENY
RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
VERSION_ID = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
BEFORE = "2026-01-01T00:00:00Z"
DATE = parse_zoned("2026-06-15T00:00:00Z")


def ask(house: House, of: str, purpose: str = "HRESCH", **more: Any) -> MayUse:
    asked = UseQuestion(purpose=purpose, **({"date": DATE} | more))
    return may_use(house.view(), of, asked, ethics=ethics_approvals)


def decided(house: House, of: str, purpose: str = "HRESCH", **more: Any) -> Decision:
    return ask(house, of, purpose, **more).verdict.decision


def permit(house: House, statement: str = "board-1", **more: Any) -> int:
    return house.record(permission(statement, **({"valid_from": BEFORE} | more))).receipt.index


@pytest.fixture
def curated(house: House) -> House:
    """Lend a catalog in which visits were curated."""
    house.send(event(version={"datasetVersion": DIGEST}))
    return house


class TestOfADataset:
    def test_nothing_said_is_no_permission(self, curated: House) -> None:
        found = ask(curated, CURATED_ID)
        assert found.verdict.decision is ABSTAIN
        assert found.permitted.unstated == (RAW_ID,)

    def test_what_was_said_of_the_source_holds_of_what_was_made_of_it(self, curated: House) -> None:
        entry = permit(curated)
        found = ask(curated, CURATED_ID)
        assert found.verdict.decision is PERMIT
        (applied,) = found.permitted.applied
        assert (applied.subject, applied.on) == (RAW_ID, RAW_ID)
        assert [(edge.source, edge.target) for edge in applied.path] == [(RAW_ID, CURATED_ID)]
        assert {entry, applied.path[0].known_from} <= set(found.entries)

    def test_a_declaration_is_a_statement_of_whoever_declared(self, curated: House) -> None:
        curated.record(declaration(valid_from=BEFORE, source_system=None))
        found = ask(curated, CURATED_ID, "MLTRAINING")
        assert found.verdict.decision is PERMIT
        assert found.verdict.obligations == {"ENCRYPT"}
        assert found.permitted.applied[0].statement.authority == "local"

    def test_one_source_of_several_without_a_statement_leaves_it_open(self, house: House) -> None:
        flow(house, 1, "a", "c")
        flow(house, 2, "b", "c")
        permit(house, of={"dataset": named("a")})
        found = ask(house, Dataset(**named("c")).id)
        assert found.verdict.decision is ABSTAIN
        assert found.permitted.unstated == (Dataset(**named("b")).id,)
        permit(house, "board-2", of={"dataset": named("b")}, valid_from="2026-03-01T00:00:00Z")
        assert decided(house, Dataset(**named("c")).id, date=parse_zoned("2026-02-28T00:00:00Z")) is ABSTAIN
        assert decided(house, Dataset(**named("c")).id) is PERMIT

    def test_what_was_replaced_since_binds_still(self, house: House) -> None:
        flow(house, 1, "a", "c")
        flow(house, 2, "b", "c", "2026-02-01T10:00:00Z", lifecycleStateChange={"lifecycleStateChange": "OVERWRITE"})
        permit(house, of={"dataset": named("a")}, terms=[{"code": "POA"}])
        permit(house, "board-2", of={"dataset": named("b")})
        assert decided(house, Dataset(**named("c")).id) is DENY

    def test_a_circle_without_a_source_needs_one_statement(self, house: House) -> None:
        for number, (source, target) in enumerate((("a", "b"), ("b", "a"), ("b", "c")), 1):
            flow(house, number, source, target)
        end = Dataset(**named("c")).id
        assert ask(house, end).permitted.unstated == (min(Dataset(**named(one)).id for one in "ab"),)
        permit(house, of={"dataset": named("b")})
        assert decided(house, end) is PERMIT

    def test_of_a_source_system(self, curated: House) -> None:
        curated.record(declaration(valid_from=BEFORE, permitted_use=None))
        assert ask(curated, CURATED_ID).permitted.unstated == (RAW_ID,)
        permit(curated, of={"source": "made-up EHR"})
        found = ask(curated, CURATED_ID)
        assert found.verdict.decision is PERMIT
        assert found.permitted.applied[0].subject == Source("made-up EHR").id

    def test_a_supplied_dataset_is_raw_though_something_was_written_to_it(self, curated: House) -> None:
        permit(curated)
        curated.record(declaration(dataset=CURATED, valid_from=BEFORE, permitted_use=None))
        assert ask(curated, CURATED_ID).permitted.unstated == (CURATED_ID,)

    def test_under_another_name(self, curated: House) -> None:
        linked = {"namespace": "landing", "name": "linked"}
        curated.send(event("OTHER", symlinks={"identifiers": [{**linked, "type": "TABLE"}]}))
        permit(curated)
        assert decided(curated, Dataset(**linked).id) is PERMIT

    def test_a_location_used_again_does_not_lend_its_statement(self, house: House) -> None:
        shared = {"identifiers": [{**named("shared"), "type": "TABLE"}]}
        house.send(
            {
                **event(at="2026-01-01T09:00:00Z"),
                "inputs": [{**named("old"), "facets": {"symlinks": shared}}],
                "outputs": [],
            }
        )
        house.send(
            {
                **event(at="2026-01-02T09:00:00Z"),
                "inputs": [{**named("new"), "facets": {"symlinks": shared}}],
                "outputs": [],
            }
        )
        permit(house, of={"dataset": named("old")})
        assert decided(house, Dataset(**named("new")).id) is ABSTAIN

    def test_a_walk_that_was_cut_never_permits(self, house: House) -> None:
        for number, (source, target) in enumerate((("a", "b"), ("b", "c")), 1):
            flow(house, number, source, target)
        permit(house, of={"dataset": named("b")})
        asked = UseQuestion(purpose="HRESCH", date=DATE)
        found = may_use(house.view(), Dataset(**named("c")).id, asked, budget=2)
        assert isinstance(found.permitted.completeness, Truncated)
        assert found.verdict.decision is ABSTAIN

    def test_where_rights_hide_a_source_it_never_permits(self, curated: House) -> None:
        permit(curated)
        view = curated.view(rights=Rights(namespaces=frozenset({"curated", "pipeline"})))
        found = may_use(view, CURATED_ID, UseQuestion(purpose="HRESCH", date=DATE))
        assert isinstance(found.permitted.completeness, Redacted)
        assert found.verdict.decision is ABSTAIN
        assert RAW_ID not in repr(found)

    def test_is_asked_of_nothing_else(self, house: House) -> None:
        with pytest.raises(SenderError, match="model version"):
            permitted_use(house.view(), Model(**MODEL).id)

    def test_costs_a_handful_of_calls_however_deep(self, house: House) -> None:
        for number in range(1, 9):
            flow(house, number, f"d{number}", f"d{number + 1}")
        permit(house, of={"dataset": named("d1")})
        counts = []
        for end in ("d3", "d9"):
            with house.store.reading() as reader:
                counting = Counting(reader)
                may_use(View(counting), Dataset(**named(end)).id, UseQuestion(purpose="HRESCH", date=DATE))
                counts.append(counting.calls)
        assert counts[0] == counts[1] <= 30

    def test_several_questions_are_judged_over_one_walk(self, house: House) -> None:
        for number in range(1, 5):
            flow(house, number, f"d{number}", f"d{number + 1}")
        permit(house, of={"dataset": named("d1")})
        of = Dataset(**named("d5")).id

        def calls(purposes: Sequence[str]) -> int:
            with house.store.reading() as reader:
                counting = Counting(reader)
                judge = UseJudge(View(counting), [of])
                for purpose in purposes:
                    asked = UseQuestion(purpose=purpose, date=DATE)
                    assert judge.may(of, asked).verdict == may_use(house.view(), of, asked).verdict
                return counting.calls

        assert calls(("HRESCH", "TREAT", "HOPERAT", "MLTRAINING")) == calls(("HRESCH",))

    def test_many_are_judged_with_as_many_calls_as_few(self, house: House) -> None:
        names = [f"d{number}" for number in range(1, 10)]
        for number, name in enumerate(names, 1):
            flow(house, number, "raw", name)
        permit(house, of={"dataset": named("raw")})
        asked = UseQuestion(purpose="HRESCH", date=DATE)

        def calls(ids: Sequence[str]) -> int:
            with house.store.reading() as reader:
                counting = Counting(reader)
                judge = UseJudge(View(counting), ids)
                for of in ids:
                    assert judge.may(of, asked) == may_use(house.view(), of, asked)
                return counting.calls

        ids = [Dataset(**named(name)).id for name in names]
        assert calls(ids) == calls(ids[:2])


class Counting:
    """A reader that counts the calls of its verbs."""

    remote = False

    def __init__(self, reader: Any) -> None:
        self._reader, self.calls = reader, 0

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._reader, name)

        def called(*given: Any, **more: Any) -> Any:
            self.calls += 1
            return verb(*given, **more)

        return called


class TestOfASnapshotAndAModelVersion:
    @pytest.fixture
    def trained(self, curated: House) -> House:
        curated.record(seal())
        curated.record(registration())
        return curated

    def test_a_model_is_what_it_was_trained_on(self, trained: House) -> None:
        assert decided(trained, VERSION_ID) is ABSTAIN
        permit(trained)
        found = ask(trained, VERSION_ID)
        assert found.verdict.decision is PERMIT
        assert found.permitted.applied[0].path[-1].target == VERSION_ID

    def test_what_is_said_of_a_snapshot_holds_of_what_was_made_of_its_dataset(self, trained: House) -> None:
        permit(trained)
        permit(trained, "board-2", of={"snapshot": {"dataset": CURATED, "digest": DIGEST}}, terms=[{"code": "POA"}])
        assert decided(trained, VERSION_ID) is DENY
        assert decided(trained, Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id) is DENY

    def test_what_is_said_of_another_snapshot_does_not(self, trained: House) -> None:
        other = {"dataset": CURATED, "digest": manifest_digest(MANIFEST[:1])}
        trained.record(seal(digest=other["digest"], manifest=MANIFEST[:1]))
        permit(trained)
        permit(trained, "board-2", of={"snapshot": other}, terms=[{"code": "POA"}])
        assert decided(trained, Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id) is PERMIT
        assert decided(trained, CURATED_ID) is DENY


class TestWhatIsRecordedLater:
    def test_u12_a_withdrawal_acts_from_its_date(self, curated: House) -> None:
        permit(curated, consent={"state": "GIVEN"})
        curated.record(withdrawal_of_consent(valid_from="2026-05-10T00:00:00Z"))
        assert decided(curated, CURATED_ID, date=parse_zoned("2026-05-09T00:00:00Z")) is PERMIT
        assert decided(curated, CURATED_ID) is DENY

    def test_u12_a_retroactive_one_at_every_date(self, curated: House) -> None:
        permit(curated)
        curated.record(withdrawal_of_consent(effect="RETROACTIVE", valid_from="2026-05-10T00:00:00Z"))
        assert decided(curated, CURATED_ID, date=parse_zoned("2026-02-09T00:00:00Z")) is DENY

    def test_an_end(self, curated: House) -> None:
        permit(curated)
        curated.record(ending(valid_from="2026-05-15T00:00:00Z"))
        ended = parse_zoned("2026-05-15T00:00:00Z")
        assert decided(curated, CURATED_ID, date=ended - 1) is PERMIT
        assert decided(curated, CURATED_ID, date=ended) is DENY

    def test_u8_an_undertaking_of_the_project_decides(self, curated: House) -> None:
        permit(curated, terms=[{"code": "GRU"}, {"code": "COL"}])
        mine = Requester(project="made-up project")
        found = ask(curated, CURATED_ID, requester=mine)
        assert found.verdict.decision is ABSTAIN
        assert found.verdict.deciding[0].reasons[0].awaits is RecordKind.COLLABORATION
        curated.record(undertaking("COLLABORATION", project="made-up project", valid_from=BEFORE))
        assert decided(curated, CURATED_ID, requester=mine) is PERMIT
        assert decided(curated, CURATED_ID, requester=Requester(project="another")) is ABSTAIN

    def test_u8_an_undertaking_is_of_its_statement_alone(self, curated: House) -> None:
        permit(curated, terms=[{"code": "GRU"}, {"code": "COL"}])
        permit(curated, "board-2", terms=[{"code": "GRU"}, {"code": "COL"}])
        curated.record(undertaking("COLLABORATION", valid_from=BEFORE))
        assert decided(curated, CURATED_ID) is ABSTAIN

    def test_u8_an_approval_of_the_ethics_board(self, curated: House, approver: Actor) -> None:
        permit(curated, terms=[{"code": "GRU"}, {"code": "IRB"}])
        mine = Requester(project="made-up project")
        assert decided(curated, CURATED_ID, requester=mine) is ABSTAIN
        curated.record(declaration(dataset=CURATED, source_system=None, permitted_use=None))
        asked = curated.record(
            request(subject={"dataset": CURATED}, approval_kind="IRB", use_case="made-up project")
        ).receipt.index
        curated.record(decision(asked, irb={"determination": "EXEMPT", "protocol": "MADE-UP-1"}), approver)
        now = curated.clock.micros()
        assert decided(curated, CURATED_ID, requester=mine, date=now) is PERMIT


class TestU13Licence:
    def test_widens_what_passes_it(self, house: House) -> None:
        flow(house, 1, "a", "b")
        flow(house, 2, "b", "c")
        permit(house, of={"dataset": named("a")}, terms=[{"code": "POA"}])
        end = Dataset(**named("c")).id
        assert decided(house, end) is DENY
        house.record(licence(of={"dataset": named("b")}, valid_from=BEFORE, until="2999-01-01T00:00:00Z"))
        found = ask(house, end)
        assert found.verdict.decision is PERMIT
        assert [one.replaced_by for one in found.permitted.applied] == [("licence-1",), ()]
        assert decided(house, Dataset(**named("a")).id) is DENY

    def test_not_what_goes_around_it(self, house: House) -> None:
        flow(house, 1, "a", "b")
        flow(house, 2, "b", "c")
        flow(house, 3, "a", "c")
        permit(house, of={"dataset": named("a")}, terms=[{"code": "POA"}])
        house.record(licence(of={"dataset": named("b")}, valid_from=BEFORE))
        assert decided(house, Dataset(**named("c")).id) is DENY

    def test_ends(self, house: House) -> None:
        flow(house, 1, "a", "b")
        permit(house, of={"dataset": named("a")}, terms=[{"code": "POA"}])
        house.record(licence(of={"dataset": named("b")}, valid_from=BEFORE, until="2026-06-15T00:00:00Z"))
        assert decided(house, Dataset(**named("b")).id, date=DATE - 1) is PERMIT
        assert decided(house, Dataset(**named("b")).id) is DENY

    def test_is_of_the_same_authority(self, curated: House) -> None:
        permit(curated)
        with pytest.raises(SenderError, match="its own authority"):
            curated.record(licence(authority="somebody else"))

    def test_u13_a_later_declaration_widens_nothing(self, curated: House) -> None:
        permit(curated)
        of_it = {"dataset": CURATED, "source_system": None}
        narrow = declaration(**of_it, permitted_use={"duo": ["POA"]}, valid_from=BEFORE)
        curated.record(narrow)
        assert decided(curated, CURATED_ID) is DENY
        curated.record(declaration(**of_it, permitted_use={"duo": ["NRES"]}, valid_from="2026-02-01T00:00:00Z"))
        curated.record(narrow)
        found = ask(curated, CURATED_ID)
        assert found.verdict.decision is DENY
        assert len(found.permitted.applied) == 3
        declared_as = "declared of curated visits"
        curated.record(licence(declared_as, authority="local", of={"dataset": CURATED}, valid_from=BEFORE))
        found = ask(curated, CURATED_ID)
        assert found.verdict.decision is PERMIT
        assert {one.statement.id for one in found.permitted.applied if one.replaced_by} == {declared_as}

    def test_a_licence_of_a_declaration_is_of_whoever_declared(self, curated: House) -> None:
        curated.record(declaration(valid_from=BEFORE))
        with pytest.raises(SenderError, match="its own authority"):
            curated.record(licence("declared of landing visits"))
        with pytest.raises(SenderError, match="no declaration"):
            curated.record(licence("declared of landing unheard-of", authority="local"))

    def test_u12_a_withdrawal_after_it_stands_beside_it(self, house: House) -> None:
        flow(house, 1, "a", "b")
        permit(house, of={"dataset": named("a")})
        end = Dataset(**named("b")).id
        house.record(licence(of={"dataset": named("b")}, valid_from="2026-02-01T00:00:00Z"))
        house.record(withdrawal_of_consent(valid_from="2026-05-01T00:00:00Z"))
        assert decided(house, end, date=parse_zoned("2026-04-01T00:00:00Z")) is PERMIT
        assert decided(house, end) is DENY
        anew = licence(statement="licence-2", of={"dataset": named("b")}, valid_from="2026-05-02T00:00:00Z")
        house.record(anew)
        assert decided(house, end) is PERMIT

    def test_u12_a_retroactive_withdrawal_reaches_behind_a_licence(self, house: House) -> None:
        flow(house, 1, "a", "b")
        permit(house, of={"dataset": named("a")})
        house.record(licence(of={"dataset": named("b")}, valid_from="2026-02-01T00:00:00Z"))
        before = house.ledger.size() - 1
        house.record(withdrawal_of_consent(effect="RETROACTIVE", valid_from="2026-05-20T00:00:00Z"))
        end, asked = Dataset(**named("b")).id, UseQuestion(purpose="HRESCH", date=DATE)
        assert decided(house, end) is DENY
        assert may_use(house.view().at(NOW, before), end, asked).verdict.decision is PERMIT


class TestU15DeletedAfterUse:
    """DELAU against how long the dataset that is asked about, or that a statement is about, is to be kept."""

    LONG: ClassVar = {"policy_class": "CLINICAL_REGULATORY", "period_days": 3650}

    def keep(self, house: House, dataset: dict[str, str], since: str = BEFORE, **retention: Any) -> int:
        said = {"kind": "declare_dataset", "dataset": dataset, "retention": {**self.LONG, **retention}}
        return house.record({**said, "valid_from": since}).receipt.index

    def test_leaves_use_open_until_a_person_settles_it(self, curated: House) -> None:
        asking = permit(curated, obligations=["DELAU"])
        assert decided(curated, CURATED_ID) is PERMIT
        keeping = self.keep(curated, CURATED)
        found = ask(curated, CURATED_ID)
        assert found.verdict.decision is ABSTAIN
        ((reason,),) = (one.reasons for one in found.verdict.deciding)
        assert "DELAU" in reason.text
        assert "curated/visits" in reason.text
        assert (reason.awaits, reason.entries) == (RecordKind.USE_STATEMENT, (asking, keeping))
        assert {asking, keeping} <= set(found.entries)
        (contradiction,) = found.permitted.contradictions
        assert contradiction.statements == ("board-1",)
        # Of what it was made of nothing is kept longer.
        assert decided(curated, RAW_ID) is PERMIT
        self.keep(curated, CURATED, "2026-02-01T00:00:00Z", policy_class="RESEARCH")
        assert decided(curated, CURATED_ID) is PERMIT

    def test_what_is_kept_of_the_source_leaves_open_what_was_made_of_it(self, curated: House) -> None:
        permit(curated, obligations=["DELAU"])
        self.keep(curated, RAW)
        curated.record(seal())
        curated.record(registration())
        for of in (RAW_ID, CURATED_ID, Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id, VERSION_ID):
            assert decided(curated, of) is ABSTAIN
        curated.record(licence())
        assert decided(curated, VERSION_ID) is PERMIT

    def test_softens_no_denial(self, curated: House) -> None:
        permit(curated, obligations=["DELAU"], terms=[{"code": "POA"}])
        self.keep(curated, CURATED)
        assert decided(curated, CURATED_ID) is DENY

    def test_many_are_judged_with_as_many_calls_as_few(self, house: House) -> None:
        names = [f"d{number}" for number in range(1, 6)]
        for number, name in enumerate(names, 1):
            flow(house, number, "raw", name)
            self.keep(house, named(name))
        permit(house, of={"dataset": named("raw")}, obligations=["DELAU"])
        asked = UseQuestion(purpose="HRESCH", date=DATE)

        def calls(ids: Sequence[str]) -> int:
            with house.store.reading() as reader:
                counting = Counting(reader)
                judge = UseJudge(View(counting), ids)
                for of in ids:
                    found = judge.may(of, asked)
                    assert found == may_use(house.view(), of, asked)
                    assert found.verdict.decision is ABSTAIN
                return counting.calls

        ids = [Dataset(**named(name)).id for name in names]
        assert calls(ids) == calls(ids[:2])

    def test_results_that_nobody_may_disclose_leave_it_open_though_their_return_was_promised(
        self, curated: House
    ) -> None:
        permit(curated, terms=[{"code": "GRU"}, {"code": "RTN"}], refrains=["ORCON"])
        curated.record(undertaking("RETURN"))
        assert decided(curated, RAW_ID) is ABSTAIN


class TestWhatEndsAnException:
    @pytest.mark.parametrize("effect", ["FROM_ITS_DATE", "RETROACTIVE"])
    def test_r4_a_transfer_ends_or_never_was(self, curated: House, effect: str) -> None:
        permit(curated, places=["nowhere-land"])
        for place in ("nowhere-land", "elsewhere"):
            curated.record({"kind": "declare_place", "place": place, "place_kind": "REGION", "valid_from": BEFORE})
        held = curated.record(transfer(valid_from=BEFORE)).receipt.index
        assert decided(curated, CURATED_ID, place="elsewhere") is PERMIT
        end = curated.record(
            ending_exception("transfer", held, effect=effect, valid_from="2026-05-01T00:00:00Z")
        ).receipt.index
        found = ask(curated, CURATED_ID, place="elsewhere")
        assert found.verdict.decision is DENY
        earlier = ask(curated, CURATED_ID, place="elsewhere", date=parse_zoned("2026-04-01T00:00:00Z"))
        assert earlier.verdict.decision is (PERMIT if effect == "FROM_ITS_DATE" else DENY)
        assert effect == "RETROACTIVE" or end in earlier.entries

    @pytest.mark.parametrize("effect", ["FROM_ITS_DATE", "RETROACTIVE"])
    def test_u8_an_undertaking_ends_or_never_was(self, curated: House, effect: str) -> None:
        permit(curated, terms=[{"code": "GRU"}, {"code": "COL"}])
        held = curated.record(undertaking("COLLABORATION", valid_from=BEFORE)).receipt.index
        assert decided(curated, CURATED_ID) is PERMIT
        curated.record(ending_exception("undertaking", held, effect=effect, valid_from="2026-05-01T00:00:00Z"))
        assert decided(curated, CURATED_ID) is ABSTAIN
        earlier = decided(curated, CURATED_ID, date=parse_zoned("2026-04-01T00:00:00Z"))
        assert earlier is (PERMIT if effect == "FROM_ITS_DATE" else ABSTAIN)

    def test_of_what_was_never_recorded_is_refused(self, curated: House) -> None:
        held = permit(curated)
        with pytest.raises(SenderError, match="no transfer"):
            curated.record(ending_exception("transfer", held))


class TestPlacesOfASource:
    @pytest.fixture
    def supplied(self, curated: House) -> House:
        for name, within in (("nowhere-land", None), ("sampletown", "nowhere-land"), ("elsewhere", None)):
            curated.record(records.place(name, within, place_kind="REGION", valid_from=BEFORE))
        curated.record(declaration(permitted_use=None, valid_from=BEFORE))
        curated.record(records.source(permitted_places=["nowhere-land"], valid_from=BEFORE))
        return curated

    @pytest.mark.parametrize(
        ("where", "decision"), [("sampletown", PERMIT), ("elsewhere", DENY), ("unheard-of", ABSTAIN), (None, ABSTAIN)]
    )
    def test_bind_what_is_made_of_its_data(self, supplied: House, where: str | None, decision: Decision) -> None:
        permit(supplied)
        found = ask(supplied, CURATED_ID, place=where)
        assert found.verdict.decision is decision
        (of_source,) = [one for one in found.permitted.applied if one.statement.limits_only]
        assert of_source.subject == Source("made-up EHR").id
        assert set(of_source.statement.cites) <= set(found.entries)

    def test_are_no_permission(self, supplied: House) -> None:
        found = ask(supplied, CURATED_ID, place="sampletown")
        assert found.verdict.decision is ABSTAIN
        assert found.permitted.unstated == (RAW_ID,)

    def test_are_not_widened_by_declaring_more(self, supplied: House) -> None:
        permit(supplied)
        more = records.source(permitted_places=["nowhere-land", "elsewhere"], valid_from="2026-02-01T00:00:00Z")
        supplied.record(more)
        assert decided(supplied, CURATED_ID, place="elsewhere") is DENY
        licensed = licence(
            "declared of the source made-up EHR",
            authority="local",
            of={"dataset": RAW},
            places=["elsewhere"],
            valid_from=BEFORE,
        )
        supplied.record(licensed)
        assert decided(supplied, CURATED_ID, place="elsewhere") is PERMIT


class TestU14:
    """Clearing labels changes no answer."""

    def test_u14_neither_labels_nor_attestations_change_an_answer(self, curated: House) -> None:
        permit(curated, terms=[{"code": "GRU"}, {"code": "NCU"}])
        asked = [(purpose, commercial) for purpose in ("HRESCH", "TREAT") for commercial in (None, True, False)]

        def answers() -> list[MayUse]:
            return [
                ask(curated, CURATED_ID, purpose, requester=Requester(commercial=commercial))
                for purpose, commercial in asked
            ]

        before = answers()
        for stance in ("ASSERT", "REJECT"):
            curated.record(tag(stance=stance))
        curated.record(attestation(valid_from="2026-01-01T00:00:00Z"))
        curated.record(
            declaration(
                dataset=CURATED,
                source_system=None,
                permitted_use=None,
                phi_category=[],
                deidentification_state="DE_IDENTIFIED",
            )
        )
        assert answers() == before


class TestR4Transfers:
    def test_are_an_exception_for_what_passes_them(self, house: House) -> None:
        flow(house, 1, "a", "b")
        permit(house, of={"dataset": named("a")}, places=["nowhere-land"])
        house.record(transfer(of={"dataset": named("b")}, valid_from=BEFORE))
        assert decided(house, Dataset(**named("b")).id, place="elsewhere") is PERMIT
        assert decided(house, Dataset(**named("a")).id, place="elsewhere") is ABSTAIN

    def test_a_transfer_of_one_parent_is_none_of_another(self, house: House) -> None:
        flow(house, 1, "a", "c")
        flow(house, 2, "b", "c")
        for statement, name in (("board-1", "a"), ("board-2", "b")):
            permit(house, statement, of={"dataset": named(name)}, places=["nowhere-land"])
        house.record(transfer(of={"dataset": named("a")}, valid_from=BEFORE))
        assert decided(house, Dataset(**named("c")).id, place="elsewhere") is ABSTAIN
