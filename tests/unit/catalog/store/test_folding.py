from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.store.folding import fold
from catalog.store.words import is_word, key_terms, question
from graph_schema.nodes import Dataset

LETTERS = st.text(st.characters(categories=("L", "Mn", "Mc", "Nd")), min_size=1, max_size=90)


@given(st.text(max_size=30))
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=30))
def test_every_form_of_a_text_folds_alike(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)


@pytest.mark.parametrize("accented", ["é", "ê", "ñ", "ç", "ö", "å", "ő", "ǚ", "ộ", "й", "ό", "أ"])
def test_a_letter_is_the_same_without_its_accents(accented: str) -> None:
    assert fold(accented) == fold(unicodedata.normalize("NFD", accented)[0])
    assert len(fold(accented)) == 1


@given(LETTERS, st.data())
def test_whatever_stands_inside_a_word_finds_it_from_three_letters_on(name: str, data: st.DataObject) -> None:
    dataset = Dataset("", name)
    words = sorted(term for term in key_terms(dataset) if is_word(term) and len(term) >= 3)
    if words:
        word = data.draw(st.sampled_from(words))
        start = data.draw(st.integers(0, len(word) - 3))
        inside = word[start : data.draw(st.integers(start + 3, len(word)))]
        # A mark belongs to the letter before it: alone it is none.
        assume(inside[0].isalnum())
        assert question(inside).rank(key_terms(dataset), frozenset()) is not None


@given(LETTERS)
def test_what_is_typed_as_it_is_called_comes_first(name: str) -> None:
    asked = question(name)
    assert not asked.words or asked.rank(key_terms(Dataset("", name)), frozenset()) == 0
