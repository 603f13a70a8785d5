"""What a key says of the value under it, in facets that no table knows: by its words, the last of which weighs most.

`lastErrorMessage`, `last_error_message` and `last-error.message` are the same three words. A measure or a name at the
end (`error_count`, `sql_dialect`, `sample_id`) says that no value of a run stands there; a word of a person
(`sample_id`, `patient_name`) or of a secret says more than either.
"""

from __future__ import annotations

import re
from typing import Final

from ingest_hooks.redaction.classes import Class
from ingest_hooks.redaction.wordlists import listed

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LONGEST: Final = 100

JOINED: Final = {
    "rendered_map_index": Class.VALUE, "templates_dict": Class.VALUE, "schedule_interval": Class.NAME,
    "value_counts": Class.VALUE, "value_set": Class.VALUE, "data_interval_start": Class.NAME,
    "data_interval_end": Class.NAME, "raw_code": Class.SQL, "compiled_code": Class.SQL, "view_text": Class.SQL,
    "view_definition": Class.SQL, "python_code": Class.SOURCE, "source_code": Class.SOURCE,
    "exception_class": Class.NAME, "error_class": Class.NAME,
}  # fmt: skip
"""Whole keys whose words mislead; without what parts the words."""

TAKEN_TOGETHER: Final = {
    "stacktrace": Class.TRACE, "traceback": Class.TRACE, "errormessage": Class.MESSAGE, "errormsg": Class.MESSAGE,
    "querytext": Class.SQL, "querystring": Class.SQL, "sqltext": Class.SQL, "sqlquery": Class.SQL, "rawsql": Class.SQL,
    "compiledsql": Class.SQL, "statementtext": Class.SQL, "viewtext": Class.SQL, "viewdefinition": Class.SQL,
    "compiledcode": Class.SQL, "rawcode": Class.SQL, "sourcecode": Class.SOURCE, "samplerows": Class.VALUE,
    "topvalues": Class.VALUE, "bashcommand": Class.VALUE, "envvars": Class.VALUE, "cmdline": Class.VALUE,
    "commandline": Class.VALUE, "runid": Class.NAME,
}  # fmt: skip
"""Keys written as one word."""

_SECRETS: Final = listed(
    "password passwords passwd passwds passwort pwd pwds passphrase passphrases secret secrets credential credentials"
    " token apikey apikeys authorization bearer"
    " cookie cookies jwt pgpassword"
)
_SECRET_KEYS: Final = frozenset({"api", "access", "private", "secret", "session", "account", "shared", "encryption"})
"""What makes a `key` a secret one."""

_PERSON: Final = listed(
    "mrn ssn dob nhs birthdate birthday birth born surname telephone phone mobile fax email postcode zip geburtsdatum"
    " nachname vorname patientennummer fallnummer"
)
_SUBJECTS: Final = listed(
    "patient patients subject subjects member members person persons participant participants donor enrollee"
    " beneficiary guarantor proband encounter encounters visit visits accession accessions specimen specimens aliquot"
    " chart charts case cases record account medicalrecord sample inpatient outpatient pt physician practitioner"
    " clinician nurse"
)
_SUBJECTS_ALONE: Final = listed("patient patients person persons participant proband donor")
_NUMBERED: Final = listed(
    "id ids no nr num number numbers key code identifier identifiers mrn uuid ref reference name names"
)
_NAMED: Final = listed("first last given family sur full middle maiden birth patient")

_ANYWHERE: Final = {
    **dict.fromkeys(
        ("message", "msg", "error", "errors", "exception", "exceptions", "failure", "cause"), Class.MESSAGE
    ),
    **dict.fromkeys(("traceback", "stacktrace"), Class.TRACE),
    **dict.fromkeys(
        listed(
            "command commands cmd cmds kwargs argv args arguments sample samples example examples expected actual"
            " observed unexpected literal literals rendered payload payloads min max minimum maximum mean median"
            " stddev variance quantile quantiles percentile percentiles stdin stdout stderr env environ configuration"
        ),
        Class.VALUE,
    ),
    **dict.fromkeys(("sql", "hql", "ddl", "dml"), Class.SQL),
}
"""Words that decide wherever they stand in a key, unless it ends in a measure or a name."""

_AT_THE_END: Final = {
    **dict.fromkeys(
        listed(
            "value values val vals data row rows records content contents body sum avg average std histogram arg params"
            " parameters parameter properties conf config environment variables defaults default template templates log"
            " logs output result results response request answer detail details bound bounds preview uniques"
        ),
        Class.VALUE,
    ),
    "trace": Class.TRACE,
    **dict.fromkeys(("query", "statement", "statements", "queries"), Class.SQL),
    **dict.fromkeys(
        ("predicate", "filter", "filters", "condition", "conditions", "where", "having", "expression", "formula"),
        Class.EXPRESSION,
    ),
    "script": Class.SOURCE,
    **dict.fromkeys(
        listed("description documentation doc docs title label labels summary purpose tag tags"),
        Class.TEXT,
    ),
    **dict.fromkeys(("owner", "owners"), Class.OWNER),
}
"""Words that decide only as the last of a key."""

_MEASURES: Final = listed(
    "count counts total totals size sizes bytes length len width height depth percent percentage pct ratio rate"
    " fraction index indices position ordinal ms ns us seconds millis nanos minutes hours days duration timeout"
    " interval delay retries tries attempts attempt runs tasks instances workers threads connections parallelism"
    " concurrency memory partitions executors cores lag priority weight limit"
)
_NAMES: Final = listed(
    "id ids uid uuid name names namespace type types kind class classes format language dialect encoding schema status"
    " state level severity time timestamp at url uri urls path paths location dir directory file files table tables"
    " column columns field fields dataset database catalog mode strategy policy enabled flag hash digest checksum md5"
    " sha sha256 key keys user host cluster region queue job task dag run operator engine provider version"
)
_COUNTABLE: Final = listed(
    "rows records errors warnings exceptions failures samples examples messages commands logs results patients subjects"
    " members persons participants encounters visits accessions specimens charts cases tokens retries"
)
_OF_A_MODEL: Final = frozenset({"squared", "absolute", "percentage", "relative", "standard", "calibration"})
"""What makes an `error` a measure of a model."""

_TIERS: Final = listed(
    "prod production preprod stage staging test testing qa uat dev development integration sandbox local demo"
)
_TALLIES: Final = listed("frequencies frequency histogram distribution buckets occurrences")
_TALLIED: Final = listed("value values unexpected category categories top sample distinct")
_FREQUENT: Final = listed("frequent common top distinct unique")
_BOUNDS: Final = frozenset({"max", "min", "maximum", "minimum"})
_TYPE: Final = re.compile(
    r"(?:string|str|text|varchar|char|n?varchar2?|int|integer|bigint|smallint|tinyint|long|short|float|double|real|number|numeric"
    r"|decimal|bool|boolean|date|datetime|time|timestamp|timestamptz|uuid|json|binary|object|array|int(?:8|16|32|64)"
    r"|float(?:32|64))(?:\(\d{1,4}(?:, ?\d{1,3})?\))?",
    re.IGNORECASE,
)


def vocabulary() -> dict[Class, list[str]]:
    """The words that decide, by class, for whoever wants to read them."""
    found: dict[Class, set[str]] = {
        Class.SECRET: {*_SECRETS, *(f"{word} key" for word in _SECRET_KEYS)},
        Class.PERSON: {*_PERSON, *_SUBJECTS_ALONE, *(f"{word} id" for word in _SUBJECTS), "first name"},
        Class.COUNT: {*_MEASURES},
        Class.NAME: {*_NAMES},
    }
    for table in (_ANYWHERE, _AT_THE_END, JOINED):
        for word, kind in table.items():
            found.setdefault(kind, set()).add(word.replace("_", " "))
    return {kind: sorted(found[kind]) for kind in Class if kind in found}


def words(key: str) -> list[str]:
    """The words of a key, in lower case."""
    return [word.lower() for word in _WORD.findall(key[:_LONGEST].replace("IDs", "Ids"))]


def class_of(key: str) -> Class | None:
    """The class of what stands under a key; None where the key does not tell."""
    found = words(key)
    if not found:
        return None
    decided = JOINED.get("_".join(found)) or TAKEN_TOGETHER.get("".join(found))
    if decided is None and _is_secret(found):
        decided = Class.SECRET
    if decided is None and _is_person(found):
        decided = Class.PERSON
    return decided or _by_words(found)


def _by_words(found: list[str]) -> Class | None:
    last = found[-1]
    if last in _MEASURES or (last == "error" and not _OF_A_MODEL.isdisjoint(found)):
        return Class.COUNT
    if last in _NAMES:
        return Class.NAME
    ended = _AT_THE_END.get(last)
    if ended is not None and ended not in {Class.TEXT, Class.OWNER}:
        return ended
    return next((_ANYWHERE[word] for word in reversed(found) if word in _ANYWHERE), ended)


def is_keyed_by_values(key: str) -> bool:
    """Whether an object under the key has values of a run for its keys."""
    found = words(key)
    return bool(found) and (
        found[-1] in _TALLIES
        or (found[-1] == "counts" and not _TALLIED.isdisjoint(found))
        or (found[-1] == "values" and not _FREQUENT.isdisjoint(found))
    )


def is_countable(key: str) -> bool:
    """Whether a plain number under the key says how many there are, and nothing of any of them."""
    found = words(key)
    before = set(found[:-1]) - _BOUNDS
    return bool(found) and found[-1] in _COUNTABLE and not any(_ANYWHERE.get(word) is Class.VALUE for word in before)


def is_type(text: str) -> bool:
    """Whether a text is the name of a column's type: what a key that names a person may well map to."""
    return _TYPE.fullmatch(text) is not None


def is_tier(key: str, text: str) -> bool:
    """Whether a text under an environment's key is one of the words for where something runs."""
    return words(key)[-1:] in (["env"], ["environment"]) and text.lower() in _TIERS


def _is_secret(found: list[str]) -> bool:
    last = found[-1]
    if last in _MEASURES or (last in _NAMES and last not in {"key", "keys"}):
        return False
    return any(word in _SECRETS for word in found) or (
        last in {"key", "keys"} and len(found) > 1 and found[-2] in _SECRET_KEYS
    )


def _is_person(found: list[str]) -> bool:
    last = found[-1]
    if last in _NUMBERED and len(found) > 1:
        before = found[-2]
        return before in _PERSON or before in _SUBJECTS or (last in {"name", "names"} and before in _NAMED)
    if last in {"date", "year", "day"} and len(found) > 1 and "birth" in found:
        return True
    return (last in _PERSON and found != ["birth"]) or last in _SUBJECTS_ALONE or found == ["subject"]
