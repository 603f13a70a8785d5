"""What must hold before a record of permitted use is taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from catalog.assets.admission import admit_dataset, admit_source
from catalog.assets.folds import aspects_in_force
from catalog.assets.records import DeclareDataset, DeclareSource
from catalog.assets.retention import Keeping
from catalog.errors import SenderError
from catalog.lineage.model import Direction
from catalog.record import DECLARE_FIRST, Admission, Admitted
from catalog.snapshots.retention import keeping_of, keepings
from catalog.use.closure import closure
from catalog.use.contradictions import clashes, clashing_terms, is_clashing, kept_longer
from catalog.use.facts import stated
from catalog.use.impact import bearing_on
from catalog.use.loading import DECLARED_OF, declared_use, of_record, places_of
from catalog.use.model import UseStatement as Stated
from catalog.use.queries import UseJudge
from catalog.use.records import (
    EndTransfer,
    EndUndertaking,
    EndUseStatement,
    LicenseUse,
    PermitUse,
    RecordTransfer,
    UndertakeUse,
    UseSubject,
    WithdrawConsent,
)
from catalog.use.terms import DELAU
from graph_schema.aspects import use as aspects
from graph_schema.aspects.declarations import Retention
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset, Node, Source, UseStatement
from graph_schema.times import parse_zoned

_HINTS = {"dataset": DECLARE_FIRST, "snapshot": "seal it first", "source": "declare it, or a dataset that it supplies"}
_PERMIT_FIRST = "permit_use says it first"


def admit_declaration(record: DeclareDataset, admission: Admission) -> Admitted:
    """Take the declaration as any; whoever writes it is told besides what cannot be kept beside it."""
    taken = admit_dataset(record, admission)
    keeping = _keeping(record, admission)
    declared = _declared(record, admission)
    replaced = () if declared is None else (declared.id,)
    bound = [] if keeping is None else _bound_to_delete([keeping], admission, replaced)
    found = dict.fromkeys([*_declared_unkeepable(record, admission), *bound])
    return replace(taken, warnings=(*taken.warnings, *found))


def admit_source_declaration(record: DeclareSource, admission: Admission) -> Admitted:
    """Take the declaration as any; whoever writes it is told besides which statements ask to delete its data before."""
    taken = admit_source(record, admission)
    if record.retention is None:
        return taken
    view, since = admission.view.uncited, record.holds_from or admission.now
    supplied = sorted(bearing_on(view, [record.node.id])[record.node.id])
    of_their_own = aspects_in_force(view, supplied, aspects=("retention",))
    by_source = [one for one in supplied if "retention" not in of_their_own.get(one, {})][:_MOST_LOOKED_AT]
    declared = Retention.from_json(record.retention.model_dump(mode="json", exclude_none=True))
    nodes = [known.node for known in view.nodes(by_source).values() if isinstance(known.node, Dataset)]
    kept = [keeping_of(view, node, declared, since) for node in nodes]
    return replace(taken, warnings=(*taken.warnings, *_bound_to_delete(kept, admission)))


def _declared_unkeepable(record: DeclareDataset, admission: Admission) -> Iterator[str]:
    """Yield what cannot be kept beside the use that is declared: by others, and how long the data is kept."""
    one, node = _declared(record, admission), record.dataset.node
    if one is None:
        return
    view = admission.view.uncited
    if DELAU in one.obligations:
        bound = {node.id, *closure(view, [node.id], Direction.DOWNSTREAM).nodes}
        kept = {each.dataset: each for each in keepings(view, sorted(bound))}
        if (keeping := _keeping(record, admission)) is not None:
            kept[node.id] = keeping
        yield from _kept_longer(one, kept.values())
    yield from _clashing(one, [node.id], admission, [one.id])


def _declared(record: DeclareDataset, admission: Admission) -> Stated | None:
    """Return what is declared of its use as the statement that it is, which takes the place of the one before."""
    if record.permitted_use is None:
        return None
    use = record.permitted_use.model_dump(mode="json")
    return declared_use(record.dataset.node, use, NOW, record.holds_from or admission.now)


def _bound_to_delete(kept: Sequence[Keeping], admission: Admission, replaced: Collection[str] = ()) -> list[str]:
    """Return which statements, that bind data already, ask to delete it before it is to be kept until."""
    view = admission.view.uncited
    known = view.nodes([one.dataset for one in kept])
    if not known:
        return []
    judge = UseJudge(view, sorted(known))
    found: dict[str, None] = {}
    for keeping in (one for one in kept if one.dataset in known):
        reached = judge.reaching(keeping.dataset, keeping.since).applied
        bound = dict.fromkeys(
            each.statement for each in reached if not each.replaced_by and each.statement.id not in replaced
        )
        found |= {f"{one.id}: {text}": None for one in bound if (text := kept_longer(one, keeping)) is not None}
    return list(found)[:_MOST_WARNED]


def _keeping(record: DeclareDataset, admission: Admission) -> Keeping | None:
    """Return how long the dataset is to be kept by the declaration, None where it says nothing of that."""
    if record.retention is None:
        return None
    declared = Retention.from_json(record.retention.model_dump(mode="json", exclude_none=True))
    return keeping_of(admission.view.uncited, record.dataset.node, declared, record.holds_from or admission.now)


def admit_statement(record: PermitUse, admission: Admission) -> Admitted:
    """Hold what it is about to be known, and the statement's name to be nobody else's."""
    _require(record.of, admission)
    _is_free(record, admission)
    _lies_ahead(record.until, record.holds_from, admission)
    return Admitted(warnings=tuple(_unkeepable(record, admission)))


def admit_licence(record: LicenseUse, admission: Admission) -> Admitted:
    """Hold what it replaces to be known and of its own authority besides."""
    _require(record.of, admission)
    _is_free(record, admission)
    _lies_ahead(record.until, record.holds_from, admission)
    named = {place: one for place, one in enumerate(record.replaces) if not one.startswith(DECLARED_OF)}
    admission.require([(UseStatement(one), f"/replaces/{place}", _PERMIT_FIRST) for place, one in named.items()])
    whose = _authorities([UseStatement(one).id for one in named.values()], admission)
    for place, name in enumerate(record.replaces):
        of = whose.get(UseStatement(name).id) if place in named else _declarers(name, admission)
        if place not in named and not of:
            raise SenderError(
                "This names no declaration: `lineward use show` lists what each is called.",
                pointer=f"/replaces/{place}",
                status=422,
            )
        if (of or {record.authority}) != {record.authority}:
            raise SenderError(
                "A licence replaces statements of its own authority alone; this one is another's.",
                pointer=f"/replaces/{place}",
                status=422,
            )
    return Admitted(warnings=tuple(_unkeepable(record, admission, record.replaces)))


def admit_about_statement(record: WithdrawConsent | EndUseStatement, admission: Admission) -> Admitted:
    """Hold the statement to be known."""
    admission.require([(record.node, "/use_statement", _PERMIT_FIRST)])
    return Admitted()


def admit_transfer(record: RecordTransfer, admission: Admission) -> Admitted:
    """Hold what is transferred to be known."""
    _require(record.of, admission)
    _lies_ahead(record.until, record.holds_from, admission)
    return Admitted()


def admit_undertaking(record: UndertakeUse, admission: Admission) -> Admitted:
    """Hold the statement to be known."""
    admission.require([(record.node, "/use_statement", _PERMIT_FIRST)])
    _lies_ahead(record.until, record.holds_from, admission)
    return Admitted()


def _unkeepable(record: PermitUse | LicenseUse, admission: Admission, replaced: Collection[str] = ()) -> Iterator[str]:
    """Yield what cannot be kept beside the statement: what others let reach its data, and how long that is kept."""
    one, _ = of_record(record.node.statement, stated(record), NOW, record.holds_from or admission.now)
    view = admission.view.uncited
    of = record.of.node.id
    about = [of] if record.of.field == "snapshot" else sorted(bearing_on(view, [of])[of])
    if DELAU in one.obligations:
        bound = closure(view, about, Direction.DOWNSTREAM).nodes
        yield from _kept_longer(one, keepings(view, sorted(bound)))
    yield from _clashing(one, about, admission, replaced)


def _clashing(one: Stated, about: Sequence[str], admission: Admission, replaced: Collection[str] = ()) -> Iterator[str]:
    """Yield what others let reach the same data that cannot be kept beside a statement."""
    if not is_clashing(one):
        return
    view = admission.view.uncited
    judge = UseJudge(view, about[:_MOST_LOOKED_AT])
    others = {
        applied.statement: None
        for each in about[:_MOST_LOOKED_AT]
        for applied in judge.reaching(each, one.since).applied
        if not applied.replaced_by and applied.statement.id not in replaced and _overlap(one, applied.statement)
    }
    places = places_of(view)
    clashing = [
        f"{other.id}: {text}"
        for other in others
        for text in clashes(clashing_terms(one), clashing_terms(other), places)
    ]
    yield from list(dict.fromkeys(clashing))[:_MOST_WARNED]


def _kept_longer(one: Stated, kept: Iterable[Keeping]) -> list[str]:
    return [text for each in kept if (text := kept_longer(one, each)) is not None][:_MOST_WARNED]


def _overlap(one: Stated, other: Stated) -> bool:
    return (one.until is None or other.since < one.until) and (other.until is None or one.since < other.until)


_MOST_WARNED: Final = 5
_MOST_LOOKED_AT: Final = 100
"""Of so many datasets of a source it is looked at what else reaches them; what is found later is a finding."""


def _require(of: UseSubject, admission: Admission) -> None:
    named: list[tuple[Node, str, str]] = [(of.node, f"/of/{of.field}", _HINTS[of.field])]
    admission.require(named)


def _is_free(record: PermitUse | LicenseUse, admission: Admission) -> None:
    """Hold the name to be nobody's: what was said is never said otherwise under its own name."""
    if _authorities([record.node.id], admission):
        raise SenderError(
            "A statement is called so already; license_use replaces it, end_use_statement ends it.",
            pointer="/use_statement",
            status=422,
        )


def _authorities(ids: list[str], admission: Admission) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in admission.view.unredacted.at(NOW).statements(ids, ("use_statement",)):
        found.setdefault(one.subject, set()).add(aspects.UseStatement.from_json(one.data).authority)
    return found


def _declarers(name: str, admission: Admission) -> set[str]:
    """Return who declared what is called so: the authorities of that."""
    about = name.removeprefix(DECLARED_OF)
    nodes: list[Node] = [Source(about.removeprefix("the source "))] if about.startswith("the source ") else []
    # Namespace and name may have spaces in them: each of these could be where the one ends.
    nodes += [Dataset(about[:place], about[place + 1 :]) for place, letter in enumerate(about) if letter == " "]
    statements = admission.view.unredacted.at(NOW).statements(
        [node.id for node in nodes], ("permitted_use", "permitted_places")
    )
    return {one.by for one in statements}


def admit_exception_end(record: EndTransfer | EndUndertaking, admission: Admission) -> Admitted:
    """Hold the transfer or undertaking to be known."""
    field = "transfer" if isinstance(record, EndTransfer) else "undertaking"
    admission.require([(record.node, f"/{field}", f"no {field} is recorded at this index")])
    return Admitted()


def _lies_ahead(until: str | None, holds_from: int | None, admission: Admission) -> None:
    if until is not None and parse_zoned(until) <= (holds_from or admission.now):
        raise SenderError("`until` lies ahead; this one has passed.", pointer="/until", status=422)
