"""Suggested labels to judge: by dataset and column, many at once, each by a record of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from catalog.access.permissions import Permission
from catalog.access.rules import is_permitted
from catalog.api.graphql.cursors import Cursor
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.links import Links
from catalog.api.pages.page import Action, Context, Page
from catalog.api.pages.questions import Word, command, query
from catalog.api.pages.recording import in_place, places, submit_each
from catalog.errors import AskerError, SenderError
from catalog.evidence.queries import entry
from catalog.kinds import KINDS
from catalog.labels.judgement import Judgement
from catalog.labels.queries import Place, suggestions, suggestions_behind
from catalog.labels.records import Tag
from catalog.labels.suggestions import Suggestion, Wanted
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset
from graph_schema.vocabulary.words import PhiKind, Stance

_FIRST: Final = 50
_MOST: Final = 200
"""So many are judged by one form at the most."""
_ANY: Final = "any"
_STANCES: Final = {Stance.CONFIRM: Judgement.CONFIRMED, Stance.REJECT: Judgement.REJECTED}
_WORDS: Final = frozenset(stance.value for stance in _STANCES)
_RANGE: Final = re.compile("([0-9]{1,15})(?:-([0-9]{1,15}))?", re.ASCII)
_GONE: Final = "Nothing of this kind is suggested of it any more: its schema changed, or it is not there."


@dataclass(frozen=True, slots=True)
class OfDataset:
    """A dataset with its suggestions on this page, each with what a form calls it."""

    id: str
    link: Link
    namespace: str
    suggested: tuple[tuple[str, Suggestion], ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A judgement that a form was answered by: of what, by which entry; `dataset` is None where it may not be seen."""

    dataset: Link | None
    column: str
    kind: str
    stance: str
    entry: int
    before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsPage(Context):
    """What the list of suggested labels shows: of all datasets, or of one."""

    dataset: Link | None
    judgement: str
    kind: str
    namespace: str
    groups: tuple[OfDataset, ...]
    shown: int
    reached: int
    of: int
    after: str | None
    may_judge: bool
    places: tuple[str, ...] = ()
    """In whose place whoever looks may judge them as well."""
    judged: tuple[Done, ...] = ()
    """What a form judged, where the address says so: this is what it was answered by."""
    recorded: int = 0
    """How many of these it recorded itself."""

    judgements: tuple[Judgement, ...] = tuple(Judgement)
    kinds: tuple[PhiKind, ...] = tuple(PhiKind)

    @property
    def became(self) -> str:
        """Return what became of all that was judged, in a word."""
        stances = {one.stance for one in self.judged if one.stance}
        return f"{stances.pop().lower()}ed" if len(stances) == 1 else "judged"


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one suggestion that a form judged."""

    dataset: Link | None
    namespace: str
    column: str
    kind: str
    entry: int | None
    """The entry that judges it so, None where it was refused."""
    before: bool = False
    """Whether it was judged so before, so that nothing was recorded."""
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPage(Context):
    """What the answer to a form that judges suggestions shows."""

    stance: Stance
    lines: tuple[Judged, ...]
    recorded: int
    before: int
    refused: int


def read(asking: Asking) -> LabelsPage:
    """Read a page of suggestions, by default of those that nobody judged.

    Raises SenderError 422 for a word unknown, AskerError 404 where the dataset that the address names is not there.
    """
    view, namespace = asking.view, asking.text("namespace")
    named = asking.identifier(("Dataset",)) if asking.text("id") else ""
    dataset = links_to(view, [named]).get(named) if named else None
    if named and dataset is None:
        raise AskerError(NOT_THERE)
    judged = asking.text("judgement")
    judgement = "" if judged == _ANY else asking.member("judgement", Judgement, Judgement.OPEN).value
    kind = asking.member("kind", PhiKind, PhiKind.DIRECT_IDENTIFIER).value if asking.text("kind") else ""
    wanted = Wanted(*(frozenset({one} if one else ()) for one in (judgement, kind, namespace, named)))
    cursor = Cursor.of("labels", judgement, kind, namespace, *([named] if named else []))
    place = cursor.read(asking.text("after") or None, (str, str, str))
    found = suggestions_behind(view, wanted, None if place is None else Place(*place), _FIRST)
    known = _datasets(view, found.shown)
    done = _done(asking)
    groups = groupby(found.shown, key=lambda one: one.label.dataset)
    narrowed = {
        "judgements": [Word(judgement)] if judgement else None,
        "phiKinds": [Word(kind)] if kind else None,
        "namespaces": [namespace] if namespace else None,
        "datasets": [named] if named else None,
    }
    return LabelsPage(
        title="Labels to judge",
        graphql=query(
            "suggestions",
            {"filter": narrowed, "first": _FIRST},
            "{ totalCount nodes { dataset { name } column phiKind judgement rule } }",
            view.as_of,
        ),
        command=command(
            "suggestions",
            named or None,
            *(["--phi", kind.lower()] if kind else []),
            *(["--judgement", judgement.lower()] if judgement else ["--judged"]),
            *(["--namespace", namespace] if namespace else []),
            as_of=view.as_of,
        ),
        subjects=tuple(known),
        dataset=dataset,
        judgement=judgement,
        kind=kind,
        namespace=namespace,
        groups=tuple(
            OfDataset(
                dataset,
                Link.to(dataset, known[dataset].name),
                known[dataset].namespace,
                tuple((_named(one), one) for one in of),
            )
            for dataset, of in groups
            if dataset in known
        ),
        shown=len(found.shown),
        reached=found.reached,
        of=found.of,
        after=None if found.behind is None else cursor.write(found.behind),
        may_judge=is_permitted(asking.actor, Permission.JUDGE_TAGS),
        places=places(asking, Tag.name),
        judged=done,
        recorded=sum(not one.before for one in done),
    )


def judge(asking: Asking) -> str | JudgedPage:
    """Confirm or reject each suggestion that was ticked, by a record of its own; what is judged so already stays.

    Goes on at the list, whose address then names the entries; where any was refused, says why of each.

    `of` names one, `all_of` a dataset of which all that were `shown` are meant. One that is refused stops none of the
    others. Raises SenderError 422 where nothing is ticked, or no reason given.
    """
    stance = next((one for one in _STANCES if one.value.lower() == asking.text("stance")), None)
    if stance is None:
        raise SenderError("stance is confirm or reject.", status=422)
    whole = frozenset(asking.texts("all_of"))
    ticked = (*asking.texts("of"), *(one for one in asking.texts("shown") if one.partition(" ")[0] in whole))
    chosen = tuple(dict.fromkeys(ticked))
    if not 0 < len(chosen) <= _MOST:
        raise SenderError(f"Tick what is to be judged: 1 to {_MOST} of the suggestions.", status=422)
    reason = asking.text("reason")
    if not reason:
        raise SenderError("Say why: the reason is kept with each of the records.", status=422)
    view = asking.view
    datasets = sorted({one.partition(" ")[0] for one in chosen if label_of(one.partition(" ")[0]) == "Dataset"})
    known = {_named(one): one for of in suggestions(view, datasets).values() for one in of}
    nodes = _datasets(view, known.values())
    asked = [known[one] for one in chosen if one in known]
    new = [one for one in asked if one.judgement is not _STANCES[stance]]
    records = [
        {
            "kind": Tag.name,
            **in_place(asking),
            "dataset": _ref(nodes[one.label.dataset]),
            "column": one.label.column,
            "phi_kind": one.label.kind,
            "stance": stance.value,
            "reason": reason,
        }
        for one in new
    ]
    done = dict(zip(map(_named, new), submit_each(asking, records), strict=True))
    lines = tuple(_lines(chosen, known, done, nodes))
    if all(one.entry is not None for one in lines):
        narrowed = {name: asking.text(name) for name in _NARROWED}
        return Links()(
            "labels",
            **narrowed,
            recorded=_ranges(one.entry for one in lines if one.entry is not None and not one.before),
            before=_ranges(one.entry for one in lines if one.entry is not None and one.before),
        )
    return JudgedPage(
        title="What was judged",
        graphql=query("suggestions", {"first": _FIRST}, "{ nodes { column phiKind judgement judgedEntry } }"),
        command=command("suggestions", "--judged"),
        stance=stance,
        lines=lines,
        recorded=sum(one.entry is not None and not one.before for one in lines),
        before=sum(one.before for one in lines),
        refused=sum(one.entry is None for one in lines),
    )


def _ranges(entries: Iterable[int]) -> str:
    """Return entries as an address says them: `3-7,9`."""
    found = list[list[int]]()
    for one in sorted(set(entries)):
        if found and found[-1][1] + 1 == one:
            found[-1][1] = one
        else:
            found.append([one, one])
    return ",".join(str(begin) if begin == end else f"{begin}-{end}" for begin, end in found)


def _indexes(asking: Asking, name: str) -> list[int]:
    """Return the entries that an address says so; raises SenderError 422 for anything else, and for too many."""
    found = list[int]()
    for part in asking.text(name).split(",") if asking.text(name) else ():
        match = _RANGE.fullmatch(part)
        begin, end = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not begin <= end < begin + _MOST or len(found) + end - begin >= _MOST:
            raise SenderError(f"{name} names up to {_MOST} entries, such as 3-7,9.", status=422)
        found += range(begin, end + 1)
    return found


def _done(asking: Asking) -> tuple[Done, ...]:
    """Return the judgements that the address names, in the order of their entries; any other entry is passed over."""
    view, ledger = asking.view, asking.services.ledger
    recorded, before = _indexes(asking, "recorded"), _indexes(asking, "before")
    found = list[tuple[int, Mapping[str, str], str | None]]()
    for index in sorted({*recorded, *before}):
        held = entry(view, ledger, index)
        if held is None or held.kind != KINDS[Tag.name].in_ledger:
            continue
        record = held.body["record"] if held.body is not None else {}
        if held.body is None or record.get("stance") in _WORDS:
            of = next((one for one in held.subjects if label_of(one) == "Dataset"), None)
            found.append((index, record, of))
    links = links_to(view, {of for _, _, of in found if of is not None})
    return tuple(
        Done(
            links.get(of or ""),
            record.get("column") or "",
            record.get("phi_kind", ""),
            record.get("stance", ""),
            index,
            index in before,
        )
        for index, record, of in found
    )


def _lines(
    chosen: tuple[str, ...],
    known: Mapping[str, Suggestion],
    done: Mapping[str, int | str],
    nodes: Mapping[str, Dataset],
) -> Iterator[Judged]:
    for name in chosen:
        one = known.get(name)
        if one is None:
            yield Judged(None, "", "", "", None, refused=_GONE)
            continue
        node = nodes[one.label.dataset]
        about = (Link.to(node.id, node.name), node.namespace, one.label.column or "", one.label.kind)
        became = done.get(name, one.label.tag.entry)
        refused = became if isinstance(became, str) else ""
        yield Judged(*about, None if isinstance(became, str) else became, name not in done, refused)


def _named(one: Suggestion) -> str:
    """Return what a form calls a suggestion: ids alone, so that no browser changes what a column is called."""
    return f"{one.label.dataset} {one.label.kind} {one.by_rule.subject}"


def _datasets(view: View, found: Iterable[Suggestion]) -> dict[str, Dataset]:
    """Return the datasets that suggestions are of, all read in one call."""
    known = view.nodes(sorted({one.label.dataset for one in found}))
    return {one: of.node for one, of in known.items() if isinstance(of.node, Dataset)}


def _ref(node: Dataset) -> Mapping[str, str]:
    return {"namespace": node.namespace, "name": node.name}


_NARROWED: Final = ("id", "judgement", "kind", "namespace")
"""By what the list is narrowed that a form of it leads back to."""
PAGE = Page("labels", "Labels", LabelsPage, read, (*_NARROWED, "after", "recorded", "before"))
JUDGE = Action("judge-labels", judge, Permission.JUDGE_TAGS, PAGE)
