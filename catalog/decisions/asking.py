"""From a request for access, as OpenID AuthZEN 1.0 has it, to what is decided on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import orjson
from pydantic import ValidationError

from catalog.decisions.model import Asked
from catalog.decisions.records import Circumstances as CircumstancesRecord
from catalog.errors import SenderError
from catalog.grants.records import AccessTarget
from catalog.record import MAX_NAME
from catalog.record_redaction import Redactor
from graph_schema.aspects.access import Circumstances, Target
from graph_schema.vocabulary.mondo import NO_DISEASE, disease_of

_KINDS: Final = {
    "dataset": "DATASET",
    "column": "COLUMN",
    "model_version": "MODEL_VERSION",
}
_TEXTS: Final = ("purpose", "project", "protocol", "site", "place", "environment", "network", "on_behalf_of")
_MOST: Final = 100
PARTS: Final = ("subject", "action", "resource", "context")
"""The members of a request that are read."""
REMEMBERED: Final = 10_000
"""So many requests that were read are remembered."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request that is whole cannot be decided on: it is denied, and nothing is recorded of it."""

    sentence: str


class Requests:
    """Reads requests, which gateways send again and again: of the newest few what was read is remembered, under a
    digest of all that it follows from. Safe for any thread.
    """

    def __init__(self, redactor: Redactor) -> None:
        """Read by these rules of redaction."""
        self._redactor = redactor
        self._lock = threading.Lock()
        self._read: OrderedDict[bytes, Asked | Problem] = OrderedDict()

    def read(self, value: Mapping[str, Any]) -> Asked | Problem:
        """Return what is asked; raises as `read`."""
        try:
            sent = orjson.dumps([value.get(part) for part in PARTS])
        except TypeError:  # a number or a character that no JSON of ours has
            return read(value, self._redactor)
        key = blake2b(sent, digest_size=32).digest()
        with self._lock:
            found = self._read.get(key)
            if found is not None:
                self._read.move_to_end(key)
                return found
        found = read(value, self._redactor)
        with self._lock:
            self._read[key] = found
            if len(self._read) > REMEMBERED:
                self._read.popitem(last=False)
        return found


def read(value: Mapping[str, Any], redactor: Redactor) -> Asked | Problem:
    """Return what is asked, with names as the catalog writes them; what it does not know is left out.

    Raises SenderError 400 where subject, action or resource, or what they must have, is missing.
    """
    subject, action = _part(value, "subject", "type", "id"), _part(value, "action", "name")
    resource = _part(value, "resource", "type", "id")
    sent = value.get("context")
    context = sent if isinstance(sent, dict) else {}
    target, circumstances = _target(resource), _circumstances(context)
    if target is None:
        return Problem(
            f"A resource is of type {', '.join(_KINDS)}; its namespace, and the dataset of a column or the version of "
            "a model, stand in resource.properties."
        )
    fields = {"principal": subject["id"], "action": action["name"], "target": target, "circumstances": circumstances}
    if any(disease_of(one) is None for one in circumstances.get("diseases", ())):
        return Problem(f"Each of context.diseases {NO_DISEASE}.")
    try:
        AccessTarget.model_validate(target)
        held = CircumstancesRecord.model_validate(circumstances)
    except ValidationError:
        return Problem("The names in the request are too long, or hold control characters.")
    # Each disease as records spell it.
    circumstances["diseases"] = list(held.diseases)
    kept, _ = redactor.record(fields)
    # In records these are words of a closed list; a caller may send anything, which is denied and yet recorded.
    kept["circumstances"] |= {
        name: redactor.name(circumstances[name]) for name in ("purpose", "environment") if name in circumstances
    }
    return Asked(
        kept["principal"],
        kept["action"],
        Target.from_json(kept["target"]),
        Circumstances.from_json(kept["circumstances"]),
    )


def _part(value: Mapping[str, Any], name: str, *needed: str) -> dict[str, Any]:
    part = value.get(name)
    if not isinstance(part, dict):
        raise SenderError(f"{name} is missing: it is an object with {' and '.join(needed)}.", pointer=f"/{name}")
    for member in needed:
        text = part.get(member)
        if not isinstance(text, str) or not text.strip() or len(text) > MAX_NAME:
            raise SenderError(f"{name}.{member} is missing: it is a text.", pointer=f"/{name}/{member}")
    return part


def _target(resource: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = _KINDS.get(resource["type"].lower())
    sent = resource.get("properties")
    properties = sent if isinstance(sent, dict) else {}
    found: dict[str, Any] = {"target_kind": kind, "namespace": properties.get("namespace")}
    match kind:
        case "DATASET":
            found["name"] = resource["id"]
        case "COLUMN":
            found |= {"name": properties.get("dataset"), "column": resource["id"]}
        case "MODEL_VERSION":
            found |= {"name": resource["id"], "version": properties.get("version")}
    return found if kind and all(isinstance(one, str) and one.strip() for one in found.values()) else None


def _circumstances(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of the request; what has another form than it should counts as not said."""
    found: dict[str, Any] = {
        name: text for name in _TEXTS if isinstance(text := context.get(name), str) and text.strip()
    }
    device = context.get("device")
    if isinstance(device, dict):
        found["device"] = {
            name: device[name] for name in ("managed", "encrypted") if isinstance(device.get(name), bool)
        }
    for name in ("enforces", "diseases"):
        several = context.get(name)
        if isinstance(several, list):
            found[name] = [one for one in several if isinstance(one, str) and one.strip()][:_MOST]
    return found
