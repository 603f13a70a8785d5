"""`lineward record --file`: what is said of things, kept in files, and made so in the catalog."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from catalog.assets.records import DeclareDataset, DeclareSource
from catalog.cli import files
from catalog.cli.client import Client, checked, document, foreign
from catalog.cli.output import note, print_json, print_table
from catalog.cli.sending import send
from catalog.cli.words import count
from catalog.documents import Document, read, step
from catalog.encryption.records import DeclareKey
from catalog.errors import Exit, SenderError
from catalog.places.records import DeclarePlace

DATASETS, SOURCES, PLACES, KEYS = "datasets", "sources", "places", "keys"
_NAMED_BY = ("source", "place", "key")
SECTIONS: Mapping[str, str | None] = {
    DATASETS: DeclareDataset.name,
    SOURCES: DeclareSource.name,
    PLACES: DeclarePlace.name,
    KEYS: DeclareKey.name,
    "records": None,
}
"""What a file may hold under a top key, and of which kind it is where that is not said of each."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One record of a file, and where it stands."""

    value: Any
    document: Document
    pointer: str

    @property
    def about(self) -> str:
        """Return what it is about, as people call it."""
        dataset = self.value.get("dataset") if isinstance(self.value, dict) else None
        named = dataset if isinstance(dataset, dict) else {}
        others = ("column",) if named else _NAMED_BY
        words = [named.get("namespace"), named.get("name"), *(self.value.get(one) for one in others)]
        return " ".join(word for word in words if isinstance(word, str))

    def in_place_of(self, principal: str | None) -> _Item:
        """Return it as it is written in somebody's place; None: as it stands."""
        return self if principal is None else replace(self, value={**self.value, "on_behalf_of": principal})

    def wrong(self, detail: str, pointer: str = "") -> SenderError:
        """Return the error that something in it is wrong: file, line and member, and what would be right."""
        line = self.document.line(self.pointer + pointer)
        member = pointer.removeprefix("/").replace("/", ".")
        where = f"{self.document.file}, line {line}{f', {member}' if member else ''}"
        return SenderError(f"{where}: {detail}", status=422)


def record_files(
    client: Client, names: Sequence[str], on_behalf_of: str | None = None, *, dry_run: bool, as_json: bool
) -> Exit:
    """Write what is in these files and not in force yet; with `dry_run` show it, field by field, and write nothing.

    Where anything in them is wrong, nothing of them is written. Each is written in the place of another where that is
    asked for, by its own member else.
    """
    items = [item.in_place_of(on_behalf_of) for name in names for item in _items(name)]
    compared = _compared(client, items)
    new = [item for item, found in zip(items, compared, strict=True) if found["changes"]]
    receipts = [] if dry_run else _write(client, new)
    if as_json:
        print_json({"compared": compared, "receipts": receipts})
    else:
        _show(items, compared)
    there = len(items) - len(new)
    if not new:
        note(f"Nothing to do: {_all(len(items))} in force already.")
    elif dry_run:
        note(f"{count(len(new), 'record')} would be taken{_there(there)}; nothing was written.")
    else:
        note(f"{count(len(new), 'record')} taken{_there(there)}.")
    return Exit.FINE


def _all(number: int) -> str:
    return "the one record is" if number == 1 else f"all {number} records are"


def _there(number: int) -> str:
    return f", {number} in force already" if number else ""


def _items(name: str) -> list[_Item]:
    content = files.from_standard_input("records") if name == files.STANDARD_INPUT else files.read(name)
    found = [item for one in read(name, content, files.source(name)) for item in _of(one)]
    if not found:
        raise SenderError(f"{files.source(name)} holds no records: write them in a list under `{DATASETS}:`.")
    return found


def _of(one: Document) -> Iterator[_Item]:
    """Yield the records of a document: one, a list of them, or lists of them under the keys of `SECTIONS`."""
    if isinstance(one.value, list):
        yield from _listed(one, one.value, "", None)
    elif isinstance(one.value, dict) and one.value.keys() & SECTIONS.keys():
        for key, under in one.value.items():
            if key not in SECTIONS:
                raise _Item({}, one, "").wrong(f"such a key is one of {', '.join(SECTIONS)}.", step("", key))
            if not isinstance(under, list):
                raise _Item({}, one, "").wrong(f"{key} is a list, each item of which is a record.", step("", key))
            yield from _listed(one, under, step("", key), SECTIONS[key])
    else:
        yield from _listed(one, [one.value], None, None)


def _listed(one: Document, values: Sequence[Any], pointer: str | None, kind: str | None) -> Iterator[_Item]:
    for place, value in enumerate(values):
        item = _Item(value, one, "" if pointer is None else step(pointer, place))
        if not isinstance(value, dict):
            raise item.wrong("this is no record: one has members, such as `dataset:`.")
        if kind is None and "kind" not in value:
            raise item.wrong(f"a record has a kind, or stands in a list under `{DATASETS}:`.")
        yield item if kind is None else _Item({"kind": kind, **value}, one, item.pointer)


def _compared(client: Client, items: Sequence[_Item]) -> list[dict[str, Any]]:
    sent = send(client, "api/v1/records/compare", [item.value for item in items])
    try:
        found: Any = checked(sent).json()
    except SenderError as error:
        _, _, rest = error.pointer.partition("/")
        place, _, member = rest.partition("/")
        if not place.isdecimal() or int(place) >= len(items):
            raise
        item, pointer = items[int(place)], f"/{member}" if member else ""
        raise item.wrong(f"{error.detail}{_hint(item, pointer, error.detail)}", pointer) from error
    except ValueError as error:
        raise foreign(sent) from error
    if not isinstance(found, list) or len(found) != len(items):
        raise foreign(sent)
    return found


def _hint(item: _Item, pointer: str, detail: str) -> str:
    """Return how a number that has to be a text is written."""
    value = item.value
    for key in pointer.split("/")[1:]:
        value = value.get(key) if isinstance(value, dict) else None
    return " Put it in quotes." if detail.endswith("is text.") and isinstance(value, (bool, int, float)) else ""


def _write(client: Client, items: Sequence[_Item]) -> list[dict[str, Any]]:
    receipts: list[dict[str, Any]] = []
    for item in items:
        try:
            receipts.append(document(send(client, "api/v1/records", item.value), "index"))
        except SenderError as error:
            taken = f" {count(len(receipts), 'record')} before it taken; run it again once this is mended."
            raise item.wrong(f"{error.detail}{taken if receipts else ''}", error.pointer) from error
    for receipt in receipts:
        for warning in receipt["warnings"]:
            note(f"entry {receipt['index']}: {warning}")
    return receipts


def _show(items: Sequence[_Item], compared: Sequence[dict[str, Any]]) -> None:
    rows = [
        (item.about, one["field"], one["change"].lower(), _short(one["before"]), _short(one["after"]))
        for item, found in zip(items, compared, strict=True)
        for one in found["differences"]
        if one["change"] != "SAME"
    ]
    if rows:
        print_table(
            "",
            ("about", "field", "change", "in force", "in the file"),
            rows,
            optional=("in force",),
            yielding=("about", "in the file"),
        )


def _short(value: Any) -> str | None:  # noqa: ANN401  any JSON
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
