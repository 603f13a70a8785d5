"""From what somebody asks to a question: what is wrong in it is a SenderError that says what would be right."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from catalog.errors import SenderError
from catalog.use import terms
from catalog.use.model import Requester, SensitiveTopic, UseQuestion
from graph_schema.vocabulary import duo, hl7
from graph_schema.vocabulary.codes import UnknownCodeError
from graph_schema.vocabulary.mondo import NO_DISEASE, disease_of

_MOST: Final = 1000


def question(  # each is a part of the question by itself
    purpose: str,
    date: int,
    *,
    place: str | None = None,
    requester: Requester | None = None,
    diseases: Collection[str] = (),
    investigations: Collection[str] = (),
    genetic: bool | None = None,
    topics: Collection[str] = (),
    sensitive: Collection[SensitiveTopic] = (),
    limited_data_set: bool = False,
) -> UseQuestion:
    """Return the question with its codes as their tables spell them.

    Raises:
        SenderError: an unknown purpose, disease or investigation type, with what is like it; too many of something.
    """
    for name, some in (("diseases", diseases), ("investigations", investigations), ("topics", topics)):
        if len(some) > _MOST:
            raise _wrong(f"{name} are {_MOST:,} at most.", name)
    return UseQuestion(
        purpose=_purpose(purpose),
        date=date,
        place=place,
        requester=requester or Requester(),
        diseases=frozenset(_diseases(diseases)),
        investigations=frozenset(_investigations(investigations)),
        genetic=genetic,
        topics=frozenset(topics),
        sensitive=frozenset(sensitive),
        limited_data_set=limited_data_set,
    )


def _purpose(text: str) -> str:
    found = duo.known(text)
    if found is not None and found.code in terms.PERMISSIONS | {terms.CC}:
        return found.code
    try:
        return hl7.PURPOSE_OF_USE.find(text).code.code
    except UnknownCodeError as error:
        raise _wrong(
            f"{error} A purpose is a code of HL7 PurposeOfUse, or GRU, HMB, DS, POA or CC.", "purpose"
        ) from None


def _diseases(given: Iterable[str]) -> Iterable[str]:
    for text in given:
        found = disease_of(text)
        if found is None:
            raise _wrong(f"A disease {NO_DISEASE}.", "diseases")
        yield found


def _investigations(given: Iterable[str]) -> Iterable[str]:
    known = {one.code: one for one in duo.DUO if isinstance(one, duo.DuoTerm) and one.kind == "investigation"}
    by_words = {one.display: code for code, one in known.items()}
    for text in given:
        found = duo.known(text)
        code = by_words.get(text.casefold()) if found is None else found.code
        if code not in known:
            listed = ", ".join(f"{one} ({term.display})" for one, term in sorted(known.items()))
            raise _wrong(f"An investigation is one of {listed}.", "investigations")
        yield code


def _wrong(sentence: str, field: str) -> SenderError:
    return SenderError(sentence, pointer=f"/{field}", status=422)
