from __future__ import annotations

from catalog.store.words import SEARCHED, indexed_words


def test_of_a_very_long_value_the_beginning_is_searched() -> None:
    text = " ".join(f"word{number:07}" for number in range(SEARCHED // 10))
    found = indexed_words({"description": text})
    assert "word0000000" in found
    assert f"word{SEARCHED // 10 - 1:07}" not in found
    assert len(found) <= SEARCHED // 12 + 1


def test_what_comes_after_a_very_long_text_is_not_searched_and_what_comes_before_is() -> None:
    found = indexed_words(["before", "x" * SEARCHED, "behind"])
    assert "before" in found
    assert "behind" not in found


def test_a_schema_of_ten_thousand_columns_is_found_by_the_last_of_them() -> None:
    fields = [{"name": f"column_{number:05}", "type": "string"} for number in range(10_000)]
    assert "09999" in indexed_words({"fields": fields})
