"""What may be written about names: rules of namespaces, and that two datasets are one or are not."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Self

from pydantic import Field, StrictInt, ValidationInfo, model_validator

from catalog.names.rules import dated
from catalog.record import MAX_LIST, DatasetRef, Name, Record, Text, Time, distinct, is_replayed, refusal
from graph_schema.nodes import NamespaceRule
from graph_schema.vocabulary.words import LetterCase, NameRuleKind

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_LARGEST_PORT = 65_535

_NEEDS = {NameRuleKind.SAME_NAMESPACE: "same_as", NameRuleKind.DEFAULT_PORT: "port"}
_MAY = {
    "same_as": {NameRuleKind.SAME_NAMESPACE},
    "port": {NameRuleKind.DEFAULT_PORT},
    "letters": {NameRuleKind.FOLD_CASE},
    "keys": {NameRuleKind.DATE_PARTITIONS},
    "pattern": {NameRuleKind.DATE_PARTITIONS},
}


class DefineNamespaceRule(Record):
    """By which rule several names of a namespace are one dataset; it takes the place of a rule of the same name."""

    name: ClassVar[str] = "define_namespace_rule"

    rule: Name
    """What the rule is called."""
    namespace: Name
    """The namespace that it is about, byte for byte, or its beginning and an asterisk: `snowflake://*`."""
    rule_kind: NameRuleKind
    """Which names it takes for one."""
    same_as: Name | None = None
    """Of SAME_NAMESPACE, the namespace that it is the same as."""
    port: Annotated[StrictInt, Field(ge=1, le=_LARGEST_PORT)] | None = None
    """Of DEFAULT_PORT, the port that may be left out at the end of the namespace."""
    letters: LetterCase | None = None
    """Of FOLD_CASE, how the store writes names: the one that is written so stands for the others."""
    keys: Annotated[tuple[Name, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """Of DATE_PARTITIONS, the keys of partitions such as `year`; by default year, month, day, hour, date, dt and ds."""
    pattern: Name | None = None
    """Of DATE_PARTITIONS, how a date lies in names without keys: `{yyyy}`, `{MM}`, `{dd}`, `{HH}` and `/ . _ -`."""
    reason: Text
    """Why these names are one."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded. The first that is said of a rule holds before as well."""

    @property
    def node(self) -> NamespaceRule:
        """Return the node."""
        return NamespaceRule(self.rule)

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self, info: ValidationInfo) -> Self:
        if is_replayed(info):
            return self
        needed = _NEEDS.get(self.rule_kind)
        if needed is not None and getattr(self, needed) is None:
            raise refusal(f"A rule of the kind {self.rule_kind.value} names its {needed}.", f"/{needed}")
        for member, kinds in _MAY.items():
            if getattr(self, member) and self.rule_kind not in kinds:
                kind = next(iter(kinds)).value
                raise refusal(f"{member} belongs to a rule of the kind {kind}; leave it out.", f"/{member}")
        for place, key in enumerate(self.keys):
            if not _KEY.fullmatch(key):
                raise refusal("A key is letters, digits, _ and -, as in `year=2026`: name it alone.", f"/keys/{place}")
        if self.pattern is not None and (self.keys or dated(self.pattern) is None):
            raise refusal(
                "A pattern is of {yyyy}, {MM}, {dd}, {HH} and / . _ - between and before them, with a year in it, and "
                "stands in a rule of its own, without keys.",
                "/pattern",
            )
        if self.rule_kind is NameRuleKind.SAME_NAMESPACE and self.same_as == self.namespace:
            raise refusal("A namespace is the same as itself already; name another.", "/same_as")
        return self


class EndNamespaceRule(Record):
    """That a rule of names holds no longer, or never held."""

    name: ClassVar[str] = "end_namespace_rule"

    rule: Name
    """What the rule is called."""
    never_held: bool = False
    """Whether it was wrong from the start: its names are apart then at every time, for whoever asks from now on."""
    reason: Text
    """Why it ends."""
    valid_from: Time | None = None
    """From when on it holds no longer; by default from when this is recorded."""

    @property
    def node(self) -> NamespaceRule:
        """Return the node."""
        return NamespaceRule(self.rule)


class _Pair(Record):
    dataset: DatasetRef
    """The one dataset."""
    same_as: DatasetRef
    """The other, which stands for both where they are one."""
    reason: Text
    """Why whoever says so thinks so."""

    @model_validator(mode="after")
    def _are_two(self) -> Self:
        if self.dataset == self.same_as:
            raise refusal("A dataset is the same as itself already; name another.", "/same_as")
        return self


class StitchDatasets(_Pair):
    """That two names are one dataset, whatever emitters say: what is said under either counts for both."""

    name: ClassVar[str] = "stitch_datasets"


class UnstitchDatasets(_Pair):
    """That two names are not one dataset: takes back, at every time, who joined them, and what emitters say of that."""

    name: ClassVar[str] = "unstitch_datasets"
