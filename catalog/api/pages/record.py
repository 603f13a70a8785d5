"""A record of any kind, written by hand: which kinds there are, and for one the form that its own model gives.

What is wrong is said beside each field, and what was typed stays. Sent twice, a form writes one record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from catalog.access.permissions import Permission
from catalog.access.rules import is_permitted, require
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to, reference
from catalog.api.pages.page import Action, Context, Page
from catalog.api.pages.questions import command, query
from catalog.api.pages.record_form.fields import Field, about, fields_of
from catalog.api.pages.record_form.form import Filled, Given, beside, dense, filled, payload
from catalog.api.pages.recording import in_place, places, take
from catalog.errors import AskerError, OperatorError, SenderError
from catalog.kinds import KINDS, Kind
from graph_schema.identity import label_of

SIGNED: Final = "decide_approval"
"""The kind that is a signature: its form stands below all that one signs, on the page of the request."""
BY_HAND: Final[Mapping[str, Kind[Any]]] = {
    kind.name: kind for kind in KINDS.values() if kind.open and kind.name != SIGNED
}
"""The kinds that have a form, by name."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A kind of record that whoever looks may write."""

    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage(Context):
    """What the page shows: the kinds that may be written, or the form of one."""

    offered: tuple[Offered, ...] = ()
    kind: str = ""
    description: str = ""
    of: Link | None = None
    """What it is about, where that is fixed."""
    id: str = ""
    """Its id; the link leads from a state of a dataset to the dataset."""
    fields: tuple[Filled, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    """What is wrong: the pointer of the field, "" for the whole, and a sentence."""
    places: tuple[str, ...] = ()
    """The principals in whose place it may be written, by delegations in force; empty for a kind of one's own alone."""
    on_behalf_of: str = ""
    """Which of them was chosen, "" for nobody: it is written for oneself."""
    as_json: str = ""
    """The record as it would be sent, once anything was typed."""
    entry: int | None = None
    """The entry that it became, where something was noted while it was taken."""
    noted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a record is about: its link, and how a record names it, by the label of its kind."""

    link: Link
    label: str
    named: Mapping[str, Any]


def read(asking: Asking) -> RecordPage:
    """Read the kinds, those about one thing where the address names it, or the form of a kind.

    `value` fills a field beforehand: its pointer, an equals sign, and the text.
    """
    of = _subject(asking)
    if not asking.text("kind"):
        return _offered(asking, of)
    given = dict[str, list[str]]()
    for one in asking.texts("value"):
        pointer, _, text = one.partition("=")
        given.setdefault(pointer, []).append(text)
    form = _Form(_kind(asking), of, asking)
    return form.drawn(dense(form.fields, given))


def write(asking: Asking) -> str | RecordPage:
    """Record it, or give the form back with what is wrong in it; with `more`, the form with one more row of that list.

    Raises AskerError 403 for a kind that the roles do not suffice for, and 404 where what it is about is not there.
    """
    form = _Form(_kind(asking), _subject(asking), asking)
    given = dense(form.fields, asking.parameters)
    if asking.text("more"):
        return form.drawn(given, more=asking.text("more"))
    sent = form.payload(given)
    try:
        accepted = take(asking, {**form.around, **sent})
    except SenderError as error:
        every = form.kind.record.problems(sent) or (error,)
        return form.drawn(given, tuple((one.pointer, one.detail) for one in every), 422)
    except AskerError as error:
        return form.drawn(given, (("", error.detail),), error.status)
    except OperatorError as error:
        return form.drawn(given, (("", str(error)),), 503)
    if accepted.warnings:
        return form.page(entry=accepted.receipt.index, noted=accepted.warnings)
    return f"entry?index={accepted.receipt.index}"


def _kind(asking: Asking) -> Kind[Any]:
    """Return the kind that is asked for; raises SenderError 422 for none, AskerError 403 where the roles do not do."""
    found = BY_HAND.get(asking.text("kind"))
    if found is None:
        raise SenderError("kind is the name of a kind of record; the page without it lists them.", status=422)
    require(asking.actor, Permission(found.name))
    return found


def _subject(asking: Asking) -> _Subject | None:
    """Return what the address is about, None for nothing; raises AskerError 404 where that is not there."""
    identifier = asking.text("id")
    if not identifier:
        return None
    known = asking.view.nodes([identifier]).get(identifier)
    named = None if known is None else reference(known.node)
    if named is None:
        raise AskerError(NOT_THERE)
    return _Subject(links_to(asking.view, [identifier])[identifier], label_of(identifier), named)


def _offered(asking: Asking, of: _Subject | None) -> RecordPage:
    offered = tuple(
        Offered(kind.name, _description(kind))
        for kind in BY_HAND.values()
        if is_permitted(asking.actor, Permission(kind.name))
        if of is None or of.label in about(kind.record)
    )
    return RecordPage(
        title="Record something",
        graphql=query("__type", {"name": "Mutation"}, "{ fields { name description } }"),
        command=command("record", "records.ndjson"),
        current=True,
        of=None if of is None else of.link,
        id=asking.text("id"),
        offered=offered,
    )


def _description(kind: Kind[Any]) -> str:
    return " ".join((kind.record.__doc__ or "").split())


@dataclass(frozen=True, slots=True)
class _Form:
    """The form of a kind of record, about one thing or about nothing that is known."""

    kind: Kind[Any]
    of: _Subject | None
    asking: Asking

    @property
    def around(self) -> dict[str, str]:
        """Return what stands around the record's own members: its kind, and in whose place it is written."""
        return {"kind": self.kind.name, **in_place(self.asking)}

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return the fields that are typed: all but the one that what it is about is named in."""
        top = self._steps()[:1]
        return tuple(field for field in fields_of(self.kind.record) if field.name not in top)

    def payload(self, given: Given) -> dict[str, Any]:
        """Return the record's members, the name of what it is about as the catalog has it, byte for byte."""
        members = payload(self.fields, given)
        value: Any = None if self.of is None else dict(self.of.named)
        for step in reversed(self._steps()):
            value = {step: value}
        return members if value is None else {**value, **members}

    def drawn(
        self, given: Given, errors: tuple[tuple[str, str], ...] = (), status: int = 200, more: str = ""
    ) -> RecordPage:
        """Return the page of it with what was typed, and with what is wrong by pointer."""
        fields = self.fields
        placed = tuple(beside(filled(fields, given, {}), errors))
        whole = {**self.around, **self.payload(given)}
        return self.page(
            status=status,
            fields=filled(fields, given, dict(reversed(placed)), more),
            errors=placed,
            places=places(self.asking, self.kind.name),
            on_behalf_of=self.asking.text("on_behalf_of"),
            as_json=json.dumps(whole, ensure_ascii=False, indent=1) if payload(fields, given) else "",
        )

    def page(self, **more: Any) -> RecordPage:  # noqa: ANN401  fields of the context
        """Return the page of it."""
        name = self.kind.record.__name__
        return RecordPage(
            title=f"Record {self.kind.name}",
            graphql=query("__type", {"name": f"{name}Input"}, "{ inputFields { name description } }"),
            command=command("record", f"{self.kind.name}.json"),
            current=True,
            kind=self.kind.name,
            description=_description(self.kind),
            of=None if self.of is None else self.of.link,
            id=self.asking.text("id"),
            **more,
        )

    def _steps(self) -> list[str]:
        """Return where the record names what it is about; raises AskerError 404 where it names no such thing."""
        if self.of is None:
            return []
        pointer = about(self.kind.record).get(self.of.label)
        if pointer is None:
            raise AskerError(NOT_THERE)
        return pointer.split("/")[1:]


PAGE = Page("record", "Record", RecordPage, read, ("kind", "id", "value", "on_behalf_of"))
WRITE = Action("record", write, Permission.READ, PAGE)
