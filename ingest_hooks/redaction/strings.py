"""What becomes of one string, by its class."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import orjson

from ingest_hooks.openlineage.wire import JSON
from ingest_hooks.redaction import clinical
from ingest_hooks.redaction.classes import Class
from ingest_hooks.redaction.effort import Effort
from ingest_hooks.redaction.identifiers import Scanner, is_plain
from ingest_hooks.redaction.keys import is_tier, is_type, words
from ingest_hooks.redaction.markers import marker, settle, token
from ingest_hooks.redaction.marks import is_mark, mark
from ingest_hooks.redaction.memo import Memory, Texts
from ingest_hooks.redaction.notes import Notes
from ingest_hooks.redaction.sql import redact_expression, redact_sql, shape_in, statement_in
from ingest_hooks.redaction.traces import looks_like_a_trace, redact_message, redact_trace

LONGEST: Final = 65_536
"""So many characters of an authored text are scanned; what is longer is kept as length and digest."""

MARKERS: Final = {Class.SOURCE: "source-code", Class.SECRET: "secret", Class.PERSON: "identifier"}
"""Classes of which not even a digest stays."""

_OBJECT: Final = re.compile(r"\{\s{0,8}\\{0,8}['\"][^'\"{}]{1,100}\\{0,8}['\"]\s{0,8}[:=]")
_QUALIFIED: Final = re.compile(r"[a-z_][a-z0-9_-]*(?:\.[a-z_][a-z0-9_-]*)+")
_WORD: Final = re.compile(r"[\w.$@#:/<>,\[\]-]{1,200}(?:\(\d{1,3}(?:,\d{1,3})?\))?")
_MEASURED: Final = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?|\d{4}-\d\d-\d\d")
_QUOTES: Final = re.compile(r"(?<!\w)'|'(?!\w)|[\"`“”]")

Judged = tuple[str, str | None]
"""What a text became, and by which rule; by none where what is inside it was noted already."""


@dataclass(slots=True)
class Strings:
    """Replaces strings under one site's key. `walk` goes through what was JSON inside a string."""

    memory: Memory
    notes: Notes
    effort: Effort
    walk: Callable[[JSON], JSON]

    @property
    def scanner(self) -> Scanner:
        """The site's scanner."""
        return self.memory.scanner

    def of(self, kind: Class, text: str) -> JSON:
        """What is put in the place of a text of one class; notes it where that is another text."""
        self.effort.spend(len(text))
        handle = _KEPT.get(kind)
        if handle is not None:
            return handle(self, text)
        shape = _SHAPED.get(kind)
        if shape is not None:
            return self.notes.changed(text, shape(self, text), kind.rule)
        return self._replaced(kind, text)

    def _replaced(self, kind: Class, text: str) -> JSON:
        is_name = kind is Class.WORD and _WORD.fullmatch(text) is not None
        if is_name or (kind is Class.PERSON and _is_qualified(self.notes.path[-1:], text)):
            return self.name(text)
        if self._stays(kind, text):
            return text
        if kind in MARKERS:
            return self.notes.note(marker(MARKERS[kind]), kind.rule)
        return self.notes.note(mark("value", text, self.scanner.key), Class.VALUE.rule)

    def _stays(self, kind: Class, text: str) -> bool:
        """Whether a text is no value of its class, by its own form."""
        if kind is Class.COUNT:
            stays = _MEASURED.fullmatch(text) is not None or is_plain(text)
        elif kind is Class.PERSON:
            stays = is_type(text)
        else:
            stays = kind is Class.VALUE and any(is_tier(key, text) for key in self.notes.path[-1:])
        return stays or is_mark(text, self.scanner.key)

    # Texts of which a shape stays.

    def sql(self, text: str, dialect: str | None = None) -> str:
        """A statement in a dialect, as its emitter calls that."""
        return redact_sql(text, dialect, self.scanner)

    def _expression(self, text: str) -> str:
        # Prose that lexes as a formula still says whom it is about.
        return redact_expression(self.scanner.text(text), self.scanner) or mark("expression", text, self.scanner.key)

    def _transformation(self, text: str) -> str:
        known = self.memory.transformations
        if text in known:
            return text
        result = settle(text, self._transformed, marker("text"))
        if result == text:
            known.keep(text)
        return result

    def _transformed(self, text: str) -> str:
        shape = redact_expression(text, self.scanner)
        # An address or a token that lexes as a formula has no literal to be replaced.
        return self._scanned(_without_quoted(text) if shape is None else shape, self.scanner.text)

    def _message(self, text: str) -> str:
        return redact_message(text, self.scanner)

    def _trace(self, text: str) -> str:
        return redact_trace(text, self.scanner)

    # Texts that are kept.

    def name(self, text: str) -> JSON:
        """A name: byte for byte, but for identifiers."""
        known = self.memory.names
        if text in known or is_plain(text):
            return text
        if clinical.holds_clinical(text):
            return self.notes.changed(text, mark("clinical", text, self.scanner.key), "clinical")
        result = self._named(text)
        if result != text:
            return self.notes.named(text, result, Class.NAME.rule)
        known.keep(text)
        return text

    def _named(self, text: str) -> str:
        """A name; one that is a whole statement with literals in it (some jobs are called so) as its shape."""
        if _QUOTES.search(text) is None or statement_in(text) != 0:
            result = self.scanner.name(text)
            if result == text or _QUOTES.search(result) is None:
                return result

        def once(current: str) -> str:
            if _QUOTES.search(current) is not None and statement_in(current) == 0:
                current = shape_in(current, self.scanner) or _without_quoted(current)
            return self.scanner.name(current)

        return settle(text, once, token(text, self.scanner.key))

    def _assertion(self, text: str) -> JSON:
        if text in self.memory.names and _QUOTES.search(text) is None:
            return text

        def once(current: str) -> str:
            if _QUOTES.search(current) is not None:
                return self._transformed(current)
            return self._scanned(current, self.scanner.name)

        return self.notes.changed(text, settle(text, once, marker("text")), Class.ASSERTION.rule)

    def _unknown(self, text: str) -> JSON:
        return self._kept(text, self.memory.unknown, self._judge)

    def _text(self, text: str) -> JSON:
        return self._kept(text, self.memory.texts, lambda current: (self._scanned(current, self.scanner.text), _TEXT))

    def _owner(self, text: str) -> JSON:
        def scan(current: str) -> Judged:
            return self._scanned(current, lambda each: self.scanner.text(each, emails=False)), Class.OWNER.rule

        return self._kept(text, self.memory.owners, scan)

    def _kept(self, text: str, known: Texts, judge: Callable[[str], Judged]) -> JSON:
        if text in known or is_plain(text):
            return text
        result, rule = judge(text)
        if result == text:
            known.keep(text)
            return text
        # What was replaced may read as something else now: as a statement, or as JSON.
        with self.notes.forgetting():
            result = settle(result, lambda current: judge(current)[0], marker("text"))
        return result if rule is None else self.notes.changed(text, result, rule)

    def _scanned(self, text: str, scan: Callable[[str], str]) -> str:
        if is_mark(text, self.scanner.key):
            return text
        if len(text) > LONGEST:
            return mark("text", text, self.scanner.key)
        if clinical.holds_clinical(text):
            return mark("clinical", text, self.scanner.key)
        return scan(text)

    def _judge(self, text: str) -> Judged:
        """What becomes of a text that nothing is known of."""
        may_hold = "{" in text or "[" in text
        inner = self._json(text) if may_hold and text.lstrip()[:1] in {"{", "["} else None
        if inner is not None:
            return inner, None
        if len(text) > LONGEST or is_mark(text, self.scanner.key) or clinical.holds_clinical(text):
            return self._scanned(text, self.scanner.text), _TEXT
        if looks_like_a_trace(text):
            return self._trace(text), Class.TRACE.rule
        statement = self._statement(text)
        if statement is not None:
            return statement, Class.SQL.rule
        found = self._structure(text) if may_hold else None
        return (found, Class.VALUE.rule) if found is not None else self._plain(text)

    def _plain(self, text: str) -> Judged:
        if " " not in text and ("/" in text or "=" in text):
            return self.scanner.name(text), Class.NAME.rule
        return self.scanner.text(text), _TEXT

    def _structure(self, text: str) -> str | None:
        """An object inside a text: as JSON, or, in another notation or cut, as a value; None where none is there."""
        found = _OBJECT.search(text)
        if found is None:
            return None
        start, end = found.start(), text.rfind("}") + 1
        with self.notes.forgetting():
            inner = self._json(text[start:end])
        if inner is None:
            return self.scanner.text(text[:start]) + mark("value", text[start:], self.scanner.key)
        return None if inner == text[start:end] else self.scanner.text(text[:start]) + inner + text[end:]

    def _statement(self, text: str) -> str | None:
        """A text that ends in a statement; None where none is in it, or where it is prose that quotes nothing."""
        start = statement_in(text)
        if start is None:
            return None
        current = self.scanner.text(text[start:])  # prose, too, says `call (`
        shape = shape_in(current, self.scanner)
        if shape is None and ("'" in text or '"' in text):
            shape = mark("sql", text[start:], self.scanner.key)
        return None if shape is None else self.scanner.text(text[:start]) + shape

    def _json(self, text: str) -> str | None:
        """JSON inside a string (BigQuery's job properties, dbt's meta) is JSON all the same."""
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            return None
        before = len(self.notes.redactions)
        self.notes.path.append("")
        result = self.walk(value)
        self.notes.path.pop()
        return text if len(self.notes.redactions) == before else orjson.dumps(result).decode()


def _is_qualified(key: list[str], text: str) -> bool:
    """Whether a full name is that of a table: `full_name: db.schema.table`."""
    return any(words(each) == ["full", "name"] for each in key) and _QUALIFIED.fullmatch(text) is not None


def _without_quoted(text: str) -> str:
    """A text without what stands between its first quote and its last, which may be cut inside one."""
    quotes = [found.start() for found in _QUOTES.finditer(text)]
    if not quotes:
        return text
    rest = text[quotes[-1] + 1 :] if len(quotes) > 1 else ""
    return f"{text[: quotes[0]]}'{marker('string')}'{rest}"


_TEXT: Final = Class.TEXT.rule
_KEPT: Final[dict[Class, Callable[[Strings, str], JSON]]] = {
    Class.ASSERTION: Strings._assertion,  # noqa: SLF001 - the table of this class's own methods
    Class.NAME: Strings.name,
    Class.OWNER: Strings._owner,  # noqa: SLF001 - the same
    Class.TEXT: Strings._text,  # noqa: SLF001 - the same
    Class.UNKNOWN: Strings._unknown,  # noqa: SLF001 - the same
}
_SHAPED: Final[dict[Class, Callable[[Strings, str], str]]] = {
    Class.EXPRESSION: Strings._expression,  # noqa: SLF001 - the same
    Class.MESSAGE: Strings._message,  # noqa: SLF001 - the same
    Class.SQL: Strings.sql,
    Class.TRACE: Strings._trace,  # noqa: SLF001 - the same
    Class.TRANSFORMATION: Strings._transformation,  # noqa: SLF001 - the same
}
