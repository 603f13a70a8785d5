"""The laws of permitted use, over random statements and questions."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from catalog.assets.retention import Keeping
from catalog.use.contradictions import contradictions, kept_longer
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
from catalog.use.terms import DS, GS, MOR, PERMISSIONS, TS, US
from graph_schema.aspects.declarations import Retention
from graph_schema.vocabulary import hl7
from graph_schema.vocabulary.duo import DUO, DuoTerm
from graph_schema.vocabulary.words import ConsentState, RetentionClass, RetentionClock, WithdrawalEffect

MONTH = 31 * 86_400_000_000
TIMES = st.integers(0, 8).map(lambda count: count * MONTH)
DISEASES = ("MONDO:9000001", "MONDO:9000002", "MONDO:9000003")
ANCESTORS = {DISEASES[0]: frozenset({DISEASES[1]}), DISEASES[1]: frozenset[str](), DISEASES[2]: frozenset[str]()}
NAMES = ("nowhere-land", "sampletown", "elsewhere")
PLACES = Places({"nowhere-land": None, "sampletown": "nowhere-land", "elsewhere": None})
CODES = sorted(
    one.code for one in DUO if isinstance(one, DuoTerm) and one.selectable and one.kind in {"permission", "modifier"}
)
INVESTIGATIONS = sorted(one.code for one in DUO if isinstance(one, DuoTerm) and one.kind == "investigation")
PURPOSES = ("HRESCH", "DSRCH", "POARCH", "MLTRAINING", "HOPERAT", "TREAT", "ETREAT", "HMARKT")


def _some(values: tuple[str, ...] | list[str], most: int = 2) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values), max_size=most)


@st.composite
def _terms(draw: st.DrawFn) -> frozenset[Term]:
    found = []
    for code in draw(st.lists(st.sampled_from(CODES), max_size=3, unique=True)):
        values = {DS: DISEASES, GS: NAMES, US: ("ada", "bob")}.get(code, ("some-value",))
        date = draw(TIMES) if code == MOR else None
        found.append(Term(code, draw(_some(values)), date, 2 if code == TS else None))
    return frozenset(found)


STATEMENTS = st.builds(
    UseStatement,
    id=st.sampled_from("abcdef"),
    entry=st.integers(0, 9),
    authority=st.sampled_from(("the board", "another board")),
    since=TIMES,
    until=st.none() | TIMES,
    terms=_terms(),
    purposes=st.none() | _some(PURPOSES),
    obligations=_some(["AUDIT", "DELAU", "ENCRYPT"]),
    refrains=_some(["ORCON", "NORELINK"]),
    places=st.none() | _some(NAMES),
    consent=st.none()
    | st.builds(Consent, st.sampled_from(ConsentState), TIMES, st.none() | TIMES, st.sampled_from(WithdrawalEffect)),
    agreement=st.none()
    | st.builds(Agreement, st.just("dua"), TIMES, st.none() | TIMES, _some(PURPOSES), st.booleans()),
    unknown=_some(["DUO:0000014"], 1),
)
QUESTIONS = st.builds(
    UseQuestion,
    purpose=st.sampled_from((*PURPOSES, "GRU", "HMB", "DS", "POA", "CC")),
    date=TIMES,
    place=st.none() | st.sampled_from((*NAMES, "unheard-of")),
    requester=st.builds(
        Requester,
        user=st.none() | st.sampled_from(("ada", "bob")),
        organization=st.none() | st.sampled_from(OrganizationKind),
        commercial=st.none() | st.booleans(),
    ),
    diseases=_some(DISEASES),
    investigations=_some(INVESTIGATIONS),
    genetic=st.none() | st.booleans(),
    sensitive=st.frozensets(st.sampled_from(SensitiveTopic), max_size=1),
    limited_data_set=st.booleans(),
    promises=st.lists(st.builds(Promise, st.sampled_from(RecordKind), st.integers(0, 9), TIMES), max_size=3).map(tuple),
)
TRANSFERS = st.lists(
    st.builds(Transfer, st.just("t"), st.integers(0, 9), st.sampled_from(NAMES), st.just("basis"), TIMES), max_size=2
)
SETS = st.lists(STATEMENTS, max_size=3, unique_by=lambda one: (one.entry, one.id))
KEEPING = st.builds(
    Keeping,
    dataset=st.sampled_from(["Dataset:1", "Dataset:2"]),
    name=st.just("landing/visits"),
    retention=st.builds(
        Retention, st.sampled_from(RetentionClass), st.integers(1, 400), st.none() | st.sampled_from(RetentionClock)
    ),
    since=TIMES,
    entry=st.integers(0, 9),
    until=st.none() | TIMES,
)
KEPT = st.lists(KEEPING, max_size=2)
WHERE = {"ancestors": ANCESTORS, "places": PLACES}


@given(SETS, QUESTIONS, TRANSFERS)
def test_order_and_repetition_change_nothing(
    some: list[UseStatement], asked: UseQuestion, transfers: list[Transfer]
) -> None:
    held = dict.fromkeys(some, transfers)
    first = decide(some, asked, transfers=held, **WHERE)  # type: ignore[arg-type]
    for other in [*permutations(some), some + some]:
        assert decide(other, asked, transfers=held, **WHERE) == first  # type: ignore[arg-type]


@given(SETS, SETS, QUESTIONS)
def test_one_more_parent_never_makes_the_answer_milder(
    some: list[UseStatement], more: list[UseStatement], asked: UseQuestion
) -> None:
    joined = decide([*some, *more], asked, **WHERE)  # type: ignore[arg-type]
    for part in (some, more):
        if part:
            alone = decide(part, asked, **WHERE)  # type: ignore[arg-type]
            assert joined.decision >= alone.decision
            assert joined.obligations >= alone.obligations
            assert joined.refrains >= alone.refrains


@given(SETS, QUESTIONS)
def test_it_is_the_worst_of_each_and_silence_is_no_permission(some: list[UseStatement], asked: UseQuestion) -> None:
    """Held against the rule as plainly as it can be said."""
    each = [judge(one, asked, **WHERE).decision for one in some]  # type: ignore[arg-type]
    plain = (
        Decision.ABSTAIN
        if not each
        else Decision.DENY
        if Decision.DENY in each
        else Decision.ABSTAIN
        if Decision.ABSTAIN in each
        else Decision.PERMIT
    )
    assert decide(some, asked, **WHERE).decision is plain  # type: ignore[arg-type]


@given(STATEMENTS, QUESTIONS)
def test_whatever_restricts_never_widens(said: UseStatement, asked: UseQuestion) -> None:
    """A term more, but CC and a first permission, an unknown code or a place taken away makes nothing milder."""
    before = judge(said, asked, **WHERE).decision  # type: ignore[arg-type]
    fields = {name: getattr(said, name) for name in UseStatement.__slots__}
    for narrowed in (
        {"unknown": said.unknown | {"XYZ"}},
        {"places": frozenset[str]()},
        {"until": said.since},
        {"purposes": frozenset[str]()},
    ):
        assert judge(UseStatement(**(fields | narrowed)), asked, **WHERE).decision >= before  # type: ignore[arg-type]
    if {one.code for one in said.terms} & PERMISSIONS:
        for code in CODES:
            if code != "DUO:0000043":
                more = UseStatement(**(fields | {"terms": said.terms | {Term(code)}}))
                assert judge(more, asked, **WHERE).decision >= before  # type: ignore[arg-type]


@given(SETS, QUESTIONS, st.frozensets(st.sampled_from(DISEASES), min_size=1))
def test_naming_no_disease_never_makes_the_answer_milder(
    some: list[UseStatement], asked: UseQuestion, studied: frozenset[str]
) -> None:
    """As the gate and access ask, without investigations: what may be used for any disease may be for each."""
    of_any = replace(asked, diseases=frozenset[str](), investigations=frozenset[str]())
    if decide(some, of_any, **WHERE).decision is Decision.PERMIT:  # type: ignore[arg-type]
        of_some = replace(of_any, diseases=studied)
        assert decide(some, of_some, **WHERE).decision is Decision.PERMIT  # type: ignore[arg-type]


@given(STATEMENTS, QUESTIONS)
def test_without_an_ontology_nothing_is_permitted_that_one_would_deny(said: UseStatement, asked: UseQuestion) -> None:
    with_one, without = (judge(said, asked, ancestors=one, places=PLACES).decision for one in (ANCESTORS, None))
    assert without is with_one or without is Decision.ABSTAIN


@given(
    SETS,
    st.lists(
        st.builds(
            Licence,
            st.sampled_from("lmn"),
            st.integers(0, 9),
            st.sampled_from(("the board", "another board")),
            _some(list("abcdef"), 3),
            STATEMENTS,
            st.just("basis"),
            TIMES,
            st.none() | TIMES,
        ),
        max_size=2,
    ),
    TIMES,
)
def test_a_licence_replaces_what_its_own_authority_said_alone(
    some: list[UseStatement], licences: list[Licence], at: int
) -> None:
    for one in some:
        found = replacing(one, licences, at)
        # Two of one name and entry, which no ledger has, have no order.
        assert set(replacing(one, licences[::-1], at)) == set(found)
        assert all(one.id in each.replaces and each.authority == one.authority for each in found)


@given(SETS)
def test_what_contradicts_itself_is_found_in_any_order(some: list[UseStatement]) -> None:
    found = contradictions(some, PLACES)
    assert {one.text for one in contradictions(list(reversed(some)), PLACES)} == {one.text for one in found}


@given(SETS, KEPT, STATEMENTS, KEPT)
def test_u15_one_more_statement_or_retention_takes_no_contradiction_away(
    some: list[UseStatement], kept: list[Keeping], more: UseStatement, longer: list[Keeping]
) -> None:
    found = contradictions(some, PLACES, kept)
    every = contradictions([*some, more], PLACES, [*kept, *longer])
    assert {(one.text, one.leaves_open) for one in found} <= {(one.text, one.leaves_open) for one in every}
    assert all(one.leaves_open for one in found if "DELAU" in one.text)


@given(STATEMENTS, KEEPING, TIMES)
def test_u15_what_is_kept_longer_still_is_found_all_the_more(one: UseStatement, keeping: Keeping, more: int) -> None:
    asking = replace(one, obligations=one.obligations | {"DELAU"})
    assert kept_longer(replace(asking, obligations=asking.obligations - {"DELAU"}), keeping) is None
    if kept_longer(asking, keeping) is not None and keeping.until is not None:
        assert kept_longer(asking, replace(keeping, until=keeping.until + more)) is not None
        if keeping.retention.clock == RetentionClock.LAST_USE or one.until is not None:
            assert kept_longer(replace(asking, until=min(one.until or 0, more)), keeping) is not None


def test_purposes_are_of_the_table() -> None:
    assert all(purpose in hl7.PURPOSE_OF_USE for purpose in PURPOSES)
