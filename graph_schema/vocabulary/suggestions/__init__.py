"""What PHI the fields of a schema may hold, by their names: suggestions, which count until a person judged them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from graph_schema.vocabulary.suggestions.dicom import DICOM, STATES_OF_DEIDENTIFICATION
from graph_schema.vocabulary.suggestions.fhir import FHIR
from graph_schema.vocabulary.suggestions.hl7v2 import HL7V2
from graph_schema.vocabulary.suggestions.omop import OMOP
from graph_schema.vocabulary.suggestions.plain import PLAIN
from graph_schema.vocabulary.suggestions.rows import NOTE, Row

TABLES: Final[tuple[tuple[Row, ...], ...]] = (FHIR, DICOM, HL7V2, OMOP, PLAIN)


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_UNFOLDED: Final = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae"})
_PERSONS: Final = _words_of("""
    patient patients person persons people member members subscriber subscribers beneficiary beneficiaries
    participant participants subject subjects customer customers donor donors resident residents enrollee enrollees
    insured guarantor guardian relative practitioner practitioners physician physicians clinician clinicians doctor
    doctors nurse nurses provider providers staff employee employees mother father spouse child newborn patienten
    pacient paciente pacientes paziente pazienti personne personnes persona personas mitarbeiter versicherte
""")
_NEUTRAL: Final = _words_of("""
    value val txt str string raw orig original clean cleaned norm normalized normalised std hash hashed sha md enc
    encrypted token tokenized masked redacted plain col field fld primary secondary alt alternate old new prev
    previous current
""")
"""Words behind a name that leave it what it is: a digest of a record number is made of it and tells it."""
_OF_DATASETS: Final = _words_of("""
    raw curated stg staging tbl table view data csv tsv parquet json jsonl ndjson avro orc delta gz clean cleaned
    daily weekly monthly latest current dim fact fct src bronze silver gold snapshot export extract part v all full
""")
_MACHINES: Final = _words_of("""
    file filename table column schema index job task queue host server cluster cache package module class function
    method metric config setting api endpoint service container dataset partition bucket topic repo repository
    branch commit build release version
""")
_THINGS: Final = _MACHINES | _words_of("""
    image model product item drug medication vendor manufacturer manufactured currency company organization
    organisation department facility hospital
""")
"""Words before a name that make it one of a thing: the address of a server is nobody's."""
_OF_A_THING: Final = _words_of("""
    A B D E F N O
""")
"""Letters of what things have too: names, addresses, numbers to reach them."""
_FLAGS: Final = _words_of("""
    is has was were had can should allow allows enable enabled needs use uses show
""")
_TRUTH_VALUES: Final = frozenset(("bool", "boolean", "bit"))
_FHIR_APART: Final = _words_of("""
    use system rank type contenttype language size hash coding code unit status assigner
""")
"""What an element is made of that says how to read it, and nothing of the person."""
_TAG: Final = re.compile(r"\(?x?([0-9A-Fa-f]{4})[,_ ]?([0-9A-Fa-f]{4})\)?")
_HL7_FIELD: Final = re.compile(r"(?:^|\.)([A-Za-z][A-Za-z0-9]{2})(?:\.\1)?[-._ ]?0*([1-9]\d?)(?:[-._ ]\d{1,2})*\Z")
_DICOM_SIGNS: Final = frozenset(("sopinstanceuid", "studyinstanceuid", "seriesinstanceuid", "transfersyntaxuid"))
_LONGEST: Final = 256
_HUMPS: Final = 2


class Field(NamedTuple):
    """A field of a schema: its address, such as `a.b[].c`, and its type as the emitter writes it."""

    address: str
    type: str | None = None


class Suggested(NamedTuple):
    """What a field may hold, by a row of a table."""

    field: str
    row: Row


def suggest(dataset: str, fields: Sequence[Field]) -> tuple[Suggested, ...]:
    """Return what the fields of a dataset of this name may hold, in their order, at most one row for each.

    The tables of standards come before names in common use; the name of the dataset tells a FHIR resource, a table of
    OMOP, DICOM and HL7, and whether its rows are persons.
    """
    return _suggest(dataset, tuple(fields))


@lru_cache(maxsize=1024)
def _suggest(dataset: str, fields: tuple[Field, ...]) -> tuple[Suggested, ...]:
    about = _About.of(dataset, fields)
    found = ((one.address, _row(about, one)) for one in fields if len(one.address) <= _LONGEST)
    return tuple(Suggested(address, row) for address, row in found if row is not None)


class _About(NamedTuple):
    """What the name of a dataset, and its fields together, tell."""

    called: str
    persons: bool
    dicom: bool
    hl7: bool

    @classmethod
    def of(cls, dataset: str, fields: Iterable[Field]) -> _About:
        naming: list[str] = []
        for part in reversed(re.split(r"[/.:]+", dataset)):
            naming = [word for word in words(part) if word not in _OF_DATASETS and not word.isdigit()]
            if naming:
                break
        every = words(dataset)
        return cls(
            called="".join(naming),
            persons=bool(naming) and naming[-1] in _PERSONS,
            dicom=not {"dicom", "dcm", "pacs"}.isdisjoint(every)
            or any(_folded(one.address) in _DICOM_SIGNS for one in fields),
            hl7="hl" in every or "adt" in every,
        )


def words(name: str) -> list[str]:
    """Return the words of a name in lower case without accents: snake, camel and Pascal case, digits apart."""
    if not name.isascii():
        plain = unicodedata.normalize("NFKD", name.translate(_UNFOLDED))
        name = "".join(each for each in plain if not unicodedata.combining(each))
    return [word.lower() for word in _WORD.findall(name)]


@lru_cache(maxsize=16_384)
def _row(about: _About, field: Field) -> Row | None:
    if field.type is not None and field.type.strip().lower() in _TRUTH_VALUES:
        return None
    path = [part for part in field.address.replace("[]", "").split(".") if part]
    if not path:
        return None
    fhir = _fhir(about, path)
    if fhir is not None:
        return fhir if isinstance(fhir, Row) else None
    if path[-1] in _STATES or _tag_of(path[-1]) in _STATES:
        return None
    return (
        _dicom(about, path[-1])
        or _hl7v2(about, ".".join(path))
        or _OMOP.get((about.called, _folded(path[-1])))
        or _plain(about.persons, tuple(path))
    )


class _Apart:
    """That a field is known to hold nothing of a person."""


_APART: Final = _Apart()


def _fhir(about: _About, path: Sequence[str]) -> Row | _Apart | None:
    """Return the row of the longest path that the field lies on or under."""
    below = [_folded(part) for part in path]
    resource = below[0] if path[0] in _RESOURCES.values() else about.called
    if path[0] in _RESOURCES.values():
        below = below[1:]
    elif resource not in _RESOURCES:
        resource = resource.removeprefix("fhir").removesuffix("s")
    for length in range(len(below), 0, -1):
        row = _FHIR.get((resource, *below[:length]))
        if row is not None:
            return _APART if not _FHIR_APART.isdisjoint(below[length:]) else row
    return None


def _dicom(about: _About, name: str) -> Row | None:
    tag = _tag_of(name)
    if tag is not None:
        return _DICOM_TAGS.get(tag)
    if about.dicom:
        return _DICOM_KEYWORDS.get(_folded(name))
    row = _DICOM_KEYWORDS.get(_folded(name))
    return row if row is not None and _keyword(row) == name and sum(map(str.isupper, name)) >= _HUMPS else None


def _tag_of(name: str) -> str | None:
    """Return the tag that a name writes, such as `0010,0010` of `(0010,0010)`, `00100010` and `x00100010`."""
    tag = _TAG.fullmatch(name)
    if tag is None:
        return None
    group, element = tag[1].upper(), tag[2].upper()
    overlay = group[:2] == "60" and int(group, 16) % 2 == 0 and group <= "601E"
    return f"{'60xx' if overlay else group},{element}"


def _hl7v2(about: _About, address: str) -> Row | None:
    found = _HL7_FIELD.search(address)
    if found is None or not (found[1].isupper() or about.hl7):
        return None
    return _HL7.get(f"{found[1].upper()}-{found[2]}")


@lru_cache(maxsize=16_384)
def _plain(persons: bool, path: tuple[str, ...]) -> Row | None:  # noqa: FBT001  a key of the memo
    """Return the row of the longest pattern that the name ends with."""
    *above, last = [words(part) for part in path]
    own = _kernel(last)
    if not own or own[0] in _FLAGS:
        return None
    every = tuple(word for part in (*above, own) for word in part)
    for length in range(min(len(every), _LONGEST_PATTERN), 0, -1):
        ending = every[-length:]
        row = _ENDINGS.get(ending) or (_ALONE.get(ending) if ending == own and len(own) == length else None)
        if row is None and length <= len(own):
            before = own[: len(own) - length] or (above[-1] if above else ())
            of_person = before[-1] in _PERSONS if before else persons
            row = _OF_PERSONS.get(ending) if of_person else None
        if row is not None:
            return None if _is_of_a_thing(row, every[:-length]) else row
    return None


def _is_of_a_thing(row: Row, before: Sequence[str]) -> bool:
    """Tell whether the words before a pattern say that what it names is a thing's and not a person's."""
    things = _MACHINES if row.kind is NOTE else _THINGS
    return (row.kind is NOTE or not _OF_A_THING.isdisjoint(row.letters.split())) and not things.isdisjoint(before[-1:])


def _kernel(name: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a name without the neutral ones behind it."""
    end = len(name)
    while end > 1 and (name[end - 1] in _NEUTRAL or name[end - 1].isdigit()):
        end -= 1 + (name[end - 1] == "value" and end > 2 and name[end - 2] == "source")  # noqa: PLR2004  two words
    return tuple(name[:end])


@lru_cache(maxsize=16_384)
def _folded(name: str) -> str:
    return "".join(words(name))


def _keyword(row: Row) -> str:
    return row.pattern.partition("/")[2]


def _by_words(sign: str) -> Mapping[tuple[str, ...], Row]:
    every = ((row, row.pattern[:1] if row.pattern[:1] in "^@" else "") for row in PLAIN)
    return {_kernel(words(row.pattern)): row for row, given in every if given == sign}


def _paths() -> Iterator[tuple[tuple[str, ...], Row]]:
    for row in FHIR:
        yield tuple(_folded(part) for part in row.pattern.split(".")), row


_RESOURCES: Final = {_folded(name): name for name in (row.pattern.partition(".")[0] for row in FHIR)}
_FHIR: Final = dict(_paths())
_DICOM_TAGS: Final = {row.pattern.partition("/")[0]: row for row in DICOM}
_STATES: Final = frozenset(part for pattern in STATES_OF_DEIDENTIFICATION for part in pattern.split("/"))
_DICOM_KEYWORDS: Final = {_folded(_keyword(row)): row for row in DICOM}
_HL7: Final = {row.pattern: row for row in HL7V2}
_OMOP: Final = {
    (_folded(name), _folded(column)): row for row in OMOP for name, _, column in (row.pattern.partition("."),)
}
_ENDINGS: Final = _by_words("")
_ALONE: Final = _by_words("^")
_OF_PERSONS: Final = _by_words("@")
_LONGEST_PATTERN: Final = max(len(each) for some in (_ENDINGS, _ALONE, _OF_PERSONS) for each in some)
