"""The words that announce an identifier, what may stand between, what may follow, and what is none all the same.

Patterns only; `keyed` decides. Each is bounded or possessive, and all but `KEY`, `BIRTH` and `PAIR` are only ever
matched at one place or against one value.
"""

from __future__ import annotations

import re
from typing import Final

_ID_WORD = r"(?:[ _-]?(?:ids?|nos?\.?|nr\.?|num|numbers?|keys?|identifiers?|mrn|#)(?![a-z])|n°)"
KEY: Final = re.compile(
    r"(?<![a-z0-9])(?:"
    r"(?P<number>mrns?|ssns?|nhs|mbi|hicn|csn|empi|uhid|med(?:ical)?[ ._-]{0,2}rec(?:ord)?s?|social[ _-]security"
    r"|patienten-?(?:nummer|nr\.?|id)|fall-?(?:nummer|nr\.?|id)|(?:kranken)?versicherten-?(?:nummer|nr\.?|id))"
    r"|(?P<person>(?:in|out)?patient|pt\.?|pat\.?|pid|person|subj(?:ect)?|sub(?=-\d)|member|mbr|beneficiary|subscriber|enrollee|insured"
    r"|guarantor)(?P<persons>s)?"
    r"|(?P<thing>encounter|visit|admission|account|acct\.?|chart|case|record|specimen|accession|passport|serial)"
    r"(?P<things>s)?"
    r"|(?P<only>claim|policy|episode|stay|hadm|hosp(?:ital|\.)?|insurance|health[ _-]?(?:card|plan)|device|dossier"
    r"|licen[cs]e|certificate)s?"
    rf")(?P<id>{_ID_WORD}{{0,3}})(?![a-z])",
    re.IGNORECASE,
)
FILL: Final = re.compile(
    r"(?:\s{1,2}(?:of|for|the|this|that|which|whom|patient|with|having|has|is|was|number|no\.?)(?![a-z])){1,5}",
    re.IGNORECASE,
)
NUMBERED: Final = re.compile(
    r"(?:\s{1,2}(?:with|having|has|whose|the|an?|of)){1,4}\s{1,2}(?:ids?|numbers?|nos?\.?|nr\.?|identifiers?)(?![a-z])",
    re.IGNORECASE,
)
"""What makes of a word for a person one for a number: patient with the number …"""
JOIN: Final = re.compile(
    r"[)\]\"'”’]{0,2}(?P<blank>\s{0,3})(?:(?P<strong>(?:[:=#/\\|]|=>|(?<=\s)-(?=\s)|(?P<comma>,)){1,3}|(?:is|was|no|nr|num|number)(?![a-z])[.:#]{0,2})\s{0,3}"
    r"|(?P<weak>[_.~-]{1,3}))?(?P<open>[\"'`“”‘’\[({]{0,2})",  # noqa: RUF001  quotes as people type them
    re.IGNORECASE,
)
AGAIN: Final = re.compile(r"\s{0,2}(?:[,;/&]|\s(?:and|or|und|oder|et|to)\s)\s{0,2}#?", re.IGNORECASE)
"""What joins one more of several numbers behind one word."""
VALUE: Final = re.compile(
    r"(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z]))"
    r"|(?P<digest>(?:sha\d{1,3}:)?(?=[a-f]*+\d)(?=\d*+[a-f])[0-9a-f]{12,}+(?![0-9a-z]))"
    r"|(?P<plain>(?P<prefix>(?:[a-z]{1,4}(?![a-z])[-_/.]?){0,2}|(?-i:[A-Z]{1,4} ))"
    r"(?P<digits>\d[0-9a-z]*+(?>(?:[-_.:/][0-9][0-9a-z]*+)*)(?>(?: \d{2,}+(?![0-9a-z.,]))*)))",
    re.IGNORECASE,
)
_SERVICES: Final = (
    r"(?:aws|amazon|gcp|google|azure|snowflake|databricks|cloud|service|storage|github|gitlab|superset|helm|looker"
    r"|tableau|grafana|dashboard|support|zenodo\.org|sra|geo|genbank|refseq|uniprot|ena|clinvar|arrayexpress|dbgap|ncbi"
    r"|public|sequence|protein|gene|kafka|dns|log|process|worker|server|iam|network|software)"
)
GUARD: Final = re.compile(
    # A service's account is under its whole name, and not below a host that ends in it; a word that only says of which
    # kind something is does not reach over a slash.
    rf"(?:\b{_SERVICES}[\s_:.-]{{1,2}}|(?<![\w.-]){_SERVICES}[\s_:.-]?/"
    r"|\b(?:bar|line|pie|use|test|edge|corner|lower|upper|bug|parent|retention|access|per|every)[\s_:.-]{1,2}"
    r"|\d[\d,]{2,12} |://)$",
    re.IGNORECASE,
)
PUBLIC: Final = re.compile(
    r"(?:^|[-_/. ])"
    r"(?:gse|gsm|gpl|gds|[sed]r[rpxsz]|prj(?:n|e|d)[ab]|sam[ned]a?|[nx][mrpcgtw]_|ens[a-z]{0,6}|e-[a-z]{4}-|gc[af]_"
    r"|pxd|[rsv]cv|vcv|phs|rs|nct|ega[dsnfxr]|chembl|pmc|pmid|doi|hgnc|omim|mim|isrctn|eudract|part|run|file|page|rev|load"
    r"|day|week|wk|fy|job|task|step|test|dump|tmp|temp|bak|dbt|data|snap|version|ver|v|batch|year|yr|set|fold|split|shard"
    r"|chunk|node|hour|hr|hh|dt|date|from|top|last|next|full|old|new|max|min|age|ward|site|arm|icd|cpt|loinc|snomed|drg|omop|cdm|fhir|hl|r"
    r"|stu|dcm|db|tbl|col|src|dst|stg|raw|dim|fact|q|h|w|y|sha|int|uint|float|utf|iso|base|aes|md|crc|hmac|rfc|ieee"
    r"|varchar|char|decimal|number|numeric|bit|part-r|part-m|table|column|row|rows|line|level|stage|phase|grade|type"
    r"|bucket|delta|index|range|step|epoch|model|layer|lstm|resnet|bert|gpt|h2o|s|sprint|build|release|port|http)"
    r"[-_ /.]?$",
    re.IGNORECASE,
)
UNIT: Final = re.compile(
    r"[ -]?(?:rows?|records?|columns?|cols?|fields?|tables?|files?|patients?|subjects?|persons?|people|members?|visits?"
    r"|encounters?|cases?|specimens?|samples?|bytes?|characters?|chars?|digits?|bits?|[kmgt]i?b|seconds?|secs?|minutes?"
    r"|mins?|hours?|hrs?|days?|weeks?|months?|years?|times|percent|pct|ms|mg|ml|kg|mm|cm|mmhg|usd|eur|events?|images?"
    r"|studies|sites?|or more|%|×|±|km|points?|values?|items?|entries|lines?"
    r"|pages?|partitions?|requests?|runs?|jobs?|steps?|epochs?|features?|classes|codes|concepts|variants|reads|"
    r"genes|cells)(?![a-z])",
    re.IGNORECASE,
)
_YEAR = r"(?:19[5-9]\d|20[0-4]\d)"
_CALENDAR_PART = (
    rf"{_YEAR}(?:[-_./]?(?:0[1-9]|1[0-2])(?:[-_./]?(?:0[1-9]|[12]\d|3[01])"
    r"(?:[T_ -]?(?:[01]\d|2[0-3])"
    r"(?:[:_-]?[0-5]\d(?:[:_-]?[0-5]\d(?:\.?\d{1,9})?)?)?z?)?)?|[-_.]?q[1-4]|[-_.]?h[12]|[-_.]?w\d\d)?"
)
CALENDAR: Final = re.compile(rf"{_CALENDAR_PART}(?:[-_./ ]{_CALENDAR_PART}){{0,2}}", re.IGNORECASE)
ROUND: Final = re.compile(r"n?[1-9]\d{0,2}?0{2,}|n\d+")
"""1200, 50000, n12345: how many there are."""
FOUR_DIGITS: Final = re.compile(r"\d{4}")
SUFFIXED: Final = re.compile(
    r"\d+(?:st|nd|rd|th|[kmbgt]b?|[kmg]ib|ms|s|min|h|d|w|y|x|px|pt|mg|ml|kg|mm|cm|bit|bp|hz)", re.IGNORECASE
)
PADDED: Final = re.compile(r"0{2,}\d{0,4}(?:[_.-]\d{1,3})?")
RELEASE: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,3}")
PART: Final = re.compile(rf"[a-z][-_/. ]?\d{{1,4}}(?:[-_./]{_YEAR})?", re.IGNORECASE)
"""`q1_2024`, `w05`: parts of a year; `S001-0234` is a number with a letter."""
WORD_BEFORE: Final = re.compile(r"[a-z]{3,}[-_/.]?$")
DECIMAL: Final = re.compile(r"\d{1,9}(?:\.\d+)+")
EPOCH: Final = re.compile(r"1[5-9]\d{8}(?:\d{3}|\d{6})?")
SEGMENT: Final = re.compile(r"(?:[a-z]{1,4}[-_]?){0,2}\d+[a-z]?(?:[-_. ]\d+[a-z]?)*", re.IGNORECASE)
CLOUD_HOST: Final = re.compile(
    r"\.(?:dfs|blob|file|queue|table)\.core\.|\.(?:snowflakecomputing|amazonaws|azure)", re.IGNORECASE
)
DBT_HASH: Final = re.compile(r"[0-9a-f]{10}(?=\.|\s|$)", re.IGNORECASE)
DBT: Final = re.compile(r"\btest\.|\baccepted_|\bdbt_|\bexpect_|\bunique_|\bnot_null_|\brelationships_")
DIGEST_LENGTHS: Final = frozenset({32, 40, 56, 64, 96, 128})

_MONTH = r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]{0,7}"
BIRTH: Final = re.compile(
    r"(?<![a-z0-9])(?:d\.?o\.?b(?![a-z])|born|birth[ _-]?(?:date|day)|date[ _-]?of[ _-]?birth|birth"
    r"|geb(?:oren|urtsdatum)?|née?)(?![a-z])"
    r"(?P<join>(?:[\W_]{0,3}(?:is|was|on|in|the|am|le)(?![a-z])){0,3}[\W_]{0,3})"
    r"(?P<value>(?:\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}(?:[T ]\d\d:?\d\d(?::?\d\d(?:\.\d{1,9})?)?z?)?|\d{5,}+"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?[- .]{{0,2}}(?:of )?{_MONTH}[-., ]{{0,3}}\d{{2,4}}"
    rf"|{_MONTH}[-. ]{{1,2}}(?:\d{{1,2}}(?:st|nd|rd|th)?,? ?)?\d{{4}}))(?![0-9])",
    re.IGNORECASE,
)
PAIR: Final = re.compile(
    r"(?<![a-z0-9])(?:mrn|ssn|dob|birth_?date|date_of_birth|e?mail|phone|(?:street_?)?address"
    r"|(?:patient|person|subject|member|encounter|visit|accession|medical_?record|nhs)s?_?(?:id|no|number|name|key|mrn)"
    r"|(?:first|last|given|family|sur|middle|maiden)_?name)=(?P<value>[^/&;,\s'\"`<>()?#]+)",
    re.IGNORECASE,
)
SEARCH: Final = re.compile(
    r"(?<![A-Za-z])(?:Patient|Person|RelatedPerson)/?(?:_search)?\?(?P<query>[^\s#'\"`<>()]{1,2048})"
)
"""An address that asks a FHIR server for people (FHIR R4, 3.1.1)."""
SEARCHED: Final = re.compile(
    r"(?<![^?&;])(?:identifier|name|family|given|phonetic|birthdate|death-date|email|phone|telecom|address(?:-[a-z]{1,20})?|_id)"
    r"(?::[a-z-]{1,20})?=(?P<value>[^&;]+)"
)
"""What such an address says of the one who is looked for."""
NO_VALUE: Final = re.compile(
    r"[*$%{].*|__.*|null|none|nan|true|false|(?:big|small)?int(?:eger)?|string|str|varchar|text|date|desc|asc",
    re.IGNORECASE | re.DOTALL,
)
