"""Every text of every kind of record is hostile at once: on every page it is letters and nothing else.

Which fields there are, the models say: what is added to a record is walked too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from catalog.api.pages import registry
from catalog.errors import AskerError, SenderError
from catalog.kinds import KINDS, OPEN
from graph_schema.characters import escape_hidden
from graph_schema.nodes import Dataset, ModelVersion
from tests.conformance.kinds.conftest import tell
from tests.integration.catalog.api.pages.test_hostile_names import BIDI, EVERY_SCRIPT, MARKUP, check
from tests.support.pages import BROWSER, shown, walk
from tests.support.records import CURATED, MODEL, House

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from catalog.access.model import Actor
    from catalog.intake import Accepted
    from tests.integration.catalog.api.conftest import Catalog

_NAMES = {"kind", "dataset", "job", "model", "version", "namespace", "name", "rule", "subject", "mapping", "path"}
"""What names something else, which has to be there; hostile names of these are walked beside."""
_TRIED = (f"=1+1{MARKUP}{BIDI}{EVERY_SCRIPT}", f"@x{MARKUP}", "<script>alert(1)</script>", '"><img src=x>')
_WITHOUT = {"publish_policies", "revoke_key"}
"""What holds code, which is held to its grammar, or but names."""
_FIELDS = 180
"""So many fields there are at the least that take such a text."""


@dataclass
class Hostile(House):
    """A catalog in which each text of each record is hostile, as far as its model and what holds then let it be."""

    hostile: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By kind of record, the pointers of the fields that were."""

    def record(self, payload: dict[str, Any], actor: Actor | None = None) -> Accepted:
        changed, pointers = self._changed(payload)
        while True:
            try:
                taken = super().record(changed, actor)
            except (AskerError, SenderError) as error:
                # It names something that is not called so: that is as it was.
                if not pointers:
                    raise
                wrong = getattr(error, "pointer", "")
                pointer = pointers.pop(pointers.index(wrong) if wrong in pointers else -1)
                changed = _with(changed, pointer, dict(_texts(payload))[pointer])
            else:
                self._note(payload, pointers)
                return taken

    def append(self, payload: dict[str, Any], by: str, *, authenticated: bool = True, **added: Any) -> int:
        changed, pointers = self._changed(payload)
        self._note(payload, pointers)
        return super().append(changed, by, authenticated=authenticated, **added)

    def _changed(self, payload: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        kind, changed, pointers = payload["kind"], dict(payload), []
        for pointer, text in () if kind in _WITHOUT else _texts(payload):
            for hostile in _TRIED:
                trial = _with(changed, pointer, f"{hostile} {text}")
                if not KINDS[kind].record.problems({name: value for name, value in trial.items() if name != "kind"}):
                    changed = trial
                    pointers.append(pointer)
                    break
        return changed, pointers

    def _note(self, payload: dict[str, Any], pointers: list[str]) -> None:
        self.hostile[payload["kind"]] |= {re.sub(r"\d+", "*", one) for one in pointers}


def _texts(value: Any, above: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text of a record with its pointer, but for those that name something else."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            if name not in _NAMES:
                yield from _texts(one, f"{above}/{name}")
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _texts(one, f"{above}/{place}")
    elif isinstance(value, str):
        yield above, value


def _with(value: Any, pointer: str, text: str) -> Any:
    """Return the same with another text at a pointer."""
    if not pointer:
        return text
    step, _, rest = pointer[1:].partition("/")
    below = f"/{rest}" if rest else ""
    if isinstance(value, Mapping):
        return {name: _with(one, below, text) if name == step else one for name, one in value.items()}
    return [_with(one, below, text) if str(place) == step else one for place, one in enumerate(value)]


def test_no_text_of_any_record_is_more_than_letters_on_any_page(serve: Callable[..., Catalog], tmp_path: Path) -> None:
    house = Hostile(tmp_path / "house")
    tell(house)
    assert {kind for kind in OPEN if not house.hostile[kind]} == _WITHOUT
    assert sum(map(len, house.hostile.values())) >= _FIELDS
    catalog = serve(house.ledger, owner=True)
    catalog.caught_up()
    catalog.labels_kept()
    found = walk(catalog.client, most=260)
    for entry in range(house.ledger.size()):
        at = f"/explorer/entry?index={entry}"
        found.setdefault(at, catalog.client.get(at, headers=BROWSER))
    assert {at.partition("?")[0].removeprefix("/explorer/").replace("/", "home") for at in found} == set(registry.PAGES)
    for at, page in found.items():
        assert page.status_code == 200, (at, page.text[:300])
        check(at, page)
    words = "".join(shown(page).words for page in found.values())
    assert words.count(escape_hidden(MARKUP)) > len(house.hostile)
    for identifier in (Dataset(**CURATED).id, ModelVersion(MODEL["namespace"], MODEL["name"], "1").id):
        given = catalog.client.get(f"/explorer/lineage?id={identifier}&as=csv", headers=BROWSER)
        assert not re.search(r'(^|,)"?[=+@-][A-Za-z]', given.text, re.MULTILINE)
