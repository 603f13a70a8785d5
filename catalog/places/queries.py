"""The places that are declared at one point, and what each lies in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from catalog.errors import SenderError
from catalog.places import rules
from catalog.places.model import OperatorRecord, PlaceRecord
from catalog.recorded import recorded, recorded_of
from catalog.view import View
from graph_schema.aspects.places import Operator
from graph_schema.aspects.places import Place as PlaceAspect
from graph_schema.nearest import nearest
from graph_schema.nodes import Place


def places_tree(view: View) -> dict[str, str | None]:
    """Return the name of each declared place with that of the one that it lies in, None where it lies in no other.

    A place that is only named, or ended, is none: nobody says where it is.
    """
    return {one.name: one.within for one in places(view)}


def places(view: View) -> tuple[PlaceRecord, ...]:
    """Return the declared places, by name."""
    found = {
        name: (PlaceAspect.from_json(of["location"].value), of["location"])
        for name, of in recorded_of(view, Place.__name__, ("location",)).items()
    }
    parents = {name: place.within for name, (place, _) in found.items()}
    return tuple(
        PlaceRecord(
            id=Place(name).id,
            name=name,
            place_kind=place.place_kind,
            within=place.within,
            around=rules.around(parents, name)[1:],
            entry=held.entry,
            since=held.since,
        )
        for name, (place, held) in found.items()
    )


def operators(view: View) -> dict[str, OperatorRecord]:
    """Return who is declared to run models at each place, by the place's name."""
    held = {name: of["operator"] for name, of in recorded_of(view, Place.__name__, ("operator",)).items()}
    return {
        name: OperatorRecord(
            **Operator.from_json(one.value).members(),
            place=name,
            by=one.by,
            authenticated=one.authenticated,
            entry=one.entry,
            since=one.since,
        )
        for name, one in held.items()
    }


def operator_at(view: View, place: str) -> OperatorRecord | None:
    """Return who is declared to run models at a place, or else at the nearest that it lies in; None where nobody is."""
    declared = operators(view)
    found = rules.around(places_tree(view), place) if declared else ()
    return next((declared[name] for name in found if name in declared), None)


def lying_in(view: View, names: Iterable[str] | None, pointer: str) -> dict[str, frozenset[str]]:
    """Return of each of the places, or of all, itself and all that are declared to lie in it, by name.

    Those there are are declared, or a declared one lies in them. Raises SenderError 422 for another, naming where it
    stands.
    """
    tree = places_tree(view)
    known = {*tree, *(within for within in tree.values() if within is not None)}
    found = {}
    for name in sorted(known) if names is None else names:
        if name not in known:
            near = nearest(name, known)
            meant = f" Did you mean {near}?" if near else ""
            raise SenderError(
                f"No place is declared as {name}; `lineward places` lists those that are.{meant}",
                pointer=pointer,
                status=422,
            )
        found[name] = rules.lying_in(tree, name)
    return found


def job_places(view: View, ids: Sequence[str]) -> dict[str, str]:
    """Return where each job is declared to run; one of which nobody said is absent."""
    return {one: str(held["runs_at"].value) for one, held in recorded(view, ids, ("runs_at",)).items()}


def undeclared(tree: Mapping[str, str | None], names: Iterable[str]) -> dict[str, str | None]:
    """Return those of the names under which no place is declared, each with the declared name that is nearest to it."""
    return {name: nearest(name, tree) for name in names if name not in tree}
