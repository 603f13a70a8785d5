"""What a published set of policies asks of approvals: what an approval of a kind binds of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.documents import read
from catalog.errors import SenderError
from catalog.policies.rules import GATE_FILE
from graph_schema.canonical import digest_of


def asked_of(files: Mapping[str, str], kind: str) -> str | None:
    """Return the digest over how many persons the set asks for of a kind of approval, everywhere and by its cases.

    None where it says nothing of approvals: what is asked is then as shipped. A file that cannot be read says nothing.
    """
    text = files.get(GATE_FILE)
    if text is None:
        return None
    try:
        (document,) = read(GATE_FILE, text.encode())
    except (SenderError, ValueError):
        return None
    value = document.value if isinstance(document.value, dict) else {}
    everywhere = _persons(value, kind)
    cases = [[one.get("purposes"), one.get("environments"), _persons(one, kind)] for one in value.get("cases") or ()]
    if all(persons is None for _, _, persons in cases):
        cases = []
    return None if everywhere is None and not cases else digest_of({"approvals": everywhere, "cases": cases})


def _persons(value: Mapping[str, Any], kind: str) -> list[int] | None:
    needed = value.get("approvals")
    return None if needed is None else [one.get("persons", 1) for one in needed if one.get("kind") == kind]
