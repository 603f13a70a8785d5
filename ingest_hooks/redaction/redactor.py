"""The walk over one event that leaves nothing behind that may not be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import orjson

from ingest_hooks.openlineage.wire import JSON, MAX_DEPTH
from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.markers import TOKEN, marker
from ingest_hooks.redaction.rules import COMPILED, KEYS, PERSON_KEY, SECRET_KEY, Action, Node
from ingest_hooks.redaction.sql import DIALECTS, looks_like_sql, redact_sql
from ingest_hooks.redaction.traces import redact_message, redact_trace

_PRODUCT_FACETS = "lineward_"
_SCALARS = (str, int, float)
_JSON_TEXT = 2


@dataclass(frozen=True, slots=True, order=True)
class Redaction:
    """Something was replaced: where (a JSON pointer into the redacted value) and by which rule."""

    pointer: str
    rule: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """An identifier stood inside a name; the token that stands there now is the same wherever the identifier was."""

    pointer: str
    token: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """What may be stored, and what was done to make it so."""

    value: JSON
    redactions: tuple[Redaction, ...]
    findings: tuple[Finding, ...]


def redact(event_json: JSON, *, token_key: bytes) -> Redacted:
    """The event without what may not be stored (`rules`); the argument is left as it was.

    Pure and deterministic for one `token_key`, takes any JSON, and changes nothing in what it has redacted once.
    """
    walk = _Walk(_scanner(token_key), _dialect_hint(event_json))
    value = walk.value(event_json, (), {}, None)
    return Redacted(value, tuple(walk.redactions), tuple(walk.findings))


@lru_cache(maxsize=8)
def _scanner(token_key: bytes) -> Scanner:
    return Scanner(token_key)


@dataclass(slots=True)
class _Walk:
    scanner: Scanner
    dialect: str | None
    redactions: list[Redaction] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    exempt: bool = False

    def value(self, value: JSON, nodes: tuple[Node, ...], below: Mapping[str, Action], key: str | None) -> JSON:
        if isinstance(value, str):
            return self._text(value, key)
        if isinstance(value, dict):
            return self._object(value, nodes, below)
        if isinstance(value, list):
            return self._array(value, nodes, below, key)
        return value

    def _object(self, value: dict[str, JSON], nodes: tuple[Node, ...], below: Mapping[str, Action]) -> JSON:
        if len(self.path) >= MAX_DEPTH:
            return self._note(marker("depth"), Action.DROP.value)
        result: dict[str, JSON] = {}
        for raw, child in value.items():
            key = self._key(raw)
            self.path.append(key)
            result[key] = self._member(key, child, nodes, below)
            self.path.pop()
        return result

    def _member(self, key: str, child: JSON, nodes: tuple[Node, ...], below: Mapping[str, Action]) -> JSON:
        inner: list[Node] = [found for node in nodes if (found := node.steps.get(key) or node.steps.get("*"))]
        facet = COMPILED.get(key)
        if facet is not None:
            inner.append(facet)
            below = {**below, **facet.below} if facet.below else below
        if key.startswith(_PRODUCT_FACETS) and not self.exempt:
            self.exempt = True
            result = self._decide(key, child, tuple(inner), below)
            self.exempt = False
            return result
        return self._decide(key, child, tuple(inner), below)

    def _decide(self, key: str, child: JSON, nodes: tuple[Node, ...], below: Mapping[str, Action]) -> JSON:
        action = next((node.action for node in nodes if node.action is not None), None)
        if action is None and below:
            action = below.get(key)
        if action is None:
            action = KEYS.get(key.lower())
        if action is None and below:
            action = below.get("*")
        if action is None and child is not None and not isinstance(child, bool):
            action = self._by_key(key, child)
        if action is None or child is None:
            return self.value(child, nodes, below, key)
        return self._act(action, child, nodes, below, key)

    def _by_key(self, key: str, child: JSON) -> Action | None:
        if isinstance(child, str) and SECRET_KEY.search(key):
            return Action.DROP
        if isinstance(child, _SCALARS) and not self.exempt and PERSON_KEY.fullmatch(key):
            return Action.DROP
        return None

    def _act(
        self, action: Action, child: JSON, nodes: tuple[Node, ...], below: Mapping[str, Action], key: str | None
    ) -> JSON:
        if action is Action.DROP:
            return self._drop(child)
        if action is Action.CODE and not isinstance(child, dict):
            return self._changed(child, marker("source-code"), action.value)
        if isinstance(child, str):
            return self._act_on_text(action, child)
        if isinstance(child, list):
            return self._each(action, child, nodes, below, key)
        return self.value(child, nodes, below, key)

    def _each(
        self, action: Action, items: list[JSON], nodes: tuple[Node, ...], below: Mapping[str, Action], key: str | None
    ) -> JSON:
        if len(self.path) >= MAX_DEPTH:
            return self._note(marker("depth"), Action.DROP.value)
        inner = tuple(found for node in nodes if (found := node.steps.get("*")))
        result: list[JSON] = []
        for index, item in enumerate(items):
            self.path.append(str(index))
            plain = item is None or isinstance(item, (dict, bool))
            result.append(
                self.value(item, inner, below, key) if plain else self._act(action, item, inner, below, key)
            )
            self.path.pop()
        return result

    def _array(
        self, items: list[JSON], nodes: tuple[Node, ...], below: Mapping[str, Action], key: str | None
    ) -> JSON:
        if len(self.path) >= MAX_DEPTH:
            return self._note(marker("depth"), Action.DROP.value)
        inner = tuple(found for node in nodes if (found := node.steps.get("*"))) if nodes else ()
        result: list[JSON] = []
        for index, item in enumerate(items):
            self.path.append(str(index))
            result.append(self.value(item, inner, below, key))
            self.path.pop()
        return result

    def _act_on_text(self, action: Action, text: str) -> JSON:
        match action:
            case Action.NAME:
                return self._name(text)
            case Action.SQL:
                result = redact_sql(text, self.dialect, self.scanner)
            case Action.TRACE:
                result = redact_trace(text, self.scanner)
            case Action.MESSAGE:
                result = redact_message(text, self.scanner)
            case Action.OWNER:
                result = self.scanner.text(text, emails=False)
            case Action.PLAN if " " in text or "'" in text or '"' in text:
                result = redact_sql(text, "spark", self.scanner)
            case _:
                return self._text(text, None)
        return self._changed(text, result, action.value)

    def _drop(self, value: JSON) -> JSON:
        if isinstance(value, dict):
            result: dict[str, JSON] = {}
            for raw, child in value.items():
                key = self._key(raw)
                self.path.append(key)
                result[key] = None if child is None else self._changed(child, marker("value"), Action.DROP.value)
                self.path.pop()
            return result
        return self._changed(value, marker("value"), Action.DROP.value)

    def _name(self, text: str) -> str:
        if looks_like_sql(text):
            text = str(self._changed(text, redact_sql(text, self.dialect, self.scanner), Action.SQL.value))
        result = self.scanner.name(text)
        if result != text:
            pointer = self._pointer()
            self.redactions.append(Redaction(pointer, Action.NAME.value))
            before = set(TOKEN.findall(text))
            self.findings.extend(
                Finding(pointer, found) for found in dict.fromkeys(TOKEN.findall(result)) if found not in before
            )
        return result

    def _text(self, text: str, key: str | None) -> JSON:
        if len(text) > _JSON_TEXT and (text[0], text[-1]) in {("{", "}"), ("[", "]")}:
            inner = self._json_text(text, key)
            if inner is not None:
                return inner
        if " " in text:
            if looks_like_sql(text):
                return self._changed(text, redact_sql(text, self.dialect, self.scanner), Action.SQL.value)
            return self._changed(text, self.scanner.text(text), "identifier-in-text")
        if "/" in text or "=" in text:
            return self._changed(text, self.scanner.name(text), Action.NAME.value)
        return self._changed(text, self.scanner.text(text), "identifier-in-text")

    def _json_text(self, text: str, key: str | None) -> str | None:
        """JSON inside a string (BigQuery's job properties, dbt's meta) is JSON all the same."""
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            return None
        before = len(self.redactions)
        self.path.append("")
        result = self.value(value, (), {}, key)
        self.path.pop()
        if len(self.redactions) == before:
            return text
        return orjson.dumps(result).decode()

    def _key(self, key: str) -> str:
        result = self.scanner.name(key)
        return key if result == key else str(self._changed(key, result, "identifier-in-key"))

    def _changed(self, before: JSON, after: str, rule: str) -> JSON:
        return before if before == after else self._note(after, rule)

    def _note(self, after: str, rule: str) -> str:
        self.redactions.append(Redaction(self._pointer(), rule))
        return after

    def _pointer(self) -> str:
        return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in self.path)


def _dialect_hint(event: JSON) -> str | None:
    """The dialect that the event speaks: its sql facet's, else its integration's, else its datasets' scheme."""
    job = _member(event, "job")
    facets = _member(job, "facets")
    for said in (_member(_member(facets, "sql"), "dialect"), _member(_member(facets, "jobType"), "integration")):
        if isinstance(said, str) and said.lower() in DIALECTS:
            return said
    for side in ("outputs", "inputs"):
        datasets = _member(event, side)
        for dataset in datasets if isinstance(datasets, list) else ():
            namespace = _member(dataset, "namespace")
            scheme = namespace.split(":", 1)[0].lower() if isinstance(namespace, str) else ""
            if scheme in DIALECTS:
                return scheme
    return None


def _member(value: JSON, key: str) -> JSON:
    return value.get(key) if isinstance(value, dict) else None
