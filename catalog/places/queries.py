"""The places that are declared at one point, and what each lies in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from catalog.nearest import nearest
from catalog.places.model import OperatorRecord, PlaceRecord
from catalog.places.rules import around
from catalog.recorded import recorded, recorded_of
from catalog.view import View
from graph_schema.aspects.places import Operator
from graph_schema.aspects.places import Place as PlaceAspect
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
            around=around(parents, name)[1:],
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
    found = around(places_tree(view), place) if declared else ()
    return next((declared[name] for name in found if name in declared), None)


def job_places(view: View, ids: Sequence[str]) -> dict[str, str]:
    """Return where each job is declared to run; one of which nobody said is absent."""
    return {one: str(held["runs_at"].value) for one, held in recorded(view, ids, ("runs_at",)).items()}


def undeclared(tree: Mapping[str, str | None], names: Iterable[str]) -> dict[str, str | None]:
    """Return those of the names under which no place is declared, each with the declared name that is nearest to it."""
    return {name: nearest(name, tree) for name in names if name not in tree}
