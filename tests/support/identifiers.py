"""Made-up identifiers of every form that the catalog has met or was told of, drawn from a seed, and where they are put.

`planted(form)` gives one identifier of a form as people write it, with the pieces of which nothing may be kept. A form
is *keyed* (a word announces it), *formed* (its own form tells it), *announced* (a name after a title or a role) or
*bare*: a name or a number that nothing in authored text tells from any other. Names are Greek letters, numbers come
from a seed.

    for place, put in AUTHORED_PLACES.items():
        for form in FORMS:
            one = planted(form)
            assert not kept(one, everything_stored(put(one.text), key))
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from ingest_hooks.openlineage.wire import JSON
from tests.support import records
from tests.support.places import event

Maker = Callable[[random.Random], str]

_NUMBERS: Final = itertools.count(1)
_GREEK: Final = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Theta", "Kappa", "Lambda", "Omikron", "Sigma")


@dataclass(frozen=True, slots=True)
class Form:
    """How an identifier is written: keyed, formed, announced or bare; `named` tells that a name can hold it."""

    name: str
    kind: str
    make: Maker
    named: bool = False


@dataclass(frozen=True, slots=True)
class Planted:
    """One identifier as it is written, and the pieces of it of which none may be kept."""

    form: Form
    text: str
    pieces: tuple[str, ...]


def _n(source: random.Random, count: int) -> str:
    return str(source.randint(1, 9)) + "".join(source.choice("0123456789") for _ in range(count - 1))


def _x(source: random.Random, count: int) -> str:
    return "".join(source.choice("0123456789abcdef") for _ in range(count))


def _uuid(source: random.Random) -> str:
    return f"{_x(source, 8)}-{_x(source, 4)}-4{_x(source, 3)}-a{_x(source, 3)}-{_x(source, 12)}"


def _day(source: random.Random, form: str = "{y}-{m:02}-{d:02}") -> str:
    return form.format(y=source.randint(1931, 1989), m=source.randint(2, 12), d=source.randint(2, 28))


def _ssn(source: random.Random, sign: str = "-") -> str:
    return f"9{_n(source, 2)}{sign}{source.randint(11, 99)}{sign}{_n(source, 4)}"


def _person(source: random.Random) -> str:
    return f"Testperson {source.choice(_GREEK)}"


def _with_luhn(digits: str) -> str:
    for check in "0123456789":
        total = sum(int(digit) for digit in (digits + check)[-1::-2])
        total += sum(sum(divmod(2 * int(digit), 10)) for digit in (digits + check)[-2::-2])
        if total % 10 == 0:
            return digits + check
    raise AssertionError("one of ten digits is right")


def _card(source: random.Random, sign: str = "") -> str:
    digits = _with_luhn("4" + _n(source, 14))
    return sign.join(digits[at : at + 4] for at in range(0, 16, 4))


def _iban(source: random.Random, sign: str = "") -> str:
    account = _n(source, 18)
    check = 98 - int(f"{account}131400") % 97
    whole = f"DE{check:02}{account}"
    return sign.join(whole[at : at + 4] for at in range(0, len(whole), 4))


def _ahv(source: random.Random) -> str:
    digits = "756" + _n(source, 9)
    check = -(sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10
    digits += str(check)
    return f"{digits[:3]}.{digits[3:7]}.{digits[7:11]}.{digits[11:]}"


def _wide(text: str) -> str:
    return text.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})


def _split(text: str) -> str:
    return "\N{ZERO WIDTH SPACE}".join(text)


def _encoded(text: str) -> str:
    return "".join(f"%{ord(character):02X}" for character in text)


def _keyed(key: str, make: Maker) -> Form:
    return Form(f"{key.strip()} {next(_NUMBERS)}", "keyed", lambda source: key + make(source))


FORMS: Final = (
    # After a word for a number of a person.
    _keyed("MRN ", lambda s: _n(s, 8)),
    _keyed("MRN: ", lambda s: "00" + _n(s, 6)),
    _keyed("MRN=", lambda s: _n(s, 6)),
    _keyed("mrn#", lambda s: _n(s, 7)),
    _keyed("MRN is ", lambda s: _n(s, 9)),
    _keyed("MRN ", lambda s: f"TP-{_n(s, 7)}"),
    _keyed("MRN ", lambda s: f"A{_n(s, 6)}B"),
    _keyed("MRN ", _day),
    _keyed("MRN ", lambda s: _day(s, "{y}{m:02}{d:02}")),
    _keyed("MRN ", _uuid),
    _keyed("MRN: ", lambda s: _x(s, 40)),
    Form("MRN joined", "keyed", lambda s: f"MRN-00{_n(s, 6)}", named=True),
    Form("MRN of the patient", "keyed", lambda s: f"MRN of the patient is {_n(s, 8)}"),
    _keyed("medical record number ", lambda s: _n(s, 7)),
    _keyed("Medical record no. ", lambda s: _n(s, 7)),
    _keyed("patient ", lambda s: _n(s, 8)),
    _keyed("patient ", lambda s: _n(s, 5)),
    _keyed("patient #", lambda s: _n(s, 6)),
    _keyed("Patient ID: ", lambda s: _n(s, 5)),
    _keyed("patient_id=", lambda s: _n(s, 7)),
    _keyed("patient ", _uuid),
    _keyed("patient ", lambda s: f"PX{_n(s, 6)}"),
    _keyed("patients/", lambda s: _n(s, 8)),
    _keyed("pt ", lambda s: _n(s, 7)),
    _keyed("Pt. ", lambda s: _n(s, 7)),
    _keyed("subject ", lambda s: f"{_n(s, 3)}-{_n(s, 4)}"),
    _keyed("member ID ", lambda s: f"W{_n(s, 9)}"),
    _keyed("beneficiary number ", lambda s: _n(s, 9)),
    _keyed("account ", lambda s: _n(s, 9)),
    _keyed("Account no. ", lambda s: _n(s, 10)),
    _keyed("acct #", lambda s: _n(s, 8)),
    _keyed("account number: ", lambda s: _x(s, 32)),
    _keyed("chart ", lambda s: _n(s, 6)),
    _keyed("Chart: ", lambda s: _n(s, 7)),
    _keyed("case ", lambda s: _n(s, 7)),
    _keyed("case no ", lambda s: f"F{_n(s, 6)}"),
    _keyed("record ", lambda s: _n(s, 7)),
    _keyed("specimen ", lambda s: f"S-{_n(s, 6)}"),
    _keyed("specimen id ", lambda s: _n(s, 8)),
    _keyed("accession ", lambda s: f"ACC-2024-{_n(s, 5)}"),
    _keyed("accession no: ", lambda s: _n(s, 8)),
    _keyed("encounter ", lambda s: _n(s, 8)),
    _keyed("visit id ", lambda s: _n(s, 8)),
    _keyed("claim number ", lambda s: _n(s, 11)),
    _keyed("health plan no. ", lambda s: _n(s, 10)),
    _keyed("NHS number ", lambda s: f"9{_n(s, 2)} {_n(s, 3)} {_n(s, 4)}"),
    _keyed("Versichertennummer ", lambda s: f"A{_n(s, 9)}"),
    _keyed("device serial number ", lambda s: f"SN-{_n(s, 7)}"),
    _keyed("passport no ", lambda s: f"C{_n(s, 8)}"),
    # Births.
    _keyed("DOB ", _day),
    _keyed("DOB: ", lambda s: _day(s, "{m:02}/{d:02}/{y}")),
    _keyed("dob=", lambda s: _day(s, "{y}{m:02}{d:02}")),
    _keyed("born ", lambda s: _day(s, "{d}.{m}.{y}")),
    _keyed("born on ", lambda s: _day(s, "{d} March {y}")),
    _keyed("date of birth: ", lambda s: _day(s, "March {d}, {y}")),
    _keyed("geb. ", lambda s: _day(s, "{d:02}.{m:02}.{y}")),
    # By their own form.
    Form("SSN with dashes", "formed", _ssn, named=True),
    Form("SSN with blanks", "formed", lambda s: _ssn(s, " ")),
    Form("SSN after its word", "keyed", lambda s: "SSN " + _ssn(s, "")),
    Form("SSN in full-width digits", "formed", lambda s: _wide(_ssn(s))),
    Form("SSN with zero-width spaces", "formed", lambda s: _split(_ssn(s))),
    Form("SSN percent-encoded", "formed", lambda s: _encoded(_ssn(s)), named=True),
    Form("SSN with en dashes", "formed", lambda s: _ssn(s, "\N{EN DASH}")),
    Form("MRN in full-width digits", "keyed", lambda s: "MRN " + _wide(_n(s, 8))),
    Form("MRN with zero-width spaces", "keyed", lambda s: "MRN " + _split(_n(s, 8))),
    Form("patient percent-encoded", "keyed", lambda s: "patient " + _encoded(_n(s, 8))),
    Form("telephone, national", "formed", lambda s: f"({_n(s, 3).replace('1', '5')}) 555-{_n(s, 4)}"),
    Form("telephone with dashes", "formed", lambda s: f"5{_n(s, 2)}-555-{_n(s, 4)}", named=True),
    Form("telephone with dots", "formed", lambda s: f"5{_n(s, 2)}.555.{_n(s, 4)}"),
    Form("telephone, international", "formed", lambda s: f"+49 30 {_n(s, 7)}"),
    Form("telephone in one", "formed", lambda s: f"+1{_n(s, 10)}", named=True),
    Form("telephone after its word", "keyed", lambda s: f"tel. {_n(s, 8)}"),
    Form("e-mail address", "formed", lambda s: f"testperson.{_n(s, 4)}@example.org", named=True),
    Form("e-mail address, encoded", "formed", lambda s: f"testperson{_n(s, 4)}%40example.org", named=True),
    Form("payment card", "formed", _card, named=True),
    Form("payment card in groups", "formed", lambda s: _card(s, " ")),
    Form("payment card with dashes", "formed", lambda s: _card(s, "-"), named=True),
    Form("IBAN", "formed", _iban, named=True),
    Form("IBAN in groups", "formed", lambda s: _iban(s, " ")),
    Form("study UID", "formed", lambda s: f"1.2.840.113619.2.55.3.{_n(s, 9)}.{_n(s, 3)}.{_n(s, 10)}", named=True),
    Form("instance UID from a UUID", "formed", lambda s: f"2.25.{_n(s, 38)}", named=True),
    Form("Swiss insurance number", "formed", _ahv, named=True),
    Form("Medicare number", "formed", lambda s: f"1EG{s.randint(1, 9)}-TE{s.randint(1, 9)}-MK{s.randint(11, 99)}"),
    Form("an old date", "formed", _day),
    # Names that something announces.
    Form("patient and name", "announced", lambda s: f"patient {_person(s)}"),
    Form("Patient and name", "announced", lambda s: f"Patient {_person(s)} was seen"),
    Form("patient named", "announced", lambda s: f"patient named {_person(s)}"),
    Form("patient: name", "announced", lambda s: f"patient: {_person(s)}"),
    Form("Dr. and name", "announced", lambda s: f"Dr. {_person(s)}"),
    Form("Prof. Dr. and name", "announced", lambda s: f"Prof. Dr. {_person(s)}"),
    Form("Mrs and name", "announced", lambda s: f"Mrs {_person(s)}"),
    Form("Mr. and one name", "announced", lambda s: f"Mr. Testperson-{s.choice(_GREEK)}"),
    Form("Frau and name", "announced", lambda s: f"Frau {_person(s)}"),
    Form("nurse and name", "announced", lambda s: f"nurse {_person(s)}"),
    Form("last name", "announced", lambda s: f"last name: Testperson{s.choice(_GREEK)}"),
    Form("patient name", "announced", lambda s: f"Patient name: {_person(s)}"),
    Form("DICOM's name", "formed", lambda s: f"TESTPERSON^{s.choice(_GREEK).upper()}", named=True),
    # What no form tells.
    Form("a bare name", "bare", _person),
    Form("a bare name, family first", "bare", lambda s: f"{s.choice(_GREEK)}, Testperson"),
    Form("a bare number", "bare", lambda s: _n(s, 8)),
    Form("a bare number with letters", "bare", lambda s: f"TP-{_n(s, 7)}"),
)

_RUNS: Final = re.compile(r"\d{4,}|[^\W\d_]{5,}")
_WORDS: Final = frozenset(
    {
        *("medical", "record", "number", "patient", "patients", "subject", "member", "beneficiary", "account", "chart"),
        *("specimen", "accession", "encounter", "visit", "claim", "health", "versichertennummer", "device", "serial"),
        *("passport", "birth", "march", "telephone", "named", "nurse", "example"),
    }
)


def planted(form: Form, seed: int = 0) -> Planted:
    """Return an identifier of the form, the same for the same seed, and its pieces: runs of digits and names."""
    text = form.make(random.Random(f"{form.name} {form.kind} {FORMS.index(form)} {seed}"))  # noqa: S311 - a seed
    read = text.replace("\N{ZERO WIDTH SPACE}", "")
    pieces = {piece for piece in _RUNS.findall(read) if piece.lower() not in _WORDS}
    if not pieces:
        pieces = {text}
    return Planted(form, text, tuple(sorted(pieces)))


def kept(one: Planted, stored: str) -> tuple[str, ...]:
    """Return the pieces that are found in what is stored, also behind zero-width characters."""
    read = stored.replace("\N{ZERO WIDTH SPACE}", "").replace("\\u200b", "")
    return tuple(piece for piece in one.pieces if piece in read)


_SENTENCES: Final = ("Kept for {} only.", "{}", "Loaded again after a call ({}).", "See {}; then run it again.")


def sentence(text: str, number: int) -> str:
    """Return a sentence with the text in it."""
    return _SENTENCES[number % len(_SENTENCES)].format(text)


Put = Callable[[str], dict[str, JSON]]

AUTHORED_PLACES: Final[dict[str, Put]] = {
    "a dataset's documentation": lambda v: event(dataset={"documentation": {"description": v}}),
    "a job's documentation": lambda v: event(job={"documentation": {"description": v}}),
    "a field's description": lambda v: event(dataset={"schema": {"fields": [{"name": "a", "description": v}]}}),
    "a nested field's description": lambda v: event(
        dataset={"schema": {"fields": [{"name": "a", "fields": [{"name": "b", "description": v}]}]}}
    ),
    "a dataset's tag": lambda v: event(dataset={"tags": {"tags": [{"key": "note", "value": v}]}}),
    "a run's tag": lambda v: event(run={"tags": {"tags": [{"key": "note", "value": v}]}}),
    "a job's tag": lambda v: event(job={"tags": {"tags": [{"key": "note", "value": v}]}}),
    "an assertion's description": lambda v: event(
        io={"dataQualityAssertions": {"assertions": [{"assertion": "a", "success": True, "description": v}]}}
    ),
    "Airflow's tags": lambda v: event(run={"airflow": {"dag": {"tags": v}}}),
    "a note in a facet of no table": lambda v: event(run={"acme_custom": {"note": v}}),
    "a list of notes": lambda v: event(dataset={"acme_custom": {"remarks": [v]}}),
}
"""Where people write about data, in events."""

RECORD_PLACES: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "a declaration's clinical purpose": lambda v: records.declaration(clinical_purpose=v),
    "a permitted use's statement": lambda v: records.declaration(permitted_use={"statement": v}),
    "a tag's reason": lambda v: records.tag(reason=v),
    "an attestation's scope": lambda v: records.attestation(expert="expert-1", scope=v),
    "an attestation's result": lambda v: records.attestation(expert="expert-1", result=v),
    "a verification's method": lambda v: records.verification(method=v),
    "an environment's description": lambda v: records.registration(
        environment={"digest": "sha256:" + "e" * 64, "description": v}
    ),
    "a model's intended use": lambda v: records.registration(intended_use=v),
    "a request's use case": lambda v: records.request(use_case=v),
    "a request's reason": lambda v: records.request(reason=v),
}
"""Where people write in records."""

NAMED_PLACES: Final[dict[str, Put]] = {
    "a dataset's path": lambda v: event(name=f"s3://lake/{v}/notes.parquet"),
    "a dataset's name": lambda v: event(name=f"export_{v}"),
    "a symbolic link": lambda v: event(
        dataset={"symlinks": {"identifiers": [{"namespace": "n", "name": f"/lake/{v}/", "type": "LOCATION"}]}}
    ),
    "a storage path": lambda v: event(dataset={"acme_custom": {"location": f"/data/{v}/scan.dcm"}}),
    "a column": lambda v: event(dataset={"schema": {"fields": [{"name": v}]}}),
    "an address": lambda v: event(dataset={"dataSource": {"name": "s", "uri": f"file:///data/{v}"}}),
    "a key of a facet": lambda v: event(run={"acme_custom": {v: 1}}),
    "a job": lambda v: {**event(), "job": {"namespace": "demo", "name": f"load.{v}"}},
    "a namespace": lambda v: {**event(), "job": {"namespace": f"demo/{v}", "name": "load"}},
    "a run": lambda v: {**event(), "run": {"runId": f"manual__{v}"}},
    "a parent's job": lambda v: event(
        run={"parent": {"run": {"runId": "r"}, "job": {"namespace": "demo", "name": f"dag/{v}"}}}
    ),
    "a column's lineage": lambda v: event(
        dataset={"columnLineage": {"fields": {"a": {"inputFields": [{"namespace": "n", "name": v, "field": "f"}]}}}}
    ),
}
"""Where things are called something: what `named()` gives is put there."""

KEYED_NAMES: Final[dict[str, Maker]] = {
    "patients/": lambda s: f"patients/{_n(s, 8)}",
    "patient/ with letters": lambda s: f"patient/TP-{_n(s, 7)}",
    "patients/ with a UUID": lambda s: f"patients/{_uuid(s)}",
    "patient_": lambda s: f"patient_{_n(s, 8)}",
    "mrn=": lambda s: f"mrn={_n(s, 7)}",
    "mrn= with letters": lambda s: f"mrn=A{_n(s, 6)}",
    "patient_id=": lambda s: f"patient_id={_n(s, 6)}",
    "last_name=": lambda s: f"last_name=Testperson{s.choice(_GREEK)}",
    "dob=": lambda s: f"dob={_day(s)}",
    "account-": lambda s: f"account-{_n(s, 9)}",
    "account- in a folder of tests": lambda s: f"test/account-{_n(s, 9)}",
    "specimen_ below a host": lambda s: f"db://x1.eu-1.aws/specimen_{_n(s, 8)}",
    "specimen_": lambda s: f"specimen_{_n(s, 7)}",
    "patients%2F": lambda s: f"patients%2F{_n(s, 8)}",
    "mrn= percent-encoded": lambda s: f"mrn%3D{_encoded(_n(s, 8))}",
    "accession_no=": lambda s: f"accession_no={_n(s, 8)}",
    "encounters/": lambda s: f"encounters/{_n(s, 8)}",
}


def named() -> Iterable[Planted]:
    """Yield one identifier of each form that stands in names, and of each of `KEYED_NAMES`."""
    yield from (planted(form) for form in FORMS if form.named)
    for name, make in KEYED_NAMES.items():
        text = make(random.Random(f"name {name}"))  # noqa: S311 - a seed
        yield Planted(Form(name, "keyed", make, named=True), text, tuple(sorted(set(_RUNS.findall(text)) - {
            "patients", "patient", "account", "specimen", "accession", "encounters"})))  # fmt: skip
