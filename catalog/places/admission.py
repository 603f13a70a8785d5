"""What must hold before a place is declared or ended."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.errors import SenderError
from catalog.places.queries import operators, places_tree, undeclared
from catalog.places.records import DeclareJob, DeclareOperator, DeclarePlace, EndOperator, EndPlace
from catalog.places.rules import closes_circle
from catalog.record import Admission, Admitted


def admit_place(record: DeclarePlace, admission: Admission) -> Admitted:
    """Hold the place not to lie in itself by way of others, when it is to hold and as it stands now."""
    for tree in (_then(admission, record.holds_from), places_tree(admission.view.unredacted)):
        if closes_circle(tree, record.place, record.within):
            raise SenderError(
                "The place would lie in itself, by way of the one that it is to lie in: declare that anew first, or "
                "name another. `lineward places` shows what lies in what.",
                pointer="/within",
                status=422,
            )
    within = () if record.within is None else (record.within,)
    return Admitted(warnings=tuple(not_declared(admission, within, record.holds_from)))


def admit_end(record: EndPlace, admission: Admission) -> Admitted:
    """Hold the place to be known."""
    admission.require([(record.node, "/place", "declare it first; `lineward places` lists those there are")])
    return Admitted()


def admit_operator(record: DeclareOperator, admission: Admission) -> Admitted:
    """Take the declaration; whoever writes it is told of a place that is not declared."""
    return Admitted(warnings=tuple(not_declared(admission, (record.place,), record.holds_from)))


def admit_operator_end(record: EndOperator, admission: Admission) -> Admitted:
    """Hold somebody to be declared to run models there."""
    if operators(admission.view.unredacted).get(record.place) is None:
        raise SenderError("Nobody is declared to run models at this place.", pointer="/place", status=422)
    return Admitted()


def admit_job(record: DeclareJob, admission: Admission) -> Admitted:
    """Take the declaration; whoever writes it is told of a place that is not declared."""
    return Admitted(warnings=tuple(not_declared(admission, (record.place,), record.holds_from)))


def not_declared(admission: Admission, names: Iterable[str], at: int | None) -> Iterable[str]:
    """Yield a sentence for each of the names under which no place is declared when it is to hold."""
    wanted = tuple(dict.fromkeys(names))
    if not wanted:
        return
    tree = places_tree(admission.view.unredacted) | _then(admission, at)
    for near in undeclared(tree, wanted).values():
        meant = "" if near is None else f" Did you mean {near}?"
        yield f"A place is named that is not declared: what lies within what is unknown of it.{meant}"


def _then(admission: Admission, at: int | None) -> dict[str, str | None]:
    view = admission.view.unredacted
    return places_tree(view) if at is None else places_tree(view.at(at))
