from __future__ import annotations

from ingest_hooks.memo import Memo


def test_what_is_kept_is_returned_until_other_things_fill_the_memo() -> None:
    memo: Memo[str, int] = Memo(100)
    memo.keep("a", 1, 40)
    assert memo.get("a", None) == 1
    for number in range(5):
        memo.keep(f"other {number}", number, 40)
    assert memo.get("a", None) is None
    assert memo.get("other 4", None) == 4


def test_what_is_asked_for_again_and_again_stays() -> None:
    memo: Memo[str, int] = Memo(100)
    memo.keep("a", 1, 10)
    for number in range(50):
        memo.keep(f"other {number}", number, 10)
        assert memo.get("a", None) == 1


def test_never_more_is_kept_than_was_allowed() -> None:
    memo: Memo[int, bytes] = Memo(1_000)
    for number in range(500):
        memo.keep(number, b"", 7 + number % 90)
        kept = [other for other in range(500) if other in memo._lately or other in memo._before]
        assert sum(7 + other % 90 for other in kept) <= 1_000


def test_what_alone_would_fill_the_memo_is_not_kept() -> None:
    memo: Memo[str, int] = Memo(100)
    memo.keep("a", 1, 10)
    memo.keep("large", 2, 51)
    assert (memo.get("a", None), memo.get("large", None)) == (1, None)
