"""The law of a question of use: the command that a page names asks exactly what the page asks, whatever is in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog.api.pages.use_question import WHO, Asked
from catalog.use.model import OrganizationKind, SensitiveTopic
from tests.support.commands import every_command

TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=12)
LISTS = st.lists(TEXTS, max_size=3, unique=True).map(tuple)
ASKED = st.builds(
    Asked,
    purpose=st.just("HRESCH"),
    place=st.none() | TEXTS,
    date=st.none() | st.integers(0, 4_000_000_000).map(lambda second: second * 1_000_000),
    who=st.dictionaries(st.sampled_from(WHO), TEXTS),
    organization=st.none() | st.sampled_from(OrganizationKind),
    commercial=st.none() | st.booleans(),
    genetic=st.none() | st.booleans(),
    diseases=LISTS,
    investigations=LISTS,
    topics=LISTS,
    sensitive=st.lists(st.sampled_from(SensitiveTopic), max_size=3, unique=True).map(tuple),
    limited=st.booleans(),
)


@given(ASKED)
def test_the_command_asks_what_the_page_asks(asked: Asked) -> None:
    may = every_command()["use may"]
    words = ["Dataset:made-up", asked.purpose, *asked.for_command()]
    found = may.make_context("may", words).params
    told = asked.for_graphql("Dataset:made-up", asked.purpose)
    assert (found["place"], found["genetic"], found["commercial"]) == (asked.place, asked.genetic, asked.commercial)
    assert {name: found[name] for name in WHO if found[name] is not None} == asked.who
    assert tuple(found[name] or () for name in ("disease", "investigation", "topic")) == tuple(
        list(several) or () for several in (asked.diseases, asked.investigations, asked.topics)
    )
    assert [one.upper() for one in found["sensitive"] or ()] == [one.value for one in asked.sensitive]
    assert (found["organization"] or "").upper() == (asked.organization or "")
    assert found["limited_data_set"] == asked.limited
    assert found["date"] == told["date"]
    # GraphQL is told nothing that is left open.
    who = {**asked.who, "organization": asked.organization, "commercial": asked.commercial}
    assert (told["requester"] or {}) == {name: value for name, value in who.items() if value is not None}
    assert told["limitedDataSet"] in {True, None}
