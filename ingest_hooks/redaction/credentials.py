"""Secrets, in every class of text: what opens something is never kept, and never becomes a token either."""

from __future__ import annotations

import re
from typing import Final

from ingest_hooks.redaction.markers import marker

_TRIGGER: Final = re.compile(
    r"://|@|-u|pass|pwd|secret|token|key|bearer|basic |sig|akia|gh[pousr]_|glpat|xox|eyj|begin|lw_|x-amz", re.IGNORECASE
)
_LONG_TRIGGER: Final = re.compile(
    r"asia|_pat_|xapp-|mysql|identified|sk-|[sr]k_|dapi|dbt[cu]_|hv[sbr]\.|npm_|pypi-|hf_|sg\.|aiza|ya29\.|atatt3|dop_v1_",
    re.IGNORECASE,
)
_LONG: Final = 16
"""Shorter texts hold nothing that the second trigger hints at."""
_IN_ADDRESS: Final = (
    r"(?P<url>://[^\s/:@<>?#\"']{0,128}:)(?!\d{1,5}(?:[/?#\s]|$))(?P<password>[^\s<>\"']{1,512})(?=@[\w.\[-])"
)
"""user:password@host, the password up to the last @ of what cannot be a path."""
IN_ADDRESS: Final = re.compile(_IN_ADDRESS)
_SECRET: Final = re.compile(
    _IN_ADDRESS
    # Oracle's user/password@
    + r"|(?P<oracle>(?:\bthin:|\boci8?:|\bsqlplus\s{1,3}(?:-\w\s{1,3})?|\brman\s{1,3}target\s{1,3}|\buserid=)"
    r"[\w$#.-]{1,128}/)"
    r"(?P<tiger>[^\s/@<>]{1,256})(?=@)"
    r"|(?P<slash>(?<![\w.@/-])[\w$#.-]{1,64}/)(?P<pw>[^\s/@<>:]{1,128})(?=@(?://|[\w.-]{1,255}:\d{2,5}/))"
    # --password x, -p x, --password=x
    r"|(?P<option>(?<![\w-])--?(?:[\w-]{0,40}?(?:password|passwd|passphrase|secret|token|api-?key|access-?key)|pwd|pass)(?:\s{1,3}|=))"
    r"(?P<argument>\"[^\"\n]{1,512}\"|'[^'\n]{1,512}'|(?!-)[^\s<>$*\{\"'][^\s<>]*+)"
    r"|(?P<login>(?:(?<![\w-])--user(?:\s{1,3}|=)|\bcurl\s(?:[^\n]{0,200}?\s)?-u\s{1,3})[\w.@-]{1,64}:)(?P<secret>[^\s<>]++)"
    r"|(?P<mysql>\bmysql(?:dump|admin|sh|import)?\s(?:[^\n]{0,200}?\s)?(?-i:-p))(?P<mypass>[^\s<>]++)"
    r"|(?P<user>\b(?:create|alter)\s{1,3}(?:user|role)\s{1,3}[^\s<>]{1,128}\s{1,3}identified\s{1,3}(?:with\s{1,3}\w{1,40}\s{1,3})?by\s{1,3})"
    r"(?P<by>\"[^\"\n]{1,512}\"|'[^'\n]{1,512}'|[^\s<>;\"']++)"
    r"|(?P<account>\bhttps?://)(?P<opaque>(?=[a-z_-]{0,128}\d)[\w-]{20,128})(?=@(?![\w.-]{1,255}\.core\.windows))"
    # PGPASSWORD=x, password: x, "token": "x"
    r"|(?P<name>(?<![\w.-])(?P<word>[\w.-]{0,64}?(?:password|passwort|passwd|passphrase|pwd|secret|secret[_.-]?key|api[_.-]?key"
    r"|access[_.-]?key(?:[_.-]?id)?|private[_.-]?key|account[_.-]?key|auth[_.-]?token|token"
    r"|(?<=[?&;])(?:sig|signature)|x-amz-[a-z-]{1,40}))"
    r"[\"']?(?P<is>\s{0,2}=>?\s{0,2}|\s{0,2}:\s{1,2}|:(?=[^\s:/])))"
    r"(?P<value>\"[^\"\n]{1,512}\"|'[^'\n]{1,512}'|[^\s<>&;,\"'$*\{()][^\s<>&;,\"']*+)"
    r"|(?P<scheme>\b(?:bearer|basic|digest)\s{1,3})(?P<credential>(?=[a-z]{0,40}(?:[\d+/=]|[._-]\w)|(?-i:[A-Za-z]{0,40}?[a-z][A-Z]))[\w+/=.~-]{8,}+)"
    r"|(?P<form>(?<![\w-])(?-i:AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}|gh[pousr]_\w{20,255}|github_pat_\w{20,255}|glpat-[\w-]{20,64}"
    r"|xox[abprs]-[\w-]{10,255}|xapp-[\w-]{10,255}|eyJ[\w-]{10,}+\.[\w-]{4,}+(?:\.[\w-]*+)?|lw_[\w-]{20,255}"
    r"|sk-[\w-]{20,255}|[rs]k_(?:live|test)_\w{16,255}|AIza[\w-]{35}|ya29\.[\w-]{20,512}|dapi[0-9a-f]{32}(?:-\d)?"
    r"|dbt[cu]_[\w-]{20,255}|hv[sbr]\.[\w-]{20,255}|npm_[A-Za-z0-9]{36}|hf_(?=[a-z0-9]{0,34}[A-Z])[A-Za-z0-9]{34}"
    r"|pypi-AgE[\w-]{20,512}|SG\.[\w-]{16,64}\.[\w-]{16,64}|dckr_pat_[\w-]{20,64}|dop_v1_[0-9a-f]{64}"
    r"|ATATT3[\w=-]{20,512})(?![\w-]))"
    r"|(?P<pem>-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)(?P<body>(?>(?:[^-]|-(?!----))+))",
    re.IGNORECASE,
)
_GROUPS: Final = (
    ("url", "password"),
    ("oracle", "tiger"),
    ("slash", "pw"),
    ("option", "argument"),
    ("login", "secret"),
    ("mysql", "mypass"),
    ("user", "by"),
    ("account", "opaque"),
    ("name", "value"),
    ("scheme", "credential"),
    ("pem", "body"),
)
_MARKED: Final = re.compile(r"[\"']?<redacted:[a-z-]+>[\"']?")
_DESCRIBED: Final = re.compile(
    r"[\"']?(?:[A-Za-z]+[.,;:!?]?|[A-Z]+(?:\(\d+(?:,\d+)?\))?|[a-z]+\(\d+(?:,\d+)?\)|none|null|true|false|\d{1,2})[\"']?"
)
"""What stands behind `password:` in a description of the field: a word, or a type."""
_ABSENT: Final = re.compile(
    r"[\"']?(?:none|null|true|false|string|text|varchar(?:\(\d+\))?|int|bool(?:ean)?|x+|…|\.{3}|[a-z_][\w.]*\(.*)[\"']?",
    re.IGNORECASE,
)


def may_hold_secret(text: str) -> bool:
    """Whether anything in a text hints at a secret."""
    return _TRIGGER.search(text) is not None or (len(text) >= _LONG and _LONG_TRIGGER.search(text) is not None)


def without_secrets(text: str) -> str:
    """The text with a marker in each secret's place; what names the secret stays."""
    return _SECRET.sub(_replace, text) if may_hold_secret(text) else text


def _replace(match: re.Match[str]) -> str:
    if match["form"]:
        return marker("secret")
    lead, value = next((match[lead], match[value]) for lead, value in _GROUPS if match[lead] is not None)
    if _MARKED.fullmatch(value):
        return match[0]
    if match["name"] and (_DESCRIBED if ":" in match["is"] else _ABSENT).fullmatch(value):
        return match[0]
    quote = value[0] if value[0] in "\"'" and value[-1:] == value[0] and len(value) > 1 else ""
    return f"{lead}{quote}{marker('secret')}{quote}"
