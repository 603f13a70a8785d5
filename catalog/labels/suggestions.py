"""What the schema in force lets one suppose of PHI, and what persons judged of it, as it was at one point.

A suggestion is a label of origin SUGGESTED; `queries.labels` alone decides what becomes of it beside all else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from catalog.assets.folds import aspects_in_force
from catalog.assets.model import AspectInForce
from catalog.labels.judgement import Judgement
from catalog.labels.model import Label, Tag
from catalog.names.loading import Names
from catalog.view import View
from graph_schema.aspects.labels import Coding
from graph_schema.bitemporal import RECORD_RANK
from graph_schema.facts import Order
from graph_schema.nodes import Column, Dataset
from graph_schema.schema_fields import fields_of, fields_of_text
from graph_schema.vocabulary import hipaa
from graph_schema.vocabulary.suggestions import Field, suggest
from graph_schema.vocabulary.suggestions.rows import Row
from graph_schema.vocabulary.words import Stance, TagOrigin


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A kind of PHI that a column may hold by its name, and what was judged of it."""

    label: Label
    by_rule: Tag
    """What was supposed: its reason names the rule, its entry is that of the schema."""
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which suggestions are asked for; what is empty leaves nothing out."""

    judgements: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    datasets: frozenset[str] = frozenset()
    """By their ids."""

    def holds(self, one: Suggestion) -> bool:
        """Tell whether judgement and kind are wanted; namespace and id are its dataset's."""
        return (not self.judgements or one.judgement in self.judgements) and (
            not self.kinds or one.label.kind in self.kinds
        )


EVERY: Final = Wanted()


def suggested_tags(view: View, datasets: Sequence[str], names: Names) -> Iterator[tuple[str, Order, Tag]]:
    """Yield what the schema in force of each dataset lets one suppose, by the dataset that its name stands for.

    `names` holds the datasets; the name and the schema are judged alike for everybody.
    """
    held = aspects_in_force(view, datasets, aspects=("schema",), names=names)
    named = _named(view, held, names)
    canonical = {one: names.dataset(one) for one in held}
    known = view.unredacted.nodes(sorted({*canonical, *canonical.values()}))
    done: set[str] = set()
    for one, aspects in held.items():
        found = known.get(canonical[one]) or known.get(one)
        schema = aspects.get("schema")
        if schema is None or canonical[one] in done or found is None or not isinstance(found.node, Dataset):
            continue
        done.add(canonical[one])
        fields = _fields(fields_of(schema.value))
        for order, tag in _tags(found.node, fields, schema.since, schema.entry, named.get(one)):
            yield canonical[one], order, tag


def _named(view: View, held: Mapping[str, Mapping[str, AspectInForce[Any]]], names: Names) -> dict[str, str]:
    """Return the name under which the schema of each dataset was said, where it has several and one is certain."""
    several = {one: of["schema"].entry for one, of in held.items() if "schema" in of and not names.is_alone(one)}
    if not several:
        return {}
    found: dict[str, str] = {}
    for one, entry in several.items():
        stated_under = {
            each.subject
            for each in view.unredacted.statements(sorted(names.names(one)), ("schema",))
            if each.entry == entry
        }
        if len(stated_under) == 1:
            found[one] = stated_under.pop()
    return found


def tags_ever_suggested(view: View, every: Sequence[str], names: Names) -> Iterator[tuple[str, Order, Tag]]:
    """Yield what any schema that was ever said under any of the names lets one suppose, by the dataset to which it
    belongs: a column that a schema dropped was there, and what it held flowed on.
    """
    stated = view.unredacted.schemas(every)
    owners = {one: names.belongs(one.dataset, one.valid_from, view.as_of.valid_at) for one in stated}
    known = view.unredacted.nodes(sorted({*every, *owners.values(), *map(names.dataset, every)}))
    for one in stated:
        fields = _fields(fields_of_text(one.text))
        called = {one.dataset, owners[one], names.dataset(one.dataset)}
        for node in (known[name].node for name in sorted(called) if name in known):
            if isinstance(node, Dataset):
                for order, tag in _tags(node, fields, one.valid_from, one.entry, one.dataset):
                    yield owners[one], order, tag


def _fields(types: Mapping[str, str | None]) -> tuple[Field, ...]:
    return tuple(map(Field._make, types.items()))


def _tags(
    node: Dataset, fields: tuple[Field, ...], since: int, entry: int, named: str | None
) -> Iterator[tuple[Order, Tag]]:
    types = dict(fields)
    for field, row in suggest(node.name, fields):
        tag = Tag(
            stance=Stance.ASSERT.value,
            origin=TagOrigin.SUGGESTED.value,
            codes=_codes(row),
            reason=f"{row.basis}: {row.pattern}",
            field_type=types[field],
            subject=Column(node.namespace, node.name, field).id,
            dataset=node.id,
            column=field,
            kind=row.kind.value,
            by=None,
            entry=entry,
            since=since,
            named=named,
        )
        yield (since, RECORD_RANK, row.pattern), tag


def _codes(row: Row) -> tuple[Coding, ...]:
    return tuple(Coding(hipaa.SYSTEM, letter) for letter in row.codes)


def suggestions_in(labels: Iterable[Label]) -> Iterator[Suggestion]:
    """Yield of labels those that were supposed of the schema in force, with what was judged."""
    for one in labels:
        tags = (*one.holding, *one.history)
        by_rule = next((tag for tag in tags if tag.origin == TagOrigin.SUGGESTED), None)
        if by_rule is not None:
            judged = Judgement.OPEN if one.origin != TagOrigin.ASSERTED else Judgement.CONFIRMED
            yield Suggestion(one, by_rule, judged if one.present else Judgement.REJECTED)


def counts(found: Iterable[Suggestion]) -> Mapping[tuple[str, str], int]:
    """Return how many suggestions there are of each judgement and kind."""
    return Counter((one.judgement.value, one.label.kind) for one in found)
