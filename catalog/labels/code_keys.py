"""Which datasets are keys of codes in others, who holds them and where."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.labels.facts import CODE_KEY
from catalog.recorded import recorded
from catalog.store.indexes.grounds import Ground
from catalog.view import View
from graph_schema.aspects import labels as aspects


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeKey(aspects.CodeKey):
    """That a dataset is the key of codes in others, by which entry and since when."""

    dataset: str
    entry: int
    since: int


def code_keys(view: View) -> dict[str, CodeKey]:
    """Return every dataset that is declared as a key of codes, by id."""
    ids = view.grounds([Ground.CODE_KEY])[Ground.CODE_KEY]
    return {
        one: CodeKey(
            **aspects.CodeKey.from_json(of[CODE_KEY].value).members(),
            dataset=one,
            entry=of[CODE_KEY].entry,
            since=of[CODE_KEY].since,
        )
        for one, of in recorded(view, ids, (CODE_KEY,)).items()
    }
