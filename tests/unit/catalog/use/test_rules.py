"""What one statement, and what several, come to: each rule of permitted use by its number in `docs/use.md`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from catalog.assets.retention import Keeping
from catalog.use.contradictions import contradictions
from catalog.use.model import (
    Agreement,
    Consent,
    Decision,
    Licence,
    OrganizationKind,
    Promise,
    RecordKind,
    Requester,
    SensitiveTopic,
    Term,
    Transfer,
    UseQuestion,
    UseStatement,
)
from catalog.use.places import Places
from catalog.use.rules import decide, judge, replacing
from catalog.use.terms import DS, GS, HMB, MOR, TS, US
from graph_schema.aspects.declarations import Retention
from graph_schema.times import parse_zoned
from graph_schema.vocabulary import duo
from graph_schema.vocabulary.words import ConsentState, WithdrawalEffect

PERMIT, ABSTAIN, DENY = Decision.PERMIT, Decision.ABSTAIN, Decision.DENY
CANCER, LUNG_CANCER, ASTHMA = "MONDO:9000001", "MONDO:9000002", "MONDO:9000003"
ANCESTORS = {LUNG_CANCER: frozenset({CANCER}), CANCER: frozenset[str](), ASTHMA: frozenset[str]()}
PLACES = Places({"nowhere-land": None, "sampletown": "nowhere-land", "elsewhere": None})


def day(text: str) -> int:
    return parse_zoned(f"{text}T00:00:00Z")


NOW = day("2026-06-15")


def statement(*codes: str | Term, id_: str = "one", authority: str = "the board", **others: object) -> UseStatement:
    """Return a statement with data use terms by shorthand."""
    terms = frozenset(one if isinstance(one, Term) else Term(duo.find(one).code.code) for one in codes)
    fields = {"entry": 1, "since": day("2026-01-01")} | others
    return UseStatement(id=id_, authority=authority, terms=terms, **fields)  # type: ignore[arg-type]


def diseases(*names: str) -> Term:
    return Term(DS, frozenset(names))


def question(purpose: str, **others: object) -> UseQuestion:
    return UseQuestion(purpose=purpose, **({"date": NOW} | others))  # type: ignore[arg-type]


def decided(said: UseStatement | Iterable[UseStatement], asked: UseQuestion, **others: object) -> Decision:
    some = [said] if isinstance(said, UseStatement) else said
    return decide(some, asked, **({"ancestors": ANCESTORS, "places": PLACES} | others)).decision  # type: ignore[arg-type]


class TestU1Silence:
    """Nothing said is no permission."""

    def test_of_nothing(self) -> None:
        verdict = decide([], question("HRESCH"))
        assert verdict.decision is ABSTAIN
        assert verdict.deciding[0].reasons[0].awaits is RecordKind.USE_STATEMENT

    def test_of_a_source_beside_others(self) -> None:
        assert decided(statement("NRES"), question("HRESCH"), unstated=True) is ABSTAIN

    def test_does_not_soften_a_denial(self) -> None:
        assert decided(statement("POA"), question("HRESCH"), unstated=True) is DENY

    def test_top_is_what_somebody_says(self) -> None:
        for purpose in ("HRESCH", "MLTRAINING", "TREAT", "HMARKT", "GRU", "POA"):
            assert decided(statement("NRES"), question(purpose)) is PERMIT


class TestU2Meet:
    """The worst of all statements decides, and obligations unite."""

    def test_denial_is_worse_than_abstention(self) -> None:
        denies, abstains = statement("POA", id_="denies"), statement("GRU", "IRB", id_="abstains")
        verdict = decide([denies, abstains, statement("NRES", id_="permits")], question("HRESCH"))
        assert verdict.decision is DENY
        assert [one.statement for one in verdict.deciding] == [denies]
        assert len(verdict.judgements) == 3

    def test_obligations_and_refrains_unite(self) -> None:
        some = [
            statement("GRU", id_="a", obligations=frozenset({"AUDIT"}), refrains=frozenset({"NORELINK"})),
            statement("GRU", id_="b", obligations=frozenset({"ENCRYPT"})),
        ]
        verdict = decide(some, question("HRESCH"))
        assert verdict.decision is PERMIT
        assert verdict.obligations == {"AUDIT", "ENCRYPT"}
        assert verdict.refrains == {"NORELINK"}

    def test_diseases_any_of_within_a_statement(self) -> None:
        both = statement(diseases(CANCER, ASTHMA))
        assert decided(both, question("DSRCH", diseases=frozenset({LUNG_CANCER, ASTHMA}))) is PERMIT

    def test_diseases_all_of_across_statements(self) -> None:
        some = [statement(diseases(CANCER), id_="a"), statement(diseases(ASTHMA), id_="b")]
        assert decided(some, question("DSRCH", diseases=frozenset({LUNG_CANCER}))) is DENY

    def test_every_disease_of_the_purpose_is_covered(self) -> None:
        assert (
            decided(statement(diseases(CANCER)), question("DSRCH", diseases=frozenset({LUNG_CANCER, ASTHMA}))) is DENY
        )


class TestU3OnePermission:
    def test_two_are_read_as_both(self) -> None:
        assert decided(statement("GRU", "HMB"), question("POA")) is DENY
        assert decided(statement("GRU", "HMB"), question("HMB")) is PERMIT

    def test_two_are_found(self) -> None:
        (found,) = contradictions([statement("GRU", "HMB")])
        assert "more than one permission" in found.text

    def test_none_is_not_every(self) -> None:
        assert decided(statement("NCU"), question("HRESCH", requester=Requester(commercial=False))) is ABSTAIN

    @pytest.mark.parametrize(
        ("said", "covers"),
        [
            ("NRES", {"GRU", "HMB", "DS", "POA"}),
            ("GRU", {"GRU", "HMB", "DS", "POA"}),
            ("HMB", {"HMB", "DS"}),
            ("POA", {"POA"}),
        ],
    )
    def test_what_a_permission_covers(self, said: str, covers: set[str]) -> None:
        for sought in ("GRU", "HMB", "DS", "POA"):
            asked = question(sought, diseases=frozenset({CANCER}) if sought == "DS" else frozenset())
            assert decided(statement(said), asked) is (PERMIT if sought in covers else DENY)


class TestU4AnyResearch:
    @pytest.mark.parametrize(
        ("said", "decision"), [("NRES", PERMIT), ("GRU", PERMIT), ("HMB", DENY), ("DS", DENY), ("POA", DENY)]
    )
    def test_fits_the_widest_alone(self, said: str, decision: Decision) -> None:
        assert decided(statement(diseases(CANCER) if said == "DS" else said), question("GRU")) is decision


class TestU5WithoutAnOntology:
    def test_the_same_disease_is_permitted(self) -> None:
        asked = question("DSRCH", diseases=frozenset({CANCER}))
        assert decided(statement(diseases(CANCER)), asked, ancestors=None) is PERMIT

    def test_another_disease_is_left_open(self) -> None:
        asked = question("DSRCH", diseases=frozenset({LUNG_CANCER}))
        verdict = decide([statement(diseases(CANCER))], asked)
        assert verdict.decision is ABSTAIN
        assert verdict.deciding[0].reasons[0].awaits is RecordKind.ONTOLOGY

    def test_with_one_a_wider_disease_is_denied(self) -> None:
        assert decided(statement(diseases(LUNG_CANCER)), question("DSRCH", diseases=frozenset({CANCER}))) is DENY

    def test_with_one_a_disease_that_it_has_not_is_left_open(self) -> None:
        assert decided(statement(diseases(CANCER)), question("DSRCH", diseases=frozenset({"MONDO:9999999"}))) is ABSTAIN

    def test_none_named_on_either_side_is_left_open(self) -> None:
        assert decided(statement(diseases()), question("DSRCH", diseases=frozenset({CANCER}))) is ABSTAIN
        assert decided(statement(diseases(CANCER)), question("DSRCH")) is ABSTAIN


METHODS = frozenset({"DUO:0000031"})


class TestU6Methods:
    @pytest.mark.parametrize("said", ["GRU", "HMB", "POA", "NRES"])
    def test_are_allowed_where_nothing_prohibits_them(self, said: str) -> None:
        assert decided(statement(said), question("HRESCH", investigations=METHODS)) is PERMIT

    def test_are_prohibited_by_nmds(self) -> None:
        assert decided(statement("GRU", "NMDS"), question("HRESCH", investigations=METHODS)) is DENY

    def test_but_for_the_statements_own_disease(self) -> None:
        own = statement(diseases(CANCER), "NMDS")
        assert decided(own, question("HRESCH", investigations=METHODS, diseases=frozenset({LUNG_CANCER}))) is PERMIT
        assert decided(own, question("HRESCH", investigations=METHODS, diseases=frozenset({ASTHMA}))) is DENY
        assert decided(own, question("HRESCH", investigations=METHODS)) is DENY

    def test_nothing_else_is_prohibited(self) -> None:
        assert decided(statement("GRU", "NMDS"), question("HRESCH")) is PERMIT


class TestU7ProfitAndCommerce:
    @pytest.mark.parametrize(
        ("code", "organization", "commercial", "decision"),
        [
            ("NPU", OrganizationKind.NONPROFIT, None, PERMIT),
            ("NPU", OrganizationKind.FOR_PROFIT, False, DENY),
            ("NPU", None, False, ABSTAIN),
            ("NCU", OrganizationKind.FOR_PROFIT, False, PERMIT),
            ("NCU", OrganizationKind.NONPROFIT, True, DENY),
            ("NCU", OrganizationKind.NONPROFIT, None, ABSTAIN),
            ("NPUNCU", OrganizationKind.NONPROFIT, False, PERMIT),
            ("NPUNCU", OrganizationKind.FOR_PROFIT, False, DENY),
            ("NPUNCU", OrganizationKind.NONPROFIT, True, DENY),
            ("NPUNCU", OrganizationKind.NONPROFIT, None, ABSTAIN),
            ("NPUNCU", None, True, DENY),
        ],
    )
    def test_who_and_why_are_two_questions(
        self,
        code: str,
        organization: OrganizationKind | None,
        commercial: bool | None,  # noqa: FBT001
        decision: Decision,
    ) -> None:
        who = Requester(organization=organization, commercial=commercial)
        assert decided(statement("GRU", code), question("HRESCH", requester=who)) is decision


class TestU8RecordsThatDecide:
    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("IRB", RecordKind.IRB_APPROVAL),
            ("COL", RecordKind.COLLABORATION),
            ("PUB", RecordKind.PUBLICATION),
            ("RTN", RecordKind.RETURN),
        ],
    )
    def test_is_named_and_then_decides(self, code: str, kind: RecordKind) -> None:
        said = statement("GRU", code)
        verdict = decide([said], question("HRESCH"))
        assert verdict.decision is ABSTAIN
        assert verdict.deciding[0].reasons[0].awaits is kind
        held = Promise(kind, 7, day("2026-02-01"), due=day("2027-01-01"))
        settled = decide([said], question("HRESCH", promises=(held,)))
        assert settled.decision is PERMIT
        assert any(7 in reason.entries for reason in settled.deciding[0].reasons)
        assert ("2027-01-01" in " ".join(settled.obligations)) is (code != "IRB")

    def test_one_that_ended_or_begins_later_does_not(self) -> None:
        for since, until in (("2025-01-01", "2026-06-15"), ("2026-06-16", None)):
            held = Promise(RecordKind.IRB_APPROVAL, 7, day(since), None if until is None else day(until))
            assert decided(statement("GRU", "IRB"), question("HRESCH", promises=(held,))) is ABSTAIN

    @pytest.mark.parametrize(
        ("place", "decision"),
        [
            ("sampletown", PERMIT),
            ("nowhere-land", PERMIT),
            ("elsewhere", DENY),
            ("unheard-of", ABSTAIN),
            (None, ABSTAIN),
        ],
    )
    def test_gs_holds_within_the_tree_of_places(self, place: str | None, decision: Decision) -> None:
        said = statement("GRU", Term(GS, frozenset({"nowhere-land"})))
        assert decided(said, question("HRESCH", place=place)) is decision

    @pytest.mark.parametrize(("granted", "decision"), [("2026-05-31", PERMIT), ("2026-05-15", DENY), (None, ABSTAIN)])
    def test_ts_runs_from_the_grant(self, granted: str | None, decision: Decision) -> None:
        promises = () if granted is None else (Promise(RecordKind.GRANT, 3, day(granted)),)
        assert decided(statement("GRU", Term(TS, months=1)), question("HRESCH", promises=promises)) is decision

    def test_ts_ends_with_a_short_month(self) -> None:
        granted = Promise(RecordKind.GRANT, 3, day("2026-01-31"))
        said = statement("GRU", Term(TS, months=1))
        for date, decision in (("2026-02-27", PERMIT), ("2026-02-28", DENY)):
            assert decided(said, question("HRESCH", date=day(date), promises=(granted,))) is decision

    @pytest.mark.parametrize(("date", "decision"), [("2026-06-15", PERMIT), ("2026-06-16", ABSTAIN)])
    def test_mor_ends_on_its_date(self, date: str, decision: Decision) -> None:
        assert decided(statement("GRU", Term(MOR, date=day(date))), question("HRESCH")) is decision

    @pytest.mark.parametrize(("user", "decision"), [("ada", PERMIT), ("bob", DENY), (None, ABSTAIN)])
    def test_us_lists_who_may(self, user: str | None, decision: Decision) -> None:
        said = statement("GRU", Term(US, frozenset({"ada"})))
        assert decided(said, question("HRESCH", requester=Requester(user=user))) is decision

    @pytest.mark.parametrize(("genetic", "decision"), [(True, PERMIT), (False, DENY), (None, ABSTAIN)])
    def test_gso_asks_whether_it_is_genetic(self, genetic: bool | None, decision: Decision) -> None:  # noqa: FBT001
        assert decided(statement("GRU", "GSO"), question("HRESCH", genetic=genetic)) is decision

    def test_a_list_without_names_lets_nobody_pass(self) -> None:
        for code in ("US", "PS", "IS", "GS"):
            who = Requester(user="ada", project="p", institute="i")
            assert decided(statement("GRU", code), question("HRESCH", requester=who, place="sampletown")) is ABSTAIN

    def test_modifiers_of_the_user_bind_every_purpose(self) -> None:
        said = statement("GRU", "CC", "NPU")
        for_profit = Requester(organization=OrganizationKind.FOR_PROFIT)
        assert decided(said, question("TREAT", requester=for_profit)) is DENY


class TestU9SensitiveResearch:
    @pytest.mark.parametrize("topic", SensitiveTopic)
    def test_is_left_to_a_person(self, topic: SensitiveTopic) -> None:
        assert decided(statement("GRU"), question("HRESCH", sensitive=frozenset({topic}))) is ABSTAIN

    @pytest.mark.parametrize("code", ["DUO:0000032", "DUO:0000034", "DUO:0000035", "DUO:0000036"])
    def test_is_what_some_investigations_are(self, code: str) -> None:
        assert decided(statement("GRU"), question("HRESCH", investigations=frozenset({code}))) is ABSTAIN


class TestU10TwoAxes:
    def test_both_permit(self) -> None:
        said = statement("HMB", purposes=frozenset({"HRESCH"}))
        assert decided(said, question("HRESCH")) is PERMIT
        assert decided(said, question("POARCH")) is DENY

    @pytest.mark.parametrize(
        ("purposes", "decision"),
        [(None, ABSTAIN), ({"HRESCH"}, DENY), ({"HOPERAT"}, PERMIT), ({"MLTRAINING"}, PERMIT)],
    )
    def test_machine_learning_follows_from_no_permission(self, purposes: set[str] | None, decision: Decision) -> None:
        said = statement("GRU", purposes=None if purposes is None else frozenset(purposes))
        assert decided(said, question("MLTRAINING")) is decision

    def test_machine_learning_as_research_names_what_is_done(self) -> None:
        biomedical = frozenset({"DUO:0000037"})
        assert decided(statement("HMB"), question("MLTRAINING", investigations=biomedical)) is PERMIT
        assert decided(statement("POA"), question("MLTRAINING", investigations=biomedical)) is DENY

    def test_on_a_limited_data_set_the_agreement_names_it(self) -> None:
        asked = question("MLTRAINING", limited_data_set=True)
        for purposes, decision in (
            (set(), ABSTAIN),
            ({"MLTRAINING"}, PERMIT),
            ({"HRESCH"}, DENY),
            ({"HOPERAT"}, ABSTAIN),
        ):
            held = Agreement("dua-1", day("2026-01-01"), None, frozenset(purposes), limited_data_set=True)
            assert decided(statement(purposes=frozenset({"HOPERAT"}), agreement=held), asked) is decision
        assert decided(statement(purposes=frozenset({"HOPERAT"})), asked) is DENY

    def test_l14_its_terms_are_obligations_of_whoever_has_it(self) -> None:
        held = Agreement("dua-1", day("2026-01-01"), None, frozenset({"MLTRAINING"}), limited_data_set=True)
        found = decide([statement("NRES", agreement=held)], question("MLTRAINING", limited_data_set=True))
        assert found.decision is PERMIT
        assert found.obligations == {"neither identify nor contact the persons, 45 CFR 164.514(e)(4)(ii)(C)(5)"}

    @pytest.mark.parametrize(
        ("recipient", "decision"),
        [(None, ABSTAIN), ("A made-up institute", PERMIT), ("Another made-up institute", DENY)],
    )
    def test_l14_the_agreement_names_who_may_have_it(self, recipient: str | None, decision: Decision) -> None:
        held = Agreement("dua-1", day("2026-01-01"), recipients=frozenset({"A made-up institute"}))
        asked = question("HRESCH", requester=Requester(recipient=recipient), investigations=frozenset({"DUO:0000037"}))
        assert decided(statement("NRES", agreement=held), asked) is decision

    def test_l14_an_agreement_on_a_limited_data_set_that_names_nobody_leaves_a_recipient_open(self) -> None:
        held = Agreement("dua-1", day("2026-01-01"), None, frozenset({"HRESCH"}), limited_data_set=True)
        said = statement("NRES", agreement=held)
        assert decided(said, question("HRESCH")) is PERMIT
        assert decided(said, question("HRESCH", requester=Requester(recipient="A made-up institute"))) is ABSTAIN
        plain = statement("NRES", agreement=replace(held, limited_data_set=False))
        assert decided(plain, question("HRESCH", requester=Requester(recipient="A made-up institute"))) is PERMIT

    def test_an_axis_that_says_nothing_is_no_permission(self) -> None:
        assert decided(statement("GRU"), question("HMARKT")) is ABSTAIN
        assert decided(statement(), question("HRESCH")) is ABSTAIN

    def test_what_is_allowed_covers_what_lies_under_it_alone(self) -> None:
        assert decided(statement(purposes=frozenset({"TREAT"})), question("ETREAT")) is PERMIT
        assert decided(statement(purposes=frozenset({"ETREAT"})), question("TREAT")) is DENY


class TestU11ClinicalCare:
    def test_is_not_part_of_research(self) -> None:
        assert decided(statement("GRU"), question("TREAT")) is DENY
        assert decided(statement("GRU"), question("CC")) is DENY

    def test_is_what_cc_allows(self) -> None:
        assert decided(statement("GRU", "CC"), question("TREAT")) is PERMIT

    def test_intersects(self) -> None:
        some = [statement("GRU", "CC", id_="a"), statement("GRU", id_="b")]
        assert decided(some, question("TREAT")) is DENY

    def test_may_be_a_purpose_instead(self) -> None:
        assert decided(statement("GRU", purposes=frozenset({"TREAT", "HRESCH"})), question("TREAT")) is PERMIT

    def test_adds_nothing_to_research(self) -> None:
        assert decided(statement("POA", "CC"), question("HMB")) is DENY


class TestU12Dates:
    @pytest.mark.parametrize(
        ("date", "decision"),
        [("2025-12-31", ABSTAIN), ("2026-01-01", PERMIT), ("2026-06-30", PERMIT), ("2026-07-01", DENY)],
    )
    def test_are_half_open(self, date: str, decision: Decision) -> None:
        assert decided(statement("GRU", until=day("2026-07-01")), question("HRESCH", date=day(date))) is decision

    def test_what_begins_later_says_nothing_of_before(self) -> None:
        later = statement("GRU", id_="later", since=day("2026-06-01"), purposes=frozenset({"TREAT"}))
        before, after = (question("HRESCH", date=day(date)) for date in ("2026-05-31", "2026-06-01"))
        (only,) = decide([later], before).judgements
        assert (only.statement, only.decision) == (None, ABSTAIN)
        assert judge(later, before).reasons[0].text == "It holds from 2026-06-01."
        assert decide([statement("GRU"), later], before).decision is PERMIT
        assert decide([statement("GRU"), later], after).decision is DENY
        withdrawn = Consent(ConsentState.WITHDRAWN, day("2026-07-01"), effect=WithdrawalEffect.RETROACTIVE)
        assert decide([statement("GRU"), replace(later, withdrawals=(withdrawn,))], before).decision is DENY

    def test_a_withdrawal_acts_from_its_date(self) -> None:
        said = statement("GRU", consent=Consent(ConsentState.WITHDRAWN, day("2026-06-01")))
        assert decided(said, question("HRESCH", date=day("2026-05-31"))) is PERMIT
        assert decided(said, question("HRESCH", date=day("2026-06-01"))) is DENY

    def test_unless_it_is_retroactive(self) -> None:
        said = statement(
            "GRU", consent=Consent(ConsentState.WITHDRAWN, day("2026-06-01"), effect=WithdrawalEffect.RETROACTIVE)
        )
        assert decided(said, question("HRESCH", date=day("2026-05-31"))) is DENY

    def test_a_consent_begins_and_ends(self) -> None:
        said = statement("GRU", consent=Consent(ConsentState.GIVEN, day("2026-03-01"), day("2026-06-15")))
        assert decided(said, question("HRESCH", date=day("2026-02-28"))) is DENY
        assert decided(said, question("HRESCH", date=day("2026-03-01"))) is PERMIT
        assert decided(said, question("HRESCH", date=day("2026-06-14"))) is PERMIT
        assert decided(said, question("HRESCH", date=day("2026-06-15"))) is DENY

    def test_an_agreement_ends(self) -> None:
        said = statement("GRU", agreement=Agreement("dua-1", day("2026-01-01"), day("2026-06-15")))
        assert decided(said, question("HRESCH", date=day("2026-06-14"))) is PERMIT
        assert decided(said, question("HRESCH", date=day("2026-06-15"))) is DENY


class TestU13Licence:
    @staticmethod
    def licence(authority: str, *, until: str | None = None) -> Licence:
        wide = statement("NRES", id_="wide", authority=authority, entry=9)
        end = None if until is None else day(until)
        return Licence("l", 9, authority, frozenset({"one"}), wide, "a new consent", day("2026-03-01"), end)

    def test_replaces_what_its_authority_said(self) -> None:
        licence = self.licence("the board")
        assert replacing(statement("POA"), [licence], NOW) == (licence,)

    def test_of_another_authority_replaces_nothing(self) -> None:
        assert replacing(statement("POA"), [self.licence("another board")], NOW) == ()

    def test_leaves_others_standing(self) -> None:
        assert replacing(statement("POA", id_="two"), [self.licence("the board")], NOW) == ()

    def test_ends(self) -> None:
        licence = self.licence("the board", until="2026-06-15")
        for at, held in (("2026-02-28", ()), ("2026-03-01", (licence,)), ("2026-06-15", ())):
            assert replacing(statement("POA"), [licence], day(at)) == held


class TestU15Contradictions:
    @pytest.mark.parametrize(
        "some",
        [
            [statement("POA", "NPOA")],
            [statement("POA", id_="a"), statement("HMB", id_="b")],
            [statement("POA", id_="a"), statement("GRU", "NPOA", id_="b")],
            [
                statement("GRU", id_="a", places=frozenset({"sampletown"})),
                statement("GRU", id_="b", places=frozenset({"elsewhere"})),
            ],
            [statement("GRU", "RTN", id_="a"), statement("GRU", id_="b", refrains=frozenset({"ORCON"}))],
            [statement(purposes=frozenset(), id_="a")],
        ],
    )
    def test_are_found(self, some: list[UseStatement]) -> None:
        assert contradictions(some, PLACES)

    def test_permit_nothing(self) -> None:
        assert decided(statement("POA", "NPOA"), question("POA")) is DENY
        some = [statement("POA", id_="a"), statement("HMB", id_="b")]
        for purpose in ("POA", "HMB", "GRU"):
            assert decided(some, question(purpose)) is DENY

    def test_places_that_lie_in_each_other_are_none(self) -> None:
        some = [
            statement("GRU", id_="a", places=frozenset({"nowhere-land"})),
            statement("GRU", id_="b", places=frozenset({"sampletown"})),
        ]
        assert not contradictions(some, PLACES)


def kept(policy_class: str, clock: str | None = None, until: str | None = None) -> Keeping:
    retention = Retention(policy_class, 3650, clock)
    return Keeping("Dataset:1", "landing/visits", retention, 0, 7, None if until is None else day(until))


class TestU15DeletedAfterUse:
    """DELAU against a retention clock that keeps longer."""

    UNTIL = day("2026-06-15")
    DATED: ClassVar = {
        "its own end": {"until": UNTIL},
        "its agreement's": {"agreement": Agreement("made-up agreement", 0, UNTIL)},
        "its consent's": {"consent": Consent(ConsentState.GIVEN, 0, UNTIL)},
        "the withdrawal's": {"withdrawals": (Consent(ConsentState.WITHDRAWN, UNTIL),)},
    }

    @pytest.mark.parametrize(
        ("dated", "keeping", "words"),
        [
            ({}, kept("CLINICAL_REGULATORY"), "3,650 days, whatever it is used for"),
            ({}, kept("RESEARCH", "LAST_USE"), "3,650 days after it was last used"),
            *((dated, kept("RESEARCH", until="2026-06-16"), "until 2026-06-16") for dated in DATED.values()),
            ({"until": UNTIL}, kept("SCRATCH", "LAST_USE", "2026-06-14"), "after it was last used"),
        ],
    )
    def test_is_found_where_data_is_kept_longer(self, dated: dict[str, Any], keeping: Keeping, words: str) -> None:
        asking = statement("GRU", obligations=frozenset({"DELAU"}), **dated)
        (found,) = contradictions([asking], kept=[keeping])
        assert words in found.text
        assert (found.statements, found.entries, found.leaves_open) == ((asking.id,), (asking.entry, 7), True)
        assert contradictions([statement("GRU", **dated)], kept=[keeping]) == ()

    @pytest.mark.parametrize(
        ("dated", "keeping"),
        [
            ({}, kept("RESEARCH", until="2036-01-01")),
            ({}, kept("SCRATCH", until="2036-01-01")),
            ({"until": UNTIL}, kept("CLINICAL_REGULATORY", until="2026-06-15")),
            ({"until": UNTIL}, kept("CLINICAL_REGULATORY", "STUDY_END")),
        ],
    )
    def test_is_not_found_where_nothing_tells_that_data_is_kept_longer(
        self, dated: dict[str, Any], keeping: Keeping
    ) -> None:
        assert contradictions([statement("GRU", obligations=frozenset({"DELAU"}), **dated)], kept=[keeping]) == ()


class TestU16UnknownCodes:
    def test_are_never_ignored(self) -> None:
        assert decided(statement("GRU", unknown=frozenset({"DUO:0000014"})), question("HRESCH")) is ABSTAIN

    def test_do_not_soften_a_denial(self) -> None:
        assert decided(statement("POA", unknown=frozenset({"XYZ"})), question("HRESCH")) is DENY


class TestResidency:
    """R1, R3, R4: where data may be."""

    SAID = statement("NRES", places=frozenset({"nowhere-land"}), basis="a contract")

    @pytest.mark.parametrize(
        ("place", "decision"),
        [("sampletown", PERMIT), ("elsewhere", DENY), ("unheard-of", ABSTAIN), (None, ABSTAIN)],
    )
    def test_r1_within_is_by_the_tree(self, place: str | None, decision: Decision) -> None:
        assert decided(self.SAID, question("HRESCH", place=place)) is decision

    def test_r3_empty_is_nowhere(self) -> None:
        assert decided(statement("NRES", places=frozenset()), question("HRESCH", place="sampletown")) is DENY

    def test_r4_a_transfer_is_the_exception_while_it_lasts(self) -> None:
        held = Transfer("t", 8, "elsewhere", "standard clauses", day("2026-02-01"), day("2026-06-15"))
        asked = question("HRESCH", place="elsewhere", date=day("2026-06-14"))
        verdict = decide([self.SAID], asked, places=PLACES, transfers={self.SAID: [held]})
        assert verdict.decision is PERMIT
        assert any(8 in reason.entries for reason in verdict.judgements[0].reasons)
        later = question("HRESCH", place="elsewhere", date=day("2026-06-15"))
        assert decide([self.SAID], later, places=PLACES, transfers={self.SAID: [held]}).decision is DENY


# What the matcher of DUOS (V4, consent-ontology e371cba) decides, and where we are stricter.
_ANY, _HMB = question("GRU"), question("HMB")
_METHODS = question("HRESCH", investigations=METHODS)


@pytest.mark.parametrize(
    ("asked", "said", "theirs", "ours"),
    [
        pytest.param(
            question("DS", diseases=frozenset({LUNG_CANCER})), [diseases(CANCER)], PERMIT, PERMIT, id="kind-of"
        ),
        pytest.param(question("DS", diseases=frozenset({CANCER})), [diseases(LUNG_CANCER)], DENY, DENY, id="wider"),
        pytest.param(_HMB, ["GRU"], PERMIT, PERMIT, id="hmb-gru"),
        pytest.param(_HMB, ["HMB"], PERMIT, PERMIT, id="hmb-hmb"),
        pytest.param(_ANY, ["HMB"], DENY, DENY, id="gru-hmb"),
        pytest.param(_HMB, [diseases(CANCER)], DENY, DENY, id="hmb-ds"),
        pytest.param(_HMB, ["POA"], DENY, DENY, id="hmb-poa"),
        pytest.param(question("POA"), ["GRU"], PERMIT, PERMIT, id="poa-gru"),
        pytest.param(question("POA"), ["POA"], PERMIT, PERMIT, id="poa-poa"),
        pytest.param(question("POA"), ["HMB"], DENY, DENY, id="poa-hmb"),
        pytest.param(question("POA"), [diseases(CANCER)], DENY, DENY, id="poa-ds"),
        pytest.param(_METHODS, ["GRU"], PERMIT, PERMIT, id="methods-gru"),
        pytest.param(_METHODS, ["POA"], PERMIT, PERMIT, id="methods-poa"),
        pytest.param(_METHODS, [diseases(CANCER)], PERMIT, PERMIT, id="methods-ds"),
        pytest.param(_METHODS, ["HMB"], PERMIT, PERMIT, id="methods-hmb"),
        pytest.param(_ANY, [diseases(CANCER)], PERMIT, DENY, id="stricter: any research on DS"),
        pytest.param(_ANY, ["POA"], PERMIT, DENY, id="stricter: any research on POA"),
        pytest.param(_METHODS, ["GRU", "NMDS"], PERMIT, DENY, id="stricter: NMDS"),
        pytest.param(question("POA"), ["GRU", "NPOA"], PERMIT, DENY, id="stricter: NPOA"),
        pytest.param(
            question("HMB", requester=Requester(commercial=True)), ["HMB", "NCU"], PERMIT, DENY, id="stricter: NCU"
        ),
        pytest.param(
            question("HMB", sensitive=frozenset({SensitiveTopic.CHILDREN})),
            ["POA"],
            ABSTAIN,
            DENY,
            id="stricter: DENY before ABSTAIN",
        ),
        *(
            pytest.param(question("HMB", sensitive=frozenset({one})), ["HMB"], ABSTAIN, ABSTAIN, id=one.lower())
            for one in SensitiveTopic
        ),
    ],
)
def test_beside_duos(asked: UseQuestion, said: list[str | Term], theirs: Decision, ours: Decision) -> None:
    assert decided(statement(*said), asked) is ours
    assert ours >= theirs


@pytest.mark.parametrize(
    ("profit", "said", "decision"),
    [
        (OrganizationKind.NONPROFIT, ["GRU", "NPU"], PERMIT),
        (OrganizationKind.FOR_PROFIT, ["GRU"], PERMIT),
        (OrganizationKind.NONPROFIT, ["GRU"], PERMIT),
        (OrganizationKind.FOR_PROFIT, ["GRU", "NPU"], DENY),
    ],
)
def test_beside_duos_on_profit(profit: OrganizationKind, said: list[str], decision: Decision) -> None:
    assert decided(statement(*said), question("HMB", requester=Requester(organization=profit))) is decision


def test_a_judgement_names_the_reasons_that_decide() -> None:
    found = judge(statement("HMB", "IRB", "NCU"), question("POA", requester=Requester(commercial=True)))
    assert found.decision is DENY
    assert {one.decision for one in found.reasons} == {DENY}
    assert len(found.reasons) == 2


def test_what_is_asked_by_a_term_is_spelt_in_any_way() -> None:
    for purpose in ("HMB", HMB, "http://purl.obolibrary.org/obo/DUO_0000006"):
        assert decided(statement("HMB"), question(purpose)) is PERMIT
