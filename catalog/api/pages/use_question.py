"""What an address asks of use: the question, and how GraphQL and a command ask the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from catalog.api.pages.asking import Asking, time_of
from catalog.api.pages.questions import Word
from catalog.errors import SenderError
from catalog.use import asking as questions
from catalog.use.model import OrganizationKind, Requester, SensitiveTopic, UseQuestion
from graph_schema.times import format_time


class Answer(StrEnum):
    """What is said of the research where it is asked whether something is so; nothing, where it is left open."""

    YES = "YES"
    NO = "NO"


WHO: Final = ("user", "institute", "project", "recipient")
_FIELDS: Final = {"user": "users", "institute": "institutes", "project": "projects", "recipient": "recipients"}
"""What a record calls what names each of them: by that it is held to what the catalog may hold."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the names, texts and lists as the catalog holds those of records."""

    purpose: str
    place: str | None
    date: int | None
    who: Mapping[str, str]
    organization: OrganizationKind | None
    commercial: bool | None
    genetic: bool | None
    diseases: tuple[str, ...]
    investigations: tuple[str, ...]
    topics: tuple[str, ...]
    sensitive: tuple[SensitiveTopic, ...]
    limited: bool

    def question(self, moment: int) -> UseQuestion:
        """Return the question as of a moment, in microseconds UTC, where no date is named.

        Raises SenderError 422 for an unknown purpose, disease or investigation.
        """
        return questions.question(
            self.purpose,
            moment if self.date is None else self.date,
            place=self.place,
            requester=Requester(organization=self.organization, commercial=self.commercial, **self.who),
            diseases=self.diseases,
            investigations=self.investigations,
            genetic=self.genetic,
            topics=self.topics,
            sensitive=self.sensitive,
            limited_data_set=self.limited,
        )

    def for_graphql(self, of: str, purpose: str) -> Mapping[str, object]:
        """Return the input of `mayUse`."""
        who = {**self.who, "organization": _word(self.organization), "commercial": self.commercial}
        named = {name: value for name, value in who.items() if value is not None}
        return {
            "of": of,
            "purpose": purpose,
            "place": self.place,
            "date": None if self.date is None else format_time(self.date),
            "requester": named or None,
            "diseases": list(self.diseases) or None,
            "investigations": list(self.investigations) or None,
            "genetic": self.genetic,
            "topics": list(self.topics) or None,
            "sensitive": [Word(one.value) for one in self.sensitive] or None,
            "limitedDataSet": self.limited or None,
        }

    def for_command(self) -> Iterator[str]:
        """Yield the options of `lineward use may`."""
        named = (
            ("place", self.place),
            *self.who.items(),
            ("organization", None if self.organization is None else self.organization.value.lower()),
            *(("disease", one) for one in self.diseases),
            *(("investigation", one) for one in self.investigations),
            *(("topic", one) for one in self.topics),
            *(("sensitive", one.value.lower()) for one in self.sensitive),
            ("date", None if self.date is None else format_time(self.date)),
        )
        for name, value in named:
            if value is not None:
                yield from (f"--{name}", value)
        for name, holds in (("commercial", self.commercial), ("genetic", self.genetic)):
            if holds is not None:
                yield f"--{name}" if holds else f"--not-{name}"
        if self.limited:
            yield "--limited-data-set"


def asked_of(asking: Asking) -> Asked:
    """Return what the address asks; raises SenderError 422 for a word that is none of a closed list."""
    held = asking.services.redactor.field
    place, on = asking.text("place"), asking.text("on")
    return Asked(
        purpose=asking.text("purpose"),
        place=held("places", place) if place else None,
        date=time_of("on", on) if on else None,
        who={name: held(_FIELDS[name], text) for name in WHO if (text := asking.text(name))},
        organization=asking.member("organization", OrganizationKind, OrganizationKind.NONPROFIT)
        if asking.text("organization")
        else None,
        commercial=_answer(asking, "commercial"),
        genetic=_answer(asking, "genetic"),
        diseases=_several(asking, "disease", r"[\s,]+"),
        investigations=_several(asking, "investigation", r"\s*,\s*"),
        topics=tuple(held("topics", one) for one in _several(asking, "topic", r"\s*,\s*")),
        sensitive=tuple(_topic(one) for one in asking.texts("sensitive")),
        limited=bool(asking.text("limited")),
    )


def _answer(asking: Asking, name: str) -> bool | None:
    return asking.member(name, Answer, Answer.YES) is Answer.YES if asking.text(name) else None


def _several(asking: Asking, name: str, between: str) -> tuple[str, ...]:
    every = (one for text in asking.texts(name) for one in re.split(between, text) if one)
    return tuple(dict.fromkeys(every))


def _topic(text: str) -> SensitiveTopic:
    found = SensitiveTopic.__members__.get(text.upper())
    if found is None:
        known = ", ".join(one.value.lower() for one in SensitiveTopic)
        raise SenderError(f"sensitive is one of {known}.", status=422)
    return found


def _word(one: StrEnum | None) -> Word | None:
    return None if one is None else Word(one.value)
