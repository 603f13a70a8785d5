"""What redaction would do to one value, place by place: what stood there, what stands there now, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import orjson

from ingest_hooks.openlineage.wire import JSON
from ingest_hooks.redaction.classes import Class
from ingest_hooks.redaction.markers import TOKEN
from ingest_hooks.redaction.marks import ANY_MARK
from ingest_hooks.redaction.redactor import Redacted, redact
from ingest_hooks.redaction.site_rules import Rule, Rules

_CLASSES: Final = {each.rule: each.name.lower() for each in Class}
_OTHERS: Final = {"identifier-in-key": "name", "clinical": "value", "depth": "value"}


@dataclass(frozen=True, slots=True)
class Change:
    """One replacement. `before` and `after` are the whole values of the place; `after` is None where it is left out.

    `kind` is the class that decided, as docs/redaction.md spells it, or a site's action that needs none. Where a text
    holds JSON the pointer leads into it, and both values are the text's.
    """

    pointer: str
    rule: str
    kind: str
    before: JSON
    after: JSON

    @property
    def lengths(self) -> tuple[int, int]:
        """How many characters the value had and has, of what is no text as JSON; 0 where it is left out."""
        return _length(self.before), _length(self.after)

    @property
    def markers(self) -> tuple[str, ...]:
        """The markers and tokens that stand there now and did not before: nothing of the value."""
        before = _text(self.before)
        found = (one for pattern in (ANY_MARK, TOKEN) for one in pattern.finditer(_text(self.after)))
        return tuple(dict.fromkeys(one[0] for one in found if one[0] not in before))


def explain(value: JSON, *, token_key: bytes, rules: Rules) -> tuple[Redacted, tuple[Change, ...]]:
    """Return the value redacted, and each replacement in the order in which it was met."""
    redacted = redact(value, token_key=token_key, rules=rules)
    if not redacted.redactions:
        return redacted, ()
    pointers = {one.pointer for one in redacted.redactions}
    pairs = dict(_pairs("", value, redacted.value, pointers))
    kinds = {rule.label: _kind_of(rule) for rule in rules.rules}
    return redacted, tuple(
        Change(one.pointer, one.rule, kinds.get(one.rule) or _class_of(one.rule), *_at(pairs, one.pointer))
        for one in redacted.redactions
    )


def _kind_of(rule: Rule) -> str:
    if rule.form is not None:
        return "identifier"
    return rule.action.value if rule.kind is None else rule.kind.name.lower()


def _class_of(rule: str) -> str:
    return _CLASSES.get(rule) or _OTHERS.get(rule, rule)


def _at(pairs: dict[str, tuple[JSON, JSON]], pointer: str) -> tuple[JSON, JSON]:
    """The values of a place, or of the text around it that holds it as JSON."""
    while pointer not in pairs and pointer:
        pointer = pointer.rpartition("/")[0]
    return pairs.get(pointer, (None, None))


def _pairs(pointer: str, before: JSON, after: JSON, pointers: set[str]) -> Iterator[tuple[str, tuple[JSON, JSON]]]:
    yield pointer, (before, after)
    if isinstance(before, list) and isinstance(after, list):
        for at, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from _pairs(f"{pointer}/{at}", one, other, pointers)
    elif isinstance(before, dict) and isinstance(after, dict):
        left = iter(after.items())
        for key, one in before.items():
            here = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if key not in after and here in pointers:
                yield here, (one, None)
                continue
            name, other = next(left, (key, None))
            yield from _pairs(f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", one, other, pointers)


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _length(value: JSON) -> int:
    return 0 if value is None else len(_text(value))
