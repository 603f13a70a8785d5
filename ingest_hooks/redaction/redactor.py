"""The walk over one event that leaves nothing behind that may not be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import orjson

from ingest_hooks.openlineage.wire import JSON, MAX_DEPTH
from ingest_hooks.redaction.identifiers import Scanner, is_plain
from ingest_hooks.redaction.markers import TOKEN, marker, settle
from ingest_hooks.redaction.rules import COMPILED, KEYS, PERSON_KEY, SECRET_KEY, Action, Node
from ingest_hooks.redaction.sql import DIALECTS, looks_like_sql, redact_sql
from ingest_hooks.redaction.traces import redact_message, redact_trace

_PRODUCT_FACETS = "lineward_"
_SCALARS = (str, int, float)
_JSON_TEXT = 2
_FACETS = frozenset({"facets", "inputFacets", "outputFacets"})
_FACET = 2
"""How many keys lie above a facet at the least: where it is, and its name."""
_MEMO_BYTES = 4_096


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


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that a key alone decides."""

    facet: Node | None
    action: Action | None
    is_clean: bool
    is_product: bool
    is_secret: bool
    is_personal: bool

    @property
    def is_free(self) -> bool:
        return (
            self.is_clean
            and self.facet is None
            and self.action is None
            and not (self.is_product or self.is_secret or self.is_personal)
        )


@lru_cache(maxsize=8_192)
def _plan(key: str) -> _Plan:
    return _Plan(
        facet=COMPILED.get(key),
        action=KEYS.get(key.lower()),
        is_clean=_scanner(b"").name(key) == key,
        is_product=key.startswith(_PRODUCT_FACETS),
        is_secret=SECRET_KEY.search(key) is not None,
        is_personal=PERSON_KEY.fullmatch(key) is not None,
    )


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
        ruled = bool(nodes or below)
        for raw, child in value.items():
            plan = _plan(raw)
            # Most members are strings seen a thousand times under keys that no rule names.
            if not ruled and plan.is_free and isinstance(child, str) and child in self.scanner.known_texts:
                result[raw] = child
                continue
            key = raw
            if not plan.is_clean:
                key = self._key(raw)
                plan = _plan(key)
            self.path.append(key)
            result[key] = self._member(key, plan, child, nodes, below)
            self.path.pop()
        return result

    def _member(self, key: str, plan: _Plan, child: JSON, nodes: tuple[Node, ...], below: Mapping[str, Action]) -> JSON:
        if nodes or below or not isinstance(child, dict) or len(self.path) < _FACET or self.path[-2] not in _FACETS:
            return self._judged(key, plan, child, nodes, below)
        try:
            written = orjson.dumps(child)
        except orjson.JSONEncodeError:  # a number or a text that no JSON of orjson's has
            return self._judged(key, plan, child, nodes, below)
        facet = key, self.exempt, self.dialect, written
        if facet in self.scanner.known_facets:
            return child
        noted = len(self.redactions)
        result = self._judged(key, plan, child, nodes, below)
        if len(written) <= _MEMO_BYTES and len(self.redactions) == noted:
            self.scanner.known_facets.keep(facet)
        return result

    def _judged(self, key: str, plan: _Plan, child: JSON, nodes: tuple[Node, ...], below: Mapping[str, Action]) -> JSON:
        inner: tuple[Node, ...] = ()
        if nodes:
            inner = tuple(found for node in nodes if (found := node.steps.get(key) or node.steps.get("*")))
        if plan.facet is not None:
            inner += (plan.facet,)
            below = {**below, **plan.facet.below} if plan.facet.below else below
        entered = plan.is_product and not self.exempt
        if entered:
            self.exempt = True
        action = None if child is None else self._action(plan, key, child, inner, below)
        result = self._act(action, child, inner, below, key) if action else self.value(child, inner, below, key)
        if entered:
            self.exempt = False
        return result

    def _action(
        self, plan: _Plan, key: str, child: JSON, nodes: tuple[Node, ...], below: Mapping[str, Action]
    ) -> Action | None:
        for node in nodes:
            if node.action is not None:
                return node.action
        found = below.get(key) or plan.action or below.get("*") if below else plan.action
        if found is not None or isinstance(child, bool):
            return found
        if plan.is_secret and isinstance(child, str):
            return Action.DROP
        if plan.is_personal and not self.exempt and isinstance(child, _SCALARS):
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
            result.append(self.value(item, inner, below, key) if plain else self._act(action, item, inner, below, key))
            self.path.pop()
        return result

    def _array(self, items: list[JSON], nodes: tuple[Node, ...], below: Mapping[str, Action], key: str | None) -> JSON:
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
        if text in self.scanner.known_names:
            return text
        result = self.scanner.name(text)
        if result == text:
            self.scanner.known_names.keep(text)
        else:
            pointer = self._pointer()
            self.redactions.append(Redaction(pointer, Action.NAME.value))
            before = set(TOKEN.findall(text))
            self.findings.extend(
                Finding(pointer, found) for found in dict.fromkeys(TOKEN.findall(result)) if found not in before
            )
        return result

    def _text(self, text: str, key: str | None) -> JSON:
        if text in self.scanner.known_texts or is_plain(text):
            return text
        result, rule = self._judge(text, key)
        if result == text:
            self.scanner.known_texts.keep(text)
            return text
        # What was replaced may read as something else now: as a statement, or as JSON.
        result = settle(result, lambda said: self._judge(said, key)[0], marker("text"))
        return result if rule is None else self._note(result, rule)

    def _judge(self, text: str, key: str | None) -> tuple[str, str | None]:
        """What becomes of a string that no rule names; without a rule where the inside has been noted already."""
        if len(text) > _JSON_TEXT and (text[0], text[-1]) in {("{", "}"), ("[", "]")}:
            inner = self._json_text(text, key)
            if inner is not None:
                return inner, None
        if looks_like_sql(text):
            return redact_sql(text, self.dialect, self.scanner), Action.SQL.value
        if " " not in text and ("/" in text or "=" in text):
            return self.scanner.name(text), Action.NAME.value
        return self.scanner.text(text), "identifier-in-text"

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
