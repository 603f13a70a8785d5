"""Sessions: short, of one principal, and ended with what they were opened by."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.access.model import Actor
from catalog.api.sessions import IDLE_SECONDS, LIFETIME_SECONDS, MOST_OF_ONE, Sessions


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def actor(name: str) -> Actor:
    return Actor(name, frozenset({"steward"}), authenticated=True, display_name=name, key_id="k")


def opened(sessions: Sessions, name: str = "testperson-alpha") -> str:
    token = sessions.open(lambda: actor(name))
    assert token is not None
    return token


def test_a_session_is_of_whoever_acts_by_what_it_was_opened_with() -> None:
    sessions = Sessions()
    token = opened(sessions)
    assert sessions.actor(token) == actor("testperson-alpha")
    assert sessions.actor(token + "x") is None
    assert sessions.open(lambda: None) is None


def test_a_session_ends_with_the_key_and_does_not_come_back() -> None:
    holders: list[Actor | None] = [actor("testperson-alpha")]
    sessions = Sessions()
    token = sessions.open(lambda: holders[0])
    assert token is not None
    holders[0] = None
    assert sessions.actor(token) is None
    holders[0] = actor("testperson-alpha")
    assert sessions.actor(token) is None


def test_a_session_never_becomes_another_principal_s() -> None:
    holders = [actor("testperson-alpha")]
    sessions = Sessions()
    token = sessions.open(lambda: holders[0])
    assert token is not None
    holders[0] = actor("testperson-beta")
    assert sessions.actor(token) is None


def test_a_session_ends_when_nothing_is_asked_in_it_and_after_its_lifetime() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    idle, used = opened(sessions), opened(sessions)
    while clock.now < LIFETIME_SECONDS:
        assert sessions.actor(used) is not None
        clock.now += IDLE_SECONDS
    clock.now += 1
    assert sessions.actor(idle) is None
    assert sessions.actor(used) is None


def test_sign_out_ends_one_session_or_all_of_a_principal() -> None:
    sessions = Sessions()
    first, second, other = opened(sessions), opened(sessions), opened(sessions, "testperson-beta")
    sessions.close(first)
    assert [sessions.actor(each) is None for each in (first, second, other)] == [True, False, False]
    sessions.close_all("testperson-alpha")
    assert [sessions.actor(each) is None for each in (first, second, other)] == [True, True, False]


def test_of_one_principal_the_oldest_session_ends_for_one_too_many() -> None:
    sessions = Sessions()
    tokens = [opened(sessions) for _ in range(MOST_OF_ONE + 2)]
    assert [sessions.actor(each) is None for each in tokens] == [True] * 2 + [False] * MOST_OF_ONE


def test_a_form_s_token_is_of_one_session_of_one_server() -> None:
    sessions = Sessions()
    first, second = opened(sessions), opened(sessions)
    token = sessions.form_token(first)
    assert sessions.is_form_token(token, first)
    assert not sessions.is_form_token(token, second)
    assert not sessions.is_form_token(token, None)
    assert not sessions.is_form_token("\u20ac", first)
    assert not Sessions().is_form_token(token, first)
    assert not sessions.is_form_token(token.partition(".")[2], first)


def test_no_two_pages_hold_the_same_token() -> None:
    sessions = Sessions()
    session = opened(sessions)
    one, another = sessions.form_token(session), sessions.form_token(session)
    assert not set(one.split(".")) & set(another.split("."))
    salt, _, signed = one.partition(".")
    other, _, _ = another.partition(".")
    assert sessions.is_form_token(f"{salt}.{signed}", session)
    assert not sessions.is_form_token(f"{other}.{signed}", session)
